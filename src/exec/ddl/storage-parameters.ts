/**
 * Storage parameters, `WITH (fillfactor = 70)` of tables and indexes: checked as PostgreSQL checks them and kept for the
 * catalogs. They change nothing here.
 */
import { SqlError } from '../../error.ts'

export interface GivenParameter {
  readonly name: string
  readonly value: unknown
}

type Kind = 'boolean' | 'auto' | readonly ['integer' | 'real', low: number, high: number]

const most = 2 ** 31 - 1
const fillfactor: Kind = ['integer', 10, 100]

/** PostgreSQL 15, CREATE TABLE and CREATE INDEX, "Storage Parameters". */
const parameters: { readonly table: Readonly<Record<string, Kind>>; readonly index: Readonly<Record<string, Kind>> } = {
  table: {
    fillfactor,
    toast_tuple_target: ['integer', 128, 8160],
    parallel_workers: ['integer', 0, 1024],
    user_catalog_table: 'boolean',
    vacuum_truncate: 'boolean',
    vacuum_index_cleanup: 'auto',
    log_autovacuum_min_duration: ['integer', -1, most],
    autovacuum_enabled: 'boolean',
    autovacuum_vacuum_threshold: ['integer', 0, most],
    autovacuum_vacuum_insert_threshold: ['integer', -1, most],
    autovacuum_analyze_threshold: ['integer', 0, most],
    autovacuum_vacuum_scale_factor: ['real', 0, 100],
    autovacuum_vacuum_insert_scale_factor: ['real', 0, 100],
    autovacuum_analyze_scale_factor: ['real', 0, 100],
    autovacuum_vacuum_cost_delay: ['real', 0, 100],
    autovacuum_vacuum_cost_limit: ['integer', 1, 10000],
    autovacuum_freeze_min_age: ['integer', 0, 1e9],
    autovacuum_freeze_max_age: ['integer', 1e5, 2e9],
    autovacuum_freeze_table_age: ['integer', 0, 2e9],
    autovacuum_multixact_freeze_min_age: ['integer', 0, 1e9],
    autovacuum_multixact_freeze_max_age: ['integer', 1e4, 2e9],
    autovacuum_multixact_freeze_table_age: ['integer', 0, 2e9],
  },
  index: {
    fillfactor,
    deduplicate_items: 'boolean',
    buffering: 'auto',
    fastupdate: 'boolean',
    gin_pending_list_limit: ['integer', 64, most],
    pages_per_range: ['integer', 1, 131072],
    autosummarize: 'boolean',
  },
}

/** The parameters as the catalogs have them, `name=value`; undefined where there are none. 22023 for those that there are not, and for values that cannot be. */
export function storageParameters(
  kind: keyof typeof parameters,
  given: readonly GivenParameter[],
): readonly string[] | undefined {
  const names = new Set<string>()
  const kept = given.flatMap(({ name, value }) => {
    if (names.has(name)) throw refused(`parameter "${name}" specified more than once`)
    names.add(name)
    if (name === 'oids' && kind === 'table') {
      if (String(value).toLowerCase() === 'false') return []
      throw new SqlError('feature_not_supported', 'tables declared WITH OIDS are not supported')
    }
    check(kind, name, String(value ?? true))
    return isToast(name) ? [] : [`${name}=${value ?? true}`]
  })
  return kept.length > 0 ? kept : undefined
}

/** The parameters after `SET (…)` or `RESET (…)`. */
export function changedParameters(
  kind: keyof typeof parameters,
  before: readonly string[] | undefined,
  given: readonly GivenParameter[],
  isReset: boolean,
): readonly string[] | undefined {
  if (isReset && given.some(({ value }) => value !== undefined)) {
    throw new SqlError('syntax_error', 'RESET must not include values for parameters')
  }
  const names = new Set(given.map(({ name }) => name))
  const kept = (before ?? []).filter((parameter) => !names.has(parameter.slice(0, parameter.indexOf('='))))
  const after = isReset ? kept : [...kept, ...(storageParameters(kind, given) ?? [])]
  return after.length > 0 ? after : undefined
}

function isToast(name: string): boolean {
  return name.startsWith('toast.')
}

function refused(message: string, detail?: string): SqlError {
  return new SqlError('invalid_parameter_value', message, { detail })
}

function check(kind: keyof typeof parameters, name: string, value: string): void {
  const known = parameters[kind]
  const own = kind === 'table' && isToast(name) ? name.slice('toast.'.length) : name
  const [space] = own.split('.')
  if (space !== own) throw refused(`unrecognized parameter namespace "${space}"`)
  if (!Object.hasOwn(known, own)) throw refused(`unrecognized parameter "${name}"`)
  const type = known[own]
  if (type === 'boolean' || type === 'auto') {
    if (/^(?:t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)$/i.test(value)) return
    if (type === 'boolean') throw refused(`invalid value for boolean option "${own}": ${value}`)
    if (/^auto$/i.test(value)) return
    throw refused(`invalid value for enum option "${own}": ${value}`, 'Valid values are "on", "off", and "auto".')
  }
  const [number, low, high] = type
  const given = value.trim() === '' ? Number.NaN : Number(value)
  if (number === 'integer' ? !Number.isInteger(given) : !Number.isFinite(given)) {
    const expected = number === 'integer' ? 'integer' : 'floating point'
    throw refused(`invalid value for ${expected} option "${own}": ${value}`)
  }
  if (given >= low && given <= high) return
  const text = (bound: number): string => (number === 'integer' ? String(bound) : bound.toFixed(6))
  throw refused(
    `value ${value} out of bounds for option "${own}"`,
    `Valid values are between "${text(low)}" and "${text(high)}".`,
  )
}
