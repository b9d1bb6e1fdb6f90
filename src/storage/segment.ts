/**
 * A segment: one column of one row group. Sealed segments never change and are shared by reference count; the segments of
 * a table's open row group are written to by column builders.
 *
 *   i8 i16 i32 i64 f32 f64   values
 *   dictionary               codes of `width` bytes into the column's dictionary
 *   heap                     n + 1 offsets (u32) into `heap`, where the bytes lie one after the other
 */
import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import { storageScale, traits } from '../types/traits.ts'
import type { FixedLayout } from '../types/vector.ts'
import type { ColumnDictionary } from './dictionary.ts'
import type { Reclaimer } from './reclaimer.ts'

export type SegmentEncoding = FixedLayout | 'dictionary' | 'heap'

export class Segment {
  encoding: SegmentEncoding
  /** Values, codes or offsets. */
  pointer = 0
  /** Bytes per value, code or offset. */
  width: 1 | 2 | 4 | 8
  /** Address of a byte per row, 1 = valid; 0 when no row is NULL. */
  validity = 0
  nullCount = 0
  /** Bounds of stored integers and floats; min > max when there is no value. Rounded outward beyond 2^53. */
  min: number = Infinity
  max: number = -Infinity
  dictionary: ColumnDictionary | undefined = undefined
  heap = 0
  heapLength = 0
  private references = 1

  constructor(encoding: SegmentEncoding) {
    this.encoding = encoding
    this.width = encodingWidth(encoding)
  }

  retain(): this {
    this.references++
    return this
  }

  release(reclaimer: Reclaimer): void {
    if (--this.references > 0) return
    reclaimer.retire(this.pointer)
    reclaimer.retire(this.validity)
    reclaimer.retire(this.heap)
    this.dictionary?.release()
  }
}

export function encodingWidth(encoding: SegmentEncoding): 1 | 2 | 4 | 8 {
  switch (encoding) {
    case 'i8':
      return 1
    case 'i16':
      return 2
    case 'i64':
    case 'f64':
      return 8
    default:
      return 4
  }
}

/** How a type lies in an open row group: wide enough for every value. */
export function naturalEncoding(type: DataType): SegmentEncoding {
  const { storage, width } = traits(type)
  if (storage === 'integer') return width === 1 ? 'i8' : width === 2 ? 'i16' : width === 4 ? 'i32' : 'i64'
  if (storage === 'float') return width === 4 ? 'f32' : 'f64'
  return 'heap'
}

/** The type under domains. */
export function baseType(type: DataType): DataType {
  while (type.kind === 'domain') type = type.base
  return type
}

/** The scale of stored integers of a type. */
export function storedScale(type: DataType): number {
  return storageScale(baseType(type))
}

export function isNullAt(segment: Segment, row: number, memory: LinearMemory): boolean {
  return segment.validity !== 0 && memory.u8[segment.validity + row] === 0
}

/** The code of a row of a dictionary segment. */
export function codeAt(segment: Segment, row: number, memory: LinearMemory): number {
  switch (segment.width) {
    case 1:
      return memory.u8[segment.pointer + row]
    case 2:
      return memory.u16[(segment.pointer >>> 1) + row]
    default:
      return memory.u32[(segment.pointer >>> 2) + row]
  }
}

/** The stored number of a row of an integer or float segment; beyond 2^53 the nearest double. */
export function numberAt(segment: Segment, row: number, memory: LinearMemory): number {
  const { pointer } = segment
  switch (segment.encoding) {
    case 'i8':
      return memory.i8[pointer + row]
    case 'i16':
      return memory.i16[(pointer >>> 1) + row]
    case 'i32':
      return memory.i32[(pointer >>> 2) + row]
    case 'i64': {
      const at = (pointer >>> 2) + 2 * row
      return memory.i32[at + 1] * 4294967296 + memory.u32[at]
    }
    case 'f32':
      return memory.f32[(pointer >>> 2) + row]
    default:
      return memory.f64[(pointer >>> 3) + row]
  }
}

/** Where the bytes of a text or of an encoded value lie. */
export function addressAt(segment: Segment, row: number, memory: LinearMemory): number {
  if (segment.encoding === 'heap') return segment.heap + memory.u32[(segment.pointer >>> 2) + row]
  return memory.u32[(segment.dictionary!.refs >>> 2) + 2 * codeAt(segment, row, memory)]
}

export function byteLengthAt(segment: Segment, row: number, memory: LinearMemory): number {
  if (segment.encoding === 'heap') {
    const at = (segment.pointer >>> 2) + row
    return memory.u32[at + 1] - memory.u32[at]
  }
  return memory.u32[(segment.dictionary!.refs >>> 2) + 2 * codeAt(segment, row, memory) + 1]
}
