/** Values of any type out of json, as DuckDB's casts and json_transform make them. */
import { SqlError } from '../../error.ts'
import { EMPTY_ARRAY, sqlArray, stack } from '../../types/array.ts'
import { type DataType, DOUBLE, NUMERIC, TEXT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { parseJson } from '../../types/json.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { type CastSession, castValue, readValue } from '../casts.ts'
import { category } from '../coercion.ts'
import { jsonAsText, jsonElements, jsonKind, jsonMembers } from './json-text.ts'

/** The value of the type; what does not fit, or is missing, is refused, or NULL where it stands if `lenient`. */
export function jsonToValue(json: string, type: DataType, lenient: boolean, session: CastSession): Value {
  if (!lenient) return convert(json, type, lenient, session)
  try {
    return convert(json, type, lenient, session)
  } catch (error) {
    if (error instanceof SqlError) return null
    throw error
  }
}

function convert(json: string, type: DataType, lenient: boolean, session: CastSession): Value {
  const kind = jsonKind(json)
  if (kind === 'null') return null
  switch (type.kind) {
    case 'json':
      return json.trim()
    case 'jsonb':
      return parseJson(json)
    case 'domain':
      return castValue(convert(json, type.base, lenient, session), type.base, type, 'explicit', session)
    case 'array': {
      if (kind !== 'array') throw wrongKind(kind, type)
      const elements = jsonElements(json)
      if (elements.length === 0) return EMPTY_ARRAY
      const isDeeper = type.element.kind !== 'array' && jsonKind(elements[0]) === 'array' && holdsOne(type.element)
      const values = elements.map((element) => jsonToValue(element, isDeeper ? type : type.element, lenient, session))
      return isDeeper ? stack(values) : sqlArray(values)
    }
    case 'record': {
      if (kind !== 'object') throw wrongKind(kind, type)
      const members = new Map(jsonMembers(json))
      return type.fields.map((field) => {
        const member = members.get(field.name)
        if (member !== undefined) return jsonToValue(member, field.type, lenient, session)
        if (lenient) return null
        throw new SqlError('invalid_parameter_value', `the object has no member "${field.name}"`)
      })
    }
    case 'map': {
      if (kind !== 'object') throw wrongKind(kind, type)
      const pairs = new Map(jsonMembers(json))
      return Array.from(pairs, ([key, value]) => [
        readValue(key, type.key, session),
        jsonToValue(value, type.value, lenient, session),
      ])
    }
    default:
      return scalarOf(json, kind, type, session)
  }
}

/** Whether values of the type are no arrays of json's. */
function holdsOne(type: DataType): boolean {
  return type.kind !== 'json' && type.kind !== 'jsonb'
}

function scalarOf(json: string, kind: string, type: DataType, session: CastSession): Value {
  if (category(type) === 'S') return castValue(jsonAsText(json)!, TEXT, type, 'explicit', session)
  if (kind === 'object' || kind === 'array') throw wrongKind(kind, type)
  if (kind === 'boolean' && category(type) === 'N') {
    return castValue(json.trim() === 'true' ? Decimal.ONE : Decimal.ZERO, NUMERIC, type, 'explicit', session)
  }
  if (kind === 'number' && type.kind === 'boolean') return !Decimal.parse(json.trim()).isZero()
  if (kind === 'number' && category(type) === 'N') {
    const text = json.trim()
    const isWhole = /^-?\d+$/.test(text) || type.kind === 'numeric'
    return isWhole
      ? castValue(Decimal.parse(text), NUMERIC, type, 'explicit', session)
      : castValue(Number(text), DOUBLE, type, 'explicit', session)
  }
  return readValue(jsonAsText(json)!, type, session)
}

function wrongKind(kind: string, type: DataType): SqlError {
  return new SqlError('invalid_text_representation', `a json ${kind} is no value of type ${baseTypeName(type)}`)
}
