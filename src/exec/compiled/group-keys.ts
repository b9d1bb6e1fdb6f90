/**
 * Keys of one column or several, numbered as they arrive; the key of each number is kept. What GROUP BY, DISTINCT and the
 * set operations stand on.
 *
 *   columns ─ codes ─▶ one i64 per row ─┬─ as long as they ascend: the last one  ─▶ number per row (u32), rows that were new
 *                                       ├─ small domain: an array by code
 *                                       └─ else: a hash table of the combined codes
 *
 * When the coding of a column changes, the keys kept so far are numbered anew, in their order, so their numbers stay.
 */
import type { OutputColumn } from '../../planner/expression.ts'
import { type Batch, type Selection, selectedCount, selectedRow, type Vector } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import { KeyTable as ValueTable } from '../key-table.ts'
import { ColumnStore } from './column-store.ts'
import { GiveUp, KeyColumn } from './key-columns.ts'
import { keyLibrary } from './key-library.ts'
import { library } from './library.ts'
import type { LinearVector } from './linearize.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { IntegerTable } from './number-tables.ts'
import { valueClass } from './shape.ts'

/** Combined codes are told apart by their 64 bits. */
const largestDomain = 2 ** 64
const smallestDirectDomain = 65536
/** Kernels that number keys themselves have codes of 31 bits. */
const mostDirectCodes = 2 ** 31
const largestDirectDomain = 2 ** 26
/** Fewer groups than this have a table that stays in the nearer caches. */
const fewestAscending = 1 << 14
const chunkRows = 4096

/** Where a kernel finds the number of a key by itself. */
export interface DirectKeys {
  /** Codes that ascend are compared with the last one, others index an array. */
  readonly ascending: boolean
  /** Address of the array (u32 per code), or of what is known of the last key. */
  readonly address: number
  /** How many keys there can be. */
  readonly domain: number
  readonly columns: readonly KeyColumn[]
}

export class GroupKeys {
  /** The keys, in the order of their numbers. */
  readonly store: ColumnStore
  private readonly columns: readonly OutputColumn[]
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly expected: number
  private readonly codes: ScratchBlock
  private readonly numbers: ScratchBlock
  private readonly fresh: ScratchBlock
  private readonly freshRows: ScratchBlock
  private keyColumns: readonly KeyColumn[]
  private table: KeyTable | undefined
  private values: ValueTable | undefined
  /** Until a key came that was smaller than the one before it. */
  private mayAscend = true

  /** @param expected how many different keys may come, for sizing */
  constructor(columns: readonly OutputColumn[], memory: QueryMemory, expected: number) {
    this.columns = columns
    this.memory = memory
    this.kernels = library(keyLibrary, memory.memory)
    this.expected = expected > 1 ? expected : 1
    this.store = new ColumnStore(columns, memory, undefined, expected)
    this.codes = new ScratchBlock(memory)
    this.numbers = new ScratchBlock(memory)
    this.fresh = new ScratchBlock(memory)
    this.freshRows = new ScratchBlock(memory)
    this.keyColumns = this.newColumns()
  }

  get size(): number {
    return this.store.rowCount
  }

  get direct(): DirectKeys | undefined {
    const { table, keyColumns: columns } = this
    if (table instanceof DirectTable) return { ascending: false, address: table.slots, domain: table.domain, columns }
    if (!(table instanceof AscendingTable) || columns[0].range > mostDirectCodes) return undefined
    return { ascending: true, address: table.last, domain: columns[0].range, columns }
  }

  /** Takes up keys that a kernel has numbered by what `direct` says. */
  adopt(vectors: readonly Vector[], batch: Batch, fresh: Selection): void {
    if (fresh.count === 0) return
    this.store.append({ ...batch, columns: vectors }, fresh)
    ;(this.table as DirectTable | AscendingTable).size = this.store.rowCount
  }

  /** Tells that keys do not ascend any more: those kept so far get another table with the next ones. */
  stopAscending(): void {
    this.mayAscend = false
    this.table?.free()
    this.table = undefined
  }

  private newColumns(): KeyColumn[] {
    return this.columns.map((column) => new KeyColumn(column.type, this.memory, this.expected))
  }

  /**
   * Numbers the keys of the rows that take part: `numbers` is a u32 per such row; `fresh` are the rows whose keys were
   * new, in the order of their numbers. Both hold until the next call.
   */
  number(vectors: readonly Vector[], batch: Batch): { readonly numbers: number; readonly fresh: Selection } {
    const count = selectedCount(batch)
    const numbers = this.numbers.ensure(count * 4)
    const fresh = this.fresh.ensure(count * 4)
    let added: number
    try {
      added =
        this.values === undefined
          ? this.numberInMemory(vectors, batch, numbers, fresh)
          : this.numberValues(vectors, batch, numbers, fresh)
    } catch (error) {
      if (!(error instanceof GiveUp)) throw error
      this.startValues()
      added = this.numberValues(vectors, batch, numbers, fresh)
    }
    const rows = this.freshRows.ensure(count * 2)
    if (added > 0) this.kernels.rows(fresh, batch.selection === null ? 0 : batch.selection.pointer, added, rows)
    const selection = { pointer: rows, count: added }
    if (added > 0) this.store.append({ ...batch, columns: vectors }, selection)
    return { numbers, fresh: selection }
  }

  /** Goes on with the interpreter's table: keys came that linear memory has no layout for, numerics of several scales. */
  private startValues(): void {
    this.table?.free()
    this.table = undefined
    this.values = new ValueTable(this.columns.map((column) => column.type))
    const all = this.store.view(0, this.store.rowCount)
    const readers = all.columns.map((vector) => vectorReader(vector, this.memory.memory))
    for (let row = 0; row < all.rowCount; row++) this.values.insert(readers.map((read) => read(row)))
  }

  private numberValues(vectors: readonly Vector[], batch: Batch, numbers: number, fresh: number): number {
    const { memory } = this.memory
    const readers = vectors.map((vector) => vectorReader(vector, memory))
    const table = this.values!
    const count = selectedCount(batch)
    let added = 0
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      const before = table.size
      const number = table.insert(readers.map((read) => read(row)))
      memory.u32[(numbers >>> 2) + n] = number
      if (number === before) memory.u32[(fresh >>> 2) + added++] = n
    }
    this.memory.pool.assertRoom(table.bytes)
    return added
  }

  /** How many keys were new. */
  private numberInMemory(vectors: readonly Vector[], batch: Batch, numbers: number, fresh: number): number {
    const linear = vectors.map((vector, i) => this.keyColumns[i].linear(vector, batch))
    let added = this.tryNumber(linear, batch, numbers, fresh)
    for (let attempt = 0; added < 0; attempt++) {
      if (attempt > this.columns.length * 4 + 8) throw new GiveUp('keys that do not settle')
      this.recode(linear)
      added = this.tryNumber(linear, batch, numbers, fresh)
    }
    return added
  }

  /** How many keys were new; -1 when the coding must change first. */
  private tryNumber(vectors: readonly LinearVector[], batch: Batch, numbers: number, fresh: number): number {
    if (this.table === undefined) return -1
    const count = selectedCount(batch)
    if (this.table.kind === 'single') return this.keyColumns[0].number(vectors[0], batch, numbers, fresh)
    const codes = this.codes.ensure(count * 8)
    for (let i = 0; i < vectors.length; i++) {
      if (!this.keyColumns[i].encode(vectors[i], batch, codes, i > 0)) return -1
      this.table.fold(i, codes, count)
    }
    const added = this.table.number(codes, count, numbers, fresh)
    if (added < 0) this.stopAscending()
    return added
  }

  /** Decides anew how columns are coded, so that these vectors fit too, and numbers the keys kept so far again. */
  private recode(vectors: readonly LinearVector[]): void {
    const old = this.keyColumns
    const columns = this.newColumns()
    for (let i = 0; i < columns.length; i++) {
      columns[i].coding = old[i].coding
      columns[i].choose(vectors[i], columns.length === 1)
    }
    this.table?.free()
    this.keyColumns = columns
    this.table = this.makeTable(columns)
    // Blocks of their own: those of the batch at hand are in use.
    const numbers = new ScratchBlock(this.memory)
    const fresh = new ScratchBlock(this.memory)
    for (let start = 0; start < this.store.rowCount; start += chunkRows) {
      const chunk = this.store.view(start, Math.min(chunkRows, this.store.rowCount - start))
      const linear = chunk.columns.map((vector, i) => columns[i].linear(vector, chunk))
      const target = numbers.ensure(chunk.rowCount * 4)
      if (this.tryNumber(linear, chunk, target, fresh.ensure(chunk.rowCount * 4)) !== chunk.rowCount) {
        throw new GiveUp('keys that cannot be coded together')
      }
    }
    this.memory.free(numbers.pointer)
    this.memory.free(fresh.pointer)
  }

  private makeTable(columns: readonly KeyColumn[]): KeyTable {
    if (columns.length === 1 && columns[0].coding?.kind === 'number') return new SingleTable()
    const ascends = this.mayAscend && columns.length === 1 && this.expected >= fewestAscending
    if (ascends && columns[0].coding?.kind === 'offset') return new AscendingTable(this.memory)
    const domain = columns.reduce((product, column) => product * column.range, 1)
    const affordable = Math.min(largestDirectDomain, Math.max(smallestDirectDomain, this.expected * 8))
    if (domain <= affordable) return new DirectTable(domain, this.memory)
    return new CombinedTable(columns, this.memory, this.expected)
  }
}

/** Types by which kernels group, join and distinguish. */
export function isKeyType(column: { readonly type: OutputColumn['type'] }): boolean {
  return valueClass(column.type) !== undefined
}

interface KeyTable {
  readonly kind: 'single' | 'ascending' | 'direct' | 'combined'
  fold(column: number, codes: number, count: number): void
  /** How many keys were new; -1 when the table cannot number these. */
  number(codes: number, count: number, numbers: number, fresh: number): number
  free(): void
}

/** One column that numbers its values itself. */
class SingleTable implements KeyTable {
  readonly kind = 'single'
  fold(): void {}
  number(): number {
    return 0
  }
  free(): void {}
}

/**
 * Codes that never fall, as those of rows that were stored in the order of the key: each is the last one or new, which takes
 * no table at all (1.5 M groups of 6 M rows: 24 MB less to write).
 */
class AscendingTable implements KeyTable {
  readonly kind = 'ascending'
  /** Address of the last code (i64; -1 before the first) and of where a kernel stopped (u32). */
  readonly last: number
  size = 0
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions

  constructor(memory: QueryMemory) {
    this.memory = memory
    this.kernels = library(keyLibrary, memory.memory)
    this.last = memory.allocate(16)
    memory.memory.i64[this.last >>> 3] = -1n
  }

  fold(): void {}

  number(codes: number, count: number, numbers: number, fresh: number): number {
    const before = this.size
    const size = this.kernels.numberAscending(codes, count, this.last, before, numbers, fresh)
    if (size < 0) return -1
    this.size = size
    return size - before
  }

  free(): void {
    this.memory.free(this.last)
  }
}

class DirectTable implements KeyTable {
  readonly kind = 'direct'
  readonly slots: number
  readonly domain: number
  size = 0
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions

  constructor(domain: number, memory: QueryMemory) {
    this.domain = domain
    this.memory = memory
    this.kernels = library(keyLibrary, memory.memory)
    this.slots = memory.allocateCleared(domain * 4)
  }

  fold(): void {}

  number(codes: number, count: number, numbers: number, fresh: number): number {
    const before = this.size
    this.size = this.kernels.numberDirect(codes, count, this.slots, before, numbers, fresh)
    return this.size - before
  }

  free(): void {
    this.memory.free(this.slots)
  }
}

/** Combined codes in a hash table; where they would outgrow an i64, what was combined so far is numbered first. */
class CombinedTable implements KeyTable {
  readonly kind = 'combined'
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly table: IntegerTable
  /** Per column: the table that numbers the columns up to it, before the next is combined. */
  private readonly folds: readonly (IntegerTable | undefined)[]
  private readonly scratch: ScratchBlock
  private readonly unused: ScratchBlock

  constructor(columns: readonly KeyColumn[], memory: QueryMemory, expected: number) {
    this.memory = memory
    this.kernels = library(keyLibrary, memory.memory)
    this.table = new IntegerTable(memory, expected)
    this.scratch = new ScratchBlock(memory)
    this.unused = new ScratchBlock(memory)
    let domain = columns[0].range
    this.folds = columns.map((_, i) => {
      const next = columns[i + 1]
      if (next === undefined) return undefined
      domain *= next.range
      if (domain <= largestDomain) return undefined
      domain = numberRange * next.range
      return new IntegerTable(memory, expected)
    })
  }

  fold(column: number, codes: number, count: number): void {
    const table = this.folds[column]
    if (!table) return
    const numbers = this.scratch.ensure(count * 4)
    table.number(codes, 0, count, numbers, this.unused.ensure(count * 4))
    this.kernels.encode_u32(numbers, 0, 0, count, 1, numberRange, codes, 0)
  }

  number(codes: number, count: number, numbers: number, fresh: number): number {
    return this.table.number(codes, 0, count, numbers, fresh)
  }

  free(): void {
    this.memory.free(this.scratch.pointer)
    this.memory.free(this.unused.pointer)
  }
}

const numberRange = 2 ** 32
