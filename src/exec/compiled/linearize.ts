/**
 * Vectors of JavaScript values as vectors in linear memory, where the values allow it: what interpreted operators yield,
 * on its way into kernels.
 */
import type { DataType } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import {
  type Batch,
  type DictionaryVector,
  type FixedVector,
  type RefVector,
  selectedCount,
  type ValuesVector,
  type Vector,
} from '../../types/vector.ts'
import { encodeUtf8Into, maximumUtf8Length, vectorReader } from '../../types/vector-reader.ts'
import { storedInteger } from './constant-code.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { underlying, valueClass } from './shape.ts'

export type LinearVector = FixedVector | DictionaryVector | RefVector

/** Whether kernels can read a vector: it lies in linear memory, and its bytes are text. */
export function isLinear(vector: Vector): vector is LinearVector {
  if (vector.layout === 'values' || vector.layout === 'constant') return false
  return vector.layout !== 'refs' || valueClass(vector.type) === 'text'
}

export class Linearizer {
  private readonly memory: QueryMemory
  private readonly values: ScratchBlock
  private readonly validity: ScratchBlock
  private readonly bytes: ScratchBlock

  constructor(memory: QueryMemory) {
    this.memory = memory
    this.values = new ScratchBlock(memory)
    this.validity = new ScratchBlock(memory)
    this.bytes = new ScratchBlock(memory)
  }

  /** The same values, of the rows that take part; undefined when kernels have no layout for them. Holds until the next call. */
  convert(source: Vector, batch: Batch): LinearVector | undefined {
    const rows = this.rows(batch)
    const size = batch.rowCount
    const vector = this.valuesOf(source, rows, size)
    switch (valueClass(vector.type)) {
      case 'boolean':
      case 'integer':
        return this.integers(vector, rows, size)
      case 'float':
        return this.floats(vector, rows, size)
      case 'text':
        return this.texts(vector, rows, size)
      default:
        return undefined
    }
  }

  /** The values of a vector that needs converting: constants, and numerics whose scales storage keeps as bytes. */
  private valuesOf(vector: Vector, rows: (n: number) => number, size: number): ValuesVector {
    if (vector.layout === 'values') return vector
    const read = vectorReader(vector, this.memory.memory)
    const values = new Array<Value>(size).fill(null)
    for (let n = 0; n < this.count; n++) values[rows(n)] = read(rows(n))
    return { layout: 'values', type: vector.type, values }
  }

  private rows(batch: Batch): (n: number) => number {
    const { selection } = batch
    this.count = selectedCount(batch)
    if (selection === null) return (n) => n
    const { memory } = this.memory
    const first = selection.pointer >>> 1
    return (n) => memory.u16[first + n]
  }

  private count = 0
  /** The scale of the numerics before: where all are NULL, any scale would do. */
  private usualScale: number | undefined

  /** Notes which rows are NULL; 0 when none is. */
  private nulls(values: readonly Value[], rows: (n: number) => number, size: number): number {
    let pointer = 0
    for (let n = 0; n < this.count; n++) {
      if (values[rows(n)] !== null) continue
      if (pointer === 0) {
        pointer = this.validity.ensure(size)
        this.memory.memory.fill(1, pointer, size)
      }
      this.memory.memory.u8[pointer + rows(n)] = 0
    }
    return pointer
  }

  private integers(vector: ValuesVector, rows: (n: number) => number, size: number): FixedVector | undefined {
    const { values, type } = vector
    const isBoolean = valueClass(type) === 'boolean'
    const scale = commonScale(values, rows, this.count, this.usualScale ?? declaredScale(type))
    if (scale === undefined) return undefined
    this.usualScale = scale
    const pointer = this.values.ensure(size * 8)
    const { i64, u8 } = this.memory.memory
    let min = Infinity
    let max = -Infinity
    for (let n = 0; n < this.count; n++) {
      const row = rows(n)
      const value = values[row]
      if (value === null) {
        if (isBoolean) u8[pointer + row] = 0
        else i64[(pointer >>> 3) + row] = 0n
        continue
      }
      if (isBoolean) {
        u8[pointer + row] = value ? 1 : 0
        continue
      }
      const stored = storedInteger(value)
      if (stored === undefined) return undefined
      i64[(pointer >>> 3) + row] = stored.integer
      const number = Number(stored.integer)
      if (number < min) min = number
      if (number > max) max = number
    }
    const validity = this.nulls(values, rows, size)
    if (isBoolean) return { layout: 'i8', type, pointer, validity, scale: 0, min: 0, max: 1 }
    return min > max
      ? { layout: 'i64', type, pointer, validity, scale }
      : { layout: 'i64', type, pointer, validity, scale, min, max }
  }

  private floats(vector: ValuesVector, rows: (n: number) => number, size: number): FixedVector {
    const { values, type } = vector
    const pointer = this.values.ensure(size * 8)
    const { f64 } = this.memory.memory
    for (let n = 0; n < this.count; n++) {
      const row = rows(n)
      f64[(pointer >>> 3) + row] = values[row] ?? 0
    }
    return { layout: 'f64', type, pointer, validity: this.nulls(values, rows, size), scale: 0 }
  }

  private texts(vector: ValuesVector, rows: (n: number) => number, size: number): RefVector {
    const { values, type } = vector
    let bytes = 16
    for (let n = 0; n < this.count; n++) {
      const value: string | null = values[rows(n)]
      if (value !== null) bytes += maximumUtf8Length(value)
    }
    const pointer = this.values.ensure(size * 8)
    let address = this.bytes.ensure(bytes)
    const validity = this.nulls(values, rows, size)
    const { u8, u32 } = this.memory.memory
    for (let n = 0; n < this.count; n++) {
      const row = rows(n)
      const value: string | null = values[row]
      const length = value === null ? 0 : encodeUtf8Into(value, u8, address)
      u32[(pointer >>> 2) + 2 * row] = address
      u32[(pointer >>> 2) + 2 * row + 1] = length
      address += length
    }
    return { layout: 'refs', type, pointer, validity }
  }
}

function declaredScale(type: DataType): number {
  const { kind } = underlying(type)
  return kind === 'numeric' ? ((underlying(type) as { scale?: number }).scale ?? 0) : 0
}

/** The scale that all numerics share, or `otherwise` without any; undefined when they differ, since a scale belongs to what is printed. */
function commonScale(
  values: readonly Value[],
  rows: (n: number) => number,
  count: number,
  otherwise: number,
): number | undefined {
  let scale = -1
  for (let n = 0; n < count; n++) {
    const value = values[rows(n)]
    if (!(value instanceof Decimal)) {
      if (value === null) continue
      return 0
    }
    if (scale === -1) scale = value.scale
    else if (scale !== value.scale) return undefined
  }
  return scale === -1 ? otherwise : scale
}
