/** Arrays and rows: made, and taken apart. */
import { notSupported, SqlError } from '../../error.ts'
import { EMPTY_ARRAY, type SqlArray, sqlArray } from '../../types/array.ts'
import type { Value } from '../../types/value.ts'
import type { Evaluator, Scope } from '../evaluate.ts'
import type { ArrayExpression, FieldExpression, RowExpression, SubscriptExpression } from '../expression.ts'

export function compileArray(expression: ArrayExpression, scope: Scope): Evaluator {
  const items = expression.items.map((item) => scope.compile(item))
  const { type } = expression
  const nests = type.kind === 'array' && type.element.kind !== 'array' && expression.items[0]?.type.kind === 'array'
  if (nests) return (row) => stackArrays(items.map((item) => item(row) as SqlArray | null))
  return (row) => sqlArray(items.map((item) => item(row)))
}

/** An array whose rows are the given arrays, which must have the same dimensions; empty ones and NULLs count as nothing. */
export function stackArrays(arrays: readonly (SqlArray | null)[]): SqlArray {
  const first = arrays.find((array) => array !== null && array.values.length > 0)
  if (!first) return EMPTY_ARRAY
  const values: Value[] = []
  for (const array of arrays) {
    if (array === null || array.dimensions.join() !== first.dimensions.join()) {
      throw new SqlError(
        'array_subscript_error',
        'multidimensional arrays must have array expressions with matching dimensions',
      )
    }
    for (const value of array.values) values.push(value)
  }
  return {
    dimensions: [arrays.length, ...first.dimensions],
    lowerBounds: [1, ...first.lowerBounds],
    values,
  }
}

export function compileRow(expression: RowExpression, scope: Scope): Evaluator {
  const items = expression.items.map((item) => scope.compile(item))
  return (row) => items.map((item) => item(row))
}

export function compileField(expression: FieldExpression, scope: Scope): Evaluator {
  const input = scope.compile(expression.input)
  const { index } = expression
  return (row) => {
    const value = input(row) as readonly Value[] | null
    return value === null ? null : (value[index] ?? null)
  }
}

export function compileSubscript(expression: SubscriptExpression, scope: Scope): Evaluator {
  if (expression.input.type.kind !== 'array') {
    throw notSupported(`subscripting type ${expression.input.type.kind}`, expression.span?.start)
  }
  const input = scope.compile(expression.input)
  if (expression.subscripts.some((subscript) => 'slice' in subscript)) return compileSlice(expression, input, scope)
  const indexes = expression.subscripts.map((subscript) =>
    'index' in subscript ? scope.compile(subscript.index) : () => null,
  )
  return (row) => {
    const array = input(row) as SqlArray | null
    const at = indexes.map((index) => index(row))
    return array === null || at.includes(null) ? null : elementAt(array, at)
  }
}

/** The element, or NULL outside of the bounds. With fewer subscripts than an array of arrays has levels: the array there. */
function elementAt(array: SqlArray, at: readonly Value[]): Value {
  const { dimensions, lowerBounds, values } = array
  if (at.length !== dimensions.length) {
    const [first, ...rest] = at
    if (rest.length === 0 || dimensions.length !== 1) return null
    const inner = elementAt(array, [first]) as SqlArray | null
    return inner === null || inner.dimensions === undefined ? null : elementAt(inner, rest)
  }
  let position = 0
  for (let level = 0; level < dimensions.length; level++) {
    const offset = Number(at[level]) - lowerBounds[level]
    if (!(offset >= 0 && offset < dimensions[level])) return null
    position = position * dimensions[level] + offset
  }
  return values[position]
}

/** A slice keeps the elements within all bounds; `[n]` beside a slice means `[1:n]`. Its own bounds start at 1. */
function compileSlice(expression: SubscriptExpression, input: Evaluator, scope: Scope): Evaluator {
  const bounds = expression.subscripts.map((subscript) =>
    'slice' in subscript
      ? {
          lower: subscript.lower && scope.compile(subscript.lower),
          upper: subscript.upper && scope.compile(subscript.upper),
        }
      : { lower: () => 1, upper: scope.compile(subscript.index) },
  )
  return (row) => {
    const array = input(row) as SqlArray | null
    const evaluated = bounds.map(({ lower, upper }) => [lower?.(row), upper?.(row)])
    if (array === null || evaluated.flat().includes(null)) return null
    return sliceOf(array, evaluated)
  }
}

function sliceOf(array: SqlArray, bounds: readonly (readonly Value[])[]): SqlArray {
  const { dimensions, lowerBounds, values } = array
  if (dimensions.length === 0 || bounds.length > dimensions.length) return EMPTY_ARRAY
  const starts: number[] = []
  const lengths: number[] = []
  for (let level = 0; level < dimensions.length; level++) {
    const [lower, upper] = bounds[level] ?? []
    const last = lowerBounds[level] + dimensions[level] - 1
    const from = Math.max(lowerBounds[level], lower === undefined ? lowerBounds[level] : Number(lower))
    const to = Math.min(last, upper === undefined ? last : Number(upper))
    if (to < from) return EMPTY_ARRAY
    starts.push(from - lowerBounds[level])
    lengths.push(to - from + 1)
  }
  let positions = [0]
  for (let level = 0; level < dimensions.length; level++) {
    positions = positions.flatMap((position) =>
      Array.from({ length: lengths[level] }, (_, n) => position * dimensions[level] + starts[level] + n),
    )
  }
  return {
    dimensions: lengths,
    lowerBounds: lengths.map(() => 1),
    values: positions.map((position) => values[position]),
  }
}
