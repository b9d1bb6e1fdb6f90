/** DESCRIBE, SUMMARIZE and SHOW TABLES and its like, as statements and in FROM: queries, all of them. */

import type { DescribeTable, Expression, QualifiedName, Query, Select, Span } from './ast.ts'
import { plainCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { noTail, plainSelect, starItem } from './make-query.ts'
import { parseQuery, startsQuery } from './query.ts'
import { END, QUOTED, STRING, WORD } from './scanner.ts'

/** Whether `(DESCRIBE t)`, `(SUMMARIZE …)` or `(SHOW …)` begins after a parenthesis. */
export function startsDescription(p: Cursor): boolean {
  switch (p.kind === WORD ? p.value : '') {
    case 'describe':
    case 'summarize':
    case 'show': {
      const kind = p.peekKind()
      return kind === QUOTED || kind === STRING || (kind === WORD && !p.peekIsWord('as')) || p.peekIsSymbol('(')
    }
    default:
      return false
  }
}

/** DESCRIBE, SUMMARIZE or SHOW of a table or a query, or a listing. */
export function parseDescription(p: Cursor): Query {
  const start = p.start
  const listing = parseListing(p)
  if (listing) return listing
  const summarize = p.isWord('summarize')
  p.next()
  const query = parseDescribed(p)
  const table: DescribeTable = { kind: 'describe', summarize, query, span: p.span(start) }
  return plainSelect([starItem(table.span)], [table], table.span)
}

function parseDescribed(p: Cursor): Query {
  const start = p.start
  if (p.isSymbol('(') || (startsQuery(p) && !p.isWord('table'))) return parseQuery(p)
  if (p.kind === STRING) {
    const path = p.string()
    const span = p.span(start)
    return plainSelect([starItem(span)], [{ kind: 'file', path, alias: undefined, sample: undefined, span }], span)
  }
  p.acceptWord('table')
  const name = p.qualifiedName('a table or a query')
  return { kind: 'table', name, ...noTail(), span: p.span(start) }
}

/** SHOW TABLES [FROM s], SHOW ALL TABLES, SHOW DATABASES, SHOW SCHEMAS, and DESCRIBE without more. */
export function parseListing(p: Cursor): Select | undefined {
  const start = p.start
  const word = p.value
  if (word !== 'describe' && word !== 'desc' && word !== 'show') return undefined
  const bare = p.peekKind() === END || p.peekIsSymbol(';') || p.peekIsSymbol(')')
  if (word !== 'show' && bare) {
    p.next()
    return callQuery('pragma_show_tables', [], p.span(start))
  }
  if (p.peekIsWord('all') && p.peekIsWord('tables', 2)) {
    p.next()
    p.next()
    p.next()
    return callQuery('pragma_show_tables_expanded', [], p.span(start))
  }
  if (!p.peekIsWord('tables') && !p.peekIsWord('databases') && !p.peekIsWord('schemas')) return undefined
  p.next()
  const name = `pragma_show_${p.value}`
  p.next()
  const args: Expression[] = []
  if (name === 'pragma_show_tables' && p.acceptWord('from')) {
    const schema = p.qualifiedName('a schema name')
    args.push({ kind: 'string', value: schema.parts[schema.parts.length - 1].name, span: schema.span })
  }
  return callQuery(name, args, p.span(start))
}

/** SELECT * FROM name(args) */
export function callQuery(text: string, args: readonly Expression[], span: Span): Select {
  const name: QualifiedName = { parts: [{ name: text, quoted: false, span }], span }
  const calls = [{ call: plainCall(name, args, span), columnTypes: undefined }]
  const from = { kind: 'function', calls, rowsFrom: false, ordinality: false, lateral: false, span } as const
  return plainSelect([starItem(span)], [{ ...from, alias: undefined, sample: undefined }], span)
}
