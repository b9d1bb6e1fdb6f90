/**
 * Cold start and weight: a new process for every run, which imports the package, opens a database in memory and has the first
 * result; and how many bytes an installation puts on the disk. The built package is measured, as a user would have it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Figures, type Measurement, summary, table } from './measure.ts'

interface Starter {
  readonly name: string
  /** The body of a module that leaves its first result in `rows`. */
  readonly body: string
  /** What is installed, as folders below the project's root. */
  readonly folders: readonly string[]
}

const root = join(import.meta.dirname, '..')
const peers = (...names: string[]): string[] => names.map((name) => join('bench', 'node_modules', name))

const starters: readonly Starter[] = [
  {
    name: 'colonnade',
    body: `const { Database } = await import('${join(root, 'dist', 'index.node.js')}')
      const rows = new Database().query('SELECT 40 + 2 AS x').values`,
    folders: ['dist', ...['hyparquet', 'hyparquet-compressors'].map((name) => join('node_modules', name))],
  },
  {
    name: 'duckdb',
    body: `const { DuckDBInstance } = await import('@duckdb/node-api')
      const connection = await (await DuckDBInstance.create(':memory:')).connect()
      const rows = (await connection.runAndReadAll('SELECT 40 + 2 AS x')).getRows()`,
    folders: peers('@duckdb'),
  },
  {
    name: 'better-sqlite3',
    body: `const { default: Sqlite } = await import('better-sqlite3')
      const rows = new Sqlite(':memory:').prepare('SELECT 40 + 2 AS x').raw().all()`,
    folders: peers('better-sqlite3', 'bindings', 'file-uri-to-path'),
  },
  {
    name: 'sql.js',
    body: `const { default: initialise } = await import('sql.js')
      const { Database } = await initialise()
      const rows = new Database().exec('SELECT 40 + 2 AS x')[0].values`,
    folders: peers('sql.js'),
  },
  {
    name: 'pglite',
    body: `const { PGlite } = await import('@electric-sql/pglite')
      const rows = (await new PGlite().query('SELECT 40 + 2 AS x', [], { rowMode: 'array' })).rows`,
    folders: peers('@electric-sql/pglite'),
  },
  {
    name: 'alasql',
    body: `const { default: alasql } = await import('alasql')
      const rows = alasql('SELECT 40 + 2 AS x').map((row) => Object.values(row))`,
    folders: peers('alasql'),
  },
]

/** The starts of all peers that are installed, in turns, and what each weighs. */
export function start(rounds: number): string {
  const installed = starters.filter(({ folders }) => existsSync(join(root, folders[0])))
  const first = new Map<string, number[]>(installed.map(({ name }) => [name, []]))
  const whole = new Map<string, number[]>(installed.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const starter of installed) {
      const { milliseconds, process } = run(starter)
      // The first round warms the file cache.
      if (round === 0) continue
      first.get(starter.name)?.push(milliseconds)
      whole.get(starter.name)?.push(process)
    }
  }
  const names = installed.map(({ name }) => name)
  const figures = (times: ReadonlyMap<string, number[]>): ReadonlyMap<string, Figures> =>
    new Map(names.map((name) => [name, summary(times.get(name) ?? [])]))
  const measurements: Measurement[] = [
    { item: 'import to first result', figures: figures(first) },
    { item: 'the whole process', figures: figures(whole) },
  ]
  const weights = installed.map(({ name, folders }) => `| ${name} | ${(weight(folders) / 1e6).toFixed(1)} |`)
  return `${table('Cold start', measurements, names)}\n\n| installed | MB |\n|---|--:|\n${weights.join('\n')}`
}

function run({ name, body }: Starter): { readonly milliseconds: number; readonly process: number } {
  const module = `const begin = performance.now()
    ${body}
    const milliseconds = performance.now() - begin
    process.stdout.write(JSON.stringify({ milliseconds, answer: Number(rows[0][0]) }))
    process.exit(0)`
  const begin = performance.now()
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', module], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  const elapsed = performance.now() - begin
  const { milliseconds, answer } = JSON.parse(text) as { milliseconds: number; answer: number }
  if (answer !== 42) throw new Error(`${name} answers ${answer}`)
  return { milliseconds, process: elapsed }
}

/** Bytes of all files below the folders, without the code cache, which no package brings. */
function weight(folders: readonly string[]): number {
  let bytes = 0
  for (const folder of folders) {
    const path = join(root, folder)
    if (!existsSync(path)) continue
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !entry.name.endsWith('.cache')) bytes += statSync(join(entry.parentPath, entry.name)).size
    }
  }
  return bytes
}
