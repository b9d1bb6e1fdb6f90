/**
 * PostgreSQL's text format of COPY: a line per row, fields parted by tabs, backslash escapes, `\N` for NULL, `\.` for the end
 * (manual, COPY, "Text Format").
 */
import { SqlError } from '../error.ts'

export interface CopyTextOptions {
  readonly delimiter: string
  readonly null: string
  readonly header: boolean
}

/** The rows of a text, fields unescaped, with the line that each stands on. */
export function* readCopyText(
  text: string,
  options: CopyTextOptions,
): Generator<{ readonly fields: readonly (string | null)[]; readonly line: number }> {
  const lines = text.split(/\r?\n/)
  if (lines[lines.length - 1] === '') lines.pop()
  for (let i = options.header ? 1 : 0; i < lines.length; i++) {
    if (lines[i] === '\\.') return
    const fields = splitLine(lines[i], options.delimiter).map((field) =>
      field === options.null ? null : unescape(field),
    )
    yield { fields, line: i + 1 }
  }
}

/** Splits at delimiters that no backslash stands before. */
function splitLine(line: string, delimiter: string): string[] {
  if (!line.includes('\\')) return line.split(delimiter)
  const fields: string[] = []
  let start = 0
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (line[at] === delimiter) {
      fields.push(line.slice(start, at))
      start = at + 1
    }
  }
  fields.push(line.slice(start))
  return fields
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescape(field: string): string {
  if (!field.includes('\\')) return field
  return field.replace(/\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (code[0] === 'x' && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff)
    return escapes[code] ?? code
  })
}

/** A row as a line, without its end. */
export function writeCopyText(fields: readonly (string | null)[], options: CopyTextOptions): string {
  return fields
    .map((field) => (field === null ? options.null : escape(field, options.delimiter)))
    .join(options.delimiter)
}

const written: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

function escape(field: string, delimiter: string): string {
  const text = field.replace(/[\b\f\n\r\t\v\\]/g, (character) => written[character])
  return delimiter === '\t' ? text : text.replaceAll(delimiter, `\\${delimiter}`)
}

/** @throws SqlError 22P04 unless the row has as many fields as the target has columns */
export function checkFieldCount(fields: readonly unknown[], names: readonly string[], where: string): void {
  if (fields.length < names.length) {
    throw new SqlError('bad_copy_file_format', `missing data for column "${names[fields.length]}"`, { detail: where })
  }
  if (fields.length > names.length) {
    throw new SqlError('bad_copy_file_format', 'extra data after last expected column', { detail: where })
  }
}
