/** The table of a join's build side, from keys to rows: an array by key, ranks of keys with gaps, or a hash table. */
import type { Threads } from '../operator.ts'
import { runInParts } from '../parallel/kernel-calls.ts'
import { joinGroups } from './join-groups.ts'
import type { KeyVector } from './join-keys.ts'
import { gatheredRows, joinLibrary } from './join-library.ts'
import { joinRanks } from './join-ranks.ts'
import { library } from './library.ts'
import type { QueryMemory } from './memory.ts'
import type { KernelFunctions } from './modules.ts'

/** An array by key may have so many entries per row of the build side, and this many in any case. */
const entriesPerRow = 4
const smallArray = 2 ** 16
const largestArray = 2 ** 28
/** Ranks may have so many possible keys per row: they take a fifth of a byte each, a hash table 16 to 64 bytes a row. */
const possibleKeysPerRow = 64
const mostPossibleKeys = 2 ** 30
/** A table of so many rows does not fit the caches near a core. */
const manyRows = 2 ** 16
/** With so many rows to a key, the pairs that a key makes pay for moving its rows. */
const rowsPerKey = 4

/** Where a probe finds the build rows of a key. */
export interface RowTable {
  /** Whether no key has two rows. */
  readonly isUnique: boolean
  /** Address of the next build row of the same key, per build row (u32); 0 where those of a key stand side by side. */
  readonly next: number
  /** Then: address of how many rows a key has, for the first of them (u32). */
  readonly lengths: number
  /** Writes the first build row of each row's key (u32), or 0, to `target`. */
  look(keys: KeyVector, target: number): void
  readonly shared: SharedRowTable
}

/** For joins without keys: every row finds all rows. */
export class AllRows implements RowTable {
  readonly isUnique: boolean
  readonly next: number
  readonly lengths = 0
  private readonly rows: number
  private readonly memory: QueryMemory

  constructor(rows: number, memory: QueryMemory) {
    this.isUnique = rows <= 1
    this.rows = rows
    this.memory = memory
    this.next = memory.allocate(rows * 4 + 16)
    const { u32 } = memory.memory
    for (let row = 0; row < rows; row++) u32[(this.next >>> 2) + row] = row + 1 < rows ? row + 2 : 0
  }

  get shared(): SharedRowTable {
    const { isUnique, next, lengths, rows } = this
    return { isUnique, next, lengths, rows }
  }

  look(keys: KeyVector, target: number): void {
    this.memory.memory.u32.fill(this.rows > 0 ? 1 : 0, target >>> 2, (target >>> 2) + keys.count)
  }
}

/** The first row of each key from `low` on (u32). */
interface KeyArray {
  readonly low: number
  readonly size: number
  readonly heads: number
}

/** Addresses of what `join-ranks.ts` tells; without heads, the rows are in the order of their keys. */
interface KeyRanks extends KeyArray, Presence {
  readonly ranks: number
}

/** Which keys from the lowest on there are: a bit each, and how many of them are set. */
export interface Presence {
  readonly bits: number
  readonly present: number
}

/** Where a finished table lies, for other threads. */
export interface SharedRowTable {
  readonly isUnique: boolean
  readonly next: number
  readonly lengths: number
  /** Of tables without keys: how many rows there are. */
  readonly rows?: number
  readonly array?: KeyArray
  readonly ranks?: KeyRanks
  readonly table?: number
  readonly bits?: number
  readonly partBits?: number
  readonly slotBytes?: number
}

/** The table that another thread has made. */
export function sharedRowTable(shared: SharedRowTable, memory: QueryMemory): RowTable {
  const kernels = library(joinLibrary, memory.memory)
  const { isUnique, next, lengths } = shared
  return { isUnique, next, lengths, shared, look: (keys, target) => lookUp(shared, kernels, keys, target, memory) }
}

function lookUp(
  { rows, array, ranks, table = 0, bits = 0, partBits = 0, slotBytes = 0 }: SharedRowTable,
  kernels: KernelFunctions,
  { access, pointer, validity, selection, count }: KeyVector,
  target: number,
  memory: QueryMemory,
): void {
  if (rows !== undefined) memory.memory.u32.fill(rows > 0 ? 1 : 0, target >>> 2, (target >>> 2) + count)
  else if (array) {
    kernels[`lookDirect_${access}`](pointer, validity, selection, count, array.low, array.size, array.heads, target)
  } else if (ranks) {
    const { low, size, bits: present, ranks: words, heads } = ranks
    const look = library(joinRanks, memory.memory)[`look_${access}`]
    look(pointer, validity, selection, count, low, size, present, words, heads, target)
  } else kernels[`lookHash${slotBytes}_${access}`](pointer, validity, selection, count, table, bits, partBits, target)
}

export class JoinTable implements RowTable {
  /** Rows that have one of the same key before them. */
  repeats = 0
  lengths = 0
  /** Where rows have got numbers anew, those of a key side by side: their old numbers (u32), and how many have a key. */
  order: { readonly address: number; readonly count: number } | undefined
  /** One of these, or neither for a hash table. */
  readonly array: KeyArray | undefined
  readonly ranks: KeyRanks | undefined
  readonly table: number = 0
  readonly bits: number = 0
  readonly partBits: number = 0
  readonly slotBytes: number = 16
  private readonly kernels: KernelFunctions
  private readonly memory: QueryMemory
  private readonly buildRows: number
  /** Undefined until something asks for it, where no key has two rows. */
  private chains: number | undefined

  /**
   * @param keys of all build rows; @param low and @param high their bounds, low > high when there are none
   * @param mayGroup whether rows may be put in another order
   * @param presence of the keys, where it is known
   */
  constructor(
    keys: KeyVector,
    low: number,
    high: number,
    memory: QueryMemory,
    threads: Threads | undefined,
    mayGroup: boolean,
    presence?: Presence,
  ) {
    const kernels = library(joinLibrary, memory.memory)
    const rows = keys.count
    const size = high - low + 1
    const exact = Math.abs(low) < 2 ** 52 && Math.abs(high) < 2 ** 52
    this.kernels = kernels
    this.memory = memory
    this.buildRows = rows
    const enter = (
      library: 'join' | 'joinRanks',
      kernel: string,
      shape: readonly number[],
      bytes: number,
    ): { table: number; partBits: number } => {
      const { pointer, validity, access } = keys
      const room = gatheredRows * 4
      const sizes = [bytes, rows * 4 + 16, room * (threads?.count ?? 0) * 2]
      const run = runInParts(threads, rows, sizes, memory, ([table, next, scratch], part, partBits) => {
        const values = [pointer, validity, rows, part, partBits, scratch + part * room, ...shape, table, next]
        return { library, kernel: `${kernel}_${access}`, values }
      })
      const [table, next, scratch] = run.blocks
      memory.free(scratch)
      this.chains = next
      this.repeats = run.results.reduce((sum, repeats) => sum + repeats, 0)
      return { table, partBits: run.partBits }
    }
    if (low > high) {
      this.array = { low: 0, size: 0, heads: memory.allocateCleared(16) }
    } else if (exact && size <= Math.max(smallArray, Math.min(rows * entriesPerRow, largestArray))) {
      if (mayGroup && rows >= manyRows && rows >= size * rowsPerKey) {
        this.array = { low, size, heads: memory.allocate(size * 4 + 16) }
        this.group(keys)
        return
      }
      this.array = { low, size, heads: enter('join', 'buildDirect', [low], size * 4 + 16).table }
    } else if (exact && size <= Math.min(rows * possibleKeysPerRow, mostPossibleKeys)) {
      const kernelsOfRanks = library(joinRanks, memory.memory)
      const { bits, present } = presence ?? presenceOf(keys, low, size, memory)
      const words = Math.ceil(size / 64)
      const ranks = memory.allocate(words * 4 + 16)
      kernelsOfRanks.ranks(bits, words, ranks)
      const isInOrder = present === rows && kernelsOfRanks[`ascends_${keys.access}`](keys.pointer, rows) === 1
      const heads = isInOrder ? 0 : enter('joinRanks', 'enter', [low, bits, ranks], present * 4 + 16).table
      this.ranks = { low, size, bits, present, ranks, heads }
    } else {
      this.bits = Math.max(8, Math.ceil(Math.log2(rows * 2)))
      this.slotBytes = keys.access === 'i64' || keys.access === 'u32' ? 16 : 8
      Object.assign(this, enter('join', `buildHash${this.slotBytes}`, [this.bits], this.slotBytes * 2 ** this.bits))
    }
    if (mayGroup && rows >= manyRows && this.repeats >= rows * (1 - 1 / rowsPerKey)) this.group(keys)
  }

  get isUnique(): boolean {
    return this.repeats === 0 && this.order === undefined
  }

  get next(): number {
    this.chains ??= this.memory.allocateCleared(this.buildRows * 4 + 16)
    return this.chains
  }

  private group({ access, pointer, validity, count: rows }: KeyVector): void {
    const { array, ranks, table, bits, slotBytes, memory } = this
    const kernels = library(joinGroups, memory.memory)
    const address = memory.allocate(rows * 4 + 16)
    this.lengths = memory.allocate(rows * 4 + 16)
    const { lengths } = this
    let count: number
    if (array)
      count = kernels[`group_${access}`](pointer, validity, rows, array.low, array.heads, array.size, address, lengths)
    else if (ranks) count = kernels.regroup(ranks.heads, ranks.present, 4, this.next, address, lengths)
    else count = kernels.regroup(table + slotBytes / 2, 2 ** bits, slotBytes, this.next, address, lengths)
    memory.free(this.chains ?? 0)
    this.chains = 0
    this.order = { address, count }
  }

  get shared(): SharedRowTable {
    const { isUnique, next, lengths, array, ranks, table, bits, partBits, slotBytes } = this
    return { isUnique, next, lengths, array, ranks, table, bits, partBits, slotBytes }
  }

  look(keys: KeyVector, target: number): void {
    lookUp(this, this.kernels, keys, target, this.memory)
  }
}

/** Takes a bit for each possible key of the rows. */
export function presenceOf(keys: KeyVector, low: number, size: number, memory: QueryMemory): Presence {
  const bits = memory.allocateCleared(Math.ceil(size / 64) * 8 + 16)
  const setBits = library(joinLibrary, memory.memory)[`setBits_${keys.access}`]
  return { bits, present: setBits(keys.pointer, keys.validity, keys.count, low, bits) }
}
