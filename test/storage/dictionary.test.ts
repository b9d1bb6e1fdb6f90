/** Which columns of texts keep a dictionary: those whose texts come again, however many are new at first. */
import { expect, it } from 'vitest'
import { Database } from '../../src/index.ts'
import { randomFrom } from './helpers.ts'

/** Bytes in use for 60,000 rows, each with one of so many texts. */
function bytesOf(texts: number): number {
  const db = new Database()
  const random = randomFrom(7)
  db.exec('CREATE TABLE t (a text)')
  db.insert('t', {
    a: Array.from({ length: 60_000 }, () => `a text of thirty characters, ${Math.floor(random() * texts)}`),
  })
  return db.memory().used
}

it('texts of which there are some thousand share a dictionary, others do not', () => {
  expect(bytesOf(10_000)).toBeLessThan(1_200_000)
  expect(bytesOf(10_000_000)).toBeGreaterThan(60_000 * 36)
})
