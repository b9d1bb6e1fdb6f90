/** SQLite through better-sqlite3, in memory. Dates are texts there, so the queries' date expressions are rewritten. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'
import { oltpTask } from './tasks.ts'

interface SqliteStatement {
  raw(): SqliteStatement
  all(...args: unknown[]): unknown[][]
  get(...args: unknown[]): unknown
  run(...args: unknown[]): unknown
}
interface Sqlite {
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  transaction(body: () => void): () => void
}

export function open(): Peer {
  const Constructor = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Sqlite
  const db = new Constructor(':memory:')
  return {
    load(directory, schema, tables) {
      db.exec(readFileSync(schema, 'utf8'))
      for (const table of tables) {
        const lines = readFileSync(join(directory, `${table}.csv`), 'utf8').split('\n')
        if (lines.at(-1) === '') lines.pop()
        const width = lines[0].split('|').length
        const insert = db.prepare(`INSERT INTO ${table} VALUES (${new Array(width).fill('?').join(', ')})`)
        db.transaction(() => {
          for (const line of lines) insert.run(...line.split('|'))
        })()
      }
      db.exec('ANALYZE')
    },
    run: (sql) => db.prepare(sqliteDates(sql)).raw().all(),
    task: (name, size) =>
      oltpTask(name, size, {
        exec: (sql) => db.exec(sql),
        prepare: (sql) => db.prepare(sql.replace(/\$\d+/g, '?')),
        query: (sql, parameters) => {
          const statement = db.prepare(sql.replace(/\$\d+/g, '?'))
          return sql.startsWith('SELECT') ? statement.get(...parameters) : statement.run(...parameters)
        },
        transaction: (body) => db.transaction(body)(),
      }),
  }
}

function sqliteDates(sql: string): string {
  return sql
    .replace(/CAST\('(\d{4}-\d\d-\d\d)' AS date\)/gi, "'$1'")
    .replace(/extract\(\s*year\s+FROM\s+([\w.]+)\)/gi, "CAST(strftime('%Y', $1) AS INTEGER)")
}
