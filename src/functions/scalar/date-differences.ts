/** Differences of dates counted in units, and the stretches of time that dates fall into. */
import {
  civilFromDays,
  dayOfTimestamp,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  isoWeek,
  MICROS_PER_DAY,
  microsOfDay,
  timestampOf,
} from '../../types/calendar.ts'
import { BIGINT, DATE, INTERVAL, TEXT, TIME, TIMESTAMP, TIMESTAMPTZ } from '../../types/data-type.ts'
import { dateToTimestamp, timestampToDate, utcToLocal } from '../../types/date-time.ts'
import { addToTimestamp, addToTimestampTz } from '../../types/interval.ts'
import type { Interval } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { type DatePart, findPart } from './date-parts.ts'

const inZone = { context: true, volatility: 'stable' } as const

function unitOf(unit: string): DatePart {
  const part = unit.toLowerCase() === 'yearweek' ? 'week' : findPart(unit)
  if (!part) throw invalidParameter(`unit "${unit}" not recognized`)
  return part
}

const monthUnits: { readonly [part in DatePart]?: number } = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12000,
}
const microUnits: { readonly [part in DatePart]?: bigint } = {
  microseconds: 1n,
  milliseconds: 1000n,
  second: 1000000n,
  epoch: 1000000n,
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
  if (part === 'day' || part === 'doy' || part === 'dow' || part === 'isodow' || part === 'julian')
    return BigInt(end - start)
  if (part === 'week') return BigInt(Math.trunc((end - start) / 7))
  if (part === 'isoyear') return BigInt(isoWeek(end).year - isoWeek(start).year)
  const months = monthUnits[part]
  if (months === undefined) throw invalidParameter(`unit "${unit}" cannot be counted`)
  const [first, second] = [civilFromDays(start), civilFromDays(end)]
  if (months > 12) return BigInt(Math.trunc(second.year / (months / 12)) - Math.trunc(first.year / (months / 12)))
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
  const size =
    microUnits[part] ??
    (part === 'day' ? BigInt(MICROS_PER_DAY) : part === 'week' ? 7n * BigInt(MICROS_PER_DAY) : undefined)
  if (size !== undefined) return (to - from) / size
  const months = monthUnits[part]
  if (months === undefined) throw invalidParameter(`unit "${unit}" cannot be counted`)
  const [startDay, endDay] = [dayOfTimestamp(from), dayOfTimestamp(to)]
  const [start, end] = [civilFromDays(startDay), civilFromDays(endDay)]
  let whole = (end.year - start.year) * 12 + end.month - start.month
  const endsMonth = end.day === daysInMonth(end.year, end.month)
  const reached =
    end.day > start.day ||
    ((end.day === start.day || (endsMonth && start.day > end.day)) &&
      microsOfDay(to, endDay) >= microsOfDay(from, startDay))
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
    overload(
      [TIMESTAMPTZ, INTERVAL],
      TIMESTAMPTZ,
      (context, timestamp, interval) => addToTimestampTz(timestamp, interval, context.settings),
      inZone,
    ),
  ],
})

/** The start of the bucket a timestamp is in; buckets of months begin with a month, others on Monday 2000-01-03. */
function bucket(width: Interval, timestamp: bigint, origin?: bigint): bigint {
  if (!isFiniteTimestamp(timestamp)) return timestamp
  if (width.months !== 0) {
    if (width.months < 0 || width.days !== 0 || width.micros !== 0n)
      throw invalidParameter('bucket width must be positive, and either months or days and time')
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

/** Buckets that begin an offset later. */
function shiftedBucket(width: Interval, timestamp: bigint, offset: Interval): bigint {
  const back = { months: -offset.months, days: -offset.days, micros: -offset.micros }
  return addToTimestamp(bucket(width, addToTimestamp(timestamp, back)), offset)
}

const timeBucket = scalar({
  name: 'time_bucket',
  category: 'date and time',
  doc: 'The beginning of the stretch of a width that a date or timestamp falls into; a third argument is where one begins, or how much later than usual.',
  examples: [["time_bucket(INTERVAL '2 weeks', DATE '2022-04-20')", '2022-04-11']],
  overloads: [
    overload([INTERVAL, DATE], DATE, (width, date) => timestampToDate(bucket(width, dateToTimestamp(date)))),
    overload([INTERVAL, DATE, DATE], DATE, (width, date, origin) =>
      timestampToDate(bucket(width, dateToTimestamp(date), dateToTimestamp(origin))),
    ),
    overload([INTERVAL, TIMESTAMP], TIMESTAMP, (width, timestamp) => bucket(width, timestamp)),
    overload([INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP, bucket),
    overload([INTERVAL, TIMESTAMPTZ], TIMESTAMPTZ, (width, timestamp) => bucket(width, timestamp)),
    overload([INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ], TIMESTAMPTZ, bucket),
    overload([INTERVAL, DATE, INTERVAL], DATE, (width, date, offset) =>
      timestampToDate(shiftedBucket(width, dateToTimestamp(date), offset)),
    ),
    overload([INTERVAL, TIMESTAMP, INTERVAL], TIMESTAMP, shiftedBucket),
    overload([INTERVAL, TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ, shiftedBucket),
  ],
})

export const dateDifferenceFunctions: readonly ScalarFunction[] = [dateDiff, dateSub, dateAdd, timeBucket]
