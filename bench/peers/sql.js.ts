/** SQLite compiled to WebAssembly, in memory. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'
import { schemaTables } from '../schema.ts'

interface SqlJs {
  readonly Database: new () => {
    run(sql: string): void
    exec(sql: string): { values: unknown[][] }[]
    prepare(sql: string): { run(values: readonly unknown[]): void; free(): void }
  }
}

export async function open(): Promise<Peer> {
  const start = createRequire(import.meta.url)('sql.js') as () => Promise<SqlJs>
  const { Database } = await start()
  const db = new Database()
  return {
    load(directory, schema, tables) {
      const text = readFileSync(schema, 'utf8')
      db.run(text)
      const columns = schemaTables(text)
      for (const table of tables) {
        const places = columns.get(table)!.map(() => '?')
        const insert = db.prepare(`INSERT INTO ${table} VALUES (${places.join(', ')})`)
        db.run('BEGIN')
        for (const line of readFileSync(join(directory, `${table}.csv`), 'utf8').split('\n')) {
          if (line !== '') insert.run(line.split('|'))
        }
        db.run('COMMIT')
        insert.free()
      }
      db.run('ANALYZE')
    },
    run: (sql) => db.exec(sql)[0]?.values ?? [],
  }
}
