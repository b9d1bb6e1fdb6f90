/** Rows, structs, maps, arrays, and the ways into them: fields, subscripts, slices. */
import { notSupported, SqlError } from '../../error.ts'
import { closestName } from '../../functions/closest-name.ts'
import { baseType, canCoerce } from '../../functions/coercion.ts'
import { figureSubscript } from '../../functions/geometry/functions.ts'
import type * as ast from '../../parser/ast.ts'
import { plainCall } from '../../parser/call.ts'
import { OPEN_END } from '../../types/array.ts'
import { arrayOf, BIGINT, type DataType, INTEGER, TEXT, UNKNOWN } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Expression } from '../expression.ts'
import { coerce, settle, tryCoerce, unify } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { bindCall, callFunction } from './function-call.ts'
import { callOperator } from './operator.ts'
import type { Scope } from './scope.ts'
import { withoutStars } from './star.ts'

/** `input.name` of a record; 42703 when it has no such field. */
export function bindField(input: Expression, name: ast.Identifier, span: ast.Span): Expression {
  const type = baseType(input.type)
  if (type.kind !== 'record') {
    throw new SqlError(
      'wrong_object_type',
      `column notation .${name.name} applied to type ${baseTypeName(input.type)}, which is not a composite type`,
      {
        position: span.start,
      },
    )
  }
  const index = type.fields.findIndex((field) => field.name === name.name)
  if (index < 0) {
    const near = closestName(
      name.name,
      type.fields.map((field) => field.name),
    )
    const message =
      type.name === undefined
        ? `could not identify column "${name.name}" in record data type`
        : `column "${name.name}" not found in data type ${type.name}`
    throw new SqlError('undefined_column', message, {
      position: span.start,
      hint: near && `Perhaps you meant "${near}".`,
    })
  }
  if (input.kind === 'row') return input.items[index]
  return { kind: 'field', type: type.fields[index].type, input, index, span }
}

export function bindFieldAccess(node: ast.FieldAccess, scope: Scope): Expression {
  if (!node.name)
    throw new SqlError('feature_not_supported', 'row expansion via "*" is not supported here', {
      position: node.span.start,
    })
  const input = bindExpression(node.operand, scope)
  return (
    bindFunctionOf(node.operand, baseType(input.type), node.name, scope) ?? bindPart(input, node.name, node.span, scope)
  )
}

/** `(row).f` is f(row) where the row has no field of that name and there is such a function. */
export function bindFunctionOf(
  operand: ast.Expression,
  type: DataType,
  name: ast.Identifier,
  scope: Scope,
): Expression | undefined {
  if (type.kind !== 'record' || type.fields.some((field) => field.name === name.name)) return undefined
  if (scope.state.context.catalog.findRoutines(name.name).length === 0) return undefined
  const { span } = operand
  return bindCall(plainCall({ parts: [name], span: name.span }, [operand], span), scope)
}

/** `input.name`, of a record, or of json as DuckDB has it. */
export function bindPart(input: Expression, name: ast.Identifier, span: ast.Span, scope: Scope): Expression {
  if (input.type.kind !== 'json') return bindField(input, name, span)
  const key: Expression = { kind: 'constant', type: TEXT, value: name.name, span: name.span }
  return callOperator('->', [input, key], span, span, scope)
}

export function bindRow(node: ast.RowConstructor, scope: Scope): Expression {
  const items = expandRow(node.items, scope)
  const fields = items.map((item, index) => ({ name: `f${index + 1}`, type: item.type }))
  return { kind: 'row', type: { kind: 'record', fields }, items, span: node.span }
}

/** The items of ROW(…), in which `t.*` stands for the columns of t. */
export function expandRow(items: readonly ast.Expression[], scope: Scope): Expression[] {
  return withoutStars(items, scope).map((item) => bindExpression(item, scope))
}

export function bindStruct(node: ast.StructLiteral, scope: Scope): Expression {
  const items = node.fields.map((field) => settle(bindExpression(field.value, scope), scope.state))
  const fields = node.fields.map((field, index) => ({ name: field.name.name, type: items[index].type }))
  return { kind: 'row', type: { kind: 'record', fields }, items, span: node.span }
}

/** `MAP {k: v}` is map(keys, values). */
export function bindMap(node: ast.MapLiteral, scope: Scope): Expression {
  const keys = arrayOfItems(
    node.entries.map((entry) => bindExpression(entry.key, scope)),
    node.span,
    scope,
    true,
  )
  const values = arrayOfItems(
    node.entries.map((entry) => bindExpression(entry.value, scope)),
    node.span,
    scope,
    true,
  )
  return callFunction('map', [keys, values], node.span, scope)
}

export function bindArray(node: ast.ArrayLiteral, scope: Scope): Expression {
  const items = node.items.map((item) => bindExpression(item, scope))
  if (
    node.list &&
    items.every((item) => item.kind === 'constant' && item.type.kind === 'unknown' && item.value === null)
  )
    return { kind: 'array', type: arrayOf(UNKNOWN), items, emptyList: true, span: node.span }
  return arrayOfItems(items, node.span, scope, node.list)
}

/**
 * The array of these items, of the type they have in common. Arrays make an array of one dimension more, as in PostgreSQL; in
 * `[…]` they are its elements, each as long as it is.
 */
export function arrayOfItems(items: readonly Expression[], span: ast.Span, scope: Scope, nests = false): Expression {
  if (items.length === 0)
    return { kind: 'array', type: { kind: 'array', element: { kind: 'unknown' } }, items: [], span }
  const unified = unify(items, 'ARRAY', scope.state)
  const type: DataType =
    unified.type.kind === 'array' && !nests ? unified.type : { kind: 'array', element: unified.type }
  return { kind: 'array', type, items: unified.items, span }
}

/** An array constructor on its way to an array type: `ARRAY[]::int[]` needs the cast to know its type. */
export function bindArrayAs(node: ast.ArrayLiteral, type: DataType, scope: Scope): Expression | undefined {
  const target = baseType(type)
  if (target.kind !== 'array') return undefined
  const items: Expression[] = []
  for (const item of node.items) {
    const nested = item.kind === 'array' ? bindArrayAs(item, target, scope) : undefined
    if (nested) {
      items.push(nested)
      continue
    }
    const bound = bindExpression(item, scope)
    const element = tryCoerce(
      bound,
      bound.type.kind === 'array' ? target : target.element,
      'explicit',
      scope.state,
      item.span,
    )
    if (!element) return undefined
    items.push(element)
  }
  return { kind: 'array', type: target, items, span: node.span }
}

/**
 * `a[1][2]`, `a[1:2]`, and on maps and JSON, by key. Consecutive subscripts become one expression; parentheses end a run of
 * them: `(a[2:3])[1]` is an element of a slice, where `a[2:3][1]` is a slice in two dimensions.
 */
export function bindSubscript(node: ast.Subscript | ast.Slice, scope: Scope): Expression {
  const chain: (ast.Subscript | ast.Slice)[] = []
  let base: ast.Expression = node
  while ((base.kind === 'subscript' || base.kind === 'slice') && base.span.start === node.span.start) {
    chain.unshift(base)
    base = base.operand
  }
  let input = bindExpression(base, scope)
  const type = baseType(input.type)
  switch (type.kind) {
    case 'array':
      return subscriptArray(coerce(input, type, 'implicit', scope.state), type, chain, node.span, scope)
    case 'map':
      for (const part of chain) {
        if (part.kind === 'slice') throw notSupported('a slice of a map', part.span.start)
        input = callFunction('map_extract_value', [input, bindExpression(part.index, scope)], part.span, scope)
      }
      return input
    case 'json':
      for (const part of chain) {
        if (part.kind === 'slice') throw cannotSubscript(input.type, node.span)
        input = callOperator('->', [input, bindExpression(part.index, scope)], part.span, part.span, scope)
      }
      return input
    case 'jsonb':
      return subscriptJson(input, chain, node.span, scope)
    case 'point':
    case 'line':
    case 'lseg':
    case 'box':
      if (chain.length > 1) break
      return subscriptFigure(input, type, chain[0], scope)
    case 'record':
      for (const part of chain) {
        if (part.kind === 'slice' || part.index.kind !== 'string') throw cannotSubscript(input.type, node.span)
        input = bindField(input, { name: part.index.value, quoted: true, span: part.index.span }, part.span)
      }
      return input
    case 'text':
    case 'varchar':
    case 'unknown':
      if (type.kind === 'unknown' && (input.kind !== 'constant' || input.value === null)) {
        throw cannotSubscript(TEXT, node.span)
      }
      for (const part of chain) input = subscriptText(settle(input, scope.state), part, scope)
      return input
    default:
  }
  throw cannotSubscript(input.type, node.span)
}

/** The coordinates of a point or line, and the ends of a segment or box, counted from 0. */
function subscriptFigure(input: Expression, type: DataType, part: ast.Subscript | ast.Slice, scope: Scope): Expression {
  if (part.kind === 'slice') {
    throw new SqlError('feature_not_supported', 'slices of fixed-length arrays not implemented', {
      position: part.span.start,
    })
  }
  const index = coerce(bindExpression(part.index, scope), INTEGER, 'assignment', scope.state)
  const record = figureSubscript()
  const overload = record.overloads.find(({ parameters }) => (parameters[0] as DataType).kind === type.kind)!
  const result = overload.returns as DataType
  return { kind: 'call', type: result, function: record, overload, args: [input, index], span: part.span }
}

function cannotSubscript(type: DataType, span: ast.Span): SqlError {
  return new SqlError(
    'datatype_mismatch',
    `cannot subscript type ${baseTypeName(type)} because it does not support subscripting`,
    {
      position: span.start,
    },
  )
}

function subscriptArray(
  input: Expression,
  type: DataType & { kind: 'array' },
  chain: readonly (ast.Subscript | ast.Slice)[],
  span: ast.Span,
  scope: Scope,
): Expression {
  const bound = (expression: ast.Expression | undefined): Expression | undefined =>
    expression && arrayBound(bindExpression(expression, scope), scope)
  if (chain.length > 6) {
    throw new SqlError(
      'program_limit_exceeded',
      `number of array dimensions (${chain.length}) exceeds the maximum allowed (6)`,
      {
        position: span.start,
      },
    )
  }
  if (chain.some((part) => part.kind === 'slice' && part.step)) return sliceBySteps(input, chain, scope)
  const sliced = chain.some((part) => part.kind === 'slice')
  const subscripts = chain.map((part) => {
    if (part.kind === 'subscript') return { index: bound(part.index)! }
    return { slice: true as const, lower: bound(part.lower), upper: bound(part.upper) }
  })
  let element: DataType = type.element
  for (let depth = 1; depth < chain.length && element.kind === 'array'; depth++) element = element.element
  return { kind: 'subscript', type: sliced ? type : element, input, subscripts, span }
}

const openEnd: Expression = { kind: 'constant', type: BIGINT, value: OPEN_END }

/** DuckDB's `list[from:to:step]`, one part after the other. */
function sliceBySteps(input: Expression, chain: readonly (ast.Subscript | ast.Slice)[], scope: Scope): Expression {
  let list = input
  for (const part of chain) {
    const bounds = part.kind === 'slice' ? [part.lower, part.upper, part.step] : [part.index]
    const args = bounds.map((bound, index): Expression => {
      if (bound) return bindExpression(bound, scope)
      return index === 2 ? { kind: 'constant', type: INTEGER, value: 1 } : openEnd
    })
    list = callFunction(part.kind === 'slice' ? 'list_slice' : 'list_extract', [list, ...args], part.span, scope)
  }
  return list
}

function arrayBound(expression: Expression, scope: Scope): Expression {
  const coerced = tryCoerce(expression, INTEGER, 'assignment', scope.state)
  if (coerced) return coerced
  throw new SqlError('datatype_mismatch', 'array subscript must have type integer', {
    position: expression.span?.start,
  })
}

/** The key or place that a subscript of a jsonb names: an integer, or text. */
export function jsonSubscript(part: ast.Subscript | ast.Slice, scope: Scope): Expression {
  if (part.kind === 'slice') {
    throw new SqlError('datatype_mismatch', 'jsonb subscript does not support slices', { position: part.span.start })
  }
  const index = bindExpression(part.index, scope)
  const type = index.type.kind === 'unknown' ? TEXT : index.type
  for (const wanted of [INTEGER, TEXT]) {
    if (canCoerce(type, wanted)) return coerce(index, wanted, 'implicit', scope.state)
  }
  throw new SqlError('datatype_mismatch', `subscript type ${baseTypeName(type)} is not supported`, {
    position: index.span?.start,
    hint: 'jsonb subscript must be coercible to either integer or text.',
  })
}

/** `j[a][b]` is what the path of a and b leads to: a text names a place in an array too. */
function subscriptJson(
  input: Expression,
  chain: readonly (ast.Subscript | ast.Slice)[],
  span: ast.Span,
  scope: Scope,
): Expression {
  const items = chain.map((part) => coerce(jsonSubscript(part, scope), TEXT, 'explicit', scope.state))
  const path: Expression = { kind: 'array', type: arrayOf(TEXT), items }
  return callFunction('#>', [input, path], span, scope)
}

/** DuckDB's `text[i]` and `text[from:to]`. */
function subscriptText(input: Expression, part: ast.Subscript | ast.Slice, scope: Scope): Expression {
  if (part.kind === 'subscript') {
    const index = bindExpression(part.index, scope)
    if (index.kind !== 'constant' || Number(index.value) < 0)
      return callFunction('array_slice', [input, index, index], part.span, scope)
    return callFunction('substring', [input, index, { kind: 'constant', type: INTEGER, value: 1 }], part.span, scope)
  }
  const args = [part.lower, part.upper].map((bound) => (bound ? bindExpression(bound, scope) : openEnd))
  return callFunction('array_slice', [input, ...args], part.span, scope)
}
