/**
 * Bulk input from JavaScript: arrays of objects, arrays of arrays, or an object of columns, straight into the builders of
 * row groups.
 */
import { SqlError } from '../error.ts'
import type { Value } from '../types/value.ts'
import type { Appender } from './appender.ts'
import { type AppendValues, appenderOf, appendTypedArray } from './bulk-values.ts'
import type { TableDefinition, Transaction } from './interface.ts'
import type { StorageTransaction } from './transaction.ts'

/** Rows as objects or as arrays in column order, or columns as arrays or typed arrays. */
export type BulkData =
  | readonly object[]
  | readonly (readonly unknown[])[]
  | Readonly<Record<string, ArrayLike<unknown>>>

export interface BulkOptions {
  /** The columns that arrays of values name, in order; all of the table's when not given. */
  readonly columns?: readonly string[]
  /** What a column gets for values that are absent or undefined, column by number; NULL when undefined. */
  readonly defaults?: readonly ((() => Value) | undefined)[]
}

const chunkRows = 2048

/** Appends all rows as one statement's; returns how many. 42703, 22P02, 22003, 22001, 42804, 23502, 23505. */
export function bulkInsert(
  transaction: Transaction,
  definition: TableDefinition,
  data: BulkData,
  options: BulkOptions = {},
): number {
  const appender = (transaction as StorageTransaction).appender(definition)
  try {
    if (!Array.isArray(data))
      appendColumns(appender, definition, data as Readonly<Record<string, ArrayLike<unknown>>>, options)
    else if (data.length > 0) appendRows(appender, definition, data, options)
    return appender.finish()
  } finally {
    appender.abandon()
  }
}

function appendRows(
  appender: Appender,
  definition: TableDefinition,
  rows: readonly unknown[],
  options: BulkOptions,
): void {
  const isArrays = Array.isArray(rows[0])
  const keys = isArrays ? positions(definition, options) : names(definition, rows[0])
  const append = definition.columns.map(({ type }, column) => appenderOf(type, options.defaults?.[column]))
  appender.expect(rows.length)
  const values: unknown[] = new Array(chunkRows)
  for (let from = 0; from < rows.length; ) {
    const count = Math.min(chunkRows, rows.length - from, appender.room)
    if (isArrays)
      assertLengths(rows as readonly (readonly unknown[])[], from, count, options.columns?.length ?? keys.length)
    else assertNames(definition, rows, from, count)
    for (let column = 0; column < keys.length; column++) {
      if (isArrays) gatherItems(rows as readonly (readonly unknown[])[], from, count, keys[column] as number, values)
      else gatherFields(rows as readonly Record<string, unknown>[], from, count, keys[column] as string, values)
      appendNamed(append[column], appender, column, definition, values, 0, count, from)
    }
    appender.endRows(count)
    from += count
  }
}

function gatherFields(
  rows: readonly Record<string, unknown>[],
  from: number,
  count: number,
  key: string,
  values: unknown[],
): void {
  for (let i = 0; i < count; i++) values[i] = rows[from + i][key]
}

function gatherItems(
  rows: readonly (readonly unknown[])[],
  from: number,
  count: number,
  item: number,
  values: unknown[],
): void {
  for (let i = 0; i < count; i++) values[i] = rows[from + i][item]
}

function appendColumns(
  appender: Appender,
  definition: TableDefinition,
  data: Readonly<Record<string, ArrayLike<unknown>>>,
  options: BulkOptions,
): void {
  const given = Object.keys(data)
  for (const name of given) columnNumber(definition, name)
  const length = given.length === 0 ? 0 : data[given[0]].length
  for (const name of given) {
    if (data[name].length !== length) {
      throw new SqlError(
        'invalid_parameter_value',
        `columns have different lengths: "${given[0]}" has ${length}, "${name}" has ${data[name].length}`,
      )
    }
  }
  appender.expect(length)
  const sources = definition.columns.map(({ name }) => (Object.hasOwn(data, name) ? data[name] : undefined))
  const absent: undefined[] = new Array(chunkRows).fill(undefined)
  const append = definition.columns.map(({ type }, column) => appenderOf(type, options.defaults?.[column]))
  for (let from = 0; from < length; ) {
    const room = Math.min(length - from, appender.room)
    const count = sources.includes(undefined) ? Math.min(room, chunkRows) : room
    sources.forEach((values, column) => {
      if (values === undefined) appendNamed(append[column], appender, column, definition, absent, 0, count, from)
      else if (!appendTypedArray(appender.columns[column], values, from, count)) {
        appendNamed(append[column], appender, column, definition, values, from, count, from)
      }
    })
    appender.endRows(count)
    from += count
  }
}

/** Appends values; an error says which row and column it was. */
function appendNamed(
  append: AppendValues,
  appender: Appender,
  column: number,
  definition: TableDefinition,
  values: ArrayLike<unknown>,
  from: number,
  count: number,
  firstRow: number,
): void {
  const builder = appender.columns[column]
  const before = builder.length
  try {
    append(builder, values, from, count)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { name } = definition.columns[column]
    throw new SqlError(error.condition, error.message, {
      detail: error.detail ?? `It is the value of column "${name}" in row ${firstRow + builder.length - before + 1}.`,
      hint: error.hint,
      table: definition.name,
      column: name,
      cause: error,
    })
  }
}

/** For each column of the table, its place in rows that are arrays; -1 when they do not have it. */
function positions(definition: TableDefinition, options: BulkOptions): number[] {
  if (options.columns === undefined) return definition.columns.map((_, i) => i)
  const given = options.columns
  for (const name of given) columnNumber(definition, name)
  return definition.columns.map(({ name }) => given.indexOf(name))
}

function names(definition: TableDefinition, first: unknown): string[] {
  if (typeof first !== 'object' || first === null) {
    throw new SqlError('invalid_parameter_value', 'rows are objects or arrays')
  }
  return definition.columns.map(({ name }) => name)
}

function assertLengths(rows: readonly (readonly unknown[])[], from: number, count: number, most: number): void {
  for (let i = from; i < from + count; i++) {
    if (rows[i].length > most) throw new SqlError('syntax_error', 'INSERT has more expressions than target columns')
  }
}

/** Refuses fields that are no columns; rows of one shape are looked at once. */
function assertNames(definition: TableDefinition, rows: readonly unknown[], from: number, count: number): void {
  const known = new Set(definition.columns.map(({ name }) => name))
  for (let i = from; i < from + count; i++)
    for (const name in rows[i] as object) if (!known.has(name)) columnNumber(definition, name)
}

function columnNumber(definition: TableDefinition, name: string): number {
  const column = definition.columns.findIndex((candidate) => candidate.name === name)
  if (column !== -1) return column
  throw new SqlError('undefined_column', `column "${name}" of relation "${definition.name}" does not exist`)
}
