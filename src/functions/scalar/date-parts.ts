/**
 * The parts of dates, times and intervals: what EXTRACT and date_part give, and how the names of units are read. Values
 * are exact; EXTRACT shows as many digits after the point as PostgreSQL does.
 */
import { SqlError } from '../../error.ts'
import {
  civilFromDays,
  dayOfTimestamp,
  dayOfWeek,
  dayOfYear,
  isFiniteDate,
  isFiniteTimestamp,
  isoWeek,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  microsOfDay,
} from '../../types/calendar.ts'
import type { DataType } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Interval, TimeTz } from '../../types/value.ts'

export type DatePart =
  | 'microseconds'
  | 'milliseconds'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'dow'
  | 'isodow'
  | 'doy'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'isoyear'
  | 'decade'
  | 'century'
  | 'millennium'
  | 'julian'
  | 'epoch'
  | 'timezone'
  | 'timezone_hour'
  | 'timezone_minute'

/** Spellings of units; they count to their tenth letter, as in PostgreSQL. */
const spellings: { readonly [part in DatePart]: readonly string[] } = {
  microseconds: ['microsecon', 'us', 'usec', 'usecs', 'usecond', 'useconds'],
  milliseconds: ['millisecon', 'ms', 'msec', 'msecs', 'msecond', 'mseconds'],
  second: ['second', 'seconds', 's', 'sec', 'secs'],
  minute: ['minute', 'minutes', 'm', 'min', 'mins'],
  hour: ['hour', 'hours', 'h', 'hr', 'hrs'],
  day: ['day', 'days', 'd', 'dayofmonth'],
  dow: ['dow', 'dayofweek', 'weekday'],
  isodow: ['isodow'],
  doy: ['doy', 'dayofyear'],
  week: ['week', 'weeks', 'w', 'weekofyear'],
  month: ['month', 'months', 'mon', 'mons'],
  quarter: ['quarter', 'qtr', 'quarters'],
  year: ['year', 'years', 'y', 'yr', 'yrs'],
  isoyear: ['isoyear'],
  decade: ['decade', 'decades', 'dec', 'decs'],
  century: ['century', 'centuries', 'c', 'cent'],
  millennium: ['millennium', 'millennia', 'mil', 'mils'],
  julian: ['julian', 'j', 'jd'],
  epoch: ['epoch'],
  timezone: ['timezone'],
  timezone_hour: ['timezone_h'],
  timezone_minute: ['timezone_m'],
}

const parts: ReadonlyMap<string, DatePart> = new Map(
  Object.entries(spellings).flatMap(([part, names]) =>
    names.map((name): [string, DatePart] => [name.slice(0, 10), part as DatePart]),
  ),
)

/** What a unit's name means; undefined when it means nothing. */
export function findPart(unit: string): DatePart | undefined {
  return parts.get(unit) ?? parts.get(unit.toLowerCase().slice(0, 10))
}

let lastUnit = ''
let lastPart: DatePart | undefined

/** What a unit's name means; 22023 when it means nothing for the type. */
export function partOf(unit: string, type: DataType): DatePart {
  if (unit === lastUnit && lastPart) return lastPart
  const part = findPart(unit)
  if (!part) throw unrecognizedUnit(unit, type)
  lastUnit = unit
  lastPart = part
  return part
}

export function unrecognizedUnit(unit: string, type: DataType): SqlError {
  return new SqlError(
    'invalid_parameter_value',
    `unit "${unit.toLowerCase()}" not recognized for type ${baseTypeName(type)}`,
  )
}

export function unsupportedUnit(unit: string, type: DataType, detail?: string): SqlError {
  return new SqlError(
    'feature_not_supported',
    `unit "${unit.toLowerCase()}" not supported for type ${baseTypeName(type)}`,
    { detail },
  )
}

const whole = (value: number): Decimal => Decimal.fromBigInt(BigInt(value))
const MICROS_OF_DAY = Decimal.fromBigInt(BigInt(MICROS_PER_DAY))
const JULIAN_EPOCH = 2440588

/** The part of a day of the calendar; undefined when it is a part of time. */
export function wholePartOfDay(day: number, part: DatePart): number | undefined {
  switch (part) {
    case 'day':
      return civilFromDays(day).day
    case 'month':
      return civilFromDays(day).month
    case 'quarter':
      return Math.floor((civilFromDays(day).month - 1) / 3) + 1
    case 'week':
      return isoWeek(day).week
    case 'dow':
      return dayOfWeek(day)
    case 'isodow':
      return dayOfWeek(day) || 7
    case 'doy':
      return dayOfYear(day)
    case 'year': {
      const { year } = civilFromDays(day)
      return year > 0 ? year : year - 1
    }
    case 'isoyear': {
      const { year } = isoWeek(day)
      return year > 0 ? year : year - 1
    }
    case 'decade':
      return Math.floor(civilFromDays(day).year / 10)
    case 'century':
      return periods(civilFromDays(day).year, 100)
    case 'millennium':
      return periods(civilFromDays(day).year, 1000)
    default:
      return undefined
  }
}

/** Centuries and millennia are counted from 1 and from -1; there is no zeroth. */
function periods(year: number, length: number): number {
  return year > 0 ? Math.ceil(year / length) : -Math.floor((length - year) / length)
}

/** The part of a time of day that is a whole number. */
export function wholePartOfTime(micros: number, part: DatePart): number | undefined {
  switch (part) {
    case 'hour':
      return Math.floor(micros / MICROS_PER_HOUR)
    case 'minute':
      return Math.floor(micros / MICROS_PER_MINUTE) % 60
    default:
      return undefined
  }
}

/** The part of a time of day; undefined when it has none of the kind. */
function partOfTime(micros: number, part: DatePart): Decimal | undefined {
  const value = wholePartOfTime(micros, part)
  if (value !== undefined) return whole(value)
  switch (part) {
    case 'microseconds':
      return whole(micros % MICROS_PER_MINUTE)
    case 'milliseconds':
      return Decimal.fromBigInt(BigInt(micros % MICROS_PER_MINUTE), 3)
    case 'second':
      return Decimal.fromBigInt(BigInt(micros % MICROS_PER_MINUTE), 6)
    default:
      return undefined
  }
}

const growing: ReadonlySet<DatePart> = new Set([
  'year',
  'isoyear',
  'decade',
  'century',
  'millennium',
  'julian',
  'epoch',
])

/** What an infinite date has: infinity where the part grows without end, and NULL where it goes round. */
function partOfInfinity(positive: boolean, part: DatePart): Decimal | null {
  if (!growing.has(part)) return null
  return positive ? Decimal.INFINITY : Decimal.NEGATIVE_INFINITY
}

export function partOfDate(date: number, unit: string, type: DataType): Decimal | null {
  const part = partOf(unit, type)
  const finite = isFiniteDate(date)
  const value = wholePartOfDay(finite ? date : 0, part)
  if (value === undefined && part !== 'epoch' && part !== 'julian') throw unsupportedUnit(unit, type)
  if (!finite) return partOfInfinity(date > 0, part)
  if (value !== undefined) return whole(value)
  return part === 'epoch' ? whole(date * 86400) : whole(date + JULIAN_EPOCH)
}

/** The part of a local timestamp. */
export function partOfTimestamp(timestamp: bigint, unit: string, type: DataType): Decimal | null {
  const part = partOf(unit, type)
  if (!isFiniteTimestamp(timestamp)) {
    if (part.startsWith('timezone')) throw unsupportedUnit(unit, type)
    return partOfInfinity(timestamp > 0n, part)
  }
  const day = dayOfTimestamp(timestamp)
  const value = wholePartOfDay(day, part)
  if (value !== undefined) return whole(value)
  const micros = microsOfDay(timestamp, day)
  const time = partOfTime(micros, part)
  if (time !== undefined) return time
  if (part === 'epoch') return Decimal.fromBigInt(timestamp, 6)
  if (part === 'julian') return whole(day + JULIAN_EPOCH).add(whole(micros).divide(MICROS_OF_DAY))
  throw unsupportedUnit(unit, type)
}

/** The part of a timestamptz, given the local time and the seconds east of UTC there. */
export function partOfTimestampTz(
  timestamp: bigint,
  local: bigint,
  offset: number,
  unit: string,
  type: DataType,
): Decimal | null {
  const part = partOf(unit, type)
  if (!isFiniteTimestamp(timestamp)) return partOfInfinity(timestamp > 0n, part)
  if (part === 'epoch') return Decimal.fromBigInt(timestamp, 6)
  return partOfOffset(offset, part) ?? partOfTimestamp(local, unit, type)
}

function partOfOffset(offset: number, part: DatePart): Decimal | undefined {
  switch (part) {
    case 'timezone':
      return whole(offset)
    case 'timezone_hour':
      return whole(Math.trunc(offset / 3600))
    case 'timezone_minute':
      return whole(Math.trunc((offset % 3600) / 60))
    default:
      return undefined
  }
}

export function partOfTimeOnly(micros: number, unit: string, type: DataType): Decimal {
  const part = partOf(unit, type)
  const value = partOfTime(micros, part)
  if (value !== undefined) return value
  if (part === 'epoch') return Decimal.fromBigInt(BigInt(micros), 6)
  throw unsupportedUnit(unit, type)
}

export function partOfTimeTz(time: TimeTz, unit: string, type: DataType): Decimal {
  const part = partOf(unit, type)
  const value = partOfTime(time.micros, part) ?? partOfOffset(time.offset, part)
  if (value !== undefined) return value
  if (part === 'epoch') return Decimal.fromBigInt(BigInt(time.micros - time.offset * 1000000), 6)
  throw unsupportedUnit(unit, type)
}

/** The parts of an interval stand as they are: 25 hours have no days. */
export function partOfInterval(interval: Interval, unit: string, type: DataType): Decimal {
  const part = partOf(unit, type)
  const { months, days, micros } = interval
  const ofMinute = micros % BigInt(MICROS_PER_MINUTE)
  switch (part) {
    case 'microseconds':
      return Decimal.fromBigInt(ofMinute)
    case 'milliseconds':
      return Decimal.fromBigInt(ofMinute, 3)
    case 'second':
      return Decimal.fromBigInt(ofMinute, 6)
    case 'minute':
      return Decimal.fromBigInt((micros / BigInt(MICROS_PER_MINUTE)) % 60n)
    case 'hour':
      return Decimal.fromBigInt(micros / BigInt(MICROS_PER_HOUR))
    case 'day':
      return whole(days)
    case 'month':
      return whole(months % 12)
    case 'quarter':
      return whole(Math.trunc((months % 12) / 3) + 1)
    case 'year':
      return whole(Math.trunc(months / 12))
    case 'decade':
      return whole(Math.trunc(months / 120))
    case 'century':
      return whole(Math.trunc(months / 1200))
    case 'millennium':
      return whole(Math.trunc(months / 12000))
    case 'epoch': {
      const quarterDays = 1461n * BigInt(Math.trunc(months / 12)) + 120n * BigInt(months % 12) + 4n * BigInt(days)
      return Decimal.fromBigInt(quarterDays * 21600000000n + micros, 6)
    }
    default:
      throw unsupportedUnit(unit, type)
  }
}
