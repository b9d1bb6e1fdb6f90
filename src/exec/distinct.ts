/** DISTINCT and DISTINCT ON. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalDistinct } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import { keepRows } from './join-output.ts'
import { KeyTable } from './key-table.ts'
import type { Operator } from './operator.ts'
import { SelectionScratch } from './scratch.ts'

/** The first row of each group of equal rows, or of rows equal in the expressions of DISTINCT ON. */
export function distinct(plan: PhysicalDistinct, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const expressions =
    plan.on ?? input.columns.map(({ id, name, type }) => ({ kind: 'column', id, name, type }) as const)
  const keys: Evaluator[] = frame.compileAll(expressions)
  const types = expressions.map((expression) => expression.type)
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      const table = new KeyTable(types)
      const key: Value[] = keys.map(() => null)
      const isNew = (row: number): boolean => {
        for (let index = 0; index < keys.length; index++) key[index] = keys[index](row)
        const before = table.size
        return table.insert(key) === before
      }
      const scratch = new SelectionScratch(context.pool)
      try {
        for (const batch of input.open(context)) {
          context.checkInterrupt()
          frame.bind(batch, context)
          const kept = keepRows(batch, isNew, scratch, memory)
          context.pool.assertRoom(table.bytes)
          if (kept) yield kept
        }
      } finally {
        scratch.free()
      }
    },
  }
}
