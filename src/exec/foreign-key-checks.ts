/** The two sides of a foreign key: finding the row that is referred to, and the rows that refer to one. */
import { AssertionError, SqlError } from '../error.ts'
import { castValue } from '../functions/casts.ts'
import type { ForeignKeyConstraint, RowId, TableData, TableDefinition } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import { indexOver } from './foreign-key-graph.ts'
import type { Reference } from './foreign-keys.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext } from './operator.ts'

/** The values of some columns of a row. */
export function readColumns(table: TableData, row: RowId, columns: readonly number[]): Value[] {
  return columns.map((column) => table.readValue(row, column))
}

/** Turns a key into the types of other columns; undefined when there it is no value. */
function convertKey(
  key: readonly Value[],
  from: readonly DataType[],
  to: readonly DataType[],
  context: ExecutionContext,
): Value[] | undefined {
  try {
    return key.map((value, n) =>
      value === null || from[n].kind === to[n].kind
        ? value
        : castValue(value, from[n], to[n], 'assignment', context.functions),
    )
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

function typesOf(table: TableDefinition, columns: readonly number[]): DataType[] {
  return columns.map((column) => table.columns[column].type)
}

/** The table that a foreign key refers to. */
function parentOf(key: ForeignKeyConstraint, context: ExecutionContext): TableDefinition {
  const parent = context.transaction.catalog.findRelation(key.referencedTable, key.referencedSchema)
  if (parent?.kind !== 'table') throw new AssertionError(`constraint "${key.name}" refers to a table that is not there`)
  return parent
}

/** Whether the table has a row with the key in the columns. */
function hasRow(
  table: TableDefinition,
  columns: readonly number[],
  key: readonly Value[],
  context: ExecutionContext,
): boolean {
  const index = indexOver(table, columns)
  if (!index) throw new AssertionError(`table "${table.name}" has no index for a key that is referred to`)
  const ordered = index.columns.map((column) => key[columns.indexOf(column)])
  return context.transaction.table(table).lookup(context.transaction, index, ordered).length > 0
}

/** 23503 when the key of one of the rows, as far as they are still there, is not present in the table referred to. */
export function checkPresent(
  table: TableDefinition,
  key: ForeignKeyConstraint,
  rows: readonly RowId[],
  context: ExecutionContext,
): void {
  const { transaction } = context
  const data = transaction.table(table)
  const parent = parentOf(key, context)
  const types = typesOf(table, key.columns)
  const parentTypes = typesOf(parent, key.referencedColumns)
  const seen = new KeyTable(types)
  for (const row of rows) {
    if (!data.isVisible(transaction, row)) continue
    const values = readColumns(data, row, key.columns)
    if (values.includes(null)) {
      if (key.match === 'full' && values.some((value) => value !== null)) {
        throw violation(table, key, 'MATCH FULL does not allow mixing of null and nonnull key values.')
      }
      continue
    }
    const before = seen.size
    if (seen.insert(values) !== before) continue
    if (seen.size % 4096 === 0) context.checkInterrupt()
    const converted = convertKey(values, types, parentTypes, context)
    if (!converted || !hasRow(parent, key.referencedColumns, converted, context)) {
      const detail = `Key ${keyText(table, key.columns, values, context)} is not present in table "${parent.name}".`
      throw violation(table, key, detail)
    }
  }
}

function violation(table: TableDefinition, key: ForeignKeyConstraint, detail: string): SqlError {
  return new SqlError(
    'foreign_key_violation',
    `insert or update on table "${table.name}" violates foreign key constraint "${key.name}"`,
    { detail, schema: table.schema, table: table.name, constraint: key.name },
  )
}

/** `(a, b)=(1, x)` */
function keyText(
  table: TableDefinition,
  columns: readonly number[],
  values: readonly Value[],
  context: ExecutionContext,
): string {
  const names = columns.map((column) => table.columns[column].name)
  const texts = values.map((value, n) => {
    const { type } = table.columns[columns[n]]
    return value === null ? 'null' : traits(type).format(value, type, context.settings)
  })
  return `(${names.join(', ')})=(${texts.join(', ')})`
}

/** A key that went away, with the row that had it. */
export interface LostKey {
  readonly values: readonly Value[]
  readonly row: RowId
  /** The position of the row among those changed. */
  readonly position: number
}

/** The keys that rows had and, when they were replaced, their successors do not have. Keys with NULLs were never referred to. */
export function lostKeys(
  { key }: Reference,
  parent: TableDefinition,
  rows: readonly RowId[],
  firstSuccessor: RowId | undefined,
  context: ExecutionContext,
): LostKey[] {
  const data = context.transaction.table(parent)
  const lost: LostKey[] = []
  rows.forEach((row, position) => {
    const values = readColumns(data, row, key.referencedColumns)
    if (values.includes(null)) return
    if (firstSuccessor !== undefined) {
      const successor = readColumns(data, firstSuccessor + position, key.referencedColumns)
      const isSame = values.every((value, n) => {
        const { type } = parent.columns[key.referencedColumns[n]]
        return successor[n] !== null && traits(type).equals(value, successor[n], type)
      })
      if (isSame) return
    }
    lost.push({ values, row, position })
  })
  return lost
}

/** Per key, the visible rows that refer to it. */
export function referringRows(
  { table, key }: Reference,
  parent: TableDefinition,
  keys: readonly LostKey[],
  context: ExecutionContext,
): RowId[][] {
  const { transaction } = context
  const data = transaction.table(table)
  const types = typesOf(table, key.columns)
  const parentTypes = typesOf(parent, key.referencedColumns)
  const index = indexOver(table, key.columns)
  if (index && types.every((type, n) => type.kind === parentTypes[n].kind)) {
    const positions = index.columns.map((column) => key.columns.indexOf(column))
    return keys.map(({ values }) => [
      ...data.lookup(
        transaction,
        index,
        positions.map((position) => values[position]),
      ),
    ])
  }
  return scanForKeys({ table, key }, keys, types, parentTypes, context)
}

/** Without an index: one pass over the table that refers. */
function scanForKeys(
  { table, key }: Reference,
  keys: readonly LostKey[],
  types: readonly DataType[],
  parentTypes: readonly DataType[],
  context: ExecutionContext,
): RowId[][] {
  const { transaction, batchSize } = context
  const { memory } = context.pool
  const wanted = new KeyTable(parentTypes)
  const numbers = keys.map(({ values }) => wanted.insert(values))
  const found: RowId[][] = Array.from({ length: wanted.size }, () => [])
  for (const batch of transaction.table(table).scan(transaction, { columns: key.columns, batchSize })) {
    context.checkInterrupt()
    const readers = batch.columns.map((vector) => vectorReader(vector, memory))
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      const values = readers.map((read) => read(row))
      if (values.includes(null)) continue
      const converted = convertKey(values, types, parentTypes, context)
      const number = converted ? wanted.find(converted) : -1
      if (number !== -1) found[number].push(batch.firstRowId! + row)
    }
  }
  const given = new Set<number>()
  return numbers.map((number) => {
    if (given.has(number)) return []
    given.add(number)
    return found[number]
  })
}

/** 23503 when a key of removed or replaced rows is gone from the table and still referred to. */
export function checkUnreferenced(
  reference: Reference,
  parent: TableDefinition,
  rows: readonly RowId[],
  context: ExecutionContext,
): void {
  const { transaction } = context
  const { referencedColumns } = reference.key
  const lost = lostKeys(reference, parent, rows, undefined, context).filter(
    ({ row, values }) =>
      !transaction.table(parent).isVisible(transaction, row) && !hasRow(parent, referencedColumns, values, context),
  )
  if (lost.length === 0) return
  const referring = referringRows(reference, parent, lost, context)
  const position = referring.findIndex((found) => found.length > 0)
  if (position !== -1) throw stillReferenced(reference, parent, lost[position].values, context)
}

export function stillReferenced(
  { table, key }: Reference,
  parent: TableDefinition,
  values: readonly Value[],
  context: ExecutionContext,
): SqlError {
  return new SqlError(
    'foreign_key_violation',
    `update or delete on table "${parent.name}" violates foreign key constraint "${key.name}" on table "${table.name}"`,
    {
      detail: `Key ${keyText(parent, key.referencedColumns, values, context)} is still referenced from table "${table.name}".`,
      schema: table.schema,
      table: table.name,
      constraint: key.name,
    },
  )
}
