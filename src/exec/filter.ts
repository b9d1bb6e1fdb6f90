/** WHERE and HAVING: rows for which a predicate is true. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalFilter } from '../planner/physical-plan.ts'
import { type Batch, selectedCount } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { SelectionScratch } from './scratch.ts'

/** Keeps the rows for which the predicate is true. False and NULL rows are dropped. */
export function filter(plan: PhysicalFilter, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const predicate = frame.compileForBatch(plan.predicate)
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    open: (context) => filterBatches(input.open(context), frame, predicate, context),
  }
}

/** The batches with the rows that pass, left out where none does; a batch that loses no row is passed on. */
export function* filterBatches(
  batches: Iterable<Batch>,
  frame: BatchFrame,
  predicate: Evaluator,
  context: ExecutionContext,
): Generator<Batch> {
  const { memory } = context.pool
  const scratch = new SelectionScratch(context.pool)
  try {
    for (const batch of batches) {
      context.checkInterrupt()
      frame.bind(batch, context)
      const { selection } = batch
      const count = selectedCount(batch)
      scratch.start(count)
      if (selection === null) {
        for (let row = 0; row < count; row++) if (predicate(row) === true) scratch.add(row)
      } else {
        const first = selection.pointer >>> 1
        for (let n = 0; n < count; n++) {
          const row = memory.u16[first + n]
          if (predicate(row) === true) scratch.add(row)
        }
      }
      if (scratch.count === count) yield batch
      else if (scratch.count > 0) yield { ...batch, selection: scratch.selection() }
    }
  } finally {
    scratch.free()
  }
}
