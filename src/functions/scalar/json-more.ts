/** DuckDB's functions on json: patches, paths in lists, what is in what, and the structure of documents. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, JSON_TYPE, TEXT } from '../../types/data-type.ts'
import { quoteJson } from '../../types/json.ts'
import type { Value } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { pathSteps } from './json.ts'
import { jsonAsText, jsonAtPath, jsonElements, jsonKind, jsonMembers } from './json-text.ts'

const TEXTS = arrayOf(TEXT)

function at(json: string, path: string): string | null {
  return jsonAtPath(json, pathSteps(path))
}

function objectText(members: Iterable<readonly [key: string, value: string]>): string {
  return `{${Array.from(members, ([key, value]) => `${quoteJson(key)}:${value}`).join(',')}}`
}

/** Without blanks. */
function compact(json: string): string {
  switch (jsonKind(json)) {
    case 'object':
      return objectText(jsonMembers(json).map(([key, value]) => [key, compact(value)] as const))
    case 'array':
      return `[${jsonElements(json).map(compact).join(',')}]`
    default:
      return json.trim()
  }
}

/** A line for every element and member. */
function pretty(json: string, indent: string): string {
  const deeper = `${indent}    `
  const kind = jsonKind(json)
  const lines =
    kind === 'object'
      ? jsonMembers(json).map(([key, value]) => `${quoteJson(key)}: ${pretty(value, deeper)}`)
      : kind === 'array'
        ? jsonElements(json).map((element) => pretty(element, deeper))
        : []
  if (lines.length === 0) return compact(json)
  const [open, close] = kind === 'object' ? '{}' : '[]'
  return `${open}\n${lines.map((line) => deeper + line).join(',\n')}\n${indent}${close}`
}

/** RFC 7396: members of the patch replace those of the target, null takes them away. */
function mergePatch(target: string | null, patch: string): string {
  if (jsonKind(patch) !== 'object') return compact(patch)
  const members = new Map<string, string>()
  if (target !== null && jsonKind(target) === 'object') {
    for (const [key, value] of jsonMembers(target)) members.set(key, compact(value))
  }
  for (const [key, value] of jsonMembers(patch)) {
    if (jsonKind(value) === 'null') members.delete(key)
    else members.set(key, mergePatch(members.get(key) ?? null, value))
  }
  return objectText(members)
}

/** Whether all that is in the second is in the first: elements somewhere in an array, members under their keys. */
function covers(json: string, part: string): boolean {
  const kind = jsonKind(json)
  if (kind !== jsonKind(part)) return false
  if (kind === 'array') {
    const elements = jsonElements(json)
    return jsonElements(part).every((wanted) => elements.some((element) => covers(element, wanted)))
  }
  if (kind === 'object') {
    const members = new Map(jsonMembers(json))
    return jsonMembers(part).every(([key, wanted]) => {
      const value = members.get(key)
      return value !== undefined && covers(value, wanted)
    })
  }
  return kind === 'string' ? jsonAsText(json) === jsonAsText(part) : json.trim() === part.trim()
}

function contains(json: string, part: string): boolean {
  if (covers(json, part)) return true
  const kind = jsonKind(json)
  if (kind === 'array') return jsonElements(json).some((element) => contains(element, part))
  return kind === 'object' && jsonMembers(json).some(([, value]) => contains(value, part))
}

/** What json_structure says of a value: the name of a type, or the structures of members or of all elements. */
type Structure = string | ReadonlyMap<string, Structure> | { readonly element: Structure }

function structureOf(json: string): Structure {
  switch (jsonKind(json)) {
    case 'object':
      return new Map(jsonMembers(json).map(([key, value]) => [key, structureOf(value)]))
    case 'array':
      return { element: jsonElements(json).map(structureOf).reduce(common, 'NULL') }
    case 'string':
      return 'VARCHAR'
    case 'boolean':
      return 'BOOLEAN'
    case 'null':
      return 'NULL'
    case 'number':
      return numberType(json.trim())
  }
}

/** What DuckDB calls the type of a value. */
export function jsonTypeName(json: string): string {
  const kind = jsonKind(json)
  if (kind === 'number') return numberType(json.trim())
  return kind === 'string' ? 'VARCHAR' : kind.toUpperCase()
}

function numberType(text: string): string {
  if (!/^-?\d+$/.test(text)) return 'DOUBLE'
  const value = BigInt(text)
  if (value >= 0n) return value < 1n << 64n ? 'UBIGINT' : 'DOUBLE'
  return value >= -(1n << 63n) ? 'BIGINT' : 'DOUBLE'
}

const numbers: readonly unknown[] = ['UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE']

function common(left: Structure, right: Structure): Structure {
  if (left === right || right === 'NULL') return left
  if (left === 'NULL') return right
  if (numbers.includes(left) && numbers.includes(right)) {
    return left === 'DOUBLE' || right === 'DOUBLE' ? 'DOUBLE' : 'HUGEINT'
  }
  if (left instanceof Map && right instanceof Map) {
    const members = new Map<string, Structure>(left)
    for (const [key, value] of right) members.set(key, members.has(key) ? common(members.get(key)!, value) : value)
    return members
  }
  if (typeof left === 'object' && 'element' in left && typeof right === 'object' && 'element' in right) {
    return { element: common(left.element, right.element) }
  }
  return 'JSON'
}

function structureText(structure: Structure): string {
  if (typeof structure === 'string') return quoteJson(structure)
  if ('element' in structure) return `[${structureText(structure.element)}]`
  return objectText([...structure].map(([key, value]) => [key, structureText(value)] as const))
}

/** A body for one path, and for a list of them. */
function atPaths(
  name: string,
  doc: string,
  examples: ScalarFunction['examples'],
  returns: DataType,
  body: (json: string | null) => Value,
): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc,
    examples,
    overloads: [
      overload([JSON_TYPE, TEXT], returns, (json, path) => body(at(json, path))),
      overload([JSON_TYPE, TEXTS], arrayOf(returns), (json, paths: SqlArray) =>
        sqlArray(paths.values.map((path) => (path === null ? null : body(at(json, path))))),
      ),
    ],
  })
}

/** A further form of a function on json, which looks at what a path leads to. */
function withPath(
  name: string,
  doc: string,
  example: readonly [call: string, result: string],
  returns: DataType,
  body: (json: string) => Value,
): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc,
    examples: [example],
    overloads: [
      overload([JSON_TYPE, TEXT], returns, (json, path) => {
        const found = at(json, path)
        return found === null ? null : body(found)
      }),
    ],
  })
}

const pathLists: readonly ScalarFunction[] = [
  scalar({
    name: 'json_extract',
    category: 'json',
    doc: 'What each of a list of paths leads to in a json.',
    examples: [[`json_extract('{"a": 1, "b": 2}', ['$.a', '$.b'])`, '{1,2}']],
    overloads: [
      overload([JSON_TYPE, TEXTS], arrayOf(JSON_TYPE), (json, paths: SqlArray) =>
        sqlArray(paths.values.map((path) => (path === null ? null : at(json, path)))),
      ),
    ],
  }),
  scalar({
    name: 'json_extract_string',
    category: 'json',
    doc: 'What each of a list of paths leads to in a json, as text.',
    examples: [[`json_extract_string('{"a": "x"}', ['$.a', '$.z'])`, '{x,NULL}']],
    overloads: [
      overload([JSON_TYPE, TEXTS], TEXTS, (json, paths: SqlArray) =>
        sqlArray(paths.values.map((path) => (path === null ? null : jsonAsText(at(json, path))))),
      ),
    ],
  }),
]

export const moreJsonFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'json',
    category: 'json',
    doc: 'A json without blanks.',
    examples: [[`json('{"a" : [1, 2]}')`, '{"a":[1,2]}']],
    overloads: [overload([JSON_TYPE], JSON_TYPE, compact)],
  }),
  scalar({
    name: 'json_merge_patch',
    category: 'json',
    doc: 'A json changed by a patch: members of the patch replace those of the json, null takes them away.',
    examples: [[`json_merge_patch('{"a": 1, "b": 2}', '{"b": null, "c": 3}')`, '{"a":1,"c":3}']],
    overloads: [
      overload(
        [JSON_TYPE, JSON_TYPE],
        JSON_TYPE,
        (target: string | null, patch: string | null) => patch && mergePatch(target, patch),
        { strict: false },
      ),
    ],
  }),
  atPaths(
    'json_exists',
    'Whether a path leads to something in a json; of a list of paths, a list.',
    [[`json_exists('{"a": [1]}', '$.a[0]')`, 't']],
    BOOLEAN,
    (json) => json !== null,
  ),
  atPaths(
    'json_value',
    'What a path leads to in a json, if it is neither object nor array nor null.',
    [[`json_value('{"a": [1]}', '$.a[0]')`, '1']],
    JSON_TYPE,
    (json) => (json === null || ['object', 'array', 'null'].includes(jsonKind(json)) ? null : json),
  ),
  scalar({
    name: 'json_contains',
    category: 'json',
    doc: 'Whether a json has another in it, at any depth.',
    examples: [[`json_contains('{"a": [1, {"x": 5}]}', '{"x": 5}')`, 't']],
    overloads: [overload([JSON_TYPE, JSON_TYPE], BOOLEAN, contains)],
  }),
  scalar({
    name: 'json_structure',
    category: 'json',
    doc: 'The types of the members and elements of a json.',
    examples: [[`json_structure('{"a": 1, "b": [1.5, null]}')`, '{"a":"UBIGINT","b":["DOUBLE"]}']],
    overloads: [overload([JSON_TYPE], JSON_TYPE, (json) => structureText(structureOf(json)))],
  }),
  scalar({
    name: 'json_pretty',
    category: 'json',
    doc: 'A json as text with line breaks and indentation.',
    examples: [["json_pretty('[1]')", '[\n    1\n]']],
    overloads: [overload([JSON_TYPE], TEXT, (json) => pretty(json, ''))],
  }),
  withPath(
    'json_keys',
    'The keys of the object that a path leads to in a json.',
    [`json_keys('{"a": {"b": 1}}', '$.a')`, '{b}'],
    TEXTS,
    (json) => sqlArray(jsonKind(json) === 'object' ? jsonMembers(json).map(([key]) => key) : []),
  ),
  withPath(
    'json_array_length',
    'The number of elements of what a path leads to in a json; 0 for what is no array.',
    [`json_array_length('{"a": [1, 2]}', '$.a')`, '2'],
    BIGINT,
    (json) => BigInt(jsonKind(json) === 'array' ? jsonElements(json).length : 0),
  ),
  ...pathLists,
]
