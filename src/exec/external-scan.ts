/** Reading files. */
import type { PhysicalExternalScan } from '../planner/physical-plan.ts'
import type { Batch } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { filterBatches } from './filter.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { sourceMemory } from './source-memory.ts'

/** Rows of a file, as its reader yields them. */
export function externalScan(plan: PhysicalExternalScan, builder: Builder): Operator {
  const frame = new BatchFrame(plan.columns, builder.subquery)
  const predicate = frame.compileConjuncts(plan.filter, true)
  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    open(context) {
      const batches = read(plan, context)
      return predicate ? filterBatches(batches, frame, predicate, context) : batches
    },
  }
}

function* read(plan: PhysicalExternalScan, context: ExecutionContext): Generator<Batch> {
  const memory = context.mode === 'interpreted' ? undefined : sourceMemory(context.pool, context.mode)
  for (const batch of plan.source.read(plan.sourceColumns, memory)) {
    context.checkInterrupt()
    yield batch
  }
}
