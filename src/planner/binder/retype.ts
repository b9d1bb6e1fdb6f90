/**
 * Gives a type to a column of a finished plan that is still unknown: literals and parameters are far below, where the
 * plan's rows are made, and are read as the type there, as if it had been known from the start.
 */
import type { DataType } from '../../types/data-type.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { mapExpressions, replaceColumns } from '../tree.ts'
import { coerce } from './coercion.ts'
import { type BindState, newColumn, reference } from './scope.ts'

/** The plan with column `index` of the type. */
export function retype(plan: LogicalPlan, index: number, type: DataType, state: BindState): LogicalPlan {
  const column = plan.columns[index]
  switch (plan.kind) {
    case 'project': {
      const expression = plan.expressions[index]
      const from = expression.kind === 'column' ? plan.input.columns.findIndex((it) => it.id === expression.id) : -1
      const input = from >= 0 ? retype(plan.input, from, type, state) : plan.input
      const typed = from >= 0 ? ({ ...expression, type } as Expression) : coerce(expression, type, 'implicit', state)
      return {
        ...plan,
        input,
        expressions: plan.expressions.with(index, typed),
        columns: typedColumns(plan.columns, column.id, type),
      }
    }
    case 'values':
      return {
        ...plan,
        rows: plan.rows.map((row) => row.with(index, coerce(row[index], type, 'implicit', state))),
        columns: typedColumns(plan.columns, column.id, type),
      }
    case 'set-operation':
      return {
        ...plan,
        left: retype(plan.left, index, type, state),
        right: retype(plan.right, index, type, state),
        columns: typedColumns(plan.columns, column.id, type),
      }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'window': {
      const from = plan.input.columns.findIndex((it) => it.id === column.id)
      if (from < 0) break
      const input = retype(plan.input, from, type, state)
      const columns = typedColumns(plan.columns, column.id, type)
      const typed = mapExpressions(plan, (expression) =>
        replaceColumns(expression, (id) =>
          id === column.id ? ({ ...reference(column), type } as Expression) : undefined,
        ),
      )
      return { ...typed, input, columns }
    }
  }
  const target = newColumn(state, column.name, type)
  const expressions = plan.columns.map((it, position) =>
    position === index ? coerce(reference(it), type, 'implicit', state) : reference(it),
  )
  return { kind: 'project', input: plan, expressions, columns: plan.columns.with(index, target) }
}

function typedColumns(columns: readonly OutputColumn[], id: ColumnId, type: DataType): readonly OutputColumn[] {
  return columns.map((column) => (column.id === id ? { ...column, type } : column))
}
