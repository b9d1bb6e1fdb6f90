/** Colours for SQL, as terminal escape sequences; none when NO_COLOR is set. */
import { type Token, tokenize } from '../src/index.node.ts'

const colors: { readonly [kind in Token['kind']]?: string } = {
  keyword: '\u001b[36m',
  string: '\u001b[32m',
  'bit-string': '\u001b[32m',
  number: '\u001b[33m',
  parameter: '\u001b[35m',
  comment: '\u001b[90m',
  unterminated: '\u001b[32m',
}
const reset = '\u001b[39m'
const inverse = '\u001b[7m'
const upright = '\u001b[27m'

/** The text with colours, and with the character at `cursor` inverted. */
export function highlight(text: string, cursor?: number): string {
  const tokens = process.env.NO_COLOR === undefined ? tokenize(text) : []
  let result = ''
  let at = 0
  for (const token of tokens) {
    result += withCursor(text, at, token.start, cursor)
    const color = colors[token.kind]
    const inner = withCursor(text, token.start, token.end, cursor)
    result += color === undefined ? inner : perLine(inner, color)
    at = token.end
  }
  result += withCursor(text, at, text.length, cursor)
  return cursor !== undefined && cursor >= text.length ? `${result}${inverse} ${upright}` : result
}

/** Lines are printed one by one, so each gets its colour. */
function perLine(text: string, color: string): string {
  return text
    .split('\n')
    .map((line) => `${color}${line}${reset}`)
    .join('\n')
}

function withCursor(text: string, start: number, end: number, cursor: number | undefined): string {
  if (cursor === undefined || cursor < start || cursor >= end) return text.slice(start, end)
  const character = String.fromCodePoint(text.codePointAt(cursor) ?? 32)
  const shown = character === '\n' ? `${inverse} ${upright}\n` : `${inverse}${character}${upright}`
  return text.slice(start, cursor) + shown + text.slice(cursor + character.length, end)
}
