/**
 * Text in characters. SQL counts code points where JavaScript counts UTF-16 units; the two agree, and the quick way is
 * taken, unless a text has surrogates.
 */
import { SqlError } from '../../error.ts'

const surrogate = /[\ud800-\udfff]/

export function hasSurrogates(text: string): boolean {
  return surrogate.test(text)
}

/** The number of code points. */
export function characterCount(text: string): number {
  if (!surrogate.test(text)) return text.length
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0xdc00 || code > 0xdfff) count++
  }
  return count
}

/** The code points from index `start` (from 0) to `end`, like String.slice without negative indexes. */
export function sliceCharacters(text: string, start: number, end: number): string {
  if (!surrogate.test(text)) return text.slice(start, end)
  return text.slice(unitIndex(text, start), unitIndex(text, end))
}

/** Where the n-th code point (from 0) begins, in UTF-16 units; the text's length when it has fewer. */
export function unitIndex(text: string, n: number): number {
  if (!surrogate.test(text)) return Math.min(n, text.length)
  let at = 0
  for (let left = n; left > 0 && at < text.length; left--) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** How many code points stand before a position given in UTF-16 units. */
export function characterIndex(text: string, unit: number): number {
  return surrogate.test(text) ? characterCount(text.slice(0, unit)) : unit
}

/** Code points as an array of one-character strings. */
export function characters(text: string): string[] {
  return surrogate.test(text) ? [...text] : text.split('')
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

export function decodeUtf8(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0)
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch (cause) {
    throw new SqlError(
      'character_not_in_repertoire',
      `invalid byte sequence for encoding "UTF8": ${firstInvalid(bytes)}`,
      { cause },
    )
  }
  if (zero >= 0) throw new SqlError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8": 0x00')
  return text
}

/** The bytes at which the text stops being UTF-8, in the error's notation. */
function firstInvalid(bytes: Uint8Array): string {
  const lenient = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]
    const size = lead < 0x80 ? 1 : lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1
    const piece = bytes.subarray(at, at + size)
    try {
      lenient.decode(piece)
    } catch {
      return [...piece].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')
    }
    at += size
  }
  return '0x00'
}

/** The number of bytes that the text has in UTF-8. */
export function byteCount(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) count++
    else if (code < 0x800) count += 2
    else if (code >= 0xd800 && code < 0xdc00) {
      count += 4
      at++
    } else count += 3
  }
  return count
}
