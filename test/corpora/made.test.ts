/**
 * The query sets that come without data, over made-up data: every query runs, and gives the same rows interpreted, compiled and
 * with most of the optimiser's rules off. `npm run bench -- corpora` compares larger data with PostgreSQL.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/index.node.ts'
import { describeCorpus, executions } from './corpora.ts'
import { difference } from './data/compare.ts'
import { querySets } from './data/made.ts'
import { load } from './data/tables.ts'

/** Of the rules; without the others a query of ten tables would be their product. */
const dispensable = [
  'outer-to-inner',
  'propagate-empty',
  'join-elimination',
  'simplify-distinct',
  'distinct-aggregates',
  'remove-sorts',
  'semi-join-reduction',
  'limit-pushdown',
  'prune-columns',
]
const sizes: Readonly<Record<string, number>> = { tpcds: 0.015, job: 0.06, clickbench: 0.015, h2oai: 0.015 }

for (const set of querySets) {
  describeCorpus(set.name, () => {
    const database = new Database()
    const queries = set.queries()
    let answered = 0

    beforeAll(() => {
      load(database, set.make(sizes[set.name]))
    })

    test.each(queries)('$name', ({ sql }) => {
      const answers = executions.map((execution) => {
        database.exec(`SET execution = '${execution}'; RESET disabled_rules`)
        return database.exec(sql)
      })
      database.exec(`SET disabled_rules = '${dispensable.join(',')}'`)
      answers.push(database.exec(sql))
      const [first, ...others] = answers.map(({ columns, text }) => ({ columns, rows: text }))
      if (first.rows.some((row) => row.some((value) => value !== null))) answered++
      for (const other of others) expect(difference(sql, first, other.rows)).toBeUndefined()
    })

    test('a third of the queries at least have an answer', () => {
      expect(answered * 3).toBeGreaterThanOrEqual(queries.length)
    })
  })
}

describe('the same data', () => {
  test('are made again from the same seed', () => {
    const [set] = querySets.filter(({ name }) => name === 'h2oai')
    expect(set.make(0.001).tables).toEqual(set.make(0.001).tables)
  })
})
