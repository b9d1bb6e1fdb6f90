/**
 * Text search values. A tsvector is a list of words in order, each with the places where it stood and their weights; a
 * tsquery is a tree of words, NOT, AND, OR and "followed by".
 */
import { SqlError } from '../error.ts'
import { encodeText } from './byte-codec.ts'
import { compareText } from './text-order.ts'

/** A place in a document; weight 3 is A, 0 is D. */
export interface Position {
  readonly at: number
  readonly weight: number
}

export interface Lexeme {
  readonly word: string
  readonly positions: readonly Position[]
}

export type TsVector = readonly Lexeme[]

export type TsQuery =
  /** Without words. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'word'; readonly word: string; readonly prefix: boolean; readonly weights: number }
  | { readonly kind: 'not'; readonly operand: TsQuery }
  | { readonly kind: 'and'; readonly left: TsQuery; readonly right: TsQuery }
  | { readonly kind: 'or'; readonly left: TsQuery; readonly right: TsQuery }
  | { readonly kind: 'phrase'; readonly distance: number; readonly left: TsQuery; readonly right: TsQuery }

export const EMPTY_QUERY: TsQuery = { kind: 'empty' }

const LAST_POSITION = 16383
const MOST_POSITIONS = 255
const weightLetters = 'DCBA'

/** Words in order, each once, with the places of all. */
export function makeVector(lexemes: Iterable<Lexeme>): TsVector {
  const byWord = new Map<string, Position[]>()
  for (const { word, positions } of lexemes) {
    const known = byWord.get(word)
    if (known) known.push(...positions)
    else byWord.set(word, [...positions])
  }
  const words = [...byWord].sort((a, b) => compareText(a[0], b[0]))
  return words.map(([word, positions]) => ({ word, positions: uniquePositions(positions) }))
}

/** By place; of the same place the heaviest stays. */
function uniquePositions(positions: readonly Position[]): readonly Position[] {
  if (positions.length < 2) return positions
  const sorted = [...positions].sort((a, b) => a.at - b.at || b.weight - a.weight)
  return sorted.filter((position, i) => i === 0 || position.at !== sorted[i - 1].at).slice(0, MOST_POSITIONS)
}

export function position(at: number, weight = 0): Position {
  return { at: Math.min(at, LAST_POSITION), weight }
}

/** A word as it stands in quotes. */
function quoted(word: string): string {
  return `'${word.replace(/['\\]/g, '$&$&')}'`
}

export function formatVector(vector: TsVector): string {
  return vector
    .map(({ word, positions }) => {
      const places = positions.map(({ at, weight }) => at + (weight === 0 ? '' : weightLetters[weight])).join(',')
      return quoted(word) + (places && `:${places}`)
    })
    .join(' ')
}

/** Reads words: quoted, or up to the next blank or colon; a backslash takes the next character as it is. */
class WordReader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  /** The word at the place, or undefined when its quotes or backslash are left open. */
  word(ends: RegExp): string | undefined {
    const { text } = this
    let word = ''
    if (text[this.at] === "'") {
      for (this.at++; ; this.at++) {
        const character = text[this.at]
        if (character === undefined) return undefined
        if (character === '\\') {
          this.at++
          if (this.at >= text.length) return undefined
          word += text[this.at]
        } else if (character !== "'") word += character
        else if (text[this.at + 1] === "'") word += text[++this.at]
        else {
          this.at++
          return word
        }
      }
    }
    for (; this.at < text.length && !ends.test(text[this.at]); this.at++) {
      if (text[this.at] === '\\') {
        this.at++
        if (this.at >= text.length) return undefined
      }
      word += text[this.at]
    }
    return word
  }
}

export function parseVector(text: string): TsVector {
  const wrong = (): SqlError => new SqlError('syntax_error', `syntax error in tsvector: "${text}"`)
  const reader = new WordReader(text)
  const lexemes: Lexeme[] = []
  for (;;) {
    reader.skipBlanks()
    if (reader.at >= text.length) return makeVector(lexemes)
    const word = reader.word(/[\s:]/)
    if (word === undefined || word === '') throw wrong()
    const positions: Position[] = []
    if (text[reader.at] === ':') {
      do {
        reader.at++
        const match = /^\d+/.exec(text.slice(reader.at))
        if (!match) throw wrong()
        const at = Number(match[0])
        if (at === 0) {
          throw new SqlError('syntax_error', `wrong position info in tsvector: "${text}"`)
        }
        reader.at += match[0].length
        let weight = 0
        for (; /[ABCD*]/i.test(text[reader.at] ?? ''); reader.at++) {
          weight = text[reader.at] === '*' ? 3 : weightLetters.indexOf(text[reader.at].toUpperCase())
        }
        positions.push(position(at, weight))
      } while (text[reader.at] === ',')
      if (reader.at < text.length && !/\s/.test(text[reader.at])) throw wrong()
    }
    lexemes.push({ word, positions })
  }
}

export function compareVectors(a: TsVector, b: TsVector): number {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i++) {
    const [left, right] = [a[i], b[i]]
    const order = compareText(left.word, right.word)
    if (order !== 0) return order
    if (left.positions.length !== right.positions.length) return right.positions.length - left.positions.length
    for (let n = 0; n < left.positions.length; n++) {
      const [p, q] = [left.positions[n], right.positions[n]]
      if (p.at !== q.at) return q.at - p.at
      if (p.weight !== q.weight) return q.weight - p.weight
    }
  }
  return 0
}

// ── queries ──

function queryPriority(query: TsQuery): number {
  switch (query.kind) {
    case 'or':
      return 1
    case 'and':
      return 2
    case 'phrase':
      return 3
    case 'not':
      return 4
    case 'word':
    case 'empty':
      return 5
  }
}

function symbolOf(query: Extract<TsQuery, { left: TsQuery }>): string {
  if (query.kind === 'phrase') return query.distance === 1 ? '<->' : `<${query.distance}>`
  return query.kind === 'or' ? '|' : '&'
}

export function formatQuery(query: TsQuery, surroundings = -1, rightOfPhrase = false): string {
  const own = queryPriority(query)
  switch (query.kind) {
    case 'empty':
      return ''
    case 'word': {
      const { prefix, weights } = query
      const letters = [...'ABCD'].filter((letter) => weights & (1 << weightLetters.indexOf(letter))).join('')
      return quoted(query.word) + (prefix || weights ? `:${prefix ? '*' : ''}${letters}` : '')
    }
    case 'not': {
      const text = `!${formatQuery(query.operand, own)}`
      return own < surroundings ? `( ${text} )` : text
    }
    default: {
      const symbol = symbolOf(query)
      const text = `${formatQuery(query.left, own)} ${symbol} ${formatQuery(query.right, own, query.kind === 'phrase')}`
      return own < surroundings || (query.kind === 'phrase' && rightOfPhrase) ? `( ${text} )` : text
    }
  }
}

/** Makes a query of an operand's word: what to_tsquery puts in its place, or undefined for a word that is dropped. */
export type MakeOperand = (word: string, prefix: boolean, weights: number) => TsQuery | undefined

const plainOperand: MakeOperand = (word, prefix, weights) => ({ kind: 'word', word, prefix, weights })

/** Reads `a & !b | c <-> d:*AB`. */
export function parseQuery(text: string, operand: MakeOperand = plainOperand): TsQuery {
  const parser = new QueryParser(text, operand)
  return parser.parse()
}

/** An operand that the dictionaries dropped: it decides nothing, and phrases keep its place. */
type Draft = TsQuery | { readonly kind: 'dropped' }

class QueryParser {
  private readonly reader: WordReader
  private readonly operand: MakeOperand

  constructor(text: string, operand: MakeOperand) {
    this.reader = new WordReader(text)
    this.operand = operand
  }

  private wrong(): SqlError {
    return new SqlError('syntax_error', `syntax error in tsquery: "${this.reader.text}"`)
  }

  parse(): TsQuery {
    const { reader } = this
    reader.skipBlanks()
    if (reader.at >= reader.text.length) return EMPTY_QUERY
    const query = this.any()
    reader.skipBlanks()
    if (reader.at < reader.text.length) throw this.wrong()
    return cleaned(query).query ?? EMPTY_QUERY
  }

  private accept(symbol: string): boolean {
    this.reader.skipBlanks()
    if (!this.reader.text.startsWith(symbol, this.reader.at)) return false
    this.reader.at += symbol.length
    return true
  }

  private any(): Draft {
    let left = this.all()
    while (this.accept('|')) left = { kind: 'or', left, right: this.all() } as Draft
    return left
  }

  private all(): Draft {
    let left = this.phrase()
    while (this.accept('&')) left = { kind: 'and', left, right: this.phrase() } as Draft
    return left
  }

  private phrase(): Draft {
    let left = this.negated()
    for (;;) {
      this.reader.skipBlanks()
      const match = /^<(-|\d+)>/.exec(this.reader.text.slice(this.reader.at))
      if (!match) return left
      this.reader.at += match[0].length
      const distance = match[1] === '-' ? 1 : Number(match[1])
      if (distance > 16384) {
        throw new SqlError(
          'invalid_parameter_value',
          'distance in phrase operator must be an integer value between zero and 16384 inclusive',
        )
      }
      left = { kind: 'phrase', distance, left, right: this.negated() } as Draft
    }
  }

  private negated(): Draft {
    if (this.accept('!')) return { kind: 'not', operand: this.negated() } as Draft
    if (this.accept('(')) {
      const inner = this.any()
      if (!this.accept(')')) throw this.wrong()
      return inner
    }
    return this.word()
  }

  private word(): Draft {
    const { reader } = this
    reader.skipBlanks()
    const first = reader.text[reader.at]
    if (first === undefined || /[&|)<:]/.test(first)) {
      if (first === undefined) {
        throw new SqlError('syntax_error', `no operand in tsquery: "${reader.text}"`)
      }
      throw this.wrong()
    }
    const word = reader.word(/[\s:!&|()<]/)
    if (word === undefined || word === '') throw this.wrong()
    let prefix = false
    let weights = 0
    if (reader.text[reader.at] === ':') {
      reader.at++
      for (; ; reader.at++) {
        const letter = (reader.text[reader.at] ?? '').toUpperCase()
        if (letter === '*') prefix = true
        else if (letter !== '' && weightLetters.includes(letter)) weights |= 1 << weightLetters.indexOf(letter)
        else break
      }
    }
    return this.operand(word, prefix, weights) ?? { kind: 'dropped' }
  }
}

/** A query without its dropped operands; phrases widen by the places of those between. */
function cleaned(draft: Draft): { readonly query: TsQuery | null; readonly left: number; readonly right: number } {
  switch (draft.kind) {
    case 'dropped':
    case 'empty':
      return { query: null, left: 0, right: 0 }
    case 'word':
      return { query: draft, left: 0, right: 0 }
    case 'not': {
      const { query } = cleaned(draft.operand)
      return { query: query && { kind: 'not', operand: query }, left: 0, right: 0 }
    }
    default: {
      const left = cleaned(draft.left)
      const right = cleaned(draft.right)
      const isPhrase = draft.kind === 'phrase'
      const distance = isPhrase ? draft.distance : 0
      if (!left.query && !right.query) {
        if (!isPhrase) return { query: null, left: 0, right: 0 }
        const total = left.left + distance + right.left
        return { query: null, left: total, right: total }
      }
      if (!left.query)
        return { query: right.query, left: isPhrase ? left.left + distance + right.left : 0, right: right.right }
      if (!right.query)
        return { query: left.query, left: left.left, right: isPhrase ? left.right + distance + right.right : 0 }
      if (!isPhrase) return { query: { ...draft, left: left.query, right: right.query }, left: 0, right: 0 }
      const query: TsQuery = {
        kind: 'phrase',
        distance: distance + left.right + right.left,
        left: left.query,
        right: right.query,
      }
      return { query, left: left.left, right: right.right }
    }
  }
}

/** How many words and operators there are. */
export function nodeCount(query: TsQuery): number {
  if (query.kind === 'empty') return 0
  if (query.kind === 'word') return 1
  return query.kind === 'not' ? 1 + nodeCount(query.operand) : 1 + nodeCount(query.left) + nodeCount(query.right)
}

const kindOrder = { not: 1, and: 2, or: 3, phrase: 4, word: 0, empty: 0 } as const

/** By the number of nodes, then from the top down. */
export function compareQueries(a: TsQuery, b: TsQuery): number {
  const count = nodeCount(a) - nodeCount(b)
  if (count !== 0 || a.kind === 'empty') return count
  const size = querySize(a) - querySize(b)
  return size !== 0 ? size : compareNodes(a, b)
}

let checksums: Int32Array | undefined

/** PostgreSQL orders the words of queries by a CRC of theirs (the reflected table, fed from the wrong end). */
function wordChecksum(word: string): number {
  checksums ??= Int32Array.from({ length: 256 }, (_, i) => {
    let value = i
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
  let sum = -1
  for (const byte of encodeText(word)) sum = checksums[(sum >>> 24) ^ byte] ^ (sum << 8)
  return ~sum
}

/** The bytes of its words: the longer query comes after. */
function querySize(query: TsQuery): number {
  if (query.kind === 'empty') return 0
  if (query.kind === 'word') return query.word.length + 1
  return query.kind === 'not' ? querySize(query.operand) : querySize(query.left) + querySize(query.right)
}

export function compareNodes(a: TsQuery, b: TsQuery): number {
  if (a.kind !== b.kind) {
    if (a.kind === 'word' || b.kind === 'word') return a.kind === 'word' ? 1 : -1
    return kindOrder[b.kind] - kindOrder[a.kind]
  }
  if (a.kind === 'word' && b.kind === 'word') {
    return wordChecksum(b.word) - wordChecksum(a.word) || compareText(a.word, b.word)
  }
  if (a.kind === 'not' && b.kind === 'not') return compareNodes(a.operand, b.operand)
  const [left, right] = [a, b] as [TsQuery & { kind: 'and' }, TsQuery & { kind: 'and' }]
  const order = compareNodes(left.right, right.right) || compareNodes(left.left, right.left)
  if (order !== 0 || a.kind !== 'phrase' || b.kind !== 'phrase') return order
  return a.distance - b.distance
}
