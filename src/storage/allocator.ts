/**
 * The pool: every byte that columns, indexes and queries hold in the database's linear memory comes from here and goes
 * back here.
 *
 * The memory is cut into blocks, each behind a header of 16 bytes: its size, its predecessor's size and who owns it.
 * Free blocks are kept in bins by size, sixteen bins to each doubling, and a freed block joins with free neighbours, so
 * taking and giving back cost the same however much there is (two-level segregated fit). Free blocks carry their links in
 * their own bytes; blocks in use carry nothing but the header.
 *
 *   | header | bytes asked for | 16 bytes of padding | … skew … | header | …
 *
 * The padding lets SIMD loads run over the end. Large blocks are made an odd number of cache lines longer than a multiple
 * of 4096, since columns that lie 4096·n bytes apart evict each other from the first-level cache when they are scanned
 * side by side.
 */
import { assert, SqlError } from '../error.ts'
import { LinearMemory } from '../types/linear-memory.ts'

/** Who holds memory, as `db.memory()` reports it: a table, a column, an index, a query … */
export interface Owner {
  readonly kind: string
  readonly name: string
}

export interface MemoryUsage {
  /** Bytes in blocks, headers and padding included. */
  readonly used: number
  /** Bytes taken from the machine. */
  readonly reserved: number
  readonly limit: number
  /** The most bytes that the queries of the last statement held at once. */
  readonly queryPeak: number
  /** Largest first. */
  readonly owners: readonly { readonly kind: string; readonly name: string; readonly bytes: number }[]
}

interface Account {
  readonly id: number
  readonly kind: string
  readonly name: string
  readonly isQuery: boolean
  units: number
}

const unit = 16
const headerBytes = 16
const paddingBytes = 16
/** Address 0 means "none" everywhere, so the first bytes are never handed out. */
const firstAddress = 1024
const skewFrom = 32768
const skewBytes = 13 * 64
const pageBytes = 65536
const maximumBytes = 4 * 1024 * 1024 * 1024
const smallestGrowth = 1024 * 1024
/** Kept for taking statements back, which must not fail: a stamp per row of a group, and some more. */
const reserveBytes = 512 * 1024
const reserveOwner = { kind: 'reserve', name: 'for rollbacks' }
const largestGrowth = 256 * 1024 * 1024
const exactBins = 32
const binCount = exactBins + (28 - 5) * 16
const probesInOwnBin = 8

export class Pool {
  readonly memory: LinearMemory
  readonly limit: number
  /** A block that is there to be given up; taken once half of the limit is in use. */
  private reserve = 0
  private usedUnits = 0
  /** Of these, what queries hold; and the most they did since `measureQueries`. */
  private queryUnits = 0
  private queryPeakUnits = 0
  /** First address beyond the last block. */
  private end = firstAddress
  private lastUnits = 0
  /** Per bin the first free block, in units; 0 for none. */
  private readonly bins = new Uint32Array(binCount)
  private readonly occupied = new Uint32Array((binCount >>> 5) + 1)
  private readonly accounts: (Account | undefined)[] = [undefined]
  private readonly freeAccounts: number[] = []
  private readonly accountsByKind = new Map<string, Map<string, Account>>()

  /**
   * @param limit the most bytes to take from the machine; 4 GiB when not given
   * @param memory another pool's, whose blocks `adoptRegion` cuts up further
   */
  constructor(limit: number = maximumBytes, shared = false, memory?: LinearMemory) {
    this.limit = Math.min(limit, maximumBytes)
    if (memory) {
      this.memory = memory
      this.end = maximumBytes
      return
    }
    this.memory = new LinearMemory(1, Math.max(1, Math.ceil(this.limit / pageBytes)), shared)
    this.adopt(this.memory.byteLength)
  }

  /** The address of at least `bytes` bytes, aligned to 16, not cleared. 53200 when the limit is reached. */
  allocate(bytes: number, owner: Owner): number {
    const units = unitsFor(bytes)
    const account = this.account(owner)
    const block = this.take(units)
    if (block !== 0) return this.own(block, account)
    this.grow(units, bytes)
    const pointer = this.own(this.take(units), account)
    this.takeReserve()
    return pointer
  }

  allocateCleared(bytes: number, owner: Owner): number {
    const pointer = this.allocate(bytes, owner)
    this.memory.fill(0, pointer, bytes)
    return pointer
  }

  /** Gives a block back. Address 0 is allowed and means none. */
  free(pointer: number): void {
    if (pointer === 0) return
    const { u32 } = this.memory
    let block = pointer / unit - 1
    let units = u32[block * 4]
    const id = u32[block * 4 + 2]
    assert(id !== 0 && this.accounts[id] !== undefined, `block ${pointer} is not in use`)
    this.charge(this.accounts[id]!, -units)
    u32[block * 4 + 2] = 0
    const next = block + units
    if (next * unit < this.end && u32[next * 4 + 2] === 0) {
      this.unlink(next)
      units += u32[next * 4]
    }
    const previousUnits = u32[block * 4 + 1]
    if (previousUnits !== 0 && u32[(block - previousUnits) * 4 + 2] === 0) {
      block -= previousUnits
      this.unlink(block)
      units += previousUnits
    }
    this.release(block, units)
  }

  /** Moves a block's bytes to one of another size (in place when the neighbour allows it) and returns its address. */
  reallocate(pointer: number, bytes: number, owner: Owner): number {
    if (pointer === 0) return this.allocate(bytes, owner)
    const { u32 } = this.memory
    const block = pointer / unit - 1
    const units = u32[block * 4]
    const wanted = unitsFor(bytes)
    if (wanted <= units && wanted * 2 > units) return pointer
    const next = block + units
    if (wanted > units && next * unit < this.end && u32[next * 4 + 2] === 0 && units + u32[next * 4] >= wanted) {
      const account = this.accounts[u32[block * 4 + 2]]!
      this.unlink(next)
      this.charge(account, -units)
      this.setSize(block, units + u32[next * 4])
      return this.own(this.split(block, wanted), account)
    }
    const moved = this.allocate(bytes, owner)
    const length = Math.min(this.sizeOf(pointer), bytes)
    this.memory.u8.copyWithin(moved, pointer, pointer + length)
    this.free(pointer)
    return moved
  }

  /** Bytes that may be used at an address; at least what was asked for. */
  sizeOf(pointer: number): number {
    return this.memory.u32[(pointer / unit - 1) * 4] * unit - headerBytes - paddingBytes
  }

  get used(): number {
    return this.usedUnits * unit
  }

  get reserved(): number {
    return this.memory.byteLength
  }

  /** Bytes held by one owner. */
  usedBy(owner: Owner): number {
    return (this.accountsByKind.get(owner.kind)?.get(owner.name)?.units ?? 0) * unit
  }

  /** The most bytes that queries held at once since `measureQueries`. */
  get queryPeak(): number {
    return this.queryPeakUnits * unit
  }

  /** Begins to measure the peak anew. */
  measureQueries(): void {
    this.queryPeakUnits = this.queryUnits
  }

  usage(): MemoryUsage {
    const owners = this.accounts
      .filter((account) => account !== undefined)
      .map(({ kind, name, units }) => ({ kind, name, bytes: units * unit }))
      .sort((a, b) => b.bytes - a.bytes)
    return { used: this.used, reserved: this.reserved, limit: this.limit, queryPeak: this.queryPeak, owners }
  }

  private account(owner: Owner): Account {
    let names = this.accountsByKind.get(owner.kind)
    if (names === undefined) this.accountsByKind.set(owner.kind, (names = new Map()))
    let account = names.get(owner.name)
    if (account === undefined) {
      const id = this.freeAccounts.pop() ?? this.accounts.length
      account = { id, kind: owner.kind, name: owner.name, isQuery: owner.kind === 'query', units: 0 }
      this.accounts[id] = account
      names.set(owner.name, account)
    }
    return account
  }

  /** Books units on an account; an account that holds nothing is forgotten. */
  private charge(account: Account, units: number): void {
    account.units += units
    this.usedUnits += units
    if (account.isQuery) {
      this.queryUnits += units
      if (this.queryUnits > this.queryPeakUnits) this.queryPeakUnits = this.queryUnits
    }
    if (account.units === 0) {
      this.accounts[account.id] = undefined
      this.freeAccounts.push(account.id)
      this.accountsByKind.get(account.kind)!.delete(account.name)
    }
  }

  private own(block: number, account: Account): number {
    const { u32 } = this.memory
    if (this.accounts[account.id] !== account) {
      account = this.account(account)
    }
    u32[block * 4 + 2] = account.id
    this.charge(account, u32[block * 4])
    return (block + 1) * unit
  }

  /** A block of at least `units`, out of its bin and cut to size; 0 when there is none. */
  private take(units: number): number {
    const { u32 } = this.memory
    const bin = binOf(units)
    let candidate = this.bins[bin]
    for (let probe = 0; candidate !== 0 && probe < probesInOwnBin; probe++) {
      if (u32[candidate * 4] >= units) {
        this.unlink(candidate)
        return this.split(candidate, units)
      }
      candidate = u32[candidate * 4 + 4]
    }
    const larger = this.nextOccupied(bin + 1)
    if (larger === -1) return 0
    const block = this.bins[larger]
    this.unlink(block)
    return this.split(block, units)
  }

  /** Cuts what is beyond `units` off an unlinked block and frees it. */
  private split(block: number, units: number): number {
    const { u32 } = this.memory
    const rest = u32[block * 4] - units
    if (rest >= 4) {
      this.setSize(block, units)
      u32[(block + units) * 4 + 1] = units
      this.release(block + units, rest)
    }
    return block
  }

  /** Makes `units` from `block` on one free block. */
  private release(block: number, units: number): void {
    const { u32 } = this.memory
    this.setSize(block, units)
    u32[block * 4 + 2] = 0
    const bin = binOf(units)
    const head = this.bins[bin]
    u32[block * 4 + 4] = head
    u32[block * 4 + 5] = 0
    if (head !== 0) u32[head * 4 + 5] = block
    this.bins[bin] = block
    this.occupied[bin >>> 5] |= 1 << (bin & 31)
  }

  private unlink(block: number): void {
    const { u32 } = this.memory
    const next = u32[block * 4 + 4]
    const previous = u32[block * 4 + 5]
    if (next !== 0) u32[next * 4 + 5] = previous
    if (previous !== 0) {
      u32[previous * 4 + 4] = next
      return
    }
    const bin = binOf(u32[block * 4])
    this.bins[bin] = next
    if (next === 0) this.occupied[bin >>> 5] &= ~(1 << (bin & 31))
  }

  /** Sets a block's size and tells its successor. */
  private setSize(block: number, units: number): void {
    const { u32 } = this.memory
    u32[block * 4] = units
    const next = block + units
    if (next * unit < this.end) u32[next * 4 + 1] = units
    else this.lastUnits = units
  }

  private nextOccupied(from: number): number {
    let word = from >>> 5
    let bits = word < this.occupied.length ? this.occupied[word] & (-1 << (from & 31)) : 0
    while (bits === 0) {
      if (++word >= this.occupied.length) return -1
      bits = this.occupied[word]
    }
    return word * 32 + (31 - Math.clz32(bits & -bits))
  }

  /** Takes more from the machine, in generous steps: growing detaches all views. */
  protected grow(units: number, bytes: number): void {
    const needed = units * unit
    const step = Math.min(largestGrowth, Math.max(smallestGrowth, this.memory.byteLength / 2))
    const allowed = Math.floor(this.limit / pageBytes) * pageBytes - this.memory.byteLength
    const growth = Math.min(Math.max(needed, step), allowed)
    if (growth < needed) throw this.outOfMemory(bytes)
    try {
      this.memory.grow(growth)
    } catch {
      throw this.outOfMemory(bytes)
    }
    this.adopt(this.memory.byteLength)
  }

  /** Runs what takes a statement back, with the reserve to draw on. */
  withReserve(undo: () => void): void {
    this.free(this.reserve)
    this.reserve = 0
    try {
      undo()
    } finally {
      this.takeReserve()
    }
  }

  private takeReserve(): void {
    if (this.reserve !== 0 || this.limit < 8 * reserveBytes || this.reserved * 2 < this.limit) return
    const block = this.take(unitsFor(reserveBytes))
    if (block !== 0) this.reserve = this.own(block, this.account(reserveOwner))
  }

  /** Makes the bytes up to `byteLength` available. */
  private adopt(byteLength: number): void {
    const { u32 } = this.memory
    let block = this.end / unit
    let units = (byteLength - this.end) / unit
    const last = block - this.lastUnits
    u32[block * 4 + 1] = this.lastUnits
    if (this.lastUnits !== 0 && u32[last * 4 + 2] === 0) {
      this.unlink(last)
      units += this.lastUnits
      block = last
    }
    this.end = byteLength
    this.release(block, units)
  }

  /**
   * Makes bytes available that are not the memory's end. They begin at a multiple of 16; the header of a block that is
   * always in use closes them.
   */
  protected adoptRegion(address: number, bytes: number): void {
    const { u32 } = this.memory
    const block = address / unit
    const units = Math.floor(bytes / unit) - 1
    u32[block * 4 + 1] = 0
    u32[(block + units) * 4] = 1
    u32[(block + units) * 4 + 2] = 0xffffffff
    this.release(block, units)
  }

  /** Rows that are kept outside of this memory count too: 53200 when the limit is reached with so many bytes of them. */
  assertRoom(bytes: number): void {
    if (this.used + bytes > this.limit) throw this.outOfMemory(bytes)
  }

  private outOfMemory(bytes: number): SqlError {
    const { used, limit, owners } = this.usage()
    const largest = owners.slice(0, 3).map((owner) => `${owner.kind} ${owner.name} (${megabytes(owner.bytes)})`)
    return new SqlError('out_of_memory', 'out of memory', {
      detail: `${megabytes(bytes)} more were asked for, with ${megabytes(used)} in use of at most ${megabytes(limit)}. The largest consumers are ${largest.join(', ') || 'none'}.`,
      hint: 'Raise memoryLimit, or drop what is not needed.',
    })
  }
}

function megabytes(bytes: number): string {
  return bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${Math.ceil(bytes / 1048576)} MB`
}

function unitsFor(bytes: number): number {
  assert(bytes >= 0, 'the size of a block is a number')
  let total = bytes + headerBytes + paddingBytes
  if (total >= skewFrom) total = Math.ceil((total - skewBytes) / 4096) * 4096 + skewBytes
  return Math.max(4, Math.ceil(total / unit))
}

function binOf(units: number): number {
  if (units < exactBins) return units
  const exponent = 31 - Math.clz32(units)
  return exactBins + (exponent - 5) * 16 + ((units >>> (exponent - 4)) & 15)
}
