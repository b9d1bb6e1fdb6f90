/**
 * The order of kept rows by sort keys. Rows are sorted by one 64-bit word of their keys at a time; stretches of equal words
 * are then sorted by the next. Integers, floats and dictionary columns (by the rank of their texts) are one word each;
 * texts are as many words as it takes to tell them apart, from where they first differ.
 *
 *   ORDER BY city, visits DESC      city 8 bytes ▸ city next 8 ▸ … ▸ visits
 */
import type { SortKey } from '../../planner/expression.ts'
import { compareText } from '../../types/text-order.ts'
import type { Dictionary, Vector } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import type { StoredColumn } from './column-store.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { valueClass } from './shape.ts'
import { sortLibrary } from './sort-library.ts'

/** The words of one key, from the first on. */
interface Word {
  /** Writes the words of pairs [from, to). For texts, whether there is a next word. */
  fill(pairs: number, from: number, to: number, offset: number): boolean
  /** The first offset into a text. */
  readonly offset: number
}

export class RowOrder {
  /** (word, row) per row, in order once `sort` has run. */
  pairs = 0
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private other = 0
  private readonly counts: number
  private readonly runs: ScratchBlock
  private words: readonly Word[] = []

  constructor(memory: QueryMemory) {
    this.memory = memory
    this.kernels = library(sortLibrary, memory.memory)
    this.counts = memory.allocate(8 * 1024)
    this.runs = new ScratchBlock(memory)
  }

  /** Sorts rows 0 … rowCount - 1 by columns that hold the values of the keys. Rows with equal keys stay as they are. */
  sort(keys: readonly SortKey[], columns: readonly StoredColumn[], rowCount: number): void {
    this.memory.free(this.pairs)
    this.memory.free(this.other)
    this.pairs = this.memory.allocate(rowCount * 16 + 16)
    this.other = this.memory.allocate(rowCount * 16 + 16)
    this.kernels.start(this.pairs, rowCount)
    this.words = keys.flatMap((key, i) => this.wordsOf(key, columns[i], rowCount))
    if (rowCount > 1) this.sortRange(0, rowCount, 0, this.words[0]?.offset ?? 0)
  }

  /** Writes the rows at places [start, start + count), counted from 1, to `target` (u32). */
  take(start: number, count: number, target: number): void {
    this.kernels.takeRows(this.pairs, start, count, target)
  }

  private sortRange(from: number, to: number, index: number, offset: number): void {
    const word = this.words[index]
    if (word === undefined) return
    const goesOn = word.fill(this.pairs, from, to, offset)
    this.kernels.sort(this.pairs, this.other, from, to, this.counts)
    const next = goesOn ? index : index + 1
    if (next >= this.words.length) return
    const found = this.runsOf(from, to)
    for (let run = 0; run < found.length; run += 2) {
      this.sortRange(found[run], found[run + 1], next, goesOn ? offset + 8 : this.words[next].offset)
    }
  }

  private runsOf(from: number, to: number): Uint32Array {
    const target = this.runs.ensure((to - from) * 4 + 16)
    const found = this.kernels.runs(this.pairs, from, to, target)
    return this.memory.memory.u32.slice(target >>> 2, (target >>> 2) + found * 2)
  }

  private wordsOf({ descending, nullsFirst }: SortKey, column: StoredColumn, rowCount: number): Word[] {
    const vector = column.view(0, rowCount)
    const { kernels } = this
    const inverted = descending ? 1 : 0
    const words: Word[] = []
    const validity = this.validityOf(vector, rowCount)
    if (validity !== 0) {
      words.push(simple((pairs, from, to) => kernels.wordNull(pairs, from, to, validity, nullsFirst ? 1 : 0)))
    }
    words.push(...this.valueWords(vector, inverted, rowCount))
    return words
  }

  /** A validity byte per row; 0 when none is NULL. */
  private validityOf(vector: Vector, rowCount: number): number {
    if ('validity' in vector) return vector.validity
    if (vector.layout !== 'values' || !vector.values.includes(null)) return 0
    const validity = this.memory.allocate(rowCount)
    for (let row = 0; row < rowCount; row++) this.memory.memory.u8[validity + row] = vector.values[row] === null ? 0 : 1
    return validity
  }

  private valueWords(vector: Vector, inverted: number, rowCount: number): Word[] {
    const { kernels } = this
    switch (vector.layout) {
      case 'constant':
        return []
      case 'values':
        return this.numericWords(vector, inverted, rowCount)
      case 'dictionary': {
        const { pointer, validity, width, dictionary } = vector
        const ranks = this.ranks(dictionary)
        const kernel = kernels[`wordRank_${width === 1 ? 'u8' : width === 2 ? 'u16' : 'u32'}`]
        return [simple((pairs, from, to) => kernel(pairs, from, to, pointer, validity, inverted, ranks))]
      }
      case 'refs': {
        if (valueClass(vector.type) !== 'text') return this.numericWords(vector, inverted, rowCount)
        const { pointer, validity } = vector
        const offset = kernels.commonPrefix(pointer, validity, rowCount)
        return [
          {
            offset,
            fill: (pairs, from, to, at) => kernels.wordText(pairs, from, to, pointer, validity, inverted, at) !== 0,
          },
        ]
      }
      default: {
        const { layout, pointer, validity } = vector
        const kernel = kernels[layout === 'f32' || layout === 'f64' ? `wordFloat_${layout}` : `wordInteger_${layout}`]
        return [simple((pairs, from, to) => kernel(pairs, from, to, pointer, validity, inverted))]
      }
    }
  }

  /** Numerics of several scales, as integers of the largest. */
  private numericWords(vector: Vector, inverted: number, rowCount: number): Word[] {
    const read = vectorReader(vector, this.memory.memory)
    const values = Array.from({ length: rowCount }, (_, row) => read(row))
    if (vector.type.kind !== 'numeric') throw new GiveUp(`sorting of ${vector.type.kind}`)
    const scale = values.reduce((most: number, value) => Math.max(most, value?.scale ?? 0), 0)
    const pointer = this.memory.allocate(rowCount * 8)
    const validity = this.memory.allocate(rowCount)
    const { i64, u8 } = this.memory.memory
    for (const [row, value] of values.entries()) {
      const integer =
        value === null ? 0n : value.isFinite() ? value.coefficient * 10n ** BigInt(scale - value.scale) : undefined
      if (integer === undefined || BigInt.asIntN(64, integer) !== integer)
        throw new GiveUp('sorting of numerics beyond 64 bits')
      i64[(pointer >>> 3) + row] = integer
      u8[validity + row] = value === null ? 0 : 1
    }
    const { kernels } = this
    return [simple((pairs, from, to) => kernels.wordInteger_i64(pairs, from, to, pointer, validity, inverted))]
  }

  /** Per code, the place of its text among all. */
  private ranks(dictionary: Dictionary): number {
    const { size } = dictionary
    const pointer = this.memory.allocate(size * 4 + 16)
    const texts = Array.from({ length: size }, (_, code) => dictionary.text(code))
    const order = texts.map((_, code) => code).sort((left, right) => compareText(texts[left], texts[right]))
    const { u32 } = this.memory.memory
    for (let rank = 0; rank < size; rank++) u32[(pointer >>> 2) + order[rank]] = rank
    return pointer
  }
}

/** One word, the same for every offset. */
function simple(fill: (pairs: number, from: number, to: number) => void): Word {
  return {
    offset: 0,
    fill(pairs, from, to) {
      fill(pairs, from, to)
      return false
    },
  }
}
