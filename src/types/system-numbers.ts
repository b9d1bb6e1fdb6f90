/** The numbers by which PostgreSQL counts transactions, commands, rows and places in its log. */
import { SqlError } from '../error.ts'

const MAXIMUM = 18446744073709551615n

/** A number without sign, as C reads it: decimal, `0x…`, or octal after a 0; whatever is none is 0. */
export function parseUnsigned(text: string, bits: 32 | 64): bigint {
  const [, sign, hex, octal, digits] = /^\s*([-+]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]+)|(\d+))/.exec(text) ?? []
  const written = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : (digits ?? '0')
  const value = BigInt(written)
  if (value > MAXIMUM) return BigInt.asUintN(bits, MAXIMUM)
  return BigInt.asUintN(bits, sign === '-' ? -value : value)
}

export function parseLsn(text: string): bigint {
  const match = /^([0-9a-fA-F]{1,8})\/([0-9a-fA-F]{1,8})$/.exec(text)
  if (!match) throw new SqlError('invalid_text_representation', `invalid input syntax for type pg_lsn: "${text}"`)
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)
}

export function formatLsn(value: bigint): string {
  return `${(value >> 32n).toString(16)}/${(value & 0xffffffffn).toString(16)}`.toUpperCase()
}

/** A block and a place in it. */
export function parseTid(text: string): string {
  const match = /^\s*\(\s*(-?\d+)\s*,\s*(-?\d+)\)/.exec(text)
  const block = BigInt(match?.[1] ?? -1n)
  const place = Number(match?.[2] ?? -1)
  if (!match || block < -2147483648n || block > 4294967295n || place < 0 || place > 65535) {
    throw new SqlError('invalid_text_representation', `invalid input syntax for type tid: "${text}"`)
  }
  return `(${BigInt.asUintN(32, block)},${place})`
}

export function compareTids(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.slice(1, -1).split(',').map(Number))
  return a[0] - b[0] || a[1] - b[1]
}

/** The one byte of a "char": from the first of a text, or written in octal. */
export function parseSingleByte(text: string): string {
  const octal = /^\\([0-3][0-7]{2})$/.exec(text)
  const code = octal ? Number.parseInt(octal[1], 8) : firstByte(text)
  return code === 0 ? '' : String.fromCharCode(code)
}

function firstByte(text: string): number {
  const code = text.codePointAt(0) ?? 0
  if (code < 0x80) return code
  return code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
}

export function formatSingleByte(value: string): string {
  const code = value.charCodeAt(0)
  return code >= 0x80 ? `\\${code.toString(8)}` : value
}
