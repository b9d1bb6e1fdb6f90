/**
 * SEARCH and CYCLE of a recursive WITH query, written out as PostgreSQL's manual explains them (7.8.2): an array of the rows
 * on the way, or a counter of steps, is carried along as a further column.
 *
 *   SEARCH DEPTH FIRST BY a SET o      start: ARRAY[ROW(a)]          step: o || ROW(a)
 *   SEARCH BREADTH FIRST BY a SET o    start: ROW(0, a)              step: ROW(o.depth + 1, a)
 *   CYCLE a SET c USING p              start: false, ARRAY[ROW(a)]   step: ROW(a) = ANY (p), p || ROW(a), WHERE NOT c
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { countReferences } from './cte.ts'
import { bindQuery } from './query.ts'
import { bindRecursive } from './recursive-cte.ts'
import type { BoundQuery, Scope } from './scope.ts'

export function bindSearchAndCycle(
  table: ast.CommonTable,
  query: ast.Query,
  isRecursive: boolean,
  scope: Scope,
): BoundQuery {
  const { search, cycle } = table
  const position = table.span.start
  if (!isRecursive || query.kind !== 'set-operation' || query.operator !== 'union') {
    throw new SqlError('syntax_error', 'WITH query is not recursive', { position })
  }
  const { left, right } = query
  if (left.kind !== 'select' && left.kind !== 'values') {
    throw new SqlError(
      'feature_not_supported',
      'with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT',
      { position },
    )
  }
  if (right.kind !== 'select') {
    throw new SqlError('syntax_error', 'with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT', {
      position,
    })
  }
  const names = outputNames(table, left, scope)
  checkNames(table, names)
  const alias = workingTable(table, right)
  if (alias === undefined) {
    throw new SqlError(
      'feature_not_supported',
      `with a SEARCH or CYCLE clause, the recursive reference to WITH query "${table.name.name}" must be at the top level of its right-hand SELECT`,
      { position },
    )
  }
  let start: ast.Select = overColumns(left, names, table.span)
  const extra = [...(search ? [search.set.name] : []), ...(cycle ? [cycle.set.name, cycle.using.name] : [])]
  let step: ast.Select = overColumns(carrying(right, alias, extra), [...names, ...extra.map(hidden)], table.span)
  step = { ...step, items: step.items.slice(0, names.length) }
  if (search) {
    const [first, next] = searchColumns(search, table.span)
    start = withItem(start, first)
    step = withItem(step, next)
  }
  if (cycle) {
    const [first, next] = cycleColumns(cycle, table.span)
    for (const item of first) start = withItem(start, item)
    for (const item of next) step = withItem(step, item)
    step = { ...step, where: goesOn(cycle, table.span) }
  }
  const columns = [...names, ...extra].map((name) => identifier(name, table.span))
  const plain: ast.CommonTable = { ...table, columns, search: undefined, cycle: undefined }
  return bindRecursive(plain, { ...query, left: start, right: step }, scope)
}

/** What the working table's extra columns are called inside the step, where no name of the user's can meet them. */
function hidden(name: string): string {
  return `*${name}*`
}

function identifier(name: string, span: ast.Span): ast.Identifier {
  return { name, quoted: true, span }
}

function column(parts: readonly string[], span: ast.Span): ast.ColumnReference {
  return { kind: 'column', parts: parts.map((part) => identifier(part, span)), span }
}

function withItem(select: ast.Select, item: ast.SelectItem): ast.Select {
  return { ...select, items: [...select.items, item] }
}

/** The names of the query's own columns. */
function outputNames(table: ast.CommonTable, left: ast.Query, scope: Scope): string[] {
  return bindQuery(left, scope).columns.map((output, index) => table.columns[index]?.name ?? output.name)
}

function checkNames(table: ast.CommonTable, names: readonly string[]): void {
  const { search, cycle } = table
  const position = table.span.start
  const missing = (clause: string, name: string): SqlError =>
    new SqlError('syntax_error', `${clause} column "${name}" not in WITH query column list`, { position })
  const taken = (clause: string, name: string): SqlError =>
    new SqlError('syntax_error', `${clause} column name "${name}" already used in WITH query column list`, { position })
  const twice = (clause: string, name: string): SqlError =>
    new SqlError('duplicate_column', `${clause} column "${name}" specified more than once`, { position })
  if (search) {
    const seen = new Set<string>()
    for (const { name } of search.by) {
      if (!names.includes(name)) throw missing('search', name)
      if (seen.has(name)) throw twice('search', name)
      seen.add(name)
    }
    if (names.includes(search.set.name)) throw taken('search sequence', search.set.name)
  }
  if (cycle) {
    const seen = new Set<string>()
    for (const { name } of cycle.columns) {
      if (!names.includes(name)) throw missing('cycle', name)
      if (seen.has(name)) throw twice('cycle', name)
      seen.add(name)
    }
    if (names.includes(cycle.set.name)) throw taken('cycle mark', cycle.set.name)
    if (names.includes(cycle.using.name)) throw taken('cycle path', cycle.using.name)
    if (cycle.set.name === cycle.using.name) {
      throw new SqlError('syntax_error', 'cycle mark column name and cycle path column name are the same', { position })
    }
  }
  if (search && cycle) {
    if (search.set.name === cycle.set.name) {
      throw new SqlError('syntax_error', 'search sequence column name and cycle mark column name are the same', {
        position,
      })
    }
    if (search.set.name === cycle.using.name) {
      throw new SqlError('syntax_error', 'search sequence column name and cycle path column name are the same', {
        position,
      })
    }
  }
}

/** The name under which the step reads the working table; undefined where it does so in a subquery only. */
function workingTable(table: ast.CommonTable, step: ast.Select): string | undefined {
  const name = table.name.name
  if (step.with?.tables.some((other) => other.name.name === name)) return undefined
  let found: string | undefined
  const visit = (from: ast.TableExpression): void => {
    if (from.kind === 'join') {
      visit(from.left)
      visit(from.right)
    } else if (from.kind === 'table' && from.name.parts.length === 1 && from.name.parts[0].name === name) {
      found = from.alias?.name.name ?? name
    }
  }
  for (const from of step.from) visit(from)
  return countReferences(step, name) === 1 ? found : undefined
}

/** The step with the working table's extra columns, under names of their own. */
function carrying(step: ast.Select, alias: string, extra: readonly string[]): ast.Select {
  const { span } = step
  const items = [
    ...step.items.map((item) => withoutExtra(item, alias, extra)),
    ...extra.map(
      (name): ast.SelectItem => ({
        expression: column([alias, name], span),
        alias: identifier(hidden(name), span),
        span,
      }),
    ),
  ]
  return { ...step, items }
}

/** `*` and `t.*` of the step do not mean the extra columns. */
function withoutExtra(item: ast.SelectItem, alias: string, extra: readonly string[]): ast.SelectItem {
  const { expression } = item
  if (expression.kind !== 'star') return item
  const qualifier = expression.qualifier?.parts[expression.qualifier.parts.length - 1].name
  if (qualifier !== undefined && qualifier !== alias) return item
  const exclude = extra.map(
    (name): ast.QualifiedName => ({
      parts: [identifier(alias, expression.span), identifier(name, expression.span)],
      span: expression.span,
    }),
  )
  return { ...item, expression: { ...expression, exclude: [...expression.exclude, ...exclude] } }
}

/** SELECT its columns FROM the query: the extra columns are computed from the names of the columns. */
function overColumns(query: ast.Query, names: readonly string[], span: ast.Span): ast.Select {
  const alias: ast.TableAlias = {
    name: identifier('*row*', span),
    columns: names.map((name) => identifier(name, span)),
    span,
  }
  return {
    kind: 'select',
    distinct: false,
    items: names.map((name) => ({ expression: column(['*row*', name], span), alias: identifier(name, span), span })),
    from: [{ kind: 'derived', query, lateral: false, alias, span }],
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
    span,
  }
}

function row(names: readonly string[], span: ast.Span, first: readonly ast.Expression[] = []): ast.Expression {
  return { kind: 'row', items: [...first, ...names.map((name) => column(['*row*', name], span))], explicit: true, span }
}

function arrayOf(item: ast.Expression, span: ast.Span): ast.Expression {
  return { kind: 'array', items: [item], span }
}

function binary(operator: string, left: ast.Expression, right: ast.Expression, span: ast.Span): ast.Expression {
  return { kind: 'binary', operator, left, right, operatorSpan: span, span }
}

function searchColumns(
  search: NonNullable<ast.CommonTable['search']>,
  span: ast.Span,
): [ast.SelectItem, ast.SelectItem] {
  const names = search.by.map((by) => by.name)
  const alias = identifier(search.set.name, span)
  const own = column(['*row*', hidden(search.set.name)], span)
  const item = (expression: ast.Expression): ast.SelectItem => ({ expression, alias, span })
  if (search.order === 'depth') {
    return [item(arrayOf(row(names, span), span)), item(binary('||', own, arrayOf(row(names, span), span), span))]
  }
  const bigint: ast.TypeName = { parts: ['int8'], quoted: true, modifiers: [], arrayBounds: [], setOf: false, span }
  const zero: ast.Expression = {
    kind: 'cast',
    operand: { kind: 'number', text: '0', span },
    type: bigint,
    try: false,
    span,
  }
  const depth: ast.Expression = { kind: 'field', operand: own, name: identifier('f1', span), span }
  const next = binary('+', depth, { kind: 'number', text: '1', span }, span)
  return [item(row(names, span, [zero])), item(row(names, span, [next]))]
}

function cycleColumns(
  cycle: NonNullable<ast.CommonTable['cycle']>,
  span: ast.Span,
): [readonly ast.SelectItem[], readonly ast.SelectItem[]] {
  const names = cycle.columns.map((it) => it.name)
  const mark = identifier(cycle.set.name, span)
  const path = identifier(cycle.using.name, span)
  const yes: ast.Expression = cycle.to ?? { kind: 'boolean', value: true, span }
  const no: ast.Expression = cycle.default ?? { kind: 'boolean', value: false, span }
  const ownPath = column(['*row*', hidden(cycle.using.name)], span)
  const here = row(names, span)
  const repeats: ast.Expression = {
    kind: 'quantified',
    operator: '=',
    quantifier: 'any',
    operand: here,
    array: ownPath,
    span,
  }
  const marked: ast.Expression = { kind: 'case', branches: [{ when: repeats, then: yes }], otherwise: no, span }
  return [
    [
      { expression: cycleDefault(yes, no, span), alias: mark, span },
      { expression: arrayOf(here, span), alias: path, span },
    ],
    [
      { expression: marked, alias: mark, span },
      { expression: binary('||', ownPath, arrayOf(here, span), span), alias: path, span },
    ],
  ]
}

/** No step follows a row that closed a cycle. */
function goesOn(cycle: NonNullable<ast.CommonTable['cycle']>, span: ast.Span): ast.Expression {
  const mark = column(['*row*', hidden(cycle.set.name)], span)
  return binary('<>', mark, cycle.to ?? { kind: 'boolean', value: true, span }, span)
}

/** The mark of the start, of the type that both values have in common. */
function cycleDefault(yes: ast.Expression, no: ast.Expression, span: ast.Span): ast.Expression {
  return { kind: 'case', branches: [{ when: { kind: 'boolean', value: false, span }, then: yes }], otherwise: no, span }
}
