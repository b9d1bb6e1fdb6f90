/** Bytes and numbers as digits, texts for addresses, sizes with units: DuckDB's spellings. */
import { BIGINT, BYTEA, INTEGER, NUMERIC, TEXT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { decodeUtf8, encodeUtf8 } from './characters.ts'
import { md5, sha1 } from './hashes.ts'

function bytesInBase(bytes: Uint8Array, radix: 2 | 16): string {
  const width = radix === 2 ? 8 : 2
  return Array.from(bytes, (byte) => byte.toString(radix).padStart(width, '0'))
    .join('')
    .toUpperCase()
}

function integerInBase(value: bigint, radix: 2 | 16): string {
  return BigInt.asUintN(64, value).toString(radix).toUpperCase()
}

/** Digits of a base of two as bytes, the first filled up with zeros. */
function bytesOfDigits(text: string, radix: 2 | 16): Uint8Array {
  const width = radix === 2 ? 8 : 2
  const wrong = (radix === 2 ? /[^01]/ : /[^0-9a-f]/i).exec(text)
  if (wrong) throw invalidParameter(`invalid input for ${radix === 2 ? 'binary' : 'hex'} digit: ${wrong[0]}`)
  const digits = text.padStart(Math.ceil(text.length / width) * width, '0')
  return Uint8Array.from({ length: digits.length / width }, (_, i) =>
    Number.parseInt(digits.slice(i * width, (i + 1) * width), radix),
  )
}

function inBase(
  radix: 2 | 16,
  [name, ...aliases]: readonly string[],
  doc: string,
  example: readonly [call: string, result: string],
): ScalarFunction {
  return scalar({
    name,
    aliases,
    category: 'text',
    doc,
    examples: [example],
    overloads: [
      overload([TEXT], TEXT, (text) => bytesInBase(encodeUtf8(text), radix)),
      overload([BYTEA], TEXT, (bytes) => bytesInBase(bytes, radix)),
      overload([BIGINT], TEXT, (value: bigint) => integerInBase(value, radix)),
    ],
  })
}

function fromBase(
  radix: 2 | 16,
  [name, ...aliases]: readonly string[],
  doc: string,
  example: readonly [call: string, result: string],
): ScalarFunction {
  return scalar({
    name,
    aliases,
    category: 'text',
    doc,
    examples: [example],
    overloads: [overload([TEXT], BYTEA, (text) => bytesOfDigits(text, radix))],
  })
}

function toBase(value: bigint, radix: number, least: number): string {
  if (value < 0n) throw invalidParameter("'to_base' number must be greater than or equal to 0")
  if (radix < 2 || radix > 36) throw invalidParameter("'to_base' radix must be between 2 and 36")
  if (least < 0 || least > 64) throw invalidParameter("'to_base' min_length must be between 0 and 64")
  return value.toString(radix).toUpperCase().padStart(least, '0')
}

/** A number of bytes in the greatest unit of which there is one, with one digit cut off behind the point. */
function readableSize(bytes: bigint, step: bigint, units: readonly string[]): string {
  const sign = bytes < 0n ? '-' : ''
  let tenths = (bytes < 0n ? -bytes : bytes) * 10n
  if (tenths < step * 10n) return `${sign}${tenths / 10n} ${tenths === 10n ? 'byte' : 'bytes'}`
  let unit = -1
  while (tenths >= step * 10n && unit < units.length - 1) {
    tenths /= step
    unit++
  }
  return `${sign}${tenths / 10n}.${tenths % 10n} ${units[unit]}`
}

const binaryUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const decimalUnits = ['kB', 'MB', 'GB', 'TB', 'PB']

function bytesOfSize(text: string): Decimal {
  const match = /^\s*(-?)(\d+(?:\.\d*)?)\s*([a-z]+)?\s*$/i.exec(text)
  if (!match) throw invalidParameter('a size must have a number, as in 1GB')
  if (match[1]) throw invalidParameter('a size cannot be negative')
  const unit = match[3]?.toLowerCase() ?? ''
  const letter = unit.length === 1 ? unit : /^([kmgt])i?b$/.exec(unit)?.[1]
  const power = ['b', 'byte', 'bytes'].includes(unit) ? 0 : letter === undefined ? 0 : 'kmgt'.indexOf(letter) + 1
  if (power === 0 && !['b', 'byte', 'bytes'].includes(unit)) {
    throw invalidParameter(`unknown unit for a size: "${match[3] ?? ''}"`)
  }
  const step = unit.includes('i') ? 1024n : 1000n
  const size = Decimal.parse(match[2]).multiply(Decimal.fromBigInt(step ** BigInt(power)))
  return size.divideInteger(Decimal.fromBigInt(1n))
}

/** The digest as one number, its first byte counting least. */
function md5Number(bytes: Uint8Array): bigint {
  return md5(bytes).reduceRight((number, byte) => number * 256n + BigInt(byte), 0n)
}

const LOW = (1n << 64n) - 1n

function digest(
  name: string,
  doc: string,
  example: readonly [call: string, result: string],
  returns: typeof TEXT,
  body: (bytes: Uint8Array) => unknown,
): ScalarFunction {
  return scalar({
    name,
    category: 'text',
    doc,
    examples: [example],
    overloads: [
      overload([TEXT], returns, (text) => body(encodeUtf8(text))),
      overload([BYTEA], returns, (bytes) => body(bytes)),
    ],
  })
}

export const encodingFunctions: readonly ScalarFunction[] = [
  inBase(16, ['hex'], 'The bytes of a text, or an integer, in hexadecimal digits.', ["hex('hello')", '68656C6C6F']),
  inBase(2, ['bin', 'to_binary'], 'The bytes of a text, or an integer, in binary digits.', ['bin(42)', '101010']),
  fromBase(16, ['unhex', 'from_hex'], 'The bytes that hexadecimal digits mean.', ["unhex('2a')", '\\x2a']),
  fromBase(2, ['unbin', 'from_binary'], 'The bytes that binary digits mean.', ["unbin('0110')", '\\x06']),
  scalar({
    name: 'to_base',
    category: 'text',
    doc: 'An integer in the digits of a base from 2 to 36, filled up with zeros to a length.',
    examples: [['to_base(42, 16, 5)', '0002A']],
    overloads: [overload([BIGINT, INTEGER, INTEGER], TEXT, toBase, { defaults: [0] })],
  }),
  scalar({
    name: 'url_encode',
    category: 'text',
    doc: 'The text for an address: bytes that are no letters, digits or -._~ as percent signs and digits.',
    examples: [["url_encode('a b&c')", 'a%20b%26c']],
    overloads: [
      overload([TEXT], TEXT, (text) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
      ),
    ],
  }),
  scalar({
    name: 'url_decode',
    category: 'text',
    doc: 'The text of an address, percent signs and digits as the bytes they mean.',
    examples: [["url_decode('a%20b%26c')", 'a b&c']],
    overloads: [
      overload([TEXT], TEXT, (text: string) =>
        text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decodeUtf8(bytesOfDigits(run.replaceAll('%', ''), 16))),
      ),
    ],
  }),
  scalar({
    name: 'format_bytes',
    aliases: ['formatreadablesize'],
    category: 'text',
    doc: 'A number of bytes in units of 1024.',
    examples: [['format_bytes(16000)', '15.6 KiB']],
    overloads: [overload([BIGINT], TEXT, (bytes: bigint) => readableSize(bytes, 1024n, binaryUnits))],
  }),
  scalar({
    name: 'formatreadabledecimalsize',
    category: 'text',
    doc: 'A number of bytes in units of 1000.',
    examples: [['formatReadableDecimalSize(16000)', '16.0 kB']],
    overloads: [overload([BIGINT], TEXT, (bytes: bigint) => readableSize(bytes, 1000n, decimalUnits))],
  }),
  scalar({
    name: 'parse_formatted_bytes',
    category: 'text',
    doc: 'The number of bytes that a text with a unit means: KB, MB, GB, TB of 1000, KiB, MiB, GiB, TiB of 1024.',
    examples: [["parse_formatted_bytes('16 KiB')", '16384']],
    overloads: [overload([TEXT], NUMERIC, bytesOfSize)],
  }),
  digest(
    'sha1',
    'The SHA-1 hash in hexadecimal digits.',
    ["sha1('')", 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    TEXT,
    (bytes) => bytesInBase(sha1(bytes), 16).toLowerCase(),
  ),
  digest(
    'md5_number',
    'The MD5 hash as a number.',
    ["md5_number('hello')", '195090637673866227529774941829999903069'],
    NUMERIC,
    (bytes) => Decimal.fromBigInt(md5Number(bytes)),
  ),
  digest(
    'md5_number_lower',
    'The upper half of the MD5 hash as a number.',
    ["md5_number_lower('hello')", '10575884659879408057'],
    NUMERIC,
    (bytes) => Decimal.fromBigInt(md5Number(bytes) >> 64n),
  ),
  digest(
    'md5_number_upper',
    'The lower half of the MD5 hash as a number.',
    ["md5_number_upper('hello')", '8514701317032132957'],
    NUMERIC,
    (bytes) => Decimal.fromBigInt(md5Number(bytes) & LOW),
  ),
]
