/** Functions that run a lambda over a list, and functions on maps. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { elementType } from '../operators/array.ts'

type Lambda = (...args: Value[]) => Value

const listTransform = scalar({
  name: 'list_transform',
  aliases: ['array_transform', 'list_apply', 'array_apply', 'apply'],
  category: 'lists',
  doc: 'The results of a lambda for each element; a second parameter is the element’s place, from 1.',
  examples: [
    ['list_transform([1, 2, NULL], x -> x + 1)', '{2,3,NULL}'],
    ['list_transform([10, 20], (x, i) -> x + i)', '{11,22}'],
  ],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([, body]) => arrayOf(body),
      (list: SqlArray, body: Lambda) => sqlArray(list.values.map((value, index) => body(value, BigInt(index + 1)))),
    ),
  ],
})

const listFilter = scalar({
  name: 'list_filter',
  aliases: ['array_filter', 'filter'],
  category: 'lists',
  doc: 'The elements for which a lambda is true; a second parameter is the element’s place, from 1.',
  examples: [['list_filter([3, 4, 5], x -> x > 3)', '{4,5}']],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([list]) => list,
      (list: SqlArray, body: Lambda) =>
        sqlArray(list.values.filter((value, index) => body(value, BigInt(index + 1)) === true)),
    ),
  ],
})

const listReduce = scalar({
  name: 'list_reduce',
  aliases: ['array_reduce', 'reduce'],
  category: 'lists',
  doc: 'The elements brought together two by two, from the left, by a lambda of what there is and the next element.',
  examples: [['list_reduce([1, 2, 3], (x, y) -> x + y)', '6']],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([list]) => elementType(list),
      (list: SqlArray, body: Lambda) => {
        if (list.values.length === 0) throw invalidParameter('cannot perform list_reduce on an empty input list')
        let result = list.values[0]
        for (let index = 1; index < list.values.length; index++)
          result = body(result, list.values[index], BigInt(index + 1))
        return result
      },
    ),
  ],
})

type Pair = readonly [key: Value, value: Value]

function keyType(type: DataType): DataType {
  return type.kind === 'map' ? type.key : type
}

function valueType(type: DataType): DataType {
  return type.kind === 'map' ? type.value : type
}

const map = scalar({
  name: 'map',
  category: 'maps',
  doc: 'A map of a list of keys and a list of values.',
  examples: [["map(['a', 'b'], [1, 2])['b']", '2']],
  overloads: [
    overload(
      ['any', 'any'],
      ([keys, values]) => ({ kind: 'map', key: elementType(keys), value: elementType(values) }),
      mustSpecialise,
      {
        specialise: ([type]) => {
          const key = elementType(type)
          const { hashKey } = traits(key)
          return (keys: SqlArray, values: SqlArray) => {
            if (keys.values.length !== values.values.length) throw invalidParameter('a map has as many keys as values')
            const seen = new Set<unknown>()
            return keys.values.map((one, index): Pair => {
              if (one === null) throw invalidParameter('map keys cannot be NULL')
              const hash = hashKey(one, key)
              if (seen.has(hash)) throw invalidParameter('map keys must be unique')
              seen.add(hash)
              return [one, values.values[index]]
            })
          }
        },
      },
    ),
  ],
})

/** Looks a key up; `found` shapes what is there and `missing` stands for what is not. */
function lookup(returns: Overload['returns'], found: (value: Value) => Value, missing: Value): Overload {
  return overload(['anymap', 'any'], returns, mustSpecialise, {
    specialise: ([type]) => {
      const key = keyType(type)
      const { equals } = traits(key)
      return (pairs: readonly Pair[], wanted: Value) => {
        const pair = pairs.find(([own]) => equals(own, wanted, key))
        return pair ? found(pair[1]) : missing
      }
    },
  })
}

const elementAt = scalar({
  name: 'element_at',
  aliases: ['map_extract_value'],
  category: 'maps',
  doc: 'The value of a key in a map; NULL when it has none.',
  examples: [["element_at(MAP {'a': 1, 'b': 2}, 'b')", '2']],
  overloads: [
    lookup(
      ([type]) => valueType(type),
      (value) => value,
      null,
    ),
  ],
})

const mapExtract = scalar({
  name: 'map_extract',
  category: 'maps',
  doc: 'The value of a key in a map as a list; an empty list when it has none.',
  examples: [["map_extract(MAP {'a': 1}, 'a')", '{1}']],
  overloads: [
    lookup(
      ([type]) => arrayOf(valueType(type)),
      (value) => sqlArray([value]),
      sqlArray([]),
    ),
  ],
})

const mapContains = scalar({
  name: 'map_contains',
  category: 'maps',
  doc: 'Whether a map has a key.',
  examples: [["map_contains(MAP {'a': 1}, 'b')", 'f']],
  overloads: [lookup(BOOLEAN, () => true, false)],
})

const mapKeys = scalar({
  name: 'map_keys',
  category: 'maps',
  doc: 'The keys of a map.',
  examples: [["map_keys(MAP {'a': 1, 'b': 2})", '{a,b}']],
  overloads: [
    overload(
      ['anymap'],
      ([type]) => arrayOf(keyType(type)),
      (pairs: readonly Pair[]) => sqlArray(pairs.map(([key]) => key)),
    ),
  ],
})

const mapValues = scalar({
  name: 'map_values',
  category: 'maps',
  doc: 'The values of a map.',
  examples: [["map_values(MAP {'a': 1, 'b': 2})", '{1,2}']],
  overloads: [
    overload(
      ['anymap'],
      ([type]) => arrayOf(valueType(type)),
      (pairs: readonly Pair[]) => sqlArray(pairs.map(([, value]) => value)),
    ),
  ],
})

const mapCardinality = scalar({
  name: 'cardinality',
  category: 'maps',
  doc: 'The number of entries of a map.',
  examples: [["cardinality(MAP {'a': 1, 'b': 2})", '2']],
  overloads: [overload(['anymap'], BIGINT, (pairs: readonly Pair[]) => BigInt(pairs.length))],
})

export const nestedFunctions: readonly ScalarFunction[] = [
  listTransform,
  listFilter,
  listReduce,
  map,
  elementAt,
  mapExtract,
  mapContains,
  mapKeys,
  mapValues,
  mapCardinality,
]
