/** DuckDB's functions on lists, which are arrays of one dimension. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { BOOLEAN, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { containsAll, elementType, haveCommon, membership } from '../operators/array.ts'
import { withEquality } from './array.ts'
import { characterCount, sliceCharacters } from './characters.ts'

const listValue = scalar({
  name: 'list_value',
  aliases: ['list_pack', 'array_value'],
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
  aliases: ['array_contains', 'list_has', 'array_has'],
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
  doc: 'Whether a list has every element of another.',
  examples: [['list_has_all([4, 5, 6], [4, 6])', 't']],
  overloads: [membership(containsAll)],
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
  doc: 'The n-th element of a list, from 1, or from the end when n is negative.',
  examples: [
    ['list_extract([4, 5, 6], 3)', '6'],
    ['list_extract([4, 5, 6], -1)', '6'],
  ],
  overloads: [
    overload(
      ['anyarray', INTEGER],
      ([type]) => elementType(type),
      (array: SqlArray, n) => (n === 0 ? null : (array.values[n > 0 ? n - 1 : array.values.length + n] ?? null)),
    ),
  ],
})

/** Where a slice from one place to another begins and ends, as String.slice takes it; NULL leaves an end open. */
function sliceBounds(size: number, from: number | null, to: number | null): readonly [number, number] {
  const start = from === null ? 0 : from < 0 ? size + from : from - 1
  const end = to === null ? size : to < 0 ? size + to + 1 : to
  return [Math.max(0, start), Math.max(0, end)]
}

const listSlice = scalar({
  name: 'list_slice',
  aliases: ['array_slice'],
  category: 'arrays',
  doc: 'The elements, or characters, from one place to another, both included, from 1; negative places count from the end.',
  examples: [
    ['list_slice([4, 5, 6], 2, 3)', '{5,6}'],
    ["list_slice('DuckDB', -2, NULL)", 'DB'],
  ],
  overloads: [
    overload(
      ['anyarray', INTEGER, INTEGER],
      'anyarray',
      (list: SqlArray | null, from, to) =>
        list && sqlArray(list.values.slice(...sliceBounds(list.values.length, from, to))),
      { strict: false },
    ),
    overload(
      [TEXT, INTEGER, INTEGER],
      TEXT,
      (text: string | null, from, to) =>
        text === null ? null : sliceCharacters(text, ...sliceBounds(characterCount(text), from, to)),
      { strict: false },
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

/** Sorts elements by their type's order, NULLs at one end. */
function sorting(descending: boolean): Overload[] {
  const specialise = ([type]: readonly DataType[]): ((...args: Value[]) => Value) => {
    const element = elementType(type)
    const { compare } = traits(element)
    return (array: SqlArray, order: string = descending ? 'DESC' : 'ASC', nulls?: string) => {
      const sign = order.toUpperCase() === 'DESC' ? -1 : 1
      const nullsFirst = (nulls ?? (sign < 0 ? 'NULLS FIRST' : 'NULLS LAST')).toUpperCase() === 'NULLS FIRST'
      const known = array.values.filter((value) => value !== null)
      const missing: Value[] = new Array(array.values.length - known.length).fill(null)
      known.sort((left, right) => sign * compare(left, right, element))
      return sqlArray(nullsFirst ? [...missing, ...known] : [...known, ...missing])
    }
  }
  return [
    overload(['anyarray'], 'anyarray', mustSpecialise, { specialise }),
    overload(['anyarray', TEXT], 'anyarray', mustSpecialise, { specialise }),
    overload(['anyarray', TEXT, TEXT], 'anyarray', mustSpecialise, { specialise }),
  ]
}

const listSort = scalar({
  name: 'list_sort',
  aliases: ['array_sort'],
  category: 'arrays',
  doc: "The elements in order; 'DESC' and 'NULLS FIRST' may follow.",
  examples: [['list_sort([3, 6, 1, 2])', '{1,2,3,6}']],
  overloads: sorting(false),
})

const listReverseSort = scalar({
  name: 'list_reverse_sort',
  aliases: ['array_reverse_sort'],
  category: 'arrays',
  doc: 'The elements in descending order.',
  examples: [['list_reverse_sort([3, 6, 1, 2])', '{6,3,2,1}']],
  overloads: sorting(true),
})

const listDistinct = scalar({
  name: 'list_distinct',
  aliases: ['array_distinct'],
  category: 'arrays',
  doc: 'The elements that are not NULL, each once.',
  examples: [['list_distinct([1, 1, NULL, 3])', '{1,3}']],
  overloads: [
    overload(['anyarray'], 'anyarray', mustSpecialise, {
      specialise: ([type]) => {
        const element = elementType(type)
        const { hashKey } = traits(element)
        return (array: SqlArray) => {
          const seen = new Set<unknown>()
          return sqlArray(
            array.values.filter((value) => {
              if (value === null) return false
              const key = hashKey(value, element)
              if (seen.has(key)) return false
              seen.add(key)
              return true
            }),
          )
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
  listDistinct,
]
