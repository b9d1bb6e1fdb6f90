/** Rows of a query that are rows of one table, with the table's row ids: what WHERE CURRENT OF needs to know of a cursor. */
import type { TableDefinition } from '../../storage/interface.ts'
import { BIGINT, BOOLEAN } from '../../types/data-type.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import { makeComparison } from '../optimizer/comparison.ts'
import type { LogicalPlan } from '../plan.ts'
import { type BindState, newColumn, reference } from './scope.ts'

/** The plan with the row id as a further column, the last; undefined where its rows are more, or less, than a table's. */
export function withRowId(
  plan: LogicalPlan,
  state: BindState,
): { readonly plan: LogicalPlan; readonly table: TableDefinition } | undefined {
  const scan = scanBelow(plan)
  if (!scan) return undefined
  const id = newColumn(state, 'row id', BIGINT, scan.alias)
  return { plan: passedOn(plan, id), table: scan.table }
}

function scanBelow(plan: LogicalPlan): Extract<LogicalPlan, { kind: 'scan' }> | undefined {
  switch (plan.kind) {
    case 'scan':
      return plan.rowId === undefined ? plan : undefined
    case 'filter':
    case 'project':
    case 'sort':
    case 'limit':
      return scanBelow(plan.input)
    default:
      return undefined
  }
}

function passedOn(plan: LogicalPlan, id: OutputColumn): LogicalPlan {
  const columns = [...plan.columns, id]
  switch (plan.kind) {
    case 'scan':
      return { ...plan, rowId: id.id, columns }
    case 'project':
      return { ...plan, input: passedOn(plan.input, id), expressions: [...plan.expressions, reference(id)], columns }
    case 'filter':
    case 'sort':
    case 'limit':
      return { ...plan, input: passedOn(plan.input, id), columns }
    default:
      return plan
  }
}

/** The row under a cursor, of those of a target; nothing when it is gone. */
export function currentRow(rows: LogicalPlan, rowId: ColumnId, row: number | undefined): LogicalPlan {
  const column: Expression = { kind: 'column', id: rowId, name: 'row id', type: BIGINT }
  const isCurrent =
    row === undefined ? undefined : makeComparison('=', column, { kind: 'constant', type: BIGINT, value: BigInt(row) })
  const predicate: Expression = isCurrent ?? { kind: 'constant', type: BOOLEAN, value: false }
  return { kind: 'filter', input: rows, predicate, columns: rows.columns }
}
