/** to_char, to_date, to_timestamp and to_number with PostgreSQL's templates; strftime and strptime with C's. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  dayOfWeek,
  dayOfYear,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  isoWeek,
  isTimestampInRange,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  microsOfDay,
  timestampOf,
} from '../../types/calendar.ts'
import {
  arrayOf,
  BIGINT,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NUMERIC,
  REAL,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { dateToTimestamp, localToUtc, utcToLocal } from '../../types/date-time.ts'
import { Decimal } from '../../types/decimal.ts'
import { exponentialDigits } from '../../types/float-text.ts'
import { formatOptions } from '../../types/format-options.ts'
import type { Interval } from '../../types/value.ts'
import { type ReadTime, readTime } from '../formatting/date-from-char.ts'
import { dayNames, formatTime, monthNames, type PrintedTime } from '../formatting/date-to-char.ts'
import { formatNumber, type Printable, parseNumber } from '../formatting/number-to-char.ts'
import { type FunctionContext, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { secondsOf } from './date-truncate.ts'
import { roundEven } from './math.ts'

const inZone = { context: true, volatility: 'stable' } as const

function printedTimestamp(local: bigint, offset?: number, zone?: string): PrintedTime {
  const days = dayOfTimestamp(local)
  const micros = microsOfDay(local, days)
  const { year, month, day } = civilFromDays(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(micros / MICROS_PER_HOUR),
    minute: Math.floor(micros / MICROS_PER_MINUTE) % 60,
    second: Math.floor(micros / MICROS_PER_SECOND) % 60,
    micros: micros % MICROS_PER_SECOND,
    isInterval: false,
    offset,
    zone,
  }
}

function printedInterval({ months, days, micros }: Interval): PrintedTime {
  const whole = Number(micros / 1000000n)
  return {
    year: Math.trunc(months / 12),
    month: months % 12,
    day: days,
    hour: Math.trunc(whole / 3600),
    minute: Math.trunc(whole / 60) % 60,
    second: whole % 60,
    micros: Number(micros % 1000000n),
    isInterval: true,
  }
}

/** A decimal as templates take it. */
function printDecimal(value: Decimal): Printable {
  return {
    fixed: (digits, shift) => {
      if (!value.isFinite()) return { text: value.toString(), digits }
      const shifted = shift > 0 ? value.multiply(Decimal.fromBigInt(10n ** BigInt(shift))) : value
      return { text: shifted.round(digits).toString(), digits }
    },
    scientific: (digits) => (value.isFinite() ? scientificDecimal(value, digits) : undefined),
    whole: () => (value.isFinite() ? value.round(0).toNumber() : 0),
  }
}

/** d.ddde+xx of a decimal. */
function scientificDecimal(value: Decimal, digits: number): string {
  if (value.isZero()) return `${digits > 0 ? `0.${'0'.repeat(digits)}` : '0'}e+00`
  const negative = value.sign() < 0
  const coefficient = value.abs().coefficient.toString()
  let exponent = coefficient.length - 1 - value.scale
  let rounded = Decimal.fromBigInt(BigInt(coefficient), coefficient.length - 1).round(digits)
  if (rounded.integerDigits() > 1) {
    rounded = Decimal.fromBigInt(1n).round(digits)
    exponent++
  }
  return `${negative ? '-' : ''}${rounded.toString()}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** A floating-point number as templates take it; no more digits are shown than it has. */
function printDouble(value: number, significant: number): Printable {
  return {
    fixed: (digits, shift) => {
      const shifted = shift > 0 ? value * 10 ** shift : value
      const size = Math.abs(shifted)
      const whole = Number.isFinite(size) ? exactDecimal(roundEven(size)).toString() : String(size)
      const shown = Math.max(0, Math.min(digits, significant - whole.length))
      if (!Number.isFinite(shifted)) return { text: String(shifted), digits: shown }
      const text = roundTiesToEven(exactDecimal(size), shown).toString()
      return { text: isNegative(shifted) ? `-${text}` : text, digits: shown }
    },
    scientific: (digits) => {
      if (!Number.isFinite(value)) return undefined
      const written = exponentialDigits(Math.abs(value), digits + 1).replace(/e([+-])(\d)$/, 'e$10$2')
      return isNegative(value) ? `-${written}` : written
    },
    whole: () => roundEven(value),
  }
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0)
}

/** A decimal that is not negative, rounded; of two that are as near, to the one whose last digit is even. */
function roundTiesToEven({ coefficient, scale }: Decimal, digits: number): Decimal {
  if (scale <= digits) return Decimal.fromBigInt(coefficient * 10n ** BigInt(digits - scale), digits)
  const unit = 10n ** BigInt(scale - digits)
  const whole = coefficient / unit
  const twice = 2n * (coefficient % unit)
  return Decimal.fromBigInt(twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole, digits)
}

/** All the digits that a double has, as a decimal: its integer part with a binary fraction. */
function exactDecimal(value: number): Decimal {
  if (Number.isInteger(value)) return Decimal.fromBigInt(BigInt(value))
  const size = Math.abs(value)
  if (size < 1e-280) return Decimal.fromBigInt(0n, 20)
  let numerator = size
  let halvings = 0
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    halvings++
  }
  const coefficient = BigInt(numerator) * 5n ** BigInt(halvings)
  return Decimal.fromBigInt(value < 0 ? -coefficient : coefficient, halvings)
}

const toChar = scalar({
  name: 'to_char',
  category: 'formatting',
  doc: 'A number, timestamp or interval as text after a template.',
  examples: [
    ["to_char(125, '999')", ' 125'],
    ["to_char(-125.8, '999D9')", '-125.8'],
    ["to_char(1234567.891, 'FM9,999,999.00')", '1,234,567.89'],
    ["to_char(TIMESTAMP '2002-04-20 17:31:12.66', 'HH12:MI:SS')", '05:31:12'],
    ["to_char(DATE '2024-02-29', 'FMDay, DDth FMMonth YYYY')", 'Thursday, 29th February 2024'],
    ["to_char(INTERVAL '15h 2m 12s', 'HH24:MI:SS')", '15:02:12'],
    ["to_char(482, 'RN')", '       CDLXXXII'],
  ],
  volatility: 'stable',
  overloads: [
    overload([TIMESTAMP, TEXT], TEXT, (timestamp, template) =>
      isFiniteTimestamp(timestamp) && template !== '' ? formatTime(printedTimestamp(timestamp), template) : null,
    ),
    overload(
      [TIMESTAMPTZ, TEXT],
      TEXT,
      (context, timestamp, template) => {
        if (!isFiniteTimestamp(timestamp) || template === '') return null
        const { timeZone } = formatOptions(context.settings)
        const seconds = secondsOf(timestamp)
        const offset = timeZone.offsetAt(seconds)
        const local = timestamp + BigInt(offset) * 1000000n
        return formatTime(printedTimestamp(local, offset, timeZone.abbreviation(seconds)), template)
      },
      inZone,
    ),
    overload([INTERVAL, TEXT], TEXT, (interval, template) =>
      template === '' ? null : formatTime(printedInterval(interval), template),
    ),
    overload([INTEGER, TEXT], TEXT, (value, template) =>
      formatNumber(printDecimal(Decimal.fromBigInt(BigInt(value))), template),
    ),
    overload([BIGINT, TEXT], TEXT, (value, template) =>
      formatNumber(printDecimal(Decimal.fromBigInt(value)), template),
    ),
    overload([NUMERIC, TEXT], TEXT, (value, template) => formatNumber(printDecimal(value), template)),
    overload([DOUBLE, TEXT], TEXT, (value, template) => formatNumber(printDouble(value, 15), template)),
    overload([REAL, TEXT], TEXT, (value, template) => formatNumber(printDouble(value, 6), template)),
  ],
})

const toNumber = scalar({
  name: 'to_number',
  category: 'formatting',
  doc: 'The number that a text holds after a template.',
  examples: [["to_number('12,454.8-', '99G999D9S')", '-12454.8']],
  volatility: 'stable',
  overloads: [overload([TEXT, TEXT], NUMERIC, parseNumber)],
})

const toDate = scalar({
  name: 'to_date',
  category: 'formatting',
  doc: 'The date that a text holds after a template.',
  examples: [["to_date('05 Dec 2000', 'DD Mon YYYY')", '2000-12-05']],
  volatility: 'stable',
  overloads: [overload([TEXT, TEXT], DATE, (text, template) => readTime(text, template).day)],
})

function instantOf({ day, micros, offset }: ReadTime, text: string, context: FunctionContext): bigint {
  const local = timestampOf(day, micros)
  if (!isTimestampInRange(local)) throw new SqlError('datetime_field_overflow', `timestamp out of range: "${text}"`)
  return offset === undefined ? localToUtc(local, context.settings) : local - BigInt(offset) * 1000000n
}

const toTimestamp = scalar({
  name: 'to_timestamp',
  category: 'formatting',
  doc: 'The instant that a text holds after a template.',
  examples: [["to_timestamp('05 Dec 2000 13:10', 'DD Mon YYYY HH24:MI')", '2000-12-05 13:10:00+00']],
  volatility: 'stable',
  overloads: [
    overload(
      [TEXT, TEXT],
      TIMESTAMPTZ,
      (context, text, template) => instantOf(readTime(text, template), text, context),
      inZone,
    ),
  ],
})

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** A timestamp after one of C's templates. */
function strftimeText(timestamp: bigint, template: string): string {
  const time = printedTimestamp(timestamp)
  const days = dayOfTimestamp(timestamp)
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12
  return template.replace(/%(-?)([a-zA-Z%])/g, (whole, minus: string, letter: string) => {
    const number = (value: number, width = 2): string => (minus ? String(value) : pad(value, width))
    switch (letter) {
      case 'a':
        return dayNames[dayOfWeek(days)].slice(0, 3)
      case 'A':
        return dayNames[dayOfWeek(days)]
      case 'w':
        return String(dayOfWeek(days))
      case 'u':
        return String(dayOfWeek(days) || 7)
      case 'd':
        return number(time.day)
      case 'b':
      case 'h':
        return monthNames[time.month - 1].slice(0, 3)
      case 'B':
        return monthNames[time.month - 1]
      case 'm':
        return number(time.month)
      case 'y':
        return number(((time.year % 100) + 100) % 100)
      case 'Y':
        return pad(time.year, 4)
      case 'G':
        return pad(isoWeek(days).year, 4)
      case 'V':
        return number(isoWeek(days).week)
      case 'H':
        return number(time.hour)
      case 'I':
        return number(hour12)
      case 'p':
        return time.hour < 12 ? 'AM' : 'PM'
      case 'M':
        return number(time.minute)
      case 'S':
        return number(time.second)
      case 'f':
        return pad(time.micros, 6)
      case 'g':
        return pad(Math.trunc(time.micros / 1000), 3)
      case 'n':
        return `${pad(time.micros, 6)}000`
      case 'z':
        return '+00'
      case 'Z':
        return ''
      case 'j':
        return number(dayOfYear(days), 3)
      case 'U':
        return number(Math.floor((dayOfYear(days) + 6 - dayOfWeek(days)) / 7))
      case 'W':
        return number(Math.floor((dayOfYear(days) + 6 - ((dayOfWeek(days) + 6) % 7)) / 7))
      case 'c':
      case 'x':
      case 'X': {
        const date = `${pad(time.year, 4)}-${pad(time.month)}-${pad(time.day)}`
        const clock = `${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`
        return letter === 'x' ? date : letter === 'X' ? clock : `${date} ${clock}`
      }
      case 'D':
        return `${pad(time.month)}/${pad(time.day)}/${pad(((time.year % 100) + 100) % 100)}`
      case 'F':
        return `${pad(time.year, 4)}-${pad(time.month)}-${pad(time.day)}`
      case 'T':
        return `${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`
      case 'R':
        return `${pad(time.hour)}:${pad(time.minute)}`
      case '%':
        return '%'
      default:
        throw new SqlError('invalid_parameter_value', `unrecognized format specifier "${whole}"`)
    }
  })
}

function strftimeOverloads(type: DataType, local: (context: FunctionContext, value: any) => bigint): Overload[] {
  const body = (context: FunctionContext, value: any, template: string): string | null => {
    const timestamp = local(context, value)
    return isFiniteTimestamp(timestamp) ? strftimeText(timestamp, template) : null
  }
  return [
    overload([type, TEXT], TEXT, body, inZone),
    overload([TEXT, type], TEXT, (context, template, value) => body(context, value, template), inZone),
  ]
}

const strftime = scalar({
  name: 'strftime',
  category: 'formatting',
  doc: 'A date or timestamp as text after one of C’s templates.',
  examples: [["strftime(DATE '1992-01-01', '%a, %-d %B %Y')", 'Wed, 1 January 1992']],
  volatility: 'stable',
  overloads: [
    ...strftimeOverloads(TIMESTAMP, (_context, timestamp) => timestamp),
    ...strftimeOverloads(DATE, (_context, date) => dateToTimestamp(date)),
    ...strftimeOverloads(TIMESTAMPTZ, (context, timestamp) => utcToLocal(timestamp, context.settings)),
  ],
})

const TEXTS = arrayOf(TEXT)

/** Reads a text after one of C's templates, or undefined. */
function strptimeValue(text: string, template: string): bigint | undefined {
  let [year, month, day, hour, minute, second, micros] = [1900, 1, 1, 0, 0, 0, 0]
  let isPm: boolean | undefined
  let offset = 0
  let dayInYear: number | undefined
  let at = 0
  const digits = (most: number): number => {
    const match = new RegExp(`^\\d{1,${most}}`).exec(text.slice(at))
    if (!match) return NaN
    at += match[0].length
    return Number(match[0])
  }
  const word = (names: readonly string[], length?: number): number => {
    const rest = text.slice(at).toLowerCase()
    const found = names.findIndex((name) => rest.startsWith((length ? name.slice(0, length) : name).toLowerCase()))
    if (found >= 0) at += length ?? names[found].length
    return found < 0 ? NaN : found
  }
  const expanded = template
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%R', '%H:%M')
  for (let index = 0; index < expanded.length; index++) {
    const char = expanded[index]
    if (char !== '%') {
      if (/\s/.test(char)) {
        while (/\s/.test(text[at] ?? '')) at++
      } else if (text[at++] !== char) {
        return undefined
      }
      continue
    }
    if (expanded[++index] === '-') index++
    switch (expanded[index]) {
      case 'Y': {
        const match = /^-?\d{1,4}/.exec(text.slice(at))
        if (!match) return undefined
        at += match[0].length
        year = Number(match[0])
        break
      }
      case 'y': {
        const value = digits(2)
        year = value < 69 ? 2000 + value : 1900 + value
        break
      }
      case 'm':
        month = digits(2)
        break
      case 'B':
        month = word(monthNames) + 1
        break
      case 'b':
      case 'h':
        month = word(monthNames, 3) + 1
        break
      case 'd':
        day = digits(2)
        break
      case 'j':
        dayInYear = digits(3)
        break
      case 'A':
        if (Number.isNaN(word(dayNames))) return undefined
        break
      case 'a':
        if (Number.isNaN(word(dayNames, 3))) return undefined
        break
      case 'H':
      case 'I':
        hour = digits(2)
        break
      case 'M':
        minute = digits(2)
        break
      case 'S':
        second = digits(2)
        break
      case 'p': {
        const half = word(['AM', 'PM'])
        if (Number.isNaN(half)) return undefined
        isPm = half === 1
        break
      }
      case 'f':
      case 'g':
      case 'n': {
        const start = at
        const value = digits(9)
        micros = Math.trunc(value * 10 ** (6 - (at - start)))
        break
      }
      case 'z': {
        const match = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(text.slice(at))
        if (!match) return undefined
        at += match[0].length
        if (match[1]) offset = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60)
        break
      }
      case '%':
        if (text[at++] !== '%') return undefined
        break
      default:
        throw new SqlError('invalid_parameter_value', `unrecognized format specifier "%${expanded[index] ?? ''}"`)
    }
  }
  if (at < text.trimEnd().length) return undefined
  if (isPm !== undefined) hour = (hour % 12) + (isPm ? 12 : 0)
  const valid =
    month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour < 24 && minute < 60 && second < 60
  if (!valid || [hour, minute, second, micros].some(Number.isNaN)) return undefined
  const days = dayInYear === undefined ? daysFromCivil(year, month, day) : daysFromCivil(year, 1, 1) + dayInYear - 1
  return (
    timestampOf(days, ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros) - BigInt(offset) * 1000000n
  )
}

/** By the first template that the text fits, or NULL. */
function strptimeFirst(text: string, templates: SqlArray): bigint | null {
  for (const template of templates.values) {
    const value = template === null ? undefined : strptimeValue(text, template)
    if (value !== undefined) return value
  }
  return null
}

const strptime = scalar({
  name: 'strptime',
  category: 'formatting',
  doc: 'The timestamp that a text holds after one of C’s templates, or after the first that fits of a list.',
  examples: [["strptime('Wed, 1 January 1992 - 08:38:40 PM', '%a, %-d %B %Y - %I:%M:%S %p')", '1992-01-01 20:38:40']],
  overloads: [
    overload([TEXT, TEXT], TIMESTAMP, (text, template) => {
      const value = strptimeValue(text, template)
      if (value !== undefined) return value
      throw new SqlError('invalid_datetime_format', `could not parse "${text}" with the format "${template}"`)
    }),
    overload([TEXT, TEXTS], TIMESTAMP, (text, templates: SqlArray) => {
      const value = strptimeFirst(text, templates)
      if (value !== null) return value
      throw new SqlError('invalid_datetime_format', `could not parse "${text}" with any of the formats`)
    }),
  ],
})

const tryStrptime = scalar({
  name: 'try_strptime',
  category: 'formatting',
  doc: 'As strptime, but NULL for a text that does not fit the template.',
  examples: [["try_strptime('tomorrow', '%Y-%m-%d')", null]],
  overloads: [
    overload([TEXT, TEXT], TIMESTAMP, (text, template) => strptimeValue(text, template) ?? null),
    overload([TEXT, TEXTS], TIMESTAMP, strptimeFirst),
  ],
})

export const formattingFunctions: readonly ScalarFunction[] = [
  toChar,
  toNumber,
  toDate,
  toTimestamp,
  strftime,
  strptime,
  tryStrptime,
]
