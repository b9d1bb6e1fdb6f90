/**
 * Scripts of other engines' test suites, as far as PostgreSQL agrees with them. Of the largest suite only the beginning of each
 * file runs here; `npm run corpora` runs all of everything.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runFile } from '../sqllogictest/run.ts'
import { corpus, describeCorpus, executions, filesBelow } from './corpora.ts'

/** Records of each file of the largest suite: its tables are filled, and a few hundred queries asked. */
const sample = 400

/** Suites of which a part is still missing, with how many records held when that was last looked at. */
const floors: Readonly<Record<string, number>> = { 'pg-regress': 8370 }

describeCorpus('sqllogictest', () => {
  const folder = corpus('sqllogictest', 'test')
  test.each(filesBelow(folder, '.test'))('%s', (file) => {
    const mask: Record<string, number[]> = JSON.parse(
      readFileSync(corpus('sqllogictest', 'postgresql-15.mask.json'), 'utf8'),
    )
    const masked = new Set(Object.entries(mask).find(([name]) => name.endsWith(file))?.[1])
    expect(runFile(`${folder}/${file}`, { masked, limit: sample }).failures).toEqual([])
  })
})

for (const name of ['risinglight-bustub', 'datafusion', 'duckdb']) {
  describeCorpus(name, () => {
    const files = [...filesBelow(corpus(name), '.slt'), ...filesBelow(corpus(name), '.test')]
    test.each(['auto', ...executions])('%s', (execution) => {
      const setup = [`SET execution = '${execution}'`]
      const reports = files.map((file) => runFile(corpus(name, file), { setup, anyOrder: execution !== 'auto' }))
      expect(
        reports.flatMap(({ file, failures }) => failures.map(({ line, message }) => `${file}:${line}: ${message}`)),
      ).toEqual([])
      expect(reports.reduce((sum, report) => sum + report.passed, 0)).toBeGreaterThan(0)
    })
  })
}

describeCorpus('pg-regress', () => {
  const files = filesBelow(corpus('pg-regress'), '.slt').filter((file) => !file.startsWith('_setup'))
  test('as many records as before', () => {
    const reports = files.map((file) => runFile(corpus('pg-regress', file)))
    const crashes = reports.flatMap(({ file, failures }) =>
      failures.filter(({ message }) => message.startsWith('crashed')).map((each) => `${file}:${each.line}`),
    )
    expect(crashes).toEqual([])
    expect(reports.reduce((sum, report) => sum + report.passed, 0)).toBeGreaterThanOrEqual(floors['pg-regress'])
  })
})
