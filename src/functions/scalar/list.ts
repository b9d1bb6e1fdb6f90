/** DuckDB's functions on lists, which are arrays of one dimension. */
import { heedInterrupt } from '../../interrupt.ts'
import { OPEN_END, type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { containsAll, elementType, haveCommon, membership } from '../operators/array.ts'
import { withEquality } from './array.ts'
import { characterCount, sliceCharacters } from './characters.ts'

const listValue = scalar({
  name: 'list_value',
  aliases: ['list_pack', 'array_value', 'unpivot_list'],
  category: 'arrays',
  doc: 'A list of the arguments.',
  examples: [['list_value(4, 5, 6)', '{4,5,6}']],
  overloads: [
    overload(['anycompatible'], 'anycompatiblearray', (...values) => sqlArray(values), {
      variadic: true,
      strict: false,
    }),
  ],
})

const listContains = scalar({
  name: 'list_contains',
  aliases: ['array_contains', 'list_has', 'array_has', 'contains'],
  category: 'arrays',
  doc: 'Whether a list has an element that is equal to a value.',
  examples: [['list_contains([1, 2, NULL], 1)', 't']],
  overloads: [
    withEquality(
      ['anycompatiblearray', 'anycompatible'],
      BOOLEAN,
      0,
      (same) => (array: SqlArray, value) => array.values.some((element) => same(element, value)),
      { strict: true },
    ),
  ],
})

const listHasAll = scalar({
  name: 'list_has_all',
  aliases: ['array_has_all'],
  category: 'arrays',
  doc: 'Whether a list has every element of another that is not NULL.',
  examples: [['list_has_all([4, 5, 6], [4, 6])', 't']],
  overloads: [
    membership((list, wanted, element) => {
      const known = sqlArray(wanted.values.filter((value) => value !== null))
      return containsAll(list, known, element)
    }),
  ],
})

const listHasAny = scalar({
  name: 'list_has_any',
  aliases: ['array_has_any'],
  category: 'arrays',
  doc: 'Whether two lists have an element in common.',
  examples: [['list_has_any([1, 2, 3], [2, 3, 4])', 't']],
  overloads: [membership(haveCommon)],
})

const listExtract = scalar({
  name: 'list_extract',
  aliases: ['array_extract', 'list_element'],
  category: 'arrays',
  doc: 'The n-th element of a list, or character of a text, from 1, or from the end when n is negative.',
  examples: [
    ['list_extract([4, 5, 6], 3)', '6'],
    ['list_extract([4, 5, 6], -1)', '6'],
    ["list_extract('abc', 2)", 'b'],
  ],
  overloads: [
    overload([TEXT, INTEGER], TEXT, (text: string, n) => {
      const characters = [...text]
      return n === 0 ? '' : (characters.at(n > 0 ? n - 1 : n) ?? '')
    }),
    overload(
      ['anyarray', INTEGER],
      ([type]) => elementType(type),
      (array: SqlArray, n) => (n === 0 ? null : (array.values[n > 0 ? n - 1 : array.values.length + n] ?? null)),
    ),
  ],
})

/** Where a slice from one place to another begins and ends, as String.slice takes it. */
function sliceBounds(size: number, from: bigint, to: bigint): readonly [number, number] {
  const start = from < 0 ? size + Number(from) : Number(from) - 1
  if (to === OPEN_END) return [Math.max(0, start), size]
  const end = to < 0 ? size + Number(to) + 1 : Number(to)
  return [Math.max(0, start), Math.max(0, end)]
}

/** Every `step`th element of a slice; a negative step goes from the upper place down to the lower. */
function stepped(list: SqlArray, from: bigint, to: bigint, step: number): SqlArray {
  if (step === 0) throw invalidParameter('slice step cannot be zero')
  const part = step > 0 ? sliceOf(list, from, to) : [...sliceOf(list, to, from)].reverse()
  return sqlArray(part.filter((_, index) => index % step === 0))
}

function sliceOf(list: SqlArray, from: bigint, to: bigint): readonly Value[] {
  return list.values.slice(...sliceBounds(list.values.length, from, to))
}

const listSlice = scalar({
  name: 'list_slice',
  aliases: ['array_slice'],
  category: 'arrays',
  doc: 'The elements, or characters, from one place to another, both included, from 1; negative places count from the end. Of a list, every n-th, or backwards by a negative step.',
  examples: [
    ['list_slice([4, 5, 6], 2, 3)', '{5,6}'],
    ["list_slice('DuckDB', -2, -1)", 'DB'],
    ['list_slice([1, 2, 3, 4, 5], 5, 1, -2)', '{5,3,1}'],
  ],
  overloads: [
    overload(['anyarray', BIGINT, BIGINT], 'anyarray', (list: SqlArray, from, to) => sqlArray(sliceOf(list, from, to))),
    overload(['anyarray', BIGINT, BIGINT, BIGINT], 'anyarray', (list: SqlArray, from, to, step) =>
      stepped(list, from, to, Number(step)),
    ),
    overload([TEXT, BIGINT, BIGINT], TEXT, (text: string, from, to) =>
      sliceCharacters(text, ...sliceBounds(characterCount(text), from, to)),
    ),
  ],
})

const listReverse = scalar({
  name: 'list_reverse',
  aliases: ['array_reverse'],
  category: 'arrays',
  doc: 'The elements in reverse order.',
  examples: [['list_reverse([3, 6, 1])', '{1,6,3}']],
  overloads: [overload(['anyarray'], 'anyarray', (array: SqlArray) => sqlArray([...array.values].reverse()))],
})

/** The places of the elements in the order of their type, NULLs at one end. */
function sortedPlaces(array: SqlArray, element: DataType, order: string, nulls: string): number[] {
  const { compare } = traits(element)
  const sign = readWord(order, 'ASC', 'DESC') === 'DESC' ? -1 : 1
  const places = array.values.map((_, place) => place)
  const known = places.filter((place) => array.values[place] !== null)
  const missing = places.filter((place) => array.values[place] === null)
  known.sort((left, right) => {
    heedInterrupt(8)
    return sign * compare(array.values[left], array.values[right], element)
  })
  return readWord(nulls, 'NULLS FIRST', 'NULLS LAST') === 'NULLS FIRST'
    ? [...missing, ...known]
    : [...known, ...missing]
}

function readWord(word: string, ...known: readonly string[]): string {
  const upper = word.toUpperCase()
  if (!known.includes(upper)) throw invalidParameter(`"${word}" is not one of ${known.join(', ')}`)
  return upper
}

/** Overloads that sort, with the order and the place of NULLs as optional arguments. */
function sorting(
  order: string | undefined,
  returns: Overload['returns'],
  finish: (array: SqlArray, places: readonly number[]) => SqlArray,
): Overload[] {
  const specialise = ([type]: readonly DataType[]): ((...args: Value[]) => Value) => {
    const element = elementType(type)
    return (array: SqlArray, ...words: readonly string[]) => {
      const [direction = 'ASC', nulls = 'NULLS LAST'] = order === undefined ? words : [order, ...words]
      return finish(array, sortedPlaces(array, element, direction, nulls))
    }
  }
  const parameters: Overload['parameters'][] = [['anyarray'], ['anyarray', TEXT]]
  if (order === undefined) parameters.push(['anyarray', TEXT, TEXT])
  return parameters.map((each) => overload(each, returns, mustSpecialise, { specialise }))
}

const listSort = scalar({
  name: 'list_sort',
  aliases: ['array_sort'],
  category: 'arrays',
  doc: "The elements in order; 'DESC' and 'NULLS FIRST' may follow.",
  examples: [
    ['list_sort([3, 6, 1, 2])', '{1,2,3,6}'],
    ["list_sort([3, NULL, 1], 'DESC', 'NULLS FIRST')", '{NULL,3,1}'],
  ],
  overloads: sorting(undefined, 'anyarray', (array, places) => sqlArray(places.map((place) => array.values[place]))),
})

const listReverseSort = scalar({
  name: 'list_reverse_sort',
  aliases: ['array_reverse_sort'],
  category: 'arrays',
  doc: "The elements in descending order; 'NULLS FIRST' may follow.",
  examples: [['list_reverse_sort([3, 6, 1, 2])', '{6,3,2,1}']],
  overloads: sorting('DESC', 'anyarray', (array, places) => sqlArray(places.map((place) => array.values[place]))),
})

const listGradeUp = scalar({
  name: 'list_grade_up',
  aliases: ['array_grade_up', 'grade_up'],
  category: 'arrays',
  doc: "The places, from 1, of the elements in order; 'DESC' and 'NULLS FIRST' may follow.",
  examples: [['list_grade_up([30, 10, 20])', '{2,3,1}']],
  overloads: sorting(undefined, arrayOf(BIGINT), (_, places) => sqlArray(places.map((place) => BigInt(place + 1)))),
})

/** The elements that are not NULL and whose keys are not among those seen, which they then are. */
function distinct(array: SqlArray, element: DataType, seen = new Set<unknown>()): readonly Value[] {
  const { hashKey } = traits(element)
  return array.values.filter((value) => {
    if (value === null) return false
    const key = hashKey(value, element)
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

const listDistinct = scalar({
  name: 'list_distinct',
  aliases: ['array_distinct'],
  category: 'arrays',
  doc: 'The elements that are not NULL, each once.',
  examples: [['list_distinct([1, 1, NULL, 3])', '{1,3}']],
  overloads: [
    overload(['anyarray'], 'anyarray', mustSpecialise, {
      specialise:
        ([type]) =>
        (array: SqlArray) =>
          sqlArray(distinct(array, elementType(type))),
    }),
  ],
})

const listUnique = scalar({
  name: 'list_unique',
  aliases: ['array_unique'],
  category: 'arrays',
  doc: 'The number of different elements that are not NULL.',
  examples: [['list_unique([1, 1, NULL, 3])', '2']],
  overloads: [
    overload(['anyarray'], BIGINT, mustSpecialise, {
      specialise:
        ([type]) =>
        (array: SqlArray) =>
          BigInt(distinct(array, elementType(type)).length),
    }),
  ],
})

const listIntersect = scalar({
  name: 'list_intersect',
  aliases: ['array_intersect'],
  category: 'arrays',
  doc: 'The elements that two lists have in common, each once.',
  examples: [['list_intersect([1, 2, 3, 2], [2, 3, 4])', '{2,3}']],
  overloads: [
    overload(['anycompatiblearray', 'anycompatiblearray'], 'anycompatiblearray', mustSpecialise, {
      specialise: ([type]) => {
        const element = elementType(type)
        const { hashKey } = traits(element)
        return (left: SqlArray, right: SqlArray) => {
          const common = new Set(distinct(right, element).map((value) => hashKey(value, element)))
          return sqlArray(distinct(left, element).filter((value) => common.has(hashKey(value, element))))
        }
      },
    }),
  ],
})

export const listFunctions: readonly ScalarFunction[] = [
  listValue,
  listContains,
  listHasAll,
  listHasAny,
  listExtract,
  listSlice,
  listReverse,
  listSort,
  listReverseSort,
  listGradeUp,
  listDistinct,
  listUnique,
  listIntersect,
]
