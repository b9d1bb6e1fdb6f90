/**
 * Values as bytes, for columns whose values are neither numbers nor text. Written and read with the same type, they
 * come back exactly; the bytes are compact, not ordered.
 */
import { Decimal } from './decimal.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Bytes that grow as they are written. */
export class ByteWriter {
  private bytes = new Uint8Array(64)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  private reserve(count: number): number {
    const at = this.length
    if (at + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + count))
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    this.length = at + count
    return at
  }

  byte(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }

  /** Seven bits a byte, the lowest first; not negative. */
  count(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  int32(value: number): void {
    const at = this.reserve(4)
    this.view.setInt32(at, value, true)
  }

  int64(value: bigint): void {
    const at = this.reserve(8)
    this.view.setBigInt64(at, value, true)
  }

  float64(value: number): void {
    const at = this.reserve(8)
    this.view.setFloat64(at, value, true)
  }

  raw(value: Uint8Array): void {
    const at = this.reserve(value.length)
    this.bytes.set(value, at)
  }

  sized(value: Uint8Array): void {
    this.count(value.length)
    this.raw(value)
  }

  text(value: string): void {
    this.sized(encoder.encode(value))
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}

export class ByteReader {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    return this.bytes[this.at++]
  }

  count(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      if (byte < 128) return value + byte * scale
      value += (byte - 128) * scale
      scale *= 128
    }
  }

  int32(): number {
    this.at += 4
    return this.view.getInt32(this.at - 4, true)
  }

  int64(): bigint {
    this.at += 8
    return this.view.getBigInt64(this.at - 8, true)
  }

  float64(): number {
    this.at += 8
    return this.view.getFloat64(this.at - 8, true)
  }

  raw(length: number): Uint8Array {
    this.at += length
    return this.bytes.slice(this.at - length, this.at)
  }

  sized(): Uint8Array {
    return this.raw(this.count())
  }

  text(): string {
    const length = this.count()
    this.at += length
    return decodeText(this.bytes.subarray(this.at - length, this.at))
  }
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** TextDecoder refuses views on shared memory, so those are copied first. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice())
}

/** Coefficients of 64 bits: scale and coefficient, ten bytes; all others their text behind a mark. */
const AS_TEXT = 0xffff

export function encodeDecimal(value: Decimal): Uint8Array {
  const { coefficient, scale } = value
  if (value.isFinite() && BigInt.asIntN(64, coefficient) === coefficient) {
    const bytes = new Uint8Array(10)
    const view = new DataView(bytes.buffer)
    view.setUint16(0, scale, true)
    view.setBigInt64(2, coefficient, true)
    return bytes
  }
  const text = encoder.encode(value.toString())
  const bytes = new Uint8Array(text.length + 2)
  bytes[0] = AS_TEXT & 255
  bytes[1] = AS_TEXT >> 8
  bytes.set(text, 2)
  return bytes
}

export function decodeDecimal(bytes: Uint8Array): Decimal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const scale = view.getUint16(0, true)
  if (scale !== AS_TEXT) return Decimal.fromBigInt(view.getBigInt64(2, true), scale)
  return Decimal.parse(decodeText(bytes.subarray(2)))
}
