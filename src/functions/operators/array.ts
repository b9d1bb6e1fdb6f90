/** Operators on arrays: joining, and the set comparisons. The six comparisons of arrays stand with the others. */

import { SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { BOOLEAN, type DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'

export function elementType(type: DataType): DataType {
  const base = type.kind === 'domain' ? type.base : type
  return base.kind === 'array' ? base.element : base
}

function incompatible(detail: string): SqlError {
  return new SqlError('array_subscript_error', 'cannot concatenate incompatible arrays', { detail })
}

/** One array after another; an array with one dimension less is taken as an element of the other. */
export function concatenateArrays(left: SqlArray, right: SqlArray): SqlArray {
  const [leftDepth, rightDepth] = [left.dimensions.length, right.dimensions.length]
  if (leftDepth === 0) return right
  if (rightDepth === 0) return left
  const values = [...left.values, ...right.values]
  if (leftDepth === rightDepth) {
    if (left.dimensions.some((size, index) => index > 0 && size !== right.dimensions[index])) {
      throw incompatible('Arrays with differing element dimensions are not compatible for concatenation.')
    }
    const dimensions = [left.dimensions[0] + right.dimensions[0], ...left.dimensions.slice(1)]
    return { dimensions, lowerBounds: left.lowerBounds, values }
  }
  const [larger, smaller] = leftDepth > rightDepth ? [left, right] : [right, left]
  if (larger.dimensions.length - smaller.dimensions.length !== 1) {
    throw incompatible(`Arrays of ${leftDepth} and ${rightDepth} dimensions are not compatible for concatenation.`)
  }
  if (smaller.dimensions.some((size, index) => size !== larger.dimensions[index + 1])) {
    throw incompatible('Arrays with differing dimensions are not compatible for concatenation.')
  }
  return {
    dimensions: [larger.dimensions[0] + 1, ...larger.dimensions.slice(1)],
    lowerBounds: larger.lowerBounds,
    values,
  }
}

function checkFlat(array: SqlArray): void {
  if (array.dimensions.length > 1) {
    throw new SqlError('data_exception', 'argument must be empty or one-dimensional array')
  }
}

export function append(array: SqlArray | null, value: Value): SqlArray {
  if (array === null || array.dimensions.length === 0) return sqlArray([value])
  checkFlat(array)
  return { dimensions: [array.dimensions[0] + 1], lowerBounds: array.lowerBounds, values: [...array.values, value] }
}

export function prepend(value: Value, array: SqlArray | null): SqlArray {
  if (array === null || array.dimensions.length === 0) return sqlArray([value])
  checkFlat(array)
  return { dimensions: [array.dimensions[0] + 1], lowerBounds: array.lowerBounds, values: [value, ...array.values] }
}

/** array || array, where NULL is an empty array. */
export function joinNullable(left: SqlArray | null, right: SqlArray | null): SqlArray | null {
  if (left === null) return right
  return right === null ? left : concatenateArrays(left, right)
}

/** The keys of an array's elements that are not NULL, for membership. */
function keysOf(array: SqlArray, element: DataType): Set<unknown> {
  const { hashKey } = traits(element)
  const keys = new Set<unknown>()
  for (const value of array.values) if (value !== null) keys.add(hashKey(value, element))
  return keys
}

/** Whether every element of the second is in the first; NULL is in nothing. */
export function containsAll(container: SqlArray, contained: SqlArray, element: DataType): boolean {
  const { hashKey } = traits(element)
  const keys = keysOf(container, element)
  return contained.values.every((value) => value !== null && keys.has(hashKey(value, element)))
}

export function haveCommon(left: SqlArray, right: SqlArray, element: DataType): boolean {
  const { hashKey } = traits(element)
  const keys = keysOf(left, element)
  return right.values.some((value) => value !== null && keys.has(hashKey(value, element)))
}

export function membership(decide: (left: SqlArray, right: SqlArray, element: DataType) => boolean): Overload {
  return overload(['anyarray', 'anyarray'], BOOLEAN, mustSpecialise, {
    specialise: ([type]) => {
      const element = elementType(type)
      return (left, right) => decide(left, right, element)
    },
  })
}

export const arrayOperators: readonly ScalarFunction[] = [
  scalar({
    name: '||',
    category: 'arrays',
    doc: 'One array after another, or an element before or after an array.',
    examples: [
      ['ARRAY[1, 2] || ARRAY[3]', '{1,2,3}'],
      ['ARRAY[1, 2] || 3', '{1,2,3}'],
      ['0 || ARRAY[1, 2]', '{0,1,2}'],
    ],
    overloads: [
      overload(['anycompatiblearray', 'anycompatiblearray'], 'anycompatiblearray', joinNullable, { strict: false }),
      overload(['anycompatiblearray', 'anycompatible'], 'anycompatiblearray', append, { strict: false }),
      overload(['anycompatible', 'anycompatiblearray'], 'anycompatiblearray', prepend, { strict: false }),
    ],
  }),
  scalar({
    name: '@>',
    category: 'arrays',
    doc: 'Whether the left array has every element of the right one.',
    examples: [['ARRAY[1, 4, 3] @> ARRAY[3, 1, 3]', 't']],
    overloads: [membership(containsAll)],
  }),
  scalar({
    name: '<@',
    category: 'arrays',
    doc: 'Whether the right array has every element of the left one.',
    examples: [['ARRAY[2, 2] <@ ARRAY[1, 2]', 't']],
    overloads: [membership((left, right, element) => containsAll(right, left, element))],
  }),
  scalar({
    name: '&&',
    category: 'arrays',
    doc: 'Whether two arrays have an element in common.',
    examples: [['ARRAY[1, 4, 3] && ARRAY[2, 1]', 't']],
    overloads: [membership(haveCommon)],
  }),
]
