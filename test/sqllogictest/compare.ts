/** Compares a query's rows, in PostgreSQL's text form, with what a sqllogictest record expects. */
import { createHash } from 'node:crypto'
import type { QueryRecord, SortMode } from './script.ts'

type TextRow = readonly (string | null)[]

/** A sentence on the first difference, or undefined when the rows are as expected. */
export function difference(
  record: QueryRecord,
  rows: readonly TextRow[],
  types: readonly string[],
): string | undefined {
  const { expected } = record
  const hash = expected.length === 1 ? /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(expected[0]) : null
  const values = rows.map((row) => row.map((value, column) => sqliteValue(value, record.types[column] ?? 'T')))
  if (hash) return hashDifference(sortRows(values, record.sort), Number(hash[1]), hash[2])
  const columns = rows[0]?.length ?? 0
  if (
    columns > 1 &&
    expected.length === rows.length * columns &&
    record.sort === 'nosort' &&
    isOnePerLine(record, values)
  )
    return undefined
  const byValue = expected.length === rows.length * columns && !expected.some((line) => line.includes('\t'))
  if (byValue) {
    const actual = sortRows(values, record.sort).flat()
    if (sameLines(actual, expected)) return undefined
  }
  return rowDifference(record, rows, types)
}

/** For our own scripts: a line a row, a tab between cells, and no leniency. */
export function exactDifference(record: QueryRecord, rows: readonly TextRow[], columns: number): string | undefined {
  if (record.types.length !== columns) return `expected ${record.types.length} columns, got ${columns}`
  let lines = rows.map((row) => row.map(exactCell).join('\t'))
  let { expected } = record
  if (record.sort !== 'nosort') {
    lines = lines.sort(compareText)
    expected = [...expected].sort(compareText)
  }
  if (lines.length !== expected.length)
    return `expected ${expected.length} rows, got ${lines.length}: ${lines.slice(0, 5).join(' ⏎ ')}`
  const at = lines.findIndex((line, i) => line !== expected[i])
  return at === -1 ? undefined : `row ${at + 1}: got ${lines[at]}, expected ${expected[at]}`
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

/** As a script writes a value: NULL, (empty), and line ends and tabs as escapes. */
export function exactCell(value: string | null): string {
  if (value === null) return 'NULL'
  return value === '' ? '(empty)' : value.replace(/[\n\t\r]/g, (character) => escapes[character])
}

function isOnePerLine(record: QueryRecord, values: readonly (readonly string[])[]): boolean {
  return sameLines(values.flat(), record.expected)
}

function sameLines(actual: readonly string[], expected: readonly string[]): boolean {
  return actual.length === expected.length && actual.every((value, i) => value === expected[i])
}

/** A value as SQLite's runner prints it for a column type letter. */
function sqliteValue(value: string | null, type: string): string {
  if (value === null) return 'NULL'
  if (type === 'I') {
    if (value === 't' || value === 'true') return '1'
    if (value === 'f' || value === 'false') return '0'
    const number = Number(value)
    if (Number.isNaN(number)) return '0'
    return /^[+-]?\d+$/.test(value) ? value : String(Math.trunc(number))
  }
  if (type === 'R') return Number(value).toFixed(3)
  if (value === '') return '(empty)'
  return value.replace(/[^\x20-\x7e]/g, '@')
}

function sortRows(rows: readonly (readonly string[])[], sort: SortMode): readonly (readonly string[])[] {
  if (sort === 'rowsort') return [...rows].sort(compareRows)
  if (sort === 'valuesort')
    return rows
      .flat()
      .sort(compareText)
      .map((value) => [value])
  return rows
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i], b[i])
    if (order !== 0) return order
  }
  return 0
}

function hashDifference(rows: readonly (readonly string[])[], count: number, digest: string): string | undefined {
  const values = rows.flat()
  if (values.length !== count) return `expected ${count} values, got ${values.length}`
  const actual = createHash('md5')
    .update(values.map((value) => `${value}\n`).join(''))
    .digest('hex')
  return actual === digest ? undefined : `expected hash ${digest}, got ${actual}: ${values.slice(0, 12).join(' ')}`
}

/** Row by row: cells parted by tabs, or any white space as one blank. */
function rowDifference(record: QueryRecord, rows: readonly TextRow[], types: readonly string[]): string | undefined {
  const cells = rows.map((row) => row.map((value) => (value === null ? 'NULL' : value === '' ? '(empty)' : value)))
  if (record.sort === 'valuesort') {
    const actual = cells
      .flat()
      .map((cell) => collapse(cell))
      .sort(compareText)
    const expected = record.expected
      .flatMap((line) => line.split('\t'))
      .map(collapse)
      .sort(compareText)
    return listDifference(actual, expected, types[0] ?? '', sameCell)
  }
  let actual = cells.map((row) => row.map(collapse))
  let expected = record.expected.map((line) => line.split('\t').map(collapse))
  const columns = rows[0]?.length ?? expected[0]?.length ?? 0
  if (columns > 1 && record.expected.length === rows.length * columns && expected.every((row) => row.length === 1)) {
    const flat = expected.flat()
    expected = rows.map((_, i) => flat.slice(i * columns, (i + 1) * columns))
  }
  if (expected.length !== actual.length) {
    return `expected ${expected.length} rows, got ${actual.length}: ${show(actual)} instead of ${show(expected)}`
  }
  if (record.sort === 'rowsort') {
    actual = [...actual].sort((a, b) => compareText(canonical(a, types), canonical(b, types)))
    expected = [...expected].sort((a, b) => compareText(canonical(a, types), canonical(b, types)))
  }
  for (let row = 0; row < actual.length; row++) {
    if (!sameRow(actual[row], expected[row], types))
      return `row ${row + 1}: got ${show([actual[row]])}, expected ${show([expected[row]])}`
  }
  return undefined
}

function sameRow(actual: readonly string[], expected: readonly string[], types: readonly string[]): boolean {
  if (actual.length === expected.length && actual.every((cell, i) => sameCell(cell, expected[i], types[i]))) return true
  const words = expected.join(' ').split(' ')
  const flat = actual.join(' ')
  if (flat === words.join(' ')) return true
  return words.length === actual.length && actual.every((cell, i) => sameCell(cell, words[i], types[i]))
}

/** Equal texts, equal Booleans in another spelling, or floats equal to nine digits. */
function sameCell(actual: string, expected: string, type: string): boolean {
  if (actual === expected) return true
  if (expected.startsWith('<REGEX>:')) return new RegExp(`^(?:${expected.slice(8)})$`, 's').test(actual)
  if (type === 'boolean') return booleanText(actual) === booleanText(expected)
  if (type === 'double precision' || type === 'real') return sameFloat(actual, expected)
  return lenient && sameFloat(actual, expected)
}

function booleanText(text: string): string {
  const folded = text.toLowerCase()
  if (folded === 'true' || text === '1') return 't'
  if (folded === 'false' || text === '0') return 'f'
  return text
}

/** DuckDB's and DataFusion's scripts write any number as a float. */
let lenient = false

export function compareNumbersAsFloats(value: boolean): void {
  lenient = value
}

function sameFloat(actual: string, expected: string): boolean {
  const a = Number(actual)
  const b = Number(expected)
  if (Number.isNaN(a) || Number.isNaN(b)) return actual.toLowerCase() === expected.toLowerCase()
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

/** A key for sorting rows alike on both sides, whatever the spelling of Booleans and floats. */
function canonical(row: readonly string[], types: readonly string[]): string {
  return row
    .map((cell, i) => {
      if (types[i] === 'boolean') return booleanText(cell)
      if (types[i] === 'double precision' || types[i] === 'real')
        return Number.isNaN(Number(cell)) ? cell : Number(cell).toPrecision(9)
      return cell
    })
    .join(' ')
}

function listDifference(
  actual: readonly string[],
  expected: readonly string[],
  type: string,
  same: (a: string, b: string, type: string) => boolean,
): string | undefined {
  if (actual.length !== expected.length) return `expected ${expected.length} values, got ${actual.length}`
  const at = actual.findIndex((value, i) => !same(value, expected[i], type))
  return at === -1 ? undefined : `value ${at + 1}: got ${actual[at]}, expected ${expected[at]}`
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function show(rows: readonly (readonly string[])[]): string {
  const text = rows
    .slice(0, 5)
    .map((row) => row.join(' | '))
    .join(' ⏎ ')
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}
