/**
 * One key column's values as i64 codes. How a column is coded is decided by its first batch:
 *
 *   offset    integers within known bounds: value - low + 1, and 0 for NULL
 *   code      codes of one dictionary: code + 1, and 0 for NULL
 *   number    everything else: numbers from a hash table of the values (texts by their bytes), NULL being a value too
 *
 * Codes lie in [0, range). When a batch does not fit (larger values, another dictionary), `encode` says so; the owner then
 * takes up the whole key anew with what the column has become.
 */
import type { DataType } from '../../types/data-type.ts'
import { type Batch, selectedCount, type Vector } from '../../types/vector.ts'
import { keyLibrary } from './key-library.ts'
import { library } from './library.ts'
import { isLinear, Linearizer, type LinearVector } from './linearize.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'
import { IntegerTable, TextTable } from './number-tables.ts'
import { valueClass } from './shape.ts'

/** Thrown where a run must start over in the interpreter: something came that kernels have no layout for. */
export class GiveUp extends Error {}

/** Numbers from a table are below this. */
const numberRange = 2 ** 32

type Coding =
  | { readonly kind: 'offset'; readonly low: number; readonly range: number; readonly scale: number }
  | { readonly kind: 'code'; readonly dictionary: unknown; readonly range: number }
  | { readonly kind: 'number'; readonly scale: number }

export class KeyColumn {
  coding: Coding | undefined
  private readonly type: DataType
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly expected: number
  private readonly linearizer: Linearizer
  private integers: IntegerTable | undefined
  private texts: TextTable | undefined
  private readonly values: ScratchBlock
  private readonly valid: ScratchBlock
  private readonly numbers: ScratchBlock
  private readonly fresh: ScratchBlock

  constructor(type: DataType, memory: QueryMemory, expected: number) {
    this.type = type
    this.memory = memory
    this.kernels = library(keyLibrary, memory.memory)
    this.expected = expected
    this.linearizer = new Linearizer(memory)
    this.values = new ScratchBlock(memory)
    this.valid = new ScratchBlock(memory)
    this.numbers = new ScratchBlock(memory)
    this.fresh = new ScratchBlock(memory)
  }

  get range(): number {
    const { coding } = this
    return coding === undefined || coding.kind === 'number' ? numberRange : coding.range
  }

  /** Whether all values of a vector have codes. */
  covers(vector: Vector): boolean {
    const { coding } = this
    if (vector.layout === 'dictionary') {
      return (
        coding?.kind === 'code' && coding.dictionary === vector.dictionary && vector.dictionary.size + 1 <= coding.range
      )
    }
    if (coding?.kind !== 'offset' || !('scale' in vector) || vector.scale !== coding.scale) return false
    return vector.min !== undefined && vector.max !== undefined && this.coversBounds(vector.min, vector.max)
  }

  coversBounds(low: number, high: number): boolean {
    const { coding } = this
    return coding?.kind === 'offset' && low >= coding.low && high <= coding.low + coding.range - 2
  }

  /** A vector in linear memory with the same values. */
  linear(vector: Vector, batch: Batch): LinearVector {
    if (isLinear(vector)) return vector
    const linear = this.linearizer.convert(vector, batch)
    if (linear === undefined) throw new GiveUp(`keys of type ${vector.type.kind}`)
    return linear
  }

  /** Decides how the column is coded. With bounds that are no use, and from the second time on for dictionaries, by number. */
  choose(vector: LinearVector, alone: boolean): void {
    const { coding } = this
    if (coding?.kind === 'number') return
    switch (vector.layout) {
      case 'dictionary':
        if (coding === undefined || (coding.kind === 'code' && coding.dictionary === vector.dictionary)) {
          const range = 2 ** Math.ceil(Math.log2(vector.dictionary.size + 1))
          this.coding = { kind: 'code', dictionary: vector.dictionary, range }
          return
        }
        this.coding = { kind: 'number', scale: 0 }
        return
      case 'refs':
      case 'f32':
      case 'f64':
        this.coding = { kind: 'number', scale: 0 }
        return
      default: {
        const { min, max, scale } = vector
        const widest = alone ? 2 ** 50 : numberRange / 2
        if (
          min === undefined ||
          max === undefined ||
          max - min > widest ||
          Math.abs(min) > 2 ** 51 ||
          Math.abs(max) > 2 ** 51
        ) {
          this.coding = { kind: 'number', scale }
          return
        }
        const low = coding?.kind === 'offset' ? Math.min(coding.low, min) : min
        const high = Math.max(max, coding?.kind === 'offset' ? coding.low + coding.range - 2 : max)
        this.coding = { kind: 'offset', low, range: high - low + 2, scale }
      }
    }
  }

  /**
   * Writes the codes of the rows that take part to `target` (i64, row after row); with `combine`, target × range + code.
   * False when the batch does not fit the coding.
   */
  encode(vector: LinearVector, batch: Batch, target: number, combine: boolean): boolean {
    const { coding } = this
    const count = selectedCount(batch)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    if (coding === undefined) return false
    switch (coding.kind) {
      case 'offset': {
        if (!('scale' in vector) || vector.scale !== coding.scale) throw new GiveUp('keys of several scales')
        const outside = this.kernels[`encode_${vector.layout}`](
          vector.pointer,
          vector.validity,
          selection,
          count,
          coding.low,
          coding.range,
          target,
          combine ? 1 : 0,
        )
        return outside === 0
      }
      case 'code': {
        if (vector.layout !== 'dictionary' || vector.dictionary !== coding.dictionary) return false
        if (vector.dictionary.size + 1 > coding.range) return false
        const width = vector.width === 1 ? 'u8' : vector.width === 2 ? 'u16' : 'u32'
        this.kernels[`encode_${width}`](
          vector.pointer,
          vector.validity,
          selection,
          count,
          0,
          coding.range,
          target,
          combine ? 1 : 0,
        )
        return true
      }
      default: {
        const numbers = this.numbers.ensure(count * 4)
        this.number(vector, batch, numbers, this.fresh.ensure(count * 4))
        this.kernels.encode_u32(numbers, 0, 0, count, 1, numberRange, target, combine ? 1 : 0)
        return true
      }
    }
  }

  /** The numbers of the rows' values, and the places of those that are new; returns how many are. Only for coding by number. */
  number(vector: LinearVector, batch: Batch, numbers: number, fresh: number): number {
    const count = selectedCount(batch)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    if (valueClass(this.type) === 'text') {
      this.texts ??= new TextTable(this.memory, this.expected)
      const refs = this.references(vector, selection, count)
      return this.texts.number(refs.pointer, refs.validity, refs.selection, count, refs.stable, numbers, fresh)
    }
    this.integers ??= new IntegerTable(this.memory, this.expected)
    const { values, valid } = this.widen(vector, selection, count)
    return this.integers.number(values, valid, count, numbers, fresh)
  }

  get numbersKnown(): number {
    return this.texts?.size ?? this.integers?.size ?? 0
  }

  private widen(vector: LinearVector, selection: number, count: number): { values: number; valid: number } {
    if (!('scale' in vector) || (this.coding?.kind === 'number' && this.coding.scale !== vector.scale)) {
      throw new GiveUp('keys of several scales')
    }
    const values = this.values.ensure(count * 8)
    const valid = this.valid.ensure(count)
    this.kernels[`widen_${vector.layout}`](vector.pointer, vector.validity, selection, count, values, valid)
    return { values, valid }
  }

  private references(
    vector: LinearVector,
    selection: number,
    count: number,
  ): { pointer: number; validity: number; selection: number; stable: boolean } {
    if (vector.layout === 'refs') {
      return { pointer: vector.pointer, validity: vector.validity, selection, stable: vector.stable === true }
    }
    if (vector.layout !== 'dictionary') throw new GiveUp('texts in an unknown layout')
    const refs = this.values.ensure(count * 8)
    const width = vector.width === 1 ? 'u8' : vector.width === 2 ? 'u16' : 'u32'
    const move = library(moveLibrary, this.memory.memory)
    move[`codesToRefs_${width}`](vector.pointer, vector.validity, vector.dictionary.refs, refs, selection, count)
    let { validity } = vector
    if (validity !== 0) {
      const dense = this.valid.ensure(count)
      move.copy_u8_u8(validity, dense, selection, count)
      validity = dense
    }
    return { pointer: refs, validity, selection: 0, stable: true }
  }
}
