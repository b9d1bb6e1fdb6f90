/**
 * Joins in the order that is expected to handle the fewest rows, from the statistics of the tables; the smaller side of
 * each join stands right, where the hash table is built. Semi, anti and outer joins hang on the units that they read and
 * take their place among the inner joins where they pay.
 *
 *   SELECT * FROM lineitem l, orders o, customer c
 *   WHERE l.order_id = o.id AND o.customer_id = c.id AND c.name = 'x'          c with o first, then l
 *
 * Nothing moves into or out of a full join, a LIMIT, or the padded side of an outer join:
 *
 *   SELECT * FROM a FULL JOIN (b JOIN c ON b.id = c.b_id) ON a.id = b.id
 */
import type { ColumnId, Expression } from '../../expression.ts'
import type { LogicalPlan } from '../../plan.ts'
import { columnsUsed } from '../../tree.ts'
import { makeComparison } from '../comparison.ts'
import { Has } from '../features.ts'
import { bestTree, type Tree } from '../join-order/enumerate.ts'
import { type ClassMember, graphOf, type JoinGraph, smallJoin } from '../join-order/graph.ts'
import { isJoinInRegion, regionOf } from '../join-order/region.ts'
import { filter, join, keepColumns, rebuild } from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const joinOrder: Rule = {
  name: 'join-order',
  canFire: (features) => (features & Has.join) !== 0,
  apply: order,
}

function order(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  if (plan.kind === 'with') context.estimator.define(plan.cte, plan.definition)
  const top = plan.kind === 'filter' && isJoinInRegion(plan.input) ? plan.input : plan
  if (!isJoinInRegion(top)) return rebuild(plan, (input) => order(input, context))
  let changed = false
  const region = regionOf(plan, (unit) => {
    const optimized = unit === plan ? rebuild(unit, (input) => order(input, context)) : order(unit, context)
    if (optimized !== unit) changed = true
    return optimized
  })
  if (region.units.length < 2) return rebuild(plan, (input) => order(input, context))
  const graph = graphOf(region, context.estimator)
  const built = build(bestTree(graph), graph)
  if (!changed && !built.derived && built.shape === region.shape) return plan
  return keepColumns(filter(built.plan, graph.loose), plan.columns)
}

interface Built {
  readonly plan: LogicalPlan
  readonly units: ReadonlySet<number>
  readonly shape: string
  /** A condition was made that nobody wrote. */
  readonly derived: boolean
}

function build(tree: Tree, graph: JoinGraph): Built {
  if (tree.unit !== undefined) return buildUnit(tree.unit, graph)
  const [leftTree, rightTree] = inWrittenOrder(tree.left as Tree, tree.right as Tree, graph)
  const left = build(leftTree, graph)
  const right = build(rightTree, graph)
  const units = new Set([...left.units, ...right.units])
  const shape = `(${left.shape} ${right.shape})`
  const rightUnit = rightTree.unit
  const dependence = rightUnit === undefined ? undefined : graph.region.units[rightUnit].dependence
  const applicable = graph.predicates
    .filter(({ units: read }) => read.every((unit) => units.has(unit)))
    .filter(({ units: read }) => !read.every((unit) => left.units.has(unit)))
  if (dependence && rightUnit !== undefined) {
    const joined = join(dependence.type, left.plan, right.plan, dependence.condition, dependence.options)
    const plan = filter(
      joined,
      applicable.map((each) => each.expression),
    )
    return { plan, units, shape, derived: left.derived || right.derived }
  }
  const condition = applicable
    .filter(({ units: read }) => !read.every((unit) => right.units.has(unit)))
    .map((each) => each.expression)
  let derived = left.derived || right.derived
  const equalities: Expression[] = []
  for (const each of graph.classes) {
    const written = each.equalities.find((expression) =>
      spans(expression, graph.region.unitOf, left.units, right.units),
    )
    if (written) {
      equalities.push(written)
      continue
    }
    const made = deriveEquality(each.members, left.units, right.units)
    if (!made) continue
    equalities.push(made)
    derived = true
  }
  return { plan: join('inner', left.plan, right.plan, [...equalities, ...condition]), units, shape, derived }
}

/** Small sides stand as they are written, unless one hangs on the other. */
function inWrittenOrder(left: Tree, right: Tree, graph: JoinGraph): readonly [Tree, Tree] {
  const depends = right.unit !== undefined && graph.region.units[right.unit].dependence !== undefined
  const isSmall = left.rows < smallJoin && right.rows < smallJoin
  return isSmall && !depends && firstUnit(right) < firstUnit(left) ? [right, left] : [left, right]
}

function firstUnit(tree: Tree): number {
  return tree.unit ?? Math.min(firstUnit(tree.left as Tree), firstUnit(tree.right as Tree))
}

/** A unit with the predicates that read it alone, and equalities between its own columns that follow from others. */
function buildUnit(index: number, graph: JoinGraph): Built {
  const unit = graph.region.units[index]
  const own = unit.dependence
    ? []
    : graph.predicates.filter(({ units }) => units.length === 1 && units[0] === index).map((each) => each.expression)
  let derived = false
  for (const { members } of graph.classes) {
    const inside = members.filter((member) => member.unit === index)
    for (let next = 1; next < inside.length; next++) {
      const made = makeComparison('=', inside[0].column, inside[next].column)
      if (!made) continue
      own.push(made)
      derived = true
    }
  }
  return { plan: filter(unit.plan, own), units: new Set([index]), shape: String(index), derived }
}

function spans(
  expression: Expression,
  unitOf: ReadonlyMap<ColumnId, number>,
  left: ReadonlySet<number>,
  right: ReadonlySet<number>,
): boolean {
  let inLeft = false
  let inRight = false
  for (const id of columnsUsed(expression)) {
    const unit = unitOf.get(id)
    if (unit === undefined) continue
    if (left.has(unit)) inLeft = true
    else if (right.has(unit)) inRight = true
    else return false
  }
  return inLeft && inRight
}

function deriveEquality(
  members: readonly ClassMember[],
  left: ReadonlySet<number>,
  right: ReadonlySet<number>,
): Expression | undefined {
  const inLeft = members.find((member) => left.has(member.unit))
  const inRight = members.find((member) => right.has(member.unit))
  return inLeft && inRight && makeComparison('=', inLeft.column, inRight.column)
}
