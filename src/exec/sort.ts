/** ORDER BY. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalSort } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { compareRows, sortedOrder } from './order.ts'
import { orderedBatches, RowBuffer } from './rows.ts'

/** All rows in the order of the keys. */
export function sort(plan: PhysicalSort, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const keys = frame.compileAll(plan.keys.map((key) => key.expression))
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const rows = new RowBuffer(input.columns.length)
      const keyColumns: Value[][] = keys.map(() => [])
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        rows.keep(batch, context)
        appendComputed(keyColumns, keys, batch, context)
      }
      const order = sortedOrder(rows.rowCount, compareRows(plan.keys, keyColumns))
      yield* orderedBatches(plan.columns, rows.columns, order, context)
    },
  }
}

/** Appends what the evaluators yield for the batch's rows, to one array each. The frame is bound to the batch. */
export function appendComputed(
  targets: readonly Value[][],
  evaluators: readonly Evaluator[],
  batch: Batch,
  context: ExecutionContext,
): void {
  const { memory } = context.pool
  const count = selectedCount(batch)
  for (let index = 0; index < evaluators.length; index++) {
    const evaluator = evaluators[index]
    const target = targets[index]
    for (let n = 0; n < count; n++) target.push(evaluator(selectedRow(batch, n, memory)))
  }
}
