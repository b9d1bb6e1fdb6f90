/** psql's aligned and expanded formats, with its borders and styles of lines. */
import stringWidth from 'string-width'
import type { Result } from '../../src/index.node.ts'
import type { OutputOptions } from './modes.ts'
import { cell, fit, limitedRows } from './table.ts'

/** The horizontal and the vertical line; where they meet, by row of the table (top, middle, bottom) and left to right. */
interface LineStyle {
  readonly horizontal: string
  readonly vertical: string
  readonly corners: readonly [string, string, string]
}

const lineStyles: { readonly [style in OutputOptions['lineStyle']]: LineStyle } = {
  ascii: { horizontal: '-', vertical: '|', corners: ['+++', '+++', '+++'] },
  unicode: { horizontal: '─', vertical: '│', corners: ['┌┬┐', '├┼┤', '└┴┘'] },
}

type Place = 0 | 1 | 2

export function printTable(result: Result, options: OutputOptions): string {
  if (result.columns.length === 0) return ''
  const { border, lineStyle } = options
  const { vertical } = lineStyles[lineStyle]
  const { rows } = limitedRows(result, { ...options, maximumRows: undefined })
  const names = result.columns.map((column) => column.name)
  const { widths, right } = fit(result, [...(options.headers ? [names] : []), ...rows], undefined)
  const line = (cells: readonly string[], center = false): string => {
    const padded = cells.map((text, i) => cell(text, widths[i], !center && right[i], center))
    if (border === 0) return padded.join(' ').trimEnd()
    const inner = ` ${padded.join(` ${vertical} `)}`
    return border === 1 ? inner.trimEnd() : `${vertical}${inner} ${vertical}`
  }
  const rule = ruler(widths, options)
  const width = stringWidth(rule(1))
  const title =
    options.title && options.headers
      ? [cell(options.title, Math.max(width, stringWidth(options.title)), false, true).trimEnd()]
      : []
  const top = border === 2 && options.headers ? [rule(0)] : []
  const header = options.headers ? [...title, ...top, line(names, true), rule(1)] : []
  return [...header, ...rows.map((row) => line(row)), ...(border === 2 ? [rule(2)] : [])].join('\n')
}

/** Rules between columns of the widths: above, below the names, and at the end. */
function ruler(widths: readonly number[], { border, lineStyle }: OutputOptions): (place: Place) => string {
  const { horizontal, corners } = lineStyles[lineStyle]
  return (place) => {
    const [left, cross, right] = corners[place]
    if (border === 0) return widths.map((width) => horizontal.repeat(width)).join(' ')
    const inner = widths.map((width) => horizontal.repeat(width + 2)).join(cross)
    return border === 1 ? inner : left + inner + right
  }
}

/** A value a line, a rule before each row. */
export function printExpanded(result: Result, options: OutputOptions): string {
  const { border } = options
  const { horizontal, vertical, corners } = lineStyles[options.lineStyle]
  const names = result.columns.map((column) => column.name)
  const { rows } = limitedRows(result, { ...options, maximumRows: undefined })
  const nameWidth = Math.max(0, ...names.map((name) => stringWidth(name)))
  const width = Math.max(0, ...rows.flatMap((row) => row.map((text) => stringWidth(text))))
  const rule = (place: Place, label = ''): string => {
    const [left, cross, right] = corners[place]
    const start = border === 2 ? left + horizontal : ''
    const names = `${start}${label}`.padEnd(nameWidth + (border === 2 ? 3 : 1), horizontal)
    const isShort = names.length <= nameWidth + (border === 2 ? 3 : 1)
    const line = (isShort ? names + cross : names).padEnd(nameWidth + width + (border === 2 ? 6 : 3), horizontal)
    return border === 2 ? line + right : line
  }
  const value = (name: string, text: string): string => {
    const padded = cell(name, nameWidth, false)
    if (border === 0) return `${padded} ${text}`
    if (border === 1) return `${padded} ${vertical} ${text}`
    return `${vertical} ${padded} ${vertical} ${cell(text, width, false)} ${vertical}`
  }
  const records = rows.flatMap((row, i) => {
    const label = `[ RECORD ${i + 1} ]${horizontal}`
    const head =
      border === 0 ? `* Record ${i + 1}` : rule(i === 0 ? 0 : 1, border === 1 ? `${horizontal}${label}` : label)
    return [head, ...row.map((text, column) => value(names[column], text))]
  })
  return [...records, ...(border === 2 && rows.length > 0 ? [rule(2)] : [])].join('\n')
}
