/**
 * Frames whose bounds are so many peer groups (GROUPS), or an order value moved by an offset (RANGE), away; and what EXCLUDE
 * leaves of frames. Order values become doubles that hold them exactly, ascending by place, and two places move along them.
 */
import { SqlError } from '../../error.ts'
import type { DataType } from '../../types/data-type.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'
import type { Value } from '../../types/value.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import type { StoredColumn } from './column-store.ts'
import { storedInteger } from './constant-code.ts'
import { GiveUp } from './key-columns.ts'
import { underlying, valueClass } from './shape.ts'

/** Addresses, per place (u32): where its partition and its peers begin and end, and the row that stands there, counted from 1. */
export interface PlaceLists {
  readonly rowCount: number
  readonly rows: number
  readonly starts: number
  readonly ends: number
  readonly peerStarts: number
  readonly peerEnds: number
}

/** Addresses, per place (u32): the first place of a frame, and the one after its last. */
export interface Frames {
  readonly starts: number
  readonly ends: number
}

function listAt(address: number, count: number, memory: LinearMemory): Uint32Array {
  return memory.u32.subarray(address >>> 2, (address >>> 2) + count)
}

/** Where the peer group at a distance begins, or ends. */
export function writeGroupBounds(
  places: PlaceLists,
  distance: number,
  isEnd: boolean,
  memory: LinearMemory,
  target: number,
): void {
  const { rowCount } = places
  const [starts, ends, peerStarts, bounds] = [places.starts, places.ends, places.peerStarts, target].map((address) =>
    listAt(address, rowCount, memory),
  )
  const groupOf = new Uint32Array(rowCount)
  const firsts = new Uint32Array(rowCount)
  let groups = 0
  for (let place = 0; place < rowCount; place++) {
    if (peerStarts[place] === place) firsts[groups++] = place
    groupOf[place] = groups - 1
  }
  for (let place = 0; place < rowCount; place++) {
    const group = groupOf[place] + distance + (isEnd ? 1 : 0)
    if (group <= groupOf[starts[place]]) bounds[place] = starts[place]
    else bounds[place] = group < groups ? Math.min(firsts[group], ends[place]) : ends[place]
  }
}

/** How a bound of RANGE is computed from an order value. */
export interface RangeShift {
  readonly precedes: boolean
  readonly offset: Value
  readonly evaluate: (value: never, offset: never) => unknown
}

/** Sums of two such integers are exact. */
const largestExact = 2 ** 52

/** Where the rows begin, or end, that lie within the offset of the row's order value. */
export function writeRangeBounds(
  places: PlaceLists,
  column: StoredColumn,
  descending: boolean,
  shift: RangeShift,
  isEnd: boolean,
  memory: LinearMemory,
  target: number,
): void {
  const { rowCount } = places
  const [starts, ends, bounds] = [places.starts, places.ends, target].map((list) => listAt(list, rowCount, memory))
  const ofPeers = listAt(isEnd ? places.peerEnds : places.peerStarts, rowCount, memory)
  const keys = orderNumbers(places, column, descending, memory)
  const limits = limitsOf(keys, places, column, descending, shift, memory)
  for (let start = 0; start < rowCount; start = ends[start]) {
    let low = starts[start]
    let high = ends[start]
    for (let place = low; place < ends[start]; place++) bounds[place] = ofPeers[place]
    while (low < high && Number.isNaN(keys[low])) low++
    while (low < high && Number.isNaN(keys[high - 1])) high--
    let at = low
    for (let place = low; place < high; place++) {
      const limit = limits[place]
      // As in PostgreSQL bounds do not go back, though a later row less a month may be an earlier time.
      if (isEnd) while (at < high && keys[at] <= limit) at++
      else while (at < high && keys[at] < limit) at++
      bounds[place] = at
    }
  }
}

/** The order values by place, negated where they descend; NaN for NULL. */
function orderNumbers(
  { rows, rowCount }: PlaceLists,
  column: StoredColumn,
  descending: boolean,
  memory: LinearMemory,
): Float64Array {
  const numbers = numbersOf(column, rowCount, memory)
  const keys = new Float64Array(rowCount)
  const rowOf = listAt(rows, rowCount, memory)
  const sign = descending ? -1 : 1
  for (let place = 0; place < rowCount; place++) keys[place] = sign * numbers[rowOf[place] - 1]
  return keys
}

function numbersOf(column: StoredColumn, rowCount: number, memory: LinearMemory): Float64Array {
  const numbers = new Float64Array(rowCount)
  if (column.kind === 'empty') return numbers.fill(Number.NaN)
  if (column.kind !== 'fixed') throw new GiveUp('order values in an unknown layout')
  const { layout, pointer, validity } = column
  if (layout === 'i64') {
    const { u32, i32 } = memory
    for (let row = 0, at = pointer >>> 2; row < rowCount; row++, at += 2) numbers[row] = i32[at + 1] * 2 ** 32 + u32[at]
  } else {
    const all = memory[layout]
    const first = pointer / all.BYTES_PER_ELEMENT
    numbers.set(all.subarray(first, first + rowCount))
  }
  const isFloat = layout === 'f32' || layout === 'f64'
  for (let row = 0; row < rowCount; row++) {
    if (validity !== 0 && memory.u8[validity + row] === 0) numbers[row] = Number.NaN
    else if (isFloat ? !Number.isFinite(numbers[row]) : Math.abs(numbers[row]) > largestExact) {
      throw new GiveUp('order values that are not exact')
    }
  }
  return numbers
}

/** Per place the number that bounds its frame; infinite where there is no such value. */
function limitsOf(
  keys: Float64Array,
  places: PlaceLists,
  column: StoredColumn,
  descending: boolean,
  shift: RangeShift,
  memory: LinearMemory,
): Float64Array {
  const distance = distanceOf(shift.offset, column)
  if (distance === undefined) return evaluatedLimits(keys, places, column, descending, shift, memory)
  return keys.map(shift.precedes ? (key) => key - distance : (key) => key + distance)
}

const microsPerDay = 86_400_000_000

/** An offset in the unit of the order values, where adding it is a sum of numbers. */
function distanceOf(offset: Value, { type, scale }: StoredColumn): number | undefined {
  switch (underlying(type).kind) {
    case 'double':
      return offset
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric': {
      const stored = storedInteger(offset)
      if (stored === undefined || stored.scale > scale) return undefined
      const distance = Number(stored.integer) * 10 ** (scale - stored.scale)
      return distance <= largestExact ? distance : undefined
    }
    case 'timestamp': {
      const { months, days, micros } = offset
      const distance = days * microsPerDay + Number(micros)
      return months === 0 && Math.abs(distance) <= largestExact ? distance : undefined
    }
    default:
      return undefined
  }
}

/** As `limitsOf`, by the operator itself, once for equal values that stand together. */
function evaluatedLimits(
  keys: Float64Array,
  { rows, rowCount }: PlaceLists,
  column: StoredColumn,
  descending: boolean,
  { precedes, offset, evaluate }: RangeShift,
  memory: LinearMemory,
): Float64Array {
  const limits = new Float64Array(rowCount)
  const rowOf = listAt(rows, rowCount, memory)
  const read = vectorReader(column.view(0, rowCount), memory)
  const sign = descending ? -1 : 1
  const limitOf = (place: number): number => {
    try {
      return sign * numberOf(evaluate(read(rowOf[place] - 1) as never, offset as never), column)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      if (error.code !== '22003') throw new GiveUp('a bound that is out of range')
      return precedes ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    }
  }
  for (let place = 0; place < rowCount; place++) {
    if (Number.isNaN(keys[place])) continue
    limits[place] = place > 0 && keys[place] === keys[place - 1] ? limits[place - 1] : limitOf(place)
  }
  return limits
}

function numberOf(value: Value, { type, scale }: StoredColumn): number {
  if (valueClass(type) === 'float' && !Number.isNaN(value)) return value
  const stored = storedInteger(value)
  if (stored === undefined || stored.scale > scale) throw new GiveUp('a bound between order values')
  return Number(stored.integer) * 10 ** (scale - stored.scale)
}

/** Whether bounds of RANGE may be computed from values of a type. */
export function isMeasured(type: DataType): boolean {
  return ['integer', 'float'].includes(valueClass(type) ?? '')
}

/** Ends of frames are not before their starts. */
export function raiseTo(least: number, bounds: number, count: number, memory: LinearMemory): void {
  const [leasts, raised] = [least, bounds].map((address) => listAt(address, count, memory))
  for (let place = 0; place < count; place++) if (raised[place] < leasts[place]) raised[place] = leasts[place]
}

/** Writes what is left of frames before and after places [outStarts, outEnds), and of each frame its own place. */
export function writeRemainders(
  frame: Frames,
  out: Frames,
  targets: { readonly before: Frames; readonly own: Frames; readonly after: Frames },
  count: number,
  memory: LinearMemory,
): void {
  const lists = ({ starts, ends }: Frames): Uint32Array[] => [
    listAt(starts, count, memory),
    listAt(ends, count, memory),
  ]
  const [starts, ends] = lists(frame)
  const [outStarts, outEnds] = lists(out)
  const [beforeStarts, beforeEnds] = lists(targets.before)
  const [ownStarts, ownEnds] = lists(targets.own)
  const [afterStarts, afterEnds] = lists(targets.after)
  for (let place = 0; place < count; place++) {
    const start = starts[place]
    const end = ends[place]
    beforeStarts[place] = start
    beforeEnds[place] = Math.min(Math.max(outStarts[place], start), end)
    ownStarts[place] = place
    ownEnds[place] = place >= start && place < end ? place + 1 : place
    afterStarts[place] = Math.min(Math.max(outEnds[place], start), end)
    afterEnds[place] = end
  }
}
