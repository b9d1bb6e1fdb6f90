/**
 * What ranges and multiranges are to each other. A range takes part as the multirange of itself, the empty range as the
 * empty multirange, so each relation is written once, over lists of ranges that are in order and do not touch.
 */
import { SqlError } from '../error.ts'
import {
  compareLower,
  compareUpper,
  EMPTY_RANGE,
  makeMultirange,
  makeRange,
  type RangeElement,
  type SqlMultirange,
  type SqlRange,
} from './range.ts'
import type { Value } from './value.ts'

/** The ranges that a range consists of: itself, or none when it is empty. */
export function parts(range: SqlRange): SqlMultirange {
  return range.empty ? [] : [range]
}

/** Whether every value of the first comes before every value of the second. */
function endsBefore(a: SqlRange, b: SqlRange, element: RangeElement): boolean {
  if (a.upper === null || b.lower === null) return false
  const order = element.compare(a.upper, b.lower)
  return order < 0 || (order === 0 && !(a.upperInclusive && b.lowerInclusive))
}

/** Whether no value lies between the end of the first and the start of the second, and none is in both. */
function meets(a: SqlRange, b: SqlRange, element: RangeElement): boolean {
  if (a.upper === null || b.lower === null) return false
  return element.compare(a.upper, b.lower) === 0 && a.upperInclusive !== b.lowerInclusive
}

function overlap(a: SqlRange, b: SqlRange, element: RangeElement): boolean {
  return !endsBefore(a, b, element) && !endsBefore(b, a, element)
}

export function containsValue(ranges: SqlMultirange, value: Value, element: RangeElement): boolean {
  return ranges.some(({ lower, upper, lowerInclusive, upperInclusive }) => {
    if (lower !== null) {
      const order = element.compare(lower, value)
      if (order > 0 || (order === 0 && !lowerInclusive)) return false
    }
    if (upper === null) return true
    const order = element.compare(value, upper)
    return order < 0 || (order === 0 && upperInclusive)
  })
}

/** Whether the first has every value of the second. */
export function contains(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  return b.every((inner) =>
    a.some((outer) => compareLower(outer, inner, element) <= 0 && compareUpper(outer, inner, element) >= 0),
  )
}

export function overlaps(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  return a.some((left) => b.some((right) => overlap(left, right, element)))
}

export function isBefore(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  return a.length > 0 && b.length > 0 && endsBefore(a[a.length - 1], b[0], element)
}

/** Whether the first does not extend to the right of the second. */
export function isOverLeft(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  return a.length > 0 && b.length > 0 && compareUpper(a[a.length - 1], b[b.length - 1], element) <= 0
}

/** Whether the first does not extend to the left of the second. */
export function isOverRight(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  return a.length > 0 && b.length > 0 && compareLower(a[0], b[0], element) >= 0
}

export function isAdjacent(a: SqlMultirange, b: SqlMultirange, element: RangeElement): boolean {
  if (a.length === 0 || b.length === 0) return false
  return meets(a[a.length - 1], b[0], element) || meets(b[b.length - 1], a[0], element)
}

/** The values that are in both. */
export function intersect(a: SqlMultirange, b: SqlMultirange, element: RangeElement): SqlMultirange {
  return a.flatMap((left) =>
    b.flatMap((right) => {
      if (!overlap(left, right, element)) return []
      const start = compareLower(left, right, element) >= 0 ? left : right
      const end = compareUpper(left, right, element) <= 0 ? left : right
      return parts(makeRange(start.lower, end.upper, start.lowerInclusive, end.upperInclusive, element))
    }),
  )
}

/** The values of the first that are not in the second. */
export function subtract(a: SqlMultirange, b: SqlMultirange, element: RangeElement): SqlMultirange {
  return b.reduce((rest, taken) => rest.flatMap((range) => without(range, taken, element)), a)
}

function without(range: SqlRange, taken: SqlRange, element: RangeElement): SqlMultirange {
  if (!overlap(range, taken, element)) return [range]
  const rest: SqlRange[] = []
  if (compareLower(range, taken, element) < 0) {
    rest.push(makeRange(range.lower, taken.lower, range.lowerInclusive, !taken.lowerInclusive, element))
  }
  if (compareUpper(range, taken, element) > 0) {
    rest.push(makeRange(taken.upper, range.upper, !taken.upperInclusive, range.upperInclusive, element))
  }
  return rest.filter((part) => !part.empty)
}

/** What a list of ranges is as one range; 22000 when there are gaps. */
export function asRange(ranges: SqlMultirange, operation: string): SqlRange {
  if (ranges.length <= 1) return ranges[0] ?? EMPTY_RANGE
  throw new SqlError('data_exception', `result of range ${operation} would not be contiguous`)
}

export function union(a: SqlMultirange, b: SqlMultirange, element: RangeElement): SqlMultirange {
  return makeMultirange([...a, ...b], element)
}

/** The smallest range that has all values of a list of ranges. */
export function hull(ranges: SqlMultirange, element: RangeElement): SqlRange {
  if (ranges.length === 0) return EMPTY_RANGE
  const start = ranges.reduce((least, range) => (compareLower(range, least, element) <= 0 ? range : least))
  const end = ranges.reduce((most, range) => (compareUpper(range, most, element) >= 0 ? range : most))
  return makeRange(start.lower, end.upper, start.lowerInclusive, end.upperInclusive, element)
}
