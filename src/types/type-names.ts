/**
 * From the names of types to DataTypes and back: what a type is called in SQL, which spellings are read, and the
 * limits of their modifiers.
 */
import { assert, notSupported, SqlError } from '../error.ts'
import { arrayOf, BIGINT, type DataType, type Field, INTEGER, NUMERIC, SMALLINT, TEXT } from './data-type.ts'

/** The SQL text of a type with its modifiers: `numeric(10,2)`, `timestamp(3) without time zone`, `integer[]`. */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'numeric':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`
    case 'varchar':
      return `character varying${parenthesised(type.length)}`
    case 'char':
      return `character${parenthesised(type.length)}`
    case 'bit':
      return `bit${parenthesised(type.length)}`
    case 'varbit':
      return `bit varying${parenthesised(type.length)}`
    case 'time':
      return `time${parenthesised(type.precision)} without time zone`
    case 'timetz':
      return `time${parenthesised(type.precision)} with time zone`
    case 'timestamp':
      return `timestamp${parenthesised(type.precision)} without time zone`
    case 'timestamptz':
      return `timestamp${parenthesised(type.precision)} with time zone`
    case 'interval':
      return `interval${type.fields === undefined ? '' : ` ${type.fields}`}${parenthesised(type.precision)}`
    case 'array':
      return `${typeName(type.element)}[]`
    case 'record':
      return isStruct(type) ? `struct(${type.fields.map(fieldText).join(', ')})` : baseTypeName(type)
    default:
      return baseTypeName(type)
  }
}

/** Whether a row of no named type has names of its own for its fields. */
function isStruct({ name, fields }: Extract<DataType, { kind: 'record' }>): boolean {
  return name === undefined && fields.some((field, index) => field.name !== `f${index + 1}`)
}

function fieldText({ name, type }: Field): string {
  return `${quoteIdentifier(name)} ${typeName(type)}`
}

/** The SQL text of a type without its modifiers, as error messages and pg_typeof print it. */
export function baseTypeName(type: DataType): string {
  switch (type.kind) {
    case 'double':
      return 'double precision'
    case 'varchar':
      return 'character varying'
    case 'char':
      return 'character'
    case 'varbit':
      return 'bit varying'
    case 'singlebyte':
      return '"char"'
    case 'time':
      return 'time without time zone'
    case 'timetz':
      return 'time with time zone'
    case 'timestamp':
      return 'timestamp without time zone'
    case 'timestamptz':
      return 'timestamp with time zone'
    case 'array':
      return `${baseTypeName(type.element)}[]`
    case 'record':
      return type.name === undefined ? 'record' : quoteIdentifier(type.name)
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`
    case 'enum':
    case 'range':
    case 'multirange':
    case 'domain':
      return quoteIdentifier(type.name)
    default:
      return type.kind
  }
}

function parenthesised(modifier: number | undefined): string {
  return modifier === undefined ? '' : `(${modifier})`
}

function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$|^enum\(/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** Whether two types are the same, modifiers included. */
export function typeEquals(left: DataType, right: DataType): boolean {
  if (left === right) return true
  if (left.kind !== right.kind) return false
  switch (left.kind) {
    case 'numeric': {
      const other = right as typeof left
      return left.precision === other.precision && (left.scale ?? 0) === (other.scale ?? 0)
    }
    case 'varchar':
    case 'char':
    case 'bit':
    case 'varbit':
      return left.length === (right as typeof left).length
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return left.precision === (right as typeof left).precision
    case 'interval': {
      const other = right as typeof left
      return left.precision === other.precision && left.fields === other.fields
    }
    case 'array':
      return typeEquals(left.element, (right as typeof left).element)
    case 'map': {
      const other = right as typeof left
      return typeEquals(left.key, other.key) && typeEquals(left.value, other.value)
    }
    case 'record': {
      const other = right as typeof left
      return (
        left.name === other.name &&
        left.fields.length === other.fields.length &&
        left.fields.every(
          (field, i) => field.name === other.fields[i].name && typeEquals(field.type, other.fields[i].type),
        )
      )
    }
    case 'enum':
    case 'range':
    case 'multirange':
    case 'domain':
      return left.name === (right as typeof left).name
    default:
      return true
  }
}

/** Whether two types are the same apart from their modifiers. */
export function sameBaseType(left: DataType, right: DataType): boolean {
  if (left === right) return true
  if (left.kind !== right.kind) return false
  if (left.kind === 'array') return sameBaseType(left.element, (right as typeof left).element)
  if (left.kind === 'record' || left.kind === 'map') return typeEquals(left, right)
  if ('name' in left) return left.name === (right as typeof left).name
  return true
}

/** The type without its modifiers. */
export function withoutModifiers(type: DataType): DataType {
  switch (type.kind) {
    case 'numeric':
    case 'varchar':
    case 'char':
    case 'bit':
    case 'varbit':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return { kind: type.kind }
    case 'array':
      return arrayOf(withoutModifiers(type.element))
    default:
      return type
  }
}

/** A type as it is written: the pieces that the parser found, with the modifiers already evaluated. */
export interface TypeSpelling {
  /** Folded, one per dot. */
  readonly parts: readonly string[]
  /** The name was in double quotes, which leaves only the names of pg_type. */
  readonly quoted?: boolean
  readonly modifiers?: readonly (number | string)[]
  readonly arrayBounds?: readonly (number | null)[]
  readonly intervalFields?: string
  readonly fields?: readonly Field[]
  readonly typeArguments?: readonly DataType[]
  readonly position?: number
}

/** The type that is meant. `lookup` finds the types that users made; 42704 when nothing is found. */
export function resolveTypeName(
  spelling: TypeSpelling,
  lookup?: (parts: readonly string[]) => DataType | undefined,
): DataType {
  const scalar = resolveScalar(spelling, lookup)
  return spelling.arrayBounds?.length ? arrayOf(scalar) : scalar
}

function resolveScalar(spelling: TypeSpelling, lookup?: (parts: readonly string[]) => DataType | undefined): DataType {
  const { parts, modifiers = [], position } = spelling
  const name = parts[parts.length - 1]
  const found = parts.length === 1 || (parts.length === 2 && parts[0] === 'pg_catalog')
  if (found) {
    if (spelling.quoted && name === 'char') return { kind: 'singlebyte' }
    const entry = spelling.quoted && !internalNames.has(name) ? undefined : spellings.get(name)
    if (entry) return entry(spelling)
    const element = name.startsWith('_') ? spellings.get(name.slice(1)) : undefined
    if (element) return arrayOf(element(spelling))
  }
  const own = lookup?.(parts)
  if (own) {
    if (modifiers.length > 0) throw modifierNotAllowed(name, position)
    return own
  }
  if (found && unsupportedNames.has(name)) throw notSupported(`type "${name}"`, position)
  throw new SqlError('undefined_object', `type "${parts.join('.')}" does not exist`, { position })
}

/** The integer type under a serial type, or undefined when the name is none of them. */
export function isSerial(parts: readonly string[]): DataType | undefined {
  if (parts.length !== 1) return undefined
  switch (parts[0]) {
    case 'serial':
    case 'serial4':
      return INTEGER
    case 'bigserial':
    case 'serial8':
      return BIGINT
    case 'smallserial':
    case 'serial2':
      return SMALLINT
    default:
      return undefined
  }
}

type Resolver = (spelling: TypeSpelling) => DataType

function modifierNotAllowed(name: string, position?: number): SqlError {
  return new SqlError('syntax_error', `type modifier is not allowed for type "${name}"`, { position })
}

function invalidModifier(message: string, position?: number): SqlError {
  return new SqlError('invalid_parameter_value', message, { position })
}

function plain(type: DataType): Resolver {
  return ({ parts, modifiers = [], position }) => {
    if (modifiers.length > 0) throw modifierNotAllowed(parts[parts.length - 1], position)
    return type
  }
}

/** Modifiers are integer constants; everything else PostgreSQL refuses with 22P02 or 42601. */
function integers({ modifiers = [], position }: TypeSpelling): number[] {
  return modifiers.map((modifier) => {
    const number = typeof modifier === 'number' ? modifier : Number(modifier)
    if (modifier !== '' && Number.isInteger(number) && Math.abs(number) <= 2147483648) return number
    throw new SqlError('invalid_text_representation', `invalid input syntax for type integer: "${modifier}"`, {
      position,
    })
  })
}

const MAX_CHARACTERS = 10485760
const MAX_BITS = 83886080

function withLength(kind: 'varchar' | 'char' | 'bit' | 'varbit', maximum: number, missing?: number): Resolver {
  return (spelling) => {
    const lengths = integers(spelling)
    if (lengths.length > 1) throw invalidModifier('invalid type modifier', spelling.position)
    const length = lengths[0] ?? missing
    if (length === undefined) return { kind }
    if (length < 1) throw invalidModifier(`length for type ${kind} must be at least 1`, spelling.position)
    if (length > maximum) throw invalidModifier(`length for type ${kind} cannot exceed ${maximum}`, spelling.position)
    return { kind, length }
  }
}

function numericType(spelling: TypeSpelling): DataType {
  const modifiers = integers(spelling)
  if (modifiers.length === 0) return NUMERIC
  if (modifiers.length > 2) throw invalidModifier('invalid NUMERIC type modifier', spelling.position)
  const [precision, scale = 0] = modifiers
  if (precision < 1 || precision > 1000) {
    throw invalidModifier(`NUMERIC precision ${precision} must be between 1 and 1000`, spelling.position)
  }
  if (scale < -1000 || scale > 1000) {
    throw invalidModifier(`NUMERIC scale ${scale} must be between -1000 and 1000`, spelling.position)
  }
  return { kind: 'numeric', precision, scale }
}

function floatType(spelling: TypeSpelling): DataType {
  const [precision] = integers(spelling)
  if (precision === undefined) return { kind: 'double' }
  if (precision < 1) throw invalidModifier('precision for type float must be at least 1 bit', spelling.position)
  if (precision >= 54) throw invalidModifier('precision for type float must be less than 54 bits', spelling.position)
  return { kind: precision <= 24 ? 'real' : 'double' }
}

function withPrecision(kind: 'time' | 'timetz' | 'timestamp' | 'timestamptz', fixed?: number): Resolver {
  const label = `${kind.startsWith('timestamp') ? 'TIMESTAMP' : 'TIME'}`
  const suffix = kind.endsWith('tz') ? ' WITH TIME ZONE' : ''
  return (spelling) => {
    const modifiers = integers(spelling)
    if (modifiers.length > 1) throw invalidModifier('invalid type modifier', spelling.position)
    const precision = modifiers[0] ?? fixed
    if (precision === undefined) return { kind }
    if (precision < 0) {
      throw invalidModifier(`${label}(${precision})${suffix} precision must not be negative`, spelling.position)
    }
    return { kind, precision: Math.min(precision, 6) }
  }
}

function intervalType(spelling: TypeSpelling): DataType {
  const modifiers = integers(spelling)
  if (modifiers.length > 1) throw invalidModifier('invalid INTERVAL type modifier', spelling.position)
  const [precision] = modifiers
  const fields = spelling.intervalFields
  if (precision !== undefined && precision < 0) {
    throw invalidModifier(`INTERVAL(${precision}) precision must not be negative`, spelling.position)
  }
  const limited = precision === undefined ? undefined : Math.min(precision, 6)
  if (fields === undefined)
    return limited === undefined ? { kind: 'interval' } : { kind: 'interval', precision: limited }
  return limited === undefined ? { kind: 'interval', fields } : { kind: 'interval', fields, precision: limited }
}

function structType(spelling: TypeSpelling): DataType {
  return { kind: 'record', fields: spelling.fields ?? [] }
}

function mapType({ typeArguments = [], position }: TypeSpelling): DataType {
  if (typeArguments.length !== 2) throw invalidModifier('map needs the types of its keys and values', position)
  return { kind: 'map', key: typeArguments[0], value: typeArguments[1] }
}

function listType({ typeArguments = [], position }: TypeSpelling): DataType {
  if (typeArguments.length !== 1) throw invalidModifier('list needs the type of its elements', position)
  return arrayOf(typeArguments[0])
}

/** DuckDB's `ENUM('a', 'b')`: a type of its own, which is named by its labels. */
function enumType({ modifiers = [], position }: TypeSpelling): DataType {
  const labels = modifiers.map(String)
  if (labels.length === 0) throw invalidModifier('an enum needs labels', position)
  const repeated = labels.find((label, index) => labels.indexOf(label) < index)
  if (repeated !== undefined) throw invalidModifier(`enum label "${repeated}" used more than once`, position)
  return { kind: 'enum', name: `enum(${labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(', ')})`, labels }
}

function decimalOf(precision: number): DataType {
  return { kind: 'numeric', precision, scale: 0 }
}

function narrower(name: string, base: DataType, bits: number, signed = false): DataType {
  return { kind: 'domain', name, base, width: { bits, signed } }
}

/** The built-in ranges, by name: PostgreSQL's six. */
export const rangeElements: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['int4range', INTEGER],
  ['int8range', BIGINT],
  ['numrange', NUMERIC],
  ['daterange', { kind: 'date' }],
  ['tsrange', { kind: 'timestamp' }],
  ['tstzrange', { kind: 'timestamptz' }],
])

/** The name of the multirange over a range: int4range → int4multirange. */
export function multirangeName(range: string): string {
  return range.includes('range') ? range.replace('range', 'multirange') : `${range}_multirange`
}

/** The multirange over a range; a multirange itself. */
export function multirangeOf(type: DataType): DataType & { kind: 'multirange' } {
  if (type.kind === 'multirange') return type
  assert(type.kind === 'range', 'only ranges have a multirange')
  const { name, element, multirange } = type
  if (multirange === undefined) return { kind: 'multirange', name: multirangeName(name), element }
  return { kind: 'multirange', name: multirange, element, range: name }
}

/** The range that a multirange consists of; a range itself. */
export function rangeOf(type: DataType): DataType & { kind: 'range' } {
  if (type.kind === 'range') return type
  assert(type.kind === 'multirange', 'only multiranges consist of ranges')
  const { name, element, range } = type
  if (range === undefined) return { kind: 'range', name: name.replace('multirange', 'range'), element }
  return { kind: 'range', name: range, element, multirange: name }
}

const rareKinds = [
  ...(['money', 'inet', 'cidr', 'macaddr', 'macaddr8', 'xid', 'cid', 'xid8', 'pg_lsn', 'tid'] as const),
  ...(['tsvector', 'tsquery', 'regconfig', 'regdictionary'] as const),
  ...(['point', 'lseg', 'line', 'box', 'path', 'polygon', 'circle'] as const),
]

/**
 * Every spelling that is read. After PostgreSQL's come those of DuckDB and other systems; integers that PostgreSQL
 * does not have are domains over the next wider type that holds all their values.
 */
const spellings = new Map<string, Resolver>([
  ...entries(plain({ kind: 'boolean' }), 'boolean', 'bool', 'logical'),
  ...entries(plain(SMALLINT), 'smallint', 'int2', 'short'),
  ...entries(plain(narrower('tinyint', SMALLINT, 8, true)), 'tinyint', 'int1'),
  ...entries(plain(narrower('utinyint', SMALLINT, 8)), 'utinyint', 'uint8'),
  ...entries(plain(narrower('usmallint', INTEGER, 16)), 'usmallint', 'uint16'),
  ...entries(plain(narrower('uinteger', BIGINT, 32)), 'uinteger', 'uint32'),
  ...entries(plain(narrower('ubigint', decimalOf(20), 64)), 'ubigint', 'uint64'),
  ...entries(plain(narrower('hugeint', decimalOf(39), 128, true)), 'hugeint', 'int128'),
  ...entries(plain(narrower('uhugeint', decimalOf(39), 128)), 'uhugeint', 'uint128'),
  ...entries(plain(INTEGER), 'integer', 'int', 'int4', 'signed', 'mediumint', 'int32'),
  ...entries(plain(BIGINT), 'bigint', 'int8', 'long', 'int64'),
  ...entries(numericType, 'numeric', 'decimal', 'dec'),
  ...entries(plain({ kind: 'real' }), 'real', 'float4'),
  ...entries(plain({ kind: 'double' }), 'double precision', 'double', 'float8'),
  ...entries(floatType, 'float'),
  ...entries(plain(TEXT), 'text', 'string', 'clob', 'longtext', 'mediumtext', 'tinytext'),
  ...entries(withLength('varchar', MAX_CHARACTERS), 'character varying', 'varchar', 'char varying'),
  ...entries(withLength('varchar', MAX_CHARACTERS), 'national character varying', 'nvarchar', 'nchar varying'),
  ...entries(
    withLength('char', MAX_CHARACTERS, 1),
    'character',
    'char',
    'nchar',
    'national character',
    'national char',
  ),
  ...entries(withLength('char', MAX_CHARACTERS), 'bpchar'),
  ...entries(plain({ kind: 'name' }), 'name'),
  ...entries(plain({ kind: 'bytea' }), 'bytea', 'blob', 'binary', 'varbinary'),
  ...entries(plain({ kind: 'date' }), 'date'),
  ...entries(withPrecision('time'), 'time', 'time without time zone'),
  ...entries(withPrecision('timetz'), 'timetz', 'time with time zone'),
  ...entries(withPrecision('timestamp'), 'timestamp', 'timestamp without time zone', 'datetime', 'timestamp_us'),
  ...entries(withPrecision('timestamp', 0), 'timestamp_s'),
  ...entries(withPrecision('timestamp', 3), 'timestamp_ms'),
  ...entries(withPrecision('timestamptz'), 'timestamptz', 'timestamp with time zone'),
  ...entries(intervalType, 'interval'),
  ...entries(plain({ kind: 'uuid' }), 'uuid', 'guid'),
  ...entries(plain({ kind: 'json' }), 'json'),
  ...entries(plain({ kind: 'jsonb' }), 'jsonb'),
  ...entries(plain({ kind: 'jsonpath' }), 'jsonpath'),
  ...rareKinds.map((kind): [string, Resolver] => [kind, plain({ kind })]),
  ...entries(withLength('bit', MAX_BITS, 1), 'bit'),
  ...entries(withLength('varbit', MAX_BITS), 'bit varying', 'varbit', 'bitstring'),
  ...entries(plain({ kind: 'oid' }), 'oid'),
  ...entries(plain({ kind: 'regtype' }), 'regtype'),
  ...entries(plain({ kind: 'regclass' }), 'regclass'),
  ...entries(plain({ kind: 'regproc' }), 'regproc', 'regprocedure'),
  ...entries(plain({ kind: 'regnamespace' }), 'regnamespace'),
  ...entries(plain({ kind: 'regrole' }), 'regrole'),
  ...entries(plain({ kind: 'void' }), 'void'),
  ...entries(plain({ kind: 'unknown' }), 'unknown'),
  ...entries(structType, 'struct', 'row', 'record'),
  ...entries(mapType, 'map'),
  ...entries(listType, 'list'),
  ...entries(enumType, 'enum'),
  ...[...rangeElements].flatMap(([name, element]): [string, Resolver][] => [
    [name, plain({ kind: 'range', name, element })],
    [multirangeName(name), plain({ kind: 'multirange', name: multirangeName(name), element })],
  ]),
])

function entries(resolver: Resolver, ...names: string[]): [string, Resolver][] {
  return names.map((name) => [name, resolver])
}

/** Names that pg_type has, valid in double quotes too. */
const internalNames: ReadonlySet<string> = new Set([
  ...'bool int2 int4 int8 numeric float4 float8 text varchar bpchar name bytea date time timetz timestamp'.split(' '),
  ...'timestamptz interval uuid json jsonb jsonpath bit varbit oid regtype regclass regproc regnamespace regrole'.split(
    ' ',
  ),
  ...'void unknown record'.split(' '),
  ...rareKinds,
  ...rangeElements.keys(),
  ...[...rangeElements.keys()].map(multirangeName),
])

/** Types that PostgreSQL has and Colonnade has not; naming them is refused rather than called unknown. */
const unsupportedNames: ReadonlySet<string> = new Set([
  ...'xml'.split(' '),
  ...'pg_snapshot txid_snapshot refcursor int2vector oidvector aclitem'.split(' '),
  ...'regoper regoperator regcollation timestamp_ns union variant geometry'.split(' '),
  ...'cstring trigger event_trigger internal anyelement anyarray anynonarray anyenum anyrange'.split(' '),
])
