/**
 * A hash index: which row versions have a key. Open addressing with linear probing in linear memory, eight bytes a slot:
 *
 *   slot   (tag, row + 1)      tag: the key itself where it is an integer of 32 bits, else a hash of it
 *   links  next, prev per row  only for row groups in which some row shares its key with another
 *
 * Rows with one key form a chain, newest first; the slot holds its head. Where tags are not exact, the head's values
 * decide. The index knows nothing of visibility: it holds every version that has not been cleared away.
 */
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import type { Owner, Pool } from './allocator.ts'
import type { Column } from './column.ts'
import type { IndexDefinition, RowId } from './interface.ts'
import { createKeyPart, hashInteger, highAt, type IntegerPart, type KeyPart, lowAt } from './key-part.ts'
import type { RowGroup } from './row-group.ts'
import { isNullAt, type Segment } from './segment.ts'

const firstSlots = 16
const multiplier = 0x9e3779b1
/** Neighbouring tags share a cache line of eight slots, so that keys that come in order are written in order. */
const lineBits = 3
const lineMask = 7

interface Links {
  next: number
  previous: number
  capacity: number
}

export class HashIndex {
  readonly definition: IndexDefinition
  readonly columns: readonly number[]
  private readonly pool: Pool
  private readonly memory: LinearMemory
  private readonly owner: Owner
  private readonly groups: readonly (RowGroup | undefined)[]
  private readonly parts: readonly KeyPart[]
  private readonly isInteger: boolean
  /** Tags are the keys: a single integer column whose keys so far fit 32 bits. */
  private isExact: boolean
  private readonly takesNulls: boolean
  private table: number
  private shift: number
  private mask: number
  private used = 0
  private readonly links: (Links | undefined)[] = []
  /** Row versions held. */
  size = 0

  /** @param groups the table's row groups by number */
  constructor(
    pool: Pool,
    owner: Owner,
    definition: IndexDefinition,
    columns: readonly Column[],
    groups: readonly (RowGroup | undefined)[],
    takesNulls: boolean,
  ) {
    this.pool = pool
    this.memory = pool.memory
    this.owner = owner
    this.definition = definition
    this.columns = definition.columns
    this.groups = groups
    this.parts = definition.columns.map((column) => createKeyPart(columns[column].type, pool.memory))
    this.isInteger =
      definition.columns.length === 1 && ['i8', 'i16', 'i32', 'i64'].includes(columns[definition.columns[0]].encoding)
    this.isExact = this.isInteger && !takesNulls
    this.takesNulls = takesNulls
    this.mask = firstSlots - 1
    this.shift = 32 - (Math.log2(firstSlots) - lineBits)
    this.table = pool.allocateCleared(firstSlots * 8, owner)
  }

  /** Distinct keys held, of all versions. */
  get keyCount(): number {
    return this.used
  }

  /** Makes room for `rows` more keys. */
  reserve(rows: number): void {
    let slots = this.mask + 1
    while ((this.used + rows) * 4 > slots * 3) slots *= 2
    if (slots > this.mask + 1) this.rehash(slots)
  }

  /**
   * Adds rows of a group. `check`, for unique indexes, is called with each row whose key others have already, before it is
   * added: with the row and the newest of the others, whose chain `nextInChain` follows.
   */
  insertRows(group: RowGroup, from: number, count: number, check?: (row: RowId, other: RowId) => void): void {
    for (let at = from; at < from + count; ) {
      const step = Math.min(from + count - at, Math.max(1024, this.used))
      this.reserve(step)
      this.insertSome(group, at, at + step, check)
      at += step
    }
  }

  private insertSome(group: RowGroup, from: number, to: number, check?: (row: RowId, other: RowId) => void): void {
    const { memory } = this
    const first = group.firstRow
    const segment = group.segments[this.columns[0]]
    for (let row = from; row < to; row++) {
      const tag = this.isInteger ? this.integerTag(segment, row) : this.tagOf(group, row)
      if (tag === undefined) continue
      const slot = this.isExact ? this.findExact(tag) : this.findRow(tag, group, row)
      const at = (this.table >>> 2) + 2 * slot
      const id = first + row
      const head = memory.u32[at + 1]
      if (head === 0) {
        memory.i32[at] = tag
        memory.u32[at + 1] = id + 1
        this.used++
      } else {
        if (check !== undefined) check(id, head - 1)
        this.link(id, head - 1)
        memory.u32[at + 1] = id + 1
      }
      this.size++
    }
  }

  /** Adds one row; returns the newest of those that have its key already, or -1. */
  insertRow(group: RowGroup, row: number): RowId {
    if ((this.used + 1) * 4 > (this.mask + 1) * 3) this.rehash((this.mask + 1) * 2)
    const { memory } = this
    const tag = this.isInteger ? this.integerTag(group.segments[this.columns[0]], row) : this.tagOf(group, row)
    if (tag === undefined) return -1
    const slot = this.isExact ? this.findExact(tag) : this.findRow(tag, group, row)
    const at = (this.table >>> 2) + 2 * slot
    const id = group.firstRow + row
    const head = memory.u32[at + 1]
    this.size++
    if (head === 0) {
      memory.i32[at] = tag
      memory.u32[at + 1] = id + 1
      this.used++
      return -1
    }
    this.link(id, head - 1)
    memory.u32[at + 1] = id + 1
    return head - 1
  }

  /** Takes rows of a group out; rows that are not held are passed over. */
  removeRows(group: RowGroup, from: number, count: number): void {
    for (let row = from; row < from + count; row++) this.removeRow(group, row)
  }

  removeRow(group: RowGroup, row: number): void {
    const { memory } = this
    const tag = this.tagOf(group, row)
    if (tag === undefined) return
    const slot = this.isExact ? this.findExact(tag) : this.findRow(tag, group, row)
    const at = (this.table >>> 2) + 2 * slot
    const id = group.firstRow + row
    const head = memory.u32[at + 1]
    if (head === 0) return
    if (head === id + 1) {
      const next = this.nextInChain(id)
      if (next === -1) this.clearSlot(slot)
      else {
        memory.u32[at + 1] = next + 1
        this.setPrevious(next, 0)
      }
      this.setNext(id, 0)
      this.size--
      return
    }
    this.unlink(id)
  }

  /** Takes a row out of its chain, unless it is the head. */
  unlink(id: RowId): void {
    const previous = this.previousInChain(id)
    if (previous === -1) return
    const next = this.nextInChain(id)
    this.setNext(previous, next + 1)
    if (next !== -1) this.setPrevious(next, previous + 1)
    this.setNext(id, 0)
    this.setPrevious(id, 0)
    this.size--
  }

  /** The newest row version with a key, or -1. */
  find(key: readonly Value[]): RowId {
    const { parts } = this
    let hash = parts[0].prepare(key[0])
    for (let i = 1; i < parts.length; i++) hash = combine(hash, parts[i].prepare(key[i]))
    return this.findPrepared(hash)
  }

  /** As `find`, for an index on one column. */
  findOne(key: Value): RowId {
    return this.findPrepared(this.parts[0].prepare(key))
  }

  /** As `find`, for an index on one column that is stored as integers; the key is a stored integer. */
  findInteger(key: number): RowId {
    if (this.isExact) {
      if ((key | 0) !== key) return -1
      return this.memory.u32[(this.table >>> 2) + 2 * this.findExact(key) + 1] - 1
    }
    return this.findPrepared((this.parts[0] as IntegerPart).prepareInteger(key))
  }

  /** The newest row version with the key of a row. */
  findSame(group: RowGroup, row: number): RowId {
    const tag = this.tagOf(group, row)
    if (tag === undefined) return -1
    const slot = this.isExact ? this.findExact(tag) : this.findRow(tag, group, row)
    return this.memory.u32[(this.table >>> 2) + 2 * slot + 1] - 1
  }

  /** The next older row version with the same key, or -1. */
  nextInChain(row: RowId): RowId {
    const links = this.links[row >>> 16]
    const offset = row & 65535
    if (links === undefined || offset >= links.capacity) return -1
    return this.memory.u32[(links.next >>> 2) + offset] - 1
  }

  /** Forgets the links of a group whose rows have all been removed, and gives back slots that are not needed. */
  forgetGroup(number: number): void {
    let slots = this.mask + 1
    while (slots > firstSlots && this.used * 8 < slots) slots /= 2
    if (slots <= this.mask) this.rehash(slots)
    this.forgetLinks(number)
  }

  private forgetLinks(number: number): void {
    const links = this.links[number]
    if (links === undefined) return
    this.pool.free(links.next)
    this.pool.free(links.previous)
    this.links[number] = undefined
  }

  release(): void {
    this.pool.free(this.table)
    this.table = 0
    for (let number = 0; number < this.links.length; number++) this.forgetLinks(number)
  }

  /** Where the search for a tag begins. */
  private homeOf(tag: number): number {
    return ((Math.imul(tag >>> lineBits, multiplier) >>> this.shift) << lineBits) | (tag & lineMask)
  }

  private findPrepared(hash: number): RowId {
    const { memory, table, mask, parts } = this
    const { u32, i32 } = memory
    const base = table >>> 2
    for (let slot = this.homeOf(hash); ; slot = (slot + 1) & mask) {
      const head = u32[base + 2 * slot + 1]
      if (head === 0) return -1
      if (i32[base + 2 * slot] !== hash) continue
      const row = head - 1
      const { segments } = this.groups[row >>> 16]!
      let i = 0
      while (i < parts.length && parts[i].matches(segments[this.columns[i]], row & 65535)) i++
      if (i === parts.length) return row
    }
  }

  /** The slot of a tag that is a key, or the free slot where it would go. */
  private findExact(tag: number): number {
    const { i32, u32 } = this.memory
    const base = this.table >>> 2
    const { mask } = this
    let slot = this.homeOf(tag)
    while (u32[base + 2 * slot + 1] !== 0 && i32[base + 2 * slot] !== tag) slot = (slot + 1) & mask
    return slot
  }

  /** The slot of a row's key, or the free slot where it would go. */
  private findRow(tag: number, group: RowGroup, row: number): number {
    const { i32, u32 } = this.memory
    const base = this.table >>> 2
    const { mask } = this
    let slot = this.homeOf(tag)
    for (;;) {
      const head = u32[base + 2 * slot + 1]
      if (head === 0) return slot
      if (i32[base + 2 * slot] === tag && this.sameKey(head - 1, group, row)) return slot
      slot = (slot + 1) & mask
    }
  }

  private sameKey(id: RowId, group: RowGroup, row: number): boolean {
    const { parts, columns } = this
    const other = this.groups[id >>> 16]!
    for (let i = 0; i < parts.length; i++) {
      const column = columns[i]
      if (!parts[i].same(other.segments[column], id & 65535, group.segments[column], row)) return false
    }
    return true
  }

  /** The tag of a single integer key; undefined for a NULL that is not held. */
  private integerTag(segment: Segment, row: number): number | undefined {
    const { memory } = this
    if (isNullAt(segment, row, memory)) return this.takesNulls ? this.parts[0].hash(segment, row) : undefined
    const low = lowAt(segment, row, memory)
    if (segment.encoding !== 'i64') return low
    const high = highAt(segment, row, memory)
    if (high !== low >> 31) this.isExact = false
    return hashInteger(low, high)
  }

  private tagOf(group: RowGroup, row: number): number | undefined {
    const { parts, columns, memory } = this
    if (this.isInteger) return this.integerTag(group.segments[columns[0]], row)
    let hash = 0
    for (let i = 0; i < parts.length; i++) {
      const segment = group.segments[columns[i]]
      if (!this.takesNulls && isNullAt(segment, row, memory)) return undefined
      const next = parts[i].hash(segment, row)
      hash = i === 0 ? next : combine(hash, next)
    }
    return hash
  }

  private rehash(slots: number): void {
    const old = this.table
    const oldSlots = this.mask + 1
    this.table = this.pool.allocateCleared(slots * 8, this.owner)
    this.mask = slots - 1
    this.shift = 32 - (Math.log2(slots) - lineBits)
    const { i32, u32 } = this.memory
    const from = old >>> 2
    const to = this.table >>> 2
    const { mask, shift } = this
    for (let slot = 0; slot < oldSlots; slot++) {
      const head = u32[from + 2 * slot + 1]
      if (head === 0) continue
      const tag = i32[from + 2 * slot]
      let target = ((Math.imul(tag >>> lineBits, multiplier) >>> shift) << lineBits) | (tag & lineMask)
      while (u32[to + 2 * target + 1] !== 0) target = (target + 1) & mask
      i32[to + 2 * target] = tag
      u32[to + 2 * target + 1] = head
    }
    this.pool.free(old)
  }

  /** Empties a slot, moving later ones back so that no probe is cut off. */
  private clearSlot(slot: number): void {
    const { i32, u32 } = this.memory
    const base = this.table >>> 2
    const { mask } = this
    let hole = slot
    for (let next = (slot + 1) & mask; u32[base + 2 * next + 1] !== 0; next = (next + 1) & mask) {
      const home = this.homeOf(i32[base + 2 * next])
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      i32[base + 2 * hole] = i32[base + 2 * next]
      u32[base + 2 * hole + 1] = u32[base + 2 * next + 1]
      hole = next
    }
    u32[base + 2 * hole + 1] = 0
    this.used--
  }

  /** Puts a row before the head of its chain. */
  private link(row: RowId, head: RowId): void {
    this.setNext(row, head + 1)
    this.setPrevious(head, row + 1)
  }

  private previousInChain(row: RowId): RowId {
    const links = this.links[row >>> 16]
    const offset = row & 65535
    if (links === undefined || offset >= links.capacity) return -1
    return this.memory.u32[(links.previous >>> 2) + offset] - 1
  }

  private setNext(row: RowId, value: number): void {
    const links = this.linksFor(row, value)
    if (links !== undefined) this.memory.u32[(links.next >>> 2) + (row & 65535)] = value
  }

  private setPrevious(row: RowId, value: number): void {
    const links = this.linksFor(row, value)
    if (links !== undefined) this.memory.u32[(links.previous >>> 2) + (row & 65535)] = value
  }

  /** The links of a row's group, made when there is something to write. */
  private linksFor(row: RowId, value: number): Links | undefined {
    const number = row >>> 16
    const offset = row & 65535
    const links = this.links[number]
    if (links !== undefined && offset < links.capacity) return links
    if (value === 0) return undefined
    let capacity = Math.max(64, links?.capacity ?? 0)
    while (capacity <= offset) capacity *= 2
    const next = this.pool.allocateCleared(capacity * 4, this.owner)
    const previous = this.pool.allocateCleared(capacity * 4, this.owner)
    if (links !== undefined) {
      this.memory.u8.copyWithin(next, links.next, links.next + links.capacity * 4)
      this.memory.u8.copyWithin(previous, links.previous, links.previous + links.capacity * 4)
      this.pool.free(links.next)
      this.pool.free(links.previous)
    }
    return (this.links[number] = { next, previous, capacity })
  }
}

function combine(hash: number, next: number): number {
  return Math.imul(hash ^ (next + 0x9e3779b9 + (hash << 6)), 0x85ebca6b) ^ (hash >>> 13)
}
