/**
 * Operators and the forms that are operators in disguise: BETWEEN, IN, LIKE, IS DISTINCT FROM. Rows are compared field
 * by field. Chains of thousands of infix operators lean to the left and are bound by a loop.
 */
import { notSupported, SqlError } from '../../error.ts'
import { baseType, isReordered, tryCommonType } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { BOOLEAN, NUMERIC, UNKNOWN } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { fitsWidth, isNarrowInteger, type NarrowInteger, widerOf } from '../../types/integer-width.ts'
import { withoutModifiers } from '../../types/type-names.ts'
import type { Expression, RowExpression } from '../expression.ts'
import { isNullValue } from '../optimizer/make.ts'
import { someExpression } from '../tree.ts'
import { argumentType, coerce, settle, unifyTypes } from './coercion.ts'
import { bindExpression, bindSettled, negate } from './expression.ts'
import { callFunction } from './function-call.ts'
import { asJson, isText } from './json-call.ts'
import { bindNumber, constant } from './literal.ts'
import { findOperator } from './overload.ts'
import { reference, type Scope } from './scope.ts'
import { bindRowSubquery } from './subquery.ts'
import { chooseOperator, operatorCall } from './user-operator.ts'

/** The call of an operator on bound operands. `span` is for errors at run time, `operatorSpan` for those of now. */
export function callOperator(
  symbol: string,
  operands: readonly Expression[],
  operatorSpan: ast.Span,
  span: ast.Span,
  scope: Scope,
  schema?: string,
): Expression {
  const [left, right] = operands
  if (right?.type.kind === 'record' && left.type.kind === 'record' && isReordered(left.type, right.type)) {
    const other = coerce(right, left.type, 'implicit', scope.state)
    return callOperator(symbol, [left, other], operatorSpan, span, scope)
  }
  if (right && isFieldwise(left) && isFieldwise(right) && comparisons.has(symbol)) {
    return compareRows(symbol, left, right, operatorSpan, scope)
  }
  const types = operands.map((operand) =>
    isEmptyList(operand) && operands.some(isOtherList) ? UNKNOWN : argumentType(operand),
  )
  try {
    const resolved = chooseOperator(symbol, schema, types, operatorSpan.start, scope)
    return operatorCall(resolved, operands, span, scope)
  } catch (error) {
    const isPath = (symbol === '->' || symbol === '->>') && (isText(left.type) || left.type.kind === 'unknown')
    if (!isPath || !(error instanceof SqlError && error.code.startsWith('42'))) throw error
    return callOperator(symbol, [asJson(left, scope), right], operatorSpan, span, scope)
  }
}

export function isEmptyList(operand: Expression): boolean {
  return operand.kind === 'array' && operand.emptyList === true
}

export function isOtherList(operand: Expression): boolean {
  return operand.type.kind === 'array' && !isEmptyList(operand)
}

/** Whether an expression is ROW(…) as it is written, compared field by field; of a named type it is one value. */
function isFieldwise(expression: Expression): expression is RowExpression {
  if (expression.kind !== 'row' || expression.whole) return false
  const type = baseType(expression.type)
  return type.kind !== 'record' || type.name === undefined
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

/** DuckDB's spellings of operators that PostgreSQL writes differently. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['**', '^'],
  ['==', '='],
])

/** DuckDB's `#2`: the second column of FROM. */
function columnByPlace({ text, span }: ast.NumberLiteral, scope: Scope): Expression {
  const columns = scope.items.flatMap((item) => (item.unqualified ? item.columns : []))
  const column = columns[Number(text) - 1]
  if (!column) {
    throw new SqlError('undefined_column', `FROM has no column number ${text}`, { position: span.start })
  }
  return reference(column, span)
}

export function bindBinary(node: ast.Binary, scope: Scope): Expression {
  const spine: ast.Binary[] = []
  let first: ast.Expression = node
  while (first.kind === 'binary') {
    spine.push(first)
    first = first.left
  }
  const innermost = spine[spine.length - 1]
  let result = isRowComparison(innermost) ? undefined : bindExpression(first, scope)
  for (let depth = spine.length - 1; depth >= 0; depth--) {
    const { operator, schema, right, operatorSpan, span } = spine[depth]
    if (result === undefined) {
      result = bindRowSubquery(innermost.left as ast.RowConstructor, operator, right as ast.ScalarSubquery, span, scope)
      continue
    }
    const symbol = synonyms.get(operator) ?? operator
    const operands: [Expression, Expression] = [result, bindExpression(right, scope)]
    const call = callOperator(symbol, operands, operatorSpan, span, scope, schema)
    result = narrowed(call, symbol, operands, spine[depth], scope)
    scope.state.context.record?.expressions.set(spine[depth], result)
  }
  return result!
}

/** `(a, b) = (SELECT …)` */
function isRowComparison(node: ast.Binary): boolean {
  return node.left.kind === 'row' && node.right.kind === 'subquery' && comparisons.has(node.operator)
}

export function bindUnary(node: ast.Unary, scope: Scope): Expression {
  if (node.operator === '#' && node.operand.kind === 'number') return columnByPlace(node.operand, scope)
  const { operator, schema, operand, operatorSpan, span } = node
  if (operand.kind === 'number' && (operator === '-' || operator === '+')) {
    const text =
      operator === '-' ? (operand.text.startsWith('-') ? operand.text.slice(1) : `-${operand.text}`) : operand.text
    return bindNumber(text, span, scope)
  }
  const input = bindExpression(operand, scope)
  if (isNarrowInteger(input.type) && (operator === '~' || (operator === '-' && !input.type.width.signed))) {
    return turnedOver(operator, input, input.type, span, scope)
  }
  const call = callOperator(operator, [input], operatorSpan, span, scope, schema)
  return narrowed(call, operator, [input, input], { left: operand, right: operand, span }, scope)
}

const narrowSymbols: ReadonlySet<string> = new Set(['+', '-', '*', '//', '%', '&', '|', '~', '<<', '>>'])

/** Arithmetic of DuckDB's integers overflows where their type ends; numbers that are written out take the other's type. */
function narrowed(
  call: Expression,
  symbol: string,
  [left, right]: readonly [Expression, Expression],
  node: Pick<ast.Binary, 'left' | 'right' | 'span'>,
  scope: Scope,
): Expression {
  let type: NarrowInteger | undefined
  if (isNarrowInteger(left.type)) {
    if (isNarrowInteger(right.type)) type = widerOf(left.type, right.type)
    else if (fitsIn(right, node.right, left.type)) type = left.type
  } else if (isNarrowInteger(right.type) && fitsIn(left, node.left, right.type)) type = right.type
  return type && narrowSymbols.has(symbol) ? coerce(call, type, 'explicit', scope.state, node.span) : call
}

/** `~ x` and `- x` of DuckDB's integers, as the machine has them in so many bits. */
function turnedOver(
  symbol: '~' | '-',
  input: Expression,
  type: NarrowInteger,
  span: ast.Span,
  scope: Scope,
): Expression {
  const count = 1n << BigInt(type.width.bits)
  const call = (operator: string, left: Expression | bigint, right: Expression | bigint): Expression => {
    const [first, second] = [left, right].map((it) =>
      typeof it === 'bigint' ? constant(Decimal.fromBigInt(it), NUMERIC, span) : it,
    )
    return callOperator(operator, [first, second], span, span, scope)
  }
  const value =
    symbol === '~' ? call('-', type.width.signed ? -1n : count - 1n, input) : call('%', call('-', count, input), count)
  return coerce(value, type, 'explicit', scope.state, span)
}

/** Whether all values of the expression are among those of the type. */
function fitsIn(expression: Expression, node: ast.Expression, { width }: NarrowInteger): boolean {
  const { kind } = expression.type
  if (kind !== 'smallint' && kind !== 'integer' && kind !== 'bigint') return false
  if (width.signed && width.bits > 64) return true
  const isLiteral = node.kind === 'number' || (node.kind === 'unary' && node.operand.kind === 'number')
  return isLiteral && expression.kind === 'constant' && fitsWidth(expression.value, width)
}

/** Rows are equal when all fields are, unequal when any is not; `<` and its like are decided by the first that differ. */
export function compareRows(
  symbol: string,
  left: RowExpression,
  right: RowExpression,
  span: ast.Span,
  scope: Scope,
): Expression {
  if (left.items.length !== right.items.length) {
    throw new SqlError('syntax_error', 'unequal number of entries in row expressions', { position: span.start })
  }
  if (left.items.length === 0) {
    throw new SqlError('feature_not_supported', 'cannot compare rows of zero length', { position: span.start })
  }
  const call = (operator: string, index: number): Expression =>
    callOperator(operator, [left.items[index], right.items[index]], span, span, scope)
  const count = left.items.length
  if (symbol === '=' || symbol === '<>') {
    const args = left.items.map((_, index) => call(symbol, index))
    if (count === 1) return args[0]
    return { kind: symbol === '=' ? 'and' : 'or', type: BOOLEAN, args, span }
  }
  const strict = symbol[0]
  let result = call(symbol, count - 1)
  for (let index = count - 2; index >= 0; index--) {
    const decided = call(strict, index)
    const equal: Expression = { kind: 'and', type: BOOLEAN, args: [call('=', index), result], span }
    result = { kind: 'or', type: BOOLEAN, args: [decided, equal], span }
  }
  return result
}

export function bindIsDistinct(node: ast.IsDistinct, scope: Scope): Expression {
  return isDistinct(bindExpression(node.left, scope), bindExpression(node.right, scope), node.negated, node.span, scope)
}

function isDistinct(left: Expression, right: Expression, negated: boolean, span: ast.Span, scope: Scope): Expression {
  if (isFieldwise(left) && isFieldwise(right)) {
    if (left.items.length !== right.items.length) {
      throw new SqlError('syntax_error', 'unequal number of entries in row expressions', { position: span.start })
    }
    const args = left.items.map((item, index) => isDistinct(item, right.items[index], negated, span, scope))
    return args.length === 1 ? args[0] : { kind: negated ? 'and' : 'or', type: BOOLEAN, args, span }
  }
  const isNull = (it: Expression): boolean => it.kind === 'constant' && it.value === null
  if (isNull(right)) return isNullValue(settle(left, scope.state), !negated, span)
  if (isNull(left)) return isNullValue(settle(right, scope.state), !negated, span)
  const resolved = findOperator('=', [argumentType(left), argumentType(right)], span.start)
  const [one, two] = resolved.parameterTypes
  const type =
    one.kind === two.kind ? withoutModifiers(one) : unifyTypes([{ type: one }, { type: two }], 'IS DISTINCT FROM')
  return {
    kind: 'is-distinct',
    type: BOOLEAN,
    left: coerce(left, type, 'implicit', scope.state),
    right: coerce(right, type, 'implicit', scope.state),
    negated,
    span,
  }
}

export function bindBetween(node: ast.Between, scope: Scope): Expression {
  const { span } = node
  const compare = (symbol: string, left: Expression, right: Expression): Expression =>
    callOperator(symbol, [left, right], span, span, scope)
  const within = (operand: () => Expression, low: Expression, high: Expression): Expression => ({
    kind: 'and',
    type: BOOLEAN,
    args: [compare('>=', operand(), low), compare('<=', operand(), high)],
    span,
  })
  const outside = (operand: () => Expression, low: Expression, high: Expression): Expression => ({
    kind: 'or',
    type: BOOLEAN,
    args: [compare('<', operand(), low), compare('>', operand(), high)],
    span,
  })
  const operand = repeatable(node.operand, scope)
  const low = repeatable(node.low, scope)
  const high = repeatable(node.high, scope)
  if (!node.symmetric) return node.negated ? outside(operand, low(), high()) : within(operand, low(), high())
  const args = node.negated
    ? [outside(operand, low(), high()), outside(operand, high(), low())]
    : [within(operand, low(), high()), within(operand, high(), low())]
  return { kind: node.negated ? 'and' : 'or', type: BOOLEAN, args, span }
}

/** An expression that is used several times: bound anew for each when it holds a subquery. */
function repeatable(node: ast.Expression, scope: Scope): () => Expression {
  const first = bindExpression(node, scope)
  if (!someExpression(first, (part) => part.kind === 'subquery')) return () => first
  let used = false
  return () => {
    if (used) return bindExpression(node, scope)
    used = true
    return first
  }
}

/**
 * One comparison for a list whose items share a type with the operand; where they do not, each is compared by itself.
 */
export function bindInList(node: ast.InList, scope: Scope): Expression {
  const { negated, span, operand } = node
  const input = bindExpression(operand, scope)
  const items = node.items.map((item) => bindExpression(item, scope))
  if (isFieldwise(input)) return anyOf(input, items, node, scope)
  const types = [input.type, ...items.map((item) => item.type)]
  const common = tryCommonType(types)
  if (!common || items.some(isFieldwise)) return anyOf(input, items, node, scope)
  const type = withoutModifiers(common)
  findOperator('=', [type, type], span.start)
  return {
    kind: 'in',
    type: BOOLEAN,
    input: coerce(input, type, 'implicit', scope.state),
    items: items.map((item) => coerce(item, type, 'implicit', scope.state)),
    negated,
    span,
  }
}

function anyOf(input: Expression, items: readonly Expression[], node: ast.InList, scope: Scope): Expression {
  const { span, negated } = node
  const args = items.map((item) => callOperator('=', [input, item], span, span, scope))
  const result: Expression = args.length === 1 ? args[0] : { kind: 'or', type: BOOLEAN, args, span }
  return negated ? negate(result, span) : result
}

const likeOperators = { like: ['~~', '!~~'], ilike: ['~~*', '!~~*'] } as const

export function bindLike(node: ast.Like, scope: Scope): Expression {
  const { operator, negated, span } = node
  const operand = bindExpression(node.operand, scope)
  let pattern = bindExpression(node.pattern, scope)
  switch (operator) {
    case 'like':
    case 'ilike': {
      const symbol = likeOperators[operator][negated ? 1 : 0]
      if (node.escape) {
        pattern = callFunction(
          'like_escape',
          [settle(pattern, scope.state), bindSettled(node.escape, scope)],
          span,
          scope,
        )
      }
      return callOperator(symbol, [operand, pattern], span, span, scope)
    }
    case 'similar': {
      const args = node.escape ? [pattern, bindSettled(node.escape, scope)] : [pattern]
      const regex = callFunction('similar_to_escape', args, span, scope)
      return callOperator(negated ? '!~' : '~', [operand, regex], span, span, scope)
    }
    case 'glob': {
      const call = callOperator('~~~', [operand, pattern], span, span, scope)
      return negated ? negate(call, span) : call
    }
  }
}

/** The operator of a quantified comparison, LIKE and its kin included. */
export function quantifiedSymbol(operator: string, span: ast.Span): string {
  switch (operator) {
    case 'like':
      return '~~'
    case 'not like':
      return '!~~'
    case 'ilike':
      return '~~*'
    case 'not ilike':
      return '!~~*'
    case 'similar':
    case 'not similar':
    case 'glob':
    case 'not glob':
      throw notSupported(`${operator.toUpperCase()} with ANY or ALL`, span.start)
    default:
      return synonyms.get(operator) ?? operator
  }
}
