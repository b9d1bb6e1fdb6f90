/** DuckDB's short names for the parts of dates and times. */
import {
  civilFromDays,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  isFiniteDate,
  isFiniteTimestamp,
  isoWeek,
  MICROS_PER_SECOND,
} from '../../types/calendar.ts'
import {
  BIGINT,
  DATE,
  type DataType,
  DOUBLE,
  INTERVAL,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { dateToTimestamp, timestampToDate, utcToLocal } from '../../types/date-time.ts'
import { intervalSpan } from '../../types/interval.ts'
import type { Value } from '../../types/value.ts'
import { dayNames, monthNames } from '../formatting/date-to-char.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { type DatePart, partOfInterval, partOfTimeOnly, partOfTimestamp, wholePartOfDay } from './date-parts.ts'

const inZone = { context: true, volatility: 'stable' } as const

/** year(x), month(x) …: a part as bigint, of whatever has it. */
function part(
  name: string,
  aliases: readonly string[],
  which: DatePart,
  example: readonly [string, string],
): ScalarFunction {
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
    overload(
      [TIMESTAMPTZ],
      BIGINT,
      (context, timestamp) => ofTimestamp(utcToLocal(timestamp, context.settings)),
      inZone,
    ),
  ]
  if (timeParts.has(which))
    overloads.push(overload([TIME], BIGINT, (time) => partOfTimeOnly(time, which, TIME).truncate(0).toBigInt()))
  if (intervalParts.has(which)) {
    overloads.push(
      overload([INTERVAL], BIGINT, (interval) => partOfInterval(interval, which, INTERVAL).truncate(0).toBigInt()),
    )
  }
  return scalar({
    name,
    aliases,
    category: 'date and time',
    doc: `The part that EXTRACT calls ${which}, as bigint.`,
    examples: [example],
    overloads,
  })
}

const timeParts: ReadonlySet<DatePart> = new Set(['hour', 'minute', 'second', 'milliseconds', 'microseconds'])
const intervalParts: ReadonlySet<DatePart> = new Set([
  ...timeParts,
  'day',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
] as const)

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
function sinceEpoch(
  name: string,
  unit: string,
  example: readonly [string, string],
  returns: DataType,
  convert: (micros: bigint) => Value,
): ScalarFunction {
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
  sinceEpoch(
    'epoch',
    'seconds',
    ["epoch(TIMESTAMP '1970-01-01 00:00:01.5')", '1.5'],
    DOUBLE,
    (micros) => Number(micros) / MICROS_PER_SECOND,
  ),
  sinceEpoch(
    'epoch_us',
    'microseconds',
    ["epoch_us(TIMESTAMP '1970-01-01 00:00:01.5')", '1500000'],
    BIGINT,
    (micros) => micros,
  ),
  sinceEpoch(
    'epoch_ns',
    'nanoseconds',
    ["epoch_ns(TIMESTAMP '1970-01-01 00:00:01')", '1000000000'],
    BIGINT,
    (micros) => micros * 1000n,
  ),
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
    overload([INTERVAL], BIGINT, (interval) => intervalSpan(interval) / 1000n),
    overload([BIGINT], TIMESTAMP, (millis: bigint) => millis * 1000n),
  ],
})

/** Overloads for what depends on the day alone. */
function ofDay(returns: DataType, body: (day: number) => Value): Overload[] {
  const finite = (day: number): Value => (isFiniteDate(day) ? body(day) : null)
  return [
    overload([DATE], returns, finite),
    overload([TIMESTAMP], returns, (timestamp) => finite(timestampToDate(timestamp))),
    overload(
      [TIMESTAMPTZ],
      returns,
      (context, timestamp) => finite(timestampToDate(utcToLocal(timestamp, context.settings))),
      inZone,
    ),
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

export const dateShorthandFunctions: readonly ScalarFunction[] = [
  ...parts,
  yearweek,
  ...epochs,
  epochMs,
  dayname,
  monthname,
  lastDay,
]
