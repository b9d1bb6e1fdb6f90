/**
 * JSON. A value of type json is its text, checked; a value of jsonb is taken apart: numbers are Decimals, objects are
 * Maps with their keys in PostgreSQL's order (shorter first, then by bytes), and of equal keys the last one stays.
 * Reading and printing keep their own stack, so that depth is limited by memory alone.
 */
import { SqlError } from '../error.ts'
import { Decimal } from './decimal.ts'
import { byteLength, compareText } from './text-order.ts'

/** JSON's null; SQL's NULL is another thing, namely no value at all. */
export interface JsonNull {
  readonly json: null
}

export const JSON_NULL: JsonNull = { json: null }

export type JsonArray = readonly JsonValue[]
export type JsonObject = ReadonlyMap<string, JsonValue>
export type JsonValue = JsonNull | boolean | Decimal | string | JsonArray | JsonObject

export function isJsonNull(value: JsonValue): value is JsonNull {
  return value === JSON_NULL
}

export function isJsonArray(value: JsonValue): value is JsonArray {
  return Array.isArray(value)
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return value instanceof Map
}

/** What jsonb_typeof says. */
export function jsonTypeOf(value: JsonValue): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === JSON_NULL) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (value instanceof Decimal) return 'number'
  return Array.isArray(value) ? 'array' : 'object'
}

/** An object of the given pairs, keys in order; of equal keys the last one stays. */
export function jsonObject(pairs: Iterable<readonly [string, JsonValue]>): JsonObject {
  const byKey = new Map<string, JsonValue>(pairs)
  const keys = [...byKey.keys()]
  for (let i = 1; i < keys.length; i++) {
    if (compareKeys(keys[i - 1], keys[i]) < 0) continue
    keys.sort(compareKeys)
    return new Map(keys.map((key) => [key, byKey.get(key)!]))
  }
  return byKey
}

/** The order of keys within an object: by length in bytes, then by the bytes. */
export function compareKeys(left: string, right: string): number {
  return byteLength(left) - byteLength(right) || compareText(left, right)
}

function invalid(detail: string): SqlError {
  return new SqlError('invalid_text_representation', 'invalid input syntax for type json', { detail })
}

/** Checks a text that is to be a json value. */
export function checkJson(text: string): void {
  parse(text, false)
}

/** Reads a jsonb value. */
export function parseJson(text: string): JsonValue {
  return parse(text, true)!
}

/** As `parseJson`; `keys` is told each key as it comes. */
export function parseJsonTelling(text: string, keys: KeyListener): JsonValue {
  return parse(text, true, keys)!
}

/** A key, and the number of containers around its object. */
type KeyListener = (key: string, depth: number) => void

/** A container that is being filled. */
interface Frame {
  readonly items: JsonValue[] | undefined
  readonly pairs: [string, JsonValue][] | undefined
  readonly isObject: boolean
  readonly depth: number
  key: string
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const wordPattern = /[A-Za-z0-9_\u0080-\u{10ffff}]+/uy
const numberLike = /-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d*)?[A-Za-z0-9_\u0080-\u{10ffff}]*/uy

/** `build` is false where only the syntax matters; the answer is then nothing. */
function parse(text: string, build: boolean, keys?: KeyListener): JsonValue | undefined {
  let at = 0
  const stack: Frame[] = []

  const skipBlanks = (): void => {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
    }
  }

  /** The token that stands where something else was expected; refused on its own account when it is none. */
  const token = (): string => {
    const start = at
    const first = text[at]
    if (first === '"') {
      string()
      return text.slice(start, at)
    }
    if (first === '-' || (first >= '0' && first <= '9')) {
      number()
      return text.slice(start, at)
    }
    if ('{}[],:'.includes(first)) return first
    return word()
  }

  const unexpected = (expected: string): SqlError => {
    skipBlanks()
    if (at >= text.length) return invalid('The input string ended unexpectedly.')
    return invalid(`Expected ${expected}, but found "${token()}".`)
  }

  const word = (): string => {
    wordPattern.lastIndex = at
    const found = wordPattern.exec(text)?.[0]
    if (found === 'true' || found === 'false' || found === 'null') return found
    throw invalid(`Token "${found ?? String.fromCodePoint(text.codePointAt(at)!)}" is invalid.`)
  }

  const number = (): string => {
    numberPattern.lastIndex = at
    const found = numberPattern.exec(text)?.[0] ?? ''
    numberLike.lastIndex = at
    const whole = numberLike.exec(text)![0]
    if (found === '' || whole.length > found.length) throw invalid(`Token "${whole}" is invalid.`)
    at += found.length
    return found
  }

  const hex = (): number => {
    const digits = /^[0-9a-fA-F]{4}/.exec(text.slice(at, at + 4))
    if (!digits) throw invalid('"\\u" must be followed by four hexadecimal digits.')
    at += 4
    return Number.parseInt(digits[0], 16)
  }

  /** A string from its opening quote on. */
  const string = (): string => {
    at++
    let start = at
    let value = ''
    for (;;) {
      if (at >= text.length) throw invalid(`Token "${text.slice(text.lastIndexOf('"', start - 1))}" is invalid.`)
      const code = text.charCodeAt(at)
      if (code === 34) break
      if (code < 32) {
        throw invalid(`Character with value 0x${code.toString(16).padStart(2, '0')} must be escaped.`)
      }
      if (code !== 92) {
        at++
        continue
      }
      value += text.slice(start, at)
      const letter = text[at + 1]
      at += 2
      if (letter === 'u') {
        value += unicodeEscape()
      } else {
        const plain = simpleEscapes.get(letter)
        if (plain === undefined) {
          if (letter === undefined) throw invalid(`Token "${text.slice(text.lastIndexOf('"', start - 1))}" is invalid.`)
          throw invalid(`Escape sequence "\\${String.fromCodePoint(text.codePointAt(at - 1)!)}" is invalid.`)
        }
        value += plain
      }
      start = at
    }
    value = value === '' ? text.slice(start, at) : value + text.slice(start, at)
    at++
    return value
  }

  const unicodeEscape = (): string => {
    const code = hex()
    if (!build) return ''
    if (code === 0) {
      throw new SqlError('untranslatable_character', 'unsupported Unicode escape sequence', {
        detail: '\\u0000 cannot be converted to text.',
      })
    }
    if ((code & 0xfc00) === 0xdc00) throw invalid('Unicode low surrogate must follow a high surrogate.')
    if ((code & 0xfc00) !== 0xd800) return String.fromCharCode(code)
    if (text[at] !== '\\' || text[at + 1] !== 'u') throw invalid('Unicode low surrogate must follow a high surrogate.')
    at += 2
    const low = hex()
    if ((low & 0xfc00) === 0xd800) throw invalid('Unicode high surrogate must not follow a high surrogate.')
    if ((low & 0xfc00) !== 0xdc00) throw invalid('Unicode low surrogate must follow a high surrogate.')
    return String.fromCharCode(code, low)
  }

  const key = (frame: Frame, expected: string): void => {
    skipBlanks()
    if (text[at] !== '"') throw unexpected(expected)
    frame.key = string()
    keys?.(frame.key, frame.depth)
    skipBlanks()
    if (text[at] !== ':') throw unexpected('":"')
    at++
  }

  for (;;) {
    skipBlanks()
    let value: JsonValue
    const first = text[at]
    if (first === '{' || first === '[') {
      at++
      skipBlanks()
      const isObject = first === '{'
      const frame: Frame = {
        items: build && !isObject ? [] : undefined,
        pairs: build && isObject ? [] : undefined,
        isObject,
        depth: stack.length,
        key: '',
      }
      if (text[at] !== (isObject ? '}' : ']')) {
        if (isObject) key(frame, 'string or "}"')
        stack.push(frame)
        continue
      }
      at++
      value = isObject ? new Map() : []
    } else if (first === '"') value = string()
    else if (first !== undefined && (first === '-' || (first >= '0' && first <= '9'))) {
      const digits = number()
      value = build ? Decimal.parse(digits) : false
    } else if (first === undefined || '}],:'.includes(first)) throw unexpected('JSON value')
    else {
      const name = word()
      at += name.length
      value = name === 'null' ? JSON_NULL : name === 'true'
    }
    for (;;) {
      const frame = stack[stack.length - 1]
      skipBlanks()
      if (!frame) {
        if (at < text.length) throw unexpected('end of input')
        return build ? value : undefined
      }
      if (frame.isObject) frame.pairs?.push([frame.key, value])
      else frame.items?.push(value)
      const next = text[at]
      if (next === ',') {
        at++
        if (frame.isObject) key(frame, 'string')
        break
      }
      if (next !== (frame.isObject ? '}' : ']')) throw unexpected(frame.isObject ? '"," or "}"' : '"," or "]"')
      at++
      stack.pop()
      value = frame.isObject ? jsonObject(frame.pairs ?? []) : (frame.items ?? [])
    }
  }
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

const plainString = /^[^\u0000-\u001f"\\]*$/

/** A string in quotes, with the escapes that JSON demands. */
export function quoteJson(text: string): string {
  if (plainString.test(text)) return `"${text}"`
  const escaped = text.replace(/[\u0000-\u001f"\\]/g, (character) => {
    const found = escapes.get(character)
    return found ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}

const escapes: ReadonlyMap<string, string> = new Map(
  [...simpleEscapes].filter(([letter]) => letter !== '/').map(([letter, character]) => [character, `\\${letter}`]),
)

/** The text of a jsonb value: a blank after each comma and colon. */
export function formatJson(value: JsonValue): string {
  let text = ''
  const pending: (JsonValue | { readonly raw: string })[] = [value]
  while (pending.length > 0) {
    const next = pending.pop()!
    if (typeof next === 'string') text += quoteJson(next)
    else if (typeof next === 'boolean') text += next ? 'true' : 'false'
    else if (next === JSON_NULL) text += 'null'
    else if (next instanceof Decimal) text += next.toString()
    else if (next instanceof Map) {
      text += '{'
      pending.push({ raw: '}' })
      const entries = [...next]
      for (let i = entries.length - 1; i >= 0; i--) {
        pending.push(entries[i][1], { raw: `${i > 0 ? ', ' : ''}${quoteJson(entries[i][0])}: ` })
      }
    } else if (Array.isArray(next)) {
      text += '['
      pending.push({ raw: ']' })
      for (let i = next.length - 1; i >= 0; i--) {
        pending.push(next[i])
        if (i > 0) pending.push({ raw: ', ' })
      }
    } else text += (next as { raw: string }).raw
  }
  return text
}

/** Null < string < number < boolean < array < object. */
const ranks = { null: 0, string: 1, number: 2, boolean: 3, array: 4, object: 5 } as const

/** The order of jsonb: by kind, containers by size first. An empty array at the top comes before everything. */
export function compareJson(left: JsonValue, right: JsonValue): number {
  const leftEmpty = Array.isArray(left) && left.length === 0
  const rightEmpty = Array.isArray(right) && right.length === 0
  if (leftEmpty !== rightEmpty && !isJsonObject(left) && !isJsonObject(right)) return leftEmpty ? -1 : 1
  return compareNested(left, right)
}

function compareNested(left: JsonValue, right: JsonValue): number {
  const pending: [JsonValue, JsonValue][] = [[left, right]]
  while (pending.length > 0) {
    const [a, b] = pending.pop()!
    const kind = jsonTypeOf(a)
    const other = jsonTypeOf(b)
    if (kind !== other) return ranks[kind] - ranks[other]
    let order = 0
    if (typeof a === 'string') order = compareText(a, b as string)
    else if (typeof a === 'boolean') order = Number(a) - Number(b)
    else if (a instanceof Decimal) order = a.compare(b as Decimal)
    else if (isJsonArray(a)) {
      const items = b as JsonArray
      order = a.length - items.length
      for (let i = a.length - 1; i >= 0 && order === 0; i--) pending.push([a[i], items[i]])
    } else if (isJsonObject(a)) {
      const pairs = [...(b as JsonObject)]
      order = a.size - pairs.length
      const own = [...a]
      for (let i = own.length - 1; i >= 0 && order === 0; i--) {
        pending.push([own[i][1], pairs[i][1]], [own[i][0], pairs[i][0]])
      }
    }
    if (order !== 0) return order
  }
  return 0
}

/** A text that equal jsonb values share, numbers without regard to their scale. */
export function jsonKey(value: JsonValue): string {
  if (value instanceof Decimal) return value.trimScale().toString()
  if (!isJsonArray(value) && !isJsonObject(value)) return formatJson(value)
  return formatJson(normalised(value))
}

function normalised(value: JsonValue): JsonValue {
  if (value instanceof Decimal) return value.trimScale()
  if (isJsonArray(value)) return value.map(normalised)
  if (isJsonObject(value)) return new Map([...value].map(([key, item]) => [key, normalised(item)]))
  return value
}
