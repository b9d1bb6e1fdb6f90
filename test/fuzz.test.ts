/**
 * Bad input: thousands of valid statements, each damaged at random. Whatever comes in, an SqlError with an SQLSTATE or a result
 * comes out, within the time allowed; and the database still knows what it knew.
 *
 *   FUZZ_SEED=7 FUZZ_COUNT=100000 npx vitest run test/fuzz.test.ts
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Database, SqlError, tokenize } from '../src/index.ts'
import { corpus, filesBelow } from './corpora/corpora.ts'
import { parseScript } from './sqllogictest/script.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20240229)
const count = Number(process.env.FUZZ_COUNT ?? 12_000)
/** Mutations that share a database. */
const batch = 400
/** Milliseconds after which a statement is cancelled, and within which it must then have ended. */
const limit = { cancel: 500, end: 8000 }

type Random = () => number

/** Mulberry32: the same numbers from the same seed. */
function random(state: number): Random {
  let at = state
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let t = Math.imul(at ^ (at >>> 15), 1 | at)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]
}

function statementsOf(script: string): string[] {
  return parseScript(script, { engines: ['postgresql'] }).flatMap((record) =>
    record.kind === 'skipped' ? [] : [record.sql],
  )
}

/** Valid statements: our own scripts', and the shared corpora's when they are here. */
function seedStatements(): string[] {
  const own = join(import.meta.dirname, 'sql')
  const files = readdirSync(own, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.slt'))
  const found = files.sort().flatMap((name) => statementsOf(readFileSync(join(own, name), 'utf8')))
  for (const name of ['risinglight-bustub', 'datafusion'].filter((folder) => existsSync(corpus(folder)))) {
    for (const file of filesBelow(corpus(name), '.slt'))
      found.push(...statementsOf(readFileSync(corpus(name, file), 'utf8')))
  }
  for (const file of filesBelow(corpus('tpch', 'queries'), '.sql'))
    found.push(readFileSync(corpus('tpch', 'queries', file), 'utf8'))
  return found.filter((sql) => sql.length < 5000)
}

const noise = [
  "'",
  '"',
  '$$',
  '--',
  '/*',
  '*/',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ';',
  '.',
  '..',
  '::',
  ':',
  '$1',
  '?',
  '\\',
  '\0',
  '\u{1f642}',
  '\ud83d',
  '%',
  '1e999',
  '99999999999999999999999',
  '-',
  '*',
  '=',
  '<>',
  'NULL',
  'DISTINCT',
  'FROM',
  'ALL',
  'OVER ()',
  'LATERAL',
  "E'\\x'",
  "U&'\\'",
  'ARRAY[',
  'ROW(',
  "'infinity'::date",
  "interval '1 year'",
  '(SELECT 1)',
  'count(*)',
  't.*',
  'DEFAULT',
  '0',
]

type Mutation = (sql: string, next: Random, other: string) => string

/** Cuts a statement into its tokens and the blanks between them. */
function pieces(sql: string): string[] {
  const parts: string[] = []
  let end = 0
  for (const token of tokenize(sql)) {
    if (token.start > end) parts.push(sql.slice(end, token.start))
    parts.push(sql.slice(token.start, token.end))
    end = token.end
  }
  parts.push(sql.slice(end))
  return parts.filter((part) => part !== '')
}

function onPieces(change: (parts: string[], next: Random, other: string) => void): Mutation {
  return (sql, next, other) => {
    const parts = pieces(sql)
    if (parts.length > 0) change(parts, next, other)
    return parts.join('')
  }
}

function place(parts: readonly string[], next: Random): number {
  return Math.floor(next() * parts.length)
}

/** Names that exist, so that damaged statements get beyond the parser. */
const names = [
  't',
  'a',
  'b',
  'w',
  'id',
  'v',
  'x',
  'y',
  'n',
  'k',
  'd',
  'c',
  's',
  'j',
  'twice',
  'a_id',
  'u',
  'sum',
  'max',
  'coalesce',
]

const wrappers = [
  'abs(_)',
  'count(_)',
  'sum(_) OVER ()',
  '(SELECT _)',
  '(_, _)',
  'ARRAY[_]',
  '_::text',
  '_::integer',
  '(_ IS NULL)',
  'CASE WHEN true THEN _ END',
  'EXISTS (SELECT _)',
  '(_)[1]',
  '- _',
  'NOT _',
  'array_agg(DISTINCT _ ORDER BY _)',
  'COLLATE "C" _',
  '_ COLLATE "C"',
  'unnest(ARRAY[_])',
]

/** Gives words other names, each with the given probability. */
function renameSome(parts: string[], next: Random, probability: number): void {
  const words = parts.flatMap((part, i) => (/^[a-z_]\w*$/.test(part) ? [i] : []))
  if (words.length === 0) return
  if (probability === 1) parts[pick(words, next)] = pick(names, next)
  else for (const i of words) if (next() < probability) parts[i] = pick(names, next)
}

const mutations: readonly Mutation[] = [
  onPieces((parts, next) => void parts.splice(place(parts, next), 1)),
  onPieces((parts, next) => void parts.splice(place(parts, next), 1 + Math.floor(next() * 5))),
  onPieces((parts, next) => {
    const at = place(parts, next)
    parts.splice(at, 0, parts[at], ' ')
  }),
  onPieces((parts, next) => {
    const a = place(parts, next)
    const b = place(parts, next)
    ;[parts[a], parts[b]] = [parts[b], parts[a]]
  }),
  onPieces((parts, next) => {
    parts[place(parts, next)] = pick(noise, next)
  }),
  onPieces((parts, next) => void parts.splice(place(parts, next), 0, ' ', pick(noise, next), ' ')),
  onPieces((parts, next, other) => void parts.splice(place(parts, next), 1, pick(pieces(other), next))),
  onPieces((parts, next, other) => void parts.splice(place(parts, next), 0, ` (${other}) `)),
  onPieces((parts, next) => renameSome(parts, next, 1)),
  onPieces((parts, next) => renameSome(parts, next, 0.3)),
  onPieces((parts, next) => {
    const at = place(parts, next)
    parts[at] = pick(wrappers, next).replace('_', parts[at])
  }),
  (sql, next) => sql.slice(0, Math.floor(next() * sql.length)),
  (sql, next) => sql.slice(Math.floor(next() * sql.length)),
  (sql, next) => {
    const at = Math.floor(next() * sql.length)
    return (
      sql.slice(0, at) +
      String.fromCharCode(Math.floor(next() * (next() < 0.7 ? 128 : 65536))) +
      sql.slice(at + Math.floor(next() * 2))
    )
  },
  (sql, next, other) => sql.slice(0, Math.floor(next() * sql.length)) + other.slice(Math.floor(next() * other.length)),
  (sql, next) =>
    sql.replace(/\d+/g, (number) =>
      next() < 0.5 ? number : pick(['0', '-1', '2147483648', '1.5', '1e10', 'NULL'], next),
    ),
]

/** The tables that our scripts talk of most, with few rows. */
const tables = `
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, v integer, c numeric(8, 2), d date, k text, n integer);
INSERT INTO t SELECT i, i % 3, 'b' || i, i * 10, i / 4.0, date '2024-01-01' + i, 'k' || i % 2, NULLIF(i, 4) FROM generate_series(1, 9) AS g(i);
CREATE TABLE a (id integer, x text, v integer);
INSERT INTO a VALUES (1, 'one', 10), (2, 'two', NULL), (NULL, 'none', 30);
CREATE TABLE b (id integer, a_id integer, y double precision, s text[], j jsonb);
INSERT INTO b VALUES (10, 1, 1.5, '{p,q}', '{"k": [1, 2]}'), (11, 2, 'NaN', NULL, NULL);
CREATE VIEW w AS SELECT id, v * 2 AS twice FROM t WHERE v > 20;
CREATE SEQUENCE s;
`

/** What must hold whatever has happened elsewhere in the database. */
const controls: readonly (readonly [string, string])[] = [
  ['SELECT count(*), sum(n), max(s) FROM kept.number', '[["1000","500500","text 999"]]'],
  ['SELECT n FROM kept.number WHERE n = 77', '[["77"]]'],
  [
    "SELECT n % 3 AS g, count(*) FROM kept.number WHERE s LIKE 'text 1%' GROUP BY g ORDER BY g",
    '[["0","36"],["1","40"],["2","36"]]',
  ],
  ['SELECT count(*) FROM kept.number x JOIN kept.number y ON x.n = y.n + 990', '[["10"]]'],
]

function checkControls(database: Database): void {
  const session = database.connect()
  for (const [sql, expected] of controls) expect(JSON.stringify(session.query(sql).text), sql).toBe(expected)
  session.exec('CREATE TABLE kept.more (x integer); INSERT INTO kept.more VALUES (1); UPDATE kept.more SET x = 2')
  expect(session.query('SELECT x FROM kept.more').text).toEqual([['2']])
  session.exec('DROP TABLE kept.more')
  session.close()
}

interface Crash {
  readonly sql: string
  readonly what: string
}

/** Runs one damaged statement; what it should not have done. */
function attempt(database: Database, sql: string): Crash | undefined {
  const start = performance.now()
  try {
    const result = database.session.withInterrupt({ timeout: limit.cancel }, () => database.exec(sql))
    if (result.rowCount < 10_000) result.text
  } catch (error) {
    if (!(error instanceof SqlError))
      return { sql, what: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    if (!/^[0-9A-Z]{5}$/.test(error.code)) return { sql, what: `no SQLSTATE: ${error.code}` }
    // PostgreSQL has errors of this class of its own; a failure of ours has a cause.
    if (error.code === 'XX000' && error.cause !== undefined) return { sql, what: `XX000: ${error.message}` }
  }
  const elapsed = performance.now() - start
  return elapsed > limit.end ? { sql, what: `took ${Math.round(elapsed)} ms` } : undefined
}

test(`${count} damaged statements, seed ${seed}`, { timeout: 600_000 }, () => {
  const statements = seedStatements()
  expect(statements.length).toBeGreaterThan(1000)
  const next = random(seed)
  const crashes: Crash[] = []
  for (let done = 0; done < count; done += batch) {
    const database = new Database({ memoryLimit: '512MB' })
    database.exec('CREATE SCHEMA kept; CREATE TABLE kept.number (n integer PRIMARY KEY, s text)')
    database.exec("INSERT INTO kept.number SELECT i, 'text ' || i FROM generate_series(1, 1000) AS g(i)")
    database.exec(tables)
    database.exec(`SET execution = '${pick(['auto', 'compiled', 'interpreted'], next)}'`)
    for (let i = 0; i < Math.min(batch, count - done); i++) {
      let sql = pick(statements, next)
      for (let times = 1 + Math.floor(next() * 3); times > 0; times--)
        sql = pick(mutations, next)(sql, next, pick(statements, next))
      const crash = attempt(database, sql)
      if (crash) crashes.push(crash)
      if (database.transactionState !== 'idle' && next() < 0.5) database.exec('ROLLBACK')
    }
    checkControls(database)
    database.close()
  }
  expect(crashes.slice(0, 20).map(({ sql, what }) => `${sql}\n${what}`)).toEqual([])
})
