/** AlaSQL, the pure JavaScript peer. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'

export function open(): Peer {
  const alasql = createRequire(import.meta.url)('alasql') as ((sql: string) => unknown) & {
    tables: Record<string, { data: unknown[]; columns: { columnid: string; dbtypeid: string }[] }>
  }
  return {
    load(directory, schema, tables) {
      for (const statement of readFileSync(schema, 'utf8').split(';')) {
        if (statement.trim()) alasql(statement)
      }
      for (const table of tables) {
        const { columns, data } = alasql.tables[table]
        for (const line of readFileSync(join(directory, `${table}.csv`), 'utf8').split('\n')) {
          if (line === '') continue
          const fields = line.split('|')
          data.push(
            Object.fromEntries(
              columns.map(({ columnid, dbtypeid }, i) => [
                columnid,
                /INT|DECIMAL/i.test(dbtypeid) ? Number(fields[i]) : fields[i],
              ]),
            ),
          )
        }
      }
    },
    run(sql) {
      const rows = alasql(sql.replace(/CAST\('(\d{4}-\d\d-\d\d)' AS date\)/gi, "'$1'")) as Record<string, unknown>[]
      return rows.map((row) => Object.values(row))
    },
  }
}
