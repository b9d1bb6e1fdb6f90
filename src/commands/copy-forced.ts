/** Columns that COPY names, in its list and in its FORCE options: each must be there, and fit the direction and format. */
import { SqlError } from '../error.ts'
import type { CsvOptions } from '../io/csv/dialect.ts'
import type * as ast from '../parser/ast.ts'
import type { TableDefinition } from '../storage/interface.ts'

/** FORCE_QUOTE is for CSV that is written, FORCE_NULL and FORCE_NOT_NULL for CSV that is read. */
export function mustFitForced(
  option: string,
  direction: ast.Copy['direction'],
  format: string,
  position: number,
): void {
  if (!(option in forcedColumns)) return
  const words = option.replaceAll('_', ' ')
  if (format !== 'csv')
    throw new SqlError('feature_not_supported', `COPY ${words} available only in CSV mode`, { position })
  const fit = option === 'force_quote' ? 'to' : 'from'
  if (direction === fit) return
  const message = `COPY ${words} only available using COPY ${fit.toUpperCase()}`
  throw new SqlError('feature_not_supported', message, { position })
}

const forcedColumns = { force_quote: 'forceQuote', force_not_null: 'forceNotNull', force_null: 'forceNull' } as const

/** Columns that options name must be among those that are copied. */
export function mustCopyForced(csv: CsvOptions, copied: readonly string[], table?: TableDefinition): void {
  for (const [option, key] of Object.entries(forcedColumns)) {
    const names = csv[key]
    if (!Array.isArray(names)) continue
    for (const name of names as readonly string[]) {
      if (copied.includes(name)) continue
      if (table?.columns.some((column) => column.name === name)) {
        const message = `${option.toUpperCase()} column "${name}" not referenced by COPY`
        throw new SqlError('invalid_column_reference', message)
      }
      throw noColumn(name, table)
    }
  }
}

export function noColumn(name: string, table: TableDefinition | undefined, position?: number): SqlError {
  const place = table ? ` of relation "${table.name}"` : ''
  return new SqlError('undefined_column', `column "${name}"${place} does not exist`, { position })
}
