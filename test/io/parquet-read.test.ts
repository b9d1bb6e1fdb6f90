/** Reading Parquet by the column chunk: filters over files, parts that statistics exclude, several files, damaged pages. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Database, SqlError } from '../../src/index.node.ts'
import { RunLengthReader } from '../../src/io/parquet/run-length.ts'

const folder = mkdtempSync(join(tmpdir(), 'colonnade-parquet-read-'))
const path = join(folder, 'rows.parquet')
afterAll(() => rmSync(folder, { recursive: true }))

const rows = `SELECT i, (i * 7)::bigint AS b, (i / 4.0)::numeric(9,2) AS n, i / 8.0::double precision AS d,
  CASE WHEN i % 5 > 0 THEN DATE '2020-01-01' + i END AS day, TIMESTAMP '2020-01-01' + i * INTERVAL '1 hour' AS at,
  CASE WHEN i % 3 > 0 THEN 'wörd ' || i % 10 END AS t, 'text ' || i AS u, i % 2 = 0 AS even
  FROM generate_series(1, 10000) g(i)`

beforeAll(() => {
  new Database().exec(`COPY (${rows}) TO '${path}' (ROW_GROUP_SIZE 1000)`)
})

function read(sql: string, execution: string): unknown {
  const db = new Database({ decimal: 'string', bigint: 'string' })
  db.exec(`SET execution = '${execution}'`)
  return db.query(sql).text
}

it.each([
  'i < 1500',
  'i = 7777',
  '1000 > i AND even',
  'b >= 69000',
  'n > 2400.10 AND n <= 2450',
  'd >= 1249.5',
  "day BETWEEN '2040-01-01' AND '2040-06-01'",
  "at < '2020-01-05'",
  "t = 'wörd 3' AND i < 100",
  "u LIKE 'text 99%'",
  't IS NULL AND day IS NULL',
  'i < 0',
])('WHERE %s finds what it finds in a table', (condition) => {
  const expected = read(`SELECT * FROM (${rows}) WHERE ${condition}`, 'interpreted')
  expect(read(`SELECT * FROM '${path}' WHERE ${condition}`, 'compiled')).toEqual(expected)
  expect(read(`SELECT * FROM '${path}' WHERE ${condition}`, 'interpreted')).toEqual(expected)
})

it('groups of rows that statistics exclude are not read', () => {
  const bytes = readFileSync(path)
  const damaged = join(folder, 'damaged.parquet')
  // The first groups, behind the magic number, up to about the middle of the file.
  bytes.fill(0xff, 4, bytes.length >>> 1)
  writeFileSync(damaged, bytes)
  expect(read(`SELECT count(*), sum(b) FROM '${damaged}' WHERE i > 9000`, 'compiled')).toEqual([['1000', '66503500']])
  expect(() => read(`SELECT count(*), sum(b) FROM '${damaged}' WHERE i > 0`, 'compiled')).toThrow(SqlError)
})

it('NaN is greater than any bound', () => {
  const file = join(folder, 'nan.parquet')
  new Database().exec(`COPY (VALUES (1.5::double precision), ('NaN'), (2)) TO '${file}'`)
  expect(read(`SELECT count(*) FROM '${file}' WHERE column1 > 100`, 'compiled')).toEqual([['1']])
})

it('files whose numerics have other scales are one table', () => {
  new Database().exec(`COPY (SELECT 1.5::numeric(9,1) AS x) TO '${join(folder, 'scale-1.parquet')}';
    COPY (SELECT 2.25::numeric(9,2) AS x) TO '${join(folder, 'scale-2.parquet')}'`)
  expect(read(`SELECT sum(x) FROM '${join(folder, 'scale-*.parquet')}'`, 'compiled')).toEqual([['3.75']])
})

it('damaged pages are errors', () => {
  const bytes = readFileSync(path)
  const damaged = join(folder, 'torn.parquet')
  let failures = 0
  for (let at = 4; at < bytes.length - 2000; at += 7919) {
    const copy = Buffer.from(bytes)
    copy.fill(0xa5, at, at + 3)
    writeFileSync(damaged, copy)
    try {
      read(`SELECT sum(length(t)), sum(length(u)), max(i), max(b), max(n), max(day) FROM '${damaged}'`, 'compiled')
    } catch (error) {
      expect(error).toBeInstanceOf(SqlError)
      expect((error as SqlError).code).toMatch(/^(22P04|22021|0A000|22008)$/)
      failures++
    }
  }
  expect(failures).toBeGreaterThan(0)
})

it('runs and packed integers', () => {
  const read = (bytes: readonly number[], width: number, count: number): number[] => {
    const target = new Int32Array(count)
    new RunLengthReader(Uint8Array.from(bytes), width).read(target, count)
    return [...target]
  }
  expect(read([8, 3, 4, 1], 2, 6)).toEqual([3, 3, 3, 3, 1, 1])
  expect(read([3, 0b10001000, 0b11000110, 0b11111010], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(read([2, 0x78, 0x56, 0x34, 0x12], 32, 1)).toEqual([0x12345678])
  expect(() => read([3, 0], 3, 8)).toThrow('cut off')
  expect(() => read([], 3, 8)).toThrow('too early')
})
