/**
 * Headlines: the part of a document that fits a query best, with the words that were asked for marked. A *cover* is a
 * run of tokens that satisfies the query; it is lengthened or cut to the wanted number of words, or taken apart into
 * fragments.
 */
import { SqlError } from '../../error.ts'
import { position, type TsQuery } from '../../types/text-search.ts'
import { invalidParameter } from '../errors.ts'
import { type Configuration, lexemesOf } from './configuration.ts'
import { matches, queryWords } from './match.ts'
import { isIndexed, type Token, type TokenType, tokens } from './tokens.ts'

interface Options {
  startsel: string
  stopsel: string
  fragmentdelimiter: string
  highlightall: boolean
  maxwords: number
  minwords: number
  shortword: number
  maxfragments: number
}

const usual: Options = {
  startsel: '<b>',
  stopsel: '</b>',
  fragmentdelimiter: ' ... ',
  highlightall: false,
  maxwords: 35,
  minwords: 15,
  shortword: 3,
  maxfragments: 0,
}

interface Piece extends Token {
  /** Those of its lexemes that the query asks for. */
  readonly words: readonly string[]
  readonly at: number
  shown: boolean
}

interface Span {
  readonly start: number
  readonly end: number
}

const compounds: ReadonlySet<TokenType> = new Set<TokenType>(['url', 'numhword', 'asciihword', 'hword'])
const numbers: ReadonlySet<TokenType> = new Set<TokenType>(['sfloat', 'version', 'float', 'int', 'uint'])

export function headline(configuration: Configuration, text: string, query: TsQuery, given: string): string {
  const options = readOptions(given)
  const document = new Document(configuration, text, query, options)
  document.choose()
  return document.print()
}

function readOptions(text: string): Options {
  const options = { ...usual }
  const form = /\s*([^\s=,]+)\s*=\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s,]*)\s*(,|$)/y
  while (form.lastIndex < text.length) {
    const match = form.exec(text)
    if (!match) {
      if (text.trim() === '') break
      throw new SqlError('syntax_error', `invalid parameter list format: "${text}"`)
    }
    const [, name, value] = match
    const key = name.toLowerCase() as keyof Options
    if (!Object.hasOwn(usual, key)) throw invalidParameter(`unrecognized headline parameter: "${name}"`)
    const plain = value.replace(/^(["'])(.*)\1$/s, (_all, quote: string, inner: string) =>
      inner.replaceAll(quote + quote, quote),
    )
    const own: unknown =
      typeof usual[key] === 'number'
        ? readNumber(plain)
        : key === 'highlightall'
          ? /^(1|on|true|t|y|yes)$/i.test(plain)
          : plain
    Object.assign(options, { [key]: own })
  }
  if (!options.highlightall) {
    if (options.minwords >= options.maxwords) throw invalidParameter('MinWords should be less than MaxWords')
    if (options.minwords <= 0) throw invalidParameter('MinWords should be positive')
    if (options.shortword < 0) throw invalidParameter('ShortWord should be >= 0')
    if (options.maxfragments < 0) throw invalidParameter('MaxFragments should be >= 0')
  }
  return options
}

function readNumber(text: string): number {
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text)
  throw new SqlError('invalid_text_representation', `invalid input syntax for type integer: "${text}"`)
}

class Document {
  private readonly pieces: Piece[] = []
  private readonly query: TsQuery
  private readonly options: Options

  constructor(configuration: Configuration, text: string, query: TsQuery, options: Options) {
    this.query = query
    this.options = options
    const wanted = queryWords(query)
    let at = 0
    for (const token of tokens(text)) {
      if (isIndexed(token.type)) at++
      const words = lexemesOf(configuration, token).filter((lexeme) =>
        wanted.some(({ word, prefix }) => (prefix ? lexeme.startsWith(word) : lexeme === word)),
      )
      this.pieces.push({ ...token, words, at, shown: false })
    }
  }

  choose(): void {
    const { options, pieces } = this
    if (options.highlightall) this.show({ start: 0, end: pieces.length - 1 })
    else if (options.maxfragments > 0) this.chooseFragments()
    else this.show(this.best())
  }

  print(): string {
    const { startsel, stopsel, fragmentdelimiter, highlightall } = this.options
    let text = ''
    let fragments = 0
    this.pieces.forEach((piece, i) => {
      if (!piece.shown) return
      if (!this.pieces[i - 1]?.shown && fragments++ > 0) text += fragmentdelimiter
      if (compounds.has(piece.type)) return
      if (piece.type === 'tag' && !highlightall) {
        text += ' '
        return
      }
      if (this.isMarked(i) && !this.isMarked(i - 1)) text += startsel
      text += piece.text
      if (this.isMarked(i) && !this.isMarked(i + 1)) text += stopsel
    })
    return text
  }

  private isMarked(i: number): boolean {
    const piece = this.pieces[i]
    return piece !== undefined && piece.shown && piece.words.length > 0
  }

  private show({ start, end }: Span): void {
    for (let i = start; i <= end; i++) this.pieces[i].shown = true
  }

  private isInteresting(i: number): boolean {
    return this.pieces[i].words.length > 0
  }

  private isWord(i: number): boolean {
    const { type } = this.pieces[i]
    return type !== 'blank' && type !== 'tag' && !compounds.has(type)
  }

  /** A headline should not end in a number, between words, or in a short word. */
  private isBadEnd(i: number): boolean {
    const { type, text } = this.pieces[i]
    if (this.isInteresting(i)) return false
    return !this.isWord(i) || numbers.has(type) || !isIndexed(type) || text.length <= this.options.shortword
  }

  private count(span: Span): { words: number; interesting: number } {
    const counts = { words: 0, interesting: 0 }
    for (let i = span.start; i <= span.end; i++) {
      if (this.isWord(i)) counts.words++
      if (this.isInteresting(i)) counts.interesting++
    }
    return counts
  }

  private satisfies(span: Span): boolean {
    const lexemes = this.pieces
      .slice(span.start, span.end + 1)
      .flatMap(({ words, at }) => words.map((word) => ({ word, at })))
    const words = [...new Set(lexemes.map(({ word }) => word))]
    const vector = words.map((word) => ({
      word,
      positions: lexemes.filter((lexeme) => lexeme.word === word).map(({ at }) => position(at)),
    }))
    return matches(vector, withoutWeights(this.query))
  }

  /** The shortest cover for each place where one can start. */
  private *covers(): Generator<Span> {
    const { maxwords, maxfragments } = this.options
    const longest = Math.max(maxwords * 10, 100) * Math.max(maxfragments, 1)
    const places = [...this.pieces.keys()].filter((i) => this.isInteresting(i))
    for (const start of places) {
      const end = places.find(
        (i) => i >= start && (i === start || i - start < longest) && this.satisfies({ start, end: i }),
      )
      if (end !== undefined) yield { start, end }
    }
  }

  private best(): Span {
    let best: (Span & { readonly isWhole: boolean; readonly interesting: number }) | undefined
    for (const cover of this.covers()) {
      const span = this.fitted(cover)
      const isWhole = span.start <= cover.start && span.end >= cover.end
      const { interesting } = span
      const isBetter =
        !best ||
        (isWhole !== best.isWhole
          ? isWhole
          : interesting !== best.interesting
            ? interesting > best.interesting
            : !this.isBadEnd(span.end) && this.isBadEnd(best.end))
      if (isBetter) best = { ...span, isWhole }
    }
    return best ?? this.beginning()
  }

  /** The first words, where nothing was found. */
  private beginning(): Span {
    let words = 0
    let end = -1
    while (end + 1 < this.pieces.length && words < this.options.minwords) if (this.isWord(++end)) words++
    return { start: 0, end }
  }

  /** A cover lengthened or cut to the wanted number of words. */
  private fitted(cover: Span): Span & { readonly interesting: number } {
    const { minwords, maxwords } = this.options
    let { start } = cover
    let end = cover.start
    let words = 0
    let interesting = 0
    const take = (i: number, sign: 1 | -1): void => {
      if (this.isWord(i)) words += sign
      if (this.isInteresting(i)) interesting += sign
    }
    let at = cover.start
    for (; at <= cover.end && words < maxwords; at++) {
      take(at, 1)
      end = at
    }
    if (words < maxwords) {
      for (at--; at < this.pieces.length && words < maxwords; at++) {
        if (at > cover.end) take(at, 1)
        end = at
        if (!this.isBadEnd(at) && words >= minwords) break
      }
      if (words < minwords) {
        for (at = cover.start - 1; at >= 0; at--) {
          take(at, 1)
          if (words >= maxwords || (!this.isBadEnd(at) && words >= minwords)) break
        }
        start = Math.max(at, 0)
      }
    } else {
      for (at = Math.min(at, cover.end); words > minwords && this.isBadEnd(at); at--) {
        take(at, -1)
        end = at - 1
      }
    }
    return { start, end, interesting }
  }

  private chooseFragments(): void {
    let left = [...this.covers()].flatMap((cover) => [...this.taken(cover)])
    let chosen = 0
    for (; chosen < this.options.maxfragments && left.length > 0; chosen++) {
      const best = left.reduce((a, b) => {
        const [own, other] = [this.count(a), this.count(b)]
        return other.interesting > own.interesting || (other.interesting === own.interesting && other.words < own.words)
          ? b
          : a
      })
      const { start, end } = this.stretched(best)
      this.show({ start, end })
      left = left.filter((span) => span.end < start || span.start > end)
    }
    if (chosen === 0) this.show(this.beginning())
  }

  /** A cover in parts of at most so many words, each from a word that was asked for to another. */
  private *taken(cover: Span): Generator<Span> {
    for (let { start } = cover; start <= cover.end; ) {
      while (start < cover.end && !this.isInteresting(start)) start++
      let words = 0
      let end = start
      while (end <= cover.end && words < this.options.maxwords) if (this.isWord(end++)) words++
      if (cover.end > end) while (end > start && !this.isInteresting(end)) end--
      else end = cover.end
      yield { start, end }
      start = end + 1
    }
  }

  /** A fragment with words before and after it, as far as there is room and nothing is shown yet. */
  private stretched({ start, end }: Span): Span {
    const { maxwords } = this.options
    const { pieces } = this
    let { words } = this.count({ start, end })
    if (words >= maxwords) return { start, end }
    const most = (maxwords - words) >> 1
    let first = start
    for (let added = 0; first > 0 && added < most && !pieces[first - 1].shown; ) if (this.isWord(--first)) added++
    while (first < start && this.isBadEnd(first)) first++
    words += this.count({ start: first, end: start - 1 }).words
    let last = end
    while (last + 1 < pieces.length && words < maxwords && !pieces[last + 1].shown) if (this.isWord(++last)) words++
    while (last > end && this.isBadEnd(last)) last--
    return { start: first, end: last }
  }
}

function withoutWeights(query: TsQuery): TsQuery {
  switch (query.kind) {
    case 'empty':
      return query
    case 'word':
      return { ...query, weights: 0 }
    case 'not':
      return { ...query, operand: withoutWeights(query.operand) }
    default:
      return { ...query, left: withoutWeights(query.left), right: withoutWeights(query.right) }
  }
}
