/** Parquet files of many makers: read, or refused with an error that says what is the matter. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.node.ts'
import { corpus, describeCorpus, filesBelow } from './corpora.ts'

describeCorpus('parquet', () => {
  const database = new Database()
  const files = filesBelow(corpus('parquet'), '.parquet')

  test.each(files)('%s', (file) => {
    try {
      const { columns, text, rowCount } = database.query(`FROM '${corpus('parquet', file)}'`)
      expect(columns.length).toBeGreaterThan(0)
      expect(text).toHaveLength(rowCount)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      expect(error.code).toMatch(/^(0A000|22P04|22021|XX001)$/)
      expect(error.message.length).toBeGreaterThan(10)
    }
  })

  test.each(files)('%s reads the same by vectors and by values', (file) => {
    const read = (execution: string): unknown => {
      database.query(`SET execution = '${execution}'`)
      try {
        return database.query(`FROM '${corpus('parquet', file)}'`).text
      } catch (error) {
        return (error as SqlError).code
      }
    }
    expect(read('compiled')).toEqual(read('interpreted'))
  })

  test('most are read', () => {
    const read = files.filter((file) => {
      try {
        database.query(`FROM '${corpus('parquet', file)}'`)
        return true
      } catch {
        return false
      }
    })
    expect(read.length / files.length).toBeGreaterThan(0.5)
  })

  const expectations = files.flatMap((file) => {
    const csv = file.replace('.parquet', '_expect.csv')
    return existsSync(corpus('parquet', csv)) ? [[file, csv]] : []
  })

  describe.each(expectations)('%s', (file, csv) => {
    test('holds what is expected', () => {
      const parquet = database.query(`FROM '${corpus('parquet', file)}'`)
      const [header, ...lines] = readFileSync(corpus('parquet', csv), 'utf8').trimEnd().split('\n')
      const names = header.split(',').map((name) => name.replaceAll('"', ''))
      expect(parquet.columns.map((column) => column.name)).toEqual(names)
      expect(parquet.text.map((row) => row.map((value) => value ?? '').join(','))).toEqual(
        lines.map((line) => line.replaceAll('"', '')),
      )
    })
  })
})
