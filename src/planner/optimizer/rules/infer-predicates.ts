/**
 * Carries what is known of one column over to the columns that must equal it, so that both inputs of a join are
 * filtered before they meet:
 *
 *   SELECT * FROM a JOIN b ON a.id = b.id WHERE a.id = 5          b.id = 5 too
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id WHERE a.id < 5     b.id < 5, for the right side only
 *
 * From the right of a LEFT JOIN nothing follows for the left, whose rows stay without a match:
 *
 *   SELECT * FROM a LEFT JOIN (SELECT * FROM b WHERE id = 5) b ON a.id = b.id
 */

import { hasColumn } from '../../estimate/estimator.ts'
import { isNeverNull } from '../../estimate/nulls.ts'
import { equality } from '../../estimate/properties.ts'
import type { ColumnExpression, ColumnId, Expression } from '../../expression.ts'
import type { Join, LogicalPlan } from '../../plan.ts'
import { columnsUsed, conjuncts, replaceColumns, someExpression } from '../../tree.ts'
import { Has } from '../features.ts'
import { filter, rebuild, replaceInputs } from '../make.ts'
import { pushFilters } from '../push-filter.ts'
import type { Rule } from '../rule.ts'
import { includesExpression, isVolatile } from '../same-expression.ts'

export const inferPredicates: Rule = {
  name: 'infer-predicates',
  canFire: (features) => (features & Has.join) !== 0 && (features & (Has.scanFilter | Has.filter)) !== 0,
  apply: infer,
}

function infer(plan: LogicalPlan): LogicalPlan {
  return rebuild(plan.kind === 'join' && !plan.special ? inferAtJoin(plan) : plan, infer)
}

function inferAtJoin(plan: Join): LogicalPlan {
  if (plan.type === 'full' || plan.type === 'cross' || plan.nullAware) return plan
  const pairs = columnPairs(plan.condition)
  if (pairs.length === 0) return plan
  const left = known(plan.left)
  const right = known(plan.right)
  const toRight = plan.type !== 'right' && left.length > 0 ? carry(left, pairs, plan.right, right) : []
  const carriesLeft = plan.type === 'inner' || plan.type === 'semi' || plan.type === 'right'
  const toLeft = carriesLeft && right.length > 0 ? carry(right, pairs, plan.left, left) : []
  if (toRight.length === 0 && toLeft.length === 0) return plan
  const newLeft = toLeft.length === 0 ? plan.left : pushFilters(filter(plan.left, toLeft), [])
  const newRight = toRight.length === 0 ? plan.right : pushFilters(filter(plan.right, toRight), [])
  return replaceInputs(plan, [newLeft, newRight])
}

type Pair = readonly [ColumnExpression, ColumnExpression]

function columnPairs(condition: readonly Expression[]): Pair[] {
  const pairs: Pair[] = []
  for (const each of condition) {
    const sides = equality(each)
    if (sides?.[0].kind === 'column' && sides[1].kind === 'column' && sides[0].type.kind === sides[1].type.kind) {
      pairs.push([sides[0], sides[1]])
    }
  }
  return pairs
}

/** The predicates restated for the columns of `target` that equal theirs; those it has already are left out. */
function carry(
  predicates: readonly Expression[],
  pairs: readonly Pair[],
  target: LogicalPlan,
  existing: readonly Expression[],
): Expression[] {
  const found: Expression[] = []
  for (const predicate of predicates) {
    const [id] = columnsUsed(predicate)
    for (const [a, b] of pairs) {
      const image = a.id === id ? b : b.id === id ? a : undefined
      if (!image || !hasColumn(target, image.id)) continue
      const restated = replaceColumns(predicate, (other) => (other === id ? image : undefined))
      if (includesExpression(existing, restated) || includesExpression(found, restated)) continue
      if (restated.kind === 'is' && isNeverNull(image, target)) continue
      found.push(restated)
    }
  }
  return found
}

const limit = 64

/** Predicates on one column and otherwise constants that hold for all rows of the plan. */
function known(plan: LogicalPlan): readonly Expression[] {
  switch (plan.kind) {
    case 'scan':
    case 'external-scan':
      return plan.filter.filter(isOnOneColumn)
    case 'filter':
      return [...known(plan.input), ...conjuncts(plan.predicate).filter(isOnOneColumn)]
    case 'sort':
    case 'limit':
    case 'window':
    case 'project-set':
      return known(plan.input)
    case 'distinct':
      return known(plan.input)
    case 'project': {
      const images = new Map<ColumnId, ColumnExpression>()
      plan.expressions.forEach((expression, index) => {
        const { id, name, type } = plan.columns[index]
        if (expression.kind === 'column' && !images.has(expression.id))
          images.set(expression.id, { kind: 'column', id, name, type })
      })
      return restate(known(plan.input), images)
    }
    case 'aggregate': {
      if (plan.sets || plan.groups.length === 0) return []
      const images = new Map<ColumnId, ColumnExpression>()
      plan.groups.forEach((group, index) => {
        const { id, name, type } = plan.columns[index]
        if (group.kind === 'column') images.set(group.id, { kind: 'column', id, name, type })
      })
      return restate(known(plan.input), images)
    }
    case 'join': {
      if (plan.special) return []
      switch (plan.type) {
        case 'inner': {
          const both = [...known(plan.left), ...known(plan.right)].slice(0, limit)
          const pairs = columnPairs(plan.condition)
          return pairs.length === 0 ? both : [...both, ...carry(both, pairs, plan, both)]
        }
        case 'cross':
          return [...known(plan.left), ...known(plan.right)].slice(0, limit)
        case 'right':
          return known(plan.right)
        case 'full':
          return []
        default:
          return known(plan.left)
      }
    }
    case 'apply':
      return known(plan.left)
    default:
      return []
  }
}

function restate(predicates: readonly Expression[], images: ReadonlyMap<ColumnId, ColumnExpression>): Expression[] {
  const found: Expression[] = []
  for (const predicate of predicates) {
    const [id] = columnsUsed(predicate)
    const image = images.get(id)
    if (image) found.push(replaceColumns(predicate, () => image))
  }
  return found
}

function isOnOneColumn(predicate: Expression): boolean {
  if (isVolatile(predicate) || someExpression(predicate, (part) => part.kind === 'subquery')) return false
  return columnsUsed(predicate).size === 1
}
