/** Reading the rows that an index finds. */
import { assert } from '../error.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { IndexScan } from '../planner/physical-plan.ts'
import type { RowId } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import type { Builder } from './build.ts'
import { ArrayFrame, BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { RowWriter } from './rows.ts'

/** The rows that an index finds under a key or between two bounds. */
export function indexScan(plan: IndexScan, builder: Builder): Operator {
  const keyFrame = new BatchFrame([], builder.subquery)
  const keys = keyFrame.compileAll(plan.keys)
  const low = plan.range?.low && { value: keyFrame.compile(plan.range.low.value), inclusive: plan.range.low.inclusive }
  const high = plan.range?.high && {
    value: keyFrame.compile(plan.range.high.value),
    inclusive: plan.range.high.inclusive,
  }
  const frame = new ArrayFrame(plan.columns, builder.subquery)
  const predicate = frame.compileConjuncts(plan.filter)
  const { tableColumns } = plan

  /** The ids of the rows, or none when a key or bound is NULL. */
  function find(context: ExecutionContext): Iterable<RowId> {
    const { transaction } = context
    const table = transaction.table(plan.table)
    keyFrame.bindRuntime(context)
    if (!plan.range) {
      const key = keys.map((evaluator) => evaluator(0))
      return key.includes(null) ? [] : table.lookup(transaction, plan.index, key)
    }
    assert(table.range, `index "${plan.index.name}" has no order`)
    const bounds = [low, high].map((bound) => bound && { value: bound.value(0), inclusive: bound.inclusive })
    if (bounds.some((bound) => bound?.value === null)) return []
    return table.range(transaction, plan.index, bounds[0], bounds[1], plan.descending ?? false)
  }

  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    *open(context) {
      const table = context.transaction.table(plan.table)
      const writer = new RowWriter(plan.columns, context)
      frame.runtime = context
      for (const id of find(context)) {
        const { arrays } = writer
        for (let index = 0; index < tableColumns.length; index++) {
          arrays[index].push(table.readValue(id, tableColumns[index]))
        }
        if (plan.rowId !== undefined) arrays[tableColumns.length].push(BigInt(id))
        if (predicate && !passes(frame, predicate, arrays, writer.rowCount, context)) {
          for (const array of arrays) array.pop()
          continue
        }
        writer.rowCount++
        if (writer.isFull) {
          yield writer.take()
          context.checkInterrupt()
        }
      }
      if (writer.rowCount > 0) yield writer.take()
    },
  }
}

function passes(
  frame: ArrayFrame,
  predicate: Evaluator,
  arrays: readonly (readonly Value[])[],
  row: number,
  context: ExecutionContext,
): boolean {
  frame.runtime = context
  frame.arrays = arrays
  return predicate(row) === true
}
