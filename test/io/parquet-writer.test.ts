/** COPY TO a Parquet file: what was written is read back, value by value; what Parquet cannot hold is refused by name. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Database, SqlError } from '../../src/index.node.ts'
import { compressSnappy } from '../../src/io/parquet-writer/snappy.ts'
import { loadParquet } from '../../src/node/libraries.ts'

const folder = mkdtempSync(join(tmpdir(), 'colonnade-parquet-'))
const path = join(folder, 'written.parquet')
afterAll(() => rmSync(folder, { recursive: true }))

const expressions: Readonly<Record<string, string>> = {
  boolean: 'i % 3 = 0',
  smallint: '(i * 13 % 65536 - 32768)::smallint',
  integer: 'i::bigint * 858993 - 2147483648',
  bigint: 'CASE i WHEN 1 THEN -9223372036854775808 WHEN 2 THEN 9223372036854775807 ELSE i * 1234567890123 END',
  real: '(i / 7.0)::real',
  'double precision': "CASE i WHEN 3 THEN 'NaN' WHEN 6 THEN '-Infinity' ELSE i / 3.0 END::double precision",
  'numeric(7,2)': '(i / 100.0 - 9)::numeric(7,2)',
  'numeric(18,4)': '(i * 123456789.0123)::numeric(18,4)',
  'numeric(38,10)': '(i - 2500) * 1234567890123456789.0123456789::numeric(38,10)',
  text: "repeat('ünïcode ', i % 20) || i",
  'varchar(9)': "'few ' || i % 3",
  'char(5)': "'c' || i % 3",
  uuid: 'md5(i::text)::uuid',
  bytea: "decode(md5(i::text), 'hex')",
  date: "DATE '1600-01-01' + i * 50",
  time: "TIME '00:00' + i * INTERVAL '1.500001 second'",
  timestamp: "TIMESTAMP '1901-12-31 23:59:59.123456' + i * INTERVAL '11 hours'",
  timestamptz: "TIMESTAMPTZ '1950-01-01 00:00:00.5+00' + i * INTERVAL '1 day'",
  interval: "i * INTERVAL '1 month 2 days 3.001 seconds'",
  json: "('{\"key\": ' || i || '}')::json",
}

function database(): Database {
  const db = new Database({ decimal: 'string', bigint: 'string' })
  const columns = Object.entries(expressions).map(([type, expression], i) => {
    return `(CASE WHEN i % 11 = ${i % 11} AND ${i % 3} > 0 THEN NULL ELSE ${expression} END)::${type} AS c${i}`
  })
  db.exec(`CREATE TABLE t AS SELECT i, ${columns} FROM generate_series(1, 5000) g(i)`)
  return db
}

function failure(db: Database, sql: string): SqlError {
  try {
    db.exec(sql)
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('it should have failed')
}

describe.each(['interpreted', 'compiled'])('%s', (mode) => {
  it.each([
    '',
    '(FORMAT parquet, COMPRESSION uncompressed)',
    "(COMPRESSION 'snappy', ROW_GROUP_SIZE 1000)",
    "(COMPRESSION 'gzip', ROW_GROUP_SIZE 4096)",
  ])('all types %s', (options) => {
    const db = database()
    db.exec(`SET execution = '${mode}'; SET timezone = 'UTC'`)
    expect(db.exec(`COPY t TO '${path}' ${options}`).rowCount).toBe(5000)
    const found = db.query(`SELECT * FROM '${path}'`)
    expect(found.text).toEqual(db.query('SELECT * FROM t').text)
    const types = found.columns.slice(1).map(({ type }) => type)
    expect(types).toEqual(
      db
        .query('SELECT * FROM t')
        .columns.slice(1)
        .map(({ type }) => (/^char/.test(type) ? 'text' : type)),
    )
  })

  it('chosen rows, and none', () => {
    const db = database()
    db.exec(`SET execution = '${mode}'`)
    const chosen = 'SELECT i, c9 AS "a name" FROM t WHERE i % 7 = 3 AND c10 = \'few 1\''
    db.exec(`COPY (${chosen}) TO '${path}' (ROW_GROUP_SIZE 100)`)
    expect(db.query(`SELECT * FROM '${path}'`).text).toEqual(db.query(chosen).text)
    expect(db.query(`SELECT * FROM '${path}' LIMIT 1`).columns[1].name).toBe('a name')
    expect(db.exec(`COPY (SELECT i, c9 FROM t WHERE i < 0) TO '${path}'`).rowCount).toBe(0)
    expect(db.query(`SELECT count(*) FROM '${path}'`).text).toEqual([['0']])
  })
})

it('numeric without precision gets the digits that its values need', () => {
  const db = new Database({ decimal: 'string' })
  db.exec(`COPY (VALUES (1.50::numeric), (NULL), (-123456789012345678901234567890), (0.001)) TO '${path}'`)
  const { text, columns } = db.query(`SELECT * FROM '${path}'`)
  expect(columns[0].type).toBe('numeric(33,3)')
  expect(text).toEqual([['1.500'], [null], ['-123456789012345678901234567890.000'], ['0.001']])
})

it('what Parquet does not have is refused by name', () => {
  const db = new Database()
  const refused = (query: string, options = ''): string => {
    const error = failure(db, `COPY (${query}) TO '${path}' ${options}`)
    expect(error.code).toBe('0A000')
    return error.message
  }
  expect(refused('SELECT ARRAY[1]')).toBe('writing type integer[] to a Parquet file is not supported')
  expect(refused("SELECT 'NaN'::numeric(5,2)")).toBe('Parquet has no form for this value of type numeric')
  expect(refused("SELECT DATE 'infinity'")).toBe('Parquet has no form for this value of type date')
  expect(refused("SELECT INTERVAL '1 microsecond'")).toBe('Parquet has no form for this value of type interval')
  expect(refused('SELECT 1e50::numeric')).toBe('writing numeric of 51 digits to a Parquet file is not supported')
  expect(refused('SELECT 1', '(COMPRESSION zstd)')).toBe('COMPRESSION zstd with COPY format "parquet" is not supported')
  expect(refused('SELECT 1', "(DELIMITER ';')")).toBe('option "delimiter" with COPY format "parquet" is not supported')
  expect(failure(db, `COPY (SELECT 1) TO '${path}' (ROW_GROUP_SIZE 0)`).code).toBe('22023')
  expect(failure(db, 'COPY (SELECT 1) TO STDOUT (FORMAT parquet)').code).toBe('0A000')
  expect(failure(db, `COPY (SELECT 1) TO '${join(folder, 'x.csv')}' (ROW_GROUP_SIZE 5)`).code).toBe('0A000')
})

it('the file ends as it begins', () => {
  new Database().exec(`COPY (SELECT 1 AS one) TO '${path}'`)
  const bytes = readFileSync(path)
  expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
  expect(bytes.subarray(-4).toString()).toBe('PAR1')
})

describe('Snappy', () => {
  const unpack = loadParquet().compressors.SNAPPY as (bytes: Uint8Array, length: number) => Uint8Array
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  let state = 7
  const noise = Uint8Array.from({ length: 200_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
  it.each([
    ['nothing', new Uint8Array(0)],
    ['a byte', encode('a')],
    ['repetition', encode('abcd'.repeat(50_000))],
    ['one byte over and over', new Uint8Array(300_000)],
    ['noise', noise],
    ['noise and repetition', noise.map((byte, i) => (i % 1000 < 500 ? i % 10 : byte))],
    ['words', encode(Array.from({ length: 30_000 }, (_, i) => `word ${i % 77} `).join(''))],
  ])('%s', (_, bytes) => {
    expect(Buffer.compare(unpack(compressSnappy(bytes), bytes.length), bytes)).toBe(0)
  })
})
