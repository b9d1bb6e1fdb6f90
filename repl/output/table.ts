/** Tables: with lines and types for people, and Markdown. Numbers stand to the right. */
import stringWidth from 'string-width'
import type { Result } from '../../src/index.node.ts'
import type { OutputOptions } from './modes.ts'

const rightAligned = /^(smallint|integer|bigint|oid|real|double precision|numeric)/

export interface Layout {
  readonly widths: readonly number[]
  readonly right: readonly boolean[]
  /** Numbers of the columns that are shown; -1 stands for those that are left out. */
  readonly shown: readonly number[]
}

/** Box-drawing lines, a line of types below the names. */
export function printBox(result: Result, options: OutputOptions): string {
  if (result.columns.length === 0) return ''
  const { rows, omitted } = limitedRows(result, options)
  const names = result.columns.map((column) => column.name)
  const types = result.columns.map((column) => column.type)
  const layout = fit(result, [names, types, ...rows], options.width)
  const line = (cells: readonly string[], center = false): string =>
    `│ ${layout.shown.map((column, i) => cell(column === -1 ? '…' : cells[column], layout.widths[i], !center && layout.right[i], center)).join(' │ ')} │`
  const rule = (left: string, middle: string, right: string): string =>
    left + layout.widths.map((width) => '─'.repeat(width + 2)).join(middle) + right
  const body = rows.map((row) => line(row))
  if (omitted > 0)
    body.splice(
      Math.ceil(rows.length / 2),
      0,
      line(
        names.map(() => '·'),
        true,
      ),
    )
  return [
    rule('┌', '┬', '┐'),
    line(names, true),
    line(types, true),
    rule('├', '┼', '┤'),
    ...body,
    rule('└', '┴', '┘'),
  ].join('\n')
}

export function printMarkdown(result: Result, options: OutputOptions): string {
  if (result.columns.length === 0) return ''
  const escape = (text: string): string => text.replaceAll('|', '\\|').replace(/\r?\n/g, '<br>')
  const rows = limitedRows(result, { ...options, maximumRows: undefined }).rows.map((row) => row.map(escape))
  const names = result.columns.map((column) => escape(column.name))
  const layout = fit(result, [names, ...rows], undefined)
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => cell(text, layout.widths[i], layout.right[i])).join(' | ')} |`
  const rule = `|${layout.widths.map((width, i) => (layout.right[i] ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`
  return [line(names), rule, ...rows.map(line)].join('\n')
}

/** The rows as text on one line each; when there are too many, the first and the last of them. */
export function limitedRows(result: Result, options: OutputOptions): { rows: string[][]; omitted: number } {
  const text = result.text
  const limit = options.maximumRows ?? text.length
  const omitted = Math.max(0, text.length - limit)
  const half = Math.ceil(limit / 2)
  const kept = omitted === 0 ? text : [...text.slice(0, half), ...text.slice(text.length - (limit - half))]
  const print = (value: string | null): string => (value === null ? options.nullText : oneLine(value))
  return { rows: kept.map((row) => row.map(print)), omitted }
}

const controls = /[\u0000-\u001f\u007f-\u009f]/g
const shortControls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function oneLine(text: string): string {
  return text.replace(
    controls,
    (character) => shortControls[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Widths of the columns; when all do not fit, long texts are cut, and then columns in the middle are left out. */
export function fit(result: Result, rows: readonly (readonly string[])[], width: number | undefined): Layout {
  const count = result.columns.length
  const right = result.columns.map((column) => rightAligned.test(column.type) && !column.type.endsWith(']'))
  const widths = Array.from({ length: count }, (_, i) => Math.max(1, ...rows.map((row) => stringWidth(row[i]))))
  const all = Array.from({ length: count }, (_, i) => i)
  if (width === undefined || total(widths) <= width) return { widths, right, shown: all }
  const cap = Math.max(8, Math.floor((width - 1) / count) - 3)
  const capped = widths.map((wanted) => Math.min(wanted, Math.max(cap, 12)))
  if (total(capped) <= width) return { widths: spread(widths, capped, width), right, shown: all }
  let left = all.length
  while (left > 2 && total(keepEnds(all, left).map((column) => (column === -1 ? 1 : capped[column]))) > width) left--
  const shown = keepEnds(all, left)
  return {
    widths: shown.map((column) => (column === -1 ? 1 : capped[column])),
    right: shown.map((column) => column !== -1 && right[column]),
    shown,
  }
}

/** Gives what room is left to the columns that were cut. */
function spread(wanted: readonly number[], capped: readonly number[], width: number): number[] {
  const widths = [...capped]
  let room = width - total(widths)
  for (let i = 0; i < widths.length && room > 0; i++) {
    const more = Math.min(room, wanted[i] - widths[i])
    widths[i] += more
    room -= more
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + 3, 1)
}

/** The first and last of the columns, with a gap where others were left out. */
function keepEnds(columns: readonly number[], count: number): number[] {
  if (count >= columns.length) return [...columns]
  const first = Math.ceil(count / 2)
  return [...columns.slice(0, first), -1, ...columns.slice(columns.length - (count - first))]
}

export function cell(text: string, width: number, right: boolean, center = false): string {
  const shown = stringWidth(text) > width ? cut(text, width) : text
  const room = width - stringWidth(shown)
  if (center) return ' '.repeat(room >> 1) + shown + ' '.repeat(room - (room >> 1))
  return right ? ' '.repeat(room) + shown : shown + ' '.repeat(room)
}

function cut(text: string, width: number): string {
  let result = ''
  for (const character of text) {
    if (stringWidth(result + character) > width - 1) break
    result += character
  }
  return `${result}…`
}
