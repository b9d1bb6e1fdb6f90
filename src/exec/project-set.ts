/** Set-returning functions in a select list. */
import type { PhysicalProjectSet } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { Operator } from './operator.ts'
import { RowWriter } from './rows.ts'
import { functionRows } from './table-function.ts'

/** Repeats each row for the rows of the set-returning functions in its select list; shorter sets end in NULLs. */
export function projectSet(plan: PhysicalProjectSet, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const calls = plan.calls.map((call) => ({ overload: call.overload, evaluators: frame.compileAll(call.args) }))
  const width = input.columns.length
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      const writer = new RowWriter(plan.columns, context)
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        const readers = batch.columns.map((vector) => vectorReader(vector, memory))
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const row = selectedRow(batch, n, memory)
          frame.bind(batch, context)
          const iterators = calls.map(({ overload, evaluators }) =>
            functionRows(overload, evaluators, row, context)[Symbol.iterator](),
          )
          const passing = readers.map((reader) => reader(row))
          for (;;) {
            const steps = iterators.map((iterator) => iterator.next())
            if (steps.every((step) => step.done)) break
            passing.forEach((value: Value, column) => {
              writer.arrays[column].push(value)
            })
            steps.forEach((step, call) => {
              writer.arrays[width + call].push(step.done ? null : setValue(step.value))
            })
            writer.rowCount++
            if (writer.isFull) yield writer.take()
          }
        }
      }
      if (writer.rowCount > 0) yield writer.take()
    },
  }
}

/** In a select list a function of several columns yields a record. */
function setValue(row: readonly Value[]): Value {
  return row.length === 1 ? row[0] : row
}
