/** The manual is up to date, and what its pages show is what happens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statements } from '../scripts/manual/statements.ts'
import { manual, stateOf } from '../scripts/manual.ts'
import * as colonnade from '../src/index.node.ts'

const docs = join(import.meta.dirname, '..', 'docs')

test('docs/sql.md is what `npm run manual` writes', () => {
  expect(readFileSync(join(docs, 'sql.md'), 'utf8')).toBe(manual())
})

describe('every form of statement works or is refused by name', () => {
  for (const [theme, forms] of Object.entries(statements)) {
    test.each(forms)(`${theme}: $form`, (form) => {
      expect(stateOf(form)).toMatch(/^(supported|refused: 0A000)$/)
    })
  }
})

describe('the examples of', () => {
  const before = process.cwd()
  const folder = mkdtempSync(join(tmpdir(), 'colonnade-'))
  beforeAll(() => process.chdir(folder))
  afterAll(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })

  test.each(['README.md', 'docs/api.md', 'docs/files.md'])('%s', async (page) => {
    const { program, claims } = programOf(readFileSync(join(docs, '..', page), 'utf8'))
    expect(claims).toBeGreaterThan(0)
    await program(colonnade)
    expect.assertions(claims + 1)
  })
})

/** The blocks of JavaScript of a page as one program, in which `expression // → value` is an expectation. */
function programOf(page: string): { program: (library: typeof colonnade) => Promise<void>; claims: number } {
  let claims = 0
  const blocks = [...page.matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, block]) => block)
  const code = blocks
    .join('\n')
    .replace(/^import (\{.*\}) from 'colonnade'$/gm, 'const $1 = library')
    .replace(/^(.+?)\s+\/\/ → (.+)$/gm, (_line, expression, value) => {
      claims++
      return `;expect(${expression}, ${JSON.stringify(expression)}).toEqual(${value});`
    })
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...args: unknown[]) => Promise<void>
  const run = new AsyncFunction('library', 'expect', code)
  return { program: (library) => run(library, expect), claims }
}
