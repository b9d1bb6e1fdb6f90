/**
 * Queries: SELECT (also FROM-first), VALUES, TABLE, set operations, WITH, and what may follow any of them. A query in
 * parentheses is the query itself: an ORDER BY or LIMIT after the parenthesis joins it, as in PostgreSQL.
 */
import { notSupported, SqlError } from '../error.ts'
import type {
  CommonTable,
  Expression,
  GroupingElement,
  Identifier,
  OrderItem,
  Query,
  QueryTail,
  Select,
  SelectItem,
  SetOperation,
  TableExpression,
  TableSample,
  WindowSpecification,
  With,
} from './ast.ts'
import { parseWithStatement } from './change.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseExpressions, parseTightExpression } from './expression.ts'
import { BARE_LABEL, KEYWORD } from './keywords.ts'
import { type Mutable, noTail, starItem } from './make-query.ts'
import { parseStarMatch, parseStarTail } from './operand.ts'
import { parsePivotQuery, startsPivotQuery } from './pivot.ts'
import { END, NUMBER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseFrom, parseSample } from './table-expression.ts'
import { parseDirection, parseOrderBy, parseWindowSpecification } from './window.ts'

/** Whether a query that is not in parentheses begins here. */
export function startsQuery(p: Cursor): boolean {
  if (p.kind !== WORD || (p.flags & KEYWORD) === 0) return false
  switch (p.value) {
    case 'select':
    case 'with':
    case 'from':
    case 'table':
      return true
    case 'values':
      return p.peekIsSymbol('(')
    default:
      return startsPivotQuery(p)
  }
}

/** Whether what follows a query in parentheses belongs to it. */
export function queryContinues(p: Cursor): boolean {
  switch (p.kind === WORD ? p.value : '') {
    case 'union':
    case 'intersect':
    case 'except':
    case 'order':
    case 'limit':
    case 'offset':
    case 'fetch':
    case 'for':
      return true
    default:
      return false
  }
}

/** A whole query, with WITH before it and ORDER BY, LIMIT and locks after it. */
export function parseQuery(p: Cursor): Query {
  const start = p.start
  return parseQueryAfterWith(p, p.isWord('with') ? parseWith(p) : undefined, start)
}

export function parseQueryAfterWith(p: Cursor, clause: With | undefined, start: number): Query {
  p.enter()
  const query = parseTail(p, parseSet(p, parsePrimary(p), start, 1), start, clause)
  p.leave()
  return query
}

/** Goes on after a query in parentheses. */
export function continueQuery(p: Cursor, first: Query, start: number): Query {
  return parseTail(p, parseSet(p, first, start, 1), start, undefined)
}

/** UNION and EXCEPT bind less than INTERSECT; all of them to the left. */
function parseSet(p: Cursor, first: Query, start: number, minimum: 1 | 2): Query {
  let left = first
  for (;;) {
    const operator = p.kind === WORD ? p.value : ''
    const power = operator === 'intersect' ? 2 : operator === 'union' || operator === 'except' ? 1 : 0
    if (power < minimum) return left
    p.next()
    const all = p.acceptWord('all')
    if (!all) p.acceptWord('distinct')
    let byName = false
    if (p.isWord('by')) {
      p.expectWords('by', 'name')
      byName = true
    }
    const rightStart = p.start
    let right = parsePrimary(p)
    if (power === 1) right = parseSet(p, right, rightStart, 2)
    left = {
      kind: 'set-operation',
      operator: operator as SetOperation['operator'],
      all,
      byName,
      left,
      right,
      ...noTail(),
      span: p.span(start),
    }
  }
}

function parsePrimary(p: Cursor): Query {
  const start = p.start
  if (p.kind === SYMBOL && p.value === '(') {
    p.next()
    if (!startsQuery(p) && !p.isSymbol('(')) p.fail('SELECT, VALUES or another query')
    const query = parseQuery(p)
    p.expectSymbol(')')
    return query
  }
  switch (p.kind === WORD ? p.value : '') {
    case 'select':
    case 'from':
      return parseSelect(p)
    case 'values': {
      p.next()
      const rows = parseRows(p)
      return { kind: 'values', rows, ...noTail(), span: p.span(start) }
    }
    case 'table': {
      p.next()
      const name = p.qualifiedName('a table name')
      return { kind: 'table', name, ...noTail(), span: p.span(start) }
    }
    default:
      return p.isWord('pivot') || p.isWord('unpivot') ? parsePivotQuery(p) : p.fail('SELECT, VALUES or another query')
  }
}

/** `(1, 2), (3, 4)` */
export function parseRows(p: Cursor): Expression[][] {
  const rows: Expression[][] = []
  do {
    p.expectSymbol('(')
    rows.push(parseListed(p))
    p.expectSymbol(')', 'a comma or ")"')
  } while (p.acceptComma())
  return rows
}

/** Expressions, with DuckDB's comma after the last one. */
function parseListed(p: Cursor): Expression[] {
  const items = [parseExpression(p)]
  while (p.acceptComma()) items.push(parseExpression(p))
  return items
}

// ───────────────────────────────────────────────────────── SELECT

function parseSelect(p: Cursor): Select {
  const start = p.start
  let items: SelectItem[] = []
  let from: TableExpression[] = []
  let distinct = false
  let distinctOn: Expression[] | undefined
  let into: Select['into']
  const fromFirst = p.acceptWord('from')
  if (fromFirst) from = parseFrom(p)
  if (fromFirst && !p.isWord('select')) items = [starItem(p.span(p.lastEnd))]
  else {
    p.expectWord('select')
    if (p.acceptWord('distinct')) {
      distinct = true
      if (p.acceptWord('on')) {
        p.expectSymbol('(')
        distinctOn = parseExpressions(p)
        p.expectSymbol(')', 'a comma or ")"')
      }
    } else p.acceptWord('all')
    items = parseSelectItems(p)
    if (p.acceptWord('into')) into = parseInto(p)
    if (!fromFirst && p.acceptWord('from')) from = parseFrom(p)
  }
  const where = p.acceptWord('where') ? parseExpression(p) : undefined
  let groupBy: GroupingElement[] = []
  let groupByAll = false
  let groupByDistinct = false
  if (p.acceptWord('group')) {
    p.expectWord('by')
    if (p.acceptWord('distinct')) groupByDistinct = true
    else if (p.acceptWord('all')) groupByAll = !startsGrouping(p)
    if (!groupByAll) groupBy = parseGrouping(p)
  }
  const having = p.acceptWord('having') ? parseExpression(p) : undefined
  const windows: { name: Identifier; specification: WindowSpecification }[] = []
  if (p.acceptWord('window')) {
    do {
      const name = p.identifier('a window name')
      p.expectWord('as')
      windows.push({ name, specification: parseWindowSpecification(p) })
    } while (p.acceptSymbol(','))
  }
  const qualify = p.acceptWord('qualify') ? parseExpression(p) : undefined
  let sample: TableSample | undefined
  if (p.isWord('using') && p.peekIsWord('sample')) {
    p.next()
    p.next()
    sample = parseSample(p)
  }
  return {
    kind: 'select',
    distinct,
    distinctOn,
    items,
    from,
    where,
    groupBy,
    groupByAll,
    groupByDistinct,
    having,
    windows,
    qualify,
    sample,
    into,
    ...noTail(),
    span: p.span(start),
  }
}

/** Words after which no item of a select list can come: the list is empty, or ends in a comma too many. */
const clauseWords: ReadonlySet<string> = new Set(
  'from into where group having window union intersect except order limit offset fetch for on returning'.split(' '),
)

export function endsList(p: Cursor): boolean {
  if (p.kind === END) return true
  if (p.kind === SYMBOL) return p.value === ')' || p.value === ';'
  return p.kind === WORD && clauseWords.has(p.value) && (p.flags & BARE_LABEL) === 0
}

function parseSelectItems(p: Cursor): SelectItem[] {
  const items: SelectItem[] = []
  if (endsList(p)) return items
  items.push(parseSelectItem(p))
  while (p.acceptSymbol(',')) {
    if (endsList(p)) break
    items.push(parseSelectItem(p))
  }
  return items
}

/** `expression`, `expression AS name`, `expression name`, `name: expression`, `*` */
export function parseSelectItem(p: Cursor): SelectItem {
  const start = p.start
  if (p.kind === SYMBOL && p.value === '*') {
    p.next()
    const expression = parseStarMatch(p, parseStarTail(p, start), start)
    return { expression, alias: undefined, span: expression.span }
  }
  if ((p.kind === WORD || p.kind === QUOTED) && p.flags & BARE_LABEL && p.peekIsSymbol(':')) {
    const alias = p.label()
    p.next()
    return { expression: parseExpression(p), alias, span: p.span(start) }
  }
  const expression = parseExpression(p)
  const alias = parseLabel(p)
  return { expression, alias, span: p.span(start) }
}

function parseLabel(p: Cursor): Identifier | undefined {
  if (p.kind === WORD) {
    if (p.value === 'as') {
      p.next()
      return p.kind === STRING ? p.stringName() : p.label('a column name')
    }
    if ((p.flags & BARE_LABEL) === 0) return undefined
    if (p.flags & KEYWORD && isClause(p)) return undefined
    return p.label()
  }
  return p.kind === QUOTED ? p.label() : undefined
}

/** Whether a word that could be an alias begins a clause of DuckDB's here. */
function isClause(p: Cursor): boolean {
  if (p.value === 'using') return p.peekIsWord('sample')
  return p.value === 'qualify' && beginsExpression(p)
}

/** Whether the next token can begin an expression, or only end a list. */
export function beginsExpression(p: Cursor): boolean {
  const kind = p.peekKind()
  if (kind === END) return false
  if (kind === SYMBOL) return !/^[),;\]}=<>]/.test(p.peekValue())
  return kind !== WORD || !(clauseWords.has(p.peekValue()) || p.peekIsWord('as') || p.peekIsWord('join'))
}

/** `INTO [TEMPORARY] [TABLE] t` */
function parseInto(p: Cursor): Select['into'] {
  let temporary = false
  if ((p.isWord('local') || p.isWord('global')) && (p.peekIsWord('temp') || p.peekIsWord('temporary'))) p.next()
  if (p.isWord('temp') || p.isWord('temporary')) {
    temporary = true
    p.next()
  } else if (p.isWord('unlogged')) p.next()
  p.acceptWord('table')
  return { name: p.qualifiedName('a table name'), temporary }
}

// ───────────────────────────────────────────────────────── GROUP BY

function startsGrouping(p: Cursor): boolean {
  return !(endsList(p) || p.isWord('qualify') || p.isWord('using'))
}

function parseGrouping(p: Cursor): GroupingElement[] {
  const elements = [parseGroupingElement(p)]
  while (p.acceptSymbol(',') && !endsList(p)) elements.push(parseGroupingElement(p))
  return elements
}

function parseGroupingElement(p: Cursor): GroupingElement {
  const start = p.start
  if (p.isSymbol('(') && p.peekIsSymbol(')')) {
    p.next()
    p.next()
    return { kind: 'empty', span: p.span(start) }
  }
  if (p.kind === WORD) {
    if ((p.value === 'rollup' || p.value === 'cube') && p.peekIsSymbol('(')) {
      const kind = p.value
      p.next()
      p.next()
      const elements = [parseGroupingSet(p)]
      while (p.acceptComma()) elements.push(parseGroupingSet(p))
      p.expectSymbol(')', 'a comma or ")"')
      return { kind, elements, span: p.span(start) }
    }
    if (p.value === 'grouping' && p.peekIsWord('sets')) {
      p.next()
      p.next()
      p.expectSymbol('(')
      p.enter()
      const sets = parseGrouping(p)
      p.leave()
      p.expectSymbol(')', 'a comma or ")"')
      return { kind: 'sets', sets, span: p.span(start) }
    }
  }
  const expression = parseExpression(p)
  return { kind: 'expression', expression, span: p.span(start) }
}

/** A member of ROLLUP or CUBE: one expression, or several in parentheses. */
function parseGroupingSet(p: Cursor): readonly Expression[] {
  const expression = parseExpression(p)
  return expression.kind === 'row' && !expression.explicit ? expression.items : [expression]
}

// ───────────────────────────────────────────────────────── WITH

/** `WITH [RECURSIVE] name (columns) AS [NOT MATERIALIZED] (statement), …` */
export function parseWith(p: Cursor): With {
  const start = p.start
  p.expectWord('with')
  const recursive = p.acceptWord('recursive')
  const tables = [parseCommonTable(p)]
  while (p.acceptSymbol(',')) tables.push(parseCommonTable(p))
  return { recursive, tables, span: p.span(start) }
}

function parseCommonTable(p: Cursor): CommonTable {
  const start = p.start
  const name = p.identifier('a name for the common table')
  const columns = p.optionalIdentifierList()
  if (p.isWord('using')) throw notSupported('USING KEY', p.start)
  p.expectWord('as')
  let materialized: boolean | undefined
  if (p.acceptWord('materialized')) materialized = true
  else if (p.acceptWords('not', 'materialized')) materialized = false
  p.expectSymbol('(')
  p.enter()
  const statement = parseWithStatement(p)
  p.leave()
  p.expectSymbol(')')
  let search: CommonTable['search']
  if (p.acceptWord('search')) {
    const order = p.expectOneOf(['depth', 'breadth'])
    p.expectWords('first', 'by')
    const by = [p.identifier('a column name')]
    while (p.acceptSymbol(',')) by.push(p.identifier('a column name'))
    p.expectWord('set')
    search = { order, by, set: p.identifier('a column name') }
  }
  const cycle = p.acceptWord('cycle') ? parseCycle(p) : undefined
  return { name, columns, materialized, statement, search, cycle, span: p.span(start) }
}

function parseCycle(p: Cursor): CommonTable['cycle'] {
  const columns = [p.identifier('a column name')]
  while (p.acceptSymbol(',')) columns.push(p.identifier('a column name'))
  p.expectWord('set')
  const set = p.identifier('a column name')
  let to: Expression | undefined
  let otherwise: Expression | undefined
  if (p.acceptWord('to')) {
    to = parseTightExpression(p)
    p.expectWord('default')
    otherwise = parseTightExpression(p)
  }
  p.expectWord('using')
  return { columns, set, to, default: otherwise, using: p.identifier('a column name') }
}

// ───────────────────────────────────────────────────────── ORDER BY, LIMIT, locks

/** Reads what follows a query and gives it to the query, which must not have the same already. */
function parseTail(p: Cursor, query: Query, start: number, clause: With | undefined): Query {
  if (clause === undefined && !queryContinues(p)) return query
  const target = query as Mutable<Query>
  if (clause !== undefined) {
    if (target.with !== undefined) throw repeated('WITH', clause.span.start)
    target.with = clause
  }
  if (p.isWord('order')) {
    if (target.orderBy.length > 0 || target.orderByAll !== undefined) throw repeated('ORDER BY', p.start)
    parseQueryOrder(p, target)
  }
  let limited = target.limit !== undefined
  let moved = target.offset !== undefined
  let locking: string[] | undefined
  for (;;) {
    if (p.isWord('limit') || p.isWord('fetch')) {
      if (limited) throw repeated('LIMIT', p.start)
      limited = true
      if (p.acceptWord('limit')) parseLimit(p, target)
      else parseFetch(p, target)
    } else if (p.isWord('offset')) {
      if (moved) throw repeated('OFFSET', p.start)
      moved = true
      p.next()
      target.offset = parseExpression(p)
      if (!p.acceptWord('rows')) p.acceptWord('row')
    } else if (p.isWord('for')) {
      locking ??= [...target.locking]
      locking.push(parseLock(p))
    } else break
  }
  if (target.withTies && target.orderBy.length === 0 && target.orderByAll === undefined) {
    throw new SqlError('syntax_error', 'WITH TIES cannot be specified without ORDER BY clause', { position: p.lastEnd })
  }
  if (locking !== undefined) target.locking = locking.filter((lock) => lock !== '')
  target.span = p.span(start)
  return query
}

function repeated(clause: string, position: number): SqlError {
  return new SqlError('syntax_error', `multiple ${clause} clauses not allowed`, { position })
}

function parseQueryOrder(p: Cursor, target: Mutable<QueryTail>): void {
  if (p.peekIsWord('all', 2)) {
    p.expectWords('order', 'by', 'all')
    target.orderByAll = parseDirection(p)
  } else target.orderBy = parseOrderBy(p) as readonly OrderItem[]
}

function parseLimit(p: Cursor, target: Mutable<QueryTail>): void {
  if (p.acceptWord('all')) return
  // LIMIT NULL is no limit, but the binder knows that too.
  if (p.kind === NUMBER && p.peekIsSymbol('%') && !beginsOperand(p)) {
    const span = { start: p.start, end: p.end }
    target.limit = { kind: 'number', text: p.value, span }
    target.limitPercent = true
    p.next()
    p.next()
    return
  }
  target.limit = parseExpression(p)
  if (p.acceptWord('percent')) target.limitPercent = true
  if (p.isSymbol(',')) p.fail('the end of the query, or OFFSET')
}

/** Whether an operand follows the operator after the current token. */
function beginsOperand(p: Cursor): boolean {
  const kind = p.peekKind(2)
  if (kind === END) return false
  if (kind === SYMBOL) return p.peekIsSymbol('(', 2)
  return kind !== WORD || !(clauseWords.has(p.peekValue(2)) || p.peekIsWord('using', 2))
}

/** `FETCH FIRST [n] ROWS ONLY | WITH TIES` */
function parseFetch(p: Cursor, target: Mutable<QueryTail>): void {
  p.expectWord('fetch')
  p.expectOneOf(['first', 'next'])
  const start = p.start
  if (p.isWord('row') || p.isWord('rows')) target.limit = { kind: 'number', text: '1', span: { start, end: start } }
  else target.limit = parseFetchCount(p)
  p.expectOneOf(['row', 'rows'])
  if (p.acceptWord('with')) {
    p.expectWord('ties')
    target.withTies = true
  } else p.expectWord('only', 'ONLY or WITH TIES')
}

function parseFetchCount(p: Cursor): Expression {
  const start = p.start
  if (p.isSymbol('+') || p.isSymbol('-')) {
    const operator = p.value
    const operatorSpan = { start, end: p.end }
    p.next()
    return { kind: 'unary', operator, operand: parseTightExpression(p), operatorSpan, span: p.span(start) }
  }
  return parseTightExpression(p)
}

/** `FOR UPDATE OF t NOWAIT`, as text; nothing for FOR READ ONLY. */
function parseLock(p: Cursor): string {
  const start = p.start
  p.expectWord('for')
  if (p.acceptWords('read', 'only')) return ''
  if (p.acceptWord('no')) p.expectWords('key', 'update')
  else if (p.acceptWord('key')) p.expectWord('share')
  else p.expectOneOf(['update', 'share'])
  if (p.acceptWord('of')) p.qualifiedNames('a table name')
  if (!p.acceptWord('nowait') && p.acceptWord('skip')) p.expectWord('locked')
  return p.text.slice(start, p.lastEnd).replace(/\s+/g, ' ').toLowerCase()
}
