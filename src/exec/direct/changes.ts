/** INSERT, UPDATE and DELETE of one row. */
import type { Evaluator } from '../../planner/evaluate.ts'
import type { Expression } from '../../planner/expression.ts'
import type { PhysicalDelete, PhysicalInsert, PhysicalUpdate } from '../../planner/physical-plan.ts'
import type { TableCheck } from '../../planner/plan.ts'
import type { RowId, TableDefinition, Transaction, TriggerEvent } from '../../storage/interface.ts'
import { RowWriter } from '../../storage/row-writer.ts'
import type { Table } from '../../storage/table.ts'
import type { Value } from '../../types/value.ts'
import { foreignKeysOf, referencesTo } from '../foreign-key-graph.ts'
import { checkViolation, notNullViolation } from '../table-checks.ts'
import { triggersFor } from '../triggers.ts'
import { type DirectFrame, isPlain } from './frame.ts'
import { type DirectContext, type DirectPlan, type DirectRun, refused, returningOf } from './plan.ts'
import { directSource, type Source } from './source.ts'

export function directInsert(plan: PhysicalInsert, frame: DirectFrame, context: DirectContext): DirectPlan | undefined {
  const { table, values, checks, returning } = plan
  if (plan.conflict || hasTriggers(table, 'insert') || foreignKeysOf(table).length > 0) return undefined
  if (checks.some(({ view }) => view) || !isPlain([...values, ...checksOf(checks), ...(returning ?? [])]))
    return undefined
  const source = directSource(plan.input, frame, context.transaction)
  if (!source?.isSingle) return undefined
  const evaluators = values.map((value) => frame.compile(value))
  const row: Value[] = values.map(() => null)
  plan.rowColumns.forEach(({ id }, column) => frame.define(id, () => row[column]))
  const verify = rowChecks(table, checks, plan.rowColumns, frame)
  const outputs = returningOf(returning, frame)
  const writer = new RowWriter(context.transaction.table(table) as Table)
  const run: DirectRun = (own, emit) => {
    const found = source.find(own)
    if (found === -1 || !source.enter(found)) return 0
    for (let column = 0; column < evaluators.length; column++) row[column] = evaluators[column](0)
    verify?.()
    writer.insert(own, row)
    if (returning) emit()
    return 1
  }
  return { frame, changesRows: true, outputs, isSingle: true, run }
}

export function directUpdate(plan: PhysicalUpdate, frame: DirectFrame, context: DirectContext): DirectPlan | undefined {
  const { table, values, checks, returning, changed } = plan
  if (hasTriggers(table, 'update', changed) || touchesReferences(table, changed, context)) return undefined
  if (checks.some(({ view }) => view) || !isPlain([...values, ...checksOf(checks), ...(returning ?? [])]))
    return undefined
  const source = directSource(plan.input, frame, context.transaction)
  if (source?.scan === undefined || !isOfTable(source, table, plan.rowId)) return undefined
  const { columns, tableColumns } = source.scan
  const stays = (value: Expression, column: number): boolean =>
    value.kind === 'column' && columns[tableColumns.indexOf(column)]?.id === value.id
  /** Per column what computes it; undefined where the old row's value stays. */
  const evaluators = values.map((value, column) => (stays(value, column) ? undefined : frame.compile(value)))
  const row: (Value | undefined)[] = values.map(() => undefined)
  plan.rowColumns.forEach(({ id }, column) => {
    frame.define(id, evaluators[column] === undefined ? frame.compile(values[column]) : () => row[column])
  })
  const verify = rowChecks(table, checks, plan.rowColumns, frame)
  const outputs = returningOf(returning, frame)
  const computed = evaluators.flatMap((evaluator, column) => (evaluator === undefined ? [] : [{ evaluator, column }]))
  const writer = new RowWriter(
    context.transaction.table(table) as Table,
    computed.map(({ column }) => column),
  )
  const one = oneRow(source)
  const run: DirectRun = (own, emit) => {
    const found = one(own)
    if (found < 0) return found === none ? 0 : refused
    for (let i = 0; i < computed.length; i++) row[computed[i].column] = computed[i].evaluator(0)
    verify?.()
    writer.replace(own, found, row)
    if (returning) emit()
    return 1
  }
  return { frame, changesRows: true, outputs, isSingle: true, run, isOutgrown: source.isOutgrown }
}

export function directDelete(plan: PhysicalDelete, frame: DirectFrame, context: DirectContext): DirectPlan | undefined {
  const { table, returning } = plan
  if (hasTriggers(table, 'delete') || referencesTo(table, context).length > 0) return undefined
  if (!isPlain(returning ?? [])) return undefined
  const source = directSource(plan.input, frame, context.transaction)
  if (source?.scan === undefined || !isOfTable(source, table, plan.rowId)) return undefined
  const outputs = returningOf(returning, frame)
  const writer = new RowWriter(context.transaction.table(table) as Table)
  const one = oneRow(source)
  const run: DirectRun = (own, emit) => {
    const found = one(own)
    if (found < 0) return found === none ? 0 : refused
    writer.remove(own, found)
    if (returning) emit()
    return 1
  }
  return { frame, changesRows: true, outputs, isSingle: true, run, isOutgrown: source.isOutgrown }
}

const none = -1
const several = -2

/** Enters the one row that a source finds; `several` when a second one may have to be changed too. */
function oneRow(source: Source): (transaction: Transaction) => RowId {
  if (source.isSingle) {
    return (transaction) => {
      const row = source.find(transaction)
      return row !== -1 && source.enter(row) ? row : none
    }
  }
  return (transaction) => {
    const rows = source.findAll(transaction)
    if (rows.length === 0) return none
    if (rows.length > 1) return several
    return source.enter(rows[0]) ? rows[0] : none
  }
}

/** Whether the rows that a source finds are those that the statement changes. */
function isOfTable({ scan }: Source, table: TableDefinition, rowId: number): boolean {
  return scan?.rowId === rowId && scan.table.schema === table.schema && scan.table.name === table.name
}

function hasTriggers(table: TableDefinition, event: TriggerEvent, changed?: readonly number[]): boolean {
  return triggersFor(table, event, changed).length > 0
}

/** Whether a foreign key, of the table or of another, reads a column that may change. */
function touchesReferences(
  table: TableDefinition,
  changed: readonly number[] | undefined,
  context: DirectContext,
): boolean {
  const own = foreignKeysOf(table).map(({ columns }) => columns)
  const others = referencesTo(table, context).map(({ key }) => key.referencedColumns)
  return [...own, ...others].some(
    (columns) => changed === undefined || columns.some((column) => changed.includes(column)),
  )
}

function checksOf(checks: readonly TableCheck[]): Expression[] {
  return checks.map(({ expression }) => expression)
}

/** What TableChecks does for batches; undefined when there is nothing to check before the row is written. */
function rowChecks(
  table: TableDefinition,
  checks: readonly TableCheck[],
  rowColumns: PhysicalInsert['rowColumns'],
  frame: DirectFrame,
): (() => void) | undefined {
  if (checks.length === 0) return undefined
  const readers = rowColumns.map(({ id }): Evaluator => frame.readers[frame.slot(id)!])
  const tests = checks.map((check) => ({ check, test: frame.compile(check.expression) }))
  const required = table.columns.flatMap(({ notNull, name }, column) =>
    notNull ? [{ name, read: readers[column] }] : [],
  )
  const values = (): Value[] => readers.map((read) => read(0))
  return () => {
    for (const { name, read } of required) {
      if (read(0) === null) throw notNullViolation(table, name, values(), frame.runtime.functions.settings)
    }
    for (const { check, test } of tests) {
      if (test(0) === false) throw checkViolation(table, check, values(), frame.runtime.functions.settings)
    }
  }
}
