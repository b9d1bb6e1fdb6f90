/**
 * The key columns of a join, on both sides, as one integer vector each: a column of integers is itself the vector;
 * everything else becomes codes. Texts are numbered by the build side's table, several columns are combined. What a probe
 * row has that no build row has makes its key invalid, like NULL.
 */
import type { DataType } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import {
  type Batch,
  type Dictionary,
  type DictionaryVector,
  type FixedVector,
  selectedCount,
  type Vector,
} from '../../types/vector.ts'
import { storedNan, vectorReader } from '../../types/vector-reader.ts'
import { joinLibrary } from './join-library.ts'
import { keyLibrary } from './key-library.ts'
import { library } from './library.ts'
import { isLinear, Linearizer, type LinearVector } from './linearize.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'
import { IntegerTable, type SharedTable, TextTable } from './number-tables.ts'
import { valueClass } from './shape.ts'

/** A vector of integers that a table takes: which access reads it, and the rows it covers. */
export interface KeyVector {
  readonly access: 'i8' | 'i16' | 'i32' | 'u32' | 'i64'
  readonly pointer: number
  readonly validity: number
  /** 0 when the vector has an element for each row that takes part, in order. */
  readonly selection: number
  readonly count: number
}

/** One key column. */
class JoinColumn {
  readonly type: DataType
  readonly nullsEqual: boolean
  low = 0
  range = 1
  private readonly memory: QueryMemory
  private readonly join: KernelFunctions
  private readonly keys: KernelFunctions
  private readonly linearizer: Linearizer
  private readonly values: ScratchBlock
  private readonly valid: ScratchBlock
  private readonly unused: ScratchBlock
  private readonly widened: ScratchBlock
  private readonly widenedValid: ScratchBlock
  private readonly numbers: ScratchBlock
  private readonly maps = new Map<Dictionary, { map: number; size: number }>()
  private readonly unsayable = new Map<string | number | bigint, bigint>()
  private scale: number | undefined
  private texts: TextTable | undefined
  /** Numbers the integers of a column that is too wide to be combined. */
  private integers: IntegerTable | undefined

  constructor(type: DataType, nullsEqual: boolean, memory: QueryMemory) {
    this.type = type
    this.nullsEqual = nullsEqual
    this.memory = memory
    this.join = library(joinLibrary, memory.memory)
    this.keys = library(keyLibrary, memory.memory)
    this.linearizer = new Linearizer(memory)
    this.values = new ScratchBlock(memory)
    this.valid = new ScratchBlock(memory)
    this.unused = new ScratchBlock(memory)
    this.widened = new ScratchBlock(memory)
    this.widenedValid = new ScratchBlock(memory)
    this.numbers = new ScratchBlock(memory)
  }

  /** For other threads, which look up only. */
  get shared(): SharedColumn {
    const { low, range, scale, texts, integers, unsayable } = this
    return { low, range, scale, texts: texts?.shared, integers: integers?.shared, unsayable }
  }

  adopt({ low, range, scale, texts, integers, unsayable }: SharedColumn): void {
    this.low = low
    this.range = range
    this.scale = scale
    this.texts = texts && new TextTable(this.memory, 0, texts)
    this.integers = integers && new IntegerTable(this.memory, 0, integers)
    for (const [key, code] of unsayable) this.unsayable.set(key, code)
  }

  get isText(): boolean {
    return valueClass(this.type) === 'text'
  }

  /** The scale of the build side's integers. */
  get commonScale(): number {
    return this.scale ?? 0
  }

  /** The rows' keys. On the build side new texts get numbers. */
  vector(vector: Vector, batch: Batch, building: boolean): KeyVector {
    const linear = this.linear(vector, batch)
    const count = selectedCount(batch)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    if (linear === undefined) return this.exactly(vector, batch, building)
    if (this.isText) return this.textNumbers(linear, selection, count, building)
    if (!('scale' in linear)) return this.exactly(vector, batch, building)
    if (linear.layout === 'f32' || linear.layout === 'f64') {
      const values = this.values.ensure(count * 8)
      const valid = this.valid.ensure(count)
      this.keys[`widen_${linear.layout}`](linear.pointer, linear.validity, selection, count, values, valid)
      return { access: 'i64', pointer: values, validity: valid, selection: 0, count }
    }
    if (building) this.scale ??= linear.scale
    if (linear.scale !== this.commonScale || needCodes(linear, batch, this.memory))
      return this.exactly(vector, batch, building)
    return { access: linear.layout, pointer: linear.pointer, validity: linear.validity, selection, count }
  }

  private linear(vector: Vector, batch: Batch): LinearVector | undefined {
    return isLinear(vector) ? vector : this.linearizer.convert(vector, batch)
  }

  /** Numerics of another scale, or of several: integers in the build side's scale; numbers that it cannot say get codes. */
  private exactly(vector: Vector, batch: Batch, building: boolean): KeyVector {
    const count = selectedCount(batch)
    const read = vectorReader(vector, this.memory.memory)
    if (building && this.scale === undefined) this.scale = widestScale(read, batch, this.memory)
    const values = this.values.ensure(count * 8)
    const valid = this.valid.ensure(count)
    const { i64, u8, u16 } = this.memory.memory
    for (let n = 0; n < count; n++) {
      const value = read(batch.selection === null ? n : u16[(batch.selection.pointer >>> 1) + n])
      u8[valid + n] = value === null ? 0 : 1
      i64[(values >>> 3) + n] = value === null ? 0n : this.integerOf(value as Decimal)
    }
    return { access: 'i64', pointer: values, validity: valid, selection: 0, count }
  }

  /** Codes begin where no integer of a numeric reaches, which has eighteen digits at most. */
  private integerOf(value: Decimal): bigint {
    const integer = atScale(value, this.commonScale)
    if (integer !== undefined) return integer
    const key = value.hashKey()
    const known = this.unsayable.get(key)
    if (known !== undefined) return known
    const code = lowestInteger + BigInt(this.unsayable.size)
    this.unsayable.set(key, code)
    return code
  }

  private textNumbers(vector: LinearVector, selection: number, count: number, building: boolean): KeyVector {
    this.texts ??= new TextTable(this.memory)
    const numbers = this.values.ensure(count * 4)
    const valid = this.valid.ensure(count)
    const { texts } = this
    const move = library(moveLibrary, this.memory.memory)
    if (vector.layout === 'dictionary') {
      const width = vector.width === 1 ? 'u8' : vector.width === 2 ? 'u16' : 'u32'
      this.join[`translate_${width}`](
        vector.pointer,
        vector.validity,
        selection,
        count,
        this.mapOf(vector, building),
        numbers,
      )
    } else if (building) {
      const { pointer, validity } = vector
      const stable = vector.layout === 'refs' && vector.stable === true
      texts.number(pointer, validity, selection, count, stable, numbers, this.unused.ensure(count * 4))
    } else texts.find(vector.pointer, vector.validity, selection, count, numbers)
    if (vector.validity === 0) return { access: 'u32', pointer: numbers, validity: 0, selection: 0, count }
    move.copy_u8_u8(vector.validity, valid, selection, count)
    return { access: 'u32', pointer: numbers, validity: valid, selection: 0, count }
  }

  /** The number of each text of a dictionary. */
  private mapOf({ dictionary }: DictionaryVector, building: boolean): number {
    const known = this.maps.get(dictionary)
    const { size } = dictionary
    if (known && known.size === size) return known.map
    const map = this.memory.allocate(size * 4 + 16)
    if (building) this.texts!.number(dictionary.refs, 0, 0, size, true, map, this.unused.ensure(size * 4))
    else this.texts!.find(dictionary.refs, 0, 0, size, map)
    this.maps.set(dictionary, { map, size })
    return map
  }

  /** From now on, the column's integers count by their numbers. */
  numberIntegers(): void {
    this.integers = new IntegerTable(this.memory)
    this.low = 0
    this.range = 2 ** 32
  }

  /** The key vector as it is combined: itself, unless the column's integers are numbered. */
  combinable(vector: KeyVector, building: boolean): KeyVector {
    const { integers } = this
    if (!integers) return vector
    const { access, pointer, validity, selection, count } = vector
    const values = this.widened.ensure(count * 8)
    const valid = this.widenedValid.ensure(count)
    this.keys[`widen_${access}`](pointer, validity, selection, count, values, valid)
    const numbers = this.numbers.ensure(count * 4)
    if (building) integers.number(values, valid, count, numbers, this.unused.ensure(count * 4))
    else integers.find(values, valid, count, numbers)
    return { access: 'u32', pointer: numbers, validity: valid, selection: 0, count }
  }

  /** How many different texts there are. */
  get textCount(): number {
    return this.texts?.size ?? 0
  }
}

const lowestInteger = -(2n ** 63n)
const largestInteger = 10n ** 18n

/** The upper half of 10^18: integers between it and its negative have fewer than nineteen digits. */
const upperHalf = 232_830_643

/** Whether numerics are among the rows that `exactly` gives codes: both sides of a join must say such a number alike. */
function needCodes({ type, layout, pointer, min, max }: FixedVector, batch: Batch, { memory }: QueryMemory): boolean {
  if (type.kind !== 'numeric' || layout !== 'i64') return false
  const largest = Number(largestInteger)
  if (min !== undefined && max !== undefined && min > -largest && max < largest) return false
  const { i32, u16 } = memory
  const first = (pointer >>> 2) + 1
  const count = selectedCount(batch)
  for (let n = 0; n < count; n++) {
    const row = batch.selection === null ? n : u16[(batch.selection.pointer >>> 1) + n]
    const upper = i32[first + 2 * row]
    if (upper >= upperHalf || upper <= -upperHalf) return true
  }
  return false
}

/** The most digits after the point in a batch, of those numbers that 18 digits can say. */
function widestScale(read: (row: number) => Value, batch: Batch, { memory }: QueryMemory): number {
  let widest = 0
  for (let n = selectedCount(batch) - 1; n >= 0; n--) {
    const value = read(batch.selection === null ? n : memory.u16[(batch.selection.pointer >>> 1) + n])
    if (value === null) continue
    const { scale } = value as Decimal
    if (scale > widest && atScale(value as Decimal, scale) !== undefined) widest = scale
  }
  return widest
}

function atScale(value: Decimal, scale: number): bigint | undefined {
  if (value.isNaN()) return storedNan
  if (!value.isFinite()) return undefined
  const difference = scale - value.scale
  const factor = 10n ** BigInt(Math.abs(difference))
  if (difference < 0 && value.coefficient % factor !== 0n) return undefined
  const integer = difference >= 0 ? value.coefficient * factor : value.coefficient / factor
  return integer < largestInteger && integer > -largestInteger ? integer : undefined
}

/** A column whose integers span more than this is numbered before it is combined. */
const widestCombined = 2 ** 31

/** Combined codes are told apart by their 64 bits. */
const largestDomain = 2 ** 64

interface SharedColumn {
  readonly low: number
  readonly range: number
  readonly scale: number | undefined
  readonly texts: SharedTable | undefined
  readonly integers: SharedTable | undefined
  /** The codes of numbers that the build side's scale cannot say. */
  readonly unsayable: ReadonlyMap<string | number | bigint, bigint>
}

/** How the keys of a finished build side are coded. */
export interface SharedKeys {
  readonly columns: readonly SharedColumn[]
  readonly folds: readonly (SharedTable | null | undefined)[]
}

/** All key columns of a join. */
export class JoinKeys {
  readonly columns: readonly JoinColumn[]
  /** Whether one integer column is the key as it stands. */
  readonly plain: boolean
  private readonly memory: QueryMemory
  private readonly join: KernelFunctions
  private readonly codes: ScratchBlock
  private readonly valid: ScratchBlock
  private readonly numbers: ScratchBlock
  private readonly unused: ScratchBlock
  private folds: readonly (IntegerTable | undefined)[] = []

  constructor(types: readonly DataType[], nullsEqual: readonly boolean[], memory: QueryMemory) {
    this.columns = types.map((type, i) => new JoinColumn(type, nullsEqual[i], memory))
    this.plain = types.length === 1 && !nullsEqual[0]
    this.memory = memory
    this.join = library(joinLibrary, memory.memory)
    this.codes = new ScratchBlock(memory)
    this.valid = new ScratchBlock(memory)
    this.numbers = new ScratchBlock(memory)
    this.unused = new ScratchBlock(memory)
  }

  /** For other threads. */
  get shared(): SharedKeys {
    return { columns: this.columns.map((column) => column.shared), folds: this.folds.map((fold) => fold?.shared) }
  }

  /** Takes over how another thread has coded the keys; from then on they are only looked up. */
  adopt({ columns, folds }: SharedKeys): void {
    for (const [i, column] of this.columns.entries()) column.adopt(columns[i])
    this.folds = folds.map((fold) => fold && new IntegerTable(this.memory, 0, fold)).map((fold) => fold ?? undefined)
  }

  /** Decides, from the bounds of the build side's vectors, how columns are combined. */
  settle(bounds: readonly { readonly low: number; readonly high: number }[]): void {
    let domain = 1
    this.folds = this.columns.map((column, i) => {
      column.low = bounds[i].low
      column.range = rangeOf(bounds[i])
      if (column.range > widestCombined) column.numberIntegers()
      if (i === 0) {
        domain = column.range
        return undefined
      }
      domain *= column.range
      if (domain <= largestDomain) return undefined
      domain = 2 ** 32 * column.range
      return new IntegerTable(this.memory)
    })
  }

  /** The number of codes that combined keys can have; Infinity where they were numbered on the way. */
  get domain(): number {
    if (this.folds.some((fold) => fold !== undefined)) return Infinity
    return this.columns.reduce((product, column) => product * column.range, 1)
  }

  /** The key vector of a batch whose key columns are `vectors`. */
  vector(vectors: readonly Vector[], batch: Batch, building: boolean): KeyVector {
    if (this.plain) return this.columns[0].vector(vectors[0], batch, building)
    return this.combine(
      vectors.map((vector, i) => this.columns[i].vector(vector, batch, building)),
      building,
    )
  }

  /** Combined codes of key vectors of the same rows. */
  combine(vectors: readonly KeyVector[], building: boolean): KeyVector {
    const { count } = vectors[0]
    const codes = this.codes.ensure(count * 8)
    const valid = this.valid.ensure(count)
    for (const [i, vector] of vectors.entries()) {
      const column = this.columns[i]
      const { access, pointer, validity, selection } = column.combinable(vector, building)
      const fold = this.folds[i]
      if (fold) this.fold(fold, codes, valid, count, building)
      this.join[`key_${access}`](
        pointer,
        validity,
        selection,
        count,
        column.low,
        column.range,
        column.nullsEqual ? 1 : 0,
        codes,
        valid,
        i > 0 ? 1 : 0,
      )
    }
    return { access: 'i64', pointer: codes, validity: valid, selection: 0, count }
  }

  /** Replaces the codes so far by their numbers. */
  private fold(table: IntegerTable, codes: number, valid: number, count: number, building: boolean): void {
    const numbers = this.numbers.ensure(count * 4)
    if (building) table.number(codes, valid, count, numbers, this.unused.ensure(count * 4))
    else table.find(codes, valid, count, numbers)
    // A code that has no number is outside of the range, and so no longer valid.
    const wasValid = this.unused.ensure(count * 4)
    this.memory.memory.u8.copyWithin(wasValid, valid, valid + count)
    this.join.key_u32(numbers, wasValid, 0, count, 0, 2 ** 32, 0, codes, valid, 0)
  }
}

/** How many codes a column has, NULL among them. Bounds beyond 2^53 are rounded, so that nothing is known of what is between them. */
function rangeOf({ low, high }: { readonly low: number; readonly high: number }): number {
  const isExact = low > high || (Number.isSafeInteger(low) && Number.isSafeInteger(high))
  return isExact ? Math.max(1, high - low + 1) + 1 : Infinity
}
