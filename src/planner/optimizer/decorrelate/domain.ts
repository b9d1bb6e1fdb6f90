/**
 * The long way of decorrelation, for subplans whose outer columns stand anywhere (Neumann and Kemper, "Unnesting
 * Arbitrary Queries", 2015): the subplan is computed once for the whole domain D, the distinct values that the outer
 * columns take, and then joined with the outer rows on these values.
 *
 *   Apply L, R(o)   ─▶   Join L.o IS NOT DISTINCT FROM d
 *                        ├─ L
 *                        └─ R(d), D pushed down to where R reads o
 *
 * On its way down D joins what it meets: it becomes a group of an aggregate, a partition of a window, a column of both
 * branches of a set operation. An aggregate without groups yields a row even for values of D that it finds nothing for,
 * so D is joined back to it from the left and counts get their value of no rows.
 */
import { BOOLEAN } from '../../../types/data-type.ts'
import type { AggregateCall, ColumnId, Expression, OutputColumn } from '../../expression.ts'
import type { Aggregate, LogicalPlan } from '../../plan.ts'
import { mapExpressions, replaceColumns, TRUE } from '../../tree.ts'
import { copyPlan } from '../copy-plan.ts'
import {
  apply,
  constant,
  either,
  extend,
  filter,
  is,
  join,
  keepColumns,
  project,
  reference,
  replaceInputs,
  same,
} from '../make.ts'
import type { RuleContext } from '../rule.ts'
import { isCorrelated, limitPerKey, readsOuter } from './pull.ts'

/** Makes copies of D, each with new columns, in the order of `outer`. */
export interface Domain {
  readonly outer: readonly OutputColumn[]
  readonly ids: ReadonlySet<ColumnId>
  readonly context: RuleContext
  copy(): { readonly plan: LogicalPlan; readonly columns: readonly OutputColumn[] }
}

/** A subplan over the whole domain: the original's columns and the domain's, which stand for the outer ones. */
export interface Dependent {
  readonly plan: LogicalPlan
  readonly domain: readonly OutputColumn[]
}

/** D as a plan: the distinct values of the outer columns in `left`. */
export function domainOf(left: LogicalPlan, outer: readonly OutputColumn[], context: RuleContext): Domain {
  return {
    outer,
    ids: new Set(outer.map((column) => column.id)),
    context,
    copy() {
      const copied = copyPlan(left, context)
      const columns = outer.map((column) => copied.columns.get(column.id) ?? column)
      const input = keepColumns(copied.plan, columns)
      return { plan: { kind: 'distinct', columns: input.columns, input }, columns }
    },
  }
}

/** Whether its rows have an order, which belongs above a join with the domain: a join keeps none of its sides'. */
function comesSorted(plan: LogicalPlan): boolean {
  let below = plan
  while (below.kind === 'project') below = below.input
  return below.kind === 'sort'
}

/** The plan computed for all of the domain; undefined where an operator cannot be. */
export function overDomain(plan: LogicalPlan, domain: Domain): Dependent | undefined {
  if (!isCorrelated(plan, domain.ids) && !comesSorted(plan)) {
    const { plan: values, columns } = domain.copy()
    return { plan: keepColumns(join('cross', values, plan, []), [...plan.columns, ...columns]), domain: columns }
  }
  const { context } = domain
  switch (plan.kind) {
    case 'scan': {
      const own = plan.filter.filter((each) => !readsOuter(each, domain.ids))
      const { plan: values, columns } = domain.copy()
      const joined = join('cross', values, { ...plan, filter: own }, [])
      const predicates = plan.filter
        .filter((each) => readsOuter(each, domain.ids))
        .map((each) => rename(each, domain, columns))
      return { plan: keepColumns(filter(joined, predicates), [...plan.columns, ...columns]), domain: columns }
    }
    case 'values': {
      if (plan.rows.length !== 1) return undefined
      const { plan: values, columns } = domain.copy()
      const row = plan.rows[0].map((each) => rename(each, domain, columns))
      return {
        plan: project(values, [...plan.columns, ...columns], [...row, ...columns.map(reference)]),
        domain: columns,
      }
    }
    case 'table-function': {
      const { plan: values, columns } = domain.copy()
      const calls = mapExpressions(plan, (each) => rename(each, domain, columns))
      return { plan: keepColumns(apply('inner', values, calls, []), [...plan.columns, ...columns]), domain: columns }
    }
    case 'filter': {
      const below = overDomain(plan.input, domain)
      if (!below) return undefined
      return { ...below, plan: filter(below.plan, [rename(plan.predicate, domain, below.domain)]) }
    }
    case 'project': {
      const below = overDomain(plan.input, domain)
      if (!below) return undefined
      const values = plan.expressions.map((each) => rename(each, domain, below.domain))
      const columns = [...plan.columns, ...below.domain]
      return {
        plan: { kind: 'project', columns, input: below.plan, expressions: [...values, ...below.domain.map(reference)] },
        domain: below.domain,
      }
    }
    case 'sort':
    case 'project-set': {
      const below = overDomain(plan.input, domain)
      if (!below) return undefined
      const own = mapExpressions(plan, (each) => rename(each, domain, below.domain))
      return { ...below, plan: replaceInputs(own, [below.plan]) }
    }
    case 'distinct': {
      const below = overDomain(plan.input, domain)
      if (!below) return undefined
      const input = keepColumns(below.plan, [...plan.columns, ...below.domain])
      const on = plan.on && [
        ...plan.on.map((each) => rename(each, domain, below.domain)),
        ...below.domain.map(reference),
      ]
      const node: LogicalPlan = on
        ? { kind: 'distinct', columns: input.columns, input, on }
        : { kind: 'distinct', columns: input.columns, input }
      return { ...below, plan: node }
    }
    case 'limit': {
      const below = overDomain(plan.input, domain)
      const limited = below && limitPerKey(plan, below.plan, below.domain, context)
      return limited && { plan: limited, domain: below.domain }
    }
    case 'window': {
      const below = overDomain(plan.input, domain)
      if (!below) return undefined
      const own = mapExpressions(plan, (each) => rename(each, domain, below.domain))
      const partitioned = { ...own, partitionBy: [...own.partitionBy, ...below.domain.map(reference)] }
      return { ...below, plan: replaceInputs(partitioned, [below.plan]) }
    }
    case 'aggregate':
      return aggregateOverDomain(plan, domain)
    case 'join':
      return joinOverDomain(plan, domain)
    case 'apply': {
      const left = overDomain(plan.left, domain)
      if (!left) return undefined
      const right = mapFree(plan.right, domain, left.domain)
      const condition = plan.condition.map((each) => rename(each, domain, left.domain))
      return { ...left, plan: apply(plan.type, left.plan, right, condition, plan) }
    }
    case 'set-operation': {
      const left = overDomain(plan.left, domain)
      const right = overDomain(plan.right, domain)
      if (!left || !right) return undefined
      const columns = left.domain.map((column) => context.newColumn(column.name, column.type, column.table))
      return {
        plan: {
          ...plan,
          columns: [...plan.columns, ...columns],
          left: keepColumns(left.plan, [...plan.left.columns, ...left.domain]),
          right: keepColumns(right.plan, [...plan.right.columns, ...right.domain]),
        },
        domain: columns,
      }
    }
    case 'with': {
      if (isCorrelated(plan.definition, domain.ids)) return undefined
      const below = overDomain(plan.input, domain)
      return below && { ...below, plan: replaceInputs(plan, [plan.definition, below.plan]) }
    }
    default:
      return undefined
  }
}

/** The expression with the domain's columns in place of the outer ones. */
function rename(expression: Expression, domain: Domain, columns: readonly OutputColumn[]): Expression {
  return replaceColumns(expression, (id) => {
    if (!domain.ids.has(id)) return undefined
    return reference(columns[domain.outer.findIndex((column) => column.id === id)])
  })
}

function mapFree(plan: LogicalPlan, domain: Domain, columns: readonly OutputColumn[]): LogicalPlan {
  if (!isCorrelated(plan, domain.ids)) return plan
  const inputs =
    'left' in plan
      ? [plan.left, plan.right]
      : 'definition' in plan
        ? [plan.definition, plan.input]
        : 'input' in plan
          ? [plan.input]
          : []
  const own = mapExpressions(plan, (each) => rename(each, domain, columns))
  return replaceInputs(
    own,
    inputs.map((input) => mapFree(input, domain, columns)),
  )
}

function joinOverDomain(plan: Extract<LogicalPlan, { kind: 'join' }>, domain: Domain): Dependent | undefined {
  if (plan.special || plan.type === 'full') return undefined
  if (plan.type === 'right') {
    const turned = joinOverDomain(join('left', plan.right, plan.left, plan.condition), domain)
    return turned && { ...turned, plan: keepColumns(turned.plan, [...plan.columns, ...turned.domain]) }
  }
  const inner = plan.type === 'inner' || plan.type === 'cross'
  const leftReads = isCorrelated(plan.left, domain.ids)
  const rightReads = isCorrelated(plan.right, domain.ids)
  const left = inner && !leftReads && rightReads ? undefined : overDomain(plan.left, domain)
  const right = rightReads ? overDomain(plan.right, domain) : undefined
  if ((rightReads && !right) || (!left && (leftReads || !inner || !right))) return undefined
  const own = (left ?? right)?.domain
  if (!own) return undefined
  const condition = plan.condition.map((each) => rename(each, domain, own))
  if (left && right) {
    condition.push(...left.domain.map((column, index) => same(reference(column), reference(right.domain[index]))))
  }
  const joined = join(plan.type, left?.plan ?? plan.left, right?.plan ?? plan.right, condition, plan)
  const columns = plan.columns.filter((column) => joined.columns.some((each) => each.id === column.id))
  return { plan: keepColumns(joined, [...columns, ...own]), domain: own }
}

function aggregateOverDomain(plan: Aggregate, domain: Domain): Dependent | undefined {
  if (plan.sets?.some((set) => set.length === 0)) return undefined
  const below = overDomain(plan.input, domain)
  if (!below) return undefined
  const renamed = mapExpressions(plan, (each) => rename(each, domain, below.domain))
  const width = plan.groups.length
  const domainPositions = below.domain.map((_, index) => width + index)
  const sets = plan.sets?.map((set) => [...set, ...domainPositions])
  const grouped: Aggregate = {
    ...renamed,
    columns: [...plan.columns.slice(0, width), ...below.domain, ...plan.columns.slice(width)],
    input: below.plan,
    groups: [...renamed.groups, ...below.domain.map(reference)],
    ...(sets ? { sets } : {}),
  }
  const columns = [...plan.columns, ...below.domain]
  if (width > 0) return { plan: keepColumns(grouped, columns), domain: below.domain }
  return withEmptyGroups(grouped, plan, below.domain, domain)
}

/** One row per value of the domain, the aggregates of no rows where there were none. */
function withEmptyGroups(
  grouped: Aggregate,
  plan: Aggregate,
  keys: readonly OutputColumn[],
  domain: Domain,
): Dependent | undefined {
  const { plan: values, columns } = domain.copy()
  const condition = columns.map((column, index) => same(reference(column), reference(keys[index])))
  const padded = leftJoinAggregate(values, grouped, plan, condition, domain.context)
  return padded && { plan: keepColumns(padded, [...plan.columns, ...columns]), domain: columns }
}

/**
 * `left` LEFT JOIN `grouped`, with the columns of `original`, an aggregate without groups: where no group matches, they
 * have the values of no rows (count: 0).
 */
export function leftJoinAggregate(
  left: LogicalPlan,
  grouped: Aggregate,
  original: Aggregate,
  condition: readonly Expression[],
  context: RuleContext,
): LogicalPlan | undefined {
  const empty = original.aggregates.map((call) => emptyValue(call, context))
  if (empty.includes(undefined)) return undefined
  if (empty.every((value) => value === null)) {
    const joined = join('left', left, grouped, condition)
    return keepColumns(joined, [...left.columns, ...original.columns])
  }
  const marker = context.newColumn('matched', BOOLEAN)
  const raw = original.columns.map((column) => context.newColumn(column.name, column.type))
  const shift = grouped.columns.length - original.columns.length
  const renamed: Aggregate = { ...grouped, columns: [...grouped.columns.slice(0, shift), ...raw] }
  const joined = join('left', left, extend(renamed, [marker], [TRUE]), condition)
  const values = original.aggregates.map((call, index): Expression => {
    const value = reference(raw[index])
    if (empty[index] === null) return value
    return either(is(reference(marker), 'null'), constant(empty[index], call.type), value)
  })
  return project(joined, [...left.columns, ...original.columns], [...left.columns.map(reference), ...values])
}

/** What the aggregate yields over no rows; undefined where it depends on its arguments: rank(1) WITHIN GROUP (…) is 1. */
function emptyValue(call: AggregateCall, context: RuleContext): unknown {
  if (call.overload.hypothetical) return undefined
  if (call.overload.ordered) return null
  try {
    const state = call.overload.start(
      call.args.map((arg) => arg.type),
      context.functions,
    )
    return call.overload.finish(state, call.type) ?? null
  } catch {
    return undefined
  }
}
