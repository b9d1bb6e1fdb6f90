/** Parts of a jsonb replaced, added and taken out by a path: functions, and assignments to subscripts. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, JSONB, TEXT } from '../../types/data-type.ts'
import { isJsonArray, isJsonObject, JSON_NULL, type JsonValue, jsonObject } from '../../types/json.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { deletePath, stepPlace } from '../operators/json.ts'
import { arrayPlace } from './json-text.ts'

const TEXTS = arrayOf(TEXT)

interface SetOptions {
  readonly create: boolean
  /** jsonb_insert: a new element beside the one that the path names. */
  readonly insert?: 'before' | 'after'
  /** An assignment: what is missing on the way is made, and a scalar on the way is an error. */
  readonly fill?: boolean
}

function setPath(
  value: JsonValue,
  path: readonly (string | null)[],
  depth: number,
  replacement: JsonValue,
  options: SetOptions,
): JsonValue {
  const step = path[depth]
  if (step === undefined) return value
  if (step === null) throw new SqlError('null_value_not_allowed', `path element at position ${depth + 1} is null`)
  const isLast = depth === path.length - 1
  const added = (): JsonValue => (isLast ? replacement : filled(path, depth + 1, replacement))
  if (isJsonObject(value)) {
    const own = value.get(step)
    if (own === undefined) {
      return options.create && (isLast || options.fill) ? jsonObject([...value, [step, added()]]) : value
    }
    if (isLast && options.insert)
      throw invalidParameter('cannot replace existing key', 'Try using the function jsonb_set to replace key value.')
    const changed = new Map(value)
    changed.set(step, isLast ? replacement : setPath(own, path, depth + 1, replacement, options))
    return changed
  }
  if (!isJsonArray(value)) {
    if (!options.fill) return value
    throw new SqlError('invalid_parameter_value', 'cannot replace existing key', {
      detail: 'The path assumes key is a composite object, but it is a scalar value.',
    })
  }
  const place = stepPlace(step, depth)
  const index = place < 0 ? value.length + place : place
  if (index < 0) {
    if (options.fill) {
      throw invalidParameter(`path element at position ${depth + 1} is out of range: ${place}`)
    }
    return isLast && options.create ? [replacement, ...value] : value
  }
  if (index >= value.length) {
    if (options.fill) return [...value, ...nulls(index - value.length), added()]
    return isLast && options.create ? [...value, replacement] : value
  }
  if (!isLast)
    return value.map((element, other) =>
      other === index ? setPath(element, path, depth + 1, replacement, options) : element,
    )
  if (!options.insert) return value.map((element, other) => (other === index ? replacement : element))
  const before = options.insert === 'before' ? index : index + 1
  return [...value.slice(0, before), replacement, ...value.slice(before)]
}

function nulls(count: number): JsonValue[] {
  return new Array<JsonValue>(count).fill(JSON_NULL)
}

/** A value within new arrays and objects, one for each step that is left of a path. */
function filled(path: readonly (string | null)[], depth: number, value: JsonValue): JsonValue {
  const step = path[depth]
  if (step === undefined || step === null) return value
  const inner = filled(path, depth + 1, value)
  const place = arrayPlace(step)
  if (place === undefined) return jsonObject([[step, inner]])
  return [...nulls(Math.max(place, 0)), inner]
}

/** What an assignment to `base[a][b]` makes of a value. */
export function assignJsonPart(
  base: JsonValue | null,
  value: JsonValue | null,
  steps: readonly (string | number | null)[],
): JsonValue {
  if (steps.includes(null)) {
    throw new SqlError('null_value_not_allowed', 'jsonb subscript in assignment must not be null')
  }
  const start = base ?? (typeof steps[0] === 'number' ? [] : jsonObject([]))
  return setPath(start, steps.map(String), 0, value ?? JSON_NULL, { create: true, fill: true })
}

function checkContainer(value: JsonValue): void {
  if (!isJsonArray(value) && !isJsonObject(value)) throw invalidParameter('cannot set path in scalar')
}

function replaceAt(value: JsonValue, path: SqlArray, replacement: JsonValue, create: boolean): JsonValue {
  checkContainer(value)
  const isEmpty = isJsonObject(value) ? value.size === 0 : isJsonArray(value) && value.length === 0
  return isEmpty && !create ? value : setPath(value, path.values, 0, replacement, { create })
}

function setLax(
  value: JsonValue | null,
  path: SqlArray | null,
  replacement: JsonValue | null,
  create: boolean | null,
  treatment: string | null,
): JsonValue | null {
  if (value === null || path === null || create === null) return null
  if (replacement !== null) return replaceAt(value, path, replacement, create)
  switch (treatment) {
    case 'raise_exception':
      throw new SqlError('null_value_not_allowed', 'JSON value must not be null', {
        detail: 'Exception was raised because null_value_treatment is "raise_exception".',
        hint: 'To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.',
      })
    case 'use_json_null':
      return replaceAt(value, path, JSON_NULL, create)
    case 'delete_key':
      return deletePath(value, path.values)
    case 'return_target':
      return value
    default:
      throw invalidParameter(
        'null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"',
      )
  }
}

export const jsonSetFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'jsonb_set',
    category: 'json',
    doc: 'A jsonb with what a path leads to replaced, or made unless the last argument is false.',
    examples: [[`jsonb_set('{"a": [1, 2]}', '{a,0}', '9')`, '{"a": [9, 2]}']],
    overloads: [
      overload([JSONB, TEXTS, JSONB, BOOLEAN], JSONB, replaceAt, {
        defaults: [true],
        parameterNames: ['jsonb_in', 'path', 'replacement', 'create_if_missing'],
      }),
    ],
  }),
  scalar({
    name: 'jsonb_set_lax',
    category: 'json',
    doc: 'As jsonb_set; the last argument says what NULL as the new value means.',
    examples: [[`jsonb_set_lax('{"a": 1, "b": 2}', '{b}', NULL, true, 'delete_key')`, '{"a": 1}']],
    overloads: [
      overload([JSONB, TEXTS, JSONB, BOOLEAN, TEXT], JSONB, setLax, {
        defaults: [true, 'use_json_null'],
        strict: false,
        parameterNames: ['jsonb_in', 'path', 'replacement', 'create_if_missing', 'null_value_treatment'],
      }),
    ],
  }),
  scalar({
    name: 'jsonb_insert',
    category: 'json',
    doc: 'A jsonb with a value put before the element that a path names, or after it.',
    examples: [[`jsonb_insert('{"a": [0, 1, 2]}', '{a,1}', '"new"')`, '{"a": [0, "new", 1, 2]}']],
    overloads: [
      overload(
        [JSONB, TEXTS, JSONB, BOOLEAN],
        JSONB,
        (value, path: SqlArray, added, after) => {
          checkContainer(value)
          return setPath(value, path.values, 0, added, { create: true, insert: after ? 'after' : 'before' })
        },
        { defaults: [false], parameterNames: ['jsonb_in', 'path', 'replacement', 'insert_after'] },
      ),
    ],
  }),
]
