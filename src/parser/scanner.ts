/**
 * Text → tokens, after PostgreSQL's lexical rules (manual 4.1), with DuckDB's braces and the parameters `?`, `:name` and
 * `$name` besides. The parser asks for a token at a time; `tokenize` lists them all for colouring, and script.ts finds in
 * them where statements begin and end.
 *
 * Whether `?` and `:` are parameters depends on what the grammar expects at that place, so both come as symbols of one
 * character and the parser decides. Comments are never tokens of the parser.
 */
import { SqlError } from '../error.ts'
import { ANY_NAME, findKeyword, KEYWORD } from './keywords.ts'
import { decodeEscapes, decodeUnicodeEscapes } from './literals.ts'

export const END: number = 0
/** An unquoted word, folded to lower case; a keyword when its flags say so. */
export const WORD: number = 1
export const QUOTED: number = 2
export const STRING: number = 3
export const NUMBER: number = 4
/** B'…' or X'…': the value begins with the letter. */
export const BITS: number = 5
/** $1 or $name: the value is what follows the dollar. */
export const PARAMETER: number = 6
/** Operators and punctuation. */
export const SYMBOL: number = 7

const SPACE = 1
const WORD_START = 2
const DIGIT = 4
const OPERATOR = 8

const classes = new Uint8Array(128)
for (const c of ' \t\n\r\f\v') classes[c.charCodeAt(0)] = SPACE
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_') classes[c.charCodeAt(0)] = WORD_START
for (const c of '0123456789') classes[c.charCodeAt(0)] = DIGIT
for (const c of '+-*/<>=~!@#%^&|`') classes[c.charCodeAt(0)] = OPERATOR

/** One-character strings by code, so that symbols need no allocation. */
const characters: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

export const isSpace = (code: number): boolean =>
  code < 128 ? classes[code] === SPACE : code === 0xfeff || code === 0xa0 || code === 0x2028 || code === 0x2029
const isWordStart = (code: number): boolean =>
  code < 128 ? classes[code] === WORD_START : code >= 128 && !isSpace(code)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isWordPart = (code: number): boolean => isWordStart(code) || isDigit(code) || code === 36

/** Reads one token after another; the fields describe the last one read. */
export class Scanner {
  readonly text: string
  position: number
  kind: number = END
  start = 0
  /** Words folded, strings and quoted names decoded, numbers without underscores, symbols as written. */
  value = ''
  flags = 0
  /** Backslashes escape in '…' too: standard_conforming_strings is off. */
  escapes: boolean

  constructor(text: string, position = 0, escapes = false) {
    this.text = text
    this.position = position
    this.escapes = escapes
  }

  next(): void {
    const text = this.text
    const start = (this.start = skipSpace(text, this.position))
    if (start >= text.length) {
      this.position = start
      this.kind = END
      this.value = ''
      this.flags = 0
      return
    }
    const code = text.charCodeAt(start)
    const kind = code < 128 ? classes[code] : WORD_START
    if (kind === WORD_START) this.scanWord(code)
    else if (kind === DIGIT) this.scanNumber()
    else if (kind === OPERATOR) this.scanOperator()
    else this.scanOther(code)
  }

  private emit(kind: number, value: string, end: number, flags = 0): void {
    this.kind = kind
    this.value = value
    this.position = end
    this.flags = flags
  }

  private scanWord(first: number): void {
    const text = this.text
    const start = this.start
    if (text.charCodeAt(start + 1) === 39 && this.scanPrefixedString(first)) return
    if ((first | 32) === 117 && text.charCodeAt(start + 1) === 38) {
      const quote = text.charCodeAt(start + 2)
      if (quote === 39 || quote === 34) {
        this.scanUnicode(quote)
        return
      }
    }
    let end = start
    let upper = false
    let ascii = true
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code >= 97 && code <= 122) continue
      if (code >= 65 && code <= 90) upper = true
      else if (code >= 128 && !isSpace(code)) ascii = false
      else if (!(code === 95 || isDigit(code) || code === 36)) break
    }
    let word = text.slice(start, end)
    if (upper) word = ascii ? word.toLowerCase() : word.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    const keyword = findKeyword(word)
    if (keyword === undefined) this.emit(WORD, word, end, ANY_NAME)
    else this.emit(WORD, keyword.word, end, keyword.flags)
  }

  /** E'…', B'…', X'…', N'…' */
  private scanPrefixedString(first: number): boolean {
    switch (first | 32) {
      case 101:
        this.scanString(this.start + 1, true)
        return true
      case 110:
        this.scanString(this.start + 1, this.escapes)
        return true
      case 98:
      case 120: {
        const binary = (first | 32) === 98
        this.scanString(
          this.start + 1,
          false,
          binary ? 'unterminated bit string literal' : 'unterminated hexadecimal string literal',
        )
        this.kind = BITS
        this.value = (binary ? 'b' : 'x') + this.value
        return true
      }
      default:
        return false
    }
  }

  /** A string whose quote is at `quote`, with the pieces that continue it on later lines. */
  private scanString(quote: number, escapes: boolean, unterminated = 'unterminated quoted string'): void {
    const text = this.text
    let value = ''
    let position = quote
    for (;;) {
      const end = escapes ? endOfEscapeString(text, position) : endOfQuoted(text, position, 39)
      if (end < 0) throw this.error(unterminated, this.start)
      let piece = text.slice(position + 1, end)
      if (escapes) {
        if (piece.includes('\\') || piece.includes("''")) piece = decodeEscapes(piece, position + 1)
      } else if (piece.includes("''")) piece = piece.replaceAll("''", "'")
      value = value === '' ? piece : value + piece
      this.position = end + 1
      const next = continuation(text, end + 1)
      if (next < 0) break
      position = next
    }
    this.emit(STRING, value, this.position)
  }

  /** U&'…' and U&"…", with UESCAPE. */
  private scanUnicode(quote: number): void {
    const text = this.text
    const start = this.start
    const body = start + 3
    if (quote === 39 && this.escapes) {
      throw new SqlError('feature_not_supported', 'unsafe use of string constant with Unicode escapes', {
        position: start,
        detail: 'String constants with Unicode escapes cannot be used when standard_conforming_strings is off.',
      })
    }
    if (quote === 39) this.scanString(start + 2, false)
    else this.scanQuotedName(start + 2)
    const { kind, value } = this
    let marker = '\\'
    const after = skipSpace(text, this.position)
    if (/^uescape\b/i.test(text.slice(after, after + 8))) {
      const at = skipSpace(text, after + 7)
      const match = /^'(.)'/su.exec(text.slice(at, at + 5))
      if (match === null && text[at] !== "'") {
        throw this.error('UESCAPE must be followed by a simple string literal', at, Math.max(at + 1, wordEnd(text, at)))
      }
      if (match === null || /[0-9a-fA-F+'"\s]/.test(match[1])) throw this.error('invalid Unicode escape character', at)
      marker = match[1]
      this.position = at + match[0].length
    }
    this.emit(kind, decodeUnicodeEscapes(value, marker, body), this.position, this.flags)
  }

  private scanQuotedName(quote: number): void {
    const end = endOfQuoted(this.text, quote, 34)
    if (end < 0) throw this.error('unterminated quoted identifier', this.start)
    if (end === quote + 1) throw this.error('zero-length delimited identifier', this.start, end + 1)
    const name = this.text.slice(quote + 1, end)
    this.emit(QUOTED, name.includes('"') ? name.replaceAll('""', '"') : name, end + 1, ANY_NAME)
  }

  private scanNumber(): void {
    const text = this.text
    const start = this.start
    let end = start
    if (text.charCodeAt(start) === 48) {
      const match = /^0(?:x(?:_?[0-9a-f])+|o(?:_?[0-7])+|b(?:_?[01])+)/i.exec(text.slice(start, start + 200))
      if (match !== null) {
        end = start + match[0].length
        if (isWordPart(text.charCodeAt(end)))
          throw this.error('trailing junk after numeric literal', start, wordEnd(text, end))
        this.emit(NUMBER, BigInt(match[0].replaceAll('_', '').toLowerCase()).toString(), end)
        return
      }
    }
    let underscores = false
    const digits = (from: number): number => {
      let at = from
      for (;;) {
        const code = text.charCodeAt(at)
        if (isDigit(code)) at++
        else if (code === 95 && at > from && isDigit(text.charCodeAt(at + 1))) {
          underscores = true
          at++
        } else return at
      }
    }
    end = digits(start)
    if (text.charCodeAt(end) === 46 && text.charCodeAt(end + 1) !== 46) end = digits(end + 1)
    if ((text.charCodeAt(end) | 32) === 101) {
      const sign = text.charCodeAt(end + 1)
      const first = sign === 43 || sign === 45 ? end + 2 : end + 1
      if (isDigit(text.charCodeAt(first))) end = digits(first)
    }
    if (end < text.length && isWordPart(text.charCodeAt(end))) {
      throw this.error('trailing junk after numeric literal', start, wordEnd(text, end))
    }
    const value = text.slice(start, end)
    this.emit(NUMBER, underscores ? value.replaceAll('_', '') : value, end)
  }

  /** The longest run of operator characters, cut before a comment, and before a final + or - unless the rest excuses it. */
  private scanOperator(): void {
    const text = this.text
    const start = this.start
    let end = start + 1
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code >= 128 || classes[code] !== OPERATOR) break
      const previous = text.charCodeAt(end - 1)
      if ((code === 45 && previous === 45) || (code === 42 && previous === 47)) {
        end--
        break
      }
    }
    if (end - start === 1) {
      this.emit(SYMBOL, characters[text.charCodeAt(start)], end)
      return
    }
    let run = text.slice(start, end)
    const last = run.charCodeAt(run.length - 1)
    if ((last === 43 || last === 45) && !/[~!@#%^&|`]/.test(run)) run = run.replace(/(?<=.)[+-]+$/, '')
    this.emit(SYMBOL, run === '!=' ? '<>' : run, start + run.length)
  }

  private scanOther(code: number): void {
    const text = this.text
    const start = this.start
    const next = text.charCodeAt(start + 1)
    switch (code) {
      case 39:
        this.scanString(start, this.escapes)
        break
      case 34:
        this.scanQuotedName(start)
        break
      case 46:
        if (isDigit(next)) this.scanNumber()
        else if (next === 46) this.emit(SYMBOL, '..', start + 2)
        else this.emit(SYMBOL, '.', start + 1)
        break
      case 58:
        if (next === 58) this.emit(SYMBOL, '::', start + 2)
        else if (next === 61) this.emit(SYMBOL, ':=', start + 2)
        else this.emit(SYMBOL, ':', start + 1)
        break
      case 36:
        this.scanDollar()
        break
      case 40:
      case 41:
      case 44:
      case 59:
      case 63:
      case 91:
      case 93:
      case 123:
      case 125:
        this.emit(SYMBOL, characters[code], start + 1)
        break
      default:
        throw this.error('syntax error', start, start + 1)
    }
  }

  /** $1, $name, or $tag$ … $tag$ */
  private scanDollar(): void {
    const text = this.text
    const start = this.start
    let end = start + 1
    if (isDigit(text.charCodeAt(end))) {
      while (isDigit(text.charCodeAt(end))) end++
      if (isWordPart(text.charCodeAt(end))) throw this.error('trailing junk after parameter', start, wordEnd(text, end))
      this.emit(PARAMETER, text.slice(start + 1, end), end)
      return
    }
    if (isWordStart(text.charCodeAt(end))) {
      end++
      while (end < text.length && text.charCodeAt(end) !== 36 && isWordPart(text.charCodeAt(end))) end++
    }
    if (text.charCodeAt(end) === 36) {
      const tag = text.slice(start, end + 1)
      const close = text.indexOf(tag, end + 1)
      if (close < 0) throw this.error('unterminated dollar-quoted string', start)
      this.emit(STRING, text.slice(end + 1, close), close + tag.length)
      return
    }
    if (end === start + 1) throw this.error('syntax error', start, end)
    this.emit(PARAMETER, text.slice(start + 1, end), end)
  }

  private error(message: string, start: number, end: number = this.text.length): SqlError {
    const near = this.text.slice(start, end)
    const shown = near.length > 200 ? `${near.slice(0, 200)}…` : near
    const hint = lexicalHints[message] ?? characterHint(near)
    return new SqlError('syntax_error', `${message} at or near "${shown}"`, { position: start, hint })
  }
}

const lexicalHints: Readonly<Record<string, string>> = {
  'unterminated quoted string': 'The string that opens here is never closed. A quote within a string is written twice.',
  'unterminated quoted identifier': 'The name that opens here is never closed.',
  'unterminated dollar-quoted string': 'The string that opens here ends with the same tag that began it.',
  'trailing junk after numeric literal': 'A name cannot begin with a digit unless it is quoted.',
  'zero-length delimited identifier': "An empty string is written ''.",
}

function characterHint(near: string): string | undefined {
  if (near.startsWith('\\')) return 'Commands that begin with a backslash belong to the prompt, not to SQL.'
  return undefined
}

/** The offset of the first character at or after `position` that is neither white space nor comment. */
export function skipSpace(text: string, position: number): number {
  let at = position
  for (;;) {
    const code = text.charCodeAt(at)
    if (code < 128 ? classes[code] === SPACE : isSpace(code)) at++
    else if (code === 45 && text.charCodeAt(at + 1) === 45) {
      const end = text.indexOf('\n', at)
      if (end < 0) return text.length
      at = end + 1
    } else if (code === 47 && text.charCodeAt(at + 1) === 42) at = skipComment(text, at)
    else return at
  }
}

const commentMark = /\/\*|\*\//g

/** Comments nest. */
function skipComment(text: string, start: number): number {
  let depth = 0
  commentMark.lastIndex = start
  for (;;) {
    const match = commentMark.exec(text)
    if (match === null) {
      throw new SqlError('syntax_error', `unterminated /* comment at or near "${text.slice(start, start + 200)}"`, {
        position: start,
        hint: 'Comments nest: each /* needs its own */.',
      })
    }
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return commentMark.lastIndex
  }
}

/** The offset of the closing quote of the text quoted at `start`, where the quote is doubled within; -1 when none. */
function endOfQuoted(text: string, start: number, quote: number): number {
  const mark = characters[quote]
  let at = start + 1
  for (;;) {
    const end = text.indexOf(mark, at)
    if (end < 0) return -1
    if (text.charCodeAt(end + 1) !== quote) return end
    at = end + 2
  }
}

function endOfEscapeString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 92) at++
    else if (code === 39) {
      if (text.charCodeAt(at + 1) !== 39) return at
      at++
    }
  }
  return -1
}

/** Strings with only white space between them that holds a line break are one: the offset of the next quote, or -1. */
function continuation(text: string, position: number): number {
  const first = text.charCodeAt(position)
  if (first === 44 || first === 41 || first === 59) return -1
  let at = position
  let broken = false
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) broken = true
    else if (code === 45 && text.charCodeAt(at + 1) === 45 && broken) {
      const end = text.indexOf('\n', at)
      if (end < 0) return -1
      at = end
    } else if (!(code < 128 && classes[code] === SPACE)) return broken && code === 39 ? at : -1
    at++
  }
}

function wordEnd(text: string, position: number): number {
  let end = position
  while (end < text.length && isWordPart(text.charCodeAt(end))) end++
  return end
}

// ───────────────────────────────────────────────────────── for tools

export type TokenKind =
  | 'word'
  | 'keyword'
  | 'quoted-name'
  | 'string'
  | 'number'
  | 'bit-string'
  | 'parameter'
  | 'symbol'
  | 'comment'
  | 'unterminated'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Words folded, strings decoded, symbols as written; of comments and unterminated text, the text. */
  readonly value: string
}

const kindNames: readonly TokenKind[] = [
  'symbol',
  'word',
  'quoted-name',
  'string',
  'number',
  'bit-string',
  'parameter',
  'symbol',
]

/**
 * Every token with its place, comments included. It never throws: text that is no token (a string that is not closed yet,
 * a stray character) is one token of the kind 'unterminated' reaching to the end, or the stray character alone.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const scanner = new Scanner(text)
  let position = 0
  while (position < text.length) {
    try {
      scanner.next()
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const start = pushComments(text, position, tokens)
      if (start >= text.length) break
      const stray = error.message.startsWith('syntax error')
      const end =
        stray || error.message.startsWith('trailing junk') ? Math.max(start + 1, wordEnd(text, start)) : text.length
      tokens.push({ kind: 'unterminated', start, end, value: text.slice(start, end) })
      scanner.position = position = end
      continue
    }
    pushComments(text, position, tokens)
    position = scanner.position
    if (scanner.kind === END) break
    const kind = scanner.kind === WORD && scanner.flags & KEYWORD ? 'keyword' : kindNames[scanner.kind]
    tokens.push({ kind, start: scanner.start, end: position, value: scanner.value })
  }
  return tokens
}

/** Adds the comments that begin at or after `position`, and answers where the first other text begins. */
function pushComments(text: string, position: number, tokens: Token[]): number {
  let at = position
  for (;;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++
    let end: number
    let kind: TokenKind = 'comment'
    if (text.startsWith('--', at)) {
      end = text.indexOf('\n', at)
      if (end < 0) end = text.length
    } else if (text.startsWith('/*', at)) {
      try {
        end = skipComment(text, at)
      } catch {
        end = text.length
        kind = 'unterminated'
      }
    } else return at
    tokens.push({ kind, start: at, end, value: text.slice(at, end) })
    at = end
  }
}
