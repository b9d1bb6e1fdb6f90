/** What time it is, the parts of dates and times, cutting them to units, and zones. */
import { SqlError } from '../../error.ts'
import { isFiniteDate, isFiniteTimestamp, MICROS_PER_DAY } from '../../types/calendar.ts'
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
} from '../../types/data-type.ts'
import {
  dateToTimestamp,
  roundMicros,
  roundTimestamp,
  timestampToDate,
  timestampToTime,
  utcToLocal,
  zoneOffset,
} from '../../types/date-time.ts'
import type { Decimal } from '../../types/decimal.ts'
import { formatOptions } from '../../types/format-options.ts'
import {
  addToTime,
  addToTimestamp,
  addToTimestampTz,
  formatInterval,
  justifyDays,
  justifyHours,
  justifyInterval,
} from '../../types/interval.ts'
import { findTimeZone, type TimeZone, turnedZone } from '../../types/time-zone.ts'
import type { Interval, TimeTz, Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type FunctionContext, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import {
  partOfDate,
  partOfInterval,
  partOfTimeOnly,
  partOfTimestamp,
  partOfTimestampTz,
  partOfTimeTz,
} from './date-parts.ts'
import {
  age,
  checkTimestamp,
  fromZone,
  secondsOf,
  toZone,
  truncateInterval,
  truncateTimestamp,
  truncateTimestampTz,
} from './date-truncate.ts'

const inZone = { context: true, volatility: 'stable' } as const

/** Overloads of a clock reading: as it is, and rounded to a count of fractional digits. */
function clock(
  type: DataType,
  read: (context: FunctionContext) => Value,
  round: (value: Value, digits: number) => Value,
): Overload[] {
  return [
    overload([], type, read, inZone),
    overload(
      [INTEGER],
      type,
      (context, digits) => {
        if (digits < 0)
          throw invalidParameter(
            `${type.kind === 'timestamptz' ? 'TIMESTAMP' : type.kind.toUpperCase()}(${digits}) precision must not be negative`,
          )
        return round(read(context), Math.min(6, digits))
      },
      inZone,
    ),
  ]
}

function localNow(context: FunctionContext): bigint {
  return utcToLocal(context.transactionTime, context.settings)
}

function zoneOf(context: FunctionContext): TimeZone {
  return formatOptions(context.settings).timeZone
}

function offsetNow(context: FunctionContext): number {
  return zoneOf(context).offsetAt(secondsOf(context.transactionTime))
}

const now = scalar({
  name: 'now',
  aliases: ['transaction_timestamp', 'get_current_timestamp'],
  category: 'date and time',
  doc: 'When the transaction began.',
  examples: [['now() = transaction_timestamp()', 't']],
  volatility: 'stable',
  overloads: [overload([], TIMESTAMPTZ, (context) => context.transactionTime, inZone)],
})

const currentTimestamp = scalar({
  name: 'current_timestamp',
  category: 'date and time',
  doc: 'When the transaction began, with so many digits of the second.',
  examples: [['current_timestamp = now()', 't']],
  volatility: 'stable',
  overloads: clock(TIMESTAMPTZ, (context) => context.transactionTime, roundTimestamp),
})

const statementTimestamp = scalar({
  name: 'statement_timestamp',
  category: 'date and time',
  doc: 'When the statement began.',
  examples: [['statement_timestamp() >= now()', 't']],
  volatility: 'stable',
  overloads: [overload([], TIMESTAMPTZ, (context) => context.statementTime, inZone)],
})

const clockTimestamp = scalar({
  name: 'clock_timestamp',
  category: 'date and time',
  doc: 'What time it is now; it changes while a statement runs.',
  examples: [['clock_timestamp() >= now()', 't']],
  volatility: 'volatile',
  overloads: [overload([], TIMESTAMPTZ, (context) => context.clock(), { context: true, volatility: 'volatile' })],
})

const currentDate = scalar({
  name: 'current_date',
  aliases: ['today'],
  category: 'date and time',
  doc: 'The date on which the transaction began.',
  examples: [['current_date = now()::date', 't']],
  volatility: 'stable',
  overloads: [overload([], DATE, (context) => timestampToDate(localNow(context)), inZone)],
})

const localTimestamp = scalar({
  name: 'localtimestamp',
  category: 'date and time',
  doc: 'When the transaction began, as local time without its zone.',
  examples: [['localtimestamp = now()::timestamp', 't']],
  volatility: 'stable',
  overloads: clock(TIMESTAMP, localNow, roundTimestamp),
})

const localTime = scalar({
  name: 'localtime',
  category: 'date and time',
  doc: 'The time of day at which the transaction began.',
  examples: [['localtime = now()::time', 't']],
  volatility: 'stable',
  overloads: clock(TIME, (context) => timestampToTime(localNow(context)), roundMicros),
})

const currentTime = scalar({
  name: 'current_time',
  category: 'date and time',
  doc: 'The time of day at which the transaction began, with its zone.',
  examples: [['current_time::time = localtime', 't']],
  volatility: 'stable',
  overloads: clock(
    TIMETZ,
    (context): TimeTz => ({ micros: timestampToTime(localNow(context)), offset: offsetNow(context) }),
    (time: TimeTz, digits) => ({ micros: roundMicros(time.micros, digits), offset: time.offset }),
  ),
})

/** Overloads of EXTRACT, and of date_part with the number as double precision. */
function parts(returns: DataType, shape: (part: Decimal | null) => Value): Overload[] {
  return [
    overload([TEXT, DATE], returns, (unit, date) => shape(partOfDate(date, unit, DATE))),
    overload([TEXT, TIMESTAMP], returns, (unit, timestamp) => shape(partOfTimestamp(timestamp, unit, TIMESTAMP))),
    overload(
      [TEXT, TIMESTAMPTZ],
      returns,
      (context, unit, timestamp) => {
        const offset = isFiniteTimestamp(timestamp) ? zoneOf(context).offsetAt(secondsOf(timestamp)) : 0
        const local = timestamp + BigInt(offset) * 1000000n
        return shape(partOfTimestampTz(timestamp, local, offset, unit, TIMESTAMPTZ))
      },
      inZone,
    ),
    overload([TEXT, TIME], returns, (unit, time) => shape(partOfTimeOnly(time, unit, TIME))),
    overload([TEXT, TIMETZ], returns, (unit, time) => shape(partOfTimeTz(time, unit, TIMETZ))),
    overload([TEXT, INTERVAL], returns, (unit, interval) => shape(partOfInterval(interval, unit, INTERVAL))),
  ]
}

const extract = scalar({
  name: 'extract',
  category: 'date and time',
  doc: 'EXTRACT(unit FROM x): a part of a date, time or interval, as numeric.',
  examples: [
    ["extract(year FROM DATE '2024-02-29')", '2024'],
    ["extract(second FROM TIME '10:20:30.5')", '30.500000'],
    ["extract(epoch FROM INTERVAL '1 day')", '86400.000000'],
  ],
  overloads: parts(NUMERIC, (part) => part),
})

function doubleOf(part: Decimal | null): number | null {
  return part === null ? null : part.toNumber()
}

const datePart = scalar({
  name: 'date_part',
  aliases: ['datepart'],
  category: 'date and time',
  doc: 'A part of a date, time or interval, as double precision.',
  examples: [
    ["date_part('hour', TIMESTAMP '2001-02-16 20:38:40')", '20'],
    ["date_part('month', INTERVAL '2 years 3 months')", '3'],
  ],
  overloads: [
    overload([TEXT, DATE], DOUBLE, (unit, date) => doubleOf(partOfTimestamp(dateToTimestamp(date), unit, TIMESTAMP))),
    ...parts(DOUBLE, doubleOf).slice(1),
  ],
})

/** The zone of a name, or 22023. Bare numbers count hours to the west, as POSIX has them. */
function zoneNamed(name: string): TimeZone {
  const zone = findTimeZone(/^[+-]?\d+(?::\d\d){0,2}$/.test(name) ? turnedZone(name) : name)
  if (!zone) throw invalidParameter(`time zone "${name}" not recognized`)
  return zone
}

const dateTrunc = scalar({
  name: 'date_trunc',
  aliases: ['datetrunc'],
  category: 'date and time',
  doc: 'A timestamp or interval cut to a unit, in a zone when one is named.',
  examples: [
    ["date_trunc('hour', TIMESTAMP '2001-02-16 20:38:40')", '2001-02-16 20:00:00'],
    ["date_trunc('week', TIMESTAMP '2024-02-29')", '2024-02-26 00:00:00'],
    ["date_trunc('day', INTERVAL '3 days 02:47')", '3 days'],
  ],
  overloads: [
    overload([TEXT, TIMESTAMP], TIMESTAMP, (unit, timestamp) => truncateTimestamp(unit, timestamp, TIMESTAMP)),
    overload(
      [TEXT, TIMESTAMPTZ],
      TIMESTAMPTZ,
      (context, unit, timestamp) => truncateTimestampTz(unit, timestamp, zoneOf(context), TIMESTAMPTZ),
      inZone,
    ),
    overload([TEXT, TIMESTAMPTZ, TEXT], TIMESTAMPTZ, (unit, timestamp, zone) =>
      truncateTimestampTz(unit, timestamp, zoneNamed(zone), TIMESTAMPTZ),
    ),
    overload([TEXT, INTERVAL], INTERVAL, (unit, interval) => truncateInterval(unit, interval, INTERVAL)),
  ],
})

function bin(stride: Interval, timestamp: bigint, origin: bigint): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  if (!isFiniteTimestamp(origin)) throw new SqlError('datetime_field_overflow', 'origin out of range')
  if (stride.months !== 0) {
    throw new SqlError('feature_not_supported', 'timestamps cannot be binned into intervals containing months or years')
  }
  const length = BigInt(stride.days) * BigInt(MICROS_PER_DAY) + stride.micros
  if (length <= 0n) throw new SqlError('datetime_field_overflow', 'stride must be greater than zero')
  const distance = timestamp - origin
  if (BigInt.asIntN(64, distance) !== distance || BigInt.asIntN(64, length) !== length)
    throw new SqlError('datetime_field_overflow', 'interval out of range')
  const rest = distance % length
  return checkTimestamp(timestamp - rest - (rest < 0n ? length : 0n))
}

const dateBin = scalar({
  name: 'date_bin',
  category: 'date and time',
  doc: 'The beginning of the stretch that a timestamp falls into, of stretches of equal length from an origin on.',
  examples: [
    ["date_bin('15 minutes', TIMESTAMP '2020-02-11 15:44:17', TIMESTAMP '2001-01-01 00:02:30')", '2020-02-11 15:32:30'],
  ],
  overloads: [
    overload([INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP, bin),
    overload([INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ], TIMESTAMPTZ, bin),
  ],
})

function midnight(context: FunctionContext): bigint {
  return dateToTimestamp(timestampToDate(localNow(context)))
}

const ageFunction = scalar({
  name: 'age',
  category: 'date and time',
  doc: 'What lies between two timestamps in years, months, days and time; with one, between it and today.',
  examples: [["age(TIMESTAMP '2001-04-10', TIMESTAMP '1957-06-13')", '43 years 9 mons 27 days']],
  overloads: [
    overload([TIMESTAMP, TIMESTAMP], INTERVAL, age),
    overload(
      [TIMESTAMPTZ, TIMESTAMPTZ],
      INTERVAL,
      (context, later, earlier) => age(later, earlier, (timestamp) => zoneOffset(timestamp, context.settings)),
      inZone,
    ),
    overload([TIMESTAMP], INTERVAL, (context, earlier) => age(midnight(context), earlier), inZone),
    overload(
      [TIMESTAMPTZ],
      INTERVAL,
      (context, earlier) => age(midnight(context), utcToLocal(earlier, context.settings)),
      inZone,
    ),
  ],
})

const isFiniteFunction = scalar({
  name: 'isfinite',
  category: 'date and time',
  doc: 'Whether a date, timestamp, interval or number is not infinity or NaN.',
  examples: [
    ["isfinite(DATE 'infinity')", 'f'],
    ["isfinite(INTERVAL '4 hours')", 't'],
  ],
  overloads: [
    overload([DATE], BOOLEAN, isFiniteDate),
    overload([TIMESTAMP], BOOLEAN, isFiniteTimestamp),
    overload([TIMESTAMPTZ], BOOLEAN, isFiniteTimestamp),
    overload([INTERVAL], BOOLEAN, () => true),
    overload([DOUBLE], BOOLEAN, Number.isFinite),
  ],
})

const justifyDaysFunction = scalar({
  name: 'justify_days',
  category: 'date and time',
  doc: 'An interval where every 30 days are a month.',
  examples: [["justify_days(INTERVAL '1 year 65 days')", '1 year 2 mons 5 days']],
  overloads: [overload([INTERVAL], INTERVAL, justifyDays)],
})

const justifyHoursFunction = scalar({
  name: 'justify_hours',
  category: 'date and time',
  doc: 'An interval where every 24 hours are a day.',
  examples: [["justify_hours(INTERVAL '50 hours 10 minutes')", '2 days 02:10:00']],
  overloads: [overload([INTERVAL], INTERVAL, justifyHours)],
})

const justifyIntervalFunction = scalar({
  name: 'justify_interval',
  category: 'date and time',
  doc: 'An interval whose days, months and time are justified and have one sign.',
  examples: [["justify_interval(INTERVAL '1 month -1 hour')", '29 days 23:00:00']],
  overloads: [overload([INTERVAL], INTERVAL, justifyInterval)],
})

/** The zone that an interval east of UTC stands for. */
function zoneOfInterval(interval: Interval, context: FunctionContext): TimeZone {
  if (interval.months !== 0 || interval.days !== 0) {
    throw invalidParameter(
      `interval time zone "${formatInterval(interval, context.settings)}" must not include months or days`,
    )
  }
  const offset = Number(interval.micros / 1000000n)
  return { name: '', fixed: offset, offsetAt: () => offset, abbreviation: () => '' }
}

function timeInZone(context: FunctionContext, zone: TimeZone, time: TimeTz): TimeTz {
  const offset = zone.fixed ?? zone.offsetAt(secondsOf(context.transactionTime))
  const micros = (time.micros + (offset - time.offset) * 1000000) % MICROS_PER_DAY
  return { micros: micros < 0 ? micros + MICROS_PER_DAY : micros, offset }
}

const timezone = scalar({
  name: 'timezone',
  category: 'date and time',
  doc: 'x AT TIME ZONE zone: the instant of a local time in a zone, or the local time there of an instant.',
  examples: [
    ["TIMESTAMP '2001-02-16 20:38:40' AT TIME ZONE 'UTC'", '2001-02-16 20:38:40+00'],
    ["TIMESTAMPTZ '2001-02-16 20:38:40-05' AT TIME ZONE 'UTC'", '2001-02-17 01:38:40'],
  ],
  overloads: [
    overload([TEXT, TIMESTAMP], TIMESTAMPTZ, (zone, timestamp) => fromZone(timestamp, zoneNamed(zone))),
    overload([TEXT, TIMESTAMPTZ], TIMESTAMP, (zone, timestamp) => toZone(timestamp, zoneNamed(zone))),
    overload([TEXT, TIMETZ], TIMETZ, (context, zone, time) => timeInZone(context, zoneNamed(zone), time), inZone),
    overload(
      [INTERVAL, TIMESTAMP],
      TIMESTAMPTZ,
      (context, zone, timestamp) => fromZone(timestamp, zoneOfInterval(zone, context)),
      inZone,
    ),
    overload(
      [INTERVAL, TIMESTAMPTZ],
      TIMESTAMP,
      (context, zone, timestamp) => toZone(timestamp, zoneOfInterval(zone, context)),
      inZone,
    ),
    overload(
      [INTERVAL, TIMETZ],
      TIMETZ,
      (context, zone, time) => timeInZone(context, zoneOfInterval(zone, context), time),
      inZone,
    ),
  ],
})

/** Whether two periods have a moment in common. Their ends come in either order, and one of the two may be NULL. */
function overlapping(compare: (left: Value, right: Value) => number) {
  return (start1: Value, end1: Value, start2: Value, end2: Value): boolean | null => {
    let [from1, to1] = start1 === null ? [end1, null] : [start1, end1]
    let [from2, to2] = start2 === null ? [end2, null] : [start2, end2]
    if (from1 === null || from2 === null) return null
    if (to1 !== null && compare(from1, to1) > 0) [from1, to1] = [to1, from1]
    if (to2 !== null && compare(from2, to2) > 0) [from2, to2] = [to2, from2]
    const order = compare(from1, from2)
    if (order === 0) return to1 === null || to2 === null ? null : true
    const [laterFrom, earlierTo, laterTo] = order > 0 ? [from1, to2, to1] : [from2, to1, to2]
    if (earlierTo === null) return null
    if (compare(laterFrom, earlierTo) < 0) return true
    return laterTo === null ? null : false
  }
}

const comparePlain = (left: number | bigint, right: number | bigint): number =>
  left < right ? -1 : left > right ? 1 : 0
const instantOf = (time: TimeTz): number => time.micros - time.offset * 1000000

function overlapsOn(
  type: DataType,
  compare: (left: Value, right: Value) => number,
  add?: (context: FunctionContext, value: Value, interval: Interval) => Value,
): Overload[] {
  const decide = overlapping(compare)
  const options = { strict: false } as const
  const plain = overload([type, type, type, type], BOOLEAN, decide, options)
  if (!add) return [plain]
  const end = (context: FunctionContext, start: Value, interval: Value): Value =>
    start === null || interval === null ? null : add(context, start, interval)
  const stable = { strict: false, context: true, volatility: 'stable' } as const
  return [
    plain,
    overload(
      [type, INTERVAL, type, INTERVAL],
      BOOLEAN,
      (context, a, b, c, d) => decide(a, end(context, a, b), c, end(context, c, d)),
      stable,
    ),
    overload(
      [type, type, type, INTERVAL],
      BOOLEAN,
      (context, a, b, c, d) => decide(a, b, c, end(context, c, d)),
      stable,
    ),
    overload(
      [type, INTERVAL, type, type],
      BOOLEAN,
      (context, a, b, c, d) => decide(a, end(context, a, b), c, d),
      stable,
    ),
  ]
}

const overlaps = scalar({
  name: 'overlaps',
  category: 'date and time',
  doc: '(start, end) OVERLAPS (start, end): whether two periods have a moment in common; an interval may stand for an end.',
  examples: [["(DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30')", 't']],
  overloads: [
    ...overlapsOn(TIMESTAMP, comparePlain, (_context, timestamp, interval) => addToTimestamp(timestamp, interval)),
    ...overlapsOn(TIMESTAMPTZ, comparePlain, (context, timestamp, interval) =>
      addToTimestampTz(timestamp, interval, context.settings),
    ),
    ...overlapsOn(TIME, comparePlain, (_context, time, interval) => addToTime(time, interval)),
    ...overlapsOn(TIMETZ, (left, right) => comparePlain(instantOf(left), instantOf(right))),
  ],
})

export const dateTimeFunctions: readonly ScalarFunction[] = [
  now,
  currentTimestamp,
  statementTimestamp,
  clockTimestamp,
  currentDate,
  localTimestamp,
  localTime,
  currentTime,
  extract,
  datePart,
  dateTrunc,
  dateBin,
  ageFunction,
  isFiniteFunction,
  justifyDaysFunction,
  justifyHoursFunction,
  justifyIntervalFunction,
  timezone,
  overlaps,
]
