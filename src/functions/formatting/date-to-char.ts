/** to_char of timestamps and intervals: a template's fields, written out. */
import { SqlError } from '../../error.ts'
import { dayOfWeek, dayOfYear, daysFromCivil, isoWeek } from '../../types/calendar.ts'
import { dateTemplate, type TemplateNode } from './date-template.ts'

/** What is to be printed, taken apart. */
export interface PrintedTime {
  /** Astronomical: 0 is 1 BC. Of an interval, its years. */
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micros: number
  readonly isInterval: boolean
  /** Seconds east of UTC and the zone's short name, where the value has a zone. */
  readonly offset?: number
  readonly zone?: string
}

export const monthNames: readonly string[] = [
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
export const dayNames: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
]
export const romanMonths: readonly string[] = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII']

/** The letters after a number: st, nd, rd or th. */
export function ordinalSuffix(digits: string, upper: boolean): string {
  const last = digits[digits.length - 1]
  const teen = digits.length > 1 && digits[digits.length - 2] === '1'
  const suffix = teen ? 'th' : last === '1' ? 'st' : last === '2' ? 'nd' : last === '3' ? 'rd' : 'th'
  return upper ? suffix.toUpperCase() : suffix
}

/** A name in the case that its field is spelled in: DAY, Day or day. */
function inCase(name: string, field: string): string {
  if (field === field.toUpperCase()) return name.toUpperCase()
  return field === field.toLowerCase() ? name.toLowerCase() : name
}

function number(value: number, width: number, fill: boolean): string {
  const digits = String(Math.abs(value))
  const sign = value < 0 ? '-' : ''
  return sign + (fill ? digits : digits.padStart(width, '0'))
}

/** The sign takes one of the places. */
function counted(value: number, width: number, fill: boolean): string {
  return number(value, value < 0 ? width - 1 : width, fill)
}

export function formatTime(time: PrintedTime, template: string): string {
  let result = ''
  for (const node of dateTemplate(template).nodes) result += node.kind === 'field' ? printField(time, node) : node.text
  return result
}

function printField(time: PrintedTime, node: Extract<TemplateNode, { kind: 'field' }>): string {
  const text = fieldText(time, node.field.name, node.fill)
  return node.ordinal && node.field.isDigits ? text + ordinalSuffix(text, node.ordinal === 'TH') : text
}

function notForIntervals(time: PrintedTime): void {
  if (time.isInterval) {
    throw new SqlError('invalid_datetime_format', 'invalid format specification for an interval value', {
      hint: 'Intervals are not tied to specific calendar dates.',
    })
  }
}

function fieldText(time: PrintedTime, field: string, fill: boolean): string {
  const { year, month, day, hour, minute, second, micros, isInterval } = time
  const shownYear = isInterval || year > 0 ? year : 1 - year
  const days = (): number => daysFromCivil(year, month, day)
  switch (field.toUpperCase()) {
    case 'A.M.':
    case 'P.M.':
      return inCase(hour % 24 >= 12 ? 'P.M.' : 'A.M.', field)
    case 'AM':
    case 'PM':
      return inCase(hour % 24 >= 12 ? 'PM' : 'AM', field)
    case 'HH':
    case 'HH12':
      return number(hour % 12 === 0 ? 12 : hour % 12, 2, fill)
    case 'HH24':
      return number(hour, 2, fill)
    case 'MI':
      return number(minute, 2, fill)
    case 'SS':
      return number(second, 2, fill)
    case 'MS':
    case 'FF3':
      return String(Math.trunc(micros / 1000)).padStart(3, '0')
    case 'FF1':
      return String(Math.trunc(micros / 100000))
    case 'FF2':
      return String(Math.trunc(micros / 10000)).padStart(2, '0')
    case 'FF4':
      return String(Math.trunc(micros / 100)).padStart(4, '0')
    case 'FF5':
      return String(Math.trunc(micros / 10)).padStart(5, '0')
    case 'US':
    case 'FF6':
      return String(micros).padStart(6, '0')
    case 'SSSS':
    case 'SSSSS':
      return String(hour * 3600 + minute * 60 + second)
    case 'TZ':
      notForIntervals(time)
      return inCase((time.zone ?? '').toUpperCase(), field)
    case 'TZH': {
      notForIntervals(time)
      const offset = time.offset ?? 0
      return (offset < 0 ? '-' : '+') + number(Math.trunc(Math.abs(offset) / 3600), 2, false)
    }
    case 'TZM':
      notForIntervals(time)
      return number(Math.trunc(Math.abs(time.offset ?? 0) / 60) % 60, 2, false)
    case 'OF': {
      notForIntervals(time)
      const offset = time.offset ?? 0
      const minutes = Math.trunc(Math.abs(offset) / 60) % 60
      const hours = number(Math.trunc(Math.abs(offset) / 3600), 2, fill)
      return `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${number(minutes, 2, false)}`}`
    }
    case 'A.D.':
    case 'B.C.':
      notForIntervals(time)
      return inCase(year <= 0 ? 'B.C.' : 'A.D.', field)
    case 'AD':
    case 'BC':
      notForIntervals(time)
      return inCase(year <= 0 ? 'BC' : 'AD', field)
    case 'MONTH':
      notForIntervals(time)
      return padName(inCase(monthNames[month - 1], field), fill)
    case 'MON':
      notForIntervals(time)
      return inCase(monthNames[month - 1].slice(0, 3), field)
    case 'MM':
      return number(month, 2, fill)
    case 'DAY':
      notForIntervals(time)
      return padName(inCase(dayNames[dayOfWeek(days())], field), fill)
    case 'DY':
      notForIntervals(time)
      return inCase(dayNames[dayOfWeek(days())].slice(0, 3), field)
    case 'DDD':
      return counted(isInterval ? (year * 12 + month) * 30 + day : dayOfYear(days()), 3, fill)
    case 'IDDD': {
      notForIntervals(time)
      const { week } = isoWeek(days())
      return number((week - 1) * 7 + (dayOfWeek(days()) || 7), 3, fill)
    }
    case 'DD':
      return fill ? String(day) : String(day).padStart(2, '0')
    case 'D':
      notForIntervals(time)
      return String(dayOfWeek(days()) + 1)
    case 'ID':
      notForIntervals(time)
      return String(dayOfWeek(days()) || 7)
    case 'WW':
      return counted(
        Math.trunc(((isInterval ? (year * 12 + month) * 30 + day : dayOfYear(days())) - 1) / 7) + 1,
        2,
        fill,
      )
    case 'IW':
      notForIntervals(time)
      return number(isoWeek(days()).week, 2, fill)
    case 'W':
      return String(Math.trunc((day - 1) / 7) + 1)
    case 'Q':
      return month === 0 ? '' : String(Math.trunc((month - 1) / 3) + 1)
    case 'CC': {
      if (isInterval) return number(Math.trunc(year / 100), 2, fill)
      return number(year > 0 ? Math.ceil(year / 100) : -Math.ceil((1 - year) / 100), 2, fill)
    }
    case 'Y,YYY': {
      const thousands = Math.trunc(shownYear / 1000)
      return `${thousands},${counted(shownYear % 1000, 3, false)}`
    }
    case 'YYYY':
      return number(shownYear, 4, fill)
    case 'YYY':
      return number(shownYear % 1000, 3, fill)
    case 'YY':
      return number(shownYear % 100, 2, fill)
    case 'Y':
      return String(shownYear % 10)
    case 'IYYY':
    case 'IYY':
    case 'IY':
    case 'I': {
      const isoYear = isInterval ? year : isoWeek(days()).year
      const shown = isInterval ? year - (year < 0 ? 1 : 0) : isoYear > 0 ? isoYear : 1 - isoYear
      return number(field.length === 4 ? shown : shown % 10 ** field.length, field.length, fill)
    }
    case 'RM': {
      if (month === 0 && year === 0) return ''
      const roman = romanMonths[month === 0 ? (year > 0 ? 11 : 0) : month < 0 ? 12 + month : month - 1]
      return (field === 'RM' ? roman : roman.toLowerCase()).padEnd(fill ? 0 : 4)
    }
    case 'J':
      return String(days() + 2440588)
    default:
      return field
  }
}

function padName(name: string, fill: boolean): string {
  return fill ? name : name.padEnd(9)
}
