/** Grouping: GROUP BY with its aggregates and grouping sets. */
import { sameExpression } from '../planner/binder/same-expression.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { AggregateCall, Expression, SortKey } from '../planner/expression.ts'
import type { PhysicalAggregate } from '../planner/physical-plan.ts'
import { operands, withOperands } from '../planner/tree.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { type Accumulator, type CompiledAggregate, compileAggregate, startAccumulator } from './accumulator.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { compareRows, sortedOrder } from './order.ts'
import { bufferBatches, orderedBatches } from './rows.ts'
import { takesRowsInTurn } from './volatility.ts'

/**
 * Groups rows by the values of expressions, once per grouping set, and aggregates each group. Groups come
 * out as they were met; in the order of their values where an aggregate sorts its input, as PostgreSQL then sorts the groups.
 */
export function aggregate(plan: PhysicalAggregate, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const groups = plan.groups.map((group) => frame.compileForBatch(group))
  const sets = plan.sets ?? [plan.groups.map((_, index) => index)]
  const calls = sets.map((set) => plan.aggregates.map((call) => compileAggregate(ofSet(call, plan.groups, set), frame)))
  const rowByRow = takesRowsInTurn(plan.aggregates)
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const groupings = sets.map((set, index) => new Grouping(plan, set, calls[index], context))
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        const count = selectedCount(batch)
        const rows = rowNumbers(batch, count, context)
        const columns = groups.map((evaluator) => evaluateRows(evaluator, rows))
        if (rowByRow) {
          for (let n = 0; n < count; n++) {
            const values = columns.map((column) => [column[n]])
            for (const grouping of groupings) grouping.add([rows[n]], values)
          }
        } else for (const grouping of groupings) grouping.add(rows, columns)
        context.pool.assertRoom(groupings.reduce((sum, grouping) => sum + grouping.bytes, 0))
      }
      for (const grouping of groupings) yield* grouping.finish()
    },
  }
}

/** Direct arguments hold for a group: what the set leaves out of it is NULL there. */
function ofSet(call: AggregateCall, groups: readonly Expression[], set: readonly number[]): AggregateCall {
  if (!call.overload.ordered || set.length === groups.length) return call
  const absent = groups.filter((_, index) => !set.includes(index))
  const valueIn = (expression: Expression): Expression =>
    absent.some((group) => sameExpression(group, expression))
      ? { kind: 'constant', type: expression.type, value: null }
      : withOperands(expression, operands(expression).map(valueIn))
  const direct = call.args.length - call.orderBy.length
  return { ...call, args: call.args.map((arg, index) => (index < direct ? valueIn(arg) : arg)) }
}

function rowNumbers(batch: Batch, count: number, context: ExecutionContext): number[] {
  const { memory } = context.pool
  const rows = new Array<number>(count)
  for (let n = 0; n < count; n++) rows[n] = selectedRow(batch, n, memory)
  return rows
}

function evaluateRows(evaluator: Evaluator, rows: readonly number[]): Value[] {
  const values = new Array<Value>(rows.length)
  for (let n = 0; n < rows.length; n++) values[n] = evaluator(rows[n])
  return values
}

/** The groups of one grouping set. */
class Grouping {
  private readonly plan: PhysicalAggregate
  private readonly set: readonly number[]
  private readonly context: ExecutionContext
  private readonly table: KeyTable
  /** Per member of the set, the value of each group. */
  private readonly values: Value[][]
  private readonly accumulators: readonly Accumulator[]

  constructor(
    plan: PhysicalAggregate,
    set: readonly number[],
    calls: readonly CompiledAggregate[],
    context: ExecutionContext,
  ) {
    this.plan = plan
    this.set = set
    this.context = context
    this.table = new KeyTable(set.map((index) => plan.groups[index].type))
    this.values = set.map(() => [])
    this.accumulators = calls.map((call) => startAccumulator(call, context))
    if (set.length === 0) this.table.insert([])
  }

  /** About how many bytes the groups take. */
  get bytes(): number {
    return this.accumulators.reduce((sum, accumulator) => sum + accumulator.bytes, this.table.bytes)
  }

  add(rows: readonly number[], columns: readonly (readonly Value[])[]): void {
    const groups = this.numbers(rows.length, columns)
    for (const accumulator of this.accumulators) accumulator.add(rows, groups, rows.length)
  }

  /** The group of each row. */
  private numbers(count: number, columns: readonly (readonly Value[])[]): Int32Array {
    const { set, table, values } = this
    const groups = new Int32Array(count)
    if (set.length === 0) return groups
    const key: Value[] = set.map(() => null)
    for (let n = 0; n < count; n++) {
      for (let member = 0; member < set.length; member++) key[member] = columns[set[member]][n]
      const before = table.size
      const group = table.insert(key)
      if (group === before) for (let member = 0; member < set.length; member++) values[member].push(key[member])
      groups[n] = group
    }
    return groups
  }

  finish(): Iterable<Batch> {
    const { plan, set, table, values, accumulators, context } = this
    const count = table.size
    const arrays = plan.groups.map((_, index) => {
      const member = set.indexOf(index)
      return member === -1 ? new Array<Value>(count).fill(null) : values[member]
    })
    for (const accumulator of accumulators) arrays.push(accumulator.finish(count))
    if (plan.groupingColumn !== undefined) {
      const mask = plan.groups.reduce((bits, _, index) => (set.includes(index) ? bits : bits + 2 ** index), 0)
      arrays.push(new Array<Value>(count).fill(mask))
    }
    const isSorted = plan.aggregates.some((call) => call.distinct || call.orderBy.length > 0)
    if (!isSorted || count < 2 || set.length === 0) return bufferBatches(plan.columns, arrays, count, context)
    const keys = set.map((index): SortKey => ({ expression: plan.groups[index], descending: false, nullsFirst: false }))
    return orderedBatches(plan.columns, arrays, sortedOrder(count, compareRows(keys, values)), context)
  }
}
