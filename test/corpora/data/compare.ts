/**
 * Whether two answers to a query are the same: as multisets of rows in their text form, and in the order of the keys of ORDER
 * BY. What the query leaves open is left open: the order of equal keys, and which of them LIMIT lets through.
 */
import type { OrderItem, Query } from '../../../src/parser/ast.ts'
import { parseStatement } from '../../../src/parser/parse.ts'
import { printExpression } from '../../../src/parser/print.ts'

export type TextRow = readonly (string | null)[]

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly TextRow[]
}

/** What differs, in a line; undefined when nothing does. */
export function difference(sql: string, ours: Answer, theirs: readonly TextRow[]): string | undefined {
  const { columns, rows } = ours
  if (rows.length !== theirs.length) return `${rows.length} rows, not ${theirs.length}`
  if (rows.length === 0) return undefined
  if (theirs[0].length !== columns.length) return `${columns.length} columns, not ${theirs[0].length}`
  const isFloat = columns.map(({ type }) => /^(double precision|real)/.test(type))
  const plain = (row: TextRow): string =>
    row.map((value, index) => (value === null ? '∅' : isFloat[index] ? rounded(value) : value)).join('|')
  const own = rows.map(plain)
  const other = theirs.map(plain)
  const query = parseStatement(sql).statement as Query
  const keys = keyPositions(query, columns)
  const keyOf = (row: TextRow): string => plain(row.map((value, index) => (keys?.includes(index) ? value : '')))
  if (keys) {
    for (let row = 0; row < rows.length; row++) {
      if (keyOf(rows[row]) !== keyOf(theirs[row])) return `row ${row}: ${own[row]}, not ${other[row]}`
    }
  }
  const limited = query.limit !== undefined || query.offset !== undefined
  if (limited && query.orderBy.length === 0) return undefined
  const isOpen = (row: TextRow): boolean =>
    limited && (keys === undefined || keyOf(row) === keyOf(rows[0]) || keyOf(row) === keyOf(rows[rows.length - 1]))
  const a = own.filter((_, row) => !isOpen(rows[row])).sort()
  const b = other.filter((_, row) => !isOpen(theirs[row])).sort()
  for (let row = 0; row < Math.max(a.length, b.length); row++) if (a[row] !== b[row]) return `${a[row]}, not ${b[row]}`
  return undefined
}

function rounded(text: string): string {
  const number = Number(text)
  return Number.isFinite(number) ? number.toPrecision(9) : text
}

/** Positions in the output of the keys of ORDER BY, as far as they are columns of it; undefined without such keys. */
function keyPositions(query: Query, columns: Answer['columns']): readonly number[] | undefined {
  const found: number[] = []
  for (const item of query.orderBy) {
    const position = positionOf(item, query, columns)
    if (position < 0) break
    found.push(position)
  }
  return found.length > 0 ? found : undefined
}

function positionOf({ expression }: OrderItem, query: Query, columns: Answer['columns']): number {
  const text = printExpression(expression)
  if (/^\d+$/.test(text)) return Number(text) - 1
  const byName = columns.findIndex(({ name }) => name === text)
  if (byName >= 0 || query.kind !== 'select' || query.items.length !== columns.length) return byName
  return query.items.findIndex((each) => printExpression(each.expression) === text)
}
