/**
 * Time zones: the offset from UTC at an instant and the offset that a local time means. Named zones come from Intl;
 * what it says is kept as lists of transitions, so that millions of timestamps cost a look-up each.
 */
import { zoneAbbreviation } from './time-zone-abbreviations.ts'

export interface TimeZone {
  readonly name: string
  /** Seconds east of UTC at a UTC instant, in seconds since 1970. */
  offsetAt(seconds: number): number
  /** The offset when it never changes. */
  readonly fixed?: number
  /** `PST`, `CEST` or `+03`: how the zone calls itself at an instant. */
  abbreviation(seconds: number): string
}

export const UTC: TimeZone = fixedZone('UTC', 0, 'UTC')

const DAY = 86400

/**
 * The offset that a local time has. When clocks jump over it, the offset before the jump; when it happens twice, the
 * later one: standard time in both cases, as PostgreSQL decides.
 */
export function offsetOfLocal(zone: TimeZone, localSeconds: number): number {
  if (zone.fixed !== undefined) return zone.fixed
  const before = zone.offsetAt(localSeconds - DAY)
  const after = zone.offsetAt(localSeconds + DAY)
  if (before === after) return before
  let low = localSeconds - DAY
  let high = localSeconds + DAY
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zone.offsetAt(middle) === before) low = middle
    else high = middle
  }
  const boundary = high
  const beforeInstant = localSeconds - before
  const afterInstant = localSeconds - after
  if (beforeInstant < boundary && afterInstant < boundary) return before
  if (beforeInstant > boundary && afterInstant >= boundary) return after
  return beforeInstant > afterInstant ? before : after
}

const zones = new Map<string, TimeZone | undefined>()
const namedZones = new Map<string, TimeZone | undefined>()

/**
 * A zone as AT TIME ZONE takes it: an abbreviation (`EST`), a full name (`Europe/Oslo`), an offset in hours east (`-5`,
 * `5.5`) or a POSIX text (`UTC+3`, hours west); undefined when there is none.
 */
export function findTimeZone(name: string): TimeZone | undefined {
  return cached(zones, name, () => {
    const abbreviation = zoneAbbreviation(name)
    return abbreviation ? fixedZone(name.toUpperCase(), abbreviation.offset, name.toUpperCase()) : findNamedZone(name)
  })
}

/** A zone as SET TIME ZONE takes it: all of the above but the abbreviations that are no zone's name. */
export function findNamedZone(name: string): TimeZone | undefined {
  return cached(namedZones, name, () => namedZone(name))
}

/** A zone as a setting has it: clock times are POSIX's, to the west, and numbers hours to the east. */
export function findSettingZone(name: string): TimeZone | undefined {
  return findNamedZone(/^[+-]?\d+:/.test(name) ? turnedZone(name) : name)
}

/** `-5` for `5`: the other side of Greenwich. */
export function turnedZone(offset: string): string {
  return offset[0] === '-' ? `+${offset.slice(1)}` : `-${offset.replace('+', '')}`
}

function cached(
  map: Map<string, TimeZone | undefined>,
  name: string,
  find: () => TimeZone | undefined,
): TimeZone | undefined {
  if (map.has(name)) return map.get(name)
  if (map.size > 1000) map.clear()
  const zone = find()
  map.set(name, zone)
  return zone
}

function namedZone(name: string): TimeZone | undefined {
  if (/^(utc|gmt|uct|z|zulu)$/i.test(name)) return fixedZone(name.toUpperCase(), 0, /^gmt$/i.test(name) ? 'GMT' : 'UTC')
  if (/^[+-]?\d+(\.\d+)?$/.test(name)) {
    const offset = Math.round(Number(name) * 3600)
    return Math.abs(offset) <= 168 * 3600 ? fixedZone(name, offset) : undefined
  }
  const clock = /^([+-])(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(name)
  if (clock) {
    const size = Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0)
    return fixedZone(name, clock[1] === '-' ? -size : size, '')
  }
  return intlZone(name) ?? posixZone(name)
}

/** `ABC5`, `<+03>-3`, `UTC+3:30`: an abbreviation and the hours west of UTC. */
function posixZone(name: string): TimeZone | undefined {
  const match = /^(?:([A-Za-z]{3,})|<([^>]*)>)([+-]?)(\d{1,3})(?::(\d\d))?$/.exec(name)
  if (!match) return undefined
  const size = Number(match[4]) * 3600 + Number(match[5] ?? 0) * 60
  if (size > 168 * 3600) return undefined
  return fixedZone(name, match[3] === '-' ? size : -size, match[1] ?? match[2])
}

function fixedZone(name: string, fixed: number, abbreviation: string = offsetText(fixed)): TimeZone {
  return { name, fixed, offsetAt: () => fixed, abbreviation: () => abbreviation }
}

/** `+05`, `-03:30`, `+00:19:32` */
export function offsetText(offset: number): string {
  const size = Math.abs(offset)
  const hours = Math.floor(size / 3600)
  const minutes = Math.floor(size / 60) % 60
  const seconds = size % 60
  let text = `${offset < 0 ? '-' : '+'}${hours < 10 ? '0' : ''}${hours}`
  if (minutes !== 0 || seconds !== 0) text += `:${minutes < 10 ? '0' : ''}${minutes}`
  if (seconds !== 0) text += `:${seconds < 10 ? '0' : ''}${seconds}`
  return text
}

/** Spans of 2^25 seconds, somewhat more than a year, whose transitions are found once. */
const SPAN = 33554432
const STEPS = 32
/** Beyond these, rules repeat every 400 years; before, local mean time holds. */
const LAST_INSTANT = 16725225600
const FIRST_INSTANT = -5364662400
const CYCLE = 12622780800

/** An instant with the same offset for which Intl has an answer. */
function equivalentInstant(seconds: number): number {
  if (seconds >= LAST_INSTANT) return seconds - Math.ceil((seconds - LAST_INSTANT + 1) / CYCLE) * CYCLE
  return Math.max(seconds, FIRST_INSTANT)
}

interface Span {
  readonly starts: readonly number[]
  readonly offsets: readonly number[]
}

function intlZone(name: string): TimeZone | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return undefined
  let formatter: Intl.DateTimeFormat
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const spans = new Map<number, Span>()
  const offsetAt = (seconds: number): number => {
    seconds = equivalentInstant(seconds)
    const index = Math.floor(seconds / SPAN)
    let span = spans.get(index)
    if (!span) spans.set(index, (span = findTransitions(formatter, index * SPAN)))
    let at = span.starts.length - 1
    while (seconds < span.starts[at]) at--
    return span.offsets[at]
  }
  return { name, offsetAt, abbreviation: (seconds) => intlAbbreviation(name, seconds, offsetAt(seconds)) }
}

function findTransitions(formatter: Intl.DateTimeFormat, start: number): Span {
  const starts = [start]
  const offsets = [intlOffset(formatter, start)]
  let before = offsets[0]
  for (let step = 1; step <= STEPS; step++) {
    const end = start + (SPAN / STEPS) * step
    const after = intlOffset(formatter, end)
    if (after === before) continue
    let low = end - SPAN / STEPS
    let high = end
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (intlOffset(formatter, middle) === before) low = middle
      else high = middle
    }
    starts.push(high)
    offsets.push(after)
    before = after
  }
  return { starts, offsets }
}

function intlOffset(formatter: Intl.DateTimeFormat, seconds: number): number {
  const part: Record<string, string> = {}
  for (const { type, value } of formatter.formatToParts(seconds * 1000)) part[type] = value
  const year = part.era.startsWith('B') ? 1 - Number(part.year) : Number(part.year)
  const date = Date.UTC(
    2000,
    Number(part.month) - 1,
    Number(part.day),
    Number(part.hour),
    Number(part.minute),
    Number(part.second),
  )
  const local = new Date(date)
  local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day))
  return Math.round(local.getTime() / 1000) - seconds
}

function intlAbbreviation(zone: string, seconds: number, offset: number): string {
  if (offset % 60 !== 0) return 'LMT'
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' })
  const text =
    formatter.formatToParts(equivalentInstant(seconds) * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  if (/^[A-Z]+$/.test(text)) return text
  const region = regionalAbbreviations.find(([pattern]) => pattern.test(zone))
  const found = region?.[1].find((name) => zoneAbbreviation(name)?.offset === offset)
  return found ?? offsetText(offset).replaceAll(':', '')
}

const regionalAbbreviations: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man)$|^GB/, ['GMT', 'BST']],
  [/^Europe\/(Athens|Helsinki|Kiev|Kyiv|Bucharest|Sofia|Riga|Tallinn|Vilnius|Chisinau)$/, ['EET', 'EEST']],
  [/^Europe\/(Lisbon)$|^Atlantic\/(Canary|Madeira|Faroe)$/, ['WET', 'WEST']],
  [/^Europe\/(Moscow|Simferopol)$/, ['MSK', 'MSD']],
  [/^Europe\/(Istanbul|Samara|Volgograd|Minsk|Saratov|Astrakhan|Ulyanovsk)$/, []],
  [/^(Europe|Arctic)\//, ['CET', 'CEST']],
  [/^Asia\/Tokyo$|^Japan$/, ['JST']],
  [/^Asia\/Seoul$/, ['KST']],
  [/^Asia\/Hong_Kong$/, ['HKT']],
  [/^Asia\/Karachi$/, ['PKT']],
  [/^Australia\/(Sydney|Melbourne|Brisbane|Hobart)$/, ['AEST', 'AEDT']],
  [/^Australia\/(Adelaide|Darwin)$/, ['ACST', 'ACDT']],
  [/^Australia\/Perth$/, ['AWST']],
  [/^Pacific\/Auckland$/, ['NZST', 'NZDT']],
  [/^Africa\/Johannesburg$/, ['SAST']],
  [/^Africa\/Nairobi$/, ['EAT']],
]
