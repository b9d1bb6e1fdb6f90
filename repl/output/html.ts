/** The rows of an HTML table. */
import type { Result } from '../../src/index.node.ts'
import type { OutputOptions } from './modes.ts'

export function printHtml(result: Result, options: OutputOptions): string {
  const row = (cells: readonly (string | null)[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell ?? options.nullText)}</${tag}>`).join('')}</tr>`
  const names = result.columns.map((column) => column.name)
  return [
    '<table>',
    ...(options.headers ? [row(names, 'th')] : []),
    ...result.text.map((cells) => row(cells, 'td')),
    '</table>',
  ].join('\n')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character])
}
