/** DISTINCT with kernels: the first row of each group. */

import type { OutputColumn } from '../../../planner/expression.ts'
import type { PhysicalDistinct } from '../../../planner/physical-plan.ts'
import { selectedCount } from '../../../types/vector.ts'
import type { Operator } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { Compactor } from '../compactor.ts'
import { Evaluation, EvaluationPlan } from '../evaluation.ts'
import { GroupKeys, isKeyType } from '../group-keys.ts'
import { isSelfContained } from '../interpretation.ts'
import { QueryMemory } from '../memory.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/** The first row of each group of equal rows, or of rows equal in the expressions of DISTINCT ON. */
export function compiledDistinct(plan: PhysicalDistinct, input: Operator, fallback: Operator): Operator | undefined {
  const expressions =
    plan.on ?? input.columns.map(({ id, name, type }) => ({ kind: 'column', id, name, type }) as const)
  if (expressions.length === 0 || !expressions.every(isKeyType) || !expressions.every(isSelfContained)) return undefined
  const keys = new EvaluationPlan(input.columns, expressions)
  const keyColumns: OutputColumn[] = expressions.map(({ type }, i) => ({ id: -1 - i, name: `key ${i}`, type }))
  return compiledOperator(plan, [input], fallback, {
    reason: () => keys.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'distinct')
      try {
        const evaluation = new Evaluation(keys, context, memory)
        const groups = new GroupKeys(keyColumns, memory, Math.min(plan.estimatedRows, 1 << 22))
        const compactor = new Compactor(plan.columns, memory, request.needed)
        const needed = request.needed && new Set([...request.needed, ...columnsOf(expressions)])
        for (const batch of gathered(input, context, { needed, wide: true })) {
          context.checkInterrupt()
          if (selectedCount(batch) === 0) continue
          const { fresh } = groups.number(evaluation.evaluate(batch), batch)
          if (fresh.count > 0) yield* compactor.push({ ...batch, selection: fresh })
        }
        yield* compactor.finish()
      } finally {
        memory.release()
      }
    },
  })
}
