/** Operators on json and jsonb: taking parts out, containment, and on jsonb changing a value. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, INTEGER, JSON_TYPE, JSONB, TEXT } from '../../types/data-type.ts'
import {
  compareJson,
  formatJson,
  isJsonArray,
  isJsonNull,
  isJsonObject,
  type JsonArray,
  type JsonValue,
  jsonObject,
} from '../../types/json.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { pathSteps } from '../scalar/json.ts'
import { arrayPlace, jsonAsText, jsonAtPath, jsonElement, jsonMember } from '../scalar/json-text.ts'

const TEXTS = arrayOf(TEXT)

export function jsonbMember(value: JsonValue, key: string): JsonValue | null {
  return isJsonObject(value) ? (value.get(key) ?? null) : null
}

/** The n-th element from 0, or from the end when n is negative; a scalar counts as an array of itself. */
export function jsonbElement(value: JsonValue, n: number): JsonValue | null {
  if (isJsonObject(value)) return null
  if (!isJsonArray(value)) return n === 0 || n === -1 ? value : null
  return value[n < 0 ? value.length + n : n] ?? null
}

export function jsonbAtPath(value: JsonValue, path: readonly (string | null)[]): JsonValue | null {
  let current: JsonValue | null = value
  for (const step of path) {
    if (step === null || current === null) return null
    if (isJsonArray(current)) {
      const place = arrayPlace(step)
      current = place === undefined ? null : jsonbElement(current, place)
    } else {
      current = jsonbMember(current, step)
    }
  }
  return current
}

/** The value of a key; of a path of DuckDB's, `$.a[0]` or `/a/0`, where there is no such key. */
function memberOrPath(json: string, key: string): string | null {
  const own = jsonMember(json, key)
  return own === null && /^[$/]/.test(key) ? jsonAtPath(json, pathSteps(key)) : own
}

/** A value as SQL text: a string without its quotes, null as NULL. */
export function jsonbAsText(value: JsonValue | null): string | null {
  if (value === null || isJsonNull(value)) return null
  return typeof value === 'string' ? value : formatJson(value)
}

/** Whether all that the second has is in the first; an array at the top may have a scalar as its element. */
export function jsonbContains(value: JsonValue, part: JsonValue, isTop = true): boolean {
  if (isJsonObject(value)) {
    if (!isJsonObject(part)) return false
    for (const [key, wanted] of part) {
      const own = value.get(key)
      if (own === undefined || !jsonbContains(own, wanted, false)) return false
    }
    return true
  }
  if (isJsonArray(value)) {
    if (isJsonArray(part))
      return part.every((wanted) => value.some((own) => sameShape(own, wanted) && jsonbContains(own, wanted, false)))
    return isTop && !isJsonObject(part) && value.some((own) => compareJson(own, part) === 0)
  }
  return !isJsonArray(part) && !isJsonObject(part) && compareJson(value, part) === 0
}

function sameShape(left: JsonValue, right: JsonValue): boolean {
  return isJsonArray(left) === isJsonArray(right) && isJsonObject(left) === isJsonObject(right)
}

function jsonbHas(value: JsonValue, key: string): boolean {
  if (isJsonObject(value)) return value.has(key)
  if (isJsonArray(value)) return value.includes(key)
  return value === key
}

function concatenate(left: JsonValue, right: JsonValue): JsonValue {
  if (isJsonObject(left) && isJsonObject(right)) return jsonObject([...left, ...right])
  const asArray = (value: JsonValue): JsonArray => (isJsonArray(value) ? value : [value])
  return [...asArray(left), ...asArray(right)]
}

function deleteKeys(value: JsonValue, keys: readonly (string | null)[]): JsonValue {
  if (isJsonObject(value)) {
    const kept = new Map(value)
    for (const key of keys) if (key !== null) kept.delete(key)
    return kept
  }
  if (isJsonArray(value)) return value.filter((element) => typeof element !== 'string' || !keys.includes(element))
  throw invalidParameter('cannot delete from scalar')
}

function deleteElement(value: JsonValue, n: number): JsonValue {
  if (isJsonObject(value)) throw invalidParameter('cannot delete from object using integer index')
  if (!isJsonArray(value)) throw invalidParameter('cannot delete from scalar')
  const index = n < 0 ? value.length + n : n
  return value.filter((_, other) => other !== index)
}

/** The place in an array that a step of a path names; 22P02 when it names none. */
export function stepPlace(step: string, depth: number): number {
  const place = arrayPlace(step)
  if (place === undefined) {
    throw new SqlError(
      'invalid_text_representation',
      `path element at position ${depth + 1} is not an integer: "${step}"`,
    )
  }
  return place
}

/** The value without what a path leads to. */
export function deletePath(value: JsonValue, path: readonly (string | null)[]): JsonValue {
  if (!isJsonArray(value) && !isJsonObject(value)) throw invalidParameter('cannot delete path in scalar')
  return isJsonArray(value) && value.length === 0 ? value : withoutStep(value, path, 0)
}

function withoutStep(value: JsonValue, path: readonly (string | null)[], depth: number): JsonValue {
  const step = path[depth]
  if (step === null || step === undefined) return value
  const isLast = depth === path.length - 1
  if (isJsonObject(value)) {
    const own = value.get(step)
    if (own === undefined) return value
    const changed = new Map(value)
    if (isLast) changed.delete(step)
    else changed.set(step, withoutStep(own, path, depth + 1))
    return changed
  }
  if (!isJsonArray(value)) return value
  const place = stepPlace(step, depth)
  const index = place < 0 ? value.length + place : place
  if (index < 0 || index >= value.length) return value
  if (isLast) return value.filter((_, other) => other !== index)
  return value.map((element, other) => (other === index ? withoutStep(element, path, depth + 1) : element))
}

export const jsonOperators: readonly ScalarFunction[] = [
  scalar({
    name: '->',
    category: 'json',
    doc: 'The value of a key, or the n-th element from 0.',
    examples: [
      [`'{"a": {"b": 1}}'::json -> 'a'`, '{"b": 1}'],
      [`'[1, 2, 3]'::jsonb -> -1`, '3'],
    ],
    overloads: [
      overload([JSON_TYPE, TEXT], JSON_TYPE, memberOrPath),
      overload([JSON_TYPE, INTEGER], JSON_TYPE, jsonElement),
      overload([JSONB, TEXT], JSONB, jsonbMember),
      overload([JSONB, INTEGER], JSONB, jsonbElement),
    ],
  }),
  scalar({
    name: '->>',
    category: 'json',
    doc: 'The value of a key, or the n-th element from 0, as text.',
    examples: [[`'{"a": "x"}'::json ->> 'a'`, 'x']],
    overloads: [
      overload([JSON_TYPE, TEXT], TEXT, (json, key) => jsonAsText(memberOrPath(json, key))),
      overload([JSON_TYPE, INTEGER], TEXT, (json, n) => jsonAsText(jsonElement(json, n))),
      overload([JSONB, TEXT], TEXT, (json, key) => jsonbAsText(jsonbMember(json, key))),
      overload([JSONB, INTEGER], TEXT, (json, n) => jsonbAsText(jsonbElement(json, n))),
    ],
  }),
  scalar({
    name: '#>',
    category: 'json',
    doc: 'What a path of keys and places leads to.',
    examples: [[`'{"a": {"b": [1, 2]}}'::json #> '{a,b,1}'`, '2']],
    overloads: [
      overload([JSON_TYPE, TEXTS], JSON_TYPE, (json, path: SqlArray) => jsonAtPath(json, path.values)),
      overload([JSONB, TEXTS], JSONB, (json, path: SqlArray) => jsonbAtPath(json, path.values)),
    ],
  }),
  scalar({
    name: '#>>',
    category: 'json',
    doc: 'What a path of keys and places leads to, as text.',
    examples: [[`'{"a": {"b": ["x"]}}'::json #>> '{a,b,0}'`, 'x']],
    overloads: [
      overload([JSON_TYPE, TEXTS], TEXT, (json, path: SqlArray) => jsonAsText(jsonAtPath(json, path.values))),
      overload([JSONB, TEXTS], TEXT, (json, path: SqlArray) => jsonbAsText(jsonbAtPath(json, path.values))),
    ],
  }),
  scalar({
    name: '@>',
    category: 'json',
    doc: 'Whether the left value contains all that the right one has.',
    examples: [[`'{"a": 1, "b": 2}'::jsonb @> '{"b": 2}'::jsonb`, 't']],
    overloads: [overload([JSONB, JSONB], BOOLEAN, (value, part) => jsonbContains(value, part))],
  }),
  scalar({
    name: '<@',
    category: 'json',
    doc: 'Whether the right value contains all that the left one has.',
    examples: [[`'{"b": 2}'::jsonb <@ '{"a": 1, "b": 2}'::jsonb`, 't']],
    overloads: [overload([JSONB, JSONB], BOOLEAN, (part, value) => jsonbContains(value, part))],
  }),
  scalar({
    name: '?',
    category: 'json',
    doc: 'Whether a text is a key of the object or an element of the array.',
    examples: [[`'{"a": 1}'::jsonb ? 'a'`, 't']],
    overloads: [overload([JSONB, TEXT], BOOLEAN, jsonbHas)],
  }),
  scalar({
    name: '?|',
    category: 'json',
    doc: 'Whether any of the texts is a key or an element.',
    examples: [[`'{"a": 1}'::jsonb ?| ARRAY['b', 'a']`, 't']],
    overloads: [
      overload([JSONB, TEXTS], BOOLEAN, (value, keys: SqlArray) =>
        keys.values.some((key) => key !== null && jsonbHas(value, key)),
      ),
    ],
  }),
  scalar({
    name: '?&',
    category: 'json',
    doc: 'Whether all of the texts are keys or elements.',
    examples: [[`'["a", "b"]'::jsonb ?& ARRAY['a', 'b']`, 't']],
    overloads: [
      overload([JSONB, TEXTS], BOOLEAN, (value, keys: SqlArray) =>
        keys.values.every((key) => key === null || jsonbHas(value, key)),
      ),
    ],
  }),
  scalar({
    name: '||',
    category: 'json',
    doc: 'Two objects as one, the keys of the right one winning; else an array of both.',
    examples: [
      [`'{"a": 1}'::jsonb || '{"b": 2}'::jsonb`, '{"a": 1, "b": 2}'],
      [`'[1]'::jsonb || '2'::jsonb`, '[1, 2]'],
    ],
    overloads: [overload([JSONB, JSONB], JSONB, concatenate)],
  }),
  scalar({
    name: '-',
    category: 'json',
    doc: 'The value without a key, without several, or without the n-th element.',
    examples: [
      [`'{"a": 1, "b": 2}'::jsonb - 'a'`, '{"b": 2}'],
      [`'[1, 2, 3]'::jsonb - 0`, '[2, 3]'],
    ],
    overloads: [
      overload([JSONB, TEXT], JSONB, (value, key) => deleteKeys(value, [key])),
      overload([JSONB, TEXTS], JSONB, (value, keys: SqlArray) => deleteKeys(value, keys.values)),
      overload([JSONB, INTEGER], JSONB, deleteElement),
    ],
  }),
  scalar({
    name: '#-',
    category: 'json',
    doc: 'The value without what a path leads to.',
    examples: [[`'["a", {"b": 1}]'::jsonb #- '{1,b}'`, '["a", {}]']],
    overloads: [overload([JSONB, TEXTS], JSONB, (value, path: SqlArray) => deletePath(value, path.values))],
  }),
]
