/** Dates and times as text after C's templates, and back. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import {
  dayOfTimestamp,
  dayOfWeek,
  dayOfYear,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  isoWeek,
  MICROS_PER_SECOND,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
  timestampOf,
} from '../../types/calendar.ts'
import { arrayOf, DATE, type DataType, TEXT, TIMESTAMP, TIMESTAMPTZ } from '../../types/data-type.ts'
import { dateToTimestamp, utcToLocal } from '../../types/date-time.ts'
import { formatOptions } from '../../types/format-options.ts'
import { dayNames, monthNames } from '../formatting/date-to-char.ts'
import { type FunctionContext, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { printedTimestamp } from './formatting.ts'

const inZone = { context: true, volatility: 'stable' } as const

const pad = (value: number, width = 2): string => (value < 0 ? String(value) : String(value).padStart(width, '0'))

/** A timestamp after one of C's templates; a local one with its zone's name and seconds east of Greenwich. */
function strftimeText(timestamp: bigint, template: string, zone = '', offset = 0): string {
  const time = printedTimestamp(timestamp)
  const days = dayOfTimestamp(timestamp)
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12
  return template.replace(/%(-?)([a-zA-Z%])/g, (whole, minus: string, letter: string) => {
    const number = (value: number, width = 2): string => (minus ? String(value) : pad(value, width))
    switch (letter) {
      case 'a':
        return dayNames[dayOfWeek(days)].slice(0, 3)
      case 'A':
        return dayNames[dayOfWeek(days)]
      case 'w':
        return String(dayOfWeek(days))
      case 'u':
        return String(dayOfWeek(days) || 7)
      case 'd':
        return number(time.day)
      case 'b':
      case 'h':
        return monthNames[time.month - 1].slice(0, 3)
      case 'B':
        return monthNames[time.month - 1]
      case 'm':
        return number(time.month)
      case 'y':
        return number(Math.abs(time.year) % 100)
      case 'Y':
        return pad(time.year, 4)
      case 'G':
        return pad(isoWeek(days).year, 4)
      case 'V':
        return number(isoWeek(days).week)
      case 'H':
        return number(time.hour)
      case 'I':
        return number(hour12)
      case 'p':
        return time.hour < 12 ? 'AM' : 'PM'
      case 'M':
        return number(time.minute)
      case 'S':
        return number(time.second)
      case 'f':
        return pad(time.micros, 6)
      case 'g':
        return pad(Math.trunc(time.micros / 1000), 3)
      case 'n':
        return `${pad(time.micros, 6)}000`
      case 'z':
        return offsetText(offset)
      case 'Z':
        return zone
      case 'j':
        return number(dayOfYear(days), 3)
      case 'U':
        return number(Math.floor((dayOfYear(days) + 6 - dayOfWeek(days)) / 7))
      case 'W':
        return number(Math.floor((dayOfYear(days) + 6 - ((dayOfWeek(days) + 6) % 7)) / 7))
      case 'c':
      case 'x':
      case 'X': {
        const date = `${pad(time.year, 4)}-${pad(time.month)}-${pad(time.day)}`
        const clock = `${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`
        return letter === 'x' ? date : letter === 'X' ? clock : `${date} ${clock}`
      }
      case 'D':
        return `${pad(time.month)}/${pad(time.day)}/${pad(Math.abs(time.year) % 100)}`
      case 'F':
        return `${pad(time.year, 4)}-${pad(time.month)}-${pad(time.day)}`
      case 'T':
        return `${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`
      case 'R':
        return `${pad(time.hour)}:${pad(time.minute)}`
      case '%':
        return '%'
      default:
        throw new SqlError('invalid_parameter_value', `unrecognized format specifier "${whole}"`)
    }
  })
}

/** `+02`, or `+05:30` */
function offsetText(seconds: number): string {
  const minutes = Math.abs(Math.trunc(seconds / 60))
  const rest = minutes % 60 === 0 ? '' : `:${pad(minutes % 60)}`
  return (seconds < 0 ? '-' : '+') + pad(Math.trunc(minutes / 60)) + rest
}

function strftimeOverloads(type: DataType, local: (context: FunctionContext, value: any) => bigint): Overload[] {
  const body = (context: FunctionContext, value: any, template: string): string => {
    const timestamp = local(context, value)
    if (!isFiniteTimestamp(timestamp)) return timestamp > 0n ? 'infinity' : '-infinity'
    if (type !== TIMESTAMPTZ) return strftimeText(timestamp, template)
    const zone = formatOptions(context.settings).timeZone
    return strftimeText(timestamp, template, zone.name, Number((timestamp - value) / 1000000n))
  }
  return [
    overload([type, TEXT], TEXT, body, inZone),
    overload([TEXT, type], TEXT, (context, template, value) => body(context, value, template), inZone),
  ]
}

const strftime = scalar({
  name: 'strftime',
  category: 'formatting',
  doc: 'A date or timestamp as text after one of C’s templates.',
  examples: [["strftime(DATE '1992-01-01', '%a, %-d %B %Y')", 'Wed, 1 January 1992']],
  volatility: 'stable',
  overloads: [
    ...strftimeOverloads(TIMESTAMP, (_context, timestamp) => timestamp),
    ...strftimeOverloads(DATE, (_context, date) => dateToTimestamp(date)),
    ...strftimeOverloads(TIMESTAMPTZ, (context, timestamp) => utcToLocal(timestamp, context.settings)),
  ],
})

const TEXTS = arrayOf(TEXT)

const specialTimes: ReadonlyMap<string, bigint> = new Map([
  ['infinity', TIMESTAMP_INFINITY],
  ['-infinity', TIMESTAMP_NEGATIVE_INFINITY],
  ['epoch', 0n],
])

/** The day of a week by its number: of ISO's (%V), or of weeks that begin on Sunday (%U) or Monday (%W). */
function dayOfWeekNumber(kind: string, year: number, week: number, weekday: number | undefined): number {
  const firstDay = kind === 'U' ? 0 : 1
  const start = daysFromCivil(year, 1, kind === 'V' ? 4 : 1)
  const intoWeek = (dayOfWeek(start) - firstDay + 7) % 7
  const weeks = kind === 'V' || intoWeek === 0 ? week - 1 : week
  return start - intoWeek + 7 * weeks + (((weekday ?? firstDay) - firstDay + 7) % 7)
}

/** Reads a text after one of C's templates, or undefined. */
function strptimeValue(text: string, template: string): bigint | undefined {
  const special = specialTimes.get(text.trim().toLowerCase())
  if (special !== undefined) return special
  let [year, month, day, hour, minute, second, micros] = [1900, 1, 1, 0, 0, 0, 0]
  let [isoYear, week, weekday]: (number | undefined)[] = []
  let weekKind = ''
  let isPm: boolean | undefined
  let offset = 0
  let dayInYear: number | undefined
  let at = text.length - text.trimStart().length
  const digits = (most: number): number => {
    const match = new RegExp(`^\\d{1,${most}}`).exec(text.slice(at))
    if (!match) return NaN
    at += match[0].length
    return Number(match[0])
  }
  const word = (names: readonly string[], length?: number): number => {
    const rest = text.slice(at).toLowerCase()
    const found = names.findIndex((name) => rest.startsWith((length ? name.slice(0, length) : name).toLowerCase()))
    if (found >= 0) at += length ?? names[found].length
    return found < 0 ? NaN : found
  }
  const expanded = template
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%R', '%H:%M')
  for (let index = 0; index < expanded.length; index++) {
    const char = expanded[index]
    if (char !== '%') {
      if (/\s/.test(char)) {
        while (/\s/.test(text[at] ?? '')) at++
      } else if (text[at++] !== char) {
        return undefined
      }
      continue
    }
    if (expanded[++index] === '-') index++
    switch (expanded[index]) {
      case 'Y': {
        const match = /^-?\d{1,4}/.exec(text.slice(at))
        if (!match) return undefined
        at += match[0].length
        year = Number(match[0])
        break
      }
      case 'y': {
        const value = digits(2)
        year = value < 69 ? 2000 + value : 1900 + value
        break
      }
      case 'm':
        month = digits(2)
        break
      case 'B':
        month = word(monthNames) + 1
        break
      case 'b':
      case 'h':
        month = word(monthNames, 3) + 1
        break
      case 'd':
        day = digits(2)
        break
      case 'j':
        dayInYear = digits(3)
        break
      case 'G':
        isoYear = digits(4)
        break
      case 'U':
      case 'V':
      case 'W':
        week = digits(2)
        weekKind = expanded[index]
        break
      case 'u':
      case 'w':
        weekday = digits(1) % 7
        break
      case 'A':
        if (Number.isNaN(word(dayNames))) return undefined
        break
      case 'a':
        if (Number.isNaN(word(dayNames, 3))) return undefined
        break
      case 'H':
        hour = digits(2)
        break
      case 'I':
        hour = digits(2)
        if (hour < 1 || hour > 12) return undefined
        break
      case 'M':
        minute = digits(2)
        break
      case 'S':
        second = digits(2)
        break
      case 'p': {
        const half = word(['AM', 'PM'])
        if (Number.isNaN(half)) return undefined
        isPm = half === 1
        break
      }
      case 'f':
      case 'g':
      case 'n': {
        const start = at
        const value = digits(9)
        micros = Math.trunc(value * 10 ** (6 - (at - start)))
        break
      }
      case 'z': {
        const match = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(text.slice(at))
        if (!match) return undefined
        at += match[0].length
        if (match[1]) offset = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60)
        break
      }
      case '%':
        if (text[at++] !== '%') return undefined
        break
      default:
        throw new SqlError('invalid_parameter_value', `unrecognized format specifier "%${expanded[index] ?? ''}"`)
    }
  }
  if (at < text.trimEnd().length) return undefined
  if (isPm !== undefined) hour = (hour % 12) + (isPm ? 12 : 0)
  const valid =
    month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour < 24 && minute < 60 && second < 60
  if (!valid || [hour, minute, second, micros].some(Number.isNaN)) return undefined
  let days = daysFromCivil(year, month, day)
  if (dayInYear !== undefined) days = daysFromCivil(year, 1, 1) + dayInYear - 1
  else if (week !== undefined) days = dayOfWeekNumber(weekKind, isoYear ?? year, week, weekday)
  if (Number.isNaN(days)) return undefined
  return (
    timestampOf(days, ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros) - BigInt(offset) * 1000000n
  )
}

/** By the first template that the text fits, or NULL. */
function strptimeFirst(text: string, templates: SqlArray): bigint | null {
  for (const template of templates.values) {
    const value = template === null ? undefined : strptimeValue(text, template)
    if (value !== undefined) return value
  }
  return null
}

const strptime = scalar({
  name: 'strptime',
  category: 'formatting',
  doc: 'The timestamp that a text holds after one of C’s templates, or after the first that fits of a list.',
  examples: [["strptime('Wed, 1 January 1992 - 08:38:40 PM', '%a, %-d %B %Y - %I:%M:%S %p')", '1992-01-01 20:38:40']],
  overloads: [
    overload([TEXT, TEXT], TIMESTAMP, (text, template) => {
      const value = strptimeValue(text, template)
      if (value !== undefined) return value
      throw new SqlError('invalid_datetime_format', `could not parse "${text}" with the format "${template}"`)
    }),
    overload([TEXT, TEXTS], TIMESTAMP, (text, templates: SqlArray) => {
      const value = strptimeFirst(text, templates)
      if (value !== null) return value
      throw new SqlError('invalid_datetime_format', `could not parse "${text}" with any of the formats`)
    }),
  ],
})

const tryStrptime = scalar({
  name: 'try_strptime',
  category: 'formatting',
  doc: 'As strptime, but NULL for a text that does not fit the template.',
  examples: [["try_strptime('tomorrow', '%Y-%m-%d')", null]],
  overloads: [
    overload([TEXT, TEXT], TIMESTAMP, (text, template) => strptimeValue(text, template) ?? null),
    overload([TEXT, TEXTS], TIMESTAMP, strptimeFirst),
  ],
})

export const strftimeFunctions: readonly ScalarFunction[] = [strftime, strptime, tryStrptime]
