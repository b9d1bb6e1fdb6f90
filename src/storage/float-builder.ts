/** Builds columns of real and double precision. */
import type { Value } from '../types/value.ts'
import type { Vector } from '../types/vector.ts'
import type { Column } from './column.ts'
import { SegmentBuilder } from './column-builder.ts'
import { isNullAt, numberAt, type Segment } from './segment.ts'

export class FloatBuilder extends SegmentBuilder {
  constructor(column: Column) {
    super(column, column.encoding)
  }

  override appendDouble(value: number): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    if (this.segment.width === 8) this.memory.f64[(this.segment.pointer >>> 3) + row] = value
    else this.memory.f32[(this.segment.pointer >>> 2) + row] = value
    this.note(value)
    if (this.segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
  }

  override appendInteger(value: number): void {
    this.appendDouble(value)
  }

  override appendValue(value: Value): void {
    if (value === null) this.appendNull()
    else this.appendDouble(value)
  }

  override appendVector(vector: Vector, selection: number, from: number, count: number): void {
    this.reserve(this.length + count)
    if (vector.layout !== this.segment.encoding || (vector.layout !== 'f32' && vector.layout !== 'f64')) {
      this.appendSlowly(vector, selection, from, count)
      return
    }
    const start = this.length
    const { memory, segment } = this
    const { width } = segment
    if (selection === 0) {
      const source = vector.pointer + from * width
      memory.u8.copyWithin(segment.pointer + start * width, source, source + count * width)
    } else if (width === 8) {
      const { f64 } = memory
      for (let i = 0; i < count; i++) {
        f64[(segment.pointer >>> 3) + start + i] = f64[(vector.pointer >>> 3) + this.sourceRow(selection, from + i)]
      }
    } else {
      const { f32 } = memory
      for (let i = 0; i < count; i++) {
        f32[(segment.pointer >>> 2) + start + i] = f32[(vector.pointer >>> 2) + this.sourceRow(selection, from + i)]
      }
    }
    this.takeValidity(vector.validity, selection, from, count, start)
    this.length = start + count
    this.noteFrom(start)
  }

  override appendFrom(segment: Segment, row: number): void {
    if (isNullAt(segment, row, this.memory)) this.appendNull()
    else this.appendDouble(numberAt(segment, row, this.memory))
  }

  /** Numbers in an array of the host: `from` to `from + count`. */
  appendArray(values: ArrayLike<number>, from: number, count: number): void {
    this.reserve(this.length + count)
    const start = this.length
    const { memory, segment } = this
    if (segment.width === 8) {
      const base = (segment.pointer >>> 3) + start
      const { f64 } = memory
      for (let i = 0; i < count; i++) f64[base + i] = values[from + i]
    } else {
      const base = (segment.pointer >>> 2) + start
      const { f32 } = memory
      for (let i = 0; i < count; i++) f32[base + i] = values[from + i]
    }
    this.markValid(start, count)
    this.length = start + count
    this.noteFrom(start)
  }

  override detach(): FloatBuilder {
    return this.handOver(new FloatBuilder(this.column))
  }

  override seal(): Segment {
    const { segment, length, memory } = this
    if (length === this.capacity) return segment
    const result = this.sealed(segment.encoding)
    result.pointer = this.pool.allocate(length * segment.width, this.column.owner)
    memory.u8.copyWithin(result.pointer, segment.pointer, segment.pointer + length * segment.width)
    segment.release(this.column.reclaimer)
    return result
  }

  protected override appendGap(): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    if (this.segment.width === 8) this.memory.f64[(this.segment.pointer >>> 3) + row] = 0
    else this.memory.f32[(this.segment.pointer >>> 2) + row] = 0
    this.length = row + 1
  }

  private noteFrom(start: number): void {
    const { memory, segment, length } = this
    if (segment.validity === 0 && segment.width === 8) {
      const { f64 } = memory
      const base = segment.pointer >>> 3
      for (let row = start; row < length; row++) this.note(f64[base + row])
      return
    }
    for (let row = start; row < length; row++) {
      if (!isNullAt(segment, row, memory)) this.note(numberAt(segment, row, memory))
    }
  }

  /** NaN is greater than every other number. */
  private note(value: number): void {
    const { segment } = this
    if (value >= segment.min && value <= segment.max) return
    if (this.segment.width === 4) value = Math.fround(value)
    if (value < segment.min) segment.min = value
    if (value > segment.max) segment.max = value
    if (Number.isNaN(value)) {
      segment.max = Infinity
      if (segment.min > segment.max) segment.min = Infinity
    }
  }
}
