/** Which columns of a physical plan never hold NULL, so that groups need not count values. */

import { neverNull } from '../../planner/estimate/nulls.ts'
import type { ColumnId } from '../../planner/expression.ts'
import type { PhysicalPlan } from '../../planner/physical-plan.ts'

export function isColumnNeverNull(plan: PhysicalPlan, id: ColumnId): boolean {
  const has = (child: PhysicalPlan): boolean => child.columns.some((column) => column.id === id)
  switch (plan.kind) {
    case 'scan':
    case 'index-scan': {
      if (plan.rowId === id) return true
      const column = plan.table.columns[plan.tableColumns[plan.columns.findIndex((own) => own.id === id)]]
      return column?.notNull === true
    }
    case 'filter':
    case 'sort':
    case 'top-n':
    case 'limit':
    case 'distinct':
      return isColumnNeverNull(plan.input, id)
    case 'project': {
      const expression = plan.expressions[plan.columns.findIndex((column) => column.id === id)]
      return expression !== undefined && neverNull(expression, (inner) => isColumnNeverNull(plan.input, inner))
    }
    case 'aggregate': {
      const group = plan.groups[plan.columns.findIndex((column) => column.id === id)]
      return (
        group !== undefined &&
        plan.sets === undefined &&
        neverNull(group, (inner) => isColumnNeverNull(plan.input, inner))
      )
    }
    case 'hash-join':
    case 'nested-loop-join': {
      const keepsLeft = plan.type !== 'right' && plan.type !== 'full'
      const keepsRight = plan.type === 'inner' || plan.type === 'right' || plan.type === 'cross'
      if (has(plan.left)) return keepsLeft && isColumnNeverNull(plan.left, id)
      return has(plan.right) && keepsRight && isColumnNeverNull(plan.right, id)
    }
    default:
      return false
  }
}
