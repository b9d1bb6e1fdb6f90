/** Tables of joins find the rows of each key in their order, whether made in one part or in several, as chains or side by side. */
import { expect, test } from 'vitest'
import { JoinTable } from '../../src/exec/compiled/join-table.ts'
import { QueryMemory } from '../../src/exec/compiled/memory.ts'
import type { Threads } from '../../src/exec/operator.ts'
import { call } from '../../src/exec/parallel/kernel-calls.ts'
import { Pool } from '../../src/storage/allocator.ts'

/** Runs the calls one after the other, the last first. */
function threadsOf(count: number, memory: QueryMemory): Threads {
  return {
    count,
    fewestRows: 0,
    share: () => 'nothing is shared',
    call: (calls) => calls.map((_, i) => call(calls[calls.length - 1 - i], memory.memory)),
  }
}

/** For the first row of each key, the rows that it finds, in order; a NULL finds none. */
function found(
  keys: readonly (bigint | null)[],
  threads: number,
  mayGroup = false,
): { chains: number[][]; partBits: number; isGrouped: boolean } {
  const memory = new QueryMemory(new Pool(), 'test')
  const count = keys.length
  const pointer = memory.allocate(count * 8)
  const validity = memory.allocate(count)
  const target = memory.allocate(count * 4)
  for (const [row, key] of keys.entries()) {
    memory.memory.i64[(pointer >>> 3) + row] = key ?? 0n
    memory.memory.u8[validity + row] = key === null ? 0 : 1
  }
  const numbers = keys.filter((key) => key !== null).map(Number)
  const vector = { access: 'i64', pointer, validity, selection: 0, count } as const
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  const table = new JoinTable(vector, low, high, memory, threads > 1 ? threadsOf(threads, memory) : undefined, mayGroup)
  table.look(vector, target)
  const { u32 } = memory.memory
  const seen = new Set<bigint | null>()
  const chains = keys.map((key, row) => {
    const chain: number[] = []
    if (seen.has(key)) return chain
    seen.add(key)
    const head = u32[(target >>> 2) + row]
    if (table.order !== undefined) {
      const length = head === 0 ? 0 : u32[(table.lengths >>> 2) + head - 1]
      for (let n = 0; n < length; n++) chain.push(u32[(table.order.address >>> 2) + head - 1 + n] - 1)
    } else for (let at = head; at !== 0; at = u32[(table.next >>> 2) + at - 1]) chain.push(at - 1)
    return chain
  })
  expect(chains.reduce((sum, chain) => sum + chain.length, 0) > 0).toBe(true)
  return { chains, partBits: table.partBits, isGrouped: table.order !== undefined }
}

const rows = Array.from({ length: 5000 }, (_, i) => BigInt(i))
const cases: Readonly<Record<string, readonly (bigint | null)[]>> = {
  'close together': rows.map((i) => (i * 37n) % 9001n),
  'many to a key, and NULLs': rows.map((i) => (i % 11n === 0n ? null : (i * i) % 97n)),
  'in order, with gaps': rows.map((i) => 40n * i + (i % 7n)),
  'with gaps, in no order': rows.map((i) => (i * 9_973n) % 100_003n),
  'with gaps, many to a key, and NULLs': rows.map((i) => (i % 11n === 0n ? null : 21n * ((i * i) % 4999n))),
  'far apart': rows.map((i) => (i % 3000n) * 1_000_003_000_019n),
  'one key above all': rows.map((i) => (i % 2n === 0n ? 77n : i * 5_000_000_000n)),
}

test.each(Object.entries(cases))('%s', (_, keys) => {
  const one = found(keys, 1)
  for (const threads of [2, 3, 8]) expect(found(keys, threads).chains).toEqual(one.chains)
})

const many = Array.from({ length: 70_000 }, (_, i) => BigInt(i))

test.each([
  ['close together', many.map((i) => (i * 37n) % 9001n), true],
  ['with NULLs', many.map((i) => (i % 11n === 0n ? null : (i * i) % 997n)), true],
  ['with gaps', many.map((i) => (i % 13n === 0n ? null : ((i * 7n) % 10_007n) * 300n)), true],
  ['far apart', many.map((i) => ((i * 7n) % 3000n) * 1_000_003_000_019n), true],
  ['spread, and one key above all', many.map((i) => (i % 8n > 0n ? 77n : i * 3n)), true],
  ['with few rows to a key', many.map((i) => (i * 37n) % 40_001n), false],
] as const)('rows of a key side by side: %s', (_, keys, isGrouped) => {
  const grouped = found(keys, 1, true)
  expect(grouped.isGrouped).toBe(isGrouped)
  expect(grouped.chains).toEqual(found(keys, 1).chains)
})

test('keys that crowd into one part are entered as one', () => {
  const crowded = []
  for (let key = 2n ** 40n; crowded.length < 3000; key += 2n ** 20n + 1n) {
    const hash = BigInt.asUintN(64, (key ^ (key >> 32n)) * 0x9e3779b97f4a7c15n)
    if (hash >> 61n === 5n) crowded.push(key)
  }
  expect(found(crowded.slice(0, 400).concat(rows.map((i) => i * 10n ** 12n)), 8).partBits).toBe(3)
  const { chains, partBits } = found(crowded, 8)
  expect(partBits).toBe(0)
  expect(chains).toEqual(crowded.map((_, row) => [row]))
})
