/** One column of one row group, as it comes: values one behind the other, NULLs apart, bounds noted. */
import type { LinearMemory } from '../../types/linear-memory.ts'
import type { DictionaryVector, RefVector, Vector } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import type { ColumnType } from './column-type.ts'

const encoder = new TextEncoder()

/** Where a value of a vector is, of those that take part. */
export type RowOf = (n: number) => number

export class ColumnChunk {
  readonly type: ColumnType
  readonly valid: Uint8Array
  rows = 0
  /** Values that are not NULL. */
  count = 0
  min: number | bigint | undefined
  max: number | bigint | undefined
  private hasNan = false
  private readonly numbers: Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | undefined
  private data = new Uint8Array(1024)
  private end = 0
  /** Texts by their number in the dictionary, while every batch has come with one. */
  private numbersOfTexts: Uint32Array | undefined
  private readonly texts: Uint8Array[] = []
  private readonly textNumbers = new Map<string, number>()

  constructor(type: ColumnType, capacity: number) {
    this.type = type
    this.valid = new Uint8Array(capacity)
    this.numbers = arrayOf(type.physical, capacity)
    if (type.physical === 'bytes' && type.write === undefined) this.numbersOfTexts = new Uint32Array(capacity)
  }

  add(vector: Vector, rowOf: RowOf, count: number, memory: LinearMemory): void {
    if (vector.layout === 'refs' && this.isText) this.addRefs(vector, rowOf, count, memory)
    else if (vector.layout === 'dictionary' && this.isText) this.addCodes(vector, rowOf, count, memory)
    else {
      const read = vectorReader(vector, memory)
      const { write } = this.type
      for (let n = 0; n < count; n++) {
        const value = read(rowOf(n))
        const isValid = value !== null && value !== undefined
        this.valid[this.rows++] = isValid ? 1 : 0
        if (isValid) this.put(write === undefined ? value : write(value))
      }
    }
  }

  /** The values as PLAIN has them. */
  plain(): Uint8Array {
    const { numbers, count } = this
    if (this.type.physical === 'boolean') return packed(numbers as Uint8Array, count, 1)
    if (numbers !== undefined) return new Uint8Array(numbers.buffer, 0, count * numbers.BYTES_PER_ELEMENT)
    this.leaveDictionary()
    return this.data.subarray(0, this.end)
  }

  /** The texts of a dictionary and the numbers of the values, where that is shorter. */
  dictionary(): { readonly texts: Uint8Array; readonly size: number; readonly numbers: Uint8Array } | undefined {
    const { numbersOfTexts, texts, count } = this
    if (numbersOfTexts === undefined || texts.length === 0 || texts.length * 2 > count) return undefined
    const bits = Math.max(1, 32 - Math.clz32(texts.length - 1))
    const chunk = new ColumnChunk({ physical: 'bytes', write: (value) => value }, 0)
    for (const text of texts) chunk.put(text)
    const groups = Math.ceil(count / 8)
    const body = packed(numbersOfTexts, count, bits)
    const head = [bits, ...varint(groups * 2 + 1)]
    const numbers = new Uint8Array(head.length + groups * bits)
    numbers.set(head)
    numbers.set(body, head.length)
    return { texts: chunk.plain(), size: texts.length, numbers }
  }

  /** Bounds as PLAIN has values; none for texts, and where NaN is among them. */
  bounds(): { readonly min: Uint8Array; readonly max: Uint8Array } | undefined {
    const { min, max } = this
    if (min === undefined || max === undefined || this.hasNan) return undefined
    const bytesOf = (value: number | bigint): Uint8Array => {
      const array = arrayOf(this.type.physical, 1)!
      array[0] = value as never
      return new Uint8Array(array.buffer)
    }
    return { min: bytesOf(min), max: bytesOf(max) }
  }

  private get isText(): boolean {
    return this.type.physical === 'bytes' && this.type.write === undefined
  }

  private put(value: unknown): void {
    const { numbers } = this
    if (numbers === undefined) {
      if (this.numbersOfTexts !== undefined) this.putText(value as string)
      else this.putBytes(value instanceof Uint8Array ? value : encoder.encode(value as string))
      return
    }
    if (typeof value === 'boolean') {
      numbers[this.count++] = (value ? 1 : 0) as never
      return
    }
    const number = value as number
    numbers[this.count++] = number as never
    if (number !== number) this.hasNan = true
    if (this.min === undefined || number < this.min) this.min = number
    if (this.max === undefined || number > this.max) this.max = number
  }

  private putText(text: string): void {
    let number = this.textNumbers.get(text)
    if (number === undefined) {
      number = this.texts.push(encoder.encode(text)) - 1
      this.textNumbers.set(text, number)
    }
    this.numbersOfTexts![this.count++] = number
    if (number > 1024 && this.texts.length * 2 > this.count) this.leaveDictionary()
  }

  private putBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.data.set(bytes, this.end)
    this.end += bytes.length
    this.count++
  }

  /** Room for a value's bytes; their length is written before them. */
  private reserve(length: number): void {
    const isFixed = this.type.physical === 'fixed'
    const needed = this.end + length + 4
    if (needed > this.data.length) {
      const larger = new Uint8Array(Math.max(needed, this.data.length * 2))
      larger.set(this.data.subarray(0, this.end))
      this.data = larger
    }
    if (isFixed) return
    const { data } = this
    data[this.end++] = length & 255
    data[this.end++] = (length >>> 8) & 255
    data[this.end++] = (length >>> 16) & 255
    data[this.end++] = length >>> 24
  }

  /** Writes the values so far out in full. */
  private leaveDictionary(): void {
    const { numbersOfTexts, count, texts } = this
    if (numbersOfTexts === undefined) return
    this.numbersOfTexts = undefined
    this.count = 0
    for (let i = 0; i < count; i++) this.putBytes(texts[numbersOfTexts[i]])
    this.textNumbers.clear()
  }

  /** Texts that lie in linear memory: copied as they are. */
  private addRefs(vector: RefVector, rowOf: RowOf, count: number, memory: LinearMemory): void {
    this.leaveDictionary()
    const { u8, u32 } = memory
    for (let n = 0; n < count; n++) {
      const row = rowOf(n)
      const isValid = vector.validity === 0 || u8[vector.validity + row] !== 0
      this.valid[this.rows++] = isValid ? 1 : 0
      if (!isValid) continue
      const at = (vector.pointer >>> 2) + 2 * row
      this.putBytes(u8.subarray(u32[at], u32[at] + u32[at + 1]))
    }
  }

  private addCodes(vector: DictionaryVector, rowOf: RowOf, count: number, memory: LinearMemory): void {
    const numbers = new Map<number, number>()
    const { dictionary, validity, pointer, width } = vector
    for (let n = 0; n < count; n++) {
      const row = rowOf(n)
      const isValid = validity === 0 || memory.u8[validity + row] !== 0
      this.valid[this.rows++] = isValid ? 1 : 0
      if (!isValid) continue
      const code =
        width === 1
          ? memory.u8[pointer + row]
          : width === 2
            ? memory.u16[(pointer >>> 1) + row]
            : memory.u32[(pointer >>> 2) + row]
      const number = numbers.get(code)
      if (number !== undefined && this.numbersOfTexts !== undefined) this.numbersOfTexts[this.count++] = number
      else {
        this.put(dictionary.text(code))
        if (this.numbersOfTexts !== undefined) numbers.set(code, this.numbersOfTexts[this.count - 1])
      }
    }
  }
}

function arrayOf(physical: ColumnType['physical'], capacity: number) {
  switch (physical) {
    case 'boolean':
      return new Uint8Array(capacity)
    case 'int32':
      return new Int32Array(capacity)
    case 'int64':
      return new BigInt64Array(capacity)
    case 'float':
      return new Float32Array(capacity)
    case 'double':
      return new Float64Array(capacity)
    default:
      return undefined
  }
}

/** Numbers of so many bits one behind the other, from the lowest bit on; filled up to eight. */
export function packed(values: ArrayLike<number>, count: number, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(count / 8) * bits)
  let to = 0
  let held = 0
  let waiting = 0
  for (let i = 0; i < count; i++) {
    held |= values[i] << waiting
    waiting += bits
    while (waiting >= 8) {
      bytes[to++] = held & 255
      held >>>= 8
      waiting -= 8
    }
  }
  if (waiting > 0) bytes[to] = held & 255
  return bytes
}

export function varint(value: number): number[] {
  const bytes: number[] = []
  while (value > 127) {
    bytes.push((value & 127) | 128)
    value >>>= 7
  }
  bytes.push(value)
  return bytes
}
