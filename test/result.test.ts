/** Values of results as they arrive: the loops over stored values agree with the conversion of one value after the other. */
import { describe, expect, test } from 'vitest'
import { Database, SqlError } from '../src/index.ts'
import { ResultBuilder } from '../src/result.ts'
import { defaultSettings } from '../src/settings.ts'
import { toApiValue } from '../src/types/api-value.ts'
import type { DataType } from '../src/types/data-type.ts'
import { INTEGER } from '../src/types/data-type.ts'
import { LinearMemory } from '../src/types/linear-memory.ts'
import type { FixedVector } from '../src/types/vector.ts'

const db = new Database()
db.exec(`
  CREATE DOMAIN price AS numeric(10, 2);
  CREATE TABLE t (n integer, s smallint, g bigint, w bigint, d numeric(10, 2), wide numeric(18, 3), p price, f double precision,
    r real, b boolean, o oid, day date, at timestamp, tz timestamptz, tm time, word text, own text);
  INSERT INTO t SELECT i, i % 100, i, i * 4300000001::bigint - 5000000000, i / 4.0, i * 1234567.891, -i / 8.0, i / 3.0, i / 5.0,
    i % 2 = 0, i, DATE '1999-12-30' + i, TIMESTAMP '1969-12-31 23:59:59.9995' + i * INTERVAL '1 millisecond',
    TIMESTAMPTZ '2020-01-01 00:00+00' + i * INTERVAL '1 hour', TIME '10:00' + i * INTERVAL '1 second', 'w' || i % 5, 'own ' || i
  FROM generate_series(1, 20000) AS g(i);
  INSERT INTO t SELECT FROM generate_series(1, 10);
  INSERT INTO t (d, day, at, f) VALUES ('NaN', 'infinity', '-infinity', 'NaN'), (-0.01, '0044-03-15 BC', '0044-03-15 BC', '-0');
`)

describe('values of a result', () => {
  test.each([{}, { bigint: 'bigint', decimal: 'string' }, { bigint: 'string', timestamp: 'string' }] as const)(
    'arrive as single ones do, %o',
    (options) => {
      const result = db.query('SELECT * FROM t', [], options)
      const { outputs } = result as unknown as { outputs: readonly { readonly type: DataType }[] }
      const names = result.columns.map(({ name }) => name)
      const expected = outputs.map(({ type }, column) =>
        [...result.internalColumn(column)].map((value) => (value === null ? null : toApiValue(value, type, options))),
      )
      expect(result.rows.length).toBe(20012)
      names.forEach((name, column) => {
        expect(
          result.rows.map((row) => row[name]),
          name,
        ).toEqual(expected[column])
        expect(
          result.values.map((row) => row[column]),
          name,
        ).toEqual(expected[column])
      })
      expect(db.query('SELECT * FROM t', [], options).first()).toEqual(result.rows[0])
    },
  )

  test('come one by one from iterate, as far as they are asked for', () => {
    const rows = db.prepare('SELECT n, day FROM t ORDER BY n LIMIT $1').iterate(3)
    expect(rows.next().value).toEqual({ n: 1, day: '1999-12-31' })
    expect([...rows]).toEqual([
      { n: 2, day: '2000-01-01' },
      { n: 3, day: '2000-01-02' },
    ])
    const large = db.prepare('SELECT 2 ^ 60 AS x, (2 ^ i)::bigint AS g FROM generate_series(1, 60) AS g(i)').iterate()
    expect(() => [...large]).toThrow(/cannot be held exactly/)
  })

  test('that a number cannot hold are refused', () => {
    db.exec('CREATE TABLE big (g bigint, d numeric(18, 2)); INSERT INTO big VALUES (1, 1), (9007199254740993, 1)')
    expect(() => db.query('SELECT g FROM big').rows).toThrow(SqlError)
    expect(db.query('SELECT g FROM big', [], { bigint: 'bigint' }).rows).toEqual([{ g: 1n }, { g: 9007199254740993n }])
    db.exec('UPDATE big SET g = 9007199254740991, d = 1234567890123456.78')
    expect(db.query('SELECT g FROM big').first()).toEqual({ g: 9007199254740991 })
    expect(() => db.query('SELECT d FROM big').rows).toThrow(/cannot be held exactly/)
  })

  test('of columns with odd names', () => {
    expect(db.query('SELECT 1 AS "a b", 2 AS "\'", 3 AS "__proto__", 4 AS "a b"').rows).toEqual([
      Object.fromEntries([
        ['a b', 4],
        ["'", 2],
        ['__proto__', 3],
      ]),
    ])
    const row = db.query('SELECT i AS "__proto__", i AS "x\\y" FROM generate_series(1, 100) AS g(i)').rows[99]
    expect(Object.entries(row)).toEqual([
      ['__proto__', 100],
      ['x\\y', 100],
    ])
    expect(db.query('SELECT FROM generate_series(1, 3)').rows).toEqual([{}, {}, {}])
  })

  test('are read from where they lie, also above two gibibytes', () => {
    const memory = new LinearMemory(2 ** 15 + 1, 2 ** 15 + 1)
    const pointer = 2 ** 31 + 64
    const selection = { pointer: 2 ** 31 + 128, count: 2 }
    for (let row = 0; row < 4; row++) memory.i32[(pointer >>> 2) + row] = 10 + row
    memory.u16[selection.pointer >>> 1] = 1
    memory.u16[(selection.pointer >>> 1) + 1] = 3
    const column: FixedVector = { layout: 'i32', type: INTEGER, pointer, validity: 0, scale: 0 }
    const builder = new ResultBuilder([{ id: 0, name: 'a', type: INTEGER }])
    builder.add({ rowCount: 2, columns: [column], selection: null }, memory)
    builder.add({ rowCount: 4, columns: [column], selection }, memory)
    expect(builder.finish('SELECT', { settings: defaultSettings }).values).toEqual([[10], [11], [11], [13]])
  })

  test('are plain objects, many as well as few', () => {
    const list = 'SELECT i AS "1", i AS "b""c", i AS a, -i AS a, i AS constructor'
    for (const columns of [list, `${list}, i / 2.0::double precision AS half`]) {
      const few = db.query(`${columns} FROM generate_series(1, 3) AS g(i)`).rows
      const many = db.query(`${columns} FROM generate_series(1, 100) AS g(i)`).rows
      expect(many.slice(0, 3)).toStrictEqual(few)
      expect(Object.keys(many[2])).toEqual(Object.keys(few[2]))
      expect(Object.getPrototypeOf(many[2])).toBe(Object.prototype)
      expect(JSON.stringify(many[2])).toBe(JSON.stringify(few[2]))
    }
  })
})
