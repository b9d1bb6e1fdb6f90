/** Whatever is typed, the parser answers with a tree that prints to itself, or with an error that has an SQLSTATE and a place. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import type { ParsedStatement } from '../../src/parser/ast.ts'
import { parseScript } from '../../src/parser/parse.ts'
import { printStatement } from '../../src/parser/print-statement.ts'
import { tokenize } from '../../src/parser/scanner.ts'
import { isComplete, splitStatements } from '../../src/parser/script.ts'
import { withoutSpans } from './dump.ts'

const folder = new URL('./goldens/', import.meta.url)
const statements = readdirSync(folder).flatMap((file) =>
  readFileSync(new URL(file, folder), 'utf8')
    .split(/\n\n+/)
    .map((record) => record.split('\n----\n')[0])
    .filter((sql) => !sql.startsWith('#')),
)

const piece = fc.oneof(
  fc.constantFrom(...'()[]{},;.:\'"$?@*-+/<>=|\\ \n0aEé', '::', '--', '/*', '$$'),
  fc.constantFrom(
    ...statements.flatMap((sql) => tokenize(sql).map((token) => ` ${sql.slice(token.start, token.end)} `)),
  ),
)
const place = fc.nat(400)
const edit = fc.oneof(
  fc.record({ at: place, remove: fc.nat(6), insert: fc.constant('') }),
  fc.record({ at: place, remove: fc.constant(0), insert: piece }),
  fc.record({ at: place, remove: fc.nat(6), insert: piece }),
)

function mutate(sql: string, edits: readonly { at: number; remove: number; insert: string }[]): string {
  let text = sql
  for (const { at, remove, insert } of edits) {
    const start = at % (text.length + 1)
    text = text.slice(0, start) + insert + text.slice(start + remove)
  }
  return text
}

test('mutated statements', () => {
  fc.assert(
    fc.property(fc.constantFrom(...statements), fc.array(edit, { minLength: 1, maxLength: 3 }), (sql, edits) => {
      const text = mutate(sql, edits)
      const cut = splitStatements(text)
      isComplete(text)
      let parsed: ParsedStatement[]
      try {
        parsed = parseScript(text)
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError)
        const { code, position } = error as SqlError
        expect(code).toMatch(/^(?:42|0A|22|54)/)
        expect(position).toBeGreaterThanOrEqual(0)
        expect(position).toBeLessThanOrEqual(text.length)
        return
      }
      expect(cut.length).toBe(parsed.length)
      for (const { statement } of parsed) {
        if (statement.kind === 'unsupported') continue
        const [again] = parseScript(printStatement(statement))
        expect(withoutSpans(again.statement)).toEqual(withoutSpans(statement))
      }
    }),
    { numRuns: 5000 },
  )
})
