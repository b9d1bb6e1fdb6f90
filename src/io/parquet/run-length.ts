/**
 * Parquet's hybrid of runs and packed integers, by which levels and codes of dictionaries are written
 * (https://parquet.apache.org/docs/file-format/data-pages/encodings, "Run Length Encoding / Bit-Packing Hybrid").
 */
import { SqlError } from '../../error.ts'

export class RunLengthReader {
  private readonly bytes: Uint8Array
  private readonly bitWidth: number
  private at = 0
  /** What is left of the run at hand, and whether its integers are packed; of a packed one, the next bit. */
  private left = 0
  private isPacked = false
  private value = 0
  private bit = 0

  constructor(bytes: Uint8Array, bitWidth: number) {
    if (bitWidth > 32) throw damaged(`integers of ${bitWidth} bits`)
    this.bytes = bytes
    this.bitWidth = bitWidth
  }

  /** Whether the next `count` integers are all `value`, said in one run. */
  isRunOf(value: number, count: number): boolean {
    if (this.left === 0) this.nextRun()
    return !this.isPacked && this.value === value && this.left >= count
  }

  /** Writes the next `count` integers. */
  read(target: Int32Array | Uint8Array, count: number): void {
    let done = 0
    while (done < count) {
      if (this.left === 0) this.nextRun()
      const part = Math.min(this.left, count - done)
      if (this.isPacked) this.unpack(target, done, part)
      else target.fill(this.value, done, done + part)
      this.left -= part
      done += part
    }
  }

  private nextRun(): void {
    const header = this.varint()
    if (header & 1) {
      this.isPacked = true
      this.left = (header >>> 1) * 8
      this.bit = this.at * 8
      this.at += (header >>> 1) * this.bitWidth
    } else {
      this.isPacked = false
      this.left = header >>> 1
      this.value = 0
      const width = (this.bitWidth + 7) >>> 3
      if (this.at + width > this.bytes.length) throw damaged('a run that is cut off')
      for (let i = 0; i < width; i++) this.value |= this.bytes[this.at++] << (8 * i)
    }
    if (this.left === 0) throw damaged('an empty run')
  }

  private unpack(target: Int32Array | Uint8Array, from: number, count: number): void {
    const { bytes, bitWidth } = this
    if (Math.ceil((this.bit + count * bitWidth) / 8) > bytes.length) throw damaged('packed integers that are cut off')
    const mask = bitWidth === 32 ? -1 : (1 << bitWidth) - 1
    let { bit } = this
    for (let i = 0; i < count; i++, bit += bitWidth) {
      const at = bit >>> 3
      const shift = bit & 7
      let word = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> shift
      if (shift + bitWidth > 32) word |= bytes[at + 4] << (32 - shift)
      target[from + i] = word & mask
    }
    this.bit = bit
  }

  private varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.bytes.length) throw damaged('levels or codes that end too early')
      const byte = this.bytes[this.at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    throw damaged('a number that is too long')
  }
}

export function damaged(what: string): SqlError {
  return new SqlError('bad_copy_file_format', `could not read Parquet data: the file has ${what}`)
}
