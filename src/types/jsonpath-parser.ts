/** Reads a jsonpath: tokens by hand, then operators by how closely they bind. */
import { SqlError } from '../error.ts'
import { Decimal } from './decimal.ts'
import type { Comparison, JsonPath, Method, PathItem, Subscript } from './jsonpath.ts'

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'variable' | 'symbol' | 'end'
  readonly text: string
  /** As it stands in the input. */
  readonly source: string
}

const methods: ReadonlySet<string> = new Set(['type', 'size', 'abs', 'floor', 'double', 'ceiling', 'keyvalue'])
const symbols = /&&|\|\||==|!=|<>|<=|>=|\*\*|[?%$.[\]{}()|&!=<>@#,*:\-+/]/y
const number = /(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y
const wordCharacter = /[^?%$.[\]{}()|&!=<>@#,*:\-+/\s"\\]/y

function syntaxError(message: string): SqlError {
  return new SqlError('syntax_error', message)
}

/** Takes the path of a text; 42601 when it is none. */
export function parseJsonPath(text: string): JsonPath {
  if (text.trim() === '') {
    throw new SqlError('invalid_text_representation', `invalid input syntax for type jsonpath: "${text}"`)
  }
  return new PathParser(text).parse()
}

class PathParser {
  private readonly text: string
  private at = 0
  private token: Token
  /** How many filters and subscripts surround the place: @ and last mean something only within one. */
  private filters = 0
  private subscripts = 0

  constructor(text: string) {
    this.text = text
    this.token = this.scan()
  }

  parse(): JsonPath {
    const strict = this.isWord('strict')
    if (strict || this.isWord('lax')) this.advance()
    const root = this.disjunction()
    if (this.token.kind !== 'end') throw this.unexpected()
    return { lax: !strict, root }
  }

  // ── tokens ──

  private advance(): Token {
    const { token } = this
    this.token = this.scan()
    return token
  }

  private isSymbol(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text
  }

  private isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.text.toLowerCase() === word
  }

  private accept(text: string): boolean {
    if (!this.isSymbol(text)) return false
    this.advance()
    return true
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected()
  }

  private expectWord(word: string): void {
    if (!this.isWord(word)) throw this.unexpected()
    this.advance()
  }

  private unexpected({ source }: Token = this.token): SqlError {
    return syntaxError(
      source === '' ? 'syntax error at end of jsonpath input' : `syntax error at or near "${source}" of jsonpath input`,
    )
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    return pattern.exec(this.text)?.[0]
  }

  private scan(): Token {
    const { text } = this
    for (;;) {
      while (/\s/.test(text[this.at] ?? '')) this.at++
      if (!text.startsWith('/*', this.at)) break
      const end = text.indexOf('*/', this.at + 2)
      if (end < 0) throw syntaxError('unexpected end of comment at end of jsonpath input')
      this.at = end + 2
    }
    const start = this.at
    if (start >= text.length) return { kind: 'end', text: '', source: '' }
    const make = (kind: Token['kind'], value: string): Token => ({
      kind,
      text: value,
      source: text.slice(start, this.at),
    })
    if (text[start] === '"') return { kind: 'string', text: this.quoted(), source: '"' }
    const digits = this.match(number)
    if (digits !== undefined) {
      this.at += digits.length
      const junk = this.match(/[^?%$.[\]{}()|&!=<>@#,*:\-+/\s"\\]+/y)
      if (junk !== undefined) {
        throw syntaxError(`trailing junk after numeric literal at or near "${digits}${junk[0]}" of jsonpath input`)
      }
      return make('number', digits)
    }
    if (text[start] === '$') {
      this.at++
      if (text[this.at] === '"') return make('variable', this.quoted())
      const name = this.word()
      return name === '' ? make('symbol', '$') : make('variable', name)
    }
    const symbol = this.match(symbols)
    if (symbol !== undefined) {
      this.at += symbol.length
      return make('symbol', symbol)
    }
    const word = this.word()
    const after = text[this.at] ?? ''
    return { kind: 'word', text: word, source: /\s/.test(after) ? after : '' }
  }

  private word(): string {
    let word = ''
    for (;;) {
      const character = this.match(wordCharacter)
      if (character !== undefined) {
        word += character
        this.at += character.length
      } else if (this.text[this.at] === '\\') word += this.escape()
      else return word
    }
  }

  private quoted(): string {
    let value = ''
    this.at++
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined) throw syntaxError('unexpected end of quoted string at end of jsonpath input')
      if (character === '"') {
        this.at++
        return value
      }
      if (character === '\\') value += this.escape()
      else {
        value += character
        this.at++
      }
    }
  }

  private escape(): string {
    const rest = this.text.slice(this.at)
    const unicode = /^\\u(?:([0-9a-fA-F]{4})|\{([0-9a-fA-F]{1,6})\})/.exec(rest)
    if (unicode) {
      this.at += unicode[0].length
      const code = Number.parseInt(unicode[1] ?? unicode[2], 16)
      return this.unicode(code)
    }
    const hex = /^\\x([0-9a-fA-F]{2})/.exec(rest)
    if (hex) {
      this.at += hex[0].length
      return this.unicode(Number.parseInt(hex[1], 16))
    }
    const letter = rest[1]
    if (letter === undefined) throw syntaxError('unexpected end after backslash at or near "\\" of jsonpath input')
    if (letter === 'u' || letter === 'x') {
      const found = /^\\(?:u\{?[0-9a-fA-F]*|x[0-9a-fA-F]?)/.exec(rest)![0]
      const what = letter === 'u' ? 'unicode' : 'hex character'
      throw syntaxError(`invalid ${what} sequence at or near "${found}" of jsonpath input`)
    }
    this.at += 2
    return ({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' } as Record<string, string>)[letter] ?? letter
  }

  private unicode(code: number): string {
    if (code === 0) {
      throw new SqlError('untranslatable_character', 'unsupported Unicode escape sequence', {
        detail: '\\u0000 cannot be converted to text.',
      })
    }
    const wrong = (detail: string): SqlError =>
      new SqlError('invalid_text_representation', 'invalid input syntax for type jsonpath', { detail })
    if (code >= 0xd800 && code <= 0xdbff) {
      const low = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(this.text.slice(this.at))
      if (!low) {
        const another = /^\\u[dD][89abAB]/.test(this.text.slice(this.at))
        throw wrong(
          another
            ? 'Unicode high surrogate must not follow a high surrogate.'
            : 'Unicode low surrogate must follow a high surrogate.',
        )
      }
      this.at += low[0].length
      return String.fromCharCode(code, Number.parseInt(low[1], 16))
    }
    if (code >= 0xdc00 && code <= 0xdfff) throw wrong('Unicode low surrogate must follow a high surrogate.')
    return String.fromCodePoint(code)
  }

  // ── predicates ──

  private disjunction(): PathItem {
    let left = this.conjunction()
    while (this.isSymbol('||')) {
      this.needPredicate(left)
      this.advance()
      left = { kind: 'or', left, right: this.needPredicate(this.conjunction()) }
    }
    return left
  }

  private conjunction(): PathItem {
    let left = this.predicate()
    while (this.isSymbol('&&')) {
      this.needPredicate(left)
      this.advance()
      left = { kind: 'and', left, right: this.needPredicate(this.predicate()) }
    }
    return left
  }

  private needPredicate(item: PathItem): PathItem {
    if (isPredicate(item)) return item
    throw this.unexpected()
  }

  private predicate(): PathItem {
    if (this.isSymbol('!')) {
      this.advance()
      if (!this.isSymbol('(') && !this.isWord('exists')) throw this.unexpected()
      const inner = this.isWord('exists') ? this.exists() : this.parenthesised()
      return { kind: 'not', predicate: this.needPredicate(inner) }
    }
    if (this.isWord('exists')) return this.exists()
    const left = this.sum()
    if (this.isWord('is') && isPredicate(left)) {
      this.advance()
      this.expectWord('unknown')
      return { kind: 'is-unknown', predicate: left }
    }
    const operator = this.comparison()
    if (operator) {
      if (isPredicate(left)) throw this.unexpected()
      this.advance()
      const right = this.sum()
      if (isPredicate(right)) throw this.unexpected()
      return { kind: 'compare', operator, left, right }
    }
    if (this.isWord('starts') && !isPredicate(left)) {
      this.advance()
      this.expectWord('with')
      const token = this.advance()
      if (token.kind === 'string') return { kind: 'starts-with', left, right: { kind: 'string', value: token.text } }
      if (token.kind !== 'variable') throw this.unexpected(token)
      return { kind: 'starts-with', left, right: { kind: 'variable', name: token.text } }
    }
    if (this.isWord('like_regex') && !isPredicate(left)) return this.likeRegex(left)
    return left
  }

  private comparison(): Comparison | undefined {
    if (this.token.kind !== 'symbol') return undefined
    switch (this.token.text) {
      case '==':
      case '=':
        return '=='
      case '!=':
      case '<>':
        return '!='
      case '<':
      case '>':
      case '<=':
      case '>=':
        return this.token.text
      default:
        return undefined
    }
  }

  private exists(): PathItem {
    this.advance()
    this.expect('(')
    const path = this.sum()
    if (isPredicate(path)) throw this.unexpected()
    this.expect(')')
    return { kind: 'exists', path }
  }

  private likeRegex(left: PathItem): PathItem {
    this.advance()
    const pattern = this.advance()
    if (pattern.kind !== 'string') throw this.unexpected(pattern)
    let letters = ''
    if (this.isWord('flag')) {
      this.advance()
      const flag = this.advance()
      if (flag.kind !== 'string') throw this.unexpected(flag)
      letters = flag.text
    }
    for (const letter of letters) {
      if (!'ismxq'.includes(letter)) {
        throw new SqlError('syntax_error', 'invalid input syntax for type jsonpath', {
          detail: `Unrecognized flag character "${letter}" in LIKE_REGEX predicate.`,
        })
      }
    }
    if (letters.includes('x') && !letters.includes('q')) {
      throw new SqlError('feature_not_supported', 'XQuery "x" flag (expanded regular expressions) is not implemented')
    }
    const flags = [...'ismxq'].filter((letter) => letters.includes(letter)).join('')
    return { kind: 'like-regex', left, pattern: pattern.text, flags }
  }

  // ── arithmetic ──

  private sum(): PathItem {
    let left = this.product()
    while (this.isSymbol('+') || this.isSymbol('-')) {
      const operator = this.token.text as '+' | '-'
      if (isPredicate(left)) throw this.unexpected()
      this.advance()
      left = { kind: 'arithmetic', operator, left, right: this.operand(this.product()) }
    }
    return left
  }

  private product(): PathItem {
    let left = this.signed()
    while (this.isSymbol('*') || this.isSymbol('/') || this.isSymbol('%')) {
      const operator = this.token.text as '*' | '/' | '%'
      if (isPredicate(left)) throw this.unexpected()
      this.advance()
      left = { kind: 'arithmetic', operator, left, right: this.operand(this.signed()) }
    }
    return left
  }

  private operand(item: PathItem): PathItem {
    if (isPredicate(item)) throw this.unexpected()
    return item
  }

  private signed(): PathItem {
    if (!this.isSymbol('+') && !this.isSymbol('-')) return this.accessors()
    const operator = this.advance().text as '+' | '-'
    const operand = this.operand(this.signed())
    if (operand.kind === 'number' && !operand.next) {
      return { kind: 'number', value: operator === '-' ? operand.value.negate() : operand.value }
    }
    return { kind: 'sign', operator, operand }
  }

  private parenthesised(): PathItem {
    this.expect('(')
    const inner = this.disjunction()
    this.expect(')')
    return inner
  }

  private accessors(): PathItem {
    const steps: PathItem[] = []
    const first: PathItem = this.isSymbol('(') ? this.parenthesised() : this.primary()
    for (;;) {
      const step = this.accessor()
      if (!step) break
      steps.push(step)
    }
    if (steps.length === 0) return first
    return withNext(first, chain(steps)!)
  }

  private primary(): PathItem {
    const token = this.advance()
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: token.text }
      case 'number':
        return { kind: 'number', value: Decimal.parse(token.text) }
      case 'variable':
        return { kind: 'variable', name: token.text }
      case 'symbol':
        if (token.text === '$') return { kind: 'root' }
        if (token.text === '@') {
          if (this.filters === 0) throw syntaxError('@ is not allowed in root expressions')
          return { kind: 'current' }
        }
        break
      case 'word':
        if (token.text === 'null') return { kind: 'null' }
        if (token.text === 'true' || token.text === 'false') return { kind: 'boolean', value: token.text === 'true' }
        if (token.text.toLowerCase() === 'last') {
          if (this.subscripts === 0) throw syntaxError('LAST is allowed only in array subscripts')
          return { kind: 'last' }
        }
        break
      default:
    }
    throw this.unexpected(token)
  }

  private accessor(): PathItem | undefined {
    if (this.accept('[')) return this.subscript()
    if (this.accept('?')) {
      this.expect('(')
      this.filters++
      const predicate = this.needPredicate(this.disjunction())
      this.filters--
      this.expect(')')
      return { kind: 'filter', predicate }
    }
    if (!this.accept('.')) return undefined
    if (this.accept('*')) return { kind: 'any-key' }
    if (this.accept('**')) return this.anyLevels()
    const token = this.advance()
    if (token.kind === 'string') return { kind: 'key', name: token.text }
    if (token.kind !== 'word') throw this.unexpected(token)
    if (!this.isSymbol('(')) return { kind: 'key', name: token.text }
    const name = token.text.toLowerCase()
    if (!methods.has(name) && name !== 'datetime') throw this.unexpected()
    this.advance()
    if (name === 'datetime' && !this.isSymbol(')')) {
      const template = this.advance()
      if (template.kind !== 'string') throw this.unexpected(template)
      this.expect(')')
      return { kind: 'datetime', template: template.text }
    }
    this.expect(')')
    return name === 'datetime' ? { kind: 'datetime' } : { kind: 'method', name: name as Method }
  }

  private subscript(): PathItem {
    if (this.accept('*')) {
      this.expect(']')
      return { kind: 'any-element' }
    }
    this.subscripts++
    const list: Subscript[] = []
    do {
      const from = this.operand(this.sum())
      if (this.isWord('to')) {
        this.advance()
        list.push({ from, to: this.operand(this.sum()) })
      } else list.push({ from })
    } while (this.accept(','))
    this.subscripts--
    this.expect(']')
    return { kind: 'subscripts', list }
  }

  private anyLevels(): PathItem {
    if (!this.accept('{')) return { kind: 'any', first: 0, last: Number.POSITIVE_INFINITY }
    const level = (): number => {
      if (this.isWord('last')) {
        this.advance()
        return Number.POSITIVE_INFINITY
      }
      const token = this.advance()
      if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected(token)
      return Number(token.text)
    }
    const first = level()
    let last = first
    if (this.isWord('to')) {
      this.advance()
      last = level()
    }
    this.expect('}')
    return { kind: 'any', first, last }
  }
}

function chain(steps: readonly PathItem[]): PathItem | undefined {
  let next: PathItem | undefined
  for (let i = steps.length - 1; i >= 0; i--) next = next ? ({ ...steps[i], next } as PathItem) : steps[i]
  return next
}

/** The item with more steps after those that it has. */
function withNext(item: PathItem, next: PathItem): PathItem {
  return { ...item, next: item.next ? withNext(item.next, next) : next }
}

/** Whether the item is true, false or unknown rather than a sequence of items. */
function isPredicate(item: PathItem): boolean {
  if (item.next) return false
  switch (item.kind) {
    case 'and':
    case 'or':
    case 'not':
    case 'is-unknown':
    case 'exists':
    case 'compare':
    case 'starts-with':
    case 'like-regex':
      return true
    default:
      return false
  }
}
