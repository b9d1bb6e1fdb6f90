/**
 * Runs the scripts of test/sql, each in several configurations that must not change an answer: the operators' implementations,
 * the optimiser's rules, the size of batches. `NAME=value npm test` is not needed for any of them; a single file runs with
 * `npx vitest run test/sql.test.ts -t queries/window`.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rules } from '../src/planner/optimizer/rules/index.ts'
import { runFile } from './sqllogictest/run.ts'

const folder = join(import.meta.dirname, 'sql')
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.slt'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort()

const configurations: Readonly<Record<string, readonly string[]>> = {
  'as it comes': [],
  interpreted: ["SET execution = 'interpreted'"],
  compiled: ["SET execution = 'compiled'"],
  'without rules': [`SET disabled_rules = '${rules.map((rule) => rule.name).join(',')}'`],
  'batches of one row': ['SET batch_size = 1'],
}

describe.each(Object.entries(configurations))('%s', (_, setup) => {
  test.each(scripts)('%s', (script) => {
    const { failures, passed } = runFile(join(folder, script), { setup, exact: true })
    expect(failures.map(({ line, sql, message }) => `${script}:${line}: ${message}\n${sql}`)).toEqual([])
    expect(passed).toBeGreaterThan(0)
  })
})
