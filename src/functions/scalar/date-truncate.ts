/** Cutting dates and times to a unit: date_trunc on each type, and the field-by-field difference that age gives. */
import { SqlError } from '../../error.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  isTimestampInRange,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  microsOfDay,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
  timestampOf,
} from '../../types/calendar.ts'
import type { DataType } from '../../types/data-type.ts'
import { offsetOfLocal, type TimeZone } from '../../types/time-zone.ts'
import type { Interval } from '../../types/value.ts'
import { type DatePart, partOf, unrecognizedUnit, unsupportedUnit } from './date-parts.ts'

/** Units below a day to their microseconds. */
const timeUnits: { readonly [part in DatePart]?: number } = {
  microseconds: 1,
  milliseconds: 1000,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
}

/** The first day of the unit that a day falls into; undefined for what is no unit of days. */
export function truncateDay(day: number, part: DatePart): number | undefined {
  if (part === 'day') return day
  if (part === 'week') return day - ((dayOfWeek(day) + 6) % 7)
  if (part === 'isoyear') {
    const thursday = day - ((dayOfWeek(day) + 6) % 7) + 3
    const fourth = daysFromCivil(civilFromDays(thursday).year, 1, 4)
    return fourth - ((dayOfWeek(fourth) + 6) % 7)
  }
  const { year, month } = civilFromDays(day)
  switch (part) {
    case 'month':
      return daysFromCivil(year, month, 1)
    case 'quarter':
      return daysFromCivil(year, month - ((month - 1) % 3), 1)
    case 'year':
      return daysFromCivil(year, 1, 1)
    case 'decade':
      return daysFromCivil(Math.floor(year / 10) * 10, 1, 1)
    case 'century':
      return daysFromCivil(firstYear(year, 100), 1, 1)
    case 'millennium':
      return daysFromCivil(firstYear(year, 1000), 1, 1)
    default:
      return undefined
  }
}

/** Periods begin with years 1, 101 … */
function firstYear(year: number, length: number): number {
  return Math.floor((year - 1) / length) * length + 1
}

const neverTruncated: ReadonlySet<DatePart> = new Set(['dow', 'isodow', 'doy', 'julian', 'epoch'])

function unitOf(unit: string, type: DataType): DatePart {
  const part = partOf(unit, type)
  if (neverTruncated.has(part)) throw unrecognizedUnit(unit, type)
  if (part.startsWith('timezone')) throw unsupportedUnit(unit, type)
  return part
}

export function truncateTimestamp(unit: string, timestamp: bigint, type: DataType): bigint {
  const part = unitOf(unit, type)
  return isFiniteTimestamp(timestamp) ? checkTimestamp(truncateLocal(timestamp, part)) : timestamp
}

function truncateLocal(timestamp: bigint, part: DatePart): bigint {
  const day = dayOfTimestamp(timestamp)
  const size = timeUnits[part]
  if (size === undefined) return timestampOf(truncateDay(day, part)!, 0)
  const micros = microsOfDay(timestamp, day)
  return timestampOf(day, micros - (micros % size))
}

export function secondsOf(timestamp: bigint): number {
  return Number(timestamp >= 0n ? timestamp / 1000000n : -((-timestamp + 999999n) / 1000000n))
}

/** Local time in a zone. */
export function toZone(timestamp: bigint, zone: TimeZone): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  return checkTimestamp(timestamp + BigInt(zone.offsetAt(secondsOf(timestamp))) * 1000000n)
}

/** The instant of a local time in a zone. */
export function fromZone(local: bigint, zone: TimeZone): bigint {
  if (!isFiniteTimestamp(local)) return local
  return checkTimestamp(local - BigInt(offsetOfLocal(zone, secondsOf(local))) * 1000000n)
}

export function checkTimestamp(timestamp: bigint): bigint {
  if (!isTimestampInRange(timestamp)) throw new SqlError('datetime_field_overflow', 'timestamp out of range')
  return timestamp
}

/** Days and longer are found on the zone's clock, and may have another offset at their beginning. */
export function truncateTimestampTz(unit: string, timestamp: bigint, zone: TimeZone, type: DataType): bigint {
  const part = unitOf(unit, type)
  if (!isFiniteTimestamp(timestamp)) return timestamp
  const offset = BigInt(zone.offsetAt(secondsOf(timestamp))) * 1000000n
  const local = truncateLocal(timestamp + offset, part)
  return timeUnits[part] === undefined ? fromZone(local, zone) : local - offset
}

export function truncateInterval(unit: string, interval: Interval, type: DataType): Interval {
  const part = unitOf(unit, type)
  const { months, days, micros } = interval
  const size = timeUnits[part]
  if (size !== undefined) return { months, days, micros: micros - (micros % BigInt(size)) }
  const monthsOf: { readonly [part in DatePart]?: number } = {
    month: 1,
    quarter: 3,
    year: 12,
    decade: 120,
    century: 1200,
    millennium: 12000,
  }
  if (part === 'day') return { months, days, micros: 0n }
  const length = monthsOf[part]
  if (length === undefined) {
    throw unsupportedUnit(unit, type, part === 'week' ? 'Months usually have fractional weeks.' : undefined)
  }
  return { months: months - (months % length), days: 0, micros: 0n }
}

/** PostgreSQL's infinity is its last microsecond; there is none so early as to count from. */
function countable(timestamp: bigint): bigint {
  if (timestamp === TIMESTAMP_NEGATIVE_INFINITY) throw new SqlError('datetime_field_overflow', 'timestamp out of range')
  return timestamp === TIMESTAMP_INFINITY ? 9223372036854775807n + 946684800000000n : timestamp
}

/**
 * Years, months, days and time from one timestamp to another, as a calendar would count them. With `offset`, which of the two
 * is later is seen before the clocks of a zone are read.
 */
export function age(later: bigint, earlier: bigint, offset: (timestamp: bigint) => bigint = () => 0n): Interval {
  const negative = later < earlier
  const local = (timestamp: bigint): bigint => {
    const counted = countable(timestamp)
    return counted + offset(counted)
  }
  const [from, to] = (negative ? [later, earlier] : [earlier, later]).map(local)
  const fromDay = dayOfTimestamp(from)
  const toDay = dayOfTimestamp(to)
  const start = civilFromDays(fromDay)
  const end = civilFromDays(toDay)
  let micros = microsOfDay(to, toDay) - microsOfDay(from, fromDay)
  let days = end.day - start.day
  let months = (end.year - start.year) * 12 + end.month - start.month
  if (micros < 0) {
    micros += 86400000000
    days--
  }
  if (days < 0) {
    days += daysInMonth(start.year, start.month)
    months--
  }
  const sign = negative ? -1 : 1
  return { months: sign * months + 0, days: sign * days + 0, micros: BigInt(sign * micros + 0) }
}
