/**
 * PostgreSQL's regular expressions, run by JavaScript's engine, which finds where matches are and begin. What differs
 * between the two: an alternation here takes the first alternative that leads to a match, so alternatives of fixed length
 * are tried longest first, as PostgreSQL's longest match would have it; `{1,1}` and `{1,1}?` after a group decide the
 * greediness of all in it. Where greedy and lazy quantifiers are mixed, the first of them decides how long the whole match
 * is, and each one how the match is shared out. Patterns for which that is not enough are matched by `regex-exact.ts`, and
 * so are references to groups, which JavaScript takes for the empty text where a group took no part.
 */
import { heedInterrupt } from '../../interrupt.ts'
import { invalidParameter } from '../errors.ts'
import { ExactRegex } from './regex-exact.ts'
import {
  type Alternatives,
  type Atom,
  applyOption,
  defaultOptions,
  invalidRegex,
  type Piece,
  parseRegex,
} from './regex-parser.ts'
import { isSettled, isUnfitForSearch, searchDegree } from './regex-settled.ts'

export interface Regex {
  /** Global, so that `lastIndex` says where to search. */
  readonly regexp: RegExp
  readonly groupCount: number
  /** Where quantifiers are greedy and lazy in turn, `regexp` finds how far a match goes, and this what its groups are. */
  readonly parts?: string
  /** For patterns in which JavaScript's match may not be PostgreSQL's. */
  readonly exact?: ExactRegex
  /** Whether JavaScript may say where there is a match. */
  readonly isSearchable: boolean
  /** The length from which on a text is matched by `regex-exact.ts`, since JavaScript might take forever. */
  readonly longest: () => number
  readonly makeExact: () => ExactRegex
}

const cache = new Map<string, Regex>()
const CACHE_SIZE = 256

/** The compiled form of a pattern under option letters (without g); kept for the next call. */
export function compileRegex(pattern: string, letters = ''): Regex {
  const key = `${letters}/${pattern}`
  let regex = cache.get(key)
  if (!regex) {
    regex = compile(pattern, letters)
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(key, regex)
  }
  return regex
}

function compile(pattern: string, letters: string): Regex {
  const options = defaultOptions()
  for (const letter of letters) {
    if (!applyOption(options, letter)) throw invalidParameter(`invalid regular expression option: "${letter}"`)
  }
  const { body, groupCount, ignoreCase } = parseRegex(pattern, options)
  try {
    const whole = greedOf(body)
    const isMixed = whole !== undefined && hasOther(body, whole === 'lazy')
    const regexp = new RegExp(print(body, isMixed ? whole : undefined), ignoreCase ? 'giu' : 'gu')
    const parts = isMixed && groupCount > 0 ? print(body, undefined) : undefined
    const options = { ignoreCase, sourceOf, fixedLength }
    const makeExact = once(() => new ExactRegex(body, groupCount, ignoreCase, sourceOf))
    const longest = once(() => searchSteps ** (1 / searchDegree(body, options)))
    const regex = { regexp, groupCount, parts, makeExact, longest }
    const isSearchable = !isUnfitForSearch(body, options)
    if (isSearchable && isSettled(body, options)) return { ...regex, isSearchable }
    return { ...regex, exact: makeExact(), isSearchable }
  } catch {
    throw invalidRegex('quantifier operand invalid')
  }
}

/** Shorter texts are searched by JavaScript, however often it goes back. */
const shortText = 300
/** How many steps JavaScript may make in a text, where a search cannot be ended. */
const searchSteps = 1e9

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** What matches the text where JavaScript had better not search. */
function exactSearch(text: string, { exact, isSearchable, longest, makeExact }: Regex): ExactRegex | undefined {
  if (!isSearchable) return exact
  return text.length > shortText && text.length > longest() ? makeExact() : undefined
}

/** Greediness that a `{1,1}` around it forces on a part; undefined where each quantifier has its own. */
type Greed = 'greedy' | 'lazy' | undefined

/** What the expression prefers: alternatives the longest, others what their first quantifier says. */
function greedOf({ branches }: Alternatives): Greed {
  if (branches.length > 1) return 'greedy'
  for (const { atom, min, max, lazy, quantified } of branches[0]) {
    const own = atom.kind === 'group' ? greedOf(atom.body) : undefined
    const found = quantified && (min !== max || min === 1) ? (lazy ? 'lazy' : 'greedy') : own
    if (found) return found
  }
  return undefined
}

/** Whether some quantifier is not lazy when the whole is, or lazy when it is not. */
function hasOther({ branches }: Alternatives, lazy: boolean): boolean {
  return branches.some((branch) =>
    branch.some(
      (piece) =>
        (piece.min !== piece.max && piece.lazy !== lazy) ||
        (piece.atom.kind === 'group' && hasOther(piece.atom.body, lazy)),
    ),
  )
}

function print({ branches }: Alternatives, greed: Greed): string {
  const ordered =
    branches.length > 1 && branches.every((branch) => fixedLength(branch) >= 0) ? longestFirst(branches) : branches
  return ordered.map((branch) => branch.map((piece) => printPiece(piece, greed)).join('')).join('|')
}

/** How many characters the branch matches, if always as many and nothing is captured; else -1. */
function fixedLength(branch: readonly Piece[]): number {
  let length = 0
  for (const { atom, min, max } of branch) {
    if (min !== max) return -1
    if (atom.kind === 'char' || (atom.kind === 'source' && atom.consumes)) length += min
    else if (atom.kind !== 'source') return -1
  }
  return length
}

function longestFirst(branches: readonly (readonly Piece[])[]): (readonly Piece[])[] {
  return [...branches].sort((left, right) => fixedLength(right) - fixedLength(left))
}

function printPiece({ atom, min, max, lazy, quantified }: Piece, greed: Greed): string {
  const isChoice = quantified && min === 1 && max === 1
  const source = printAtom(atom, isChoice ? (lazy ? 'lazy' : 'greedy') : greed)
  if (!quantified || isChoice) return source
  const operand = /^\(\?<?[=!]/.test(source) ? `(?:${source})` : source
  const isLazy = greed === undefined ? lazy : greed === 'lazy'
  return `${operand}${limitsOf(min, max)}${isLazy ? '?' : ''}`
}

function limitsOf(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

function printAtom(atom: Atom, greed: Greed): string {
  switch (atom.kind) {
    case 'char':
      return quote(atom.char)
    case 'source':
      return atom.source
    case 'group':
      return `(${atom.capture ? '' : '?:'}${print(atom.body, greed)})`
    case 'look':
      return `(${atom.open}${print(atom.body, undefined)})`
    case 'back':
      return `(?:\\${atom.index})`
  }
}

function sourceOf(atom: Atom): string {
  return printAtom(atom, undefined)
}

function quote(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

/** Splits off the letter g from a flags argument. */
export function splitFlags(flags: string): { readonly letters: string; readonly global: boolean } {
  return { letters: flags.replaceAll('g', ''), global: flags.includes('g') }
}

export function testRegex(text: string, regex: Regex): boolean {
  const exact = exactSearch(text, regex)
  if (exact) return exact.test(text)
  const { regexp } = regex
  regexp.lastIndex = 0
  return regexp.test(text)
}

/** The matches one after another from `start` on; an empty match is followed by a search from the next character. */
export function* eachMatch(text: string, regex: Regex, start = 0): Generator<RegExpExecArray> {
  let from = start
  while (from <= text.length) {
    const match = findFrom(text, regex, from)
    if (!match) return
    yield match
    const end = match.index + match[0].length
    from = match[0] === '' ? nextPosition(text, end) : end
  }
}

function findFrom(text: string, regex: Regex, from: number): RegExpExecArray | undefined {
  const { regexp, exact } = regex
  const searching = exactSearch(text, regex)
  if (searching) return searching.search(text, from)
  regexp.lastIndex = from
  const match = regexp.exec(text)
  return match ? (exact?.matchAt(text, match.index) ?? foundAgain(match, text, regex)) : undefined
}

/** The same match with its groups as their own quantifiers have them; with the flag d, also where they stand. */
export function foundAgain(
  match: RegExpExecArray,
  text: string,
  { regexp, parts }: Regex,
  flags: '' | 'd' = '',
): RegExpExecArray {
  if ((parts === undefined && flags === '') || match.indices !== undefined) return match
  const left = [...text.slice(match.index + match[0].length)].length
  const source = parts === undefined ? regexp.source : `(?:${parts})(?=[^]{${left}}(?![^]))`
  const exact = new RegExp(source, `${regexp.flags}y${flags}`)
  exact.lastIndex = match.index
  return exact.exec(text) ?? match
}

/** The n-th match (from 1), or undefined. */
export function nthMatch(text: string, regex: Regex, n: number, start = 0): RegExpExecArray | undefined {
  for (const match of eachMatch(text, regex, start)) if (--n === 0) return match
  return undefined
}

function nextPosition(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code < 0xdc00 ? at + 2 : at + 1
}

/** Replaces the n-th match, or from the n-th on when `all`. The replacement knows \1 to \9, \& and \\. */
export function replaceRegex(text: string, regex: Regex, replacement: string, all: boolean, n = 1, start = 0): string {
  const parts = parseReplacement(replacement)
  let result = ''
  let copied = 0
  let seen = 0
  for (const match of eachMatch(text, regex, start)) {
    heedInterrupt(16)
    if (++seen < n) continue
    result += text.slice(copied, match.index)
    for (const part of parts) result += typeof part === 'string' ? part : (match[part] ?? '')
    copied = match.index + match[0].length
    if (!all) break
  }
  return result + text.slice(copied)
}

let lastReplacement = ''
let lastParts: readonly (string | number)[] = []

function parseReplacement(replacement: string): readonly (string | number)[] {
  if (replacement === lastReplacement) return lastParts
  const parts: (string | number)[] = []
  let plain = ''
  for (let at = 0; at < replacement.length; at++) {
    const next = replacement[at] === '\\' ? replacement[at + 1] : undefined
    if (next === undefined || !/[0-9&\\]/.test(next) || next === '0') {
      plain += replacement[at]
      continue
    }
    at++
    if (next === '\\') {
      plain += '\\'
      continue
    }
    if (plain !== '') parts.push(plain)
    plain = ''
    parts.push(next === '&' ? 0 : Number(next))
  }
  if (plain !== '') parts.push(plain)
  lastReplacement = replacement
  lastParts = parts
  return parts
}

/** The pieces between matches; empty matches at either end and right after a match do not split. */
export function* splitRegex(text: string, regex: Regex): Iterable<string> {
  let copied = 0
  let previousEnd = 0
  for (const match of eachMatch(text, regex)) {
    const end = match.index + match[0].length
    if (match.index < text.length && end > previousEnd) {
      yield text.slice(copied, match.index)
      copied = end
    }
    previousEnd = end
  }
  yield text.slice(copied)
}
