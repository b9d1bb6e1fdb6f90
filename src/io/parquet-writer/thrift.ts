/** Thrift's compact protocol, as far as Parquet's footer and page headers need it. */

/** A field: its number, its kind and its value; undefined leaves it out. */
export type Field =
  | readonly [id: number, kind: 'i8' | 'i16' | 'i32', value: number | undefined]
  | readonly [id: number, kind: 'i64', value: number | bigint | undefined]
  | readonly [id: number, kind: 'bool', value: boolean | undefined]
  | readonly [id: number, kind: 'bytes', value: string | Uint8Array | undefined]
  | readonly [id: number, kind: 'struct', value: Struct | undefined]
  | readonly [id: number, kind: 'structs', value: readonly Struct[] | undefined]
  | readonly [id: number, kind: 'i32s', value: readonly number[] | undefined]
  | readonly [id: number, kind: 'texts', value: readonly string[] | undefined]
export type Struct = readonly Field[]

const kinds = { i8: 3, i16: 4, i32: 5, i64: 6, bytes: 8, struct: 12, structs: 9, i32s: 9, texts: 9 } as const
const encoder = new TextEncoder()

export class ThriftWriter {
  private readonly bytes: number[] = []

  struct(fields: Struct): this {
    let last = 0
    for (const field of fields) {
      const [id, kind, value] = field
      if (value === undefined) continue
      const code = kind === 'bool' ? (value ? 1 : 2) : kinds[kind]
      if (id - last <= 15) this.bytes.push(((id - last) << 4) | code)
      else {
        this.bytes.push(code)
        this.zigzag(BigInt(id))
      }
      last = id
      this.value(field)
    }
    this.bytes.push(0)
    return this
  }

  toUint8Array(): Uint8Array {
    return Uint8Array.from(this.bytes)
  }

  private value([, kind, value]: Field): void {
    switch (kind) {
      case 'bool':
        return
      case 'i8':
        this.bytes.push(value! & 255)
        return
      case 'i16':
      case 'i32':
      case 'i64':
        this.zigzag(BigInt(value!))
        return
      case 'bytes':
        this.binary(value!)
        return
      case 'struct':
        this.struct(value!)
        return
      case 'structs':
        this.list(value!.length, 12)
        for (const item of value!) this.struct(item)
        return
      case 'i32s':
        this.list(value!.length, 5)
        for (const item of value!) this.zigzag(BigInt(item))
        return
      case 'texts':
        this.list(value!.length, 8)
        for (const item of value!) this.binary(item)
    }
  }

  private list(length: number, kind: number): void {
    if (length < 15) this.bytes.push((length << 4) | kind)
    else {
      this.bytes.push(0xf0 | kind)
      this.varint(BigInt(length))
    }
  }

  private binary(value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value
    this.varint(BigInt(bytes.length))
    for (const byte of bytes) this.bytes.push(byte)
  }

  private zigzag(value: bigint): void {
    this.varint(value >= 0n ? value * 2n : -value * 2n - 1n)
  }

  private varint(value: bigint): void {
    while (value > 127n) {
      this.bytes.push(Number(value & 127n) | 128)
      value >>= 7n
    }
    this.bytes.push(Number(value))
  }
}
