import { describe, expect, it } from 'vitest'
import type { IndexDefinition, RowId, TableData } from '../../src/storage/interface.ts'
import { Storage } from '../../src/storage/storage.ts'
import type { StorageTransaction } from '../../src/storage/transaction.ts'
import { BIGINT, DATE, type DataType, DOUBLE, INTEGER, NUMERIC, TEXT } from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import { traits } from '../../src/types/traits.ts'
import type { Value } from '../../src/types/value.ts'
import { batchOf, committed, indexOf, randomFrom, tableOf } from './helpers.ts'

const random = randomFrom(5)
const pick = (count: number): number => Math.floor(random() * count)

const keys: Readonly<Record<string, readonly [DataType, () => Value]>> = {
  integer: [INTEGER, () => pick(2000) - 1000],
  bigint: [BIGINT, () => (pick(2) === 0 ? BigInt(pick(500)) : 2n ** 62n + BigInt(pick(500)) * 2n ** 20n)],
  'bigint beyond doubles': [BIGINT, () => 2n ** 60n + BigInt(pick(1000))],
  date: [DATE, () => pick(300)],
  double: [DOUBLE, () => [0, -0, Number.NaN, Infinity, -Infinity, pick(300) / 7][pick(6)]],
  'short text': [TEXT, () => `k${pick(50)}`],
  'long text': [TEXT, () => `a common beginning ${pick(3000)}`],
  'padded text': [{ kind: 'char', length: 6 }, () => `x${pick(300)}`.padEnd(pick(2) === 0 ? 6 : 4)],
  scaled: [{ kind: 'numeric', precision: 9, scale: 2 }, () => Decimal.fromBigInt(BigInt(pick(500)), 2)],
  numeric: [NUMERIC, () => Decimal.fromBigInt(BigInt(pick(300)) * 10n ** 25n, 24 + pick(2))],
}

function read(table: TableData, rows: Iterable<RowId>): number[] {
  return [...rows].map((row) => table.readValue(row, 1))
}

function filled(
  type: DataType,
  make: () => Value,
  index: IndexDefinition,
  count: number,
): { storage: Storage; rows: Value[][] } {
  const storage = new Storage()
  const definition = tableOf('t', { key: type, at: INTEGER }, { indexes: [index] })
  const rows = Array.from({ length: count }, (_, at) => [random() < 0.05 ? null : make(), at])
  committed(storage, (transaction) => transaction.createTable(definition))
  for (let from = 0; from < count; from += 1500) {
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      table.append(transaction, batchOf(definition, rows.slice(from, from + 1500)))
    })
  }
  return { storage, rows }
}

function inTable(
  storage: Storage,
  body: (table: ReturnType<StorageTransaction['table']>, own: StorageTransaction) => void,
): void {
  committed(storage, (own) => {
    const definition = own.catalog.findRelation('t')
    if (definition?.kind === 'table') body(own.table(definition), own)
  })
}

describe.each(Object.entries(keys))('an index on %s', (_, [type, make]) => {
  const same = (left: Value, right: Value): boolean => left !== null && traits(type).equals(left, right, type)

  it.each(['hash', 'btree'] as const)('%s finds the rows of a key', (method) => {
    const index = indexOf('t', 'i', [0], { method })
    const { storage, rows } = filled(type, make, index, 4000)
    inTable(storage, (table, own) => {
      for (let i = 0; i < 100; i++) {
        const key = make()
        const expected = rows.filter(([value]) => same(value, key)).map(([, at]) => at)
        expect(read(table, table.lookup(own, index, [key]))).toEqual(expected)
      }
      expect(table.lookup(own, index, [null])).toEqual([])
    })
  })

  it('in order gives ranges', () => {
    const index = indexOf('t', 'i', [0], { method: 'btree' })
    const { storage, rows } = filled(type, make, index, 3000)
    const { compare } = traits(type)
    const ordered = rows
      .filter(([value]) => value !== null)
      .sort(([a, i], [b, j]) => compare(a, b, type) || (i as number) - (j as number))
    inTable(storage, (table, own) => {
      for (let i = 0; i < 30; i++) {
        const [a, b] = [make(), make()]
        const [low, high] = compare(a, b, type) <= 0 ? [a, b] : [b, a]
        const lowInclusive = pick(2) === 0
        const highInclusive = pick(2) === 0
        const expected = ordered.filter(([value]) => {
          const fromLow = compare(value, low, type)
          const toHigh = compare(value, high, type)
          return (fromLow > 0 || (lowInclusive && fromLow === 0)) && (toHigh < 0 || (highInclusive && toHigh === 0))
        })
        const found = table.range(
          own,
          index,
          { value: low, inclusive: lowInclusive },
          { value: high, inclusive: highInclusive },
          false,
        )
        expect(read(table, found)).toEqual(expected.map(([, at]) => at))
      }
      const all = read(table, table.range(own, index, undefined, undefined, true))
      expect(all.slice(-ordered.length)).toEqual(ordered.map(([, at]) => at).reverse())
      expect(all).toHaveLength(rows.length)
    })
  })

  it('that is unique knows each key once', () => {
    const index = indexOf('t', 'u', [0], { unique: true })
    const storage = new Storage()
    const definition = tableOf('t', { key: type, at: INTEGER }, { indexes: [index] })
    committed(storage, (transaction) => transaction.createTable(definition))
    const seen: Value[] = []
    for (let at = 0; at < 150; at++) {
      const key = make()
      const isNew = !seen.some((other) => same(other, key))
      const insert = (): void =>
        committed(storage, (transaction) => {
          transaction.table(definition).append(transaction, batchOf(definition, [[key, at]]))
        })
      if (isNew) insert()
      else expect(insert).toThrow('duplicate key value violates unique constraint "u"')
      if (isNew) seen.push(key)
    }
    inTable(storage, (table, own) => expect(table.countRows(own)).toBe(seen.length))
  })
})

describe('an index', () => {
  it('on many different texts keeps finding them when they leave the dictionary', () => {
    const index = indexOf('t', 'u', [0], { unique: true })
    const storage = new Storage()
    const definition = tableOf('t', { key: TEXT, at: INTEGER }, { indexes: [index] })
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      const rows = Array.from({ length: 80000 }, (_, at) => [`key ${at}`, at])
      for (let from = 0; from < rows.length; from += 500) {
        transaction.table(definition).append(transaction, batchOf(definition, rows.slice(from, from + 500)))
      }
    })
    inTable(storage, (table, own) => {
      const { value } = table.pointLookup(index)
      for (const at of [0, 999, 1024, 5000, 65535, 65536, 79999]) {
        expect(table.readValue(value(own, `key ${at}`), 1)).toBe(at)
      }
      expect(value(own, 'key 80000')).toBe(-1)
      const again = batchOf(definition, [['key 77', 1]])
      expect(() => table.append(own, again)).toThrow('duplicate key')
    })
  })

  it('with one key for all rows is no slower for it', () => {
    const index = indexOf('t', 'i', [0])
    const { storage } = filled(INTEGER, () => 1, index, 60000)
    inTable(storage, (table, own) => {
      const rows = table.lookup(own, index, [1])
      expect(rows.length).toBeGreaterThan(56000)
      table.remove(own, rows)
    })
    inTable(storage, (table, own) => expect(table.lookup(own, index, [1])).toEqual([]))
    const { owners } = storage.pool.usage()
    expect(owners.find(({ kind }) => kind === 'index')!.bytes).toBeLessThan(1000)
  })

  it('on several columns wants all of them to agree', () => {
    const index = indexOf('t', 'i', [0, 1], { unique: true })
    const storage = new Storage()
    const definition = tableOf('t', { a: INTEGER, b: INTEGER }, { indexes: [index] })
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      const rows = Array.from({ length: 10000 }, (_, i) => [Math.floor(i / 100), i % 100])
      transaction.table(definition).append(transaction, batchOf(definition, rows))
    })
    inTable(storage, (table, own) => {
      for (let i = 0; i < 10000; i += 37) expect(table.lookup(own, index, [Math.floor(i / 100), i % 100])).toEqual([i])
      expect(table.lookup(own, index, [1, 100])).toEqual([])
      expect(table.lookup(own, index, [1, null])).toEqual([])
    })
  })
})
