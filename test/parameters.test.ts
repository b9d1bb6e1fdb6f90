/** Parameters of statements that are not plans themselves. */
import { expect, test } from 'vitest'
import { Database } from '../src/index.node.ts'

function codeOf(body: () => unknown): string {
  try {
    body()
    return 'no error'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('queries of commands take parameters where PostgreSQL takes them', () => {
  const db = new Database()
  db.query('CREATE TABLE made AS SELECT $1::integer + 1 AS a', [1])
  db.query('SELECT :x::integer AS a INTO into_made', { x: 5 })
  db.exec('BEGIN')
  db.query('DECLARE c CURSOR FOR SELECT $1::integer AS a', [7])
  expect(db.exec('FETCH c').values).toEqual([[7]])
  db.exec('COMMIT')
  db.exec('PREPARE successor AS SELECT $1::integer + 1 AS a')
  expect(db.query('EXECUTE successor($1)', [8]).values).toEqual([[9]])
  expect(db.query('EXPLAIN ANALYZE SELECT $1::integer', [8]).rowCount).toBeGreaterThan(0)
  expect(db.exec('SELECT a FROM made UNION ALL SELECT a FROM into_made').values).toEqual([[2], [5]])
})

test.each(['auto', 'compiled', 'interpreted'])('COPY and definitions take none (%s)', (mode) => {
  const db = new Database()
  db.exec(`SET execution = '${mode}'`)
  for (const sql of ['COPY (SELECT $1 AS id) TO STDOUT', 'CREATE VIEW v AS SELECT $1::integer AS a']) {
    expect(codeOf(() => db.exec(sql))).toBe('42P02')
    expect(codeOf(() => db.query(sql, [1]))).toBe('42P02')
  }
  expect(codeOf(() => db.query('CREATE TABLE t (a integer)', [1]))).toBe('42P02')
})

test('what JavaScript passes in place of texts, objects and rows is refused with an SQLSTATE', () => {
  const db = new Database()
  db.exec('CREATE TABLE t (a integer)')
  for (const wrong of [undefined, null, 1, {}, [], Symbol('s')] as never[]) {
    expect(codeOf(() => db.query(wrong))).toBe('22023')
    expect(codeOf(() => db.exec(wrong))).toBe('22023')
    expect(codeOf(() => db.prepare(wrong))).toBe('22023')
    expect(codeOf(() => db.insert(wrong, [{ a: 1 }]))).toBe('22023')
  }
  for (const wrong of ['x', 1, null] as never[]) {
    expect(codeOf(() => db.query('SELECT :x::integer', wrong))).toBe('42P02')
    expect(codeOf(() => db.insert('t', wrong))).toBe('22023')
    expect(codeOf(() => db.insert('t', [wrong]))).toBe('22023')
  }
  expect(db.query('SELECT count(*) FROM t').values).toEqual([[0]])
})
