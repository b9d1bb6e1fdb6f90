/** Tables of expressions with what PostgreSQL 15 answers: rows in psql's unaligned form, or code and message of the error. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { Database } from '../../src/index.ts'

type Fact = readonly [expression: string, answer: string]

const db = new Database()

/** Each expression, after SELECT, gives the text. */
export function holds(title: string, facts: readonly Fact[]): void {
  describe(title, () => {
    test.each(facts)('%s', (expression, answer) => {
      const rows = [...db.query(`SELECT ${expression}`).text]
      expect(rows.map((row) => row.map((value) => value ?? 'NULL').join('|')).join('\n')).toBe(answer)
    })
  })
}

/** Each expression, after SELECT, raises the error. */
export function failing(title: string, facts: readonly Fact[]): void {
  describe(title, () => {
    test.each(facts)('%s', (expression, answer) => {
      let failure: unknown
      try {
        void [...db.query(`SELECT ${expression}`).text]
      } catch (error) {
        failure = error
      }
      expect(failure).toBeInstanceOf(SqlError)
      const { code, message } = failure as SqlError
      expect(`${code} ${message}`).toBe(answer)
    })
  })
}
