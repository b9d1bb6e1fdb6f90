/**
 * Dates, times and timestamps as values: their texts in both directions. A date is a count of days, a time a count of
 * microseconds, a timestamp a bigint of microseconds, all from 1970-01-01; timestamptz is in UTC and takes the
 * session's zone when it is read and printed.
 */
import { SqlError } from '../error.ts'
import type { Settings } from '../settings.ts'
import {
  civilFromDays,
  DATE_INFINITY,
  DATE_NEGATIVE_INFINITY,
  dayOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  END_OF_DATES,
  FIRST_DATE,
  isTimestampInRange,
  MICROS_PER_DAY,
  MICROS_TO_2000,
  microsOfDay,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
  timestampOf,
} from './calendar.ts'
import { DateTimeFailure, dateTimeError } from './date-time-fields.ts'
import { type DateTimeParts, type ReadOptions, readDateTime, readTime } from './date-time-parse.ts'
import { type FormatOptions, formatOptions } from './format-options.ts'
import { offsetOfLocal, offsetText } from './time-zone.ts'
import type { TimeTz } from './value.ts'

/** The clock that `now`, `today` and their like are read by when the caller gives none. */
function systemClock(): bigint {
  return BigInt(Date.now()) * 1000n
}

function read(
  reader: (text: string, options: ReadOptions) => DateTimeParts,
  text: string,
  type: string,
  settings: Settings,
  now: () => bigint,
): DateTimeParts {
  const { dateOrder, timeZone } = formatOptions(settings)
  try {
    return reader(text, { dateOrder, timeZone, now })
  } catch (failure) {
    if (failure instanceof DateTimeFailure) throw dateTimeError(failure.problem, text, type)
    throw failure
  }
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** The day that YYYY-MM-DD at the start of a text means, or NaN when the text does not begin so. */
function isoDay(text: string): number {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return NaN
  const century = twoDigits(text, 0)
  const rest = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (century < 0 || rest < 0) return NaN
  const year = century * 100 + rest
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > 28) {
    if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN
  }
  return daysFromCivil(year, month, day)
}

/** The microseconds that HH:MM:SS[.ffffff] from `at` to the end of a text means, or NaN. */
function isoMicros(text: string, at: number, end: number = text.length): number {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return NaN
  const hour = twoDigits(text, at)
  const minute = twoDigits(text, at + 3)
  const second = twoDigits(text, at + 6)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return NaN
  let fraction = 0
  if (end > at + 8) {
    if (text.charCodeAt(at + 8) !== 46 || end > at + 15) return NaN
    for (let i = at + 9; i < at + 15; i++) {
      const digit = i < end ? text.charCodeAt(i) - 48 : 0
      if (digit < 0 || digit > 9) return NaN
      fraction = fraction * 10 + digit
    }
  }
  return ((hour * 60 + minute) * 60 + second) * 1000000 + fraction
}

/** Where +HH, +HH:MM or Z begins at the end of a text, or its length. */
function zoneStart(text: string): number {
  const { length } = text
  if (text.charCodeAt(length - 1) === 90) return length - 1
  for (const at of [length - 3, length - 6]) {
    const sign = text.charCodeAt(at)
    if (at >= 19 && (sign === 43 || sign === 45)) return at
  }
  return length
}

/** The seconds east that the zone at the end of a text means, or NaN. */
function isoOffset(text: string, at: number): number {
  if (text.charCodeAt(at) === 90) return 0
  const hours = twoDigits(text, at + 1)
  const minutes = text.length > at + 3 ? twoDigits(text, at + 4) : 0
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return NaN
  if (text.length > at + 3 && text.charCodeAt(at + 3) !== 58) return NaN
  const offset = hours * 3600 + minutes * 60
  return text.charCodeAt(at) === 45 ? -offset : offset
}

export function parseDate(text: string, settings: Settings, now: () => bigint = systemClock): number {
  if (text.length === 10) {
    const day = isoDay(text)
    if (!Number.isNaN(day)) return day
  }
  const parts = read(readDateTime, text, 'date', settings, now)
  if (parts.special === 'infinity') return DATE_INFINITY
  if (parts.special === '-infinity') return DATE_NEGATIVE_INFINITY
  const days = daysFromCivil(parts.year, parts.month, parts.day)
  if (days < FIRST_DATE || days >= END_OF_DATES) {
    throw new SqlError('datetime_field_overflow', `date out of range: "${text}"`)
  }
  return days
}

function timestampOutOfRange(text: string): SqlError {
  return new SqlError('datetime_field_overflow', `timestamp out of range: "${text}"`)
}

export function parseTimestamp(text: string, settings: Settings, now: () => bigint = systemClock): bigint {
  const day = isoDay(text)
  if (!Number.isNaN(day)) {
    if (text.length === 10) return timestampOf(day, 0)
    const separator = text.charCodeAt(10)
    if (separator === 32 || separator === 84) {
      const micros = isoMicros(text, 11)
      if (!Number.isNaN(micros)) return timestampOf(day, micros)
    }
  }
  const parts = read(readDateTime, text, 'timestamp', settings, now)
  return timestampOfParts(parts, 0, text)
}

export function parseTimestampTz(text: string, settings: Settings, now: () => bigint = systemClock): bigint {
  const day = isoDay(text)
  if (!Number.isNaN(day)) {
    const separator = text.charCodeAt(10)
    const zoneAt = zoneStart(text)
    const timed = separator === 32 || separator === 84
    const micros = text.length === 10 ? 0 : timed ? isoMicros(text, 11, zoneAt) : NaN
    if (!Number.isNaN(micros)) {
      const { timeZone } = formatOptions(settings)
      const offset =
        zoneAt < text.length
          ? isoOffset(text, zoneAt)
          : (timeZone.fixed ?? offsetOfLocal(timeZone, day * 86400 + Math.floor(micros / 1000000)))
      if (!Number.isNaN(offset)) return timestampOf(day, micros - offset * 1000000)
    }
  }
  const parts = read(readDateTime, text, 'timestamp with time zone', settings, now)
  return timestampOfParts(parts, parts.offset, text)
}

function timestampOfParts(parts: DateTimeParts, offset: number, text: string): bigint {
  if (parts.special === 'infinity') return TIMESTAMP_INFINITY
  if (parts.special === '-infinity') return TIMESTAMP_NEGATIVE_INFINITY
  if (parts.special === 'epoch') return 0n
  const local = timestampOf(daysFromCivil(parts.year, parts.month, parts.day), parts.micros)
  const timestamp = local - BigInt(offset) * 1000000n
  if (!isTimestampInRange(timestamp)) throw timestampOutOfRange(text)
  return timestamp
}

export function parseTime(text: string, settings: Settings, now: () => bigint = systemClock): number {
  const micros = isoMicros(text, 0)
  if (!Number.isNaN(micros)) return micros
  return read(readTime, text, 'time', settings, now).micros
}

export function parseTimeTz(text: string, settings: Settings, now: () => bigint = systemClock): TimeTz {
  const { micros, offset } = read(readTime, text, 'time with time zone', settings, now)
  return { micros, offset }
}

const padded: readonly string[] = Array.from({ length: 100 }, (_, n) => (n < 10 ? `0${n}` : String(n)))

function yearText(year: number): string {
  const shown = year > 0 ? year : 1 - year
  return shown > 999 ? String(shown) : String(shown).padStart(4, '0')
}

/** The date in the session's style without the era. */
function dateText(year: number, month: number, day: number, options: FormatOptions): string {
  switch (options.dateStyle) {
    case 'iso':
      return `${yearText(year)}-${padded[month]}-${padded[day]}`
    case 'sql':
      return options.dateOrder === 'dmy'
        ? `${padded[day]}/${padded[month]}/${yearText(year)}`
        : `${padded[month]}/${padded[day]}/${yearText(year)}`
    case 'german':
      return `${padded[day]}.${padded[month]}.${yearText(year)}`
    case 'postgres':
      return options.dateOrder === 'dmy'
        ? `${padded[day]}-${padded[month]}-${yearText(year)}`
        : `${padded[month]}-${padded[day]}-${yearText(year)}`
  }
}

export function formatDate(date: number, settings: Settings): string {
  if (date === DATE_INFINITY) return 'infinity'
  if (date === DATE_NEGATIVE_INFINITY) return '-infinity'
  const { year, month, day } = civilFromDays(date)
  const text = dateText(year, month, day, formatOptions(settings))
  return year > 0 ? text : `${text} BC`
}

/** HH:MM:SS with the fraction that is there. */
export function formatTime(micros: number): string {
  const seconds = Math.floor(micros / 1000000)
  const fraction = micros - seconds * 1000000
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const text = `${padded[hours]}:${padded[minutes - hours * 60]}:${padded[seconds - minutes * 60]}`
  return fraction === 0 ? text : `${text}.${fractionText(fraction)}`
}

/** Microseconds as the digits after a point, without zeros at the end. */
export function fractionText(micros: number): string {
  return String(micros).padStart(6, '0').replace(/0+$/, '')
}

export function formatTimeTz(value: TimeTz): string {
  return formatTime(value.micros) + offsetText(value.offset)
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function formatTimestamp(timestamp: bigint, settings: Settings): string {
  if (timestamp === TIMESTAMP_INFINITY) return 'infinity'
  if (timestamp === TIMESTAMP_NEGATIVE_INFINITY) return '-infinity'
  return timestampText(timestamp, formatOptions(settings), '')
}

export function formatTimestampTz(timestamp: bigint, settings: Settings): string {
  if (timestamp === TIMESTAMP_INFINITY) return 'infinity'
  if (timestamp === TIMESTAMP_NEGATIVE_INFINITY) return '-infinity'
  const options = formatOptions(settings)
  const { timeZone } = options
  const seconds = dayAndSeconds(timestamp)
  const offset = timeZone.fixed ?? timeZone.offsetAt(seconds)
  const zone = options.dateStyle === 'iso' ? offsetText(offset) : ` ${timeZone.abbreviation(seconds)}`
  return timestampText(timestamp + BigInt(offset) * 1000000n, options, zone)
}

function dayAndSeconds(timestamp: bigint): number {
  const day = dayOfTimestamp(timestamp)
  return day * 86400 + Math.floor(microsOfDay(timestamp, day) / 1000000)
}

function timestampText(local: bigint, options: FormatOptions, zone: string): string {
  const days = dayOfTimestamp(local)
  const { year, month, day } = civilFromDays(days)
  const time = formatTime(microsOfDay(local, days))
  let text: string
  if (options.dateStyle === 'postgres') {
    const monthAndDay =
      options.dateOrder === 'dmy' ? `${padded[day]} ${months[month - 1]}` : `${months[month - 1]} ${padded[day]}`
    text = `${weekdays[dayOfWeek(days)]} ${monthAndDay} ${time} ${yearText(year)}${zone}`
  } else {
    text = `${dateText(year, month, day, options)} ${time}${zone}`
  }
  return year > 0 ? text : `${text} BC`
}

const precisionUnits = [1000000, 100000, 10000, 1000, 100, 10, 1]

/** Microseconds rounded to a count of fractional digits, half away from zero. */
export function roundMicros(micros: number, precision: number): number {
  const unit = precisionUnits[precision]
  return micros >= 0 ? Math.floor((micros + unit / 2) / unit) * unit : -Math.floor((-micros + unit / 2) / unit) * unit
}

/** A timestamp rounded to a count of fractional digits: half away from the year 2000. */
export function roundTimestamp(timestamp: bigint, precision: number): bigint {
  if (precision >= 6 || timestamp === TIMESTAMP_INFINITY || timestamp === TIMESTAMP_NEGATIVE_INFINITY) return timestamp
  const unit = BigInt(precisionUnits[precision])
  const half = unit / 2n
  const micros = timestamp - MICROS_TO_2000
  return ((micros + (micros < 0n ? 0n - half : half)) / unit) * unit + MICROS_TO_2000
}

/** A time rounded to a count of fractional digits. */
export function roundTime(micros: number, precision: number): number {
  return precision >= 6 ? micros : roundMicros(micros, precision)
}

/** A day, as a timestamp at its midnight; the infinities stay. */
export function dateToTimestamp(date: number): bigint {
  if (date === DATE_INFINITY) return TIMESTAMP_INFINITY
  if (date === DATE_NEGATIVE_INFINITY) return TIMESTAMP_NEGATIVE_INFINITY
  const timestamp = timestampOf(date, 0)
  if (!isTimestampInRange(timestamp)) throw new SqlError('datetime_field_overflow', 'date out of range for timestamp')
  return timestamp
}

/** The day of a timestamp; the infinities stay. */
export function timestampToDate(timestamp: bigint): number {
  if (timestamp === TIMESTAMP_INFINITY) return DATE_INFINITY
  if (timestamp === TIMESTAMP_NEGATIVE_INFINITY) return DATE_NEGATIVE_INFINITY
  return dayOfTimestamp(timestamp)
}

/** Local time in the session's zone to UTC. */
export function localToUtc(timestamp: bigint, settings: Settings): bigint {
  if (timestamp === TIMESTAMP_INFINITY || timestamp === TIMESTAMP_NEGATIVE_INFINITY) return timestamp
  const { timeZone } = formatOptions(settings)
  const offset = timeZone.fixed ?? offsetOfLocal(timeZone, dayAndSeconds(timestamp))
  return inRange(timestamp - BigInt(offset) * 1000000n)
}

/** UTC to local time in the session's zone. */
export function utcToLocal(timestamp: bigint, settings: Settings): bigint {
  if (timestamp === TIMESTAMP_INFINITY || timestamp === TIMESTAMP_NEGATIVE_INFINITY) return timestamp
  return inRange(timestamp + zoneOffset(timestamp, settings))
}

/** How far the session's zone is ahead at a time, in microseconds. */
export function zoneOffset(timestamp: bigint, settings: Settings): bigint {
  const { timeZone } = formatOptions(settings)
  return BigInt(timeZone.fixed ?? timeZone.offsetAt(dayAndSeconds(timestamp))) * 1000000n
}

function inRange(timestamp: bigint): bigint {
  if (!isTimestampInRange(timestamp)) throw new SqlError('datetime_field_overflow', 'timestamp out of range')
  return timestamp
}

/** The microseconds since midnight of a finite timestamp. */
export function timestampToTime(timestamp: bigint): number {
  return microsOfDay(timestamp, dayOfTimestamp(timestamp))
}

/** Whole days are left out of a time that went past midnight. */
export function wrapTime(micros: number): number {
  return micros - Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY
}
