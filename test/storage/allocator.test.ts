import { describe, expect, it } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { Pool } from '../../src/storage/allocator.ts'
import { randomFrom } from './helpers.ts'

const owner = { kind: 'query', name: 'test' }

describe('pool', () => {
  it('gives aligned blocks that do not overlap, and takes all back', () => {
    const random = randomFrom(7)
    const pool = new Pool()
    const blocks = new Map<number, { bytes: number; tag: number }>()
    for (let step = 0; step < 20000; step++) {
      const choice = random()
      if (choice < 0.55 || blocks.size === 0) {
        const bytes = Math.floor(random() ** 6 * 300000)
        const pointer = pool.allocate(bytes, owner)
        const tag = step & 255
        expect(pointer % 16).toBe(0)
        expect(pool.sizeOf(pointer)).toBeGreaterThanOrEqual(bytes)
        pool.memory.u8.fill(tag, pointer, pointer + bytes + 16)
        blocks.set(pointer, { bytes, tag })
        continue
      }
      const pointer = [...blocks.keys()][Math.floor(random() * Math.min(blocks.size, 50))]
      const { bytes, tag } = blocks.get(pointer)!
      const held = pool.memory.u8.subarray(pointer, pointer + bytes)
      expect(held.every((byte) => byte === tag)).toBe(true)
      blocks.delete(pointer)
      if (choice < 0.7) {
        const larger = Math.floor(bytes * random() * 3)
        const moved = pool.reallocate(pointer, larger, owner)
        const kept = Math.min(bytes, larger)
        expect(pool.memory.u8.subarray(moved, moved + kept).every((byte) => byte === tag)).toBe(true)
        pool.memory.u8.fill(tag, moved, moved + larger + 16)
        blocks.set(moved, { bytes: larger, tag })
      } else pool.free(pointer)
    }
    for (const pointer of blocks.keys()) pool.free(pointer)
    expect(pool.used).toBe(0)
    expect(pool.usage().owners).toEqual([])
    const whole = pool.reserved - 100000
    pool.free(pool.allocate(whole, owner))
    expect(pool.reserved).toBeLessThan(whole * 1.01 + 200000)
  })

  it('knows who holds what', () => {
    const pool = new Pool()
    const first = pool.allocate(1000, { kind: 'table', name: 'a' })
    pool.allocate(100000, { kind: 'index', name: 'b' })
    const [largest, next] = pool.usage().owners
    expect(largest).toMatchObject({ kind: 'index', name: 'b' })
    expect(largest.bytes).toBeGreaterThanOrEqual(100000)
    expect(next).toMatchObject({ kind: 'table', name: 'a' })
    expect(pool.usage().used).toBe(largest.bytes + next.bytes)
    pool.free(first)
    expect(pool.usedBy({ kind: 'table', name: 'a' })).toBe(0)
    expect(pool.usage().owners).toHaveLength(1)
  })

  it('refuses what goes beyond the limit, naming the largest consumers', () => {
    const pool = new Pool(8 * 1024 * 1024)
    pool.allocate(6 * 1024 * 1024, { kind: 'table', name: 'lineitem' })
    const attempt = (): number => pool.allocate(4 * 1024 * 1024, owner)
    expect(attempt).toThrow(SqlError)
    expect(attempt).toThrow('out of memory')
    try {
      attempt()
    } catch (error) {
      expect((error as SqlError).code).toBe('53200')
      expect((error as SqlError).detail).toContain('table lineitem')
    }
    expect(pool.reserved).toBeLessThanOrEqual(8 * 1024 * 1024)
  })

  it('places large blocks apart by other than multiples of 4096', () => {
    const pool = new Pool()
    const offsets = new Set(Array.from({ length: 16 }, () => pool.allocate(65536 * 4, owner) % 4096))
    expect(offsets.size).toBe(16)
  })

  it('notices a block that is freed twice', () => {
    const pool = new Pool()
    const pointer = pool.allocate(64, owner)
    pool.allocate(64, owner)
    pool.free(pointer)
    expect(() => pool.free(pointer)).toThrow('not in use')
  })
})
