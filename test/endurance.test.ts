/** Rows come, change and go through prepared statements, one at a time: the memory that they take stays what it was. */
import { expect, test } from 'vitest'
import { Database } from '../src/index.ts'
import { randomFrom } from './storage/helpers.ts'

const statements = 60_000
const fewest = 1000
const most = 3000

test('memory stays bounded', () => {
  const db = new Database()
  db.exec('CREATE TABLE t (id integer PRIMARY KEY, k integer, v double precision, s text)')
  db.exec('CREATE INDEX t_k ON t (k); CREATE INDEX t_s ON t USING btree (s)')
  const insert = db.prepare('INSERT INTO t VALUES ($1, $2, $3, $4)')
  const update = db.prepare('UPDATE t SET k = $2, v = v + 1, s = $3 WHERE id = $1')
  const remove = db.prepare('DELETE FROM t WHERE id = $1')
  const sum = db.prepare('SELECT count(*), sum(v) FROM t WHERE k = $1')
  const random = randomFrom(1)
  const any = (count: number): number => Math.floor(random() * count)
  const keys: number[] = []
  let next = 0
  let sumOfV = 0
  const values = new Map<number, number>()
  const peaks = [0, 0, 0, 0]
  for (let n = 0; n < statements; n++) {
    const at = any(keys.length)
    const kind = keys.length < fewest ? 0 : keys.length > most ? 2 : any(3)
    if (kind === 0) {
      const v = any(1000) / 8
      insert.run(next, any(200), v, `text ${any(100_000)}`)
      values.set(next, v)
      sumOfV += v
      keys.push(next++)
    } else if (kind === 1) {
      update.run(keys[at], any(200), `changed ${any(100_000)}`)
      values.set(keys[at], values.get(keys[at])! + 1)
      sumOfV++
    } else {
      remove.run(keys[at])
      sumOfV -= values.get(keys[at])!
      values.delete(keys[at])
      keys[at] = keys[keys.length - 1]
      keys.pop()
    }
    if (n % 50 === 0) sum.get(any(200))
    if (n % 500 === 0) {
      const quarter = Math.floor((n * peaks.length) / statements)
      peaks[quarter] = Math.max(peaks[quarter], db.memory().used)
    }
  }
  expect(db.query('SELECT count(*), sum(v) FROM t').values).toEqual([[keys.length, sumOfV]])
  expect(peaks[3]).toBeLessThan(peaks[1] * 2.5)
  expect(peaks[3]).toBeLessThan(4_000_000)
})
