/**
 * Intervals: months, days and microseconds, kept apart because a month has no fixed length and a day may have 23
 * hours. For comparing, a month counts as 30 days and a day as 24 hours.
 */
import { SqlError } from '../error.ts'
import type { Settings } from '../settings.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  daysFromCivil,
  daysInMonth,
  END_OF_DATES,
  FIRST_DATE,
  isFiniteTimestamp,
  isTimestampInRange,
  MICROS_PER_DAY,
  microsOfDay,
  timestampOf,
} from './calendar.ts'
import type { DataType } from './data-type.ts'
import { fractionText, localToUtc, utcToLocal } from './date-time.ts'
import { formatOptions } from './format-options.ts'
import { outOfRange, parseIntervalText } from './interval-parse.ts'
import type { Interval } from './value.ts'

const MICROS_PER_DAY_BIG = 86400000000n
const MAX_INT64 = 9223372036854775807n
const MIN_INT64 = -9223372036854775808n

export const ZERO_INTERVAL: Interval = { months: 0, days: 0, micros: 0n }

/** Reads an interval; `fields` are those of its type, such as `day to second`, which give a bare number its unit. */
export function parseInterval(text: string, settings: Settings, fields?: string): Interval {
  return parseIntervalText(text, fields, formatOptions(settings).intervalStyle)
}

/** Cuts an interval to the fields of its type and rounds its seconds to the precision. */
export function restrictInterval(value: Interval, type: Extract<DataType, { kind: 'interval' }>): Interval {
  const { fields, precision } = type
  let { months, days, micros } = value
  if (fields !== undefined) {
    const last = fields.split(' ').at(-1)
    if (last === 'year') months = Math.trunc(months / 12) * 12
    if (last === 'year' || last === 'month') days = 0
    if (last === 'year' || last === 'month' || last === 'day') micros = 0n
    else if (last === 'hour') micros -= micros % 3600000000n
    else if (last === 'minute') micros -= micros % 60000000n
  }
  if (precision !== undefined && precision < 6) {
    const unit = 10n ** BigInt(6 - precision)
    const half = unit / 2n
    micros = micros >= 0n ? ((micros + half) / unit) * unit : -(((-micros + half) / unit) * unit)
  }
  return { months: months === 0 ? 0 : months, days, micros }
}

function int32(value: number): number {
  if (value < -2147483648 || value > 2147483647) throw outOfRange()
  return value
}

function int64(value: bigint): bigint {
  if (value < MIN_INT64 || value > MAX_INT64) throw outOfRange()
  return value
}

export function addIntervals(left: Interval, right: Interval): Interval {
  return {
    months: int32(left.months + right.months),
    days: int32(left.days + right.days),
    micros: int64(left.micros + right.micros),
  }
}

export function subtractIntervals(left: Interval, right: Interval): Interval {
  return {
    months: int32(left.months - right.months),
    days: int32(left.days - right.days),
    micros: int64(left.micros - right.micros),
  }
}

export function negateInterval(value: Interval): Interval {
  return { months: int32(0 - value.months), days: int32(0 - value.days), micros: int64(-value.micros) }
}

function halfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

function toMicrosecond(seconds: number): number {
  return halfEven(seconds * 1000000) / 1000000
}

function truncated(value: number): number {
  if (!(value >= -2147483648 && value <= 2147483647)) throw outOfRange()
  return Math.trunc(value) + 0
}

/** What is left of months goes to days at 30 a month, what is left of days to the time. */
function spread(months: number, days: number, micros: number): Interval {
  const wholeMonths = truncated(months)
  let wholeDays = truncated(days)
  const monthDays = toMicrosecond((months - wholeMonths) * 30)
  let seconds = toMicrosecond((days - wholeDays + monthDays - Math.trunc(monthDays)) * 86400)
  if (Math.abs(seconds) >= 86400) {
    const carried = Math.trunc(seconds / 86400)
    wholeDays += carried
    seconds -= carried * 86400
  }
  wholeDays += Math.trunc(monthDays)
  const time = halfEven(micros + seconds * 1000000)
  if (!(time >= -(2 ** 63) && time < 2 ** 63)) throw outOfRange()
  return { months: wholeMonths, days: int32(wholeDays), micros: BigInt(time) }
}

export function multiplyInterval(value: Interval, factor: number): Interval {
  return spread(value.months * factor, value.days * factor, Number(value.micros) * factor)
}

export function divideInterval(value: Interval, divisor: number): Interval {
  if (divisor === 0) throw new SqlError('division_by_zero', 'division by zero')
  return spread(value.months / divisor, value.days / divisor, Number(value.micros) / divisor)
}

/** The length in microseconds with months of 30 days: what comparisons use. */
export function intervalSpan(value: Interval): bigint {
  const days = value.months * 30 + value.days
  return days === 0 ? value.micros : BigInt(days) * MICROS_PER_DAY_BIG + value.micros
}

export function compareIntervals(left: Interval, right: Interval): number {
  const a = intervalSpan(left)
  const b = intervalSpan(right)
  return a < b ? -1 : a > b ? 1 : 0
}

/** 24 hours make a day. */
export function justifyHours(value: Interval): Interval {
  const carried = Number(value.micros / MICROS_PER_DAY_BIG)
  return align(value.months, value.days + carried, value.micros % MICROS_PER_DAY_BIG, false)
}

/** 30 days make a month. */
export function justifyDays(value: Interval): Interval {
  let months = value.months + Math.trunc(value.days / 30)
  let days = value.days % 30
  if (months > 0 && days < 0) {
    days += 30
    months--
  } else if (months < 0 && days > 0) {
    days -= 30
    months++
  }
  return { months: int32(months), days: days + 0, micros: value.micros }
}

/** Both, with the same sign in all parts. */
export function justifyInterval(value: Interval): Interval {
  const days = value.days + Number(value.micros / MICROS_PER_DAY_BIG)
  return align(value.months + Math.trunc(days / 30), days % 30, value.micros % MICROS_PER_DAY_BIG, true)
}

function align(months: number, days: number, micros: bigint, monthsToo: boolean): Interval {
  if (monthsToo) {
    if (months > 0 && (days < 0 || (days === 0 && micros < 0n))) {
      days += 30
      months--
    } else if (months < 0 && (days > 0 || (days === 0 && micros > 0n))) {
      days -= 30
      months++
    }
  }
  if (days > 0 && micros < 0n) {
    micros += MICROS_PER_DAY_BIG
    days--
  } else if (days < 0 && micros > 0n) {
    micros -= MICROS_PER_DAY_BIG
    days++
  }
  return { months: int32(months), days: int32(days) + 0, micros }
}

function timestampOutOfRange(): SqlError {
  return new SqlError('datetime_field_overflow', 'timestamp out of range')
}

/** Months and days of an interval onto a local timestamp; a day that the month lacks becomes its last one. */
function addMonthsAndDays(timestamp: bigint, months: number, days: number): bigint {
  let day = dayOfTimestamp(timestamp)
  const micros = microsOfDay(timestamp, day)
  if (months !== 0) {
    const date = civilFromDays(day)
    const index = date.year * 12 + date.month - 1 + months
    const year = Math.floor(index / 12)
    const month = index - year * 12 + 1
    day = daysFromCivil(year, month, Math.min(date.day, daysInMonth(year, month)))
  }
  day += days
  if (day < FIRST_DATE || day >= END_OF_DATES) throw timestampOutOfRange()
  const result = timestampOf(day, micros)
  if (!isTimestampInRange(result)) throw timestampOutOfRange()
  return result
}

/** timestamp + interval: months first, then days, then the time. */
export function addToTimestamp(timestamp: bigint, interval: Interval): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  const { months, days, micros } = interval
  let result = timestamp
  if (months !== 0 || days !== 0) result = addMonthsAndDays(result, months, days)
  result += micros
  if (!isTimestampInRange(result)) throw timestampOutOfRange()
  return result
}

/** timestamptz + interval: months and days in the session's zone, so that a day may have 23 or 25 hours. */
export function addToTimestampTz(timestamp: bigint, interval: Interval, settings: Settings): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  const { months, days, micros } = interval
  let result = timestamp
  if (months !== 0) result = localToUtc(addMonthsAndDays(utcToLocal(result, settings), months, 0), settings)
  if (days !== 0) result = localToUtc(addMonthsAndDays(utcToLocal(result, settings), 0, days), settings)
  result += micros
  if (!isTimestampInRange(result)) throw timestampOutOfRange()
  return result
}

/** time + interval: whole days fall away. */
export function addToTime(micros: number, interval: Interval): number {
  const rest = Number(interval.micros % MICROS_PER_DAY_BIG)
  const sum = micros + rest
  return sum - Math.floor(sum / MICROS_PER_DAY) * MICROS_PER_DAY
}

/** timestamp - timestamp: days and time, 24 hours to the day. */
export function timestampDifference(left: bigint, right: bigint): Interval {
  if (!isFiniteTimestamp(left) || !isFiniteTimestamp(right)) {
    throw new SqlError('datetime_field_overflow', 'cannot subtract infinite timestamps')
  }
  return justifyHours({ months: 0, days: 0, micros: int64(left - right) })
}

/** An interval taken apart: years and months, days, and hours to microseconds, each with its sign. */
interface Parts {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: bigint
  readonly minutes: number
  readonly seconds: number
  readonly micros: number
}

function parts(value: Interval): Parts {
  const time = value.micros
  const hours = time / 3600000000n
  const rest = Number(time - hours * 3600000000n)
  const minutes = Math.trunc(rest / 60000000)
  const seconds = Math.trunc((rest - minutes * 60000000) / 1000000)
  return {
    years: Math.trunc(value.months / 12),
    months: value.months % 12,
    days: value.days,
    hours,
    minutes,
    seconds,
    micros: rest - minutes * 60000000 - seconds * 1000000,
  }
}

function secondsText(seconds: number, micros: number, digits: number): string {
  const whole = String(Math.abs(seconds)).padStart(digits, '0')
  return micros === 0 ? whole : `${whole}.${fractionText(Math.abs(micros))}`
}

function magnitude(n: bigint): bigint {
  return n < 0n ? -n : n
}

function pad(n: bigint | number): string {
  return String(n).padStart(2, '0')
}

/** The text of an interval in the session's IntervalStyle. */
export function formatInterval(value: Interval, settings: Settings): string {
  switch (formatOptions(settings).intervalStyle) {
    case 'postgres_verbose':
      return verboseText(value)
    case 'sql_standard':
      return standardText(value)
    case 'iso_8601':
      return isoText(value)
    default:
      return postgresText(value)
  }
}

function postgresText(value: Interval): string {
  const { years, months, days, hours, minutes, seconds, micros } = parts(value)
  let text = ''
  let before = false
  for (const [count, unit] of [
    [years, 'year'],
    [months, 'mon'],
    [days, 'day'],
  ] as const) {
    if (count === 0) continue
    text += `${text === '' ? '' : ' '}${before && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`
    before = count < 0
  }
  if (text !== '' && value.micros === 0n) return text
  const sign = value.micros < 0n ? '-' : before ? '+' : ''
  const time = `${sign}${pad(magnitude(hours))}:${pad(Math.abs(minutes))}:${secondsText(seconds, micros, 2)}`
  return text === '' ? time : `${text} ${time}`
}

function verboseText(value: Interval): string {
  const { years, months, days, hours, minutes, seconds, micros } = parts(value)
  let text = '@'
  let zero = true
  let before = false
  for (const [count, unit] of [
    [BigInt(years), 'year'],
    [BigInt(months), 'mon'],
    [BigInt(days), 'day'],
    [hours, 'hour'],
    [BigInt(minutes), 'min'],
  ] as const) {
    if (count === 0n) continue
    if (zero) before = count < 0n
    const shown = before ? -count : count
    text += ` ${shown} ${unit}${shown === 1n ? '' : 's'}`
    zero = false
  }
  if (seconds !== 0 || micros !== 0) {
    const negative = seconds < 0 || micros < 0
    if (zero) before = negative
    text += ` ${negative !== before ? '-' : ''}${secondsText(seconds, micros, 1)} sec${Math.abs(seconds) !== 1 || micros !== 0 ? 's' : ''}`
    zero = false
  }
  if (zero) text += ' 0'
  return before ? `${text} ago` : text
}

function standardText(value: Interval): string {
  const { years, months, days, hours, minutes, seconds, micros } = parts(value)
  const negative = value.months < 0 || value.days < 0 || value.micros < 0n
  const positive = value.months > 0 || value.days > 0 || value.micros > 0n
  const yearMonth = value.months !== 0
  const dayTime = value.days !== 0 || value.micros !== 0n
  const time = `${magnitude(hours)}:${pad(Math.abs(minutes))}:${secondsText(seconds, micros, 2)}`
  if (!negative && !positive) return '0'
  if ((negative && positive) || (yearMonth && dayTime)) {
    const yearSign = value.months < 0 ? '-' : '+'
    const daySign = value.days < 0 ? '-' : '+'
    const timeSign = value.micros < 0n ? '-' : '+'
    return `${yearSign}${Math.abs(years)}-${Math.abs(months)} ${daySign}${Math.abs(days)} ${timeSign}${time}`
  }
  const sign = negative ? '-' : ''
  if (yearMonth) return `${sign}${Math.abs(years)}-${Math.abs(months)}`
  return value.days !== 0 ? `${sign}${Math.abs(days)} ${time}` : `${sign}${time}`
}

function isoText(value: Interval): string {
  const { years, months, days, hours, minutes, seconds, micros } = parts(value)
  let text = 'P'
  if (years !== 0) text += `${years}Y`
  if (months !== 0) text += `${months}M`
  if (days !== 0) text += `${days}D`
  if (value.micros === 0n) return text === 'P' ? 'PT0S' : text
  text += 'T'
  if (hours !== 0n) text += `${hours}H`
  if (minutes !== 0) text += `${minutes}M`
  if (seconds !== 0 || micros !== 0) {
    text += `${seconds < 0 || micros < 0 ? '-' : ''}${secondsText(seconds, micros, 1)}S`
  }
  return text
}
