/** Reading files, with filters in kernels. */
import type { PhysicalExternalScan } from '../../../planner/physical-plan.ts'
import type { Operator } from '../../operator.ts'
import { sourceMemory } from '../../source-memory.ts'
import { Compactor } from '../compactor.ts'
import { isSelfContained } from '../interpretation.ts'
import { QueryMemory } from '../memory.ts'
import { SelectionPlan, Selector } from '../selection.ts'
import { compiledOperator } from './compiled-operator.ts'
import { selected } from './filter.ts'
import { rangesOf } from './ranges.ts'

/** Rows of a file that pass the conjuncts pushed down; a reader that can tells by them which parts it need not read. */
export function compiledExternalScan(plan: PhysicalExternalScan, fallback: Operator): Operator | undefined {
  if (plan.filter.length === 0 || !plan.filter.every(isSelfContained)) return undefined
  const filter = new SelectionPlan(plan.columns, plan.filter)
  return compiledOperator(plan, [], fallback, {
    reason: () => filter.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'file scan')
      try {
        const selector = new Selector(filter, context, memory)
        const compactor = new Compactor(plan.columns, memory, request.needed)
        const source = sourceMemory(context.pool, context.mode)
        const ranges = rangesOf(plan, plan.sourceColumns, context)
        yield* selected(plan.source.read(plan.sourceColumns, source, ranges), selector, compactor, context)
      } finally {
        memory.release()
      }
    },
  })
}
