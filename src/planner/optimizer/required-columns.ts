/** Walks a plan from the top, telling every node which of its columns are needed above. */
import { unreachable } from '../../error.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { addColumnsUsed, columnsUsedByNode, freeColumns } from '../tree.ts'
import { replaceInputs } from './make.ts'

export interface Needs {
  readonly columns: ReadonlySet<ColumnId>
  /** The columns are read by position: number and order must stay. */
  readonly exact: boolean
}

/** Changes a node, before its inputs are visited. */
export type NodeChange = (plan: LogicalPlan, needs: Needs) => LogicalPlan

export function visitWithNeeds(plan: LogicalPlan, needs: Needs, change: NodeChange): LogicalPlan {
  const node = change(plan, needs)
  const visit = (input: LogicalPlan, own: Needs): LogicalPlan => visitWithNeeds(input, own, change)
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table-function':
    case 'external-scan':
    case 'cte-scan':
      return node
    case 'project':
    case 'aggregate':
      return replaceInputs(node, [visit(node.input, { columns: columnsUsedByNode(node), exact: false })])
    case 'filter':
    case 'sort':
    case 'limit':
    case 'window':
    case 'project-set': {
      const columns = columnsUsedByNode(node)
      for (const id of needs.columns) columns.add(id)
      return replaceInputs(node, [visit(node.input, { columns, exact: needs.exact })])
    }
    case 'distinct': {
      if (!node.on) return replaceInputs(node, [visit(node.input, allOf(node.input))])
      const columns = columnsUsedByNode(node)
      for (const id of needs.columns) columns.add(id)
      return replaceInputs(node, [visit(node.input, { columns, exact: needs.exact })])
    }
    case 'join':
    case 'apply': {
      const columns = columnsUsedByNode(node)
      for (const id of needs.columns) columns.add(id)
      if (node.kind === 'apply') for (const id of freeColumns(node.right)) columns.add(id)
      const exact = needs.exact || (node.kind === 'join' && node.special === 'positional')
      const left = visit(node.left, { columns, exact })
      const right = visit(node.right, {
        columns,
        exact: exact && node.type !== 'semi' && node.type !== 'anti' && node.type !== 'mark',
      })
      return replaceInputs(node, [left, right])
    }
    case 'set-operation':
    case 'recursive-cte':
      return replaceInputs(node, [visit(node.left, allOf(node.left)), visit(node.right, allOf(node.right))])
    case 'with':
      return replaceInputs(node, [visit(node.definition, allOf(node.definition)), visit(node.input, needs)])
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return replaceInputs(node, [visit(node.input, { columns: columnsUsedByNode(node), exact: false })])
    default:
      return unreachable(node)
  }
}

export function allOf(plan: LogicalPlan): Needs {
  return { columns: new Set(plan.columns.map((column) => column.id)), exact: true }
}

export function usedBy(expressions: readonly Expression[]): Set<ColumnId> {
  const used = new Set<ColumnId>()
  for (const expression of expressions) addColumnsUsed(expression, used)
  return used
}
