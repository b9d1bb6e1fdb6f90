/**
 * `db.insert`: rows and columns of JavaScript values straight into a table's segments. Where a row must be looked at as a whole
 * (CHECK, foreign keys, triggers, generated and identity columns, domains), the data goes through an INSERT like any other.
 */
import { SqlError } from './error.ts'
import { plannerContext, planStatement } from './executable.ts'
import { parseStatement } from './parser/parse.ts'
import { bindColumnDefault } from './planner/binder/bind.ts'
import { constantEvaluator } from './planner/evaluate.ts'
import type { Session } from './session.ts'
import { type BulkData, bulkInsert } from './storage/bulk-insert.ts'
import type { TableDefinition, Transaction } from './storage/interface.ts'
import { fromApiValue, parameterMismatch } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'
import type { ExternalSource } from './types/external-source.ts'
import type { Value } from './types/value.ts'

/** An array of objects, an array of arrays in column order, or an object of columns (arrays or typed arrays). */
export type InsertData = BulkData

/** Inserts all rows or none; returns how many. The table may be named with its schema. */
export function insertData(session: Session, name: string, data: InsertData): number {
  if (typeof name !== 'string' || typeof data !== 'object' || data === null) {
    throw new SqlError(
      'invalid_parameter_value',
      'insert takes the name of a table, and an array of rows or an object of columns',
    )
  }
  return session.inTransaction((transaction) => {
    const table = findTable(name, transaction)
    if (transaction.readOnly)
      throw new SqlError('read_only_sql_transaction', 'cannot execute INSERT in a read-only transaction')
    if (needsStatement(table)) return insertThroughStatement(session, table, data, transaction)
    const context = plannerContext(session, transaction)
    const defaults = table.columns.map(
      (column) =>
        column.default && constantEvaluator(bindColumnDefault(column.default, column, context), context.functions),
    )
    return bulkInsert(transaction, table, data, { defaults })
  })
}

function findTable(name: string, transaction: Transaction): TableDefinition {
  const { catalog } = transaction
  const dot = name.indexOf('.')
  const relation =
    catalog.findRelation(name) ??
    (dot === -1 ? undefined : catalog.findRelation(name.slice(dot + 1), name.slice(0, dot)))
  if (!relation) throw new SqlError('undefined_table', `relation "${name}" does not exist`)
  if (relation.kind !== 'table') throw new SqlError('wrong_object_type', `"${name}" is a ${relation.kind}, not a table`)
  return relation
}

function needsStatement(table: TableDefinition): boolean {
  return (
    table.triggers !== undefined ||
    table.constraints.some((constraint) => constraint.kind === 'check' || constraint.kind === 'foreign-key') ||
    table.columns.some(
      (column) => column.generated !== undefined || column.type.kind === 'domain' || column.identity !== undefined,
    )
  )
}

/** INSERT INTO table (names) SELECT * FROM the data. */
function insertThroughStatement(
  session: Session,
  table: TableDefinition,
  data: InsertData,
  transaction: Transaction,
): number {
  const source = dataSource(table, data)
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
  const names = source.columns.map((column) => quote(column.name)).join(', ')
  const text = `INSERT INTO ${quote(table.schema)}.${quote(table.name)} (${names}) SELECT * FROM 'data'`
  const planned = planStatement(session, parseStatement(text).statement, [], undefined, transaction, {
    context: { openFile: () => source },
  })
  return session.executePlanned(planned, 'INSERT', transaction).rowCount
}

const batchRows = 4096

/** The data as rows of values of the columns' types. Columns that no row has are left to their defaults. */
function dataSource(table: TableDefinition, data: InsertData): ExternalSource {
  const isRows = Array.isArray(data)
  const names = namesOf(table, data)
  const columns = names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name)
    if (!column) throw new SqlError('undefined_column', `column "${name}" of relation "${table.name}" does not exist`)
    return { name, type: column.type }
  })
  const rowCount: number = isRows ? data.length : names.length === 0 ? 0 : (data as Columns)[names[0]].length
  const cell = (row: number, column: number): unknown => {
    if (!isRows) return (data as Columns)[names[column]][row]
    const item = data[row]
    return Array.isArray(item) ? item[column] : (item as Record<string, unknown>)[names[column]]
  }
  return {
    name: 'data',
    columns,
    estimatedRows: rowCount,
    *read(wanted) {
      for (let start = 0; start < rowCount; start += batchRows) {
        const count = Math.min(batchRows, rowCount - start)
        yield {
          rowCount: count,
          selection: null,
          columns: wanted.map((column) => ({
            layout: 'values' as const,
            type: columns[column].type,
            values: Array.from({ length: count }, (_, i) =>
              convert(cell(start + i, column), columns[column].type, column),
            ),
          })),
        }
      }
    },
  }
}

type Columns = Readonly<Record<string, ArrayLike<unknown>>>

function namesOf(table: TableDefinition, data: InsertData): readonly string[] {
  if (!Array.isArray(data)) return Object.keys(data)
  if (Array.isArray(data[0])) return table.columns.slice(0, data[0].length).map((column) => column.name)
  const names = new Set<string>()
  for (const row of data) for (const name in row as object) names.add(name)
  return [...names]
}

function convert(value: unknown, type: DataType, column: number): Value {
  const converted = fromApiValue(value, type.kind === 'domain' ? type.base : type)
  if (converted === undefined) throw parameterMismatch(column, value, type)
  return converted
}
