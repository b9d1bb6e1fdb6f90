/** Between text and bytes, bases and encodings; digests; quoting. */
import { SqlError } from '../../error.ts'
import { formatHex, parseBytea, parseHex } from '../../types/bytea.ts'
import { BIGINT, BYTEA, type DataType, INTEGER, TEXT, UUID } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { groupUuid } from '../../types/uuid.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, overload, type ScalarFunction, scalar } from '../function.ts'
import { characters, decodeUtf8, encodeUtf8 } from './characters.ts'
import { fnv1a, md5, sha224, sha256, sha384, sha512 } from './hashes.ts'
import { castText, textOf } from './text-of.ts'

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base 64 without line breaks. */
function plainBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += base64Digits[group >> 18] + base64Digits[(group >> 12) & 63]
    text += at + 1 < bytes.length ? base64Digits[(group >> 6) & 63] : '='
    text += at + 2 < bytes.length ? base64Digits[group & 63] : '='
  }
  return text
}

/** Base 64 in lines of 76 digits, as PostgreSQL breaks them. */
function base64(bytes: Uint8Array): string {
  return plainBase64(bytes).replace(/.{76}(?=.)/g, '$&\n')
}

function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/[ \t\n\r]/g, '')
  const wrong = /[^A-Za-z0-9+/=]/u.exec(digits)
  if (wrong) throw invalidParameter(`invalid symbol "${wrong[0]}" found while decoding base64 sequence`)
  const end = digits.indexOf('=')
  const data = end < 0 ? digits : digits.slice(0, end)
  const padding = end < 0 ? 0 : digits.length - end
  if (end >= 0 && !/^=+$/.test(digits.slice(end)))
    throw invalidParameter('unexpected "=" while decoding base64 sequence')
  if ((data.length + padding) % 4 !== 0 || padding > 2) {
    throw invalidParameter(
      'invalid base64 end sequence',
      'Input data is missing padding, is truncated, or is otherwise corrupted.',
    )
  }
  const bytes = new Uint8Array(Math.floor((data.length * 3) / 4))
  let held = 0
  let bits = 0
  let length = 0
  for (const digit of data) {
    held = ((held << 6) | base64Digits.indexOf(digit)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[length++] = (held >> bits) & 255
    }
  }
  return bytes
}

function unrecognizedEncoding(name: string): SqlError {
  return invalidParameter(`unrecognized encoding: "${name}"`)
}

const encode = scalar({
  name: 'encode',
  category: 'bytes',
  doc: 'Bytes as text in base64, hex or escape; a text alone as its bytes.',
  examples: [
    ["encode('é')", '\\xc3a9'],
    ["encode('123\\000\\001', 'base64')", 'MTIzAAE='],
    ["encode('\\x1234', 'hex')", '1234'],
  ],
  overloads: [
    overload([BYTEA, TEXT], TEXT, (bytes, format: string) => {
      switch (format.toLowerCase()) {
        case 'base64':
          return base64(bytes)
        case 'hex':
          return formatHex(bytes)
        case 'escape':
          return escapeBytes(bytes)
        default:
          throw unrecognizedEncoding(format)
      }
    }),
    overload([TEXT], BYTEA, encodeUtf8),
  ],
})

/** encode's escape form: zero and bytes above 127 in octal, backslashes doubled. */
function escapeBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0 || byte > 127) text += `\\${byte.toString(8).padStart(3, '0')}`
    else text += byte === 92 ? '\\\\' : String.fromCharCode(byte)
  }
  return text
}

const decode = scalar({
  name: 'decode',
  category: 'bytes',
  doc: 'The bytes of a text in base64, hex or escape; bytes alone as the text that they are.',
  examples: [
    ["decode('MTIzAAE=', 'base64')", '\\x3132330001'],
    ["decode('\\xc3a9'::bytea)", 'é'],
  ],
  overloads: [
    overload([TEXT, TEXT], BYTEA, (text: string, format: string) => {
      switch (format.toLowerCase()) {
        case 'base64':
          return fromBase64(text)
        case 'hex':
          return parseHex(text)
        case 'escape':
          return parseBytea(text.startsWith('\\x') ? `\\\\x${text.slice(2)}` : text)
        default:
          throw unrecognizedEncoding(format)
      }
    }),
    overload([BYTEA], TEXT, decodeUtf8),
  ],
})

const base64Function = scalar({
  name: 'base64',
  aliases: ['to_base64'],
  category: 'bytes',
  doc: 'Bytes as base 64, in one line.',
  examples: [["base64('A'::bytea)", 'QQ==']],
  overloads: [overload([BYTEA], TEXT, plainBase64)],
})

const fromBase64Function = scalar({
  name: 'from_base64',
  category: 'bytes',
  doc: 'The bytes of a text in base 64.',
  examples: [["from_base64('QQ==')", '\\x41']],
  overloads: [overload([TEXT], BYTEA, fromBase64)],
})

const toHex = scalar({
  name: 'to_hex',
  category: 'text',
  doc: 'An integer in hexadecimal digits.',
  examples: [['to_hex(2147483647)', '7fffffff']],
  overloads: [
    overload([INTEGER], TEXT, (value) => (value >>> 0).toString(16)),
    overload([BIGINT], TEXT, (value: bigint) => BigInt.asUintN(64, value).toString(16)),
  ],
})

const md5Function = scalar({
  name: 'md5',
  category: 'bytes',
  doc: 'The MD5 digest in hexadecimal digits.',
  examples: [["md5('abc')", '900150983cd24fb0d6963f7d28e17f72']],
  overloads: [
    overload([TEXT], TEXT, (text) => formatHex(md5(encodeUtf8(text)))),
    overload([BYTEA], TEXT, (bytes) => formatHex(md5(bytes))),
  ],
})

function digest(name: string, example: string, body: (bytes: Uint8Array) => Uint8Array): ScalarFunction {
  return scalar({
    name,
    category: 'bytes',
    doc: `The ${name.toUpperCase().replace('SHA', 'SHA-')} digest.`,
    examples: [[`encode(${name}('abc'), 'hex')`, example]],
    overloads: [overload([BYTEA], BYTEA, body)],
  })
}

/** The bytes of a text in an encoding. */
export function convertTo(text: string, encoding: string): Uint8Array {
  if (isLatin1(encoding)) {
    return Uint8Array.from(characters(text), (char) => {
      if (char.codePointAt(0)! < 256) return char.charCodeAt(0)
      const bytes = [...encodeUtf8(char)].map((byte) => `0x${byte.toString(16)}`).join(' ')
      throw new SqlError(
        'untranslatable_character',
        `character with byte sequence ${bytes} in encoding "UTF8" has no equivalent in encoding "LATIN1"`,
      )
    })
  }
  checkUtf8(encoding, 'destination')
  return encodeUtf8(text)
}

/** The text of bytes in an encoding. */
export function convertFrom(bytes: Uint8Array, encoding: string): string {
  if (isLatin1(encoding)) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  checkUtf8(encoding, 'source')
  return decodeUtf8(bytes)
}

const convertToRecord = scalar({
  name: 'convert_to',
  category: 'bytes',
  doc: 'A text as bytes in an encoding: UTF8, LATIN1 or SQL_ASCII.',
  examples: [["convert_to('é', 'UTF8')", '\\xc3a9']],
  overloads: [overload([TEXT, TEXT], BYTEA, convertTo)],
})

const convertFromRecord = scalar({
  name: 'convert_from',
  category: 'bytes',
  doc: 'The text of bytes in an encoding: UTF8, LATIN1 or SQL_ASCII.',
  examples: [["convert_from('\\xc3a9', 'UTF8')", 'é']],
  overloads: [overload([BYTEA, TEXT], TEXT, convertFrom)],
})

function isLatin1(encoding: string): boolean {
  return /^(latin-?1|iso-?8859-?1)$/i.test(encoding)
}

function checkUtf8(encoding: string, side: string): void {
  if (!/^(utf-?8|unicode|sql_ascii)$/i.test(encoding))
    throw invalidParameter(`invalid ${side} encoding name "${encoding}"`)
}

const encodeText = scalar({
  name: 'to_utf8',
  category: 'bytes',
  doc: 'A text as its bytes in UTF-8.',
  examples: [["to_utf8('é')", '\\xc3a9']],
  overloads: [overload([TEXT], BYTEA, encodeUtf8)],
})

const getByte = scalar({
  name: 'get_byte',
  category: 'bytes',
  doc: 'The n-th byte, from 0.',
  examples: [["get_byte('\\x1234567890', 4)", '144']],
  overloads: [
    overload([BYTEA, INTEGER], INTEGER, (bytes: Uint8Array, n) => {
      checkIndex(n, bytes.length)
      return bytes[n]
    }),
  ],
})

const setByte = scalar({
  name: 'set_byte',
  category: 'bytes',
  doc: 'The bytes with the n-th one, from 0, set to a value.',
  examples: [["set_byte('\\x1234567890', 4, 64)", '\\x1234567840']],
  overloads: [
    overload([BYTEA, INTEGER, INTEGER], BYTEA, (bytes: Uint8Array, n, value) => {
      checkIndex(n, bytes.length)
      const copy = bytes.slice()
      copy[n] = value & 255
      return copy
    }),
  ],
})

function checkIndex(n: number, length: number): void {
  if (n < 0 || n >= length) {
    throw new SqlError('array_subscript_error', `index ${n} out of valid range, 0..${length - 1}`)
  }
}

const getBit = scalar({
  name: 'get_bit',
  category: 'bytes',
  doc: 'The n-th bit, from 0: of bytes from the lowest of the first, of a bit string from the left.',
  examples: [["get_bit('\\x1234567890'::bytea, 30)", '1']],
  overloads: [
    overload([BYTEA, BIGINT], INTEGER, (bytes: Uint8Array, n: bigint) => {
      checkIndex(Number(n), bytes.length * 8)
      return (bytes[Number(n) >> 3] >> (Number(n) & 7)) & 1
    }),
    overload([{ kind: 'bit' }, INTEGER], INTEGER, (bits: string, n) => {
      checkBitIndex(n, bits.length)
      return Number(bits[n])
    }),
  ],
})

function checkBitIndex(n: number, length: number): void {
  if (n < 0 || n >= length) {
    throw new SqlError('array_subscript_error', `bit index ${n} out of valid range (0..${length - 1})`)
  }
}

function checkBit(value: number): void {
  if (value !== 0 && value !== 1) throw invalidParameter('new bit must be 0 or 1')
}

const setBit = scalar({
  name: 'set_bit',
  category: 'bytes',
  doc: 'Bytes or a bit string with the n-th bit, from 0, set to 0 or 1.',
  examples: [["set_bit('\\x1234567890'::bytea, 30, 0)", '\\x1234563890']],
  overloads: [
    overload([BYTEA, BIGINT, INTEGER], BYTEA, (bytes: Uint8Array, n: bigint, value) => {
      checkIndex(Number(n), bytes.length * 8)
      checkBit(value)
      const copy = bytes.slice()
      const bit = 1 << (Number(n) & 7)
      copy[Number(n) >> 3] = value ? copy[Number(n) >> 3] | bit : copy[Number(n) >> 3] & ~bit
      return copy
    }),
    overload([{ kind: 'bit' }, INTEGER, INTEGER], { kind: 'bit' }, (bits: string, n, value) => {
      checkBitIndex(n, bits.length)
      checkBit(value)
      return bits.slice(0, n) + value + bits.slice(n + 1)
    }),
  ],
})

/** A name as SQL writes it: quoted where it has to be. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reservedWords.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** Words that are no names without quotes. */
const reservedWords: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
  else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike
  in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit
  localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or order
  out outer overlaps overlay placing position precision primary real references returning right row select session_user
  setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim
  true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement
  xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
)

/** A text as a SQL literal. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

const quoteIdent = scalar({
  name: 'quote_ident',
  category: 'text',
  doc: 'The text as a name in SQL, quoted where it has to be.',
  examples: [["quote_ident('Foo bar')", '"Foo bar"']],
  overloads: [overload([TEXT], TEXT, quoteIdentifier)],
})

/** Any value as a literal by way of its text. */
function literalOf([type]: readonly DataType[]): (...args: Value[]) => Value {
  const print = castText(type)
  return (context, value) => quoteLiteral(print(value, context.settings))
}

const quoteLiteralFunction = scalar({
  name: 'quote_literal',
  category: 'text',
  doc: 'The text of a value as a SQL literal.',
  examples: [
    ["quote_literal('O''Reilly')", "'O''Reilly'"],
    ['quote_literal(42.5)', "'42.5'"],
  ],
  overloads: [
    overload([TEXT], TEXT, quoteLiteral),
    overload(['anyelement'], TEXT, mustSpecialise, { context: true, volatility: 'stable', specialise: literalOf }),
  ],
})

const quoteNullable = scalar({
  name: 'quote_nullable',
  category: 'text',
  doc: 'The text of a value as a SQL literal, and NULL as NULL.',
  examples: [['quote_nullable(NULL)', 'NULL']],
  overloads: [
    overload([TEXT], TEXT, (text) => (text === null ? 'NULL' : quoteLiteral(text)), { strict: false }),
    overload(['anyelement'], TEXT, mustSpecialise, {
      strict: false,
      context: true,
      volatility: 'stable',
      specialise: (types) => {
        const print = literalOf(types)
        return (context, value) => (value === null ? 'NULL' : print(context, value))
      },
    }),
  ],
})

const hash = scalar({
  name: 'hash',
  category: 'system',
  doc: 'A 64-bit hash of the arguments, as a number that is not negative.',
  examples: [["hash('a') = hash('a')", 't']],
  volatility: 'stable',
  overloads: [
    overload(['any'], { kind: 'numeric' }, mustSpecialise, {
      variadic: true,
      strict: false,
      context: true,
      specialise: (types) => {
        const printers = types.map(textOf)
        return (context, ...values) =>
          Decimal.fromBigInt(
            fnv1a(
              encodeUtf8(
                values
                  .map((value, index) => (value === null ? '\0' : `${printers[index](value, context.settings)}\x01`))
                  .join(''),
              ),
            ),
          )
      },
    }),
  ],
})

const genRandomUuid = scalar({
  name: 'gen_random_uuid',
  aliases: ['uuid', 'uuid_generate_v4'],
  category: 'system',
  doc: 'A random UUID (version 4).',
  examples: [['length(gen_random_uuid()::text)', '36']],
  volatility: 'volatile',
  overloads: [
    overload(
      [],
      UUID,
      (context) => {
        const digits = Array.from({ length: 32 }, () => Math.floor(context.random() * 16))
        digits[12] = 4
        digits[16] = (digits[16] & 3) | 8
        return groupUuid(digits.map((digit) => digit.toString(16)).join(''))
      },
      { context: true, volatility: 'volatile' },
    ),
  ],
})

const MAX_LEVENSHTEIN = 255

function levenshteinDistance(left: string, right: string): number {
  const source = characters(left)
  const target = characters(right)
  if (source.length > MAX_LEVENSHTEIN || target.length > MAX_LEVENSHTEIN) {
    throw invalidParameter(`levenshtein argument exceeds maximum length of ${MAX_LEVENSHTEIN} characters`)
  }
  let previous = Array.from({ length: target.length + 1 }, (_, index) => index)
  for (let row = 1; row <= source.length; row++) {
    const current = [row]
    for (let column = 1; column <= target.length; column++) {
      const same = source[row - 1] === target[column - 1] ? 0 : 1
      current.push(Math.min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + same))
    }
    previous = current
  }
  return previous[target.length]
}

const levenshtein = scalar({
  name: 'levenshtein',
  aliases: ['editdist3'],
  category: 'text',
  doc: 'How many characters have to be inserted, deleted or changed to make one text the other.',
  examples: [["levenshtein('duck', 'db')", '3']],
  overloads: [overload([TEXT, TEXT], INTEGER, levenshteinDistance)],
})

const hamming = scalar({
  name: 'hamming',
  aliases: ['mismatches'],
  category: 'text',
  doc: 'At how many places two texts of equal length differ.',
  examples: [["hamming('duck', 'luck')", '1']],
  overloads: [
    overload([TEXT, TEXT], INTEGER, (left, right) => {
      const source = characters(left)
      const target = characters(right)
      if (source.length !== target.length) throw invalidParameter('hamming() needs texts of equal length')
      return source.filter((char, index) => char !== target[index]).length
    }),
  ],
})

export const conversionFunctions: readonly ScalarFunction[] = [
  encode,
  decode,
  base64Function,
  fromBase64Function,
  toHex,
  md5Function,
  digest('sha224', '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7', sha224),
  digest('sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', sha256),
  digest(
    'sha384',
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    sha384,
  ),
  digest(
    'sha512',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    sha512,
  ),
  convertToRecord,
  convertFromRecord,
  encodeText,
  getByte,
  setByte,
  getBit,
  setBit,
  quoteIdent,
  quoteLiteralFunction,
  quoteNullable,
  hash,
  genRandomUuid,
  levenshtein,
  hamming,
]
