/** WHEN of a trigger: a condition over the old and the new row, either of which there may not be. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition, ViewDefinition } from '../../storage/interface.ts'
import type { PlannerContext } from '../context.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import { bindCondition } from './expression.ts'
import { newColumn, newState, positionsOf, Scope } from './scope.ts'

export interface TriggerCondition {
  readonly expression: Expression
  readonly old: readonly OutputColumn[]
  readonly new: readonly OutputColumn[]
}

export function bindTriggerCondition(
  node: ast.Expression,
  table: Pick<TableDefinition | ViewDefinition, 'columns'>,
  rows: readonly ('old' | 'new')[],
  context: PlannerContext,
): TriggerCondition {
  const state = newState({ ...context, routine: undefined })
  const scope = new Scope(state)
  const columnsOf = (name: string): OutputColumn[] =>
    table.columns.map((column) => newColumn(state, column.name, column.type, name))
  const columns = { old: columnsOf('old'), new: columnsOf('new') }
  scope.items = rows.map((name) => ({
    name,
    columns: columns[name],
    positions: positionsOf(columns[name]),
    qualified: true,
    unqualified: false,
  }))
  const expression = bindCondition(node, 'WHEN', scope)
  if (scope.aggregates.length > 0) {
    throw new SqlError('grouping_error', 'aggregate functions are not allowed in trigger WHEN conditions', {
      position: node.span.start,
    })
  }
  return { expression, ...columns }
}
