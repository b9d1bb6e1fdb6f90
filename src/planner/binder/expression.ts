/**
 * From an expression as written to a typed one. Literals of unknown type stay unknown until what is around them gives
 * them a type; special forms are lowered to the few kinds of `planner/expression.ts`.
 */
import { notSupported, SqlError, unreachable } from '../../error.ts'
import { findCast } from '../../functions/casts.ts'
import { baseType, category } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { BOOLEAN, type DataType, TEXT, UNKNOWN } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Expression } from '../expression.ts'
import { isNullValue } from '../optimizer/make.ts'
import { opposite, someExpression } from '../tree.ts'
import { bindGrouping } from './aggregate.ts'
import { coerceBoolean, coerceCommon, settle, tryCoerce, unifyTypes } from './coercion.ts'
import { bindArray, bindArrayAs, bindFieldAccess, bindMap, bindRow, bindStruct, bindSubscript } from './composite.ts'
import { bindCall, callFunction } from './function-call.ts'
import { bindComprehension } from './lambda.ts'
import { bindBitString, bindBoolean, bindNumber, bindString, constant } from './literal.ts'
import { bindColumn, findRelation, missingRelation, wholeRow } from './name.ts'
import { bindBetween, bindBinary, bindInList, bindIsDistinct, bindLike, bindUnary, callOperator } from './operator.ts'
import { bindParameter } from './parameter.ts'
import type { Scope } from './scope.ts'
import { bindArraySubquery, bindExists, bindInSubquery, bindQuantified, bindScalarSubquery } from './subquery.ts'
import { bindTypeName } from './type-name.ts'

export function bindExpression(node: ast.Expression, scope: Scope): Expression {
  const bound = bindNode(node, scope)
  scope.state.context.record?.expressions.set(node, bound)
  return bound
}

function bindNode(node: ast.Expression, scope: Scope): Expression {
  switch (node.kind) {
    case 'column':
      return bindColumn(node, scope)
    case 'number':
      return bindNumber(node.text, node.span, scope)
    case 'string':
      return bindString(node)
    case 'null':
      return constant(null, UNKNOWN, node.span)
    case 'boolean':
      return bindBoolean(node)
    case 'bit-string':
      return bindBitString(node)
    case 'typed-literal':
      return bindTypedLiteral(node, scope)
    case 'parameter':
      return bindParameter(node, scope)
    case 'binary':
      return bindBinary(node, scope)
    case 'unary':
      return bindUnary(node, scope)
    case 'logical':
      return bindLogical(node, scope)
    case 'not':
      return bindNot(node, scope)
    case 'is':
      return bindIs(node, scope)
    case 'is-distinct':
      return bindIsDistinct(node, scope)
    case 'between':
      return bindBetween(node, scope)
    case 'in-list':
      return bindInList(node, scope)
    case 'like':
      return bindLike(node, scope)
    case 'in-subquery':
      return bindInSubquery(node, scope)
    case 'quantified':
      return bindQuantified(node, scope)
    case 'exists':
      return bindExists(node, scope)
    case 'subquery':
      return bindScalarSubquery(node, scope)
    case 'array-subquery':
      return bindArraySubquery(node, scope)
    case 'array':
      return bindArray(node, scope)
    case 'row':
      return bindRow(node, scope)
    case 'struct':
      return bindStruct(node, scope)
    case 'map':
      return bindMap(node, scope)
    case 'comprehension':
      return bindComprehension(node, scope)
    case 'case':
      return bindCase(node, scope)
    case 'cast':
      return bindCast(node, scope)
    case 'call':
      return bindCall(node, scope)
    case 'grouping':
      return bindGrouping(node, scope)
    case 'collate':
      return bindCollate(node, scope)
    case 'at-time-zone':
      return bindAtTimeZone(node, scope)
    case 'subscript':
    case 'slice':
      return bindSubscript(node, scope)
    case 'field':
      return bindFieldAccess(node, scope)
    case 'star':
      return bindStarValue(node, scope)
    case 'default':
      throw new SqlError('syntax_error', 'DEFAULT is not allowed in this context', { position: node.span.start })
    case 'lambda':
      throw new SqlError('syntax_error', 'a lambda can only be the argument of a function that takes one', {
        position: node.span.start,
      })
    case 'named-argument':
      throw new SqlError('syntax_error', 'named arguments can only be given to functions', {
        position: node.span.start,
      })
    case 'columns':
      throw new SqlError('syntax_error', 'COLUMNS is only allowed in the select list', { position: node.span.start })
    default:
      return unreachable(node)
  }
}

/** As `bindExpression`, with what is still unknown taken as text. */
export function bindSettled(node: ast.Expression, scope: Scope): Expression {
  return settle(bindExpression(node, scope), scope.state)
}

/** A condition; 42804 when it is not boolean. `construct` is what the message calls it. */
export function bindCondition(node: ast.Expression, construct: string, scope: Scope): Expression {
  return coerceBoolean(bindExpression(node, scope), construct, scope.state)
}

function bindTypedLiteral(node: ast.TypedLiteral, scope: Scope): Expression {
  const type = bindTypeName(node.type, scope.state.context)
  return castExpression(constant(node.value, UNKNOWN, node.span), type, false, node.span, scope)
}

function bindLogical(node: ast.Logical, scope: Scope): Expression {
  const construct = node.operator === 'and' ? 'AND' : 'OR'
  const args = node.operands.map((operand) => bindCondition(operand, construct, scope))
  return { kind: node.operator, type: BOOLEAN, args, span: node.span }
}

/** Tests stay as they are within NOT: they may be what the rows are grouped by. */
function bindNot(node: ast.Not, scope: Scope): Expression {
  const input = bindCondition(node.operand, 'NOT', scope)
  const isTest = input.kind === 'is' || input.kind === 'in' || input.kind === 'is-distinct'
  return isTest ? { kind: 'not', type: BOOLEAN, input, span: node.span } : negate(input, node.span)
}

/** NOT of an expression; where the expression can say it itself, it does. */
export function negate(input: Expression, span: ast.Span | undefined): Expression {
  return opposite(input) ?? { kind: 'not', type: BOOLEAN, input, span }
}

function bindIs(node: ast.IsTest, scope: Scope): Expression {
  const { test, negated, span } = node
  switch (test) {
    case 'document':
      throw notSupported('IS DOCUMENT', span.start)
    case 'normalized': {
      const form = constant((node.form ?? 'nfc').toUpperCase(), TEXT)
      const call = callFunction('is_normalized', [bindExpression(node.operand, scope), form], span, scope)
      return negated ? negate(call, span) : call
    }
    case 'null':
      return isNull(bindSettled(node.operand, scope), negated, span)
    default: {
      const input = bindCondition(node.operand, `IS ${negated ? 'NOT ' : ''}${test.toUpperCase()}`, scope)
      return { kind: 'is', type: BOOLEAN, test, negated, input, span }
    }
  }
}

/** A row is NULL when all of its fields are, and NOT NULL when none is; a row within it is a value. */
function isNull(input: Expression, negated: boolean, span: ast.Span): Expression {
  if (input.kind !== 'row') return { kind: 'is', type: BOOLEAN, test: 'null', negated, input, span }
  const args = input.items.map(
    (item): Expression => (item.kind === 'row' ? constant(negated, BOOLEAN, span) : isNullValue(item, negated, span)),
  )
  if (args.length === 0) return constant(true, BOOLEAN, span)
  return args.length === 1 ? args[0] : { kind: 'and', type: BOOLEAN, args, span }
}

function bindCase(node: ast.Case, scope: Scope): Expression {
  const before = scope.noSets
  scope.noSets = 'CASE'
  const subject = node.operand && caseSubject(node.operand, scope)
  const whens = node.branches.map(({ when }) => {
    if (!subject) return bindCondition(when, 'CASE/WHEN', scope)
    return coerceBoolean(
      callOperator('=', [subject(), bindExpression(when, scope)], when.span, when.span, scope),
      'CASE/WHEN',
      scope.state,
    )
  })
  const thens = node.branches.map(({ then }) => bindExpression(then, scope))
  const otherwise = node.otherwise && bindExpression(node.otherwise, scope)
  scope.noSets = before
  const type = unifyTypes([otherwise ?? { type: UNKNOWN }, ...thens], 'CASE')
  return {
    kind: 'case',
    type,
    branches: whens.map((when, index) => ({ when, then: coerceCommon(thens[index], type, 'CASE/WHEN', scope.state) })),
    otherwise: otherwise && coerceCommon(otherwise, type, 'CASE/ELSE', scope.state),
    span: node.span,
  }
}

/** What is compared in each branch: bound once, unless it holds a subquery, which must not stand in several places. */
function caseSubject(operand: ast.Expression, scope: Scope): () => Expression {
  const first = bindSettled(operand, scope)
  if (!someExpression(first, (part) => part.kind === 'subquery')) return () => first
  let used = false
  return () => {
    if (used) return bindSettled(operand, scope)
    used = true
    return first
  }
}

function bindCast(node: ast.Cast, scope: Scope): Expression {
  const type = bindTypeName(node.type, scope.state.context)
  if (node.operand.kind === 'array' && !(node.try && node.operand.items.length > 0)) {
    const array = bindArrayAs(node.operand, type, scope)
    if (array) return array.type === type ? array : castExpression(array, type, node.try, node.span, scope)
  }
  return castExpression(bindExpression(node.operand, scope), type, node.try, node.span, scope)
}

/** An explicit cast; 42846 when there is none. */
export function castExpression(
  input: Expression,
  type: Expression['type'],
  isTry: boolean,
  span: ast.Span,
  scope: Scope,
): Expression {
  const { state } = scope
  if (isTry && !(input.kind === 'constant' && input.value === null)) {
    const known = settle(input, state)
    const cast = findCast(known.type, type, 'explicit')
    if (cast) return { kind: 'cast', type, input: known, cast, explicit: true, try: true, span }
    if (known.type.kind === type.kind) return known
  }
  const coerced = tryCoerce(input, type, 'explicit', state, span)
  if (coerced) return coerced
  throw new SqlError('cannot_coerce', `cannot cast type ${baseTypeName(input.type)} to ${baseTypeName(type)}`, {
    position: span.start,
  })
}

const collations: ReadonlySet<string> = new Set([
  'C',
  'POSIX',
  'default',
  'ucs_basic',
  'unicode',
  'binary',
  'c',
  'posix',
  'C.UTF-8',
  'C.utf8',
])

function bindCollate(node: ast.Collate, scope: Scope): Expression {
  const input = bindSettled(node.operand, scope)
  const collation = checkCollation(node.collation, input.type)
  scope.state.collated = true
  return { ...input, collation }
}

/** Whether values of the type are texts, or arrays of them. */
export function isCollatable(type: DataType): boolean {
  const base = baseType(type)
  return base.kind === 'array' ? isCollatable(base.element) : category(base) === 'S'
}

/** All text is ordered by its code points: collations that say otherwise do not exist here. */
export function checkCollation(collation: ast.QualifiedName, type: DataType): string {
  if (!isCollatable(type)) {
    throw new SqlError('datatype_mismatch', `collations are not supported by type ${baseTypeName(type)}`, {
      position: collation.span.start,
    })
  }
  const name = collation.parts[collation.parts.length - 1].name
  if (!collations.has(name)) {
    throw new SqlError('undefined_object', `collation "${name}" for encoding "UTF8" does not exist`, {
      position: collation.span.start,
    })
  }
  return name
}

function bindAtTimeZone(node: ast.AtTimeZone, scope: Scope): Expression {
  const zone = node.zone
    ? bindExpression(node.zone, scope)
    : constant(scope.state.context.settings.get('timezone'), TEXT, node.span)
  return callFunction('timezone', [zone, bindExpression(node.operand, scope)], node.span, scope)
}

/** `t.*` as an argument is the whole row. */
function bindStarValue(node: ast.Star, scope: Scope): Expression {
  if (!node.qualifier) {
    throw new SqlError('syntax_error', '"*" is only allowed in the select list and in count(*)', {
      position: node.span.start,
    })
  }
  const names = node.qualifier.parts.map((part) => part.name)
  const found = findRelation([...names, '*'], scope, node.span)
  if (!found) throw missingRelation([...names, '*'], node.span, scope)
  return wholeRow(found.item, node.span, scope.state)
}
