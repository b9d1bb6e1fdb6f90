/** DuckDB's text of lists, structs and maps: `[1, NULL]`, `{'a': 1, b: [x, y]}`, `{k=1}`. */
import { SqlError } from '../error.ts'

/** Whether a text is a list of DuckDB's rather than an array with bounds, `[0:1]={1,2}`. */
export function isListText(text: string): boolean {
  return /^\s*\[/.test(text) && /\]\s*$/.test(text)
}

export function isBracedText(text: string): boolean {
  return /^\s*\{/.test(text)
}

/** The items of a list. */
export function listItems(text: string): (string | null)[] {
  return parts(text, '[', ']', 'list').map(itemOf)
}

/** The names and values of a struct (`:`), or the keys and values of a map (`=`). */
export function namedItems(text: string, sign: ':' | '='): [string, string | null][] {
  const what = sign === ':' ? 'struct' : 'map'
  return parts(text, '{', '}', what).map((part) => {
    const at = find(part, sign)
    if (at < 0) throw malformed(text, what)
    return [itemOf(part.slice(0, at)) ?? 'NULL', itemOf(part.slice(at + 1))]
  })
}

function malformed(text: string, what: string): SqlError {
  return new SqlError('invalid_text_representation', `malformed ${what} literal: "${text}"`)
}

/** What stands between the outermost commas. */
function parts(text: string, open: string, close: string, what: string): string[] {
  const trimmed = text.trim()
  if (!trimmed.startsWith(open) || !trimmed.endsWith(close) || trimmed.length < 2) throw malformed(text, what)
  let rest = trimmed.slice(1, -1)
  if (rest.trim() === '') return []
  const found: string[] = []
  for (;;) {
    const comma = find(rest, ',')
    if (comma < 0) break
    found.push(rest.slice(0, comma))
    rest = rest.slice(comma + 1)
  }
  if (rest.trim() !== '') found.push(rest)
  if (found.some((part) => part.trim() === '')) throw malformed(text, what)
  return found
}

/** Where a sign stands outside of brackets and quotes, or -1. */
function find(text: string, sign: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === sign && depth === 0) return at
    if (char === '\\') at++
    else if (char === '"' || (char === "'" && !/\w/.test(text[at - 1] ?? ''))) {
      for (at++; at < text.length && text[at] !== char; at++) if (text[at] === '\\') at++
    } else if ('[{('.includes(char)) depth++
    else if (']})'.includes(char)) depth--
  }
  return -1
}

/** An item without quotes; NULL where that is all it says. Lists and structs within stay as they are. */
function itemOf(part: string): string | null {
  const text = part.trim()
  if (/^null$/i.test(text)) return null
  const quote = text[0]
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote)
  if (!isQuoted) return text
  return text.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}
