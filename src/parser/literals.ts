/** The escapes within string literals and quoted names: E'…' and U&'…'. */
import { SqlError } from '../error.ts'

const simpleEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** The value of what stands between the quotes of E'…'; `position` is where that begins in the script. */
export function decodeEscapes(text: string, position: number): string {
  let value = ''
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length === 0) return
    value += decodeBytes(bytes, position)
    bytes = []
  }
  let high = 0
  for (let at = 0; at < text.length; ) {
    const char = text[at]
    if (char === "'") {
      flush()
      value += "'"
      at += 2
      continue
    }
    if (char !== '\\') {
      flush()
      value += char
      at++
      continue
    }
    const next = text[at + 1]
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))
    const hex = next === 'x' ? /^[0-9a-fA-F]{1,2}/.exec(text.slice(at + 2, at + 4)) : null
    if (octal !== null || hex !== null) {
      bytes.push((octal === null ? Number.parseInt(hex![0], 16) : Number.parseInt(octal[0], 8)) & 255)
      at += octal === null ? 2 + hex![0].length : 1 + octal[0].length
      continue
    }
    flush()
    if (next === 'u' || next === 'U') {
      const length = next === 'u' ? 4 : 8
      const digits = text.slice(at + 2, at + 2 + length)
      if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) {
        throw new SqlError('invalid_escape_sequence', 'invalid Unicode escape', {
          position: position + at,
          hint: 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.',
        })
      }
      const code = Number.parseInt(digits, 16)
      const sequence = text.slice(at, at + 2 + length)
      high = checkSurrogate(high, code, position + at, sequence)
      value += codePoint(code, position + at, sequence)
      at += 2 + length
      if (high !== 0 && !/^\\[uU]/.test(text.slice(at, at + 2))) throw surrogateError(position + at, text[at] ?? "'")
      continue
    }
    value += simpleEscapes[next] ?? next ?? ''
    at += 2
  }
  flush()
  return value
}

/** The value of a U& literal: `\0061`, `\+01F600`, and the escape character doubled for itself. */
export function decodeUnicodeEscapes(text: string, marker: string, position: number): string {
  if (!text.includes(marker)) return text
  let value = ''
  let high = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] !== marker) {
      if (high !== 0) throw surrogateError(position + at, text[at])
      value += text[at++]
      continue
    }
    if (text[at + 1] === marker) {
      value += marker
      at += 2
      continue
    }
    const match = /^(?:([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6}))/.exec(text.slice(at + 1, at + 8))
    if (match === null) {
      throw new SqlError('syntax_error', 'invalid Unicode escape', {
        position: position + at,
        hint: 'Unicode escapes must be \\XXXX or \\+XXXXXX.',
      })
    }
    const code = Number.parseInt(match[1] ?? match[2], 16)
    const sequence = text.slice(at, at + 1 + match[0].length)
    high = checkSurrogate(high, code, position + at, sequence)
    value += codePoint(code, position + at, sequence)
    at += 1 + match[0].length
  }
  if (high !== 0) throw surrogateError(position + text.length, "'")
  return value
}

/** Answers the high surrogate that still waits for its partner, or 0. */
function checkSurrogate(high: number, code: number, position: number, sequence: string): number {
  const isLow = code >= 0xdc00 && code <= 0xdfff
  if (isLow !== (high !== 0)) throw surrogateError(position, sequence)
  return code >= 0xd800 && code <= 0xdbff ? code : 0
}

function surrogateError(position: number, near: string): SqlError {
  return new SqlError('syntax_error', `invalid Unicode surrogate pair at or near "${near}"`, { position })
}

function codePoint(code: number, position: number, sequence: string): string {
  if (code === 0 || code > 0x10ffff) {
    throw new SqlError('syntax_error', `invalid Unicode escape value at or near "${sequence}"`, { position })
  }
  return code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code)
}

/** Bytes written as \ooo or \xhh are UTF-8. */
function decodeBytes(bytes: readonly number[], position: number): string {
  const invalid = (shown: readonly number[]): SqlError =>
    new SqlError(
      'character_not_in_repertoire',
      `invalid byte sequence for encoding "UTF8": ${shown.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')}`,
      { position },
    )
  if (bytes.includes(0)) throw invalid([0])
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    throw invalid(bytes)
  }
}
