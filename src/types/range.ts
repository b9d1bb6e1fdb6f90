/**
 * Ranges: a lower and an upper bound, each included or not, or absent for unbounded. Ranges over integers and days are
 * kept in the form [lower, upper), so that equal sets of values are equal ranges. A multirange is an array of ranges
 * that are in order and do not touch.
 */
import { SqlError } from '../error.ts'
import { DATE_INFINITY, DATE_NEGATIVE_INFINITY } from './calendar.ts'
import type { DataType } from './data-type.ts'
import type { Value } from './value.ts'

export interface SqlRange {
  readonly empty: boolean
  /** null: unbounded */
  readonly lower: Value
  readonly upper: Value
  readonly lowerInclusive: boolean
  readonly upperInclusive: boolean
}

export type SqlMultirange = readonly SqlRange[]

export const EMPTY_RANGE: SqlRange = {
  empty: true,
  lower: null,
  upper: null,
  lowerInclusive: false,
  upperInclusive: false,
}

/** What ranges need to know of their elements. */
export interface RangeElement {
  readonly type: DataType
  compare(left: Value, right: Value): number
}

/** A range in its canonical form; 22000 when the bounds are out of order. */
export function makeRange(
  lower: Value,
  upper: Value,
  lowerInclusive: boolean,
  upperInclusive: boolean,
  element: RangeElement,
): SqlRange {
  let fromIncluded = lowerInclusive && lower !== null
  let toIncluded = upperInclusive && upper !== null
  if (lower !== null && upper !== null) {
    const order = element.compare(lower, upper)
    if (order > 0) {
      throw new SqlError('data_exception', 'range lower bound must be less than or equal to range upper bound')
    }
    if (order === 0 && !(fromIncluded && toIncluded)) return EMPTY_RANGE
  }
  const { kind } = element.type
  let from = lower
  let to = upper
  if (kind === 'integer' || kind === 'bigint' || kind === 'date') {
    if (from !== null && !fromIncluded && isStep(from, kind)) {
      from = next(from, kind)
      fromIncluded = true
    }
    if (to !== null && toIncluded && isStep(to, kind)) {
      to = next(to, kind)
      toIncluded = false
    }
    if (from !== null && to !== null && element.compare(from, to) >= 0 && !toIncluded) return EMPTY_RANGE
  }
  return { empty: false, lower: from, upper: to, lowerInclusive: fromIncluded, upperInclusive: toIncluded }
}

function isStep(value: Value, kind: string): boolean {
  return kind !== 'date' || (value !== DATE_INFINITY && value !== DATE_NEGATIVE_INFINITY)
}

function next(value: Value, kind: 'integer' | 'bigint' | 'date'): Value {
  if (kind === 'bigint') {
    if (value === 9223372036854775807n) throw new SqlError('numeric_value_out_of_range', 'bigint out of range')
    return value + 1n
  }
  if (kind === 'integer' && value === 2147483647) {
    throw new SqlError('numeric_value_out_of_range', 'integer out of range')
  }
  return value + 1
}

function malformed(text: string, detail: string): SqlError {
  return new SqlError('invalid_text_representation', `malformed range literal: "${text}"`, { detail })
}

/** Reads `[1,5)`, `(,2020-01-01]`, `empty`. */
export function parseRange(text: string, element: RangeElement, parseBound: (text: string) => Value): SqlRange {
  const { range, end } = readRange(text, 0, element, parseBound)
  if (/\S/.test(text.slice(end))) {
    throw malformed(text, range.empty ? 'Junk after "empty" key word.' : 'Junk after right parenthesis or bracket.')
  }
  return range
}

function readRange(
  text: string,
  start: number,
  element: RangeElement,
  parseBound: (text: string) => Value,
): { readonly range: SqlRange; readonly end: number } {
  let at = start
  while (at < text.length && /\s/.test(text[at])) at++
  if (text.slice(at, at + 5).toLowerCase() === 'empty') return { range: EMPTY_RANGE, end: at + 5 }
  const open = text[at]
  if (open !== '[' && open !== '(') throw malformed(text, 'Missing left parenthesis or bracket.')
  const bound = (): string | null => {
    at++
    let value = ''
    let quoted = false
    const first = at
    for (; quoted || !(text[at] === ',' || text[at] === ']' || text[at] === ')'); at++) {
      if (at >= text.length) throw malformed(text, 'Unexpected end of input.')
      const character = text[at]
      if (character === '\\') {
        if (++at >= text.length) throw malformed(text, 'Unexpected end of input.')
        value += text[at]
      } else if (character !== '"') value += character
      else if (!quoted) quoted = true
      else if (text[at + 1] === '"') value += text[++at]
      else quoted = false
    }
    return at === first ? null : value
  }
  const lower = bound()
  if (text[at] !== ',') throw malformed(text, 'Missing comma after lower bound.')
  const upper = bound()
  if (text[at] === ',') throw malformed(text, 'Too many commas.')
  const close = text[at]
  const value = (part: string | null): Value => (part === null ? null : parseBound(part))
  return { range: makeRange(value(lower), value(upper), open === '[', close === ']', element), end: at + 1 }
}

const needsQuotes = /^$|["\\()[\],\s]/

export function formatRange(range: SqlRange, formatBound: (value: Value) => string): string {
  if (range.empty) return 'empty'
  const bound = (value: Value): string => {
    if (value === null) return ''
    const text = formatBound(value)
    return needsQuotes.test(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text
  }
  return `${range.lowerInclusive ? '[' : '('}${bound(range.lower)},${bound(range.upper)}${range.upperInclusive ? ']' : ')'}`
}

/** The order of two lower bounds. */
export function compareLower(a: SqlRange, b: SqlRange, element: RangeElement): number {
  if (a.lower === null) return b.lower === null ? 0 : -1
  if (b.lower === null) return 1
  return element.compare(a.lower, b.lower) || (a.lowerInclusive === b.lowerInclusive ? 0 : a.lowerInclusive ? -1 : 1)
}

/** The order of two upper bounds. */
export function compareUpper(a: SqlRange, b: SqlRange, element: RangeElement): number {
  if (a.upper === null) return b.upper === null ? 0 : 1
  if (b.upper === null) return -1
  return element.compare(a.upper, b.upper) || (a.upperInclusive === b.upperInclusive ? 0 : a.upperInclusive ? 1 : -1)
}

/** The empty range first, then by lower and by upper bound. */
export function compareRanges(a: SqlRange, b: SqlRange, element: RangeElement): number {
  if (a.empty || b.empty) return Number(b.empty) - Number(a.empty)
  return compareLower(a, b, element) || compareUpper(a, b, element)
}

/** Whether a value at or past the upper bound of `a` can be missing before the lower bound of `b`. */
function apart(a: SqlRange, b: SqlRange, element: RangeElement): boolean {
  if (a.upper === null || b.lower === null) return false
  const order = element.compare(a.upper, b.lower)
  return order < 0 || (order === 0 && !a.upperInclusive && !b.lowerInclusive)
}

/** The multirange of any ranges: empty ones dropped, the rest in order and joined where they meet. */
export function makeMultirange(ranges: readonly SqlRange[], element: RangeElement): SqlMultirange {
  const sorted = ranges.filter((range) => !range.empty).sort((a, b) => compareRanges(a, b, element))
  const joined: SqlRange[] = []
  for (const range of sorted) {
    const last = joined[joined.length - 1]
    if (!last || apart(last, range, element)) {
      joined.push(range)
      continue
    }
    // Of bounds that are equal but print differently, the second stays.
    const { lower, lowerInclusive } = compareLower(last, range, element) < 0 ? last : range
    const { upper, upperInclusive } = compareUpper(last, range, element) > 0 ? last : range
    joined[joined.length - 1] = { ...last, lower, lowerInclusive, upper, upperInclusive }
  }
  return joined
}

/** Reads `{[1,3),[5,9)}`. */
export function parseMultirange(
  text: string,
  element: RangeElement,
  parseBound: (text: string) => Value,
): SqlMultirange {
  const wrong = (detail: string): SqlError =>
    new SqlError('invalid_text_representation', `malformed multirange literal: "${text}"`, { detail })
  const body = text.trim()
  if (!body.startsWith('{')) throw wrong('Missing left brace.')
  const ranges: SqlRange[] = []
  let at = 1
  const skipBlanks = (): void => {
    while (at < body.length && /\s/.test(body[at])) at++
  }
  skipBlanks()
  while (body[at] !== '}') {
    if (ranges.length > 0) {
      if (body[at] !== ',')
        throw wrong(at >= body.length ? 'Unexpected end of input.' : 'Expected comma or end of multirange.')
      at++
      skipBlanks()
    }
    if (at >= body.length) throw wrong('Unexpected end of input.')
    if (body[at] !== '[' && body[at] !== '(' && !/^empty/i.test(body.slice(at))) throw wrong('Expected range start.')
    const { range, end } = readRange(body, at, element, parseBound)
    ranges.push(range)
    at = end
    skipBlanks()
  }
  if (at + 1 < body.length) throw wrong('Junk after closing right brace.')
  return makeMultirange(ranges, element)
}

export function formatMultirange(ranges: SqlMultirange, formatBound: (value: Value) => string): string {
  return `{${ranges.map((range) => formatRange(range, formatBound)).join(',')}}`
}

export function compareMultiranges(a: SqlMultirange, b: SqlMultirange, element: RangeElement): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareRanges(a[i], b[i], element)
    if (order !== 0) return order
  }
  return a.length - b.length
}
