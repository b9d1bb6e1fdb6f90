import { expect, test } from 'vitest'
import { Database } from '../../src/index.ts'
import { rules } from '../../src/planner/optimizer/rules/index.ts'
import { RandomQuery, schema } from './random-query.ts'

const queries = Number(process.env.QUERIES ?? 400)
const firstSeed = Number(process.env.SEED ?? 1)

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

test(`the optimiser changes no answer of ${queries} random queries`, () => {
  const database = new Database()
  for (const statement of schema) database.exec(statement)
  const all = rules.map((rule) => rule.name).join(',')
  for (let seed = firstSeed; seed < firstSeed + queries; seed++) {
    const sql = new RandomQuery(seed).query()
    database.exec(`SET disabled_rules = '${all}'`)
    const plain = answer(database, sql)
    database.exec(`SET disabled_rules = ''`)
    const optimized = answer(database, sql)
    expect(optimized, `seed ${seed}: ${sql}`).toBe(plain)
  }
})
