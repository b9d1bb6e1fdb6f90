/** Makes a failing case small: the statement first, then the rows, for as long as it fails in the same way. */
import { type Schema, type Table, tablesOf } from './schema.ts'
import { print, type Sql, smaller } from './tree.ts'

/** Whether a statement still fails, on the tables as they are. */
export type StillFails = (statement: string) => Promise<boolean>

export async function shrinkStatement(statement: Sql, fails: StillFails, limit = 600): Promise<Sql> {
  let best = statement
  const seen = new Set<string>()
  for (let tries = 0; tries < limit; ) {
    let progressed = false
    for (const candidate of smaller(best)) {
      const text = print(candidate)
      if (seen.has(text) || text.length > print(best).length + 12) continue
      seen.add(text)
      if (++tries >= limit) break
      if (await fails(text)) {
        best = candidate
        progressed = true
        break
      }
    }
    if (!progressed) break
  }
  return best
}

/** Fewer tables and rows; `fails` makes the schema and runs the case. */
export async function shrinkSchema(
  schema: Schema,
  fails: (schema: Schema) => Promise<boolean>,
  used: string,
  limit = 60,
): Promise<Schema> {
  let best: Schema = { ...schema, tables: tablesOf(schema, used) }
  if (!(await fails(best))) return schema
  let tries = 0
  for (const { name } of best.tables) {
    let size = Math.ceil(tableOf(best, name).rows.length / 2)
    while (size > 0 && tries < limit) {
      let progressed = false
      const { rows } = tableOf(best, name)
      for (let at = 0; at < rows.length && tries < limit; at += size) {
        const candidate = withRows(best, name, [...rows.slice(0, at), ...rows.slice(at + size)])
        tries++
        if (await fails(candidate)) {
          best = candidate
          progressed = true
          break
        }
      }
      if (!progressed) size = size > 1 ? Math.floor(size / 2) : 0
      else size = Math.min(size, Math.ceil(tableOf(best, name).rows.length / 2))
    }
  }
  return best
}

function tableOf(schema: Schema, name: string): Table {
  return schema.tables.find((table) => table.name === name)!
}

function withRows(schema: Schema, name: string, rows: Table['rows']): Schema {
  const tables = schema.tables.map((table) => (table.name === name ? { ...table, rows } : table))
  return { ...schema, tables }
}
