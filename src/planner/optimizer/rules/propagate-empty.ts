/**
 * Replaces what certainly yields no rows by a table without rows, and what reads it accordingly, so that contradictory
 * filters and LIMIT 0 cost nothing.
 *
 *   SELECT * FROM a JOIN b ON a.id = b.id WHERE false
 *
 * An aggregate without groups still has its one row, and an outer join keeps its other side:
 *
 *   SELECT count(*) FROM a WHERE false
 *   SELECT * FROM a LEFT JOIN b ON false
 */
import type { Expression } from '../../expression.ts'
import type { LogicalPlan } from '../../plan.ts'
import { conjuncts } from '../../tree.ts'
import { isRepeatable } from '../copy-plan.ts'
import { Has } from '../features.ts'
import { constant, keepColumns, project, rebuild, reference } from '../make.ts'
import type { Rule } from '../rule.ts'

export const propagateEmpty: Rule = {
  name: 'propagate-empty',
  canFire: (features) => (features & (Has.filter | Has.scanFilter | Has.limit | Has.join | Has.values)) !== 0,
  apply: propagate,
}

function propagate(plan: LogicalPlan): LogicalPlan {
  const node = rebuild(plan, propagate)
  switch (node.kind) {
    case 'scan':
    case 'external-scan':
      return node.filter.some(isNever) ? empty(node) : node
    case 'filter':
      return isEmpty(node.input) || conjuncts(node.predicate).some(isNever) ? empty(node) : node
    case 'limit': {
      const none = node.limit?.kind === 'constant' && node.limit.value !== null && Number(node.limit.value) === 0
      return isEmpty(node.input) || (none && isRepeatable(node.input) && !node.offset) ? empty(node) : node
    }
    case 'project':
    case 'project-set':
    case 'sort':
    case 'distinct':
      return isEmpty(node.input) ? empty(node) : node
    case 'window':
      // Offsets are checked before any row is read.
      return isEmpty(node.input) && !node.frame.start.offset && !node.frame.end.offset ? empty(node) : node
    case 'aggregate':
      return isEmpty(node.input) && node.groups.length > 0 && !node.sets ? empty(node) : node
    case 'join':
    case 'apply': {
      if (node.kind === 'join' && node.special) return node
      const left = isEmpty(node.left)
      const right = isEmpty(node.right) || (node.kind === 'join' && node.condition.some(isNever) && !node.nullAware)
      return left || right ? withoutSide(node, left, right) : node
    }
    case 'set-operation': {
      const left = isEmpty(node.left)
      const right = isEmpty(node.right)
      if (left && (right || node.operator !== 'union')) return empty(node)
      if (right && node.operator === 'intersect') return empty(node)
      if (!node.all) return node
      if (left) return renamed(node, node.right)
      return right ? renamed(node, node.left) : node
    }
    default:
      return node
  }
}

function withoutSide(
  node: Extract<LogicalPlan, { kind: 'join' | 'apply' }>,
  left: boolean,
  right: boolean,
): LogicalPlan {
  switch (node.type) {
    case 'inner':
    case 'cross':
    case 'semi':
      return empty(node)
    case 'left':
    case 'single':
      return left ? empty(node) : padded(node, node.left)
    case 'anti':
      return left ? empty(node) : node.left
    case 'mark':
      if (left) return empty(node)
      return node.mark
        ? project(node.left, node.columns, [...node.left.columns.map(reference), constant(false, node.mark.type)])
        : keepColumns(node.left, node.columns)
    case 'right':
      return isEmpty(node.right) ? empty(node) : padded(node, node.right)
    case 'full':
      if (isEmpty(node.left) && isEmpty(node.right)) return empty(node)
      if (isEmpty(node.left)) return padded(node, node.right)
      return right && isEmpty(node.right) ? padded(node, node.left) : node
  }
}

function padded(node: LogicalPlan, side: LogicalPlan): LogicalPlan {
  const own = new Set(side.columns.map((column) => column.id))
  return project(
    side,
    node.columns,
    node.columns.map((column) => (own.has(column.id) ? reference(column) : constant(null, column.type))),
  )
}

function renamed(node: LogicalPlan, side: LogicalPlan): LogicalPlan {
  return project(side, node.columns, side.columns.map(reference))
}

function isNever(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value !== true
}

function isEmpty(plan: LogicalPlan): boolean {
  return plan.kind === 'values' && plan.rows.length === 0
}

function empty(plan: LogicalPlan): LogicalPlan {
  return { kind: 'values', columns: plan.columns, rows: [] }
}
