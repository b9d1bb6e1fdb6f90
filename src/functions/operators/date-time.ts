/** Arithmetic on dates, times, timestamps and intervals. */
import { SqlError } from '../../error.ts'
import { END_OF_DATES, FIRST_DATE, isFiniteDate, isFiniteTimestamp, MICROS_PER_DAY } from '../../types/calendar.ts'
import { DATE, DOUBLE, INTEGER, INTERVAL, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ } from '../../types/data-type.ts'
import { dateToTimestamp } from '../../types/date-time.ts'
import {
  addIntervals,
  addToTime,
  addToTimestamp,
  addToTimestampTz,
  divideInterval,
  multiplyInterval,
  negateInterval,
  subtractIntervals,
  timestampDifference,
} from '../../types/interval.ts'
import type { Interval, TimeTz } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

function addDays(date: number, days: number): number {
  if (!isFiniteDate(date)) return date
  const sum = date + days
  if (sum < FIRST_DATE || sum >= END_OF_DATES) throw new SqlError('datetime_field_overflow', 'date out of range')
  return sum
}

function subtractDates(left: number, right: number): number {
  if (!isFiniteDate(left) || !isFiniteDate(right)) {
    throw new SqlError('datetime_field_overflow', 'cannot subtract infinite dates')
  }
  return left - right
}

function dateAtTime(date: number, micros: number): bigint {
  const midnight = dateToTimestamp(date)
  return isFiniteDate(date) ? midnight + BigInt(micros) : midnight
}

function dateAtTimeTz(date: number, time: TimeTz): bigint {
  const midnight = dateToTimestamp(date)
  return isFiniteDate(date) ? midnight + BigInt(time.micros) - BigInt(time.offset) * 1000000n : midnight
}

function addToDate(date: number, interval: Interval): bigint {
  return addToTimestamp(dateToTimestamp(date), interval)
}

function addToTimeTz(time: TimeTz, interval: Interval): TimeTz {
  return { micros: addToTime(time.micros, interval), offset: time.offset }
}

/** The interval between two timestamps; there is none to or from infinity. */
export function subtractTimestamps(left: bigint, right: bigint): Interval {
  if (!isFiniteTimestamp(left) || !isFiniteTimestamp(right)) {
    throw new SqlError('datetime_field_overflow', 'cannot subtract infinite timestamps')
  }
  return timestampDifference(left, right)
}

const inZone = { context: true, volatility: 'stable' } as const

const plus = scalar({
  name: '+',
  category: 'date and time',
  doc: 'Days added to a date; an interval added to a date, a time, a timestamp or an interval; a date with a time.',
  examples: [
    ["DATE '2024-02-28' + 2", '2024-03-01'],
    ["TIMESTAMP '2024-01-31 12:00' + INTERVAL '1 month'", '2024-02-29 12:00:00'],
    ["TIME '23:30' + INTERVAL '1 hour'", '00:30:00'],
    ["DATE '2024-01-01' + TIME '03:00'", '2024-01-01 03:00:00'],
  ],
  overloads: [
    overload([DATE, INTEGER], DATE, addDays),
    overload([INTEGER, DATE], DATE, (days, date) => addDays(date, days)),
    overload([DATE, INTERVAL], TIMESTAMP, addToDate),
    overload([INTERVAL, DATE], TIMESTAMP, (interval, date) => addToDate(date, interval)),
    overload([DATE, TIME], TIMESTAMP, dateAtTime),
    overload([TIME, DATE], TIMESTAMP, (time, date) => dateAtTime(date, time)),
    overload([DATE, TIMETZ], TIMESTAMPTZ, dateAtTimeTz),
    overload([TIMETZ, DATE], TIMESTAMPTZ, (time, date) => dateAtTimeTz(date, time)),
    overload([TIMESTAMP, INTERVAL], TIMESTAMP, addToTimestamp),
    overload([INTERVAL, TIMESTAMP], TIMESTAMP, (interval, timestamp) => addToTimestamp(timestamp, interval)),
    overload(
      [TIMESTAMPTZ, INTERVAL],
      TIMESTAMPTZ,
      (context, timestamp, interval) => addToTimestampTz(timestamp, interval, context.settings),
      inZone,
    ),
    overload(
      [INTERVAL, TIMESTAMPTZ],
      TIMESTAMPTZ,
      (context, interval, timestamp) => addToTimestampTz(timestamp, interval, context.settings),
      inZone,
    ),
    overload([TIME, INTERVAL], TIME, addToTime),
    overload([INTERVAL, TIME], TIME, (interval, time) => addToTime(time, interval)),
    overload([TIMETZ, INTERVAL], TIMETZ, addToTimeTz),
    overload([INTERVAL, TIMETZ], TIMETZ, (interval, time) => addToTimeTz(time, interval)),
    overload([INTERVAL, INTERVAL], INTERVAL, addIntervals),
    overload([INTERVAL], INTERVAL, (interval) => interval),
  ],
})

const minus = scalar({
  name: '-',
  category: 'date and time',
  doc: 'Days or an interval taken from a date, time or timestamp; what lies between two of them; an interval negated.',
  examples: [
    ["DATE '2024-03-01' - DATE '2024-02-01'", '29'],
    ["DATE '2024-03-01' - 1", '2024-02-29'],
    ["TIMESTAMP '2024-01-03' - TIMESTAMP '2024-01-01 12:00'", '1 day 12:00:00'],
    ["- INTERVAL '1 day'", '-1 days'],
  ],
  overloads: [
    overload([DATE, INTEGER], DATE, (date, days) => addDays(date, -days)),
    overload([DATE, DATE], INTEGER, subtractDates),
    overload([DATE, INTERVAL], TIMESTAMP, (date, interval) => addToDate(date, negateInterval(interval))),
    overload([TIMESTAMP, TIMESTAMP], INTERVAL, subtractTimestamps),
    overload([TIMESTAMPTZ, TIMESTAMPTZ], INTERVAL, subtractTimestamps),
    overload([TIMESTAMP, INTERVAL], TIMESTAMP, (timestamp, interval) =>
      addToTimestamp(timestamp, negateInterval(interval)),
    ),
    overload(
      [TIMESTAMPTZ, INTERVAL],
      TIMESTAMPTZ,
      (context, timestamp, interval) => addToTimestampTz(timestamp, negateInterval(interval), context.settings),
      inZone,
    ),
    overload([TIME, TIME], INTERVAL, (left, right) => ({ months: 0, days: 0, micros: BigInt(left - right) })),
    overload([TIME, INTERVAL], TIME, (time, interval) => addToTime(time, negateInterval(interval))),
    overload([TIMETZ, INTERVAL], TIMETZ, (time, interval) => addToTimeTz(time, negateInterval(interval))),
    overload([INTERVAL, INTERVAL], INTERVAL, subtractIntervals),
    overload([INTERVAL], INTERVAL, negateInterval),
  ],
})

const times = scalar({
  name: '*',
  category: 'date and time',
  doc: 'An interval so many times; fractions of a month become days, fractions of a day time.',
  examples: [["INTERVAL '1 day' * 1.5", '1 day 12:00:00']],
  overloads: [
    overload([INTERVAL, DOUBLE], INTERVAL, multiplyInterval),
    overload([DOUBLE, INTERVAL], INTERVAL, (factor, interval) => multiplyInterval(interval, factor)),
  ],
})

const divided = scalar({
  name: '/',
  category: 'date and time',
  doc: 'An interval divided by a number.',
  examples: [["INTERVAL '1 hour' / 1.5", '00:40:00']],
  overloads: [overload([INTERVAL, DOUBLE], INTERVAL, divideInterval)],
})

/** Microseconds of a day, for what counts in whole days. */
export const DAY_MICROS: bigint = BigInt(MICROS_PER_DAY)

export const dateTimeOperators: readonly ScalarFunction[] = [plus, minus, times, divided]
