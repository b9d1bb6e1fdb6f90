/**
 * COPY between tables and files, standard input (the lines below the statement in a script) and standard output (the rows of the
 * result). The format is what FORMAT says, else what the file's ending says, else PostgreSQL's text format. A CSV file without
 * any option that describes it has its delimiter and header sniffed.
 *
 * Rows of CSV go from the file's bytes straight into the table's segments where nothing but types, NOT NULL and keys is to be
 * checked; otherwise, and from other formats, they pass through an INSERT like any other.
 */
import { notSupported, SqlError } from '../error.ts'
import { plainReaders } from '../exec/compiled/csv/reader.ts'
import { relationLabel } from '../exec/ddl/names.ts'
import { intoOf } from '../exec/ddl/syntax.ts'
import type { ExecutionMode } from '../exec/operator.ts'
import { Executable, plannerContext, planStatement, typeByName } from '../executable.ts'
import { coerceLength } from '../functions/casts.ts'
import type { Host } from '../host.ts'
import { toUtf8 } from '../io/bytes.ts'
import { type CopyTextOptions, checkFieldCount, readCopyText, writeCopyText } from '../io/copy-text.ts'
import { type CsvOptions, setCsvOption } from '../io/csv/dialect.ts'
import { csvSource, readCsv } from '../io/csv/read.ts'
import { decodeUtf8 } from '../io/csv/scanner.ts'
import { writeCsvRow } from '../io/csv/write.ts'
import { type ParquetCodec, ParquetWriter } from '../io/parquet-writer/writer.ts'
import { filesOf, formatOfPath, type OpenText, openFile, openText, readFile } from '../open-file.ts'
import type * as ast from '../parser/ast.ts'
import { type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import type { ColumnDefinition, Relation, TableDefinition, Transaction } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import type { ExternalSource } from '../types/external-source.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { mustCopyForced, mustFitForced, noColumn } from './copy-forced.ts'
import { copyPartitioned, type Partitioning } from './copy-partitioned.ts'
import { textResult } from './text-result.ts'

type Format = 'text' | 'csv' | 'json' | 'parquet'

interface CopyOptions {
  readonly format: Format
  readonly csv: CsvOptions
  /** Of JSON: one array rather than a line for each row. */
  readonly array?: boolean
  /** ROW_GROUP_SIZE, of Parquet files. */
  readonly rowGroupRows?: number
  readonly partitioning?: Partitioning
}

export function runCopy(session: Session, statement: ast.Copy, transaction: Transaction): Result {
  if (statement.program) throw notSupported('COPY with PROGRAM', statement.span.start)
  const options = readOptions(statement)
  return statement.direction === 'from'
    ? copyFrom(session, statement, options, transaction)
    : copyTo(session, statement, options, transaction)
}

function readOptions(statement: ast.Copy): CopyOptions {
  const csv: CsvOptions = {}
  let format: Format | undefined
  let rowGroupRows: number | undefined
  let array = false
  let partitionBy: readonly string[] | undefined
  let [overwrite, writesColumns] = [false, false]
  for (const option of statement.options) {
    if (option.name === 'format') {
      const name = String(option.value).toLowerCase()
      if (!['text', 'csv', 'json', 'ndjson', 'parquet'].includes(name)) {
        if (name === 'binary') throw notSupported('COPY with FORMAT binary', option.span.start)
        throw new SqlError('invalid_parameter_value', `COPY format "${name}" not recognized`, {
          position: option.span.start,
        })
      }
      format = name === 'ndjson' ? 'json' : (name as Format)
    } else if (option.name === 'csv' && option.value === true) format = 'csv'
    else if (option.name === 'array') array = isOn(option)
    else if (option.name === 'partition_by') partitionBy = [option.value].flat().map(String)
    else if (option.name === 'overwrite_or_ignore') overwrite = isOn(option)
    else if (option.name === 'write_partition_columns') writesColumns = isOn(option)
    else if (option.name === 'row_group_size') rowGroupRows = readRowGroupSize(option)
    else if (!setCsvOption(csv, option.name, option.value)) {
      if (
        /^(?:overwrite|append|filename_pattern|file_extension|per_thread_output|(?:date|timestamp)format|file_size_bytes|preserve_order|return_files|prefix|suffix|field_ids|kv_metadata|compression_level|parquet_version)$/.test(
          option.name,
        )
      )
        throw notSupported(`option ${option.name} of COPY`, option.span.start)
      throw new SqlError('syntax_error', `option "${option.name}" not recognized`, { position: option.span.start })
    }
  }
  const implied = statement.file === undefined ? undefined : formatOfPath(statement.file)
  const describesItself = ['delimiter', 'quote', 'escape', 'header', 'nulls', 'skip'].some((name) => name in csv)
  if (format === undefined && implied === 'csv' && !describesItself) csv.sniff = true
  if (implied === 'csv' && csv.delimiter === undefined && /\.tsv/i.test(statement.file ?? '')) csv.delimiter = '\t'
  const chosen = format ?? implied ?? (partitionBy ? 'csv' : 'text')
  if (partitionBy && chosen === 'csv') csv.header ??= true
  const unfit = statement.options.find(({ name }) =>
    chosen === 'parquet'
      ? !/^(?:format|row_group_size|compression|partition_by|overwrite_or_ignore|write_partition_columns)$/.test(name)
      : name === 'row_group_size',
  )
  if (unfit) {
    throw notSupported(`option "${unfit.name}" with COPY format "${chosen}"`, unfit.span.start)
  }
  for (const { name, span } of statement.options) mustFitForced(name, statement.direction, chosen, span.start)
  const partitioning = partitionBy && { columns: partitionBy, ending: chosen, overwrite, writesColumns }
  return { format: chosen, csv, rowGroupRows, array, partitioning }
}

function isOn({ value }: ast.Copy['options'][number]): boolean {
  return value !== false && value !== 'false'
}

const mostGroupRows = 1 << 20

function readRowGroupSize({ value, span }: ast.Copy['options'][number]): number {
  const rows = Number(value)
  if (Number.isInteger(rows) && rows >= 1 && rows <= mostGroupRows) return rows
  throw new SqlError('invalid_parameter_value', `row_group_size must be a number from 1 to ${mostGroupRows}`, {
    position: span.start,
  })
}

function copyFrom(session: Session, statement: ast.Copy, options: CopyOptions, transaction: Transaction): Result {
  const table = findTable(statement, transaction)
  const columns = targetColumns(statement, table)
  mustCopyForced(
    options.csv,
    columns.map((column) => table.columns[column].name),
    table,
  )
  const { file } = statement
  const { host } = session.database
  if (file === undefined && statement.data === undefined) {
    throw notSupported(
      'COPY FROM STDIN here',
      statement.span.start,
      'In a script the data follows the statement and ends in a line with \\. alone.',
    )
  }
  const given = (): Uint8Array => new TextEncoder().encode(statement.data)
  const content = (): Uint8Array => (file === undefined ? given() : readFile(host, file))
  if (transaction.readOnly)
    throw new SqlError('read_only_sql_transaction', 'cannot execute COPY FROM in a read-only transaction')
  if (options.format === 'csv') {
    const paths = file === undefined ? [undefined] : filesOf(host).glob(file)
    if (paths.length === 0)
      throw new SqlError('undefined_file', `no files match "${file}"`, { position: statement.span.start })
    if (isPlain(table, columns) && !statement.where) {
      let rows = 0
      for (const path of paths)
        rows += copyCsv(session, table, columns, transaction, () => textOf(host, path, given, options), options)
      return changed(session, rows)
    }
  }
  const source = openSource(session, statement, options, table, columns, content, transaction)
  return insertFrom(session, statement, table, columns, source, transaction)
}

function findRelation(statement: ast.Copy, transaction: Transaction): Relation {
  const name = statement.table!
  const last = name.parts[name.parts.length - 1].name
  const relation = transaction.catalog.findRelation(last, name.parts.at(-2)?.name)
  if (!relation)
    throw new SqlError('undefined_table', `relation "${last}" does not exist`, { position: name.span.start })
  return relation
}

function findTable(statement: ast.Copy, transaction: Transaction): TableDefinition {
  const relation = findRelation(statement, transaction)
  if (relation.kind === 'table' && !relation.materialized) return relation
  throw new SqlError('wrong_object_type', `cannot copy to ${relationLabel(relation)} "${relation.name}"`, {
    position: statement.table!.span.start,
  })
}

/** COPY TO reads tables by name, and anything else by a query. System tables are read too. */
function mustBeTable(statement: ast.Copy, transaction: Transaction): void {
  const { parts, span } = statement.table!
  const relation = transaction.catalog.findRelation(parts[parts.length - 1].name, parts.at(-2)?.name)
  if (!relation || (relation.kind === 'table' && !relation.materialized)) return
  throw new SqlError('wrong_object_type', `cannot copy from ${relationLabel(relation)} "${relation.name}"`, {
    position: span.start,
    hint: relation.kind === 'sequence' ? undefined : 'Try the COPY (SELECT ...) TO variant.',
  })
}

/** Numbers of the table's columns that the fields go to. */
function targetColumns(statement: ast.Copy, table: TableDefinition): number[] {
  if (statement.columns.length === 0) return table.columns.flatMap((column, i) => (column.generated ? [] : [i]))
  return statement.columns.map(({ name, span }, i) => {
    const index = table.columns.findIndex((column) => column.name === name)
    if (table.columns[index]?.generated) {
      throw new SqlError('invalid_column_reference', `column "${name}" is a generated column`, {
        position: span.start,
        detail: 'Generated columns cannot be used in COPY.',
      })
    }
    if (index === -1) throw noColumn(name, table, span.start)
    if (statement.columns.findIndex((column) => column.name === name) < i) {
      throw new SqlError('duplicate_column', `column "${name}" specified more than once`, { position: span.start })
    }
    return index
  })
}

/** Whether rows need no expression evaluated: no checks, foreign keys, generated columns, nor defaults to fill in. */
function isPlain(table: TableDefinition, columns: readonly number[]): boolean {
  const hasRules = table.constraints.some(
    (constraint) => constraint.kind === 'check' || constraint.kind === 'foreign-key',
  )
  const isFilled = (column: ColumnDefinition, i: number): boolean =>
    !column.generated && column.type.kind !== 'domain' && (columns.includes(i) || (!column.default && !column.identity))
  return !hasRules && !table.triggers && table.columns.every(isFilled)
}

/** The file, or what was given with the statement. */
function textOf(host: Host, path: string | undefined, given: () => Uint8Array, { csv }: CopyOptions): OpenText {
  return path === undefined ? given() : openText(host, path, csv.encoding)
}

function copyCsv(
  session: Session,
  table: TableDefinition,
  columns: readonly number[],
  transaction: Transaction,
  open: () => OpenText,
  options: CopyOptions,
): number {
  const input = open()
  const target = transaction.appender(table)
  const absent = table.columns.flatMap((_, i) => (columns.includes(i) ? [] : [target.columns[i]]))
  try {
    readCsv(
      input,
      options.csv,
      {
        name: `COPY ${table.name}`,
        width: columns.length,
        columns: columns.map((column) => {
          const { name, type } = table.columns[column]
          return {
            name,
            builder: target.columns[column],
            finish: lengthOf(type),
            quotedNulls: options.csv.forceNull?.includes(name),
            neverNull: options.csv.forceNotNull?.includes(name),
          }
        }),
        endRow() {
          for (const column of absent) column.appendNull()
          target.endRow()
        },
        room: () => target.room,
        endRows(count) {
          for (const column of absent) for (let i = 0; i < count; i++) column.appendNull()
          target.endRows(count)
        },
      },
      session.settings,
      plainReaders(session.database.storage.pool, session.settings.get('execution') as ExecutionMode),
    )
    return target.finish()
  } finally {
    input.close?.()
    target.abandon()
  }
}

function lengthOf(type: DataType): ((value: Value) => Value) | undefined {
  return (value) => coerceLength(value, type, false)
}

/** A source whose columns have the names and types of those that they go to. */
function openSource(
  session: Session,
  statement: ast.Copy,
  options: CopyOptions,
  table: TableDefinition,
  columns: readonly number[],
  content: () => Uint8Array,
  transaction: Transaction,
): ExternalSource {
  const { host } = session.database
  const names = columns.map((column) => table.columns[column].name)
  const name = statement.file ?? 'standard input'
  switch (options.format) {
    case 'csv': {
      const types = new Map(names.map((column) => [column, column]))
      const byName = (column: string): DataType =>
        withoutLength(table.columns[table.columns.findIndex((each) => each.name === column)].type)
      const given = options.csv.sniff
        ? options.csv
        : { ...options.csv, delimiter: options.csv.delimiter ?? ',', header: options.csv.header ?? false }
      return csvSource(name, () => textOf(host, statement.file, content, options), { ...given, columns: types }, byName)
    }
    case 'text':
      return textSource(
        session,
        name,
        content(),
        options,
        columns.map((column) => table.columns[column]),
      )
    default:
      return openFile(host, name, options.format, new Map(), typeByName(plannerContext(session, transaction)))
  }
}

/** Lengths and digits are applied by the assignment that follows. */
function withoutLength(type: DataType): DataType {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return { kind: 'text' }
    case 'numeric':
      return { kind: 'numeric' }
    default:
      return type
  }
}

function textSource(
  session: Session,
  name: string,
  bytes: Uint8Array,
  options: CopyOptions,
  columns: readonly ColumnDefinition[],
): ExternalSource {
  const utf8 = toUtf8(bytes, options.csv.encoding)
  const text = decodeUtf8(utf8, 0, utf8.length)
  const names = columns.map((column) => column.name)
  const types = columns.map((column) => withoutLength(column.type))
  return {
    name,
    columns: names.map((column, i) => ({ name: column, type: types[i] })),
    *read(wanted) {
      const values: Value[][] = wanted.map(() => [])
      for (const { fields, line } of readCopyText(text, textOptions(options.csv))) {
        checkFieldCount(fields, names, `COPY, line ${line}`)
        for (const [i, column] of wanted.entries())
          values[i].push(parseField(fields[column], types[column], names[column], line, session))
      }
      const rowCount = values[0]?.length ?? 0
      for (let start = 0; start < rowCount; start += batchRows) {
        const end = Math.min(rowCount, start + batchRows)
        yield {
          rowCount: end - start,
          selection: null,
          columns: wanted.map((column, i) => ({
            layout: 'values' as const,
            type: types[column],
            values: values[i].slice(start, end),
          })),
        }
      }
    },
  }
}

const batchRows = 4096

function parseField(field: string | null, type: DataType, column: string, line: number, session: Session): Value {
  if (field === null) return null
  try {
    return traits(type).parse(field, type, session.settings)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const detail = `COPY, line ${line}, column ${column}: "${field}"`
    throw new SqlError(error.condition, error.message, { detail, hint: error.hint, column })
  }
}

function textOptions(csv: CsvOptions): CopyTextOptions {
  return { delimiter: csv.delimiter ?? '\t', null: csv.nulls?.[0] ?? '\\N', header: csv.header ?? false }
}

/** INSERT INTO table (columns) SELECT * FROM source WHERE …, by its syntax tree. */
function insertFrom(
  session: Session,
  statement: ast.Copy,
  table: TableDefinition,
  columns: readonly number[],
  source: ExternalSource,
  transaction: Transaction,
): Result {
  const { span } = statement
  const insert: ast.Insert = {
    kind: 'insert',
    span,
    table: statement.table!,
    columns: columns.map((column) => ({
      name: { name: table.columns[column].name, quoted: true, span },
      path: [],
      span,
    })),
    byName: false,
    overriding: 'system',
    source: selectAll({ kind: 'file', path: source.name, span }, span, statement.where),
    returning: [],
  }
  const planned = planStatement(session, insert, [], undefined, transaction, { context: { openFile: () => source } })
  return session.executePlanned(planned, 'COPY', transaction)
}

function selectAll(from: ast.TableExpression, span: ast.Span, where?: ast.Expression): ast.Select {
  return {
    kind: 'select',
    span,
    distinct: false,
    items: [{ span, expression: { kind: 'star', span, exclude: [], replace: [], rename: [] } }],
    from: [from],
    where,
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
  }
}

function changed(session: Session, rows: number): Result {
  return new ResultBuilder([]).finish('COPY', { settings: session.settings }, rows)
}

type Prepare = (query: NonNullable<ast.Copy['query']>) => Executable

function copyTo(
  session: Session,
  statement: ast.Copy,
  options: CopyOptions,
  transaction: Transaction,
  prepare: Prepare = (query) => session.prepareUncached(query, transaction),
): Result {
  if (statement.table) mustBeTable(statement, transaction)
  const relation = statement.query ? undefined : findRelation(statement, transaction)
  const query = statement.query ?? tableQuery(statement, relation as Relation)
  if (isQuery(query) && intoOf(query)) throw notSupported('COPY (SELECT INTO)')
  if (options.partitioning) return copyToPartitions(session, statement, options, query, transaction)
  if (options.format === 'parquet') return copyToParquet(session, statement, options, prepare(query), transaction)
  const result = session.execute(prepare(query), [], transaction, {})
  const names = result.columns.map((column) => column.name)
  mustCopyForced(options.csv, names, relation?.kind === 'table' ? relation : undefined)
  if (options.format === 'json' && !isQuery(query))
    throw notSupported('COPY of changed rows as JSON', statement.span.start)
  const lines =
    options.format === 'json'
      ? jsonLines(session, query as ast.Query, transaction, prepare)
      : textLines(result, names, options)
  if (statement.file === undefined) {
    return textResult(
      session,
      ['copy'],
      lines.map((line) => [line]),
      'COPY',
    )
  }
  const isArray = options.array && options.format === 'json'
  const text = isArray ? `[\n${lines.join(',\n')}\n]\n` : lines.length === 0 ? '' : `${lines.join('\n')}\n`
  const bytes = new TextEncoder().encode(text)
  filesOf(session.database.host).write(statement.file, packed(session, statement.file, options.csv.compression, bytes))
  return changed(session, result.text.length)
}

/** The file's bytes, packed as COMPRESSION says, or the path's ending. */
function packed(session: Session, file: string, compression: string | undefined, bytes: Uint8Array): Uint8Array {
  const chosen = compression ?? (/\.gz$/i.test(file) ? 'gzip' : /\.zst$/i.test(file) ? 'zstd' : 'none')
  if (chosen === 'none' || (chosen === 'auto' && !/\.(?:gz|zst)$/i.test(file))) return bytes
  const { pack } = session.database.host
  if (!pack || (chosen !== 'gzip' && !/\.gz$/i.test(file))) throw notSupported(`writing ${chosen}-compressed files`)
  return pack(bytes)
}

/** Each partition is copied as a query over its rows. */
function copyToPartitions(
  session: Session,
  statement: ast.Copy,
  options: CopyOptions,
  query: NonNullable<ast.Copy['query']>,
  transaction: Transaction,
): Result {
  const { file, span } = statement
  if (file === undefined) throw notSupported('PARTITION_BY without a folder', span.start)
  const write = (source: ExternalSource, path: string): void => {
    const rows = selectAll({ kind: 'file', path, span }, span)
    const prepare: Prepare = (part) => {
      const context = { openFile: () => source }
      const planned = planStatement(session, part, [], undefined, transaction, { context })
      return new Executable(session, transaction, planned, 'COPY', false)
    }
    const one = { ...statement, file: path, table: undefined, columns: [], query: rows }
    copyTo(session, one, { ...options, partitioning: undefined }, transaction, prepare)
  }
  return changed(session, copyPartitioned(session, file, options.partitioning!, query, transaction, write))
}

/** Batches go to the writer as they come; only the file itself is held. */
function copyToParquet(
  session: Session,
  statement: ast.Copy,
  options: CopyOptions,
  executable: Executable,
  transaction: Transaction,
): Result {
  const { host } = session.database
  if (statement.file === undefined)
    throw notSupported('COPY TO STDOUT with FORMAT parquet', statement.span.start, 'Name a file.')
  const codec = parquetCodec(options.csv.compression, statement)
  const writer = new ParquetWriter(executable.columns, {
    codec,
    rowGroupRows: options.rowGroupRows ?? defaultGroupRows,
    gzip: host.pack,
  })
  const context = session.executionContext(transaction, [])
  for (const batch of executable.operator.open(context)) writer.add(batch, context.pool.memory)
  filesOf(host).write(statement.file, writer.finish())
  return changed(session, writer.rowCount)
}

const defaultGroupRows = 122_880

function parquetCodec(name: string | undefined, statement: ast.Copy): ParquetCodec {
  const codec = name?.toLowerCase() ?? 'snappy'
  if (codec === 'snappy' || codec === 'gzip' || codec === 'uncompressed') return codec
  if (codec === 'none') return 'uncompressed'
  throw notSupported(
    `COMPRESSION ${name} with COPY format "parquet"`,
    statement.options.find((option) => option.name === 'compression')?.span.start,
    'There are snappy, gzip and uncompressed.',
  )
}

function isQuery(query: NonNullable<ast.Copy['query']>): query is ast.Query {
  return query.kind !== 'insert' && query.kind !== 'update' && query.kind !== 'delete'
}

function tableQuery(statement: ast.Copy, relation: Relation): ast.Query {
  const name = statement.table!
  const { span } = statement
  const numbers = relation.kind === 'table' ? targetColumns(statement, relation) : []
  if (statement.columns.length === 0 && (relation.kind !== 'table' || numbers.length === relation.columns.length)) {
    return { kind: 'table', name, span, orderBy: [], withTies: false, locking: [] }
  }
  const columns =
    relation.kind === 'table'
      ? numbers.map((number) => ({ name: relation.columns[number].name, quoted: true, span }))
      : statement.columns
  const select = selectAll({ kind: 'table', name, only: false, span }, span)
  return {
    ...select,
    items: columns.map((column) => ({ span, expression: { kind: 'column', parts: [column], span } })),
  }
}

function textLines(result: Result, names: readonly string[], { format, csv }: CopyOptions): string[] {
  if (format === 'text') {
    const written = textOptions(csv)
    return [...(csv.header ? [names] : []), ...result.text].map((row) => writeCopyText(row, written))
  }
  const quote = csv.quote ?? '"'
  const { forceQuote } = csv
  const written = {
    delimiter: csv.delimiter ?? ',',
    quote,
    escape: csv.escape ?? quote,
    null: csv.nulls?.[0] ?? '',
    forceQuote: names.map((name) => forceQuote === true || (forceQuote?.includes(name) ?? false)),
  }
  const header = csv.header ?? csv.sniff ?? false
  const rows = result.text.map((row) => writeCsvRow(row, written))
  return header ? [writeCsvRow(names, { ...written, forceQuote: [] }), ...rows] : rows
}

/** Each row as SQL's own row_to_json writes it. */
function jsonLines(session: Session, query: ast.Query, transaction: Transaction, prepare: Prepare): string[] {
  const { span } = query
  const alias = { span, columns: [], name: { name: 'copied', quoted: true, span } }
  const column: ast.Expression = { kind: 'column', parts: [alias.name], span }
  const call: ast.Expression = {
    kind: 'call',
    span,
    name: { parts: [{ name: 'row_to_json', quoted: false, span }], span },
    args: [column],
    star: false,
    distinct: false,
    variadic: false,
    bare: false,
    orderBy: [],
  }
  const select = selectAll({ kind: 'derived', query, lateral: false, alias, span }, span)
  const statement: ast.Select = { ...select, items: [{ span, expression: call }] }
  const result = session.execute(prepare(statement), [], transaction, {})
  return result.text.map(([line]) => line ?? '')
}
