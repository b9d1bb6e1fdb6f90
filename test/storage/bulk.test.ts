import { describe, expect, it } from 'vitest'
import type { SqlError } from '../../src/error.ts'
import { type BulkData, type BulkOptions, bulkInsert } from '../../src/storage/bulk-insert.ts'
import type { TableDefinition } from '../../src/storage/interface.ts'
import { Storage } from '../../src/storage/storage.ts'
import { BIGINT, BOOLEAN, BYTEA, DATE, DOUBLE, INTEGER, SMALLINT, TEXT, TIMESTAMP } from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Value } from '../../src/types/value.ts'
import { batchOf, committed, currentRows, primaryKey, tableOf } from './helpers.ts'

const t = tableOf('t', {
  id: INTEGER,
  flag: BOOLEAN,
  big: BIGINT,
  price: { kind: 'numeric', precision: 8, scale: 2 },
  ratio: DOUBLE,
  name: TEXT,
  code: { kind: 'varchar', length: 3 },
  day: DATE,
  at: TIMESTAMP,
  bytes: BYTEA,
})

function insertInto(definition: TableDefinition, data: BulkData, options?: BulkOptions): Value[][] {
  const storage = new Storage()
  committed(storage, (transaction) => transaction.createTable(definition))
  committed(storage, (transaction) => bulkInsert(transaction, definition, data, options))
  const rows = currentRows(storage, definition)
  committed(storage, (transaction) => transaction.drop(definition))
  expect(storage.pool.used).toBe(0)
  return rows
}

function refusal(definition: TableDefinition, data: BulkData): SqlError {
  const storage = new Storage()
  committed(storage, (transaction) => transaction.createTable(definition))
  try {
    committed(storage, (transaction) => bulkInsert(transaction, definition, data))
  } catch (error) {
    expect(currentRows(storage, definition)).toEqual([])
    committed(storage, (transaction) => transaction.drop(definition))
    expect(storage.pool.used).toBe(0)
    return error as SqlError
  }
  throw new Error('no error')
}

const object = {
  id: 1,
  flag: true,
  big: 2n ** 60n,
  price: 12.34,
  ratio: 0.5,
  name: 'Ünïcode',
  code: 'abc',
  day: new Date('2024-02-29T00:00:00Z'),
  at: new Date('2024-02-29T12:34:56.789Z'),
  bytes: Uint8Array.of(1, 2, 3),
}
const stored: Value[] = [
  1,
  true,
  2n ** 60n,
  Decimal.fromBigInt(1234n, 2),
  0.5,
  'Ünïcode',
  'abc',
  19782,
  1709210096789000n,
  Uint8Array.of(1, 2, 3),
]
const nothing: Value[] = t.columns.map(() => null)

describe('bulk input', () => {
  it('takes objects, with absent and undefined fields as NULL or default', () => {
    expect(insertInto(t, [object, {}, { id: undefined }])).toEqual([stored, nothing, nothing])
    let next = 10
    const defaults = [() => next++]
    expect(insertInto(t, [{}, { id: 3 }, { id: null }, { id: undefined }], { defaults }).map(([id]) => id)).toEqual([
      10,
      3,
      null,
      11,
    ])
  })

  it('takes arrays, in column order or as told', () => {
    expect(insertInto(t, [Object.values(object)])).toEqual([stored])
    const [row] = insertInto(t, [['x', 5]], { columns: ['name', 'id'] })
    expect([row[0], row[5]]).toEqual([5, 'x'])
  })

  it('takes columns, as arrays and typed arrays', () => {
    const rows = insertInto(t, {
      id: Int32Array.of(1, 2, 3),
      big: BigInt64Array.of(1n, -(2n ** 62n), 3n),
      ratio: Float32Array.of(0.5, 1.5, -2),
      price: Float64Array.of(1.1, 2.2, 3.335),
      flag: [true, null, false],
      name: ['a', undefined, 'c'],
    })
    expect(rows.map(([id, flag, big]) => [id, flag, big])).toEqual([
      [1, true, 1n],
      [2, null, -(2n ** 62n)],
      [3, false, 3n],
    ])
    expect(rows.map((row) => String(row[3]))).toEqual(['1.10', '2.20', '3.34'])
    expect(rows.map((row) => row[4])).toEqual([0.5, 1.5, -2])
    expect(rows.map((row) => row[5])).toEqual(['a', null, 'c'])
  })

  it('takes texts for every type', () => {
    const [row] = insertInto(t, [
      { id: '7', flag: 'yes', big: '-9', price: '1.5', ratio: '1e3', day: '2000-01-01', bytes: '\\xff' },
    ])
    expect(row.slice(0, 5)).toEqual([7, true, -9n, Decimal.fromBigInt(150n, 2), 1000])
    expect(row[7]).toBe(10957)
    expect(row[9]).toEqual(Uint8Array.of(255))
  })

  it('rounds numbers to the scale as numeric does', () => {
    const definition = tableOf('n', { a: { kind: 'numeric', precision: 10, scale: 2 } })
    const values = [0.005, 0.015, 1.005, 2.675, -0.005, 1.004999, 8.345, 1e7 + 0.125]
    expect(insertInto(definition, { a: values }).map(([value]) => String(value))).toEqual(
      values.map((value) => String(Decimal.fromNumber(value).round(2))),
    )
  })

  it('fills many row groups and continues the one that is open', () => {
    const definition = tableOf('m', { id: INTEGER, name: TEXT }, { constraints: [primaryKey('m', 0)] })
    const storage = new Storage()
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      transaction.table(definition).append(transaction, batchOf(definition, [[-1, 'first']]))
    })
    const rows = Array.from({ length: 150000 }, (_, id) => ({ id, name: id % 3 === 0 ? null : `name ${id}` }))
    expect(committed(storage, (transaction) => bulkInsert(transaction, definition, rows))).toBe(150000)
    expect(currentRows(storage, definition)).toEqual([[-1, 'first'], ...rows.map(({ id, name }) => [id, name])])
    const transaction = storage.begin()
    transaction.beginStatement()
    bulkInsert(transaction, definition, { id: Int32Array.from({ length: 140000 }, (_, i) => i + 150000) })
    transaction.rollback()
    expect(currentRows(storage, definition)).toHaveLength(150001)
    committed(storage, (own) => own.drop(definition))
    expect(storage.pool.used).toBe(0)
  })

  it.each([
    ['42703', 'column "nope" of relation "t" does not exist', [{ id: 1 }, { nope: 1 }]],
    ['22003', 'integer out of range', [{ id: 2 ** 31 }]],
    ['22003', 'integer out of range', { id: Float64Array.of(1, 3e9) }],
    ['22P02', 'invalid input syntax for type integer: "1.5"', [{ id: 1.5 }]],
    ['22P02', 'invalid input syntax for type integer: "x"', [{ id: 'x' }]],
    ['22001', 'value too long for type character varying(3)', [{ code: 'abcd' }]],
    ['22003', 'numeric field overflow', [{ price: 1e6 }]],
    ['42804', 'column is of type integer but the value is of JavaScript type Date', [{ id: new Date() }]],
    ['22023', 'columns have different lengths: "id" has 2, "name" has 1', { id: [1, 2], name: ['a'] }],
  ])('refuses what does not fit: %s %s', (code, message, data) => {
    expect(refusal(t, data as BulkData)).toMatchObject({ code, message })
  })

  it('says which row and column it was', () => {
    const error = refusal(t, [...Array.from({ length: 5000 }, (_, id) => ({ id })), { id: 'x' }])
    expect(error.detail).toBe('It is the value of column "id" in row 5001.')
  })

  it('checks small integers in typed arrays', () => {
    const definition = tableOf('s', { a: SMALLINT })
    expect(insertInto(definition, { a: Int32Array.of(-32768, 32767) })).toEqual([[-32768], [32767]])
    expect(refusal(definition, { a: Int32Array.of(40000) }).code).toBe('22003')
  })
})
