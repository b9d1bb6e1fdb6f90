/** Making dates, times and intervals out of numbers. */
import { SqlError } from '../../error.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  END_OF_DATES,
  FIRST_DATE,
  isTimestampInRange,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  MICROS_TO_2000,
  microsOfDay,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
  timestampOf,
} from '../../types/calendar.ts'
import { BIGINT, DATE, DOUBLE, INTEGER, INTERVAL, TEXT, TIME, TIMESTAMP, TIMESTAMPTZ } from '../../types/data-type.ts'
import { localToUtc, utcToLocal } from '../../types/date-time.ts'
import { numericZone, ZONE_OVERFLOW } from '../../types/date-time-fields.ts'
import { findSettingZone, findTimeZone } from '../../types/time-zone.ts'
import type { Interval, Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { dayNames, monthNames } from '../formatting/date-to-char.ts'
import { mustSpecialise, overload, type ScalarFunction, scalar } from '../function.ts'
import { fromZone } from './date-truncate.ts'
import { roundEven } from './math.ts'

const inZone = { context: true, volatility: 'stable' } as const

function fieldOutOfRange(kind: 'date' | 'time', text: string): SqlError {
  return new SqlError('datetime_field_overflow', `${kind} field value out of range: ${text}`)
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** The day of year, month and day; negative years are BC, and there is no year 0. */
function makeDay(year: number, month: number, day: number): number {
  const astronomical = year < 0 ? year + 1 : year
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    throw fieldOutOfRange('date', `${year}-${pad(month)}-${pad(day)}`)
  }
  const days = daysFromCivil(astronomical, month, day)
  if (days < FIRST_DATE || days >= END_OF_DATES)
    throw new SqlError('datetime_field_overflow', `date out of range: ${year}-${pad(month)}-${pad(day)}`)
  return days
}

function makeMicros(hour: number, minute: number, seconds: number): number {
  const micros = roundEven(seconds * MICROS_PER_SECOND)
  const total = hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + micros
  const valid = hour >= 0 && minute >= 0 && minute < 60 && seconds >= 0 && seconds <= 60 && total <= MICROS_PER_DAY
  if (!valid || Number.isNaN(seconds)) throw fieldOutOfRange('time', `${hour}:${pad(minute)}:${secondsText(seconds)}`)
  return total
}

/** C's %02g. */
function secondsText(seconds: number): string {
  return String(Number(seconds.toPrecision(6))).padStart(2, '0')
}

const makeDate = scalar({
  name: 'make_date',
  category: 'date and time',
  doc: 'The date of a year, month and day; negative years are BC. Of a struct of these, or of the days since 1970.',
  examples: [
    ['make_date(2013, 7, 15)', '2013-07-15'],
    ["make_date({'year': 2013, 'month': 7, 'day': 15})", '2013-07-15'],
    ['make_date(19000)', '2022-01-08'],
  ],
  overloads: [
    overload([INTEGER, INTEGER, INTEGER], DATE, makeDay, { parameterNames: ['year', 'month', 'day'] }),
    overload([INTEGER], DATE, (days: number) => days),
    overload(['anyrecord'], DATE, mustSpecialise, {
      specialise: ([type]) => {
        const fields = type.kind === 'record' ? type.fields : []
        const places = ['year', 'month', 'day'].map((name) => fields.findIndex((field) => field.name === name))
        if (places.includes(-1)) throw invalidParameter('make_date takes a struct of year, month and day')
        return (row: readonly Value[]) => {
          const [year, month, day] = places.map((place) => row[place])
          return year === null || month === null || day === null
            ? null
            : makeDay(Number(year), Number(month), Number(day))
        }
      },
    }),
  ],
})

const makeTime = scalar({
  name: 'make_time',
  category: 'date and time',
  doc: 'The time of an hour, minute and seconds.',
  examples: [['make_time(8, 15, 23.5)', '08:15:23.5']],
  overloads: [overload([INTEGER, INTEGER, DOUBLE], TIME, makeMicros, { parameterNames: ['hour', 'min', 'sec'] })],
})

function makeLocal(year: number, month: number, day: number, hour: number, minute: number, seconds: number): bigint {
  const timestamp = timestampOf(makeDay(year, month, day), makeMicros(hour, minute, seconds))
  if (!isTimestampInRange(timestamp)) throw new SqlError('datetime_field_overflow', 'timestamp out of range')
  return timestamp
}

const sixNumbers = [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, DOUBLE]
const sixNames = ['year', 'month', 'mday', 'hour', 'min', 'sec']

const makeTimestamp = scalar({
  name: 'make_timestamp',
  category: 'date and time',
  doc: 'The timestamp of a year, month, day, hour, minute and seconds; or of microseconds since 1970.',
  examples: [
    ['make_timestamp(2013, 7, 15, 8, 15, 23.5)', '2013-07-15 08:15:23.5'],
    ['make_timestamp(1000000)', '1970-01-01 00:00:01'],
  ],
  overloads: [
    overload(sixNumbers, TIMESTAMP, makeLocal, { parameterNames: sixNames }),
    overload([BIGINT], TIMESTAMP, (micros) => micros),
  ],
})

/** 22023 for a zone of digits without a sign, or beyond sixteen hours. */
function checkNumericZone(name: string): void {
  if (/^\d/.test(name)) {
    throw new SqlError('invalid_parameter_value', `invalid input syntax for type numeric time zone: "${name}"`, {
      hint: 'Numeric time zones must have "-" or "+" as first character.',
    })
  }
  try {
    numericZone(name)
  } catch (error) {
    if (error !== ZONE_OVERFLOW) return
    throw new SqlError('invalid_parameter_value', `numeric time zone "${name}" out of range`)
  }
}

const makeTimestamptz = scalar({
  name: 'make_timestamptz',
  category: 'date and time',
  doc: 'The instant of a year, month, day, hour, minute and seconds in a zone: that of the session when none is named.',
  examples: [["make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'UTC')", '2013-07-15 08:15:23.5+00']],
  overloads: [
    overload(
      sixNumbers,
      TIMESTAMPTZ,
      (context, year, month, day, hour, minute, seconds) =>
        localToUtc(makeLocal(year, month, day, hour, minute, seconds), context.settings),
      { ...inZone, parameterNames: sixNames },
    ),
    overload(
      [...sixNumbers, TEXT],
      TIMESTAMPTZ,
      (year, month, day, hour, minute, seconds, name) => {
        if (/^[+-]?\d/.test(name)) checkNumericZone(name)
        const zone = findTimeZone(name)
        if (!zone) throw invalidParameter(`time zone "${name}" not recognized`)
        return fromZone(makeLocal(year, month, day, hour, minute, seconds), zone)
      },
      { parameterNames: [...sixNames, 'timezone'] },
    ),
  ],
})

function intervalOf(months: number, days: number, time: number | bigint): Interval {
  const micros = BigInt(time)
  if (months !== (months | 0) || days !== (days | 0) || BigInt.asIntN(64, micros) !== micros)
    throw new SqlError('datetime_field_overflow', 'interval out of range')
  return { months, days, micros }
}

const makeInterval = scalar({
  name: 'make_interval',
  category: 'date and time',
  doc: 'The interval of years, months, weeks, days, hours, minutes and seconds; each may be named or left out.',
  examples: [
    ['make_interval(days => 10)', '10 days'],
    ['make_interval(1, 2, 0, 0, 3)', '1 year 2 mons 03:00:00'],
  ],
  overloads: [
    overload(
      [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, DOUBLE],
      INTERVAL,
      (years, months, weeks, days, hours, minutes, seconds) => {
        if (!Number.isFinite(seconds)) throw new SqlError('datetime_field_overflow', 'interval out of range')
        const micros = BigInt(hours) * BigInt(MICROS_PER_HOUR) + BigInt(minutes) * BigInt(MICROS_PER_MINUTE)
        return intervalOf(
          years * 12 + months,
          weeks * 7 + days,
          micros + BigInt(roundEven(seconds * MICROS_PER_SECOND)),
        )
      },
      {
        defaults: [0, 0, 0, 0, 0, 0, 0],
        parameterNames: ['years', 'months', 'weeks', 'days', 'hours', 'mins', 'secs'],
      },
    ),
  ],
})

/** to_timestamp of seconds; the form with a template stands in formatting.ts. */
const toTimestamp = scalar({
  name: 'to_timestamp',
  category: 'date and time',
  doc: 'The instant so many seconds after 1970-01-01 00:00 UTC.',
  examples: [['to_timestamp(1284352323)', '2010-09-13 04:32:03+00']],
  overloads: [
    overload([DOUBLE], TIMESTAMPTZ, (seconds) => {
      if (Number.isNaN(seconds)) throw new SqlError('datetime_field_overflow', 'timestamp cannot be NaN')
      if (seconds === Infinity) return TIMESTAMP_INFINITY
      if (seconds === -Infinity) return TIMESTAMP_NEGATIVE_INFINITY
      if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
        throw new SqlError('datetime_field_overflow', `timestamp out of range: "${exponentText(seconds)}"`)
      }
      // Counted from PostgreSQL's epoch, where a double has fewer digits left for fractions.
      return BigInt(roundEven((seconds - SECONDS_TO_2000) * MICROS_PER_SECOND)) + MICROS_TO_2000
    }),
  ],
})

const SECONDS_TO_2000 = 946684800

/** The first second of 4714-11-24 BC, and the last that microseconds in 64 bits can count. */
const FIRST_SECOND = -210866803200
const LAST_SECOND = 9223372036854

/** C's %g. */
function exponentText(value: number): string {
  const text = String(Number(value.toPrecision(6)))
  const [mantissa, exponent] = value.toExponential().split('e')
  const size = Number(exponent)
  if (size >= 6 || size < -4) {
    const digits = String(Number(Number(mantissa).toPrecision(6)))
    return `${digits}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`
  }
  return text
}

/** to_days(n) and its like: an interval of so many units. */
function unitInterval(
  name: string,
  unit: string,
  example: readonly [string, string],
  make: (n: number) => Interval,
): ScalarFunction {
  return scalar({
    name,
    category: 'date and time',
    doc: `An interval of so many ${unit}.`,
    examples: [example],
    overloads: [overload([INTEGER], INTERVAL, make)],
  })
}

const unitIntervals: readonly ScalarFunction[] = [
  unitInterval('to_years', 'years', ['to_years(2)', '2 years'], (n) => intervalOf(n * 12, 0, 0)),
  unitInterval('to_months', 'months', ['to_months(5)', '5 mons'], (n) => intervalOf(n, 0, 0)),
  unitInterval('to_weeks', 'weeks', ['to_weeks(2)', '14 days'], (n) => intervalOf(0, n * 7, 0)),
  unitInterval('to_days', 'days', ['to_days(5)', '5 days'], (n) => intervalOf(0, n, 0)),
  unitInterval('to_hours', 'hours', ['to_hours(5)', '05:00:00'], (n) => intervalOf(0, 0, n * MICROS_PER_HOUR)),
  unitInterval('to_minutes', 'minutes', ['to_minutes(5)', '00:05:00'], (n) => intervalOf(0, 0, n * MICROS_PER_MINUTE)),
  scalar({
    name: 'to_seconds',
    category: 'date and time',
    doc: 'An interval of so many seconds.',
    examples: [['to_seconds(5.5)', '00:00:05.5']],
    overloads: [overload([DOUBLE], INTERVAL, (n) => intervalOf(0, 0, roundEven(n * MICROS_PER_SECOND)))],
  }),
  scalar({
    name: 'to_milliseconds',
    category: 'date and time',
    doc: 'An interval of so many milliseconds.',
    examples: [['to_milliseconds(5.5)', '00:00:00.0055']],
    overloads: [overload([DOUBLE], INTERVAL, (n) => intervalOf(0, 0, roundEven(n * 1000)))],
  }),
  scalar({
    name: 'to_microseconds',
    category: 'date and time',
    doc: 'An interval of so many microseconds.',
    examples: [['to_microseconds(5)', '00:00:00.000005']],
    overloads: [overload([BIGINT], INTERVAL, (n: bigint) => intervalOf(0, 0, n))],
  }),
]

const timeofday = scalar({
  name: 'timeofday',
  category: 'date and time',
  doc: 'What time it is now, as text.',
  examples: [['length(timeofday()) > 20', 't']],
  volatility: 'volatile',
  overloads: [
    overload(
      [],
      TEXT,
      (context) => {
        const now = context.clock()
        const local = utcToLocal(now, context.settings)
        const day = dayOfTimestamp(local)
        const micros = microsOfDay(local, day)
        const { year, month, day: date } = civilFromDays(day)
        const clock = [
          micros / MICROS_PER_HOUR,
          (micros / MICROS_PER_MINUTE) % 60,
          (micros / MICROS_PER_SECOND) % 60,
        ].map((part) => pad(Math.floor(part)))
        const fraction = String(micros % MICROS_PER_SECOND).padStart(6, '0')
        const zone = findSettingZone(context.settings.get('timezone'))?.abbreviation(Number(now / 1000000n)) ?? 'UTC'
        return `${dayNames[dayOfWeek(day)].slice(0, 3)} ${monthNames[month - 1].slice(0, 3)} ${pad(date)} ${clock.join(':')}.${fraction} ${year} ${zone}`
      },
      { context: true, volatility: 'volatile' },
    ),
  ],
})

export const dateMakeFunctions: readonly ScalarFunction[] = [
  makeDate,
  makeTime,
  makeTimestamp,
  makeTimestamptz,
  makeInterval,
  toTimestamp,
  ...unitIntervals,
  timeofday,
]
