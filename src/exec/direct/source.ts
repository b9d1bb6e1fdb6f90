/** Where a statement of one row finds it: one row of values, or the rows of an index under a key; filtered, projected. */
import type { Evaluator } from '../../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import type { IndexScan, PhysicalPlan } from '../../planner/physical-plan.ts'
import type { RowId, Transaction } from '../../storage/interface.ts'
import type { Table } from '../../storage/table.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { type DirectFrame, isPlain, isSimple } from './frame.ts'

export interface Source {
  /** At most one row comes. */
  readonly isSingle: boolean
  /** Of a single source the row, -1 when there is none. Rows of values have no place; theirs is 0. */
  find(transaction: Transaction): RowId
  findAll(transaction: Transaction): readonly RowId[]
  /** Makes a row the current one; false when a filter refuses it. */
  enter(row: RowId): boolean
  /** Whether the table has become so much larger that an index that finds several rows may be the poorer way. */
  readonly isOutgrown?: () => boolean
  /** The index scan that it is over. */
  readonly scan?: IndexScan
}

export function directSource(plan: PhysicalPlan, frame: DirectFrame, transaction: Transaction): Source | undefined {
  switch (plan.kind) {
    case 'values':
      return plan.rows.length === 1 ? valuesSource(plan.columns, plan.rows[0], frame) : undefined
    case 'index-scan':
      return indexSource(plan, frame, transaction)
    case 'filter':
    case 'project': {
      const input = directSource(plan.input, frame, transaction)
      if (input === undefined) return undefined
      if (plan.kind === 'project') return computing(input, plan.columns, plan.expressions, frame)
      return isPlain([plan.predicate]) ? filtered(input, frame.compile(plan.predicate)) : undefined
    }
    default:
      return undefined
  }
}

const noTable: readonly RowId[] = [0]

function valuesSource(
  columns: readonly OutputColumn[],
  row: readonly Expression[],
  frame: DirectFrame,
): Source | undefined {
  const bare: Source = { isSingle: true, find: () => 0, findAll: () => noTable, enter: () => true }
  return computing(bare, columns, row, frame)
}

function computing(
  input: Source,
  columns: readonly OutputColumn[],
  expressions: readonly Expression[],
  frame: DirectFrame,
): Source | undefined {
  const compute = withColumns(columns, expressions, frame)
  if (compute === undefined || compute === nothing) return compute && input
  const enter = (row: RowId): boolean => {
    if (!input.enter(row)) return false
    compute()
    return true
  }
  return { ...input, enter }
}

/** Defines computed columns; what comes back evaluates each, once, when a row has become the current one. */
export function withColumns(
  columns: readonly OutputColumn[],
  expressions: readonly Expression[],
  frame: DirectFrame,
): (() => void) | undefined {
  if (!isPlain(expressions)) return undefined
  const cells: Value[] = []
  const computed: Evaluator[] = []
  for (let i = 0; i < columns.length; i++) {
    const { id } = columns[i]
    const expression = expressions[i]
    if (expression.kind === 'column' && expression.id === id) continue
    const evaluator = frame.compile(expression)
    if (isSimple(expression)) {
      frame.define(id, evaluator)
      continue
    }
    const cell = computed.length
    computed.push(evaluator)
    cells.push(null)
    frame.define(id, () => cells[cell])
  }
  if (computed.length === 0) return nothing
  return () => {
    for (let i = 0; i < computed.length; i++) cells[i] = computed[i](0)
  }
}

function nothing(): void {}

function filtered(input: Source, predicate: Evaluator): Source {
  return { ...input, enter: (row) => input.enter(row) && predicate(0) === true }
}

function indexSource(plan: IndexScan, frame: DirectFrame, transaction: Transaction): Source | undefined {
  if (plan.range !== undefined || !isPlain(plan.keys) || !isPlain(plan.filter)) return undefined
  const table = transaction.table(plan.table) as Table
  const keys = plan.keys.map((key) => frame.compile(key))
  const enter = tableColumns(plan, table, frame)
  const source: Source = { ...finders(plan, table, keys), enter, scan: plan }
  return plan.filter.reduce((input, predicate) => filtered(input, frame.compile(predicate)), source)
}

/** Defines a table's columns; what comes back makes a row the current one, where -1 stands for a row of NULLs. */
export function tableColumns(
  plan: Pick<IndexScan, 'columns' | 'tableColumns' | 'rowId'>,
  table: Table,
  frame: DirectFrame,
): (row: RowId) => boolean {
  let current = -1
  for (let i = 0; i < plan.tableColumns.length; i++) {
    const read = table.columnReader(plan.tableColumns[i])
    frame.define(plan.columns[i].id, () => (current === -1 ? null : read(current)))
  }
  if (plan.rowId !== undefined) frame.define(plan.rowId, () => BigInt(current))
  return (row) => {
    current = row
    return true
  }
}

type Finders = Pick<Source, 'isSingle' | 'find' | 'findAll' | 'isOutgrown'>

function finders(plan: IndexScan, table: Table, keys: readonly Evaluator[]): Finders {
  const { index } = plan
  const values: Value[] = keys.map(() => null)
  /** Evaluates the key; false when some part of it is NULL, which equals nothing. */
  const fill = (): boolean => {
    for (let i = 0; i < keys.length; i++) {
      values[i] = keys[i](0)
      if (values[i] === null) return false
    }
    return true
  }
  const findAll = (transaction: Transaction): readonly RowId[] =>
    fill() ? table.lookup(transaction, index, values) : noRows
  const isWhole = table.isKey(index) && keys.length === index.columns.length
  if (!isWhole) {
    const { statistics } = table
    const most = Math.max(256, 4 * statistics.rowCount)
    return { isSingle: false, find: () => -1, findAll, isOutgrown: () => statistics.rowCount > most }
  }
  const lookup = table.pointLookup(index)
  if (keys.length > 1) {
    const find = (transaction: Transaction): RowId => (fill() ? lookup.values(transaction, values) : -1)
    return { isSingle: true, find, findAll }
  }
  const [key] = keys
  const findValue = holdsInteger(plan.table.columns[index.columns[0]].type) ? lookup.integer : lookup.value
  const find = (transaction: Transaction): RowId => {
    const value = key(0)
    return value === null ? -1 : findValue(transaction, value)
  }
  return { isSingle: true, find, findAll }
}

const noRows: readonly RowId[] = []

/** Whether a value of the type is the integer that stands for it in storage. */
function holdsInteger(type: DataType): boolean {
  return type.kind === 'smallint' || type.kind === 'integer'
}
