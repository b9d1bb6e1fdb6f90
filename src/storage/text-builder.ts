/**
 * Builds columns of text and of encoded values. Texts go into the column's dictionary as long as it pays, else one behind
 * the other into a heap; encoded values always into a heap.
 */
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { DictionaryVector, RefVector, Vector } from '../types/vector.ts'
import { encodeUtf8Into, maximumUtf8Length } from '../types/vector-reader.ts'
import type { Column } from './column.ts'
import { groupRows, SegmentBuilder } from './column-builder.ts'
import type { ColumnDictionary } from './dictionary.ts'
import { addressAt, byteLengthAt, codeAt, isNullAt, Segment } from './segment.ts'

const firstHeap = 256

export class TextBuilder extends SegmentBuilder {
  private heapCapacity = 0
  private readonly isText: boolean

  constructor(column: Column) {
    super(column, column.dictionary === undefined ? 'heap' : 'dictionary')
    this.isText = column.isText
    this.segment.dictionary = column.dictionary?.retain()
  }

  override appendText(text: string): void {
    const dictionary = this.usedDictionary()
    if (dictionary !== undefined) {
      this.appendCode(dictionary.internText(text))
      return
    }
    const room = maximumUtf8Length(text)
    this.reserveHeap(room)
    const { segment, memory } = this
    this.endEntry(encodeUtf8Into(text, memory.u8, segment.heap + segment.heapLength))
  }

  override appendUtf8(bytes: Uint8Array, start: number, end: number): void {
    const dictionary = this.usedDictionary()
    if (dictionary !== undefined) this.appendCode(dictionary.intern(bytes, start, end))
    else this.appendBytes(bytes, start, end)
  }

  override appendBytes(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.reserveHeap(length)
    const { segment, memory } = this
    const target = segment.heap + segment.heapLength
    const { u8 } = memory
    if (length < 48) for (let i = 0; i < length; i++) u8[target + i] = bytes[start + i]
    else u8.set(bytes.subarray(start, end), target)
    this.endEntry(length)
  }

  override appendValue(value: Value): void {
    if (value === null) this.appendNull()
    else if (this.isText) this.appendText(value)
    else {
      const bytes = traits(this.type).encode(value, this.type)
      this.appendBytes(bytes, 0, bytes.length)
    }
  }

  override appendVector(vector: Vector, selection: number, from: number, count: number): void {
    this.reserve(this.length + count)
    if (vector.layout === 'refs') this.appendRefs(vector, selection, from, count)
    else if (vector.layout === 'dictionary') this.appendCodes(vector, selection, from, count)
    else this.appendSlowly(vector, selection, from, count)
  }

  override appendFrom(segment: Segment, row: number): void {
    const { memory } = this
    if (isNullAt(segment, row, memory)) {
      this.appendNull()
      return
    }
    const dictionary = this.usedDictionary()
    if (dictionary !== undefined && dictionary === segment.dictionary) {
      this.appendCode(codeAt(segment, row, memory))
      // A new version of a row does not show that its text comes again.
      this.column.dictionaryRows--
      return
    }
    const length = byteLengthAt(segment, row, memory)
    // The row may lie in the heap that grows.
    if (dictionary === undefined) this.reserveHeap(length)
    this.appendAt(addressAt(segment, row, memory), length)
  }

  private appendRefs(vector: RefVector, selection: number, from: number, count: number): void {
    for (let i = from; i < from + count; i++) {
      const row = this.sourceRow(selection, i)
      const { u8, u32 } = this.memory
      if (vector.validity !== 0 && u8[vector.validity + row] === 0) {
        this.appendNull()
        continue
      }
      const at = (vector.pointer >>> 2) + 2 * row
      this.appendAt(u32[at], u32[at + 1])
    }
  }

  private appendCodes(vector: DictionaryVector, selection: number, from: number, count: number): void {
    const translated = new Map<number, number>()
    const source = { pointer: vector.pointer, width: vector.width } as Segment
    for (let i = from; i < from + count; i++) {
      const row = this.sourceRow(selection, i)
      if (vector.validity !== 0 && this.memory.u8[vector.validity + row] === 0) {
        this.appendNull()
        continue
      }
      const code = codeAt(source, row, this.memory)
      const dictionary = this.usedDictionary()
      if (dictionary === vector.dictionary) {
        this.appendCode(code)
        continue
      }
      const at = (vector.dictionary.refs >>> 2) + 2 * code
      const address = this.memory.u32[at]
      const length = this.memory.u32[at + 1]
      if (dictionary === undefined) {
        this.appendAt(address, length)
        continue
      }
      let target = translated.get(code)
      if (target === undefined) translated.set(code, (target = dictionary.internAt(address, length)))
      this.appendCode(target)
    }
  }

  /** A text or encoded value that lies in linear memory. */
  private appendAt(address: number, length: number): void {
    const dictionary = this.usedDictionary()
    if (dictionary !== undefined) {
      this.appendCode(dictionary.internAt(address, length))
      return
    }
    this.reserveHeap(length)
    const { segment, memory } = this
    const { u8 } = memory
    const target = segment.heap + segment.heapLength
    if (length < 48) for (let i = 0; i < length; i++) u8[target + i] = u8[address + i]
    else u8.copyWithin(target, address, address + length)
    this.endEntry(length)
  }

  private appendCode(code: number): void {
    const row = this.length
    if (row >= this.capacity) this.reserve(row + 1)
    const { segment, column } = this
    this.memory.u32[(segment.pointer >>> 2) + row] = code
    if (segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
    column.dictionaryRows++
    column.reconsiderDictionary()
  }

  /** Closes a heap entry of `length` bytes that have been written at the heap's end. */
  private endEntry(length: number): void {
    const { segment } = this
    const row = this.length
    segment.heapLength += length
    this.memory.u32[(segment.pointer >>> 2) + row + 1] = segment.heapLength
    if (segment.validity !== 0) this.markValid(row, 1)
    this.length = row + 1
  }

  protected override appendGap(): void {
    const row = this.length
    if (this.usedDictionary() === undefined) {
      this.reserveHeap(0)
      this.memory.u32[(this.segment.pointer >>> 2) + row + 1] = this.segment.heapLength
    } else {
      if (row >= this.capacity) this.reserve(row + 1)
      this.memory.u32[(this.segment.pointer >>> 2) + row] = 0
    }
    this.length = row + 1
  }

  override detach(): TextBuilder {
    const fresh = new TextBuilder(this.column)
    const other = new TextBuilder(this.column)
    other.segment.dictionary?.release()
    this.handOver(other)
    other.heapCapacity = this.heapCapacity
    this.segment = fresh.segment
    this.heapCapacity = 0
    return other
  }

  override truncate(length: number): void {
    super.truncate(length)
    const { segment } = this
    if (segment.encoding === 'heap') {
      segment.heapLength = segment.pointer === 0 ? 0 : this.memory.u32[(segment.pointer >>> 2) + length]
    }
  }

  override trim(): void {
    super.trim()
    const { segment } = this
    if (segment.encoding !== 'heap' || segment.heapLength * 4 >= this.heapCapacity) return
    this.heapCapacity = Math.max(firstHeap, segment.heapLength)
    segment.heap = this.enlarge(segment.heap, segment.heapLength, this.heapCapacity)
  }

  /** Room for texts that a kernel writes to the heap behind the last, their offsets beside them. */
  reserveTexts(rows: number, bytes: number): void {
    this.reserve(this.length + rows)
    this.reserveHeap(bytes)
  }

  /** Counts what a kernel has written: codes, or texts that end at `heapLength`. */
  acceptTexts(count: number, nulls: number, heapLength: number): void {
    const { segment, column } = this
    this.accept(count, nulls, Infinity, -Infinity)
    if (segment.encoding === 'heap') segment.heapLength = heapLength
    else {
      column.dictionaryRows += count
      column.reconsiderDictionary()
    }
  }

  /** Bytes there are for texts in the heap. */
  get heapRoom(): number {
    return this.heapCapacity
  }

  /** Room for one more row and `bytes` more of heap. */
  private reserveHeap(bytes: number): void {
    const { segment } = this
    if (this.length >= this.capacity) this.reserve(this.length + 1)
    const needed = segment.heapLength + bytes
    if (needed <= this.heapCapacity) return
    let capacity = Math.max(firstHeap, this.heapCapacity)
    while (capacity < needed) capacity += Math.max(firstHeap, capacity)
    segment.heap = this.enlarge(segment.heap, segment.heapLength, capacity)
    this.heapCapacity = capacity
  }

  protected override resize(capacity: number): void {
    super.resize(capacity)
    if (this.length === 0 && this.segment.encoding === 'heap') this.memory.u32[this.segment.pointer >>> 2] = 0
  }

  /** The dictionary that new texts go into; when the column has given it up, the rows so far move to a heap first. */
  usedDictionary(): ColumnDictionary | undefined {
    const { segment } = this
    if (segment.encoding === 'heap') return undefined
    if (this.column.dictionary === segment.dictionary) return segment.dictionary
    this.moveToHeap()
    return undefined
  }

  private moveToHeap(): void {
    const { segment, memory, length, column } = this
    const codes = Object.assign(new Segment('dictionary'), { pointer: segment.pointer, validity: segment.validity })
    const dictionary = segment.dictionary!
    segment.encoding = 'heap'
    segment.dictionary = undefined
    this.capacity = Math.min(groupRows, Math.max(this.capacity, 32))
    segment.pointer = this.pool.allocate((this.capacity + 1) * 4, column.owner)
    if (segment.validity !== 0) segment.validity = this.enlarge(segment.validity, length, this.capacity)
    memory.u32[segment.pointer >>> 2] = 0
    this.length = 0
    for (let row = 0; row < length; row++) {
      const at = (dictionary.refs >>> 2) + 2 * codeAt(codes, row, memory)
      const size = isNullAt(codes, row, memory) ? 0 : memory.u32[at + 1]
      const address = memory.u32[at]
      this.reserveHeap(size)
      const target = segment.heap + segment.heapLength
      memory.u8.copyWithin(target, address, address + size)
      segment.heapLength += size
      memory.u32[(segment.pointer >>> 2) + row + 1] = segment.heapLength
      this.length = row + 1
    }
    column.reclaimer.retire(codes.pointer)
    dictionary.release()
  }

  override seal(): Segment {
    const { segment, length, memory, pool, column } = this
    const result = this.sealed(segment.encoding)
    if (segment.encoding === 'heap') {
      result.pointer = pool.allocate((length + 1) * 4, column.owner)
      if (length === 0) memory.u32[result.pointer >>> 2] = 0
      else memory.u8.copyWithin(result.pointer, segment.pointer, segment.pointer + (length + 1) * 4)
      result.heap = pool.allocate(segment.heapLength, column.owner)
      memory.u8.copyWithin(result.heap, segment.heap, segment.heap + segment.heapLength)
      result.heapLength = segment.heapLength
    } else {
      result.dictionary = segment.dictionary!.retain()
      const base = segment.pointer >>> 2
      let largest = 0
      for (let row = 0; row < length; row++) if (memory.u32[base + row] > largest) largest = memory.u32[base + row]
      result.width = largest < 256 ? 1 : largest < 65536 ? 2 : 4
      result.pointer = pool.allocate(length * result.width, column.owner)
      const codes = memory.u32.subarray(base, base + length)
      if (result.width === 1) memory.u8.set(codes, result.pointer)
      else if (result.width === 2) memory.u16.set(codes, result.pointer >>> 1)
      else memory.u32.set(codes, result.pointer >>> 2)
    }
    segment.release(column.reclaimer)
    return result
  }
}
