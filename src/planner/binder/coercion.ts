/**
 * Bringing an expression to a type. Literals whose type was unknown are read as the type at once, so that a wrong one is
 * refused where it stands; parameters learn their type; rows and arrays are brought there item by item; everything else
 * gets a cast node around it.
 */
import { SqlError } from '../../error.ts'
import { type CastContext, type CastDefinition, findCast } from '../../functions/casts.ts'
import { baseType, canCoerce, commonType, fieldSources, sameType, tryCommonType } from '../../functions/coercion.ts'
import { hasOwnCasts } from '../../functions/own-casts.ts'
import type * as ast from '../../parser/ast.ts'
import { arrayOf, BOOLEAN, type DataType, TEXT, UNKNOWN } from '../../types/data-type.ts'
import { isNarrowInteger } from '../../types/integer-width.ts'
import { baseTypeName, typeEquals, withoutModifiers } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import type { Expression, ParameterExpression, RowExpression } from '../expression.ts'
import { type BindState, ownSpan } from './scope.ts'
import { throughOwnCast } from './user-cast.ts'

/** The expression as a value of the type, or undefined when there is no such cast. */
export function tryCoerce(
  expression: Expression,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined = expression.span,
): Expression | undefined {
  const from = expression.type
  if (from === type || typeEquals(from, type)) return expression
  if (from.kind === 'unknown') {
    if (type.kind === 'unknown') return expression
    if (expression.kind === 'constant') return readLiteral(expression.value, type, mode, state, expression.span, span)
    if (expression.kind === 'parameter') return typeParameter(expression, type, mode, state, span)
    return tryCoerce({ ...expression, type: TEXT } as Expression, type, 'explicit', state, span)
  }
  if (expression.kind === 'constant' && expression.value === null && sameType(from, type)) {
    return { kind: 'constant', type, value: null, span: expression.span }
  }
  if (expression.kind === 'row' && baseType(type).kind === 'record') {
    if (type.kind !== 'domain') return coerceRow(expression, type, mode, state, span)
    const row = tryCoerce(expression, type.base, mode, state, span)
    const cast = row && findCast(type.base, type, mode)
    return (
      cast && {
        kind: 'cast',
        type,
        input: row,
        cast,
        explicit: mode === 'explicit',
        try: false,
        span: ownSpan(span, state),
      }
    )
  }
  if (expression.kind === 'array' && type.kind === 'array') {
    if (expression.items.length === 0) return { ...expression, type }
    if (expression.emptyList) {
      const items = expression.items.map((item) => coerce(item, type.element, mode, state))
      return { ...expression, type, items, emptyList: undefined }
    }
  }
  if (expression.kind === 'array' && type.kind === 'array' && mode === 'explicit') {
    const items = expression.items.map((item) =>
      tryCoerce(item, item.type.kind === 'array' ? type : type.element, mode, state, item.span),
    )
    if (items.every((item) => item !== undefined)) return { ...expression, type, items }
  }
  if (hasOwnCasts() && !sameType(baseType(from), baseType(type))) {
    const through = throughOwnCast(expression, type, mode, state, span, (part, to) => tryCoerce(part, to, mode, state))
    if (through !== undefined) return through ?? undefined
  }
  if (mode === 'implicit' && fitsAsItIs(from, type)) return expression
  const cast = findCast(from, type, mode)
  if (!cast) return undefined
  if (expression.kind === 'constant' && cast.volatility === 'immutable' && mayFold(type)) {
    const folded = foldCast(expression.value, cast, state)
    if (folded !== undefined) return { kind: 'constant', type, value: folded, span: expression.span }
  }
  return {
    kind: 'cast',
    type,
    input: expression,
    cast,
    explicit: mode === 'explicit',
    try: false,
    span: ownSpan(span, state),
  }
}

/** A domain of a user may change; DuckDB's integers stay as they are. */
function mayFold(type: DataType): boolean {
  return type.kind !== 'domain' || isNarrowInteger(type)
}

/** Whether a value of the one type can be taken for one of the other: the same but for lengths, or a string all the same. */
function fitsAsItIs(from: DataType, to: DataType): boolean {
  if (to.kind === 'text') return from.kind === 'varchar' || from.kind === 'text'
  if (to.kind === 'varchar') return to.length === undefined && (from.kind === 'varchar' || from.kind === 'text')
  return sameType(from, to) && typeEquals(to, withoutModifiers(to))
}

/** The constant's value as the type; undefined where that fails, so that it fails at run time if ever it is asked for. */
function foldCast(value: Value, cast: CastDefinition, state: BindState): Value {
  if (value === null) return null
  try {
    return cast.evaluate(value, state.context.functions)
  } catch {
    return undefined
  }
}

/** As `tryCoerce`, where resolution has already made sure that the cast exists; 42846 otherwise. */
export function coerce(
  expression: Expression,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined = expression.span,
): Expression {
  const coerced = tryCoerce(expression, type, mode, state, span)
  if (coerced) return coerced
  throw new SqlError('cannot_coerce', `cannot cast type ${baseTypeName(expression.type)} to ${baseTypeName(type)}`, {
    position: span?.start,
  })
}

/** A literal of unknown type, read by the input function of the type it turns out to have. */
function readLiteral(
  value: Value,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined,
  castSpan: ast.Span | undefined,
): Expression {
  if (!mayFold(type)) {
    const base = readLiteral(value, baseType(type), mode, state, span, castSpan)
    const cast = findCast(base.type, type, 'explicit')
    if (!cast) return { ...base, type } as Expression
    return { kind: 'cast', type, input: base, cast, explicit: mode === 'explicit', try: false, span: castSpan }
  }
  if (value === null || type.kind === 'text') return { kind: 'constant', type, value, span }
  if (dependsOnTime(type, value)) {
    const cast = findCast(TEXT, type, 'explicit')
    const input: Expression = { kind: 'constant', type: TEXT, value, span }
    if (cast)
      return { kind: 'cast', type, input, cast, explicit: mode === 'explicit', try: false, span: ownSpan(span, state) }
  }
  return { kind: 'constant', type, value: readText(value, type, mode, state, span?.start), span }
}

/** `'now'`, `'today'` and their like mean another value in each statement; names of relations may be anything later. */
function dependsOnTime(type: DataType, text: string): boolean {
  switch (type.kind) {
    case 'date':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return /now|today|tomorrow|yesterday/i.test(text)
    case 'regclass':
    case 'regtype':
    case 'regproc':
    case 'regnamespace':
    case 'regrole':
      return !/^\d+$/.test(text)
    default:
      return false
  }
}

/** The value of a text as a type, lengths applied as the context demands. */
export function readText(text: string, type: DataType, mode: CastContext, state: BindState, position?: number): Value {
  try {
    return findCast(UNKNOWN, type, mode)!.evaluate(text, state.context.functions)
  } catch (error) {
    throw positioned(error, position)
  }
}

/** Says where in the text the error belongs, unless it already knows. */
export function positioned(error: unknown, position: number | undefined): unknown {
  if (error instanceof SqlError && error.position === undefined) error.position = position
  return error
}

function typeParameter(
  expression: ParameterExpression,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined,
): Expression {
  const known = state.parameterTypes[expression.index]
  const bare = withoutModifiers(type)
  if (known && known.kind !== 'unknown' && !sameType(known, bare)) {
    throw new SqlError('ambiguous_parameter', `inconsistent types deduced for parameter $${expression.index + 1}`, {
      position: expression.span?.start,
      detail: `${baseTypeName(known)} versus ${baseTypeName(bare)}`,
    })
  }
  state.parameterTypes[expression.index] ??= bare
  const typed: Expression = { ...expression, type: bare }
  return typeEquals(bare, type) ? typed : (tryCoerce(typed, type, mode, state, span) ?? typed)
}

function coerceRow(
  row: RowExpression,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined,
): Expression | undefined {
  const target = baseType(type)
  if (target.kind !== 'record') return undefined
  if (target.fields.length === 0 && target.name === undefined) return row
  const source = baseType(row.type)
  const sources = source.kind === 'record' ? fieldSources(source, target, mode !== 'implicit') : undefined
  if (!sources) {
    if (mode !== 'explicit') return undefined
    throw new SqlError('cannot_coerce', `cannot cast type record to ${baseTypeName(type)}`, {
      position: span?.start,
      detail: row.items.length < target.fields.length ? 'Input has too few columns.' : 'Input has too many columns.',
    })
  }
  const items: Expression[] = []
  for (const [index, place] of sources.entries()) {
    const { type: fieldType } = target.fields[index]
    const given: Expression = row.items[place] ?? { kind: 'constant', type: fieldType, value: null }
    const item = tryCoerce(given, fieldType, mode, state, given.span)
    if (!item) return undefined
    items.push(item)
  }
  return { kind: 'row', type, items, span: row.span }
}

/** Unknown things that nothing gave a type become text. */
export function settle(expression: Expression, state: BindState): Expression {
  if (expression.kind === 'array' && expression.type.kind === 'array' && expression.type.element.kind === 'unknown') {
    if (expression.emptyList) return coerce(expression, arrayOf(TEXT), 'implicit', state)
    throw new SqlError('indeterminate_datatype', 'cannot determine type of empty array', {
      position: expression.span?.start,
      hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].',
    })
  }
  return expression.type.kind === 'unknown' ? coerce(expression, TEXT, 'implicit', state) : expression
}

/** The type that all have in common; the error stands at the first that does not fit those before it. */
export function unifyTypes(
  expressions: readonly { readonly type: DataType; readonly span?: ast.Span }[],
  context: string,
): DataType {
  const types = expressions.map((expression) => expression.type)
  const common = tryCommonType(types)
  if (common) return common
  let stuck = 1
  while (stuck < types.length - 1 && tryCommonType(types.slice(0, stuck + 1))) stuck++
  return commonType(types, context, expressions[stuck].span?.start)
}

/** Brings all to the type that they have in common. */
export function unify(
  expressions: readonly Expression[],
  context: string,
  state: BindState,
): { readonly type: DataType; readonly items: Expression[] } {
  const type = unifyTypes(expressions, context)
  return { type, items: expressions.map((expression) => coerceCommon(expression, type, context, state)) }
}

/** As `tryCoerce`, to the type exactly, its modifiers included. */
export function coerceExactly(expression: Expression, type: DataType, state: BindState): Expression | undefined {
  const coerced = tryCoerce(expression, type, 'implicit', state)
  if (!coerced || typeEquals(coerced.type, type)) return coerced
  const cast = findCast(coerced.type, type, 'explicit')
  return cast && { kind: 'cast', type, input: coerced, cast, explicit: false, try: false }
}

/** To a common type; PostgreSQL's message when a member cannot become it. */
export function coerceCommon(expression: Expression, type: DataType, context: string, state: BindState): Expression {
  const coerced = tryCoerce(expression, type, 'implicit', state)
  if (coerced) return coerced
  throw new SqlError(
    'cannot_coerce',
    `${context} could not convert type ${baseTypeName(expression.type)} to ${baseTypeName(type)}`,
    { position: expression.span?.start },
  )
}

/** 42804 `argument of WHERE must be type boolean, not type integer` where it is not. */
export function coerceBoolean(expression: Expression, construct: string, state: BindState): Expression {
  if (expression.type.kind === 'boolean') return expression
  return coerceArgument(expression, BOOLEAN, construct, state)
}

/** As `coerceBoolean`, for any type. */
export function coerceArgument(
  expression: Expression,
  type: DataType,
  construct: string,
  state: BindState,
): Expression {
  const coerced =
    expression.type.kind === 'unknown' ||
    canCoerce(expression.type, type) ||
    findCast(expression.type, type, 'assignment')
      ? tryCoerce(expression, type, 'assignment', state)
      : undefined
  if (coerced && expression.type.kind !== 'text') return coerced
  if (coerced && type.kind === 'text') return coerced
  throw new SqlError(
    'datatype_mismatch',
    `argument of ${construct} must be type ${baseTypeName(type)}, not type ${baseTypeName(expression.type)}`,
    { position: expression.span?.start },
  )
}

/** The type as messages and overload resolution see it, the literals' included. */
export function argumentType(expression: Expression): DataType {
  return expression.type.kind === 'unknown' ? UNKNOWN : expression.type
}
