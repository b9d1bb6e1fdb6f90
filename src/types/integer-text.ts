/** Integers and booleans as text. */
import { SqlError } from '../error.ts'

function invalid(text: string, type: string): SqlError {
  return new SqlError('invalid_text_representation', `invalid input syntax for type ${type}: "${text}"`)
}

function outOfRange(text: string, type: string): SqlError {
  return new SqlError('numeric_value_out_of_range', `value "${text}" is out of range for type ${type}`)
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** Reads a smallint, integer or another integer whose limits a number holds. */
export function parseSmallInteger(text: string, type: string, low: number, high: number): number {
  let at = 0
  let end = text.length
  while (at < end && isBlank(text.charCodeAt(at))) at++
  while (end > at && isBlank(text.charCodeAt(end - 1))) end--
  const sign = text.charCodeAt(at)
  const negative = sign === 45
  if (negative || sign === 43) at++
  if (at >= end) throw invalid(text, type)
  let value = 0
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) throw invalid(text, type)
    value = value * 10 + digit
  }
  if (negative) value = 0 - value
  if (value < low || value > high) throw outOfRange(text, type)
  return value
}

/** Reads a bigint. */
export function parseBigint(text: string): bigint {
  if (text.length <= 15) return BigInt(parseSmallInteger(text, 'bigint', -Infinity, Infinity))
  const match = /^[\s\v]*([+-]?)(\d+)[\s\v]*$/.exec(text)
  if (!match) throw invalid(text, 'bigint')
  const size = BigInt(match[2])
  const value = match[1] === '-' ? -size : size
  if (value < -9223372036854775808n || value > 9223372036854775807n) throw outOfRange(text, 'bigint')
  return value
}

/** Reads an oid: negative numbers wrap around, as in PostgreSQL. */
export function parseOid(text: string): number {
  const value = parseSmallInteger(text, 'oid', -2147483648, 4294967295)
  return value < 0 ? value + 4294967296 : value
}

/** Reads a boolean: every unambiguous beginning of true, false, yes, no, on, off; 1 and 0. */
export function parseBoolean(text: string): boolean {
  const folded = text.trim().toLowerCase()
  if (folded !== '') {
    if ('true'.startsWith(folded) || 'yes'.startsWith(folded) || folded === 'on' || folded === '1') return true
    if (
      'false'.startsWith(folded) ||
      'no'.startsWith(folded) ||
      folded === 'off' ||
      folded === 'of' ||
      folded === '0'
    ) {
      return false
    }
  }
  throw invalid(text, 'boolean')
}
