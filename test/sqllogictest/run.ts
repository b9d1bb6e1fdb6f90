/** Runs a sqllogictest script against a database of its own and reports every record that does not hold. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Database, SqlError } from '../../src/index.ts'
import { compareNumbersAsFloats, difference } from './compare.ts'
import { parseScript, type QueryRecord, type StatementRecord } from './script.ts'

export interface Failure {
  readonly line: number
  readonly sql: string
  readonly message: string
}

export interface Report {
  readonly file: string
  readonly passed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
  /** Exceptions that are not SqlErrors: crashes of ours. */
  readonly crashes: number
  readonly queries: number
  readonly queriesPassed: number
  readonly errors: number
  readonly errorsPassed: number
}

export interface RunOptions {
  /** Statements run first, such as SET execution = 'interpreted'. */
  readonly setup?: readonly string[]
  /** Lines of records that need not pass. */
  readonly masked?: ReadonlySet<number>
  readonly database?: () => Database
}

const engines = ['postgresql', 'postgres', 'colonnade']

export function runFile(file: string, options: RunOptions = {}): Report {
  const directory = dirname(file)
  const records = parseScript(readFileSync(file, 'utf8'), {
    engines,
    include: (name) => readFileSync(join(directory, name), 'utf8'),
  })
  compareNumbersAsFloats(/\/(duckdb|datafusion)\//.test(file))
  const database = options.database?.() ?? new Database()
  for (const statement of options.setup ?? []) database.exec(statement)
  const failures: Failure[] = []
  const labels = new Map<string, string>()
  let passed = 0
  let skipped = 0
  let crashes = 0
  const counts = { queries: 0, queriesPassed: 0, errors: 0, errorsPassed: 0 }
  for (const record of records) {
    if (record.kind === 'skipped') {
      skipped++
      continue
    }
    if (options.masked?.has(record.line)) {
      skipped++
      attempt(database, record.sql)
      continue
    }
    let message: string | undefined
    try {
      message = record.kind === 'statement' ? runStatement(database, record) : runQuery(database, record, labels)
    } catch (error) {
      crashes++
      message = `crashed: ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ⏎ ') : error}`
    }
    if (record.kind === 'query') {
      counts.queries++
      if (message === undefined) counts.queriesPassed++
    } else if (record.expect === 'error') {
      counts.errors++
      if (message === undefined) counts.errorsPassed++
    }
    if (message === undefined) passed++
    else failures.push({ line: record.line, sql: record.sql, message })
  }
  database.close()
  return { file, passed, skipped, failures, crashes, ...counts }
}

/** Masked records still run: what they change is part of the script. */
function attempt(database: Database, sql: string): void {
  try {
    database.exec(sql)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
  }
}

function runStatement(database: Database, record: StatementRecord): string | undefined {
  try {
    database.exec(record.sql)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    if (record.expect === 'maybe') return undefined
    if (record.expect === 'ok') return `${error.code}: ${error.message}`
    if (record.code !== undefined && record.code !== error.code) {
      return `expected error ${record.code}, got ${error.code}: ${error.message}`
    }
    return undefined
  }
  return record.expect === 'error' ? `expected an error${record.code ? ` ${record.code}` : ''}, but it ran` : undefined
}

function runQuery(database: Database, record: QueryRecord, labels: Map<string, string>): string | undefined {
  try {
    const result = database.exec(record.sql)
    const rows = result.text
    const found = difference(
      record,
      rows,
      result.columns.map((column) => column.type),
    )
    if (found || !record.label || record.label.startsWith('+')) return found
    const text = JSON.stringify([...rows].map((row) => row.join('|')).sort())
    const earlier = labels.get(record.label)
    labels.set(record.label, text)
    return earlier === undefined || earlier === text ? undefined : `another result than the earlier query labelled ${record.label}`
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return `${error.code}: ${error.message}`
  }
}
