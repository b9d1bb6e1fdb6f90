/**
 * System tables: information_schema and pg_catalog, computed from our catalog whenever they are read. One record per table:
 * its columns as PostgreSQL has them (those that programs ask for), and a generator of rows.
 */
import type { FunctionContext } from '../functions/function.ts'
import type { CatalogView, IndexDefinition, Relation, TableDefinition } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'

export interface SystemContext {
  readonly catalog: CatalogView
  readonly functions: FunctionContext
  /** Settings by name, for pg_settings. */
  readonly setting: (name: string) => string
  /** The session, for tables that show what it keeps. */
  readonly session: unknown
}

export interface SystemTable {
  readonly schema: 'pg_catalog' | 'information_schema'
  readonly name: string
  readonly columns: readonly (readonly [name: string, type: DataType])[]
  /** Objects by column name; what is absent is NULL. */
  readonly rows: (context: SystemContext) => Iterable<Readonly<Record<string, Value>>>
}

/** Object numbers follow from names (FNV-1a), so that they stay the same as long as the object does. */
export function objectNumber(kind: string, ...names: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const character of `${kind}:${names.join('.')}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return 16384 + (hash >>> 2)
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
