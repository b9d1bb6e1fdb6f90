/** Parquet's physical and logical types → SQL types and values. */
import { notSupported } from '../../error.ts'
import { defaultSettings } from '../../settings.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTEA,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UUID,
} from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { decodeUtf8 } from '../csv/scanner.ts'

/** The parts of hyparquet's schema element that say what a value means. */
export interface ParquetElement {
  readonly name: string
  readonly type?: string
  readonly type_length?: number
  readonly repetition_type?: string
  readonly converted_type?: string
  readonly scale?: number
  readonly precision?: number
  readonly logical_type?: {
    readonly type: string
    readonly unit?: string
    readonly isAdjustedToUTC?: boolean
    readonly bitWidth?: number
    readonly isSigned?: boolean
    readonly precision?: number
    readonly scale?: number
  }
}

interface Leaf {
  readonly type: DataType
  /** From the stored value: number, bigint or bytes. */
  readonly convert: (raw: never) => Value
}

export function leafType(element: ParquetElement): DataType {
  return leaf(element).type
}

export function leafConverter(element: ParquetElement): (raw: never) => Value {
  return leaf(element).convert
}

function leaf(element: ParquetElement): Leaf {
  const logical = element.logical_type?.type
  if (element.converted_type === 'DECIMAL' || logical === 'DECIMAL') return decimal(element)
  switch (element.type) {
    case 'BOOLEAN':
      return { type: BOOLEAN, convert: (raw: boolean) => Boolean(raw) }
    case 'INT32':
      return int32(element)
    case 'INT64':
      return int64(element)
    case 'INT96':
      return { type: TIMESTAMP, convert: (nanos: bigint) => floorDivide(nanos, 1000n) }
    case 'FLOAT':
      return { type: REAL, convert: (raw: number) => raw }
    case 'DOUBLE':
      return { type: DOUBLE, convert: (raw: number) => raw }
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return byteArray(element)
    default:
      throw notSupported(`Parquet type ${element.type}`)
  }
}

function decimal(element: ParquetElement): Leaf {
  const scale = element.scale ?? element.logical_type?.scale ?? 0
  const precision = element.precision ?? element.logical_type?.precision
  const type: DataType = precision ? { kind: 'numeric', precision, scale } : NUMERIC
  return {
    type,
    convert: (raw: number | bigint | Uint8Array) =>
      Decimal.fromBigInt(raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw), scale),
  }
}

function int32(element: ParquetElement): Leaf {
  const logical = element.logical_type
  switch (
    element.converted_type ??
    (logical?.type === 'INTEGER' ? `${logical.isSigned ? '' : 'U'}INT_${logical.bitWidth}` : logical?.type)
  ) {
    case 'DATE':
      return { type: DATE, convert: (days: number) => days }
    case 'TIME_MILLIS':
    case 'TIME':
      return { type: TIME, convert: (millis: number) => millis * 1000 }
    case 'INT_8':
    case 'INT_16':
      return { type: SMALLINT, convert: (raw: number) => raw }
    case 'UINT_8':
      return { type: SMALLINT, convert: (raw: number) => raw & 0xff }
    case 'UINT_16':
      return { type: INTEGER, convert: (raw: number) => raw & 0xffff }
    case 'UINT_32':
      return { type: BIGINT, convert: (raw: number) => BigInt(raw >>> 0) }
    default:
      return { type: INTEGER, convert: (raw: number) => raw }
  }
}

function int64(element: ParquetElement): Leaf {
  const logical = element.logical_type
  if (logical?.type === 'TIMESTAMP' || element.converted_type?.startsWith('TIMESTAMP_')) {
    const unit = logical?.unit ?? element.converted_type?.slice('TIMESTAMP_'.length)
    const type = logical ? (logical.isAdjustedToUTC ? TIMESTAMPTZ : TIMESTAMP) : TIMESTAMPTZ
    return { type, convert: (raw: bigint) => toMicros(BigInt(raw), unit) }
  }
  if (logical?.type === 'TIME' || element.converted_type === 'TIME_MICROS') {
    const unit = logical?.unit ?? 'MICROS'
    return { type: TIME, convert: (raw: bigint) => Number(toMicros(BigInt(raw), unit)) }
  }
  if (element.converted_type === 'UINT_64' || (logical?.type === 'INTEGER' && !logical.isSigned)) {
    return {
      type: { kind: 'numeric', precision: 20, scale: 0 },
      convert: (raw: bigint) => Decimal.fromBigInt(BigInt.asUintN(64, BigInt(raw)), 0),
    }
  }
  return { type: BIGINT, convert: (raw: bigint) => BigInt(raw) }
}

function byteArray(element: ParquetElement): Leaf {
  const logical = element.logical_type?.type
  switch (element.converted_type ?? logical) {
    case 'UTF8':
    case 'STRING':
    case 'ENUM':
      return { type: TEXT, convert: (bytes: Uint8Array) => decodeUtf8(bytes, 0, bytes.length) }
    case 'JSON':
      return { type: JSON_TYPE, convert: (bytes: Uint8Array) => decodeUtf8(bytes, 0, bytes.length) }
    case 'BSON':
      throw notSupported('BSON in Parquet')
    case 'INTERVAL':
      return { type: INTERVAL, convert: interval }
    case 'UUID':
      return { type: UUID, convert: uuid }
    case 'FLOAT16':
      return { type: REAL, convert: float16 }
    default:
      return { type: BYTEA, convert: (bytes: Uint8Array) => bytes.slice() }
  }
}

function toMicros(value: bigint, unit: string | undefined): bigint {
  if (unit === 'MILLIS') return value * 1000n
  return unit === 'NANOS' ? floorDivide(value, 1000n) : value
}

export function floorDivide(value: bigint, divisor: bigint): bigint {
  return value / divisor - (value % divisor < 0n ? 1n : 0n)
}

/** Two's complement, most significant byte first. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

/** Months, days and milliseconds, 32 bits each, least significant byte first. */
function interval(bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12)
  return {
    months: view.getUint32(0, true),
    days: view.getUint32(4, true),
    micros: BigInt(view.getUint32(8, true)) * 1000n,
  }
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** IEEE 754 half precision. */
function float16(bytes: Uint8Array): number {
  const bits = (bytes[1] << 8) | bytes[0]
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

interface JsonNode {
  readonly element: ParquetElement
  readonly children: readonly JsonNode[]
}

/** A nested value as JSON can say it: leaves as their SQL text where JSON has nothing of the kind. */
export function plainJson(value: unknown, node: JsonNode | undefined): unknown {
  if (value === null || value === undefined) return null
  const inner = (child: unknown, name?: string): unknown => plainJson(child, node && childNode(node, name))
  if (Array.isArray(value)) return value.map((item) => inner(item))
  if (value instanceof Uint8Array && !(node && node.children.length === 0))
    return `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  if (node && node.children.length === 0)
    return scalarJson(leafConverter(node.element)(value as never), leafType(node.element))
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, inner(child, name)]))
}

/** The schema below a nested value: of a list its element, of a map its value, of a struct the field of that name. */
function childNode(node: JsonNode, name: string | undefined): JsonNode | undefined {
  const kind = node.element.converted_type ?? node.element.logical_type?.type
  if (kind === 'LIST') {
    const [repeated] = node.children
    return repeated.children.length === 1 ? repeated.children[0] : repeated
  }
  if (kind === 'MAP' || kind === 'MAP_KEY_VALUE') return node.children[0]?.children[1]
  return name === undefined ? node : node.children.find((child) => child.element.name === name)
}

/** A number where JSON readers keep all its digits, else the SQL text. */
export function scalarJson(value: Value, type: DataType): unknown {
  switch (type.kind) {
    case 'bigint':
    case 'numeric': {
      const text: string = value.toString()
      return text.replace(/[-.]/g, '').length <= 15 ? Number(text) : text
    }
    case 'boolean':
    case 'smallint':
    case 'integer':
    case 'real':
    case 'double':
    case 'text':
      return value
    case 'timestamp':
    case 'timestamptz':
      return traits(TIMESTAMP).format(value, TIMESTAMP, defaultSettings).replace(' ', 'T')
    default:
      return traits(type).format(value, type, defaultSettings)
  }
}
