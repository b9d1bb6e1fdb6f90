/**
 * An ordered index: the table's row versions sorted by key. New rows wait unsorted; the first reader sorts them into a
 * run, and runs of similar length are merged, so that each row is moved a logarithmic number of times however rows
 * arrive. In a run every row has a double beside it that orders as its first column does, up to ties:
 *
 *   run   keys f64[n]   the number itself, or the first six bytes of a text as a number
 *         rows u32[n]   row ids; ties ordered by the whole key, then by id
 *
 * Row versions with a NULL in the first column come last, as NULLs sort.
 */

import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Owner, Pool } from './allocator.ts'
import type { Column } from './column.ts'
import type { IndexDefinition, RowId } from './interface.ts'
import { highAt, lowAt } from './key-part.ts'
import type { Reclaimer } from './reclaimer.ts'
import type { RowGroup } from './row-group.ts'
import { addressAt, baseType, byteLengthAt, isNullAt, numberAt, type Segment } from './segment.ts'
import { readSegmentValue } from './segment-value.ts'

interface Run {
  readonly keys: number
  readonly rows: number
  readonly length: number
}

export interface RangeBound {
  readonly value: Value
  readonly inclusive: boolean
}

/** What a NULL's sort key is: beyond every number. Infinite values tie with it and are told apart by comparing. */
const nullKey = Infinity
const prefixBytes = 6

export class BtreeIndex {
  readonly definition: IndexDefinition
  private readonly pool: Pool
  private readonly memory: LinearMemory
  private readonly owner: Owner
  private readonly reclaimer: Reclaimer
  private readonly groups: readonly (RowGroup | undefined)[]
  private readonly columns: readonly number[]
  private readonly types: readonly DataType[]
  private readonly keyKind: 'number' | 'text' | 'decimal' | 'none'
  private runs: Run[] = []
  private readonly pendingRanges: { group: RowGroup; from: number; count: number }[] = []
  private pendingCount = 0

  /** @param groups the table's row groups by number */
  constructor(
    pool: Pool,
    owner: Owner,
    reclaimer: Reclaimer,
    definition: IndexDefinition,
    columns: readonly Column[],
    groups: readonly (RowGroup | undefined)[],
  ) {
    this.pool = pool
    this.memory = pool.memory
    this.owner = owner
    this.reclaimer = reclaimer
    this.definition = definition
    this.groups = groups
    this.columns = definition.columns
    this.types = definition.columns.map((column) => columns[column].type)
    this.keyKind = keyKindOf(this.types[0])
  }

  /** Row versions held. */
  get size(): number {
    return this.runs.reduce((sum, run) => sum + run.length, 0) + this.pendingCount
  }

  insertRows(group: RowGroup, from: number, count: number): void {
    const last = this.pendingRanges[this.pendingRanges.length - 1]
    if (last !== undefined && last.group === group && last.from + last.count === from) last.count += count
    else this.pendingRanges.push({ group, from, count })
    this.pendingCount += count
  }

  /** Takes out the rows of a group that goes, or of one that is rolled back. */
  forgetGroup(number: number): void {
    this.settlePending(number)
    this.runs = this.runs.map((run) => this.without(run, number)).filter((run) => run.length > 0)
  }

  /** Row versions in key order whose first column lies between the bounds; with no bound at all NULLs too. */
  *range(low: RangeBound | undefined, high: RangeBound | undefined, descending: boolean): Generator<RowId> {
    this.settle()
    const hasBound = low !== undefined || high !== undefined
    const parts = this.runs.map((run) => ({
      run,
      from: low === undefined ? 0 : this.search(run, low.value, !low.inclusive),
      to:
        high !== undefined
          ? this.search(run, high.value, high.inclusive)
          : hasBound
            ? this.search(run, null, false)
            : run.length,
    }))
    this.reclaimer.pin()
    try {
      if (parts.length === 1) yield* this.walk(parts[0].run, parts[0].from, parts[0].to, descending)
      else yield* this.mergeParts(parts, descending)
    } finally {
      this.reclaimer.unpin()
    }
  }

  /** Row versions whose columns equal a key without NULLs. */
  lookup(key: readonly Value[]): RowId[] {
    this.settle()
    const found: RowId[] = []
    for (const run of this.runs) {
      const to = this.search(run, key[0], true)
      for (let at = this.search(run, key[0], false); at < to; at++) {
        const row = this.rowAt(run, at)
        if (this.equalsFrom(1, row, key)) found.push(row)
      }
    }
    return found
  }

  release(): void {
    for (const run of this.runs) this.releaseRun(run)
    this.runs = []
    this.pendingRanges.length = 0
    this.pendingCount = 0
  }

  private *walk(run: Run, from: number, to: number, descending: boolean): Generator<RowId> {
    if (descending) for (let at = to - 1; at >= from; at--) yield this.rowAt(run, at)
    else for (let at = from; at < to; at++) yield this.rowAt(run, at)
  }

  private *mergeParts(parts: readonly { run: Run; from: number; to: number }[], descending: boolean): Generator<RowId> {
    const entries: RowId[] = []
    for (const { run, from, to } of parts) for (let at = from; at < to; at++) entries.push(this.rowAt(run, at))
    const keys = new Map(entries.map((row) => [row, this.keyOf(row)]))
    entries.sort((left, right) => keys.get(left)! - keys.get(right)! || this.compareRows(left, right) || left - right)
    if (descending) entries.reverse()
    yield* entries
  }

  private rowAt(run: Run, at: number): RowId {
    return this.memory.u32[(run.rows >>> 2) + at]
  }

  /** Sorts what is new, and merges runs until each is less than half as long as the one before. */
  private settle(): void {
    if (this.pendingCount > 0) this.settlePending(-1)
    const { runs } = this
    while (runs.length > 1 && runs[runs.length - 1].length * 2 >= runs[runs.length - 2].length) {
      const right = runs.pop()!
      const left = runs.pop()!
      runs.push(this.merge(left, right))
      this.releaseRun(left)
      this.releaseRun(right)
    }
  }

  /** Makes a run of the rows that wait, without those of one group. */
  private settlePending(except: number): void {
    const ranges = this.pendingRanges.filter((range) => range.group.number !== except && !range.group.isDropped)
    const count = ranges.reduce((sum, range) => sum + range.count, 0)
    const keys = new Float64Array(count)
    const rows = new Uint32Array(count)
    let at = 0
    for (const { group, from, count: length } of ranges) {
      for (let row = from; row < from + length; row++) {
        keys[at] = this.keyAt(group, row)
        rows[at++] = group.firstRow + row
      }
    }
    this.pendingRanges.length = 0
    this.pendingCount = 0
    if (count === 0) return
    sortByKey(keys, rows)
    this.sortTies(keys, rows)
    this.runs.push(this.store(keys, rows, count))
  }

  private store(keys: Float64Array, rows: Uint32Array, length: number): Run {
    const run = {
      keys: this.pool.allocate(length * 8, this.owner),
      rows: this.pool.allocate(length * 4, this.owner),
      length,
    }
    this.memory.f64.set(keys.subarray(0, length), run.keys >>> 3)
    this.memory.u32.set(rows.subarray(0, length), run.rows >>> 2)
    return run
  }

  private releaseRun(run: Run): void {
    this.reclaimer.retire(run.keys)
    this.reclaimer.retire(run.rows)
  }

  private sortTies(keys: Float64Array, rows: Uint32Array): void {
    if (this.keyKind === 'number' && this.columns.length === 1 && !this.hasLargeKeys(keys)) return
    for (let from = 0; from < keys.length; ) {
      let to = from + 1
      while (to < keys.length && keys[to] === keys[from]) to++
      if (to - from > 1) rows.subarray(from, to).sort((left, right) => this.compareRows(left, right) || left - right)
      from = to
    }
  }

  /** Keys that doubles tell apart less well than the values: beyond 2^53, infinite. */
  private hasLargeKeys(keys: Float64Array): boolean {
    const { length } = keys
    return length > 0 && (keys[0] < -9007199254740992 || keys[length - 1] > 9007199254740992)
  }

  private merge(left: Run, right: Run): Run {
    const length = left.length + right.length
    const run = {
      keys: this.pool.allocate(length * 8, this.owner),
      rows: this.pool.allocate(length * 4, this.owner),
      length,
    }
    const { f64, u32 } = this.memory
    const leftKeys = left.keys >>> 3
    const rightKeys = right.keys >>> 3
    let i = 0
    let j = 0
    for (let at = 0; at < length; at++) {
      let takeLeft = j === right.length
      if (!takeLeft && i < left.length) {
        const difference = f64[leftKeys + i] - f64[rightKeys + j]
        if (difference < 0) takeLeft = true
        else if (!(difference > 0)) {
          const leftRow = this.rowAt(left, i)
          const rightRow = this.rowAt(right, j)
          takeLeft = (this.compareRows(leftRow, rightRow) || leftRow - rightRow) < 0
        }
      }
      f64[(run.keys >>> 3) + at] = takeLeft ? f64[leftKeys + i] : f64[rightKeys + j]
      u32[(run.rows >>> 2) + at] = takeLeft ? this.rowAt(left, i++) : this.rowAt(right, j++)
    }
    return run
  }

  private without(run: Run, number: number): Run {
    const { f64, u32 } = this.memory
    let kept = 0
    for (let at = 0; at < run.length; at++) if (this.rowAt(run, at) >>> 16 !== number) kept++
    if (kept === run.length) return run
    const keys = new Float64Array(kept)
    const rows = new Uint32Array(kept)
    let to = 0
    for (let at = 0; at < run.length; at++) {
      const row = u32[(run.rows >>> 2) + at]
      if (row >>> 16 === number) continue
      keys[to] = f64[(run.keys >>> 3) + at]
      rows[to++] = row
    }
    this.releaseRun(run)
    return kept === 0 ? { keys: 0, rows: 0, length: 0 } : this.store(keys, rows, kept)
  }

  /** The first place whose first column is not less than a value; with `after`, greater than it. NULL is greater than all. */
  private search(run: Run, value: Value, after: boolean): number {
    const key = value === null ? nullKey : this.keyOfValue(value)
    const { f64 } = this.memory
    const base = run.keys >>> 3
    let low = 0
    let high = run.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const found = f64[base + middle]
      const order = found < key ? -1 : found > key ? 1 : this.compareFirst(this.rowAt(run, middle), value)
      if (order < 0 || (after && order === 0)) low = middle + 1
      else high = middle
    }
    return low
  }

  private compareFirst(row: RowId, value: Value): number {
    return this.compareWithValue(0, row, value)
  }

  private compareWithValue(part: number, row: RowId, value: Value): number {
    const segment = this.groups[row >>> 16]!.segments[this.columns[part]]
    const type = this.types[part]
    const own = readSegmentValue(segment, row & 65535, type, this.memory)
    if (own === null || value === null) return own === value ? 0 : own === null ? 1 : -1
    return traits(type).compare(own, value, type)
  }

  private equalsFrom(part: number, row: RowId, key: readonly Value[]): boolean {
    for (let i = part; i < key.length; i++) if (this.compareWithValue(i, row, key[i]) !== 0) return false
    return true
  }

  private compareRows(left: RowId, right: RowId): number {
    const leftGroup = this.groups[left >>> 16]!
    const rightGroup = this.groups[right >>> 16]!
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]
      const order = this.compareAt(
        this.types[i],
        leftGroup.segments[column],
        left & 65535,
        rightGroup.segments[column],
        right & 65535,
      )
      if (order !== 0) return order
    }
    return 0
  }

  private compareAt(type: DataType, left: Segment, leftRow: number, right: Segment, rightRow: number): number {
    const { memory } = this
    const leftNull = isNullAt(left, leftRow, memory)
    const rightNull = isNullAt(right, rightRow, memory)
    if (leftNull || rightNull) return leftNull === rightNull ? 0 : leftNull ? 1 : -1
    const { storage } = traits(type)
    if (storage === 'integer') {
      const order = highAt(left, leftRow, memory) - highAt(right, rightRow, memory)
      if (order !== 0) return order
      return (lowAt(left, leftRow, memory) >>> 0) - (lowAt(right, rightRow, memory) >>> 0)
    }
    if (storage === 'text' && baseType(type).kind !== 'char')
      return compareBytes(left, leftRow, right, rightRow, memory)
    const leftValue = readSegmentValue(left, leftRow, type, memory)
    return traits(type).compare(leftValue, readSegmentValue(right, rightRow, type, memory), type)
  }

  private keyOf(row: RowId): number {
    return this.keyAt(this.groups[row >>> 16]!, row & 65535)
  }

  private keyAt(group: RowGroup, row: number): number {
    const { memory } = this
    const segment = group.segments[this.columns[0]]
    if (isNullAt(segment, row, memory)) return nullKey
    switch (this.keyKind) {
      case 'number': {
        const value = numberAt(segment, row, memory)
        return Number.isNaN(value) ? nullKey : value === 0 ? 0 : value
      }
      case 'text': {
        const address = addressAt(segment, row, memory)
        return prefixOf(memory.u8, address, byteLengthAt(segment, row, memory))
      }
      case 'decimal': {
        const value = readSegmentValue(segment, row, this.types[0], memory).toNumber()
        return Number.isNaN(value) ? nullKey : value
      }
      case 'none':
        return 0
    }
  }

  private keyOfValue(value: Value): number {
    switch (this.keyKind) {
      case 'number': {
        const type = this.types[0]
        const number =
          traits(type).storage === 'integer' ? Number(traits(type).toInteger(value, type)) : (value as number)
        return Number.isNaN(number) ? nullKey : number
      }
      case 'text': {
        const bytes = new TextEncoder().encode(value)
        return prefixOf(bytes, 0, bytes.length)
      }
      case 'decimal': {
        const number = value.toNumber()
        return Number.isNaN(number) ? nullKey : number
      }
      case 'none':
        return 0
    }
  }
}

function keyKindOf(type: DataType): 'number' | 'text' | 'decimal' | 'none' {
  const { storage } = traits(type)
  if (storage === 'integer' || storage === 'float') return 'number'
  const { kind } = baseType(type)
  if (storage === 'text') return kind === 'char' || kind === 'enum' ? 'none' : 'text'
  return kind === 'numeric' ? 'decimal' : 'none'
}

/** The first six bytes as a number: smaller texts never have a larger one. */
function prefixOf(bytes: Uint8Array, start: number, length: number): number {
  let prefix = 0
  for (let i = 0; i < prefixBytes; i++) prefix = prefix * 256 + (i < length ? bytes[start + i] : 0)
  return prefix
}

function compareBytes(left: Segment, leftRow: number, right: Segment, rightRow: number, memory: LinearMemory): number {
  const leftAddress = addressAt(left, leftRow, memory)
  const rightAddress = addressAt(right, rightRow, memory)
  const leftLength = byteLengthAt(left, leftRow, memory)
  const rightLength = byteLengthAt(right, rightRow, memory)
  const { u8 } = memory
  const shorter = Math.min(leftLength, rightLength)
  for (let i = 0; i < shorter; i++) {
    const order = u8[leftAddress + i] - u8[rightAddress + i]
    if (order !== 0) return order
  }
  return leftLength - rightLength
}

const smallSort = 256

/** One of the two sides between which radix passes go to and fro. */
interface Side {
  readonly words: Uint32Array
  readonly rows: Uint32Array
}

/** Sorts keys, and rows with them; equal keys stay in order. Radix sort by 16 bits at a time, passes that change nothing left out. */
function sortByKey(keys: Float64Array, rows: Uint32Array): void {
  const { length } = keys
  let sorted = 1
  while (sorted < length && keys[sorted - 1] <= keys[sorted]) sorted++
  if (sorted >= length) return
  if (length < smallSort) {
    const order = Array.from(keys.keys()).sort((left, right) => keys[left] - keys[right] || left - right)
    keys.set(order.map((at) => keys[at]))
    rows.set(order.map((at) => rows[at]))
    return
  }
  const words = new Uint32Array(keys.buffer, keys.byteOffset, length * 2)
  for (let i = 0; i < length; i++) flip(words, i)
  let from: Side = { words, rows }
  let to: Side = { words: new Uint32Array(length * 2), rows: new Uint32Array(length) }
  const counts = new Uint32Array(65536)
  for (let pass = 0; pass < 4; pass++) {
    const word = pass >>> 1
    const shift = (pass & 1) * 16
    counts.fill(0)
    for (let i = 0; i < length; i++) counts[(from.words[2 * i + word] >>> shift) & 65535]++
    if (counts[(from.words[word] >>> shift) & 65535] === length) continue
    let sum = 0
    for (let digit = 0; digit < 65536; digit++) {
      const count = counts[digit]
      counts[digit] = sum
      sum += count
    }
    for (let i = 0; i < length; i++) {
      const target = counts[(from.words[2 * i + word] >>> shift) & 65535]++
      to.words[2 * target] = from.words[2 * i]
      to.words[2 * target + 1] = from.words[2 * i + 1]
      to.rows[target] = from.rows[i]
    }
    ;[from, to] = [to, from]
  }
  if (from.words !== words) {
    words.set(from.words)
    rows.set(from.rows)
  }
  for (let i = 0; i < length; i++) unflip(words, i)
}

/** Makes a double's bits order as unsigned integers do. */
function flip(words: Uint32Array, i: number): void {
  if (words[2 * i + 1] >>> 31 === 1) {
    words[2 * i] = ~words[2 * i]
    words[2 * i + 1] = ~words[2 * i + 1]
  } else words[2 * i + 1] ^= 0x80000000
}

function unflip(words: Uint32Array, i: number): void {
  if (words[2 * i + 1] >>> 31 === 1) words[2 * i + 1] ^= 0x80000000
  else {
    words[2 * i] = ~words[2 * i]
    words[2 * i + 1] = ~words[2 * i + 1]
  }
}
