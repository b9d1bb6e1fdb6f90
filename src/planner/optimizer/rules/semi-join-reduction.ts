/**
 * Groups only what a selective partner of the join will ask for. An aggregate that is joined on its groups computes
 * many groups that find no partner; the partner's keys, read a second time, keep their rows out of it:
 *
 *   SELECT * FROM part p JOIN (SELECT k, avg(q) AS a FROM line GROUP BY k) t ON t.k = p.id WHERE p.brand = 'x'
 *
 *   Join inner on t.k = p.id               Join inner on t.k = p.id
 *   ├─ Aggregate by k: avg(q)              ├─ Aggregate by k: avg(q)
 *   │  └─ Scan line                  ─▶    │  └─ Join semi on k = p.id
 *   └─ Scan part where brand = 'x'         │     ├─ Scan line
 *                                          │     └─ Scan part where brand = 'x'
 *                                          └─ Scan part where brand = 'x'
 *
 * It keeps still where the partner keeps most groups, since then reading it twice gains nothing:
 *
 *   SELECT * FROM part p JOIN (SELECT k, avg(q) AS a FROM line GROUP BY k) t ON t.k = p.id
 */
import { hasColumn } from '../../estimate/estimator.ts'
import { equality } from '../../estimate/properties.ts'
import type { ColumnExpression, ColumnId, Expression } from '../../expression.ts'
import type { Aggregate, LogicalPlan } from '../../plan.ts'
import { mapInputs } from '../../tree.ts'
import { makeComparison } from '../comparison.ts'
import { copyPlan, isRepeatable } from '../copy-plan.ts'
import { Has } from '../features.ts'
import { graphOf, type JoinGraph } from '../join-order/graph.ts'
import { isJoinInRegion, regionOf, type Unit } from '../join-order/region.ts'
import { join, keepColumns, rebuild, reference } from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const semiJoinReduction: Rule = {
  name: 'semi-join-reduction',
  canFire: (features) => (features & Has.join) !== 0 && (features & Has.aggregate) !== 0,
  apply: reduce,
}

function reduce(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  if (plan.kind === 'with') context.estimator.define(plan.cte, plan.definition)
  if (!isJoinInRegion(plan)) return rebuild(plan, (input) => reduce(input, context))
  const replacements = new Map<LogicalPlan, LogicalPlan>()
  const region = regionOf(plan, (unit) => unit)
  if (region.units.some((unit) => aggregateOf(unit.plan))) {
    const graph = graphOf(region, context.estimator)
    for (const unit of region.units) {
      const better = reduceUnit(unit, graph, context)
      if (better !== unit.plan) replacements.set(unit.plan, better)
    }
  }
  const units = new Set(region.units.map((unit) => unit.plan))
  const replace = (node: LogicalPlan): LogicalPlan => {
    if (!units.has(node)) return rebuild(node, replace)
    const better = replacements.get(node) ?? node
    return node === plan ? better : reduce(better, context)
  }
  return rebuild(plan, replace)
}

/** The aggregate under projections and filters. */
function aggregateOf(plan: LogicalPlan): Aggregate | undefined {
  let current = plan
  while (current.kind === 'project' || current.kind === 'filter') current = current.input
  return current.kind === 'aggregate' && current.groups.length > 0 && !current.sets ? current : undefined
}

/** A unit's column and the columns of other units that it must equal. */
interface Link {
  readonly own: ColumnExpression
  readonly partners: readonly { readonly unit: number; readonly column: ColumnExpression }[]
}

function reduceUnit(unit: Unit, graph: JoinGraph, context: RuleContext): LogicalPlan {
  const aggregate = aggregateOf(unit.plan)
  if (!aggregate || (unit.dependence && unit.dependence.type !== 'left' && unit.dependence.type !== 'semi'))
    return unit.plan
  if (!isRepeatable(aggregate.input)) return unit.plan
  const { estimator } = context
  for (const link of linksOf(unit, graph)) {
    const group = groupBehind(unit.plan, link.own.id)
    if (!group) continue
    const inputRows = estimator.rows(aggregate.input)
    const groups = estimator.distinct(aggregate.input, group)
    let best: { readonly plan: LogicalPlan; readonly column: ColumnExpression; readonly keys: number } | undefined
    for (const partner of candidates(link, unit, graph)) {
      if (!isCheap(partner.plan, inputRows, context)) continue
      const keys = estimator.distinct(partner.plan, partner.column)
      if (keys * 5 <= groups && (!best || keys < best.keys)) best = { ...partner, keys }
    }
    if (!best) continue
    const copied = copyPlan(best.plan, context)
    const key = copied.columns.get(best.column.id)
    const condition = key && makeComparison('=', group, reference(key))
    if (!key || !condition) continue
    const semi = join('semi', aggregate.input, keepColumns(copied.plan, [key]), [condition])
    return replaceAggregate(unit.plan, aggregate, { ...aggregate, input: semi })
  }
  return unit.plan
}

function replaceAggregate(plan: LogicalPlan, from: Aggregate, to: Aggregate): LogicalPlan {
  return plan === from ? to : mapInputs(plan, (input) => replaceAggregate(input, from, to))
}

/** By which columns the unit is joined to inner units. */
function linksOf(unit: Unit, graph: JoinGraph): Link[] {
  const links: Link[] = []
  if (!unit.dependence) {
    for (const { members } of graph.classes) {
      const own = members.find((member) => member.unit === unit.index)
      if (own) links.push({ own: own.column, partners: members.filter((member) => member.unit !== unit.index) })
    }
    return links
  }
  for (const condition of unit.dependence.condition) {
    const pair = equality(condition)
    if (pair?.[0].kind !== 'column' || pair[1].kind !== 'column') continue
    const [own, other] = hasColumn(unit.plan, pair[0].id) ? pair : [pair[1], pair[0]]
    if (own.kind !== 'column' || other.kind !== 'column') continue
    links.push({ own, partners: equalColumns(other, graph) })
  }
  return links
}

function equalColumns(column: ColumnExpression, graph: JoinGraph): Link['partners'] {
  const unit = graph.region.unitOf.get(column.id)
  if (unit === undefined || graph.region.units[unit].dependence) return []
  const found = graph.classes.find(({ members }) => members.some((member) => member.column.id === column.id))
  return found ? found.members : [{ unit, column }]
}

interface Candidate {
  readonly plan: LogicalPlan
  readonly column: ColumnExpression
}

/** The partners themselves, and what filters them by a semi join on the same column. */
function candidates(link: Link, unit: Unit, graph: JoinGraph): Candidate[] {
  const { units } = graph.region
  const found: Candidate[] = []
  const partnerIds = new Set<ColumnId>()
  for (const partner of link.partners) {
    const { plan, dependence } = units[partner.unit]
    if (dependence || partner.unit === unit.index) continue
    partnerIds.add(partner.column.id)
    found.push({ plan, column: partner.column })
  }
  for (const other of units) {
    if (other.index === unit.index || other.dependence?.type !== 'semi' || other.dependence.condition.length !== 1)
      continue
    const pair = equality(other.dependence.condition[0])
    if (pair?.[0].kind !== 'column' || pair[1].kind !== 'column') continue
    const [a, b] = pair
    if (partnerIds.has(a.id) && hasColumn(other.plan, b.id)) found.push({ plan: other.plan, column: b })
    else if (partnerIds.has(b.id) && hasColumn(other.plan, a.id)) found.push({ plan: other.plan, column: a })
  }
  return found
}

/** A table with its filters, small beside the rows that are grouped. */
function isCheap(plan: LogicalPlan, inputRows: number, context: RuleContext): boolean {
  switch (plan.kind) {
    case 'scan':
      return !plan.sample && context.planner.catalog.statistics(plan.table).rowCount <= inputRows
    case 'filter':
    case 'project':
      return isRepeatable(plan) && isCheap(plan.input, inputRows, context)
    default:
      return false
  }
}

/** The grouping expression that a column of the unit is. */
function groupBehind(plan: LogicalPlan, id: ColumnId): Expression | undefined {
  switch (plan.kind) {
    case 'filter':
      return groupBehind(plan.input, id)
    case 'project': {
      const value = plan.expressions[plan.columns.findIndex((column) => column.id === id)]
      return value?.kind === 'column' ? groupBehind(plan.input, value.id) : undefined
    }
    case 'aggregate': {
      const position = plan.columns.findIndex((column) => column.id === id)
      return position >= 0 && position < plan.groups.length ? plan.groups[position] : undefined
    }
    default:
      return undefined
  }
}
