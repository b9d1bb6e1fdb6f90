/** What a SQL type is in Parquet: how its values lie, and the logical type that says what they mean. */
import { notSupported, SqlError } from '../../error.ts'
import { defaultSettings } from '../../settings.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import { traits, typeName } from '../../types/traits.ts'
import type { Interval, Value } from '../../types/value.ts'
import type { Struct } from './thrift.ts'

/** Parquet's physical types. */
export const physicalCodes = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6, fixed: 7 } as const

export interface ColumnType {
  readonly physical: keyof typeof physicalCodes
  /** Bytes of a value of fixed length. */
  readonly length?: number
  readonly converted?: number
  readonly logical?: Struct
  readonly precision?: number
  readonly scale?: number
  /** A value, which is not NULL, as it is written: number, bigint or bytes. Texts are written as they are. */
  readonly write?: (value: Value) => number | bigint | Uint8Array
}

const encoder = new TextEncoder()
const microseconds: Struct = [[2, 'struct', []]]
const nothing: Struct = []

/** numeric without precision is given the digits that its values need by `decimalOf`. */
export function columnType(type: DataType): ColumnType | 'any decimal' {
  switch (type.kind) {
    case 'domain':
      return columnType(type.base)
    case 'boolean':
      return { physical: 'boolean' }
    case 'smallint':
      return { physical: 'int32', converted: 16, logical: integer(16) }
    case 'integer':
      return { physical: 'int32', converted: 17, logical: integer(32) }
    case 'bigint':
    case 'oid':
      return { physical: 'int64', converted: 18, logical: integer(64), write: BigInt }
    case 'real':
      return { physical: 'float' }
    case 'double':
      return { physical: 'double' }
    case 'numeric':
      return type.precision === undefined || (type.scale ?? 0) < 0 || (type.scale ?? 0) > type.precision
        ? 'any decimal'
        : decimal(type.precision, type.scale ?? 0)
    case 'text':
    case 'varchar':
    case 'char':
    case 'name':
    case 'enum':
      return { physical: 'bytes', converted: 0, logical: [[1, 'struct', nothing]] }
    case 'json':
      return { physical: 'bytes', converted: 19, logical: [[12, 'struct', nothing]] }
    case 'jsonb':
      return {
        physical: 'bytes',
        converted: 19,
        logical: [[12, 'struct', nothing]],
        write: (value) => encoder.encode(traits(type).format(value, type, defaultSettings)),
      }
    case 'bytea':
      return { physical: 'bytes', write: (value: Uint8Array) => value }
    case 'uuid':
      return { physical: 'fixed', length: 16, logical: [[14, 'struct', nothing]], write: uuidBytes }
    case 'date':
      return { physical: 'int32', converted: 6, logical: [[6, 'struct', nothing]], write: finiteDate }
    case 'time':
      return { physical: 'int64', converted: 8, logical: [[7, 'struct', instant(false)]], write: BigInt }
    case 'timestamp':
    case 'timestamptz':
      return {
        physical: 'int64',
        converted: 10,
        logical: [[8, 'struct', instant(type.kind === 'timestamptz')]],
        write: finiteTimestamp,
      }
    case 'interval':
      return { physical: 'fixed', length: 12, converted: 21, write: intervalBytes }
    default:
      throw notSupported(`writing type ${typeName(type)} to a Parquet file`, undefined, 'Cast it to text.')
  }
}

function integer(bits: number): Struct {
  return [
    [
      10,
      'struct',
      [
        [1, 'i8', bits],
        [2, 'bool', true],
      ],
    ],
  ]
}

function instant(isUtc: boolean): Struct {
  return [
    [1, 'bool', isUtc],
    [2, 'struct', microseconds],
  ]
}

/** A decimal of so many digits in the narrowest form; `unscaled` values come as bigint, number or Decimal. */
export function decimal(precision: number, scale: number): ColumnType {
  if (precision > 38) return decimalOfMany(precision)
  const logical: Struct = [
    [
      5,
      'struct',
      [
        [1, 'i32', scale],
        [2, 'i32', precision],
      ],
    ],
  ]
  const coefficient = (value: Decimal): bigint => {
    if (!value.isFinite()) throw unwritable('numeric', 'NaN and infinity')
    return value.coefficientAt(scale)
  }
  const common = { converted: 5, logical, precision, scale }
  if (precision <= 9) return { physical: 'int32', ...common, write: (value) => Number(coefficient(value)) }
  if (precision <= 18) return { physical: 'int64', ...common, write: coefficient }
  return { physical: 'fixed', length: 16, ...common, write: (value) => wideBytes(coefficient(value)) }
}

function decimalOfMany(precision: number): never {
  throw notSupported(
    `writing numeric of ${precision} digits to a Parquet file`,
    undefined,
    'Cast it to numeric(38, …).',
  )
}

/** The type for numerics without a precision: as many digits as the values need. */
export function decimalOf(values: Iterable<Decimal>): ColumnType {
  let scale = 0
  let whole = 1
  for (const value of values) {
    if (!value.isFinite()) throw unwritable('numeric', 'NaN and infinity')
    scale = Math.max(scale, value.minScale())
    const digits = String(value.coefficient < 0n ? -value.coefficient : value.coefficient).length - value.scale
    if (digits > whole) whole = digits
  }
  return decimal(Math.max(19, whole + scale), scale)
}

function wideBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setBigInt64(0, value >> 64n)
  view.setBigUint64(8, BigInt.asUintN(64, value))
  return bytes
}

function uuidBytes(value: string): Uint8Array {
  const hex = value.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

function finiteDate(value: number): number {
  if (Math.abs(value) === 2147483647) throw unwritable('date', 'infinity')
  return value
}

function finiteTimestamp(value: bigint): bigint {
  if (value === 9223372036854775807n || value <= -9223372036854775807n) throw unwritable('timestamp', 'infinity')
  return value
}

/** Months, days and milliseconds, which is all that Parquet has. */
function intervalBytes({ months, days, micros }: Interval): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  const milliseconds = micros / 1000n
  if (milliseconds * 1000n !== micros || months < 0 || days < 0 || micros < 0n || milliseconds > 0xffffffffn) {
    throw unwritable('interval', 'negative ones and fractions of milliseconds')
  }
  view.setUint32(0, months, true)
  view.setUint32(4, days, true)
  view.setUint32(8, Number(milliseconds), true)
  return bytes
}

function unwritable(type: string, what: string): SqlError {
  return new SqlError('feature_not_supported', `Parquet has no form for this value of type ${type}`, {
    detail: `It has none for ${what}.`,
    hint: 'Cast the column to text, or leave the row out.',
  })
}
