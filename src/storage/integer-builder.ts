/** Builds columns of the types that are stored as integers; sealed, they are as narrow as their bounds allow. */

import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { FixedVector, Vector } from '../types/vector.ts'
import type { Column } from './column.ts'
import { isFixed, SegmentBuilder } from './column-builder.ts'
import { baseType, encodingWidth, isNullAt, numberAt, type Segment, type SegmentEncoding } from './segment.ts'

/** How a value becomes a stored integer, chosen once per column. */
type Form = 'number' | 'boolean' | 'bigint' | 'other'

export class IntegerBuilder extends SegmentBuilder {
  private readonly form: Form

  constructor(column: Column) {
    super(column, column.encoding)
    this.form = formOf(baseType(column.type))
  }

  override appendInteger(value: number): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    this.put(row, value)
    this.widen(value)
    if (this.segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
  }

  override appendInteger64(low: number, high: number): void {
    const value = high * 4294967296 + (low >>> 0)
    if (this.segment.encoding !== 'i64') {
      this.appendInteger(value)
      return
    }
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    const at = (this.segment.pointer >>> 2) + 2 * row
    this.memory.i32[at] = low
    this.memory.i32[at + 1] = high
    this.widen(value)
    if (this.segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
  }

  override appendValue(value: Value): void {
    if (value === null) {
      this.appendNull()
      return
    }
    switch (this.form) {
      case 'number':
        this.appendInteger(value)
        return
      case 'boolean':
        this.appendInteger(value ? 1 : 0)
        return
      case 'bigint':
        this.appendBigInt(value)
        return
      default: {
        const stored = traits(this.type).toInteger(value, this.type)
        if (typeof stored === 'number') this.appendInteger(stored)
        else this.appendBigInt(stored)
      }
    }
  }

  override appendVector(vector: Vector, selection: number, from: number, count: number): void {
    this.reserve(this.length + count)
    if (isFixed(vector) && vector.scale === this.column.scale && vector.layout !== 'f32' && vector.layout !== 'f64') {
      this.appendFixed(vector, selection, from, count)
    } else if (vector.layout === 'values' && selection === 0) {
      this.appendValues(vector.values, from, count)
    } else {
      this.appendSlowly(vector, selection, from, count)
    }
  }

  override appendFrom(segment: Segment, row: number): void {
    const { memory } = this
    if (isNullAt(segment, row, memory)) this.appendNull()
    else if (segment.encoding === 'i64') {
      const at = (segment.pointer >>> 2) + 2 * row
      this.appendInteger64(memory.i32[at], memory.i32[at + 1])
    } else this.appendInteger(numberAt(segment, row, memory))
  }

  private appendValues(values: readonly Value[], from: number, count: number): void {
    for (let i = from; i < from + count; i++) this.appendValue(values[i])
  }

  /** Takes over values that are in linear memory already. */
  private appendFixed(vector: FixedVector, selection: number, from: number, count: number): void {
    const start = this.length
    const { segment, memory } = this
    const width = encodingWidth(vector.layout)
    if (selection === 0 && vector.layout === segment.encoding) {
      const source = vector.pointer + from * width
      memory.u8.copyWithin(segment.pointer + start * width, source, source + count * width)
    } else if (vector.layout === 'i64') {
      this.copyWide(vector, selection, from, count)
    } else {
      this.copyNarrow(vector, selection, from, count)
    }
    const hasNulls = this.takeValidity(vector.validity, selection, from, count, start)
    this.length = start + count
    this.widenOver(start, hasNulls)
  }

  private copyWide(vector: FixedVector, selection: number, from: number, count: number): void {
    const { segment, memory } = this
    const { i32 } = memory
    const start = this.length
    const source = vector.pointer >>> 2
    if (segment.encoding === 'i64') {
      const target = (segment.pointer >>> 2) + 2 * start
      for (let i = 0; i < count; i++) {
        const at = source + 2 * this.sourceRow(selection, from + i)
        i32[target + 2 * i] = i32[at]
        i32[target + 2 * i + 1] = i32[at + 1]
      }
      return
    }
    for (let i = 0; i < count; i++) this.put(start + i, i32[source + 2 * this.sourceRow(selection, from + i)])
  }

  private copyNarrow(vector: FixedVector, selection: number, from: number, count: number): void {
    const { memory } = this
    const start = this.length
    const { pointer } = vector
    for (let i = 0; i < count; i++) {
      const row = this.sourceRow(selection, from + i)
      switch (vector.layout) {
        case 'i8':
          this.put(start + i, memory.i8[pointer + row])
          break
        case 'i16':
          this.put(start + i, memory.i16[(pointer >>> 1) + row])
          break
        default:
          this.put(start + i, memory.i32[(pointer >>> 2) + row])
      }
    }
  }

  /** Integers in a typed array of the host: `from` to `from + count`, each divided into the column's width. */
  appendArray(values: ArrayLike<number>, from: number, count: number): void {
    this.reserve(this.length + count)
    const start = this.length
    const { segment, memory } = this
    if (segment.encoding === 'i32') {
      const target = (segment.pointer >>> 2) + start
      const { i32 } = memory
      for (let i = 0; i < count; i++) i32[target + i] = values[from + i]
    } else if (segment.encoding === 'i64') {
      const target = (segment.pointer >>> 2) + 2 * start
      const { i32 } = memory
      for (let i = 0; i < count; i++) {
        const value = values[from + i]
        i32[target + 2 * i] = value
        i32[target + 2 * i + 1] = Math.floor(value / 4294967296)
      }
    } else {
      for (let i = 0; i < count; i++) this.put(start + i, values[from + i])
    }
    this.markValid(start, count)
    this.length = start + count
    this.widenOver(start, false)
  }

  /** 64-bit integers in a BigInt64Array or BigUint64Array. */
  appendBigArray(values: BigInt64Array | BigUint64Array, from: number, count: number): void {
    if (this.segment.encoding !== 'i64') {
      for (let i = from; i < from + count; i++) this.appendInteger(Number(values[i]))
      return
    }
    this.reserve(this.length + count)
    const start = this.length
    const signed = new BigInt64Array(values.buffer, values.byteOffset + from * 8, count)
    this.memory.i64.set(signed, (this.segment.pointer >>> 3) + start)
    this.markValid(start, count)
    this.length = start + count
    this.widenOver(start, false)
  }

  override detach(): IntegerBuilder {
    return this.handOver(new IntegerBuilder(this.column))
  }

  override seal(): Segment {
    const { segment, length, memory, pool } = this
    const encoding = narrowest(segment, segment.encoding)
    if (encoding === segment.encoding && length === this.capacity) return segment
    const result = this.sealed(encoding)
    const { width } = result
    result.pointer = pool.allocate(length * width, this.column.owner)
    const { pointer } = result
    const source = segment.pointer
    if (encoding === segment.encoding) {
      memory.u8.copyWithin(pointer, source, source + length * width)
    } else if (segment.encoding === 'i64') {
      const { i32 } = memory
      const from = source >>> 2
      if (encoding === 'i32')
        for (let row = 0, to = pointer >>> 2; row < length; row++) i32[to + row] = i32[from + 2 * row]
      else if (encoding === 'i16') {
        const { i16 } = memory
        for (let row = 0, to = pointer >>> 1; row < length; row++) i16[to + row] = i32[from + 2 * row]
      } else {
        const { i8 } = memory
        for (let row = 0; row < length; row++) i8[pointer + row] = i32[from + 2 * row]
      }
    } else if (encoding === 'i16') {
      memory.i16.set(memory.i32.subarray(source >>> 2, (source >>> 2) + length), pointer >>> 1)
    } else if (segment.encoding === 'i32') {
      memory.i8.set(memory.i32.subarray(source >>> 2, (source >>> 2) + length), pointer)
    } else {
      memory.i8.set(memory.i16.subarray(source >>> 1, (source >>> 1) + length), pointer)
    }
    segment.release(this.column.reclaimer)
    return result
  }

  protected override appendGap(): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    this.put(row, 0)
    this.length = row + 1
  }

  private appendBigInt(value: bigint): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    const { segment, memory } = this
    if (segment.encoding === 'i64') {
      memory.i64[(segment.pointer >>> 3) + row] = value
      const at = (segment.pointer >>> 2) + 2 * row
      this.widen(memory.i32[at + 1] * 4294967296 + memory.u32[at])
    } else {
      this.put(row, Number(value))
      this.widen(Number(value))
    }
    if (segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
  }

  private put(row: number, value: number): void {
    const { pointer, width } = this.segment
    switch (width) {
      case 4:
        this.memory.i32[(pointer >>> 2) + row] = value
        break
      case 8: {
        const at = (pointer >>> 2) + 2 * row
        this.memory.i32[at] = value
        this.memory.i32[at + 1] = Math.floor(value / 4294967296)
        break
      }
      case 2:
        this.memory.i16[(pointer >>> 1) + row] = value
        break
      default:
        this.memory.i8[pointer + row] = value
    }
  }

  /** Bounds of the rows from `start` on. */
  private widenOver(start: number, hasNulls: boolean): void {
    const { segment, memory, length } = this
    let min = Infinity
    let max = -Infinity
    if (hasNulls) {
      for (let row = start; row < length; row++) {
        if (memory.u8[segment.validity + row] === 0) continue
        const value = numberAt(segment, row, memory)
        if (value < min) min = value
        if (value > max) max = value
      }
    } else if (segment.encoding === 'i32') {
      const { i32 } = memory
      const base = segment.pointer >>> 2
      let low = 2147483647
      let high = -2147483648
      for (let row = start; row < length; row++) {
        const value = i32[base + row]
        if (value < low) low = value
        if (value > high) high = value
      }
      min = low
      max = high
    } else if (segment.encoding === 'i64') {
      const { i32, u32 } = memory
      const base = segment.pointer >>> 2
      for (let row = start; row < length; row++) {
        const value = i32[base + 2 * row + 1] * 4294967296 + u32[base + 2 * row]
        if (value < min) min = value
        if (value > max) max = value
      }
    } else {
      for (let row = start; row < length; row++) {
        const value = numberAt(segment, row, memory)
        if (value < min) min = value
        if (value > max) max = value
      }
    }
    if (min <= max && length > start) {
      this.widen(min)
      this.widen(max)
    }
  }
}

function formOf(type: DataType): Form {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'oid':
    case 'date':
    case 'time':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return 'bigint'
    default:
      return 'other'
  }
}

/** The narrowest layout for a segment's values that is no wider than what they are in. */
export function narrowest(
  bounds: { readonly min: number; readonly max: number },
  from: SegmentEncoding,
): SegmentEncoding {
  const { min, max } = bounds
  if (min > max || (min >= -128 && max <= 127)) return 'i8'
  if (from === 'i16' || (min >= -32768 && max <= 32767)) return 'i16'
  if (from === 'i32' || (min >= -2147483648 && max <= 2147483647)) return 'i32'
  return 'i64'
}
