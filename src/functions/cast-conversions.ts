/**
 * The casts that are more than reading or printing a text, PostgreSQL's catalog pg_cast: from which kind to which, how
 * much has to be said for them, and the conversion of one value.
 */
import { SqlError } from '../error.ts'
import { bitsToInteger, integerToBits } from '../types/bits.ts'
import { isFiniteTimestamp, MICROS_PER_DAY } from '../types/calendar.ts'
import type { DataType, TypeKind } from '../types/data-type.ts'
import {
  dateToTimestamp,
  localToUtc,
  timestampToDate,
  timestampToTime,
  utcToLocal,
  wrapTime,
} from '../types/date-time.ts'
import { Decimal } from '../types/decimal.ts'
import { nearestReal } from '../types/float-text.ts'
import { formatOptions } from '../types/format-options.ts'
import { geometricTraits } from '../types/geometric-traits.ts'
import { formatJson, type JsonValue, jsonTypeOf, parseJson } from '../types/json.ts'
import { checkMoney } from '../types/money.ts'
import { formatCidr, type Inet, networkMask } from '../types/network.ts'
import { truncateName } from '../types/scalar-traits.ts'
import { formatSingleByte, parseSingleByte } from '../types/system-numbers.ts'
import { withoutTrailingBlanks } from '../types/text-order.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Interval, TimeTz, Value } from '../types/value.ts'
import type { CastContext, CastSession } from './casts.ts'
import { figureCast } from './geometry/functions.ts'

export interface Conversion {
  readonly context: CastContext
  /** The result depends on settings, such as the time zone. */
  readonly stable?: boolean
  readonly convert: (value: Value, session: CastSession, to: DataType) => Value
}

function outOfRange(type: string): SqlError {
  return new SqlError('numeric_value_out_of_range', `${type} out of range`)
}

function same(value: Value): Value {
  return value
}

const limits = {
  smallint: [-32768, 32767],
  integer: [-2147483648, 2147483647],
  oid: [0, 4294967295],
} as const

type SmallInteger = keyof typeof limits

/** A whole number as one of the integers that are held as numbers. */
function toSmallInteger(kind: SmallInteger, name: string = kind): (value: number) => number {
  const [low, high] = limits[kind]
  return (value) => {
    if (value >= low && value <= high) return value
    throw outOfRange(name)
  }
}

function toBigint(value: bigint): bigint {
  if (value >= -9223372036854775808n && value <= 9223372036854775807n) return value
  throw outOfRange('bigint')
}

/** Half to even, as C's rint. */
function rint(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1
  return rest < 0.5 ? floor + 0 : floor + 1
}

function doubleToBigint(value: number): bigint {
  const whole = rint(value)
  if (whole >= -(2 ** 63) && whole < 2 ** 63) return BigInt(whole)
  throw outOfRange('bigint')
}

function doubleToReal(value: number): number {
  const real = Math.fround(value)
  if (Number.isFinite(value)) {
    if (!Number.isFinite(real)) throw new SqlError('numeric_value_out_of_range', 'value out of range: overflow')
    if (real === 0 && value !== 0) throw new SqlError('numeric_value_out_of_range', 'value out of range: underflow')
  }
  return real
}

/** A numeric as a whole number, half away from zero. */
function wholeNumeric(value: Decimal, type: string): bigint {
  if (value.isNaN()) throw new SqlError('feature_not_supported', `cannot convert NaN to ${type}`)
  if (!value.isFinite()) throw new SqlError('feature_not_supported', `cannot convert infinity to ${type}`)
  return value.toBigInt()
}

function numericToSmall(kind: 'smallint' | 'integer'): (value: Decimal) => number {
  const check = toSmallInteger(kind)
  return (value) => check(Number(wholeNumeric(value, kind)))
}

function numericToDouble(value: Decimal): number {
  const number = value.toNumber()
  if (value.isFinite()) {
    if (!Number.isFinite(number) || (number === 0 && !value.isZero())) throw floatRange(value, 'double precision')
  }
  return number
}

function numericToReal(value: Decimal): number {
  const number = nearestReal(value.toNumber(), () => value.toString())
  if (value.isFinite()) {
    if (!Number.isFinite(number) || (number === 0 && !value.isZero())) throw floatRange(value, 'real')
  }
  return number
}

function floatRange(value: Decimal, type: string): SqlError {
  return new SqlError('numeric_value_out_of_range', `"${value}" is out of range for type ${type}`)
}

function bitsOf(value: number | bigint, width: number, to: DataType): string {
  const length = to.kind === 'bit' ? (to.length ?? 1) : 1
  return integerToBits(BigInt.asIntN(width, BigInt(value)), length)
}

function jsonTo(convert: (value: Decimal) => Value): (value: JsonValue, session: CastSession, to: DataType) => Value {
  return (value, _session, to) => {
    if (value instanceof Decimal) return convert(value)
    throw jsonMismatch(value, to)
  }
}

function jsonMismatch(value: JsonValue, to: DataType): SqlError {
  const kind = jsonTypeOf(value)
  const what = kind === 'array' || kind === 'object' ? 'array or object' : kind === 'number' ? 'numeric' : kind
  const found = what === 'array or object' ? kind : what
  return new SqlError('invalid_parameter_value', `cannot cast jsonb ${found} to type ${baseTypeName(to)}`)
}

function timestampToTimetz(value: bigint, session: CastSession): TimeTz {
  const local = utcToLocal(value, session.settings)
  return { micros: timestampToTime(local), offset: Number((local - value) / 1000000n) }
}

/** The zone of a time without a date is the one that holds now. */
function timeToTimetz(micros: number, session: CastSession): TimeTz {
  const { timeZone } = formatOptions(session.settings)
  const now = session.transactionTime ?? BigInt(Date.now()) * 1000n
  return { micros, offset: timeZone.offsetAt(Number(now / 1000000n)) }
}

function finite<T>(
  convert: (value: bigint, session: CastSession) => T,
): (value: bigint, session: CastSession) => T | null {
  return (value, session) => (isFiniteTimestamp(value) ? convert(value, session) : null)
}

const registered = ['regtype', 'regclass', 'regproc', 'regnamespace', 'regrole'] as const

function implicit(convert: Conversion['convert'] = same): Conversion {
  return { context: 'implicit', convert }
}

function assignment(convert: Conversion['convert'] = same): Conversion {
  return { context: 'assignment', convert }
}

function explicit(convert: Conversion['convert']): Conversion {
  return { context: 'explicit', convert }
}

const numberToDecimal = implicit((value: number) => Decimal.fromBigInt(BigInt(value)))
const booleanToText = assignment((value: boolean) => (value ? 'true' : 'false'))
const trimmed = implicit(withoutTrailingBlanks)
const named = implicit((value: string) => truncateName(value))

/** A MAC address of eight bytes as one of six, if it is one. */
function shortMac(text: string): string {
  const bytes = text.split(':')
  if (bytes[3] === 'ff' && bytes[4] === 'fe') return [...bytes.slice(0, 3), ...bytes.slice(5)].join(':')
  throw new SqlError('numeric_value_out_of_range', 'macaddr8 data out of range to convert to macaddr', {
    hint: 'Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.',
  })
}

function longMac(text: string): string {
  return `${text.slice(0, 8)}:ff:fe${text.slice(8)}`
}

function toSingleByte(value: number): string {
  if (value < -128 || value > 127) throw outOfRange('"char"')
  return value === 0 ? '' : String.fromCharCode(value & 255)
}

function fromSingleByte(value: string): number {
  return value === '' ? 0 : (value.charCodeAt(0) << 24) >> 24
}

const toCents = (value: bigint): bigint => checkMoney(value * 100n)
const addressText = assignment((value: Inet) => formatCidr(value))

const conversions: { readonly [from in TypeKind]?: { readonly [to in TypeKind]?: Conversion } } = {
  boolean: {
    integer: explicit((value) => (value ? 1 : 0)),
    text: booleanToText,
    varchar: booleanToText,
    char: booleanToText,
  },
  smallint: {
    integer: implicit(),
    bigint: implicit((value) => BigInt(value)),
    real: implicit(),
    double: implicit(),
    numeric: numberToDecimal,
    oid: implicit((value) => (value < 0 ? value + 4294967296 : value)),
    ...toRegistered(implicit()),
  },
  integer: {
    boolean: explicit((value) => value !== 0),
    smallint: assignment(toSmallInteger('smallint')),
    bigint: implicit((value) => BigInt(value)),
    real: implicit(Math.fround),
    double: implicit(),
    numeric: numberToDecimal,
    oid: implicit((value) => (value < 0 ? value + 4294967296 : value)),
    bit: explicit((value, _session, to) => bitsOf(value, 32, to)),
    money: assignment((value) => toCents(BigInt(value))),
    singlebyte: explicit(toSingleByte),
    ...toRegistered(implicit()),
  },
  bigint: {
    smallint: assignment((value) => toSmallInteger('smallint')(Number(value))),
    integer: assignment((value) => toSmallInteger('integer')(Number(value))),
    real: implicit((value) => nearestReal(Number(value), () => String(value))),
    double: implicit((value) => Number(value)),
    numeric: implicit((value) => Decimal.fromBigInt(value)),
    oid: implicit((value) => toSmallInteger('oid', 'OID')(Number(value))),
    bit: explicit((value, _session, to) => bitsOf(value, 64, to)),
    money: assignment(toCents),
    ...toRegistered(implicit((value) => toSmallInteger('oid', 'OID')(Number(value)))),
  },
  oid: {
    integer: assignment((value) => value | 0),
    bigint: assignment((value) => BigInt(value)),
    ...toRegistered(implicit()),
  },
  numeric: {
    smallint: assignment(numericToSmall('smallint')),
    integer: assignment(numericToSmall('integer')),
    bigint: assignment((value) => toBigint(wholeNumeric(value, 'bigint'))),
    real: implicit(numericToReal),
    money: assignment((value: Decimal) => {
      if (!value.isFinite())
        throw new SqlError('feature_not_supported', `cannot convert ${value.isNaN() ? 'NaN' : 'infinity'} to bigint`)
      return toBigint(value.round(2).coefficientAt(2))
    }),
    double: implicit(numericToDouble),
  },
  real: {
    smallint: assignment((value) => toSmallInteger('smallint')(rint(value))),
    integer: assignment((value) => toSmallInteger('integer')(rint(value))),
    bigint: assignment(doubleToBigint),
    double: implicit(),
    numeric: assignment((value) => Decimal.fromNumber(value, 6)),
  },
  double: {
    smallint: assignment((value) => toSmallInteger('smallint')(rint(value))),
    integer: assignment((value) => toSmallInteger('integer')(rint(value))),
    bigint: assignment(doubleToBigint),
    real: assignment(doubleToReal),
    numeric: assignment((value) => Decimal.fromNumber(value)),
  },
  text: { varchar: implicit(), char: implicit(), name: named, singlebyte: assignment(parseSingleByte) },
  varchar: { text: implicit(), char: implicit(), name: named, singlebyte: assignment(parseSingleByte) },
  char: {
    text: trimmed,
    varchar: trimmed,
    name: implicit((value) => truncateName(withoutTrailingBlanks(value))),
  },
  name: { text: implicit(), varchar: assignment(), char: assignment() },
  date: {
    timestamp: implicit(dateToTimestamp),
    timestamptz: { ...implicit((value, { settings }) => localToUtc(dateToTimestamp(value), settings)), stable: true },
  },
  time: {
    interval: implicit((value) => ({ months: 0, days: 0, micros: BigInt(value) })),
    timetz: { ...implicit(timeToTimetz), stable: true },
  },
  timetz: { time: assignment((value: TimeTz) => value.micros) },
  timestamp: {
    date: assignment(timestampToDate),
    time: assignment(finite(timestampToTime)),
    timestamptz: { ...implicit((value, { settings }) => localToUtc(value, settings)), stable: true },
  },
  timestamptz: {
    date: { ...assignment((value, { settings }) => timestampToDate(utcToLocal(value, settings))), stable: true },
    time: {
      ...assignment(finite((value, { settings }) => timestampToTime(utcToLocal(value, settings)))),
      stable: true,
    },
    timestamp: { ...assignment((value, { settings }) => utcToLocal(value, settings)), stable: true },
    timetz: { ...assignment(finite(timestampToTimetz)), stable: true },
  },
  interval: {
    time: assignment((value: Interval) => wrapTime(Number(value.micros % BigInt(MICROS_PER_DAY)))),
  },
  bit: {
    integer: explicit((value) => Number(bitsToInteger(value, 32, 'integer'))),
    bigint: explicit((value) => bitsToInteger(value, 64, 'bigint')),
    varbit: implicit(),
  },
  varbit: { bit: implicit() },
  money: { numeric: assignment((cents: bigint) => Decimal.fromBigInt(cents, 2)) },
  singlebyte: {
    text: implicit(formatSingleByte),
    varchar: assignment(formatSingleByte),
    char: assignment(formatSingleByte),
    integer: explicit(fromSingleByte),
  },
  inet: {
    cidr: assignment((value: Inet) => ({ ...value, address: value.address & networkMask(value) })),
    text: addressText,
    varchar: addressText,
    char: addressText,
  },
  cidr: { inet: implicit(), text: addressText, varchar: addressText, char: addressText },
  macaddr: { macaddr8: implicit(longMac) },
  macaddr8: { macaddr: implicit(shortMac) },
  xid8: { xid: explicit((value: bigint) => Number(value & 0xffffffffn)) },
  json: { jsonb: assignment(parseJson) },
  jsonb: {
    json: assignment(formatJson),
    boolean: explicit((value: JsonValue, _session, to) => {
      if (typeof value === 'boolean') return value
      throw jsonMismatch(value, to)
    }),
    numeric: explicit(jsonTo(same)),
    smallint: explicit(jsonTo(numericToSmall('smallint'))),
    integer: explicit(jsonTo(numericToSmall('integer'))),
    bigint: explicit(jsonTo((value) => toBigint(wholeNumeric(value, 'bigint')))),
    real: explicit(jsonTo(numericToReal)),
    double: explicit(jsonTo(numericToDouble)),
  },
  regtype: fromRegistered(),
  regclass: fromRegistered(),
  regproc: fromRegistered(),
  regnamespace: fromRegistered(),
  regrole: fromRegistered(),
}

function toRegistered(conversion: Conversion): { readonly [to in (typeof registered)[number]]: Conversion } {
  return {
    regtype: conversion,
    regclass: conversion,
    regproc: conversion,
    regnamespace: conversion,
    regrole: conversion,
  }
}

function fromRegistered(): { readonly [to in TypeKind]?: Conversion } {
  return {
    oid: implicit(),
    integer: assignment((value) => value | 0),
    bigint: assignment((value) => BigInt(value)),
  }
}

/** All pairs of kinds that pg_cast lists, with what has to be said for the cast. */
export function* listedConversions(): Iterable<readonly [from: TypeKind, to: TypeKind, context: CastContext]> {
  for (const [from, row] of Object.entries(conversions) as [TypeKind, { [to in TypeKind]?: Conversion }][]) {
    for (const [to, { context }] of Object.entries(row) as [TypeKind, Conversion][]) yield [from, to, context]
  }
}

/** The conversion between two kinds that pg_cast lists, or undefined. */
export function findConversion(from: TypeKind, to: TypeKind): Conversion | undefined {
  const listed = conversions[from]?.[to]
  if (listed) return listed
  const figure = from in geometricTraits ? figureCast(from, to) : undefined
  return figure && { context: figure[0], convert: figure[1] }
}
