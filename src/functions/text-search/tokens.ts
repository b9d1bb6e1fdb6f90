/**
 * Documents taken apart into tokens, as PostgreSQL's default parser does. What may begin at a character is tried in a fixed
 * order, and the first form that fits is the token: `48e63cc` is the number `48e63` and the word `cc`, `48a63` one word.
 */

/** All types in the order of PostgreSQL's numbers, which start at 1, with what they stand for. */
export const tokenTypes = {
  asciiword: 'Word, all ASCII',
  word: 'Word, all letters',
  numword: 'Word, letters and digits',
  email: 'Email address',
  url: 'URL',
  host: 'Host',
  sfloat: 'Scientific notation',
  version: 'Version number',
  hword_numpart: 'Hyphenated word part, letters and digits',
  hword_part: 'Hyphenated word part, all letters',
  hword_asciipart: 'Hyphenated word part, all ASCII',
  blank: 'Space symbols',
  tag: 'XML tag',
  protocol: 'Protocol head',
  numhword: 'Hyphenated word, letters and digits',
  asciihword: 'Hyphenated word, all ASCII',
  hword: 'Hyphenated word, all letters',
  url_path: 'URL path',
  file: 'File or path name',
  float: 'Decimal notation',
  int: 'Signed integer',
  uint: 'Unsigned integer',
  entity: 'XML entity',
} as const

export type TokenType = keyof typeof tokenTypes

const unindexed: ReadonlySet<TokenType> = new Set<TokenType>(['blank', 'tag', 'protocol', 'entity'])

/** Whether tokens of a type are words of the document. */
export function isIndexed(type: TokenType): boolean {
  return !unindexed.has(type)
}

export interface Token {
  readonly type: TokenType
  readonly text: string
}

const letter = '(?![0-9])[\\p{Alphabetic}\\p{Nd}]'
/** What a word goes on with: letters, digits, and marks that take no place of their own. */
const inWord = '[\\p{Alphabetic}\\p{Nd}\\p{M}\\p{Cf}]'
const hyphenPart = `(?:${letter}|[0-9]+(?![0-9])${inWord})${inWord}*`
const run = '[A-Za-z0-9]+'
const labels = `${run}(?:[-_.]${run})*`
const exponent = '[eE][+-]?[0-9]+'

/** In paths, `.`, `..` and `~` may stand before names and slashes. */
const slash = '/(?:[~.]/|\\.\\./)*(?:[~.]?[A-Za-z0-9_]|\\.\\.(?=[/\\s]|$))'
const path = `(?:[A-Za-z0-9_-]|\\.(?=[A-Za-z0-9_])|${slash})*`

const tagName = '[A-Za-z0-9:_.-]*'
const attributes = `(?:[A-Za-z0-9=_#/:.&?%~\\s-]|"(?:[^"\\\\]|\\\\[^])*"|'(?:[^'\\\\]|\\\\[^])*')*`

const forms = {
  ascii: '[A-Za-z]+',
  digits: '[0-9]+',
  letters: '(?:(?![0-9])[\\p{Alphabetic}\\p{Nd}\\p{M}\\p{Cf}])*',
  word: `${inWord}*`,
  first: letter,
  labels,
  host: `${run}(?:[-_.]${run})*\\.[A-Za-z]{2,}(?![A-Za-z0-9])(?::[0-9]+)?`,
  urlPath: '/[!#-;=?-\\[\\]_a-z~]+',
  protocol: '://',
  exponent,
  fraction: '\\.[0-9]+',
  signed: `[+-](?![0-9]+\\.[0-9]+\\.[0-9])[0-9]+(?:\\.[0-9]+)?(?:${exponent})?`,
  hyphens: `(?:-${hyphenPart})+`,
  hyphenPart,
  hyphen: `-(?=${inWord})`,
  blank: `[^](?:(?![-<&+/]|${letter}|[0-9])[^])*`,
  ignored: '[^][^<]*',
  entity: '&(?:[A-Za-z:_][A-Za-z0-9:_.-]*|#[0-9]+|#[xX][0-9a-fA-F]+);',
  fileAfterWord: `${slash}${path}`,
  fileAfterDot: `\\.[A-Za-z0-9_]${path}`,
  file: `(?:~?${slash}|~[A-Za-z0-9_]|\\.\\.?${slash})${path}|\\.\\.(?:/|(?=\\s|$))`,
  tag: `<(?:/?[A-Za-z]${tagName}|[:_]${tagName})(?:/?>|\\s${attributes}>)|<(?:![dD]|\\?[xX])${attributes}>|<!--[^]*?-->`,
} as const

type Form = keyof typeof forms

let compiled: { readonly [form in Form]: RegExp } | undefined

/** All of a text as tokens, one after another; what is between words is blank. */
export function* tokens(text: string): Generator<Token> {
  const scanner = new Scanner(text)
  while (scanner.at < text.length) yield* scanner.next()
}

class Scanner {
  at = 0
  private readonly text: string
  /** Within a script or a style sheet. */
  private isCode = false

  constructor(text: string) {
    this.text = text
  }

  next(): Token[] {
    const start = this.at
    const found = this.token(start)
    this.at += found.text.length
    switch (found.type) {
      case 'tag': {
        const code = /^<(\/?)(?:script|style)[\s>]/i.exec(found.text)
        if (code) this.isCode = code[1] === ''
        break
      }
      case 'url': {
        const name = this.match('host', start)!
        return [found, { type: 'host', text: name }, { type: 'url_path', text: found.text.slice(name.length) }]
      }
      case 'asciihword':
      case 'hword':
      case 'numhword':
        return [found, ...this.partsOfHyphenated(start)]
    }
    return [found]
  }

  /** The text of a form at a place. */
  private match(form: Form, at: number): string | undefined {
    compiled ??= Object.fromEntries(
      Object.entries(forms).map(([name, source]) => [name, new RegExp(source, 'uy')]),
    ) as unknown as typeof compiled
    const expression = compiled![form]
    expression.lastIndex = at
    return expression.exec(this.text)?.[0]
  }

  private token(at: number, hostsAlone = false): Token {
    const { text } = this
    const found = (type: TokenType, form: Form): Token | undefined => {
      const matched = this.match(form, at)
      return matched === undefined ? undefined : { type, text: matched }
    }
    switch (text[at]) {
      case '<': {
        const tag = found('tag', 'tag')
        if (tag) return tag
        break
      }
      case '&':
        return found('entity', 'entity') ?? found('blank', 'blank')!
    }
    if (this.isCode) return found('blank', 'ignored')!
    if (this.match('digits', at)) return this.number(at, hostsAlone)
    if (this.match('first', at)) return this.word(at, hostsAlone)
    const signed = this.match('signed', at)
    if (signed) return { type: /e/i.test(signed) ? 'sfloat' : signed.includes('.') ? 'float' : 'int', text: signed }
    return found('file', 'file') ?? found('blank', 'blank')!
  }

  private number(at: number, hostsAlone: boolean): Token {
    const own = this.match('digits', at)!
    const end = at + own.length
    const next = this.text[end]
    if (next === '.') {
      const name = this.name(at, hostsAlone)
      if (name) return name
      let number = own
      let parts = 0
      for (let part = this.match('fraction', end); part; part = this.match('fraction', at + number.length)) {
        number += part
        if (++parts > 1) continue
        const power = this.match('exponent', at + number.length)
        if (power) return { type: 'sfloat', text: number + power }
      }
      return { type: parts === 0 ? 'uint' : parts === 1 ? 'float' : 'version', text: number }
    }
    const power = this.match('exponent', end)
    if (power) return { type: 'sfloat', text: own + power }
    const name = this.name(at, hostsAlone)
    if (name) return name
    if (this.match('word', end)) return this.numberedWord(at)
    const file = this.match('fileAfterWord', end)
    return file ? { type: 'file', text: own + file } : { type: 'uint', text: own }
  }

  private word(at: number, hostsAlone: boolean): Token {
    const own = this.match('ascii', at)
    if (own) {
      const end = at + own.length
      const name = this.name(at, hostsAlone)
      if (name) return name
      const file = this.match('fileAfterDot', end) ?? this.match('fileAfterWord', end)
      if (file) return { type: 'file', text: own + file }
      const mark = this.match('protocol', end)
      if (mark) return { type: 'protocol', text: own + mark }
    }
    const letters = this.match('letters', at)!
    const end = at + letters.length
    if (/[0-9]/.test(this.text[end] ?? '')) return this.numberedWord(at)
    const isAscii = letters === own
    return this.hyphenated(at, letters) ?? { type: isAscii ? 'asciiword' : 'word', text: letters }
  }

  /** A word with digits. */
  private numberedWord(at: number): Token {
    const own = this.match('word', at)!
    const end = at + own.length
    const email = this.email(at, end)
    if (email) return email
    const file = this.match('fileAfterWord', end) ?? this.match('fileAfterDot', end)
    if (file) return { type: 'file', text: own + file }
    return this.hyphenated(at, own) ?? { type: 'numword', text: own }
  }

  /** An email address, a URL or a host. */
  private name(at: number, hostsAlone: boolean): Token | undefined {
    const email = this.email(at, at + this.match('labels', at)!.length)
    if (email) return email
    const host = this.match('host', at)
    if (!host) return undefined
    const path = hostsAlone ? undefined : this.match('urlPath', at + host.length)
    return path ? { type: 'url', text: host + path } : { type: 'host', text: host }
  }

  private email(at: number, end: number): Token | undefined {
    if (this.text[end] !== '@' || end + 1 >= this.text.length) return undefined
    const host = this.token(end + 1, true)
    return host.type === 'host' ? { type: 'email', text: `${this.text.slice(at, end)}@${host.text}` } : undefined
  }

  private hyphenated(at: number, first: string): Token | undefined {
    const rest = this.match('hyphens', at + first.length)
    if (!rest) return undefined
    const text = first + rest
    const type = /[0-9]/.test(text) ? 'numhword' : /^[A-Za-z-]+$/.test(text) ? 'asciihword' : 'hword'
    return { type, text }
  }

  /** The parts of a word with hyphens, up to one that is no word. */
  private *partsOfHyphenated(start: number): Generator<Token> {
    this.at = start
    for (;;) {
      const text = this.match('hyphenPart', this.at)
      if (!text) return
      this.at += text.length
      const type = /[0-9]/.test(text) ? 'hword_numpart' : /^[A-Za-z]+$/.test(text) ? 'hword_asciipart' : 'hword_part'
      yield { type, text }
      const hyphen = this.match('hyphen', this.at)
      if (!hyphen) return
      this.at++
      yield { type: 'blank', text: hyphen }
    }
  }
}
