/**
 * The hashes by which PostgreSQL spreads rows over buckets and partitions: hashint4, hashtext, hash_array … and, with a
 * seed and 64 bits, their `extended` twins, of which the plain ones are the lower half for the seed 0. Bytes are mixed by
 * Bob Jenkins' lookup3.
 */
import { SqlError } from '../../error.ts'
import { encodeText } from '../../types/byte-codec.ts'
import { BIGINT, type DataType, INTEGER, OID } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import { intervalSpan } from '../../types/interval.ts'
import { isJsonArray, isJsonNull, isJsonObject, type JsonValue } from '../../types/json.ts'
import { addressBits, type Inet } from '../../types/network.ts'
import type { SqlRange } from '../../types/range.ts'
import { typeName } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { mustSpecialise, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'

type Hash = (value: Value, seed: bigint) => bigint

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

/** The three words of lookup3, as they are before the first byte. */
class Mixer {
  private a: number
  private b: number
  private c: number

  constructor(length: number, seed: bigint) {
    this.a = this.b = this.c = (0x9e3779b9 + length + 3923095) | 0
    if (seed === 0n) return
    this.a = (this.a + Number(seed >> 32n)) | 0
    this.b = (this.b + Number(seed & 0xffffffffn)) | 0
    this.mix()
  }

  add(a: number, b: number, c: number): void {
    this.a = (this.a + a) | 0
    this.b = (this.b + b) | 0
    this.c = (this.c + c) | 0
  }

  mix(): void {
    let { a, b, c } = this
    a = (a - c) ^ rotate(c, 4)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 6)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 8)
    b = (b + a) | 0
    a = (a - c) ^ rotate(c, 16)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 19)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 4)
    b = (b + a) | 0
    this.a = a
    this.b = b
    this.c = c
  }

  finish(): bigint {
    let { a, b, c } = this
    c = ((c ^ b) - rotate(b, 14)) | 0
    a = ((a ^ c) - rotate(c, 11)) | 0
    b = ((b ^ a) - rotate(a, 25)) | 0
    c = ((c ^ b) - rotate(b, 16)) | 0
    a = ((a ^ c) - rotate(c, 4)) | 0
    b = ((b ^ a) - rotate(a, 14)) | 0
    c = ((c ^ b) - rotate(b, 24)) | 0
    return (BigInt(b >>> 0) << 32n) | BigInt(c >>> 0)
  }
}

function hashBytes(bytes: Uint8Array, seed: bigint): bigint {
  const mixer = new Mixer(bytes.length, seed)
  const word = (from: number): number =>
    bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24)
  let at = 0
  for (; bytes.length - at >= 12; at += 12) {
    mixer.add(word(at), word(at + 4), word(at + 8))
    mixer.mix()
  }
  // The lowest byte of the last word stays the length's.
  mixer.add(word(at), word(at + 4), word(at + 8) << 8)
  return mixer.finish()
}

const hashWord: Hash = (value: number, seed) => {
  const mixer = new Mixer(4, seed)
  mixer.add(value, 0, 0)
  return mixer.finish()
}

const hashLong: Hash = (value: bigint, seed) => {
  const high = value >> 32n
  return hashWord(Number((value ^ (value >= 0n ? high : ~high)) & 0xffffffffn), seed)
}

const hashFloat: Hash = (value: number, seed) => {
  if (value === 0) return seed
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setFloat64(0, value, true)
  return hashBytes(new Uint8Array(bytes.buffer), seed)
}

const hashString: Hash = (value: string, seed) => hashBytes(encodeText(value), seed)

/** By the digits to the base 10,000, without zeros at either end, and the place of the first. */
const hashNumeric: Hash = (value: Decimal, seed) => {
  if (!value.isFinite()) return seed
  const { coefficient, scale } = value
  if (coefficient === 0n) return unsigned(seed - 1n)
  const padding = (4 - (scale % 4)) % 4
  const text = String(coefficient < 0n ? -coefficient : coefficient) + '0'.repeat(padding)
  const aligned = text.padStart(Math.ceil(text.length / 4) * 4, '0')
  const digits = Array.from({ length: aligned.length / 4 }, (_, i) => Number(aligned.slice(i * 4, i * 4 + 4)))
  const weight = digits.length - (scale + padding) / 4 - 1
  while (digits[digits.length - 1] === 0) digits.pop()
  const bytes = new Uint8Array(Uint16Array.from(digits).buffer)
  return hashBytes(bytes, seed) ^ unsigned(BigInt(weight))
}

const combine = (hash: bigint, next: bigint): bigint => unsigned(hash * 31n + next)

/** Both halves go round by one bit. */
const turn = (hash: bigint): bigint => ((hash << 1n) & 0xfffffffefffffffen) | ((hash >> 31n) & 0x100000001n)

const hashJson: Hash = (value: JsonValue, seed) => {
  let hash = 0n
  const scalarHash = (leaf: JsonValue): bigint => {
    if (isJsonNull(leaf)) return seed + 1n
    if (typeof leaf === 'string') return hashString(leaf, seed)
    if (typeof leaf === 'boolean') return seed === 0n ? (leaf ? 2n : 4n) : hashWord(leaf ? 1 : 0, seed)
    return hashNumeric(leaf, seed)
  }
  const add = (part: JsonValue): void => {
    if (isJsonArray(part)) {
      hash ^= 0x4000000040000000n
      part.forEach(add)
    } else if (isJsonObject(part)) {
      hash ^= 0x2000000020000000n
      for (const [key, member] of part) {
        hash = turn(hash) ^ hashString(key, seed)
        add(member)
      }
    } else hash = turn(hash) ^ scalarHash(part)
  }
  if (isJsonArray(value) ? value.length === 0 : isJsonObject(value) && value.size === 0) return seed
  add(isJsonArray(value) || isJsonObject(value) ? value : [value])
  return unsigned(hash)
}

const hashInet: Hash = ({ family, address, bits }: Inet, seed) => {
  const length = addressBits(family) / 8
  const bytes = Array.from({ length }, (_, i) => Number((address >> BigInt((length - 1 - i) * 8)) & 255n))
  return hashBytes(Uint8Array.of(family === 4 ? 2 : 3, bits, ...bytes), seed)
}

const hashHexadecimal: Hash = (value: string, seed) =>
  hashBytes(
    Uint8Array.from(value.match(/[0-9a-f]{2}/gi)!, (pair) => Number.parseInt(pair, 16)),
    seed,
  )

const hashTid: Hash = (value: string, seed) => {
  const [block, place] = value.slice(1, -1).split(',').map(Number)
  return hashBytes(new Uint8Array(Uint16Array.of(block >>> 16, block, place).buffer), seed)
}

function rangeHash(element: Hash): Hash {
  return (range: SqlRange, seed) => {
    const { empty, lower, upper, lowerInclusive, upperInclusive } = range
    const flags = empty
      ? 1
      : (lowerInclusive ? 2 : 0) | (upperInclusive ? 4 : 0) | (lower === null ? 8 : 0) | (upper === null ? 16 : 0)
    const bound = (value: Value): bigint => (value === null ? 0n : element(value, seed))
    return turn(hashWord(flags, seed) ^ bound(lower)) ^ bound(upper)
  }
}

/** Microseconds from 1970 to 2000, where PostgreSQL starts to count. */
const EPOCH = 946684800000000n

const hashes: { readonly [K in DataType['kind']]?: Hash } = {
  boolean: (value, seed) => hashWord(value ? 1 : 0, seed),
  smallint: hashWord,
  integer: hashWord,
  bigint: hashLong,
  oid: hashWord,
  xid: hashWord,
  cid: hashWord,
  xid8: hashLong,
  singlebyte: (value: string, seed) => hashWord(value === '' ? 0 : (value.charCodeAt(0) << 24) >> 24, seed),
  real: hashFloat,
  double: hashFloat,
  numeric: hashNumeric,
  text: hashString,
  varchar: hashString,
  char: (value: string, seed) => hashString(value.replace(/ +$/, ''), seed),
  name: hashString,
  bytea: hashBytes,
  date: (value: number, seed) =>
    hashWord(Math.abs(value) === 2147483647 ? (value < 0 ? -2147483648 : value) : value - 10957, seed),
  time: (value: number, seed) => hashLong(BigInt(value), seed),
  timetz: ({ micros, offset }, seed) => hashLong(BigInt(micros), seed) ^ hashWord(-offset, seed),
  timestamp: (value: bigint, seed) => hashLong(instant(value), seed),
  timestamptz: (value: bigint, seed) => hashLong(instant(value), seed),
  interval: (value, seed) => hashLong(BigInt.asIntN(64, intervalSpan(value)), seed),
  uuid: hashHexadecimal,
  jsonb: hashJson,
  inet: hashInet,
  cidr: hashInet,
  macaddr: hashHexadecimal,
  macaddr8: hashHexadecimal,
  pg_lsn: (value: bigint, seed) => hashLong(BigInt.asIntN(64, value), seed),
  tid: hashTid,
}

function instant(value: bigint): bigint {
  if (value === 9223372036854775807n) return value
  return value <= -9223372036854775807n ? -9223372036854775808n : value - EPOCH
}

function hashOf(written: DataType): Hash {
  const type = baseType(written)
  switch (type.kind) {
    case 'array': {
      if (type.vector) return (value, seed) => hashBytes(new Uint8Array(Uint32Array.from(value.values).buffer), seed)
      const element = hashOf(type.element)
      return (array, seed) =>
        array.values.reduce(
          (hash: bigint, value: Value) => combine(hash, value === null ? 0n : element(value, seed)),
          1n,
        )
    }
    case 'record': {
      const fields = type.fields.map((field) => hashOf(field.type))
      return (row, seed) =>
        fields.reduce((hash, field, i) => combine(hash, row[i] === null ? 0n : field(row[i], seed)), 0n)
    }
    case 'range':
      return rangeHash(hashOf(type.element))
    case 'multirange': {
      const range = rangeHash(hashOf(type.element))
      return (ranges, seed) => ranges.reduce((hash: bigint, one: SqlRange) => combine(hash, range(one, seed)), 1n)
    }
    case 'enum':
      return (value, seed) => hashWord(type.labels.indexOf(value), seed)
    default: {
      const hash = hashes[type.kind]
      if (hash) return hash
      throw new SqlError('undefined_function', `could not identify a hash function for type ${typeName(type)}`)
    }
  }
}

const named =
  `hashint2 smallint hashint4 integer hashint8 bigint hashoid oid hashchar singlebyte hashfloat4 real hashfloat8 double
  hashtext text hashname name hashbpchar char hashinet inet hashmacaddr macaddr hashmacaddr8 macaddr8 hashtid tid
  hashenum anyenum hashoidvector oidvector hash_numeric numeric hash_array anyarray hash_record anyrecord hash_range anyrange
  hash_multirange anymultirange time_hash time timetz_hash timetz timestamp_hash timestamp interval_hash interval
  uuid_hash uuid jsonb_hash jsonb pg_lsn_hash pg_lsn`.split(/\s+/)

export const hashFunctions: readonly ScalarFunction[] = named.flatMap((name, i) => {
  if (i % 2 !== 0) return []
  const kind = named[i + 1]
  const parameter = (
    kind === 'oidvector' ? { kind: 'array', element: OID, vector: true } : kind.startsWith('any') ? kind : { kind }
  ) as Pattern
  const category = 'system'
  return [
    scalar({
      name,
      category,
      doc: 'The hash of a value in 32 bits, as PostgreSQL has it.',
      examples: name === 'hashint4' ? [['hashint4(1)', '-1905060026']] : [],
      overloads: [
        overload([parameter], INTEGER, mustSpecialise, {
          specialise: ([type]) => {
            const hash = hashOf(type)
            return (value) => Number(BigInt.asIntN(32, hash(value, 0n)))
          },
        }),
      ],
    }),
    scalar({
      name: name.includes('_') ? `${name}_extended` : `${name}extended`,
      category,
      doc: 'The hash of a value in 64 bits, by a seed, as PostgreSQL has it.',
      examples: [],
      overloads: [
        overload([parameter, BIGINT], BIGINT, mustSpecialise, {
          specialise: ([type]) => {
            const hash = hashOf(type)
            return (value, seed) => BigInt.asIntN(64, hash(value, unsigned(seed)))
          },
        }),
      ],
    }),
  ]
})
