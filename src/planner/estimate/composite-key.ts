/**
 * Equalities that together equate the columns of a key of several columns are one condition, since the columns of a key are as
 * dependent as its rows make them: of lineitem and partsupp, joined by part and supplier, each row finds one partner, where two
 * independent conditions would leave one row in thousands.
 */
import type { ColumnId, Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import type { Estimator } from './estimator.ts'
import { hasColumn } from './estimator.ts'
import type { Sides } from './join-size.ts'
import { equality } from './properties.ts'

/** Equalities of a key, and how many different combinations of values either side can have at most. */
export interface KeyEqualities {
  readonly pairs: readonly Sides[]
  readonly leftDomain: number
  readonly rightDomain: number
}

/** Takes the equalities apart into those of keys of several columns and all others. */
export function compositeKeys(
  pairs: readonly Sides[],
  left: LogicalPlan,
  right: LogicalPlan,
  estimator: Estimator,
): { readonly keys: readonly KeyEqualities[]; readonly others: readonly Sides[] } {
  const keys: KeyEqualities[] = []
  let others = pairs
  for (const side of ['right', 'left'] as const) {
    if (others.length < 2) break
    const [plan, other] = side === 'right' ? [right, left] : [left, right]
    const candidates = estimator.tableKeys(plan)
    for (const { columns, rows } of candidates) {
      if (columns.length < 2 || candidates.some((key) => isPart(key.columns, columns))) continue
      const found = columns.map((id) => others.find((sides) => equalColumns(sides[side], plan).includes(id)))
      if (!found.every((sides) => sides !== undefined)) continue
      const together = others.filter((sides) => found.includes(sides))
      const opposite = together.map((sides) => equalColumns(side === 'right' ? sides.left : sides.right, other))
      const referring = fromOneTable(opposite, other) ? rows : Number.POSITIVE_INFINITY
      const [leftDomain, rightDomain] = side === 'right' ? [referring, rows] : [rows, referring]
      keys.push({ pairs: together, leftDomain, rightDomain })
      others = others.filter((sides) => !together.includes(sides))
    }
  }
  return { keys, others }
}

function isPart(columns: readonly ColumnId[], whole: readonly ColumnId[]): boolean {
  return columns.length < whole.length && columns.every((id) => whole.includes(id))
}

/** Whether one table has a column of each of the sets: columns of several tables are combined as freely as their rows are. */
function fromOneTable(sets: readonly (readonly ColumnId[])[], plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'join':
      return fromOneTable(sets, plan.left) || fromOneTable(sets, plan.right)
    case 'project':
    case 'filter':
    case 'sort':
      return fromOneTable(sets, plan.input)
    default:
      return sets.every((ids) => ids.some((id) => hasColumn(plan, id)))
  }
}

/** The column that the expression is, and those that the plan joins to be equal to it. */
function equalColumns(expression: Expression, plan: LogicalPlan): ColumnId[] {
  return expression.kind === 'column' ? columnsEqualTo(expression.id, plan) : []
}

/** Columns that inner joins within the plan make equal to this one, and it. */
export function columnsEqualTo(id: ColumnId, plan: LogicalPlan): ColumnId[] {
  const equated = equatedIn(plan)
  const equal = new Set([id])
  for (let before = 0; before < equal.size; ) {
    before = equal.size
    for (const [a, b] of equated) {
      if (equal.has(a)) equal.add(b)
      else if (equal.has(b)) equal.add(a)
    }
  }
  return [...equal]
}

function equatedIn(plan: LogicalPlan): (readonly [ColumnId, ColumnId])[] {
  if (plan.kind === 'project' || plan.kind === 'filter') return equatedIn(plan.input)
  if (plan.kind !== 'join' || plan.type !== 'inner') return []
  const own = plan.condition.flatMap((condition) => {
    const pair = equality(condition)
    return pair?.[0].kind === 'column' && pair[1].kind === 'column' ? [[pair[0].id, pair[1].id] as const] : []
  })
  return [...own, ...equatedIn(plan.left), ...equatedIn(plan.right)]
}
