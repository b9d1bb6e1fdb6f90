/** What a CSV file's reader must know, and COPY's and read_csv's options that say so. */
import { notSupported, SqlError } from '../../error.ts'

export interface CsvDialect {
  /** One byte each, as its code; 0 for none. */
  readonly delimiter: number
  readonly quote: number
  readonly escape: number
  /** Lines that begin with it are skipped; 0 for none. */
  readonly comment: number
  readonly header: boolean
  /** The header must name the columns. */
  readonly matchHeader: boolean
  /** Texts that mean NULL when they are not quoted. */
  readonly nulls: readonly string[]
  /** Lines to leave out before the header. */
  readonly skip: number
  /** Short rows get NULLs at their end. */
  readonly nullPadding: boolean
  /** Rows that cannot be read are left out. */
  readonly ignoreErrors: boolean
}

/** The dialect as far as options gave it; the rest is sniffed or has its default. */
export interface CsvOptions {
  delimiter?: string
  quote?: string
  escape?: string
  comment?: string
  header?: boolean
  matchHeader?: boolean
  nulls?: readonly string[]
  skip?: number
  nullPadding?: boolean
  ignoreErrors?: boolean
  encoding?: string
  compression?: string
  /** Column names, types by name, or all columns as text. */
  names?: readonly string[]
  types?: ReadonlyMap<string, string>
  columns?: ReadonlyMap<string, string>
  allText?: boolean
  sampleSize?: number
  /** Whether what is not given is sniffed rather than PostgreSQL's default. */
  sniff?: boolean
  forceQuote?: readonly string[] | true
  forceNull?: readonly string[]
  forceNotNull?: readonly string[]
  /** Whether folders named `column=value` make columns; where they all do, when it is not said. */
  hive?: boolean
  /** Types of folders' columns, by name; those of the others are seen from the values, unless `hiveTexts`. */
  hiveTypes?: ReadonlyMap<string, string>
  hiveTexts?: boolean
  /** false: JSON documents as they are, in one column. */
  records?: boolean
  /** Adds a column of this name with the file's name. */
  fileName?: string | false
  unionByName?: boolean
}

type OptionValue = string | number | boolean | readonly string[] | ReadonlyMap<string, unknown>

/** Applies one option by any of the names that PostgreSQL and DuckDB give it. False when there is none of that name. */
export function setCsvOption(options: CsvOptions, name: string, value: OptionValue): boolean {
  const setter = setters[name.toLowerCase()]
  if (!setter) return false
  setter(options, value, name)
  return true
}

type Setter = (options: CsvOptions, value: OptionValue, name: string) => void

const setters: Readonly<Record<string, Setter>> = {
  delimiter: (options, value) => {
    options.delimiter = singleByte('delimiter', unescape(String(value)))
  },
  quote: (options, value) => {
    options.quote = singleByte('quote', String(value))
  },
  escape: (options, value) => {
    options.escape = singleByte('escape', String(value))
  },
  comment: (options, value) => {
    options.comment = singleByte('comment', String(value))
  },
  header: (options, value, name) => {
    options.matchHeader = String(value).toLowerCase() === 'match'
    options.header = options.matchHeader || toBoolean(value, name)
  },
  null: (options, value) => {
    options.nulls = Array.isArray(value) ? value.map(String) : [String(value)]
  },
  skip: (options, value, name) => {
    options.skip = toCount(value, name)
  },
  null_padding: (options, value, name) => {
    options.nullPadding = toBoolean(value, name)
  },
  ignore_errors: (options, value, name) => {
    options.ignoreErrors = toBoolean(value, name)
  },
  on_error: (options, value) => {
    options.ignoreErrors = String(value).toLowerCase() === 'ignore'
  },
  decimal_separator: (_options, value) => {
    if (value !== '.') throw notSupported(`decimal_separator ${String(value)}`)
  },
  encoding: (options, value) => {
    options.encoding = String(value)
  },
  compression: (options, value) => {
    options.compression = String(value).toLowerCase()
  },
  names: (options, value) => {
    options.names = Array.isArray(value) ? value.map(String) : [String(value)]
  },
  types: (options, value) => {
    options.types = Array.isArray(value) ? new Map(value.map((type, i) => [String(i), String(type)])) : toMap(value)
  },
  columns: (options, value) => {
    options.columns = toMap(value)
  },
  all_varchar: (options, value, name) => {
    options.allText = toBoolean(value, name)
  },
  sample_size: (options, value) => {
    options.sampleSize = Number(value)
  },
  auto_detect: (options, value, name) => {
    options.sniff = toBoolean(value, name)
  },
  force_quote: (options, value) => {
    options.forceQuote =
      value === '*' || value === true ? true : Array.isArray(value) ? value.map(String) : [String(value)]
  },
  force_null: (options, value) => {
    options.forceNull = Array.isArray(value) ? value.map(String) : [String(value)]
  },
  force_not_null: (options, value) => {
    options.forceNotNull = Array.isArray(value) ? value.map(String) : [String(value)]
  },
  filename: (options, value, name) => {
    const isSwitch = typeof value !== 'string' || /^(?:true|false|on|off|0|1)$/i.test(value)
    options.fileName = isSwitch ? toBoolean(value, name) && 'filename' : value
  },
  union_by_name: (options, value, name) => {
    options.unionByName = toBoolean(value, name)
  },
  hive_partitioning: (options, value, name) => {
    options.hive = toBoolean(value, name)
  },
  hive_types: (options, value) => {
    options.hiveTypes = toMap(value)
    options.hive ??= true
  },
  hive_types_autocast: (options, value, name) => {
    options.hiveTexts = !toBoolean(value, name)
  },
  records: (options, value, name) => {
    if (value !== 'auto') options.records = toBoolean(value, name)
  },
  format: (_options, value) => {
    const known = ['auto', 'array', 'newline_delimited', 'nd', 'unstructured']
    if (!known.includes(String(value))) {
      throw new SqlError('invalid_parameter_value', `format "${String(value)}" not recognized`)
    }
  },
  // How a file is read, and not what is read.
  freeze: () => {},
  parallel: () => {},
  buffer_size: () => {},
  max_line_size: () => {},
  maximum_line_size: () => {},
  maximum_object_size: () => {},
  maximum_depth: () => {},
  maximum_sample_files: () => {},
}

const synonyms: Readonly<Record<string, string>> = {
  delim: 'delimiter',
  sep: 'delimiter',
  nullstr: 'null',
  column_names: 'names',
  dtypes: 'types',
  column_types: 'types',
}
for (const [synonym, name] of Object.entries(synonyms)) (setters as Record<string, Setter>)[synonym] = setters[name]

function toMap(value: OptionValue): ReadonlyMap<string, string> {
  if (value instanceof Map) return new Map([...value].map(([key, type]) => [String(key), String(type)]))
  throw new SqlError('invalid_parameter_value', 'a struct of column names and types is needed here')
}

function unescape(text: string): string {
  return text === '\\t' ? '\t' : text
}

function singleByte(name: string, text: string): string {
  if (text.length > 1 || (text.length === 1 && text.charCodeAt(0) > 127)) {
    throw new SqlError('feature_not_supported', `COPY ${name} must be a single one-byte character`)
  }
  return text
}

function toBoolean(value: OptionValue, name: string): boolean {
  if (typeof value === 'boolean') return value
  const text = String(value).toLowerCase()
  if (['true', 'on', '1', 't', 'yes'].includes(text)) return true
  if (['false', 'off', '0', 'f', 'no'].includes(text)) return false
  throw new SqlError('invalid_parameter_value', `${name} requires a Boolean value`)
}

function toCount(value: OptionValue, name: string): number {
  const count = Number(value)
  if (Number.isInteger(count) && count >= 0) return count
  throw new SqlError('invalid_parameter_value', `${name} requires a number of lines`)
}

/** The options with PostgreSQL's defaults for what they leave open. */
export function dialectOf(options: CsvOptions): CsvDialect {
  const delimiter = options.delimiter ?? ','
  const quote = options.quote ?? '"'
  if (delimiter !== '' && delimiter === quote) {
    throw new SqlError('invalid_parameter_value', 'COPY delimiter and quote must be different')
  }
  return {
    delimiter: code(delimiter),
    quote: code(quote),
    escape: code(options.escape ?? quote),
    comment: code(options.comment ?? ''),
    header: options.header ?? false,
    matchHeader: options.matchHeader ?? false,
    nulls: options.nulls ?? [''],
    skip: options.skip ?? 0,
    nullPadding: options.nullPadding ?? false,
    ignoreErrors: options.ignoreErrors ?? false,
  }
}

function code(text: string): number {
  return text === '' ? 0 : text.charCodeAt(0)
}
