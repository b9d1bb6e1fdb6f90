/** Making json and jsonb out of values, and asking and changing them by name rather than by operator. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import { sqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, BPCHAR, type DataType, INTEGER, JSON_TYPE, JSONB, TEXT } from '../../types/data-type.ts'
import {
  checkJson,
  formatJson,
  isJsonArray,
  isJsonNull,
  isJsonObject,
  JSON_NULL,
  type JsonValue,
  jsonObject,
  jsonTypeOf,
  quoteJson,
} from '../../types/json.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'
import { jsonbAsText, jsonbAtPath } from '../operators/json.ts'
import { jsonbOf, jsonKeyOf, jsonTextOf } from './json-of.ts'
import { jsonAsText, jsonAtPath, jsonElements, jsonKind, jsonMembers, stripNulls } from './json-text.ts'

const TEXTS = arrayOf(TEXT)
const printing = { context: true, volatility: 'stable' } as const

/** An overload that makes json of its first argument. */
function toJsonText(parameters: Overload['parameters']): Overload {
  return overload(parameters, JSON_TYPE, mustSpecialise, {
    ...printing,
    specialise: ([type]) => {
      const print = jsonTextOf(type)
      return (context, value) => print(value, context.settings)
    },
  })
}

/** As `toJsonText`, with a line for each part of the outermost level when the last argument is true. */
function withLineFeeds(
  pattern: Pattern,
  open: string,
  close: string,
  parts: (json: string) => readonly string[],
): Overload {
  return overload([pattern, BOOLEAN], JSON_TYPE, mustSpecialise, {
    ...printing,
    specialise: ([type]) => {
      const print = jsonTextOf(type)
      return (context, value, wanted) => {
        const json = print(value, context.settings)
        return wanted ? `${open}${parts(json).join(',\n ')}${close}` : json
      }
    },
  })
}

const toJson = scalar({
  name: 'to_json',
  category: 'json',
  doc: 'Any value as json.',
  examples: [
    [`to_json('Fred said "Hi."'::text)`, '"Fred said \\"Hi.\\""'],
    ['to_json(ARRAY[1, 2])', '[1,2]'],
  ],
  overloads: [toJsonText(['anyelement']), toJsonText([TEXT]), toJsonText([BPCHAR])],
})

const arrayToJson = scalar({
  name: 'array_to_json',
  category: 'json',
  doc: 'An array as json.',
  examples: [["array_to_json('{{1,5},{99,100}}'::integer[])", '[[1,5],[99,100]]']],
  overloads: [toJsonText(['anyarray']), withLineFeeds('anyarray', '[', ']', jsonElements)],
})

const rowToJson = scalar({
  name: 'row_to_json',
  category: 'json',
  doc: 'A row as a json object.',
  examples: [["row_to_json(ROW(1, 'foo'))", '{"f1":1,"f2":"foo"}']],
  overloads: [
    toJsonText(['anyrecord']),
    withLineFeeds('anyrecord', '{', '}', (json) =>
      jsonMembers(json).map(([key, value]) => `${quoteJson(key)}:${value}`),
    ),
  ],
})

const toJsonb = scalar({
  name: 'to_jsonb',
  category: 'json',
  doc: 'Any value as jsonb.',
  examples: [['to_jsonb(ARRAY[1, 2])', '[1, 2]']],
  overloads: [
    overload(['anyelement'], JSONB, mustSpecialise, {
      ...printing,
      specialise: ([type]) => {
        const make = jsonbOf(type)
        return (context, value) => make(value, context.settings)
      },
    }),
  ],
})

function oddArguments(name: string): SqlError {
  return invalidParameter(
    'argument list must have even number of elements',
    `The arguments of ${name}() must consist of alternating keys and values.`,
  )
}

/** An overload whose arguments are anything, as many as there are; `build` gets one printer per argument. */
function ofAnything(returns: DataType, build: (types: readonly DataType[]) => (...args: Value[]) => Value): Overload[] {
  return [
    overload([], returns, build([]), { ...printing, strict: false }),
    overload(['any'], returns, mustSpecialise, { ...printing, variadic: true, strict: false, specialise: build }),
  ]
}

const at = <T>(list: readonly T[], index: number): T => list[Math.min(index, list.length - 1)]

/** PostgreSQL's json_build_array, and DuckDB's json_array, which is written without blanks. */
function buildArray(name: string, separator: string): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc: 'The arguments as a json array.',
    examples: [[`${name}(1, 'a', NULL)`, `[${['1', '"a"', 'null'].join(separator)}]`]],
    overloads: ofAnything(JSON_TYPE, (types) => {
      const printers = types.map(jsonTextOf)
      return (context, ...values) =>
        `[${values.map((value, index) => at(printers, index)(value, context.settings)).join(separator)}]`
    }),
  })
}

const jsonbBuildArray = scalar({
  name: 'jsonb_build_array',
  category: 'json',
  doc: 'The arguments as a jsonb array.',
  examples: [["jsonb_build_array(1, 'a', NULL)", '[1, "a", null]']],
  overloads: ofAnything(JSONB, (types) => {
    const makers = types.map(jsonbOf)
    return (context, ...values) => values.map((value, index) => at(makers, index)(value, context.settings))
  }),
})

/** PostgreSQL's json_build_object, and DuckDB's json_object, which is written without blanks. */
function buildObject(name: string, colon: string, comma: string): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc: 'The arguments, keys and values in turn, as a json object.',
    examples: [[`${name}('foo', 1, 'bar', NULL)`, `{"foo"${colon}1${comma}"bar"${colon}null}`]],
    overloads: ofAnything(JSON_TYPE, (types) => {
      const printers = types.map(jsonTextOf)
      const keys = types.map(jsonKeyOf)
      return (context, ...values) => {
        if (values.length % 2 !== 0) throw oddArguments(name)
        const members: string[] = []
        for (let index = 0; index < values.length; index += 2) {
          if (values[index] === null)
            throw invalidParameter(`argument ${index + 1} cannot be null`, 'Object keys should be text.')
          const key = at(keys, index)(values[index], context.settings)
          members.push(`${quoteJson(key)}${colon}${at(printers, index + 1)(values[index + 1], context.settings)}`)
        }
        return `{${members.join(comma)}}`
      }
    }),
  })
}

const jsonbBuildObject = scalar({
  name: 'jsonb_build_object',
  category: 'json',
  doc: 'The arguments, keys and values in turn, as a jsonb object.',
  examples: [["jsonb_build_object('foo', 1, 'bar', 2)", '{"bar": 2, "foo": 1}']],
  overloads: ofAnything(JSONB, (types) => {
    const makers = types.map(jsonbOf)
    const keys = types.map(jsonKeyOf)
    return (context, ...values) => {
      if (values.length % 2 !== 0) throw oddArguments('jsonb_build_object')
      const members: [string, JsonValue][] = []
      for (let index = 0; index < values.length; index += 2) {
        if (values[index] === null) throw invalidParameter(`argument ${index + 1}: key must not be null`)
        members.push([
          at(keys, index)(values[index], context.settings),
          at(makers, index + 1)(values[index + 1], context.settings),
        ])
      }
      return jsonObject(members)
    }
  }),
})

/** Keys and values of json_object: two arrays, or one with both in turn, or one of pairs. */
function textPairs(keys: SqlArray, values?: SqlArray): [string, string | null][] {
  const pairs: [string, string | null][] = []
  const add = (key: string | null, value: string | null): void => {
    if (key === null) throw new SqlError('null_value_not_allowed', 'null value not allowed for object key')
    pairs.push([key, value])
  }
  if (values) {
    if (keys.dimensions.length > 1 || values.dimensions.length > 1)
      throw new SqlError('array_subscript_error', 'wrong number of array subscripts')
    if (keys.values.length !== values.values.length)
      throw new SqlError('array_subscript_error', 'mismatched array dimensions')
    keys.values.forEach((key, index) => {
      add(key, values.values[index])
    })
    return pairs
  }
  if (keys.dimensions.length > 2) throw new SqlError('array_subscript_error', 'wrong number of array subscripts')
  if (keys.dimensions.length === 2 && keys.dimensions[1] !== 2)
    throw new SqlError('array_subscript_error', 'array must have two columns')
  if (keys.values.length % 2 !== 0)
    throw new SqlError('array_subscript_error', 'array must have even number of elements')
  for (let index = 0; index < keys.values.length; index += 2) add(keys.values[index], keys.values[index + 1])
  return pairs
}

function pairsAsJson(pairs: readonly [string, string | null][]): string {
  return `{${pairs.map(([key, value]) => `${quoteJson(key)} : ${value === null ? 'null' : quoteJson(value)}`).join(', ')}}`
}

const jsonObjectFunction = scalar({
  name: 'json_object',
  category: 'json',
  doc: 'A json object of texts: keys and values in turn, or in an array each.',
  examples: [["json_object('{a,b}', '{1,2}')", '{"a" : "1", "b" : "2"}']],
  overloads: [
    overload([TEXTS], JSON_TYPE, (pairs) => pairsAsJson(textPairs(pairs))),
    overload([TEXTS, TEXTS], JSON_TYPE, (keys, values) => pairsAsJson(textPairs(keys, values))),
  ],
})

const jsonNullOf = (value: string | null): JsonValue => value ?? JSON_NULL

const jsonTypeof = scalar({
  name: 'json_typeof',
  category: 'json',
  doc: 'What kind of value a json is.',
  examples: [["json_typeof('[1]')", 'array']],
  overloads: [overload([JSON_TYPE], TEXT, jsonKind)],
})

const jsonbTypeof = scalar({
  name: 'jsonb_typeof',
  category: 'json',
  doc: 'What kind of value a jsonb is.',
  examples: [["jsonb_typeof('123.4')", 'number']],
  overloads: [overload([JSONB], TEXT, jsonTypeOf)],
})

const jsonArrayLength = scalar({
  name: 'json_array_length',
  category: 'json',
  doc: 'The number of elements of a json array.',
  examples: [["json_array_length('[1, 2, [3]]')", '3']],
  overloads: [
    overload([JSON_TYPE], INTEGER, (json) => {
      const kind = jsonKind(json)
      if (kind === 'object') throw invalidParameter('cannot get array length of a non-array')
      if (kind !== 'array') throw invalidParameter('cannot get array length of a scalar')
      return jsonElements(json).length
    }),
  ],
})

const jsonbArrayLength = scalar({
  name: 'jsonb_array_length',
  category: 'json',
  doc: 'The number of elements of a jsonb array.',
  examples: [["jsonb_array_length('[1, 2, [3]]')", '3']],
  overloads: [
    overload([JSONB], INTEGER, (value: JsonValue) => {
      if (isJsonObject(value)) throw invalidParameter('cannot get array length of a non-array')
      if (!isJsonArray(value)) throw invalidParameter('cannot get array length of a scalar')
      return value.length
    }),
  ],
})

const jsonExtractPath = scalar({
  name: 'json_extract_path',
  category: 'json',
  doc: 'What a path of keys and places leads to in a json.',
  examples: [[`json_extract_path('{"a": {"b": [1, 2]}}', 'a', 'b')`, '[1, 2]']],
  overloads: [overload([JSON_TYPE, TEXT], JSON_TYPE, (json, ...path) => jsonAtPath(json, path), { variadic: true })],
})

const jsonExtractPathText = scalar({
  name: 'json_extract_path_text',
  category: 'json',
  doc: 'What a path of keys and places leads to in a json, as text.',
  examples: [[`json_extract_path_text('{"a": {"b": "x"}}', 'a', 'b')`, 'x']],
  overloads: [
    overload([JSON_TYPE, TEXT], TEXT, (json, ...path) => jsonAsText(jsonAtPath(json, path)), { variadic: true }),
  ],
})

const jsonbExtractPath = scalar({
  name: 'jsonb_extract_path',
  category: 'json',
  doc: 'What a path of keys and places leads to in a jsonb.',
  examples: [[`jsonb_extract_path('{"a": {"b": [1, 2]}}', 'a', 'b')`, '[1, 2]']],
  overloads: [overload([JSONB, TEXT], JSONB, (json, ...path) => jsonbAtPath(json, path), { variadic: true })],
})

const jsonbExtractPathText = scalar({
  name: 'jsonb_extract_path_text',
  category: 'json',
  doc: 'What a path of keys and places leads to in a jsonb, as text.',
  examples: [[`jsonb_extract_path_text('{"a": {"b": "x"}}', 'a', 'b')`, 'x']],
  overloads: [
    overload([JSONB, TEXT], TEXT, (json, ...path) => jsonbAsText(jsonbAtPath(json, path)), { variadic: true }),
  ],
})

/** A path as DuckDB writes it: `$.a[0].b`, `/a/0/b`, or just a key. */
export function pathSteps(path: string): string[] {
  if (path.startsWith('/'))
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (!path.startsWith('$')) return [path]
  const steps: string[] = []
  let length = 1
  for (const match of path.slice(1).matchAll(/\.(?:"((?:[^"\\]|\\.)*)"|([^.[\]"]+))|\[#?(-?\d+)\]/g)) {
    steps.push(match[1] ?? match[2] ?? match[3])
    length += match[0].length
  }
  if (length !== path.length) throw invalidParameter(`wrong path in json: "${path}"`)
  return steps
}

const jsonExtract = scalar({
  name: 'json_extract',
  category: 'json',
  doc: 'What a path such as $.a[0] leads to in a json.',
  examples: [[`json_extract('{"a": [1, 2]}', '$.a[1]')`, '2']],
  overloads: [overload([JSON_TYPE, TEXT], JSON_TYPE, (json, path) => jsonAtPath(json, pathSteps(path)))],
})

const jsonExtractString = scalar({
  name: 'json_extract_string',
  category: 'json',
  doc: 'What a path such as $.a[0] leads to in a json, as text.',
  examples: [[`json_extract_string('{"a": ["x"]}', '$.a[0]')`, 'x']],
  overloads: [overload([JSON_TYPE, TEXT], TEXT, (json, path) => jsonAsText(jsonAtPath(json, pathSteps(path))))],
})

const jsonValid = scalar({
  name: 'json_valid',
  category: 'json',
  doc: 'Whether a text is JSON.',
  examples: [["json_valid('{')", 'f']],
  overloads: [
    overload([TEXT], BOOLEAN, (text) => {
      try {
        checkJson(text)
        return true
      } catch (error) {
        if (error instanceof SqlError) return false
        throw error
      }
    }),
  ],
})

const jsonKeys = scalar({
  name: 'json_keys',
  category: 'json',
  doc: 'The keys of a json object as a list.',
  examples: [[`json_keys('{"a": 1, "b": 2}')`, '{a,b}']],
  overloads: [
    overload([JSON_TYPE], TEXTS, (json) =>
      sqlArray(jsonKind(json) === 'object' ? jsonMembers(json).map(([key]) => key) : []),
    ),
  ],
})

function pretty(value: JsonValue, indent: string): string {
  const deeper = `${indent}    `
  if (isJsonArray(value)) {
    const lines = value.map((element) => `\n${deeper}${pretty(element, deeper)}`)
    return `[${lines.join(',')}\n${indent}]`
  }
  if (isJsonObject(value)) {
    const lines = [...value].map(([key, member]) => `\n${deeper}${quoteJson(key)}: ${pretty(member, deeper)}`)
    return `{${lines.join(',')}\n${indent}}`
  }
  return formatJson(value)
}

const jsonbPretty = scalar({
  name: 'jsonb_pretty',
  category: 'json',
  doc: 'A jsonb as text with line breaks and indentation.',
  examples: [["jsonb_pretty('[1]')", '[\n    1\n]']],
  overloads: [overload([JSONB], TEXT, (value) => pretty(value, ''))],
})

const jsonStripNulls = scalar({
  name: 'json_strip_nulls',
  category: 'json',
  doc: 'A json without the members that are null.',
  examples: [[`json_strip_nulls('[{"f1": 1, "f2": null}, null]')`, '[{"f1":1},null]']],
  overloads: [overload([JSON_TYPE], JSON_TYPE, stripNulls)],
})

function stripNullMembers(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(stripNullMembers)
  if (!isJsonObject(value)) return value
  return new Map(
    [...value].filter(([, member]) => !isJsonNull(member)).map(([key, member]) => [key, stripNullMembers(member)]),
  )
}

const jsonbStripNulls = scalar({
  name: 'jsonb_strip_nulls',
  category: 'json',
  doc: 'A jsonb without the members that are null.',
  examples: [[`jsonb_strip_nulls('[{"f1": 1, "f2": null}, null]')`, '[{"f1": 1}, null]']],
  overloads: [overload([JSONB], JSONB, stripNullMembers)],
})

const jsonbObjectFunction = scalar({
  name: 'jsonb_object',
  category: 'json',
  doc: 'A jsonb object of texts: keys and values in turn, or in an array each.',
  examples: [["jsonb_object('{a,b}', '{1,2}')", '{"a": "1", "b": "2"}']],
  overloads: [
    overload([TEXTS], JSONB, (pairs) =>
      jsonObject(textPairs(pairs).map(([key, value]) => [key, jsonNullOf(value)] as const)),
    ),
    overload([TEXTS, TEXTS], JSONB, (keys, values) =>
      jsonObject(textPairs(keys, values).map(([key, value]) => [key, jsonNullOf(value)] as const)),
    ),
  ],
})

export const jsonFunctions: readonly ScalarFunction[] = [
  toJson,
  arrayToJson,
  rowToJson,
  toJsonb,
  buildArray('json_build_array', ', '),
  buildArray('json_array', ','),
  jsonbBuildArray,
  buildObject('json_build_object', ' : ', ', '),
  buildObject('json_object_of', ':', ','),
  jsonbBuildObject,
  jsonObjectFunction,
  jsonbObjectFunction,
  jsonTypeof,
  jsonbTypeof,
  jsonArrayLength,
  jsonbArrayLength,
  jsonExtractPath,
  jsonExtractPathText,
  jsonbExtractPath,
  jsonbExtractPathText,
  jsonExtract,
  jsonExtractString,
  jsonValid,
  jsonKeys,
  jsonbPretty,
  jsonStripNulls,
  jsonbStripNulls,
]
