/**
 * One column of an index key: hashing and comparing it where it lies, in segments, and against a value that is looked
 * up. A value is prepared once and then compared with as many rows as it takes.
 */

import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { encodeUtf8Into, maximumUtf8Length } from '../types/vector-reader.ts'
import { hashBytes } from './dictionary.ts'
import { addressAt, baseType, byteLengthAt, codeAt, isNullAt, numberAt, type Segment } from './segment.ts'

export interface KeyPart {
  /** A 32-bit hash; NULL has one too. */
  hash(segment: Segment, row: number): number
  /** Whether two rows agree; NULLs do. */
  same(left: Segment, leftRow: number, right: Segment, rightRow: number): boolean
  /** Sets the value that `matches` compares with and returns its hash. */
  prepare(value: Value): number
  matches(segment: Segment, row: number): boolean
}

const nullHash = 0x2545f491

export function createKeyPart(type: DataType, memory: LinearMemory): KeyPart {
  switch (traits(type).storage) {
    case 'integer':
      return new IntegerPart(type, memory)
    case 'float':
      return new FloatPart(memory)
    case 'text':
      return new TextPart(type, memory)
    default:
      return new EncodedPart(type, memory)
  }
}

/** The low and high half of stored integers mixed; the low half alone when the high one only extends its sign. */
export function hashInteger(low: number, high: number): number {
  if (high === low >> 31) return low
  return Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) | 0
}

export function lowAt(segment: Segment, row: number, memory: LinearMemory): number {
  if (segment.encoding === 'i64') return memory.i32[(segment.pointer >>> 2) + 2 * row]
  return numberAt(segment, row, memory)
}

export function highAt(segment: Segment, row: number, memory: LinearMemory): number {
  if (segment.encoding === 'i64') return memory.i32[(segment.pointer >>> 2) + 2 * row + 1]
  return numberAt(segment, row, memory) >> 31
}

export class IntegerPart implements KeyPart {
  private readonly type: DataType
  private readonly memory: LinearMemory
  private isNull = false
  private low = 0
  private high = 0

  constructor(type: DataType, memory: LinearMemory) {
    this.type = type
    this.memory = memory
  }

  hash(segment: Segment, row: number): number {
    if (isNullAt(segment, row, this.memory)) return nullHash
    return hashInteger(lowAt(segment, row, this.memory), highAt(segment, row, this.memory))
  }

  same(left: Segment, leftRow: number, right: Segment, rightRow: number): boolean {
    const { memory } = this
    const leftNull = isNullAt(left, leftRow, memory)
    if (leftNull || isNullAt(right, rightRow, memory)) return leftNull && isNullAt(right, rightRow, memory)
    return (
      lowAt(left, leftRow, memory) === lowAt(right, rightRow, memory) &&
      highAt(left, leftRow, memory) === highAt(right, rightRow, memory)
    )
  }

  prepare(value: Value): number {
    this.isNull = value === null
    if (this.isNull) return nullHash
    const stored = traits(this.type).toInteger(value, this.type)
    if (typeof stored === 'number') return this.prepareInteger(stored)
    const number = Number(stored)
    if (Number.isSafeInteger(number)) return this.prepareInteger(number)
    this.low = Number(BigInt.asIntN(32, stored))
    this.high = Number(BigInt.asIntN(32, stored >> 32n))
    return hashInteger(this.low, this.high)
  }

  /** As `prepare`, for a stored integer that a double holds exactly. */
  prepareInteger(stored: number): number {
    this.isNull = false
    this.low = stored | 0
    this.high = Math.floor(stored / 4294967296) | 0
    return hashInteger(this.low, this.high)
  }

  matches(segment: Segment, row: number): boolean {
    const { memory } = this
    if (isNullAt(segment, row, memory)) return this.isNull
    return !this.isNull && lowAt(segment, row, memory) === this.low && highAt(segment, row, memory) === this.high
  }
}

const float = new Float64Array(1)
const floatWords = new Int32Array(float.buffer)

/** Equal numbers have one hash: both zeros, and every NaN. */
function hashFloat(value: number): number {
  float[0] = value === 0 ? 0 : Number.isNaN(value) ? NaN : value
  return hashInteger(floatWords[0] ^ (floatWords[1] << 7), floatWords[1])
}

function sameFloat(left: number, right: number): boolean {
  return left === right || (Number.isNaN(left) && Number.isNaN(right))
}

class FloatPart implements KeyPart {
  private readonly memory: LinearMemory
  private value: number | null = null

  constructor(memory: LinearMemory) {
    this.memory = memory
  }

  hash(segment: Segment, row: number): number {
    return isNullAt(segment, row, this.memory) ? nullHash : hashFloat(numberAt(segment, row, this.memory))
  }

  same(left: Segment, leftRow: number, right: Segment, rightRow: number): boolean {
    const { memory } = this
    const leftNull = isNullAt(left, leftRow, memory)
    if (leftNull || isNullAt(right, rightRow, memory)) return leftNull && isNullAt(right, rightRow, memory)
    return sameFloat(numberAt(left, leftRow, memory), numberAt(right, rightRow, memory))
  }

  prepare(value: Value): number {
    this.value = value
    return value === null ? nullHash : hashFloat(value)
  }

  matches(segment: Segment, row: number): boolean {
    if (isNullAt(segment, row, this.memory)) return this.value === null
    return this.value !== null && sameFloat(numberAt(segment, row, this.memory), this.value)
  }
}

class TextPart implements KeyPart {
  private readonly memory: LinearMemory
  /** Trailing blanks of `char` do not count. */
  private readonly isPadded: boolean
  private isNull = false
  private bytes = new Uint8Array(64)
  private length = 0

  constructor(type: DataType, memory: LinearMemory) {
    this.memory = memory
    this.isPadded = baseType(type).kind === 'char'
  }

  hash(segment: Segment, row: number): number {
    const { memory } = this
    if (isNullAt(segment, row, memory)) return nullHash
    if (segment.dictionary !== undefined && !this.isPadded)
      return segment.dictionary.hash(codeAt(segment, row, memory)) | 0
    const address = addressAt(segment, row, memory)
    return hashBytes(memory.u8, address, address + this.lengthAt(segment, row, address)) | 0
  }

  same(left: Segment, leftRow: number, right: Segment, rightRow: number): boolean {
    const { memory } = this
    const leftNull = isNullAt(left, leftRow, memory)
    if (leftNull || isNullAt(right, rightRow, memory)) return leftNull && isNullAt(right, rightRow, memory)
    const leftAddress = addressAt(left, leftRow, memory)
    const rightAddress = addressAt(right, rightRow, memory)
    const length = this.lengthAt(left, leftRow, leftAddress)
    if (length !== this.lengthAt(right, rightRow, rightAddress)) return false
    const { u8 } = memory
    for (let i = 0; i < length; i++) if (u8[leftAddress + i] !== u8[rightAddress + i]) return false
    return true
  }

  prepare(value: Value): number {
    this.isNull = value === null
    if (this.isNull) return nullHash
    const room = maximumUtf8Length(value)
    if (room > this.bytes.length) this.bytes = new Uint8Array(room * 2)
    this.length = encodeUtf8Into(value, this.bytes, 0)
    if (this.isPadded) while (this.length > 0 && this.bytes[this.length - 1] === 32) this.length--
    return hashBytes(this.bytes, 0, this.length) | 0
  }

  matches(segment: Segment, row: number): boolean {
    const { memory, bytes, length } = this
    if (isNullAt(segment, row, memory)) return this.isNull
    if (this.isNull) return false
    const address = addressAt(segment, row, memory)
    if (this.lengthAt(segment, row, address) !== length) return false
    const { u8 } = memory
    for (let i = 0; i < length; i++) if (u8[address + i] !== bytes[i]) return false
    return true
  }

  private lengthAt(segment: Segment, row: number, address: number): number {
    let length = byteLengthAt(segment, row, this.memory)
    if (this.isPadded) while (length > 0 && this.memory.u8[address + length - 1] === 32) length--
    return length
  }
}

/** Values whose bytes need not agree although the values do: compared by their hash keys. */
class EncodedPart implements KeyPart {
  private readonly type: DataType
  private readonly memory: LinearMemory
  private value: unknown = null

  constructor(type: DataType, memory: LinearMemory) {
    this.type = type
    this.memory = memory
  }

  hash(segment: Segment, row: number): number {
    return hashOfKey(this.keyAt(segment, row))
  }

  same(left: Segment, leftRow: number, right: Segment, rightRow: number): boolean {
    return this.keyAt(left, leftRow) === this.keyAt(right, rightRow)
  }

  prepare(value: Value): number {
    this.value = value === null ? null : traits(this.type).hashKey(value, this.type)
    return hashOfKey(this.value)
  }

  matches(segment: Segment, row: number): boolean {
    return this.keyAt(segment, row) === this.value
  }

  private keyAt(segment: Segment, row: number): unknown {
    const { memory, type } = this
    if (isNullAt(segment, row, memory)) return null
    const address = addressAt(segment, row, memory)
    const bytes = memory.u8.slice(address, address + byteLengthAt(segment, row, memory))
    const typeTraits = traits(type)
    return typeTraits.hashKey(typeTraits.decode(bytes, type), type)
  }
}

function hashOfKey(key: unknown): number {
  if (key === null) return nullHash
  const text = `${typeof key}${key}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}
