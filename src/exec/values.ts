/** VALUES, and the one row of a query without FROM. */
import type { PhysicalValues } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { Operator } from './operator.ts'
import { bufferBatches, RowWriter } from './rows.ts'

/** Rows of expressions; one row of no columns where a query has no FROM. */
export function values(plan: PhysicalValues, builder: Builder): Operator {
  const constants = constantColumns(plan)
  if (constants) {
    return {
      columns: plan.columns,
      plan,
      inputs: [],
      path: 'interpreted',
      open: (context) => bufferBatches(plan.columns, constants, plan.rows.length, context),
    }
  }
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

/** The values column by column, when all of them are constants. */
function constantColumns(plan: PhysicalValues): Value[][] | undefined {
  const columns: Value[][] = plan.columns.map(() => [])
  for (const row of plan.rows) {
    for (let column = 0; column < row.length; column++) {
      const expression = row[column]
      if (expression.kind !== 'constant') return undefined
      columns[column].push(expression.value)
    }
  }
  return columns
}
