/** TPC-H at a small scale: every query gives the answer, whichever implementation runs. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/index.node.ts'
import { corpus, describeCorpus, executions, filesBelow } from './corpora.ts'

describeCorpus('tpch', () => {
  const queries = filesBelow(corpus('tpch', 'queries'), '.sql')
  const database = new Database()

  beforeAll(() => {
    database.exec(readFileSync(corpus('tpch', 'schema.sql'), 'utf8'))
    for (const file of filesBelow(corpus('tpch', 'data'), '.csv')) {
      database.exec(
        `COPY ${file.replace('.csv', '')} FROM '${corpus('tpch', 'data', file)}' (FORMAT csv, DELIMITER '|')`,
      )
    }
  })

  test('all 22 queries are there', () => {
    expect(queries).toHaveLength(22)
  })

  describe.each(executions)('%s', (execution) => {
    test.each(queries)('%s', (file) => {
      database.exec(`SET execution = '${execution}'`)
      const result = database.exec(readFileSync(corpus('tpch', 'queries', file), 'utf8'))
      const [header, ...rows] = answer(file)
      expect(result.columns.map((column) => column.name)).toEqual(header.split('|'))
      expect(result.text.map((row) => row.map((value) => value ?? '').join('|'))).toEqual(rows)
    })
  })
})

function answer(file: string): string[] {
  return readFileSync(corpus('tpch', 'answers', file.replace('.sql', '.csv')), 'utf8')
    .replace(/\n$/, '')
    .split('\n')
}
