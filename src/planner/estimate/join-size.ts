/** How many rows a join yields: |L| · |R| / the larger number of distinct keys, and what the kind of join makes of it. */
import { unreachable } from '../../error.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { Apply, Join, LogicalPlan } from '../plan.ts'
import { columnsUsed } from '../tree.ts'
import { columnsEqualTo, compositeKeys, type KeyEqualities } from './composite-key.ts'
import type { Estimator } from './estimator.ts'
import { hasColumn } from './estimator.ts'
import { equality } from './properties.ts'
import type { Origin } from './sampled.ts'
import { selectivity } from './selectivity.ts'

export function joinRows(plan: Join | Apply, estimator: Estimator): number {
  const left = estimator.rows(plan.left)
  const right = estimator.rows(plan.right)
  if (plan.kind === 'join' && plan.special) return plan.special === 'positional' ? Math.max(left, right) : left
  switch (plan.type) {
    case 'cross':
      return left * right
    case 'inner':
      return Math.max(
        left * right * joinSelectivity(plan.condition, plan.left, plan.right, estimator),
        Math.min(left, right, 1),
      )
    case 'left':
      return Math.max(left, left * right * joinSelectivity(plan.condition, plan.left, plan.right, estimator))
    case 'right':
      return Math.max(right, left * right * joinSelectivity(plan.condition, plan.left, plan.right, estimator))
    case 'full':
      return Math.max(left, right, left * right * joinSelectivity(plan.condition, plan.left, plan.right, estimator))
    case 'semi':
      return Math.max(Math.min(1, left), left * semiSelectivity(plan.condition, plan.left, plan.right, estimator))
    case 'anti':
      return Math.max(Math.min(1, left), left * (1 - semiSelectivity(plan.condition, plan.left, plan.right, estimator)))
    case 'mark':
    case 'single':
      return left
    default:
      return unreachable(plan)
  }
}

/** The part of all pairs that the condition keeps. */
export function joinSelectivity(
  condition: readonly Expression[],
  left: LogicalPlan,
  right: LogicalPlan,
  estimator: Estimator,
): number {
  if (condition.length === 0) return 1
  const pairs: Sides[] = []
  const rest: Expression[] = []
  for (const conjunct of condition) {
    const sides = splitEquality(conjunct, left, right)
    if (sides) pairs.push(sides)
    else rest.push(conjunct)
  }
  const { keys, others } = compositeKeys(pairs, left, right, estimator)
  let part = 1
  for (const key of keys) part *= equalPart(key, left, right, estimator)
  const together: Sides[] = []
  for (const sides of others) {
    const own = bySample(sides, left, right, estimator)
    if (own !== undefined) part *= own
    else if (pairs.length > 1 && isKey(sides, left, right, estimator))
      part *= equalPart(bounded([sides], left, right, estimator), left, right, estimator)
    else together.push(sides)
  }
  if (together.length > 0) part *= equalPart(bounded(together, left, right, estimator), left, right, estimator)
  if (rest.length > 0) {
    part *= selectivity(rest, (id) =>
      hasColumn(left, id) ? estimator.column(left, id) : hasColumn(right, id) ? estimator.column(right, id) : undefined,
    )
  }
  return part
}

/** Equalities with the bound that a key among their columns sets. */
function bounded(pairs: readonly Sides[], left: LogicalPlan, right: LogicalPlan, estimator: Estimator): KeyEqualities {
  const domain = Math.min(
    estimator.keyDomain(right, columnsOf(pairs.map((sides) => sides.right))) ?? Number.POSITIVE_INFINITY,
    estimator.keyDomain(left, columnsOf(pairs.map((sides) => sides.left))) ?? Number.POSITIVE_INFINITY,
  )
  return { pairs, leftDomain: domain, rightDomain: domain }
}

function columnsOf(expressions: readonly Expression[]): Set<ColumnId> {
  return new Set(expressions.flatMap((expression) => (expression.kind === 'column' ? [expression.id] : [])))
}

/** The part of all pairs that agree in all of these. */
function equalPart(
  { pairs, leftDomain, rightDomain }: KeyEqualities,
  left: LogicalPlan,
  right: LogicalPlan,
  estimator: Estimator,
): number {
  let leftKeys = 1
  let rightKeys = 1
  let present = 1
  for (const sides of pairs) {
    leftKeys *= estimator.distinct(left, sides.left)
    rightKeys *= estimator.distinct(right, sides.right)
    present *= (1 - nullPart(sides.left, left, estimator)) * (1 - nullPart(sides.right, right, estimator))
  }
  const leftDistinct = Math.min(leftKeys, Math.max(1, estimator.rows(left)), leftDomain)
  const rightDistinct = Math.min(rightKeys, Math.max(1, estimator.rows(right)), rightDomain)
  const part = 1 / Math.max(leftDistinct, rightDistinct, 1)
  const skewed = pairs.length === 1 ? togetherPart(pairs[0], left, right, estimator) : undefined
  return present * Math.max(part, skewed ?? 0)
}

/** The part of all pairs that agree, where samples of columns that both refer to something tell. */
function togetherPart(sides: Sides, left: LogicalPlan, right: LogicalPlan, estimator: Estimator): number | undefined {
  if (sides.left.kind !== 'column' || sides.right.kind !== 'column') return undefined
  const inLeft = referencesOf(sides.left.id, left, estimator)
  const inRight = referencesOf(sides.right.id, right, estimator)
  if (inLeft.length === 0 || inRight.length === 0) return undefined
  const one = inLeft.length === 1 ? 1 : estimator.together(inLeft)
  const other = inRight.length === 1 ? 1 : estimator.together(inRight)
  const both = estimator.together([...inLeft, ...inRight])
  if (one !== undefined && other !== undefined && both !== undefined) return Math.min(1, both / (one * other))
  const pair = estimator.together([inLeft[0], inRight[0]])
  if (pair === undefined) return undefined
  const distinct = Math.max(
    Math.min(estimator.distinct(left, sides.left), Math.max(1, estimator.rows(left))),
    Math.min(estimator.distinct(right, sides.right), Math.max(1, estimator.rows(right))),
  )
  const factor = Math.max(1, pair * distinct) ** (inLeft.length * inRight.length)
  return Math.min(1, Math.min(factor, mostSkew) / distinct)
}

const mostSkew = 1000

/** Columns of tables that the plan joins to be equal to this one, and it. */
function referencesOf(id: ColumnId, plan: LogicalPlan, estimator: Estimator): Origin[] {
  return columnsEqualTo(id, plan).flatMap((each) => estimator.referenceOf(plan, each) ?? [])
}

/** Whether one of the sides is a key by itself: what else is equated is a condition of its own then. */
function isKey(sides: Sides, left: LogicalPlan, right: LogicalPlan, estimator: Estimator): boolean {
  return (
    (sides.left.kind === 'column' && estimator.keyDomain(left, new Set([sides.left.id])) !== undefined) ||
    (sides.right.kind === 'column' && estimator.keyDomain(right, new Set([sides.right.id])) !== undefined)
  )
}

/** The same as `equalPart`, of one pair, where samples tell how many rows refer to a small filtered table. */
function bySample(
  { left: a, right: b }: Sides,
  left: LogicalPlan,
  right: LogicalPlan,
  estimator: Estimator,
): number | undefined {
  if (a.kind !== 'column' || b.kind !== 'column') return undefined
  const toRight = estimator.referringPart(left, a.id, right, b.id)
  if (toRight !== undefined) return ((1 - nullPart(a, left, estimator)) * toRight) / Math.max(1, estimator.rows(right))
  const toLeft = estimator.referringPart(right, b.id, left, a.id)
  if (toLeft !== undefined) return ((1 - nullPart(b, right, estimator)) * toLeft) / Math.max(1, estimator.rows(left))
  return undefined
}

/** The part of the left rows that find a partner: containment of the smaller set of keys in the larger. */
export function semiSelectivity(
  condition: readonly Expression[],
  left: LogicalPlan,
  right: LogicalPlan,
  estimator: Estimator,
): number {
  const rightRows = estimator.rows(right)
  if (condition.length === 0) return rightRows >= 1 ? 0.9 : 0.1
  const pairs: Sides[] = []
  const rest: Expression[] = []
  for (const conjunct of condition) {
    const sides = splitEquality(conjunct, left, right)
    if (sides) pairs.push(sides)
    else rest.push(conjunct)
  }
  const lookup = (id: number): ReturnType<Estimator['column']> | undefined =>
    hasColumn(left, id) ? estimator.column(left, id) : hasColumn(right, id) ? estimator.column(right, id) : undefined
  if (pairs.length === 0) {
    const chance = selectivity(rest, lookup)
    return Math.min(0.9, 1 - (1 - chance) ** Math.min(Math.max(1, rightRows), 20))
  }
  const leftDomain = (sides: Sides): number =>
    sides.left.kind === 'column' ? estimator.column(left, sides.left.id).domain : estimator.distinct(left, sides.left)
  const { keys, others } = compositeKeys(pairs, left, right, estimator)
  let values = product(others.map(leftDomain))
  for (const key of keys) values *= Math.min(product(key.pairs.map(leftDomain)), key.leftDomain)
  const rightKeys = product(pairs.map((sides) => estimator.distinct(right, sides.right)))
  const rightDistinct = Math.max(1, Math.min(rightKeys, rightRows))
  const found = Math.min(1, rightDistinct / Math.max(1, values))
  if (rest.length === 0) return Math.max(found * 0.999, 1e-7)
  const partners = Math.max(1, rightRows / rightDistinct)
  const chance = 1 - (1 - selectivity(rest, lookup)) ** partners
  return Math.min(0.95, found * chance)
}

function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1)
}

function nullPart(expression: Expression, plan: LogicalPlan, estimator: Estimator): number {
  return expression.kind === 'column' && hasColumn(plan, expression.id)
    ? estimator.column(plan, expression.id).nullFraction
    : 0
}

export interface Sides {
  readonly left: Expression
  readonly right: Expression
  readonly nullsEqual: boolean
}

/** The sides of an equality between the two inputs, each over its own; undefined for any other condition. */
export function splitEquality(condition: Expression, left: LogicalPlan, right: LogicalPlan): Sides | undefined {
  const nullsEqual = condition.kind === 'is-distinct' && condition.negated
  const pair = nullsEqual ? ([condition.left, condition.right] as const) : equality(condition)
  if (!pair) return undefined
  const [a, b] = pair
  const aUsed = columnsUsed(a)
  const bUsed = columnsUsed(b)
  if (aUsed.size === 0 || bUsed.size === 0) return undefined
  if (readsOnly(aUsed, left) && readsOnly(bUsed, right)) return { left: a, right: b, nullsEqual }
  if (readsOnly(aUsed, right) && readsOnly(bUsed, left)) return { left: b, right: a, nullsEqual }
  return undefined
}

function readsOnly(used: ReadonlySet<number>, plan: LogicalPlan): boolean {
  for (const id of used) if (!hasColumn(plan, id)) return false
  return true
}
