/** What information_schema tells of a type, in columns, domains, attributes, parameters and elements of arrays alike. */
import type { CatalogView } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { userTypes } from './types.ts'

export const factColumns: readonly string[] = [
  'data_type',
  'character_maximum_length:int4',
  'character_octet_length:int4',
  'character_set_catalog',
  'character_set_schema',
  'character_set_name',
  'collation_catalog',
  'collation_schema',
  'collation_name',
  'numeric_precision:int4',
  'numeric_precision_radix:int4',
  'numeric_scale:int4',
  'datetime_precision:int4',
  'interval_type',
  'interval_precision:int4',
]

/** The facts of a type; those of a domain are its base type's. */
export function typeFacts(type: DataType): Record<string, Value> {
  const data_type = dataTypeName(type)
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return {
        data_type,
        character_maximum_length: type.length ?? null,
        character_octet_length: type.length ? type.length * 4 : 1073741824,
      }
    case 'bit':
    case 'varbit':
      return { data_type, character_maximum_length: type.length ?? null }
    case 'text':
      return { data_type, character_octet_length: 1073741824 }
    case 'name':
      return { data_type, collation_catalog: 'colonnade', collation_schema: 'pg_catalog', collation_name: 'C' }
    case 'smallint':
      return { data_type, numeric_precision: 16, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'integer':
      return { data_type, numeric_precision: 32, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'bigint':
      return { data_type, numeric_precision: 64, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'real':
      return { data_type, numeric_precision: 24, numeric_precision_radix: 2 }
    case 'double':
      return { data_type, numeric_precision: 53, numeric_precision_radix: 2 }
    case 'numeric':
      return {
        data_type,
        numeric_precision: type.precision ?? null,
        numeric_precision_radix: 10,
        numeric_scale: type.precision === undefined ? null : (type.scale ?? 0),
      }
    case 'date':
      return { data_type, datetime_precision: 0 }
    case 'interval':
      return { data_type, datetime_precision: type.precision ?? 6, interval_type: type.fields?.toUpperCase() ?? null }
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { data_type, datetime_precision: type.precision ?? 6 }
    case 'domain':
      return type.width ? { ...typeFacts(type.base), data_type } : typeFacts(type.base)
    default:
      return { data_type }
  }
}

function dataTypeName(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return 'ARRAY'
    case 'enum':
    case 'record':
      return type.kind === 'record' && type.name === undefined ? 'record' : 'USER-DEFINED'
    default:
      return baseTypeName(type)
  }
}

function internalName(type: DataType): string {
  if (type.kind === 'array') return `_${internalName(type.element)}`
  return 'name' in type && type.name ? type.name : traits(type).internalName || 'record'
}

/** The schema that a type is in. */
export function schemaOfType(type: DataType, catalog: CatalogView): string {
  if (type.kind === 'array') return schemaOfType(type.element, catalog)
  if (!('name' in type) || !type.name) return 'pg_catalog'
  for (const { schema, name } of userTypes(catalog)) if (name === type.name) return schema
  return catalog.findRelation(type.name)?.schema ?? 'pg_catalog'
}

/** `udt_catalog`, `udt_schema`, `udt_name`; of a domain, of what it is a domain over. */
export function underlying(type: DataType, catalog: CatalogView, prefix = ''): Record<string, Value> {
  const base = type.kind === 'domain' ? type.base : type
  return {
    [`${prefix}udt_catalog`]: 'colonnade',
    [`${prefix}udt_schema`]: schemaOfType(base, catalog),
    [`${prefix}udt_name`]: internalName(base),
  }
}
