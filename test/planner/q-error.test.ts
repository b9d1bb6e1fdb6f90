/**
 * Estimates against the truth, over real rows: the factor by which an estimate is off, either way (the q-error), of filtered
 * tables and of joins of five, as the queries of TPC-H and JOB have them.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { Database } from '../../src/index.node.ts'
import { corpus, describeCorpus, filesBelow } from '../corpora/corpora.ts'
import { querySets } from '../corpora/data/made.ts'
import { load } from '../corpora/data/tables.ts'
import { type Comparison, compare, median, piecesOf } from './truth.ts'

function compareAll(database: Database, queries: readonly string[]): Comparison[] {
  const columns = new Map<string, Set<string>>()
  const listed = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
  for (const [table, column] of database.exec(listed).text as [string, string][]) {
    const known = columns.get(table) ?? new Set()
    columns.set(table, known.add(column))
  }
  const pieces = new Map(queries.flatMap((sql) => piecesOf(sql, columns, 5)).map((piece) => [piece.sql, piece]))
  return [...pieces.values()].map((piece) => compare(database, piece))
}

function errors(comparisons: readonly Comparison[], relations: number): number[] {
  return comparisons.filter((each) => each.relations === relations).map(({ error }) => error)
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)]
}

describeCorpus('job', () => {
  const database = new Database()
  let all: Comparison[] = []

  beforeAll(() => {
    const [set] = querySets.filter(({ name }) => name === 'job')
    load(database, set.make(0.12))
    const queries = set.queries().map(({ sql }) => sql)
    all = compareAll(database, queries)
  }, 60_000)

  test('filtered tables: half are off by less than 2, nine of ten by less than 5', () => {
    const found = errors(all, 1)
    expect(found.length).toBeGreaterThan(80)
    expect(median(found)).toBeLessThanOrEqual(2)
    expect(quantile(found, 0.9)).toBeLessThanOrEqual(5)
  })

  test('joins of five tables, skewed and correlated: half are off by less than 10', () => {
    const found = errors(all, 5)
    expect(found.length).toBeGreaterThan(40)
    expect(median(found)).toBeLessThanOrEqual(10)
    expect(quantile(found, 0.9)).toBeLessThanOrEqual(200)
  })
})

describeCorpus('tpch', () => {
  const database = new Database()
  let all: Comparison[] = []

  beforeAll(() => {
    database.exec(readFileSync(corpus('tpch', 'schema.sql'), 'utf8'))
    for (const file of filesBelow(corpus('tpch', 'data'), '.csv')) {
      database.exec(
        `COPY ${file.replace('.csv', '')} FROM '${corpus('tpch', 'data', file)}' (FORMAT csv, DELIMITER '|')`,
      )
    }
    const files = filesBelow(corpus('tpch', 'queries'), '.sql')
    all = compareAll(
      database,
      files.map((file) => readFileSync(corpus('tpch', 'queries', file), 'utf8')),
    )
  }, 60_000)

  test('filtered tables: half are off by less than 2', () => {
    expect(median(errors(all, 1))).toBeLessThanOrEqual(2)
  })

  test('joins of five tables: none is off by more than 10', () => {
    expect(Math.max(...errors(all, 5))).toBeLessThanOrEqual(10)
  })
})
