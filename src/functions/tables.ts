/** Functions that yield rows: series of numbers and times, arrays, json and text taken apart. */

import type { SqlError } from '../error.ts'
import { heedInterrupt } from '../interrupt.ts'
import { checkArraySize, type SqlArray, sqlArray } from '../types/array.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  NUMERIC,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../types/data-type.ts'
import { Decimal } from '../types/decimal.ts'
import { addToTimestamp, addToTimestampTz, intervalSpan } from '../types/interval.ts'
import { isJsonArray, isJsonObject, type JsonValue } from '../types/json.ts'
import type { SqlMultirange } from '../types/range.ts'
import { rangeOf } from '../types/type-names.ts'
import type { Interval, Value } from '../types/value.ts'
import { baseType } from './coercion.ts'
import { invalidParameter } from './errors.ts'
import {
  type FunctionContext,
  overload,
  type ScalarFunction,
  scalar,
  type TableFunction,
  type TableFunctionOverload,
  tableFunction,
} from './function.ts'
import { elementType } from './operators/array.ts'
import { jsonbAsText } from './operators/json.ts'
import { compileRegex, eachMatch, splitFlags, splitRegex } from './patterns/regex.ts'
import { splitText } from './scalar/array.ts'
import { jsonAsText, jsonElements, jsonKind, jsonMembers } from './scalar/json-text.ts'
import { matchArray } from './scalar/pattern.ts'

type Rows = Iterable<readonly Value[]>

function stepOfZero(): SqlError {
  return invalidParameter('step size cannot equal zero')
}

function* numbers(start: number, stop: number, step: number, inclusive: boolean): Rows {
  if (step === 0) throw stepOfZero()
  if (step > 0) for (let value = start; inclusive ? value <= stop : value < stop; value += step) yield [value]
  else for (let value = start; inclusive ? value >= stop : value > stop; value += step) yield [value]
}

/** The same, by the run: a tenth of the time of an array for each row. */
function runsOfNumbers(start: number, stop: number, step: number, inclusive: boolean): (count: number) => number[] {
  if (step === 0) throw stepOfZero()
  let value = start
  return (count) => {
    const left = Math.floor((stop - value) / step) + (inclusive || (stop - value) % step !== 0 ? 1 : 0)
    const values = new Array<number>(Math.max(0, Math.min(count, left)))
    for (let i = 0; i < values.length; i++, value += step) values[i] = value
    return values
  }
}

function runsOfBigints(start: bigint, stop: bigint, step: bigint, inclusive: boolean): (count: number) => bigint[] {
  if (step === 0n) throw stepOfZero()
  const last = inclusive ? stop : step > 0n ? stop - 1n : stop + 1n
  let value = start
  return (count) => {
    const values: bigint[] = []
    for (; values.length < count && (step > 0n ? value <= last : value >= last); value += step) values.push(value)
    return values
  }
}

function* bigints(start: bigint, stop: bigint, step: bigint, inclusive: boolean): Rows {
  if (step === 0n) throw stepOfZero()
  if (step > 0n) for (let value = start; inclusive ? value <= stop : value < stop; value += step) yield [value]
  else for (let value = start; inclusive ? value >= stop : value > stop; value += step) yield [value]
}

function* decimals(start: Decimal, stop: Decimal, step: Decimal): Rows {
  const parts: readonly (readonly [Decimal, string])[] = [
    [start, 'start value'],
    [stop, 'stop value'],
    [step, 'step size'],
  ]
  for (const [value, name] of parts) {
    if (value.isNaN()) throw invalidParameter(`${name} cannot be NaN`)
    if (!value.isFinite()) throw invalidParameter(`${name} cannot be infinity`)
  }
  const sign = step.sign()
  if (sign === 0) throw stepOfZero()
  for (let value = start; value.compare(stop) * sign <= 0; value = value.add(step)) yield [value]
}

function* timestamps(
  start: bigint,
  stop: bigint,
  step: Interval,
  inclusive: boolean,
  add: (value: bigint, step: Interval) => bigint,
): Rows {
  const span = intervalSpan(step)
  if (span === 0n) throw stepOfZero()
  const reaches =
    span > 0n
      ? (value: bigint): boolean => value < stop || (inclusive && value === stop)
      : (value: bigint): boolean => value > stop || (inclusive && value === stop)
  for (let value = start; reaches(value); value = add(value, step)) yield [value]
}

function one(name: string, type: DataType): TableFunctionOverload['columns'] {
  const columns = [{ name, type }]
  return () => columns
}

function seriesOverloads(name: string, inclusive: boolean): TableFunctionOverload[] {
  const zoned = (context: FunctionContext) => (value: bigint, step: Interval) =>
    addToTimestampTz(value, step, context.settings)
  return [
    {
      parameters: [INTEGER, INTEGER, INTEGER],
      defaults: [1],
      columns: one(name, INTEGER),
      evaluate: (_context, start, stop, step) => numbers(start, stop, step, inclusive),
      runs: (_context, start, stop, step) => runsOfNumbers(start, stop, step, inclusive),
    },
    {
      parameters: [BIGINT, BIGINT, BIGINT],
      defaults: [1n],
      columns: one(name, BIGINT),
      evaluate: (_context, start, stop, step) => bigints(start, stop, step, inclusive),
      runs: (_context, start, stop, step) => runsOfBigints(start, stop, step, inclusive),
    },
    {
      parameters: [TIMESTAMP, TIMESTAMP, INTERVAL],
      columns: one(name, TIMESTAMP),
      evaluate: (_context, start, stop, step) => timestamps(start, stop, step, inclusive, addToTimestamp),
    },
    {
      parameters: [TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL],
      columns: one(name, TIMESTAMPTZ),
      evaluate: (context, start, stop, step) => timestamps(start, stop, step, inclusive, zoned(context)),
    },
  ]
}

const generateSeries = tableFunction({
  name: 'generate_series',
  category: 'rows',
  doc: 'The values from one to another, both included, in steps: 1 when none is given.',
  examples: [
    ['SELECT sum(n) FROM generate_series(1, 4) AS t(n)', '10'],
    ['SELECT count(*) FROM generate_series(5, 1, -2)', '3'],
    [
      "SELECT max(d) FROM generate_series(DATE '2024-01-01', DATE '2024-03-01', INTERVAL '1 month') AS t(d)",
      '2024-03-01 00:00:00+00',
    ],
  ],
  overloads: [
    ...seriesOverloads('generate_series', true),
    {
      parameters: [NUMERIC, NUMERIC, NUMERIC],
      defaults: [Decimal.ONE],
      columns: one('generate_series', NUMERIC),
      evaluate: (_context, start, stop, step) => decimals(start, stop, step),
    },
  ],
})

function listOf(rows: Rows): SqlArray {
  const values: Value[] = []
  for (const [value] of rows) {
    checkArraySize(values.push(value))
    heedInterrupt(4)
  }
  return sqlArray(values)
}

function numberList(start: bigint, stop: bigint, step: bigint): SqlArray {
  if (step !== 0n) checkArraySize(Number((stop - start) / step))
  return listOf(bigints(start, stop, step, false))
}

/** In an expression `range` is a list; in FROM it is rows. */
export const rangeList: ScalarFunction = scalar({
  name: 'range',
  category: 'lists',
  doc: 'In an expression: the list of values from one, or 0, up to another that is not included, in steps.',
  examples: [
    ['range(3)', '{0,1,2}'],
    ['range(5, 1, -2)', '{5,3}'],
  ],
  overloads: [
    overload([BIGINT], arrayOf(BIGINT), (stop) => numberList(0n, stop, 1n)),
    overload([BIGINT, BIGINT], arrayOf(BIGINT), (start, stop) => numberList(start, stop, 1n)),
    overload([BIGINT, BIGINT, BIGINT], arrayOf(BIGINT), (start, stop, step) => numberList(start, stop, step)),
    overload([TIMESTAMP, TIMESTAMP, INTERVAL], arrayOf(TIMESTAMP), (start, stop, step) =>
      listOf(timestamps(start, stop, step, false, addToTimestamp)),
    ),
  ],
})

const range = tableFunction({
  name: 'range',
  category: 'rows',
  doc: 'The values from one, or 0, up to another that is not included, in steps.',
  examples: [['SELECT sum(n) FROM range(4) AS t(n)', '6']],
  overloads: [
    {
      parameters: [BIGINT],
      columns: one('range', BIGINT),
      evaluate: (_context, stop) => bigints(0n, stop, 1n, false),
      runs: (_context, stop) => runsOfBigints(0n, stop, 1n, false),
    },
    ...seriesOverloads('range', false).slice(1),
  ],
})

const generateSubscripts = tableFunction({
  name: 'generate_subscripts',
  category: 'rows',
  doc: "The subscripts of an array's dimension, in reverse when the last argument is true.",
  examples: [["SELECT max(n) FROM generate_subscripts('{a,b,c}'::text[], 1) AS t(n)", '3']],
  overloads: [
    {
      parameters: ['anyarray', INTEGER, BOOLEAN],
      defaults: [false],
      columns: one('generate_subscripts', INTEGER),
      evaluate: (_context, array: SqlArray, n, reverse) => {
        if (n < 1 || n > array.dimensions.length) return []
        const first = array.lowerBounds[n - 1]
        const last = first + array.dimensions[n - 1] - 1
        return reverse ? numbers(last, first, -1, true) : numbers(first, last, 1, true)
      },
    },
  ],
})

function* each(values: Iterable<Value>): Rows {
  for (const value of values) yield [value]
}

/** Several arrays side by side, the shorter ones filled up with NULLs. */
function* sideBySide(arrays: readonly (SqlArray | null)[]): Rows {
  const length = Math.max(0, ...arrays.map((array) => array?.values.length ?? 0))
  for (let row = 0; row < length; row++) yield arrays.map((array) => array?.values[row] ?? null)
}

const unnest = tableFunction({
  name: 'unnest',
  category: 'rows',
  doc: 'The elements of an array as rows; of several arrays side by side.',
  examples: [
    ['SELECT sum(x) FROM unnest(ARRAY[1, 2, 3]) AS t(x)', '6'],
    ["SELECT count(b) FROM unnest(ARRAY[1, 2], ARRAY['a']) AS t(a, b)", '1'],
  ],
  overloads: [
    {
      parameters: ['anyarray'],
      columns: ([type]) => [{ name: 'unnest', type: elementType(type) }],
      evaluate: (_context, array: SqlArray) => each(array.values),
    },
    {
      parameters: ['anymultirange'],
      columns: ([type]) => [{ name: 'unnest', type: rangeOf(baseType(type)) }],
      evaluate: (_context, ranges: SqlMultirange) => each(ranges),
    },
    {
      parameters: ['any', 'any'],
      variadic: true,
      strict: false,
      columns: (types) => types.map((type) => ({ name: 'unnest', type: elementType(type) })),
      evaluate: (_context, ...arrays: (SqlArray | null)[]) => sideBySide(arrays),
    },
  ],
})

const KEY_VALUE_JSON = [
  { name: 'key', type: TEXT },
  { name: 'value', type: JSON_TYPE },
]
const KEY_VALUE_JSONB = [
  { name: 'key', type: TEXT },
  { name: 'value', type: JSONB },
]
const KEY_VALUE_TEXT = [
  { name: 'key', type: TEXT },
  { name: 'value', type: TEXT },
]

function jsonPairs(json: string): [string, string][] {
  const kind = jsonKind(json)
  if (kind === 'array') throw invalidParameter('cannot deconstruct an array as an object')
  if (kind !== 'object') throw invalidParameter('cannot deconstruct a scalar')
  return jsonMembers(json)
}

function jsonbPairs(value: JsonValue, name: string): Iterable<[string, JsonValue]> {
  if (!isJsonObject(value)) throw invalidParameter(`cannot call ${name} on a non-object`)
  return value
}

function jsonItems(json: string, name: string): string[] {
  const kind = jsonKind(json)
  if (kind === 'object') throw invalidParameter(`cannot call ${name} on a non-array`)
  if (kind !== 'array') throw invalidParameter(`cannot call ${name} on a scalar`)
  return jsonElements(json)
}

function jsonbItems(value: JsonValue): readonly JsonValue[] {
  if (isJsonObject(value)) throw invalidParameter('cannot extract elements from an object')
  if (!isJsonArray(value)) throw invalidParameter('cannot extract elements from a scalar')
  return value
}

function* jsonbTexts(pairs: Iterable<[string, JsonValue]>): Rows {
  for (const [key, value] of pairs) yield [key, jsonbAsText(value)]
}

function jsonTable(
  name: string,
  doc: string,
  example: readonly [string, string],
  parameter: DataType,
  columns: readonly { readonly name: string; readonly type: DataType }[],
  rows: (value: any) => Rows,
): TableFunction {
  return tableFunction({
    name,
    category: 'json',
    doc,
    examples: [example],
    overloads: [{ parameters: [parameter], columns: () => columns, evaluate: (_context, value) => rows(value) }],
  })
}

const jsonTables: readonly TableFunction[] = [
  jsonTable(
    'json_each',
    'The members of a json object as rows of key and value.',
    [`SELECT max(value::text) FROM json_each('{"a": 1, "b": 2}')`, '2'],
    JSON_TYPE,
    KEY_VALUE_JSON,
    jsonPairs,
  ),
  jsonTable(
    'json_each_text',
    'The members of a json object as rows of key and value, the value as text.',
    [`SELECT max(value) FROM json_each_text('{"a": "x"}')`, 'x'],
    JSON_TYPE,
    KEY_VALUE_TEXT,
    (json) => jsonPairs(json).map(([key, value]) => [key, jsonAsText(value)]),
  ),
  jsonTable(
    'jsonb_each',
    'The members of a jsonb object as rows of key and value.',
    [`SELECT count(*) FROM jsonb_each('{"a": 1, "b": 2}')`, '2'],
    JSONB,
    KEY_VALUE_JSONB,
    (value) => jsonbPairs(value, 'jsonb_each'),
  ),
  jsonTable(
    'jsonb_each_text',
    'The members of a jsonb object as rows of key and value, the value as text.',
    [`SELECT max(value) FROM jsonb_each_text('{"a": "x"}')`, 'x'],
    JSONB,
    KEY_VALUE_TEXT,
    (value) => jsonbTexts(jsonbPairs(value, 'jsonb_each_text')),
  ),
  jsonTable(
    'json_array_elements',
    'The elements of a json array as rows.',
    [`SELECT count(*) FROM json_array_elements('[1, true, [2]]')`, '3'],
    JSON_TYPE,
    [{ name: 'value', type: JSON_TYPE }],
    (json) => each(jsonItems(json, 'json_array_elements')),
  ),
  jsonTable(
    'json_array_elements_text',
    'The elements of a json array as rows of text.',
    [`SELECT max(value) FROM json_array_elements_text('["a", "b"]')`, 'b'],
    JSON_TYPE,
    [{ name: 'value', type: TEXT }],
    (json) => jsonItems(json, 'json_array_elements_text').map((element) => [jsonAsText(element)]),
  ),
  jsonTable(
    'jsonb_array_elements',
    'The elements of a jsonb array as rows.',
    [`SELECT count(*) FROM jsonb_array_elements('[1, true, [2]]')`, '3'],
    JSONB,
    [{ name: 'value', type: JSONB }],
    (value) => each(jsonbItems(value)),
  ),
  jsonTable(
    'jsonb_array_elements_text',
    'The elements of a jsonb array as rows of text.',
    [`SELECT max(value) FROM jsonb_array_elements_text('["a", "b"]')`, 'b'],
    JSONB,
    [{ name: 'value', type: TEXT }],
    (value) => jsonbItems(value).map((element) => [jsonbAsText(element)]),
  ),
  jsonTable(
    'json_object_keys',
    'The keys of a json object as rows.',
    [`SELECT max(k) FROM json_object_keys('{"a": 1, "b": 2}') AS t(k)`, 'b'],
    JSON_TYPE,
    [{ name: 'json_object_keys', type: TEXT }],
    (json) => {
      const kind = jsonKind(json)
      if (kind === 'array') throw invalidParameter('cannot call json_object_keys on an array')
      if (kind !== 'object') throw invalidParameter('cannot call json_object_keys on a scalar')
      return each(jsonMembers(json).map(([key]) => key))
    },
  ),
  jsonTable(
    'jsonb_object_keys',
    'The keys of a jsonb object as rows.',
    [`SELECT max(k) FROM jsonb_object_keys('{"a": 1, "b": 2}') AS t(k)`, 'b'],
    JSONB,
    [{ name: 'jsonb_object_keys', type: TEXT }],
    (value: JsonValue) => {
      if (isJsonArray(value)) throw invalidParameter('cannot call jsonb_object_keys on an array')
      if (!isJsonObject(value)) throw invalidParameter('cannot call jsonb_object_keys on a scalar')
      return each(value.keys())
    },
  ),
]

const regexpMatches = tableFunction({
  name: 'regexp_matches',
  category: 'patterns',
  doc: 'The groups captured by the first match of a regular expression as an array, or by all matches with the flag g.',
  examples: [["SELECT count(*) FROM regexp_matches('foobarbequebaz', 'ba.', 'g')", '2']],
  overloads: [
    {
      parameters: [TEXT, TEXT, TEXT],
      defaults: [''],
      columns: one('regexp_matches', arrayOf(TEXT)),
      *evaluate(_context, text, pattern, flags) {
        const { letters, global } = splitFlags(flags)
        const regex = compileRegex(pattern, letters)
        for (const match of eachMatch(text, regex)) {
          yield [matchArray(match, regex)]
          if (!global) return
        }
      },
    },
  ],
})

const regexpSplitToTable = tableFunction({
  name: 'regexp_split_to_table',
  category: 'patterns',
  doc: 'The parts of a text between the matches of a regular expression, as rows.',
  examples: [["SELECT count(*) FROM regexp_split_to_table('hello  world', '\\s+')", '2']],
  overloads: [
    {
      parameters: [TEXT, TEXT, TEXT],
      defaults: [''],
      columns: one('regexp_split_to_table', TEXT),
      evaluate: (_context, text, pattern, flags: string) => {
        if (flags.includes('g')) throw invalidParameter('regexp_split_to_table() does not support the "global" option')
        return each(splitRegex(text, compileRegex(pattern, flags)))
      },
    },
  ],
})

const stringToTable = tableFunction({
  name: 'string_to_table',
  category: 'text',
  doc: 'The parts of a text between delimiters, as rows; parts equal to the third argument become NULL.',
  examples: [["SELECT count(*) FROM string_to_table('xx~^~yy~^~zz', '~^~')", '3']],
  overloads: [
    {
      parameters: [TEXT, TEXT, TEXT],
      defaults: [null],
      strict: false,
      columns: one('string_to_table', TEXT),
      evaluate: (_context, text, delimiter, nullText) =>
        text === null ? [] : each(splitText(text, delimiter, nullText)),
    },
  ],
})

export const tableFunctions: readonly TableFunction[] = [
  generateSeries,
  range,
  generateSubscripts,
  unnest,
  ...jsonTables,
  regexpMatches,
  regexpSplitToTable,
  stringToTable,
]
