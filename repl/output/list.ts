/** Values parted by a separator, a row a line; or a value a line, with its name. */
import type { Result } from '../../src/index.node.ts'
import type { OutputOptions } from './modes.ts'

export function printList(result: Result, options: OutputOptions): string {
  const rows = result.text.map((row) => row.map((value) => value ?? options.nullText))
  const header = options.headers ? [result.columns.map((column) => column.name)] : []
  return [...header, ...rows].map((row) => row.join(options.separator)).join('\n')
}

export function printLine(result: Result, options: OutputOptions): string {
  const names = result.columns.map((column) => column.name)
  const width = Math.max(0, ...names.map((name) => name.length))
  return result.text
    .map((row) => row.map((value, i) => `${names[i].padStart(width)} = ${value ?? options.nullText}`).join('\n'))
    .join('\n\n')
}
