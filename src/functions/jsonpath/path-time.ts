/** Dates and times within a jsonpath: what `.datetime()` makes, and how they are compared and printed. */
import { SqlError } from '../../error.ts'
import { defaultSettings, type Settings } from '../../settings.ts'
import { daysFromCivil, daysInMonth } from '../../types/calendar.ts'
import { dateToTimestamp, formatDate, formatTime, formatTimestamp, localToUtc } from '../../types/date-time.ts'
import { formatOptions } from '../../types/format-options.ts'
import { readStandardTime } from '../formatting/date-from-char.ts'
import { PathError } from './path-error.ts'

export type TimeType = 'date' | 'time' | 'timetz' | 'timestamp' | 'timestamptz'

/** Local micros: of the day for times, since 1970 for the others. The zone is kept as it was written. */
export interface PathTime {
  readonly type: TimeType
  readonly micros: bigint
  readonly offset: number
}

export const timeTypeNames: { readonly [type in TimeType]: string } = {
  date: 'date',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
}

const datePart = String.raw`(\d{1,4})-(\d{1,2})-(\d{1,2})`
const timePart = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?(?:(?:\s*\+|-)(\d{1,2})(?::(\d{1,2}))?)?`
const dateText = new RegExp(`^\\s*${datePart}\\s*$`)
const timeText = new RegExp(`^\\s*${timePart}\\s*$`)
const timestampText = new RegExp(`^\\s*${datePart}(?:\\s+|T)${timePart}\\s*$`)

/** Reads a text in one of the ISO forms. */
export function readIsoTime(text: string): PathTime {
  const made = isoDate(dateText.exec(text)) ?? isoTime(timeText.exec(text), 1) ?? isoTimestamp(timestampText.exec(text))
  if (made) return made
  throw new PathError(
    'invalid_argument_for_sql_json_datetime_function',
    `datetime format is not recognized: "${text}"`,
    { hint: 'Use a datetime template argument to specify the input data format.' },
  )
}

function isoDate(match: RegExpExecArray | null): PathTime | undefined {
  if (!match) return undefined
  const [year, month, day] = match.slice(1, 4).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return { type: 'date', micros: dateToTimestamp(daysFromCivil(year, month, day)), offset: 0 }
}

function isoTime(match: RegExpExecArray | null, first: number): PathTime | undefined {
  if (!match) return undefined
  const [hour, minute, second] = match.slice(first, first + 3).map(Number)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = Number((match[first + 3] ?? '').padEnd(6, '0'))
  const micros = BigInt((hour * 3600 + minute * 60 + second) * 1000000 + fraction)
  if (match[first + 4] === undefined) return { type: 'time', micros, offset: 0 }
  const sign = /-\d{1,2}(?::\d{1,2})?\s*$/.test(match[0]) && !/\+/.test(match[0]) ? -1 : 1
  const offset = sign * (Number(match[first + 4]) * 3600 + Number(match[first + 5] ?? 0) * 60)
  return { type: 'timetz', micros, offset }
}

function isoTimestamp(match: RegExpExecArray | null): PathTime | undefined {
  const date = isoDate(match)
  const time = isoTime(match, 4)
  if (!date || !time) return undefined
  return {
    type: time.type === 'time' ? 'timestamp' : 'timestamptz',
    micros: date.micros + time.micros,
    offset: time.offset,
  }
}

/** Reads a text by a template. */
export function readTemplateTime(text: string, template: string, settings: Settings): PathTime {
  try {
    const { hasDate, hasTime, day, micros, offset } = readStandardTime(text, template)
    if (!hasTime) {
      if (!hasDate) throw new SqlError('invalid_datetime_format', 'datetime format is not dated and not timed')
      if (offset !== undefined) throw new SqlError('invalid_datetime_format', 'datetime format is zoned but not timed')
      return { type: 'date', micros: dateToTimestamp(day), offset: 0 }
    }
    const local = hasDate ? dateToTimestamp(day) + BigInt(micros) : BigInt(micros)
    const zoned = /TZH|OF/i.test(template)
    if (!zoned) return { type: hasDate ? 'timestamp' : 'time', micros: local, offset: 0 }
    const zone = offset ?? formatOptions(settings).timeZone.offsetAt(0)
    return { type: hasDate ? 'timestamptz' : 'timetz', micros: local, offset: zone }
  } catch (error) {
    throw PathError.of(error)
  }
}

/** The text of ISO 8601. */
export function formatPathTime({ type, micros, offset }: PathTime): string {
  switch (type) {
    case 'date':
      return formatDate(Number(micros / 86400000000n) - (micros % 86400000000n < 0n ? 1 : 0), defaultSettings)
    case 'time':
      return formatTime(Number(micros))
    case 'timetz':
      return formatTime(Number(micros)) + formatOffset(offset)
    case 'timestamp':
      return formatTimestamp(micros, defaultSettings).replace(' ', 'T')
    case 'timestamptz':
      return formatTimestamp(micros, defaultSettings).replace(' ', 'T') + formatOffset(offset)
  }
}

function formatOffset(offset: number): string {
  const minutes = Math.abs(offset) / 60
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}

function isTimeOfDay(type: TimeType): boolean {
  return type === 'time' || type === 'timetz'
}

/** The order of two times, or undefined when they cannot be compared; 0A000 when that needs a time zone. */
export function comparePathTimes(
  left: PathTime,
  right: PathTime,
  settings: Settings,
  usesZone: boolean,
): number | undefined {
  if (isTimeOfDay(left.type) !== isTimeOfDay(right.type)) return undefined
  const zoned = (type: TimeType): boolean => type.endsWith('tz')
  const needsZone = zoned(left.type) !== zoned(right.type)
  if (needsZone && !usesZone) {
    const from = zoned(left.type) ? right.type : left.type
    const to = zoned(left.type) ? left.type : right.type
    throw new SqlError('feature_not_supported', `cannot convert value from ${from} to ${to} without time zone usage`, {
      hint: 'Use *_tz() function for time zone support.',
    })
  }
  const instant = ({ type, micros, offset }: PathTime): bigint => {
    if (zoned(type)) return micros - BigInt(offset) * 1000000n
    if (!needsZone) return micros
    if (isTimeOfDay(type))
      return micros - BigInt(formatOptions(settings).timeZone.offsetAt(Date.now() / 1000)) * 1000000n
    return localToUtc(micros, settings)
  }
  const [a, b] = [instant(left), instant(right)]
  if (a !== b) return a < b ? -1 : 1
  return left.type === 'timetz' && right.type === 'timetz' ? right.offset - left.offset : 0
}
