/** PIVOT and UNPIVOT: as statements (`PIVOT t ON year USING sum(x)`) and after a table (`t PIVOT (sum(x) FOR year IN (…))`). */
import type { Expression, Identifier, Pivot, Query, SelectItem, TableExpression, Unpivot } from './ast.ts'
import { plainCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseExpressions, parseRestrictedExpression } from './expression.ts'
import { COLUMN_NAME, KEYWORD } from './keywords.ts'
import { plainSelect, starItem } from './make-query.ts'
import { parseQuery, parseSelectItem, startsQuery } from './query.ts'
import { QUOTED, STRING, WORD } from './scanner.ts'
import { parseAlias, parseTableExpression } from './table-expression.ts'
import { parseTypeName } from './type-name.ts'

const afterTable: ReadonlySet<string> = new Set(['on', 'using', 'into', 'include', 'group'])

/** Whether PIVOT or UNPIVOT begins a query here; elsewhere they are names. */
export function startsPivotQuery(p: Cursor): boolean {
  if (p.kind !== WORD || (p.value !== 'pivot' && p.value !== 'unpivot')) return false
  const kind = p.peekKind()
  if (kind === STRING) return true
  if (p.peekIsSymbol('(')) return p.peekIsWord('select', 2) || p.peekIsWord('from', 2) || p.peekIsWord('values', 2)
  if (kind !== QUOTED && !(kind === WORD && p.peekFlags() & COLUMN_NAME)) return false
  if (kind === WORD && p.peekFlags() & KEYWORD && !p.peekIsWord('on', 2)) return false
  return p.peekKind(2) === WORD ? afterTable.has(p.peekValue(2)) : p.peekIsSymbol('.', 2) || p.peekIsSymbol('(', 2)
}

/** The statement forms, as SELECT * FROM the pivoted table. */
export function parsePivotQuery(p: Cursor): Query {
  const start = p.start
  const unpivot = p.value === 'unpivot'
  p.next()
  const inputStart = p.start
  const input = parseTableExpression(p)
  const table = unpivot ? parseUnpivotClauses(p, input, inputStart) : parsePivotClauses(p, input, inputStart)
  const span = p.span(start)
  return plainSelect([starItem(span)], [table], span)
}

function parsePivotClauses(p: Cursor, input: TableExpression, start: number): Pivot {
  const on: Pivot['on'][number][] = []
  if (p.acceptWord('on')) {
    do on.push(parsePivotOn(p, true))
    while (p.acceptSymbol(','))
  }
  const using = p.acceptWord('using') ? parseItems(p) : []
  let groupBy: Expression[] = []
  if (p.acceptWord('group')) {
    p.expectWord('by')
    groupBy = parseExpressions(p)
  }
  return { kind: 'pivot', input, on, using, groupBy, alias: undefined, span: p.span(start) }
}

function parseItems(p: Cursor): SelectItem[] {
  const items = [parseSelectItem(p)]
  while (p.acceptComma()) items.push(parseSelectItem(p))
  return items
}

/** `year`, `year IN (2000, 2010 AS b)`, `(a, b) IN ((1, 2))`, `year IN (SELECT …)` */
function parsePivotOn(p: Cursor, optional: boolean): Pivot['on'][number] {
  const expression = parseRestrictedExpression(p)
  const expressions = expression.kind === 'row' && !expression.explicit ? expression.items : [expression]
  if (optional && !p.isWord('in')) return { expressions, in: undefined, query: undefined }
  p.expectWord('in')
  if (!p.isSymbol('(')) return { expressions, in: undefined, query: enumValues(p) }
  p.expectSymbol('(')
  let items: SelectItem[] | undefined
  let query: Query | undefined
  if (startsQuery(p)) query = parseQuery(p)
  else items = parseItems(p)
  p.expectSymbol(')', 'a comma or ")"')
  return { expressions, in: items, query }
}

/** `year IN name`: the values of an enum, SELECT unnest(enum_range(NULL::name)). */
function enumValues(p: Cursor): Query {
  const type = parseTypeName(p)
  const { span } = type
  const call = (name: string, arg: Expression): Expression =>
    plainCall({ parts: [{ name, quoted: false, span }], span }, [arg], span)
  const none: Expression = { kind: 'cast', operand: { kind: 'null', span }, type, try: false, span }
  return plainSelect([{ expression: call('unnest', call('enum_range', none)), alias: undefined, span }], [], span)
}

/** `PIVOT (sum(x) FOR year IN (…) GROUP BY c) AS alias`; the cursor stands on PIVOT. */
export function parsePivotOperator(p: Cursor, input: TableExpression, start: number): Pivot {
  p.expectWord('pivot')
  p.expectSymbol('(')
  const using = parseItems(p)
  p.expectWord('for')
  const on = [parsePivotOn(p, false)]
  while (!p.isSymbol(')') && !p.isWord('group')) {
    p.acceptSymbol(',')
    on.push(parsePivotOn(p, false))
  }
  let groupBy: Expression[] = []
  if (p.acceptWord('group')) {
    p.expectWord('by')
    groupBy = parseExpressions(p)
  }
  p.expectSymbol(')')
  return { kind: 'pivot', input, on, using, groupBy, alias: parseAlias(p), span: p.span(start) }
}

function parseUnpivotClauses(p: Cursor, input: TableExpression, start: number): Unpivot {
  const includeNulls = parseNulls(p)
  p.expectWord('on')
  const on = parseUnpivotOn(p)
  let nameColumn: Identifier = { name: 'name', quoted: false, span: p.span(p.lastEnd) }
  let valueColumns: Identifier[] = [{ name: 'value', quoted: false, span: p.span(p.lastEnd) }]
  if (p.acceptWord('into')) {
    p.expectWord('name')
    nameColumn = p.identifier('a column name')
    p.expectWord('value')
    valueColumns = [p.identifier('a column name')]
    while (p.acceptSymbol(',')) valueColumns.push(p.identifier('a column name'))
  }
  return { kind: 'unpivot', input, includeNulls, nameColumn, valueColumns, on, alias: undefined, span: p.span(start) }
}

function parseNulls(p: Cursor): boolean {
  if (p.acceptWords('include', 'nulls')) return true
  p.acceptWords('exclude', 'nulls')
  return false
}

function parseUnpivotOn(p: Cursor): { expressions: readonly Expression[]; alias?: Identifier }[] {
  const on: { expressions: readonly Expression[]; alias?: Identifier }[] = []
  do {
    const expression = parseExpression(p)
    const expressions = expression.kind === 'row' && !expression.explicit ? expression.items : [expression]
    on.push({ expressions, alias: p.acceptWord('as') ? parseAliasName(p) : undefined })
  } while (p.acceptComma())
  return on
}

function parseAliasName(p: Cursor): Identifier {
  return p.kind === STRING ? p.stringName() : p.label('a name')
}

/** `UNPIVOT [INCLUDE NULLS] (value FOR name IN (a, b AS c)) AS alias`; the cursor stands on UNPIVOT. */
export function parseUnpivotOperator(p: Cursor, input: TableExpression, start: number): Unpivot {
  p.expectWord('unpivot')
  const includeNulls = parseNulls(p)
  p.expectSymbol('(')
  const valueColumns = p.isSymbol('(') ? p.identifierList() : [p.identifier('a column name')]
  p.expectWord('for')
  const nameColumn = p.identifier('a column name')
  p.expectWord('in')
  p.expectSymbol('(')
  const on = parseUnpivotOn(p)
  p.expectSymbol(')', 'a comma or ")"')
  p.expectSymbol(')')
  return {
    kind: 'unpivot',
    input,
    includeNulls,
    nameColumn,
    valueColumns,
    on,
    alias: parseAlias(p),
    span: p.span(start),
  }
}
