/**
 * Statements and their trees. A golden file holds records of SQL, `----`, and one line per statement; blank lines part
 * them. UPDATE_GOLDENS=1 writes the files anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { parseScript } from '../../src/parser/parse.ts'
import { dump } from './dump.ts'

const folder = new URL('./goldens/', import.meta.url)

function show(sql: string): string {
  try {
    return parseScript(sql)
      .map(({ statement }) => dump(statement))
      .join('\n')
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const at = error.position === undefined ? '' : ` at ${error.position}`
    const more = [error.detail, error.hint].filter((line) => line !== undefined).map((line) => `\n  ${line}`)
    return `${error.code}${at}: ${error.message}${more.join('')}`
  }
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  const path = new URL(file, folder)
  const records = readFileSync(path, 'utf8')
    .trimEnd()
    .split(/\n\n+/)
    .map((record) => record.split('\n----\n'))
  if (process.env.UPDATE_GOLDENS) {
    writeFileSync(
      path,
      `${records.map(([sql]) => (sql.startsWith('#') ? sql : `${sql}\n----\n${show(sql)}`)).join('\n\n')}\n`,
    )
  }
  test(`${file} has its trees`, () => {
    let checked = 0
    for (const [sql, expected] of records) {
      if (sql.startsWith('#')) continue
      expect(show(sql), sql).toBe(expected)
      checked++
    }
    expect(checked).toBeGreaterThan(0)
  })
}
