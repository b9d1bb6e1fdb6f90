/** DuckDB through its Node binding. BENCH_THREADS is its number of threads, 1 when not given. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'

interface Connection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][]; getRowObjectsJS(): object[] }>
}

export async function open(): Promise<Peer> {
  const packageName = '@duckdb/node-api'
  const { DuckDBInstance } = await import(packageName)
  const instance = await DuckDBInstance.create(':memory:')
  const connection: Connection = await instance.connect()
  await connection.run(`SET threads = ${process.env.BENCH_THREADS ?? 1}`)
  return {
    async load(directory, schema, tables) {
      await connection.run(readFileSync(schema, 'utf8'))
      for (const table of tables) {
        await connection.run(
          `COPY ${table} FROM '${join(directory, `${table}.csv`)}' (DELIMITER '|', HEADER false, NULLSTR '\\N')`,
        )
      }
    },
    run: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    async task(name) {
      if (name !== 'memory') return undefined
      const counted = await connection.runAndReadAll('SELECT sum(memory_usage_bytes) FROM duckdb_memory()')
      return Number(counted.getRows()[0][0])
    },
    objects: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
  }
}
