/** Aggregates that gather values: into text, arrays, json, and counts of them. */
import { sqlArray, stack } from '../../types/array.ts'
import { arrayOf, BIGINT, BYTEA, type DataType, JSON_TYPE, JSONB, TEXT } from '../../types/data-type.ts'
import { type JsonValue, jsonObject, quoteJson } from '../../types/json.ts'
import { type HashKey, traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type AggregateFunction, type AggregateOverload, aggregate, type FunctionContext } from '../function.ts'
import { jsonbOf, jsonKeyOf, jsonTextOf } from '../scalar/json-of.ts'

interface Joined {
  parts: string[]
}

const stringAgg = aggregate({
  name: 'string_agg',
  aliases: ['group_concat', 'listagg'],
  category: 'aggregates',
  doc: 'The texts that are not NULL, joined by a delimiter.',
  examples: [["SELECT string_agg(x, ', ' ORDER BY x) FROM (VALUES ('b'), ('a')) t(x)", 'a, b']],
  overloads: [
    {
      parameters: [TEXT, TEXT],
      returns: TEXT,
      strict: false,
      start: (): Joined => ({ parts: [] }),
      add(state: Joined, value, delimiter) {
        if (value === null) return state
        if (state.parts.length > 0 && delimiter !== null) state.parts.push(delimiter)
        else if (state.parts.length > 0) state.parts.push('')
        state.parts.push(value)
        return state
      },
      finish: (state: Joined) => (state.parts.length === 0 ? null : state.parts.join('')),
    },
    {
      parameters: [BYTEA, BYTEA],
      returns: BYTEA,
      strict: false,
      start: () => null,
      add(state: Uint8Array | null, value: Uint8Array | null, delimiter: Uint8Array | null) {
        if (value === null) return state
        return state === null ? value : new Uint8Array([...state, ...(delimiter ?? []), ...value])
      },
      finish: (state) => state,
    },
    {
      parameters: [TEXT],
      returns: TEXT,
      start: (): Joined => ({ parts: [] }),
      add(state: Joined, value) {
        if (state.parts.length > 0) state.parts.push(',')
        state.parts.push(value)
        return state
      },
      finish: (state: Joined) => (state.parts.length === 0 ? null : state.parts.join('')),
    },
  ],
})

function push(state: Value[], value: Value): Value[] {
  state.push(value)
  return state
}

function gathering(
  finish: (values: Value[]) => Value,
): Pick<AggregateOverload, 'strict' | 'start' | 'add' | 'merge' | 'finish'> {
  return {
    strict: false,
    start: (): Value[] => [],
    add: push,
    merge: (left: Value[], right: Value[]) => left.concat(right),
    // A copy: in a window more values may follow.
    finish: (state: Value[]) => (state.length === 0 ? null : finish(state.slice())),
  }
}

const arrayAgg = aggregate({
  name: 'array_agg',
  category: 'aggregates',
  doc: 'The values, NULLs included, as an array.',
  examples: [
    ['SELECT array_agg(x ORDER BY x) FROM (VALUES (2), (1), (NULL)) t(x)', '{1,2,NULL}'],
    ['SELECT array_agg(ARRAY[x, -x] ORDER BY x) FROM (VALUES (1), (2)) t(x)', '{{1,-1},{2,-2}}'],
  ],
  overloads: [
    { parameters: ['anynonarray'], returns: ([type]) => arrayOf(type), ...gathering(sqlArray) },
    { parameters: ['anyarray'], returns: 'anyarray', ...gathering(stack) },
  ],
})

const list = aggregate({
  name: 'list',
  category: 'aggregates',
  doc: 'The values, NULLs included, as a list.',
  examples: [['SELECT list(x ORDER BY x) FROM (VALUES (2), (1)) t(x)', '{1,2}']],
  overloads: [{ parameters: ['anyelement'], returns: ([type]) => arrayOf(type), ...gathering(sqlArray) }],
})

interface JsonParts {
  readonly parts: string[]
  readonly print: (value: Value) => string
  readonly separator: string
}

const jsonAgg = aggregate({
  name: 'json_agg',
  category: 'json',
  doc: 'The values as a json array.',
  examples: [['SELECT json_agg(x ORDER BY x) FROM (VALUES (1), (2), (NULL)) t(x)', '[1, 2, null]']],
  overloads: [
    {
      parameters: ['anyelement'],
      returns: JSON_TYPE,
      strict: false,
      start: ([type], { settings }): JsonParts => {
        const print = jsonTextOf(type)
        const isRow = type.kind === 'record' || type.kind === 'array'
        return { parts: [], print: (value) => print(value, settings), separator: isRow ? ', \n ' : ', ' }
      },
      add(state: JsonParts, value) {
        state.parts.push(state.print(value))
        return state
      },
      finish: (state: JsonParts) => (state.parts.length === 0 ? null : `[${state.parts.join(state.separator)}]`),
    },
  ],
})

/** DuckDB's forms are written without blanks. */
const jsonGroupArray = aggregate({
  ...jsonAgg,
  name: 'json_group_array',
  examples: [['SELECT json_group_array(x ORDER BY x) FROM (VALUES (1), (2), (NULL)) t(x)', '[1,2,null]']],
  overloads: [
    { ...jsonAgg.overloads[0], finish: ({ parts }: JsonParts) => (parts.length === 0 ? null : `[${parts.join(',')}]`) },
  ],
})

interface JsonbParts {
  readonly values: JsonValue[]
  readonly make: (value: Value) => JsonValue
}

const jsonbAgg = aggregate({
  name: 'jsonb_agg',
  category: 'json',
  doc: 'The values as a jsonb array.',
  examples: [['SELECT jsonb_agg(x ORDER BY x) FROM (VALUES (1), (2)) t(x)', '[1, 2]']],
  overloads: [
    {
      parameters: ['anyelement'],
      returns: JSONB,
      strict: false,
      start: ([type], { settings }): JsonbParts => {
        const make = jsonbOf(type)
        return { values: [], make: (value) => make(value, settings) }
      },
      add(state: JsonbParts, value) {
        state.values.push(state.make(value))
        return state
      },
      finish: (state: JsonbParts) => (state.values.length === 0 ? null : state.values.slice()),
    },
  ],
})

interface Members<T> {
  readonly members: [string, T][]
  readonly key: (value: Value) => string
  readonly value: (value: Value) => T
}

function startMembers<T>(
  types: readonly DataType[],
  { settings }: FunctionContext,
  convert: (type: DataType) => (value: Value, settings: FunctionContext['settings']) => T,
): Members<T> {
  const key = jsonKeyOf(types[0])
  const value = convert(types[1])
  return { members: [], key: (of) => key(of, settings), value: (of) => value(of, settings) }
}

function addMember<T>(state: Members<T>, key: Value, value: Value): Members<T> {
  if (key === null) throw invalidParameter('field name must not be null')
  state.members.push([state.key(key), state.value(value)])
  return state
}

const jsonObjectAgg = aggregate({
  name: 'json_object_agg',
  category: 'json',
  doc: 'Keys and values as a json object.',
  examples: [
    ["SELECT json_object_agg(k, v ORDER BY k) FROM (VALUES ('a', 1), ('b', 2)) t(k, v)", '{ "a" : 1, "b" : 2 }'],
  ],
  overloads: [
    {
      parameters: ['any', 'any'],
      returns: JSON_TYPE,
      strict: false,
      start: (types, context) => startMembers(types, context, jsonTextOf),
      add: addMember,
      finish: (state: Members<string>) =>
        state.members.length === 0
          ? null
          : `{ ${state.members.map(([key, value]) => `${quoteJson(key)} : ${value}`).join(', ')} }`,
    },
  ],
})

const jsonGroupObject = aggregate({
  ...jsonObjectAgg,
  name: 'json_group_object',
  examples: [["SELECT json_group_object(k, v) FROM (VALUES ('a', 1)) t(k, v)", '{"a":1}']],
  overloads: [
    {
      ...jsonObjectAgg.overloads[0],
      finish: ({ members }: Members<string>) =>
        members.length === 0 ? null : `{${members.map(([key, value]) => `${quoteJson(key)}:${value}`).join(',')}}`,
    },
  ],
})

const jsonbObjectAgg = aggregate({
  name: 'jsonb_object_agg',
  category: 'json',
  doc: 'Keys and values as a jsonb object.',
  examples: [["SELECT jsonb_object_agg(k, v) FROM (VALUES ('a', 1), ('b', NULL)) t(k, v)", '{"a": 1, "b": null}']],
  overloads: [
    {
      parameters: ['any', 'any'],
      returns: JSONB,
      strict: false,
      start: (types, context) => startMembers(types, context, jsonbOf),
      add: addMember,
      finish: (state: Members<JsonValue>) => (state.members.length === 0 ? null : jsonObject(state.members)),
    },
  ],
})

interface Distinct {
  readonly keys: Set<HashKey>
  readonly hashKey: (value: Value, type: DataType) => HashKey
  readonly type: DataType
}

const approxCountDistinct = aggregate({
  name: 'approx_count_distinct',
  category: 'aggregates',
  doc: 'The number of different values; exact.',
  examples: [['SELECT approx_count_distinct(x) FROM (VALUES (1), (1), (2)) t(x)', '2']],
  overloads: [
    {
      parameters: ['any'],
      returns: BIGINT,
      start: ([type]): Distinct => ({ keys: new Set(), hashKey: traits(type).hashKey, type }),
      add(state: Distinct, value) {
        state.keys.add(state.hashKey(value, state.type))
        return state
      },
      merge(left: Distinct, right: Distinct) {
        for (const key of right.keys) left.keys.add(key)
        return left
      },
      finish: (state: Distinct) => BigInt(state.keys.size),
    },
  ],
})

const gatheringAggregates = [
  stringAgg,
  arrayAgg,
  list,
  jsonAgg,
  jsonGroupArray,
  jsonbAgg,
  jsonObjectAgg,
  jsonGroupObject,
  jsonbObjectAgg,
  approxCountDistinct,
]

export const collectionAggregates: readonly AggregateFunction[] = gatheringAggregates.map((record) => ({
  ...record,
  overloads: record.overloads.map((overload) => ({ ...overload, gathers: true })),
}))
