/** CSV (RFC 4180) and tab-separated values. */
import type { Result } from '../../src/index.node.ts'
import type { OutputOptions } from './modes.ts'

export function printCsv(result: Result, options: OutputOptions): string {
  return lines(result, options, ',', csvField)
}

export function printTsv(result: Result, options: OutputOptions): string {
  return lines(result, options, '\t', (field) => field.replace(/[\t\n\r]/g, ' '))
}

function csvField(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

function lines(result: Result, options: OutputOptions, separator: string, print: (field: string) => string): string {
  const rows = result.text.map((row) => row.map((value) => (value === null ? options.nullText : print(value))))
  const header = options.headers ? [result.columns.map((column) => print(column.name))] : []
  return [...header, ...rows].map((row) => row.join(separator)).join('\n')
}
