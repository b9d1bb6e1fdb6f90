import { describe, expect, it } from 'vitest'
import { Database } from '../../src/index.ts'

/** a, b and c of a sale are always the same, which the estimate of a join by all three does not know. */
function makeTables(): Database {
  const db = new Database()
  db.exec('CREATE TABLE item (id integer PRIMARY KEY, name text)')
  db.exec("INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 400000) g(i)")
  db.exec('CREATE TABLE sale (item integer, a integer, b integer, c integer)')
  db.exec('INSERT INTO sale SELECT i * 37 % 400000, i % 1000, i % 1000, i % 1000 FROM generate_series(1, 60000) g(i)')
  db.exec('CREATE TABLE kind (a integer, b integer, c integer)')
  db.exec('INSERT INTO kind SELECT i, i, i FROM generate_series(1, 1000) g(i)')
  return db
}

function run(db: Database, execution: string, condition: string): { answer: unknown; path: string } {
  const sql = `SELECT count(*), min(name), max(name), max(s.item) FROM sale s JOIN kind k ON k.a = s.a AND k.b = s.b AND k.c = s.c
    JOIN item i ON i.id = s.item WHERE ${condition}`
  db.exec(`SET execution = '${execution}'`)
  const lines = db.query(`EXPLAIN ANALYZE ${sql}`).values.map(([line]) => String(line))
  return { answer: db.query(sql).text, path: lines.find((line) => line.includes('(index ')) ?? lines.join('\n') }
}

describe('an index join', () => {
  it('looks few rows up, and scans the table when more come than were expected', () => {
    const db = makeTables()
    for (const [condition, path] of [
      ['s.a = 7', 'few look-ups'],
      ['s.a > 7', 'compiled as a hash join'],
    ]) {
      const auto = run(db, 'auto', condition)
      expect(auto.path).toContain(path)
      expect(auto.answer).toEqual(run(db, 'interpreted', condition).answer)
      expect(auto.answer).toEqual(run(db, 'compiled', condition).answer)
    }
  })
})
