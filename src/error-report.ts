/** The one printer of errors: the line, a caret under the place, detail and hint. */
import { SqlError } from './error.ts'

export interface Place {
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
}

/** Line and column of an offset in a text. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return { line, column: [...before.slice(lineStart)].length + 1 }
}

/** Where the error lies in its statement's text, when it knows. */
export function errorPlace(error: SqlError): Place | undefined {
  if (error.position === undefined || error.sql === undefined) return undefined
  return placeOf(error.sql, error.position)
}

const maximumLineWidth = 160

/**
 * The error as text of several lines, without a final newline:
 *
 *   schema.sql:3:8: ERROR 42703: column "nmae" does not exist
 *   SELECT nmae FROM t
 *          ^
 *   HINT:  Perhaps you meant "name".
 *
 * @param file the script's name, printed with line and column before the message
 */
export function formatError(error: unknown, file?: string): string {
  if (!(error instanceof SqlError)) {
    const message = error instanceof Error ? error.message : String(error)
    return `${file ? `${file}: ` : ''}INTERNAL ERROR: ${message}`
  }
  const place = errorPlace(error)
  const lines: string[] = []
  const where = file === undefined ? '' : place ? `${file}:${place.line}:${place.column}: ` : `${file}: `
  lines.push(`${where}ERROR ${error.code}: ${error.message}`)
  if (place && error.sql !== undefined && error.position !== undefined)
    lines.push(...excerpt(error.sql, error.position, place))
  if (error.detail) lines.push(`DETAIL:  ${error.detail}`)
  if (error.hint) lines.push(`HINT:  ${error.hint}`)
  return lines.join('\n')
}

/** The offending line, shortened around the place when it is long, and a caret below. */
function excerpt(sql: string, position: number, place: Place): string[] {
  const start = sql.lastIndexOf('\n', position - 1) + 1
  const newline = sql.indexOf('\n', position)
  const line = sql.slice(start, newline === -1 ? sql.length : newline).replace(/\r$/, '')
  const prefix = place.line > 1 ? `LINE ${place.line}: ` : ''
  const from = position - start > maximumLineWidth - 40 ? position - start - maximumLineWidth / 2 : 0
  const shown = line.slice(from, from + maximumLineWidth)
  const before = (from > 0 ? '…' : '') + shown.slice(0, position - start - from)
  const text = (from > 0 ? '…' : '') + shown + (from + maximumLineWidth < line.length ? '…' : '')
  const indent = [...before].map((character) => (character === '\t' ? '\t' : ' ')).join('')
  return [prefix + text, `${' '.repeat(prefix.length)}${indent}^`]
}
