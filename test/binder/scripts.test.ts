/**
 * Scripts of bound statements. A block is a statement, a line of dashes and what comes out: the plan, with the result's
 * columns in front, or the error: its code, its message, the text that its position points at, its detail and its hint.
 * Lines that begin with # are comments. `UPDATE_PLANS=1 npx vitest run test/binder` writes what comes out into the
 * scripts; the diff is to be read before it is kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { explainLogical } from '../../src/planner/explain.ts'
import { typeName } from '../../src/types/type-names.ts'
import { bindText, makeContext } from './catalog.ts'

const folder = join(import.meta.dirname, 'scripts')
const update = process.env.UPDATE_PLANS === '1'

const schema = `
  CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, c numeric(10, 2), d date, ts timestamptz, f double precision);
  CREATE TABLE u (id integer, t_id integer, v varchar(5), w bigint);
  CREATE TABLE n (arr integer[], j jsonb, s STRUCT(x integer, y text));
  CREATE TABLE g (
    k integer GENERATED ALWAYS AS IDENTITY, x integer DEFAULT 7 CHECK (x > 0), y integer UNIQUE,
    z integer GENERATED ALWAYS AS (x + y) STORED, label varchar(3) DEFAULT 'abc'
  );
  CREATE VIEW big AS SELECT id AS key, a, b FROM t WHERE a > 10 WITH CHECK OPTION;
  CREATE VIEW totals AS SELECT b, sum(a) AS total FROM t GROUP BY b;
`
const context = makeContext(schema)

interface Block {
  readonly sql: string
  readonly expected: string
}

/** Comments and blank lines as they are, and blocks. */
function readScript(path: string): (string | Block)[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split(/\n\n+/)
    .map((part) => {
      const at = part.indexOf('\n----')
      return at < 0 ? part : { sql: part.slice(0, at), expected: part.slice(at + 5).replace(/^\n/, '') }
    })
}

function run(text: string): string {
  const sql = text.replace(/^#.*\n/gm, '')
  try {
    const { plan, columns, parameterTypes } = bindText(sql, context)
    const header = columns.map((column) => `${column.name} ${typeName(column.type)}`).join(', ')
    const parameters = parameterTypes.length > 0 ? [`parameters: ${parameterTypes.map(typeName).join(', ')}`] : []
    return [`(${header})`, ...parameters, ...explainLogical(plan)].join('\n')
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const at =
      error.position === undefined
        ? ''
        : ` at ${JSON.stringify(sql.slice(error.position, error.position + 12).split('\n')[0])}`
    const more = [error.detail && `detail: ${error.detail}`, error.hint && `hint: ${error.hint}`].filter(Boolean)
    return [`error ${error.code}${at}: ${error.message}`, ...more].join('\n')
  }
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.bind'))) {
  const path = join(folder, name)
  const parts = readScript(path)
  if (update) {
    const lines = parts.map((part) => (typeof part === 'string' ? part : `${part.sql}\n----\n${run(part.sql)}`))
    writeFileSync(path, `${lines.join('\n\n')}\n`)
    continue
  }
  describe(name, () => {
    for (const part of parts) {
      if (typeof part === 'string') continue
      test(part.sql.replaceAll('\n', ' ').slice(0, 100), () => {
        expect(run(part.sql)).toBe(part.expected)
      })
    }
  })
}
if (update) test('scripts are written', () => expect(readdirSync(folder).length).toBeGreaterThan(0))
