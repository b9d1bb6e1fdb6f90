/** Numbers of bytes as people write them, names taken apart, and what a session could tell of its connection. */
import { SqlError } from '../../error.ts'
import { sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, BYTEA, type DataType, INTEGER, NUMERIC, TEXT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { truncateName } from '../../types/scalar-traits.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { convertFrom, convertTo } from './conversion.ts'

const sizes = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']
const K = Decimal.fromBigInt(1024n)
const LIMIT = Decimal.fromBigInt(10240n)
const HALF_LIMIT = Decimal.fromBigInt(20479n)
const TWO = Decimal.fromBigInt(2n)

/** Halves round away from zero; a unit is used up to 10240 of it. */
function prettyNumeric(bytes: Decimal): string {
  if (bytes.abs().compare(LIMIT) < 0) return `${bytes} bytes`
  let size = bytes.divideInteger(Decimal.fromBigInt(512n))
  let unit = 1
  while (unit < sizes.length - 1 && size.abs().compare(HALF_LIMIT) >= 0) {
    size = size.divideInteger(K)
    unit++
  }
  const rounded = size.add(Decimal.fromBigInt(BigInt(size.sign()))).divideInteger(TWO)
  return `${rounded} ${sizes[unit]}`
}

function sizeOf(text: string): bigint {
  const match = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$/s.exec(text)
  if (!match) throw invalidParameter(`invalid size: "${text}"`)
  const unit = match[2].toLowerCase()
  const power = unit === '' || unit === 'b' ? 0 : sizes.findIndex((name) => name.toLowerCase() === unit)
  if (power < 0) {
    throw new SqlError('invalid_parameter_value', `invalid size: "${text}"`, {
      detail: `Invalid size unit: "${match[2]}".`,
      hint: 'Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".',
    })
  }
  const bytes = Decimal.parse(match[1])
    .multiply(Decimal.fromBigInt(1024n ** BigInt(power)))
    .toBigInt()
  if (BigInt.asIntN(64, bytes) === bytes) return bytes
  throw new SqlError('numeric_value_out_of_range', 'bigint out of range')
}

/** The parts of a name with dots, folded unless they are quoted. */
function identifierParts(text: string, strict: boolean): string[] {
  const refuse = (detail?: string): SqlError =>
    new SqlError('invalid_parameter_value', `string is not a valid identifier: "${text}"`, { detail })
  const parts: string[] = []
  let rest = text.trimStart()
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest)
    const plain = quoted ? null : /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/.exec(rest)
    if (rest.startsWith('"') && !quoted) throw refuse('String has unclosed double quotes.')
    if (quoted && quoted[1] === '') throw refuse('Quoted identifier must not be empty.')
    if (!quoted && !plain) {
      const where = parts.length > 0 ? (rest === '' ? 'after' : rest[0] === '.' ? 'before' : undefined) : undefined
      throw refuse(
        where === 'after'
          ? 'No valid identifier after ".".'
          : rest[0] === '.'
            ? 'No valid identifier before ".".'
            : undefined,
      )
    }
    parts.push(truncateName(quoted ? quoted[1].replaceAll('""', '"') : plain![0].toLowerCase()))
    rest = rest.slice((quoted ?? plain)![0].length).trimStart()
    if (rest[0] !== '.') break
    rest = rest.slice(1).trimStart()
  }
  if (rest !== '' && strict) throw refuse()
  return parts
}

function nothing(name: string, type: DataType): ScalarFunction {
  return scalar({
    name,
    category: 'system',
    doc: 'Of the network, a database in memory knows nothing: NULL.',
    examples: [[`${name}()`, null]],
    volatility: 'stable',
    overloads: [overload([], type, () => null)],
  })
}

export const sizeAndNameFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'pg_size_pretty',
    category: 'system',
    doc: 'A number of bytes with a unit that suits it.',
    examples: [['pg_size_pretty(1e15::numeric)', '909 TB']],
    overloads: [overload([NUMERIC], TEXT, prettyNumeric)],
  }),
  scalar({
    name: 'pg_size_bytes',
    category: 'system',
    doc: 'The number of bytes that a text with a unit means.',
    examples: [["pg_size_bytes('1.5 kB')", '1536']],
    overloads: [overload([TEXT], BIGINT, sizeOf)],
  }),
  scalar({
    name: 'parse_ident',
    category: 'text',
    doc: 'The parts of a name with dots; what follows it is refused, unless the last argument is false.',
    examples: [[`parse_ident('a."B".c')`, '{a,B,c}']],
    overloads: [
      overload([TEXT, BOOLEAN], arrayOf(TEXT), (text, strict) => sqlArray(identifierParts(text, strict)), {
        defaults: [true],
        parameterNames: ['str', 'strict'],
      }),
    ],
  }),
  scalar({
    name: 'convert',
    category: 'bytes',
    doc: 'Bytes of a text in one encoding, in another: UTF8, LATIN1 or SQL_ASCII.',
    examples: [["convert('\\xc3a9', 'UTF8', 'LATIN1')", '\\xe9']],
    overloads: [overload([BYTEA, TEXT, TEXT], BYTEA, (bytes, from, to) => convertTo(convertFrom(bytes, from), to))],
  }),
  nothing('inet_client_addr', { kind: 'inet' }),
  nothing('inet_client_port', INTEGER),
  nothing('inet_server_addr', { kind: 'inet' }),
  nothing('inet_server_port', INTEGER),
]
