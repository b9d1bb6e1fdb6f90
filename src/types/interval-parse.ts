/**
 * Reads intervals: units (`1 year 2 mons ago`), SQL's year-month and day-time forms (`1-2 3 4:05:06`), and ISO 8601
 * (`P1Y2M3DT4H5M6S`, `P0001-02-03T04:05:06`). Fields are taken from right to left, so that a unit is known before its
 * number.
 */
import { SqlError } from '../error.ts'
import {
  BAD_FORMAT,
  DateTimeFailure,
  type DateTimeField,
  dateTimeError,
  FIELD_OVERFLOW,
  fractionMicros,
  leadingInteger,
  splitDateTime,
} from './date-time-fields.ts'
import type { FormatOptions } from './format-options.ts'
import type { Interval } from './value.ts'

type Unit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'

/** Ten characters of a word count. */
const units: ReadonlyMap<string, Unit | 'ago' | 'unsupported'> = new Map(
  Object.entries({
    ago: 'ago',
    c: 'century',
    cent: 'century',
    centuries: 'century',
    century: 'century',
    d: 'day',
    day: 'day',
    days: 'day',
    dec: 'decade',
    decade: 'decade',
    decades: 'decade',
    decs: 'decade',
    h: 'hour',
    hour: 'hour',
    hours: 'hour',
    hr: 'hour',
    hrs: 'hour',
    m: 'minute',
    min: 'minute',
    mins: 'minute',
    minute: 'minute',
    minutes: 'minute',
    microsecon: 'microsecond',
    us: 'microsecond',
    usec: 'microsecond',
    usecond: 'microsecond',
    useconds: 'microsecond',
    usecs: 'microsecond',
    mil: 'millennium',
    millennia: 'millennium',
    millennium: 'millennium',
    mils: 'millennium',
    millisecon: 'millisecond',
    ms: 'millisecond',
    msec: 'millisecond',
    msecond: 'millisecond',
    mseconds: 'millisecond',
    msecs: 'millisecond',
    mon: 'month',
    mons: 'month',
    month: 'month',
    months: 'month',
    qtr: 'unsupported',
    quarter: 'unsupported',
    timezone: 'unsupported',
    timezone_h: 'unsupported',
    timezone_m: 'unsupported',
    s: 'second',
    sec: 'second',
    second: 'second',
    seconds: 'second',
    secs: 'second',
    w: 'week',
    week: 'week',
    weeks: 'week',
    y: 'year',
    year: 'year',
    years: 'year',
    yr: 'year',
    yrs: 'year',
  } as const),
)

/** The unit that an interval's last bare number has, by the fields of its type. */
function lastUnit(fields: string | undefined): Unit {
  const last = fields?.split(' ').at(-1)
  return last === 'year' || last === 'month' || last === 'day' || last === 'hour' || last === 'minute' ? last : 'second'
}

export function outOfRange(): SqlError {
  return new SqlError('datetime_field_overflow', 'interval out of range')
}

const MAX_INT64 = 9223372036854775807n
const MIN_INT64 = -9223372036854775808n

export function parseIntervalText(
  text: string,
  fields: string | undefined,
  style: FormatOptions['intervalStyle'],
): Interval {
  try {
    try {
      return new IntervalReader().read(splitDateTime(text), fields, style)
    } catch (failure) {
      if (failure !== BAD_FORMAT) throw failure
      return new IntervalReader().readIso(text)
    }
  } catch (failure) {
    if (!(failure instanceof DateTimeFailure)) throw failure
    throw dateTimeError(failure === FIELD_OVERFLOW ? 'intervalOverflow' : failure.problem, text, 'interval')
  }
}

/** Fills the parts of an interval; fractions of a unit spill into the smaller ones. */
class IntervalReader {
  private years = 0
  private months = 0
  private days = 0
  private micros = 0n

  read(fields: readonly DateTimeField[], range: string | undefined, style: FormatOptions['intervalStyle']): Interval {
    const negative =
      style === 'sql_standard' &&
      fields.length > 0 &&
      fields[0].text.startsWith('-') &&
      !fields.slice(1).some(({ text }) => text[0] === '-' || text[0] === '+')
    const seen = new Set<string>()
    const take = (...names: string[]): void => {
      for (const name of names) {
        if (seen.has(name)) throw BAD_FORMAT
        seen.add(name)
      }
    }
    let unit: Unit | undefined
    let ago = false
    for (let i = fields.length - 1; i >= 0; i--) {
      const { kind, text } = fields[i]
      const signed = kind === 'zone'
      if (kind === 'time' || (signed && text.includes(':', 1) && isClock(text.slice(1)))) {
        let micros = clockMicros(signed ? text.slice(1) : text, range)
        if (text[0] === '-') micros = -micros
        if (negative && micros > 0n) micros = -micros
        this.micros = micros
        take('hour', 'minute', 'second', 'millisecond', 'microsecond')
        unit = 'day'
      } else if (kind === 'string' || kind === 'special') {
        const word = units.get(text.slice(0, 10))
        if (word === undefined || word === 'unsupported') throw BAD_FORMAT
        if (word === 'ago') ago = true
        else unit = word
      } else {
        unit ??= lastUnit(range)
        unit = this.quantity(text, unit, negative, take)
      }
    }
    if (seen.size === 0) throw BAD_FORMAT
    return this.finish(ago)
  }

  /** A number with its unit; answers the unit that a bare number to its left would have. */
  private quantity(text: string, unit: Unit, negative: boolean, take: (...names: string[]) => void): Unit {
    const match = /^([+-]?)(\d*)(?:(\.\d*)|-(\d+))?$/.exec(text)
    if (!match || (match[2] === '' && match[3] === undefined)) throw BAD_FORMAT
    const minus = match[1] === '-' || negative
    let whole = wholeNumber(match[2], minus)
    let fraction = fractionOf(match[3])
    if (match[4] !== undefined) {
      const months = leadingInteger(match[4]).value
      if (months >= 12) throw FIELD_OVERFLOW
      whole = whole * 12n + BigInt(months)
      unit = 'month'
    }
    if (minus) {
      whole = -whole
      fraction = -fraction
    }
    if (unit === 'second' && fraction !== 0) take('second', 'millisecond', 'microsecond')
    else take(unit)
    this.addUnit(unit, whole, fraction)
    return unit === 'hour' ? 'day' : unit
  }

  readIso(text: string): Interval {
    if (text.length < 2 || text[0] !== 'P') throw BAD_FORMAT
    let at = 1
    let date = true
    let any = false
    const number = (): { whole: bigint; fraction: number; width: number } => {
      const match = /^-?(\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?/.exec(text.slice(at))!
      const value = Number(match[0])
      if (match[0] === '' || match[0] === '-' || Number.isNaN(value)) throw BAD_FORMAT
      if (Math.abs(value) > 1e15) throw FIELD_OVERFLOW
      at += match[0].length
      const whole = Math.trunc(value)
      return { whole: BigInt(whole), fraction: value - whole, width: match[1].length }
    }
    while (at < text.length) {
      if (text[at] === 'T') {
        date = false
        any = false
        at++
        continue
      }
      const { whole, fraction, width } = number()
      const unit = text[at++]
      const named = unit === undefined ? undefined : isoUnits[date ? 0 : 1].get(unit)
      if (named) this.addUnit(named, whole, fraction)
      else if (date) {
        if (unit !== undefined && unit !== 'T' && unit !== '-') throw BAD_FORMAT
        if (width === 8 && !any && unit !== '-') {
          this.addUnit('year', whole / 10000n, 0)
          this.addUnit('month', (whole / 100n) % 100n, 0)
          this.addUnit('day', whole % 100n, fraction)
        } else {
          if (any) throw BAD_FORMAT
          this.addUnit('year', whole, fraction)
          if (unit === '-') {
            const month = number()
            this.addUnit('month', month.whole, month.fraction)
            if (text[at] === '-') {
              at++
              const day = number()
              this.addUnit('day', day.whole, day.fraction)
            }
            if (at < text.length && text[at] !== 'T') throw BAD_FORMAT
            continue
          }
        }
        if (unit === 'T') at--
        continue
      } else {
        if (unit !== undefined && unit !== ':') throw BAD_FORMAT
        if (width === 6 && !any && unit === undefined) {
          this.addUnit('hour', whole / 10000n, 0)
          this.addUnit('minute', (whole / 100n) % 100n, 0)
          this.addUnit('second', whole % 100n, 0)
          this.addFractionMicros(fraction, 1)
        } else {
          if (any) throw BAD_FORMAT
          this.addUnit('hour', whole, fraction)
          if (unit === ':') {
            const minute = number()
            this.addUnit('minute', minute.whole, minute.fraction)
            if (text[at] === ':') {
              at++
              const second = number()
              this.addUnit('second', second.whole, second.fraction)
            }
            if (at < text.length) throw BAD_FORMAT
          }
        }
        break
      }
      any = true
    }
    return this.finish(false)
  }

  private addUnit(unit: Unit, whole: bigint, fraction: number): void {
    const micros = microsPerUnit[unit]
    const years = yearsPerUnit[unit]
    if (micros !== undefined) this.addMicros(whole, fraction, micros)
    else if (years !== undefined) this.addYears(whole, fraction, years)
    else if (unit === 'day') {
      this.days = int32(this.days + small(whole))
      this.addFractionMicros(fraction, 86400000000)
    } else if (unit === 'week') {
      this.days = int32(this.days + int32(small(whole) * 7))
      this.addFractionDays(fraction * 7)
    } else {
      this.months = int32(this.months + small(whole))
      this.addFractionDays(fraction * 30)
    }
  }

  private addYears(whole: bigint, fraction: number, scale: number): void {
    this.years = int32(this.years + int32(small(whole) * scale))
    this.months = int32(this.months + halfEven(fraction * scale * 12))
  }

  private addFractionDays(days: number): void {
    const whole = Math.trunc(days)
    this.days = int32(this.days + whole)
    this.addFractionMicros(days - whole, 86400000000)
  }

  private addMicros(whole: bigint, fraction: number, scale: number): void {
    this.micros = int64(this.micros + int64(whole * BigInt(scale)))
    this.addFractionMicros(fraction, scale)
  }

  private addFractionMicros(fraction: number, scale: number): void {
    if (fraction === 0) return
    const micros = fraction * scale
    let whole = Math.trunc(micros)
    const rest = micros - whole
    if (rest > 0.5) whole++
    else if (rest < -0.5) whole--
    this.micros = int64(this.micros + BigInt(whole))
  }

  private finish(ago: boolean): Interval {
    const months = this.years * 12 + this.months
    if (ago) {
      if (this.months === -2147483648 || this.days === -2147483648 || this.micros === MIN_INT64) throw FIELD_OVERFLOW
      if (months < -2147483647 || months > 2147483648) throw outOfRange()
      return { months: 0 - months, days: 0 - this.days, micros: -this.micros }
    }
    if (months < -2147483648 || months > 2147483647) throw outOfRange()
    return { months, days: this.days, micros: this.micros }
  }
}

const microsPerUnit: { readonly [unit in Unit]?: number } = {
  microsecond: 1,
  millisecond: 1000,
  second: 1000000,
  minute: 60000000,
  hour: 3600000000,
}

const yearsPerUnit: { readonly [unit in Unit]?: number } = { year: 1, decade: 10, century: 100, millennium: 1000 }

const isoUnits: readonly ReadonlyMap<string, Unit>[] = [
  new Map<string, Unit>([
    ['Y', 'year'],
    ['M', 'month'],
    ['W', 'week'],
    ['D', 'day'],
  ]),
  new Map<string, Unit>([
    ['H', 'hour'],
    ['M', 'minute'],
    ['S', 'second'],
  ]),
]

function wholeNumber(digits: string, negative = false): bigint {
  const value = digits.length <= 15 ? BigInt(Number(digits)) : BigInt(digits)
  if (value > MAX_INT64 + (negative ? 1n : 0n)) throw FIELD_OVERFLOW
  return value
}

function fractionOf(text: string | undefined): number {
  return text === undefined || text === '.' ? 0 : Number(text)
}

function small(value: bigint): number {
  const number = Number(value)
  return int32(number)
}

function int32(value: number): number {
  if (value < -2147483648 || value > 2147483647) throw FIELD_OVERFLOW
  return value
}

function int64(value: bigint): bigint {
  if (value < MIN_INT64 || value > MAX_INT64) throw FIELD_OVERFLOW
  return value
}

function halfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

const clockPattern = /^(\d+):(\d*)(?:(:)(\d*))?(\.\d*)?$/

function isClock(text: string): boolean {
  const match = clockPattern.exec(text)
  return match !== null && Number(match[2]) < 60 && Number(match[4] ?? 0) <= 60
}

/** hh:mm[:ss[.f]] with any count of hours; mm:ss where the type or a fraction says so. */
function clockMicros(text: string, range: string | undefined): bigint {
  const match = clockPattern.exec(text)
  if (!match) throw BAD_FORMAT
  let hour = wholeNumber(match[1])
  let minute = leadingInteger(match[2]).value
  let second = leadingInteger(match[4] ?? '').value
  const fraction = match[5] === undefined ? 0 : fractionMicros(match[5])
  if (match[3] === undefined && (match[5] !== undefined || range === 'minute to second')) {
    second = minute
    minute = leadingInteger(match[1]).value
    hour = 0n
  }
  if (minute > 59 || second > 60) throw FIELD_OVERFLOW
  return int64(hour * 3600000000n + BigInt(minute * 60000000 + second * 1000000 + fraction))
}
