/** What a query takes from the pool it gives back: when it ends, when it fails, when its reader leaves. */
import { expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.ts'

function heldByQueries(db: Database): number {
  return db
    .memory()
    .owners.filter((owner) => owner.kind === 'query')
    .reduce((bytes, owner) => bytes + owner.bytes, 0)
}

const queries = [
  'SELECT * FROM t WHERE a % 3 = 0 AND b > 5',
  'SELECT count(*) FROM t WHERE a % 3 = 0 GROUP BY b',
  'SELECT * FROM t x JOIN t y ON x.a = y.b WHERE x.b < 3 LIMIT 5',
  'SELECT a FROM t WHERE b IN (SELECT a FROM t WHERE a < 5) ORDER BY a LIMIT 3',
  'SELECT DISTINCT b FROM t WHERE a > 50 LIMIT 2',
  'SELECT a FROM t EXCEPT SELECT b FROM t WHERE a > 3 LIMIT 4',
  'SELECT a, (SELECT max(b) FROM t u WHERE u.a < t.a AND u.b % 2 = 0) FROM t WHERE a < 20',
  'SELECT 100 / (a - 60) FROM t WHERE b <> 4',
  'SELECT count(*) FROM t x, t y WHERE 10 / (x.a - 77) > y.b',
]

for (const mode of ['interpreted', 'compiled']) {
  for (const sql of queries) {
    test(`${mode}: ${sql}`, () => {
      const db = new Database()
      db.exec(`SET execution = '${mode}'; SET batch_size = 7; CREATE TABLE t (a int, b int)`)
      db.exec('INSERT INTO t SELECT i, i % 10 FROM generate_series(1, 100) i')
      const before = heldByQueries(db)
      let failed = false
      try {
        expect(db.query(sql).rows.length).toBeGreaterThan(0)
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        failed = true
      }
      expect(failed).toBe(sql.includes('10 /') || sql.includes('100 /'))
      expect(heldByQueries(db)).toBe(before)
      db.close()
    })
  }
}

test('a reader that leaves early', () => {
  const db = new Database()
  db.exec("SET execution = 'interpreted'; SET batch_size = 7; CREATE TABLE t (a int)")
  db.exec('INSERT INTO t SELECT i FROM generate_series(1, 100) i')
  const before = heldByQueries(db)
  for (const row of db.prepare('SELECT a FROM t WHERE a % 2 = 0').iterate()) {
    expect(row).toEqual({ a: 2 })
    break
  }
  expect(heldByQueries(db)).toBe(before)
})
