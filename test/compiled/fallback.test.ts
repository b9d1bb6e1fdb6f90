import { afterEach, describe, expect, it } from 'vitest'
import { pretendCompiling } from '../../src/exec/compiled/modules.ts'
import { Database } from '../../src/index.ts'

const rows = 6000

function database(): Database {
  const db = new Database({ decimal: 'string' })
  db.exec('CREATE TABLE t (id integer PRIMARY KEY, k text NOT NULL, price numeric(12,2), day date, note text)')
  db.exec(`
    INSERT INTO t
    SELECT i, 'k' || i % 7, CASE WHEN i % 11 = 0 THEN NULL ELSE (i * 1.25)::numeric(12,2) END, DATE '2020-01-01' + i % 900,
      CASE WHEN i % 5 = 0 THEN NULL ELSE 'note number ' || i END
    FROM generate_series(1, ${rows}) g(i)`)
  db.exec('CREATE TABLE big (a bigint, b integer)')
  db.exec(`INSERT INTO big SELECT 9000000000000000000, i FROM generate_series(1, ${rows}) g(i)`)
  return db
}

const queries = [
  'SELECT k, count(*), sum(price), avg(price), min(day), max(note) FROM t GROUP BY k ORDER BY k',
  "SELECT count(*), sum(price * (1 - 0.05)) FROM t WHERE day BETWEEN DATE '2020-06-01' AND DATE '2021-06-01' AND note LIKE '%99%'",
  'SELECT extract(year FROM day) y, k, count(DISTINCT id % 10) FROM t GROUP BY y, k ORDER BY y, k',
  'SELECT a.id, b.note FROM t a JOIN t b ON a.id = b.id + 1 WHERE a.price > 7000 ORDER BY a.id LIMIT 20',
  'SELECT id FROM t WHERE price > (SELECT avg(price) FROM t) EXCEPT SELECT id FROM t WHERE id % 2 = 0 ORDER BY id LIMIT 10',
  'SELECT sum(a) FROM big',
  'WITH c AS (SELECT k, sum(price) s FROM t GROUP BY k) SELECT * FROM c WHERE s = (SELECT max(s) FROM c)',
]

afterEach(() => pretendCompiling(undefined))

function answers(db: Database, mode: string): unknown[] {
  db.exec(`SET execution = '${mode}'`)
  return queries.map((query) => db.query(query).text)
}

describe('which path runs', () => {
  it('gives the same answers in every mode, and without compiling', () => {
    const db = database()
    const expected = answers(db, 'interpreted')
    expect(answers(db, 'auto')).toEqual(expected)
    expect(answers(db, 'compiled')).toEqual(expected)
    pretendCompiling(false)
    expect(answers(db, 'compiled')).toEqual(expected)
  })

  it('is told by EXPLAIN ANALYZE, with the reason', () => {
    const db = database()
    const explain = (query: string): string =>
      db
        .query(`EXPLAIN ANALYZE ${query}`)
        .text.map((row) => row[0])
        .join('\n')
    expect(explain('SELECT k, count(*) FROM t GROUP BY k')).toMatch(/Scan t .*compiled/)
    db.exec('CREATE TABLE few (a integer)')
    expect(explain('SELECT count(*) FROM few WHERE a > 1')).toMatch(/interpreted \(\d+ rows\)/)
    pretendCompiling(false)
    expect(explain('SELECT k, count(*) FROM t GROUP BY k')).toContain(
      'interpreted (WebAssembly may not be compiled here)',
    )
  })

  it('leaves errors to the reference evaluator, and the memory as it was', () => {
    const db = database()
    db.exec("SET execution = 'compiled'")
    const used = (): number => db.memory().owners.filter((owner) => owner.kind === 'query').length
    expect(() => db.query('SELECT 10 / (id - 5999) FROM t')).toThrow('division by zero')
    expect(() => db.query('SELECT sum(a * b) FROM big')).toThrow('bigint out of range')
    expect(() => db.query('SELECT id * 1000000 FROM t')).toThrow('integer out of range')
    expect(db.query('SELECT count(*) FROM t WHERE id <> 5990 AND 10 / (id - 5990) > 1').text).toEqual([['5']])
    for (const row of db.query('SELECT a.id FROM t a JOIN t b ON a.k = b.k LIMIT 3')) expect(row).toBeDefined()
    expect(used()).toBe(0)
  })
})
