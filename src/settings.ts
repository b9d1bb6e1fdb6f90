/**
 * The settings of a session that change what a value looks like or how a statement runs. One record each in
 * `settingDefinitions`; SET, SHOW, RESET and the manual read them there.
 */
import { SqlError } from './error.ts'
import { booleanCheck, inertSettings, quantity, withUnit } from './inert-settings.ts'
import type { TypeKind } from './types/data-type.ts'

export interface SettingDefinition {
  readonly name: string
  readonly default: string
  readonly doc: string
  /** Returns the canonical text, or throws 22023. */
  readonly check?: (value: string, current: string) => string
}

/** Rows per batch, unless an operator asks for more or fewer. */
export const defaultBatchSize = 8192

function checkInteger(name: string, low: number, high: number): (value: string) => string {
  return (value) => {
    const number = Number(value)
    if (!Number.isInteger(number)) {
      throw new SqlError('invalid_parameter_value', `invalid value for parameter "${name}": "${value}"`)
    }
    if (number < low || number > high) {
      throw new SqlError(
        'invalid_parameter_value',
        `${number} is outside the valid range for parameter "${name}" (${low} .. ${high})`,
      )
    }
    return String(number)
  }
}

function checkChoice(name: string, choices: readonly string[]): (value: string) => string {
  return (value) => {
    const folded = value.toLowerCase()
    if (choices.includes(folded)) return folded
    throw new SqlError('invalid_parameter_value', `invalid value for parameter "${name}": "${value}"`, {
      hint: `Available values: ${choices.join(', ')}.`,
    })
  }
}

/** Hours and minutes to the west, with or without a name for them: `-05:30`, `UTC+3`, `<+03>-3`. */
const posixZone = /^(?:[+-]?\d{1,2}:[0-5]\d|(?:[A-Za-z]{3,}|<[^>]*>)[+-]?\d{1,2}(?::[0-5]\d)?)$/

function checkTimeZone(value: string): string {
  if (/^[+-]?\d+(\.\d+)?$/.test(value) || /^utc$/i.test(value)) return value.toUpperCase()
  if (posixZone.test(value)) return value
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: value }).resolvedOptions().timeZone && value
  } catch {
    throw new SqlError('invalid_parameter_value', `invalid value for parameter "TimeZone": "${value}"`)
  }
}

/** Kept in milliseconds, with their unit where it is given. */
function checkTimeout(value: string): string {
  const number = quantity(value, 'ms')
  if (number !== undefined && number >= 0) return withUnit(number, 'ms')
  throw new SqlError('invalid_parameter_value', `invalid value for parameter "statement_timeout": "${value}"`)
}

const dateStyles: readonly string[] = ['ISO', 'SQL', 'Postgres', 'German']
const dateOrders: Readonly<Record<string, string>> = {
  dmy: 'DMY',
  mdy: 'MDY',
  ymd: 'YMD',
  euro: 'DMY',
  european: 'DMY',
  us: 'MDY',
  noneuro: 'MDY',
  noneuropean: 'MDY',
}

/** A style, an order, or both; what is not said stays. */
function checkDateStyle(value: string, current: string): string {
  let [style, order] = current.split(', ')
  let hasOrder = false
  for (const word of value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((part) => part !== '')) {
    const found = dateStyles.find(
      (each) => each.toLowerCase() === word || (each === 'Postgres' && word.startsWith('postgres')),
    )
    if (found) {
      style = found
      if (found === 'German' && !hasOrder) order = 'DMY'
    } else if (word in dateOrders) {
      order = dateOrders[word]
      hasOrder = true
    } else if (word === 'default') {
      style = 'ISO'
      order = 'MDY'
    } else throw new SqlError('invalid_parameter_value', `invalid value for parameter "DateStyle": "${value}"`)
  }
  return `${style}, ${order}`
}

function checkTextSearch(value: string): string {
  const name = value.replace(/^pg_catalog\./, '')
  if (name === 'simple' || name === 'english') return `pg_catalog.${name}`
  throw new SqlError(
    'invalid_parameter_value',
    `invalid value for parameter "default_text_search_config": "${value}"`,
    { detail: `text search configuration "${value}" does not exist` },
  )
}

/** There is one user, who is everything. */
function checkRole(value: string): string {
  if (['none', 'default', 'colonnade'].includes(value)) return value === 'default' ? 'none' : value
  throw new SqlError('invalid_parameter_value', `role "${value}" does not exist`)
}

const nullOrders = ['nulls_last_on_asc_first_on_desc', 'nulls_first_on_asc_last_on_desc', 'nulls_first', 'nulls_last']

export const settingDefinitions: readonly SettingDefinition[] = [
  { name: 'application_name', default: '', doc: 'A name for the session, free text.' },
  {
    name: 'bytea_output',
    default: 'hex',
    doc: 'How bytea prints: hex or escape.',
    check: checkChoice('bytea_output', ['escape', 'hex']),
  },
  {
    name: 'client_encoding',
    default: 'UTF8',
    doc: 'The encoding of text: always UTF8.',
    check: (value) => {
      if (/^(utf-?8|unicode|sql_ascii|default)$/i.test(value)) return 'UTF8'
      throw new SqlError('invalid_parameter_value', `invalid value for parameter "client_encoding": "${value}"`)
    },
  },
  { name: 'client_min_messages', default: 'notice', doc: 'The least severe message that is shown.' },
  {
    name: 'datestyle',
    default: 'ISO, MDY',
    doc: 'How dates are printed and which order of day and month is read.',
    check: checkDateStyle,
  },
  {
    name: 'default_text_search_config',
    default: 'pg_catalog.english',
    doc: 'The configuration of full text search where none is given: simple or english.',
    check: checkTextSearch,
  },
  {
    name: 'default_transaction_isolation',
    default: 'read committed',
    doc: 'The isolation level of a transaction that names none.',
    check: checkChoice('default_transaction_isolation', [
      'serializable',
      'repeatable read',
      'read committed',
      'read uncommitted',
    ]),
  },
  {
    name: 'default_null_order',
    default: nullOrders[0],
    doc: 'Where NULLs come in ORDER BY that does not say: as in PostgreSQL, first or last.',
    check: (value) => checkChoice('default_null_order', nullOrders)(value.replaceAll(' ', '_')),
  },
  { name: 'default_transaction_read_only', default: 'off', doc: 'Whether new transactions are read-only.' },
  {
    name: 'extra_float_digits',
    default: '1',
    doc: 'Digits of floating-point output: 1 and more print the shortest text that reads back the same.',
    check: checkInteger('extra_float_digits', -15, 3),
  },
  {
    name: 'intervalstyle',
    default: 'postgres',
    doc: 'How intervals print: postgres, postgres_verbose, sql_standard, iso_8601.',
    check: checkChoice('intervalstyle', ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601']),
  },
  { name: 'role', default: 'none', doc: 'Who acts: the only user there is.', check: checkRole },
  { name: 'search_path', default: '"$user", public', doc: 'The schemas in which unqualified names are looked up.' },
  { name: 'server_version', default: '15.0 (Colonnade 0.1.0)', doc: 'The PostgreSQL version whose dialect is spoken.' },
  {
    name: 'standard_conforming_strings',
    default: 'on',
    doc: 'Whether backslashes in plain strings are literal, as the standard has it.',
  },
  {
    name: 'statement_timeout',
    default: '0',
    doc: 'Milliseconds after which a statement is cancelled; 0 never.',
    check: checkTimeout,
  },
  { name: 'timezone', default: 'UTC', doc: 'The zone in which timestamptz is read and printed.', check: checkTimeZone },
  { name: 'transaction_isolation', default: 'read committed', doc: 'The isolation level of the current transaction.' },
  { name: 'transaction_deferrable', default: 'off', doc: 'Whether the transaction waits until it cannot fail: never.' },
  { name: 'transaction_read_only', default: 'off', doc: 'Whether the current transaction is read-only.' },
  {
    name: 'execution',
    default: 'auto',
    doc: 'auto, compiled or interpreted: which implementation of the operators runs.',
    check: checkChoice('execution', ['auto', 'compiled', 'interpreted']),
  },
  {
    name: 'threads',
    default: '0',
    doc: 'The most threads that run a statement, of those that the database was made with; 0 for all of them.',
    check: checkInteger('threads', 0, 1024),
  },
  {
    name: 'shared_scan_rows',
    default: '250000',
    doc: 'Tables of so many rows are read by several threads; 0 for all, once the threads have started.',
    check: checkInteger('shared_scan_rows', 0, 2147483647),
  },
  { name: 'disabled_rules', default: '', doc: 'Names of optimiser rules that are switched off, separated by commas.' },
  { name: 'random_seed', default: '', doc: 'A seed for random(); empty for a different sequence in each session.' },
  {
    name: 'batch_size',
    default: String(defaultBatchSize),
    doc: 'Rows per batch between operators; by default, kernels that can take more at once get up to 65536.',
    check: checkInteger('batch_size', 1, 65536),
  },
]

const definitionsByName = new Map(settingDefinitions.map((definition) => [definition.name, definition]))
const booleanSettings = new Set([
  'default_transaction_read_only',
  'transaction_read_only',
  'standard_conforming_strings',
])

/** What settings were set to, and what those are that the transaction's end takes back. */
export interface SavedSettings {
  readonly current: ReadonlyMap<string, string>
  readonly local: ReadonlyMap<string, string | undefined>
}

/** Names of settings, as they are listed, with their values. */
export type RoutineSettings = readonly (readonly [name: string, value: string])[]

/** The values of one session. Reading is by property of `values`; what prints dates and numbers reads it on every call. */
/** So many versions of routines' own settings are remembered; what is forgotten is planned anew. */
const mostVersions = 256

export class Settings {
  private readonly current = new Map<string, string>()
  /** Of settings that SET LOCAL gave a value, the one that they had before. */
  private readonly local = new Map<string, string | undefined>()
  /** Increases with every change, so that caches of what depends on settings know. */
  version = 0
  private latest = 0
  /** Versions of what routines set for themselves, by the version around them. */
  private readonly versions = new Map<string, number>()
  /** The name of an object of the catalogs by its number, and back; sessions know them. */
  objectName: ((kind: TypeKind, number: number) => string | undefined) | undefined
  /** Has the running statement look names up by the search path as it is now. */
  followPath: (() => void) | undefined
  objectNumber: ((kind: TypeKind, name: string) => number | undefined) | undefined

  get(name: string): string {
    return this.current.get(name) ?? definition(name).default
  }

  /** The value of a setting, or undefined when there is none of that name. */
  find(name: string): string | undefined {
    return this.current.get(name) ?? (definitionsByName.get(name) ?? inertSettings().get(name))?.default
  }

  set(name: string, value: string, untilEnd = false): void {
    const entry = definitionOrCustom(name)
    const check = entry.check ?? (booleanSettings.has(name) ? booleanCheck(name) : undefined)
    const checked = check ? check(value, this.get(entry.name)) : value
    this.keep(entry.name, untilEnd)
    this.current.set(entry.name, checked)
    this.version = ++this.latest
  }

  /** Notes what the end of the transaction takes back: nothing, where a value is set for longer. */
  private keep(name: string, untilEnd: boolean): void {
    if (!untilEnd) this.local.delete(name)
    else if (!this.local.has(name)) this.local.set(name, this.current.get(name))
  }

  /** Takes back what was set until the end of the transaction. */
  endLocal(): void {
    if (this.local.size === 0) return
    for (const [name, value] of this.local) this.put(name, value)
    this.local.clear()
    this.version = ++this.latest
  }

  private put(name: string, value: string | undefined): void {
    if (value === undefined && !isCustom(name)) this.current.delete(name)
    else this.current.set(name, value ?? '')
  }

  reset(name: string, untilEnd = false): void {
    this.keep(name, untilEnd)
    if (isCustom(name)) {
      // A program's own setting stays known, and is empty.
      if (this.current.has(name)) this.current.set(name, '')
      else throw unknown(name)
    } else if (!this.current.delete(name)) definition(name)
    this.version = ++this.latest
  }

  resetAll(): void {
    this.current.clear()
    this.local.clear()
    this.version = ++this.latest
  }

  /** Runs `body` with other values of some settings. What it sets besides stays set. */
  within<T>(config: RoutineSettings, body: () => T): T {
    const { version, current } = this
    const local = new Map(this.local)
    const before = config.map(([name]) => [name, current.get(name)] as const)
    const key = `${version} ${config.join()}`
    for (const [name, value] of config) this.set(name, value)
    const own = this.versions.get(key) ?? this.latest
    if (this.versions.size >= mostVersions) this.versions.clear()
    this.versions.set(key, own)
    this.version = own
    const given = before.map(([name]) => current.get(name))
    for (const [name, value] of local) this.local.set(name, value)
    this.followPath?.()
    try {
      return body()
    } finally {
      before.forEach(([name, value], n) => {
        if (current.get(name) === given[n]) this.put(name, value)
      })
      this.version = this.version === own ? version : ++this.latest
      this.followPath?.()
    }
  }

  /** A copy to go back to when a transaction that changed settings is rolled back. */
  save(): SavedSettings {
    return { current: new Map(this.current), local: new Map(this.local) }
  }

  restore(saved: SavedSettings): void {
    const { current, local } = this
    local.clear()
    for (const [name, value] of saved.local) local.set(name, value)
    const isSame = saved.current.size === current.size
    if (isSame && [...saved.current].every(([name, value]) => current.get(name) === value)) return
    current.clear()
    for (const [name, value] of saved.current) current.set(name, value)
    this.version = ++this.latest
  }
}

/** A setting's name as it is listed. @throws SqlError 42704, 22023 */
export function checkedSetting(name: string, value: string): RoutineSettings[number] {
  new Settings().set(name, value)
  return [definitionOrCustom(name).name, value]
}

/** A name with a dot is a program's own setting, as in PostgreSQL: any text. */
function definitionOrCustom(name: string): SettingDefinition {
  const known = definitionsByName.get(name)
  if (known) return known
  if (isCustom(name)) return { name, default: '', doc: '' }
  if (name.includes('.')) {
    throw new SqlError('invalid_name', `invalid configuration parameter name "${name}"`, {
      detail: 'Custom parameter names must be two or more simple identifiers separated by dots.',
    })
  }
  return definition(name)
}

function isCustom(name: string): boolean {
  return /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)+$/.test(name)
}

function unknown(name: string): SqlError {
  return new SqlError('undefined_object', `unrecognized configuration parameter "${name}"`)
}

/** The definition of a setting, by its folded name; 42704 when there is none. */
function definition(name: string): SettingDefinition {
  const found = definitionsByName.get(name) ?? inertSettings().get(name)
  if (!found) throw unknown(name)
  return found
}

export const defaultSettings: Settings = new Settings()
