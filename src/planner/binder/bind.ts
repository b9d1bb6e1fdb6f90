/**
 * The binder: from syntax to meaning. It resolves names to columns, chooses overloads, makes casts explicit, gives types
 * to literals and parameters, and leaves a logical plan that no longer knows how it was written:
 *
 *   SELECT city, count(*) FROM t GROUP BY 1     Project city, count
 *                                               └─ Aggregate by t.city: count(*)
 *                                                  └─ Scan t
 *
 * One file per clause or construct; `query.ts` and `change.ts` are the ways in, `select.ts` shows the order of things,
 * `scope.ts` what names mean where. PostgreSQL decides what is right, and words the errors; DuckDB's conveniences are
 * added where PostgreSQL would only have refused.
 */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import { type DataType, TEXT } from '../../types/data-type.ts'
import type { PlannerContext } from '../context.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { bindChange } from './change.ts'
import { settle } from './coercion.ts'
import { collatedColumns } from './collation.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindQuery } from './query.ts'
import { asResult, parameterScope, useStatementBinder } from './routine-body.ts'
import { withRowId } from './row-of-table.ts'
import { assign, bindDefault } from './row-values.ts'
import { type BindState, type Clause, newColumn, newState, positionsOf, Scope } from './scope.ts'

export { bindTypeName } from './type-name.ts'

export interface BoundStatement {
  readonly plan: LogicalPlan
  /** The result's. */
  readonly columns: readonly OutputColumn[]
  /** One per parameter; text where nothing said otherwise. */
  readonly parameterTypes: readonly DataType[]
  /** The number of a parameter below the last that stands nowhere, from 1; 0: all do. */
  readonly unusedParameter: number
  /** The table of whose rows the plan's last column, which is none of the result's, has the ids. */
  readonly rowTable?: TableDefinition
}

const plainTables = { hasMarkers: false, hasRowIds: false }

/** Binds a query, INSERT, UPDATE, DELETE or MERGE. */
export function bindStatement(
  statement: ast.Statement,
  context: PlannerContext,
  has: Pick<BindState, 'hasMarkers' | 'hasRowIds'> = plainTables,
): BoundStatement {
  const state = Object.assign(newState(context), has)
  const { routine } = context
  const { plan, columns } = guarded(() => {
    if (!routine) return bindBody(statement, new Scope(state))
    const bound = bindBody(statement, parameterScope(routine.call, state))
    return routine.isLast ? asResult(bound, routine.call, state) : bound
  })
  const { needsMarkers, needsRowIds } = state
  if (needsMarkers || needsRowIds) {
    return bindStatement(statement, context, {
      hasMarkers: needsMarkers || state.hasMarkers,
      hasRowIds: needsRowIds || state.hasRowIds,
    })
  }
  const marked = context.marksRows ? withRowId(plan, state) : undefined
  return {
    plan: marked?.plan ?? plan,
    rowTable: marked?.table,
    columns: state.collated ? collatedColumns(plan, columns) : columns,
    parameterTypes: settledParameters(state),
    unusedParameter: state.parameterTypes.indexOf(undefined) + 1,
  }
}

function bindBody(statement: ast.Statement, scope: Scope): { plan: LogicalPlan; columns: readonly OutputColumn[] } {
  switch (statement.kind) {
    case 'select':
    case 'set-operation':
    case 'values':
    case 'table':
      return bindQuery(statement, scope)
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return bindChange(statement, scope)
    default:
      throw notSupported(`a plan for ${statement.kind}`, statement.span.start)
  }
}

useStatementBinder(bindBody)

/** Nesting deeper than the stack is the statement's fault, not ours. */
function guarded<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
        hint: 'Write the statement with less nesting.',
      })
    }
    throw error
  }
}

function settledParameters(state: BindState): DataType[] {
  return Array.from(state.parameterTypes, (type) => (type === undefined || type.kind === 'unknown' ? TEXT : type))
}

/** Checks that an expression can be the DEFAULT of a column. */
export function bindDefaultOf(
  node: ast.Expression,
  column: { readonly name: string; readonly type: DataType },
  context: PlannerContext,
): Expression {
  return guarded(() => bindDefault(node, column, newState(context)))
}

/** An expression that sees no columns: an argument of EXECUTE, of the type if one is given. `parameters`: what $1 … stand for. */
export function bindScalar(
  node: ast.Expression,
  context: PlannerContext,
  type?: DataType,
  parameters?: readonly Expression[],
): Expression {
  const state = newState(context)
  state.arguments = parameters
  const scope = new Scope(state)
  scope.clause = 'EXECUTE parameters'
  return guarded(() => {
    const bound = bindExpression(node, scope)
    return type ? assign(bound, { name: 'value', type }, state) : settle(bound, state)
  })
}

/** A column's DEFAULT, as a value of its type. */
export function bindColumnDefault(
  node: ast.Expression,
  column: { readonly name: string; readonly type: DataType },
  context: PlannerContext,
): Expression {
  return guarded(() => bindDefault(node, column, newState(context)))
}

export interface RowExpressionOptions {
  readonly table: string
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  /** check constraints, index expressions, index predicates, column generation expressions, transform expressions … */
  readonly clause: Clause
  /** The result must be of this type: by assignment, or as a condition where it is boolean. */
  readonly type?: DataType
  /** The column that the value is for, in messages. */
  readonly column?: string
}

/** An expression over one row of a table: CHECK, GENERATED, an index's expression or predicate, ALTER … USING. */
export function bindRowExpression(
  node: ast.Expression,
  options: RowExpressionOptions,
  context: PlannerContext,
): { readonly expression: Expression; readonly columns: readonly OutputColumn[] } {
  const state = newState(context)
  const columns = options.columns.map((column) => newColumn(state, column.name, column.type, options.table))
  const scope = new Scope(state)
  scope.items = [{ name: options.table, columns, positions: positionsOf(columns), qualified: true, unqualified: true }]
  scope.clause = options.clause
  const expression = guarded(() => {
    const { type } = options
    if (!type) return settle(bindExpression(node, scope), state)
    if (type.kind === 'boolean' && options.column === undefined)
      return bindCondition(node, constructs[options.clause] ?? options.clause, scope)
    const bound = bindExpression(node, scope)
    return assign(bound, { name: options.column ?? '?column?', type }, state)
  })
  return { expression, columns }
}

const constructs: { readonly [clause in Clause]?: string } = {
  'check constraints': 'CHECK',
  'index predicates': 'WHERE',
  'COPY FROM WHERE conditions': 'WHERE',
}
