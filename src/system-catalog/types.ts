/** pg_type: the types of the system, their arrays and ranges, those that users made, and the row types of tables. */
import type { CatalogView, DomainDefinition } from '../storage/interface.ts'
import { arrayOf, type DataType } from '../types/data-type.ts'
import { allTraits, typeOid } from '../types/traits.ts'
import { multirangeName, rangeElements } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { deparseExpression } from './deparse/deparse.ts'
import {
  columns,
  objectNumber,
  relationNumber,
  type SystemTable,
  schemaNumber,
  sortedRelations,
} from './system-table.ts'

/** A row of pg_type, as far as names and numbers go. */
export interface TypeEntry {
  readonly oid: number
  readonly schema: string
  /** pg_type.typname */
  readonly name: string
  readonly type: DataType
  /** The number of the type's array. */
  readonly array: number
  /** Of the row type of a relation: the relation's number. */
  readonly relation?: number
}

/** A type's number: PostgreSQL's where it has one, else one that follows from the name. */
export function typeNumber(type: DataType): number {
  if (type.kind === 'record' && type.name !== undefined) return objectNumber('type', type.name)
  const isOfRecords = type.kind === 'array' && type.element.kind === 'record' && type.element.name !== undefined
  const known = isOfRecords ? 0 : typeOid(type)
  if (known !== 0) return known
  if (type.kind === 'array')
    return 'name' in type.element && type.element.name ? objectNumber('type', `_${type.element.name}`) : 2287
  if (type.kind === 'record' && type.name === undefined) return 2249
  return 'name' in type && type.name ? objectNumber('type', type.name) : 0
}

/** The types that users made. */
export function* userTypes(catalog: CatalogView): Iterable<{ schema: string; name: string; type: DataType }> {
  for (const schema of catalog.schemas()) {
    for (const name of catalog.typeNames(schema)) {
      const type = catalog.findType(name, schema)
      if (type) yield { schema, name, type: type.kind === 'record' ? { ...type, name } : type }
    }
  }
}

export function* domains(catalog: CatalogView): Iterable<DomainDefinition> {
  for (const { schema, name, type } of userTypes(catalog)) {
    const domain = type.kind === 'domain' ? catalog.findDomain(name, schema) : undefined
    if (domain) yield domain
  }
}

const pseudoTypes: Readonly<Record<string, number>> = {
  record: 2249,
  cstring: 2275,
  any: 2276,
  anyarray: 2277,
  void: 2278,
  trigger: 2279,
  language_handler: 2280,
  internal: 2281,
  anyelement: 2283,
  anynonarray: 2776,
  anyenum: 3500,
  anyrange: 3831,
  event_trigger: 3838,
  anymultirange: 4537,
  anycompatiblemultirange: 4538,
  anycompatible: 5077,
  anycompatiblearray: 5078,
  anycompatiblenonarray: 5079,
  anycompatiblerange: 5080,
}

/** The number of a pseudo-type by its name. */
export function pseudoTypeNumber(name: string): number {
  return pseudoTypes[name] ?? pseudoTypes.any
}

function systemType(name: string, type: DataType, oid = typeOid(type), array = typeOid(arrayOf(type))): TypeEntry {
  return { oid, schema: 'pg_catalog', name, type, array }
}

let systemTypes: readonly TypeEntry[] | undefined

/** Every type but arrays. */
export function* allTypes(catalog: CatalogView): Iterable<TypeEntry> {
  systemTypes ??= [
    ...allTraits()
      .filter(({ oid, names }) => oid !== 0 && names[0] !== 'void')
      .map((entry) =>
        systemType(entry.internalName, { kind: kindOf(entry.names[0]) } as DataType, entry.oid, entry.arrayOid),
      ),
    ...[...rangeElements].flatMap(([name, element]) => {
      const multirange = multirangeName(name)
      return [
        systemType(name, { kind: 'range', name, element }),
        systemType(multirange, { kind: 'multirange', name: multirange, element }),
      ]
    }),
    ...Object.entries(pseudoTypes).map(([name, oid]) =>
      systemType(
        name,
        { kind: 'enum', name, labels: [] },
        oid,
        name === 'record' ? 2287 : name === 'cstring' ? 1263 : 0,
      ),
    ),
  ]
  yield* systemTypes
  for (const { schema, name, type } of userTypes(catalog)) {
    const relation = type.kind === 'record' ? objectNumber('relation', schema, name) : undefined
    yield { oid: typeNumber(type), schema, name, type, array: typeNumber(arrayOf(type)), relation }
  }
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind === 'sequence') continue
    const { schema, name } = relation
    const type: DataType = { kind: 'record', name, fields: relation.columns }
    yield {
      oid: typeNumber(type),
      schema,
      name,
      type,
      array: typeNumber(arrayOf(type)),
      relation: relationNumber(relation),
    }
  }
}

const kinds = new Map<string, DataType['kind']>([
  ['double precision', 'double'],
  ['character varying', 'varchar'],
  ['character', 'char'],
  ['bit varying', 'varbit'],
  ['"char"', 'singlebyte'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
])

function kindOf(name: string): DataType['kind'] {
  return kinds.get(name) ?? (name as DataType['kind'])
}

/** Bytes of a value, passed by value or not, and alignment; of the rest the values have different lengths. */
const layouts: ReadonlyMap<string, string> = new Map(
  (
    'bool:1*c char:1*c name:64c int8:8*d int2:2*s int4:4*i regproc:4*i oid:4*i tid:6s xid:4*i cid:4*i point:16d lseg:32d box:32d line:24d ' +
    'float4:4*i float8:8*d circle:24d macaddr8:8i money:8*d macaddr:6i date:4*i time:8*d timestamp:8*d timestamptz:8*d interval:16d ' +
    'timetz:12d regclass:4*i regtype:4*i uuid:16c pg_lsn:8*d regconfig:4*i regdictionary:4*i regnamespace:4*i regrole:4*i xid8:8*d ' +
    'void:4*i record:-1d cstring:-2c unknown:-2c any:4*i anyelement:4*i trigger:4*i internal:8*d'
  )
    .split(' ')
    .map((text) => text.split(':') as [string, string]),
)

function layout(name: string): { typlen: number; typbyval: boolean; typalign: string } {
  const [, length, byValue, align] = /^(-?\d+)(\*?)(\w)$/.exec(layouts.get(name) ?? '-1i')!
  return { typlen: Number(length), typbyval: byValue === '*', typalign: align }
}

/** Types whose functions are named without an underscore. */
const joined: ReadonlySet<string> = new Set(
  'bool bytea char name int8 int2 int4 text oid tid xid cid xid8 float4 float8 unknown bpchar varchar tsvector tsquery'.split(
    ' ',
  ),
)

function stem(name: string, type: DataType): string {
  if (
    type.kind === 'record' ||
    type.kind === 'enum' ||
    type.kind === 'range' ||
    type.kind === 'multirange' ||
    type.kind === 'domain'
  )
    return name in pseudoTypes ? `${name}_` : `${type.kind}_`
  if (name === 'money') return 'cash_'
  if (name === 'polygon') return 'poly_'
  return joined.has(name) || name.startsWith('reg') ? name : `${name}_`
}

/** The letters of pg_type.typtype and typcategory. */
function letters(name: string, type: DataType): readonly [string, string] {
  if (name in pseudoTypes) return ['p', 'P']
  switch (type.kind) {
    case 'enum':
      return ['e', 'E']
    case 'domain':
      return ['d', category(type.base)]
    case 'record':
      return ['c', 'C']
    case 'range':
      return ['r', 'R']
    case 'multirange':
      return ['m', 'R']
    default:
      return ['b', category(type)]
  }
}

function category(type: DataType): string {
  if (type.kind === 'array') return 'A'
  return allTraits().find(({ names }) => kindOf(names[0]) === type.kind)?.category ?? letters('', type)[1]
}

/** A type's modifier as PostgreSQL packs it. */
export function typeModifier(type: DataType): number {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return type.length === undefined ? -1 : type.length + 4
    case 'numeric':
      return type.precision === undefined ? -1 : ((type.precision << 16) | ((type.scale ?? 0) & 0x7ff)) + 4
    case 'bit':
    case 'varbit':
      return type.length ?? -1
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return type.precision ?? -1
    case 'interval':
      return type.fields === undefined && type.precision === undefined
        ? -1
        : ((intervalFields[type.fields ?? ''] ?? 0x7fff) << 16) | (type.precision ?? 0xffff)
    case 'array':
      return typeModifier(type.element)
    default:
      return -1
  }
}

const intervalFields: Readonly<Record<string, number>> = {
  year: 4,
  month: 2,
  day: 8,
  hour: 1024,
  minute: 2048,
  second: 4096,
  'year to month': 6,
  'day to hour': 1032,
  'day to minute': 3080,
  'day to second': 7176,
  'hour to minute': 3072,
  'hour to second': 7168,
  'minute to second': 6144,
}

/** How values of the type are kept, for pg_attribute too. */
export function typeLayout(type: DataType): {
  typlen: number
  typbyval: boolean
  typalign: string
  typstorage: string
} {
  if (type.kind === 'domain') return typeLayout(type.base)
  if (type.kind === 'enum') return { typlen: 4, typbyval: true, typalign: 'i', typstorage: 'p' }
  if (type.kind === 'record') return { typlen: -1, typbyval: false, typalign: 'd', typstorage: 'x' }
  const element =
    type.kind === 'array' || type.kind === 'range' || type.kind === 'multirange' ? type.element : undefined
  if (element) {
    const { typalign } = typeLayout(element)
    return { typlen: -1, typbyval: false, typalign: typalign === 'd' ? 'd' : 'i', typstorage: 'x' }
  }
  const name = allTraits().find(({ names }) => kindOf(names[0]) === type.kind)?.internalName ?? ''
  const own = layout(name)
  const storage =
    own.typlen !== -1 || type.kind === 'tsquery' ? 'p' : ['numeric', 'inet', 'cidr'].includes(type.kind) ? 'm' : 'x'
  return { ...own, typalign: ['path', 'polygon'].includes(type.kind) ? 'd' : own.typalign, typstorage: storage }
}

/** The collation of a type's values, by its number. */
export function typeCollation(type: DataType): number {
  switch (type.kind) {
    case 'text':
    case 'varchar':
    case 'char':
      return 100
    case 'name':
      return 950
    case 'array':
      return typeCollation(type.element)
    case 'domain':
      return typeCollation(type.base)
    default:
      return 0
  }
}

export const types: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_type',
  columns: columns(
    'oid:oid typname:name typnamespace:oid typowner:oid typlen:int2 typbyval:bool typtype:char typcategory:char typispreferred:bool typisdefined:bool ' +
      'typdelim:char typrelid:oid typsubscript:text typelem:oid typarray:oid typinput:text typoutput:text typreceive:text typsend:text ' +
      'typmodin:text typmodout:text typanalyze:text typalign:char typstorage:char typnotnull:bool typbasetype:oid typtypmod:int4 ' +
      'typndims:int4 typcollation:oid typdefaultbin:text typdefault:text typacl:text[] tableoid:oid',
  ),
  *rows({ catalog, functions }) {
    for (const entry of allTypes(catalog)) {
      const { oid, name, type, schema } = entry
      const isPseudo = name in pseudoTypes && schema === 'pg_catalog'
      const [typtype, typcategory] = letters(isPseudo ? name : '', type)
      const domain = type.kind === 'domain' ? catalog.findDomain(name, schema) : undefined
      const base: Record<string, Value> = {
        ...commonFacts,
        typnamespace: schemaNumber(schema),
        typdelim: name === 'box' ? ';' : ',',
      }
      yield {
        ...base,
        ...(isPseudo ? { ...layout(name), typstorage: 'p' } : typeLayout(type)),
        oid,
        typname: name,
        typtype,
        typcategory,
        typispreferred: schema === 'pg_catalog' && preferred.has(name),
        typrelid: entry.relation ?? 0,
        typarray: entry.array,
        ...functionsOf(stem(name, type), isPseudo),
        typnotnull: domain?.notNull ?? false,
        typbasetype: type.kind === 'domain' ? typeNumber(type.base) : 0,
        typtypmod: type.kind === 'domain' ? typeModifier(type.base) : -1,
        typndims: type.kind === 'domain' && type.base.kind === 'array' ? 1 : 0,
        typcollation: typeCollation(type),
        typdefault: domain?.default
          ? deparseExpression(domain.default, { catalog, functions }, { type: domain.type.base })
          : null,
      }
      if (entry.array === 0) continue
      yield {
        ...base,
        ...typeLayout(arrayOf(type)),
        oid: entry.array,
        typname: `_${name}`,
        typtype: isPseudo ? 'p' : 'b',
        typcategory: isPseudo ? 'P' : 'A',
        typispreferred: false,
        typrelid: 0,
        typsubscript: 'array_subscript_handler',
        typelem: oid,
        typarray: 0,
        ...functionsOf('array_', false),
        typnotnull: false,
        typbasetype: 0,
        typtypmod: -1,
        typndims: 0,
        typcollation: typeCollation(type),
      }
    }
  },
}

const commonFacts: Record<string, Value> = {
  typowner: 10,
  typisdefined: true,
  typsubscript: '-',
  typelem: 0,
  typmodin: '-',
  typmodout: '-',
  typanalyze: '-',
}

const preferred: ReadonlySet<string> = new Set(
  'bool text oid float8 inet timestamptz interval varbit unknown'.split(' '),
)

function functionsOf(name: string, isPseudo: boolean): Record<string, Value> {
  const hasBinary = !isPseudo || name === 'record_' || name === 'void_'
  return {
    typinput: `${name}in`,
    typoutput: `${name}out`,
    typreceive: hasBinary ? `${name}recv` : '-',
    typsend: hasBinary ? `${name}send` : '-',
  }
}
