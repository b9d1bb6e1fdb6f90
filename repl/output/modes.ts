/** The ways in which a result can be printed: one entry each. */
import type { Result } from '../../src/index.node.ts'
import { printExpanded, printTable } from './aligned.ts'
import { printCsv, printTsv } from './csv.ts'
import { printHtml } from './html.ts'
import { printJson, printNdjson } from './json.ts'
import { printLine, printList } from './list.ts'
import { printBox, printMarkdown } from './table.ts'

export interface OutputOptions {
  readonly headers: boolean
  readonly nullText: string
  readonly separator: string
  /** Of tables: none, between columns, around all. */
  readonly border: 0 | 1 | 2
  readonly lineStyle: 'ascii' | 'unicode'
  /** Above a table. */
  readonly title?: string
  /** Columns of the terminal; undefined where lines may be as long as they are. */
  readonly width?: number
  /** Rows beyond this many are left out in the middle, and counted. */
  readonly maximumRows?: number
}

/** The text of a result, without a final newline; '' prints nothing. */
export type Printer = (result: Result, options: OutputOptions) => string

export type OutputMode =
  | 'table'
  | 'box'
  | 'csv'
  | 'tsv'
  | 'json'
  | 'ndjson'
  | 'markdown'
  | 'list'
  | 'line'
  | 'expanded'
  | 'html'

const printers: Readonly<Record<OutputMode, Printer>> = {
  table: printTable,
  box: printBox,
  csv: printCsv,
  tsv: printTsv,
  json: printJson,
  ndjson: printNdjson,
  markdown: printMarkdown,
  list: printList,
  line: printLine,
  expanded: printExpanded,
  html: printHtml,
}

export const outputModes: readonly OutputMode[] = Object.keys(printers) as OutputMode[]

export function printResult(result: Result, mode: OutputMode, options: OutputOptions): string {
  return printers[mode](result, options)
}
