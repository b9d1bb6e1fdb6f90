/**
 * Turns an Apply, whose right side would run once per left row, into a join, which runs it once:
 *
 *   SELECT * FROM o WHERE o.x > (SELECT avg(l.x) FROM l WHERE l.k = o.k)
 *
 *   Apply single                       Join left on l.k = o.k
 *   ├─ Scan o                          ├─ Scan o
 *   └─ Aggregate avg(l.x)        ─▶    └─ Aggregate by l.k: avg(l.x)
 *      └─ Filter l.k = o.k                └─ Scan l
 *         └─ Scan l
 *
 * Correlated predicates are pulled up where they can be (`decorrelate/pull.ts`); else the right side is computed for all
 * values of the outer columns (`decorrelate/domain.ts`). An Apply stays where the right side is a function of the row:
 *
 *   SELECT * FROM t, LATERAL unnest(t.list)
 *
 * or where what it reads must not be read twice:
 *
 *   SELECT (SELECT max(r.x + random()) FROM r WHERE r.x < t.x) FROM (SELECT random() AS x FROM s) t
 */
import { BOOLEAN } from '../../../types/data-type.ts'
import { atMostOneRow, exactlyOneRow, matchesOnce } from '../../estimate/properties.ts'
import type { ColumnId, Expression, OutputColumn } from '../../expression.ts'
import type { Aggregate, Apply, Join, LogicalPlan } from '../../plan.ts'
import { and, conjuncts, freeColumns, mapExpression, mapExpressions, replaceColumns, TRUE } from '../../tree.ts'
import { isRepeatable } from '../copy-plan.ts'
import { domainOf, leftJoinAggregate, overDomain } from '../decorrelate/domain.ts'
import { fixedCount, groupByKeys, isCorrelated, type Outer, pull } from '../decorrelate/pull.ts'
import { Has } from '../features.ts'
import { either, extend, filter, is, join, keepColumns, project, rebuild, reference, same } from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'
import { isVolatile } from '../same-expression.ts'

export const decorrelate: Rule = {
  name: 'decorrelate',
  canFire: (features) => (features & Has.apply) !== 0,
  apply: visit,
}

/** Innermost first, since a subquery within may read columns of more than one level. */
function visit(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const own = mapExpressions(plan, (expression) =>
    mapExpression(expression, (part) => {
      if (part.kind !== 'subquery') return part
      const inner = visit(part.plan, context)
      return inner === part.plan ? part : { ...part, plan: inner }
    }),
  )
  const node = rebuild(own, (input) => visit(input, context))
  return node.kind === 'apply' ? (decorrelateApply(node, context) ?? node) : node
}

function decorrelateApply(original: Apply, context: RuleContext): LogicalPlan | undefined {
  const node = { ...original, right: trim(original) }
  const ids = new Set(node.left.columns.map((column) => column.id))
  if (!isCorrelated(node.right, ids)) return asJoin(node, node.right, node.condition, [], context)
  const existence = node.type === 'semi' || node.type === 'anti' || node.type === 'mark'
  const outer: Outer = { ids, context, existence }
  const overAggregate = applyToAggregate(node, outer)
  if (overAggregate) return overAggregate
  const pulled = pull(node.right, outer)
  if (pulled)
    return asJoin(
      { ...node, right: pulled.plan },
      node.right,
      node.condition,
      pulled.predicates,
      context,
      pulled.computed,
    )
  return applyOverDomain(node, context)
}

/** What the rows of the right side are only asked for: order does not matter, and for EXISTS neither number nor values. */
function trim(node: Apply): LogicalPlan {
  let { right } = node
  if (node.type !== 'semi' && node.type !== 'anti' && node.type !== 'mark') return right
  for (;;) {
    switch (right.kind) {
      case 'sort':
        right = right.input
        break
      case 'distinct':
        if (right.on) return right
        right = right.input
        break
      case 'project':
        if (node.condition.length > 0 || right.expressions.some(isVolatile)) return right
        right = right.input
        break
      case 'limit': {
        const limit = fixedCount(right.limit)
        const offset = fixedCount(right.offset)
        const keeps = limit !== undefined && (limit === null || limit > 0n) && (offset === null || offset === 0n)
        if (node.condition.length > 0 || !keeps || right.percent) return right
        right = right.input
        break
      }
      default:
        return right
    }
  }
}

/**
 * The join of an Apply whose right side, now `node.right`, reads the left no more. `computed` are columns of the right
 * side to be computed from both; `original` is the right side as it was, for its columns.
 */
function asJoin(
  node: Apply,
  original: LogicalPlan,
  condition: readonly Expression[],
  predicates: readonly Expression[],
  context: RuleContext,
  computed: ReadonlyMap<ColumnId, Expression> = new Map(),
): LogicalPlan {
  const own = condition.map((each) => replaceColumns(each, (id) => computed.get(id)))
  const all = [...own, ...predicates.map((each) => replaceColumns(each, (id) => computed.get(id)))]
  const { left, right } = node
  switch (node.type) {
    case 'semi':
    case 'anti':
    case 'mark':
      return join(node.type, left, right, all, node)
    case 'inner': {
      const isOneRow = right.columns.length === 0 && exactlyOneRow(right)
      const joined = isOneRow ? filter(left, all) : join('inner', left, right, all)
      return project(joined, [...left.columns, ...original.columns], valuesOf(left, original, computed))
    }
    default: {
      const type = pairType(node.type, right, all)
      if (computed.size === 0) return keepColumns(join(type, left, right, all), [...left.columns, ...original.columns])
      const marker = context.newColumn('matched', BOOLEAN)
      const joined = join(type, left, extend(right, [marker], [TRUE]), all)
      const padded = new Map<ColumnId, Expression>()
      for (const [id, expression] of computed) {
        padded.set(id, either(is(reference(marker), 'null', true), expression))
      }
      return project(joined, [...left.columns, ...original.columns], valuesOf(left, original, padded))
    }
  }
}

function valuesOf(left: LogicalPlan, right: LogicalPlan, computed: ReadonlyMap<ColumnId, Expression>): Expression[] {
  return [
    ...left.columns.map(reference),
    ...right.columns.map((column) => computed.get(column.id) ?? reference(column)),
  ]
}

/** A single join that cannot find two rows is a left join; one that always finds one, an inner join. */
function pairType(type: 'left' | 'single', right: LogicalPlan, condition: readonly Expression[]): Join['type'] {
  if (condition.length === 0 && exactlyOneRow(right)) return 'cross'
  if (type === 'single' && (atMostOneRow(right) || matchesOnce(right, condition))) return 'left'
  return type
}

/** Projections and filters over an aggregate without groups, from the top down. */
interface Chain {
  readonly nodes: readonly Extract<LogicalPlan, { kind: 'project' | 'filter' }>[]
  readonly aggregate: Aggregate
}

function chainOverAggregate(plan: LogicalPlan): Chain | undefined {
  const nodes: Extract<LogicalPlan, { kind: 'project' | 'filter' }>[] = []
  let current = plan
  for (;;) {
    switch (current.kind) {
      case 'project':
      case 'filter':
        nodes.push(current)
        current = current.input
        break
      case 'aggregate':
        return current.groups.length === 0 && !current.sets ? { nodes, aggregate: current } : undefined
      default:
        return undefined
    }
  }
}

/**
 * An aggregate without groups has one row for every left row, so the Apply becomes a left join with the aggregate by the
 * correlated columns, and what stands over the aggregate is computed over the join.
 */
function applyToAggregate(node: Apply, outer: Outer): LogicalPlan | undefined {
  const chain = chainOverAggregate(node.right)
  if (!chain) return undefined
  const { aggregate } = chain
  let current: LogicalPlan | undefined
  if (!isCorrelated(aggregate, outer.ids)) {
    current = join('cross', node.left, aggregate, [])
  } else {
    const grouped = groupByKeys(aggregate, outer)
    if (!grouped) return undefined
    current = leftJoinAggregate(node.left, grouped.plan, aggregate, grouped.predicates, outer.context)
  }
  if (!current) return undefined
  const passed: Expression[] = []
  for (let index = chain.nodes.length - 1; index >= 0; index--) {
    const each = chain.nodes[index]
    if (each.kind === 'filter') {
      passed.push(...conjuncts(each.predicate))
      continue
    }
    const available = new Set(current.columns.map((column) => column.id))
    const columns: OutputColumn[] = []
    const values: Expression[] = []
    each.columns.forEach((column, position) => {
      if (available.has(column.id)) return
      columns.push(column)
      values.push(each.expressions[position])
    })
    current = extend(current, columns, values)
  }
  return finishOneRow(node, current, passed)
}

/** `current` pairs each left row with its one right row, which counts when `passed` holds. */
function finishOneRow(node: Apply, current: LogicalPlan, passed: readonly Expression[]): LogicalPlan {
  const [first, ...rest] = node.condition
  const { left } = node
  switch (node.type) {
    case 'inner':
      return keepColumns(filter(current, [...passed, ...node.condition]), node.columns)
    case 'left':
    case 'single': {
      const conditions = [...passed, ...node.condition]
      if (conditions.length === 0) return keepColumns(current, node.columns)
      const values = node.right.columns.map((column) => either(and(conditions), reference(column)))
      return project(current, [...left.columns, ...node.right.columns], [...left.columns.map(reference), ...values])
    }
    case 'semi':
      return keepColumns(filter(current, [...passed, ...node.condition]), left.columns)
    case 'anti': {
      const matched = node.nullAware
        ? and([...passed, ...rest, is(first, 'false', true)])
        : and([...passed, ...node.condition])
      return keepColumns(filter(current, [is(matched, 'true', true)]), left.columns)
    }
    case 'mark': {
      if (!node.mark) return keepColumns(current, left.columns)
      const others = [...passed, ...rest]
      const value = node.nullAware
        ? and([...others.map((each) => is(each, 'true')), first])
        : is(and([...passed, ...node.condition]), 'true')
      return project(current, [...left.columns, node.mark], [...left.columns.map(reference), value])
    }
  }
}

/** The right side for all values of the outer columns, joined on these. */
function applyOverDomain(node: Apply, context: RuleContext): LogicalPlan | undefined {
  if (!needsDomain(node.right) || !isRepeatable(node.left)) return undefined
  const free = freeColumns(node.right)
  const outer = node.left.columns.filter((column) => free.has(column.id))
  const shared = isSimple(node.left) || freeColumns(node.left).size > 0 ? undefined : shareLeft(node.left, context)
  const left = shared ? shared.reader : node.left
  const dependent = overDomain(node.right, domainOf(left, outer, context))
  if (!dependent) return undefined
  const matches = outer.map((column, index) => same(reference(column), reference(dependent.domain[index])))
  const joined = asJoin({ ...node, left, right: dependent.plan }, node.right, node.condition, matches, context)
  if (!shared) return joined
  return { kind: 'with', columns: joined.columns, cte: shared.cte, name: 'outer', definition: node.left, input: joined }
}

/** A function of the outer row is best called for each row: nothing would be gained by a domain. */
function needsDomain(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'table-function':
    case 'values':
      return false
    case 'project':
    case 'filter':
    case 'project-set':
    case 'limit':
    case 'sort':
      return needsDomain(plan.input)
    default:
      return true
  }
}

/** Cheap enough to be read twice: a table and what filters and computes on its rows. */
function isSimple(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'scan':
    case 'cte-scan':
    case 'values':
      return true
    case 'filter':
    case 'project':
      return isSimple(plan.input)
    default:
      return false
  }
}

/** The left side computed once, where it does not depend on a level further out; `reader` has its columns under their own ids. */
function shareLeft(left: LogicalPlan, context: RuleContext): { readonly cte: number; readonly reader: LogicalPlan } {
  const cte = context.newCte()
  const columns = left.columns.map((column) => context.newColumn(column.name, column.type, column.table))
  const scan: LogicalPlan = { kind: 'cte-scan', columns, cte, name: 'outer' }
  return { cte, reader: project(scan, left.columns, columns.map(reference)) }
}
