/** Where the statements of a script begin and end, for what runs scripts and for a prompt that asks whether to read on. */
import { SqlError } from '../error.ts'
import { END, isSpace, Scanner, SYMBOL, tokenize, WORD } from './scanner.ts'

export interface StatementText {
  /** From the first token to the last, without the semicolon. */
  readonly start: number
  readonly end: number
  readonly text: string
  /** Whether a semicolon (or the end of COPY's data) closed it. */
  readonly terminated: boolean
}

/**
 * Cuts a script at its semicolons, minding strings, comments, parentheses, BEGIN ATOMIC bodies and the data after
 * COPY … FROM STDIN. It never throws; what cannot be read is the last statement.
 */
export function splitStatements(text: string): StatementText[] {
  const statements: StatementText[] = []
  const scanner = new Scanner(text)
  const state = new StatementState()
  let start = -1
  let end = 0
  const finish = (terminated: boolean): void => {
    if (start >= 0) statements.push({ start, end, text: text.slice(start, end), terminated })
    start = -1
    state.reset()
  }
  for (;;) {
    const before = scanner.position
    try {
      scanner.next()
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      if (start < 0) start = skipPlainSpace(text, before)
      end = text.length
      break
    }
    if (scanner.kind === END) break
    if (scanner.kind === SYMBOL && scanner.value === ';' && state.atTop()) {
      if (state.copiesFromStdin()) {
        const data = copyData(text, scanner.position)
        if (data !== undefined) {
          end = data.end
          scanner.position = data.next
        }
      }
      finish(true)
      continue
    }
    if (start < 0) start = scanner.start
    end = scanner.position
    state.see(scanner)
  }
  finish(false)
  return statements
}

function skipPlainSpace(text: string, position: number): number {
  let at = position
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

/** What is known of a statement's shape while its tokens go by. */
class StatementState {
  private depth = 0
  private blocks = 0
  private words: string[] = []
  private stdin = false

  reset(): void {
    this.depth = 0
    this.blocks = 0
    this.words = []
    this.stdin = false
  }

  see(scanner: Scanner): void {
    const { value } = scanner
    if (scanner.kind === SYMBOL) {
      if (value === '(' || value === '[' || value === '{') this.depth++
      else if ((value === ')' || value === ']' || value === '}') && this.depth > 0) this.depth--
      return
    }
    if (scanner.kind !== WORD) {
      this.words.push('')
      return
    }
    const previous = this.words.at(-1)
    if (this.words[0] === 'create' || this.words.length === 0) {
      if (value === 'atomic' && previous === 'begin') this.blocks++
      else if (this.blocks > 0 && value === 'case') this.blocks++
      else if (this.blocks > 0 && value === 'end') this.blocks--
    }
    if (value === 'stdin' && previous === 'from' && this.words[0] === 'copy') this.stdin = true
    if (this.words.length < 2) this.words.push(value)
    else this.words[1] = value
  }

  atTop(): boolean {
    return this.depth === 0 && this.blocks === 0
  }

  copiesFromStdin(): boolean {
    return this.stdin
  }
}

/**
 * The lines after `COPY … FROM STDIN;` up to `\.` or the end, when there are any: where the data begins and ends, and
 * where the script goes on.
 */
export function copyData(text: string, position: number): { start: number; end: number; next: number } | undefined {
  const lineEnd = text.indexOf('\n', position)
  if (lineEnd < 0 || text.slice(position, lineEnd).trim() !== '') return undefined
  const start = lineEnd + 1
  if (text.slice(start).trim() === '') return undefined
  const mark = /^\\\.[ \t]*\r?$/gm
  mark.lastIndex = start
  const match = mark.exec(text)
  if (match === null) return { start, end: text.length, next: text.length }
  return { start, end: match.index, next: Math.min(text.length, mark.lastIndex + 1) }
}

/** Whether a prompt may run the text: nothing is open (string, comment, parenthesis) and a semicolon ends it. */
export function isComplete(text: string): boolean {
  const statements = splitStatements(text)
  const last = statements.at(-1)
  return last === undefined ? !opensComment(text) : last.terminated && !opensComment(text.slice(last.end))
}

function opensComment(text: string): boolean {
  return tokenize(text).some((token) => token.kind === 'unterminated')
}
