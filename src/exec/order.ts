/** Orders of values, and of rows that stand in arrays. */
import { heedInterrupt } from '../interrupt.ts'
import type { SortKey } from '../planner/expression.ts'
import type { DataType, TypeKind } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'

export type Comparison = (left: Value, right: Value) => number

/** Kinds that JavaScript's < orders as SQL does. */
const plainKinds: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** The order of a type's values, NULL apart. */
export function compareValues(type: DataType): Comparison {
  if (plainKinds.has(type.kind)) return (left, right) => (left < right ? -1 : left > right ? 1 : 0)
  const { compare } = traits(type)
  return (left, right) => compare(left, right, type)
}

/** The order that a sort key gives to its values, NULLs included. */
export function compareByKey(key: SortKey): Comparison {
  const compare = compareValues(key.expression.type)
  const { descending, nullsFirst } = key
  const nullOrder = nullsFirst ? -1 : 1
  return (left, right) => {
    if (left === null || right === null) return left === right ? 0 : left === null ? nullOrder : -nullOrder
    const order = compare(left, right)
    return descending ? -order : order
  }
}

/** Compares two rows by number; `columns` holds the values of each key. */
export function compareRows(
  keys: readonly SortKey[],
  columns: readonly (readonly Value[])[],
): (left: number, right: number) => number {
  const comparisons = keys.map(compareByKey)
  if (comparisons.length === 1) {
    const [compare] = comparisons
    const [values] = columns
    return (left, right) => compare(values[left], values[right])
  }
  return (left, right) => {
    for (let key = 0; key < comparisons.length; key++) {
      const order = comparisons[key](columns[key][left], columns[key][right])
      if (order !== 0) return order
    }
    return 0
  }
}

/**
 * Row numbers 0 … rowCount - 1 in order. The algorithm, a quicksort after Bentley and McIlroy, is the one that PostgreSQL
 * uses, so that rows with equal keys, whose order SQL leaves open, come out in the order in which its users know them.
 */
export function sortedOrder(rowCount: number, compare: (left: number, right: number) => number): Int32Array {
  const order = new Int32Array(rowCount)
  for (let row = 0; row < rowCount; row++) order[row] = row
  quicksort(order, 0, rowCount, compare)
  return order
}

/** Sorts `count` row numbers from `start` on. */
export function quicksort(
  rows: Int32Array,
  start: number,
  count: number,
  compare: (left: number, right: number) => number,
): void {
  for (;;) {
    heedInterrupt(4 * count)
    if (isSorted(rows, start, count, compare)) return
    if (count < 7) {
      insertionSort(rows, start, count, compare)
      return
    }
    swap(rows, start, pivotOf(rows, start, count, compare))
    const pivot = rows[start]
    // Equal to the pivot | less | unknown | greater | equal to the pivot
    let equalEnd = start + 1
    let low = equalEnd
    let high = start + count - 1
    let equalStart = high
    for (;;) {
      while (low <= high) {
        const order = compare(rows[low], pivot)
        if (order > 0) break
        if (order === 0) swap(rows, equalEnd++, low)
        low++
      }
      while (low <= high) {
        const order = compare(rows[high], pivot)
        if (order < 0) break
        if (order === 0) swap(rows, high, equalStart--)
        high--
      }
      if (low > high) break
      swap(rows, low++, high--)
    }
    const end = start + count
    const less = low - equalEnd
    const greater = equalStart - high
    swapRanges(rows, start, low, Math.min(equalEnd - start, less))
    swapRanges(rows, low, end, Math.min(greater, end - equalStart - 1))
    if (less <= greater) {
      if (less > 1) quicksort(rows, start, less, compare)
      if (greater <= 1) return
      start = end - greater
      count = greater
    } else {
      if (greater > 1) quicksort(rows, end - greater, greater, compare)
      if (less <= 1) return
      count = less
    }
  }
}

function isSorted(
  rows: Int32Array,
  start: number,
  count: number,
  compare: (left: number, right: number) => number,
): boolean {
  for (let at = start + 1; at < start + count; at++) if (compare(rows[at - 1], rows[at]) > 0) return false
  return true
}

function insertionSort(
  rows: Int32Array,
  start: number,
  count: number,
  compare: (left: number, right: number) => number,
): void {
  for (let at = start + 1; at < start + count; at++) {
    for (let place = at; place > start && compare(rows[place - 1], rows[place]) > 0; place--)
      swap(rows, place, place - 1)
  }
}

/** The place of the middle row of three, or of three middle rows of three. */
function pivotOf(
  rows: Int32Array,
  start: number,
  count: number,
  compare: (left: number, right: number) => number,
): number {
  const middle = start + Math.floor(count / 2)
  if (count === 7) return middle
  const last = start + count - 1
  if (count <= 40) return medianOf(rows, start, middle, last, compare)
  const distance = Math.floor(count / 8)
  return medianOf(
    rows,
    medianOf(rows, start, start + distance, start + 2 * distance, compare),
    medianOf(rows, middle - distance, middle, middle + distance, compare),
    medianOf(rows, last - 2 * distance, last - distance, last, compare),
    compare,
  )
}

function medianOf(
  rows: Int32Array,
  a: number,
  b: number,
  c: number,
  compare: (left: number, right: number) => number,
): number {
  if (compare(rows[a], rows[b]) < 0) {
    if (compare(rows[b], rows[c]) < 0) return b
    return compare(rows[a], rows[c]) < 0 ? c : a
  }
  if (compare(rows[b], rows[c]) > 0) return b
  return compare(rows[a], rows[c]) < 0 ? a : c
}

function swap(rows: Int32Array, left: number, right: number): void {
  const row = rows[left]
  rows[left] = rows[right]
  rows[right] = row
}

/** Exchanges the `count` rows from `left` on with those that end before `rightEnd`. */
function swapRanges(rows: Int32Array, left: number, rightEnd: number, count: number): void {
  for (let n = 0; n < count; n++) swap(rows, left + n, rightEnd - count + n)
}
