/** A growing byte buffer with WebAssembly's number encodings. */
export class Bytes {
  data: Uint8Array
  length = 0

  constructor(capacity = 512) {
    this.data = new Uint8Array(capacity)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.data.length) return
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + count))
    larger.set(this.data)
    this.data = larger
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.reserve(1)
    this.data[this.length++] = value
  }

  raw(bytes: ArrayLike<number>): void {
    this.reserve(bytes.length)
    this.data.set(bytes, this.length)
    this.length += bytes.length
  }

  append(other: Bytes): void {
    this.raw(other.data.subarray(0, other.length))
  }

  /** Unsigned LEB128, at most 32 bits. */
  u32(value: number): void {
    let rest = value >>> 0
    while (rest > 127) {
      this.byte((rest & 127) | 128)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** Signed LEB128 of a 32-bit number. */
  s32(value: number): void {
    let rest = value | 0
    for (;;) {
      const low = rest & 127
      rest >>= 7
      if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return this.byte(low)
      this.byte(low | 128)
    }
  }

  /** Signed LEB128 of a 64-bit number. */
  s64(value: bigint): void {
    if (value >= -0x80000000n && value <= 0x7fffffffn) return this.s32(Number(value))
    let rest = BigInt.asIntN(64, value)
    for (;;) {
      const low = Number(rest & 127n)
      rest >>= 7n
      if ((rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0)) return this.byte(low)
      this.byte(low | 128)
    }
  }

  f64(value: number): void {
    scratch.setFloat64(0, value, true)
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i))
  }

  f32(value: number): void {
    scratch.setFloat32(0, value, true)
    for (let i = 0; i < 4; i++) this.byte(scratch.getUint8(i))
  }

  /** A length and that many bytes of UTF-8; names here are ASCII. */
  name(text: string): void {
    this.u32(text.length)
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i))
  }

  toUint8Array(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length) as Uint8Array<ArrayBuffer>
  }
}

const scratch = new DataView(new ArrayBuffer(8))
