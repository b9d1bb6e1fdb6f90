/**
 * Column builders: the open segments of a row group that still grows. A builder writes values as they come, in the width
 * that every value of the type fits; `seal` makes the segment that stays, as narrow as its values allow.
 */
import { assert, notSupported } from '../error.ts'
import type { ColumnBuilder as ColumnBuilderContract } from '../types/column-builder.ts'
import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import type { FixedVector, Vector } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Pool } from './allocator.ts'
import type { Column } from './column.ts'
import { isNullAt, Segment, type SegmentEncoding } from './segment.ts'

export type { ColumnBuilder } from '../types/column-builder.ts'

export const groupRows = 65536
const firstCapacity = 32

export abstract class SegmentBuilder implements ColumnBuilderContract {
  readonly column: Column
  segment: Segment
  length = 0
  protected capacity = 0
  protected readonly pool: Pool
  protected readonly memory: LinearMemory

  constructor(column: Column, encoding: SegmentEncoding) {
    this.column = column
    this.pool = column.pool
    this.memory = column.pool.memory
    this.segment = new Segment(encoding)
  }

  get type(): DataType {
    return this.column.type
  }

  /** Bytes beyond the rows themselves, by which a row group is sealed early. */
  get heapLength(): number {
    return this.segment.heapLength
  }

  abstract appendValue(value: Value): void
  /** Writes what a NULL row has in place of a value. */
  protected abstract appendGap(): void
  /** Appends rows of a vector: `count` entries from `from` of the selection at `selection`, or of the rows when it is 0. */
  abstract appendVector(vector: Vector, selection: number, from: number, count: number): void
  /** Appends the value of a row of another segment of the same column. */
  abstract appendFrom(segment: Segment, row: number): void
  /** The segment that stays. The builder is done with. */
  abstract seal(): Segment

  appendInteger(_value: number): void {
    throw notSupported(`an integer in a column of type ${this.type.kind}`)
  }

  appendInteger64(_low: number, _high: number): void {
    throw notSupported(`an integer in a column of type ${this.type.kind}`)
  }

  appendDouble(_value: number): void {
    throw notSupported(`a double in a column of type ${this.type.kind}`)
  }

  appendUtf8(_bytes: Uint8Array, _start: number, _end: number): void {
    throw notSupported(`a text in a column of type ${this.type.kind}`)
  }

  appendText(_text: string): void {
    throw notSupported(`a text in a column of type ${this.type.kind}`)
  }

  appendBytes(_bytes: Uint8Array, _start: number, _end: number): void {
    throw notSupported(`bytes in a column of type ${this.type.kind}`)
  }

  appendNull(): void {
    const row = this.length
    this.appendGap()
    this.needValidity()
    this.memory.u8[this.segment.validity + row] = 0
    this.segment.nullCount++
  }

  /** Counts rows that a kernel has written behind the last, with their validity where there is one, and their bounds. */
  accept(count: number, nulls: number, min: number, max: number): void {
    this.length += count
    this.segment.nullCount += nulls
    if (min <= max) {
      this.widen(min)
      this.widen(max)
    }
  }

  truncate(length: number): void {
    const { segment } = this
    if (segment.validity !== 0) {
      for (let row = length; row < this.length; row++) if (isNullAt(segment, row, this.memory)) segment.nullCount--
    }
    this.length = length
  }

  /** There is room for many times the rows there are. */
  get isRoomy(): boolean {
    return this.capacity > 4096 && this.length * 4 < this.capacity
  }

  /** Gives back most of the room that `truncate` has left. */
  trim(): void {
    if (this.length * 4 < this.capacity) this.resize(Math.max(firstCapacity, this.length))
  }

  /** A builder that goes on with what this one has; this one begins anew. */
  abstract detach(): SegmentBuilder

  /** Lets another builder have the segment, and begins a new one. */
  protected handOver<T extends SegmentBuilder>(other: T): T {
    other.segment = this.segment
    other.length = this.length
    other.capacity = this.capacity
    this.segment = new Segment(this.column.encoding)
    this.length = 0
    this.capacity = 0
    return other
  }

  /** Makes room for `rows` rows. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return
    assert(rows <= groupRows, 'a row group holds at most 65536 rows')
    let capacity = Math.max(this.capacity, firstCapacity)
    while (capacity < rows) capacity *= capacity < 4096 ? 4 : 2
    this.resize(Math.min(groupRows, capacity))
  }

  protected resize(capacity: number): void {
    const { segment } = this
    const extra = segment.encoding === 'heap' ? 1 : 0
    const kept = this.length === 0 ? 0 : (this.length + extra) * segment.width
    segment.pointer = this.enlarge(segment.pointer, kept, (capacity + extra) * segment.width)
    if (segment.validity !== 0) segment.validity = this.enlarge(segment.validity, this.length, capacity)
    this.capacity = capacity
  }

  /** A block of `bytes` with the first `kept` bytes of an old one, which readers may still hold. */
  protected enlarge(pointer: number, kept: number, bytes: number): number {
    const { reclaimer, owner } = this.column
    if (!reclaimer.isPinned) return this.pool.reallocate(pointer, bytes, owner)
    const larger = this.pool.allocate(bytes, owner)
    this.memory.u8.copyWithin(larger, pointer, pointer + kept)
    reclaimer.retire(pointer)
    return larger
  }

  /** Called after rows were added whose validity is 1, when there is a mask already. */
  protected markValid(from: number, count: number): void {
    if (this.segment.validity === 0) return
    if (count === 1) this.memory.u8[this.segment.validity + from] = 1
    else this.memory.fill(1, this.segment.validity + from, count)
  }

  protected needValidity(): void {
    const { segment } = this
    if (segment.validity !== 0) return
    segment.validity = this.pool.allocate(this.capacity, this.column.owner)
    this.memory.fill(1, segment.validity, this.capacity)
  }

  /** Takes over the NULLs of a vector's rows, which have been appended as values from row `start` on. Returns whether there are any. */
  protected takeValidity(validity: number, selection: number, from: number, count: number, start: number): boolean {
    if (validity === 0) {
      this.markValid(start, count)
      return false
    }
    let nulls = 0
    for (let i = 0; i < count; i++) nulls += 1 - this.memory.u8[validity + this.sourceRow(selection, from + i)]
    if (nulls === 0) {
      this.markValid(start, count)
      return false
    }
    this.needValidity()
    const { u8 } = this.memory
    const target = this.segment.validity + start
    for (let i = 0; i < count; i++) u8[target + i] = u8[validity + this.sourceRow(selection, from + i)]
    this.segment.nullCount += nulls
    return true
  }

  protected sourceRow(selection: number, i: number): number {
    return selection === 0 ? i : this.memory.u16[(selection >>> 1) + i]
  }

  /** Any vector, value by value. */
  protected appendSlowly(vector: Vector, selection: number, from: number, count: number): void {
    if (vector.layout === 'constant') {
      this.appendRepeated(vector.value, count)
      return
    }
    const read = vectorReader(vector, this.memory)
    for (let i = from; i < from + count; i++) {
      const value = read(this.sourceRow(selection, i))
      if (value === null || value === undefined) this.appendNull()
      else this.appendValue(value)
    }
  }

  private appendRepeated(value: Value, count: number): void {
    for (let i = 0; i < count; i++) {
      if (value === null) this.appendNull()
      else this.appendValue(value)
    }
  }

  /** Keeps a value within the segment's bounds; doubles beyond 2^53 may have been rounded, so their bound moves outward. */
  protected widen(value: number): void {
    const { segment } = this
    if (value < segment.min) segment.min = value > -9007199254740992 && value < 9007199254740992 ? value : below(value)
    if (value > segment.max)
      segment.max = value > -9007199254740992 && value < 9007199254740992 ? value : -below(-value)
  }

  /** A sealed segment with the same NULLs and bounds, its validity in a block of its own size. */
  protected sealed(encoding: SegmentEncoding): Segment {
    const { segment, length } = this
    const result = new Segment(encoding)
    result.min = segment.min
    result.max = segment.max
    result.nullCount = segment.nullCount
    if (segment.nullCount > 0) {
      result.validity = this.pool.allocate(length, this.column.owner)
      this.memory.u8.copyWithin(result.validity, segment.validity, segment.validity + length)
    }
    return result
  }
}

function below(value: number): number {
  return value - Math.abs(value) * 2 ** -51
}

export function isFixed(vector: Vector): vector is FixedVector {
  switch (vector.layout) {
    case 'values':
    case 'constant':
    case 'dictionary':
    case 'refs':
      return false
    default:
      return true
  }
}
