/**
 * Ourselves, as built, since that is what a user has. On BENCH_THREADS threads; BENCH_EXECUTION chooses the path: auto, compiled
 * or interpreted.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as api from '../../src/index.node.ts'
import type { Peer } from '../protocol.ts'
import { oltpTask } from './tasks.ts'

export async function open(): Promise<Peer> {
  const built = '../../dist/index.node.js'
  const { Database } = (await import(built)) as typeof api
  const db = new Database({ threads: Number(process.env.BENCH_THREADS ?? 1) })
  if (process.env.BENCH_EXECUTION) db.exec(`SET execution = '${process.env.BENCH_EXECUTION}'`)
  return {
    load(directory, schema, tables) {
      db.exec(readFileSync(schema, 'utf8'))
      for (const table of tables) {
        db.exec(`COPY ${table} FROM '${join(directory, `${table}.csv`)}' (FORMAT csv, DELIMITER '|', NULL '\\N')`)
      }
    },
    run: (sql) => db.query(sql, undefined, { decimal: 'string', bigint: 'bigint' }).values,
    objects: (sql) => db.query(sql).rows,
    task: (name, size) => {
      if (name === 'memory') return db.memory().used
      return oltpTask(name, size, {
        exec: (sql) => db.exec(sql),
        prepare: (sql) => {
          const statement = db.prepare(sql)
          return {
            get: (...args) => statement.get(...args),
            run: (...args) => statement.run(...args),
            all: (...args) => statement.all(...args),
          }
        },
        query: (sql, parameters) => {
          const result = db.query(sql, parameters)
          return sql.startsWith('SELECT') ? result.first() : result.rowCount
        },
        transaction: (body) => db.transaction(body),
        insertObjects: (table, rows) => db.insert(table, rows),
        insertColumns: (table, columns) => db.insert(table, columns),
      })
    },
  }
}
