/**
 * Reading vectors value by value, and text in and out of linear memory. A reader is made once per vector and has no
 * decisions left but those that depend on the row; it takes the memory's views on every call, so it outlives growth.
 */
import type { DataType } from './data-type.ts'
import { Decimal } from './decimal.ts'
import type { LinearMemory } from './linear-memory.ts'
import { traits } from './traits.ts'
import type { Value } from './value.ts'
import type { DictionaryVector, FixedVector, RefVector, Vector } from './vector.ts'

/** The value of a row, in the representation of the vector's type; null for NULL. */
export type RowReader = (row: number) => Value

export function vectorReader(vector: Vector, memory: LinearMemory): RowReader {
  switch (vector.layout) {
    case 'constant': {
      const { value } = vector
      return () => value
    }
    case 'values': {
      const { values } = vector
      return (row) => values[row]
    }
    case 'dictionary':
      return dictionaryReader(vector, memory)
    case 'refs':
      return refReader(vector, memory)
    default:
      return fixedReader(vector, memory)
  }
}

/** Whether a row of a vector is NULL. */
export function isNull(vector: Vector, row: number, memory: LinearMemory): boolean {
  switch (vector.layout) {
    case 'constant':
      return vector.value === null
    case 'values':
      return vector.values[row] === null
    default:
      return vector.validity !== 0 && memory.u8[vector.validity + row] === 0
  }
}

function withNulls(read: RowReader, validity: number, memory: LinearMemory): RowReader {
  if (validity === 0) return read
  return (row) => (memory.u8[validity + row] === 0 ? null : read(row))
}

function dictionaryReader(vector: DictionaryVector, memory: LinearMemory): RowReader {
  const { pointer, validity, dictionary } = vector
  switch (vector.width) {
    case 1:
      return withNulls((row) => dictionary.text(memory.u8[pointer + row]), validity, memory)
    case 2:
      return withNulls((row) => dictionary.text(memory.u16[(pointer >>> 1) + row]), validity, memory)
    case 4:
      return withNulls((row) => dictionary.text(memory.u32[(pointer >>> 2) + row]), validity, memory)
  }
}

function refReader(vector: RefVector, memory: LinearMemory): RowReader {
  const { type, validity } = vector
  const base = vector.pointer >>> 2
  const typeTraits = traits(type)
  if (typeTraits.storage !== 'bytes') {
    return withNulls(
      (row) => decodeUtf8(memory.u8, memory.u32[base + 2 * row], memory.u32[base + 2 * row + 1]),
      validity,
      memory,
    )
  }
  return withNulls(
    (row) => {
      const address = memory.u32[base + 2 * row]
      return typeTraits.decode(memory.u8.slice(address, address + memory.u32[base + 2 * row + 1]), type)
    },
    validity,
    memory,
  )
}

function fixedReader(vector: FixedVector, memory: LinearMemory): RowReader {
  return withNulls(storedReader(vector, memory), vector.validity, memory)
}

function storedReader(vector: FixedVector, memory: LinearMemory): RowReader {
  const { layout, pointer } = vector
  switch (layout) {
    case 'f32':
      return (row) => memory.f32[(pointer >>> 2) + row]
    case 'f64':
      return (row) => memory.f64[(pointer >>> 3) + row]
    case 'i64':
      return wideReader(vector, memory)
    default:
      return narrowReader(vector, memory)
  }
}

function wideReader(vector: FixedVector, memory: LinearMemory): RowReader {
  const { type, pointer, scale } = vector
  switch (integerForm(type)) {
    case 'bigint':
      return (row) => memory.i64[(pointer >>> 3) + row]
    case 'number':
      return (row) => Number(memory.i64[(pointer >>> 3) + row])
    case 'boolean':
      return (row) => memory.i64[(pointer >>> 3) + row] !== 0n
    case 'decimal':
      return (row) => storedDecimal(memory.i64[(pointer >>> 3) + row], scale)
    case 'other': {
      const typeTraits = traits(type)
      return (row) => typeTraits.fromInteger(memory.i64[(pointer >>> 3) + row], type)
    }
  }
}

/** What stands for NaN among the integers of a numeric. */
export const storedNan = 9223372036854775807n

/** The decimal of a stored 64-bit integer, of which the greatest stands for NaN. */
export function storedDecimal(stored: bigint, scale: number): Decimal {
  return stored === storedNan ? Decimal.NAN : Decimal.fromBigInt(stored, scale)
}

function narrowReader(vector: FixedVector, memory: LinearMemory): RowReader {
  const { type, scale } = vector
  const read = narrowIntegerReader(vector, memory)
  switch (integerForm(type)) {
    case 'number':
      return read
    case 'bigint':
      return (row) => BigInt(read(row))
    case 'boolean':
      return (row) => read(row) !== 0
    case 'decimal':
      return (row) => Decimal.fromBigInt(BigInt(read(row)), scale)
    case 'other': {
      const typeTraits = traits(type)
      return (row) => typeTraits.fromInteger(read(row), type)
    }
  }
}

function narrowIntegerReader(vector: FixedVector, memory: LinearMemory): (row: number) => number {
  const { pointer } = vector
  switch (vector.layout) {
    case 'i8':
      return (row) => memory.i8[pointer + row]
    case 'i16':
      return (row) => memory.i16[(pointer >>> 1) + row]
    default:
      return (row) => memory.i32[(pointer >>> 2) + row]
  }
}

/** What a stored integer becomes in JavaScript. */
function integerForm(type: DataType): 'number' | 'bigint' | 'boolean' | 'decimal' | 'other' {
  switch (type.kind) {
    case 'boolean':
      return 'boolean'
    case 'smallint':
    case 'integer':
    case 'oid':
    case 'date':
    case 'time':
      return 'number'
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return 'bigint'
    case 'numeric':
      return 'decimal'
    default:
      return 'other'
  }
}

/** Node's Buffer decodes and encodes short texts two to three times faster than TextDecoder and TextEncoder. */
interface HostBuffer {
  utf8Slice(this: Uint8Array, start: number, end: number): string
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number
}

const host = (globalThis as { Buffer?: { prototype?: Partial<HostBuffer> } }).Buffer?.prototype
const utf8Slice = host?.utf8Slice
const utf8Write = host?.utf8Write
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
const asciiCharacters: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** The text whose UTF-8 stands at an address. Short ASCII is put together here: 26 ns against 68 ns by the host. */
export function decodeUtf8(u8: Uint8Array, address: number, length: number): string {
  if (length <= 7) {
    let all = 0
    for (let i = 0; i < length; i++) all |= u8[address + i]
    if (all < 128) return shortAscii(u8, address, length)
  }
  if (utf8Slice !== undefined) return utf8Slice.call(u8, address, address + length)
  const bytes = u8.subarray(address, address + length)
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice())
}

function shortAscii(u8: Uint8Array, at: number, length: number): string {
  switch (length) {
    case 0:
      return ''
    case 1:
      return asciiCharacters[u8[at]]
    case 2:
      return String.fromCharCode(u8[at], u8[at + 1])
    case 3:
      return String.fromCharCode(u8[at], u8[at + 1], u8[at + 2])
    case 4:
      return String.fromCharCode(u8[at], u8[at + 1], u8[at + 2], u8[at + 3])
    case 5:
      return String.fromCharCode(u8[at], u8[at + 1], u8[at + 2], u8[at + 3], u8[at + 4])
    case 6:
      return String.fromCharCode(u8[at], u8[at + 1], u8[at + 2], u8[at + 3], u8[at + 4], u8[at + 5])
    default:
      return String.fromCharCode(u8[at], u8[at + 1], u8[at + 2], u8[at + 3], u8[at + 4], u8[at + 5], u8[at + 6])
  }
}

/** The most bytes that `encodeUtf8Into` writes for a text. */
export function maximumUtf8Length(text: string): number {
  return text.length * 3
}

/** Writes a text as UTF-8 at an address with room for `maximumUtf8Length`; returns the bytes written. */
export function encodeUtf8Into(text: string, u8: Uint8Array, address: number): number {
  const { length } = text
  if (length <= 24) {
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      u8[address + i] = code
    }
    if (i === length) return length
  }
  if (utf8Write !== undefined) return utf8Write.call(u8, text, address, length * 3)
  const target = u8.subarray(address, address + length * 3)
  if (target.buffer instanceof ArrayBuffer) return encoder.encodeInto(text, target).written
  const bytes = encoder.encode(text)
  target.set(bytes)
  return bytes.length
}
