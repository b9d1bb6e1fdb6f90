/** Runs a sqllogictest script against a database of its own and reports every record that does not hold. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Connection, Database, SqlError } from '../../src/index.node.ts'
import { compareNumbersAsFloats, difference, exactDifference } from './compare.ts'
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
  /** Our own scripts: rows are compared letter by letter, cells parted by tabs. */
  readonly exact?: boolean
  /** Rows may come in any order where the query has no ORDER BY, whatever the script says. */
  readonly anyOrder?: boolean
  /** Only so many records from the beginning. */
  readonly limit?: number
}

const engines = ['postgresql', 'postgres', 'colonnade']

export function runFile(file: string, options: RunOptions = {}): Report {
  const directory = dirname(file)
  const records = parseScript(readFileSync(file, 'utf8'), {
    engines,
    include: (name) => readFileSync(join(directory, name), 'utf8'),
  })
  compareNumbersAsFloats(/\/(duckdb|datafusion)\//.test(file) && !options.exact)
  const run = new ScriptRun(options)
  const failures: Failure[] = []
  let passed = 0
  let skipped = 0
  let crashes = 0
  const counts = { queries: 0, queriesPassed: 0, errors: 0, errorsPassed: 0 }
  for (const record of records.slice(0, options.limit)) {
    if (record.kind === 'skipped') {
      skipped++
      continue
    }
    if (options.masked?.has(record.line)) {
      skipped++
      run.attempt(record.sql)
      continue
    }
    let message: string | undefined
    try {
      message = record.kind === 'statement' ? run.statement(record) : run.query(record)
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
  run.close()
  return { file, passed, skipped, failures, crashes, ...counts }
}

/** A script's database, its sessions, and a folder of its own for files: `$__TEST_DIR__` in SQL. */
class ScriptRun {
  private readonly options: RunOptions
  private readonly database: Database
  private readonly connections = new Map<string, Connection>()
  private readonly labels = new Map<string, string>()
  private folder: string | undefined

  constructor(options: RunOptions) {
    this.options = options
    this.database = options.database?.() ?? new Database()
    for (const statement of options.setup ?? []) this.database.exec(statement)
  }

  /** Masked records still run: what they change is part of the script. */
  attempt(sql: string): void {
    try {
      this.database.exec(sql)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
    }
  }

  statement(record: StatementRecord): string | undefined {
    let rowCount: number
    try {
      rowCount = this.connection(record.connection).exec(this.textOf(record.sql)).rowCount
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      if (record.expect === 'maybe') return undefined
      if (record.expect === 'ok') return `${error.code}: ${error.message}`
      if (record.code !== undefined && record.code !== error.code) {
        return `expected error ${record.code}, got ${error.code}: ${error.message}`
      }
      if (record.message !== undefined && this.options.exact && this.textOf(record.message) !== error.message) {
        return `expected the message ${JSON.stringify(record.message)}, got ${JSON.stringify(error.message)}`
      }
      return undefined
    }
    if (record.expect === 'error') return `expected an error${record.code ? ` ${record.code}` : ''}, but it ran`
    if (record.count !== undefined && record.count !== rowCount)
      return `expected ${record.count} rows changed, got ${rowCount}`
    return undefined
  }

  query(record: QueryRecord): string | undefined {
    try {
      const result = this.connection(record.connection).exec(this.textOf(record.sql))
      const rows = result.text
      if (this.options.exact) return exactDifference(record, rows, result.columns.length)
      const types = result.columns.map((column) => column.type)
      const isOrdered = !this.options.anyOrder || record.sort !== 'nosort' || /\border\s+by\b/i.test(record.sql)
      return (
        difference(isOrdered ? record : { ...record, sort: 'rowsort' }, rows, types) ??
        this.labelDifference(record, rows)
      )
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      return `${error.code}: ${error.message}`
    }
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close()
    this.database.close()
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true })
  }

  /** Equal labels promise equal results. */
  private labelDifference({ label }: QueryRecord, rows: readonly (readonly (string | null)[])[]): string | undefined {
    if (!label || label.startsWith('+')) return undefined
    const text = JSON.stringify(rows.map((row) => row.join('|')).sort())
    const earlier = this.labels.get(label)
    this.labels.set(label, text)
    return earlier === undefined || earlier === text
      ? undefined
      : `another result than the earlier query labelled ${label}`
  }

  private connection(name: string | undefined): Connection {
    if (name === undefined) return this.database
    let connection = this.connections.get(name)
    if (!connection) {
      connection = this.database.connect()
      for (const statement of this.options.setup ?? []) connection.exec(statement)
      this.connections.set(name, connection)
    }
    return connection
  }

  private textOf(sql: string): string {
    if (!sql.includes('$__TEST_DIR__')) return sql
    this.folder ??= mkdtempSync(join(tmpdir(), 'colonnade-'))
    return sql.replaceAll('$__TEST_DIR__', this.folder)
  }
}
