/**
 * The table of types: one entry per kind, kept complete by the compiler. Whatever differs between types is asked here,
 *
 *   traits(column.type).compare(a, b, column.type)
 *
 * so that a new type is a new variant of DataType and a new entry below. Callers with a loop call `traits` once.
 */
import { SqlError } from '../error.ts'
import type { Settings } from '../settings.ts'
import {
  compareArrays,
  compareNullable,
  EMPTY_ARRAY,
  formatArray,
  parseArray,
  type SqlArray,
  sqlArray,
  stack,
} from './array.ts'
import { ByteReader, ByteWriter } from './byte-codec.ts'
import type { DataType, TypeKind } from './data-type.ts'
import { Decimal } from './decimal.ts'
import { parseOid } from './integer-text.ts'
import { isBracedText, isListText, listItems, namedItems } from './nested-text.ts'
import {
  compareMultiranges,
  compareRanges,
  formatMultirange,
  formatRange,
  makeMultirange,
  parseMultirange,
  parseRange,
  type RangeElement,
  type SqlRange,
} from './range.ts'
import { formatRecord, parseRecord } from './record.ts'
import { scalarTraits } from './scalar-traits.ts'
import { entry, type Of, SMALL_INTEGER } from './trait-entry.ts'
import { baseTypeName, rangeElements, resolveTypeName } from './type-names.ts'
import type { HashKey, TypeTraits } from './type-traits.ts'
import type { Value } from './value.ts'

export {
  baseTypeName,
  isSerial,
  resolveTypeName,
  sameBaseType,
  type TypeSpelling,
  typeEquals,
  typeName,
  withoutModifiers,
} from './type-names.ts'
export type { HashKey, Storage, TypeTraits } from './type-traits.ts'

/** What the type can do. */
export function traits(type: DataType): TypeTraits {
  if (type.kind === 'numeric') return isScaled(type) ? scaledNumeric : typeTraits.numeric
  if (type.kind === 'domain') return domainTraits(type)
  return typeTraits[type.kind] as TypeTraits
}

/** The entries of all kinds of types. */
export function allTraits(): readonly TypeTraits[] {
  return Object.values(typeTraits) as readonly TypeTraits[]
}

/** pg_type.oid of a type that the system knows; 0 for the types that users make. */
export function typeOid(type: DataType): number {
  if (type.kind === 'array') {
    const { element } = type
    if (element.kind === 'array') return typeOid(element)
    if (isNamedRow(element)) return 0
    return element.kind === 'range' ? (rangeOids.get(element.name)?.[1] ?? 0) : traits(element).arrayOid
  }
  if (type.kind === 'range' || type.kind === 'multirange') return rangeOids.get(type.name)?.[0] ?? 0
  if (type.kind === 'domain' && type.width) return typeOid(type.base)
  return isNamedRow(type) ? 0 : traits(type).oid
}

function isNamedRow(type: DataType): boolean {
  return type.kind === 'record' && type.name !== undefined
}

const rangeOids: ReadonlyMap<string, readonly [oid: number, arrayOid: number]> = new Map([
  ['int4range', [3904, 3905]],
  ['numrange', [3906, 3907]],
  ['tsrange', [3908, 3909]],
  ['tstzrange', [3910, 3911]],
  ['daterange', [3912, 3913]],
  ['int8range', [3926, 3927]],
  ['int4multirange', [4451, 6150]],
  ['nummultirange', [4532, 6151]],
  ['tsmultirange', [4533, 6152]],
  ['tstzmultirange', [4534, 6153]],
  ['datemultirange', [4535, 6155]],
  ['int8multirange', [4536, 6157]],
])

/** Whether values of the type have an order and an equality; json has neither. */
export function isComparable(type: DataType): boolean {
  switch (type.kind) {
    case 'json':
    case 'jsonpath':
    case 'void':
    case 'point':
    case 'box':
    case 'polygon':
    case 'circle':
    case 'line':
    case 'path':
    case 'lseg':
      return false
    case 'array':
      return isComparable(type.element)
    case 'domain':
      return isComparable(type.base)
    case 'record':
      return type.fields.every((field) => isComparable(field.type))
    case 'map':
      return isComparable(type.key) && isComparable(type.value)
    default:
      return true
  }
}

/** A key for several values together, as GROUP BY needs it; NULLs are alike. */
export function compositeKey(keys: readonly (HashKey | null)[]): string {
  let text = ''
  for (const key of keys) {
    if (key === null) text += 'n;'
    else {
      const part = String(key)
      text += `${part.length}:${part}`
    }
  }
  return text
}

/** A type of the catalog: a number, printed by name where the type can know it. */
function catalogEntry<K extends 'regtype' | 'regclass' | 'regproc' | 'regnamespace' | 'regrole'>(
  kind: K,
  oid: number,
  arrayOid: number,
): TypeTraits<Of<K>> {
  return entry<Of<K>>({
    names: [kind],
    internalName: kind,
    oid,
    arrayOid,
    category: 'N',
    ...SMALL_INTEGER,
    width: 8,
    parse: (text, _type, settings) => {
      if (text === '-') return 0
      if (/^\d+$/.test(text)) return parseOid(text)
      return settings.objectNumber?.(kind, text) ?? (kind === 'regtype' ? parseRegtype(text) : missing(text, kind))
    },
    format: (value, _type, settings) =>
      value === 0
        ? '-'
        : (settings.objectName?.(kind, value) ?? (kind === 'regtype' ? formatRegtype(value) : String(value))),
  })
}

const missingObjects = {
  regtype: ['undefined_object', 'type'],
  regclass: ['undefined_table', 'relation'],
  regproc: ['undefined_function', 'function'],
  regnamespace: ['invalid_schema_name', 'schema'],
  regrole: ['undefined_object', 'role'],
} as const

function missing(text: string, kind: keyof typeof missingObjects): never {
  const [condition, object] = missingObjects[kind]
  throw new SqlError(condition, `${object} "${text}" does not exist`)
}

function parseRegtype(text: string): number {
  const match = /^\s*(.*?)\s*(\[\s*\])?\s*$/s.exec(text)!
  const type = resolveTypeName({
    quoted: match[1] === '"char"',
    parts: match[1]
      .replace(/^"(.*)"$/s, '$1')
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .split('.'),
    arrayBounds: match[2] ? [null] : [],
  })
  return typeOid(type)
}

function formatRegtype(value: number): string {
  for (const [kind, { oid, arrayOid }] of Object.entries(typeTraits)) {
    if (oid !== value && arrayOid !== value) continue
    const name = baseTypeName({ kind } as DataType)
    return oid === value ? name : `${name}[]`
  }
  for (const [name, [oid, arrayOid]] of rangeOids) {
    if (oid === value) return name
    if (arrayOid === value) return `${name}[]`
  }
  return String(value)
}

/** A numeric of at most 18 digits is stored as an integer, scaled; NaN as the greatest integer. */
function isScaled(type: Of<'numeric'>): boolean {
  return type.precision !== undefined && type.precision + Math.max(0, -(type.scale ?? 0)) <= 18
}

/** The scale of the integers that stand for a numeric stored so. */
export function storageScale(type: DataType): number {
  return type.kind === 'numeric' ? Math.max(0, type.scale ?? 0) : 0
}

const STORED_NAN = 9223372036854775807n

function writeValue(writer: ByteWriter, value: Value, type: DataType, own: TypeTraits): void {
  if (value === null) {
    writer.byte(0)
    return
  }
  writer.byte(1)
  if (own.storage === 'integer') {
    const stored = own.toInteger(value, type)
    if (own.width === 8) writer.int64(BigInt(stored))
    else writer.int32(Number(stored))
  } else if (own.storage === 'float') writer.float64(value)
  else if (own.storage === 'text') writer.text(value)
  else writer.sized(own.encode(value, type))
}

function readValue(reader: ByteReader, type: DataType, own: TypeTraits): Value {
  if (reader.byte() === 0) return null
  switch (own.storage) {
    case 'integer':
      return own.fromInteger(own.width === 8 ? reader.int64() : reader.int32(), type)
    case 'float':
      return reader.float64()
    case 'text':
      return reader.text()
    case 'bytes':
      return own.decode(reader.sized(), type)
  }
}

function encodeArray(array: SqlArray, type: Of<'array'>): Uint8Array {
  const writer = new ByteWriter()
  const own = traits(type.element)
  writer.byte(array.dimensions.length)
  array.dimensions.forEach((length, i) => {
    writer.count(length)
    writer.int32(array.lowerBounds[i])
  })
  for (const value of array.values) writeValue(writer, value, type.element, own)
  return writer.finish()
}

function decodeArray(bytes: Uint8Array, type: Of<'array'>): SqlArray {
  const reader = new ByteReader(bytes)
  const own = traits(type.element)
  const depth = reader.byte()
  if (depth === 0) return EMPTY_ARRAY
  const dimensions: number[] = []
  const lowerBounds: number[] = []
  let count = 1
  for (let i = 0; i < depth; i++) {
    dimensions.push(reader.count())
    lowerBounds.push(reader.int32())
    count *= dimensions[i]
  }
  const values: Value[] = []
  for (let i = 0; i < count; i++) values.push(readValue(reader, type.element, own))
  return { dimensions, lowerBounds, values }
}

function encodeRecord(values: readonly Value[], type: Of<'record'>): Uint8Array {
  const writer = new ByteWriter()
  for (const [i, field] of type.fields.entries()) {
    writeValue(writer, values[i] ?? null, field.type, traits(field.type))
  }
  return writer.finish()
}

function decodeRecord(bytes: Uint8Array, type: Of<'record'>): readonly Value[] {
  const reader = new ByteReader(bytes)
  return type.fields.map((field) => readValue(reader, field.type, traits(field.type)))
}

function parseRecordValue(text: string, type: Of<'record'>, settings: Settings): readonly Value[] {
  if (type.name === undefined && type.fields.length === 0) {
    throw new SqlError('feature_not_supported', 'input of anonymous composite types is not implemented')
  }
  const parse = (item: string | null | undefined, field: DataType): Value =>
    item === null || item === undefined ? null : traits(field).parse(item, field, settings)
  if (type.name === undefined && isBracedText(text)) {
    const items = new Map(namedItems(text, ':'))
    if ([...items.keys()].some((key) => !type.fields.some(({ name }) => name === key))) {
      throw new SqlError('invalid_text_representation', `malformed struct literal: "${text}"`)
    }
    return type.fields.map((field) => parse(items.get(field.name), field.type))
  }
  return parseRecord(text, type.fields.length).map((field, i) => {
    return parse(field, type.fields[i].type)
  })
}

function formatRecordValue(values: readonly Value[], type: Of<'record'>, settings: Settings): string {
  return formatRecord(
    type.fields.map((field, i) => {
      const value = values[i] ?? null
      return value === null ? null : traits(field.type).format(value, field.type, settings)
    }),
  )
}

function compareRecords(left: readonly Value[], right: readonly Value[], type: Of<'record'>): number {
  for (let i = 0; i < type.fields.length; i++) {
    const field = type.fields[i].type
    const order = compareNullable(left[i], right[i], (a, b) => traits(field).compare(a, b, field))
    if (order !== 0) return order
  }
  return 0
}

/** pg_type.typdelim: what parts the elements of an array. */
function delimiterOf(element: DataType): string {
  return element.kind === 'box' ? ';' : ','
}

/** A map is an array of its pairs, in the order in which they were given. */
type MapPairs = readonly (readonly [Value, Value])[]

function formatMap(pairs: MapPairs, type: Of<'map'>, settings: Settings): string {
  const text = (value: Value, of: DataType): string =>
    value === null ? 'NULL' : traits(of).format(value, of, settings)
  return `{${pairs.map(([key, value]) => `${text(key, type.key)}=${text(value, type.value)}`).join(', ')}}`
}

function parseMap(text: string, type: Of<'map'>, settings: Settings): MapPairs {
  return namedItems(text, '=').map(([key, value]) => [
    traits(type.key).parse(key, type.key, settings),
    value === null ? null : traits(type.value).parse(value, type.value, settings),
  ])
}

function compareMaps(left: MapPairs, right: MapPairs, type: Of<'map'>): number {
  const keys = traits(type.key)
  const values = traits(type.value)
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order =
      keys.compare(left[i][0], right[i][0], type.key) ||
      compareNullable(left[i][1], right[i][1], (a, b) => values.compare(a, b, type.value))
    if (order !== 0) return order
  }
  return left.length - right.length
}

function encodeMap(pairs: MapPairs, type: Of<'map'>): Uint8Array {
  const writer = new ByteWriter()
  writer.count(pairs.length)
  for (const [key, value] of pairs) {
    writeValue(writer, key, type.key, traits(type.key))
    writeValue(writer, value, type.value, traits(type.value))
  }
  return writer.finish()
}

function decodeMap(bytes: Uint8Array, type: Of<'map'>): MapPairs {
  const reader = new ByteReader(bytes)
  const length = reader.count()
  return Array.from({ length }, () => [
    readValue(reader, type.key, traits(type.key)),
    readValue(reader, type.value, traits(type.value)),
  ])
}

/** What range.ts asks of the type that a range or multirange is over. */
export function rangeElement(type: DataType): RangeElement {
  const own = traits(type)
  return { type, compare: (left, right) => own.compare(left, right, type) }
}

function writeRange(writer: ByteWriter, range: SqlRange, element: DataType): void {
  writer.byte((range.empty ? 1 : 0) | (range.lowerInclusive ? 2 : 0) | (range.upperInclusive ? 4 : 0))
  writeValue(writer, range.lower, element, traits(element))
  writeValue(writer, range.upper, element, traits(element))
}

function readRange(reader: ByteReader, element: DataType): SqlRange {
  const flags = reader.byte()
  const lower = readValue(reader, element, traits(element))
  const upper = readValue(reader, element, traits(element))
  return {
    empty: (flags & 1) !== 0,
    lower,
    upper,
    lowerInclusive: (flags & 2) !== 0,
    upperInclusive: (flags & 4) !== 0,
  }
}

function rangeKey(range: SqlRange, element: DataType): string {
  if (range.empty) return 'empty'
  const own = traits(element)
  return compositeKey([
    range.lowerInclusive,
    range.lower === null ? null : own.hashKey(range.lower, element),
    range.upper === null ? null : own.hashKey(range.upper, element),
    range.upperInclusive,
  ])
}

const typeTraits = {
  ...scalarTraits,
  array: entry<Of<'array'>>({
    names: [],
    internalName: '',
    oid: 0,
    arrayOid: 0,
    category: 'A',
    storage: 'bytes',
    parse: (text, { element }, settings) => {
      const own = traits(element)
      if (isListText(text)) {
        const items = listItems(text)
        const isDeeper = element.kind !== 'array' && items.length > 0 && items.every((item) => item && isListText(item))
        const whole: DataType = isDeeper ? { kind: 'array', element } : element
        const values = items.map((item) => (item === null ? null : traits(whole).parse(item, whole, settings)))
        return isDeeper ? stack(values) : sqlArray(values)
      }
      return parseArray(text, (part) => own.parse(part, element, settings), delimiterOf(element))
    },
    format: (value, { element, vector }, settings) => {
      const own = traits(element)
      if (vector) return value.values.map((part: Value) => own.format(part, element, settings)).join(' ')
      const format = (part: Value): string => own.format(part, element, settings)
      if (element.kind !== 'array') return formatArray(value, format, delimiterOf(element))
      return `{${value.values.map((part: Value) => (part === null ? 'NULL' : format(part))).join(',')}}`
    },
    compare: (left, right, { element }) => {
      const own = traits(element)
      return compareArrays(left, right, (a, b) => own.compare(a, b, element))
    },
    hashKey: (value: SqlArray, { element }) => {
      const own = traits(element)
      const shape = `${value.dimensions.join(',')};${value.lowerBounds.join(',')};`
      return shape + compositeKey(value.values.map((item) => (item === null ? null : own.hashKey(item, element))))
    },
    encode: encodeArray,
    decode: decodeArray,
  }),
  record: entry<Of<'record'>>({
    names: ['record', 'struct', 'row'],
    internalName: 'record',
    oid: 2249,
    arrayOid: 2287,
    category: 'P',
    storage: 'bytes',
    parse: parseRecordValue,
    format: formatRecordValue,
    compare: compareRecords,
    hashKey: (value, type) =>
      compositeKey(
        type.fields.map((field, i) => (value[i] === null ? null : traits(field.type).hashKey(value[i], field.type))),
      ),
    encode: encodeRecord,
    decode: decodeRecord,
  }),
  map: entry<Of<'map'>>({
    names: ['map'],
    internalName: 'map',
    oid: 0,
    arrayOid: 0,
    category: 'U',
    storage: 'bytes',
    parse: parseMap,
    format: formatMap,
    compare: compareMaps,
    hashKey: (value: MapPairs, type) =>
      compositeKey(
        value.flatMap(([key, item]) => [
          traits(type.key).hashKey(key, type.key),
          item === null ? null : traits(type.value).hashKey(item, type.value),
        ]),
      ),
    encode: encodeMap,
    decode: decodeMap,
  }),
  range: entry<Of<'range'>>({
    names: [...rangeElements.keys()],
    internalName: '',
    oid: 0,
    arrayOid: 0,
    category: 'R',
    storage: 'bytes',
    parse: (text, { element }, settings) =>
      parseRange(text, rangeElement(element), (part) => traits(element).parse(part, element, settings)),
    format: (value, { element }, settings) =>
      formatRange(value, (part) => traits(element).format(part, element, settings)),
    compare: (left, right, { element }) => compareRanges(left, right, rangeElement(element)),
    hashKey: (value, { element }) => rangeKey(value, element),
    encode: (value, { element }) => {
      const writer = new ByteWriter()
      writeRange(writer, value, element)
      return writer.finish()
    },
    decode: (bytes, { element }) => readRange(new ByteReader(bytes), element),
  }),
  multirange: entry<Of<'multirange'>>({
    names: [],
    internalName: '',
    oid: 0,
    arrayOid: 0,
    category: 'R',
    storage: 'bytes',
    parse: (text, { element }, settings) =>
      parseMultirange(text, rangeElement(element), (part) => traits(element).parse(part, element, settings)),
    format: (value, { element }, settings) =>
      formatMultirange(value, (part) => traits(element).format(part, element, settings)),
    compare: (left, right, { element }) => compareMultiranges(left, right, rangeElement(element)),
    hashKey: (value, { element }) => compositeKey(value.map((range: SqlRange) => rangeKey(range, element))),
    encode: (value, { element }) => {
      const writer = new ByteWriter()
      writer.count(value.length)
      for (const range of value) writeRange(writer, range, element)
      return writer.finish()
    },
    decode: (bytes, { element }) => {
      const reader = new ByteReader(bytes)
      const ranges = Array.from({ length: reader.count() }, () => readRange(reader, element))
      return makeMultirange(ranges, rangeElement(element))
    },
  }),
  domain: entry<Of<'domain'>>({
    names: [],
    internalName: '',
    oid: 0,
    arrayOid: 0,
    category: 'U',
    storage: 'bytes',
    parse: (text, { base }, settings) => traits(base).parse(text, base, settings),
    format: (value, { base }, settings) => traits(base).format(value, base, settings),
    compare: (left, right, { base }) => traits(base).compare(left, right, base),
    hashKey: (value, { base }) => traits(base).hashKey(value, base),
    toInteger: (value, { base }) => traits(base).toInteger(value, base),
    fromInteger: (stored, { base }) => traits(base).fromInteger(stored, base),
    encode: (value, { base }) => traits(base).encode(value, base),
    decode: (bytes, { base }) => traits(base).decode(bytes, base),
  }),
  regtype: catalogEntry('regtype', 2206, 2211),
  regclass: catalogEntry('regclass', 2205, 2210),
  regproc: catalogEntry('regproc', 24, 1008),
  regnamespace: catalogEntry('regnamespace', 4089, 4090),
  regrole: catalogEntry('regrole', 4096, 4097),
} satisfies { readonly [K in TypeKind]: TypeTraits<Of<K>> }

const scaledNumeric: TypeTraits = {
  ...typeTraits.numeric,
  storage: 'integer',
  width: 8,
  toInteger: (value: Decimal, type) => (value.isNaN() ? STORED_NAN : value.coefficientAt(storageScale(type))),
  fromInteger: (stored, type) => {
    const coefficient = BigInt(stored)
    return coefficient === STORED_NAN ? Decimal.NAN : Decimal.fromBigInt(coefficient, storageScale(type))
  },
} as TypeTraits

const domains = new WeakMap<DataType, TypeTraits>()

/** A domain is laid out as its base type. */
function domainTraits(type: Of<'domain'>): TypeTraits {
  let own = domains.get(type)
  if (!own) {
    const { category, storage, width } = traits(type.base)
    own = { ...typeTraits.domain, category, storage, width } as TypeTraits
    domains.set(type, own)
  }
  return own
}
