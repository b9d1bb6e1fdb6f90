/** Rows out of json: each member goes to the field of its name, read as the field's type reads text. */
import { SqlError } from '../../error.ts'
import { EMPTY_ARRAY, type SqlArray } from '../../types/array.ts'
import { BOOLEAN, type DataType, type Field, JSON_TYPE, JSONB } from '../../types/data-type.ts'
import { formatJson, parseJson } from '../../types/json.ts'
import type { Value } from '../../types/value.ts'
import { type CastSession, readValue } from '../casts.ts'
import { baseType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import {
  type FunctionContext,
  mustSpecialise,
  type Overload,
  overload,
  type ScalarFunction,
  scalar,
  type TableFunction,
  type TableFunctionOverload,
  tableFunction,
} from '../function.ts'
import { jsonAsText, jsonElements, jsonKind, jsonMembers } from './json-text.ts'

/** The value of a type that a json text holds; `place` says where the text stood, for errors. */
function fieldValue(
  json: string | null,
  type: DataType,
  context: FunctionContext,
  place: string,
  old: Value = null,
): Value {
  if (json === null || json.trim() === 'null') {
    if (type.kind === 'domain') (context as CastSession).checkDomain?.(type, null)
    return null
  }
  switch (type.kind) {
    case 'json':
      return json
    case 'jsonb':
      return parseJson(json)
    case 'array':
      return arrayOfJson(json, type, context, place)
    case 'record':
      if (jsonKind(json) === 'string') break
      return rowOf(json, type.fields, old ?? undefined, context)
    case 'domain': {
      const value = fieldValue(json, type.base, context, place, old)
      if (typeof value === 'string') return readValue(value, type, context)
      ;(context as CastSession).checkDomain?.(type, value)
      return value
    }
  }
  return readValue(jsonAsText(json) ?? 'null', type, context)
}

function arrayOfJson(
  json: string,
  type: Extract<DataType, { kind: 'array' }>,
  context: FunctionContext,
  place: string,
): Value {
  if (jsonKind(json) === 'string') return readValue(jsonAsText(json)!, type, context)
  const values: Value[] = []
  const dimensions: number[] = []
  const expected = (at: string): SqlError =>
    new SqlError('invalid_text_representation', 'expected JSON array', { hint: `See ${at}.` })
  const level = (text: string, depth: number, at: string): void => {
    if (jsonKind(text) !== 'array') throw expected(at)
    const elements = jsonElements(text)
    if (dimensions.length === depth) dimensions.push(elements.length)
    else if (dimensions[depth] !== elements.length) {
      throw new SqlError('invalid_text_representation', 'malformed JSON array', {
        detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.',
      })
    }
    const nested = dimensions.length > depth + 1 || (elements.length > 0 && jsonKind(elements[0]) === 'array')
    elements.forEach((element, index) => {
      const here = `the array element [${index}] of ${place}`
      if (nested) level(element, depth + 1, here)
      else values.push(fieldValue(element, type.element, context, here))
    })
  }
  level(json, 0, `the value of ${place}`)
  if (values.length === 0) return EMPTY_ARRAY
  const array: SqlArray = { dimensions, lowerBounds: dimensions.map(() => 1), values }
  return array
}

/** A row of the given fields; what the object does not name stays as in `defaults`, or NULL. */
function rowOf(
  json: string,
  fields: readonly Field[],
  defaults: readonly Value[] | undefined,
  context: FunctionContext,
): Value[] {
  const kind = jsonKind(json)
  if (kind === 'array') throw invalidParameter('cannot call populate_composite on an array')
  if (kind !== 'object') throw invalidParameter('cannot call populate_composite on a scalar')
  const members = new Map(jsonMembers(json))
  return fields.map(({ name, type }, index) => {
    const member = members.get(name)
    if (member === undefined && defaults) return defaults[index] ?? null
    return fieldValue(member ?? null, type, context, `key "${name}"`, defaults?.[index])
  })
}

function fieldsOf(type: DataType, name: string): readonly Field[] {
  const base = baseType(type)
  if (base.kind !== 'record') throw new SqlError('datatype_mismatch', `first argument of ${name} must be a row type`)
  return base.fields
}

function unknownRow(name: string): SqlError {
  return new SqlError('feature_not_supported', `could not determine row type for result of ${name}`, {
    hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.',
  })
}

function populateOverload(json: DataType, name: string, text: (value: Value) => string): Overload[] {
  const options: Partial<Overload> = {
    strict: false,
    context: true,
    volatility: 'stable',
    specialise: ([type]) => {
      const fields = fieldsOf(type, name)
      return (context, base, value) => {
        if (fields.length === 0) throw unknownRow(name)
        if (value === null) return base
        const row = rowOf(text(value), fields, base ?? undefined, context)
        if (type.kind === 'domain') (context as CastSession).checkDomain?.(type, row)
        return row
      }
    },
  }
  return [
    overload(['anyelement', json], 'anyelement', mustSpecialise, options),
    overload(['anyelement', json, BOOLEAN], 'anyelement', mustSpecialise, options),
  ]
}

const asIs = (value: Value): string => value

function populate(name: string, json: DataType, text: (value: Value) => string): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc: `The row given first, with the members of a ${json.kind} object put in the fields of their names.`,
    examples: [[`${name}(ROW(1, 'x'), '{"f1": 5}')`, '(5,x)']],
    overloads: populateOverload(json, name, text),
  })
}

/** The objects of an array. */
function objectsOf(json: string, name: string, binary: boolean): string[] {
  const kind = jsonKind(json)
  if (kind !== 'array' && binary) throw invalidParameter(`cannot call ${name} on a non-array`)
  if (kind === 'object') throw invalidParameter(`cannot call ${name} on an object`)
  if (kind !== 'array') throw invalidParameter(`cannot call ${name} on a scalar`)
  return jsonElements(json).map((element) => {
    if (jsonKind(element) === 'object') return element
    throw invalidParameter(`argument of ${name} must be an array of objects`)
  })
}

function populateSet(name: string, json: DataType, text: (value: Value) => string): TableFunction {
  const evaluate =
    (fields: readonly Field[], type?: DataType): TableFunctionOverload['evaluate'] =>
    (context, base, value) => {
      if (fields.length === 0) throw unknownRow(name)
      if (value === null) return []
      return objectsOf(text(value), name, json.kind === 'jsonb').map((object) => {
        const row = rowOf(object, fields, base ?? undefined, context)
        if (type?.kind === 'domain') (context as CastSession).checkDomain?.(type, row)
        return row
      })
    }
  return tableFunction({
    name,
    category: 'json',
    doc: `A row for each object of a ${json.kind} array, made like the row given first.`,
    examples: [[`SELECT count(*) FROM ${name}(ROW(1, 2), '[{"f1": 5}, {"f2": 6}]')`, '2']],
    overloads: [
      {
        parameters: ['anyelement', json],
        strict: false,
        columns: ([type]) => fieldsOf(type, name),
        evaluate: mustSpecialise,
        specialise: ([type]) => evaluate(fieldsOf(type, name), type),
        withColumns: (columns) => evaluate(columns),
        columnsFollow: 'first',
      },
    ],
  })
}

function toRecord(name: string, json: DataType, isSet: boolean, text: (value: Value) => string): TableFunction {
  const example = isSet ? '[{"a": 1}, {"a": 2}]' : '{"a": 1, "b": 2}'
  return tableFunction({
    name,
    category: 'json',
    doc: `${isSet ? `A row for each object of a ${json.kind} array` : `A row of a ${json.kind} object`}, with the columns that follow AS.`,
    examples: [[`SELECT max(a) FROM ${name}('${example}') AS t(a integer)`, isSet ? '2' : '1']],
    overloads: [
      {
        parameters: [json],
        columns: () => {
          throw new SqlError('syntax_error', 'a column definition list is required for functions returning "record"')
        },
        evaluate: mustSpecialise,
        withColumns: (columns) => (context, value) => {
          const objects = isSet ? objectsOf(text(value), name, json.kind === 'jsonb') : [text(value)]
          return objects.map((object) => rowOf(object, columns, undefined, context))
        },
      },
    ],
  })
}

export const jsonRecordFunctions: readonly (ScalarFunction | TableFunction)[] = [
  populate('json_populate_record', JSON_TYPE, asIs),
  populate('jsonb_populate_record', JSONB, formatJson),
  populateSet('json_populate_recordset', JSON_TYPE, asIs),
  populateSet('jsonb_populate_recordset', JSONB, formatJson),
  toRecord('json_to_record', JSON_TYPE, false, asIs),
  toRecord('jsonb_to_record', JSONB, false, formatJson),
  toRecord('json_to_recordset', JSON_TYPE, true, asIs),
  toRecord('jsonb_to_recordset', JSONB, true, formatJson),
]
