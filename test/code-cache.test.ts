import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { builtEngine } from '../scripts/code-cache.ts'
import { isLate } from '../scripts/late-chunk.ts'
import { loadScript } from '../src/node/code-cache.ts'

const engine =
  'const x=40;let late;function add(n){return x+n}function twice(n){return(late??=__loadLate()).double(n)}const name="caf\\xe9";export{add as a,name as b,twice as in};\n'
const late = 'import{a as plus}from"./engine.js";function double(n){return plus(n)*2}export{double};\n'
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-cache-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const files = builtEngine(engine, late, ['a', 'b', 'in'])
  writeFileSync(join(folder, 'engine.js'), files.engine)
  writeFileSync(join(folder, 'engine.late.js'), files.late)
  writeFileSync(join(folder, 'engine.node.js'), files.node)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a script that is the whole of a file but its first and last character, and lets the cache be written. */
function load(path: string): Record<string, unknown> {
  const before = new Set(process.listeners('exit'))
  const length = readFileSync(path, 'utf8').length - 2
  const exports = loadScript({ path, hash: 'h', start: 1, length, head: '(', tail: ')' })(40)
  for (const listener of process.listeners('exit')) if (!before.has(listener)) listener(0)
  return exports
}

const caches = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.cache'))

test('as a module the built engine exports what its chunk did, and finds its late chunk', async () => {
  const exports = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'engine.js')).href)
  expect(Object.keys(exports).sort()).toEqual(['a', 'b', 'in'])
  expect([exports.a(2), exports.b, exports.in(2)]).toEqual([42, 'café', 84])
})

test('under Node the late chunk is run when it is first asked for', async () => {
  const calls: unknown[] = []
  writeFileSync(
    join(folder, 'code-cache.js'),
    `export const loadScript=(built)=>(argument)=>globalThis.loadPart(built)(argument)`,
  )
  const scope = globalThis as Record<string, unknown>
  scope.loadPart = (built: { path: string; start: number; length: number; head: string; tail: string }) => {
    calls.push(built.path)
    const text = readFileSync(built.path, 'latin1').slice(built.start, built.start + built.length)
    return runInThisContext(built.head + text + built.tail)
  }
  const exports = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'engine.node.js')).href)
  expect(exports.a(2)).toBe(42)
  expect(calls).toEqual([join(folder, 'engine.js')])
  expect([exports.in(1), exports.in(2)]).toEqual([82, 84])
  expect(calls).toEqual([join(folder, 'engine.js'), join(folder, 'engine.late.js')])
  delete scope.loadPart
})

test('a script loaded by way of the code cache is what it is without', () => {
  const path = join(folder, 'script.js')
  writeFileSync(path, ';(x)=>({sum:x+2});')
  expect([load(path), load(path)]).toEqual([{ sum: 42 }, { sum: 42 }])
  expect(caches()).toHaveLength(1)
})

test('a damaged cache is not used, and made anew', () => {
  // Another path, since V8 remembers within a process what it compiled.
  const [path, other] = ['one.js', 'other.js'].map((name) => join(folder, name))
  for (const each of [path, other]) writeFileSync(each, ';(x)=>({sum:x+2});')
  load(path)
  const cache = join(folder, caches()[0].replace('one.js', 'other.js'))
  writeFileSync(cache, 'not a cache')
  expect(load(other)).toEqual({ sum: 42 })
  expect(readFileSync(cache).length).toBeGreaterThan(100)
})

test('an engine that does not end in its exports is refused by the build', () => {
  expect(() => builtEngine('export const x = 1', late, [])).toThrow('one export clause')
})

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'engine.late.js')

function isBuilt(): boolean {
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  return ['src', 'scripts'].every((part) =>
    readdirSync(join(root, part), { recursive: true, encoding: 'utf8' }).every(
      (name) => statSync(join(root, part, name)).mtimeMs <= mtimeMs,
    ),
  )
}

test.skipIf(!isBuilt())('first statements of common kinds do not load the late chunk', () => {
  const program = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const opened = []
    const { openSync } = fs
    fs.openSync = (...args) => (opened.push(String(args[0])), openSync(...args))
    syncBuiltinESMExports()
    const { Database } = await import(${JSON.stringify(pathToFileURL(join(root, 'dist', 'index.node.js')).href)})
    const db = new Database()
    const loaded = () => opened.some((name) => name.endsWith('engine.late.js'))
    const run = (text) => { db.query(text); if (loaded()) throw new Error('loaded by ' + text) }
    run('SELECT 40 + 2 AS x')
    run('CREATE TABLE t (a integer PRIMARY KEY, b text NOT NULL, c numeric(10, 2), d date, e varchar(20))')
    run("INSERT INTO t VALUES (1, 'x', 2.5, '2020-01-01'), (2, 'y', NULL, NULL)")
    run("SELECT b, count(*), sum(c), max(d) FROM t WHERE a > 0 AND b LIKE 'x%' GROUP BY b ORDER BY 2 DESC LIMIT 3")
    run('SELECT * FROM t JOIN t u USING (a) ORDER BY t.b')
    run("SELECT a FROM t WHERE e <> 'x' AND d > '2020-01-01' AND e IN ('a', 'b')")
    run("UPDATE t SET c = c + 1 WHERE b = 'x'")
    run('DELETE FROM t WHERE a = 2')
    db.query('EXPLAIN SELECT 1')
    console.log(loaded())`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(output.trim()).toBe('true')
})

test('what is late are modules of the engine', () => {
  expect(isLate(join(root, 'src/io/csv/read.ts'))).toBe(true)
  expect(isLate(join(root, 'src/session.ts'))).toBe(false)
  expect(isLate(join(root, 'repl/main.ts'))).toBe(false)
})
