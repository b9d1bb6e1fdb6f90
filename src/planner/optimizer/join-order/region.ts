/**
 * The part of a plan whose joins may change places: inner joins, the filters between them, and joins that hang on one
 * side (left, semi, anti, mark, single). What these join are the units:
 *
 *   inner unit       can be joined in any order
 *   dependent unit   the right side of a join that hangs: it can be joined once the units that its condition reads are
 *                    there, and nothing else can be joined to it before
 *
 * Everything else (aggregates, full joins, limits …) is a unit as it is.
 */
import { hasColumn } from '../../estimate/estimator.ts'
import type { ColumnId, Expression } from '../../expression.ts'
import type { Join, LogicalPlan } from '../../plan.ts'
import { columnsUsed, conjuncts, someExpression } from '../../tree.ts'
import type { JoinOptions } from '../make.ts'
import { isVolatile } from '../same-expression.ts'

export interface Dependence {
  readonly type: 'left' | 'semi' | 'anti' | 'mark' | 'single'
  readonly condition: readonly Expression[]
  readonly options: JoinOptions
  /** Indexes of the units that have to be there. */
  readonly required: readonly number[]
}

export interface Unit {
  readonly index: number
  readonly plan: LogicalPlan
  readonly dependence?: Dependence
}

export interface Region {
  readonly units: readonly Unit[]
  readonly predicates: readonly Expression[]
  /** The unit that makes a column. */
  readonly unitOf: ReadonlyMap<ColumnId, number>
  /** The order as it is, to see whether it changes. */
  readonly shape: string
}

export function isJoinInRegion(plan: LogicalPlan): plan is Join {
  return plan.kind === 'join' && !plan.special && plan.type !== 'full'
}

/** The region whose top is `plan`; `optimize` is applied to each unit. */
export function regionOf(plan: LogicalPlan, optimize: (unit: LogicalPlan) => LogicalPlan): Region {
  const units: Unit[] = []
  const predicates: Expression[] = []
  const unitOf = new Map<ColumnId, number>()

  const addUnit = (unit: LogicalPlan): string => {
    const index = units.length
    const optimized = optimize(unit)
    units.push({ index, plan: optimized })
    for (const column of optimized.columns) unitOf.set(column.id, index)
    return String(index)
  }

  const flatten = (node: LogicalPlan): string => {
    if (node.kind === 'filter' && isPartOfRegion(node.input)) {
      const all = conjuncts(node.predicate)
      if (all.some((each) => isVolatile(each) || holdsSubquery(each))) return addUnit(node)
      const shape = flatten(node.input)
      predicates.push(...all)
      return shape
    }
    if (node.kind === 'project' && passesOn(node) && isPartOfRegion(node.input)) return flatten(node.input)
    if (!isJoinInRegion(node)) return addUnit(node)
    if (node.condition.some((each) => isVolatile(each) || holdsSubquery(each))) return addUnit(node)
    if (node.type === 'inner' || node.type === 'cross') {
      const left = flatten(node.left)
      const right = flatten(node.right)
      predicates.push(...node.condition)
      return `(${left} ${right})`
    }
    const [left, right, type] =
      node.type === 'right' ? ([node.right, node.left, 'left'] as const) : ([node.left, node.right, node.type] as const)
    const before = units.length
    const shape = flatten(left)
    const present = units.slice(before).map((unit) => unit.index)
    return `(${shape} ${addDependent(node, right, type as Dependence['type'], present)})`
  }

  const addDependent = (
    node: Join,
    right: LogicalPlan,
    type: Dependence['type'],
    present: readonly number[],
  ): string => {
    const index = units.length
    const optimized = optimize(right)
    const required = new Set<number>()
    for (const each of node.condition) {
      for (const id of columnsUsed(each)) {
        const unit = unitOf.get(id)
        if (unit !== undefined && !hasColumn(optimized, id)) required.add(unit)
      }
    }
    if (required.size === 0 || type === 'single') for (const unit of present) required.add(unit)
    const options = node.mark ? { nullAware: node.nullAware, mark: node.mark } : { nullAware: node.nullAware }
    units.push({
      index,
      plan: optimized,
      dependence: { type, condition: node.condition, options, required: [...required] },
    })
    if (type === 'left' || type === 'single') for (const column of optimized.columns) unitOf.set(column.id, index)
    if (node.mark) unitOf.set(node.mark.id, index)
    return String(index)
  }

  const shape = flatten(plan)
  return { units, predicates, unitOf, shape }
}

function isPartOfRegion(plan: LogicalPlan): boolean {
  if (plan.kind === 'filter') return isPartOfRegion(plan.input)
  if (plan.kind === 'project') return passesOn(plan) && isPartOfRegion(plan.input)
  return isJoinInRegion(plan)
}

/** A projection that only leaves columns out. */
function passesOn(plan: Extract<LogicalPlan, { kind: 'project' }>): boolean {
  return plan.expressions.every(
    (expression, index) => expression.kind === 'column' && expression.id === plan.columns[index].id,
  )
}

function holdsSubquery(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'subquery')
}
