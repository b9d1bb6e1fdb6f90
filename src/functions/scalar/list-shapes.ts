/** Lists made of lists: joined, zipped, filled up, chosen from; and an aggregate over a list. */
import { EMPTY_ARRAY, type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, INTEGER, TEXT, UNKNOWN } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import {
  type AggregateOverload,
  type FunctionContext,
  mustSpecialise,
  overload,
  type ScalarFunction,
  scalar,
} from '../function.ts'
import { elementType, joinNullable } from '../operators/array.ts'
import { resolveAggregate } from '../resolve.ts'

const listConcat = scalar({
  name: 'list_concat',
  aliases: ['list_cat', 'array_concat'],
  category: 'arrays',
  doc: 'One list after another, without those that are NULL.',
  examples: [['list_concat([1], [2, 3], NULL, [4])', '{1,2,3,4}']],
  overloads: [
    overload(
      ['anycompatiblearray'],
      'anycompatiblearray',
      (...lists: (SqlArray | null)[]) => lists.reduce(joinNullable, EMPTY_ARRAY),
      { variadic: true, strict: false },
    ),
    overload([UNKNOWN, UNKNOWN], UNKNOWN, (): null => {
      throw invalidParameter('list_concat takes lists, not texts without a type')
    }),
  ],
})

const repeatList = scalar({
  name: 'repeat',
  category: 'arrays',
  doc: 'A list a number of times, one after another.',
  examples: [['repeat([1, 2], 2)', '{1,2,1,2}']],
  overloads: [
    overload(['anyarray', INTEGER], 'anyarray', (list: SqlArray, times) =>
      sqlArray(Array.from({ length: Math.max(0, times) }, () => list.values).flat()),
    ),
  ],
})

function isListOfLists(values: readonly Value[]): values is readonly (SqlArray | null)[] {
  const first = values.find((value) => value !== null)
  return typeof first === 'object' && 'dimensions' in first
}

const flatten = scalar({
  name: 'flatten',
  category: 'arrays',
  doc: 'The lists of a list, one after another: an array of one dimension less.',
  examples: [['flatten([[1, 2], [3, 4]])', '{1,2,3,4}']],
  overloads: [
    overload(
      ['anyarray'],
      ([list]) => (elementType(list).kind === 'array' ? elementType(list) : list),
      ({ dimensions, values }: SqlArray) => {
        if (isListOfLists(values)) return sqlArray(values.flatMap((inner) => inner?.values ?? []))
        if (dimensions.length === 0) return EMPTY_ARRAY
        if (dimensions.length === 1) throw invalidParameter('flatten takes a list of lists')
        const [outer, inner, ...rest] = dimensions
        return { dimensions: [outer * inner, ...rest], lowerBounds: [1, ...rest.map(() => 1)], values }
      },
    ),
  ],
})

const listZip = scalar({
  name: 'list_zip',
  aliases: ['array_zip'],
  category: 'arrays',
  doc: 'A list of rows of the elements at each place of some lists, as long as the longest, or as the shortest when true is the last argument.',
  examples: [
    ["list_zip([1, 2, 3], ['a', 'b'])", '{"(1,a)","(2,b)","(3,)"}'],
    ["list_zip([1, 2, 3], ['a', 'b'], true)", '{"(1,a)","(2,b)"}'],
  ],
  overloads: [
    overload(
      ['any'],
      (types) => {
        const lists = hasFlag(types) ? types.slice(0, -1) : types
        if (!lists.every(isList)) throw invalidParameter('list_zip takes lists, and a boolean at last')
        const fields = lists.map((type, index) => ({ name: `f${index + 1}`, type: settled(elementType(type)) }))
        return arrayOf({ kind: 'record', fields })
      },
      mustSpecialise,
      {
        variadic: true,
        strict: false,
        specialise: (types) => {
          const isFlagged = hasFlag(types)
          return (...args: Value[]) => {
            const lists = (isFlagged ? args.slice(0, -1) : args).map((list: SqlArray | null) => list?.values ?? [])
            const lengths = lists.map((values) => values.length)
            const length = isFlagged && args[args.length - 1] ? Math.min(...lengths) : Math.max(...lengths)
            return sqlArray(Array.from({ length }, (_, place) => lists.map((values) => values[place] ?? null)))
          }
        },
      },
    ),
  ],
})

function hasFlag(types: readonly DataType[]): boolean {
  return types.length > 0 && baseType(types[types.length - 1]).kind === 'boolean'
}

function settled(type: DataType): DataType {
  return type.kind === 'unknown' ? TEXT : type
}

function isList(type: DataType): boolean {
  const { kind } = baseType(type)
  return kind === 'array' || kind === 'unknown'
}

function resize(list: SqlArray | null, size: number | null, value: Value = null): SqlArray | null {
  if (list === null) return null
  if (size !== null && size < 0) throw invalidParameter('the size of a list cannot be negative')
  return sqlArray(Array.from({ length: size ?? 0 }, (_, i) => (i < list.values.length ? list.values[i] : value)))
}

const listResize = scalar({
  name: 'list_resize',
  aliases: ['array_resize'],
  category: 'arrays',
  doc: 'The list cut or filled up to a size, with NULL or a value.',
  examples: [['list_resize([1, 2, 3], 5, 0)', '{1,2,3,0,0}']],
  overloads: [
    overload(['anyarray', INTEGER], 'anyarray', resize, { strict: false }),
    overload(['anycompatiblearray', INTEGER, 'anycompatible'], 'anycompatiblearray', resize, { strict: false }),
  ],
})

const listWhere = scalar({
  name: 'list_where',
  aliases: ['array_where'],
  category: 'arrays',
  doc: 'The elements at the places where a list of booleans is true.',
  examples: [['list_where([10, 20, 30], [true, false, true])', '{10,30}']],
  overloads: [
    overload(['anyarray', arrayOf(BOOLEAN)], 'anyarray', (list: SqlArray, mask: SqlArray) => {
      if (mask.values.includes(null))
        throw invalidParameter('NULLs are not allowed as list elements in the second argument')
      return sqlArray(mask.values.flatMap((kept, i) => (kept ? [list.values[i] ?? null] : [])))
    }),
  ],
})

const listSelect = scalar({
  name: 'list_select',
  aliases: ['array_select'],
  category: 'arrays',
  doc: 'The elements at some places, from 1; NULL where the list has none.',
  examples: [['list_select([10, 20, 30], [3, 1, 5])', '{30,10,NULL}']],
  overloads: [
    overload(['anyarray', arrayOf(BIGINT)], 'anyarray', (list: SqlArray, places: SqlArray) => {
      if (places.values.includes(null))
        throw invalidParameter('NULLs are not allowed as list elements in the second argument')
      return sqlArray(places.values.map((place) => list.values[Number(place) - 1] ?? null))
    }),
  ],
})

const aggregateOverElements = {
  context: true,
  strict: false,
  specialise: ([list, , ...more]: readonly DataType[], result: DataType) => {
    const types = [elementType(list), ...more]
    let chosen: { readonly name: string; readonly overload: AggregateOverload } | undefined
    return (context: FunctionContext, elements: SqlArray | null, name: string, ...args: Value[]): Value => {
      if (elements === null) return null
      if (chosen?.name !== name) chosen = { name, overload: resolveAggregate(name, types).overload }
      const { start, add, finish, strict } = chosen.overload
      let state = start(types, context)
      for (const value of elements.values) {
        if (strict === false || (value !== null && !args.includes(null))) state = add(state, value, ...args)
      }
      return finish(state, result)
    }
  },
}

/** The binder gives the result its type, by the aggregate that is named: `planner/binder/list-aggregate.ts`. */
const listAggregate = scalar({
  name: 'list_aggregate',
  aliases: ['list_aggr', 'array_aggregate', 'array_aggr', 'aggregate'],
  category: 'lists',
  doc: 'An aggregate, by name, of the elements of a list; further arguments are the aggregate’s.',
  examples: [
    ["list_aggregate([1, 2, NULL], 'max')", '2'],
    ["list_aggregate(['a', 'b'], 'string_agg', '-')", 'a-b'],
  ],
  overloads: [
    overload(['anyarray', TEXT], 'anyelement', mustSpecialise, aggregateOverElements),
    overload(['anyarray', TEXT, 'any'], 'anyelement', mustSpecialise, { ...aggregateOverElements, variadic: true }),
  ],
})

export const listShapeFunctions: readonly ScalarFunction[] = [
  listConcat,
  repeatList,
  flatten,
  listZip,
  listResize,
  listWhere,
  listSelect,
  listAggregate,
]
