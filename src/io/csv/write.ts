/** Writes CSV as PostgreSQL does: a field is quoted when it must be, or when FORCE_QUOTE says so; NULL is the null text, unquoted. */

export interface CsvWriteOptions {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly null: string
  /** Per column. */
  readonly forceQuote: readonly boolean[]
}

/** A row as a line, without its end. */
export function writeCsvRow(fields: readonly (string | null)[], options: CsvWriteOptions): string {
  const { delimiter, quote, escape } = options
  let line = ''
  for (let i = 0; i < fields.length; i++) {
    if (i > 0) line += delimiter
    const field = fields[i]
    if (field === null) line += options.null
    else if (options.forceQuote[i] || needsQuotes(field, options, fields.length === 1)) {
      const inner = escape === quote ? field : field.replaceAll(escape, escape + escape)
      line += quote + inner.replaceAll(quote, escape + quote) + quote
    } else line += field
  }
  return line
}

function needsQuotes(field: string, options: CsvWriteOptions, isOnly: boolean): boolean {
  return (
    field === options.null ||
    field.includes(options.delimiter) ||
    field.includes(options.quote) ||
    field.includes('\n') ||
    field.includes('\r') ||
    (isOnly && field === '\\.')
  )
}
