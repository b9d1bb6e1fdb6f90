/** A copy of a plan whose columns are new, so that it can stand beside the original. */
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { inputs, mapExpressions, mapInputs, replaceColumns, walkPlan } from '../tree.ts'
import { reference } from './make.ts'
import type { RuleContext } from './rule.ts'
import { isVolatile } from './same-expression.ts'

export interface Copy {
  readonly plan: LogicalPlan
  /** From the original's columns to the copy's. */
  readonly columns: ReadonlyMap<ColumnId, OutputColumn>
}

export function copyPlan(plan: LogicalPlan, context: RuleContext): Copy {
  const columns = new Map<ColumnId, OutputColumn>()
  const ctes = new Map<number, number>()
  const renew = (column: OutputColumn): OutputColumn => {
    let renewed = columns.get(column.id)
    if (!renewed) {
      renewed = { ...column, id: context.newColumnId() }
      columns.set(column.id, renewed)
    }
    return renewed
  }
  walkPlan(plan, (node) => {
    for (const column of node.columns) renew(column)
    if (node.kind === 'with' || node.kind === 'recursive-cte') ctes.set(node.cte, context.newCte())
  })
  const copyId = (id: ColumnId | undefined): ColumnId | undefined =>
    id === undefined ? undefined : (columns.get(id)?.id ?? id)
  const replace = (expression: Expression): Expression =>
    replaceColumns(expression, (id) => {
      const renewed = columns.get(id)
      return renewed && reference(renewed)
    })
  const copy = (node: LogicalPlan): LogicalPlan => {
    const own = { ...mapExpressions(mapInputs(node, copy), replace), columns: node.columns.map(renew) } as LogicalPlan
    switch (own.kind) {
      case 'scan':
        return own.rowId === undefined ? own : { ...own, rowId: copyId(own.rowId) }
      case 'join':
      case 'apply':
        return own.mark ? { ...own, mark: renew(own.mark) } : own
      case 'aggregate':
        return own.groupingColumn === undefined ? own : { ...own, groupingColumn: copyId(own.groupingColumn) }
      case 'project-set':
        return { ...own, calls: own.calls.map((call) => ({ ...call, column: renew(call.column) })) }
      case 'with':
      case 'cte-scan':
      case 'recursive-cte':
        return { ...own, cte: ctes.get(own.cte) ?? own.cte }
      default:
        return own
    }
  }
  return { plan: copy(plan), columns }
}

/** Whether a second evaluation yields the same rows and changes nothing. */
export function isRepeatable(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return false
    case 'scan':
      if (plan.sample) return false
  }
  let volatile = false
  mapExpressions(plan, (expression) => {
    if (isVolatile(expression)) volatile = true
    return expression
  })
  return !volatile && inputs(plan).every(isRepeatable)
}
