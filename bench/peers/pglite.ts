/** PostgreSQL compiled to WebAssembly, in memory. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'

interface PGlite {
  exec(sql: string): Promise<unknown>
  query(sql: string, params?: unknown[], options?: Record<string, unknown>): Promise<{ rows: unknown[][] }>
}

export async function open(): Promise<Peer> {
  const packageName = '@electric-sql/pglite'
  const { PGlite } = (await import(packageName)) as { PGlite: { create(): Promise<PGlite> } }
  const db = await PGlite.create()
  return {
    async load(directory, schema, tables) {
      await db.exec(readFileSync(schema, 'utf8'))
      for (const table of tables) {
        const blob = new Blob([readFileSync(join(directory, `${table}.csv`))])
        await db.query(`COPY ${table} FROM '/dev/blob' (FORMAT csv, DELIMITER '|', NULL '\\N')`, [], { blob })
      }
      await db.exec('ANALYZE')
    },
    run: async (sql) => (await db.query(postgresWords(sql), [], { rowMode: 'array' })).rows,
  }
}

function postgresWords(sql: string): string {
  return sql.replace(/quantile_cont\((\w+), ([\d.]+)\)/g, 'percentile_cont($2) WITHIN GROUP (ORDER BY $1)')
}
