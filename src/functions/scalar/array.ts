/** Functions on arrays under the names of PostgreSQL; those of lists stand in list.ts. */

import { SqlError } from '../../error.ts'
import { heedInterrupt } from '../../interrupt.ts'
import { checkArraySize, collected, EMPTY_ARRAY, type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { append, elementType, joinNullable, prepend } from '../operators/array.ts'
import { textOf } from './text-of.ts'

const INTEGERS = arrayOf(INTEGER)
const TEXTS = arrayOf(TEXT)

function dimension(array: SqlArray, n: number): number | null {
  return n >= 1 && n <= array.dimensions.length ? n - 1 : null
}

const arrayLength = scalar({
  name: 'array_length',
  category: 'arrays',
  doc: 'The number of elements in a dimension: the first when none is named. NULL for an empty array.',
  examples: [
    ['array_length(ARRAY[1, 2, 3], 1)', '3'],
    ['array_length(ARRAY[1], 2)', null],
  ],
  overloads: [
    overload(
      ['anyarray', INTEGER],
      INTEGER,
      (array: SqlArray, n) => {
        const index = dimension(array, n)
        return index === null ? null : array.dimensions[index]
      },
      { defaults: [1] },
    ),
  ],
})

const cardinality = scalar({
  name: 'cardinality',
  category: 'arrays',
  doc: 'The number of all elements, 0 for an empty array.',
  examples: [['cardinality(ARRAY[[1, 2], [3, 4]])', '4']],
  overloads: [overload(['anyarray'], INTEGER, (array: SqlArray) => array.values.length)],
})

const length = scalar({
  name: 'len',
  category: 'arrays',
  doc: 'The number of elements of a list, or of characters of a text.',
  examples: [
    ['len([1, 2, 3])', '3'],
    ["len('abc')", '3'],
  ],
  overloads: [
    overload(['anyarray'], BIGINT, (array: SqlArray) => BigInt(array.values.length)),
    overload([TEXT], BIGINT, (text: string) => BigInt([...text].length)),
  ],
})

const arrayNdims = scalar({
  name: 'array_ndims',
  category: 'arrays',
  doc: 'The number of dimensions; NULL for an empty array.',
  examples: [['array_ndims(ARRAY[[1, 2], [3, 4]])', '2']],
  overloads: [overload(['anyarray'], INTEGER, (array: SqlArray) => array.dimensions.length || null)],
})

const arrayDims = scalar({
  name: 'array_dims',
  category: 'arrays',
  doc: 'The bounds of the dimensions as text.',
  examples: [['array_dims(ARRAY[[1, 2, 3], [4, 5, 6]])', '[1:2][1:3]']],
  overloads: [
    overload(['anyarray'], TEXT, ({ dimensions, lowerBounds }: SqlArray) =>
      dimensions.length === 0
        ? null
        : dimensions.map((size, index) => `[${lowerBounds[index]}:${lowerBounds[index] + size - 1}]`).join(''),
    ),
  ],
})

const arrayLower = scalar({
  name: 'array_lower',
  category: 'arrays',
  doc: 'The first subscript of a dimension.',
  examples: [["array_lower('[0:2]={1,2,3}'::integer[], 1)", '0']],
  overloads: [
    overload(['anyarray', INTEGER], INTEGER, (array: SqlArray, n) => {
      const index = dimension(array, n)
      return index === null ? null : array.lowerBounds[index]
    }),
  ],
})

const arrayUpper = scalar({
  name: 'array_upper',
  category: 'arrays',
  doc: 'The last subscript of a dimension.',
  examples: [['array_upper(ARRAY[1, 8, 3, 7], 1)', '4']],
  overloads: [
    overload(['anyarray', INTEGER], INTEGER, (array: SqlArray, n) => {
      const index = dimension(array, n)
      return index === null ? null : array.lowerBounds[index] + array.dimensions[index] - 1
    }),
  ],
})

const arrayAppend = scalar({
  name: 'array_append',
  aliases: ['list_append', 'array_push_back'],
  category: 'arrays',
  doc: 'The array with an element at its end.',
  examples: [['array_append(ARRAY[1, 2], 3)', '{1,2,3}']],
  overloads: [overload(['anycompatiblearray', 'anycompatible'], 'anycompatiblearray', append, { strict: false })],
})

const arrayPrepend = scalar({
  name: 'array_prepend',
  aliases: ['list_prepend'],
  category: 'arrays',
  doc: 'The array with an element at its beginning.',
  examples: [['array_prepend(1, ARRAY[2, 3])', '{1,2,3}']],
  overloads: [overload(['anycompatible', 'anycompatiblearray'], 'anycompatiblearray', prepend, { strict: false })],
})

const arrayCat = scalar({
  name: 'array_cat',
  category: 'arrays',
  doc: 'One array after another.',
  examples: [['array_cat(ARRAY[1, 2, 3], ARRAY[4, 5])', '{1,2,3,4,5}']],
  overloads: [
    overload(['anycompatiblearray', 'anycompatiblearray'], 'anycompatiblearray', joinNullable, { strict: false }),
  ],
})

function checkSearchable(array: SqlArray): void {
  if (array.dimensions.length > 1) {
    throw new SqlError('feature_not_supported', 'searching for elements in multidimensional arrays is not supported')
  }
}

/** A body that needs equality of elements, NULL being equal to NULL. */
export function withEquality(
  parameters: Overload['parameters'],
  returns: Overload['returns'],
  arrayAt: number,
  body: (same: (left: Value, right: Value) => boolean) => (...args: Value[]) => Value,
  options: Partial<Overload> = {},
): Overload {
  return overload(parameters, returns, mustSpecialise, {
    strict: false,
    ...options,
    specialise: (types) => {
      const element = elementType(types[arrayAt])
      const { equals } = traits(element)
      return body((left, right) => (left === null || right === null ? left === right : equals(left, right, element)))
    },
  })
}

const arrayPosition = scalar({
  name: 'array_position',
  category: 'arrays',
  doc: 'The subscript of the first element that is equal to a value, from a subscript on.',
  examples: [
    ["array_position(ARRAY['sun', 'mon', 'tue'], 'mon')", '2'],
    ["array_position(ARRAY['a', 'b', 'a'], 'a', 2)", '3'],
  ],
  overloads: [
    withEquality(
      ['anycompatiblearray', 'anycompatible', INTEGER],
      INTEGER,
      0,
      (same) => (array: SqlArray | null, value, from) => {
        if (array === null) return null
        checkSearchable(array)
        if (from === null) throw new SqlError('null_value_not_allowed', 'initial position must not be null')
        const lower = array.lowerBounds[0] ?? 1
        const start = Math.max(0, from - lower)
        for (let index = start; index < array.values.length; index++)
          if (same(array.values[index], value)) return lower + index
        return null
      },
      { defaults: [-2147483648] },
    ),
  ],
})

const listPosition = scalar({
  name: 'list_position',
  aliases: ['list_indexof', 'array_indexof'],
  category: 'arrays',
  doc: 'The place of the first element that is equal to a value, from 1; NULL when there is none.',
  examples: [['list_position([1, 2, NULL], 2)', '2']],
  overloads: [
    withEquality(
      ['anycompatiblearray', 'anycompatible'],
      INTEGER,
      0,
      (same) => (array: SqlArray | null, value) =>
        array === null ? null : array.values.findIndex((element) => same(element, value)) + 1 || null,
    ),
  ],
})

const arrayPositions = scalar({
  name: 'array_positions',
  category: 'arrays',
  doc: 'The subscripts of all elements that are equal to a value.',
  examples: [["array_positions(ARRAY['A', 'A', 'B', 'A'], 'A')", '{1,2,4}']],
  overloads: [
    withEquality(['anycompatiblearray', 'anycompatible'], INTEGERS, 0, (same) => (array: SqlArray | null, value) => {
      if (array === null) return null
      checkSearchable(array)
      const found: number[] = []
      array.values.forEach((element, index) => {
        if (same(element, value)) found.push(index + array.lowerBounds[0])
      })
      return sqlArray(found)
    }),
  ],
})

const arrayRemove = scalar({
  name: 'array_remove',
  category: 'arrays',
  doc: 'The array without the elements that are equal to a value.',
  examples: [['array_remove(ARRAY[1, 2, 3, 2], 2)', '{1,3}']],
  overloads: [
    withEquality(
      ['anycompatiblearray', 'anycompatible'],
      'anycompatiblearray',
      0,
      (same) => (array: SqlArray | null, value) => {
        if (array === null) return null
        if (array.dimensions.length > 1) {
          throw new SqlError('feature_not_supported', 'removing elements from multidimensional arrays is not supported')
        }
        const kept = array.values.filter((element) => !same(element, value))
        if (kept.length === array.values.length) return array
        return kept.length === 0
          ? EMPTY_ARRAY
          : { dimensions: [kept.length], lowerBounds: array.lowerBounds, values: kept }
      },
    ),
  ],
})

const arrayReplace = scalar({
  name: 'array_replace',
  category: 'arrays',
  doc: 'The array with one value replaced by another.',
  examples: [['array_replace(ARRAY[1, 2, 5, 4], 5, 3)', '{1,2,3,4}']],
  overloads: [
    withEquality(
      ['anycompatiblearray', 'anycompatible', 'anycompatible'],
      'anycompatiblearray',
      0,
      (same) => (array: SqlArray | null, from, to) =>
        array && { ...array, values: array.values.map((element) => (same(element, from) ? to : element)) },
    ),
  ],
})

const arrayFill = scalar({
  name: 'array_fill',
  category: 'arrays',
  doc: 'An array of the given dimensions, all elements the same value.',
  examples: [['array_fill(11, ARRAY[2, 3])', '{{11,11,11},{11,11,11}}']],
  overloads: [
    overload(['anyelement', INTEGERS, INTEGERS], 'anyarray', fill, { strict: false }),
    overload(['anyelement', INTEGERS], 'anyarray', (value, dimensions) => fill(value, dimensions, undefined), {
      strict: false,
    }),
  ],
})

function fill(value: Value, dimensions: SqlArray | null, bounds: SqlArray | null | undefined): SqlArray {
  if (dimensions === null || bounds === null) {
    throw new SqlError('null_value_not_allowed', 'dimension array or low bound array cannot be null')
  }
  if (dimensions.dimensions.length > 1) {
    throw new SqlError('array_subscript_error', 'wrong number of array subscripts', {
      detail: 'Dimension array must be one dimensional.',
    })
  }
  if (dimensions.values.includes(null)) throw new SqlError('null_value_not_allowed', 'dimension values cannot be null')
  const sizes = dimensions.values as number[]
  const total = sizes.reduce((product, size) => product * size, 1)
  if (sizes.length === 0 || total <= 0) return EMPTY_ARRAY
  checkArraySize(total)
  const lowerBounds = bounds ? (bounds.values as number[]) : sizes.map(() => 1)
  if (lowerBounds.length !== sizes.length) {
    throw new SqlError('array_subscript_error', 'wrong number of array subscripts', {
      detail: 'Low bound array has different size than dimensions array.',
    })
  }
  return { dimensions: sizes, lowerBounds, values: new Array(total).fill(value) }
}

const arrayToString = scalar({
  name: 'array_to_string',
  category: 'arrays',
  doc: 'The elements as text, joined by a delimiter; NULLs are left out, or stand as the text given for them.',
  examples: [
    ["array_to_string(ARRAY[1, 2, NULL, 5], ',')", '1,2,5'],
    ["array_to_string(ARRAY[1, 2, NULL, 5], ',', '*')", '1,2,*,5'],
  ],
  volatility: 'stable',
  overloads: [
    overload(['anyarray', TEXT, TEXT], TEXT, mustSpecialise, {
      strict: false,
      context: true,
      specialise: ([type]) => joinElements(type),
    }),
    overload(['anyarray', TEXT], TEXT, mustSpecialise, {
      context: true,
      specialise: ([type]) => {
        const join = joinElements(type)
        return (context, array, delimiter) => join(context, array, delimiter, null)
      },
    }),
  ],
})

function joinElements(type: DataType): (...args: Value[]) => string | null {
  const print = textOf(elementType(type))
  return (context, array: SqlArray | null, delimiter: string | null, nullText: string | null) => {
    if (array === null || delimiter === null) return null
    const parts: string[] = []
    for (const value of array.values) {
      if (value !== null) parts.push(print(value, context.settings))
      else if (nullText !== null) parts.push(nullText)
    }
    return parts.join(delimiter)
  }
}

/** Splits a text at a delimiter: into characters when it is NULL, not at all when it is empty. */
export function* splitText(text: string, delimiter: string | null, nullText: string | null): Iterable<string | null> {
  if (text === '') return
  for (const part of delimiter === null ? text : delimiter === '' ? [text] : partsBetween(text, delimiter)) {
    heedInterrupt(16)
    yield part === nullText ? null : part
  }
}

function* partsBetween(text: string, delimiter: string): Iterable<string> {
  let start = 0
  for (let end = text.indexOf(delimiter); end >= 0; end = text.indexOf(delimiter, start)) {
    yield text.slice(start, end)
    start = end + delimiter.length
  }
  yield text.slice(start)
}

const stringToArray = scalar({
  name: 'string_to_array',
  category: 'arrays',
  doc: 'The parts of a text between delimiters; parts equal to the third argument become NULL.',
  examples: [
    ["string_to_array('xx~~yy~~zz', '~~', 'yy')", '{xx,NULL,zz}'],
    ["string_to_array('abc', NULL)", '{a,b,c}'],
  ],
  overloads: [
    overload(
      [TEXT, TEXT, TEXT],
      TEXTS,
      (text, delimiter, nullText) => (text === null ? null : collected(splitText(text, delimiter, nullText))),
      { strict: false, defaults: [null] },
    ),
  ],
})

const stringSplit = scalar({
  name: 'string_split',
  aliases: ['str_split', 'split'],
  category: 'arrays',
  doc: 'The parts of a text between separators; its characters when the separator is empty.',
  examples: [["string_split('hello world', ' ')", '{hello,world}']],
  overloads: [
    overload([TEXT, TEXT], TEXTS, (text: string, separator: string) =>
      sqlArray(separator === '' ? [...text] : text.split(separator)),
    ),
  ],
})

const trimArray = scalar({
  name: 'trim_array',
  category: 'arrays',
  doc: 'The array without its last n elements.',
  examples: [['trim_array(ARRAY[1, 2, 3, 4, 5, 6], 2)', '{1,2,3,4}']],
  overloads: [
    overload(['anyarray', INTEGER], 'anyarray', (array: SqlArray, n) => {
      const size = array.dimensions[0] ?? 0
      if (n < 0 || n > size) {
        throw new SqlError('array_subscript_error', `number of elements to trim must be between 0 and ${size}`)
      }
      if (n === size) return EMPTY_ARRAY
      const per = array.values.length / size
      return {
        dimensions: [size - n, ...array.dimensions.slice(1)],
        lowerBounds: array.dimensions.map(() => 1),
        values: array.values.slice(0, (size - n) * per),
      }
    }),
  ],
})

export const arrayFunctions: readonly ScalarFunction[] = [
  arrayLength,
  cardinality,
  length,
  arrayNdims,
  arrayDims,
  arrayLower,
  arrayUpper,
  arrayAppend,
  arrayPrepend,
  arrayCat,
  arrayPosition,
  listPosition,
  arrayPositions,
  arrayRemove,
  arrayReplace,
  arrayFill,
  arrayToString,
  stringToArray,
  stringSplit,
  trimArray,
]
