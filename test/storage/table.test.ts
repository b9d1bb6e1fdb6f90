import { describe, expect, it } from 'vitest'
import { Storage } from '../../src/storage/storage.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTEA,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIMESTAMP,
} from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Value } from '../../src/types/value.ts'
import type { DictionaryVector, FixedVector } from '../../src/types/vector.ts'
import { batchOf, committed, currentRows, randomFrom, rowsOf, scanAll, tableOf } from './helpers.ts'

const random = randomFrom(11)
const words = ['ship', 'truck', 'rail', 'straße', '', '日本', 'a somewhat longer word than the others']

const makers: Readonly<Record<string, readonly [DataType, (row: number) => Value]>> = {
  flag: [BOOLEAN, () => random() < 0.5],
  small: [SMALLINT, () => Math.floor(random() * 65536) - 32768],
  narrow: [INTEGER, () => Math.floor(random() * 200) - 100],
  int: [INTEGER, () => Math.floor((random() - 0.5) * 4294967295)],
  big: [BIGINT, (row) => (row % 7 === 0 ? 2n ** 62n - BigInt(row) : BigInt(Math.floor((random() - 0.5) * 1e15)))],
  day: [DATE, () => Math.floor(random() * 20000)],
  stamp: [TIMESTAMP, () => BigInt(Math.floor(random() * 1e15)) * 3n],
  real: [REAL, () => Math.fround(random() * 1000)],
  double: [DOUBLE, (row) => (row % 50 === 0 ? Number.NaN : (random() - 0.5) * 1e9)],
  money: [
    { kind: 'numeric', precision: 12, scale: 2 },
    () => Decimal.fromBigInt(BigInt(Math.floor(random() * 1e6)), 2),
  ],
  exact: [NUMERIC, (row) => Decimal.fromBigInt(BigInt(Math.floor(random() * 1e9)) * 10n ** 20n, row % 5)],
  word: [TEXT, () => words[Math.floor(random() * words.length)]],
  comment: [TEXT, (row) => `comment ${row} ${'x'.repeat(row % 40)}${row % 10 === 0 ? 'ü' : ''}`],
  bytes: [BYTEA, (row) => Uint8Array.of(row & 255, 0, 255, row >> 8)],
}

const everything = tableOf(
  'everything',
  Object.fromEntries(Object.entries(makers).map(([name, [type]]) => [name, type])),
)

function makeRows(count: number, nullShare: number): Value[][] {
  const columns = Object.values(makers)
  return Array.from({ length: count }, (_, row) => columns.map(([, make]) => (random() < nullShare ? null : make(row))))
}

describe('rows of every type', () => {
  it.each([
    [10, 0],
    [5000, 0],
    [5000, 0.2],
    [70000, 0.05],
  ])('%i rows with a share of %f NULLs come back as they went in', (count, nullShare) => {
    const storage = new Storage()
    committed(storage, (transaction) => transaction.createTable(everything))
    const rows = makeRows(count, nullShare)
    for (let from = 0; from < count; from += 3000) {
      committed(storage, (transaction) => {
        transaction.table(everything).append(transaction, batchOf(everything, rows.slice(from, from + 3000)))
      })
    }
    expect(currentRows(storage, everything)).toEqual(rows)
    committed(storage, (transaction) => {
      const table = transaction.table(everything)
      expect(table.countRows(transaction)).toBe(count)
      const id = count - 1
      expect(everything.columns.map((_, column) => table.readValue(id, column))).toEqual(rows[id])
    })
    committed(storage, (transaction) => transaction.drop(everything))
    expect(storage.pool.usage().owners).toEqual([])
    expect(storage.pool.used).toBe(0)
  })

  it('copies rows from one table to another in whatever layout they are scanned', () => {
    const storage = new Storage()
    const copy = { ...everything, name: 'copy' }
    committed(storage, (transaction) => {
      transaction.createTable(everything)
      transaction.createTable(copy)
      transaction.table(everything).append(transaction, batchOf(everything, makeRows(4000, 0.1)))
    })
    for (let times = 0; times < 5; times++) {
      committed(storage, (transaction) => {
        const source = transaction.table(everything)
        const target = transaction.table(copy)
        const doomed: number[] = []
        for (const batch of source.scan(transaction, {
          columns: everything.columns.map((_, i) => i),
          batchSize: 1000,
        })) {
          target.append(transaction, batch)
          source.append(transaction, batch)
          if (times === 2) for (let i = 0; i < 10; i++) doomed.push(batch.firstRowId! + i * 7)
        }
        if (doomed.length > 0) source.remove(transaction, doomed)
      })
    }
    const rows = currentRows(storage, everything)
    const copies = currentRows(storage, copy)
    expect(copies).toHaveLength(4000 + 8000 + 16000 + 32000 - 160 + 64000 - 320)
    const texts = (values: readonly Value[]): string => values.map(String).join()
    const known = new Set(rows.map(texts))
    expect(rows).toHaveLength(4000 * 32 - 2 * 160 - 320)
    expect(copies.filter((copy) => known.has(texts(copy))).length).toBeGreaterThan(copies.length * 0.95)
    expect(rows.slice(-1000)).toEqual(copies.slice(-1000))
  })
})

describe('encodings', () => {
  const numbers = tableOf('numbers', { a: INTEGER, b: BIGINT, word: TEXT, unique_text: TEXT })

  function fill(storage: Storage, count: number): void {
    committed(storage, (transaction) => {
      transaction.createTable(numbers)
      for (let from = 0; from < count; from += 5000) {
        const rows = Array.from({ length: Math.min(5000, count - from) }, (_, i) => {
          const row = from + i
          return [row % 100, BigInt(row), words[row % words.length], `text number ${row}`]
        })
        transaction.table(numbers).append(transaction, batchOf(numbers, rows))
      }
    })
  }

  it('narrows sealed integers and codes, and puts many different texts into a heap', () => {
    const storage = new Storage()
    fill(storage, 140000)
    committed(storage, (transaction) => {
      const seen = [...transaction.table(numbers).scan(transaction, { columns: [0, 1, 2, 3], batchSize: 65536 })].map(
        (batch) =>
          batch.columns.map((vector) => (vector.layout === 'dictionary' ? `dictionary${vector.width}` : vector.layout)),
      )
      expect(seen).toEqual([
        ['i8', 'i32', 'dictionary1', 'refs'],
        ['i8', 'i32', 'dictionary1', 'refs'],
        ['i32', 'i64', 'dictionary4', 'refs'],
      ])
    })
  })

  it('shares one dictionary among all segments of a column', () => {
    const storage = new Storage()
    fill(storage, 70000)
    committed(storage, (transaction) => {
      const vectors = [...transaction.table(numbers).scan(transaction, { columns: [2], batchSize: 65536 })].map(
        (batch) => batch.columns[0] as DictionaryVector,
      )
      expect(vectors).toHaveLength(2)
      expect(vectors[0].dictionary).toBe(vectors[1].dictionary)
      expect(vectors[0].dictionary.size).toBe(words.length)
      expect(words.map((word) => vectors[0].dictionary.find(word))).toEqual(words.map((_, i) => i))
      expect(vectors[0].dictionary.find('nowhere')).toBe(-1)
    })
  })

  it('gives bounds on vectors and exact statistics', () => {
    const storage = new Storage()
    fill(storage, 70000)
    committed(storage, (transaction) => {
      const [batch] = transaction.table(numbers).scan(transaction, { columns: [0] })
      expect((batch.columns[0] as FixedVector).min).toBe(0)
      expect((batch.columns[0] as FixedVector).max).toBe(127)
      const statistics = transaction.catalog.statistics(numbers)
      expect(statistics.rowCount).toBe(70000)
      expect(statistics.column(0)).toMatchObject({ min: 0, max: 99, nullFraction: 0, distinct: 100, unique: false })
      expect(statistics.column(1)).toMatchObject({ min: 0, max: 69999 })
      for (const [column, distinct] of [
        [1, 70000],
        [2, words.length],
        [3, 70000],
      ]) {
        expect(Math.abs(statistics.column(column).distinct / distinct - 1)).toBeLessThan(0.08)
      }
    })
  })

  it('passes over row groups that the bounds rule out', () => {
    const storage = new Storage()
    fill(storage, 140000)
    committed(storage, (transaction) => {
      const table = transaction.table(numbers)
      const scanned = (low: number, high: number): number =>
        rowsOf(table.scan(transaction, { columns: [1], ranges: [{ column: 1, low, high }] }), storage.pool.memory)
          .length
      expect(scanned(0, 10)).toBe(65536)
      expect(scanned(65530, 65540)).toBe(131072)
      expect(scanned(139999, 1e9)).toBe(140000 - 131072)
      expect(scanned(200000, 300000)).toBe(0)
      expect(scanned(-5, -1)).toBe(0)
    })
  })
})

describe('batches', () => {
  it('stay within one segment and start at their row id', () => {
    const storage = new Storage()
    const definition = tableOf('t', { a: INTEGER })
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      const rows = Array.from({ length: 66000 }, (_, i) => [i])
      transaction.table(definition).append(transaction, batchOf(definition, rows))
    })
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      let expected = 0
      for (const batch of table.scan(transaction, { columns: [0], batchSize: 1000 })) {
        expect(batch.firstRowId).toBe(expected)
        expected += batch.rowCount
        expect(Math.floor(batch.firstRowId! / 65536)).toBe(Math.floor((expected - 1) / 65536))
        expect(table.readValue(batch.firstRowId!, 0)).toBe(batch.firstRowId)
      }
      expect(expected).toBe(66000)
    })
  })

  it('survive changes and DROP while they are read', () => {
    const storage = new Storage()
    const definition = tableOf('t', { a: INTEGER, b: TEXT, c: TEXT })
    const rows = Array.from({ length: 70000 }, (_, i) => [i, words[i % words.length], `row ${i}`])
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      transaction.table(definition).append(transaction, batchOf(definition, rows))
    })
    const reader = storage.begin()
    reader.beginStatement()
    const batches = reader
      .table(definition)
      .scan(reader, { columns: [0, 1, 2] })
      [Symbol.iterator]()
    const first = batches.next().value
    const before = rowsOf([first], storage.pool.memory)
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      table.remove(transaction, [0, 1, 2, 69999])
      table.append(
        transaction,
        batchOf(
          definition,
          rows.slice(0, 30000).map(([a, , c]) => [a, c, c]),
        ),
      )
    })
    committed(storage, (transaction) => transaction.drop(definition))
    expect(rowsOf([first], storage.pool.memory)).toEqual(before)
    const rest = rowsOf({ [Symbol.iterator]: () => batches }, storage.pool.memory)
    expect([...before, ...rest]).toEqual(rows)
    reader.commit()
    expect(storage.pool.used).toBe(0)
  })

  it('free their scratch when the loop is left early', () => {
    const storage = new Storage()
    const definition = tableOf('t', { a: TEXT })
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      transaction.table(definition).append(transaction, batchOf(definition, [['x'], ['y']]))
    })
    const used = storage.pool.used
    committed(storage, (transaction) => {
      for (const batch of transaction.table(definition).scan(transaction, { columns: [0], batchSize: 1 })) {
        expect(batch.rowCount).toBe(1)
        break
      }
    })
    expect(storage.pool.used).toBe(used)
  })
})

describe('all rows of a small table', () => {
  it('are there after a rollback of others', () => {
    const storage = new Storage()
    const definition = tableOf('t', { a: INTEGER, b: TEXT })
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      transaction.table(definition).append(transaction, batchOf(definition, [[1, 'one']]))
    })
    const transaction = storage.begin()
    transaction.beginStatement()
    transaction.table(definition).append(transaction, batchOf(definition, [[2, null]]))
    transaction.rollback()
    committed(storage, (own) => {
      expect(scanAll(storage, own, own.table(definition))).toEqual([[1, 'one']])
      expect(own.catalog.statistics(definition).column(1).nullFraction).toBe(0)
    })
  })
})
