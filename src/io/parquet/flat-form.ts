/**
 * Which leaves go from the pages of a file straight into vectors, and how: values that lie one after the other (encoding PLAIN)
 * are written as the column's vectors have them. What is not here is read by way of JavaScript values (`read.ts`).
 */
import { SqlError } from '../../error.ts'
import type { SourceBlocks } from '../../types/external-source.ts'
import type { FixedLayout } from '../../types/vector.ts'
import { decodeUtf8 } from '../csv/scanner.ts'
import { floorDivide, leafType, type ParquetElement } from './leaf.ts'
import { damaged } from './run-length.ts'

/** Writes the next `count` values from address `pointer` on. */
export type Decode = (count: number, pointer: number) => void

export interface FlatForm {
  readonly layout: FixedLayout | 'refs'
  /** Bytes of a row in a vector. */
  readonly width: 1 | 4 | 8
  /** numeric: digits behind the point. */
  readonly scale: number
  /** Values that lie one after the other. `place` copies bytes that the vector will point to, and says where to. */
  plain(page: Uint8Array, blocks: SourceBlocks, place: (bytes: Uint8Array) => number): Decode
}

export function flatForm(element: ParquetElement): FlatForm | undefined {
  const type = leafType(element)
  switch (type.kind) {
    case 'boolean':
      return { layout: 'i8', width: 1, scale: 0, plain: bits }
    case 'smallint':
    case 'integer':
    case 'date':
      return element.type === 'INT32' && isSigned(element) ? copied('i32', 4) : undefined
    case 'bigint':
      return element.type === 'INT64' ? copied('i64', 8) : undefined
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return element.type === 'INT64' ? instants(element) : undefined
    case 'real':
      return element.type === 'FLOAT' ? copied('f32', 4) : undefined
    case 'double':
      return copied('f64', 8)
    case 'numeric':
      return type.precision !== undefined && type.precision <= 18 ? decimals(element, type.scale ?? 0) : undefined
    case 'text':
      return { layout: 'refs', width: 8, scale: 0, plain: texts }
    default:
      return undefined
  }
}

function isSigned(element: ParquetElement): boolean {
  return !element.converted_type?.startsWith('U') && element.logical_type?.isSigned !== false
}

function copied(layout: FixedLayout, width: 4 | 8, scale = 0): FlatForm {
  return {
    layout,
    width,
    scale,
    plain(page, blocks) {
      let at = 0
      return (count, pointer) => {
        const end = checkedEnd(page, at, count * width)
        blocks.memory.u8.set(page.subarray(at, end), pointer)
        at = end
      }
    },
  }
}

function checkedEnd(page: Uint8Array, at: number, length: number): number {
  if (at + length > page.length) throw damaged('a page that is too short')
  return at + length
}

function bits(page: Uint8Array, blocks: SourceBlocks): Decode {
  let bit = 0
  return (count, pointer) => {
    checkedEnd(page, 0, Math.ceil((bit + count) / 8))
    const { u8 } = blocks.memory
    for (let i = 0; i < count; i++, bit++) u8[pointer + i] = (page[bit >>> 3] >>> (bit & 7)) & 1
  }
}

/** Microseconds, from whatever unit the file has. */
function instants(element: ParquetElement): FlatForm {
  const form = copied('i64', 8)
  const unit = element.logical_type?.unit ?? element.converted_type?.split('_')[1] ?? 'MICROS'
  if (unit === 'MICROS') return form
  const convert = unit === 'MILLIS' ? microsOfMillis : (nanos: bigint): bigint => floorDivide(nanos, 1000n)
  return {
    ...form,
    plain(page, blocks, place) {
      const decode = form.plain(page, blocks, place)
      return (count, pointer) => {
        decode(count, pointer)
        const { i64 } = blocks.memory
        const end = pointer / 8 + count
        for (let at = pointer / 8; at < end; at++) i64[at] = convert(i64[at])
      }
    },
  }
}

const mostMillis = 9223372036854775n

function microsOfMillis(millis: bigint): bigint {
  if (millis > mostMillis || millis < -mostMillis)
    throw new SqlError('datetime_field_overflow', 'timestamp out of range')
  return millis * 1000n
}

function decimals(element: ParquetElement, scale: number): FlatForm | undefined {
  if (element.type === 'INT32') return copied('i32', 4, scale)
  if (element.type === 'INT64') return copied('i64', 8, scale)
  const length = element.type_length
  if (element.type !== 'FIXED_LEN_BYTE_ARRAY' || !length) return undefined
  return {
    layout: 'i64',
    width: 8,
    scale,
    plain(page, blocks) {
      let at = 0
      return (count, pointer) => {
        const end = checkedEnd(page, at, count * length)
        const { i32 } = blocks.memory
        for (let to = pointer >>> 2; at < end; at += length, to += 2) {
          i32[to] = bigEndianWord(page, at, at + length)
          i32[to + 1] = bigEndianWord(page, at, at + length - 4)
        }
      }
    },
  }
}

/** The 32 bits before `end` of a number in two's complement that begins at `start`, most significant byte first. */
function bigEndianWord(bytes: Uint8Array, start: number, end: number): number {
  let word = bytes[start] & 128 ? -1 : 0
  for (let at = Math.max(start, end - 4); at < end; at++) word = (word << 8) | bytes[at]
  return word
}

/** (address, length) of texts that have their lengths before them. */
function texts(page: Uint8Array, blocks: SourceBlocks, place: (bytes: Uint8Array) => number): Decode {
  const start = place(page)
  const end = start + page.length
  const isAscii = allBelow128(page)
  let at = start
  return (count, pointer) => {
    const { u8, u32 } = blocks.memory
    for (let to = pointer >>> 2, last = to + 2 * count; to < last; to += 2) {
      if (at + 4 > end) throw damaged('a page that is too short')
      const length = (u8[at] | (u8[at + 1] << 8) | (u8[at + 2] << 16) | (u8[at + 3] << 24)) >>> 0
      at += 4
      if (at + length > end) throw damaged('a text that is cut off')
      if (!isAscii) checkUtf8(u8, at, at + length)
      u32[to] = at
      u32[to + 1] = length
      at += length
    }
  }
}

function allBelow128(bytes: Uint8Array): boolean {
  let all = 0
  for (let i = 0; i < bytes.length; i++) all |= bytes[i]
  return all < 128
}

/** @throws SqlError 22021 */
function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] >= 128) {
      decodeUtf8(bytes, start, end)
      return
    }
  }
}
