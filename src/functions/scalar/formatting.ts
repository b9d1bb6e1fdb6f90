/** to_char, to_date, to_timestamp and to_number with PostgreSQL's templates. */
import { SqlError } from '../../error.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  isFiniteTimestamp,
  isTimestampInRange,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  microsOfDay,
  timestampOf,
} from '../../types/calendar.ts'
import {
  BIGINT,
  DATE,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NUMERIC,
  REAL,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { localToUtc } from '../../types/date-time.ts'
import { Decimal } from '../../types/decimal.ts'
import { exponentialDigits } from '../../types/float-text.ts'
import { formatOptions } from '../../types/format-options.ts'
import type { Interval } from '../../types/value.ts'
import { type ReadTime, readTime } from '../formatting/date-from-char.ts'
import { formatTime, type PrintedTime } from '../formatting/date-to-char.ts'
import { formatNumber, type Printable, parseNumber } from '../formatting/number-to-char.ts'
import { type FunctionContext, overload, type ScalarFunction, scalar } from '../function.ts'
import { secondsOf } from './date-truncate.ts'
import { roundEven } from './math.ts'

const inZone = { context: true, volatility: 'stable' } as const

export function printedTimestamp(local: bigint, offset?: number, zone?: string): PrintedTime {
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

export const formattingFunctions: readonly ScalarFunction[] = [toChar, toNumber, toDate, toTimestamp]
