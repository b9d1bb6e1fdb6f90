/**
 * Reads dates, times and timestamps in all the forms that PostgreSQL accepts, and decides as it does where a text is
 * ambiguous: the fields are taken from left to right, and each number is given the meaning that is still open.
 * The common ISO forms are read by a short path of their own in `date-time.ts`.
 */

import { SqlError } from '../error.ts'
import { civilFromDays, daysFromCivil, daysInMonth, MICROS_PER_DAY } from './calendar.ts'
import {
  BAD_FORMAT,
  type DateTimeField,
  type DateUnit,
  dateWord,
  FIELD_OVERFLOW,
  fractionMicros,
  leadingInteger,
  MONTH_DAY_OVERFLOW,
  numericZone,
  type ReservedDate,
  splitDateTime,
} from './date-time-fields.ts'
import { findNamedZone, offsetOfLocal, type TimeZone } from './time-zone.ts'
import { zoneAbbreviation } from './time-zone-abbreviations.ts'

/** What the reader has to know beside the text. */
export interface ReadOptions {
  readonly dateOrder: 'ymd' | 'dmy' | 'mdy'
  readonly timeZone: TimeZone
  /** Microseconds since 1970 UTC, asked for `now`, `today` and the zone of a time without a date. */
  readonly now: () => bigint
}

/** A text taken apart. `special` outranks the rest. */
export interface DateTimeParts {
  readonly special?: 'infinity' | '-infinity' | 'epoch'
  readonly year: number
  readonly month: number
  readonly day: number
  /** Microseconds since midnight. */
  readonly micros: number
  /** Seconds east of UTC: as written, or the session's zone at that local time. */
  readonly offset: number
}

/** The fields that have been filled, as bits. */
const YEAR = 1
const MONTH = 2
const DAY = 4
const HOUR = 8
const MINUTE = 16
const SECOND = 32
const FRACTION = 64
const DAY_OF_YEAR = 128
const ZONE = 256
const SUMMER = 512
const WEEKDAY = 1024
const ERA = 2048
const HALF_DAY = 4096
const DATE = YEAR | MONTH | DAY
const TIME = HOUR | MINUTE | SECOND | FRACTION

/** Reads a date with an optional time and zone. Throws a DateTimeFailure. */
export function readDateTime(text: string, options: ReadOptions): DateTimeParts {
  return new Reader(options, false).read(splitDateTime(text))
}

/** Reads a time with an optional zone, and a date where one helps to find the zone's offset. */
export function readTime(text: string, options: ReadOptions): DateTimeParts {
  return new Reader(options, true).read(splitDateTime(text))
}

class Reader {
  private readonly options: ReadOptions
  private readonly timeOnly: boolean
  private filled = 0
  private year = 0
  private month = 0
  private day = 0
  private hour = 0
  private minute = 0
  private second = 0
  private fraction = 0
  private dayOfYear = 0
  private offset = 0
  private zone: TimeZone | undefined
  private special: 'infinity' | '-infinity' | 'epoch' | undefined
  private label: DateUnit | 'time' | undefined
  private textMonth = false
  private julian = false
  private shortYear = false
  private beforeChrist = false
  private halfDay: 'am' | 'pm' | undefined

  constructor(options: ReadOptions, timeOnly: boolean) {
    this.options = options
    this.timeOnly = timeOnly
  }

  read(fields: readonly DateTimeField[]): DateTimeParts {
    fields.forEach((field, index) => {
      const mask = this.field(field, index, fields)
      if (mask & this.filled) throw BAD_FORMAT
      this.filled |= mask
    })
    if (this.label !== undefined) throw BAD_FORMAT
    if (this.special !== undefined) {
      if (this.timeOnly) throw BAD_FORMAT
      return { special: this.special, year: 1970, month: 1, day: 1, micros: 0, offset: 0 }
    }
    this.validateDate()
    this.applyHalfDay()
    return this.timeOnly ? this.finishTime() : this.finishDateTime()
  }

  private field(field: DateTimeField, index: number, fields: readonly DateTimeField[]): number {
    switch (field.kind) {
      case 'date':
        return this.timeOnly ? this.dateFieldOfTime(field.text, index, fields) : this.dateField(field.text)
      case 'time': {
        if (this.label !== undefined) {
          if (this.label !== 'time') throw BAD_FORMAT
          this.label = undefined
        }
        this.clock(field.text)
        if (!this.timeOnly && this.clockOverflows()) throw FIELD_OVERFLOW
        return TIME
      }
      case 'zone':
        this.offset = numericZone(field.text)
        return ZONE
      case 'number':
        if (this.label !== undefined) return this.labelled(field.text)
        return this.timeOnly ? this.numberOfTime(field.text, index, fields) : this.number(field.text)
      default:
        return this.word(field.text)
    }
  }

  private dateField(text: string): number {
    if (this.label === 'julian') {
      const { value, end } = leadingInteger(text)
      this.setJulian(value)
      this.offset = numericZone(text.slice(end))
      this.label = undefined
      return DATE | TIME | ZONE
    }
    if (this.label !== undefined || (this.filled & (MONTH | DAY)) === (MONTH | DAY)) {
      const digit = text >= '0' && text < ':'
      if (!digit && this.label === undefined) return this.namedZone(text)
      if (this.label !== undefined && this.label !== 'time') throw BAD_FORMAT
      this.label = undefined
      return this.joinedTimeAndZone(text, this.filled)
    }
    return this.date(text)
  }

  private dateFieldOfTime(text: string, index: number, fields: readonly DateTimeField[]): number {
    if (index === 0 && fields.length >= 2 && (fields[fields.length - 1].kind === 'date' || fields[1].kind === 'time')) {
      return this.date(text)
    }
    return text >= '0' && text < ':' ? this.joinedTimeAndZone(text, this.filled | DATE) : this.namedZone(text)
  }

  /** `040506-08` */
  private joinedTimeAndZone(text: string, filled: number): number {
    if ((this.filled & TIME) === TIME) throw BAD_FORMAT
    const minus = text.indexOf('-')
    if (minus < 0) throw BAD_FORMAT
    this.offset = numericZone(text.slice(minus))
    return this.joined(text.slice(0, minus), filled) | ZONE
  }

  private namedZone(text: string): number {
    this.zone = findNamedZone(text)
    if (!this.zone) throw new SqlError('invalid_parameter_value', `time zone "${text}" not recognized`)
    return ZONE
  }

  /** A field such as `1999-01-08` or `8-jan-99`: the month by name first, then the numbers in their order. */
  private date(text: string): number {
    let filled = this.filled
    let mask = 0
    let textMonth = false
    const parts: string[] = []
    for (const match of text.matchAll(/[^a-z0-9]*(\d+|[a-z]+)?[^a-z0-9]?/g)) {
      if (match[0] === '') break
      if (match[1] === undefined) throw BAD_FORMAT
      parts.push(match[1])
    }
    const take = (bits: number): void => {
      if (filled & bits) throw BAD_FORMAT
      filled |= bits
      mask |= bits
    }
    for (const part of parts) {
      if (part < 'a') continue
      const found = dateWord(part)
      if (found?.kind === 'ignored') continue
      if (found?.kind !== 'month') throw BAD_FORMAT
      this.month = found.value
      textMonth = true
      take(MONTH)
    }
    for (const part of parts) {
      if (part < 'a') take(this.bareNumber(part, textMonth, filled))
    }
    if ((filled & ~(DAY_OF_YEAR | ZONE)) !== DATE) throw BAD_FORMAT
    return mask
  }

  /** hh:mm, hh:mm:ss, hh:mm:ss.f; mm:ss.f where there is no hour. */
  private clock(text: string): void {
    const match = /^(\d+):(\d*)(?:(:)(\d*))?(\.\d*)?$/.exec(text)
    const [first, second, third] = [match?.[1] ?? '', match?.[2] ?? '', match?.[4] ?? ''].map(
      (digits) => leadingInteger(digits).value,
    )
    if (!match) throw BAD_FORMAT
    this.hour = first
    this.minute = second
    this.second = third
    this.fraction = match[5] === undefined ? 0 : fractionMicros(match[5])
    if (match[3] === undefined && match[5] !== undefined) {
      this.second = second
      this.minute = first
      this.hour = 0
    }
    if (this.minute > 59 || this.second > 60) throw FIELD_OVERFLOW
  }

  private clockOverflows(): boolean {
    return this.hour > 24 || this.minute > 59 || this.second > 60 || this.micros() > MICROS_PER_DAY
  }

  private micros(): number {
    return ((this.hour * 60 + this.minute) * 60 + this.second) * 1000000 + this.fraction
  }

  /** A number that a unit went before: y2001m02d04, J2451187, T040506. */
  private labelled(text: string): number {
    const label = this.label!
    this.label = undefined
    const { value, end } = leadingInteger(text)
    const fraction = text.slice(end)
    if (fraction !== '' && label !== 'julian' && label !== 'time' && label !== 'second') throw BAD_FORMAT
    switch (label) {
      case 'year':
        this.year = value
        return YEAR
      case 'month':
        if (this.filled & MONTH && this.filled & HOUR) {
          this.minute = value
          return MINUTE
        }
        this.month = value
        return MONTH
      case 'day':
        this.day = value
        return DAY
      case 'hour':
        this.hour = value
        return HOUR
      case 'minute':
        this.minute = value
        return MINUTE
      case 'second':
        this.second = value
        if (fraction === '') return SECOND
        this.fraction = fractionMicros(fraction)
        return SECOND | FRACTION
      case 'julian':
        this.setJulian(value)
        if (fraction === '') return DATE
        this.setMicros(Number(fraction) * MICROS_PER_DAY)
        return DATE | TIME
      case 'time':
        if (this.joined(text, this.filled | DATE) !== TIME) throw BAD_FORMAT
        return TIME
      default:
        throw BAD_FORMAT
    }
  }

  private setJulian(value: number): void {
    const { year, month, day } = civilFromDays(value - 2440588)
    this.year = year
    this.month = month
    this.day = day
    this.julian = true
  }

  private setMicros(time: number): void {
    const whole = Math.floor(time)
    this.hour = Math.floor(whole / 3600000000)
    this.minute = Math.floor(whole / 60000000) % 60
    this.second = Math.floor(whole / 1000000) % 60
    this.fraction = whole % 1000000
  }

  private number(text: string): number {
    const point = text.indexOf('.')
    if (point >= 0 && !(this.filled & DATE)) return this.date(text)
    if (point > 2) return this.joined(text, this.filled)
    if (point < 0 && text.length >= 6 && (!(this.filled & DATE) || !(this.filled & TIME))) {
      return this.joined(text, this.filled)
    }
    return this.bareNumber(text, this.textMonth, this.filled)
  }

  private numberOfTime(text: string, index: number, fields: readonly DateTimeField[]): number {
    const point = text.indexOf('.')
    if (point >= 0) {
      if (index === 0 && fields.length >= 2 && fields[fields.length - 1].kind === 'date') return this.date(text)
      if (point > 2) return this.joined(text, this.filled | DATE)
      throw BAD_FORMAT
    }
    if (text.length > 4) return this.joined(text, this.filled | DATE)
    return this.bareNumber(text, false, this.filled | DATE)
  }

  /** A number whose meaning follows from what is filled already and from the order of day and month. */
  private bareNumber(text: string, textMonth: boolean, filled: number): number {
    const { value, end } = leadingInteger(text)
    if (end < text.length) {
      if (end > 2) return this.joined(text, filled | DATE)
      this.fraction = fractionMicros(text.slice(end))
    }
    if (text.length === 3 && (filled & DATE) === YEAR && value >= 1 && value <= 366) {
      this.dayOfYear = value
      return DAY_OF_YEAR | MONTH | DAY
    }
    const { dateOrder } = this.options
    switch (filled & DATE) {
      case 0:
        if (text.length >= 3 || dateOrder === 'ymd') return this.setYear(value, text.length)
        return dateOrder === 'dmy' ? this.setDay(value) : this.setMonth(value)
      case YEAR:
      case DAY:
        return this.setMonth(value)
      case MONTH:
        if (textMonth && (text.length >= 3 || dateOrder === 'ymd')) return this.setYear(value, text.length)
        return this.setDay(value)
      case YEAR | MONTH:
        if (textMonth && text.length >= 3 && this.shortYear) {
          this.day = this.year
          this.year = value
          this.shortYear = false
          return DAY
        }
        return this.setDay(value)
      case MONTH | DAY:
        return this.setYear(value, text.length)
      case DATE:
        return this.joined(text, filled)
      default:
        throw BAD_FORMAT
    }
  }

  private setYear(value: number, digits: number): number {
    this.year = value
    this.shortYear = digits <= 2
    return YEAR
  }

  private setMonth(value: number): number {
    this.month = value
    return MONTH
  }

  private setDay(value: number): number {
    this.day = value
    return DAY
  }

  /** Digits run together: 19990108, 990108, 040506.789, 0405. */
  private joined(text: string, filled: number): number {
    const point = text.indexOf('.')
    let digits = text
    if (point >= 0) {
      this.fraction = fractionMicros(text.slice(point))
      digits = text.slice(0, point)
    } else if ((filled & DATE) !== DATE && digits.length >= 6) {
      this.day = Number(digits.slice(-2))
      this.month = Number(digits.slice(-4, -2))
      this.year = leadingInteger(digits.slice(0, -4)).value
      if (digits.length === 6) this.shortYear = true
      return DATE
    }
    if ((filled & TIME) !== TIME && (digits.length === 6 || digits.length === 4)) {
      this.hour = Number(digits.slice(0, 2))
      this.minute = Number(digits.slice(2, 4))
      this.second = Number(digits.slice(4))
      return TIME
    }
    throw BAD_FORMAT
  }

  private word(text: string): number {
    const abbreviation = zoneAbbreviation(text)
    if (abbreviation) {
      this.offset = abbreviation.offset
      return ZONE
    }
    const found = dateWord(text)
    switch (found?.kind) {
      case undefined:
        this.zone = findNamedZone(text)
        if (!this.zone) throw BAD_FORMAT
        return ZONE
      case 'ignored':
        return 0
      case 'reserved':
        return this.reserved(found.value)
      case 'month': {
        if (this.timeOnly) throw BAD_FORMAT
        const wasMonth =
          this.filled & MONTH && !this.textMonth && !(this.filled & DAY) && this.month >= 1 && this.month <= 31
        if (wasMonth) this.day = this.month
        this.textMonth = true
        this.month = found.value
        return wasMonth ? DAY : MONTH
      }
      case 'summerTime':
        this.offset += 3600
        return SUMMER
      case 'halfDay':
        this.halfDay = found.value
        return HALF_DAY
      case 'era':
        this.beforeChrist = found.value === 'bc'
        return ERA
      case 'weekday':
        if (this.timeOnly) throw BAD_FORMAT
        return WEEKDAY
      case 'unit':
        if (this.label !== undefined) throw BAD_FORMAT
        this.label = found.value
        return 0
      default:
        if (!this.timeOnly && (this.filled & DATE) !== DATE) throw BAD_FORMAT
        if (this.label !== undefined) throw BAD_FORMAT
        this.label = 'time'
        return 0
    }
  }

  private reserved(value: ReservedDate): number {
    switch (value) {
      case 'zulu':
        this.hour = this.minute = this.second = this.offset = 0
        return TIME | ZONE
      case 'now': {
        const { local, offset } = this.localNow()
        this.setMicros(local.micros)
        if (this.timeOnly) return TIME
        this.setDate(local.day)
        this.offset = offset
        return DATE | TIME | ZONE
      }
      case 'today':
      case 'tomorrow':
      case 'yesterday':
        if (this.timeOnly) throw BAD_FORMAT
        this.setDate(this.localNow().local.day + (value === 'tomorrow' ? 1 : value === 'yesterday' ? -1 : 0))
        return DATE
      default:
        this.special = value
        return DATE | TIME | ZONE
    }
  }

  private setDate(days: number): void {
    const { year, month, day } = civilFromDays(days)
    this.year = year
    this.month = month
    this.day = day
    this.julian = true
  }

  private localNow(): { readonly local: { readonly day: number; readonly micros: number }; readonly offset: number } {
    const now = Number(this.options.now())
    const offset = this.options.timeZone.offsetAt(Math.floor(now / 1000000))
    const local = now + offset * 1000000
    const day = Math.floor(local / MICROS_PER_DAY)
    return { local: { day, micros: local - day * MICROS_PER_DAY }, offset }
  }

  private validateDate(): void {
    if (this.filled & YEAR && !this.julian) {
      if (this.beforeChrist) {
        if (this.year <= 0) throw FIELD_OVERFLOW
        this.year = 1 - this.year
      } else if (this.shortYear) {
        if (this.year < 70) this.year += 2000
        else if (this.year < 100) this.year += 1900
      } else if (this.year <= 0) throw FIELD_OVERFLOW
    }
    if (this.filled & DAY_OF_YEAR) {
      const { year, month, day } = civilFromDays(daysFromCivil(this.year, 1, 1) + this.dayOfYear - 1)
      this.year = year
      this.month = month
      this.day = day
    }
    if (this.filled & MONTH && (this.month < 1 || this.month > 12)) throw MONTH_DAY_OVERFLOW
    if (this.filled & DAY && (this.day < 1 || this.day > 31)) throw MONTH_DAY_OVERFLOW
    if ((this.filled & DATE) === DATE && this.day > daysInMonth(this.year, this.month)) throw FIELD_OVERFLOW
  }

  private applyHalfDay(): void {
    if (this.halfDay === undefined) return
    if (this.hour > 12) throw FIELD_OVERFLOW
    if (this.halfDay === 'am' && this.hour === 12) this.hour = 0
    else if (this.halfDay === 'pm' && this.hour !== 12) this.hour += 12
  }

  private finishDateTime(): DateTimeParts {
    if ((this.filled & DATE) !== DATE) throw BAD_FORMAT
    return this.parts()
  }

  private finishTime(): DateTimeParts {
    if (this.clockOverflows()) throw FIELD_OVERFLOW
    if ((this.filled & TIME) !== TIME) throw BAD_FORMAT
    if (this.zone && this.zone.fixed === undefined && (this.filled & DATE) !== DATE) throw BAD_FORMAT
    if (!(this.filled & ZONE) && !(this.filled & DATE)) {
      this.setDate(this.localNow().local.day)
    } else if (!(this.filled & ZONE) && (this.filled & DATE) !== DATE) throw BAD_FORMAT
    return this.parts()
  }

  private parts(): DateTimeParts {
    if (this.filled & SUMMER && (this.zone || !(this.filled & ZONE))) throw BAD_FORMAT
    const zone = this.zone ?? (this.filled & ZONE ? undefined : this.options.timeZone)
    const { year, month, day } = this
    const micros = this.micros()
    let offset = this.offset
    if (zone) {
      offset =
        zone.fixed ??
        offsetOfLocal(zone, daysFromCivil(year, month || 1, day || 1) * 86400 + Math.floor(micros / 1000000))
    }
    return { year, month, day, micros, offset }
  }
}
