/**
 * Inside a json text. A `json` value keeps its text as it was written, so what is taken out of it is a piece of that
 * text. The text was checked when the value was made; here it is only walked.
 */

function skipBlanks(text: string, at: number): number {
  while (at < text.length && ' \t\n\r'.includes(text[at])) at++
  return at
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Where the value that begins at `start` ends. */
function valueEnd(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return stringEnd(text, start)
  let at = start
  if (first !== '{' && first !== '[') {
    while (at < text.length && !' \t\n\r,]}'.includes(text[at])) at++
    return at
  }
  let depth = 0
  do {
    const char = text[at]
    if (char === '"') {
      at = stringEnd(text, at)
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    at++
  } while (depth > 0)
  return at
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

export function jsonKind(text: string): JsonKind {
  switch (text[skipBlanks(text, 0)]) {
    case '{':
      return 'object'
    case '[':
      return 'array'
    case '"':
      return 'string'
    case 't':
    case 'f':
      return 'boolean'
    case 'n':
      return 'null'
    default:
      return 'number'
  }
}

/** The texts of an array's elements. */
export function jsonElements(text: string): string[] {
  const elements: string[] = []
  let at = skipBlanks(text, skipBlanks(text, 0) + 1)
  while (text[at] !== ']') {
    const end = valueEnd(text, at)
    elements.push(text.slice(at, end))
    at = skipBlanks(text, end)
    if (text[at] === ',') at = skipBlanks(text, at + 1)
  }
  return elements
}

/** An object's keys with the texts of their values, in the order written, doubles included. */
export function jsonMembers(text: string): [key: string, value: string][] {
  const members: [string, string][] = []
  let at = skipBlanks(text, skipBlanks(text, 0) + 1)
  while (text[at] !== '}') {
    const keyEnd = stringEnd(text, at)
    const key = JSON.parse(text.slice(at, keyEnd)) as string
    const start = skipBlanks(text, skipBlanks(text, keyEnd) + 1)
    const end = valueEnd(text, start)
    members.push([key, text.slice(start, end)])
    at = skipBlanks(text, end)
    if (text[at] === ',') at = skipBlanks(text, at + 1)
  }
  return members
}

/** The value of a key: the last one when it is there more than once. */
export function jsonMember(text: string, key: string): string | null {
  if (jsonKind(text) !== 'object') return null
  let found: string | null = null
  for (const [name, value] of jsonMembers(text)) if (name === key) found = value
  return found
}

/** The n-th element from 0, or from the end when n is negative. */
export function jsonElement(text: string, n: number): string | null {
  if (jsonKind(text) !== 'array') return null
  const elements = jsonElements(text)
  return elements[n < 0 ? elements.length + n : n] ?? null
}

/** What a path of keys and places leads to. */
export function jsonAtPath(text: string, path: readonly (string | null)[]): string | null {
  let current: string | null = text.trim()
  for (const step of path) {
    if (step === null || current === null) return null
    const place = arrayPlace(step)
    current =
      jsonKind(current) === 'array'
        ? place === undefined
          ? null
          : jsonElement(current, place)
        : jsonMember(current, step)
  }
  return current
}

/** A path's step as a place in an array. */
export function arrayPlace(step: string): number | undefined {
  return /^\s*[+-]?\d+$/.test(step) && Math.abs(Number(step)) <= 2147483647 ? Number(step) : undefined
}

/** A value as SQL text: a string without its quotes, null as NULL. */
export function jsonAsText(text: string | null): string | null {
  if (text === null) return null
  const trimmed = text.trim()
  if (trimmed === 'null') return null
  return trimmed[0] === '"' ? (JSON.parse(trimmed) as string) : trimmed
}

/** The text without members that are null, at all depths. */
export function stripNulls(text: string): string {
  switch (jsonKind(text)) {
    case 'object': {
      const kept = jsonMembers(text).filter(([, value]) => value !== 'null')
      return `{${kept.map(([key, value]) => `${JSON.stringify(key)}:${stripNulls(value)}`).join(',')}}`
    }
    case 'array':
      return `[${jsonElements(text).map(stripNulls).join(',')}]`
    default:
      return text.trim()
  }
}
