/**
 * SQL arrays: the elements in row-major order, and for each dimension its length and the index of its first element.
 * An array without elements has no dimensions. A list of lists, DuckDB's `[[1], [2, 3]]`, is an array of one dimension whose
 * elements are arrays, in its type as well: each has its own length.
 */
import { notSupported, SqlError } from '../error.ts'
import type { Value } from './value.ts'

export interface SqlArray {
  readonly dimensions: readonly number[]
  readonly lowerBounds: readonly number[]
  readonly values: readonly Value[]
}

/** In place of the bound of a list's or text's slice: it goes on to the end. */
export const OPEN_END: bigint = -(2n ** 63n)

export const EMPTY_ARRAY: SqlArray = { dimensions: [], lowerBounds: [], values: [] }

/** An array of one dimension that begins at 1. */
export function sqlArray(values: readonly Value[]): SqlArray {
  return values.length === 0 ? EMPTY_ARRAY : { dimensions: [values.length], lowerBounds: [1], values }
}

/** Arrays of one shape, stacked into an array of one dimension more. */
export function stack(arrays: readonly (SqlArray | null)[]): SqlArray {
  const [first] = arrays
  for (const array of arrays) {
    if (array === null) throw new SqlError('null_value_not_allowed', 'cannot accumulate null arrays')
    if (array.dimensions.length === 0) throw new SqlError('array_subscript_error', 'cannot accumulate empty arrays')
    if (
      array.dimensions.length !== first!.dimensions.length ||
      array.dimensions.some((size, index) => size !== first!.dimensions[index])
    ) {
      throw new SqlError('array_subscript_error', 'cannot accumulate arrays of different dimensionality')
    }
  }
  return {
    dimensions: [arrays.length, ...first!.dimensions],
    lowerBounds: [1, ...first!.lowerBounds],
    values: arrays.flatMap((array) => array!.values),
  }
}

function malformed(text: string, detail: string): SqlError {
  return new SqlError('invalid_text_representation', `malformed array literal: "${text}"`, { detail })
}

const MAX_DIMENSIONS = 6

function isBlank(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r')
}

/** Reads `{1,2,NULL}`, `{{a,"b c"},{d,e}}` and `[0:1]={x,y}`; `parseElement` reads an element's text. */
export function parseArray(text: string, parseElement: (text: string) => Value, delimiter = ','): SqlArray {
  let at = 0
  const skipBlanks = (): void => {
    while (at < text.length && isBlank(text[at])) at++
  }
  skipBlanks()
  const declared = parseBounds(text, at)
  at = declared.end
  if (text[at] !== '{') {
    throw malformed(
      text,
      declared.lengths.length > 0
        ? 'Array contents must start with "{".'
        : 'Array value must start with "{" or dimension information.',
    )
  }
  const values: Value[] = []
  /** The count of entries in each open brace level, and the lengths that levels turned out to have. */
  const counts: number[] = []
  const lengths: (number | undefined)[] = []
  let depth = 0
  let leafDepth = -1
  let afterItem = false
  let afterComma = false
  const unexpected = (character: string): SqlError => malformed(text, `Unexpected "${character}" character.`)
  do {
    skipBlanks()
    if (at >= text.length) throw malformed(text, 'Unexpected end of input.')
    const character = text[at]
    if (character === '{') {
      if (afterItem) throw unexpected('{')
      if (depth === MAX_DIMENSIONS) {
        throw new SqlError(
          'program_limit_exceeded',
          `number of array dimensions (${depth + 1}) exceeds the maximum allowed (6)`,
        )
      }
      if (leafDepth >= 0 && depth >= leafDepth) throw unexpected('{')
      counts[depth++] = 0
      afterComma = false
      at++
      continue
    }
    if (character === '}') {
      if (afterComma) throw unexpected('}')
      depth--
      if (counts[depth] === 0 && depth > 0) throw unexpected('}')
      if (lengths[depth] === undefined) lengths[depth] = counts[depth]
      else if (lengths[depth] !== counts[depth]) throw ragged(text)
      if (depth > 0) counts[depth - 1]++
      afterItem = true
      at++
      continue
    }
    if (character === delimiter) {
      if (!afterItem) throw unexpected(delimiter)
      afterItem = false
      afterComma = true
      at++
      continue
    }
    if (afterItem) throw malformed(text, 'Unexpected array element.')
    if (leafDepth < 0) leafDepth = depth
    if (depth !== leafDepth) throw malformed(text, 'Unexpected array element.')
    const element = readElement(text, at, delimiter)
    at = element.end
    values.push(element.text === null ? null : parseElement(element.text))
    counts[depth - 1]++
    afterItem = true
    afterComma = false
  } while (depth > 0)
  skipBlanks()
  if (at < text.length) throw malformed(text, 'Junk after closing right brace.')
  if (values.length === 0) return EMPTY_ARRAY
  const dimensions = lengths as number[]
  if (declared.lengths.length > 0) {
    const same = declared.lengths.length === dimensions.length && declared.lengths.every((n, i) => n === dimensions[i])
    if (!same) throw malformed(text, 'Specified array dimensions do not match array contents.')
    return { dimensions, lowerBounds: declared.bounds, values }
  }
  return { dimensions, lowerBounds: dimensions.map(() => 1), values }
}

function ragged(text: string): SqlError {
  return malformed(text, 'Multidimensional arrays must have sub-arrays with matching dimensions.')
}

/** `[1:3][0:1]=` before the braces. */
function parseBounds(text: string, start: number): { lengths: number[]; bounds: number[]; end: number } {
  const lengths: number[] = []
  const bounds: number[] = []
  const pattern = /\s*\[([+-]?\d+)(?::([+-]?\d+))?\]/y
  let at = start
  for (;;) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) break
    const upper = Number(match[2] ?? match[1])
    const lower = match[2] === undefined ? 1 : Number(match[1])
    if (upper < lower) throw new SqlError('array_subscript_error', 'upper bound cannot be less than lower bound')
    lengths.push(upper - lower + 1)
    bounds.push(lower)
    at = pattern.lastIndex
  }
  const blanks = /\s*/y
  blanks.lastIndex = at
  blanks.exec(text)
  at = blanks.lastIndex
  if (text[at] === '[') {
    const opened = /^\[\s*[+-]?\d/.test(text.slice(at))
    throw malformed(
      text,
      opened ? 'Missing "]" after array dimensions.' : '"[" must introduce explicitly-specified array dimensions.',
    )
  }
  if (lengths.length === 0) return { lengths, bounds, end: at }
  if (text[at] !== '=') throw malformed(text, 'Missing "=" after array dimensions.')
  blanks.lastIndex = at + 1
  blanks.exec(text)
  return { lengths, bounds, end: blanks.lastIndex }
}

/** One element: quoted, escaped or bare; null when it is the bare word NULL. */
function readElement(text: string, start: number, delimiter: string): { text: string | null; end: number } {
  let at = start
  let value = ''
  let quoted = false
  let kept = 0
  for (;;) {
    if (at >= text.length) throw malformed(text, 'Unexpected end of input.')
    const character = text[at]
    if (character === '"') {
      if (value !== '' || quoted) throw malformed(text, 'Unexpected array element.')
      quoted = true
      at++
      for (;;) {
        if (at >= text.length) throw malformed(text, 'Unexpected end of input.')
        if (text[at] === '"') break
        if (text[at] === '\\') at++
        value += text[at++] ?? ''
      }
      at++
      kept = value.length
    } else if (character === '\\') {
      if (at + 1 >= text.length) throw malformed(text, 'Unexpected end of input.')
      value += text[at + 1]
      at += 2
      kept = value.length
      quoted = quoted || false
      if (kept > 0 && value.toLowerCase() === 'null') quoted = true
    } else if (character === delimiter || character === '}' || character === '{') {
      if (character === '{') throw malformed(text, 'Unexpected "{" character.')
      break
    } else {
      if (quoted && !isBlank(character)) throw malformed(text, 'Unexpected array element.')
      if (!quoted) value += character
      if (!isBlank(character)) kept = value.length
      at++
    }
  }
  value = value.slice(0, kept)
  return { text: !quoted && value.toLowerCase() === 'null' ? null : value, end: at }
}

const needsQuotes = /^$|^null$|[{}",\\\s\v]/i
const needsQuotesAmongBoxes = /^$|^null$|[{}";\\\s\v]/i

/** The text of an array; `formatElement` prints an element that is not NULL. */
export function formatArray(array: SqlArray, formatElement: (value: Value) => string, delimiter = ','): string {
  const { dimensions, lowerBounds, values } = array
  if (dimensions.length === 0) return '{}'
  const elements = values.map((value) => {
    if (value === null) return 'NULL'
    const text = formatElement(value)
    return (delimiter === ',' ? needsQuotes : needsQuotesAmongBoxes).test(text)
      ? `"${text.replace(/["\\]/g, '\\$&')}"`
      : text
  })
  let level = elements
  for (let dimension = dimensions.length - 1; dimension >= 0; dimension--) {
    const length = dimensions[dimension]
    const outer: string[] = []
    for (let i = 0; i < level.length; i += length) outer.push(`{${level.slice(i, i + length).join(delimiter)}}`)
    level = outer
  }
  if (lowerBounds.every((bound) => bound === 1)) return level[0]
  return `${dimensions.map((length, i) => `[${lowerBounds[i]}:${lowerBounds[i] + length - 1}]`).join('')}=${level[0]}`
}

/** Element by element, NULL greatest; then the shorter, then the one of fewer or smaller dimensions. */
export function compareArrays(
  left: SqlArray,
  right: SqlArray,
  compareElements: (a: Value, b: Value) => number,
): number {
  const length = Math.min(left.values.length, right.values.length)
  for (let i = 0; i < length; i++) {
    const order = compareNullable(left.values[i], right.values[i], compareElements)
    if (order !== 0) return order
  }
  if (left.values.length !== right.values.length) return left.values.length - right.values.length
  if (left.dimensions.length !== right.dimensions.length) return left.dimensions.length - right.dimensions.length
  for (let i = 0; i < left.dimensions.length; i++) {
    if (left.dimensions[i] !== right.dimensions[i]) return left.dimensions[i] - right.dimensions[i]
  }
  for (let i = 0; i < left.lowerBounds.length; i++) {
    if (left.lowerBounds[i] !== right.lowerBounds[i]) return left.lowerBounds[i] - right.lowerBounds[i]
  }
  return 0
}

/** NULL equals NULL and is greater than everything else. */
export function compareNullable(left: Value, right: Value, compare: (a: Value, b: Value) => number): number {
  if (left === null) return right === null ? 0 : 1
  return right === null ? -1 : compare(left, right)
}

/** An array of what comes one by one. */
export function collected(values: Iterable<Value>): SqlArray {
  const elements: Value[] = []
  for (const value of values) checkArraySize(elements.push(value))
  return sqlArray(elements)
}

/** PostgreSQL's limit. */
const mostElements = 134217727
/** Ours: beyond some 32 million elements, V8 keeps an array as a table of its indexes, and all takes a hundred times as long. */
const mostHeld = 1 << 24

/** @throws SqlError 54000 where PostgreSQL has no such array, 0A000 where we have none */
export function checkArraySize(elements: number): void {
  if (elements > mostElements) {
    throw new SqlError('program_limit_exceeded', `array size exceeds the maximum allowed (${mostElements})`)
  }
  if (elements > mostHeld) throw notSupported(`an array of more than ${mostHeld} elements`)
}
