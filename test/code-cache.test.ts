import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cachedEntry } from '../scripts/code-cache.ts'
import { type BuiltModule, loadEngine } from '../src/node/code-cache.ts'

const code = 'const x=40;function add(n){return x+n}const name="caf\\xe9";export{add as a,name as b};\n'
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-cache-'))
  writeFileSync(join(folder, 'engine.js'), code)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the build would write for the module, read from its text. */
function builtModule(file: string): BuiltModule {
  const [, hash, bodyLength, fields] = /hash:"(.*?)",bodyLength:(\d+),fields:"(.*?)"/.exec(cachedEntry(code)) ?? []
  return { path: join(folder, file), hash, bodyLength: Number(bodyLength), fields }
}

/** Loads the module and lets the cache be written as at the end of a process. */
function load(file = 'engine.js'): Record<string, unknown> {
  const before = new Set(process.listeners('exit'))
  const exports = loadEngine(builtModule(file))
  for (const listener of process.listeners('exit')) if (!before.has(listener)) listener(0)
  return exports
}

const caches = (): string[] => readdirSync(folder).filter((name) => name !== 'engine.js')

test('a module loaded by way of the code cache exports what it exports as a module', async () => {
  const asModule = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'engine.js')).href)
  for (const exports of [load(), load()]) {
    expect(Object.keys(exports)).toEqual(['a', 'b'])
    expect((exports.a as (n: number) => number)(2)).toBe(asModule.a(2))
    expect(exports.b).toBe(asModule.b)
  }
  expect(caches()).toHaveLength(1)
})

test('a damaged cache is not used, and made anew', () => {
  load()
  // Another path, since V8 remembers within a process what it compiled.
  const cache = join(folder, caches()[0].replace('engine.js', 'other.js'))
  writeFileSync(join(folder, 'other.js'), code)
  writeFileSync(cache, 'not a cache')
  expect((load('other.js').a as (n: number) => number)(2)).toBe(42)
  expect(readFileSync(cache).length).toBeGreaterThan(100)
})

test('an engine that does not end in its exports is refused by the build', () => {
  expect(() => cachedEntry('export const x = 1')).toThrow('one export clause')
})
