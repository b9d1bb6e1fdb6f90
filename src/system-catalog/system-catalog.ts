/** The system tables by name, as sources of rows for the planner. */
import type { ExternalSource } from '../types/external-source.ts'
import type { Value } from '../types/value.ts'
import { duckdbTables } from './duckdb-tables.ts'
import { informationSchema } from './information-schema.ts'
import { pgCatalog } from './pg-catalog.ts'
import { sessionTables } from './session-tables.ts'
import { type SystemContext, type SystemTable, systemNumber } from './system-table.ts'

const byName = new Map<string, SystemTable>()
for (const table of [...pgCatalog, ...sessionTables, ...duckdbTables, ...informationSchema])
  byName.set(`${table.schema}.${table.name}`, table)

export const systemTables: readonly SystemTable[] = [...byName.values()]

/** A system table; pg_catalog's are found without their schema too. */
export function findSystemTable(
  name: string,
  schema: string | undefined,
  context: SystemContext,
): ExternalSource | undefined {
  const table = byName.get(`${schema ?? 'pg_catalog'}.${name}`)
  return table && sourceOf(table, context)
}

function sourceOf(table: SystemTable, context: SystemContext): ExternalSource {
  return {
    name: table.name,
    columns: table.columns.map(([name, type]) => ({ name, type })),
    *read(wanted) {
      const values: Value[][] = wanted.map(() => [])
      const tableoid = systemNumber(table.schema, table.name)
      let rowCount = 0
      for (const row of table.rows(context)) {
        for (const [i, column] of wanted.entries()) {
          const name = table.columns[column][0]
          values[i].push(name === 'tableoid' ? tableoid : (row[name] ?? null))
        }
        rowCount++
      }
      yield {
        rowCount,
        selection: null,
        columns: wanted.map((column, i) => ({
          layout: 'values' as const,
          type: table.columns[column][1],
          values: values[i],
        })),
      }
    },
  }
}
