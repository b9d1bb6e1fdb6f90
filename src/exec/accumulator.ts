/**
 * One aggregate call over many groups: FILTER, DISTINCT and ORDER BY around the function's own start, add and finish.
 * Groups are numbered from 0; `add` takes the rows of a batch with their groups' numbers.
 */
import type { AggregateOverload } from '../functions/function.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { AggregateCall } from '../planner/expression.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import type { BatchFrame } from './frame.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext } from './operator.ts'
import { compareByKey, compareRows, compareValues } from './order.ts'
import { valueBytes } from './rows.ts'

/** An aggregate call, its expressions compiled. */
export interface CompiledAggregate {
  readonly call: AggregateCall
  readonly argumentTypes: readonly DataType[]
  readonly args: readonly Evaluator[]
  readonly filter: Evaluator | undefined
  readonly orderBy: readonly Evaluator[]
}

export function compileAggregate(call: AggregateCall, frame: BatchFrame): CompiledAggregate {
  return {
    call,
    argumentTypes: call.args.map((arg) => arg.type),
    args: call.args.map((arg) => (call.filter ? frame.compile(arg) : frame.compileForBatch(arg))),
    filter: call.filter && frame.compile(call.filter),
    orderBy: frame.compileAll(call.orderBy.map((key) => key.expression)),
  }
}

export interface Accumulator {
  /** About how many bytes its states take. */
  readonly bytes: number
  /** Adds rows `rows[n]` of the bound batch to the groups `groups[n]`. */
  add(rows: ArrayLike<number>, groups: ArrayLike<number>, count: number): void
  /** The results of groups 0 … groupCount - 1. */
  finish(groupCount: number): Value[]
}

/** Aggregates for which the order of DISTINCT values cannot be seen. */
const orderless: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'every'])

/** The state of a call while one statement runs. */
export function startAccumulator(aggregate: CompiledAggregate, context: ExecutionContext): Accumulator {
  const { call } = aggregate
  const isSorted = call.orderBy.length > 0 && !call.overload.unsorted
  const keepsRows = isSorted || (call.distinct && !orderless.has(call.function.name))
  return keepsRows ? new OrderedAccumulator(aggregate, context) : new DirectAccumulator(aggregate, context)
}

/** What a state takes at least, roughly. */
const stateBytes = 64

/** Decides which (group, arguments) are new, for DISTINCT. */
function distinctTable(aggregate: CompiledAggregate): KeyTable | undefined {
  return aggregate.call.distinct ? new KeyTable([{ kind: 'integer' }, ...aggregate.argumentTypes]) : undefined
}

/** Adds each row to its group's state as it comes. */
class DirectAccumulator implements Accumulator {
  private readonly aggregate: CompiledAggregate
  private readonly context: ExecutionContext
  private readonly states: Value[] = []
  private gathered = 0
  private readonly seen: KeyTable | undefined

  constructor(aggregate: CompiledAggregate, context: ExecutionContext) {
    this.aggregate = aggregate
    this.context = context
    this.seen = distinctTable(aggregate)
  }

  get bytes(): number {
    return this.states.length * stateBytes + this.gathered + (this.seen?.bytes ?? 0)
  }

  /** Makes sure that groups 0 … group have a state. */
  private reach(group: number, row = 0): void {
    const { call, argumentTypes, args } = this.aggregate
    const { overload } = call
    while (this.states.length <= group) {
      const state = overload.start(argumentTypes, this.context.functions)
      if (overload.begin) {
        const direct = args.slice(0, overload.parameters.length).map((arg) => arg(row))
        overload.begin(state, direct)
      }
      this.states.push(state)
    }
  }

  add(rows: ArrayLike<number>, groups: ArrayLike<number>, count: number): void {
    const { call, args, filter } = this.aggregate
    const { overload } = call
    const { states } = this
    const strict = overload.strict !== false
    for (let n = 0; n < count; n++) this.reach(groups[n], rows[n])
    if (!this.seen && !filter && args.length === 0) {
      for (let n = 0; n < count; n++) states[groups[n]] = overload.add(states[groups[n]])
    } else if (!this.seen && !filter && args.length === 1) {
      const [arg] = args
      for (let n = 0; n < count; n++) {
        const value = arg(rows[n])
        if (value === null && strict) continue
        if (overload.gathers) this.gathered += valueBytes(value)
        states[groups[n]] = overload.add(states[groups[n]], value)
      }
    } else {
      for (let n = 0; n < count; n++) this.addRow(rows[n], groups[n], strict)
    }
  }

  private addRow(row: number, group: number, strict: boolean): void {
    const { call, args, filter } = this.aggregate
    if (filter && filter(row) !== true) return
    const values = args.map((arg) => arg(row))
    if (strict && values.includes(null)) return
    if (this.seen) {
      const before = this.seen.size
      if (this.seen.insert([group, ...values]) !== before) return
    }
    if (call.overload.gathers) for (const value of values) this.gathered += valueBytes(value)
    this.states[group] = call.overload.add(this.states[group], ...values)
  }

  finish(groupCount: number): Value[] {
    const { call } = this.aggregate
    if (groupCount > 0) this.reach(groupCount - 1)
    return this.states.slice(0, groupCount).map((state) => call.overload.finish(state, call.type))
  }
}

/** Keeps the rows of each group, and adds them in order at the end. */
class OrderedAccumulator implements Accumulator {
  private readonly aggregate: CompiledAggregate
  private readonly context: ExecutionContext
  /** Arguments and order keys of all rows, column by column; per group the rows' numbers. */
  private readonly argColumns: Value[][]
  private readonly keyColumns: Value[][]
  private readonly rowsOfGroup: number[][] = []
  private readonly seen: KeyTable | undefined
  private rowCount = 0
  private kept = 0

  get bytes(): number {
    return this.rowsOfGroup.length * stateBytes + this.kept + (this.seen?.bytes ?? 0)
  }

  constructor(aggregate: CompiledAggregate, context: ExecutionContext) {
    this.aggregate = aggregate
    this.context = context
    this.argColumns = aggregate.args.map(() => [])
    this.keyColumns = aggregate.orderBy.map(() => [])
    this.seen = distinctTable(aggregate)
  }

  add(rows: ArrayLike<number>, groups: ArrayLike<number>, count: number): void {
    const { call, args, filter, orderBy } = this.aggregate
    const { hypothetical, strict } = call.overload
    for (let n = 0; n < count; n++) {
      const row = rows[n]
      const group = groups[n]
      while (this.rowsOfGroup.length <= group) this.rowsOfGroup.push([])
      if (filter && filter(row) !== true) continue
      const values = args.map((arg) => arg(row))
      if (strict !== false && !hypothetical && values.includes(null)) continue
      if (this.seen) {
        const before = this.seen.size
        if (this.seen.insert([group, ...values]) !== before) continue
      }
      values.forEach((value, index) => {
        this.argColumns[index].push(value)
        this.kept += valueBytes(value)
      })
      orderBy.forEach((key, index) => {
        const value = key(row)
        this.keyColumns[index].push(value)
        this.kept += valueBytes(value)
      })
      this.rowsOfGroup[group].push(this.rowCount++)
    }
  }

  finish(groupCount: number): Value[] {
    const { call, argumentTypes } = this.aggregate
    const { overload } = call
    const compare = this.order()
    const results: Value[] = []
    for (let group = 0; group < groupCount; group++) {
      this.context.checkInterrupt()
      const rows = this.rowsOfGroup[group] ?? []
      rows.sort(compare)
      let state = overload.start(argumentTypes, this.context.functions)
      if (overload.hypothetical) state = this.addPlaces(state, rows)
      else for (const row of rows) state = overload.add(state, ...this.argColumns.map((column) => column[row]))
      results.push(overload.finish(state, call.type))
    }
    return results
  }

  /** ORDER BY's order; that of the arguments for DISTINCT without one, as PostgreSQL has it. */
  private order(): (left: number, right: number) => number {
    const { call, argumentTypes } = this.aggregate
    if (call.orderBy.length > 0) return compareRows(call.orderBy, this.keyColumns)
    const comparisons = argumentTypes.map(compareValues)
    return (left, right) => {
      for (let index = 0; index < comparisons.length; index++) {
        const [a, b] = [this.argColumns[index][left], this.argColumns[index][right]]
        const order = a === null || b === null ? (a === b ? 0 : a === null ? 1 : -1) : comparisons[index](a, b)
        if (order !== 0) return order
      }
      return left - right
    }
  }

  /** A hypothetical-set aggregate is told of every row where it sorts relative to the direct arguments. */
  private addPlaces(start: Value, rows: readonly number[]): Value {
    const { call } = this.aggregate
    const keys = call.orderBy.map(compareByKey)
    const directCount = this.argColumns.length - keys.length
    const compare = (left: (key: number) => Value, right: (key: number) => Value): number => {
      for (let key = 0; key < keys.length; key++) {
        const order = keys[key](left(key), right(key))
        if (order !== 0) return Math.sign(order)
      }
      return 0
    }
    const add: AggregateOverload['add'] = call.overload.add
    let state = start
    let previous = -1
    for (const row of rows) {
      const own = (key: number): Value => this.argColumns[directCount + key][row]
      const place = compare(own, (key) => this.argColumns[key][row])
      const before = previous
      const differs = before === -1 || compare(own, (key) => this.argColumns[directCount + key][before]) !== 0
      state = add(state, place, differs)
      previous = row
    }
    return state
  }
}
