/**
 * SELECT. Clauses are bound in the order in which names come into being (FROM, WHERE, the select list, GROUP BY, HAVING,
 * windows, QUALIFY, DISTINCT ON, ORDER BY, LIMIT), while the scope collects aggregates, window calls and set-returning
 * calls; then the plan is built in the order in which rows pass through it:
 *
 *   FROM ─ WHERE ─ Aggregate ─ HAVING ─ Window ─ QUALIFY ─ ProjectSet ─ Project ─ Distinct ─ Sort ─ Limit ─ Project
 *
 * The last projection drops what only ORDER BY needed. Volatile functions and set-returning ones that nothing is sorted by
 * come after the Sort, so that `SELECT nextval('s') FROM t ORDER BY x LIMIT 3` counts to three, in order.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { ColumnId, Expression, OutputColumn, SortKey } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { printExpression } from '../print-expression.ts'
import { addColumnsUsed } from '../tree.ts'
import { settle } from './coercion.ts'
import { conditionOnColumns } from './columns.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindFrom, filtered, samplePlan } from './from.ts'
import { type BoundGroups, bindGroups, Regrouping } from './group-by.ts'
import { bindLimit } from './limit.ts'
import { checkLocking } from './locking.ts'
import { bindDistinctOn, bindOrderBy, type OrderTerm } from './order-by.ts'
import type { QueryOptions } from './query.ts'
import { sameExpression, sameWindow } from './same-expression.ts'
import { type BoundQuery, newColumn, type PendingSet, type PendingWindow, reference, Scope, within } from './scope.ts'
import { refuseLocking } from './sequence.ts'
import { checkComparable } from './sort-key.ts'
import { bindSelectList, type Output } from './star.ts'
import { isVolatileExpression } from './volatility.ts'
import { bindSpecification } from './window.ts'
import { orderWindows } from './window-order.ts'

export function bindSelect(select: ast.Select, parent: Scope, options: QueryOptions = {}): BoundQuery {
  const { state } = parent
  if (select.into) {
    throw new SqlError('syntax_error', 'SELECT ... INTO is not allowed here', { position: select.into.name.span.start })
  }
  const scope = new Scope(state, parent)
  state.context.record?.scopes.set(select, scope)
  let from = bindFrom(select.from, scope)
  if (select.locking.length > 0) refuseLocking(from)
  if (select.sample) from = samplePlan(from, select.sample, scope)
  scope.alias = aliasLookup(select.items, scope)
  if (select.windows.length > 0) nameWindows(select, scope)

  const where =
    select.where &&
    within(scope, 'WHERE', () => bindCondition(conditionOnColumns(select.where!, scope), 'WHERE', scope))
  let outputs: Output[] = bindSelectList(select.items, scope)
  const groups = bindGroups(select, outputs, scope)
  const having =
    select.having &&
    within(scope, 'HAVING', () => bindCondition(conditionOnColumns(select.having!, scope), 'HAVING', scope))
  const qualify =
    select.qualify &&
    within(scope, 'QUALIFY', () => bindCondition(conditionOnColumns(select.qualify!, scope), 'QUALIFY', scope))
  const distinctOn =
    select.distinctOn && within(scope, 'DISTINCT ON', () => bindDistinctOn(select.distinctOn!, outputs, scope))
  const order = within(scope, 'ORDER BY', () => bindOrderBy(select, outputs, scope))
  const limit = bindLimit(select, scope)
  if (select.locking.length > 0) checkLocking(select, scope)
  if (!options.keepUnknown) outputs = outputs.map((output) => settledOutput(output, scope))

  if (scope.windows.length > 1)
    orderWindows(scope, [...order.map((term) => keyExpression(term, outputs)), ...(groups?.groups ?? [])])
  let plan = filtered(from, where)
  const rewrite = new Rewriting(outputs, order, having, qualify, distinctOn)
  plan = groupRows(plan, groups, rewrite, scope)
  plan = filtered(plan, rewrite.having)
  if (scope.windows.length > 0) {
    plan = addSets(plan, takeSets(scope, windowKeys(scope.windows)))
    plan = addWindows(plan, scope.windows)
  }
  plan = filtered(plan, rewrite.qualify)
  return finish(plan, select, rewrite, limit, scope)
}

/** All that stands above an Aggregate, to be expressed over its columns. */
class Rewriting {
  outputs: readonly Output[]
  order: readonly OrderTerm[]
  having: Expression | undefined
  qualify: Expression | undefined
  distinctOn: readonly Expression[] | undefined

  constructor(
    outputs: readonly Output[],
    order: readonly OrderTerm[],
    having: Expression | undefined,
    qualify: Expression | undefined,
    distinctOn: readonly Expression[] | undefined,
  ) {
    this.outputs = outputs
    this.order = order
    this.having = having
    this.qualify = qualify
    this.distinctOn = distinctOn
  }
}

function settledOutput(output: Output, scope: Scope): Output {
  return { name: output.name, expression: settle(output.expression, scope.state) }
}

/** Aliases of the select list are names too, where nothing else has the name: bound anew wherever they are used. */
function aliasLookup(items: readonly ast.SelectItem[], scope: Scope): Scope['alias'] {
  let aliases: Map<string, ast.Expression> | undefined
  const open = new Set<string>()
  return (name) => {
    if (!aliases) {
      aliases = new Map()
      for (const { alias, expression } of items)
        if (alias && !aliases.has(alias.name)) aliases.set(alias.name, expression)
    }
    const expression = aliases.get(name)
    if (!expression || open.has(name)) return undefined
    open.add(name)
    try {
      return settle(bindExpression(expression, scope), scope.state)
    } finally {
      open.delete(name)
    }
  }
}

function nameWindows(select: ast.Select, scope: Scope): void {
  const windows = new Map<string, ast.WindowSpecification>()
  for (const { name, specification } of select.windows) {
    if (windows.has(name.name)) {
      throw new SqlError('windowing_error', `window "${name.name}" is already defined`, { position: name.span.start })
    }
    scope.namedWindows = windows
    scope.windowDefinitions.push(bindSpecification(specification, scope))
    windows.set(name.name, specification)
  }
}

// ───────────────────────────────────────────────────────── rows, step by step

function groupRows(plan: LogicalPlan, groups: BoundGroups | undefined, rewrite: Rewriting, scope: Scope): LogicalPlan {
  const isGrouped =
    groups !== undefined || scope.aggregates.length > 0 || rewrite.having !== undefined || scope.groupings.length > 0
  if (!isGrouped) return plan
  const below = groups ? takeSets(scope, groups.groups) : []
  const input = addSets(plan, below)
  const regroup = new Regrouping(input, groups ?? { groups: [] }, scope)
  const apply = (expression: Expression): Expression => regroup.apply(expression)
  rewrite.outputs = rewrite.outputs.map((output) => ({ name: output.name, expression: apply(output.expression) }))
  rewrite.having &&= apply(rewrite.having)
  for (let index = 0; index < scope.windows.length; index++)
    scope.windows[index] = regroup.applyToWindow(scope.windows[index])
  rewrite.qualify &&= apply(rewrite.qualify)
  for (let index = 0; index < scope.sets.length; index++) {
    const call = scope.sets[index]
    scope.sets[index] = { ...call, args: call.args.map(apply) }
  }
  rewrite.distinctOn &&= rewrite.distinctOn.map(apply)
  rewrite.order = rewrite.order.map((term) =>
    term.key ? { ...term, key: { ...term.key, expression: apply(term.key.expression) } } : term,
  )
  const grouped = regroup.plan()
  // HAVING alone makes one group, of which nothing is asked: the rows are not read.
  const isAlone = !groups && grouped.aggregates.length === 0
  return isAlone ? { ...grouped, input: { kind: 'values', rows: [[]], columns: [] } } : grouped
}

/** The set-returning calls that these expressions read: their rows must exist before they are grouped or put in windows. */
function takeSets(scope: Scope, readers: readonly Expression[]): PendingSet[] {
  if (scope.sets.length === 0) return []
  const needed = new Set<ColumnId>()
  for (const reader of readers) addColumnsUsed(reader, needed)
  const below: PendingSet[] = []
  for (let index = scope.sets.length - 1; index >= 0; index--) {
    const call = scope.sets[index]
    if (!needed.has(call.column.id)) continue
    for (const arg of call.args) addColumnsUsed(arg, needed)
    below.unshift(call)
    scope.sets.splice(index, 1)
  }
  return below
}

function windowKeys(windows: readonly PendingWindow[]): Expression[] {
  return windows.flatMap(({ specification }) => [
    ...specification.partitionBy,
    ...specification.orderBy.map((key) => key.expression),
  ])
}

/** ProjectSets for the calls; one whose arguments read another's rows comes above it. */
export function addSets(plan: LogicalPlan, calls: readonly PendingSet[]): LogicalPlan {
  let result = plan
  let rest = calls
  while (rest.length > 0) {
    const pending = new Set(rest.map((call) => call.column.id))
    const ready = rest.filter((call) => {
      const used = new Set<ColumnId>()
      for (const arg of call.args) addColumnsUsed(arg, used)
      for (const id of used) if (pending.has(id)) return false
      return true
    })
    result = {
      kind: 'project-set',
      input: result,
      calls: ready,
      columns: [...result.columns, ...ready.map((call) => call.column)],
    }
    rest = rest.filter((call) => !ready.includes(call))
  }
  return result
}

/** One Window node per window, in the order of their first calls. */
function addWindows(plan: LogicalPlan, windows: readonly PendingWindow[]): LogicalPlan {
  let result = plan
  const done = new Set<PendingWindow>()
  for (const first of windows) {
    if (done.has(first)) continue
    const same = windows.filter((other) => !done.has(other) && sameWindow(other.specification, first.specification))
    for (const one of same) done.add(one)
    const { partitionBy, orderBy, frame } = first.specification
    result = {
      kind: 'window',
      input: result,
      partitionBy,
      orderBy,
      frame,
      calls: same.map((one) => one.call),
      columns: [...result.columns, ...same.map((one) => one.column)],
    }
  }
  return result
}

function finish(
  input: LogicalPlan,
  select: ast.Select,
  rewrite: Rewriting,
  limit: ReturnType<typeof bindLimit>,
  scope: Scope,
): BoundQuery {
  checkInitialOrder(rewrite)
  if (isLate(select, rewrite, scope)) return finishLate(input, rewrite, limit, scope)
  const { outputs } = rewrite
  const expressions = outputs.map((output) => output.expression)
  const names = outputs.map((output) => output.name)
  const isDistinct = select.distinct && !rewrite.distinctOn
  const visible = outputs.length
  const add = (expression: Expression): number => {
    const known = expressions.findIndex((candidate) => sameExpression(candidate, expression))
    if (known >= 0) return known
    expressions.push(expression)
    names.push(expression.kind === 'column' ? expression.name : printExpression(expression))
    return expressions.length - 1
  }
  const terms = rewrite.order.map((term) => {
    const position = term.position ?? add(term.key!.expression)
    if (position >= visible && isDistinct) {
      throw new SqlError(
        'invalid_column_reference',
        'for SELECT DISTINCT, ORDER BY expressions must appear in select list',
        {
          position: term.span?.start,
        },
      )
    }
    return { position, term }
  })
  const on = rewrite.distinctOn?.map(add)
  const { plan: projection, columns } = project(addSets(input, scope.sets), expressions, names, scope)
  let plan: LogicalPlan = projection
  const column = (position: number): Expression => {
    const expression = expressions[position]
    const output = columns[position]
    return expression.kind === 'column' && expression.id === output.id ? expression : reference(output)
  }
  if (isDistinct) {
    for (let index = 0; index < visible; index++) checkComparable(expressions[index])
    plan = { kind: 'distinct', input: plan, columns: plan.columns }
  }
  const keys = terms.map(
    ({ position, term }): SortKey => ({
      descending: term.descending,
      nullsFirst: term.nullsFirst,
      expression: column(position),
    }),
  )
  if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, columns: plan.columns }
  if (on) plan = { kind: 'distinct', input: plan, on: on.map(column), columns: plan.columns }
  plan = limit(plan, keys)
  if (expressions.length > visible) {
    const kept = columns.slice(0, visible)
    plan = { kind: 'project', input: plan, expressions: kept.map((_, index) => column(index)), columns: kept }
  }
  return { plan, columns: plan.columns }
}

/** Whether the select list is computed after sorting: it holds what must not run for rows that LIMIT drops, or out of order. */
function isLate(select: ast.Select, rewrite: Rewriting, scope: Scope): boolean {
  const { order, outputs, distinctOn } = rewrite
  if (select.distinct && !distinctOn) return false
  if (order.length > 0 || distinctOn) {
    // Without ORDER BY the sets are made first: DISTINCT ON keeps one of their rows.
    if (scope.sets.length > 0 && order.length > 0) {
      const keys = [...order.map((term) => keyExpression(term, outputs)), ...(distinctOn ?? [])]
      const used = new Set<ColumnId>()
      for (const key of keys) addColumnsUsed(key, used)
      if (!scope.sets.some((call) => used.has(call.column.id))) return true
    }
  } else if (!select.limit && !select.offset) return false
  const sortedBy = new Set(order.map((term) => term.position))
  let hasLate = false
  for (let position = 0; position < outputs.length; position++) {
    if (!isVolatileExpression(outputs[position].expression)) continue
    if (sortedBy.has(position)) return false
    hasLate = true
  }
  return hasLate && !order.some((term) => term.key && isVolatileExpression(term.key.expression))
}

function keyExpression(term: OrderTerm, outputs: readonly Output[]): Expression {
  return term.position === undefined ? term.key!.expression : outputs[term.position].expression
}

function finishLate(
  input: LogicalPlan,
  rewrite: Rewriting,
  limit: ReturnType<typeof bindLimit>,
  scope: Scope,
): BoundQuery {
  const { outputs, order, distinctOn } = rewrite
  const keys = order.map(
    (term): SortKey => ({
      expression: keyExpression(term, outputs),
      descending: term.descending,
      nullsFirst: term.nullsFirst,
    }),
  )
  const used = new Set<ColumnId>()
  for (const expression of [...keys.map((key) => key.expression), ...(distinctOn ?? [])])
    addColumnsUsed(expression, used)
  const setsFirst = scope.sets.some((call) => used.has(call.column.id))
  let plan = setsFirst ? addSets(input, scope.sets) : input
  if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, columns: plan.columns }
  if (distinctOn) plan = { kind: 'distinct', input: plan, on: distinctOn, columns: plan.columns }
  if (!setsFirst) plan = addSets(plan, scope.sets)
  plan = limit(plan, keys)
  const names = outputs.map((output) => output.name)
  const projected = project(
    plan,
    outputs.map((output) => output.expression),
    names,
    scope,
  )
  return { plan: projected.plan, columns: projected.columns }
}

/** DISTINCT ON keeps the first row of each group, so the groups must be what is sorted by first. */
function checkInitialOrder(rewrite: Rewriting): void {
  const wanted: Expression[] = []
  for (const expression of rewrite.distinctOn ?? [])
    if (!wanted.some((other) => sameExpression(other, expression))) wanted.push(expression)
  const covered = new Set<Expression>()
  for (const term of rewrite.order) {
    if (covered.size === wanted.length) return
    const key = keyExpression(term, rewrite.outputs)
    const match = wanted.find((expression) => sameExpression(expression, key))
    if (!match) {
      throw new SqlError(
        'invalid_column_reference',
        'SELECT DISTINCT ON expressions must match initial ORDER BY expressions',
        {
          position: term.span?.start,
        },
      )
    }
    covered.add(match)
  }
}

/** The expressions as a plan's columns. What only passes on keeps its id, once; a column of an enclosing query gets a new one. */
export function project(
  input: LogicalPlan,
  expressions: readonly Expression[],
  names: readonly string[],
  scope: Scope,
): { readonly plan: LogicalPlan; readonly columns: readonly OutputColumn[] } {
  const provided = new Map<ColumnId, OutputColumn>()
  for (const column of input.columns) provided.set(column.id, column)
  const used = new Set<ColumnId>()
  const columns = expressions.map((expression, index): OutputColumn => {
    const name = names[index]
    if (expression.kind === 'column' && !used.has(expression.id)) {
      const source = provided.get(expression.id)
      if (source) {
        used.add(expression.id)
        return source.name === name && source.type === expression.type
          ? source
          : { id: source.id, name, type: expression.type, table: source.table }
      }
    }
    return newColumn(scope.state, name, expression.type)
  })
  return { plan: { kind: 'project', input, expressions, columns }, columns }
}
