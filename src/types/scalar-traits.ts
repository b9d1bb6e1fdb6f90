/**
 * The entries of the types that hold one value each. Those that are made of others, and need to ask about them, stand
 * in `traits.ts`.
 */
import { SqlError } from '../error.ts'
import { parseBits } from './bits.ts'
import { ByteReader, ByteWriter, decodeDecimal, decodeText, encodeDecimal, encodeText } from './byte-codec.ts'
import { compareBytes, formatBytea, formatHex, parseBytea } from './bytea.ts'
import type { TypeKind } from './data-type.ts'
import {
  formatDate,
  formatTime,
  formatTimestamp,
  formatTimestampTz,
  formatTimeTz,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampTz,
  parseTimeTz,
} from './date-time.ts'
import { Decimal } from './decimal.ts'
import { formatDouble, formatReal, parseDouble, parseReal } from './float-text.ts'
import { formatOptions } from './format-options.ts'
import { geometricTraits } from './geometric-traits.ts'
import { parseBigint, parseBoolean, parseOid, parseSmallInteger } from './integer-text.ts'
import { compareIntervals, formatInterval, intervalSpan, parseInterval } from './interval.ts'
import { checkJson, compareJson, formatJson, jsonKey, parseJson } from './json.ts'
import { formatJsonPath, type JsonPath } from './jsonpath.ts'
import { parseJsonPath } from './jsonpath-parser.ts'
import { rareTraits } from './rare-traits.ts'
import { byteLength, characterLength, compareText, firstCharacters, withoutTrailingBlanks } from './text-order.ts'
import { textSearchTraits } from './text-search-traits.ts'
import { BIG_INTEGER, entry, identity, type Of, PLAIN_TEXT, SMALL_INTEGER, sameValue } from './trait-entry.ts'
import { baseTypeName } from './type-names.ts'
import type { TypeTraits } from './type-traits.ts'
import { parseUuid } from './uuid.ts'
import type { TimeTz, Value } from './value.ts'

type ScalarKind = Exclude<TypeKind, ComposedKind>

/** Kinds whose entries ask about other types. */
export type ComposedKind =
  | 'array'
  | 'record'
  | 'map'
  | 'range'
  | 'multirange'
  | 'domain'
  | 'regtype'
  | 'regclass'
  | 'regproc'
  | 'regnamespace'
  | 'regrole'

export const scalarTraits: { readonly [K in ScalarKind]: TypeTraits<Of<K>> } = {
  ...rareTraits,
  ...geometricTraits,
  ...textSearchTraits,
  boolean: entry<Of<'boolean'>>({
    names: ['boolean', 'bool'],
    internalName: 'bool',
    oid: 16,
    arrayOid: 1000,
    category: 'B',
    preferred: true,
    storage: 'integer',
    width: 1,
    parse: parseBoolean,
    format: (value) => (value ? 't' : 'f'),
    compare: (left, right) => Number(left) - Number(right),
    toInteger: (value) => (value ? 1 : 0),
    fromInteger: (stored) => Number(stored) !== 0,
  }),
  smallint: entry<Of<'smallint'>>({
    names: ['smallint', 'int2'],
    internalName: 'int2',
    oid: 21,
    arrayOid: 1005,
    category: 'N',
    ...SMALL_INTEGER,
    width: 2,
    parse: (text) => parseSmallInteger(text, 'smallint', -32768, 32767),
  }),
  integer: entry<Of<'integer'>>({
    names: ['integer', 'int', 'int4'],
    internalName: 'int4',
    oid: 23,
    arrayOid: 1007,
    category: 'N',
    ...SMALL_INTEGER,
    width: 4,
    parse: (text) => parseSmallInteger(text, 'integer', -2147483648, 2147483647),
  }),
  bigint: entry<Of<'bigint'>>({
    names: ['bigint', 'int8'],
    internalName: 'int8',
    oid: 20,
    arrayOid: 1016,
    category: 'N',
    ...BIG_INTEGER,
    parse: parseBigint,
  }),
  oid: entry<Of<'oid'>>({
    names: ['oid'],
    internalName: 'oid',
    oid: 26,
    arrayOid: 1028,
    category: 'N',
    preferred: true,
    ...SMALL_INTEGER,
    width: 8,
    parse: parseOid,
  }),
  numeric: entry<Of<'numeric'>>({
    names: ['numeric', 'decimal', 'dec'],
    internalName: 'numeric',
    oid: 1700,
    arrayOid: 1231,
    category: 'N',
    storage: 'bytes',
    parse: (text) => Decimal.parse(text),
    format: (value: Decimal) => value.toString(),
    compare: (left: Decimal, right: Decimal) => left.compare(right),
    hashKey: (value: Decimal) => value.hashKey(),
    encode: encodeDecimal,
    decode: decodeDecimal,
  }),
  real: entry<Of<'real'>>({
    names: ['real', 'float4'],
    internalName: 'float4',
    oid: 700,
    arrayOid: 1021,
    category: 'N',
    storage: 'float',
    width: 4,
    parse: parseReal,
    format: (value, _type, settings) => formatReal(value, formatOptions(settings).extraFloatDigits),
    compare: compareFloats,
  }),
  double: entry<Of<'double'>>({
    names: ['double precision', 'float8', 'double'],
    internalName: 'float8',
    oid: 701,
    arrayOid: 1022,
    category: 'N',
    preferred: true,
    storage: 'float',
    width: 8,
    parse: parseDouble,
    format: (value, _type, settings) => formatDouble(value, formatOptions(settings).extraFloatDigits),
    compare: compareFloats,
  }),
  text: entry<Of<'text'>>({
    names: ['text'],
    internalName: 'text',
    oid: 25,
    arrayOid: 1009,
    category: 'S',
    preferred: true,
    ...PLAIN_TEXT,
  }),
  varchar: entry<Of<'varchar'>>({
    names: ['character varying', 'varchar'],
    internalName: 'varchar',
    oid: 1043,
    arrayOid: 1015,
    category: 'S',
    ...PLAIN_TEXT,
  }),
  char: entry<Of<'char'>>({
    names: ['character', 'char', 'bpchar'],
    internalName: 'bpchar',
    oid: 1042,
    arrayOid: 1014,
    category: 'S',
    ...PLAIN_TEXT,
    compare: (left, right) => compareText(withoutTrailingBlanks(left), withoutTrailingBlanks(right)),
    equals: (left, right) => left === right || withoutTrailingBlanks(left) === withoutTrailingBlanks(right),
    hashKey: withoutTrailingBlanks,
  }),
  name: entry<Of<'name'>>({
    names: ['name'],
    internalName: 'name',
    oid: 19,
    arrayOid: 1003,
    category: 'S',
    ...PLAIN_TEXT,
    parse: truncateName,
  }),
  bytea: entry<Of<'bytea'>>({
    names: ['bytea'],
    internalName: 'bytea',
    oid: 17,
    arrayOid: 1001,
    category: 'U',
    storage: 'bytes',
    parse: parseBytea,
    format: (value, _type, settings) => formatBytea(value, formatOptions(settings).byteaHex),
    compare: compareBytes,
    hashKey: formatHex,
    encode: identity as (value: Value) => never,
    decode: (bytes) => bytes.slice(),
  }),
  date: entry<Of<'date'>>({
    names: ['date'],
    internalName: 'date',
    oid: 1082,
    arrayOid: 1182,
    category: 'D',
    ...SMALL_INTEGER,
    width: 4,
    parse: (text, _type, settings) => parseDate(text, settings),
    format: (value, _type, settings) => formatDate(value, settings),
  }),
  time: entry<Of<'time'>>({
    names: ['time without time zone', 'time'],
    internalName: 'time',
    oid: 1083,
    arrayOid: 1183,
    category: 'D',
    ...SMALL_INTEGER,
    width: 8,
    parse: (text, _type, settings) => parseTime(text, settings),
    format: formatTime,
  }),
  timetz: entry<Of<'timetz'>>({
    names: ['time with time zone', 'timetz'],
    internalName: 'timetz',
    oid: 1266,
    arrayOid: 1270,
    category: 'D',
    storage: 'bytes',
    parse: (text, _type, settings) => parseTimeTz(text, settings),
    format: formatTimeTz,
    compare: compareTimeTz,
    hashKey: (value: TimeTz) => `${value.micros}/${value.offset}`,
    encode: (value: TimeTz) => {
      const writer = new ByteWriter()
      writer.float64(value.micros)
      writer.int32(value.offset)
      return writer.finish()
    },
    decode: (bytes) => {
      const reader = new ByteReader(bytes)
      return { micros: reader.float64(), offset: reader.int32() }
    },
  }),
  timestamp: entry<Of<'timestamp'>>({
    names: ['timestamp without time zone', 'timestamp'],
    internalName: 'timestamp',
    oid: 1114,
    arrayOid: 1115,
    category: 'D',
    ...BIG_INTEGER,
    parse: (text, _type, settings) => parseTimestamp(text, settings),
    format: (value, _type, settings) => formatTimestamp(value, settings),
  }),
  timestamptz: entry<Of<'timestamptz'>>({
    names: ['timestamp with time zone', 'timestamptz'],
    internalName: 'timestamptz',
    oid: 1184,
    arrayOid: 1185,
    category: 'D',
    preferred: true,
    ...BIG_INTEGER,
    parse: (text, _type, settings) => parseTimestampTz(text, settings),
    format: (value, _type, settings) => formatTimestampTz(value, settings),
  }),
  interval: entry<Of<'interval'>>({
    names: ['interval'],
    internalName: 'interval',
    oid: 1186,
    arrayOid: 1187,
    category: 'T',
    preferred: true,
    storage: 'bytes',
    parse: (text, type, settings) => parseInterval(text, settings, type.fields),
    format: (value, _type, settings) => formatInterval(value, settings),
    compare: compareIntervals,
    hashKey: intervalSpan,
    encode: (value) => {
      const writer = new ByteWriter()
      writer.int32(value.months)
      writer.int32(value.days)
      writer.int64(value.micros)
      return writer.finish()
    },
    decode: (bytes) => {
      const reader = new ByteReader(bytes)
      return { months: reader.int32(), days: reader.int32(), micros: reader.int64() }
    },
  }),
  uuid: entry<Of<'uuid'>>({
    names: ['uuid'],
    internalName: 'uuid',
    oid: 2950,
    arrayOid: 2951,
    category: 'U',
    ...PLAIN_TEXT,
    parse: parseUuid,
  }),
  json: entry<Of<'json'>>({
    names: ['json'],
    internalName: 'json',
    oid: 114,
    arrayOid: 199,
    category: 'U',
    ...PLAIN_TEXT,
    parse: (text) => {
      checkJson(text)
      return text
    },
    compare: () => {
      throw new SqlError('undefined_function', 'could not identify a comparison function for type json')
    },
  }),
  jsonb: entry<Of<'jsonb'>>({
    names: ['jsonb'],
    internalName: 'jsonb',
    oid: 3802,
    arrayOid: 3807,
    category: 'U',
    storage: 'bytes',
    parse: parseJson,
    format: formatJson,
    compare: compareJson,
    hashKey: jsonKey,
    encode: (value) => encodeText(formatJson(value)),
    decode: (bytes) => parseJson(decodeText(bytes)),
  }),
  jsonpath: entry<Of<'jsonpath'>>({
    names: ['jsonpath'],
    internalName: 'jsonpath',
    oid: 4072,
    arrayOid: 4073,
    category: 'U',
    storage: 'bytes',
    parse: parsePath,
    format: formatJsonPath,
    compare: () => {
      throw new SqlError('undefined_function', 'could not identify a comparison function for type jsonpath')
    },
    hashKey: formatJsonPath,
    encode: (value) => encodeText(formatJsonPath(value)),
    decode: (bytes) => parsePath(decodeText(bytes)),
  }),
  bit: entry<Of<'bit'>>({
    names: ['bit'],
    internalName: 'bit',
    oid: 1560,
    arrayOid: 1561,
    category: 'V',
    ...PLAIN_TEXT,
    parse: parseBits,
  }),
  varbit: entry<Of<'varbit'>>({
    names: ['bit varying', 'varbit'],
    internalName: 'varbit',
    oid: 1562,
    arrayOid: 1563,
    category: 'V',
    preferred: true,
    ...PLAIN_TEXT,
    parse: parseBits,
  }),
  enum: entry<Of<'enum'>>({
    names: [],
    internalName: '',
    oid: 0,
    arrayOid: 0,
    category: 'E',
    storage: 'bytes',
    parse: parseEnum,
    compare: (left, right, type) => labelPosition(left, type) - labelPosition(right, type),
    equals: sameValue,
    encode: encodeText,
    decode: decodeText,
  }),
  void: entry<Of<'void'>>({
    names: ['void'],
    internalName: 'void',
    oid: 2278,
    arrayOid: 0,
    category: 'P',
    ...PLAIN_TEXT,
    parse: () => '',
    format: () => '',
  }),
  unknown: entry<Of<'unknown'>>({
    names: ['unknown'],
    internalName: 'unknown',
    oid: 705,
    arrayOid: 0,
    category: 'X',
    ...PLAIN_TEXT,
  }),
}

const paths = new Map<string, JsonPath>()

/** The path of a text, kept for the next time: a column may hold the same one in every row. */
function parsePath(text: string): JsonPath {
  let path = paths.get(text)
  if (!path) {
    path = parseJsonPath(text)
    if (paths.size >= 256) paths.clear()
    paths.set(text, path)
  }
  return path
}

/** NaN equals itself and is greater than all numbers; -0 equals 0. */
function compareFloats(left: number, right: number): number {
  if (left < right) return -1
  if (left > right) return 1
  if (left === right) return 0
  return Number.isNaN(left) ? (Number.isNaN(right) ? 0 : 1) : -1
}

function compareTimeTz(left: TimeTz, right: TimeTz): number {
  const a = left.micros - left.offset * 1000000
  const b = right.micros - right.offset * 1000000
  return a !== b ? a - b : right.offset - left.offset
}

const labelPositions = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

/** Where a label stands among those of its enum. */
function labelPosition(label: string, type: Of<'enum'>): number {
  let positions = labelPositions.get(type.labels)
  if (!positions) {
    positions = new Map(type.labels.map((name, i) => [name, i]))
    labelPositions.set(type.labels, positions)
  }
  return positions.get(label) ?? -1
}

function parseEnum(text: string, type: Of<'enum'>): string {
  if (labelPosition(text, type) >= 0) return text
  throw new SqlError('invalid_text_representation', `invalid input value for enum ${baseTypeName(type)}: "${text}"`)
}

/** PostgreSQL cuts names to 63 bytes. */
export function truncateName(text: string): string {
  if (text.length <= 15) return text
  let name = firstCharacters(text, 63)
  while (byteLength(name) > 63) name = firstCharacters(name, characterLength(name) - 1)
  return name
}
