/** Values and vectors of segments. */
import type { DataType } from '../types/data-type.ts'
import { Decimal } from '../types/decimal.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Dictionary, Vector } from '../types/vector.ts'
import { decodeUtf8, storedDecimal } from '../types/vector-reader.ts'
import { addressAt, byteLengthAt, codeAt, isNullAt, numberAt, type Segment, storedScale } from './segment.ts'

/** The value of one row. */
export function readSegmentValue(segment: Segment, row: number, type: DataType, memory: LinearMemory): Value {
  if (isNullAt(segment, row, memory)) return null
  switch (segment.encoding) {
    case 'dictionary':
      return segment.dictionary!.text(codeAt(segment, row, memory))
    case 'heap': {
      const address = addressAt(segment, row, memory)
      const length = byteLengthAt(segment, row, memory)
      const typeTraits = traits(type)
      if (typeTraits.storage === 'text') return decodeUtf8(memory.u8, address, length)
      return typeTraits.decode(memory.u8.slice(address, address + length), type)
    }
    case 'f32':
    case 'f64':
      return numberAt(segment, row, memory)
    default:
      return readInteger(segment, row, type, memory)
  }
}

/** As `readSegmentValue`, for integers of at most 32 bits. */
export function readSmallInteger(segment: Segment, row: number, memory: LinearMemory): number | null {
  const { pointer, validity } = segment
  if (validity !== 0 && memory.u8[validity + row] === 0) return null
  switch (segment.width) {
    case 4:
      return memory.i32[(pointer >>> 2) + row]
    case 2:
      return memory.i16[(pointer >>> 1) + row]
    default:
      return memory.i8[pointer + row]
  }
}

/** As `readSegmentValue`, for double precision. */
export function readDouble({ pointer, validity }: Segment, row: number, memory: LinearMemory): number | null {
  if (validity !== 0 && memory.u8[validity + row] === 0) return null
  return memory.f64[(pointer >>> 3) + row]
}

function readInteger(segment: Segment, row: number, type: DataType, memory: LinearMemory): Value {
  const isWide = segment.encoding === 'i64'
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'date':
    case 'oid':
    case 'time':
      return numberAt(segment, row, memory)
    case 'boolean':
      return numberAt(segment, row, memory) !== 0
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return isWide ? memory.i64[(segment.pointer >>> 3) + row] : BigInt(numberAt(segment, row, memory))
    case 'numeric':
      return isWide
        ? storedDecimal(memory.i64[(segment.pointer >>> 3) + row], storedScale(type))
        : Decimal.fromBigInt(BigInt(numberAt(segment, row, memory)), storedScale(type))
    default:
      return traits(type).fromInteger(
        isWide ? memory.i64[(segment.pointer >>> 3) + row] : numberAt(segment, row, memory),
        type,
      )
  }
}

/** What a vector needs to know of a segment. */
export interface SegmentParts
  extends Pick<Segment, 'encoding' | 'pointer' | 'width' | 'validity' | 'nullCount' | 'heap'> {
  readonly dictionary: Dictionary | undefined
}

/**
 * Rows [from, from + count) of a segment as a vector. For heap segments the references go to `refs`, which has room for
 * 8 · count bytes.
 */
export function segmentVector(
  segment: SegmentParts,
  type: DataType,
  scale: number,
  from: number,
  count: number,
  refs: number,
  memory: LinearMemory,
  min?: number,
  max?: number,
): Vector {
  const validity = segment.nullCount === 0 ? 0 : segment.validity + from
  switch (segment.encoding) {
    case 'dictionary': {
      const width = segment.width as 1 | 2 | 4
      const pointer = segment.pointer + from * width
      return { layout: 'dictionary', type, pointer, width, validity, dictionary: segment.dictionary! }
    }
    case 'heap':
      writeRefs(segment, from, count, refs, memory)
      return { layout: 'refs', type, pointer: refs, validity }
    default:
      return {
        layout: segment.encoding,
        type,
        pointer: segment.pointer + from * segment.width,
        validity,
        scale,
        min,
        max,
      }
  }
}

function writeRefs(segment: SegmentParts, from: number, count: number, refs: number, memory: LinearMemory): void {
  const { u32 } = memory
  const offsets = (segment.pointer >>> 2) + from
  const { heap } = segment
  let to = refs >>> 2
  let start = u32[offsets]
  for (let row = 1; row <= count; row++) {
    const end = u32[offsets + row]
    u32[to] = heap + start
    u32[to + 1] = end - start
    start = end
    to += 2
  }
}
