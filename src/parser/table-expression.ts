/** What stands in FROM: tables, files, subqueries, functions, and the joins between them. */
import { notSupported } from '../error.ts'
import type {
  Asof,
  DerivedTable,
  FunctionCall,
  Identifier,
  Join,
  TableAlias,
  TableExpression,
  TableFunction,
  TableSample,
  TypeName,
} from './ast.ts'
import { parseTableCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { parseDescription, startsDescription } from './describe.ts'
import { parseExpression, parseTightExpression } from './expression.ts'
import { COLUMN_NAME } from './keywords.ts'
import { isQuery } from './make-query.ts'
import { parseParenthesised } from './operand.ts'
import { parsePivotOperator, parseUnpivotOperator } from './pivot.ts'
import { beginsExpression, continueQuery, parseQuery, queryContinues, startsQuery } from './query.ts'
import { NUMBER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseTypeName } from './type-name.ts'

/** `a, b JOIN c ON …` after FROM or USING. */
export function parseFrom(p: Cursor): TableExpression[] {
  const tables = [parseTableExpression(p)]
  while (p.acceptSymbol(',')) tables.push(parseTableExpression(p))
  return tables
}

/** A table with all its joins. */
export function parseTableExpression(p: Cursor): TableExpression {
  const start = p.start
  p.enter()
  const table = continueJoins(p, parseTablePrimary(p), start)
  p.leave()
  return table
}

function continueJoins(p: Cursor, first: TableExpression, start: number): TableExpression {
  let left = first
  while (p.kind === WORD && startsJoin(p)) left = parseJoin(p, left, start)
  return left
}

function startsJoin(p: Cursor): boolean {
  switch (p.value) {
    case 'join':
    case 'inner':
    case 'left':
    case 'right':
    case 'full':
    case 'cross':
    case 'natural':
      return true
    case 'semi':
    case 'anti':
    case 'positional':
      return p.peekIsWord('join')
    case 'asof':
      return (
        p.peekIsWord('join') || ((asofSides.has(p.peekValue()) || p.peekIsWord('inner')) && !p.peekIsSymbol('.', 2))
      )
    default:
      return false
  }
}

const asofSides: ReadonlySet<string> = new Set(['left', 'right', 'full', 'semi', 'anti'])

function parseJoin(p: Cursor, left: TableExpression, start: number): Join {
  const natural = p.acceptWord('natural')
  let type: Join['type'] = 'inner'
  if (p.acceptWord('cross')) type = 'cross'
  else if (p.acceptWord('positional')) type = 'positional'
  else if (p.acceptWord('semi')) type = 'semi'
  else if (p.acceptWord('anti')) type = 'anti'
  else if (p.acceptWord('asof')) {
    type = 'asof'
    if (p.isAnyWord(asofSides)) {
      type = `asof-${p.value}` as Asof
      p.next()
      p.acceptWord('outer')
    } else p.acceptWord('inner')
  } else if (!p.acceptWord('inner') && (p.isWord('left') || p.isWord('right') || p.isWord('full'))) {
    type = p.value as 'left' | 'right' | 'full'
    p.next()
    p.acceptWord('outer')
  }
  p.expectWord('join')
  const rightStart = p.start
  let right = parseTablePrimary(p)
  if (natural || type === 'cross' || type === 'positional') {
    return {
      kind: 'join',
      type,
      natural,
      left,
      right,
      on: undefined,
      using: undefined,
      usingAlias: undefined,
      alias: undefined,
      span: p.span(start),
    }
  }
  // `a JOIN b JOIN c ON x ON y`: the condition of the outer join comes after the inner join.
  while (p.kind === WORD && p.value !== 'on' && p.value !== 'using' && startsJoin(p)) {
    p.enter()
    right = parseJoin(p, right, rightStart)
    p.leave()
  }
  let on: Join['on']
  let using: Identifier[] | undefined
  let usingAlias: Identifier | undefined
  if (p.acceptWord('on')) on = parseExpression(p)
  else if (p.acceptWord('using')) {
    using = p.identifierList()
    if (p.acceptWord('as')) usingAlias = p.identifier('an alias')
  } else p.fail('ON or USING')
  return { kind: 'join', type, natural, left, right, on, using, usingAlias, alias: undefined, span: p.span(start) }
}

/** One table, with its alias, sample, PIVOT and UNPIVOT. */
export function parseTablePrimary(p: Cursor): TableExpression {
  const start = p.start
  let table = parseTableSource(p)
  for (;;) {
    if (p.isWord('pivot') && p.peekIsSymbol('(')) table = parsePivotOperator(p, table, start)
    else if (p.isWord('unpivot') && (p.peekIsSymbol('(') || p.peekIsWord('include') || p.peekIsWord('exclude'))) {
      table = parseUnpivotOperator(p, table, start)
    } else return table
  }
}

function parseTableSource(p: Cursor): TableExpression {
  const start = p.start
  if ((p.kind === WORD || p.kind === QUOTED) && p.flags & COLUMN_NAME && p.peekIsSymbol(':')) return parsePrefixAlias(p)
  if (p.kind === STRING) {
    const path = p.string()
    const alias = parseAlias(p)
    return { kind: 'file', path, alias, sample: parseTableSample(p), span: p.span(start) }
  }
  if (p.kind === SYMBOL && p.value === '(') return parseParenthesisedTable(p)
  if (p.kind === WORD) {
    switch (p.value) {
      case 'lateral': {
        p.next()
        if (p.isSymbol('(')) {
          const query = parseParenthesised(p)
          if (!isQuery(query)) p.fail('a subquery')
          const alias = parseAlias(p)
          return { kind: 'derived', query, lateral: true, alias, sample: parseTableSample(p), span: p.span(start) }
        }
        return parseFunctionTable(p, true, start)
      }
      case 'only': {
        p.next()
        const parenthesis = p.acceptSymbol('(')
        const name = p.qualifiedName('a table name')
        if (parenthesis) p.expectSymbol(')')
        const alias = parseAlias(p)
        return { kind: 'table', name, only: true, alias, sample: parseTableSample(p), span: p.span(start) }
      }
      case 'rows':
        if (p.peekIsWord('from') && p.peekIsSymbol('(', 2)) return parseFunctionTable(p, false, start)
        break
      case 'xmltable':
      case 'json_table':
        if (p.peekIsSymbol('(')) throw notSupported(p.value.toUpperCase(), start)
        break
      case 'values':
        // FROM VALUES (1), (2) AS t(a): DuckDB and SQLite need no parentheses around it.
        if (p.peekIsSymbol('(')) return parseBareValues(p)
        break
    }
  }
  if (isCall(p)) return parseFunctionTable(p, false, start)
  const name = p.qualifiedName('a table name')
  if (p.isSymbol('*')) p.next()
  const alias = parseAlias(p)
  return { kind: 'table', name, only: false, alias, sample: parseTableSample(p), span: p.span(start) }
}

/** DuckDB's `FROM name: table`. */
function parsePrefixAlias(p: Cursor): TableExpression {
  const start = p.start
  const name = p.identifier()
  p.expectSymbol(':')
  const table = parseTableSource(p)
  if (table.kind === 'join' || table.alias !== undefined) p.fail('no second alias')
  return { ...table, alias: { name, columns: [], columnTypes: undefined, span: name.span }, span: p.span(start) }
}

function parseBareValues(p: Cursor): DerivedTable {
  const start = p.start
  const query = parseQuery(p)
  const alias = parseAlias(p)
  return { kind: 'derived', query, lateral: false, alias, sample: undefined, span: p.span(start) }
}

/** Whether a name with a parenthesis after it stands here. */
function isCall(p: Cursor): boolean {
  if (p.kind !== WORD && p.kind !== QUOTED) return false
  let n = 1
  while (p.peekIsSymbol('.', n)) n += 2
  if (p.peekIsSymbol('(', n)) return true
  return n === 1 && p.kind === WORD && bareFunctions.has(p.value)
}

const bareFunctions: ReadonlySet<string> = new Set(
  'current_date current_time current_timestamp localtime localtimestamp current_user session_user user current_role current_catalog current_schema'.split(
    ' ',
  ),
)

function parseFunctionTable(p: Cursor, lateral: boolean, start: number): TableFunction {
  const calls: { call: FunctionCall; columnTypes?: TableAlias['columnTypes'] }[] = []
  let rowsFrom = false
  if (p.isWord('rows') && p.peekIsWord('from')) {
    p.next()
    p.next()
    rowsFrom = true
    p.expectSymbol('(')
    do {
      const call = parseTableCallOrWord(p)
      calls.push({ call, columnTypes: p.acceptWord('as') ? parseColumnTypes(p) : undefined })
    } while (p.acceptSymbol(','))
    p.expectSymbol(')', 'a comma or ")"')
  } else calls.push({ call: parseTableCallOrWord(p), columnTypes: undefined })
  let ordinality = false
  if (p.isWord('with') && p.peekIsWord('ordinality')) {
    p.next()
    p.next()
    ordinality = true
  }
  let alias: TableAlias | undefined
  if (p.isWord('as') && p.peekIsSymbol('(')) {
    p.next()
    calls[0] = { call: calls[0].call, columnTypes: parseColumnTypes(p) }
  } else alias = parseAlias(p, true)
  return {
    kind: 'function',
    calls,
    rowsFrom,
    ordinality,
    lateral,
    alias,
    sample: parseTableSample(p),
    span: p.span(start),
  }
}

function parseTableCallOrWord(p: Cursor): FunctionCall {
  if (p.kind !== WORD || !bareFunctions.has(p.value) || (p.value === 'current_schema' && p.peekIsSymbol('('))) {
    return parseTableCall(p)
  }
  const start = p.start
  const call = parseTightExpression(p)
  if (call.kind !== 'call') throw notSupported('an expression that is not a function in FROM', start)
  return call
}

/** `(a int, b text)` */
function parseColumnTypes(p: Cursor): { name: Identifier; type: TypeName }[] {
  p.expectSymbol('(')
  const columns: { name: Identifier; type: TypeName }[] = []
  do {
    const name = p.identifier('a column name')
    const type = parseTypeName(p)
    if (p.acceptWord('collate')) p.anyQualifiedName('a collation name')
    columns.push({ name, type })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  return columns
}

/** `( … )` in FROM: a subquery, or joins. */
function parseParenthesisedTable(p: Cursor): TableExpression {
  const start = p.start
  const contents = parseTableParenthesis(p)
  if (isQueryNode(contents)) {
    const alias = parseAlias(p)
    return { kind: 'derived', query: contents, lateral: false, alias, sample: parseTableSample(p), span: p.span(start) }
  }
  const alias = contents.kind === 'join' ? parseAlias(p) : undefined
  return alias === undefined ? contents : { ...contents, alias, span: p.span(start) }
}

type TableOrQuery = TableExpression | ReturnType<typeof parseQuery>

function isQueryNode(node: TableOrQuery): node is ReturnType<typeof parseQuery> {
  return (
    node.kind === 'select' ||
    node.kind === 'set-operation' ||
    node.kind === 'values' ||
    (node.kind === 'table' && 'orderBy' in node)
  )
}

function parseTableParenthesis(p: Cursor): TableOrQuery {
  p.expectSymbol('(')
  p.enter()
  const start = p.start
  let contents: TableOrQuery
  if (startsQuery(p)) contents = parseQuery(p)
  else if (startsDescription(p)) contents = parseDescription(p)
  else if (p.isSymbol('(')) {
    const inner = parseTableParenthesis(p)
    if (isQueryNode(inner)) {
      if (p.isSymbol(')') || queryContinues(p)) contents = continueQuery(p, inner, start)
      else {
        const alias = parseAlias(p)
        const sample = parseTableSample(p)
        const derived: TableExpression = {
          kind: 'derived',
          query: inner,
          lateral: false,
          alias,
          sample,
          span: p.span(start),
        }
        contents = continueJoins(p, derived, start)
      }
    } else {
      const alias = inner.kind === 'join' ? parseAlias(p) : undefined
      contents = continueJoins(p, alias === undefined ? inner : { ...inner, alias, span: p.span(start) }, start)
    }
  } else contents = parseTableExpression(p)
  p.leave()
  p.expectSymbol(')')
  return contents
}

/** `AS t(a, b)`, `t`; `types` when `t(a int)` is meant too. */
export function parseAlias(p: Cursor, types = false): TableAlias | undefined {
  const start = p.start
  let name: Identifier
  if (p.acceptWord('as')) {
    name = p.kind === STRING ? p.stringName() : p.identifier('an alias')
  } else if (p.flags & COLUMN_NAME && !(p.kind === WORD && isTableClause(p))) name = p.identifier()
  else return undefined
  let columns: Identifier[] = []
  let columnTypes: TableAlias['columnTypes']
  if (p.isSymbol('(')) {
    if (types && !p.peekIsSymbol(',', 2) && !p.peekIsSymbol(')', 2)) columnTypes = parseColumnTypes(p)
    else columns = p.identifierList()
  }
  return { name, columns, columnTypes, span: p.span(start) }
}

/** Whether a word that could be an alias begins something else here. */
function isTableClause(p: Cursor): boolean {
  switch (p.value) {
    case 'semi':
    case 'anti':
    case 'positional':
    case 'asof':
      return startsJoin(p)
    case 'pivot':
      return p.peekIsSymbol('(')
    case 'unpivot':
      return p.peekIsSymbol('(') || p.peekIsWord('include') || p.peekIsWord('exclude')
    case 'qualify':
      return beginsExpression(p)
    case 'include':
    case 'exclude':
      return p.peekIsWord('nulls')
    default:
      return false
  }
}

/** `TABLESAMPLE …` */
function parseTableSample(p: Cursor): TableSample | undefined {
  return p.acceptWord('tablesample') ? parseSample(p) : undefined
}

/** `bernoulli(10) REPEATABLE (1)`, and DuckDB's `10%`, `50 ROWS`, `10 PERCENT (system, 1)`, `reservoir(50 ROWS)`. */
export function parseSample(p: Cursor): TableSample {
  const start = p.start
  let method = ''
  let size: TableSample['size']
  let unit: TableSample['unit']
  let repeatable: TableSample['repeatable']
  if (p.kind === NUMBER || p.isSymbol('(') || p.isSymbol('?')) {
    size = parseTightExpression(p)
    unit = parseSampleUnit(p) ?? 'rows'
    if (p.acceptSymbol('(')) {
      method = p.functionName('a sampling method').name
      if (p.acceptSymbol(',')) repeatable = parseTightExpression(p)
      p.expectSymbol(')')
    }
  } else {
    method = p
      .anyQualifiedName('a sampling method')
      .parts.map((part) => part.name)
      .join('.')
    p.expectSymbol('(')
    size = p.kind === NUMBER && !p.peekIsSymbol(')') ? parseTightExpression(p) : parseExpression(p)
    unit = parseSampleUnit(p) ?? (method === 'reservoir' ? 'rows' : 'percent')
    p.expectSymbol(')')
  }
  if (p.acceptWord('repeatable')) {
    p.expectSymbol('(')
    repeatable = parseExpression(p)
    p.expectSymbol(')')
  }
  return { method, size, unit, repeatable, span: p.span(start) }
}

function parseSampleUnit(p: Cursor): 'percent' | 'rows' | undefined {
  if (p.acceptSymbol('%') || p.acceptWord('percent')) return 'percent'
  return p.acceptWord('rows') ? 'rows' : undefined
}
