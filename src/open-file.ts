/** Files in FROM and COPY: from a path, a format and options to a source of rows. */
import { notSupported, SqlError } from './error.ts'
import { castValue } from './functions/casts.ts'
import type { FileAccess, Host } from './host.ts'
import { compressionOf, utf8Start } from './io/bytes.ts'
import { type CsvOptions, setCsvOption } from './io/csv/dialect.ts'
import { type CsvInput, csvSource, type TypeByName } from './io/csv/read.ts'
import { widerType } from './io/csv/sniff.ts'
import { jsonSource } from './io/json.ts'
import { parquetSource } from './io/parquet/read.ts'
import { type DataType, TEXT } from './types/data-type.ts'
import type { ExternalSource } from './types/external-source.ts'
import type { Value } from './types/value.ts'
import type { Batch, Vector } from './types/vector.ts'

export type FileFormat = 'csv' | 'json' | 'parquet'

/** The host's files, or the refusal where it has none. */
export function filesOf(host: Host): FileAccess {
  if (host.files) return host.files
  throw notSupported(
    'reading and writing files here',
    undefined,
    "Import the database from 'colonnade/node', or give it a Host with files.",
  )
}

/** The format that a path's ending says; compression's ending does not count. */
export function formatOfPath(path: string): FileFormat | undefined {
  const ending = /\.([a-z0-9]+)(?:\.(?:gz|zst))?$/i.exec(path)?.[1]?.toLowerCase()
  switch (ending) {
    case 'csv':
    case 'tsv':
    case 'tbl':
    case 'txt':
      return 'csv'
    case 'json':
    case 'ndjson':
    case 'jsonl':
      return 'json'
    case 'parquet':
      return 'parquet'
    default:
      return undefined
  }
}

/** A file's bytes, unpacked. */
export function readFile(host: Host, path: string): Uint8Array {
  const bytes = filesOf(host).read(path)
  const compression = compressionOf(bytes)
  if (compression === undefined) return bytes
  if (!host.unpack) throw notSupported(`reading ${compression}-compressed files here`)
  return host.unpack(bytes, compression)
}

export type OpenText = CsvInput & { close?(): void }

/** A file of text as the CSV reader takes it: part by part where the host can and its bytes are UTF-8. */
export function openText(host: Host, path: string, encoding: string | undefined): OpenText {
  const source = filesOf(host).open?.(path)
  if (source !== undefined) {
    const start = source.size === 0 ? undefined : utf8Start(source, encoding)
    if (start !== undefined) return { source, start, close: () => source.close() }
    source.close()
  }
  return readFile(host, path)
}

/**
 * Opens `FROM 'path'` and read_csv(…), read_json(…), read_parquet(…). A pattern opens all files that it names, as one.
 *
 * @throws SqlError 58P01 when there is no such file, 22P04 when it is damaged
 */
export function openFile(
  host: Host,
  path: string,
  format: string | undefined,
  options: ReadonlyMap<string, Value>,
  typeByName: TypeByName,
): ExternalSource {
  const paths = filesOf(host).glob(path)
  if (paths.length === 0) throw new SqlError('undefined_file', `no files match "${path}"`)
  const csv = csvOptions(options, format)
  const sources = paths.map((each) => openOne(host, each, format, csv, typeByName))
  const united = sources.length === 1 ? sources[0] : unite(path, sources, csv.unionByName ?? false)
  return csv.fileName ? withFileName(united, sources, paths) : united
}

function csvOptions(options: ReadonlyMap<string, Value>, format: string | undefined): CsvOptions {
  const result: CsvOptions = { sniff: true }
  for (const [name, value] of options) {
    if (setCsvOption(result, name, value)) continue
    const function_ = format === 'csv' ? 'read_csv' : `read_${format ?? 'file'}`
    throw new SqlError('undefined_parameter', `${function_} has no option "${name}"`)
  }
  return result
}

function openOne(
  host: Host,
  path: string,
  format: string | undefined,
  csv: CsvOptions,
  typeByName: TypeByName,
): ExternalSource {
  const chosen = format ?? formatOfPath(path)
  switch (chosen) {
    case 'csv': {
      const options = path.toLowerCase().includes('.tsv') ? { delimiter: '\t', ...csv } : csv
      return csvSource(path, () => openText(host, path, options.encoding), options, typeByName)
    }
    case 'json':
    case 'ndjson':
      return jsonSource(path, readFile(host, path))
    case 'parquet':
      if (!host.parquet) throw notSupported('reading Parquet files here')
      return parquetSource(path, readFile(host, path), host.parquet())
    case undefined:
      filesOf(host).size(path)
      throw new SqlError('undefined_table', `relation "${path}" does not exist`, {
        hint: 'A file is known by its ending: .csv, .tsv, .json, .ndjson or .parquet; read_csv and its like take any.',
      })
    default:
      throw notSupported(`reading files of format ${chosen}`)
  }
}

/** Several files as one table: columns by position, or by name; their types widened. */
function unite(name: string, sources: readonly ExternalSource[], byName: boolean): ExternalSource {
  const [first] = sources
  const columns = first.columns.map((column) => ({ ...column }))
  const places = sources.map((source) =>
    source.columns.map((column, i) => {
      const found = byName ? columns.findIndex((candidate) => candidate.name === column.name) : i
      if (found === -1 || found >= columns.length) {
        if (!byName) throw new SqlError('datatype_mismatch', `the files of "${name}" have different numbers of columns`)
        columns.push({ ...column })
        return columns.length - 1
      }
      columns[found].type = widerType(columns[found].type, column.type)
      return found
    }),
  )
  return {
    name,
    columns,
    estimatedRows: sources.reduce((sum, source) => sum + (source.estimatedRows ?? 0), 0),
    *read(wanted, memory): Iterable<Batch> {
      for (const [n, source] of sources.entries()) {
        const inSource = wanted.map((column) => places[n].indexOf(column))
        const present = inSource.filter((column) => column !== -1)
        const isSame = inSource.every(
          (column, i) => column === -1 || sameStored(source.columns[column].type, columns[wanted[i]].type),
        )
        for (const batch of source.read(present, isSame ? memory : undefined)) {
          yield {
            ...batch,
            columns: inSource.map((column, i) => {
              const { type } = columns[wanted[i]]
              if (column === -1) return { layout: 'constant', type, value: null }
              return converted(batch.columns[present.indexOf(column)], type)
            }),
          }
        }
      }
    },
  }
}

/** Whether vectors of one type stand for values of the other. */
function sameStored(one: DataType, other: DataType): boolean {
  return one.kind === other.kind && (one.kind !== 'numeric' || one.scale === (other as typeof one).scale)
}

/** A column of one file in the type of all, where readers made JavaScript values. */
function converted(vector: Vector, type: DataType): Vector {
  if (vector.layout !== 'values' || vector.type.kind === type.kind) return vector
  const convert = (value: Value): Value => (value === null ? null : castValue(value, vector.type, type))
  return { layout: 'values', type, values: vector.values.map(convert) }
}

/** Adds the column `filename`. */
function withFileName(
  united: ExternalSource,
  sources: readonly ExternalSource[],
  paths: readonly string[],
): ExternalSource {
  const last = united.columns.length
  return {
    ...united,
    columns: [...united.columns, { name: 'filename', type: TEXT }],
    *read(wanted, memory): Iterable<Batch> {
      for (const [n, source] of sources.entries()) {
        const inner = wanted.filter((column) => column !== last)
        for (const batch of source.read(inner, memory)) {
          const columns = wanted.map((column) =>
            column === last
              ? { layout: 'constant' as const, type: TEXT, value: paths[n] }
              : batch.columns[inner.indexOf(column)],
          )
          yield { ...batch, columns }
        }
      }
    },
  }
}
