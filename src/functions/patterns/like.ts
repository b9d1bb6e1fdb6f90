/**
 * LIKE: `%` stands for any run of characters, `_` for one, and the escape character makes what follows it plain. A
 * pattern becomes a function of the text once and is kept; the shapes that people write most (nothing, a prefix, a
 * suffix, a part) are one call of the string's own methods, the others match segment by segment between the `%`s,
 * which never needs to go back.
 */
import { SqlError } from '../../error.ts'

export type Matcher = (text: string) => boolean

const ANY_CHARACTER = -1

const cache = new Map<string, Matcher>()
const CACHE_SIZE = 512

/** The matcher of a LIKE pattern whose escape character is the backslash. */
export function likeMatcher(pattern: string): Matcher {
  let matcher = cache.get(pattern)
  if (!matcher) {
    const segments = split(pattern)
    matcher = endsInEscape(pattern) ? compileUnended(segments) : compile(segments)
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(pattern, matcher)
  }
  return matcher
}

/** Rewrites a pattern that has another escape character, or none, to one where the backslash escapes. */
export function likeEscape(pattern: string, escapeCharacter: string): string {
  if (escapeCharacter === '\\') return pattern
  if (escapeCharacter === '') return pattern.replaceAll('\\', '\\\\')
  checkEscape(escapeCharacter)
  let result = ''
  let afterEscape = false
  for (const char of pattern) {
    if (char === escapeCharacter && !afterEscape) {
      result += '\\'
      afterEscape = true
    } else if (char === '\\') {
      result += afterEscape ? '\\' : '\\\\'
      afterEscape = false
    } else {
      result += char
      afterEscape = false
    }
  }
  return result
}

/** Refuses an escape of more than one character. */
export function checkEscape(escapeCharacter: string): void {
  const length = escapeCharacter.codePointAt(0)! > 0xffff ? 2 : 1
  if (escapeCharacter.length > length) {
    throw new SqlError('invalid_escape_sequence', 'invalid escape string', {
      hint: 'Escape string must be empty or one character.',
    })
  }
}

/** Code units between `%`s; ANY_CHARACTER for `_`. */
type Segment = readonly number[]

function split(pattern: string): Segment[] {
  const segments: number[][] = [[]]
  for (let at = 0; at < pattern.length; at++) {
    const code = pattern.charCodeAt(at)
    const segment = segments[segments.length - 1]
    if (code === 92) {
      if (++at < pattern.length) segment.push(pattern.charCodeAt(at))
    } else if (code === 37) {
      segments.push([])
    } else {
      segment.push(code === 95 ? ANY_CHARACTER : code)
    }
  }
  return segments
}

function compile(segments: readonly Segment[]): Matcher {
  const isPlain = segments.every((segment) => !segment.includes(ANY_CHARACTER))
  return isPlain ? compilePlain(segments.map((segment) => String.fromCharCode(...segment))) : compileGeneral(segments)
}

function compilePlain(parts: readonly string[]): Matcher {
  const first = parts[0]
  const last = parts[parts.length - 1]
  if (parts.length === 1) return (text) => text === first
  const middle = parts.slice(1, -1).filter((part) => part !== '')
  if (middle.length === 0) {
    if (last === '') return first === '' ? () => true : (text) => text.startsWith(first)
    if (first === '') return (text) => text.endsWith(last)
    const least = first.length + last.length
    return (text) => text.length >= least && text.startsWith(first) && text.endsWith(last)
  }
  if (middle.length === 1 && first === '' && last === '') {
    const [only] = middle
    return (text) => text.includes(only)
  }
  return (text) => {
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const part of middle) {
      at = text.indexOf(part, at)
      if (at < 0) return false
      at += part.length
    }
    return text.length - last.length >= at && text.endsWith(last)
  }
}

function endsInEscape(pattern: string): boolean {
  const end = /\\*$/.exec(pattern)![0]
  return end.length % 2 === 1
}

/** An escape at the end is an error as soon as there is text for what it would escape, and matches nothing. */
function compileUnended(segments: readonly Segment[]): Matcher {
  const last = segments[segments.length - 1]
  return (text) => {
    let at = 0
    for (const [index, segment] of segments.entries()) {
      if (index > 0 && segment === last && at === text.length) return false
      const end = index === 0 ? 0 : text.length
      let next = -1
      for (let start = at; start <= end && next < 0; start++) {
        if (start > at && isHighSurrogate(text.charCodeAt(start - 1))) continue
        next = matchForward(text, segment, start)
      }
      if (next < 0) return false
      at = next
    }
    if (at === text.length) return false
    throw new SqlError('invalid_escape_sequence', 'LIKE pattern must not end with escape character')
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}

/** Where the segment ends when it stands at `start`, or -1. */
function matchForward(text: string, segment: Segment, start: number): number {
  let at = start
  for (let index = 0; index < segment.length; index++) {
    if (at >= text.length) return -1
    const code = text.charCodeAt(at++)
    const wanted = segment[index]
    if (wanted === ANY_CHARACTER) {
      if (isHighSurrogate(code) && at < text.length) at++
    } else if (wanted !== code) {
      return -1
    }
  }
  return at
}

/** Where the segment begins when it ends the text, or -1. */
function matchBackward(text: string, segment: Segment): number {
  let at = text.length
  for (let index = segment.length - 1; index >= 0; index--) {
    if (at === 0) return -1
    const code = text.charCodeAt(--at)
    const wanted = segment[index]
    if (wanted === ANY_CHARACTER) {
      if (code >= 0xdc00 && code < 0xe000 && at > 0) at--
    } else if (wanted !== code) {
      return -1
    }
  }
  return at
}

function compileGeneral(segments: readonly Segment[]): Matcher {
  const [first] = segments
  if (segments.length === 1) return (text) => matchForward(text, first, 0) === text.length
  const middle = segments.slice(1, -1).filter((segment) => segment.length > 0)
  const last = segments[segments.length - 1]
  return (text) => {
    let at = matchForward(text, first, 0)
    if (at < 0) return false
    const end = matchBackward(text, last)
    if (end < at) return false
    for (const segment of middle) {
      let next = -1
      for (let start = at; start <= end && next < 0; start++) {
        if (start > at && isHighSurrogate(text.charCodeAt(start - 1))) continue
        next = matchForward(text, segment, start)
      }
      if (next < 0 || next > end) return false
      at = next
    }
    return true
  }
}

const globs = new Map<string, Matcher>()

/** The matcher of a GLOB pattern: `*` any run, `?` one character, `[a-z]` and `[!a-z]` one of a set. */
export function globMatcher(pattern: string): Matcher {
  let matcher = globs.get(pattern)
  if (!matcher) {
    let source = ''
    for (let at = 0; at < pattern.length; at++) {
      const char = pattern[at]
      const close = char === '[' ? pattern.indexOf(']', pattern[at + 1] === '!' ? at + 3 : at + 2) : -1
      if (char === '*') source += '.*'
      else if (char === '?') source += '.'
      else if (close > 0) {
        const negated = pattern[at + 1] === '!'
        const set = pattern.slice(at + (negated ? 2 : 1), close).replace(/[\\\]^[]/g, '\\$&')
        source += `[${negated ? '^' : ''}${set}]`
        at = close
      } else {
        if (char === '\\' && at + 1 < pattern.length) at++
        source += pattern[at].replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace('\\-', '-')
      }
    }
    let regexp: RegExp
    try {
      regexp = new RegExp(`^(?:${source})$`, 'su')
    } catch {
      matcher = () => false
      return matcher
    }
    matcher = (text) => regexp.test(text)
    if (globs.size >= CACHE_SIZE) globs.clear()
    globs.set(pattern, matcher)
  }
  return matcher
}

/** Bytes as the characters of the same codes, so that the text matcher does for both. */
export function bytesAsText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** And back. */
export function textAsBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
