/** Functions on maps, which are lists of pairs of a key and a value. */
import { SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, TEXT } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { baseType, sameType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { elementType } from '../operators/array.ts'

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
          return (keys: SqlArray, values: SqlArray) => {
            if (keys.values.length !== values.values.length) throw invalidParameter('a map has as many keys as values')
            return checkedKeys(
              keys.values.map((one, index) => [one, values.values[index]]),
              key,
            )
          }
        },
      },
    ),
    overload([], { kind: 'map', key: TEXT, value: TEXT }, () => []),
  ],
})

/** The entries, if their keys are those of a map. */
function checkedKeys(pairs: readonly Pair[], key: DataType): readonly Pair[] {
  const { hashKey } = traits(key)
  const seen = new Set<unknown>()
  for (const [one] of pairs) {
    if (one === null) throw invalidParameter('map keys cannot be NULL')
    const hash = hashKey(one, key)
    if (seen.has(hash)) throw invalidParameter('map keys must be unique')
    seen.add(hash)
  }
  return pairs
}

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

const mapExtractValue = scalar({
  name: 'map_extract_value',
  category: 'maps',
  doc: 'The value of a key in a map; NULL when it has none.',
  examples: [["map_extract_value(MAP {'a': 1, 'b': 2}, 'b')", '2']],
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
  aliases: ['element_at'],
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
  aliases: ['contains'],
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

const mapEntries = scalar({
  name: 'map_entries',
  category: 'maps',
  doc: 'The entries of a map as rows of key and value.',
  examples: [["map_entries(MAP {'a': 1, 'b': 2})", '{"(a,1)","(b,2)"}']],
  overloads: [
    overload(
      ['anymap'],
      ([type]) =>
        arrayOf({
          kind: 'record',
          fields: [
            { name: 'key', type: keyType(type) },
            { name: 'value', type: valueType(type) },
          ],
        }),
      (pairs: readonly Pair[]) => sqlArray(pairs),
    ),
  ],
})

const mapFromEntries = scalar({
  name: 'map_from_entries',
  category: 'maps',
  doc: 'A map of a list of rows of key and value.',
  examples: [["map_from_entries([(1, 'x'), (2, 'y')])[2]", 'y']],
  overloads: [
    overload(['anyarray'], ([list]) => mapOfRows(list), mustSpecialise, {
      specialise: ([list]) => {
        const { key } = mapOfRows(list)
        return (rows: SqlArray) => {
          if (rows.values.includes(null)) throw invalidParameter('map entries cannot be NULL')
          return checkedKeys(rows.values, key)
        }
      },
    }),
  ],
})

function mapOfRows(list: DataType): DataType & { kind: 'map' } {
  const row = baseType(elementType(list))
  if (row.kind !== 'record' || row.fields.length !== 2) {
    throw invalidParameter('map_from_entries takes a list of rows of two fields')
  }
  const [key, value] = row.fields
  return { kind: 'map', key: key.type, value: value.type }
}

const mapConcat = scalar({
  name: 'map_concat',
  category: 'maps',
  doc: 'The entries of some maps together; of a key that several have, the last.',
  examples: [["map_concat(MAP {'a': 1, 'b': 2}, MAP {'b': 3})['b']", '3']],
  overloads: [
    overload(['anymap'], commonMap, mustSpecialise, {
      variadic: true,
      strict: false,
      specialise: (types) => {
        const { key } = commonMap(types)
        const { hashKey } = traits(key)
        return (...maps: (readonly Pair[] | null)[]) => {
          const known = maps.filter((each) => each !== null)
          if (known.length === 0) return null
          const entries = new Map<unknown, Pair>()
          for (const pair of known.flat()) entries.set(hashKey(pair[0], key), pair)
          return [...entries.values()]
        }
      },
    }),
  ],
})

/** Maps that are put together have one type; NULL may be among them. */
function commonMap(types: readonly DataType[]): DataType & { kind: 'map' } {
  const all = types.map(baseType).filter((type) => type.kind === 'map')
  const maps = all.some(isTyped) ? all.filter(isTyped) : all
  if (maps.length === 0 || maps.some((type) => !sameType(type, maps[0]))) {
    throw new SqlError('datatype_mismatch', 'the maps have to be of one type')
  }
  return maps[0]
}

/** `MAP {}` goes with every map. */
function isTyped(type: DataType & { kind: 'map' }): boolean {
  return type.key.kind !== 'unknown'
}

export const mapFunctions: readonly ScalarFunction[] = [
  map,
  mapExtractValue,
  mapExtract,
  mapContains,
  mapKeys,
  mapValues,
  mapCardinality,
  mapEntries,
  mapFromEntries,
  mapConcat,
]
