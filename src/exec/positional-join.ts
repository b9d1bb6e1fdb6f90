/** POSITIONAL joins: row by row. */
import type { SpecialJoin } from '../planner/physical-plan.ts'
import type { Operator } from './operator.ts'
import { bufferBatches, materialise } from './rows.ts'

/** Pairs the n-th row of one side with the n-th of the other; the shorter side is continued with NULLs. */
export function positionalJoin(plan: SpecialJoin, left: Operator, right: Operator): Operator {
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    *open(context) {
      const sides = [materialise(left, context), materialise(right, context)]
      const rowCount = Math.max(sides[0].rowCount, sides[1].rowCount)
      for (const side of sides) {
        for (const column of side.columns) for (let row = side.rowCount; row < rowCount; row++) column.push(null)
      }
      yield* bufferBatches(plan.columns, [...sides[0].columns, ...sides[1].columns], rowCount, context)
    },
  }
}
