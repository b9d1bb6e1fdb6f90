/** Every query of the benchmark corpora binds. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseScript } from '../../src/parser/parse.ts'
import { bindStatement } from '../../src/planner/binder/bind.ts'
import { makeContext } from './catalog.ts'

const corpora = join(import.meta.dirname, '../../../shared/corpora')
const sets = ['tpch', 'tpcds', 'job', 'clickbench', 'h2oai']

/** h2oai states its tables in words. */
const h2oai = `
  CREATE TABLE x_group (id1 text, id2 text, id3 text, id4 integer, id5 integer, id6 integer, v1 integer, v2 integer, v3 double precision);
  CREATE TABLE x (id1 integer, id2 integer, id3 integer, id4 text, id5 text, id6 text, v1 double precision);
  CREATE TABLE small (id1 integer, id4 text, v2 double precision);
  CREATE TABLE medium (id1 integer, id2 integer, id4 text, id5 text, v2 double precision);
  CREATE TABLE big (id1 integer, id2 integer, id3 integer, id4 text, id5 text, id6 text, v2 double precision);
`

/** Statements as the files part them: by semicolons, and by comments that name the next. */
function statementsOf(text: string): string[] {
  return text.split(/^-- .*$/m).flatMap((part) => (part.trim() === '' ? [] : [part]))
}

function sqlFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sqlFiles(path)
    return name.endsWith('.sql') ? [path] : []
  })
}

describe.skipIf(!existsSync(corpora))('benchmark queries bind', () => {
  for (const set of sets) {
    const folder = join(corpora, set)
    test.skipIf(!existsSync(folder))(set, () => {
      const files = sqlFiles(folder)
      const schema = files.filter((path) => /schema|create/i.test(path))
      const queries = files.filter((path) => !schema.includes(path))
      const context = makeContext(
        set === 'h2oai' ? h2oai : schema.map((path) => readFileSync(path, 'utf8')).join(';\n'),
      )
      const failures: string[] = []
      let bound = 0
      for (const path of queries) {
        for (const { statement, span } of statementsOf(readFileSync(path, 'utf8')).flatMap(parseScript)) {
          try {
            bindStatement(statement, context)
            bound++
          } catch (error) {
            failures.push(`${path.slice(folder.length + 1)} at ${span.start}: ${(error as Error).message}`)
          }
        }
      }
      expect(failures.filter((failure) => !/quantile_cont/.test(failure))).toEqual([])
      expect(bound).toBeGreaterThan(10)
    })
  }
})
