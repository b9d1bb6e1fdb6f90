/** Any value as JSON: as text for json, as a JsonValue for jsonb. Dates are ISO 8601, what JSON lacks becomes a string. */
import type { Settings } from '../../settings.ts'
import type { SqlArray } from '../../types/array.ts'
import type { DataType } from '../../types/data-type.ts'
import { formatDate, formatTimestamp, formatTimestampTz } from '../../types/date-time.ts'
import { Decimal } from '../../types/decimal.ts'
import { formatJson, JSON_NULL, type JsonValue, jsonObject, parseJson, quoteJson } from '../../types/json.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import { castText, textOf } from './text-of.ts'

type JsonPrinter = (value: Value, settings: Settings) => string
type JsonMaker = (value: Value, settings: Settings) => JsonValue

/** As a cast gives it, but blanks of char stay. */
function plainText(type: DataType): JsonPrinter {
  return baseType(type).kind === 'char' ? textOf(baseType(type)) : castText(type)
}

/** How a type's values are written as json. NULL becomes null. */
export function jsonTextOf(type: DataType): JsonPrinter {
  const print = printerOf(type)
  return (value, settings) => (value === null ? 'null' : print(value, settings))
}

function printerOf(type: DataType): JsonPrinter {
  switch (type.kind) {
    case 'boolean':
      return (value) => (value ? 'true' : 'false')
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => String(value)
    case 'real':
    case 'double':
    case 'numeric': {
      const print = plainText(type)
      return (value, settings) => {
        const text = print(value, settings)
        return /^-?\d/.test(text) ? text : quoteJson(text)
      }
    }
    case 'json':
      return (value) => value
    case 'jsonb':
      return (value) => formatJson(value)
    case 'array': {
      const element = jsonTextOf(type.element)
      return (array: SqlArray, settings) =>
        nestElements(
          array,
          (value) => element(value, settings),
          (parts) => `[${parts.join(',')}]`,
        )
    }
    case 'record': {
      const printers = type.fields.map((field) => jsonTextOf(field.type))
      const names = type.fields.map((field, index) => quoteJson(field.name || `f${index + 1}`))
      return (values: readonly Value[], settings) =>
        `{${printers.map((print, index) => `${names[index]}:${print(values[index], settings)}`).join(',')}}`
    }
    case 'map': {
      const key = plainText(type.key)
      const value = jsonTextOf(type.value)
      return (pairs: readonly (readonly [Value, Value])[], settings) =>
        `{${pairs.map((pair) => `${quoteJson(key(pair[0], settings))}:${value(pair[1], settings)}`).join(',')}}`
    }
    case 'date':
    case 'timestamp':
    case 'timestamptz': {
      const print = isoPrinter(type)
      return (value, settings) => quoteJson(print(value, settings))
    }
    case 'domain':
      return printerOf(type.base)
    default: {
      const print = plainText(type)
      return (value, settings) => quoteJson(print(value, settings))
    }
  }
}

/** Dates and timestamps in ISO 8601, whatever DateStyle says. */
function isoPrinter(type: DataType): (value: Value, settings: Settings) => string {
  const iso = (text: string): string => text.replace(' ', 'T').replace('TBC', ' BC')
  switch (type.kind) {
    case 'date':
      return (value, settings) => formatDate(value, isoSettings(settings))
    case 'timestamp':
      return (value, settings) => iso(formatTimestamp(value, isoSettings(settings)))
    default:
      return (value, settings) =>
        iso(formatTimestampTz(value, isoSettings(settings))).replace(/([+-]\d\d)( BC)?$/, '$1:00$2')
  }
}

/** The settings with ISO dates: the same object where they are already, which is nearly always. */
function isoSettings(settings: Settings): Settings {
  if (settings.get('datestyle').startsWith('ISO')) return settings
  const iso = Object.create(settings) as Settings
  Object.defineProperty(iso, 'get', {
    value: (name: string) => (name === 'datestyle' ? 'ISO, MDY' : settings.get(name)),
  })
  return iso
}

/** Elements of an array of any depth, brought together level by level. */
function nestElements<T>(array: SqlArray, make: (value: Value) => T, wrap: (parts: T[]) => T): T {
  const { dimensions, values } = array
  let at = 0
  const level = (depth: number): T => {
    const parts: T[] = []
    const size = dimensions[depth] ?? 0
    for (let index = 0; index < size; index++)
      parts.push(depth + 1 === dimensions.length ? make(values[at++]) : level(depth + 1))
    return wrap(parts)
  }
  return level(0)
}

/** How a type's values become keys; json, arrays and rows become none. */
export function jsonKeyOf(type: DataType): JsonPrinter {
  const { kind } = baseType(type)
  if (kind === 'array' || kind === 'record' || kind === 'json' || kind === 'jsonb') {
    return () => {
      throw invalidParameter('key value must be scalar, not array, composite, or json')
    }
  }
  return plainText(type)
}

/** How a type's values become jsonb. NULL becomes null. */
export function jsonbOf(type: DataType): JsonMaker {
  const make = makerOf(type)
  return (value, settings) => (value === null ? JSON_NULL : make(value, settings))
}

function makerOf(type: DataType): JsonMaker {
  switch (type.kind) {
    case 'boolean':
      return (value) => value
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => Decimal.fromBigInt(BigInt(value))
    case 'numeric':
      return (value: Decimal) => (value.isFinite() ? value : value.toString())
    case 'real':
    case 'double': {
      const print = plainText(type)
      return (value, settings) =>
        Number.isFinite(value) ? Decimal.parse(print(value, settings)) : print(value, settings)
    }
    case 'json':
      return parseJson
    case 'jsonb':
      return (value) => value
    case 'array': {
      const element = jsonbOf(type.element)
      return (array: SqlArray, settings) =>
        nestElements<JsonValue>(
          array,
          (value) => element(value, settings),
          (parts) => parts,
        )
    }
    case 'record': {
      const makers = type.fields.map((field) => jsonbOf(field.type))
      const names = type.fields.map((field, index) => field.name || `f${index + 1}`)
      return (values: readonly Value[], settings) =>
        jsonObject(makers.map((make, index) => [names[index], make(values[index], settings)] as const))
    }
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return isoPrinter(type)
    case 'domain':
      return makerOf(type.base)
    default:
      return plainText(type)
  }
}
