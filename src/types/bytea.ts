/** Byte strings as text: `\x4f4b` and the escape form `OK\000`. */
import { SqlError } from '../error.ts'

const hexDigits = '0123456789abcdef'

function invalid(message: string): SqlError {
  return new SqlError('invalid_parameter_value', message)
}

export function parseBytea(text: string): Uint8Array {
  if (!text.startsWith('\\x')) return parseEscaped(text)
  // DuckDB writes each byte that is no letter as `\x41`.
  const bytes = /^(?:\\x[\da-f]{2}){2,}$/i.test(text) ? text.slice(2).replaceAll(/\\x/gi, '') : text.slice(2)
  return parseHex(bytes)
}

/** Hexadecimal digits in pairs, with blanks between the pairs. */
export function parseHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 32 || code === 10 || code === 9 || code === 13) continue
    const high = hexValue(text, i)
    i++
    if (i >= text.length) throw invalid('invalid hexadecimal data: odd number of digits')
    bytes[length++] = high * 16 + hexValue(text, i)
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

function hexValue(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 48 && code <= 57) return code - 48
  const folded = code | 32
  if (folded >= 97 && folded <= 102) return folded - 87
  throw invalid(`invalid hexadecimal digit: "${String.fromCodePoint(text.codePointAt(at)!)}"`)
}

function parseEscaped(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  if (!text.includes('\\')) return bytes
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 92) bytes[length++] = bytes[i]
    else if (bytes[i + 1] === 92) bytes[length++] = bytes[++i]
    else {
      const [a, b, c] = [bytes[i + 1] - 48, bytes[i + 2] - 48, bytes[i + 3] - 48]
      if (!(a >= 0 && a <= 3 && b >= 0 && b <= 7 && c >= 0 && c <= 7)) {
        throw new SqlError('invalid_text_representation', 'invalid input syntax for type bytea')
      }
      bytes[length++] = a * 64 + b * 8 + c
      i += 3
    }
  }
  return bytes.slice(0, length)
}

export function formatBytea(bytes: Uint8Array, hex = true): string {
  return hex ? `\\x${formatHex(bytes)}` : formatEscaped(bytes)
}

/** Where putting a text together piece by piece costs more than a decoder. */
const manyBytes = 512

export function formatHex(bytes: Uint8Array): string {
  if (bytes.length > manyBytes) {
    const digits = new Uint8Array(2 * bytes.length)
    for (let i = 0; i < bytes.length; i++) {
      digits[2 * i] = hexDigits.charCodeAt(bytes[i] >> 4)
      digits[2 * i + 1] = hexDigits.charCodeAt(bytes[i] & 15)
    }
    return new TextDecoder().decode(digits)
  }
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += hexDigits[bytes[i] >> 4] + hexDigits[bytes[i] & 15]
  return text
}

export function formatEscaped(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 92) text += '\\\\'
    else if (byte < 32 || byte > 126) text += `\\${byte.toString(8).padStart(3, '0')}`
    else text += String.fromCharCode(byte)
  }
  return text
}

/** Byte by byte, then the shorter first. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    if (left[i] !== right[i]) return left[i] - right[i]
  }
  return left.length - right.length
}
