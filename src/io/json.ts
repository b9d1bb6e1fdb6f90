/**
 * Reads JSON as rows: one object per line (NDJSON), objects one after another, or one array of objects. Columns are the keys in
 * the order in which they first appear; each gets the narrowest type that holds all of its values: boolean, bigint, double
 * precision, date, timestamp, text, or jsonb for what is nested or mixed.
 */
import { notSupported, SqlError } from '../error.ts'
import { defaultSettings } from '../settings.ts'
import { BIGINT, BOOLEAN, DATE, type DataType, DOUBLE, JSON_TYPE, JSONB, TEXT, TIMESTAMP } from '../types/data-type.ts'
import { Decimal } from '../types/decimal.ts'
import type { ExternalSource } from '../types/external-source.ts'
import {
  formatJson,
  isJsonArray,
  isJsonNull,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  parseJsonTelling,
} from '../types/json.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'
import { toUtf8 } from './bytes.ts'
import { decodeUtf8 } from './csv/scanner.ts'

const batchRows = 4096

export interface JsonOptions {
  /** Columns with their types, in the place of those that are found. */
  readonly columns?: ReadonlyMap<string, DataType>
  /** The documents themselves, in one column of json. */
  readonly whole?: boolean
}

/** A JSON file as rows. @throws SqlError 22P02 with the line of the document that is not JSON */
export function jsonSource(name: string, input: Uint8Array, options: JsonOptions = {}): ExternalSource {
  const bytes = toUtf8(input)
  const text = decodeUtf8(bytes, 0, bytes.length)
  const keys = new Set<string>()
  const rows = options.whole ? wholeDocuments(name, text) : readDocuments(name, text, keys)
  const columns: readonly JsonColumn[] = options.whole
    ? [{ name: 'json', key: 'json', type: JSON_TYPE, isText: true }]
    : options.columns
      ? [...options.columns].map(([key, type]) => ({ name: key, key, type: knownType(type) }))
      : columnsOf(rows, keys)
  return {
    name,
    columns: columns.map(({ name: column, type }) => ({ name: column, type })),
    estimatedRows: rows.length,
    *read(wanted): Iterable<Batch> {
      for (let start = 0; start < rows.length; start += batchRows) {
        const slice = rows.slice(start, start + batchRows)
        yield {
          rowCount: slice.length,
          selection: null,
          columns: wanted.map((index) => {
            const column = columns[index]
            return { layout: 'values', type: column.type, values: slice.map((row) => toValue(row, column)) }
          }),
        }
      }
    },
  }
}

function knownType(type: DataType): DataType {
  if (type.kind === 'array' || type.kind === 'record' || type.kind === 'map')
    throw notSupported(
      'a column of read_json that is a list, struct or map',
      undefined,
      'Read it as json, and cast it.',
    )
  return type
}

/** Each document as it is written; those of an array one by one. */
function wholeDocuments(name: string, text: string): JsonObject[] {
  const trimmed = text.trim()
  const inner = trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1).replace(/^\s*,/, '') : text
  const rows: JsonObject[] = []
  for (const { document, line } of documents(name, inner, inner !== text)) {
    located(name, line, () => parseJson(document))
    rows.push(new Map([['json', document]]))
  }
  return rows
}

/** The objects of a file, each a row; anything else is a row of one column `json`. Their keys are added as they first come. */
export function readDocuments(name: string, text: string, keys: Set<string> = new Set()): JsonObject[] {
  const trimmed = text.trimStart()
  if (trimmed === '') return []
  const keysAt = (wanted: number) => (key: string, depth: number) => {
    if (depth === wanted) keys.add(key)
  }
  if (trimmed.startsWith('[')) {
    const value = located(name, 1, () => parseJsonTelling(text, keysAt(1)))
    if (isJsonArray(value)) return value.map(asRow)
  }
  const rows: JsonObject[] = []
  const atTop = keysAt(0)
  for (const { document, line } of documents(name, text))
    rows.push(asRow(located(name, line, () => parseJsonTelling(document, atTop))))
  return rows
}

function asRow(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : new Map([['json', value]])
}

/** A line that is JSON by itself is a document; otherwise documents end where their brackets close. */
function* documents(name: string, text: string, commas = false): Generator<{ document: string; line: number }> {
  let line = 1
  let start = 0
  while (start < text.length) {
    const between = commas ? /[\s,]/ : /\s/
    while (start < text.length && between.test(text[start])) if (text[start++] === '\n') line++
    if (start >= text.length) return
    const end = documentEnd(text, start)
    if (end === -1) throw damaged(name, line, 'The document does not end.')
    const document = text.slice(start, end)
    yield { document, line }
    for (let at = start; at < end; at++) if (text.charCodeAt(at) === 10) line++
    start = end
  }
}

function documentEnd(text: string, start: number): number {
  const first = text[start]
  if (first !== '{' && first !== '[') {
    const newline = text.indexOf('\n', start)
    return newline === -1 ? text.length : newline
  }
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === 34) {
      at++
      while (at < text.length && text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1
    } else if (character === 123 || character === 91) depth++
    else if ((character === 125 || character === 93) && --depth === 0) return at + 1
  }
  return -1
}

function located<T>(name: string, line: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof SqlError) throw damaged(name, line, error.detail)
    throw error
  }
}

function damaged(name: string, line: number, detail: string | undefined): SqlError {
  return new SqlError('invalid_text_representation', 'invalid input syntax for type json', {
    detail: `File "${name}", line ${line}.${detail ? ` ${detail}` : ''}`,
  })
}

interface JsonColumn {
  /** A document's own text. */
  readonly isText?: boolean
  readonly name: string
  readonly key: string
  readonly type: DataType
}

function columnsOf(rows: readonly JsonObject[], keys: Iterable<string>): JsonColumn[] {
  const types = new Map<string, DataType | undefined>([...keys].map((key) => [key, undefined]))
  for (const row of rows) {
    for (const [key, value] of row) types.set(key, merge(types.get(key), typeOf(value)))
  }
  return [...types].map(([key, type]) => ({ name: key, key, type: type ?? TEXT }))
}

/** The type of one value; undefined for null, which suits every type. */
function typeOf(value: JsonValue): DataType | undefined {
  if (isJsonNull(value)) return undefined
  if (typeof value === 'boolean') return BOOLEAN
  if (value instanceof Decimal) return isBigint(value) ? BIGINT : DOUBLE
  if (typeof value !== 'string') return JSONB
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return parses(value, DATE) ? DATE : TEXT
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value)) return parses(value, TIMESTAMP) ? TIMESTAMP : TEXT
  return TEXT
}

const bigintLimit = Decimal.fromBigInt(2n ** 63n, 0)

function isBigint(value: Decimal): boolean {
  return value.scale === 0 && value.compare(bigintLimit) < 0 && value.negate().compare(bigintLimit) <= 0
}

function parses(text: string, type: DataType): boolean {
  try {
    traits(type).parse(text, type, defaultSettings)
    return true
  } catch (error) {
    if (error instanceof SqlError) return false
    throw error
  }
}

function merge(a: DataType | undefined, b: DataType | undefined): DataType | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a === b) return a
  const kinds = [a.kind, b.kind]
  if (kinds.includes('bigint') && kinds.includes('double')) return DOUBLE
  if (kinds.includes('date') && kinds.includes('timestamp')) return TIMESTAMP
  const texts = ['date', 'timestamp', 'text']
  return texts.includes(a.kind) && texts.includes(b.kind) ? TEXT : JSONB
}

function toValue(row: JsonObject, { key, type, isText }: JsonColumn): Value {
  const value = row.get(key)
  if (value === undefined || isJsonNull(value)) return null
  switch (type.kind) {
    case 'jsonb':
      return value
    case 'json':
      return isText ? value : formatJson(value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'text':
      return typeof value === 'string' ? value : formatJson(value)
    case 'bigint':
      if (value instanceof Decimal && value.scale === 0) return value.toBigInt()
      break
    case 'double':
      if (value instanceof Decimal) return value.toNumber()
  }
  return traits(type).parse(typeof value === 'string' ? value : formatJson(value), type, defaultSettings)
}
