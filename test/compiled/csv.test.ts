/** Reading CSV by kernels and by the scanner gives the same rows, and the same errors. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Database, SqlError } from '../../src/index.node.ts'
import { nodeFiles } from '../../src/node/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'colonnade-csv-'))
afterAll(() => rmSync(folder, { recursive: true }))

function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * below)
  }
}

const columns =
  's smallint, i integer, b bigint, n numeric(12,2), w numeric(18,4), f double precision, d date, t timestamp, few text, many text, v varchar(12), z boolean'

type Pick = (below: number) => number

const digits = (pick: Pick, most: number): string =>
  Array.from({ length: 1 + pick(most) }, () => String(pick(10))).join('')
const two = (value: number): string => String(value).padStart(2, '0')
const sign = (pick: Pick): string => ['', '', '-'][pick(3)]
const words = [
  '',
  'a',
  'plain',
  'two words',
  'ünï',
  '日本語テキスト',
  'a longer text of more than sixteen bytes',
  '😀',
  "it's",
]

/** Fields of each column, in usual and unusual spellings. */
const makers: readonly ((pick: Pick) => string)[] = [
  (pick) => `${sign(pick)}${pick(32768)}`,
  (pick) => (pick(40) === 0 ? ` ${pick(9)} ` : `${sign(pick)}${pick(2147483648)}`),
  (pick) => `${sign(pick)}${digits(pick, 18)}`,
  (pick) =>
    [`${sign(pick)}${pick(99999)}.${two(pick(100))}`, `${pick(100)}`, `${pick(9)}.5`, '.25', '3.', '1e2', '+7.10'][
      pick(20) < 14 ? 0 : pick(7)
    ],
  (pick) => `${sign(pick)}${digits(pick, 13)}.${digits(pick, 4)}`,
  (pick) =>
    [`${sign(pick)}${digits(pick, 9)}.${digits(pick, 5)}`, '1.5e300', '-0', '12345678901234567.25', 'NaN'][
      pick(20) < 15 ? 0 : pick(5)
    ],
  (pick) =>
    [
      `${1900 + pick(200)}-${two(1 + pick(12))}-${two(1 + pick(28))}`,
      '2024-02-29',
      '0001-01-01',
      'Jan 5 2020',
      '19990108',
    ][pick(20) < 16 ? 0 : pick(5)],
  (pick) =>
    `${1900 + pick(200)}-${two(1 + pick(12))}-${two(1 + pick(28))}${pick(2) ? ' ' : 'T'}${two(pick(24))}:${two(pick(60))}:${two(pick(60))}${pick(2) ? '' : `.${digits(pick, 6)}`}`,
  (pick) => words[pick(words.length)],
  (pick) => `${words[pick(words.length)]}${digits(pick, 20)}`,
  (pick) => digits(pick, 12),
  (pick) => ['t', 'f', 'true', 'no'][pick(4)],
]

interface Shape {
  readonly delimiter: string
  readonly lineEnd: string
  readonly nullText: string
  readonly quoting: number
  readonly options: string
}

const shapes: readonly Shape[] = [
  { delimiter: ',', lineEnd: '\n', nullText: '', quoting: 0, options: '' },
  { delimiter: '|', lineEnd: '|\n', nullText: '', quoting: 0, options: ", DELIMITER '|'" },
  { delimiter: ',', lineEnd: '\r\n', nullText: '', quoting: 3, options: '' },
  { delimiter: '\t', lineEnd: '\n', nullText: '\\N', quoting: 5, options: ", DELIMITER E'\\t', NULL '\\N'" },
  { delimiter: ';', lineEnd: '\n', nullText: 'NULL', quoting: 2, options: ", DELIMITER ';', NULL 'NULL', ESCAPE '\\'" },
  {
    delimiter: ',',
    lineEnd: '\n',
    nullText: '',
    quoting: 2,
    options: ', FORCE_NULL (few, many, i), FORCE_NOT_NULL (v)',
  },
]

function makeFile(seed: number, shape: Shape, rows: number): string {
  const pick = random(seed)
  const lines: string[] = []
  const escape = shape.options.includes('ESCAPE') ? '\\' : '"'
  for (let row = 0; row < rows; row++) {
    const fields = makers.map((make, column) => {
      if (pick(12) === 0) return shape.nullText
      let field = make(pick)
      if (column === 9 && shape.quoting > 0 && pick(30) === 0) field += [`"`, '\n', ',', '\r\n'][pick(4)]
      const mustQuote = /["\r\n,;|\t]/.test(field) || (field === '' && pick(2) === 0)
      if (!mustQuote && (shape.quoting === 0 || pick(shape.quoting) > 0)) return field
      return `"${field.replaceAll('"', `${escape}"`)}"`
    })
    lines.push(fields.join(shape.delimiter))
    if (pick(200) === 0 && shape.quoting > 0) lines.push('')
  }
  return lines.join(shape.lineEnd) + (pick(2) ? shape.lineEnd : '')
}

function load(path: string, mode: string, options: string): unknown {
  const db = new Database()
  db.exec(`SET execution = '${mode}'; CREATE TABLE t (${columns})`)
  try {
    const { rowCount } = db.exec(`COPY t FROM '${path}' (FORMAT csv${options})`)
    expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
    return { rowCount, rows: db.query('SELECT * FROM t').text }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
    expect(db.query('SELECT count(*) FROM t').text).toEqual([['0']])
    return { code: error.code, message: error.message, detail: error.detail }
  }
}

describe('CSV by kernels and by the scanner', () => {
  it.each(shapes.map((shape, i) => [i, shape] as const))('shape %i', (i, shape) => {
    const path = join(folder, `shape-${i}.csv`)
    writeFileSync(path, makeFile(i + 1, shape, 4000))
    const expected = load(path, 'interpreted', shape.options)
    expect(expected).toHaveProperty('rowCount', 4000)
    expect(load(path, 'compiled', shape.options)).toEqual(expected)
  })

  it.each([
    ['a number', (line: string) => line.replace(/^[^,]*/, 'seven')],
    ['a number out of range', (line: string) => line.replace(/^[^,]*/, '32768')],
    ['a field too many', (line: string) => `${line},x`],
    ['a field too few', (line: string) => line.replace(/,[^,]*$/, '')],
    ['a quote within a field', (line: string) => line.replace(/,/, ' "x,')],
    ['an open quote', (line: string) => `"${line}`],
    ['an impossible date', (line: string) => line.replace(/\d\d\d\d-\d\d-\d\d/, '2023-02-29')],
    ['two errors', (line: string) => line.replace(/^[^,]*/, 'x').replace(/,(?:t|f|true|no)$/, ',maybe')],
  ])('the error of %s', (_, damage) => {
    const lines = makeFile(77, shapes[0], 3000).split('\n')
    const errors = [0, 1500, 2999].map((row) => {
      const path = join(folder, 'damaged.csv')
      writeFileSync(path, lines.map((line, i) => (i === row ? damage(line) : line)).join('\n'))
      const expected = load(path, 'interpreted', '')
      expect(load(path, 'compiled', '')).toEqual(expected)
      return expected
    })
    expect(errors.some((error) => 'code' in (error as object))).toBe(true)
  })

  it('reads files longer than what is in sight, and records longer than that', () => {
    const path = join(folder, 'long.csv')
    const long = `${'line "of" text\r\n'.repeat(200_000)}end`
    const lines = Array.from({ length: 60_000 }, (_, i) => {
      const text = i === 30_000 ? `"${long.replaceAll('"', '""')}"` : i % 7 === 0 ? `"quoted, ""${i}"""` : `plain ${i}`
      return `${i},${text},${(i % 10_000) / 100}`
    })
    writeFileSync(path, lines.join('\r\n'))
    const quotes = lines.filter((line) => line.includes('"')).length
    const sums = [['60000', '1799970000', String(long.length), String(quotes)]]
    for (const mode of ['interpreted', 'compiled']) {
      for (const open of [nodeFiles.open, undefined]) {
        const db = new Database({ files: { ...nodeFiles, open } })
        db.exec(`SET execution = '${mode}'; CREATE TABLE t (id integer, text text, price numeric(6,2))`)
        db.exec(`COPY t FROM '${path}' (FORMAT csv)`)
        const asked = `SELECT count(*), sum(id), max(length(text)), count(*) FILTER (WHERE text LIKE '%"%') FROM`
        expect(db.query(`${asked} t`).text).toEqual(sums)
        const source = `read_csv('${path}', header := false, names := ['id', 'text', 'price'])`
        expect(db.query(`${asked} ${source}`).text).toEqual(sums)
        expect(db.query('SELECT text FROM t WHERE id = 30000').first()).toEqual({ text: long })
        expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
      }
    }
  })

  it.each(shapes.slice(0, 3).map((shape, i) => [i, shape] as const))('FROM a file of shape %i', (i, shape) => {
    const path = join(folder, `from-${i}.csv`)
    writeFileSync(path, makeFile(i + 50, shape, 4000))
    const names = columns.split(', ').map((column) => `'${column.split(' ')[0]}'`)
    const source = `read_csv('${path}', header := false, names := [${names}])`
    const db = new Database()
    const [expected, found] = ['interpreted', 'compiled'].map((mode) => {
      db.exec(`SET execution = '${mode}'`)
      return [
        db.query(`SELECT * FROM ${source}`).text,
        db.query(`SELECT few, count(*), min(many), max(i) FROM ${source} GROUP BY few ORDER BY few`).text,
      ]
    })
    expect(found).toEqual(expected)
    expect(expected[0]).toHaveLength(4000)
  })

  it('leaves out bad rows', () => {
    const lines = makeFile(5, shapes[0], 3000).split('\n')
    const path = join(folder, 'bad-rows.csv')
    writeFileSync(path, lines.map((line, i) => (i % 400 === 7 ? line.replace(/^[^,]*/, 'x') : line)).join('\n'))
    const expected = load(path, 'interpreted', ', IGNORE_ERRORS true')
    expect(load(path, 'compiled', ', IGNORE_ERRORS true')).toEqual(expected)
  })
})
