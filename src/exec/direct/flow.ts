/**
 * SELECTs over few rows: those that indexes find and those of small tables, joined, grouped, sorted and cut. Every node is a
 * closure that is called when a row has become the frame's current one, and calls the next:
 *
 *   index, scan ─▶ filter ─▶ join ─▶ … ─▶ emit          aggregate and sort keep rows, and go on when all have come
 *
 * The operators do the same with any number of rows. A flow that comes upon more than it is made for refuses, where that is
 * before the first row that leaves it.
 */
import type { Evaluator } from '../../planner/evaluate.ts'
import type { AggregateCall, Expression, OutputColumn } from '../../planner/expression.ts'
import type {
  HashJoin,
  IndexJoin,
  IndexScan,
  PhysicalAggregate,
  PhysicalLimit,
  PhysicalPlan,
  PhysicalScan,
  PhysicalSort,
  TopN,
} from '../../planner/physical-plan.ts'
import type { RowId, Transaction } from '../../storage/interface.ts'
import { Table } from '../../storage/table.ts'
import type { Value } from '../../types/value.ts'
import { KeyTable } from '../key-table.ts'
import { countOf } from '../limit.ts'
import { compareRows, sortedOrder } from '../order.ts'
import { type DirectFrame, isPlain } from './frame.ts'
import { directSource, tableColumns, withColumns } from './source.ts'

/** Takes the current row; true when no more are wanted. */
type Next = () => boolean
/** Runs; false when there are too many rows. */
type Start = (transaction: Transaction) => boolean

/** Beyond so many rows kernels are faster. */
const mostRows = 4096
const smallTable = 512

export interface Flow {
  readonly start: Start
  /** At most one row comes out. */
  readonly isSingle: boolean
}

/** How a flow is made. */
export interface FlowContext {
  readonly frame: DirectFrame
  /** For the tables as it sees them. */
  readonly transaction: Transaction
  /** Whether some table has become too large for the flow. */
  readonly outgrown: (() => boolean)[]
}

/** What becomes of a node's rows. */
interface Use {
  /** They are kept until all have come. */
  readonly kept: boolean
  /** A limit ends them. */
  readonly limited: boolean
}

const passedOn: Use = { kept: false, limited: false }
const keptRows: Use = { kept: true, limited: false }

/** The flow of a plan's rows into `next`; undefined when there is none for it. */
export function directFlow(
  plan: PhysicalPlan,
  context: FlowContext,
  next: Next,
  use: Use = passedOn,
): Flow | undefined {
  const { frame, transaction, outgrown } = context
  const source = directSource(plan, frame, transaction)
  if (source !== undefined) {
    const { isSingle, find, findAll, enter, isOutgrown } = source
    if (isOutgrown !== undefined) outgrown.push(isOutgrown)
    if (isSingle) {
      const start: Start = (own) => {
        const row = find(own)
        if (row !== -1 && enter(row)) next()
        return true
      }
      return { start, isSingle }
    }
    const start: Start = (own) => {
      const rows = findAll(own)
      if (use.kept && rows.length > mostRows) return false
      for (const row of rows) if (enter(row) && next()) break
      return true
    }
    return { start, isSingle }
  }
  switch (plan.kind) {
    case 'scan':
      return scanFlow(plan, context, next)
    case 'index-scan':
      return rangeFlow(plan, context, next, use)
    case 'filter': {
      let predicate: Evaluator
      const flow = directFlow(plan.input, context, () => predicate(0) === true && next(), use)
      if (flow === undefined || !isPlain([plan.predicate])) return undefined
      predicate = frame.compile(plan.predicate)
      return flow
    }
    case 'project': {
      let enter: () => void
      const flow = directFlow(
        plan.input,
        context,
        () => {
          enter()
          return next()
        },
        use,
      )
      const entering = flow && withColumns(plan.columns, plan.expressions, frame)
      if (entering === undefined) return undefined
      enter = entering
      return flow
    }
    case 'index-join':
      return indexJoinFlow(plan, context, next, use)
    case 'hash-join':
      return hashJoinFlow(plan, context, next, use)
    case 'aggregate':
      return aggregateFlow(plan, context, next)
    case 'sort':
    case 'top-n':
      return sortFlow(plan, context, next)
    case 'limit':
      return limitFlow(plan, context, next, use)
    default:
      return undefined
  }
}

/** Calls `next` for the rows that pass a filter. */
function filtered(filter: readonly Expression[], frame: DirectFrame, next: Next): Next {
  return filter.reduceRight<Next>((then, conjunct) => {
    const predicate = frame.compile(conjunct)
    return () => predicate(0) === true && then()
  }, next)
}

function tableOf(plan: { readonly table: PhysicalScan['table'] }, transaction: Transaction): Table | undefined {
  const table = transaction.table(plan.table)
  return table instanceof Table ? table : undefined
}

function scanFlow(plan: PhysicalScan, { frame, transaction, outgrown }: FlowContext, next: Next): Flow | undefined {
  const table = tableOf(plan, transaction)
  if (table === undefined || plan.sample || !isPlain(plan.filter)) return undefined
  const { statistics } = table
  if (statistics.rowCount > smallTable) return undefined
  outgrown.push(() => statistics.rowCount > 4 * smallTable)
  const enter = tableColumns(plan, table, frame)
  const pass = filtered(plan.filter, frame, next)
  const start: Start = (own) => {
    table.visit(own, (row) => {
      enter(row)
      return pass()
    })
    return true
  }
  return { start, isSingle: false }
}

/** The rows of an index between bounds, in its order. */
function rangeFlow(
  plan: IndexScan,
  { frame, transaction }: FlowContext,
  next: Next,
  { kept, limited }: Use,
): Flow | undefined {
  const { range, index, descending = false } = plan
  const table = tableOf(plan, transaction)
  if (table === undefined || range === undefined || !isPlain(plan.filter)) return undefined
  if (!limited && plan.estimatedRows > mostRows) return undefined
  const bounds = [range.low, range.high].map((bound) => {
    return bound && { read: frame.compile(bound.value), inclusive: bound.inclusive }
  })
  if (![range.low, range.high].every((bound) => bound === undefined || isPlain([bound.value]))) return undefined
  const enter = tableColumns(plan, table, frame)
  const pass = filtered(plan.filter, frame, next)
  const start: Start = (own) => {
    const [low, high] = bounds.map((bound) => bound && { value: bound.read(0), inclusive: bound.inclusive })
    if (low?.value === null || high?.value === null) return true
    let count = 0
    for (const row of table.range(own, index, low, high, descending)) {
      if (kept && ++count > mostRows) return false
      enter(row)
      if (pass()) break
    }
    return true
  }
  return { start, isSingle: false }
}

function indexJoinFlow(plan: IndexJoin, context: FlowContext, next: Next, use: Use): Flow | undefined {
  const { frame, transaction } = context
  const { type, index } = plan
  const table = tableOf(plan, transaction)
  if (table === undefined || !isPlain([...plan.keys, ...plan.filter])) return undefined
  if (plan.estimatedRows > mostRows && !use.limited) return undefined
  let join: Next
  const flow = directFlow(plan.input, context, () => join(), use)
  if (flow === undefined) return undefined
  const keys = plan.keys.map((key) => frame.compile(key))
  const enter = tableColumns({ columns: plan.tableOutput, tableColumns: plan.tableColumns }, table, frame)
  const given: Value[] = keys.map(() => null)
  let transactionNow: Transaction
  let found = false
  const match: Next = () => {
    found = true
    return type === 'semi' || type === 'anti' || next()
  }
  const pass = filtered(plan.filter, frame, match)
  const lookUp = (): readonly RowId[] => {
    for (let i = 0; i < keys.length; i++) {
      given[i] = keys[i](0)
      if (given[i] === null) return noRows
    }
    return table.lookup(transactionNow, index, given)
  }
  join = () => {
    found = false
    let ends = false
    for (const row of lookUp()) {
      enter(row)
      ends = pass()
      if (ends) break
    }
    return afterMatches(type, found, ends, next, () => enter(-1))
  }
  const start: Start = (own) => {
    transactionNow = own
    return flow.start(own)
  }
  return { start, isSingle: flow.isSingle && (index.unique || type === 'semi' || type === 'anti') }
}

const noRows: readonly RowId[] = []

/** What a join does when a row's matches have been gone through: some kinds yield the row now, or the row without a match. */
function afterMatches(type: string, found: boolean, ends: boolean, next: Next, enterNulls: () => void): boolean {
  switch (type) {
    case 'semi':
      return found && next()
    case 'anti':
      return !found && next()
    case 'left':
      if (found) return ends
      enterNulls()
      return next()
    default:
      return ends
  }
}

function hashJoinFlow(plan: HashJoin, context: FlowContext, next: Next, use: Use): Flow | undefined {
  const { frame } = context
  const { type, left, right, leftKeys, rightKeys } = plan
  if (!['inner', 'left', 'semi', 'anti'].includes(type) || plan.nullAware || plan.nullsEqual.includes(true))
    return undefined
  if (leftKeys.some((key, i) => key.type.kind !== rightKeys[i].type.kind)) return undefined
  if (!isPlain([...leftKeys, ...rightKeys, ...plan.filter])) return undefined
  if (plan.estimatedRows > mostRows && !use.limited) return undefined
  let table = new KeyTable([])
  let rows: Value[][][] = []
  let rightReaders: readonly Evaluator[] = []
  let rightValues: readonly Evaluator[] = []
  const key: Value[] = leftKeys.map(() => null)
  const fill = (evaluators: readonly Evaluator[]): boolean => {
    for (let i = 0; i < evaluators.length; i++) {
      key[i] = evaluators[i](0)
      if (key[i] === null) return false
    }
    return true
  }
  const keep: Next = () => {
    if (!fill(rightValues)) return false
    const number = table.insert(key)
    const row = rightReaders.map((read) => read(0))
    if (number === rows.length) rows.push([row])
    else rows[number].push(row)
    return false
  }
  const build = directFlow(right, context, keep, keptRows)
  if (build === undefined) return undefined
  rightReaders = readersOf(right.columns, frame)
  rightValues = rightKeys.map((each) => frame.compile(each))
  let join: Next
  const probe = directFlow(left, context, () => join(), use)
  if (probe === undefined) return undefined
  const leftValues = leftKeys.map((each) => frame.compile(each))
  let current: readonly Value[] | undefined
  right.columns.forEach(({ id }, i) => frame.define(id, () => (current === undefined ? null : current[i])))
  let found = false
  const match: Next = () => {
    found = true
    return type === 'semi' || type === 'anti' || next()
  }
  const pass = filtered(plan.filter, frame, match)
  join = () => {
    found = false
    let ends = false
    const number = fill(leftValues) ? table.find(key) : -1
    if (number !== -1) {
      for (const row of rows[number]) {
        current = row
        ends = pass()
        if (ends) break
      }
    }
    return afterMatches(type, found, ends, next, () => {
      current = undefined
    })
  }
  const types = rightKeys.map((each) => each.type)
  const start: Start = (own) => {
    table = new KeyTable(types)
    rows = []
    return build.start(own) && probe.start(own)
  }
  return { start, isSingle: probe.isSingle && (type === 'semi' || type === 'anti') }
}

function readersOf(columns: readonly OutputColumn[], frame: DirectFrame): Evaluator[] {
  return columns.map(({ id }) => frame.readers[frame.slot(id)!])
}

function aggregateFlow(plan: PhysicalAggregate, context: FlowContext, next: Next): Flow | undefined {
  const { frame } = context
  const { groups, aggregates, sets, groupingColumn } = plan
  if (sets !== undefined || groupingColumn !== undefined || !aggregates.every(isDirect) || !isPlain(groups))
    return undefined
  let add: Next
  const flow = directFlow(plan.input, context, () => add(), keptRows)
  if (flow === undefined) return undefined
  const keys = groups.map((group) => frame.compile(group))
  const calls = aggregates.map((call) => addition(call, frame))
  const types = groups.map((group) => group.type)
  const fresh = (): Value[] => calls.map((call) => call.start())
  let table = new KeyTable(types)
  /** Per group its key and its states. */
  let members: { readonly key: Value[]; readonly states: Value[] }[] = []
  const key: Value[] = keys.map(() => null)
  let current: readonly Value[] = []
  add = () => {
    let number = 0
    if (keys.length > 0) {
      for (let i = 0; i < keys.length; i++) key[i] = keys[i](0)
      number = table.insert(key)
      if (number === members.length) members.push({ key: key.slice(), states: fresh() })
    }
    const { states } = members[number]
    for (let i = 0; i < calls.length; i++) states[i] = calls[i].add(states[i])
    return false
  }
  plan.columns.forEach(({ id }, i) => frame.define(id, () => current[i]))
  const start: Start = (own) => {
    members = keys.length === 0 ? [{ key: [], states: fresh() }] : []
    if (keys.length > 0) table = new KeyTable(types)
    if (!flow.start(own)) return false
    for (const { key: values, states } of members) {
      current = [...values, ...states.map((state, i) => calls[i].finish(state))]
      if (next()) break
    }
    members = []
    return true
  }
  return { start, isSingle: keys.length === 0 }
}

/** Whether a call takes its rows as they come. */
function isDirect({ function: { category }, args, filter, distinct, orderBy, overload }: AggregateCall): boolean {
  if (distinct || orderBy.length > 0 || overload.hypothetical || category === 'user-defined') return false
  return isPlain(filter === undefined ? args : [...args, filter])
}

interface Addition {
  start(): Value
  /** The state with the current row. */
  add(state: Value): Value
  finish(state: Value): Value
}

function addition(call: AggregateCall, frame: DirectFrame): Addition {
  const { overload } = call
  const types = call.args.map((arg) => arg.type)
  const args = call.args.map((arg) => frame.compile(arg))
  const strict = overload.strict !== false
  const addRow = ((): Addition['add'] => {
    if (args.length === 0) return (state) => overload.add(state)
    if (args.length === 1) {
      const [arg] = args
      return (state) => {
        const value = arg(0)
        return value === null && strict ? state : overload.add(state, value)
      }
    }
    return (state) => {
      const values = args.map((arg) => arg(0))
      return strict && values.includes(null) ? state : overload.add(state, ...values)
    }
  })()
  const filter = call.filter && frame.compile(call.filter)
  return {
    start: () => overload.start(types, frame.runtime.functions),
    add: filter === undefined ? addRow : (state) => (filter(0) === true ? addRow(state) : state),
    finish: (state) => overload.finish(state, call.type),
  }
}

function sortFlow(plan: PhysicalSort | TopN, context: FlowContext, next: Next): Flow | undefined {
  const { frame } = context
  const expressions = plan.keys.map((key) => key.expression)
  const counts = plan.kind === 'top-n' ? [plan.limit, ...(plan.offset ? [plan.offset] : [])] : []
  if (!isPlain([...expressions, ...counts])) return undefined
  let keep: Next
  const flow = directFlow(plan.input, context, () => keep(), keptRows)
  if (flow === undefined) return undefined
  const { columns } = plan.input
  const readers = readersOf(columns, frame)
  const keys = expressions.map((expression) => frame.compile(expression))
  const [limit, offset] = counts.map((count) => frame.compile(count))
  let rows: Value[][] = []
  let keyValues: Value[][] = []
  let current: readonly Value[] = []
  keep = () => {
    rows.push(readers.map((read) => read(0)))
    for (let i = 0; i < keys.length; i++) keyValues[i].push(keys[i](0))
    return false
  }
  columns.forEach(({ id }, i) => frame.define(id, () => current[i]))
  const start: Start = (own) => {
    rows = []
    keyValues = keys.map(() => [])
    const skipped = countOf(offset, 'offset') ?? 0
    const wanted = skipped + (countOf(limit, 'limit') ?? Number.POSITIVE_INFINITY)
    if (wanted === skipped) return true
    if (!flow.start(own)) return false
    const compare = compareRows(plan.keys, keyValues)
    // What ties comes out as from the operators: a top-n is stable, a sort is PostgreSQL's.
    const order =
      plan.kind === 'top-n' ? Array.from(rows, (_, row) => row).sort(compare) : sortedOrder(rows.length, compare)
    const end = Math.min(wanted, order.length)
    for (let place = skipped; place < end; place++) {
      current = rows[order[place]]
      if (next()) break
    }
    rows = []
    return true
  }
  return { start, isSingle: flow.isSingle }
}

function limitFlow(plan: PhysicalLimit, context: FlowContext, next: Next, { kept }: Use): Flow | undefined {
  const counts = [plan.limit, plan.offset].filter((count) => count !== undefined)
  if (plan.percent || plan.ties || !isPlain(counts)) return undefined
  let most = 0
  let skipped = 0
  let seen = 0
  const pass: Next = () => {
    seen++
    return seen > skipped && (next() || seen >= most)
  }
  const flow = directFlow(plan.input, context, pass, { kept, limited: plan.limit !== undefined })
  if (flow === undefined) return undefined
  const [limit, offset] = [plan.limit, plan.offset].map((count) => count && context.frame.compile(count))
  const start: Start = (own) => {
    seen = 0
    skipped = countOf(offset, 'offset') ?? 0
    const count = countOf(limit, 'limit') ?? Number.POSITIVE_INFINITY
    most = skipped + count
    return count === 0 || flow.start(own)
  }
  return { start, isSingle: flow.isSingle }
}
