/** COPY, in its present form and in the one before PostgreSQL 9.0. */
import type { Copy, Option } from './ast.ts'
import { parseWithStatement } from './change.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { parseOptions } from './options.ts'
import { STRING, WORD } from './scanner.ts'

export function parseCopy(p: Cursor): Copy {
  const start = p.start
  p.expectWord('copy')
  const binaryStart = p.start
  const options: Option[] = []
  if (p.isWord('binary') && !p.peekIsWord('from') && !p.peekIsWord('to')) {
    p.next()
    options.push({ name: 'format', value: 'binary', span: p.span(binaryStart) })
  }
  let table: Copy['table']
  let columns: Copy['columns'] = []
  let query: Copy['query']
  if (p.acceptSymbol('(')) {
    const statement = parseWithStatement(p)
    if (statement.kind === 'merge') p.fail('a query, INSERT, UPDATE or DELETE')
    query = statement
    p.expectSymbol(')')
  } else {
    table = p.qualifiedName('a table name or a query in parentheses')
    columns = p.optionalIdentifierList()
  }
  const direction = query === undefined ? p.expectOneOf(['from', 'to']) : p.expectOneOf(['to'])
  const program = p.isWord('program') && p.peekKind() === STRING
  if (program) p.next()
  let file: string | undefined
  if (!(direction === 'from' ? p.acceptWord('stdin') : p.acceptWord('stdout'))) {
    file = p.string(direction === 'from' ? 'a file name in quotes, or STDIN' : 'a file name in quotes, or STDOUT')
  }
  if (p.isWord('delimiters') || (p.isWord('using') && p.peekIsWord('delimiters'))) parseOldOptions(p, options)
  const given = p.acceptWord('with')
  if (p.isSymbol('(')) options.push(...parseOptions(p))
  else if (given || p.kind === WORD) parseOldOptions(p, options)
  const where = p.acceptWord('where') ? parseExpression(p) : undefined
  return {
    kind: 'copy',
    table,
    columns,
    query,
    direction,
    file,
    program,
    options,
    where,
    data: undefined,
    span: p.span(start),
  }
}

/** `CSV HEADER DELIMITER AS ',' NULL '' FORCE NOT NULL a, b` */
function parseOldOptions(p: Cursor, options: Option[]): void {
  for (;;) {
    const start = p.start
    const push = (name: string, value: Option['value']): void => {
      options.push({ name, value, span: p.span(start) })
    }
    if (p.acceptWord('csv')) push('format', 'csv')
    else if (p.acceptWord('binary')) push('format', 'binary')
    else if (p.acceptWord('freeze')) push('freeze', true)
    else if (p.acceptWord('header')) push('header', true)
    else if (
      p.isWord('delimiter') ||
      p.isWord('null') ||
      p.isWord('quote') ||
      p.isWord('escape') ||
      p.isWord('encoding')
    ) {
      const name = p.value
      p.next()
      p.acceptWord('as')
      push(name, p.string())
    } else if (p.isWord('using') || p.isWord('delimiters')) {
      p.acceptWord('using')
      p.expectWord('delimiters')
      push('delimiter', p.string())
    } else if (p.acceptWord('force')) {
      let name = 'force_quote'
      if (p.acceptWord('not')) {
        p.expectWord('null')
        name = 'force_not_null'
      } else if (p.acceptWord('null')) name = 'force_null'
      else p.expectWord('quote')
      push(name, p.acceptSymbol('*') ? '*' : parseNames(p))
    } else return
  }
}

function parseNames(p: Cursor): string[] {
  const names = [p.identifier('a column name').name]
  while (p.acceptSymbol(',')) names.push(p.identifier('a column name').name)
  return names
}
