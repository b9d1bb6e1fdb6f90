/**
 * Finds out a CSV file's dialect and types from a sample: the delimiter and quote under which the most rows have the same
 * number of fields, for each column the narrowest type that reads all of its values, and whether the first row is a header:
 * it is when its values do not have the types of those below, or when everything is text and every name is there.
 */
import { SqlError } from '../../error.ts'
import { defaultSettings } from '../../settings.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { ByteSource } from '../bytes.ts'
import { type CsvDialect, type CsvOptions, dialectOf } from './dialect.ts'
import { CsvScanner } from './scanner.ts'

const sampleRows = 20_480
const delimiters = [',', '|', ';', '\t']

export interface Sniffed {
  readonly dialect: CsvDialect
  readonly names: readonly string[]
  readonly types: readonly DataType[]
}

type Sample = readonly (readonly (string | null)[])[]

/** @throws SqlError 22P04 when no dialect reads the sample */
export function sniff(bytes: Uint8Array | ByteSource, options: CsvOptions, start: number): Sniffed {
  const limit = options.sampleSize === -1 ? Number.POSITIVE_INFINITY : (options.sampleSize ?? sampleRows)
  const base =
    options.delimiter !== undefined ? options : { ...options, delimiter: bestDelimiter(bytes, options, start) }
  const dialect = dialectOf(base)
  const sample = readSample(bytes, dialect, start, limit)
  const width = commonWidth(sample)
  const rows = sample.filter((row) => row.length === width || dialect.nullPadding)
  const body = rows.slice(1)
  const bodyTypes = columnTypes(body, width, options.allText)
  const header = options.header ?? looksLikeHeader(sample[0], bodyTypes, body)
  const names = header && sample.length > 0 ? uniqueNames(sample[0], width) : defaultNames(width)
  const types = header ? bodyTypes : columnTypes(rows, width, options.allText)
  return { dialect: { ...dialect, header }, names: options.names ? renamed(names, options.names) : names, types }
}

function renamed(names: readonly string[], given: readonly string[]): readonly string[] {
  return names.map((name, i) => given[i] ?? name)
}

/** The delimiter that yields the most rows of one width, wider rows before narrower ones. */
function bestDelimiter(bytes: Uint8Array | ByteSource, options: CsvOptions, start: number): string {
  let best = ','
  let bestScore = 0
  for (const delimiter of delimiters) {
    const sample = attemptSample(bytes, dialectOf({ ...options, delimiter }), start)
    if (sample === undefined || sample.length === 0) continue
    const width = commonWidth(sample)
    if (width < 2) continue
    const consistent = sample.filter((row) => row.length === width).length / sample.length
    const score = consistent * consistent * Math.log2(width + 1)
    if (score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

function attemptSample(bytes: Uint8Array | ByteSource, dialect: CsvDialect, start: number): Sample | undefined {
  try {
    return readSample(bytes, dialect, start, 500)
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

function readSample(bytes: Uint8Array | ByteSource, dialect: CsvDialect, start: number, limit: number): Sample {
  const scanner = new CsvScanner(bytes, dialect, start)
  for (let i = 0; i < dialect.skip; i++) scanner.skipLine()
  const rows: (string | null)[][] = []
  while (rows.length < limit) {
    try {
      if (!scanner.next()) break
    } catch (error) {
      if (!(error instanceof SqlError) || rows.length < 2) throw error
      break
    }
    const row: (string | null)[] = []
    for (let field = 0; field < scanner.count; field++) {
      const text = scanner.text(field)
      row.push((scanner.flags[field] & 1) === 0 && dialect.nulls.includes(text) ? null : text)
    }
    rows.push(row)
  }
  const wide = rows.some((row) => row.length > 1)
  return wide ? rows.filter((row) => row.length > 1 || row[0] !== null) : rows
}

/** The most frequent number of fields. */
function commonWidth(sample: Sample): number {
  const counts = new Map<number, number>()
  for (const row of sample) counts.set(row.length, (counts.get(row.length) ?? 0) + 1)
  let best = 1
  let most = 0
  for (const [width, count] of counts) {
    if (count > most || (count === most && width > best)) {
      best = width
      most = count
    }
  }
  return best
}

/** From the narrowest to the widest; a column gets the first that reads every value. Leading zeros are not numbers. */
const candidates: readonly { readonly type: DataType; readonly shape: RegExp }[] = [
  { type: BOOLEAN, shape: /^(true|false|t|f)$/i },
  { type: BIGINT, shape: /^[+-]?(0|[1-9]\d*)$/ },
  { type: DOUBLE, shape: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf(inity)?|nan)$/i },
  { type: TIME, shape: /^\d{1,2}:\d\d(:\d\d(\.\d+)?)?$/ },
  { type: DATE, shape: /^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/ },
  { type: TIMESTAMP, shape: /^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d\d(:\d\d(\.\d+)?)?)?$/ },
  {
    type: TIMESTAMPTZ,
    shape: /^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d\d(:\d\d(\.\d+)?)?) ?(Z|[+-]\d\d(:?\d\d)?)$/i,
  },
]

function columnTypes(rows: Sample, width: number, allText = false): DataType[] {
  const types: DataType[] = []
  for (let column = 0; column < width; column++) types.push(allText ? TEXT : columnType(rows, column))
  return types
}

function columnType(rows: Sample, column: number): DataType {
  let possible = candidates
  let seen = false
  for (const row of rows) {
    const text = row[column]
    if (text === null || text === undefined) continue
    seen = true
    possible = possible.filter((candidate) => reads(candidate, text))
    if (possible.length === 0) return TEXT
  }
  if (!seen) return TEXT
  return possible[0].type
}

function reads(candidate: (typeof candidates)[number], text: string): boolean {
  if (!candidate.shape.test(text)) return false
  if (candidate.type === DOUBLE && /^[+-]?0\d/.test(text)) return false
  try {
    traits(candidate.type).parse(text, candidate.type, defaultSettings)
    return true
  } catch (error) {
    if (error instanceof SqlError) return false
    throw error
  }
}

function looksLikeHeader(
  first: readonly (string | null)[] | undefined,
  types: readonly DataType[],
  body: Sample,
): boolean {
  if (first === undefined) return false
  const named = first.every((name) => name !== null && name !== '')
  if (body.length === 0) return named && first.every((name) => columnType([[name]], 0).kind === 'text')
  if (types.every((type) => type.kind === 'text')) {
    return (
      named && new Set(first).size === first.length && first.every((name) => columnType([[name]], 0).kind === 'text')
    )
  }
  return first.some((text, i) => {
    const type = types[i]
    if (text === null || type === undefined || type.kind === 'text') return false
    return (
      !candidates.some((candidate) => candidate.type === type && reads(candidate, text)) &&
      columnType([[text]], 0).kind === 'text'
    )
  })
}

/** Names from a header: missing ones made up, repeated ones numbered. */
function uniqueNames(header: readonly (string | null)[], width: number): string[] {
  const used = new Set<string>()
  return Array.from({ length: width }, (_, i) => {
    const wanted = header[i]?.trim() || `column${i}`
    let name = wanted
    for (let n = 1; used.has(name.toLowerCase()); n++) name = `${wanted}_${n}`
    used.add(name.toLowerCase())
    return name
  })
}

function defaultNames(width: number): string[] {
  return Array.from({ length: width }, (_, i) => `column${i}`)
}

/** A type that holds the values of both, for files that are read as one table. */
export function widerType(a: DataType, b: DataType): DataType {
  if (a.kind === b.kind) return a
  const numbers = ['bigint', 'double']
  if (numbers.includes(a.kind) && numbers.includes(b.kind)) return DOUBLE
  if ([a.kind, b.kind].includes('numeric') && (numbers.includes(a.kind) || numbers.includes(b.kind))) return NUMERIC
  const times = ['date', 'timestamp', 'timestamptz']
  if (times.includes(a.kind) && times.includes(b.kind)) return times.indexOf(a.kind) > times.indexOf(b.kind) ? a : b
  return TEXT
}
