/**
 * What a column or an expression can hold. A DataType is plain data; what each kind can do (parse, print, compare,
 * store) stands in `traits.ts`, one entry per kind.
 */
export type DataType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'smallint' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'oid' }
  /** Without precision: any number of digits, each value with its own scale. */
  | { readonly kind: 'numeric'; readonly precision?: number; readonly scale?: number }
  | { readonly kind: 'real' }
  | { readonly kind: 'double' }
  | { readonly kind: 'text' }
  | { readonly kind: 'varchar'; readonly length?: number }
  /** Blank-padded; `char` without a length is `char(1)`, `bpchar` has none. */
  | { readonly kind: 'char'; readonly length?: number }
  | { readonly kind: 'name' }
  | { readonly kind: 'bytea' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly precision?: number }
  | { readonly kind: 'timetz'; readonly precision?: number }
  | { readonly kind: 'timestamp'; readonly precision?: number }
  | { readonly kind: 'timestamptz'; readonly precision?: number }
  | { readonly kind: 'interval'; readonly precision?: number; readonly fields?: string }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'json' }
  | { readonly kind: 'jsonb' }
  | { readonly kind: 'jsonpath' }
  | { readonly kind: 'money' }
  | { readonly kind: 'inet' | 'cidr' | 'macaddr' | 'macaddr8' }
  /** PostgreSQL's "char": one byte. */
  | { readonly kind: 'singlebyte' }
  | { readonly kind: 'point' | 'lseg' | 'line' | 'box' | 'path' | 'polygon' | 'circle' }
  | { readonly kind: 'tsvector' | 'tsquery' | 'regconfig' | 'regdictionary' }
  | { readonly kind: 'xid' | 'cid' | 'xid8' | 'pg_lsn' | 'tid' }
  | { readonly kind: 'bit'; readonly length?: number }
  | { readonly kind: 'varbit'; readonly length?: number }
  /** `vector`: PostgreSQL's int2vector or oidvector, which is printed without commas and counts from 0. */
  | { readonly kind: 'array'; readonly element: DataType; readonly vector?: boolean }
  /** A row: composite type (named), ROW(…) or DuckDB's struct (unnamed). */
  | { readonly kind: 'record'; readonly name?: string; readonly fields: readonly Field[] }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType }
  | { readonly kind: 'enum'; readonly name: string; readonly labels: readonly string[] }
  /** The name of the other is given where it does not follow from the own name. */
  | { readonly kind: 'range'; readonly name: string; readonly element: DataType; readonly multirange?: string }
  | { readonly kind: 'multirange'; readonly name: string; readonly element: DataType; readonly range?: string }
  /** A base type with constraints; checks are kept by the catalog under the name, those of DuckDB's integers by `width`. */
  | { readonly kind: 'domain'; readonly name: string; readonly base: DataType; readonly width?: IntegerWidth }
  | { readonly kind: 'regtype' | 'regclass' | 'regproc' | 'regnamespace' | 'regrole' }
  | { readonly kind: 'void' }
  /** A string literal or a parameter whose type the context has yet to give; NULL too. */
  | { readonly kind: 'unknown' }

/** The range of an integer type that PostgreSQL does not have. */
export interface IntegerWidth {
  readonly bits: number
  readonly signed: boolean
}

export interface Field {
  readonly name: string
  readonly type: DataType
}

export type TypeKind = DataType['kind']

export const BOOLEAN: DataType = { kind: 'boolean' }
export const SMALLINT: DataType = { kind: 'smallint' }
export const INTEGER: DataType = { kind: 'integer' }
export const BIGINT: DataType = { kind: 'bigint' }
export const OID: DataType = { kind: 'oid' }
export const NUMERIC: DataType = { kind: 'numeric' }
export const REAL: DataType = { kind: 'real' }
export const DOUBLE: DataType = { kind: 'double' }
export const TEXT: DataType = { kind: 'text' }
export const VARCHAR: DataType = { kind: 'varchar' }
export const BPCHAR: DataType = { kind: 'char' }
export const NAME: DataType = { kind: 'name' }
export const BYTEA: DataType = { kind: 'bytea' }
export const DATE: DataType = { kind: 'date' }
export const TIME: DataType = { kind: 'time' }
export const TIMETZ: DataType = { kind: 'timetz' }
export const TIMESTAMP: DataType = { kind: 'timestamp' }
export const TIMESTAMPTZ: DataType = { kind: 'timestamptz' }
export const INTERVAL: DataType = { kind: 'interval' }
export const UUID: DataType = { kind: 'uuid' }
export const JSON_TYPE: DataType = { kind: 'json' }
export const JSONB: DataType = { kind: 'jsonb' }
export const UNKNOWN: DataType = { kind: 'unknown' }
export const VOID: DataType = { kind: 'void' }

export function arrayOf(element: DataType): DataType {
  return { kind: 'array', element }
}
