/** What a syntax error says: PostgreSQL's message, what was expected, and a hint where the mistake is a familiar one. */
import { SqlError } from '../error.ts'
import { COLUMN_NAME, KEYWORD } from './keywords.ts'
import { END, NUMBER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'

/** The statement's tokens so far, and which of them is refused. */
export interface Refusal {
  readonly text: string
  readonly kinds: readonly number[]
  readonly values: readonly string[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly flags: readonly number[]
  readonly index: number
  readonly expected: string
}

/** Words that begin or join clauses: what people misspell. */
const clauseWords: readonly string[] = `
  select from where group order having limit offset insert into values update set delete create table view index join left
  right inner outer cross natural union intersect except distinct between exists case when then else with recursive
  returning references primary unique default check constraint foreign alter drop column truncate begin commit rollback
  savepoint explain analyze using window partition qualify pivot unpivot summarize describe rename replace cascade
  temporary sequence schema function trigger refresh materialized copy merge vacuum show prepare execute deallocate
  declare fetch close and like ilike`
  .trim()
  .split(/\s+/)

export function syntaxError(refusal: Refusal): SqlError {
  const { text, kinds, starts, ends, index, expected } = refusal
  const atEnd = kinds[index] === END
  const near = text.slice(starts[index], ends[index])
  const shown = near.length > 200 ? `${near.slice(0, 200)}…` : near
  return new SqlError('syntax_error', atEnd ? 'syntax error at end of input' : `syntax error at or near "${shown}"`, {
    position: atEnd ? text.trimEnd().length : starts[index],
    detail: `Expected ${expected}.`,
    hint: findHint(refusal, near),
  })
}

function findHint(refusal: Refusal, near: string): string | undefined {
  const { kinds, values, index, flags, expected } = refusal
  const kind = kinds[index]
  const value = values[index]
  const previousKind = index > 0 ? kinds[index - 1] : END
  const previous = index > 0 ? values[index - 1] : ''
  const closes = kind === END || (kind === SYMBOL && /^[)\]};]$/.test(value))

  if (kind === SYMBOL && value === '==') return 'Use "=" to compare.'
  if (kind === SYMBOL && value.startsWith('`')) return 'Use double quotes around names: "name".'
  if (kind === WORD && /^auto_?increment$/.test(value)) return 'Use GENERATED ALWAYS AS IDENTITY.'
  if (kind === SYMBOL && value === ',' && previousKind === NUMBER && index > 1 && values[index - 2] === 'limit') {
    return 'Write LIMIT count OFFSET start.'
  }
  if (previousKind === SYMBOL && previous === ',' && (closes || isReservedWord(refusal))) {
    return kind === END ? 'Something should follow the comma.' : `Remove the comma before "${near}".`
  }
  if (kind === SYMBOL && /^(?:[<>]=?|<>|=)$/.test(value) && expected === 'the end of the expression') {
    return 'Comparisons do not chain; join them with AND.'
  }
  if (kind === END || (kind === SYMBOL && value === ';') || (isReservedWord(refusal) && expected.includes('")"'))) {
    const open = findUnclosed(refusal)
    if (open >= 0) return `The "${values[open]}" ${describePlace(refusal.text, refusal.starts[open])} is never closed.`
  }
  if (kind === SYMBOL && /^[)\]}]$/.test(value) && findUnclosed(refusal) < 0) {
    return `There is no "${openerOf(value)}" for this "${value}".`
  }
  const meant = kind === WORD && !isReservedWord(refusal) ? closestWord(value, previous) : undefined
  if (meant !== undefined) return `Perhaps you meant "${meant.toUpperCase()}".`
  for (let back = 1; back <= 2 && index - back >= 0; back++) {
    const at = index - back
    if (kinds[at] !== WORD || flags[at] & KEYWORD) continue
    const misspelt = closestWord(values[at], at > 0 ? values[at - 1] : '')
    if (misspelt !== undefined) return `Perhaps you meant "${misspelt.toUpperCase()}" instead of "${values[at]}".`
  }
  if (isReservedWord(refusal) && !connectives.has(value) && /\bname\b/.test(expected)) {
    return `"${value}" is a reserved word; to use it as a name, write it in double quotes: "${value}".`
  }
  if (
    /a comma/.test(expected) &&
    (kind === STRING || kind === NUMBER || kind === QUOTED || (kind === WORD && flags[index] & COLUMN_NAME))
  ) {
    return `Perhaps a comma is missing before "${near}".`
  }
  return undefined
}

/** Words that go on with the statement: where a name is missing before one of them, quoting it is not what was meant. */
const connectives: ReadonlySet<string> = new Set(
  'and as from having in into limit not offset on or returning union using values when where with'.split(' '),
)

function isReservedWord({ kinds, flags, index }: Refusal): boolean {
  return kinds[index] === WORD && (flags[index] & KEYWORD) !== 0 && (flags[index] & COLUMN_NAME) === 0
}

/** The last opening bracket before the refused token that nothing closes, or -1. */
function findUnclosed({ kinds, values, index }: Refusal): number {
  const open: number[] = []
  for (let at = 0; at < index; at++) {
    if (kinds[at] !== SYMBOL) continue
    if (values[at] === '(' || values[at] === '[' || values[at] === '{') open.push(at)
    else if (values[at] === ')' || values[at] === ']' || values[at] === '}') open.pop()
  }
  return open.at(-1) ?? -1
}

const openerOf = (closer: string): string => (closer === ')' ? '(' : closer === ']' ? '[' : '{')

/** `at line 2, column 5` */
export function describePlace(text: string, position: number): string {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return `at line ${line}, column ${position - before.lastIndexOf('\n')}`
}

/** The clause word that differs from the given one by a slip of the fingers. */
function closestWord(word: string, previous: string): string | undefined {
  if (word.length < 3) return undefined
  let best: string | undefined
  let bestDistance = word.length <= 4 ? 2 : 3
  for (const candidate of clauseWords) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bestDistance) continue
    if (candidate === 'from' && previous === 'from') continue
    const distance = editDistance(word, candidate)
    if (distance < bestDistance && distance < candidate.length - 1) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min(last[j] + 1, current[j - 1] + 1, last[j - 1] + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        distance = Math.min(distance, beforeLast[j - 2] + 1)
      current[j] = distance
    }
    beforeLast = last
    last = current
  }
  return last[b.length]
}
