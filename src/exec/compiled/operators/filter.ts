/** Filters with kernels. */
import type { PhysicalFilter } from '../../../planner/physical-plan.ts'
import { conjuncts } from '../../../planner/tree.ts'
import type { Batch } from '../../../types/vector.ts'
import type { ExecutionContext, Operator } from '../../operator.ts'
import { Compactor } from '../compactor.ts'
import { isSelfContained } from '../interpretation.ts'
import { QueryMemory } from '../memory.ts'
import { SelectionPlan, Selector } from '../selection.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/** Keeps the rows for which the predicate is true. */
export function compiledFilter(plan: PhysicalFilter, input: Operator, fallback: Operator): Operator | undefined {
  const conditions = conjuncts(plan.predicate)
  if (conditions.length === 0 || !conditions.every(isSelfContained)) return undefined
  const filter = new SelectionPlan(input.columns, conditions)
  const used = columnsOf(conditions)
  return compiledOperator(plan, [input], fallback, {
    reason: () => filter.reason,
    flows: () => input,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'filter')
      try {
        const selector = new Selector(filter, context, memory)
        const compactor = new Compactor(plan.columns, memory, request.needed)
        const needed = request.needed && new Set([...request.needed, ...used])
        yield* selected(
          input.open(context, { needed, filters: request.filters, wide: request.wide }),
          selector,
          compactor,
          context,
        )
      } finally {
        memory.release()
      }
    },
  })
}

/** The rows that the selector chooses, gathered where few are left of a batch. */
export function* selected(
  batches: Iterable<Batch>,
  selector: Selector,
  compactor: Compactor,
  context: ExecutionContext,
): Generator<Batch> {
  for (const batch of batches) {
    context.checkInterrupt()
    const selection = selector.select(batch)
    if (selection.count > 0) yield* compactor.push({ ...batch, selection })
  }
  yield* compactor.finish()
}
