/**
 * The distinct texts of a column, numbered as they arrive; segments hold the numbers. The UTF-8 lies in chunks that never
 * move, beside an array of (address, length) and an open hash table, all in linear memory. JavaScript strings are made
 * and kept only when somebody asks for them.
 */

import type { Dictionary } from '../types/vector.ts'
import { decodeUtf8, encodeUtf8Into, maximumUtf8Length } from '../types/vector-reader.ts'
import type { Owner, Pool } from './allocator.ts'
import type { Reclaimer } from './reclaimer.ts'

const firstCapacity = 16
const firstChunk = 256
const largestChunk = 1 << 20

/** A 32-bit hash of bytes (FNV-1a with a final mix). */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}

export class ColumnDictionary implements Dictionary {
  private readonly pool: Pool
  private readonly owner: Owner
  private readonly reclaimer: Reclaimer
  size = 0
  refs: number
  private capacity = firstCapacity
  /** u32 per slot: code + 1, 0 for free. */
  private table: number
  private slots = firstCapacity * 2
  /** u32 per code. */
  private hashes: number
  private readonly chunks: number[] = []
  private chunkEnd = 0
  private next = 0
  /** Bytes of all texts. */
  byteLength = 0
  private readonly texts: (string | undefined)[] = []
  /** Codes of JavaScript strings seen so far: a quarter of the time of encoding and hashing again. */
  private readonly codes = new Map<string, number>()
  private references = 1

  constructor(pool: Pool, owner: Owner, reclaimer: Reclaimer) {
    this.pool = pool
    this.owner = owner
    this.reclaimer = reclaimer
    this.refs = pool.allocateCleared(firstCapacity * 8, owner)
    this.table = pool.allocateCleared(this.slots * 4, owner)
    this.hashes = pool.allocate(firstCapacity * 4, owner)
  }

  text(code: number): string {
    const text = this.texts[code]
    if (text !== undefined) return text
    const { u8, u32 } = this.pool.memory
    const at = (this.refs >>> 2) + 2 * code
    return (this.texts[code] = decodeUtf8(u8, u32[at], u32[at + 1]))
  }

  find(text: string): number {
    const known = this.codes.get(text)
    if (known !== undefined) return known
    this.reserve(maximumUtf8Length(text))
    const { u8 } = this.pool.memory
    const length = encodeUtf8Into(text, u8, this.next)
    const code = this.probe(u8, this.next, length, hashBytes(u8, this.next, this.next + length))
    if (code !== -1) this.codes.set(text, code)
    return code
  }

  /** The code of a text, new when it is. */
  internText(text: string): number {
    const known = this.codes.get(text)
    if (known !== undefined) return known
    this.reserve(maximumUtf8Length(text))
    const { u8 } = this.pool.memory
    const length = encodeUtf8Into(text, u8, this.next)
    const hash = hashBytes(u8, this.next, this.next + length)
    let code = this.probe(u8, this.next, length, hash)
    if (code === -1) {
      code = this.add(this.next, length, hash)
      this.texts[code] = text
    }
    this.codes.set(text, code)
    return code
  }

  /** The code of the text in `bytes[start, end)`, which are not in this pool's memory. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start
    const hash = hashBytes(bytes, start, end)
    const known = this.probe(bytes, start, length, hash)
    if (known !== -1) return known
    this.reserve(length)
    this.pool.memory.u8.set(bytes.subarray(start, end), this.next)
    return this.add(this.next, length, hash)
  }

  /** The code of the text at an address of this pool's memory. */
  internAt(address: number, length: number): number {
    const { u8 } = this.pool.memory
    const hash = hashBytes(u8, address, address + length)
    const known = this.probe(u8, address, length, hash)
    if (known !== -1) return known
    this.reserve(length)
    this.pool.memory.u8.copyWithin(this.next, address, address + length)
    return this.add(this.next, length, hash)
  }

  /** The hash of a code's bytes, as `hashBytes` gives it. */
  hash(code: number): number {
    return this.pool.memory.u32[(this.hashes >>> 2) + code]
  }

  retain(): this {
    this.references++
    return this
  }

  release(): void {
    if (--this.references > 0) return
    for (const block of [this.refs, this.table, this.hashes, ...this.chunks]) this.reclaimer.retire(block)
    this.texts.length = 0
    this.codes.clear()
  }

  private probe(bytes: Uint8Array, start: number, length: number, hash: number): number {
    const { u8, u32 } = this.pool.memory
    const table = this.table >>> 2
    const hashes = this.hashes >>> 2
    const refs = this.refs >>> 2
    const mask = this.slots - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = u32[table + slot] - 1
      if (code === -1) return -1
      if (u32[hashes + code] !== hash || u32[refs + 2 * code + 1] !== length) continue
      const address = u32[refs + 2 * code]
      let i = 0
      while (i < length && u8[address + i] === bytes[start + i]) i++
      if (i === length) return code
    }
  }

  private add(address: number, length: number, hash: number): number {
    if (this.size === this.capacity) this.grow()
    const { u32 } = this.pool.memory
    const code = this.size++
    u32[(this.refs >>> 2) + 2 * code] = address
    u32[(this.refs >>> 2) + 2 * code + 1] = length
    u32[(this.hashes >>> 2) + code] = hash
    this.insert(code, hash)
    this.next = address + length
    this.byteLength += length
    return code
  }

  private insert(code: number, hash: number): void {
    const { u32 } = this.pool.memory
    const table = this.table >>> 2
    const mask = this.slots - 1
    let slot = hash & mask
    while (u32[table + slot] !== 0) slot = (slot + 1) & mask
    u32[table + slot] = code + 1
  }

  private grow(): void {
    const { pool, owner, reclaimer } = this
    const capacity = this.capacity * 2
    const refs = pool.allocateCleared(capacity * 8, owner)
    const hashes = pool.allocate(capacity * 4, owner)
    const table = pool.allocateCleared(capacity * 8, owner)
    pool.memory.u8.copyWithin(refs, this.refs, this.refs + this.size * 8)
    pool.memory.u8.copyWithin(hashes, this.hashes, this.hashes + this.size * 4)
    for (const block of [this.refs, this.hashes, this.table]) reclaimer.retire(block)
    this.refs = refs
    this.hashes = hashes
    this.table = table
    this.capacity = capacity
    this.slots = capacity * 2
    for (let code = 0; code < this.size; code++) this.insert(code, this.hash(code))
  }

  /** Makes room for `bytes` at `next`. */
  private reserve(bytes: number): void {
    if (this.next + bytes <= this.chunkEnd) return
    const last = this.chunks.length === 0 ? firstChunk : Math.min(largestChunk, firstChunk << this.chunks.length)
    const size = Math.max(last, bytes)
    const chunk = this.pool.allocate(size, this.owner)
    this.chunks.push(chunk)
    this.next = chunk
    this.chunkEnd = chunk + size
  }
}
