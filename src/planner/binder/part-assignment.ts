/**
 * Assignments to a part of a column: `a[2] = 1`, `a[1:2] = '{1,2}'`, `a.b = 1`, and any way further in. The column's new
 * value is its old one with the part replaced; what is replaced in nothing begins with an empty array or a row of NULLs.
 */
import { notSupported, SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../../functions/function.ts'
import { assignJsonPart } from '../../functions/scalar/json-set.ts'
import type * as ast from '../../parser/ast.ts'
import { checkArraySize, EMPTY_ARRAY, type SqlArray } from '../../types/array.ts'
import { type DataType, INTEGER } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import type { Expression } from '../expression.ts'
import { coerceExactly, tryCoerce } from './coercion.ts'
import { jsonSubscript } from './composite.ts'
import { bindExpression } from './expression.ts'
import type { BindState, Scope } from './scope.ts'

/** One step into a value: a field, or all subscripts that follow one another. */
type Step =
  | { readonly kind: 'field'; readonly name: ast.Identifier }
  | { readonly kind: 'subscripts'; readonly list: readonly (ast.Subscript | ast.Slice)[]; readonly span: ast.Span }

function stepsOf(path: readonly ast.Expression[]): Step[] {
  const steps: Step[] = []
  for (const node of path) {
    if (node.kind === 'field' && node.name) steps.push({ kind: 'field', name: node.name })
    else if (node.kind === 'subscript' || node.kind === 'slice') {
      const last = steps[steps.length - 1]
      if (last?.kind === 'subscripts') steps[steps.length - 1] = { ...last, list: [...last.list, node] }
      else steps.push({ kind: 'subscripts', list: [node], span: node.span })
    } else throw notSupported('this target of an assignment', node.span.start)
  }
  return steps
}

/** The type of the part that a path leads to. */
export function partType(type: DataType, path: readonly ast.Expression[], column: string): DataType {
  let current = type
  for (const step of stepsOf(path)) {
    const base = baseType(current)
    if (step.kind === 'field') current = fieldOf(base, step.name, column).type
    else if (base.kind === 'jsonb') current = base
    else if (base.kind !== 'array') throw notSubscripted(base, step.span)
    else current = step.list.some((it) => it.kind === 'slice') ? base : base.element
  }
  return current
}

function fieldOf(
  type: DataType,
  name: ast.Identifier,
  column: string,
): { readonly index: number; readonly type: DataType } {
  const start = `cannot assign to field "${name.name}" of column "${column}" because`
  if (type.kind !== 'record') {
    throw new SqlError('datatype_mismatch', `${start} its type ${baseTypeName(type)} is not a composite type`, {
      position: name.span.start,
    })
  }
  const index = type.fields.findIndex((field) => field.name === name.name)
  if (index < 0) {
    throw new SqlError('undefined_column', `${start} there is no such column in data type ${baseTypeName(type)}`, {
      position: name.span.start,
    })
  }
  return { index, type: type.fields[index].type }
}

function notSubscripted(type: DataType, span: ast.Span): SqlError {
  return new SqlError(
    'datatype_mismatch',
    `cannot subscript type ${baseTypeName(type)} because it does not support subscripting`,
    {
      position: span.start,
    },
  )
}

/** The value with the part at the end of the path replaced. `value` is of the part's type. */
export function replacePart(
  base: Expression,
  path: readonly ast.Expression[],
  value: Expression,
  column: string,
  scope: Scope,
): Expression {
  return replaceStep(base, stepsOf(path), value, column, scope)
}

function replaceStep(
  base: Expression,
  steps: readonly Step[],
  value: Expression,
  column: string,
  scope: Scope,
): Expression {
  if (steps.length === 0) return value
  const [step, ...rest] = steps
  const type = baseType(base.type)
  const inner = withoutDomain(base, type, scope.state)
  const replaced =
    step.kind === 'field'
      ? replaceField(inner, type, step, rest, value, column, scope)
      : replaceItem(inner, type, step, rest, value, column, scope)
  return base.type === type ? replaced : (coerceExactly(replaced, base.type, scope.state) ?? replaced)
}

/** A value without its domain, whose checks wait for the last of the parts that a statement assigns. */
function withoutDomain(base: Expression, type: DataType, state: BindState): Expression {
  if (base.type.kind !== 'domain') return base
  if (base.kind === 'cast') return base.input
  return tryCoerce(base, type, 'implicit', state) ?? base
}

function replaceField(
  base: Expression,
  type: DataType,
  step: Step & { kind: 'field' },
  rest: readonly Step[],
  value: Expression,
  column: string,
  scope: Scope,
): Expression {
  const { index, type: own } = fieldOf(type, step.name, column)
  const old: Expression = { kind: 'field', type: own, input: base, index, span: step.name.span }
  const part = replaceStep(old, rest, value, column, scope)
  const position: Expression = { kind: 'constant', type: INTEGER, value: index }
  const size: Expression = { kind: 'constant', type: INTEGER, value: type.kind === 'record' ? type.fields.length : 0 }
  return call(setField, [base, size, position, part], type, step.name.span)
}

function replaceItem(
  base: Expression,
  type: DataType,
  step: Step & { kind: 'subscripts' },
  rest: readonly Step[],
  value: Expression,
  column: string,
  scope: Scope,
): Expression {
  if (type.kind === 'jsonb') {
    if (rest.length > 0) throw notSupported('this target of an assignment', step.span.start)
    const keys = step.list.map((part) => jsonSubscript(part, scope))
    return call(setJson, [base, value, ...keys], type, step.span)
  }
  if (type.kind !== 'array') throw notSubscripted(type, step.span)
  const bound = (node: ast.Expression | undefined): Expression =>
    node ? subscript(bindExpression(node, scope), scope.state) : { kind: 'constant', type: INTEGER, value: undefined }
  if (step.list.some((it) => it.kind === 'slice')) {
    const bounds = step.list.flatMap((it) => {
      if (it.kind === 'slice') return [bound(it.lower), bound(it.upper)]
      return [{ kind: 'constant', type: INTEGER, value: 1 } as Expression, bound(it.index)]
    })
    return call(setSlice, [base, value, ...bounds], type, step.span)
  }
  const indexes = step.list.map((it) => bound((it as ast.Subscript).index))
  const old: Expression = {
    kind: 'subscript',
    type: type.element,
    input: base,
    subscripts: indexes.map((index) => ({ index })),
  }
  const part = replaceStep(old, rest, value, column, scope)
  return call(setElement, [base, part, ...indexes], type, step.span)
}

function subscript(expression: Expression, state: BindState): Expression {
  const coerced = tryCoerce(expression, INTEGER, 'assignment', state)
  if (coerced) return coerced
  throw new SqlError('datatype_mismatch', 'array subscript must have type integer', {
    position: expression.span?.start,
  })
}

function call(definition: ScalarFunction, args: readonly Expression[], type: DataType, span: ast.Span): Expression {
  return { kind: 'call', type, function: definition, overload: definition.overloads[0], args, span }
}

/** Functions that have no name in SQL. */
function internal(name: string, doc: string, evaluate: Overload['evaluate']): ScalarFunction {
  return scalar({
    name,
    category: 'assignment',
    doc,
    examples: [],
    overloads: [overload(['any'], 'any', evaluate, { variadic: true, strict: false })],
  })
}

const setField = internal('set_field', 'The row with one field replaced.', (row, size, index, value) => {
  const fields: Value[] = row === null ? new Array(size).fill(null) : [...row]
  fields[index] = value
  return fields
})

const setElement = internal('set_element', 'The array with one element replaced.', (array, value, ...at) => {
  if (at.some((index) => index === null)) throw nullSubscript()
  return withElement(array ?? EMPTY_ARRAY, at, value)
})

const setSlice = internal('set_slice', 'The array with a slice replaced.', (array, source, ...bounds) => {
  if (bounds.some((bound) => bound === null)) throw nullSubscript()
  return source === null ? array : withSlice(array ?? EMPTY_ARRAY, bounds, source)
})

const setJson = internal('set_json', 'The jsonb with what its subscripts lead to replaced.', (base, value, ...steps) =>
  assignJsonPart(base, value, steps),
)

function nullSubscript(): SqlError {
  return new SqlError('null_value_not_allowed', 'array subscript in assignment must not be null')
}

function subscriptError(message: string, detail?: string): SqlError {
  return new SqlError('array_subscript_error', message, { detail })
}

/** An array of one dimension grows to hold the element, with NULLs between; one of more does not. */
function withElement(array: SqlArray, at: readonly number[], value: Value): SqlArray {
  const { dimensions, lowerBounds } = array
  if (dimensions.length === 0) {
    for (const index of at) if (index >= 2147483647) checkArraySize(Infinity)
    return { dimensions: at.map(() => 1), lowerBounds: at, values: [value] }
  }
  if (dimensions.length !== at.length) throw subscriptError('wrong number of array subscripts')
  if (dimensions.length === 1) {
    const grown = grow(array, at[0], at[0])
    const values = [...grown.values]
    values[at[0] - grown.lowerBounds[0]] = value
    return { ...grown, values }
  }
  let position = 0
  for (let level = 0; level < at.length; level++) {
    const offset = at[level] - lowerBounds[level]
    if (offset < 0 || offset >= dimensions[level]) throw subscriptError('array subscript out of range')
    position = position * dimensions[level] + offset
  }
  const values = [...array.values]
  values[position] = value
  return { ...array, values }
}

/** An array of one dimension that reaches from `lower` to `upper` at least. */
function grow(array: SqlArray, lower: number, upper: number): SqlArray {
  const [first] = array.lowerBounds
  const last = first + array.dimensions[0] - 1
  const start = Math.min(first, lower)
  const end = Math.max(last, upper)
  checkArraySize(end - start + 1)
  if (start === first && end === last) return array
  const values = new Array<Value>(end - start + 1).fill(null)
  for (const [i, value] of array.values.entries()) values[first - start + i] = value
  return { dimensions: [end - start + 1], lowerBounds: [start], values }
}

function withSlice(array: SqlArray, bounds: readonly (number | undefined)[], source: SqlArray): SqlArray {
  const levels = bounds.length / 2
  const { dimensions, lowerBounds } = array
  const limits = (level: number): [number, number] => {
    const lower = bounds[level * 2] ?? lowerBounds[level]
    const upper = bounds[level * 2 + 1] ?? lowerBounds[level] + dimensions[level] - 1
    return [lower, upper]
  }
  if (dimensions.length === 0) {
    if (bounds.includes(undefined)) {
      throw subscriptError(
        'array slice subscript must provide both boundaries',
        'When assigning to a slice of an empty array value, slice boundaries must be fully specified.',
      )
    }
    const ranges = Array.from({ length: levels }, (_, level) => limits(level))
    for (const [lower, upper] of ranges)
      if (lower > upper) throw subscriptError('upper bound cannot be less than lower bound')
    const lengths = ranges.map(([lower, upper]) => upper - lower + 1)
    const size = lengths.reduce((total, length) => total * length, 1)
    checkArraySize(size)
    if (source.values.length < size) throw subscriptError('source array too small')
    return { dimensions: lengths, lowerBounds: ranges.map(([lower]) => lower), values: source.values.slice(0, size) }
  }
  if (dimensions.length < levels) throw subscriptError('wrong number of array subscripts')
  if (dimensions.length === 1) {
    const [lower, upper] = limits(0)
    if (lower > upper) throw subscriptError('upper bound cannot be less than lower bound')
    const size = upper - lower + 1
    if (source.values.length < size) throw subscriptError('source array too small')
    const grown = grow(array, lower, upper)
    const values = [...grown.values]
    for (let index = 0; index < size; index++) values[lower - grown.lowerBounds[0] + index] = source.values[index]
    return { ...grown, values }
  }
  return withBlock(array, limits, levels, source)
}

/** A slice of an array of several dimensions stays within it. */
function withBlock(
  array: SqlArray,
  limits: (level: number) => [number, number],
  levels: number,
  source: SqlArray,
): SqlArray {
  const { dimensions, lowerBounds } = array
  const ranges = dimensions.map((length, level): [number, number] => {
    if (level >= levels) return [lowerBounds[level], lowerBounds[level] + length - 1]
    const [lower, upper] = limits(level)
    if (lower > upper) throw subscriptError('upper bound cannot be less than lower bound')
    if (lower < lowerBounds[level] || upper > lowerBounds[level] + length - 1)
      throw subscriptError('array subscript out of range')
    return [lower, upper]
  })
  const size = ranges.reduce((total, [lower, upper]) => total * (upper - lower + 1), 1)
  if (source.values.length < size) throw subscriptError('source array too small')
  const values = [...array.values]
  let next = 0
  const fill = (level: number, position: number): void => {
    if (level === dimensions.length) {
      values[position] = source.values[next++]
      return
    }
    const [lower, upper] = ranges[level]
    for (let at = lower; at <= upper; at++) fill(level + 1, position * dimensions[level] + at - lowerBounds[level])
  }
  fill(0, 0)
  return { ...array, values }
}

/** A value as the part that it is assigned to; 42804 when it cannot be one. */
export function assignPart(
  expression: Expression,
  type: DataType,
  column: ast.InsertColumn,
  state: BindState,
): Expression {
  const coerced = tryCoerce(expression, type, 'assignment', state)
  if (coerced) return coerceExactly(coerced, type, state) ?? coerced
  const last = column.path[column.path.length - 1]
  const field = last.kind === 'field' ? last.name?.name : undefined
  const types = `type ${baseTypeName(type)} but expression is of type ${baseTypeName(expression.type)}`
  const message =
    field === undefined
      ? `subscripted assignment to "${column.name.name}" requires ${types}`
      : `subfield "${field}" is of ${types}`
  throw new SqlError('datatype_mismatch', message, {
    position: expression.span?.start,
    hint: 'You will need to rewrite or cast the expression.',
  })
}

/** 0A000 for DEFAULT given to a part. */
export function refuseDefaultPart(column: ast.InsertColumn, position: number): void {
  if (column.path.length === 0) return
  const last = column.path[column.path.length - 1]
  const what = last.kind === 'field' ? 'a subfield' : 'an array element'
  throw new SqlError('feature_not_supported', `cannot set ${what} to DEFAULT`, { position })
}
