/**
 * The parser's place in the tokens of one statement. Tokens are scanned when first looked at and kept until the statement
 * is done, so that the grammar may look ahead as far as it needs; nothing ever steps back.
 */
import { SqlError } from '../error.ts'
import type { Identifier, QualifiedName, Span } from './ast.ts'
import { COLUMN_NAME, FUNCTION_NAME } from './keywords.ts'
import { END, QUOTED, Scanner, STRING, SYMBOL, WORD } from './scanner.ts'
import { syntaxError } from './syntax-error.ts'

/** Deeper nesting than this is refused, so that neither we nor who walks the tree later runs out of stack. */
const maximumDepth = 400

export class Cursor {
  readonly text: string
  /** The current token. */
  kind: number = END
  value = ''
  flags = 0
  start = 0
  /** Parameters seen in this statement. */
  questionMarks = 0
  parameterCount = 0
  parameterNames: string[] = []

  private readonly scanner: Scanner
  private index = 0
  private readonly kinds: number[] = []
  private readonly values: string[] = []
  private readonly starts: number[] = []
  private readonly ends: number[] = []
  private readonly flagList: number[] = []
  private count = 0
  private depth = 0

  constructor(text: string, position = 0, escapes = false) {
    this.text = text
    this.scanner = new Scanner(text, position, escapes)
    this.scan()
    this.load()
  }

  private scan(): void {
    const scanner = this.scanner
    scanner.next()
    const at = this.count++
    this.kinds[at] = scanner.kind
    this.values[at] = scanner.value
    this.starts[at] = scanner.start
    this.ends[at] = scanner.position
    this.flagList[at] = scanner.flags
  }

  private load(): void {
    const index = this.index
    this.kind = this.kinds[index]
    this.value = this.values[index]
    this.flags = this.flagList[index]
    this.start = this.starts[index]
  }

  /** From the next token on: whether backslashes escape in plain strings. */
  set escapes(escapes: boolean) {
    this.scanner.escapes = escapes
  }

  /** Forgets the tokens before the current one, and the parameters: a new statement begins. */
  beginStatement(): void {
    if (this.count > 100_000) {
      for (const list of [this.kinds, this.values, this.starts, this.ends, this.flagList]) list.splice(0, this.index)
      this.count -= this.index
    } else {
      const kept = this.count - this.index
      for (let i = 0; i < kept; i++) {
        this.kinds[i] = this.kinds[this.index + i]
        this.values[i] = this.values[this.index + i]
        this.starts[i] = this.starts[this.index + i]
        this.ends[i] = this.ends[this.index + i]
        this.flagList[i] = this.flagList[this.index + i]
      }
      this.count = kept
    }
    this.index = 0
    this.depth = 0
    this.questionMarks = 0
    this.parameterCount = 0
    this.parameterNames = []
  }

  /** Continues from an offset of the text that somebody else has read up to; the tokens looked at beyond are dropped. */
  jump(position: number): void {
    this.count = this.index + 1
    this.scanner.position = position
    this.ends[this.index] = position
    this.next()
  }

  /** Keeps the current token, and lets the one after it be scanned from an offset further on. */
  skipTo(position: number): void {
    this.count = this.index + 1
    this.scanner.position = position
  }

  /** Where the current token ends. */
  get end(): number {
    return this.ends[this.index]
  }

  /** Where the token before the current one ends. */
  get lastEnd(): number {
    return this.index === 0 ? this.start : this.ends[this.index - 1]
  }

  next(): void {
    if (++this.index === this.count) this.scan()
    this.load()
  }

  /** The n-th token after the current one; false when the text ends before it. */
  private reach(n: number): number {
    const at = this.index + n
    while (at >= this.count) {
      if (this.kinds[this.count - 1] === END && this.count > this.index) return this.count - 1
      this.scan()
    }
    return at
  }

  peekKind(n = 1): number {
    return this.kinds[this.reach(n)]
  }

  peekValue(n = 1): string {
    return this.values[this.reach(n)]
  }

  peekFlags(n = 1): number {
    return this.flagList[this.reach(n)]
  }

  peekStart(n = 1): number {
    return this.starts[this.reach(n)]
  }

  isWord(word: string): boolean {
    return this.value === word && this.kind === WORD
  }

  isSymbol(symbol: string): boolean {
    return this.value === symbol && this.kind === SYMBOL
  }

  isAnyWord(words: ReadonlySet<string>): boolean {
    return this.kind === WORD && words.has(this.value)
  }

  peekIsWord(word: string, n = 1): boolean {
    const at = this.reach(n)
    return this.values[at] === word && this.kinds[at] === WORD
  }

  peekIsSymbol(symbol: string, n = 1): boolean {
    const at = this.reach(n)
    return this.values[at] === symbol && this.kinds[at] === SYMBOL
  }

  acceptWord(word: string): boolean {
    if (this.value !== word || this.kind !== WORD) return false
    this.next()
    return true
  }

  /** Whether another item follows: a comma after the last one, before a bracket or the end, is DuckDB's. */
  acceptComma(): boolean {
    return this.acceptSymbol(',') && this.kind !== END && !this.isSymbol(')') && !this.isSymbol(';')
  }

  acceptSymbol(symbol: string): boolean {
    if (this.value !== symbol || this.kind !== SYMBOL) return false
    this.next()
    return true
  }

  /** Several words in a row, all or none: `acceptWords('if', 'not', 'exists')`. */
  acceptWords(...words: readonly string[]): boolean {
    if (!this.isWord(words[0])) return false
    for (let i = 1; i < words.length; i++) if (!this.peekIsWord(words[i], i)) return false
    for (let i = 0; i < words.length; i++) this.next()
    return true
  }

  expectWord(word: string, expected: string = word.toUpperCase()): void {
    if (!this.acceptWord(word)) this.fail(expected)
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) this.expectWord(word)
  }

  expectSymbol(symbol: string, expected = `"${symbol}"`): void {
    if (!this.acceptSymbol(symbol)) this.fail(expected)
  }

  /** One of several words; answers which. */
  expectOneOf<const W extends string>(words: readonly W[]): W {
    for (const word of words) if (this.acceptWord(word)) return word
    return this.fail(listed(words.map((word) => word.toUpperCase())))
  }

  /** Refuses the current token; `expected` is what a person would call what may stand here: `a table name`. */
  fail(expected: string): never {
    throw syntaxError({
      text: this.text,
      kinds: this.kinds,
      values: this.values,
      starts: this.starts,
      ends: this.ends,
      flags: this.flagList,
      index: this.index,
      expected,
    })
  }

  span(start: number): Span {
    return { start, end: this.lastEnd }
  }

  /** Counts nesting; every rule that may contain itself enters and leaves. */
  enter(): void {
    if (++this.depth > maximumDepth) {
      throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
        position: this.start,
        detail: `Nesting is limited to ${maximumDepth} levels.`,
      })
    }
  }

  leave(): void {
    this.depth--
  }

  /** Whether the current token may name a table or column. */
  isName(): boolean {
    return (this.flags & COLUMN_NAME) !== 0
  }

  private takeIdentifier(): Identifier {
    const start = this.start
    const identifier = { name: this.value, quoted: this.kind === QUOTED, span: { start, end: this.end } }
    this.next()
    return identifier
  }

  /** A name of a table or column. */
  identifier(expected = 'a name'): Identifier {
    if ((this.flags & COLUMN_NAME) === 0) this.fail(expected)
    return this.takeIdentifier()
  }

  /** A name of a function or type. */
  functionName(expected = 'a function name'): Identifier {
    if ((this.flags & (FUNCTION_NAME | COLUMN_NAME)) === 0) this.fail(expected)
    return this.takeIdentifier()
  }

  /** Any word at all: what may follow AS in a select list, or a dot. */
  label(expected = 'a name'): Identifier {
    if (this.kind !== WORD && this.kind !== QUOTED) this.fail(expected)
    return this.takeIdentifier()
  }

  /** A string where a name may be written as one: `AS 'name'`, `{'name': 1}`. */
  stringName(): Identifier {
    const { value: name, start, end } = this
    if (name === '')
      throw new SqlError('syntax_error', `zero-length delimited identifier at or near "''"`, { position: start })
    this.next()
    return { name, quoted: true, span: { start, end } }
  }

  /** `a`, `schema.a`, `database.schema.a` */
  qualifiedName(expected = 'a name'): QualifiedName {
    const start = this.start
    const parts = [this.identifier(expected)]
    while (this.acceptSymbol('.')) parts.push(this.label())
    return { parts, span: this.span(start) }
  }

  /** A name that may be a function's too (types, collations, operator classes). */
  anyQualifiedName(expected = 'a name'): QualifiedName {
    const start = this.start
    const parts = [this.functionName(expected)]
    while (this.acceptSymbol('.')) parts.push(this.label())
    return { parts, span: this.span(start) }
  }

  /** `(a, b, c)` */
  identifierList(expected = 'a column name'): Identifier[] {
    this.expectSymbol('(')
    const names = [this.identifier(expected)]
    while (this.acceptComma()) names.push(this.identifier(expected))
    this.expectSymbol(')', 'a comma or ")"')
    return names
  }

  /** `(a, b, c)` when a parenthesis stands here, else nothing. */
  optionalIdentifierList(expected?: string): Identifier[] {
    return this.isSymbol('(') ? this.identifierList(expected) : []
  }

  qualifiedNames(expected?: string): QualifiedName[] {
    const names = [this.qualifiedName(expected)]
    while (this.acceptSymbol(',')) names.push(this.qualifiedName(expected))
    return names
  }

  string(expected = 'a string'): string {
    if (this.kind !== STRING) this.fail(expected)
    const { value } = this
    this.next()
    return value
  }
}

/** `A, B or C` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
