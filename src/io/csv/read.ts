/**
 * Reads CSV: into a table's builders, or as a source for FROM 'file'. Both walk the same records with the same field writers;
 * a bad row is reported with its line, its column and its text, or left out with IGNORE_ERRORS.
 */
import { SqlError } from '../../error.ts'
import { defaultSettings, type Settings } from '../../settings.ts'
import type { ColumnBuilder } from '../../types/column-builder.ts'
import type { DataType } from '../../types/data-type.ts'
import type { ExternalSource, SourceColumns } from '../../types/external-source.ts'
import type { Value } from '../../types/value.ts'
import type { Batch } from '../../types/vector.ts'
import { type ByteSource, toUtf8 } from '../bytes.ts'
import { ValuesBuilder } from '../values-builder.ts'
import { columnWriter, type FieldWriter, fieldWriter } from './convert.ts'
import { type CsvDialect, type CsvOptions, dialectOf } from './dialect.ts'
import type { OpenPlainReader, PlainColumn } from './plain-reader.ts'
import { CsvScanner, FieldTable, QUOTED } from './scanner.ts'
import { sniff } from './sniff.ts'

const sourceBatchRows = 4096

/** Where the fields of a record go: `columns[i]` takes field i; undefined leaves it out. */
export interface CsvTarget {
  readonly name: string
  readonly columns: readonly (CsvColumn | undefined)[]
  /** How many fields a record has. */
  readonly width: number
  endRow(): void
  /** How many rows may be written, column by column, before `endRows` must be called; for targets that take them so. */
  room?(): number
  endRows?(count: number): void
}

export interface CsvColumn {
  readonly name: string
  readonly builder: ColumnBuilder
  /** Applies lengths and checks to a value that the type's parser read. */
  readonly finish?: (value: Value) => Value
  /** FORCE_NULL: quoted texts may be NULL too. FORCE_NOT_NULL: nothing is. */
  readonly quotedNulls?: boolean
  readonly neverNull?: boolean
}

/** A text to read: bytes in whatever encoding, or a file in UTF-8 that begins at `start`. */
export type CsvInput = Uint8Array | { readonly source: ByteSource; readonly start: number }

interface Utf8Input {
  readonly bytes: Uint8Array | ByteSource
  readonly start: number
}

function toUtf8Input(input: CsvInput, encoding: string | undefined): Utf8Input {
  if (input instanceof Uint8Array) return { bytes: toUtf8(input, encoding), start: 0 }
  return { bytes: input.source, start: input.start }
}

/** Reads all records into a target; returns how many. @throws SqlError 22P04 and what the types raise, with the line */
export function readCsv(
  input: CsvInput,
  options: CsvOptions,
  target: CsvTarget,
  settings: Settings = defaultSettings,
  openPlain?: OpenPlainReader,
): number {
  const text = toUtf8Input(input, options.encoding)
  const dialect = options.sniff ? sniff(text.bytes, options, text.start).dialect : dialectOf(options)
  const scanner = start(
    text,
    dialect,
    target.columns.map((column) => column?.name),
  )
  const readRow = rowReader(scanner, dialect, target, settings)
  const plain = openPlain?.(dialect, plainColumns(target, settings), scanner.size)
  const readRows =
    plain !== undefined
      ? () => plain.read(scanner, target.room!())
      : dialect.ignoreErrors
        ? undefined
        : chunkReader(scanner, dialect, target, settings)
  let rows = 0
  try {
    for (;;) {
      const read = readRows?.() ?? 0
      rows += read
      if (read > 0 && plain !== undefined) target.endRows!(read)
      if (read > 0) continue
      if (!readRow()) return rows
      rows++
    }
  } finally {
    plain?.release()
  }
}

function plainColumns(target: CsvTarget, settings: Settings): (PlainColumn | undefined)[] {
  return target.columns.map(
    (column) =>
      column && {
        builder: column.builder,
        write: fieldWriter(column.builder, settings, column.finish),
        quotedNulls: column.quotedNulls ?? false,
        neverNull: column.neverNull ?? false,
      },
  )
}

/** A scanner at the first record below the header. */
function start(text: Utf8Input, dialect: CsvDialect, names: readonly (string | undefined)[]): CsvScanner {
  const scanner = new CsvScanner(text.bytes, dialect, text.start)
  for (let i = 0; i < dialect.skip; i++) scanner.skipLine()
  if (dialect.header) {
    let found = scanner.next()
    while (found && scanner.isBlank) found = scanner.next()
    if (dialect.matchHeader) checkHeader(scanner, found, names)
  }
  return scanner
}

/** HEADER MATCH: the header has the columns' names, in their order. */
function checkHeader(scanner: CsvScanner, found: boolean, names: readonly (string | undefined)[]): void {
  const count = found ? scanner.count : 1
  if (count !== names.length) {
    const message = `wrong number of fields in header line: field count is ${count}, expected ${names.length}`
    throw new SqlError('bad_copy_file_format', message)
  }
  for (const [field, name] of names.entries()) {
    const text = found ? scanner.text(field) : ''
    if (text === name) continue
    throw new SqlError(
      'bad_copy_file_format',
      `column name mismatch in header line field ${field + 1}: got "${text}", expected "${name}"`,
    )
  }
}

/** A function that writes the next record to the target; false at the end. */
function rowReader(scanner: CsvScanner, dialect: CsvDialect, target: CsvTarget, settings: Settings): () => boolean {
  const { columns, width } = target
  const writers: (FieldWriter | undefined)[] = columns.map(
    (column) => column && fieldWriter(column.builder, settings, column.finish),
  )
  const isNull = nullTest(dialect)
  const onlyEmptyIsNull = dialect.nulls.length === 1 && dialect.nulls[0] === ''
  return () => {
    for (;;) {
      let field = 0
      try {
        if (!scanner.next()) return false
        if (width > 1 && scanner.isBlank) continue
        checkWidth(scanner, dialect, target)
        const { starts, ends, flags, count } = scanner
        for (field = 0; field < width; field++) {
          const column = columns[field]
          if (column === undefined) continue
          if (field >= count) column.builder.appendNull()
          else if (flags[field] === 0 && !column.neverNull) {
            const from = starts[field]
            const to = ends[field]
            if (onlyEmptyIsNull ? from === to : isNull(scanner.bytes, from, to)) column.builder.appendNull()
            else writers[field]!(scanner.bytes, from, to)
          } else writeCarefully(scanner, field, column, writers[field]!, isNull)
        }
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        if (!dialect.ignoreErrors) throw located(error, scanner, field, target)
        takeBack(columns, field)
        if (scanner.count < width && error.code === '22P04') scanner.recover()
        continue
      }
      target.endRow()
      return true
    }
  }
}

const chunkRows = 2048
const chunkBytes = 1 << 16

/**
 * A function that reads plain records by the chunk and writes them column by column: a loop over one column's fields has one
 * builder and one form of value, where a loop over rows has them all (lineitem at scale 1: 14.2 s by rows). Returns how many it
 * read; 0 when the next record is not plain. A chunk with a field that cannot be read is taken back and left to the row reader,
 * which meets the first error first.
 */
function chunkReader(
  scanner: CsvScanner,
  dialect: CsvDialect,
  target: CsvTarget,
  settings: Settings,
): (() => number) | undefined {
  const { columns, width } = target
  if (!target.room || !target.endRows) return undefined
  const table = new FieldTable(width, chunkRows)
  const writers = columns.map((column) => column && columnWriter(column, table, scanner, settings))
  const isNull = nullTest(dialect)
  const onlyEmptyIsNull = dialect.nulls.length === 1 && dialect.nulls[0] === ''
  let carefulUntil = 0
  return () => {
    if (scanner.offset + scanner.position < carefulUntil || target.room!() < chunkRows) return 0
    scanner.ensure(chunkBytes)
    const start = scanner.position
    if (!scanner.readPlain(table)) return 0
    const lengths = columns.map((column) => column?.builder.length ?? 0)
    try {
      for (let field = 0; field < width; field++) {
        const isNullHere = columns[field]?.neverNull ? neverNull : onlyEmptyIsNull ? undefined : isNull
        writers[field]?.(field * chunkRows, table.rows, isNullHere)
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      for (let field = 0; field < width; field++) columns[field]?.builder.truncate(lengths[field])
      carefulUntil = scanner.offset + scanner.position
      scanner.advance(start, -table.rows)
      return 0
    }
    target.endRows!(table.rows)
    return table.rows
  }
}

type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean

const neverNull: NullTest = () => false

function writeCarefully(
  scanner: CsvScanner,
  field: number,
  column: CsvColumn,
  write: FieldWriter,
  isNull: (bytes: Uint8Array, start: number, end: number) => boolean,
): void {
  const { bytes, start, end } = scanner.fieldBytes(field)
  const mayBeNull = !column.neverNull && ((scanner.flags[field] & QUOTED) === 0 || column.quotedNulls)
  if (mayBeNull && isNull(bytes, start, end)) column.builder.appendNull()
  else write(bytes, start, end)
}

function checkWidth(scanner: CsvScanner, dialect: CsvDialect, target: CsvTarget): void {
  const { count } = scanner
  const { width } = target
  if (count === width) return
  if (count > width) {
    const onlyEmptyTail =
      count === width + 1 && scanner.starts[width] === scanner.ends[width] && dialect.delimiter === 124
    if (onlyEmptyTail) return
    throw new SqlError('bad_copy_file_format', 'extra data after last expected column')
  }
  if (dialect.nullPadding) return
  throw new SqlError('bad_copy_file_format', `missing data for column "${target.columns[count]?.name ?? count + 1}"`)
}

function nullTest(dialect: CsvDialect): (bytes: Uint8Array, start: number, end: number) => boolean {
  const nulls = dialect.nulls.map((text) => new TextEncoder().encode(text))
  return (bytes, start, end) => {
    for (const text of nulls) {
      if (text.length !== end - start) continue
      let at = 0
      while (at < text.length && bytes[start + at] === text[at]) at++
      if (at === text.length) return true
    }
    return false
  }
}

/** Takes back what a bad record had already written. */
function takeBack(columns: readonly (CsvColumn | undefined)[], failed: number): void {
  for (let field = 0; field < failed; field++) {
    const builder = columns[field]?.builder
    builder?.truncate(builder.length - 1)
  }
}

/** The error with the file, the line, the column and the text. */
function located(error: SqlError, scanner: CsvScanner, field: number, target: CsvTarget): SqlError {
  const column = target.columns[field]
  const place = `${target.name}, line ${scanner.line}`
  const { starts, ends, bytes } = scanner
  const inField = column !== undefined && field < scanner.count && error.code !== '22P04'
  const text = inField
    ? excerpt(bytes, starts[field], ends[field])
    : scanner.count > 0
      ? excerpt(bytes, starts[0], ends[scanner.count - 1])
      : excerpt(bytes, scanner.position, bytes.length)
  const detail = inField ? `${place}, column ${column.name}: "${text}"` : `${place}: "${text}"`
  return new SqlError(error.condition, error.message, {
    detail,
    hint: error.hint,
    column: column?.name,
    cause: error,
  })
}

function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 100))).split(/[\r\n]/)[0]
  return end - start > 100 ? `${text}…` : text
}

/** What `types` and `columns` options name is resolved by the caller, who knows SQL's type names. */
export type TypeByName = (name: string) => DataType

/** A CSV file as rows, its dialect and types sniffed where options leave them open. */
export function csvSource(
  name: string,
  open: () => CsvInput & { close?(): void },
  options: CsvOptions,
  typeByName: TypeByName,
): ExternalSource {
  const first = open()
  const text = toUtf8Input(first, options.encoding)
  const sniffed = sniff(text.bytes, options, text.start)
  const estimatedRows = estimateRows(text)
  first.close?.()
  const columns = options.columns
    ? [...options.columns].map(([column, type]) => ({ name: column, type: typeByName(type) }))
    : sniffed.names.map((column, i) => {
        const given = options.types?.get(column) ?? options.types?.get(String(i))
        return { name: column, type: given === undefined ? sniffed.types[i] : typeByName(given) }
      })
  return {
    name,
    columns,
    estimatedRows,
    *read(wanted, memory) {
      const chosen = memory?.open(wanted.map((column) => columns[column].type))
      const input = open()
      try {
        const file = { name, text: toUtf8Input(input, options.encoding), dialect: sniffed.dialect, columns, wanted }
        if (memory === undefined || chosen === undefined) yield* valueBatches(file)
        else yield* columnBatches(file, chosen, memory.openPlain)
      } finally {
        input.close?.()
        chosen?.release()
      }
    },
  }
}

interface CsvFile {
  readonly name: string
  readonly text: Utf8Input
  readonly dialect: CsvDialect
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  readonly wanted: readonly number[]
}

/** A target for the wanted columns, and a scanner at the first record. */
function openFile(file: CsvFile, builderOf: (column: number) => ColumnBuilder | undefined): [CsvTarget, CsvScanner] {
  const { name, text, dialect, columns } = file
  const target: CsvTarget = {
    name: `File "${name}"`,
    width: columns.length,
    columns: columns.map((column, i) => {
      const builder = builderOf(i)
      return builder && { name: column.name, builder }
    }),
    endRow: () => {},
  }
  const names = columns.map((column) => column.name)
  return [target, start(text, dialect, names)]
}

/** Batches in the database's memory. */
function* columnBatches(file: CsvFile, chosen: SourceColumns, openPlain: OpenPlainReader): Generator<Batch> {
  const { wanted, dialect } = file
  const [target, scanner] = openFile(file, (column) => chosen.columns[wanted.indexOf(column)])
  const readRow = rowReader(scanner, dialect, target, defaultSettings)
  const plain = openPlain(dialect, plainColumns(target, defaultSettings), scanner.size)
  try {
    for (let isOver = false; !isOver; ) {
      let rows = 0
      while (rows < sourceBatchRows) {
        const read = plain?.read(scanner, sourceBatchRows - rows) ?? 0
        rows += read
        if (read > 0) continue
        if (!readRow()) {
          isOver = true
          break
        }
        rows++
      }
      if (rows === 0) return
      yield wanted.length === 0 ? { rowCount: rows, selection: null, columns: [] } : chosen.batch()
      chosen.clear()
    }
  } finally {
    plain?.release()
  }
}

/** Batches of JavaScript values. */
function* valueBatches(file: CsvFile): Generator<Batch> {
  const { wanted, columns, dialect } = file
  const builders = columns.map(({ type }, i) => (wanted.includes(i) ? new ValuesBuilder(type) : undefined))
  const [target, scanner] = openFile(file, (column) => builders[column])
  const readRow = rowReader(scanner, dialect, target, defaultSettings)
  let rows = 0
  while (readRow()) {
    if (++rows < sourceBatchRows) continue
    yield takeBatch(builders, wanted, rows)
    rows = 0
  }
  if (rows > 0) yield takeBatch(builders, wanted, rows)
}

function takeBatch(
  builders: readonly (ValuesBuilder | undefined)[],
  wanted: readonly number[],
  rowCount: number,
): Batch {
  const taken = new Map(wanted.map((column) => [column, builders[column]!.take()]))
  return {
    rowCount,
    selection: null,
    columns: wanted.map((column) => ({ layout: 'values', type: builders[column]!.type, values: taken.get(column)! })),
  }
}

/** From the average line of the first 64 KiB. */
function estimateRows({ bytes }: Utf8Input): number {
  const isWhole = bytes instanceof Uint8Array
  const size = isWhole ? bytes.length : bytes.size
  const sample = isWhole ? bytes.subarray(0, 65536) : new Uint8Array(Math.min(65536, size))
  if (!isWhole) bytes.read(sample, 0)
  let lines = 1
  for (const byte of sample) if (byte === 10) lines++
  return Math.ceil((lines * size) / Math.max(1, sample.length))
}
