/**
 * pg_stat_* and pg_statio_*: what PostgreSQL counts as tables and indexes are used. Rows that a table holds are told;
 * nothing else is counted here, so the counters are NULL. Migration tools look up comments and names by these views.
 */
import type { CatalogView } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { columns, indexNumber, relationNumber, type SystemTable, sortedRelations, tablesOf } from './system-table.ts'

type Row = Record<string, Value>

function* tables(catalog: CatalogView): Iterable<Row> {
  for (const table of tablesOf(catalog)) {
    yield {
      relid: relationNumber(table),
      schemaname: table.schema,
      relname: table.name,
      n_live_tup: BigInt(catalog.statistics(table).rowCount),
    }
  }
}

function* indexes(catalog: CatalogView): Iterable<Row> {
  for (const table of tablesOf(catalog)) {
    const own = { relid: relationNumber(table), schemaname: table.schema, relname: table.name }
    for (const index of table.indexes) {
      yield { ...own, indexrelid: indexNumber(table, index), indexrelname: index.name }
    }
  }
}

function* sequences(catalog: CatalogView): Iterable<Row> {
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind !== 'sequence') continue
    yield { relid: relationNumber(relation), schemaname: relation.schema, relname: relation.name }
  }
}

const ofTable = 'relid:oid schemaname:name relname:name'
const ofIndex = 'relid:oid indexrelid:oid schemaname:name relname:name indexrelname:name'

const views: readonly (readonly [pattern: string, columns: string, rows: (catalog: CatalogView) => Iterable<Row>])[] = [
  [
    'pg_stat_*_tables',
    `${ofTable} seq_scan:int8 seq_tup_read:int8 idx_scan:int8 idx_tup_fetch:int8 n_tup_ins:int8 n_tup_upd:int8 n_tup_del:int8 n_tup_hot_upd:int8 n_live_tup:int8 n_dead_tup:int8 n_mod_since_analyze:int8 n_ins_since_vacuum:int8 last_vacuum:timestamptz last_autovacuum:timestamptz last_analyze:timestamptz last_autoanalyze:timestamptz vacuum_count:int8 autovacuum_count:int8 analyze_count:int8 autoanalyze_count:int8`,
    tables,
  ],
  ['pg_stat_*_indexes', `${ofIndex} idx_scan:int8 idx_tup_read:int8 idx_tup_fetch:int8`, indexes],
  [
    'pg_statio_*_tables',
    `${ofTable} heap_blks_read:int8 heap_blks_hit:int8 idx_blks_read:int8 idx_blks_hit:int8 toast_blks_read:int8 toast_blks_hit:int8 tidx_blks_read:int8 tidx_blks_hit:int8`,
    tables,
  ],
  ['pg_statio_*_indexes', `${ofIndex} idx_blks_read:int8 idx_blks_hit:int8`, indexes],
  ['pg_statio_*_sequences', `${ofTable} blks_read:int8 blks_hit:int8`, sequences],
]

/** The one session that a statement can see: its own. */
const activity: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_stat_activity',
  columns: columns(
    'datid:oid datname:name pid:int4 leader_pid:int4 usesysid:oid usename:name application_name:text client_addr:inet client_hostname:text client_port:int4 backend_start:timestamptz xact_start:timestamptz query_start:timestamptz state_change:timestamptz wait_event_type:text wait_event:text state:text backend_xid:xid backend_xmin:xid query_id:int8 query:text backend_type:text',
  ),
  rows: ({ functions }) => [
    {
      datid: 5,
      datname: functions.database,
      pid: 1,
      usesysid: 10,
      usename: functions.user,
      state: 'active',
      backend_type: 'client backend',
    },
  ],
}

export const activityTables: readonly SystemTable[] = [
  activity,
  ...views.flatMap(([pattern, text, rows]) =>
    ['all', 'user'].map(
      (scope): SystemTable => ({
        schema: 'pg_catalog',
        name: pattern.replace('*', scope),
        columns: columns(text),
        rows: ({ catalog }) => rows(catalog),
      }),
    ),
  ),
]
