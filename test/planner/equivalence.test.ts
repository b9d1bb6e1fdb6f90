/**
 * Random queries, with all rules and with none. `QUERIES`, `SEED` and `EXECUTION` (interpreted, compiled, auto) widen the
 * search:
 *
 *   QUERIES=20000 SEED=1000 npx vitest run test/planner/equivalence.test.ts
 */
import { expect, test } from 'vitest'
import { Database } from '../../src/index.ts'
import { rules } from '../../src/planner/optimizer/rules/index.ts'
import { RandomQuery, schema } from './random-query.ts'

const queries = Number(process.env.QUERIES ?? 300)
const firstSeed = Number(process.env.SEED ?? 1)
const execution = process.env.EXECUTION ?? 'interpreted'
/** Longer queries take long when nothing is optimised, and say little when they fail. */
const longest = 1500

/** Sorted rows as text, or the SQLSTATE. */
function answer(database: Database, sql: string): string {
  try {
    const { text } = database.query(sql)
    return text
      .map((row) => row.map((value) => value ?? 'NULL').join(' '))
      .sort()
      .join('\n')
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return `error ${code}`
  }
}

test(
  `the optimiser changes no answer of ${queries} random queries`,
  () => {
    const database = new Database()
    for (const statement of schema) database.exec(statement)
    database.exec(`SET execution = '${execution}'`)
    const all = rules.map((rule) => rule.name).join(',')
    let compared = 0
    for (let seed = firstSeed; compared < queries; seed++) {
      const sql = new RandomQuery(seed).query()
      if (sql.length > longest) continue
      compared++
      database.exec(`SET disabled_rules = '${all}'`)
      const plain = answer(database, sql)
      database.exec(`SET disabled_rules = ''`)
      expect(answer(database, sql), `seed ${seed}: ${sql}`).toBe(plain)
    }
  },
  60_000 + queries * 100,
)
