/** Window functions: partitions, their order, and the calls over them. */
import type { WindowOverload } from '../functions/function.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { SortKey, WindowCall } from '../planner/expression.ts'
import type { PhysicalWindow } from '../planner/physical-plan.ts'
import type { WindowBound } from '../planner/plan.ts'
import type { Value } from '../types/value.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { compareRows, sortedOrder } from './order.ts'
import { orderedBatches, RowBuffer } from './rows.ts'
import { appendComputed } from './sort.ts'
import { aggregateFrames } from './window-aggregate.ts'
import { checkOffsets, type FrameOffsets, Partition } from './window-frame.ts'

interface CompiledCall {
  readonly call: WindowCall
  readonly args: readonly Evaluator[]
  readonly filter: Evaluator | undefined
}

/** Adds a column per window function. Rows come out partition by partition, in the window's order. */
export function window(plan: PhysicalWindow, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const partitionBy = frame.compileAll(plan.partitionBy)
  const orderBy = frame.compileAll(plan.orderBy.map((key) => key.expression))
  const calls = plan.calls.map((call) => ({
    call,
    args: frame.compileAll(call.args),
    filter: call.filter && frame.compile(call.filter),
  }))
  const offsetFrame = new BatchFrame([], builder.subquery)
  const compileOffset = ({ offset }: WindowBound): Evaluator => (offset ? offsetFrame.compile(offset) : () => null)
  const startOffset = compileOffset(plan.frame.start)
  const endOffset = compileOffset(plan.frame.end)

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      offsetFrame.bindRuntime(context)
      const offsets = { start: startOffset(0), end: endOffset(0) }
      checkOffsets(plan.frame, offsets)

      const rows = new RowBuffer(input.columns.length)
      const partitionColumns: Value[][] = partitionBy.map(() => [])
      const orderColumns: Value[][] = orderBy.map(() => [])
      const argColumns: Value[][][] = calls.map(({ args }) => args.map(() => []))
      const filterColumns: boolean[][] = calls.map(() => [])
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        rows.keep(batch, context)
        appendComputed(partitionColumns, partitionBy, batch, context)
        appendComputed(orderColumns, orderBy, batch, context)
        calls.forEach(({ args, filter }, index) => {
          appendComputed(argColumns[index], args, batch, context)
          if (filter) appendComputed([filterColumns[index]], [filter], batch, context)
        })
      }

      const partitions = partitionRows(plan, partitionColumns, orderColumns, rows.rowCount)
      const results = calls.map(() => new Array<Value>(rows.rowCount).fill(null))
      for (const order of partitions) {
        context.checkInterrupt()
        calls.forEach((call, index) => {
          const own = evaluate(
            plan,
            call,
            order,
            offsets,
            orderColumns,
            argColumns[index],
            filterColumns[index],
            context,
          )
          for (let n = 0; n < order.length; n++) results[index][order[n]] = own[n]
        })
      }
      for (const order of partitions) yield* orderedBatches(plan.columns, [...rows.columns, ...results], order, context)
    },
  }
}

/** The rows of each partition in order: all rows are sorted at once, by partition and then by ORDER BY. */
function partitionRows(
  plan: PhysicalWindow,
  partitionColumns: readonly (readonly Value[])[],
  orderColumns: readonly (readonly Value[])[],
  rowCount: number,
): Int32Array[] {
  if (rowCount === 0) return []
  const keys = plan.partitionBy.map((expression): SortKey => ({ expression, descending: false, nullsFirst: false }))
  const order = sortedOrder(rowCount, compareRows([...keys, ...plan.orderBy], [...partitionColumns, ...orderColumns]))
  if (keys.length === 0) return [order]
  const compare = compareRows(keys, partitionColumns)
  const partitions: Int32Array[] = []
  let start = 0
  for (let n = 1; n <= rowCount; n++) {
    if (n < rowCount && compare(order[n - 1], order[n]) === 0) continue
    partitions.push(order.subarray(start, n))
    start = n
  }
  return partitions
}

/** The call's results for a partition, row by row. */
function evaluate(
  plan: PhysicalWindow,
  { call, filter }: CompiledCall,
  order: Int32Array,
  offsets: FrameOffsets,
  orderColumns: readonly (readonly Value[])[],
  argColumns: readonly (readonly Value[])[],
  filterColumn: readonly boolean[],
  context: ExecutionContext,
): Value[] {
  const partition = new Partition(order, plan.frame, offsets, plan.orderBy, orderColumns, argColumns, call.ignoreNulls)
  const results = new Array<Value>(order.length).fill(null)
  if (call.function.kind === 'aggregate') {
    const passes = filter && Array.from(order, (row) => filterColumn[row] === true)
    aggregateFrames(call, plan.frame, partition, passes, results, context.functions)
  } else {
    ;(call.overload as WindowOverload).evaluate(partition, results)
  }
  return results
}
