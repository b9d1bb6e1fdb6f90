/**
 * The query sets of ../shared/corpora over made-up data, beside PostgreSQL: every answer compared, the time of each query as a
 * ratio. PostgreSQL is what psql reaches (PGHOST, PGUSER, PGDATABASE); it gets primary keys, the indexes a user would make,
 * ANALYZE and memory to sort and hash in. Data stay there, in a schema per set, until their size or their makers change.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../src/index.node.ts'
import { difference, type TextRow } from '../test/corpora/data/compare.ts'
import { type Query, type QuerySet, querySets } from '../test/corpora/data/made.ts'
import { csvChunks, load, type MadeData } from '../test/corpora/data/tables.ts'

export interface CorporaOptions {
  readonly sets: readonly string[]
  readonly size: number
  readonly rounds: number
  /** Part of the names of the queries to run. */
  readonly queries: string
  /** Our tables get the keys and indexes that PostgreSQL's have. */
  readonly keyed: boolean
}

interface Line {
  readonly name: string
  readonly ours: number
  readonly theirs?: number
  readonly rows: number
  readonly note: string
}

const settings = `SET work_mem = '256MB'; SET jit = off; SET statement_timeout = '25s'; SET max_parallel_workers_per_gather = 0;`

export async function corpora(options: CorporaOptions): Promise<string> {
  const hasPostgres = canReachPostgres()
  if (!hasPostgres) console.error('PostgreSQL: skipped, for psql reaches none')
  const parts: string[] = []
  for (const set of querySets) {
    if (!options.sets.includes(set.name)) continue
    parts.push(await runSet(set, options, hasPostgres))
  }
  return parts.join('\n\n')
}

async function runSet(set: QuerySet, options: CorporaOptions, hasPostgres: boolean): Promise<string> {
  const data = set.make(options.size)
  if (hasPostgres) await fillPostgres(set, data, options.size)
  const database = new Database()
  load(database, data)
  if (options.keyed) database.exec(indexStatements(data))
  const lines: Line[] = []
  for (const query of set.queries()) {
    if (!query.name.includes(options.queries)) continue
    const line = runQuery(query, set, database, options.rounds, hasPostgres)
    lines.push(line)
    const ratio =
      line.theirs === undefined ? '' : `${line.theirs.toFixed(0)} ms there, ${(line.ours / line.theirs).toFixed(2)}×`
    console.error(`${line.name}: ${line.ours.toFixed(1)} ms ${ratio} ${line.rows} rows ${line.note}`)
  }
  database.close()
  return table(set.name, options.size, lines)
}

function runQuery(query: Query, set: QuerySet, database: Database, rounds: number, hasPostgres: boolean): Line {
  const { name, sql } = query
  const times: number[] = []
  try {
    const answer = database.exec(sql)
    const ours = { columns: answer.columns, rows: answer.text }
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      void database.query(sql, undefined, { decimal: 'string', bigint: 'string' }).values.length
      times.push(performance.now() - start)
    }
    const line = { name, ours: median(times), rows: ours.rows.length }
    if (!hasPostgres) return { ...line, note: '' }
    const theirs = askPostgres(query.postgres, set.name, rounds)
    return { ...line, theirs: median(theirs.times), note: difference(sql, ours, theirs.rows) ?? '' }
  } catch (error) {
    return { name, ours: median(times), rows: 0, note: String(error).replace(/\s+/g, ' ').slice(0, 300) }
  }
}

function table(name: string, size: number, lines: readonly Line[]): string {
  const measured = lines.filter((line) => line.theirs !== undefined)
  const ratios = measured.map((line) => line.ours / (line.theirs as number))
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / Math.max(1, ratios.length))
  const slower = measured
    .filter((line) => line.ours > (line.theirs as number))
    .map((line) => line.name.split(' ').slice(1).join(' '))
  const different = lines.filter((line) => line.note !== '')
  return [
    `### ${name}, size ${size}: beside PostgreSQL`,
    '',
    '| queries | different | ours, sum ms | PostgreSQL, sum ms | geomean of ratios | worst ratio | slower than PostgreSQL |',
    '|---|---|---|---|---|---|---|',
    `| ${lines.length} | ${different.length} | ${sum(lines.map((line) => line.ours))} | ${sum(measured.map((line) => line.theirs as number))} | ${mean.toFixed(3)} | ${Math.max(0, ...ratios).toFixed(2)} | ${slower.join(', ') || 'none'} |`,
    ...different.map((line) => `\n${line.name}: ${line.note}`),
  ].join('\n')
}

function sum(values: readonly number[]): string {
  return values.reduce((total, value) => total + value, 0).toFixed(0)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

// ───────────────────────────────────────────────────────── PostgreSQL

function psql(script: string): string {
  return execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
    input: script,
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

function canReachPostgres(): boolean {
  try {
    psql('SELECT 1;')
    return true
  } catch {
    return false
  }
}

async function fillPostgres(set: QuerySet, data: MadeData, size: number): Promise<void> {
  const schema = `made_${set.name}`
  const version = `${size} ${makersHash()}`
  if (psql(`\\t\nSELECT obj_description(to_regnamespace('${schema}'), 'pg_namespace');`).includes(version)) return
  console.error(`${set.name}: filling PostgreSQL …`)
  psql(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema};\n${data.schema}`)
  for (const each of data.tables) {
    const columns = [...each.columns.keys()].join(', ')
    const child = spawn(
      'psql',
      ['-X', '-q', '-c', `COPY ${schema}.${each.name} (${columns}) FROM STDIN (FORMAT csv)`],
      { stdio: ['pipe', 'inherit', 'inherit'] },
    )
    for (const chunk of csvChunks(each))
      if (!child.stdin.write(chunk)) await new Promise((resolve) => child.stdin.once('drain', resolve))
    child.stdin.end()
    await new Promise((resolve) => child.once('close', resolve))
  }
  psql(
    `SET search_path = ${schema};\n${indexStatements(data)}\nVACUUM ANALYZE;\nCOMMENT ON SCHEMA ${schema} IS '${version}';`,
  )
}

function indexStatements(data: MadeData): string {
  return [
    ...Object.entries(data.keys).map(([name, key]) => `ALTER TABLE ${name} ADD PRIMARY KEY (${key});`),
    ...data.indexes.map(([name, column]) => `CREATE INDEX ON ${name} (${column});`),
  ].join('\n')
}

/** Changes when the code that makes the data does. */
function makersHash(): string {
  const folder = join(import.meta.dirname, '../test/corpora/data')
  const hash = createHash('sha1')
  for (const file of readdirSync(folder).sort())
    if (file !== 'compare.ts') hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

/** The rows, and the milliseconds of each hot run as psql measures them. */
function askPostgres(sql: string, set: string, rounds: number): { rows: TextRow[]; times: number[] } {
  const folder = mkdtempSync(join(tmpdir(), 'corpora-'))
  try {
    writeFileSync(join(folder, 'query.sql'), `${sql}\n;\n`)
    const output = psql(
      `SET search_path = made_${set};\n${settings}\n\\pset null '\u2205'\n\\pset format csv\n\\pset tuples_only on\n\\o ${folder}/rows.csv\n\\i ${folder}/query.sql\n` +
        `\\o /dev/null\n\\timing on\n${`\\i ${folder}/query.sql\n`.repeat(rounds)}`,
    )
    const times = [...output.matchAll(/Time: ([\d.]+) ms/g)].map(([, time]) => Number(time))
    return { rows: parseCsv(readFileSync(join(folder, 'rows.csv'), 'utf8')), times }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function parseCsv(text: string): TextRow[] {
  const rows: TextRow[] = []
  let row: (string | null)[] = []
  const fields = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)/g
  for (const [, quoted, plain, end] of text.matchAll(fields)) {
    row.push(plain === '\u2205' ? null : (quoted?.replaceAll('""', '"') ?? plain))
    if (end !== '\n') continue
    rows.push(row)
    row = []
  }
  return rows
}
