/**
 * Makes an outer join an inner one where the padded rows would be dropped anyway, because a predicate above is not true
 * for NULLs. Inner joins can be reordered, and filters move through them to both sides.
 *
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id WHERE b.x > 1
 *
 * A LEFT JOIN whose padded rows are the only ones kept becomes an anti join:
 *
 *   SELECT a.* FROM a LEFT JOIN b ON a.id = b.id WHERE b.id IS NULL
 *
 * It keeps still where the predicate accepts NULLs, and where the NULL may come from the table itself:
 *
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id WHERE coalesce(b.x, 0) = 0
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id WHERE b.x IS NULL
 */
import { baseType } from '../../../functions/coercion.ts'
import { isColumnNeverNull, rejectsNulls } from '../../estimate/nulls.ts'
import type { Expression } from '../../expression.ts'
import type { Filter, Join, LogicalPlan } from '../../plan.ts'
import { columnsUsed, conjuncts, replaceColumns } from '../../tree.ts'
import { Has } from '../features.ts'
import { constant, filter, join, keepColumns, project, rebuild, reference, replaceInputs } from '../make.ts'
import type { Rule } from '../rule.ts'

export const outerToInner: Rule = {
  name: 'outer-to-inner',
  canFire: (features) => (features & Has.outerJoin) !== 0,
  apply: (plan) => visit(plan, []),
}

/** `predicates` hold for all rows of the plan that count. */
function visit(plan: LogicalPlan, predicates: readonly Expression[]): LogicalPlan {
  switch (plan.kind) {
    case 'filter': {
      const anti = asAnti(plan)
      if (anti) return visit(anti, predicates)
      return rebuild(plan, (input) => visit(input, [...predicates, ...conjuncts(plan.predicate)]))
    }
    case 'project': {
      const below = predicates.map((each) =>
        replaceColumns(each, (id) => {
          const position = plan.columns.findIndex((column) => column.id === id)
          return position < 0 ? undefined : plan.expressions[position]
        }),
      )
      return rebuild(plan, (input) => visit(input, below))
    }
    case 'sort':
      return rebuild(plan, (input) => visit(input, predicates))
    case 'distinct':
      return rebuild(plan, (input) => visit(input, plan.on ? [] : predicates))
    case 'aggregate': {
      if (plan.sets || plan.groups.length === 0) return rebuild(plan, (input) => visit(input, []))
      const groups = new Map(plan.groups.map((group, index) => [plan.columns[index].id, group]))
      const below = predicates
        .filter((each) => [...columnsUsed(each)].every((id) => groups.has(id)))
        .map((each) => replaceColumns(each, (id) => groups.get(id)))
      return rebuild(plan, (input) => visit(input, below))
    }
    case 'join':
      return visitJoin(plan, predicates)
    case 'apply': {
      const left = visit(plan.left, predicates)
      const right = visit(plan.right, plan.type === 'inner' ? predicates : [])
      return replaceInputs(plan, [left, right])
    }
    default:
      return rebuild(plan, (input) => visit(input, []))
  }
}

function visitJoin(plan: Join, predicates: readonly Expression[]): LogicalPlan {
  if (plan.special) return rebuild(plan, (input) => visit(input, []))
  const type = simplerType(plan, predicates)
  const { condition } = plan
  const both = [...predicates, ...condition]
  const forLeft =
    type === 'inner' || type === 'cross' || type === 'semi'
      ? both
      : type === 'right'
        ? condition
        : type === 'full'
          ? []
          : predicates
  const forRight =
    type === 'inner' || type === 'cross' || type === 'right'
      ? type === 'right'
        ? predicates
        : both
      : type === 'full'
        ? []
        : plan.nullAware
          ? []
          : condition
  const left = visit(plan.left, forLeft)
  const right = visit(plan.right, forRight)
  if (type === plan.type && left === plan.left && right === plan.right) return plan
  return join(type, left, right, condition, plan)
}

function simplerType(plan: Join, predicates: readonly Expression[]): Join['type'] {
  const rejects = (side: LogicalPlan): boolean => {
    const own = new Set(side.columns.map((column) => column.id))
    return predicates.some((each) => rejectsNulls(each, (id) => own.has(id)))
  }
  switch (plan.type) {
    case 'left':
      return rejects(plan.right) ? 'inner' : 'left'
    case 'right':
      return rejects(plan.left) ? 'inner' : 'right'
    case 'full': {
      const noPaddedRight = rejects(plan.right)
      const noPaddedLeft = rejects(plan.left)
      if (noPaddedLeft && noPaddedRight) return 'inner'
      return noPaddedRight ? 'right' : noPaddedLeft ? 'left' : 'full'
    }
    default:
      return plan.type
  }
}

/** `b.id IS NULL` over a LEFT JOIN that never finds a NULL there: the rows without a match, with NULLs for b's columns. */
function asAnti(plan: Filter): LogicalPlan | undefined {
  const below = plan.input
  if (below.kind !== 'join' || below.type !== 'left' || below.special) return undefined
  const all = conjuncts(plan.predicate)
  const test = all.find((each) => {
    if (each.kind !== 'is' || each.test !== 'null' || each.negated || each.input.kind !== 'column') return false
    if (baseType(each.input.type).kind === 'record') return false
    const { id } = each.input
    if (!below.right.columns.some((column) => column.id === id)) return false
    return (
      isColumnNeverNull(below.right, id) || below.condition.some((part) => rejectsNulls(part, (other) => other === id))
    )
  })
  if (!test) return undefined
  const anti = join('anti', below.left, below.right, below.condition)
  const padded = project(anti, below.columns, [
    ...below.left.columns.map(reference),
    ...below.right.columns.map((column) => constant(null, column.type)),
  ])
  return keepColumns(
    filter(
      padded,
      all.filter((each) => each !== test),
    ),
    plan.columns,
  )
}
