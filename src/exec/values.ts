import type { PhysicalValues } from '../planner/physical-plan.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { Operator } from './operator.ts'
import { RowWriter } from './rows.ts'

/** Rows of expressions; one row of no columns where a query has no FROM. */
export function values(plan: PhysicalValues, builder: Builder): Operator {
  const frame = new BatchFrame([], builder.subquery)
  const rows = plan.rows.map((row) => frame.compileAll(row))
  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    *open(context) {
      const writer = new RowWriter(plan.columns, context)
      frame.bindRuntime(context)
      for (const row of rows) {
        for (let column = 0; column < row.length; column++) writer.arrays[column].push(row[column](0))
        writer.rowCount++
        if (writer.isFull) {
          yield writer.take()
          context.checkInterrupt()
          frame.bindRuntime(context)
        }
      }
      if (writer.rowCount > 0) yield writer.take()
    },
  }
}
