/** Polars through nodejs-polars and its SQL. POLARS_MAX_THREADS is set from BENCH_THREADS. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'
import { schemaTables } from '../schema.ts'

interface Frame {
  rows(): unknown[][]
}
interface Polars {
  readCSV(path: string, options: Record<string, unknown>): Frame
  SQLContext: new (frames: Record<string, Frame>) => { execute(sql: string, options: { eager: true }): Frame }
  readonly [type: string]: unknown
}

const typeNames: Readonly<Record<string, string>> = {
  SMALLINT: 'Int16',
  INTEGER: 'Int32',
  BIGINT: 'Int64',
  DOUBLE: 'Float64',
  TIMESTAMP: 'Datetime',
  DATE: 'Date',
}

export async function open(): Promise<Peer> {
  process.env.POLARS_MAX_THREADS = process.env.BENCH_THREADS ?? '1'
  const packageName = 'nodejs-polars'
  const { default: polars } = (await import(packageName)) as { default: Polars }
  const frames: Record<string, Frame> = {}
  let context = new polars.SQLContext(frames)
  return {
    load(directory, schema, tables) {
      const columns = schemaTables(readFileSync(schema, 'utf8'))
      for (const table of tables) {
        const types = columns.get(table)!.map(({ name, type }) => [name, polars[typeNames[type] ?? 'Utf8']])
        frames[table] = polars.readCSV(join(directory, `${table}.csv`), {
          sep: '|',
          hasHeader: false,
          schema: Object.fromEntries(types),
        })
      }
      context = new polars.SQLContext(frames)
    },
    run: (sql) => context.execute(sql, { eager: true }).rows(),
  }
}
