/** DESCRIBE and SUMMARIZE in FROM: a row for each column of a query. */
import type * as ast from '../../parser/ast.ts'
import { parseStatement } from '../../parser/parse.ts'
import { printExpression } from '../../parser/print.ts'
import type { Relation } from '../../storage/interface.ts'
import { TEXT } from '../../types/data-type.ts'
import { traits, typeName } from '../../types/traits.ts'
import type { OutputColumn } from '../expression.ts'
import { type BoundFrom, barrier, derived } from './from.ts'
import { bindQuery } from './query.ts'
import { foreignText, newColumn, type Scope } from './scope.ts'

export function bindDescribe(node: ast.DescribeTable, scope: Scope): BoundFrom {
  const { state } = scope
  const name = node.alias?.name.name
  const { columns } = bindQuery(node.query, barrier(scope))
  if (node.summarize) {
    const query = summary(node.query, columns)
    return derived(
      foreignText(state, node.span.start, () => bindQuery(query, barrier(scope))),
      name,
      node.alias,
    )
  }
  const relation = describedRelation(node.query, scope)
  const rows = columns.map((column, index) =>
    [column.name, typeName(column.type), ...columnFacts(relation, index), null].map(
      (value) => ({ kind: 'constant', type: TEXT, value }) as const,
    ),
  )
  const names = ['column_name', 'column_type', 'null', 'key', 'default', 'extra']
  const described = names.map((each) => newColumn(state, each, TEXT, name))
  return derived({ plan: { kind: 'values', rows, columns: described }, columns: described }, name, node.alias)
}

function describedRelation(query: ast.Query, { state }: Scope): Relation | undefined {
  if (query.kind !== 'table') return undefined
  const { parts } = query.name
  return state.context.catalog.findRelation(parts.at(-1)!.name, parts.at(-2)?.name)
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

/** Extremes, distinct values, average and spread where they make sense, count and share of NULLs. */
function summary(query: ast.Query, columns: readonly OutputColumn[]): ast.Query {
  const rows = columns.map((column) => {
    const name = `"${column.name.replaceAll('"', '""')}"`
    const { category } = traits(column.type)
    const quantile = (share: number): string =>
      category === 'N'
        ? `percentile_cont(${share}) WITHIN GROUP (ORDER BY ${name})::text`
        : category === 'D'
          ? `percentile_disc(${share}) WITHIN GROUP (ORDER BY ${name})::text`
          : 'NULL::text'
    const quantiles = [0.25, 0.5, 0.75].map(quantile).join(', ')
    const numbers =
      category === 'N' ? `avg(${name})::text, stddev(${name})::text` : `${averageTime(column, name)}, NULL`
    const text = `'${column.name.replaceAll("'", "''")}'`
    return `SELECT ${text} AS column_name, '${typeName(column.type)}' AS column_type, min(${name})::text, max(${name})::text,
      count(DISTINCT ${name}) AS approx_unique, ${numbers}, ${quantiles}, count(*) AS count,
      round(100.0 * (count(*) - count(${name})) / greatest(count(*), 1), 2) AS null_percentage
      FROM summarized`
  })
  const names = 'column_name, column_type, min, max, approx_unique, avg, std, q25, q50, q75, count, null_percentage'
  const sql = `WITH summarized AS MATERIALIZED (SELECT), facts(${names}) AS (${rows.join(' UNION ALL ')}) SELECT * FROM facts`
  const made = parseStatement(sql).statement as ast.Select
  const [summarized, ...others] = made.with!.tables
  return { ...made, with: { ...made.with!, tables: [{ ...summarized, statement: query }, ...others] } }
}

function averageTime({ type }: OutputColumn, name: string): string {
  if (type.kind === 'time') return `avg(${name}::interval)::time::text`
  const zone = type.kind === 'timestamptz' ? 'tz' : ''
  if (zone === '' && type.kind !== 'timestamp' && type.kind !== 'date') return 'NULL'
  return `(timestamp${zone} 'epoch' + avg(${name}::timestamp${zone} - timestamp${zone} 'epoch'))::text`
}
