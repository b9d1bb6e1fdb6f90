/** Long VALUES lists of plain literals, read straight from the text into columns, with no token and no node per value. */
import type { BulkValues, NumberText } from './ast.ts'
import { skipSpace } from './scanner.ts'

/** Fewer rows than this are parsed in the ordinary way. */
const fewestRows = 16

type Value = string | boolean | null | NumberText

const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
const word = /(?:null|true|false)\b/iy

/**
 * Reads `(1, 'a'), (2, NULL) …` from `position` on. Answers nothing when a value is not a plain literal, the rows differ in
 * length, or there are too few: then the grammar reads the list, and says what is wrong with it if anything is.
 */
export function readBulkValues(text: string, position: number): { values: BulkValues; end: number } | undefined {
  // The shortest row is `(1),`.
  if (text.length - position < fewestRows * 4) return undefined
  const start = skipSpace(text, position)
  const columns: Value[][] = []
  const rowStarts: number[] = []
  let at = start
  for (;;) {
    if (text.charCodeAt(at) !== 40) return undefined
    rowStarts.push(at)
    let column = 0
    do {
      at = skipSpace(text, at + 1)
      const end = readValue(text, at)
      if (end < 0) return undefined
      if (columns.length === column) {
        if (rowStarts.length > 1) return undefined
        columns.push([])
      }
      columns[column++].push(value)
      at = skipSpace(text, end)
    } while (text.charCodeAt(at) === 44)
    if (column !== columns.length || text.charCodeAt(at) !== 41) return undefined
    const end = at + 1
    at = skipSpace(text, end)
    if (text.charCodeAt(at) !== 44) {
      if (rowStarts.length < fewestRows) return undefined
      const span = { start, end }
      return { values: { kind: 'bulk-values', rowCount: rowStarts.length, columns, rowStarts, span }, end }
    }
    at = skipSpace(text, at + 1)
  }
}

/** What `readValue` has read. */
let value: Value = null

/** Reads the literal at the offset into `value` and answers where it ends, or -1. */
function readValue(text: string, start: number): number {
  const code = text.charCodeAt(start)
  if (code === 39) return readString(text, start)
  if ((code >= 48 && code <= 57) || code === 46) return readNumber(text, start, '')
  if (code === 45 || code === 43) {
    if (text.charCodeAt(start + 1) === code) return -1
    return readNumber(text, skipSpace(text, start + 1), code === 45 ? '-' : '')
  }
  word.lastIndex = start
  if (!word.test(text)) return -1
  value = (code | 32) === 110 ? null : (code | 32) === 116
  return word.lastIndex
}

function readNumber(text: string, start: number, sign: string): number {
  number.lastIndex = start
  if (!number.test(text)) return -1
  const end = number.lastIndex
  if (/[\w$.]/.test(text[end] ?? '')) return -1
  value = { number: sign + text.slice(start, end) }
  return end
}

function readString(text: string, start: number): number {
  let from = start + 1
  let end = text.indexOf("'", from)
  if (end < 0) return -1
  if (text.charCodeAt(end + 1) !== 39) {
    value = text.slice(from, end)
  } else {
    let decoded = ''
    while (end >= 0 && text.charCodeAt(end + 1) === 39) {
      decoded += text.slice(from, end + 1)
      from = end + 2
      end = text.indexOf("'", from)
    }
    if (end < 0) return -1
    value = decoded + text.slice(from, end)
  }
  return end + 1
}
