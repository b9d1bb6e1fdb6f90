/**
 * Reads sqllogictest scripts in the three flavours of our corpora: SQLite's (one value a line, hashes), sqllogictest-rs's
 * (one row a line, `include`, `statement error CODE`) and DuckDB's (`loop`, `foreach`, `require`, `mode`). Our own scripts, in
 * test/sql, are like sqllogictest-rs's, and say more:
 *
 *   statement count 2          the number of rows changed
 *   DELETE FROM t WHERE a < 3
 *
 *   statement error 42P01      the SQLSTATE, and below the line the whole message
 *   SELECT * FROM nowhere
 *   ----
 *   relation "nowhere" does not exist
 *
 *   connection b               the session that runs the records below
 */

export type SortMode = 'nosort' | 'rowsort' | 'valuesort'

export interface StatementRecord {
  readonly kind: 'statement'
  readonly line: number
  readonly sql: string
  readonly expect: 'ok' | 'error' | 'maybe'
  /** An SQLSTATE that the error must have. */
  readonly code?: string
  /** The error's message. */
  readonly message?: string
  /** How many rows the statement must change. */
  readonly count?: number
  readonly connection?: string
}

export interface QueryRecord {
  readonly kind: 'query'
  readonly line: number
  readonly sql: string
  /** One letter per column: T, I, R, B, … */
  readonly types: string
  readonly sort: SortMode
  readonly label?: string
  /** Lines below `----`. */
  readonly expected: readonly string[]
  readonly connection?: string
}

export interface SkippedRecord {
  readonly kind: 'skipped'
  readonly line: number
}

export type ScriptRecord = StatementRecord | QueryRecord | SkippedRecord

export interface ScriptOptions {
  /** Names that `onlyif` and `skipif` mean us by. */
  readonly engines: readonly string[]
  /** Reads a file that `include` names, relative to the script. */
  readonly include?: (name: string) => string
}

/** How the rows are sorted before they are compared, by the words for it. */
const sortModes: Readonly<Record<string, SortMode>> = {
  nosort: 'nosort',
  rowsort: 'rowsort',
  sort: 'rowsort',
  valuesort: 'valuesort',
}

/** The features that DuckDB's scripts may require and that always hold here. */
const alwaysHad =
  /^(skip_reload|vector_size|noforcestorage|no_vector_verification|longdouble|64bit|notwindows|noalternativeverify|strinline|block_size)$/

/** The records of a script, loops unrolled and includes read in. */
export function parseScript(text: string, options: ScriptOptions): ScriptRecord[] {
  const lines = text.split('\n').map((content, i) => ({ content: content.replace(/\r$/, ''), line: i + 1 }))
  const records: ScriptRecord[] = []
  const state: State = { skipping: false, done: false }
  readBlock(lines, records, options, state)
  return records
}

interface Line {
  readonly content: string
  readonly line: number
}

interface State {
  skipping: boolean
  done: boolean
  connection?: string
}

function readBlock(lines: readonly Line[], records: ScriptRecord[], options: ScriptOptions, state: State): void {
  let at = 0
  while (at < lines.length && !state.done) {
    const { content, line } = lines[at]
    const words = content.trim().split(/\s+/)
    if (words[0] === 'loop' || words[0] === 'foreach') {
      const end = endOfLoop(lines, at)
      unroll(words, lines.slice(at + 1, end), records, options, state)
      at = end + 1
    } else if (words[0] === 'halt') {
      state.done = true
    } else if (words[0] === 'mode') {
      if (words[1] === 'skip') state.skipping = true
      if (words[1] === 'unskip') state.skipping = false
      at++
    } else if (words[0] === 'connection') {
      state.connection = words[1] === 'default' ? undefined : words[1]
      at++
    } else if (words[0] === 'require') {
      if (!alwaysHad.test(words[1])) state.done = true
      at++
    } else if (words[0] === 'include') {
      if (!options.include) throw new Error(`line ${line}: include without files`)
      records.push(...parseScript(options.include(words[1]), options))
      at++
    } else if (['statement', 'query', 'onlyif', 'skipif'].includes(words[0])) {
      at = readRecord(lines, at, records, options, state)
    } else at++
  }
}

function endOfLoop(lines: readonly Line[], start: number): number {
  let depth = 0
  for (let at = start; at < lines.length; at++) {
    const word = lines[at].content.trim().split(/\s+/)[0]
    if (word === 'loop' || word === 'foreach') depth++
    if (word === 'endloop' && --depth === 0) return at
  }
  throw new Error(`line ${lines[start].line}: loop without endloop`)
}

function unroll(
  words: string[],
  body: readonly Line[],
  records: ScriptRecord[],
  options: ScriptOptions,
  state: State,
): void {
  const name = words[1]
  const values =
    words[0] === 'loop'
      ? Array.from({ length: Number(words[3]) - Number(words[2]) }, (_, i) => String(Number(words[2]) + i))
      : words.slice(2)
  for (const value of values) {
    const filled = body.map(({ content, line }) => ({
      content: content.replaceAll(`\${${name}}`, value).replaceAll(`{${name}}`, value),
      line,
    }))
    readBlock(filled, records, options, state)
  }
}

/** Reads one record with its conditions; returns where the next begins. */
function readRecord(
  lines: readonly Line[],
  start: number,
  records: ScriptRecord[],
  options: ScriptOptions,
  state: State,
): number {
  let at = start
  let wanted = !state.skipping
  for (; at < lines.length; at++) {
    const [word, engine] = lines[at].content.trim().split(/\s+/)
    const isUs = options.engines.includes(engine?.toLowerCase())
    if (word === 'onlyif') wanted &&= isUs
    else if (word === 'skipif') wanted &&= !isUs
    else break
  }
  const head = lines[at]
  if (head.content.trim() === 'halt') {
    state.done ||= wanted
    return at + 1
  }
  const words = head.content.trim().split(/\s+/)
  at++
  const sql: string[] = []
  while (at < lines.length && lines[at].content.trim() !== '' && lines[at].content.trim() !== '----')
    sql.push(lines[at++].content)
  const expected: string[] = []
  let hasExpected = false
  if (at < lines.length && lines[at].content.trim() === '----') {
    hasExpected = true
    at++
    while (at < lines.length && lines[at].content !== '') expected.push(lines[at++].content)
  }
  if (!wanted) {
    records.push({ kind: 'skipped', line: head.line })
    return at
  }
  records.push({ ...makeRecord(words, head.line, sql.join('\n'), expected, hasExpected), connection: state.connection })
  return at
}

function makeRecord(
  words: string[],
  line: number,
  sql: string,
  expected: readonly string[],
  hasExpected: boolean,
): StatementRecord | QueryRecord {
  if (words[0] === 'statement' || words[1] === 'error') {
    const expect = words[1] === 'error' ? 'error' : words[1] === 'maybe' ? 'maybe' : 'ok'
    const rest = words.slice(2).filter((word) => word !== 'pgcode')
    const code = rest.find((word) => /^[0-9A-Z]{5}$/.test(word))
    const count = words[1] === 'count' ? Number(words[2]) : undefined
    return { kind: 'statement', line, sql, expect, code, count, message: hasExpected ? expected.join('\n') : undefined }
  }
  const sortAt = words.findIndex((word) => word in sortModes)
  const sort = sortAt === -1 ? 'nosort' : sortModes[words[sortAt]]
  const types = words[1] && !(words[1] in sortModes) ? words[1] : ''
  const label = sortAt >= 0 ? words[sortAt + 1] : undefined
  return { kind: 'query', line, sql, types, sort, label, expected }
}
