/** Bit strings, held as text of 0 and 1. */
import { SqlError } from '../error.ts'

/** Reads `1010`, `b1010` and `x0A`. */
export function parseBits(text: string): string {
  const first = text[0]
  if (first === 'x' || first === 'X') return parseHexBits(text.slice(1))
  const digits = first === 'b' || first === 'B' ? text.slice(1) : text
  const wrong = /[^01]/u.exec(digits)
  if (wrong) throw new SqlError('invalid_text_representation', `"${wrong[0]}" is not a valid binary digit`)
  return digits
}

/** Four bits for each hexadecimal digit. */
export function parseHexBits(digits: string): string {
  const wrong = /[^0-9a-fA-F]/u.exec(digits)
  if (wrong) throw new SqlError('invalid_text_representation', `"${wrong[0]}" is not a valid hexadecimal digit`)
  let bits = ''
  for (const digit of digits) bits += Number.parseInt(digit, 16).toString(2).padStart(4, '0')
  return bits
}

/** The bits of an integer, the lowest at the end: sign-extended, or cut at the front. */
export function integerToBits(value: bigint, length: number): string {
  const bits = BigInt.asUintN(Math.max(length, 1), value).toString(2).padStart(length, '0')
  return length === 0 ? '' : bits
}

/** The integer of `width` bits that bits stand for; too many bits are refused with `name` in the message. */
export function bitsToInteger(bits: string, width: number, name: string): bigint {
  if (bits.length > width) throw new SqlError('numeric_value_out_of_range', `${name} out of range`)
  const value = BigInt(`0b0${bits}`)
  return bits.length === width ? BigInt.asIntN(width, value) : value
}
