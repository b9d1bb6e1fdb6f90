/**
 * The border between SQL values and JavaScript values that users see. A column's JavaScript type follows from its SQL type
 * and the options, never from the value; what a number cannot hold exactly is an error, never a rounding.
 */
import { SqlError } from '../error.ts'
import { defaultSettings } from '../settings.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTEA,
  type DataType,
  DOUBLE,
  INTEGER,
  JSONB,
  NUMERIC,
  TEXT,
  TIMESTAMPTZ,
} from './data-type.ts'
import { Decimal } from './decimal.ts'
import { traits, typeName } from './traits.ts'
import type { Value } from './value.ts'

export interface ValueOptions {
  /** How BIGINT arrives. 'number' raises 22003 beyond ±(2^53-1). */
  readonly bigint?: 'number' | 'bigint' | 'string'
  /** How NUMERIC arrives. 'number' raises 22003 for a value with more digits than a number holds. */
  readonly decimal?: 'number' | 'string'
  /** How TIMESTAMP and TIMESTAMPTZ arrive. A Date has milliseconds; 'string' keeps microseconds. */
  readonly timestamp?: 'date' | 'string'
  /** The value is a quotient already rounded to some scale: the nearest number will do. */
  readonly inexact?: boolean
}

/** A value of the engine, not NULL, as the user's JavaScript value. */
export function toApiValue(value: Value, type: DataType, options: ValueOptions): unknown {
  switch (type.kind) {
    case 'bigint':
      return bigintToApi(value, options)
    case 'numeric':
      return decimalToApi(value, options)
    case 'timestamp':
    case 'timestamptz':
      return options.timestamp === 'string' ? traits(type).format(value, type, defaultSettings) : timestampToDate(value)
    case 'json':
      return JSON.parse(value)
    case 'jsonb':
      return JSON.parse(traits(type).format(value, type, defaultSettings))
    case 'array':
      return arrayToApi(value, type, options)
    case 'record':
      return Object.fromEntries(
        type.fields.map((field, i) => [
          field.name,
          value[i] === null ? null : toApiValue(value[i], field.type, options),
        ]),
      )
    case 'domain':
      return toApiValue(value, type.base, options)
    case 'boolean':
    case 'smallint':
    case 'integer':
    case 'oid':
    case 'real':
    case 'double':
    case 'text':
    case 'varchar':
    case 'char':
    case 'bytea':
      return value
    default:
      return traits(type).format(value, type, defaultSettings)
  }
}

/** As `toApiValue`, decided once; undefined where the value arrives as it is. */
export function apiConverter(type: DataType, options: ValueOptions): ((value: Value) => unknown) | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'smallint':
    case 'integer':
    case 'oid':
    case 'real':
    case 'double':
    case 'text':
    case 'varchar':
    case 'char':
    case 'bytea':
      return undefined
    case 'domain':
      return apiConverter(type.base, options)
    default:
      return (value) => toApiValue(value, type, options)
  }
}

function bigintToApi(value: bigint, options: ValueOptions): unknown {
  switch (options.bigint ?? 'number') {
    case 'bigint':
      return value
    case 'string':
      return value.toString()
    default: {
      const number = Number(value)
      if (!Number.isSafeInteger(number)) throw inexact(value.toString(), 'bigint', "bigint: 'bigint'")
      return number
    }
  }
}

function decimalToApi(value: Decimal, options: ValueOptions): unknown {
  const text = value.toString()
  if (options.decimal === 'string') return text
  const number = value.toNumber()
  if (options.inexact || !Number.isFinite(number)) return number
  const digits = text.replace(/^-?0*\.?0*/, '').replace('.', '').length
  if (digits > 15 && Decimal.parse(String(number)).compare(value) !== 0)
    throw inexact(text, 'numeric', "decimal: 'string'")
  return number
}

function inexact(text: string, type: string, option: string): SqlError {
  return new SqlError(
    'numeric_value_out_of_range',
    `${type} value ${text} cannot be held exactly by a JavaScript number`,
    {
      hint: `Use the option { ${option} } or cast the value in SQL.`,
    },
  )
}

/** Infinite timestamps become invalid-free extremes: ±8.64e15 ms is what Date can hold. */
function timestampToDate(micros: bigint): Date {
  const milliseconds = Number(micros / 1000n - (micros % 1000n < 0n ? 1n : 0n))
  return new Date(Math.max(-8.64e15, Math.min(8.64e15, milliseconds)))
}

function arrayToApi(value: Value, type: DataType & { kind: 'array' }, options: ValueOptions): unknown {
  const convert = (item: Value): unknown => (item === null ? null : toApiValue(item, type.element, options))
  const dimensions: readonly number[] = value.dimensions
  const nest = (level: number, offset: number, stride: number): unknown[] => {
    const count = dimensions[level] ?? 0
    if (level >= dimensions.length - 1)
      return Array.from({ length: count }, (_, i) => convert(value.values[offset + i]))
    const inner = stride / count
    return Array.from({ length: count }, (_, i) => nest(level + 1, offset + i * inner, inner))
  }
  return nest(0, 0, value.values.length)
}

/** The type that a JavaScript value suggests, for a parameter whose place in the statement gives none. */
export function typeOfApiValue(value: unknown): DataType | undefined {
  switch (typeof value) {
    case 'boolean':
      return BOOLEAN
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 63n ? BIGINT : NUMERIC
    case 'number':
      if (!Number.isInteger(value)) return DOUBLE
      return Math.abs(value) <= 2147483647 ? INTEGER : Number.isSafeInteger(value) ? BIGINT : DOUBLE
    case 'string':
      return TEXT
    case 'object':
      if (value === null) return undefined
      if (value instanceof Date) return TIMESTAMPTZ
      if (value instanceof Uint8Array) return BYTEA
      if (Array.isArray(value)) {
        const first = value.find((item) => item !== null && item !== undefined)
        return arrayOf(typeOfApiValue(first) ?? TEXT)
      }
      return JSONB
    default:
      throw unusable(value)
  }
}

/** A JavaScript value as the engine's value of a type; undefined when the type cannot hold it as it is. */
export function fromApiValue(value: unknown, type: DataType): Value | undefined {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
      return traits(type).parse(value, type, defaultSettings)
    case 'boolean':
      return type.kind === 'boolean' ? value : undefined
    case 'number':
      return numberToValue(value, type)
    case 'bigint':
      return bigintToValue(value, type)
    case 'object':
      return objectToValue(value, type)
    default:
      throw unusable(value)
  }
}

function numberToValue(value: number, type: DataType): Value | undefined {
  switch (type.kind) {
    case 'smallint':
      return Number.isInteger(value) && value >= -32768 && value <= 32767 ? value : undefined
    case 'integer':
      return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647 ? value : undefined
    case 'oid':
      return Number.isInteger(value) && value >= 0 && value <= 4294967295 ? value : undefined
    case 'bigint':
      return Number.isSafeInteger(value) ? BigInt(value) : undefined
    case 'numeric':
      return Decimal.parse(String(value))
    case 'double':
      return value
    case 'real':
      return Math.fround(value)
    default:
      return undefined
  }
}

function bigintToValue(value: bigint, type: DataType): Value | undefined {
  switch (type.kind) {
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
    case 'numeric':
      return Decimal.fromBigInt(value, 0)
    case 'smallint':
    case 'integer':
      return numberToValue(Number(value), type)
    case 'double':
      return Number(value)
    default:
      return undefined
  }
}

function objectToValue(value: object, type: DataType): Value | undefined {
  if (value instanceof Date) {
    const milliseconds = value.getTime()
    if (Number.isNaN(milliseconds)) throw new SqlError('invalid_datetime_format', 'invalid Date as a parameter')
    if (type.kind === 'timestamp' || type.kind === 'timestamptz') return BigInt(milliseconds) * 1000n
    if (type.kind === 'date') return Math.floor(milliseconds / 86_400_000)
    return undefined
  }
  if (value instanceof Uint8Array) return type.kind === 'bytea' ? value : undefined
  if (type.kind === 'json') return JSON.stringify(value)
  if (type.kind === 'jsonb') return traits(type).parse(JSON.stringify(value), type, defaultSettings)
  if (type.kind === 'array' && Array.isArray(value)) return arrayToValue(value, type)
  return undefined
}

function arrayToValue(value: readonly unknown[], type: DataType & { kind: 'array' }): Value | undefined {
  const dimensions: number[] = []
  for (let level: unknown = value; Array.isArray(level) && level.length > 0; level = level[0])
    dimensions.push(level.length)
  const items = value.flat(Math.max(0, dimensions.length - 1)).map((item) => fromApiValue(item, type.element))
  if (items.includes(undefined)) return undefined
  return { dimensions, lowerBounds: dimensions.map(() => 1), values: items }
}

function unusable(value: unknown): SqlError {
  return new SqlError('datatype_mismatch', `a ${typeof value} cannot be a parameter`)
}

/** The message of a parameter that does not fit. */
export function parameterMismatch(index: number, value: unknown, type: DataType): SqlError {
  return new SqlError(
    'datatype_mismatch',
    `parameter $${index + 1} is of type ${typeName(type)} but the value is ${describe(value)}`,
  )
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return value instanceof Date ? 'a Date' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
