/**
 * The proleptic Gregorian calendar, as integers. A day is counted from 1970-01-01; years are astronomical, so that
 * year 0 is 1 BC. Timestamps are microseconds since 1970-01-01 00:00 in a bigint.
 */

export const MICROS_PER_SECOND = 1000000
/** From 1970 to 2000, where PostgreSQL starts to count. */
export const MICROS_TO_2000 = 946684800000000n
export const MICROS_PER_MINUTE = 60000000
export const MICROS_PER_HOUR = 3600000000
export const MICROS_PER_DAY = 86400000000
export const SECONDS_PER_DAY = 86400
const MICROS_PER_DAY_BIG = 86400000000n

/** Days of the first and after the last date: 4714-11-24 BC and 5874898-01-01. */
export const FIRST_DATE = -2440588
export const END_OF_DATES = 2145042906
/** Micros of the first timestamp: 4714-11-24 BC. After the last, 294247-01-10 04:00:54.775806, comes infinity in 64 bits. */
export const FIRST_TIMESTAMP = -210866803200000000n

export const DATE_INFINITY = 2147483647
export const DATE_NEGATIVE_INFINITY = -2147483647
export const TIMESTAMP_INFINITY = 9223372036854775807n
export const TIMESTAMP_NEGATIVE_INFINITY = -9223372036854775807n

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Days since 1970-01-01; months outside 1..12 carry into the year. */
export function daysFromCivil(year: number, month: number, day: number): number {
  if (month < 1 || month > 12) {
    year += Math.floor((month - 1) / 12)
    month = ((((month - 1) % 12) + 12) % 12) + 1
  }
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468
}

/** The inverse of daysFromCivil. */
export function civilFromDays(days: number): CivilDate {
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : monthLengths[month - 1]
}

/** 0 is Sunday. */
export function dayOfWeek(days: number): number {
  return (((days + 4) % 7) + 7) % 7
}

/** 1 is 1 January. */
export function dayOfYear(days: number): number {
  return days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1
}

/** The ISO 8601 week and the year it belongs to. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((dayOfWeek(days) + 6) % 7) + 3
  const { year } = civilFromDays(thursday)
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 }
}

/** The day that a timestamp falls on. */
export function dayOfTimestamp(timestamp: bigint): number {
  const small = Number(timestamp)
  if (small >= -9007199254740991 && small <= 9007199254740991) return Math.floor(small / MICROS_PER_DAY)
  const day = timestamp / MICROS_PER_DAY_BIG
  return Number(timestamp < 0n && day * MICROS_PER_DAY_BIG !== timestamp ? day - 1n : day)
}

/** The microseconds since midnight of a timestamp whose day is known. */
export function microsOfDay(timestamp: bigint, day: number): number {
  const small = Number(timestamp)
  if (small >= -9007199254740991 && small <= 9007199254740991) return small - day * MICROS_PER_DAY
  return Number(timestamp - BigInt(day) * MICROS_PER_DAY_BIG)
}

/** The timestamp of a day and the microseconds since its midnight. */
export function timestampOf(day: number, micros: number): bigint {
  if (day > -104000 && day < 104000) return BigInt(day * MICROS_PER_DAY + micros)
  return BigInt(day) * MICROS_PER_DAY_BIG + BigInt(micros)
}

export function isFiniteTimestamp(timestamp: bigint): boolean {
  return timestamp !== TIMESTAMP_INFINITY && timestamp !== TIMESTAMP_NEGATIVE_INFINITY
}

/** Whether a finite timestamp is within PostgreSQL's range. */
export function isTimestampInRange(timestamp: bigint): boolean {
  return timestamp >= FIRST_TIMESTAMP && timestamp < TIMESTAMP_INFINITY
}

export function isFiniteDate(date: number): boolean {
  return date !== DATE_INFINITY && date !== DATE_NEGATIVE_INFINITY
}
