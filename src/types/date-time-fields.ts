/**
 * The first step of reading dates, times and intervals: a text is split into fields by the shape of their characters,
 * and words are looked up. What the fields mean together is decided in `date-time-parse.ts` and `interval-parse.ts`.
 */
import { SqlError } from '../error.ts'

/**
 * number `1999`, `.5`; date `1999-01-08`, `8-jan-1999`, `america/new_york`; time `04:05:06`; zone `-08`, `+1:30`;
 * string `jan`, `pst`; special `+infinity`.
 */
export type FieldKind = 'number' | 'date' | 'time' | 'zone' | 'string' | 'special'

export interface DateTimeField {
  readonly kind: FieldKind
  /** Folded to lower case. */
  readonly text: string
}

/** Why a text could not be read; the message names the text and the type. */
export type DateTimeProblem = 'format' | 'overflow' | 'monthDayOverflow' | 'intervalOverflow' | 'zoneOverflow'

/** Thrown while fields are decoded, and turned into a SqlError where the whole text is known. */
export class DateTimeFailure {
  readonly problem: DateTimeProblem

  constructor(problem: DateTimeProblem) {
    this.problem = problem
  }
}

export const BAD_FORMAT: DateTimeFailure = new DateTimeFailure('format')
export const FIELD_OVERFLOW: DateTimeFailure = new DateTimeFailure('overflow')
export const MONTH_DAY_OVERFLOW: DateTimeFailure = new DateTimeFailure('monthDayOverflow')
export const ZONE_OVERFLOW: DateTimeFailure = new DateTimeFailure('zoneOverflow')

/** The error of PostgreSQL for a text that is no value of the type. */
export function dateTimeError(problem: DateTimeProblem, text: string, type: string): SqlError {
  switch (problem) {
    case 'overflow':
      return new SqlError('datetime_field_overflow', `date/time field value out of range: "${text}"`)
    case 'monthDayOverflow':
      return new SqlError('datetime_field_overflow', `date/time field value out of range: "${text}"`, {
        hint: 'Perhaps you need a different "datestyle" setting.',
      })
    case 'intervalOverflow':
      return new SqlError('interval_field_overflow', `interval field value out of range: "${text}"`)
    case 'zoneOverflow':
      return new SqlError('invalid_time_zone_displacement_value', `time zone displacement out of range: "${text}"`)
    default:
      return new SqlError('invalid_datetime_format', `invalid input syntax for type ${type}: "${text}"`)
  }
}

const MAX_FIELDS = 25
const MAX_LENGTH = 153

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** Whether the character is ASCII punctuation. */
function isPunctuation(code: number): boolean {
  return code > 32 && code < 127 && !isDigit(code) && !isLetter(code)
}

/** Splits a text into fields, or throws BAD_FORMAT. */
export function splitDateTime(text: string): DateTimeField[] {
  const fields: DateTimeField[] = []
  let at = 0
  const skip = (accept: (code: number) => boolean): void => {
    while (at < text.length && accept(text.charCodeAt(at))) at++
  }
  const add = (kind: FieldKind, start: number): void => {
    fields.push({ kind, text: text.slice(start, at).toLowerCase() })
  }
  while (at < text.length) {
    const start = at
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
      continue
    }
    if (isDigit(code)) {
      if (fields.length >= MAX_FIELDS) throw BAD_FORMAT
      add(
        numericField(
          text,
          skip,
          (to) => (at = to),
          () => at,
        ),
        start,
      )
    } else if (code === 46) {
      at++
      skip(isDigit)
      add('number', start)
    } else if (isLetter(code)) {
      skip(isLetter)
      const next = text.charCodeAt(at)
      const dated =
        next === 45 ||
        next === 47 ||
        next === 46 ||
        ((next === 43 || isDigit(next)) && !isDateWord(text.slice(start, at)))
      if (dated) skip((c) => isDigit(c) || isLetter(c) || '+-/_.:'.includes(String.fromCharCode(c)))
      add(dated ? 'date' : 'string', start)
    } else if (code === 43 || code === 45) {
      at++
      const sign = text[start]
      skip(isSpace)
      const rest = at
      if (isDigit(text.charCodeAt(at))) {
        skip((c) => isDigit(c) || c === 58 || c === 46 || c === 45)
        fields.push({ kind: 'zone', text: sign + text.slice(rest, at) })
      } else if (isLetter(text.charCodeAt(at))) {
        skip(isLetter)
        fields.push({ kind: 'special', text: sign + text.slice(rest, at).toLowerCase() })
      } else throw BAD_FORMAT
    } else if (isPunctuation(code)) {
      at++
      continue
    } else throw BAD_FORMAT
    if (fields.length > MAX_FIELDS || text.length > MAX_LENGTH) throw BAD_FORMAT
  }
  return fields
}

/** Reads on behind a digit and says what was read. */
function numericField(
  text: string,
  skip: (accept: (code: number) => boolean) => void,
  go: (to: number) => void,
  position: () => number,
): FieldKind {
  skip(isDigit)
  const delimiter = text.charCodeAt(position())
  if (delimiter === 58) {
    skip((c) => isDigit(c) || c === 58 || c === 46)
    return 'time'
  }
  if (delimiter !== 45 && delimiter !== 47 && delimiter !== 46) return 'number'
  go(position() + 1)
  if (!isDigit(text.charCodeAt(position()))) {
    skip((c) => isDigit(c) || isLetter(c) || c === delimiter)
    return 'date'
  }
  skip(isDigit)
  if (text.charCodeAt(position()) !== delimiter) return delimiter === 46 ? 'number' : 'date'
  go(position() + 1)
  skip((c) => isDigit(c) || c === delimiter)
  return 'date'
}

/** What a word means: a month by number, a day of the week, a unit that labels a number, … */
export type DateWord =
  | { readonly kind: 'month' | 'weekday'; readonly value: number }
  | { readonly kind: 'reserved'; readonly value: ReservedDate }
  | { readonly kind: 'unit'; readonly value: DateUnit }
  | { readonly kind: 'era'; readonly value: 'ad' | 'bc' }
  | { readonly kind: 'halfDay'; readonly value: 'am' | 'pm' }
  | { readonly kind: 'ignored' | 'isoTime' | 'summerTime' }

export type ReservedDate = 'infinity' | '-infinity' | 'epoch' | 'now' | 'today' | 'tomorrow' | 'yesterday' | 'zulu'
export type DateUnit = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'julian' | 'other'

const dateWords: ReadonlyMap<string, DateWord> = new Map<string, DateWord>([
  ...'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map(word('month', 1)),
  ...'january february march april may june july august september october november december'
    .split(' ')
    .map(word('month', 1)),
  ['sept', { kind: 'month', value: 9 }],
  ...'sun mon tue wed thu fri sat'.split(' ').map(word('weekday', 0)),
  ...'sunday monday tuesday wednesday thursday friday saturday'.split(' ').map(word('weekday', 0)),
  ['tues', { kind: 'weekday', value: 2 }],
  ['weds', { kind: 'weekday', value: 3 }],
  ['thur', { kind: 'weekday', value: 4 }],
  ['thurs', { kind: 'weekday', value: 4 }],
  ['infinity', { kind: 'reserved', value: 'infinity' }],
  ['-infinity', { kind: 'reserved', value: '-infinity' }],
  ['epoch', { kind: 'reserved', value: 'epoch' }],
  ['now', { kind: 'reserved', value: 'now' }],
  ['today', { kind: 'reserved', value: 'today' }],
  ['tomorrow', { kind: 'reserved', value: 'tomorrow' }],
  ['yesterday', { kind: 'reserved', value: 'yesterday' }],
  ['allballs', { kind: 'reserved', value: 'zulu' }],
  ['y', { kind: 'unit', value: 'year' }],
  ['m', { kind: 'unit', value: 'month' }],
  ['d', { kind: 'unit', value: 'day' }],
  ['h', { kind: 'unit', value: 'hour' }],
  ['mm', { kind: 'unit', value: 'minute' }],
  ['s', { kind: 'unit', value: 'second' }],
  ['j', { kind: 'unit', value: 'julian' }],
  ['jd', { kind: 'unit', value: 'julian' }],
  ['julian', { kind: 'unit', value: 'julian' }],
  ['dow', { kind: 'unit', value: 'other' }],
  ['doy', { kind: 'unit', value: 'other' }],
  ['isodow', { kind: 'unit', value: 'other' }],
  ['isoyear', { kind: 'unit', value: 'other' }],
  ['ad', { kind: 'era', value: 'ad' }],
  ['bc', { kind: 'era', value: 'bc' }],
  ['am', { kind: 'halfDay', value: 'am' }],
  ['pm', { kind: 'halfDay', value: 'pm' }],
  ['at', { kind: 'ignored' }],
  ['on', { kind: 'ignored' }],
  ['t', { kind: 'isoTime' }],
  ['dst', { kind: 'summerTime' }],
])

function word(kind: 'month' | 'weekday', first: number): (name: string, index: number) => [string, DateWord] {
  return (name, index) => [name, { kind, value: index + first }]
}

export function dateWord(text: string): DateWord | undefined {
  return dateWords.get(text)
}

function isDateWord(text: string): boolean {
  return dateWords.has(text.toLowerCase())
}

/** A whole number at the start of a text: its value, and where the text goes on. Values beyond 32 bits overflow. */
export function leadingInteger(text: string, start = 0): { readonly value: number; readonly end: number } {
  let end = start
  let value = 0
  while (end < text.length && isDigit(text.charCodeAt(end))) value = value * 10 + (text.charCodeAt(end++) - 48)
  if (value > 2147483647) throw FIELD_OVERFLOW
  return { value, end }
}

/** `.123456` as microseconds, rounded half to even as C's rint does. */
export function fractionMicros(text: string): number {
  if (!/^\.\d*$/.test(text)) throw BAD_FORMAT
  if (text.length === 1) return 0
  const micros = Number(text) * 1000000
  const floor = Math.floor(micros)
  const rest = micros - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

/** Seconds east of UTC of a numeric zone: `+05:30`, `-0800`, `+1`. */
export function numericZone(text: string): number {
  const match = /^([+-])(\d+)(?::(\d*))?(?::(\d*))?$/.exec(text)
  if (!match) {
    if (/^[+-]-\d/.test(text)) throw ZONE_OVERFLOW
    if (!/^[+-]\d/.test(text)) throw BAD_FORMAT
    const prefix = /^([+-])(\d+)(?::(\d*))?(?::(\d*))?/.exec(text)!
    zoneSeconds(prefix)
    throw BAD_FORMAT
  }
  const seconds = zoneSeconds(match)
  return match[1] === '-' ? -seconds : seconds
}

function zoneSeconds(match: RegExpExecArray): number {
  let hours = Number(match[2])
  let minutes = Number(match[3] ?? 0)
  const seconds = Number(match[4] ?? 0)
  if (match[3] === undefined && match[2].length > 2) {
    minutes = hours % 100
    hours = Math.floor(hours / 100)
  }
  if (hours > 15 || minutes >= 60 || seconds >= 60) throw ZONE_OVERFLOW
  return (hours * 60 + minutes) * 60 + seconds
}
