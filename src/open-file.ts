/** Files in FROM and COPY: from a path, a format and options to a source of rows. */
import { notSupported, SqlError } from './error.ts'
import { castValue } from './functions/casts.ts'
import type { FileAccess, Host } from './host.ts'
import { compressionOf, utf8Start } from './io/bytes.ts'
import { type CsvOptions, setCsvOption } from './io/csv/dialect.ts'
import { type CsvInput, csvSource, type TypeByName } from './io/csv/read.ts'
import { decodeUtf8 } from './io/csv/scanner.ts'
import { widerType } from './io/csv/sniff.ts'
import { type JsonOptions, jsonSource } from './io/json.ts'
import { parquetSource } from './io/parquet/read.ts'
import { BIGINT, BYTEA, DATE, type DataType, TEXT } from './types/data-type.ts'
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
  path: string | readonly string[],
  format: string | undefined,
  options: ReadonlyMap<string, Value>,
  typeByName: TypeByName,
): ExternalSource {
  const patterns = typeof path === 'string' ? [path] : path
  const name = patterns[0]
  const paths = patterns.flatMap((pattern) => {
    const found = filesOf(host).glob(pattern)
    if (found.length === 0 && format !== 'glob') throw new SqlError('undefined_file', `no files match "${pattern}"`)
    return found
  })
  if (format === 'glob' || format === 'text' || format === 'blob') {
    for (const option of options.keys()) throw noOption(format === 'glob' ? format : `read_${format}`, option)
    return wholeFiles(host, name, paths, format)
  }
  const csv = csvOptions(options, format)
  const json = { ...jsonOptions(csv, typeByName), whole: format === 'json-objects' || csv.records === false }
  const sources = paths.map((each) => openOne(host, each, format, csv, json, typeByName))
  const united = unite(name, sources, csv.unionByName ?? false)
  const added = partitionColumns(paths, csv, typeByName)
  if (csv.fileName) added.push({ name: csv.fileName, type: TEXT, values: paths })
  if (added.length === 0) return sources.length === 1 ? sources[0] : united
  return withConstants(united, sources, added)
}

function noOption(reader: string, name: string): SqlError {
  if (knownOptions.has(name)) return notSupported(`option ${name} of ${reader}`)
  return new SqlError('undefined_parameter', `${reader} has no option "${name}"`)
}

/** Options that DuckDB has and these readers have not. */
const knownOptions: ReadonlySet<string> = new Set(
  `allow_quoted_nulls binary_as_string convert_strings_to_integers dateformat date_format encryption_config
  explicit_cardinality field_appearance_threshold file_row_number files_to_sniff force_not_null map_inference_threshold new_line normalize_names quoted_nulls rejects_limit rejects_scan
  rejects_table schema store_rejects strict_mode thousands timestampformat timestamp_format`.split(/\s+/),
)

function jsonOptions({ columns }: CsvOptions, typeByName: TypeByName): JsonOptions {
  return columns ? { columns: new Map([...columns].map(([name, type]) => [name, typeByName(type)])) } : {}
}

/** read_text, read_blob and glob: files rather than what is in them. */
function wholeFiles(host: Host, name: string, paths: readonly string[], format: string): ExternalSource {
  const files = filesOf(host)
  const content = format === 'blob' ? BYTEA : TEXT
  const columns =
    format === 'glob'
      ? [{ name: 'file', type: TEXT }]
      : [
          { name: 'filename', type: TEXT },
          { name: 'content', type: content },
          { name: 'size', type: BIGINT },
        ]
  const value = (path: string, column: number): Value => {
    if (column === 0) return path
    if (column === 2) return BigInt(files.size(path))
    const bytes = files.read(path)
    return format === 'blob' ? bytes : decodeUtf8(bytes, 0, bytes.length)
  }
  return {
    name,
    columns,
    estimatedRows: paths.length,
    *read(wanted): Iterable<Batch> {
      yield {
        rowCount: paths.length,
        selection: null,
        columns: wanted.map((column) => ({
          layout: 'values' as const,
          type: columns[column].type,
          values: paths.map((path) => value(path, column)),
        })),
      }
    },
  }
}

interface AddedColumn {
  readonly name: string
  readonly type: DataType
  /** One for each file. */
  readonly values: readonly Value[]
}

/** Columns of Hive's folders, `…/year=2024/…`, where all paths have the same; not looked for where that is switched off. */
function partitionColumns(
  paths: readonly string[],
  { hive, hiveTypes, hiveTexts }: CsvOptions,
  typeByName: TypeByName,
): AddedColumn[] {
  if (hive === false) return []
  const parts = paths.map(
    (path) =>
      new Map([...path.matchAll(/([^/=]+)=([^/]*)\//g)].map((match) => [decodeURIComponent(match[1]), match[2]])),
  )
  const names = [...parts[0].keys()]
  const isShared = parts.every((own) => own.size === names.length && names.every((name) => own.has(name)))
  if (!isShared) {
    if (hive) throw new SqlError('datatype_mismatch', 'the paths have different partitions')
    return []
  }
  return names.map((name) => {
    const texts = parts.map((own) => decodeURIComponent(own.get(name)!))
    const known = texts.filter((text) => text !== '__HIVE_DEFAULT_PARTITION__')
    const given = hiveTypes?.get(name)
    const type = given !== undefined ? typeByName(given) : hiveTexts ? TEXT : typeOfLabels(known)
    return { name, type, values: texts.map((text) => (known.includes(text) ? castValue(text, TEXT, type) : null)) }
  })
}

function typeOfLabels(texts: readonly string[]): DataType {
  if (texts.every((text) => /^-?\d{1,18}$/.test(text))) return BIGINT
  return texts.every((text) => /^\d{4}-\d\d-\d\d$/.test(text)) ? DATE : TEXT
}

function csvOptions(options: ReadonlyMap<string, Value>, format: string | undefined): CsvOptions {
  const result: CsvOptions = { sniff: true }
  for (const [name, value] of options) {
    if (setCsvOption(result, name, value)) continue
    throw noOption(`read_${format?.replace('-', '_') ?? 'file'}`, name)
  }
  return result
}

function openOne(
  host: Host,
  path: string,
  format: string | undefined,
  csv: CsvOptions,
  json: JsonOptions,
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
    case 'json-objects':
      return jsonSource(path, readFile(host, path), json)
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

/** Files as one table, and its rows that come from one of them. */
interface UnitedSource extends ExternalSource {
  readPart(file: number, ...args: Parameters<ExternalSource['read']>): Iterable<Batch>
}

/** Several files as one table: columns by position, or by name; their types widened. */
function unite(name: string, sources: readonly ExternalSource[], byName: boolean): UnitedSource {
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
      for (const [n] of sources.entries()) yield* this.readPart(n, wanted, memory)
    },
    *readPart(n, wanted, memory): Iterable<Batch> {
      const source = sources[n]
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

/** Adds columns that have one value in each file; they take the place of columns of their names. */
function withConstants(
  united: UnitedSource,
  sources: readonly ExternalSource[],
  added: readonly AddedColumn[],
): ExternalSource {
  const own = united.columns.filter((column) => !added.some(({ name }) => name === column.name))
  const places = own.map((column) => united.columns.indexOf(column))
  return {
    ...united,
    columns: [...own, ...added.map(({ name, type }) => ({ name, type }))],
    *read(wanted, memory): Iterable<Batch> {
      const inner = wanted.filter((column) => column < own.length)
      for (const [n] of sources.entries()) {
        for (const batch of united.readPart(
          n,
          inner.map((column) => places[column]),
          memory,
        )) {
          const columns = wanted.map((column) => {
            if (column < own.length) return batch.columns[inner.indexOf(column)]
            const { type, values } = added[column - own.length]
            return { layout: 'constant' as const, type, value: values[n] }
          })
          yield { ...batch, columns }
        }
      }
    },
  }
}
