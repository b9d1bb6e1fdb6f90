/** Results that are made of texts rather than of a plan's batches. */
import { type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import { type DataType, TEXT } from '../types/data-type.ts'

export function textResult(
  session: Session,
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  command: string,
  type: DataType = TEXT,
): Result {
  const columns = names.map((name, id) => ({ id, name, type }))
  const builder = new ResultBuilder(columns)
  const { memory } = session.database.storage.pool
  builder.add(
    {
      rowCount: rows.length,
      selection: null,
      columns: names.map((_, i) => ({ layout: 'values', type, values: rows.map((row) => row[i]) })),
    },
    memory,
  )
  return builder.finish(command, { settings: session.settings })
}
