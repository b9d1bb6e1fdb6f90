/**
 * Settings of PostgreSQL that change nothing here: how it plans, keeps, logs and waits. They are accepted, checked and shown, so
 * that scripts written for PostgreSQL run; they are made when one of them is first named.
 */
import { notSupported, SqlError } from './error.ts'
import type { SettingDefinition } from './settings.ts'

const on =
  'preserve_insertion_order enable_object_cache check_function_bodies debug_pretty_print enable_async_append enable_bitmapscan enable_gathermerge enable_hashagg ' +
  'enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize ' +
  'enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_seqscan ' +
  'enable_sort enable_tidscan escape_string_warning geqo jit jit_expressions jit_tuple_deforming ' +
  'parallel_leader_participation row_security synchronize_seqscans track_activities track_counts update_process_title'
const off =
  'enable_progress_bar enable_profiling debug_print_parse debug_print_plan debug_print_rewritten default_transaction_deferrable ' +
  'enable_partitionwise_aggregate enable_partitionwise_join exit_on_error ignore_checksum_failure log_duration ' +
  'log_executor_stats log_lock_waits log_parser_stats log_planner_stats log_statement_stats trace_notify trace_sort ' +
  'track_io_timing track_wal_io_timing zero_damaged_pages'
/** `name=default` or `name=default:unit`. */
const numbers =
  'backend_flush_after=0:8kB client_connection_check_interval=0:ms commit_delay=0 commit_siblings=5 cpu_index_tuple_cost=0.005 ' +
  'cpu_operator_cost=0.0025 cpu_tuple_cost=0.01 cursor_tuple_fraction=0.1 deadlock_timeout=1000:ms debug_discard_caches=0 ' +
  'default_statistics_target=100 effective_cache_size=524288:8kB effective_io_concurrency=1 from_collapse_limit=8 geqo_effort=5 ' +
  'geqo_generations=0 geqo_pool_size=0 geqo_seed=0 geqo_selection_bias=2 geqo_threshold=12 gin_fuzzy_search_limit=0 ' +
  'gin_pending_list_limit=4096:kB hash_mem_multiplier=2 idle_in_transaction_session_timeout=0:ms idle_session_timeout=0:ms ' +
  'jit_above_cost=100000 jit_inline_above_cost=500000 jit_optimize_above_cost=500000 join_collapse_limit=8 lock_timeout=0:ms ' +
  'log_min_duration_statement=-1:ms logical_decoding_work_mem=65536:kB maintenance_io_concurrency=10 ' +
  'maintenance_work_mem=65536:kB max_parallel_maintenance_workers=2 max_parallel_workers=8 max_parallel_workers_per_gather=2 ' +
  'max_stack_depth=2048:kB min_parallel_index_scan_size=64:8kB min_parallel_table_scan_size=1024:8kB parallel_setup_cost=1000 ' +
  'parallel_tuple_cost=0.1 random_page_cost=4 recursive_worktable_factor=10 seq_page_cost=1 tcp_keepalives_count=0 ' +
  'tcp_keepalives_idle=0:s tcp_keepalives_interval=0:s tcp_user_timeout=0:ms temp_buffers=1024:8kB temp_file_limit=-1:kB ' +
  'vacuum_cost_delay=0:ms vacuum_cost_limit=200 vacuum_cost_page_dirty=20 vacuum_cost_page_hit=1 vacuum_cost_page_miss=2 ' +
  'vacuum_freeze_min_age=50000000 vacuum_freeze_table_age=150000000 wal_sender_timeout=60000:ms wal_skip_threshold=2048:kB ' +
  'work_mem=4096:kB'
const texts =
  'compute_query_id=auto constraint_exclusion=partition debug_parallel_query=off default_table_access_method=heap ' +
  'default_tablespace= default_toast_compression=pglz force_parallel_mode=off lc_messages=C lc_monetary=C lc_numeric=C lc_time=C ' +
  'local_preload_libraries= max_memory= memory_limit= temp_directory= log_error_verbosity=default log_min_error_statement=error log_min_messages=warning ' +
  'log_statement=none password_encryption=scram-sha-256 plan_cache_mode=auto session_preload_libraries= ' +
  'stats_fetch_consistency=cache synchronous_commit=on temp_tablespaces= timezone_abbreviations=Default track_functions=none ' +
  'wal_compression=off xmlbinary=base64'
/** Settings that would change answers, and stay what they are. */
const fixed =
  'array_nulls=on default_order=asc backslash_quote=safe_encoding quote_all_identifiers=off ' +
  'restrict_nonsystem_relation_kind= session_replication_role=origin transform_null_equals=off xmloption=content'
/** What PostgreSQL only shows. */
const shown =
  'block_size=8192 data_checksums=off in_hot_standby=off integer_datetimes=on is_superuser=on lc_collate=C lc_ctype=C ' +
  'max_connections=100 max_function_args=100 max_identifier_length=63 max_index_keys=32 server_encoding=UTF8 ' +
  'server_version_num=150000 wal_level=replica'

let made: Map<string, SettingDefinition> | undefined

/** All of them by name. */
export function inertSettings(): ReadonlyMap<string, SettingDefinition> {
  if (made) return made
  const all = new Map<string, SettingDefinition>()
  const add = (name: string, value: string, rest: Omit<SettingDefinition, 'name' | 'default' | 'doc'>): void => {
    all.set(name, { name, default: value, doc: 'Accepted for the sake of scripts; it changes nothing.', ...rest })
  }
  const pairs = (list: string): string[][] => list.split(' ').map((entry) => entry.split(/[=:]/))
  for (const name of on.split(' ')) add(name, 'on', { check: booleanCheck(name) })
  for (const name of off.split(' ')) add(name, 'off', { check: booleanCheck(name) })
  for (const [name, value, unit = ''] of pairs(numbers)) {
    add(name, withUnit(Number(value), unit), { check: quantityCheck(name, unit) })
  }
  for (const [name, value] of pairs(texts)) add(name, value, {})
  for (const [name, value] of pairs(fixed)) add(name, value, { check: onlyCheck(name, value) })
  for (const [name, value] of pairs(shown)) add(name, value, { check: () => refuseChange(name) })
  made = all
  return all
}

/** PostgreSQL's spellings of a Boolean setting. */
export function booleanCheck(name: string): (value: string) => string {
  return (value) => {
    const folded = value.toLowerCase()
    if (['on', 'true', 'yes', '1', 't', 'y', 'tr', 'tru', 'ye'].includes(folded)) return 'on'
    if (['off', 'false', 'no', '0', 'f', 'n', 'of', 'fa', 'fal', 'fals'].includes(folded)) return 'off'
    throw new SqlError('invalid_parameter_value', `parameter "${name}" requires a Boolean value`)
  }
}

function onlyCheck(name: string, value: string): (given: string) => string {
  return (given) => {
    const folded = given.toLowerCase()
    const isSame =
      folded === value.toLowerCase() ||
      (value === 'on' || value === 'off' ? booleanCheck(name)(given) === value : false)
    if (isSame) return value
    throw notSupported(`${name} = ${given}`)
  }
}

function refuseChange(name: string): never {
  throw new SqlError('cant_change_runtime_param', `parameter "${name}" cannot be changed`)
}

/** Units with their size in the smallest of their kind: bytes, microseconds. */
const memory: readonly (readonly [string, number])[] = [
  ['TB', 2 ** 40],
  ['GB', 2 ** 30],
  ['MB', 2 ** 20],
  ['kB', 2 ** 10],
  ['B', 1],
]
const time: readonly (readonly [string, number])[] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['min', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
  ['us', 1],
]

function unitsOf(unit: string): { readonly units: readonly (readonly [string, number])[]; readonly size: number } {
  if (unit === '8kB') return { units: memory, size: 8192 }
  const units = memory.some(([name]) => name === unit) ? memory : time
  return { units, size: units.find(([name]) => name === unit)?.[1] ?? 1 }
}

/** A quantity as SHOW prints it: in the largest unit that leaves no fraction. */
export function withUnit(value: number, unit: string): string {
  if (unit === '' || value <= 0) return String(value)
  const { units, size } = unitsOf(unit)
  const whole = units.find(([, of]) => (value * size) % of === 0) ?? units[units.length - 1]
  return `${(value * size) / whole[1]}${whole[0]}`
}

/** `64MB` → its number of base units; undefined when it is no quantity. */
export function quantity(value: string, unit: string): number | undefined {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(value)
  if (!match) return undefined
  if (match[2] === '') return Number(match[1])
  if (unit === '') return undefined
  const { units, size } = unitsOf(unit)
  const of = units.find(([name]) => name === match[2])?.[1]
  return of === undefined ? undefined : (Number(match[1]) * of) / size
}

function quantityCheck(name: string, unit: string): (value: string) => string {
  return (value) => {
    const number = quantity(value, unit)
    if (number !== undefined) return withUnit(number, unit)
    throw new SqlError('invalid_parameter_value', `invalid value for parameter "${name}": "${value}"`)
  }
}
