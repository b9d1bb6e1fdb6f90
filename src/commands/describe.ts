/** DESCRIBE and SUMMARIZE, DuckDB's looks at a table or a query. */
import { SqlError } from '../error.ts'
import type * as ast from '../parser/ast.ts'
import { parseStatement } from '../parser/parse.ts'
import { printExpression, printQuery } from '../parser/print.ts'
import type { OutputColumn } from '../planner/expression.ts'
import type { QueryOptions, Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Relation, Transaction } from '../storage/interface.ts'
import { traits, typeName } from '../types/traits.ts'
import { listTables } from './settings.ts'
import { textResult } from './text-result.ts'

export function runDescribe(
  session: Session,
  statement: ast.Describe,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  if (!statement.query && !statement.table) {
    if (!statement.summarize) return listTables(session, transaction)
    throw new SqlError('syntax_error', 'SUMMARIZE needs a table or a query', { position: statement.span.start })
  }
  const query = statement.query ?? tableQuery(statement)
  const { columns } = session.prepareUncached(query, transaction)
  if (statement.summarize) return summarize(session, query, columns, transaction, options)
  const relation = statement.table && findRelation(statement.table, transaction)
  return textResult(
    session,
    ['column_name', 'column_type', 'null', 'key', 'default'],
    columns.map((column, i) => [column.name, typeName(column.type), ...columnFacts(relation, i)]),
    'DESCRIBE',
  )
}

function tableQuery(statement: ast.Describe): ast.Query {
  const name = statement.table!
  return {
    kind: 'table',
    name,
    span: statement.span,
    orderBy: [],
    withTies: false,
    locking: [],
  }
}

function findRelation(name: ast.QualifiedName, transaction: Transaction): Relation | undefined {
  return transaction.catalog.findRelation(name.parts.at(-1)!.name, name.parts.at(-2)?.name)
}

/** Whether NULLs are allowed, the key that the column belongs to, and its default. */
function columnFacts(relation: Relation | undefined, index: number): [string, string | null, string | null] {
  if (relation?.kind !== 'table') return ['YES', null, null]
  const column = relation.columns[index]
  const inKey = (kind: string): boolean =>
    relation.constraints.some(
      (constraint) => constraint.kind === kind && 'columns' in constraint && constraint.columns.includes(index),
    )
  const key = inKey('primary-key') ? 'PRI' : inKey('unique') ? 'UNI' : null
  return [column.notNull ? 'NO' : 'YES', key, column.default ? printExpression(column.default) : null]
}

/** One row per column: extremes, distinct values, average and spread where they make sense, count and share of NULLs. */
function summarize(
  session: Session,
  query: ast.Query,
  columns: readonly OutputColumn[],
  _transaction: Transaction,
  options: QueryOptions,
): Result {
  const source = printQuery(query)
  const rows = columns.map((column) => {
    const name = `"${column.name.replaceAll('"', '""')}"`
    const numeric = traits(column.type).category === 'N'
    const numbers = numeric
      ? `avg(${name})::text, stddev(${name})::text, percentile_cont(0.25) WITHIN GROUP (ORDER BY ${name})::text,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY ${name})::text, percentile_cont(0.75) WITHIN GROUP (ORDER BY ${name})::text`
      : 'NULL::text, NULL::text, NULL::text, NULL::text, NULL::text'
    const text = `'${column.name.replaceAll("'", "''")}'`
    return `SELECT ${text} AS column_name, '${typeName(column.type)}' AS column_type, min(${name})::text, max(${name})::text,
      count(DISTINCT ${name}) AS approx_unique, ${numbers}, count(*) AS count,
      round(100.0 * (count(*) - count(${name})) / greatest(count(*), 1), 2) AS null_percentage
      FROM summarized`
  })
  const names = 'column_name, column_type, min, max, approx_unique, avg, std, q25, q50, q75, count, null_percentage'
  const sql = `WITH summarized AS MATERIALIZED (${source}), facts(${names}) AS (${rows.join(' UNION ALL ')}) SELECT * FROM facts`
  return session.run(parseStatement(sql), sql, undefined, options)
}
