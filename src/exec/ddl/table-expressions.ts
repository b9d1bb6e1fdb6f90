/** Expressions that belong to a table: DEFAULT, CHECK, generated columns, and conversions of ALTER TABLE; bound and run. */
import { AssertionError, SqlError } from '../../error.ts'
import type { CastSession } from '../../functions/casts.ts'
import type * as ast from '../../parser/ast.ts'
import { tryCoerce } from '../../planner/binder/coercion.ts'
import { bindCondition, bindExpression, bindSettled } from '../../planner/binder/expression.ts'
import { domainDefault } from '../../planner/binder/row-values.ts'
import { type Clause, newColumn, newState, Scope, tablePositions } from '../../planner/binder/scope.ts'
import type { PlannerContext } from '../../planner/context.ts'
import { evaluateConstant } from '../../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import type { ColumnDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeName } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { ArrayFrame, type SubqueryCompiler } from '../frame.ts'
import type { ExecutionContext } from '../operator.ts'
import { TableChecks } from '../table-checks.ts'
import { isChangeable } from '../volatility.ts'
import { columnNames, hasSubquery } from './syntax.ts'

/** For frames of expressions that cannot hold subqueries. */
export const withoutSubqueries: { readonly subquery: SubqueryCompiler } = {
  subquery: () => {
    throw new AssertionError('a subquery in an expression of a table')
  },
}

/** The planner's view of a running statement, for expressions that are bound while it runs. */
export function plannerContextOf(context: ExecutionContext): PlannerContext {
  return {
    catalog: context.transaction.catalog,
    settings: context.settings,
    functions: context.functions,
    parameterNames: [],
  }
}

/** A table's columns as an expression over its rows sees them, and the scope in which it is bound. */
export function tableScope(
  table: TableDefinition,
  clause: Clause,
  context: PlannerContext,
): { readonly scope: Scope; readonly rowColumns: readonly OutputColumn[] } {
  const scope = new Scope(newState(context))
  const rowColumns = table.columns.map((column) => newColumn(scope.state, column.name, column.type, table.name))
  scope.items = [
    {
      name: table.name,
      schema: table.schema,
      columns: rowColumns,
      positions: tablePositions(table),
      qualified: true,
      unqualified: true,
      table,
    },
  ]
  scope.clause = clause
  scope.noSets = clause
  return { scope, rowColumns }
}

/** The check's expression over `rowColumns`. */
export function bindCheck(
  expression: ast.Expression,
  table: TableDefinition,
  context: PlannerContext,
): { readonly expression: Expression; readonly rowColumns: readonly OutputColumn[] } {
  refuseSubquery(expression, 'check constraint')
  const { scope, rowColumns } = tableScope(table, 'check constraints', context)
  return { expression: bindCondition(expression, 'CHECK', scope), rowColumns }
}

function refuseSubquery(expression: ast.Expression, place: string): void {
  if (!hasSubquery(expression)) return
  throw new SqlError('feature_not_supported', `cannot use subquery in ${place}`, { position: expression.span.start })
}

/** A default as a value of the column's type. 42804 when it has no such value. */
export function bindDefault(
  expression: ast.Expression,
  column: { readonly name: string; readonly type: DataType },
  context: PlannerContext,
): Expression {
  refuseSubquery(expression, 'DEFAULT expression')
  if (columnNames(expression).size > 0) {
    throw new SqlError('feature_not_supported', 'cannot use column reference in DEFAULT expression', {
      position: expression.span.start,
    })
  }
  const scope = new Scope(newState(context))
  scope.clause = 'DEFAULT expressions'
  scope.noSets = 'DEFAULT expressions'
  return coerced(bindExpression(expression, scope), column, scope, 'default expression')
}

/** The expression of a generated column over `rowColumns`. */
export function bindGenerated(
  expression: ast.Expression,
  column: { readonly name: string; readonly type: DataType },
  table: TableDefinition,
  context: PlannerContext,
): { readonly expression: Expression; readonly rowColumns: readonly OutputColumn[] } {
  refuseSubquery(expression, 'column generation expression')
  const { scope, rowColumns } = tableScope(table, 'column generation expressions', { ...context, isDefinition: false })
  const bound = coerced(bindExpression(expression, scope), column, scope, 'default expression')
  if (isChangeable(bound)) {
    throw new SqlError('invalid_object_definition', 'generation expression is not immutable', {
      position: expression.span.start,
    })
  }
  return { expression: bound, rowColumns }
}

/** The type that a generated column has whose type is not written: of its expression on the columns before it. */
export function generatedType(expression: ast.Expression, table: TableDefinition, context: PlannerContext): DataType {
  refuseSubquery(expression, 'column generation expression')
  const { scope } = tableScope(table, 'column generation expressions', { ...context, isDefinition: false })
  return bindSettled(expression, scope).type
}

function coerced(
  expression: Expression,
  column: { readonly name: string; readonly type: DataType },
  scope: Scope,
  what: string,
): Expression {
  const result = tryCoerce(expression, column.type, 'assignment', scope.state)
  if (result) return result
  throw new SqlError(
    'datatype_mismatch',
    `column "${column.name}" is of type ${typeName(column.type)} but ${what} is of type ${typeName(expression.type)}`,
    { position: expression.span?.start, hint: 'You will need to rewrite or cast the expression.' },
  )
}

/** The default of a column now: NULL when it has none. */
export function defaultValue(column: ColumnDefinition, context: PlannerContext): Value {
  const node = column.default ?? domainDefault(column.type, context.catalog)
  if (node) return evaluateConstant(bindDefault(node, column, context), context.functions)
  if (column.type.kind === 'domain') (context.functions as CastSession).checkDomain?.(column.type, null)
  return null
}

/** Gives rows of a table, as they were changed, the values of its generated columns. */
export function generatedColumns(
  table: TableDefinition,
  context: ExecutionContext,
): (row: readonly Value[]) => readonly Value[] {
  if (!table.columns.some((column) => column.generated)) return (row) => row
  const { scope, rowColumns } = tableScope(table, 'column generation expressions', plannerContextOf(context))
  const frame = new ArrayFrame(rowColumns, withoutSubqueries.subquery)
  const values = table.columns.map(({ generated, name, type }) => {
    if (!generated) return undefined
    const expression = bindExpression(generated.expression, scope)
    return frame.compile(coerced(expression, { name, type }, scope, 'default expression'))
  })
  return (row) => {
    frame.runtime = context
    frame.arrays = row.map((value) => [value])
    return row.map((value, column) => values[column]?.(0) ?? (values[column] ? null : value))
  }
}

/** The defaults of some columns. */
export function columnDefaults(table: TableDefinition, columns: readonly number[], context: ExecutionContext): Value[] {
  const planner = plannerContextOf(context)
  return columns.map((column) => defaultValue(table.columns[column], planner))
}

/** A table's CHECK constraints, to be verified on batches of `rowColumns`. */
export function tableChecks(
  table: TableDefinition,
  context: ExecutionContext,
): { readonly rowColumns: readonly OutputColumn[]; readonly checks: TableChecks } {
  const planner = plannerContextOf(context)
  const { scope, rowColumns } = tableScope(table, 'check constraints', planner)
  const checks = table.constraints
    .filter((constraint) => constraint.kind === 'check')
    .map(({ name, expression }) => ({ name, expression: bindCondition(expression, 'CHECK', scope) }))
  return { rowColumns, checks: new TableChecks(table, rowColumns, checks, withoutSubqueries) }
}
