/**
 * Reads Parquet. `db.query` is synchronous and hyparquet's reading functions are not, but only because they fetch bytes: what
 * they are made of, from the metadata to the decoding of a column chunk, is synchronous. A file that is in memory needs no
 * fetching, so the row groups are walked here and each chunk is handed to hyparquet's `readColumn`.
 *
 * Logical types are taken off the elements before decoding, so that values arrive as they are stored, and are converted here:
 * hyparquet's own conversion turns decimals into doubles and timestamps into milliseconds. A list of scalars becomes an array;
 * other nested columns become jsonb.
 */
import { parquetMetadata, parquetSchema } from 'hyparquet'
import { readColumn } from 'hyparquet/src/column.js'
import { assembleNested } from 'hyparquet/src/assemble.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { compressors } from 'hyparquet-compressors'
import { notSupported, SqlError } from '../error.ts'
import { arrayOf, type DataType, JSONB } from '../types/data-type.ts'
import type { ExternalSource } from '../types/external-source.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'
import { defaultSettings } from '../settings.ts'
import { leafConverter, leafType, type ParquetElement, plainJson } from './parquet-types.ts'

const batchRows = 4096

interface SchemaNode {
  readonly element: ParquetElement
  readonly children: readonly SchemaNode[]
  readonly path: readonly string[]
}

interface ColumnMetadata {
  readonly path_in_schema: readonly string[]
  readonly codec: string
  readonly num_values: bigint
  readonly data_page_offset: bigint
  readonly dictionary_page_offset?: bigint
  readonly total_compressed_size: bigint
}

interface RowGroup {
  readonly columns: readonly { readonly meta_data?: ColumnMetadata; readonly file_path?: string }[]
  readonly num_rows: bigint
}

/** A Parquet file as rows. @throws SqlError 22P04 where the file is damaged, 0A000 where it uses what we do not read */
export function parquetSource(name: string, bytes: Uint8Array): ExternalSource {
  const metadata = guarded(name, () => readMetadata(bytes))
  const root = parquetSchema(metadata) as unknown as SchemaNode
  const columns = root.children.map((node) => ({ name: node.element.name, type: guarded(name, () => columnType(node)), node }))
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    estimatedRows: Number(metadata.num_rows),
    read: (wanted) =>
      readGroups(
        name,
        bytes,
        metadata.row_groups as unknown as readonly RowGroup[],
        root,
        wanted.map((column) => columns[column]),
      ),
  }
}

function readMetadata(bytes: Uint8Array): ReturnType<typeof parquetMetadata> {
  const magic = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || magic(0) !== 'PAR1' || magic(bytes.length - 4) !== 'PAR1') {
    if (bytes.length >= 12 && magic(bytes.length - 4) === 'PARE') throw notSupported('reading encrypted Parquet files')
    throw new SqlError('bad_copy_file_format', 'this is not a Parquet file')
  }
  const metadata = parquetMetadata(exactBuffer(bytes), { geoparquet: false })
  if ((metadata as { encryption_algorithm?: unknown }).encryption_algorithm !== undefined) throw notSupported('reading encrypted Parquet files')
  return metadata
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

function* readGroups(
  name: string,
  bytes: Uint8Array,
  groups: readonly RowGroup[],
  root: SchemaNode,
  wanted: readonly WantedColumn[],
): Generator<Batch> {
  for (const group of groups) {
    const rows = Number(group.num_rows)
    const values = wanted.map((column) => guarded(`${name}, column ${column.name}`, () => readTopLevel(bytes, group, root, column, rows)))
    for (let start = 0; start < rows; start += batchRows) {
      const end = Math.min(rows, start + batchRows)
      yield {
        rowCount: end - start,
        selection: null,
        columns: wanted.map(({ type }, i) => ({ layout: 'values', type, values: values[i].slice(start, end) })),
      }
    }
  }
}

/** The values of a top-level column in one row group. */
function readTopLevel(bytes: Uint8Array, group: RowGroup, root: SchemaNode, column: WantedColumn, rows: number): Value[] {
  const leaves = leavesOf(column.node)
  const isVariant = column.node.element.logical_type?.type === 'VARIANT'
  const data = new Map<string, unknown[]>()
  for (const leaf of leaves) {
    const path = leaf.path.join('.')
    const chunk = group.columns.find((candidate) => candidate.meta_data?.path_in_schema.join('.') === path)
    if (!chunk?.meta_data) throw new SqlError('bad_copy_file_format', `the file has no data for column "${path}"`)
    if (chunk.file_path) throw notSupported('Parquet data in other files')
    data.set(path, readChunk(bytes, chunk.meta_data, schemaPath(root, leaf.path), leaf, rows, isVariant))
  }
  if (column.node.children.length === 0) {
    const convert = leafConverter(column.node.element)
    const [values] = data.values()
    if (values.length !== rows) throw new SqlError('bad_copy_file_format', `expected ${rows} values, found ${values.length}`)
    return column.type.kind === 'array' ? values.map((list) => listValue(list, convert)) : values.map((value) => orNull(value, convert))
  }
  assembleNested(data as never, column.node as never, DEFAULT_PARSERS)
  const assembled = data.get(column.name) ?? []
  if (assembled.length !== rows) throw new SqlError('bad_copy_file_format', `expected ${rows} values, found ${assembled.length}`)
  const item = column.type.kind === 'array' ? scalarListItem(column.node) : undefined
  if (item) {
    const convert = leafConverter(item.element)
    return assembled.map((list) => listValue(list, convert))
  }
  const { parse } = traits(JSONB)
  return assembled.map((value) =>
    value === null || value === undefined ? null : parse(JSON.stringify(plainJson(value, isVariant ? undefined : column.node)), JSONB, defaultSettings),
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
  bytes: Uint8Array,
  metadata: ColumnMetadata,
  path: readonly SchemaNode[],
  leaf: SchemaNode,
  rows: number,
  isVariant: boolean,
): unknown[] {
  const first = metadata.dictionary_page_offset && metadata.dictionary_page_offset > 0n ? metadata.dictionary_page_offset : metadata.data_page_offset
  const start = Number(first < metadata.data_page_offset ? first : metadata.data_page_offset)
  const length = Number(metadata.total_compressed_size)
  if (start < 0 || length < 0 || start + length > bytes.length) {
    throw new SqlError('bad_copy_file_format', 'a column chunk lies outside the file')
  }
  const { type, type_length, repetition_type, name } = leaf.element
  const raw = isVariant ? leaf.element : { type, type_length, repetition_type, name }
  const { data } = readColumn(
    { view: new DataView(bytes.buffer, bytes.byteOffset + start, length), offset: 0 },
    { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows } as never,
    {
      ...metadata,
      type,
      element: raw,
      schemaPath: path,
      pathInSchema: leaf.path,
      codec: metadata.codec,
      compressors,
      utf8: isVariant,
      parsers: { ...DEFAULT_PARSERS, timestampFromNanoseconds: (nanos: bigint) => nanos },
    } as never,
  )
  return (data as ArrayLike<unknown>[]).flatMap((page) => Array.from(page))
}

/** What the decoder raises about a damaged file becomes an error that names it. */
function guarded<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof SqlError) {
      throw error.detail ? error : new SqlError(error.condition, error.message, { detail: `File "${name}".`, cause: error })
    }
    const { message } = error as Error
    const condition = /not supported|unsupported/.test(message) ? 'feature_not_supported' : 'bad_copy_file_format'
    throw new SqlError(condition, `could not read Parquet data: ${message}`, { detail: `File "${name}".`, cause: error })
  }
}
