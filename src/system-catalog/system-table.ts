/**
 * System tables: information_schema and pg_catalog, computed from our catalog whenever they are read. One record per table:
 * its columns as PostgreSQL has them (those that programs ask for), and a generator of rows.
 */
import { assert } from '../error.ts'
import type { FunctionContext } from '../functions/function.ts'
import type { CatalogView, IndexDefinition, Relation, TableDefinition } from '../storage/interface.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTEA,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NAME,
  OID,
  REAL,
  SMALLINT,
  TEXT,
  TIMESTAMPTZ,
} from '../types/data-type.ts'
import type { Value } from '../types/value.ts'

export interface SystemContext {
  readonly catalog: CatalogView
  readonly functions: FunctionContext
  /** Settings by name, for pg_settings. */
  readonly setting: (name: string) => string
  /** The session, for tables that show what it keeps. */
  readonly session: unknown
}

export type Row = Readonly<Record<string, Value>>

export interface SystemTable {
  readonly schema: 'pg_catalog' | 'information_schema'
  readonly name: string
  readonly columns: readonly (readonly [name: string, type: DataType])[]
  /** Objects by column name; what is absent is NULL. */
  readonly rows: (context: SystemContext) => Iterable<Row>
}

const columnTypes: Readonly<Record<string, DataType>> = {
  oid: OID,
  name: NAME,
  text: TEXT,
  bool: BOOLEAN,
  bytea: BYTEA,
  int2: SMALLINT,
  int4: INTEGER,
  int8: BIGINT,
  float4: REAL,
  char: { kind: 'singlebyte' },
  regproc: { kind: 'regproc' },
  regtype: { kind: 'regtype' },
  timestamptz: TIMESTAMPTZ,
  float8: DOUBLE,
  inet: { kind: 'inet' },
  interval: INTERVAL,
  xid: { kind: 'xid' },
  'int2[]': arrayOf(SMALLINT),
  'char[]': arrayOf({ kind: 'singlebyte' }),
  'name[]': arrayOf(NAME),
  'float4[]': arrayOf(REAL),
  int2vector: { kind: 'array', element: SMALLINT, vector: true },
  oidvector: { kind: 'array', element: OID, vector: true },
  'text[]': arrayOf(TEXT),
  'oid[]': arrayOf(OID),
}

/** Column lists as `oid:oid relname:name …`. */
export function columns(text: string): readonly (readonly [string, DataType])[] {
  return text.split(/\s+/).map((word) => {
    const [name, type] = word.split(':')
    assert(type in columnTypes, `a column of a system table has the type ${type}`)
    return [name, columnTypes[type]] as const
  })
}

/** A table of pg_catalog. */
export function catalogTable(name: string, text: string, rows: SystemTable['rows']): SystemTable {
  return { schema: 'pg_catalog', name, columns: columns(text), rows }
}

/** Object numbers follow from names (FNV-1a), so that they stay the same as long as the object does. */
export function objectNumber(kind: string, ...names: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const character of `${kind}:${names.join('.')}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return 16384 + (hash >>> 2)
}

/** The tables of pg_catalog that other tables name by their numbers. */
const knownTables: Readonly<Record<string, number>> = {
  pg_type: 1247,
  pg_attribute: 1249,
  pg_proc: 1255,
  pg_class: 1259,
  pg_authid: 1260,
  pg_database: 1262,
  pg_foreign_server: 1417,
  pg_sequence: 2224,
  pg_foreign_data_wrapper: 2328,
  pg_aggregate: 2600,
  pg_am: 2601,
  pg_attrdef: 2604,
  pg_cast: 2605,
  pg_constraint: 2606,
  pg_conversion: 2607,
  pg_depend: 2608,
  pg_description: 2609,
  pg_index: 2610,
  pg_inherits: 2611,
  pg_language: 2612,
  pg_namespace: 2615,
  pg_opclass: 2616,
  pg_operator: 2617,
  pg_rewrite: 2618,
  pg_statistic: 2619,
  pg_trigger: 2620,
  pg_opfamily: 2753,
  pg_extension: 3079,
  pg_policy: 3256,
  pg_statistic_ext: 3381,
  pg_collation: 3456,
  pg_event_trigger: 3466,
  pg_enum: 3501,
  pg_range: 3541,
  pg_publication: 6104,
  pg_subscription: 6100,
}

export function systemNumber(schema: string, name: string): number {
  return (schema === 'pg_catalog' ? knownTables[name] : undefined) ?? objectNumber('relation', schema, name)
}

export function relationNumber(relation: { readonly schema: string; readonly name: string }): number {
  return objectNumber('relation', relation.schema, relation.name)
}

/** Indexes share their table's schema and the relations' numbers. */
export function indexNumber(table: TableDefinition, index: IndexDefinition): number {
  return objectNumber('relation', table.schema, index.name)
}

export function schemaNumber(schema: string): number {
  if (schema === 'pg_catalog') return 11
  return schema === 'public' ? 2200 : objectNumber('schema', schema)
}

export function constraintNumber(table: TableDefinition, name: string): number {
  return objectNumber('constraint', table.schema, table.name, name)
}

/** Relations of a catalog in a stable order. */
export function sortedRelations(catalog: CatalogView): Relation[] {
  const key = (relation: Relation): string => `${relation.schema}\0${relation.name}`
  return [...catalog.relations()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

export function tablesOf(catalog: CatalogView): TableDefinition[] {
  return sortedRelations(catalog).filter((relation): relation is TableDefinition => relation.kind === 'table')
}

export function triggerNumber(table: { readonly schema: string; readonly name: string }, name: string): number {
  return objectNumber('trigger', table.schema, table.name, name)
}

/** `table`, `materialized view` … */
export function relationKindName(relation: Relation): string {
  return relation.kind === 'table' && relation.materialized ? 'materialized view' : relation.kind
}
