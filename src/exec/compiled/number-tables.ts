/** Hash tables in linear memory that number keys as they arrive: see `key-library.ts` for their layout. */
import { keyLibrary } from './key-library.ts'
import { library } from './library.ts'
import type { QueryMemory } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'

const firstBits = 10
/**
 * A table begins with no more slots than these: clearing and missing room for keys that never come costs more than numbering
 * some thousands again when they do. Then it becomes as large as was expected.
 */
const cautiousBits = 16

/** An estimate that is no number counts for nothing. */
function bitsFor(keys: number): number {
  const bits = Math.ceil(Math.log2(keys * 2 + 1))
  return bits > firstBits ? bits : firstBits
}

/** The bits of a table that has become too small for `keys`. */
function largerBits(bits: number, keys: number, expected: number): number {
  return Math.max(bitsFor(keys), bits + 1, bitsFor(expected))
}

/** Where a table lies. */
export interface SharedTable {
  readonly table: number
  readonly bits: number
  readonly size: number
  /** Of texts: their addresses. */
  readonly texts?: number
}

/** Numbers of i64 keys. */
export class IntegerTable {
  size = 0
  protected readonly memory: QueryMemory
  protected readonly kernels: KernelFunctions
  protected table = 0
  protected bits = 0
  protected readonly nullNumber: number
  private readonly expected: number

  /** @param shared another thread's table, in which this one only finds keys */
  constructor(memory: QueryMemory, expected = 0, shared?: SharedTable) {
    this.memory = memory
    this.expected = Math.min(expected, 1 << 24)
    this.kernels = library(keyLibrary, memory.memory)
    this.nullNumber = memory.allocateCleared(16)
    if (shared) {
      this.table = shared.table
      this.bits = shared.bits
      this.size = shared.size
      return
    }
    this.resize(Math.min(bitsFor(this.expected), cautiousBits))
  }

  /** For other threads. */
  get shared(): SharedTable {
    const { table, bits, size } = this
    return { table, bits, size }
  }

  private resize(bits: number): void {
    const table = this.memory.allocateCleared((1 << bits) * 16)
    if (this.table !== 0) {
      this.kernels.rehash(this.table, 1 << this.bits, table, bits)
      this.memory.free(this.table)
    }
    this.table = table
    this.bits = bits
  }

  /** The numbers (u32) of `count` keys, and where in `fresh` (u32) the new ones stood; returns how many were new. */
  number(keys: number, valid: number, count: number, numbers: number, fresh: number): number {
    const most = this.size + count
    if (most * 2 > 1 << this.bits) this.resize(largerBits(this.bits, most, this.expected))
    const before = this.size
    this.size = this.kernels.number(keys, valid, count, this.table, this.bits, before, this.nullNumber, numbers, fresh)
    return this.size - before
  }

  /** The numbers of keys; 0xffffffff where a key is not known, or NULL. */
  find(keys: number, valid: number, count: number, numbers: number): void {
    this.kernels.find(keys, valid, count, this.table, this.bits, numbers)
  }
}

/** Numbers of texts, by their bytes. */
export class TextTable {
  size = 0
  /** (address, length) by number. */
  texts: number
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private table = 0
  private bits = 0
  private capacity: number
  private readonly nullNumber: number
  /** Where the end of the copied texts is kept. */
  private readonly heapAt: number
  private heapEnd = 0
  private readonly expected: number

  /** @param shared another thread's table, in which this one only finds texts */
  constructor(memory: QueryMemory, expected = 0, shared?: SharedTable) {
    this.memory = memory
    this.expected = Math.min(expected, 1 << 22)
    this.kernels = library(keyLibrary, memory.memory)
    this.nullNumber = memory.allocateCleared(16)
    this.heapAt = memory.allocateCleared(16)
    if (shared) {
      this.table = shared.table
      this.bits = shared.bits
      this.size = shared.size
      this.capacity = shared.size
      this.texts = shared.texts!
      return
    }
    this.capacity = Math.max(1024, this.expected || 0)
    this.texts = memory.allocate(this.capacity * 8)
    this.resize(Math.min(bitsFor(this.expected), cautiousBits))
  }

  /** For other threads. */
  get shared(): SharedTable {
    const { table, bits, size, texts } = this
    return { table, bits, size, texts }
  }

  private resize(bits: number): void {
    const table = this.memory.allocateCleared((1 << bits) * 8)
    if (this.table !== 0) {
      this.kernels.rehashTexts(this.table, 1 << this.bits, table, bits)
      this.memory.free(this.table)
    }
    this.table = table
    this.bits = bits
  }

  /** The numbers (u32) of the rows' texts, and where in `fresh` the new ones stood; returns how many were new. */
  number(
    refs: number,
    validity: number,
    selection: number,
    count: number,
    stable: boolean,
    numbers: number,
    fresh: number,
  ): number {
    const most = this.size + count
    if (most * 2 > 1 << this.bits) this.resize(largerBits(this.bits, most, this.expected))
    if (most > this.capacity) {
      this.capacity = Math.max(most, this.capacity * 2)
      this.texts = this.memory.reallocate(this.texts, this.capacity * 8)
    }
    if (!stable) this.reserveHeap(library(moveLibrary, this.memory.memory).textBytes(refs, validity, selection, count))
    const before = this.size
    this.size = this.kernels.numberTexts(
      refs,
      validity,
      selection,
      count,
      this.table,
      this.bits,
      before,
      this.nullNumber,
      numbers,
      fresh,
      this.texts,
      stable ? 0 : this.heapAt,
    )
    return this.size - before
  }

  private reserveHeap(bytes: number): void {
    const { u32 } = this.memory.memory
    const at = u32[this.heapAt >>> 2]
    if (at !== 0 && at + bytes <= this.heapEnd) return
    const size = Math.max(bytes, 1 << 16)
    const heap = this.memory.allocate(size)
    this.memory.memory.u32[this.heapAt >>> 2] = heap
    this.heapEnd = heap + size
  }

  find(refs: number, validity: number, selection: number, count: number, numbers: number): void {
    this.kernels.findTexts(refs, validity, selection, count, this.table, this.bits, numbers, this.texts)
  }
}
