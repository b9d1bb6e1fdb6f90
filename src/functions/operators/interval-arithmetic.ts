/**
 * Sums, products and comparisons of intervals: months, days and microseconds apart, each within its range. What a
 * factor leaves of a month becomes days of thirty to the month, and what it leaves of a day becomes time.
 */
import { SqlError } from '../../error.ts'
import type { Interval } from '../../types/value.ts'
import { divisionByZero } from '../errors.ts'

const MICROS_PER_DAY = 86400000000
const MICROS_PER_SECOND = 1000000

export function intervalOutOfRange(): SqlError {
  return new SqlError('datetime_field_overflow', 'interval out of range')
}

/** An interval of these parts, refused where one does not fit. */
export function makeInterval(months: number, days: number, micros: bigint): Interval {
  if (months !== (months | 0) || days !== (days | 0) || BigInt.asIntN(64, micros) !== micros) throw intervalOutOfRange()
  return { months, days, micros }
}

export function addIntervals(left: Interval, right: Interval): Interval {
  return makeInterval(left.months + right.months, left.days + right.days, left.micros + right.micros)
}

export function subtractIntervals(left: Interval, right: Interval): Interval {
  return makeInterval(left.months - right.months, left.days - right.days, left.micros - right.micros)
}

export function negateInterval(value: Interval): Interval {
  return makeInterval(0 - value.months, 0 - value.days, -value.micros)
}

/** Rounds away the noise that a division by months or days leaves, at the sixth digit of a second. */
function roundSeconds(seconds: number): number {
  return roundHalfEven(seconds * MICROS_PER_SECOND) / MICROS_PER_SECOND
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor + 0
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor + 0 : floor + 1
}

function scaled(value: Interval, scale: (part: number) => number): Interval {
  const exactMonths = scale(value.months)
  const exactDays = scale(value.days)
  if (!Number.isFinite(exactMonths) || !Number.isFinite(exactDays)) throw intervalOutOfRange()
  const months = Math.trunc(exactMonths) + 0
  let days = Math.trunc(exactDays) + 0
  const daysOfMonths = roundSeconds((exactMonths - months) * 30)
  let seconds = roundSeconds((exactDays - days + daysOfMonths - Math.trunc(daysOfMonths)) * 86400)
  if (Math.abs(seconds) >= 86400) {
    const whole = Math.trunc(seconds / 86400)
    days += whole
    seconds -= whole * 86400
  }
  days += Math.trunc(daysOfMonths)
  const micros = roundHalfEven(scale(Number(value.micros)) + seconds * MICROS_PER_SECOND)
  if (!Number.isFinite(micros) || Math.abs(micros) >= 9223372036854775807) throw intervalOutOfRange()
  return makeInterval(months, days, BigInt(micros))
}

export function multiplyInterval(value: Interval, factor: number): Interval {
  return scaled(value, (part) => part * factor)
}

export function divideInterval(value: Interval, divisor: number): Interval {
  if (divisor === 0) throw divisionByZero()
  return scaled(value, (part) => part / divisor)
}

/** The length by which intervals are compared, in microseconds: months of 30 days, days of 24 hours. */
export function intervalLength(value: Interval): bigint {
  return (BigInt(value.months) * 30n + BigInt(value.days)) * BigInt(MICROS_PER_DAY) + value.micros
}
