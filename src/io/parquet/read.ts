/**
 * Reads Parquet. `db.query` is synchronous and hyparquet's reading functions are not, but only because they fetch bytes: what
 * they are made of, from the metadata to the decoding of a column chunk, is synchronous. A file that is in memory needs no
 * fetching, so the row groups are walked here. Plain and dictionary-coded columns of common types go straight into vectors
 * (`chunk-reader.ts`); every other chunk, and all where nothing may be compiled, is handed to hyparquet's `readColumn`.
 *
 * Logical types are taken off the elements before decoding, so that values arrive as they are stored, and are converted here:
 * hyparquet's own conversion turns decimals into doubles and timestamps into milliseconds. A list of scalars becomes an array;
 * other nested columns become jsonb.
 */
import { notSupported, SqlError } from '../../error.ts'
import { defaultSettings } from '../../settings.ts'
import type { ColumnRange } from '../../types/column-range.ts'
import { arrayOf, DATE, type DataType, JSONB, TIMESTAMP } from '../../types/data-type.ts'
import type { ExternalSource, SourceBlocks } from '../../types/external-source.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import type { Batch, Vector } from '../../types/vector.ts'
import { ChunkReader, type FlatChunk, hasPlainEncodings } from './chunk-reader.ts'
import { flatForm } from './flat-form.ts'
import { floorDivide, leafConverter, leafType, type ParquetElement, plainJson, scalarJson } from './leaf.ts'
import type { ParquetLibrary } from './library.ts'
import { type ChunkStatistics, excludes, statisticsParsers } from './statistics.ts'

const batchRows = 4096

interface SchemaNode {
  readonly element: ParquetElement
  readonly children: readonly SchemaNode[]
  readonly path: readonly string[]
}

interface ColumnMetadata {
  readonly path_in_schema: readonly string[]
  readonly codec: string
  readonly encodings: readonly string[]
  readonly num_values: bigint
  readonly data_page_offset: bigint
  readonly dictionary_page_offset?: bigint
  readonly total_compressed_size: bigint
  readonly statistics?: ChunkStatistics
}

interface RowGroup {
  readonly columns: readonly { readonly meta_data?: ColumnMetadata; readonly file_path?: string }[]
  readonly num_rows: bigint
}

interface FileMetadata {
  readonly num_rows: bigint
  readonly row_groups: readonly RowGroup[]
}

/** A file that is being read. */
interface OpenFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly root: SchemaNode
  readonly library: ParquetLibrary
}

/** A Parquet file as rows. @throws SqlError 22P04 where the file is damaged, 0A000 where it uses what we do not read */
export function parquetSource(name: string, bytes: Uint8Array, library: ParquetLibrary): ExternalSource {
  const metadata = guarded(name, () => readMetadata(bytes, library))
  const root: SchemaNode = library.parquetSchema(metadata)
  const columns = root.children.map((node) => ({
    name: node.element.name,
    type: guarded(name, () => columnType(node)),
    node,
  }))
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    estimatedRows: Number(metadata.num_rows),
    read: (wanted, memory, ranges = []) =>
      readGroups(
        { name, bytes, root, library },
        metadata.row_groups.filter(
          (group) => !ranges.some((range) => isOutside(group, columns[range.column].node, range)),
        ),
        wanted.map((column) => columns[column]),
        memory?.blocks,
      ),
  }
}

function readMetadata(bytes: Uint8Array, library: ParquetLibrary): FileMetadata {
  const magic = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || magic(0) !== 'PAR1' || magic(bytes.length - 4) !== 'PAR1') {
    if (bytes.length >= 12 && magic(bytes.length - 4) === 'PARE') throw notSupported('reading encrypted Parquet files')
    throw new SqlError('bad_copy_file_format', 'this is not a Parquet file')
  }
  return library.parquetMetadata(exactBuffer(bytes), {
    geoparquet: false,
    parsers: { ...library.DEFAULT_PARSERS, ...statisticsParsers },
  })
}

/** The bytes as an ArrayBuffer of exactly their length: hyparquet counts offsets from its beginning. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  if (byteOffset === 0 && byteLength === buffer.byteLength) return buffer as ArrayBuffer
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
}

function columnType(node: SchemaNode): DataType {
  if (node.children.length === 0) {
    const type = leafType(node.element)
    return node.element.repetition_type === 'REPEATED' ? arrayOf(type) : type
  }
  const item = scalarListItem(node)
  return item ? arrayOf(leafType(item.element)) : JSONB
}

/** The leaf of a list of scalars: `group (LIST) { repeated group list { element } }` or the older two-level form. */
function scalarListItem(node: SchemaNode): SchemaNode | undefined {
  if (node.element.converted_type !== 'LIST' && node.element.logical_type?.type !== 'LIST') return undefined
  if (node.children.length !== 1) return undefined
  const repeated = node.children[0]
  if (repeated.children.length === 0) return repeated
  return repeated.children.length === 1 && repeated.children[0].children.length === 0 ? repeated.children[0] : undefined
}

interface WantedColumn {
  readonly name: string
  readonly type: DataType
  readonly node: SchemaNode
}

/** Whether the statistics tell that no row of the group has a value of the column within the range. */
function isOutside(group: RowGroup, node: SchemaNode, range: ColumnRange): boolean {
  if (node.children.length > 0 || node.element.repetition_type === 'REPEATED') return false
  return excludes(findChunk(group, node)?.meta_data?.statistics, node.element, range)
}

function findChunk(group: RowGroup, { path }: SchemaNode): RowGroup['columns'][number] | undefined {
  const name = path.join('.')
  return group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === name)
}

function* readGroups(
  file: OpenFile,
  groups: readonly RowGroup[],
  wanted: readonly WantedColumn[],
  blocks: SourceBlocks | undefined,
): Generator<Batch> {
  for (const group of groups) {
    const rows = Number(group.num_rows)
    const opened: ColumnRows[] = []
    try {
      for (const column of wanted) {
        opened.push(guardedColumn(file, column, () => openColumn(file, group, column, rows, blocks)))
      }
      for (let start = 0; start < rows; start += batchRows) {
        const rowCount = Math.min(batchRows, rows - start)
        const columns = opened.map((column, i) => guardedColumn(file, wanted[i], () => column.next(rowCount)))
        yield { rowCount, selection: null, columns }
      }
    } finally {
      for (const column of opened) column.close()
    }
  }
}

/** A column of one row group, some rows after the other. */
interface ColumnRows {
  next(count: number): Vector
  close(): void
}

function openColumn(
  file: OpenFile,
  group: RowGroup,
  column: WantedColumn,
  rows: number,
  blocks: SourceBlocks | undefined,
): ColumnRows {
  const { node, type } = column
  const form = blocks && node.children.length === 0 && type.kind !== 'array' ? flatForm(node.element) : undefined
  const metadata = form && chunkOf(group, node)
  if (form && metadata && hasPlainEncodings(metadata.encodings)) {
    const chunk: FlatChunk = {
      type,
      form,
      isNullable: node.element.repetition_type !== 'REQUIRED',
      bytes: chunkBytes(file, metadata),
      codec: metadata.codec,
    }
    if (Number(metadata.num_values) !== rows) throw wrongCount(rows, Number(metadata.num_values))
    return new ChunkReader(chunk, file.library, blocks!, Math.min(rows, batchRows))
  }
  const values = readTopLevel(file, group, column, rows)
  let at = 0
  return {
    next(count) {
      at += count
      return { layout: 'values', type, values: values.slice(at - count, at) }
    },
    close() {},
  }
}

function chunkOf(group: RowGroup, leaf: SchemaNode): ColumnMetadata {
  const chunk = findChunk(group, leaf)
  if (!chunk?.meta_data) {
    throw new SqlError('bad_copy_file_format', `the file has no data for column "${leaf.path.join('.')}"`)
  }
  if (chunk.file_path) throw notSupported('Parquet data in other files')
  return chunk.meta_data
}

function chunkBytes({ bytes }: OpenFile, metadata: ColumnMetadata): Uint8Array {
  const dictionary = metadata.dictionary_page_offset
  const first =
    dictionary && dictionary > 0n && dictionary < metadata.data_page_offset ? dictionary : metadata.data_page_offset
  const start = Number(first)
  const length = Number(metadata.total_compressed_size)
  if (start < 0 || length < 0 || start + length > bytes.length) {
    throw new SqlError('bad_copy_file_format', 'a column chunk lies outside the file')
  }
  return bytes.subarray(start, start + length)
}

function wrongCount(expected: number, found: number): SqlError {
  return new SqlError('bad_copy_file_format', `expected ${expected} values, found ${found}`)
}

function guardedColumn<T>(file: OpenFile, column: WantedColumn, work: () => T): T {
  return guarded(`${file.name}, column ${column.name}`, work)
}

/** The values of a top-level column in one row group. */
function readTopLevel(file: OpenFile, group: RowGroup, column: WantedColumn, rows: number): Value[] {
  const leaves = leavesOf(column.node)
  const isVariant = column.node.element.logical_type?.type === 'VARIANT'
  const data = new Map<string, unknown[]>()
  for (const leaf of leaves) {
    const path = leaf.path.join('.')
    const isTyped = isVariant && leaf.element.name === 'typed_value'
    const values = readChunk(file, chunkOf(group, leaf), leaf, rows, isVariant && !isTyped)
    data.set(path, isTyped ? values.map((value) => typedJson(value, leaf.element)) : values)
  }
  if (column.node.children.length === 0) {
    const convert = leafConverter(column.node.element)
    const [values] = data.values()
    if (values.length !== rows) throw wrongCount(rows, values.length)
    return column.type.kind === 'array'
      ? values.map((list) => listValue(list, convert))
      : values.map((value) => orNull(value, convert))
  }
  file.library.assembleNested(
    data,
    column.node,
    isVariant ? { ...file.library.DEFAULT_PARSERS, ...variantParsers } : file.library.DEFAULT_PARSERS,
  )
  const assembled = data.get(column.name) ?? []
  if (assembled.length !== rows) throw wrongCount(rows, assembled.length)
  const item = column.type.kind === 'array' ? scalarListItem(column.node) : undefined
  if (item) {
    const convert = leafConverter(item.element)
    return assembled.map((list) => listValue(list, convert))
  }
  const { parse } = traits(JSONB)
  return assembled.map((value) =>
    value === null || value === undefined
      ? null
      : parse(JSON.stringify(plainJson(value, isVariant ? undefined : column.node)), JSONB, defaultSettings),
  )
}

function orNull(value: unknown, convert: (raw: never) => Value): Value {
  return value === null || value === undefined ? null : convert(value as never)
}

function listValue(list: unknown, convert: (raw: never) => Value): Value {
  if (list === null || list === undefined) return null
  const values = Array.from(list as ArrayLike<unknown>, (item) => orNull(item, convert))
  return values.length === 0
    ? { dimensions: [], lowerBounds: [], values }
    : { dimensions: [values.length], lowerBounds: [1], values }
}

/** The shredded values of a variant, at whatever depth its lists have them, as JSON says them. */
function typedJson(value: unknown, element: ParquetElement): unknown {
  if (value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map((item) => typedJson(item, element))
  return scalarJson(leafConverter(element)(value as never), leafType(element))
}

function leavesOf(node: SchemaNode): SchemaNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leavesOf)
}

function schemaPath(root: SchemaNode, path: readonly string[]): SchemaNode[] {
  const nodes = [root]
  for (const name of path) nodes.push(nodes[nodes.length - 1].children.find((child) => child.element.name === name)!)
  return nodes
}

/** Decodes a column chunk: one entry per value, undefined or null where there is none. */
function readChunk(
  file: OpenFile,
  metadata: ColumnMetadata,
  leaf: SchemaNode,
  rows: number,
  isVariant: boolean,
): unknown[] {
  const { root, library } = file
  const bytes = chunkBytes(file, metadata)
  const { type, type_length, repetition_type, name } = leaf.element
  const raw = isVariant ? leaf.element : { type, type_length, repetition_type, name }
  const { data } = library.readColumn(
    { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 },
    { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows },
    {
      ...metadata,
      type,
      element: raw,
      schemaPath: schemaPath(root, leaf.path),
      pathInSchema: leaf.path,
      codec: metadata.codec,
      compressors: library.compressors,
      utf8: isVariant,
      parsers: { ...library.DEFAULT_PARSERS, ...(isVariant ? variantParsers : rawParsers) },
    },
  )
  return joined(data)
}

/** The values of all pages: Array.from walks typed arrays by their iterators, which took a third of the time of a load. */
function joined(pages: readonly ArrayLike<unknown>[]): unknown[] {
  const values: unknown[] = new Array(pages.reduce((sum, page) => sum + page.length, 0))
  let at = 0
  for (const page of pages) for (let i = 0; i < page.length; i++) values[at++] = page[i]
  return values
}

/** INT96 is the one type that is converted without an annotation. */
const rawParsers = { timestampFromNanoseconds: (nanos: bigint) => nanos }

/** A variant says its types value by value; JSON has texts for dates and times. */
const variantParsers = {
  dateFromDays: (days: number) => traits(DATE).format(days, DATE, defaultSettings),
  timestampFromMilliseconds: (millis: bigint) => isoTimestamp(BigInt(millis) * 1000n),
  timestampFromMicroseconds: (micros: bigint) => isoTimestamp(BigInt(micros)),
  timestampFromNanoseconds: (nanos: bigint) => isoTimestamp(floorDivide(BigInt(nanos), 1000n)),
}

function isoTimestamp(micros: bigint): string {
  return traits(TIMESTAMP).format(micros, TIMESTAMP, defaultSettings).replace(' ', 'T')
}

/** What the decoder raises about a damaged file becomes an error that names it. */
function guarded<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof SqlError) {
      throw error.detail
        ? error
        : new SqlError(error.condition, error.message, { detail: `File "${name}".`, cause: error })
    }
    const { message } = error as Error
    const condition = /not supported|unsupported/.test(message) ? 'feature_not_supported' : 'bad_copy_file_format'
    throw new SqlError(condition, `could not read Parquet data: ${message}`, {
      detail: `File "${name}".`,
      cause: error,
    })
  }
}
