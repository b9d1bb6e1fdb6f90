/**
 * Reads PostgreSQL's advanced regular expressions (manual 9.7.3) into a tree: alternatives of sequences of quantified
 * atoms. Bracket expressions and escapes are turned into JavaScript's spelling right away, since both languages agree on
 * what they mean.
 */
import { SqlError } from '../../error.ts'

export interface Alternatives {
  readonly branches: readonly (readonly Piece[])[]
}

export interface Piece {
  readonly atom: Atom
  readonly min: number
  /** Infinity when there is no limit. */
  readonly max: number
  readonly lazy: boolean
  /** Written with a quantifier, if only `{1,1}`. */
  readonly quantified: boolean
}

export type Atom =
  /** One plain character. */
  | { readonly kind: 'char'; readonly char: string }
  /** What JavaScript writes the same: classes and escapes for one character, and constraints, which consume none. */
  | { readonly kind: 'source'; readonly source: string; readonly consumes?: boolean }
  | { readonly kind: 'group'; readonly capture: boolean; readonly body: Alternatives }
  | { readonly kind: 'look'; readonly open: string; readonly body: Alternatives }
  | { readonly kind: 'back'; readonly index: number }

export interface ParsedRegex {
  readonly body: Alternatives
  readonly groupCount: number
  readonly ignoreCase: boolean
}

/** What the letters of a flags argument and of `(?…)` at the beginning switch. */
export interface RegexOptions {
  ignoreCase: boolean
  /** `.` and negated brackets stop at line ends. */
  lineDots: boolean
  /** `^` and `$` match at line ends. */
  lineAnchors: boolean
  expanded: boolean
  literal: boolean
  basic: boolean
}

export function defaultOptions(): RegexOptions {
  return { ignoreCase: false, lineDots: false, lineAnchors: false, expanded: false, literal: false, basic: false }
}

/** Applies one option letter; false when there is no such letter. */
export function applyOption(options: RegexOptions, letter: string): boolean {
  switch (letter) {
    case 'i':
      options.ignoreCase = true
      return true
    case 'c':
      options.ignoreCase = false
      return true
    case 'm':
    case 'n':
      options.lineDots = options.lineAnchors = true
      return true
    case 'p':
      options.lineDots = true
      options.lineAnchors = false
      return true
    case 'w':
      options.lineDots = false
      options.lineAnchors = true
      return true
    case 's':
      options.lineDots = options.lineAnchors = false
      return true
    case 'x':
      options.expanded = true
      return true
    case 't':
      options.expanded = false
      return true
    case 'q':
      options.literal = true
      return true
    case 'b':
      options.basic = true
      return true
    case 'e':
      return true
    default:
      return false
  }
}

export function invalidRegex(reason: string): SqlError {
  return new SqlError('invalid_regular_expression', `invalid regular expression: ${reason}`)
}

const WORD = '\\p{Alphabetic}\\p{Nd}_'
/** White space but for what does not break. */
const SPACE = '\\t-\\r \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000'
const wordStart = `(?<![${WORD}])(?=[${WORD}])`
const wordEnd = `(?<=[${WORD}])(?![${WORD}])`

/** Spaces that do not break, which are seen as signs. */
const TIED = '\\xa0\\u2007\\u202f'
const GRAPH = `\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}${TIED}`

/** Class names to the inside of a JavaScript class; what cannot be said there is a pattern of one character, after a bar. */
const classes: { readonly [name: string]: string } = {
  alpha: '|(?![0-9])[\\p{Alphabetic}\\p{Nd}]',
  digit: '0-9',
  alnum: '\\p{Alphabetic}\\p{Nd}',
  upper: '\\p{Uppercase}\\p{Lt}',
  lower: '\\p{Lowercase}\\u01c5\\u01c8\\u01cb\\u01f2',
  space: SPACE,
  blank: ' \\t',
  punct: `|(?![\\p{Alphabetic}\\p{Nd}])[${GRAPH}]`,
  cntrl: '\\p{Cc}',
  graph: GRAPH,
  print: `${GRAPH}\\p{Zs}`,
  xdigit: '0-9A-Fa-f',
  word: WORD,
  ascii: '\\x00-\\x7f',
}

const collatingNames: { readonly [name: string]: string } = {
  space: ' ',
  tab: '\t',
  newline: '\n',
  hyphen: '-',
  period: '.',
  slash: '/',
  backslash: '\\',
  comma: ',',
  colon: ':',
  NUL: '\0',
}

const MAX_REPEAT = 255

export function parseRegex(pattern: string, options: RegexOptions): ParsedRegex {
  return new RegexParser(pattern, options).parse()
}

class RegexParser {
  private readonly text: string
  private readonly options: RegexOptions
  private at = 0
  private groups = 0
  /** Inside of lookahead and lookbehind nothing is captured or referred to. */
  private lookDepth = 0
  private closedGroups = new Set<number>()

  constructor(pattern: string, options: RegexOptions) {
    this.text = pattern
    this.options = { ...options }
  }

  parse(): ParsedRegex {
    this.readDirector()
    const { options } = this
    const body = options.literal ? this.literal() : this.alternatives(0)
    if (this.at < this.text.length) throw invalidRegex('parentheses () not balanced')
    return { body, groupCount: this.groups, ignoreCase: options.ignoreCase }
  }

  /** `***:`, `***=` and `(?letters)` at the very beginning. */
  private readDirector(): void {
    if (this.text.startsWith('***=')) {
      this.at = 4
      this.options.literal = true
      return
    }
    if (this.text.startsWith('***')) {
      if (this.text[3] !== ':') throw invalidRegex('quantifier operand invalid')
      this.at = 4
    }
    const match = /^\(\?([a-z]+)(\)?)/i.exec(this.text.slice(this.at))
    if (!match) return
    if (match[2] === undefined) throw invalidRegex('invalid embedded option')
    for (const letter of match[1]) if (!applyOption(this.options, letter)) throw invalidRegex('invalid embedded option')
    this.at += match[0].length
  }

  private literal(): Alternatives {
    const pieces = [...this.text.slice(this.at)].map((char) => once({ kind: 'char', char }))
    this.at = this.text.length
    return { branches: [pieces] }
  }

  private alternatives(depth: number): Alternatives {
    const branches: Piece[][] = [[]]
    for (;;) {
      this.skipBlanks()
      if (this.at >= this.text.length) break
      const char = this.text[this.at]
      if (this.options.basic ? this.text.startsWith('\\)', this.at) : char === ')') {
        if (depth === 0) throw invalidRegex('parentheses () not balanced')
        break
      }
      if (char === '|' && !this.options.basic) {
        this.at++
        branches.push([])
        continue
      }
      branches[branches.length - 1].push(this.piece(depth, branches[branches.length - 1].length === 0))
    }
    return { branches }
  }

  private skipBlanks(): void {
    for (;;) {
      if (this.text.startsWith('(?#', this.at)) {
        const end = this.text.indexOf(')', this.at)
        if (end < 0) throw invalidRegex('parentheses () not balanced')
        this.at = end + 1
      } else if (this.options.expanded && /\s/.test(this.text[this.at] ?? '')) {
        this.at++
      } else if (this.options.expanded && this.text[this.at] === '#') {
        while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++
      } else {
        return
      }
    }
  }

  private piece(depth: number, isFirst: boolean): Piece {
    const atom = this.options.basic ? this.basicAtom(depth, isFirst) : this.atom(depth)
    this.skipBlanks()
    return this.quantifier(atom)
  }

  private quantifier(atom: Atom): Piece {
    const char = this.text[this.at]
    let min = 1
    let max = 1
    const basic = this.options.basic
    const braces = basic
      ? this.text.startsWith('\\{', this.at)
      : char === '{' && /\d/.test(this.text[this.at + 1] ?? '')
    if (char === '*') {
      min = 0
      max = Number.POSITIVE_INFINITY
      this.at++
    } else if (char === '+' && !basic) {
      max = Number.POSITIVE_INFINITY
      this.at++
    } else if (char === '?' && !basic) {
      min = 0
      this.at++
    } else if (braces) {
      const match = (basic ? /^\\\{(\d+)(,(\d*))?\\\}/ : /^\{(\d+)(,(\d*))?\}/).exec(this.text.slice(this.at))
      if (!match) {
        throw invalidRegex(
          this.text.indexOf('}', this.at) < 0 ? 'braces {} not balanced' : 'invalid repetition count(s)',
        )
      }
      min = Number(match[1])
      max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])
      if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY) || min > max) {
        throw invalidRegex('invalid repetition count(s)')
      }
      this.at += match[0].length
    } else {
      return once(atom)
    }
    let lazy = false
    if (!basic && this.text[this.at] === '?') {
      lazy = true
      this.at++
    }
    const isConstraint = atom.kind === 'look' || (atom.kind === 'source' && !atom.consumes)
    if (isConstraint || (!basic && /[*+?]/.test(this.text[this.at] ?? '')))
      throw invalidRegex('quantifier operand invalid')
    return { atom, min, max, lazy, quantified: true }
  }

  private basicAtom(depth: number, isFirst: boolean): Atom {
    const char = this.text[this.at]
    if (this.text.startsWith('\\(', this.at)) {
      this.at += 2
      return this.group(depth, '\\)')
    }
    if (char === '*' && isFirst) return this.plain()
    if (char === '^' && !isFirst) return this.plain()
    if (char === '$' && this.at < this.text.length - 1 && !this.text.startsWith('\\)', this.at + 1)) return this.plain()
    if (char === '\\') {
      const next = this.text[this.at + 1]
      if (next === undefined) throw invalidRegex('invalid escape \\ sequence')
      if (/[1-9]/.test(next)) return this.escape()
      if (next === '<' || next === '>') {
        this.at += 2
        return { kind: 'source', source: next === '<' ? wordStart : wordEnd }
      }
      this.at++
      return this.plain()
    }
    return '.[^$'.includes(char) ? this.atom(depth) : this.plain()
  }

  private plain(): Atom {
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!)
    this.at += char.length
    return { kind: 'char', char }
  }

  private atom(depth: number): Atom {
    const char = this.text[this.at]
    switch (char) {
      case '(':
        return this.parenthesis(depth)
      case '[':
        return this.bracket()
      case '.':
        this.at++
        return { kind: 'source', source: this.options.lineDots ? '[^\\n]' : '[^]', consumes: true }
      case '^':
        this.at++
        return { kind: 'source', source: this.options.lineAnchors ? '(?:^|(?<=\\n))' : '^' }
      case '$':
        this.at++
        return { kind: 'source', source: this.options.lineAnchors ? '(?:$|(?=\\n))' : '$' }
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        throw invalidRegex('quantifier operand invalid')
      case '{':
        if (/\d/.test(this.text[this.at + 1] ?? '')) throw invalidRegex('quantifier operand invalid')
        return this.plain()
      default:
        return this.plain()
    }
  }

  private parenthesis(depth: number): Atom {
    const look = /^\((\?<?[=!])/.exec(this.text.slice(this.at, this.at + 4))
    if (look) {
      this.at += look[0].length
      this.lookDepth++
      const body = this.closing(depth, ')')
      this.lookDepth--
      return { kind: 'look', open: look[1], body }
    }
    if (this.text.startsWith('(?:', this.at)) {
      this.at += 3
      return { kind: 'group', capture: false, body: this.closing(depth, ')') }
    }
    if (this.text.startsWith('(?', this.at)) throw invalidRegex('quantifier operand invalid')
    this.at++
    if (this.lookDepth > 0) return { kind: 'group', capture: false, body: this.closing(depth, ')') }
    return this.group(depth, ')')
  }

  private group(depth: number, close: string): Atom {
    const index = ++this.groups
    const body = this.closing(depth, close)
    this.closedGroups.add(index)
    return { kind: 'group', capture: true, body }
  }

  private closing(depth: number, close: string): Alternatives {
    if (depth > 500) throw invalidRegex('regular expression is too complex')
    const body = this.alternatives(depth + 1)
    if (!this.text.startsWith(close, this.at)) throw invalidRegex('parentheses () not balanced')
    this.at += close.length
    return body
  }

  private escape(): Atom {
    const next = this.text[this.at + 1]
    if (next === undefined) throw invalidRegex('invalid escape \\ sequence')
    this.at += 2
    switch (next) {
      case 'd':
        return { kind: 'source', source: '\\d', consumes: true }
      case 'D':
        return { kind: 'source', source: '\\D', consumes: true }
      case 's':
        return { kind: 'source', source: `[${SPACE}]`, consumes: true }
      case 'S':
        return { kind: 'source', source: `[^${SPACE}]`, consumes: true }
      case 'w':
        return { kind: 'source', source: `[${WORD}]`, consumes: true }
      case 'W':
        return { kind: 'source', source: `[^${WORD}]`, consumes: true }
      case 'A':
        return { kind: 'source', source: '^' }
      case 'Z':
        return { kind: 'source', source: '$' }
      case 'm':
        return { kind: 'source', source: wordStart }
      case 'M':
        return { kind: 'source', source: wordEnd }
      case 'y':
        return { kind: 'source', source: `(?:${wordStart}|${wordEnd})` }
      case 'Y':
        return { kind: 'source', source: `(?!${wordStart}|${wordEnd})` }
    }
    if (/[1-9]/.test(next)) {
      const digits = /^\d+/.exec(this.text.slice(this.at - 1))![0]
      const index = Number(digits)
      if (digits.length === 1 || this.closedGroups.has(index)) {
        if (!this.closedGroups.has(index) || this.lookDepth > 0) throw invalidRegex('invalid backreference number')
        this.at += digits.length - 1
        return { kind: 'back', index }
      }
    }
    return { kind: 'char', char: this.characterEscape(next) }
  }

  /** The character that an escape stands for; `at` is behind the letter. */
  private characterEscape(letter: string): string {
    const hex = (length: number): string => {
      const digits = this.text.slice(this.at, this.at + length)
      if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) throw invalidRegex('invalid escape \\ sequence')
      this.at += length
      const code = Number.parseInt(digits, 16)
      if (code > 0x10ffff) throw invalidRegex('invalid escape \\ sequence')
      return String.fromCodePoint(code)
    }
    switch (letter) {
      case 'a':
        return '\x07'
      case 'b':
        return '\b'
      case 'B':
        return '\\'
      case 'c': {
        const char = this.text[this.at++]
        if (char === undefined) throw invalidRegex('invalid escape \\ sequence')
        return String.fromCharCode(char.charCodeAt(0) & 31)
      }
      case 'e':
        return '\x1b'
      case 'f':
        return '\f'
      case 'n':
        return '\n'
      case 'r':
        return '\r'
      case 't':
        return '\t'
      case 'v':
        return '\v'
      case 'u':
        return hex(4)
      case 'U':
        return hex(8)
      case 'x': {
        const digits = /^[0-9a-fA-F]+/.exec(this.text.slice(this.at))
        if (!digits) throw invalidRegex('invalid escape \\ sequence')
        return hex(digits[0].length)
      }
    }
    if (/[0-7]/.test(letter)) {
      const digits = /^[0-7]{1,3}/.exec(this.text.slice(this.at - 1))![0]
      this.at += digits.length - 1
      return String.fromCharCode(Number.parseInt(digits, 8))
    }
    if (/[a-zA-Z0-9]/.test(letter)) throw invalidRegex('invalid escape \\ sequence')
    const full = String.fromCodePoint(this.text.codePointAt(this.at - 1)!)
    this.at += full.length - 1
    return full
  }

  private bracket(): Atom {
    if (this.text.startsWith('[[:<:]]', this.at) || this.text.startsWith('[[:>:]]', this.at)) {
      const source = this.text[this.at + 3] === '<' ? wordStart : wordEnd
      this.at += 7
      return { kind: 'source', source }
    }
    this.at++
    const negated = this.text[this.at] === '^'
    if (negated) this.at++
    let source = ''
    const further: string[] = []
    let isFirst = true
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) throw invalidRegex('brackets [] not balanced')
      if (char === ']' && !isFirst) break
      isFirst = false
      const item = this.bracketItem()
      if (item.length > 1 && item.startsWith('class:')) {
        if (item[6] === '|') further.push(item.slice(7))
        else source += item.slice(6)
        continue
      }
      if (this.text[this.at] === '-' && this.text[this.at + 1] !== ']' && this.at + 1 < this.text.length) {
        this.at++
        const end = this.bracketItem()
        if (end.startsWith('class:') && end.length > 1) throw invalidRegex('invalid character range')
        if (item.codePointAt(0)! > end.codePointAt(0)!) throw invalidRegex('invalid character range')
        source += `${quoteInClass(item)}-${quoteInClass(end)}`
        // A range does not begin another.
        if (this.text[this.at] === '-' && this.text[this.at + 1] !== ']') throw invalidRegex('invalid character range')
      } else {
        source += quoteInClass(item)
      }
    }
    this.at++
    if (further.length > 0) {
      const any = [...further, ...(source === '' ? [] : [`[${source}]`])].join('|')
      const whole = negated ? `(?!${any})[^${this.options.lineDots ? '\\n' : ''}]` : `(?:${any})`
      return { kind: 'source', source: whole, consumes: true }
    }
    if (negated && this.options.lineDots) source += '\\n'
    return { kind: 'source', source: `[${negated ? '^' : ''}${source}]`, consumes: true }
  }

  /** One member of a bracket expression: a character, or 'class:' and what stands for it in a JavaScript class. */
  private bracketItem(): string {
    const rest = this.text.slice(this.at)
    const named = /^\[([:.=])(.*?)\1\]/s.exec(rest)
    if (named) {
      this.at += named[0].length
      const [, kind, name] = named
      if (kind === ':') {
        const inside = classes[name]
        if (inside === undefined) throw invalidRegex('invalid character class')
        return `class:${inside}`
      }
      const char = [...name].length === 1 ? name : collatingNames[name]
      if (char === undefined) throw invalidRegex('invalid collating element')
      return char
    }
    if (/^\[[:.=]/.test(rest)) throw invalidRegex('brackets [] not balanced')
    if (rest[0] === '\\' && !this.options.basic) {
      const letter = rest[1]
      if (letter === undefined) throw invalidRegex('invalid escape \\ sequence')
      this.at += 2
      switch (letter) {
        case 'd':
          return 'class:\\d'
        case 'D':
          return 'class:\\D'
        case 's':
        case 'S':
          return `class:\\${letter}`
        case 'w':
          return `class:${WORD}`
        default:
          return this.characterEscape(letter)
      }
    }
    const char = String.fromCodePoint(rest.codePointAt(0)!)
    this.at += char.length
    return char
  }
}

function once(atom: Atom): Piece {
  return { atom, min: 1, max: 1, lazy: false, quantified: false }
}

function quoteInClass(char: string): string {
  return /[\\\]^[\-/&~!#$%*+,.:;<=>?@`{|}]/.test(char) && char.length === 1
    ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    : char
}
