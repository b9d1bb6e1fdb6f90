/**
 * The order of kept rows by sort keys. Rows are sorted by one 64-bit word of their keys at a time; stretches of equal words
 * are then sorted by the next. Integers, floats and dictionary columns (by the rank of their texts) are one word each;
 * texts are as many words as it takes to tell them apart, from where they first differ.
 *
 *   ORDER BY city, visits DESC      city 8 bytes ▸ city next 8 ▸ … ▸ visits
 */
import type { SortKey } from '../../planner/expression.ts'
import type { Dictionary, Vector } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import { sortedOrder } from '../order.ts'
import type { StoredColumn } from './column-store.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'
import { valueClass } from './shape.ts'
import { sortLibrary } from './sort-library.ts'

/** Stretches of rows that the words so far do not tell apart, as (start, end) pairs of u32. */
interface Runs {
  readonly pointer: number
  readonly count: number
}

/** One word of all rows, or the words of texts, from an offset on. */
interface Word {
  /** Writes the words of pairs [from, to). For texts, whether there is a next word. */
  fill(pairs: number, from: number, to: number, offset: number): boolean
  /** For texts, the first offset. */
  readonly offset?: number
}

/** Where a window's partitions and peers begin: a byte per place of the order, with these bits. */
export const partitionStart = 1
export const peerStart = 2

/** Beyond one run for so many rows, the words of all rows are written at once. */
const rowsPerRun = 15

/** The interpreter's order of equal rows takes 0.1 ms per thousand rows on top of a sort that takes 0.03. */
const mostReordered = 2048

export class RowOrder {
  /** (word, row) per row, in order once `sort` has run. */
  private pairs = 0
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private other = 0
  private rowCount = 0
  private readonly counts: number
  private current: ScratchBlock
  private spare: ScratchBlock
  private readonly settled: ScratchBlock
  private readonly goesOn: ScratchBlock

  constructor(memory: QueryMemory) {
    this.memory = memory
    this.kernels = library(sortLibrary, memory.memory)
    this.counts = memory.allocate(8 * 1024)
    this.current = new ScratchBlock(memory)
    this.spare = new ScratchBlock(memory)
    this.settled = new ScratchBlock(memory)
    this.goesOn = new ScratchBlock(memory)
  }

  /**
   * Sorts rows 0 … rowCount - 1 by columns that hold the values of the keys. Rows with equal keys stay as they are, and
   * are the runs that it returns.
   * `marks` has a byte per row that says where the first `partitionKeys` keys differ from those of the row before, and where
   * any key does.
   */
  sort(
    keys: readonly SortKey[],
    columns: readonly StoredColumn[],
    rowCount: number,
    marks = 0,
    partitionKeys = 0,
  ): Runs {
    let runs = this.begin(rowCount)
    if (marks !== 0) this.memory.memory.fill(partitionStart | peerStart, marks, rowCount)
    for (let i = 0; i <= keys.length; i++) {
      if (marks !== 0 && i === partitionKeys) this.kernels.markRuns(runs.pointer, runs.count, marks, ~partitionStart)
      if (marks !== 0 && i === keys.length) this.kernels.markRuns(runs.pointer, runs.count, marks, ~peerStart)
      if (i === keys.length || runs.count === 0) continue
      runs = this.sortBy(this.wordsOf(keys[i], columns[i], rowCount), runs)
    }
    return runs
  }

  /** As `sort`, but rows with equal keys are in the order that the interpreter gives them, where rows are few. */
  sortAsInterpreted(...[keys, columns, rowCount, marks, partitionKeys]: Parameters<RowOrder['sort']>): void {
    const runs = this.sort(keys, columns, rowCount, marks, partitionKeys)
    if (runs.count === 0 || rowCount > mostReordered) return
    const { u32 } = this.memory.memory
    const first = (this.pairs >>> 2) + 2
    const ranks = new Int32Array(rowCount)
    for (let place = 0; place < rowCount; place++) ranks[u32[first + place * 4]] = place
    for (let run = 0, at = runs.pointer >>> 2; run < runs.count; run++, at += 2)
      for (let place = u32[at]; place < u32[at + 1]; place++) ranks[u32[first + place * 4]] = u32[at]
    const order = sortedOrder(rowCount, (left, right) => ranks[left] - ranks[right])
    for (let place = 0; place < rowCount; place++) u32[first + place * 4] = order[place]
  }

  private sortWords(words: readonly Word[], rowCount: number): void {
    this.sortBy(words, this.begin(rowCount))
  }

  private sortBy(words: readonly Word[], all: Runs): Runs {
    return words.reduce(
      (runs, word) => (word.offset === undefined ? this.sortRuns(word, runs) : this.sortTexts(word, runs, word.offset)),
      all,
    )
  }

  /** All rows as they come, which is one run. */
  private begin(rowCount: number): Runs {
    this.free()
    this.rowCount = rowCount
    this.pairs = this.memory.allocate(rowCount * 16 + 16)
    this.other = this.memory.allocate(rowCount * 16 + 16)
    this.kernels.start(this.pairs, rowCount)
    return this.allRows()
  }

  /** Writes the rows at places [start, start + count), counted from 1, to `target` (u32). */
  take(start: number, count: number, target: number): void {
    this.kernels.takeRows(this.pairs, start, count, target)
  }

  /** Gives the memory of the order back. */
  free(): void {
    this.memory.free(this.pairs)
    this.memory.free(this.other)
    this.pairs = 0
    this.other = 0
  }

  /** Room for as many runs of two rows as there can be. */
  private room(block: ScratchBlock): number {
    return block.ensure(this.rowCount * 4 + 16)
  }

  private allRows(): Runs {
    const pointer = this.room(this.current)
    const { u32 } = this.memory.memory
    u32[pointer >>> 2] = 0
    u32[(pointer >>> 2) + 1] = this.rowCount
    return { pointer, count: this.rowCount > 1 ? 1 : 0 }
  }

  /** Sorts each run by a word; what is left are the runs of equal words. */
  private sortRuns(word: Word, runs: Runs): Runs {
    if (runs.count === 0) return runs
    const { kernels, pairs } = this
    if (runs.count * rowsPerRun > this.rowCount) word.fill(pairs, 0, this.rowCount, 0)
    else this.fillRuns(word, runs, 0, 0)
    kernels.sortRuns(pairs, this.other, runs.pointer, runs.count, this.counts)
    return this.swap(kernels.nextRuns(pairs, runs.pointer, runs.count, 0, 0, this.room(this.spare)))
  }

  /** Sorts each run by the words of a text, until texts differ or end. */
  private sortTexts(word: Word, all: Runs, start: number): Runs {
    const { kernels, pairs } = this
    let settled = 0
    for (let runs = all, offset = start; runs.count > 0; offset += 8) {
      const goesOn = this.goesOn.ensure(runs.count)
      this.fillRuns(word, runs, offset, goesOn)
      kernels.sortRuns(pairs, this.other, runs.pointer, runs.count, this.counts)
      const place = this.room(this.settled) + settled * 8
      settled += kernels.nextRuns(pairs, runs.pointer, runs.count, goesOn, 0, place)
      runs = this.swap(kernels.nextRuns(pairs, runs.pointer, runs.count, goesOn, 1, this.room(this.spare)))
    }
    const pointer = this.room(this.current)
    this.memory.memory.u8.copyWithin(pointer, this.settled.pointer, this.settled.pointer + settled * 8)
    return { pointer, count: settled }
  }

  private fillRuns(word: Word, { pointer, count }: Runs, offset: number, goesOn: number): void {
    const { u32, u8 } = this.memory.memory
    for (let run = 0, at = pointer >>> 2; run < count; run++, at += 2) {
      const more = word.fill(this.pairs, u32[at], u32[at + 1], offset)
      if (goesOn !== 0) u8[goesOn + run] = more ? 1 : 0
    }
  }

  /** The runs that were written to the spare block. */
  private swap(count: number): Runs {
    const block = this.spare
    this.spare = this.current
    this.current = block
    return { pointer: block.pointer, count }
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
        const code = width === 1 ? 'u8' : width === 2 ? 'u16' : 'u32'
        // Of a few rows the texts are compared; to rank all texts of a large dictionary takes longer.
        if (rowCount < dictionary.size) {
          const refs = this.memory.allocate(rowCount * 8 + 16)
          library(moveLibrary, this.memory.memory)[`codesToRefs_${code}`](
            pointer,
            validity,
            dictionary.refs,
            refs,
            0,
            rowCount,
          )
          return [this.textWord(refs, validity, inverted, rowCount)]
        }
        const ranks = this.ranks(dictionary)
        const kernel = kernels[`wordRank_${code}`]
        return [simple((pairs, from, to) => kernel(pairs, from, to, pointer, validity, inverted, ranks))]
      }
      case 'refs': {
        if (valueClass(vector.type) !== 'text') return this.numericWords(vector, inverted, rowCount)
        return [this.textWord(vector.pointer, vector.validity, inverted, rowCount)]
      }
      default: {
        const { layout, pointer, validity } = vector
        const kernel = kernels[layout === 'f32' || layout === 'f64' ? `wordFloat_${layout}` : `wordInteger_${layout}`]
        return [simple((pairs, from, to) => kernel(pairs, from, to, pointer, validity, inverted))]
      }
    }
  }

  private textWord(refs: number, validity: number, inverted: number, rowCount: number): Word {
    const { kernels } = this
    return {
      offset: kernels.commonPrefix(refs, validity, rowCount),
      fill: (pairs, from, to, at) => kernels.wordText(pairs, from, to, refs, validity, inverted, at) !== 0,
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
    const { size, refs } = dictionary
    const pointer = this.memory.allocate(size * 4 + 16)
    const order = new RowOrder(this.memory)
    order.sortWords([order.textWord(refs, 0, 0, size)], size)
    const rows = this.memory.allocate(size * 4 + 16)
    order.take(0, size, rows)
    order.free()
    const { u32 } = this.memory.memory
    for (let rank = 0; rank < size; rank++) u32[(pointer >>> 2) + u32[(rows >>> 2) + rank] - 1] = rank
    this.memory.free(rows)
    return pointer
  }
}

/** The only word of a key. */
function simple(fill: (pairs: number, from: number, to: number) => void): Word {
  return {
    fill(pairs, from, to) {
      fill(pairs, from, to)
      return false
    },
  }
}
