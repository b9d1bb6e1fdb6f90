/** Making dates, times and intervals out of numbers; DuckDB's short names for parts and differences. */
import { SqlError } from '../../error.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  END_OF_DATES,
  FIRST_DATE,
  isFiniteDate,
  isFiniteTimestamp,
  isoWeek,
  isTimestampInRange,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  microsOfDay,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
  timestampOf,
} from '../../types/calendar.ts'
import {
  BIGINT,
  type DataType,
  DATE,
  DOUBLE,
  INTEGER,
  INTERVAL,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { dateToTimestamp, localToUtc, timestampToDate, utcToLocal } from '../../types/date-time.ts'
import { addToTimestamp, addToTimestampTz, intervalSpan } from '../../types/interval.ts'
import { findTimeZone } from '../../types/time-zone.ts'
import type { Interval, Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { type DatePart, findPart, partOfInterval, partOfTimeOnly, partOfTimestamp, wholePartOfDay } from './date-parts.ts'
import { fromZone, truncateDay } from './date-truncate.ts'
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
  if (days < FIRST_DATE || days >= END_OF_DATES) throw new SqlError('datetime_field_overflow', `date out of range: ${year}-${pad(month)}-${pad(day)}`)
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
  doc: 'The date of a year, month and day; negative years are BC.',
  examples: [['make_date(2013, 7, 15)', '2013-07-15']],
  overloads: [
    overload([INTEGER, INTEGER, INTEGER], DATE, makeDay, { parameterNames: ['year', 'month', 'day'] }),
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

const makeTimestamptz = scalar({
  name: 'make_timestamptz',
  category: 'date and time',
  doc: 'The instant of a year, month, day, hour, minute and seconds in a zone: that of the session when none is named.',
  examples: [["make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'UTC')", '2013-07-15 08:15:23.5+00']],
  overloads: [
    overload(
      sixNumbers,
      TIMESTAMPTZ,
      (context, year, month, day, hour, minute, seconds) => localToUtc(makeLocal(year, month, day, hour, minute, seconds), context.settings),
      { ...inZone, parameterNames: sixNames },
    ),
    overload(
      [...sixNumbers, TEXT],
      TIMESTAMPTZ,
      (year, month, day, hour, minute, seconds, name) => {
        const zone = findTimeZone(name)
        if (!zone) throw invalidParameter(`time zone "${name}" not recognized`)
        return fromZone(makeLocal(year, month, day, hour, minute, seconds), zone)
      },
      { parameterNames: [...sixNames, 'timezone'] },
    ),
  ],
})

function intervalOf(months: number, days: number, micros: number | bigint): Interval {
  if (months !== (months | 0) || days !== (days | 0)) throw new SqlError('datetime_field_overflow', 'interval out of range')
  return { months, days, micros: BigInt(micros) }
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
        return intervalOf(years * 12 + months, weeks * 7 + days, micros + BigInt(roundEven(seconds * MICROS_PER_SECOND)))
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
      return BigInt(roundEven(seconds * MICROS_PER_SECOND))
    }),
  ],
})

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
function unitInterval(name: string, unit: string, example: readonly [string, string], make: (n: number) => Interval): ScalarFunction {
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
  unitInterval('to_milliseconds', 'milliseconds', ['to_milliseconds(5)', '00:00:00.005'], (n) => intervalOf(0, 0, n * 1000)),
  scalar({
    name: 'to_microseconds',
    category: 'date and time',
    doc: 'An interval of so many microseconds.',
    examples: [['to_microseconds(5)', '00:00:00.000005']],
    overloads: [overload([BIGINT], INTERVAL, (n: bigint) => intervalOf(0, 0, n))],
  }),
]

/** year(x), month(x) …: a part as bigint, of whatever has it. */
function part(name: string, aliases: readonly string[], which: DatePart, example: readonly [string, string]): ScalarFunction {
  const ofDay = (day: number): bigint | null => {
    if (!isFiniteDate(day)) return null
    const value = wholePartOfDay(day, which)
    return value === undefined ? 0n : BigInt(value)
  }
  const ofTimestamp = (timestamp: bigint): bigint | null =>
    isFiniteTimestamp(timestamp) ? partOfTimestamp(timestamp, which, TIMESTAMP)!.truncate(0).toBigInt() : null
  const overloads: Overload[] = [
    overload([DATE], BIGINT, ofDay),
    overload([TIMESTAMP], BIGINT, ofTimestamp),
    overload([TIMESTAMPTZ], BIGINT, (context, timestamp) => ofTimestamp(utcToLocal(timestamp, context.settings)), inZone),
  ]
  if (timeParts.has(which)) overloads.push(overload([TIME], BIGINT, (time) => partOfTimeOnly(time, which, TIME).truncate(0).toBigInt()))
  if (intervalParts.has(which)) {
    overloads.push(overload([INTERVAL], BIGINT, (interval) => partOfInterval(interval, which, INTERVAL).truncate(0).toBigInt()))
  }
  return scalar({ name, aliases, category: 'date and time', doc: `The part that EXTRACT calls ${which}, as bigint.`, examples: [example], overloads })
}

const timeParts: ReadonlySet<DatePart> = new Set(['hour', 'minute', 'second', 'milliseconds', 'microseconds'])
const intervalParts: ReadonlySet<DatePart> = new Set([...timeParts, 'day', 'month', 'quarter', 'year', 'decade', 'century', 'millennium'] as const)

const parts: readonly ScalarFunction[] = [
  part('year', [], 'year', ["year(DATE '2024-02-29')", '2024']),
  part('month', [], 'month', ["month(DATE '2024-02-29')", '2']),
  part('day', ['dayofmonth'], 'day', ["day(DATE '2024-02-29')", '29']),
  part('hour', [], 'hour', ["hour(TIMESTAMP '2024-02-29 10:20:30')", '10']),
  part('minute', [], 'minute', ["minute(TIME '10:20:30')", '20']),
  part('second', [], 'second', ["second(TIME '10:20:30.5')", '30']),
  part('millisecond', [], 'milliseconds', ["millisecond(TIME '10:20:30.5')", '30500']),
  part('microsecond', [], 'microseconds', ["microsecond(TIME '10:20:30.5')", '30500000']),
  part('quarter', [], 'quarter', ["quarter(DATE '2024-02-29')", '1']),
  part('week', ['weekofyear'], 'week', ["week(DATE '2024-02-29')", '9']),
  part('dayofweek', ['weekday'], 'dow', ["dayofweek(DATE '2024-02-29')", '4']),
  part('isodow', [], 'isodow', ["isodow(DATE '2024-03-03')", '7']),
  part('dayofyear', [], 'doy', ["dayofyear(DATE '2024-02-29')", '60']),
  part('isoyear', [], 'isoyear', ["isoyear(DATE '2024-12-30')", '2025']),
  part('decade', [], 'decade', ["decade(DATE '2024-02-29')", '202']),
  part('century', [], 'century', ["century(DATE '2024-02-29')", '21']),
  part('millennium', [], 'millennium', ["millennium(DATE '2024-02-29')", '3']),
]

const yearweek = scalar({
  name: 'yearweek',
  category: 'date and time',
  doc: 'The ISO year and week as one number.',
  examples: [["yearweek(DATE '2024-02-29')", '202409']],
  overloads: [
    overload([DATE], BIGINT, weekNumber),
    overload([TIMESTAMP], BIGINT, (timestamp) => weekNumber(timestampToDate(timestamp))),
  ],
})

function weekNumber(day: number): bigint | null {
  if (!isFiniteDate(day)) return null
  const { year, week } = isoWeek(day)
  return BigInt(year * 100 + (year < 0 ? -week : week))
}

/** Readings of a timestamp as a number since 1970, of dates and timestamps alike. */
function sinceEpoch(name: string, unit: string, example: readonly [string, string], returns: DataType, convert: (micros: bigint) => Value): ScalarFunction {
  const body = (timestamp: bigint): Value => (isFiniteTimestamp(timestamp) ? convert(timestamp) : null)
  return scalar({
    name,
    category: 'date and time',
    doc: `The ${unit} since 1970-01-01 00:00 UTC.`,
    examples: [example],
    overloads: [
      overload([TIMESTAMP], returns, body),
      overload([TIMESTAMPTZ], returns, body),
      overload([DATE], returns, (date) => body(dateToTimestamp(date))),
      overload([INTERVAL], returns, (interval) => convert(intervalSpan(interval))),
    ],
  })
}

const epochs: readonly ScalarFunction[] = [
  sinceEpoch('epoch', 'seconds', ["epoch(TIMESTAMP '1970-01-01 00:00:01.5')", '1.5'], DOUBLE, (micros) => Number(micros) / MICROS_PER_SECOND),
  sinceEpoch('epoch_us', 'microseconds', ["epoch_us(TIMESTAMP '1970-01-01 00:00:01.5')", '1500000'], BIGINT, (micros) => micros),
  sinceEpoch('epoch_ns', 'nanoseconds', ["epoch_ns(TIMESTAMP '1970-01-01 00:00:01')", '1000000000'], BIGINT, (micros) => micros * 1000n),
]

const epochMs = scalar({
  name: 'epoch_ms',
  category: 'date and time',
  doc: 'The milliseconds since 1970-01-01 00:00 UTC, or the timestamp of so many.',
  examples: [
    ["epoch_ms(TIMESTAMP '1970-01-01 00:00:01.5')", '1500'],
    ['epoch_ms(1500)', '1970-01-01 00:00:01.5'],
  ],
  overloads: [
    overload([TIMESTAMP], BIGINT, (timestamp: bigint) => timestamp / 1000n),
    overload([TIMESTAMPTZ], BIGINT, (timestamp: bigint) => timestamp / 1000n),
    overload([DATE], BIGINT, (date) => dateToTimestamp(date) / 1000n),
    overload([BIGINT], TIMESTAMP, (millis: bigint) => millis * 1000n),
  ],
})

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Overloads for what depends on the day alone. */
function ofDay(returns: DataType, body: (day: number) => Value): Overload[] {
  const finite = (day: number): Value => (isFiniteDate(day) ? body(day) : null)
  return [
    overload([DATE], returns, finite),
    overload([TIMESTAMP], returns, (timestamp) => finite(timestampToDate(timestamp))),
    overload([TIMESTAMPTZ], returns, (context, timestamp) => finite(timestampToDate(utcToLocal(timestamp, context.settings))), inZone),
  ]
}

const dayname = scalar({
  name: 'dayname',
  category: 'date and time',
  doc: 'The English name of the day of the week.',
  examples: [["dayname(DATE '2024-02-29')", 'Thursday']],
  overloads: ofDay(TEXT, (day) => dayNames[dayOfWeek(day)]),
})

const monthname = scalar({
  name: 'monthname',
  category: 'date and time',
  doc: 'The English name of the month.',
  examples: [["monthname(DATE '2024-02-29')", 'February']],
  overloads: ofDay(TEXT, (day) => monthNames[civilFromDays(day).month - 1]),
})

const lastDay = scalar({
  name: 'last_day',
  category: 'date and time',
  doc: 'The last day of the month.',
  examples: [["last_day(DATE '2024-02-10')", '2024-02-29']],
  overloads: ofDay(DATE, (day) => {
    const { year, month } = civilFromDays(day)
    return daysFromCivil(year, month, daysInMonth(year, month))
  }),
})

function unitOf(unit: string): DatePart {
  const part = findPart(unit)
  if (!part) throw invalidParameter(`unit "${unit}" not recognized`)
  return part
}

const monthUnits: { readonly [part in DatePart]?: number } = { month: 1, quarter: 3, year: 12, decade: 120, century: 1200, millennium: 12000 }
const microUnits: { readonly [part in DatePart]?: bigint } = {
  microseconds: 1n,
  milliseconds: 1000n,
  second: 1000000n,
  minute: 60000000n,
  hour: 3600000000n,
}

/** How many boundaries of a unit lie between two timestamps. */
function boundaries(unit: string, from: bigint, to: bigint): bigint | null {
  if (!isFiniteTimestamp(from) || !isFiniteTimestamp(to)) return null
  const part = unitOf(unit)
  const size = microUnits[part]
  if (size !== undefined) return floorDivide(to, size) - floorDivide(from, size)
  const [start, end] = [dayOfTimestamp(from), dayOfTimestamp(to)]
  if (part === 'day' || part === 'doy' || part === 'dow' || part === 'isodow' || part === 'julian') return BigInt(end - start)
  if (part === 'week') return BigInt((truncateDay(end, 'week')! - truncateDay(start, 'week')!) / 7)
  if (part === 'isoyear') return BigInt(isoWeek(end).year - isoWeek(start).year)
  const months = monthUnits[part]
  if (months === undefined) throw invalidParameter(`unit "${unit}" cannot be counted`)
  if (months > 12) return BigInt(wholePartOfDay(end, part)! - wholePartOfDay(start, part)!)
  const [first, second] = [civilFromDays(start), civilFromDays(end)]
  const count = (day: typeof first): number => Math.floor((day.year * 12 + day.month - 1) / months)
  return BigInt(count(second) - count(first))
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** How many whole units fit between two timestamps. */
function wholeUnits(unit: string, from: bigint, to: bigint): bigint | null {
  if (!isFiniteTimestamp(from) || !isFiniteTimestamp(to)) return null
  if (to < from) {
    const back = wholeUnits(unit, to, from)
    return back === null ? null : -back
  }
  const part = unitOf(unit)
  const size = microUnits[part] ?? (part === 'day' ? BigInt(MICROS_PER_DAY) : part === 'week' ? 7n * BigInt(MICROS_PER_DAY) : undefined)
  if (size !== undefined) return (to - from) / size
  const months = monthUnits[part]
  if (months === undefined) throw invalidParameter(`unit "${unit}" cannot be counted`)
  const [startDay, endDay] = [dayOfTimestamp(from), dayOfTimestamp(to)]
  const [start, end] = [civilFromDays(startDay), civilFromDays(endDay)]
  let whole = (end.year - start.year) * 12 + end.month - start.month
  const endsMonth = end.day === daysInMonth(end.year, end.month)
  const reached = end.day > start.day || (end.day === start.day || (endsMonth && start.day > end.day)) && microsOfDay(to, endDay) >= microsOfDay(from, startDay)
  if (!reached) whole--
  return BigInt(Math.floor(whole / months))
}

function differences(body: (unit: string, from: bigint, to: bigint) => bigint | null): Overload[] {
  const onDay = BigInt(20000) * BigInt(MICROS_PER_DAY)
  return [
    overload([TEXT, DATE, DATE], BIGINT, (unit, from, to) => body(unit, dateToTimestamp(from), dateToTimestamp(to))),
    overload([TEXT, TIMESTAMP, TIMESTAMP], BIGINT, body),
    overload(
      [TEXT, TIMESTAMPTZ, TIMESTAMPTZ],
      BIGINT,
      (context, unit, from, to) => body(unit, utcToLocal(from, context.settings), utcToLocal(to, context.settings)),
      inZone,
    ),
    overload([TEXT, TIME, TIME], BIGINT, (unit, from, to) => body(unit, onDay + BigInt(from), onDay + BigInt(to))),
  ]
}

const dateDiff = scalar({
  name: 'date_diff',
  aliases: ['datediff'],
  category: 'date and time',
  doc: 'How many boundaries of a unit lie between two dates or times.',
  examples: [
    ["date_diff('month', DATE '2024-01-31', DATE '2024-03-01')", '2'],
    ["date_diff('day', DATE '2024-02-28', DATE '2024-03-01')", '2'],
  ],
  overloads: differences(boundaries),
})

const dateSub = scalar({
  name: 'date_sub',
  aliases: ['datesub'],
  category: 'date and time',
  doc: 'How many whole units fit between two dates or times.',
  examples: [["date_sub('month', DATE '2024-01-31', DATE '2024-03-01')", '1']],
  overloads: differences(wholeUnits),
})

const dateAdd = scalar({
  name: 'date_add',
  category: 'date and time',
  doc: 'A date or timestamp with an interval added.',
  examples: [["date_add(DATE '2024-01-31', INTERVAL '1 month')", '2024-02-29 00:00:00']],
  overloads: [
    overload([DATE, INTERVAL], TIMESTAMP, (date, interval) => addToTimestamp(dateToTimestamp(date), interval)),
    overload([TIMESTAMP, INTERVAL], TIMESTAMP, addToTimestamp),
    overload([TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ, (context, timestamp, interval) => addToTimestampTz(timestamp, interval, context.settings), inZone),
  ],
})

/** The start of the bucket a timestamp is in; buckets of months begin with a month, others on Monday 2000-01-03. */
function bucket(width: Interval, timestamp: bigint, origin?: bigint): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  if (width.months !== 0) {
    if (width.months < 0 || width.days !== 0 || width.micros !== 0n) throw invalidParameter('bucket width must be positive, and either months or days and time')
    const start = civilFromDays(dayOfTimestamp(origin ?? timestampOf(daysFromCivil(2000, 1, 1), 0)))
    const at = civilFromDays(dayOfTimestamp(timestamp))
    const months = (at.year - start.year) * 12 + at.month - start.month
    return timestampOf(daysFromCivil(start.year, start.month + Math.floor(months / width.months) * width.months, 1), 0)
  }
  const length = BigInt(width.days) * BigInt(MICROS_PER_DAY) + width.micros
  if (length <= 0n) throw invalidParameter('bucket width must be positive, and either months or days and time')
  const from = origin ?? timestampOf(daysFromCivil(2000, 1, 3), 0)
  return from + floorDivide(timestamp - from, length) * length
}

const timeBucket = scalar({
  name: 'time_bucket',
  category: 'date and time',
  doc: 'The beginning of the stretch of a width that a date or timestamp falls into.',
  examples: [["time_bucket(INTERVAL '2 weeks', DATE '2022-04-20')", '2022-04-11']],
  overloads: [
    overload([INTERVAL, DATE], DATE, (width, date) => timestampToDate(bucket(width, dateToTimestamp(date)))),
    overload([INTERVAL, DATE, DATE], DATE, (width, date, origin) => timestampToDate(bucket(width, dateToTimestamp(date), dateToTimestamp(origin)))),
    overload([INTERVAL, TIMESTAMP], TIMESTAMP, (width, timestamp) => bucket(width, timestamp)),
    overload([INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP, bucket),
    overload([INTERVAL, TIMESTAMPTZ], TIMESTAMPTZ, (width, timestamp) => bucket(width, timestamp)),
  ],
})

const timeofday = scalar({
  name: 'timeofday',
  category: 'date and time',
  doc: 'What time it is now, as text.',
  examples: [['length(timeofday()) > 20', 't']],
  volatility: 'volatile',
  overloads: [
    overload([], TEXT, (context) => {
      const now = context.clock()
      const local = utcToLocal(now, context.settings)
      const day = dayOfTimestamp(local)
      const micros = microsOfDay(local, day)
      const { year, month, day: date } = civilFromDays(day)
      const clock = [micros / MICROS_PER_HOUR, (micros / MICROS_PER_MINUTE) % 60, (micros / MICROS_PER_SECOND) % 60].map((part) => pad(Math.floor(part)))
      const fraction = String(micros % MICROS_PER_SECOND).padStart(6, '0')
      const zone = findTimeZone(context.settings.get('timezone'))?.abbreviation(Number(now / 1000000n)) ?? 'UTC'
      return `${dayNames[dayOfWeek(day)].slice(0, 3)} ${monthNames[month - 1].slice(0, 3)} ${pad(date)} ${clock.join(':')}.${fraction} ${year} ${zone}`
    }, { context: true, volatility: 'volatile' }),
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
  ...parts,
  yearweek,
  ...epochs,
  epochMs,
  dayname,
  monthname,
  lastDay,
  dateDiff,
  dateSub,
  dateAdd,
  timeBucket,
  timeofday,
]
