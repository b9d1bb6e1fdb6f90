/** What the built engine weighs: `dist/index.js` with every file that it imports, gzipped. Reads `dist` where it is newer than the source. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { withoutProse } from '../scripts/lean-bundle.ts'

const root = join(import.meta.dirname, '..')
const entry = join(root, 'dist', 'index.js')
const limit = 620_000
/** Of these, what a first statement needs: `engine.js`. */
const firstLimit = 290_000

/** The entry and what it imports, each once. */
function filesFrom(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const [, target] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*["'`](\.[^"'`]+)["'`]/g)) {
    filesFrom(join(dirname(path), target), seen)
  }
  return seen
}

function isBuilt(): boolean {
  const built = statSync(entry, { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) return false
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return sources.every((name) => statSync(join(root, 'src', name)).mtimeMs <= built)
}

test.skipIf(!isBuilt())(`the engine's entry weighs at most ${limit / 1000} KB, gzipped`, () => {
  const files = [...filesFrom(entry)]
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)
  expect(size).toBeGreaterThan(0)
  expect(size).toBeLessThanOrEqual(limit)
  const first = files.filter((file) => !file.endsWith('engine.late.js'))
  expect(first.length).toBe(files.length - 1)
  expect(first.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)).toBeLessThanOrEqual(
    firstLimit,
  )
})

test.skipIf(!isBuilt())('the built engine is ASCII and has no prose of its functions', () => {
  for (const file of filesFrom(entry)) {
    const code = readFileSync(file, 'utf8')
    expect(code).not.toMatch(/[^\0-\x7f]/)
    expect(code).not.toContain('The number of the row in its partition')
  }
})

test('prose is taken out of records and of the calls of their helpers, and nothing else', () => {
  const source = `
    function record(name: string, doc: string, example: readonly [string, string], body: (x: number) => number) {
      return scalar({ name, category: 'mathematics', doc, examples: [example], overloads: [body] })
    }
    const doubled = record('double', 'Twice the number.', ['double(2)', '4'], (x) => x * 2)
    const halved = scalar({ name: 'half', doc: 'Half.', examples: [["half('doc')", '1']], overloads: [] })
  `
  const lean = withoutProse(source)
  expect(lean).not.toMatch(/Twice|Half|double\(2\)|half\(|mathematics/)
  expect(lean).toContain("record('double', 0 as never, 0 as never, (x) => x * 2)")
  expect(lean).toMatch(/scalar\(\{ name: 'half', +overloads: \[\] \}\)/)
})
