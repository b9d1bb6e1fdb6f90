/**
 * The calendar in kernels, for days from 0001-01-01 to the year 45,000 or so; batches with other days, the infinities
 * among them, are given up. Days count from 1970-01-01; a year here begins in March, so that leap days come last.
 */
import type { FunctionBuilder } from './builder.ts'
import type { IntegerCode } from './code.ts'
import type { ExpressionCompiler } from './expression.ts'
import { i32, i64, type Term } from './term.ts'

const firstDay = -719162
const lastDay = 16777216
/** Days from 0000-03-01 to 1970-01-01. */
const epochShift = 719468
const microsPerDay = 86400000000n

/** The day (i32) of a date, when kernels can work with it. */
export function safeDay(compiler: ExpressionCompiler, date: IntegerCode): Term {
  const { f } = compiler
  if (date.low < firstDay || date.high > lastDay) {
    const outside = date.term.lt(i64(firstDay)).or(date.term.gt(i64(lastDay)))
    compiler.bailIf(date.valid === null ? outside : outside.and(date.valid))
  }
  return f.let(date.term.to('i32'))
}

/** The day (i32) and the microseconds since its midnight (i64) of a timestamp. */
export function splitTimestamp(
  compiler: ExpressionCompiler,
  timestamp: IntegerCode,
): { readonly day: Term; readonly micros: Term } {
  const { f } = compiler
  const low = BigInt(firstDay) * microsPerDay
  const high = BigInt(lastDay) * microsPerDay
  if (timestamp.low < Number(low) || timestamp.high > Number(high)) {
    const outside = timestamp.term.lt(i64(low)).or(timestamp.term.gt(i64(high)))
    compiler.bailIf(timestamp.valid === null ? outside : outside.and(timestamp.valid))
  }
  const shifted = f.let(timestamp.term.add(-low))
  const day = f.let(shifted.divU(microsPerDay).to('i32'))
  return { day: f.let(day.add(firstDay)), micros: f.let(shifted.sub(day.toU('i64').mul(microsPerDay))) }
}

export interface CivilDate {
  readonly year: Term
  /** 1 … 12 */
  readonly month: Term
  /** 1 … 31 */
  readonly day: Term
}

/** Howard Hinnant's days_to_civil, on unsigned 32-bit numbers. */
export function civilFromDay(f: FunctionBuilder, day: Term): CivilDate {
  const shifted = f.let(day.add(epochShift))
  const era = f.let(shifted.divU(146097))
  const dayOfEra = f.let(shifted.sub(era.mul(146097)))
  const yearOfEra = f.let(
    dayOfEra.sub(dayOfEra.divU(1460)).add(dayOfEra.divU(36524)).sub(dayOfEra.divU(146096)).divU(365),
  )
  const dayOfYear = f.let(dayOfEra.sub(yearOfEra.mul(365).add(yearOfEra.shrU(2)).sub(yearOfEra.divU(100))))
  const monthFromMarch = f.let(dayOfYear.mul(5).add(2).divU(153))
  const month = f.let(monthFromMarch.lt(10).select(monthFromMarch.add(3), monthFromMarch.sub(9)))
  return {
    year: f.let(yearOfEra.add(era.mul(400)).add(month.le(2))),
    month,
    day: f.let(dayOfYear.sub(monthFromMarch.mul(153).add(2).divU(5)).add(1)),
  }
}

/** The day of a civil date; the inverse. */
export function dayFromCivil(f: FunctionBuilder, civilYear: Term, month: Term, day: Term): Term {
  const year = f.let(civilYear.sub(month.le(2)))
  const era = f.let(year.divU(400))
  const yearOfEra = f.let(year.sub(era.mul(400)))
  const monthFromMarch = month.gt(2).select(month.sub(3), month.add(9))
  const dayOfYear = monthFromMarch.mul(153).add(2).divU(5).add(day).sub(1)
  const dayOfEra = yearOfEra.mul(365).add(yearOfEra.shrU(2)).sub(yearOfEra.divU(100)).add(dayOfYear)
  return f.let(era.mul(146097).add(dayOfEra).sub(epochShift))
}

/** 0 for Sunday. 1970-01-01 was a Thursday. */
export function dayOfWeek(day: Term): Term {
  return day.add(4 + 7 * 102738).remU(7)
}

/** The year that a bound of days lies in. */
export function yearOfDay(day: number): number {
  return new Date(Math.max(firstDay, Math.min(day, lastDay)) * 86400000).getUTCFullYear()
}

/** Parts of a date by name, as i32, and their bounds; undefined for others. */
export function datePart(
  f: FunctionBuilder,
  part: string,
  day: Term,
  bounds: { readonly low: number; readonly high: number },
): { readonly term: Term; readonly low: number; readonly high: number } | undefined {
  switch (part) {
    case 'year':
      return { term: civilFromDay(f, day).year, low: yearOfDay(bounds.low), high: yearOfDay(bounds.high) }
    case 'month':
      return { term: civilFromDay(f, day).month, low: 1, high: 12 }
    case 'day':
      return { term: civilFromDay(f, day).day, low: 1, high: 31 }
    case 'quarter':
      return { term: civilFromDay(f, day).month.add(2).divU(3), low: 1, high: 4 }
    case 'dow':
      return { term: dayOfWeek(day), low: 0, high: 6 }
    case 'isodow':
      return { term: dayOfWeek(day.sub(1)).add(1), low: 1, high: 7 }
    case 'doy': {
      const { year } = civilFromDay(f, day)
      return { term: day.sub(dayFromCivil(f, year, i32(1), i32(1))).add(1), low: 1, high: 366 }
    }
    default:
      return undefined
  }
}

/** The first day of the unit that a day lies in; undefined for other units. */
export function truncateDay(f: FunctionBuilder, unit: string, day: Term): Term | undefined {
  switch (unit) {
    case 'day':
      return day
    case 'week':
      return day.sub(dayOfWeek(day.sub(1)))
    case 'month': {
      const { day: dayOfMonth } = civilFromDay(f, day)
      return day.sub(dayOfMonth).add(1)
    }
    case 'quarter': {
      const { year, month } = civilFromDay(f, day)
      return dayFromCivil(f, year, f.let(month.sub(month.sub(1).remU(3))), i32(1))
    }
    case 'year':
      return dayFromCivil(f, civilFromDay(f, day).year, i32(1), i32(1))
    default:
      return undefined
  }
}
