/**
 * Fields → column values, from bytes: numbers, dates and timestamps in their common spellings are read without a string in
 * between; every other spelling goes through the type's own parser, which also raises its errors.
 */
import { SqlError } from '../../error.ts'
import { defaultSettings, type Settings } from '../../settings.ts'
import type { ColumnBuilder } from '../../types/column-builder.ts'
import type { DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { decodeUtf8 } from './scanner.ts'

/** Appends the bytes [start, end) as a value of the builder's type. */
export type FieldWriter = (bytes: Uint8Array, start: number, end: number) => void

const MINUS = 45
const PLUS = 43
const DOT = 46
const ZERO = 48
const COLON = 58

/** What integers of a type are bounded by, where a double is exact. */
const integerBounds: Readonly<Record<string, readonly [number, number]>> = {
  smallint: [-32768, 32767],
  integer: [-2147483648, 2147483647],
  bigint: [-999_999_999_999_999, 999_999_999_999_999],
}

export function fieldWriter(
  builder: ColumnBuilder,
  settings: Settings = defaultSettings,
  finish?: (value: Value) => Value,
): FieldWriter {
  const { type } = builder
  const slowly = slowWriter(builder, settings, finish)
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const [low, high] = integerBounds[type.kind]
      return (bytes, start, end) => {
        const value = readDecimal(bytes, start, end, 0)
        if (value >= low && value <= high) builder.appendInteger(value)
        else slowly(bytes, start, end)
      }
    }
    case 'numeric':
      if (traits(type).storage !== 'integer') return slowly
      return numericWriter(builder, type.precision ?? 0, type.scale ?? 0, slowly)
    case 'double':
      return (bytes, start, end) => {
        const value = readDouble(bytes, start, end)
        if (value === value) builder.appendDouble(value)
        else slowly(bytes, start, end)
      }
    case 'date':
      return (bytes, start, end) => {
        const days = end - start === 10 ? readDate(bytes, start) : Number.NaN
        if (days === days) builder.appendInteger(days)
        else slowly(bytes, start, end)
      }
    case 'timestamp':
      if (type.precision !== undefined) return slowly
      return (bytes, start, end) => {
        const micros = readTimestamp(bytes, start, end)
        if (micros === micros) builder.appendInteger(micros)
        else slowly(bytes, start, end)
      }
    case 'text':
      return textWriter(builder, Number.POSITIVE_INFINITY, slowly)
    case 'varchar':
      return textWriter(builder, type.length ?? Number.POSITIVE_INFINITY, slowly)
    default:
      return slowly
  }
}

/** Appends `count` fields of a column, the first being field `first` of the table. */
export type ColumnWriter = (
  first: number,
  count: number,
  isNull: ((bytes: Uint8Array, start: number, end: number) => boolean) | undefined,
) => void

/**
 * Writes a column's fields in one loop. Each kind of value has a loop of its own, so that its builder and its reader are known
 * to the compiler; what they cannot read goes through the field writer. Without `isNull`, the empty field is NULL.
 */
export function columnWriter(
  column: { readonly builder: ColumnBuilder; readonly finish?: (value: Value) => Value },
  table: { readonly starts: Int32Array; readonly ends: Int32Array },
  input: { readonly bytes: Uint8Array },
  settings: Settings,
): ColumnWriter {
  const { builder, finish } = column
  const { starts, ends } = table
  const { type } = builder
  const write = fieldWriter(builder, settings, finish)
  const read = integerReader(type)
  if (read !== undefined) {
    return integerLoop(builder, read, write, starts, ends, input)
  }
  if (type.kind === 'text' || type.kind === 'varchar') {
    return textLoop(
      builder,
      type.kind === 'varchar' ? (type.length ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
      write,
      starts,
      ends,
      input,
    )
  }
  return rowByRow(builder, write, starts, ends, input)
}

function rowByRow(
  builder: ColumnBuilder,
  write: FieldWriter,
  starts: Int32Array,
  ends: Int32Array,
  input: { readonly bytes: Uint8Array },
): ColumnWriter {
  return (first, count, isNull) => {
    const { bytes } = input
    for (let i = first; i < first + count; i++) {
      const start = starts[i]
      const end = ends[i]
      if (isNull === undefined ? start === end : isNull(bytes, start, end)) builder.appendNull()
      else write(bytes, start, end)
    }
  }
}

/** Reads a stored integer, or NaN where the field writer must look. */
type IntegerReader = (bytes: Uint8Array, start: number, end: number) => number

function integerReader(type: DataType): IntegerReader | undefined {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const [low, high] = integerBounds[type.kind]
      return (bytes, start, end) => {
        const value = readDecimal(bytes, start, end, 0)
        return value >= low && value <= high ? value : Number.NaN
      }
    }
    case 'numeric': {
      if (traits(type).storage !== 'integer') return undefined
      const { scale = 0, precision = 0 } = type
      if (precision === 0) return undefined
      const limit = Math.min(10 ** precision, 1e15)
      return (bytes, start, end) => {
        const value = readDecimal(bytes, start, end, scale)
        return value > -limit && value < limit ? value : Number.NaN
      }
    }
    case 'date':
      return (bytes, start, end) => (end - start === 10 ? readDate(bytes, start) : Number.NaN)
    default:
      return undefined
  }
}

function integerLoop(
  builder: ColumnBuilder,
  read: IntegerReader,
  write: FieldWriter,
  starts: Int32Array,
  ends: Int32Array,
  input: { readonly bytes: Uint8Array },
): ColumnWriter {
  return (first, count, isNull) => {
    const { bytes } = input
    for (let i = first; i < first + count; i++) {
      const start = starts[i]
      const end = ends[i]
      if (isNull === undefined ? start === end : isNull(bytes, start, end)) {
        builder.appendNull()
        continue
      }
      const value = read(bytes, start, end)
      if (value === value) builder.appendInteger(value)
      else {
        write(bytes, start, end)
      }
    }
  }
}

function textLoop(
  builder: ColumnBuilder,
  length: number,
  write: FieldWriter,
  starts: Int32Array,
  ends: Int32Array,
  input: { readonly bytes: Uint8Array },
): ColumnWriter {
  return (first, count, isNull) => {
    const { bytes } = input
    for (let i = first; i < first + count; i++) {
      const start = starts[i]
      const end = ends[i]
      if (isNull === undefined ? start === end : isNull(bytes, start, end)) builder.appendNull()
      else if (end - start <= length && isPlainAscii(bytes, start, end)) builder.appendUtf8(bytes, start, end)
      else {
        write(bytes, start, end)
      }
    }
  }
}

/** ASCII without the zero byte. */
function isPlainAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte === 0) return false
    all |= byte
  }
  return all < 128
}

/** Through a string and the type's parser. `finish` applies lengths and checks. */
function slowWriter(
  builder: ColumnBuilder,
  settings: Settings,
  finish: ((value: Value) => Value) | undefined,
): FieldWriter {
  const { type } = builder
  const { parse } = traits(type)
  return (bytes, start, end) => {
    const value = parse(decodeUtf8(bytes, start, end), type, settings)
    builder.appendValue(finish ? finish(value) : value)
  }
}

/** Text of at most `length` characters: copied as it is when it is ASCII, checked otherwise. */
function textWriter(builder: ColumnBuilder, length: number, slowly: FieldWriter): FieldWriter {
  return (bytes, start, end) => {
    if (end - start > length) return slowly(bytes, start, end)
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte >= 128 || byte === 0) {
        const text = decodeUtf8(bytes, start, end)
        if (text.includes('\0')) {
          throw new SqlError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8": 0x00')
        }
        break
      }
    }
    builder.appendUtf8(bytes, start, end)
  }
}

function numericWriter(builder: ColumnBuilder, precision: number, scale: number, slowly: FieldWriter): FieldWriter {
  const limit = Math.min(10 ** precision, 1e15)
  return (bytes, start, end) => {
    const value = readDecimal(bytes, start, end, scale)
    if (value > -limit && value < limit) builder.appendInteger(value)
    else slowly(bytes, start, end)
  }
}

/** `-12.5` scaled by 10^scale, when it has no more than 15 digits and no more of them behind the point than the scale; else NaN. */
export function readDecimal(bytes: Uint8Array, start: number, end: number, scale: number): number {
  let at = start
  const negative = bytes[at] === MINUS
  if (negative || bytes[at] === PLUS) at++
  if (at >= end || end - at > 16) return Number.NaN
  let value = 0
  let digits = 0
  let fraction = -1
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      digits++
      if (fraction >= 0) fraction++
    } else if (bytes[at] === DOT && fraction < 0 && scale > 0) fraction = 0
    else return Number.NaN
  }
  if (digits === 0 || digits > 15) return Number.NaN
  const missing = scale - Math.max(0, fraction)
  if (missing < 0) return Number.NaN
  for (let i = 0; i < missing; i++) value *= 10
  if (value > 999_999_999_999_999) return Number.NaN
  return negative ? 0 - value : value
}

const powersOfTen = Float64Array.from({ length: 23 }, (_, i) => 10 ** i)

/** A decimal number of at most 15 digits, which a division by a power of ten rounds correctly (Clinger 1990); else NaN. */
export function readDouble(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const negative = bytes[at] === MINUS
  if (negative || bytes[at] === PLUS) at++
  let value = 0
  let digits = 0
  let fraction = -1
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      digits++
      if (fraction >= 0) fraction++
    } else if (bytes[at] === DOT && fraction < 0) fraction = 0
    else return Number.NaN
  }
  if (digits === 0 || digits > 15) return Number.NaN
  const result = fraction > 0 ? value / powersOfTen[fraction] : value
  return negative ? -result : result
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO
  const ones = bytes[at + 1] - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `YYYY-MM-DD` as days since 1970-01-01; NaN for anything else. */
export function readDate(bytes: Uint8Array, start: number): number {
  if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  const month = twoDigits(bytes, start + 5)
  const day = twoDigits(bytes, start + 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (day > daysInMonth[month - 1] + (leap && month === 2 ? 1 : 0)) return Number.NaN
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  return before * 365 + leapDays + daysBeforeMonth[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1 - 719162
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]` (or with a T) as microseconds since 1970; NaN for anything else. */
export function readTimestamp(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 19) return Number.NaN
  const parted = bytes[start + 10] === 32 || bytes[start + 10] === 84
  if (!parted || bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN
  const days = readDate(bytes, start)
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  const second = twoDigits(bytes, start + 17)
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN
  let micros = 0
  if (end - start > 19) {
    const digits = end - start - 20
    if (bytes[start + 19] !== DOT || digits < 1 || digits > 6) return Number.NaN
    micros = readDecimal(bytes, start + 20, end, 0) * powersOfTen[6 - digits]
  }
  const result = (days * 86400 + hour * 3600 + minute * 60 + second) * 1e6 + micros
  return Math.abs(result) < 9e15 ? result : Number.NaN
}
