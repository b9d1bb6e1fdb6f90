/** Queries inside expressions: scalar, EXISTS, IN, ANY, ALL, ARRAY. A free column in the plan makes it correlated. */
import { notSupported, SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type { ScalarFunction } from '../../functions/function.ts'
import type { Resolved } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { arrayOf, BOOLEAN, type DataType } from '../../types/data-type.ts'
import type { Expression, OutputColumn, RowExpression, SubqueryExpression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { TRUE } from '../tree.ts'
import { argumentType, coerce, settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { callOperator, compareRows, quantifiedSymbol } from './operator.ts'
import { bindQuery } from './query.ts'
import { type BoundQuery, type Clause, newColumn, reference, type Scope } from './scope.ts'
import { chooseOperator, functionOf } from './user-operator.ts'

/** Where a subquery cannot be, and what PostgreSQL calls the place. */
const noSubqueries: { readonly [clause in Clause]?: string } = {
  'DEFAULT expressions': 'DEFAULT expression',
  'check constraints': 'check constraint',
  'index expressions': 'index expression',
  'index predicates': 'index predicate',
  'column generation expressions': 'column generation expression',
  'transform expressions': 'transform expression',
  'EXECUTE parameters': 'EXECUTE parameter',
  'COPY FROM WHERE conditions': 'COPY FROM WHERE condition',
  'CALL arguments': 'CALL argument',
}

function bindSubquery(query: ast.Query, span: ast.Span, scope: Scope): BoundQuery {
  const place = noSubqueries[scope.clause]
  if (place) throw new SqlError('feature_not_supported', `cannot use subquery in ${place}`, { position: span.start })
  return bindQuery(query, scope)
}

export function bindScalarSubquery(node: ast.ScalarSubquery, scope: Scope): Expression {
  const query = bindSubquery(node.query, node.span, scope)
  const column = onlyColumn(query, node.span)
  return subquery('scalar', query.plan, column.type, node.span)
}

function subquery(
  mode: SubqueryExpression['mode'],
  plan: LogicalPlan,
  type: DataType,
  span: ast.Span,
): SubqueryExpression {
  return { kind: 'subquery', mode, plan, type, negated: false, inputs: [], comparisons: [], span }
}

function onlyColumn(query: BoundQuery, span: ast.Span): OutputColumn {
  if (query.columns.length === 1) return query.columns[0]
  throw new SqlError('syntax_error', 'subquery must return only one column', { position: span.start })
}

export function bindExists(node: ast.Exists, scope: Scope): Expression {
  return subquery('exists', bindSubquery(node.query, node.span, scope).plan, BOOLEAN, node.span)
}

export function bindArraySubquery(node: ast.ArraySubquery, scope: Scope): Expression {
  const query = bindSubquery(node.query, node.span, scope)
  const { type } = onlyColumn(query, node.span)
  return subquery('array', query.plan, type.kind === 'array' ? type : arrayOf(type), node.span)
}

export function bindInSubquery(node: ast.InSubquery, scope: Scope): Expression {
  const expression = compareWithQuery(node.operand, '=', 'any', node.query, node.span, scope)
  return node.negated ? ({ ...expression, negated: true } as Expression) : expression
}

export function bindQuantified(node: ast.Quantified, scope: Scope): Expression {
  const symbol = quantifiedSymbol(node.operator, node.span)
  if (node.query && node.schema)
    throw notSupported('OPERATOR(schema.symbol) with ANY or ALL of a query', node.span.start)
  if (node.query) return compareWithQuery(node.operand, symbol, node.quantifier, node.query, node.span, scope)
  return compareWithArray(node, symbol, scope)
}

function compareWithQuery(
  operand: ast.Expression,
  symbol: string,
  mode: 'any' | 'all',
  query: ast.Query,
  span: ast.Span,
  scope: Scope,
): Expression {
  const left = bindExpression(operand, scope)
  const bound = bindSubquery(query, span, scope)
  const inputs = left.kind === 'row' && !left.whole ? left.items : [left]
  checkWidth(bound.columns.length, inputs.length, span)
  if (symbol === '<>' && mode === 'all')
    return { ...compareColumns(inputs, '=', 'any', bound, span, scope), negated: true }
  if (inputs.length > 1 && !(symbol === '=' && mode === 'any'))
    return compareRowsOf(left as RowExpression, symbol, mode, bound, span, scope)
  return compareColumns(inputs, symbol, mode, bound, span, scope)
}

function checkWidth(columns: number, inputs: number, span: ast.Span): void {
  if (columns < inputs) throw new SqlError('syntax_error', 'subquery has too few columns', { position: span.start })
  if (columns > inputs) throw new SqlError('syntax_error', 'subquery has too many columns', { position: span.start })
}

/** `(a, b) < ANY (SELECT x, y …)` is `TRUE = ANY (SELECT (a, b) < (x, y) …)`: how rows compare is no column's own business. */
function compareRowsOf(
  left: RowExpression,
  symbol: string,
  mode: 'any' | 'all',
  query: BoundQuery,
  span: ast.Span,
  scope: Scope,
): Expression {
  const compared = compareRows(
    symbol,
    left,
    rowOf(
      query.columns.map((column) => reference(column)),
      span,
    ),
    span,
    scope,
  )
  const column = newColumn(scope.state, '?column?', BOOLEAN)
  const plan: LogicalPlan = { kind: 'project', input: query.plan, expressions: [compared], columns: [column] }
  return compareColumns([TRUE], '=', mode, { plan, columns: [column] }, span, scope)
}

/** The inputs and the plan's columns, both cast to what the operators take. */
function compareColumns(
  inputs: readonly Expression[],
  symbol: string,
  mode: 'any' | 'all',
  query: BoundQuery,
  span: ast.Span,
  scope: Scope,
): SubqueryExpression {
  const resolved = inputs.map((input, index) => operatorFor(symbol, input, query.columns[index].type, span, scope))
  const expressions = query.columns.map((column, index) =>
    coerce(reference(column), resolved[index].parameterTypes[1], 'implicit', scope.state),
  )
  return {
    ...subquery(mode, projected(query.plan, expressions, scope), BOOLEAN, span),
    inputs: inputs.map((input, index) => coerce(input, resolved[index].parameterTypes[0], 'implicit', scope.state)),
    comparisons: resolved.map((it) => ({
      function: it.function,
      overload: it.overload as ScalarFunction['overloads'][number],
    })),
  }
}

function operatorFor(
  symbol: string,
  input: Expression,
  type: DataType,
  span: ast.Span,
  scope: Scope,
  schema?: string,
): Resolved<ScalarFunction> {
  const resolved = functionOf(
    chooseOperator(symbol, schema, [argumentType(input), type], span.start, scope),
    span,
    scope,
  )
  if (resolved.resultType.kind !== 'boolean') {
    throw new SqlError('wrong_object_type', 'op ANY/ALL (array) requires operator to yield boolean', {
      position: span.start,
    })
  }
  return resolved
}

/** The plan with its columns replaced by expressions over them; the plan itself when they are the columns. */
function projected(plan: LogicalPlan, expressions: readonly Expression[], scope: Scope): LogicalPlan {
  if (expressions.every((expression) => expression.kind === 'column')) return plan
  const columns = expressions.map((expression, index) =>
    expression.kind === 'column'
      ? plan.columns[index]
      : newColumn(scope.state, plan.columns[index].name, expression.type),
  )
  return { kind: 'project', input: plan, expressions, columns }
}

function compareWithArray(node: ast.Quantified, symbol: string, scope: Scope): Expression {
  const { span, quantifier } = node
  let input = bindExpression(node.operand, scope)
  let array = bindExpression(node.array!, scope)
  if (array.type.kind === 'unknown') {
    input = settle(input, scope.state)
    array = coerce(array, arrayOf(input.type), 'implicit', scope.state)
  }
  let type = baseType(array.type)
  if (type.kind !== 'array') {
    throw new SqlError('wrong_object_type', 'op ANY/ALL (array) requires array on right side', { position: span.start })
  }
  if (type.element.kind === 'unknown') {
    type = { kind: 'array', element: settle(input, scope.state).type }
    array = { ...array, type } as Expression
  }
  const resolved = operatorFor(symbol, input, type.element, span, scope, node.schema)
  const [left, right] = resolved.parameterTypes
  return {
    kind: 'quantified',
    type: BOOLEAN,
    quantifier,
    input: coerce(input, left, 'implicit', scope.state),
    array: coerce(array, arrayOf(right), 'implicit', scope.state),
    function: resolved.function,
    overload: resolved.overload as ScalarFunction['overloads'][number],
    negated: false,
    span,
  }
}

/** `(a, b) = (SELECT x, y …)` is `(SELECT (a, b) = (x, y) …)`: one row, compared field by field, or NULL where there is none. */
export function bindRowSubquery(
  left: ast.RowConstructor,
  symbol: string,
  right: ast.ScalarSubquery,
  span: ast.Span,
  scope: Scope,
): Expression {
  const items = left.items.map((item) => bindExpression(item, scope))
  const query = bindSubquery(right.query, right.span, scope)
  checkWidth(query.columns.length, items.length, right.span)
  const fields = query.columns.map((column) => reference(column))
  const compared = callOperator(symbol, [rowOf(items, span), rowOf(fields, span)], span, span, scope)
  const column = newColumn(scope.state, '?column?', BOOLEAN)
  const plan: LogicalPlan = { kind: 'project', input: query.plan, expressions: [compared], columns: [column] }
  return subquery('scalar', plan, BOOLEAN, right.span)
}

function rowOf(items: readonly Expression[], span: ast.Span): RowExpression {
  return {
    kind: 'row',
    type: { kind: 'record', fields: items.map(({ type }, index) => ({ name: `f${index + 1}`, type })) },
    items,
    span,
  }
}
