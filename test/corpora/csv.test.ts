/** CSV files with what they hold, through COPY, `FROM 'file'` and read_csv; damaged ones must be refused. */

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.node.ts'
import { corpus, describeCorpus, filesBelow } from './corpora.ts'

type Text = (string | null)[]

const database = new Database()

function query(sql: string): { names: string[]; rows: Text[] } {
  const result = database.query(sql)
  return { names: result.columns.map((column) => column.name), rows: result.text }
}

/** NULL is what CSV has for an empty field. */
function filled(rows: readonly Text[]): string[][] {
  return rows.map((row) => row.map((value) => value ?? ''))
}

describeCorpus('csv', () => {
  const spectrum = filesBelow(corpus('csv', 'csv-spectrum', 'csvs'), '.csv')

  describe.each(spectrum)('%s', (file) => {
    const path = corpus('csv', 'csv-spectrum', 'csvs', file)
    const text = readFileSync(corpus('csv', 'csv-spectrum', 'json', file.replace('.csv', '.json')), 'utf8')
    // Some files have lost their carriage returns on the way here, which their JSON still has.
    const isBare = !readFileSync(path, 'utf8').includes('\r')
    const json: unknown = JSON.parse(isBare ? text.replaceAll('\\r\\n', '\\n') : text)
    const objects = (Array.isArray(json) ? json : [json]) as Record<string, string>[]
    const names = Object.keys(objects[0])
    const expected = objects.map((object) => Object.values(object))
    /** One expectation is a lone object, abridged: its number and the columns behind its text are not the file's. */
    const isAbridged = !Array.isArray(json)

    test.each(["FROM '", "FROM read_csv('"])('%s', (from) => {
      const found = query(`${from}${path}'${from.includes('(') ? ', all_varchar := true)' : ''}`)
      expect(found.names).toEqual(names)
      if (isAbridged) {
        expect(found.rows).toHaveLength(1)
        expect(found.rows[0].filter((value, i) => value !== expected[0][i]).length).toBeLessThanOrEqual(1)
      } else expect(filled(found.rows)).toEqual(expected)
    })

    test('COPY', () => {
      database.exec(`CREATE OR REPLACE TABLE t (${names.map((name) => `"${name}" text`).join(', ')})`)
      const { rowCount } = database.exec(`COPY t FROM '${path}' (FORMAT csv, HEADER MATCH)`)
      expect(rowCount).toBe(expected.length)
      if (!isAbridged) expect(filled(query('FROM t').rows)).toEqual(expected)
    })
  })

  const cases = filesBelow(corpus('csv', 'csv-test-data', 'csv'), '.csv')
  const header = ['foo', 'bar', 'baz']

  describe.each(cases.filter((file) => !file.startsWith('bad-')))('%s', (file) => {
    const path = corpus('csv', 'csv-test-data', 'csv', file)
    const json: unknown = JSON.parse(
      readFileSync(corpus('csv', 'csv-test-data', 'json', file.replace('.csv', '.json')), 'utf8'),
    )
    const hasHeader = file.startsWith('header-')
    const rows = (json as (string[] | Record<string, string>)[]).map((row) =>
      Array.isArray(row) ? row : Object.values(row),
    )
    const width = hasHeader ? header.length : rows[0].length

    test('read_csv', () => {
      const found = query(`FROM read_csv('${path}', all_varchar := true, header := ${hasHeader}, delim := ',')`)
      if (hasHeader) expect(found.names).toEqual(header)
      expect(filled(found.rows)).toEqual(rows)
    })

    test('COPY', () => {
      const names = hasHeader ? header : Array.from({ length: width }, (_, i) => `c${i}`)
      database.exec(`CREATE OR REPLACE TABLE t (${names.map((name) => `${name} text`).join(', ')})`)
      database.exec(
        `COPY t FROM '${path}' (FORMAT csv, FORCE_NOT_NULL (${names.join(', ')})${hasHeader ? ', HEADER MATCH' : ''})`,
      )
      expect(query('FROM t').rows).toEqual(rows)
    })
  })

  test.each(cases.filter((file) => file.startsWith('bad-')))('%s is refused', (file) => {
    database.exec(`CREATE OR REPLACE TABLE t (${header.map((name) => `${name} text`).join(', ')})`)
    const path = corpus('csv', 'csv-test-data', 'csv', file)
    expect(() => database.exec(`COPY t FROM '${path}' (FORMAT csv, HEADER MATCH)`)).toThrowError(SqlError)
    expect(query('FROM t').rows).toEqual([])
  })

  test.each(filesBelow(corpus('csv', 'duckdb'), ''))('%s is read or refused', (file) => {
    const path = corpus('csv', 'duckdb', file)
    try {
      const { columns, text } = database.query(`FROM read_csv('${path}')`)
      for (const row of text) expect(row).toHaveLength(columns.length)
    } catch (error) {
      if (!(error instanceof SqlError))
        throw new Error(`${basename(file)}: ${error instanceof Error ? error.stack : error}`)
      expect(error.code).toMatch(/^(22|0A|58|42)/)
    }
  })
})
