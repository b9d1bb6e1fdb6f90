/** Functions that measure, cut, pad, search and join text. Positions count characters from 1. */
import { SqlError } from '../../error.ts'
import { BOOLEAN, BPCHAR, BYTEA, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { byteCount, characterCount, characters, hasSurrogates, sliceCharacters } from './characters.ts'
import { textOf } from './text-of.ts'

const BIT: DataType = { kind: 'bit' }

function withoutBlanks(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--
  return end === text.length ? text : text.slice(0, end)
}

const length = scalar({
  name: 'length',
  category: 'text',
  doc: 'The number of characters; of bytes in a bytea.',
  examples: [
    ["length('jose')", '4'],
    ["length('épée')", '4'],
  ],
  overloads: [
    overload([TEXT], INTEGER, characterCount),
    overload([BPCHAR], INTEGER, (text) => characterCount(withoutBlanks(text))),
    overload([BYTEA], INTEGER, (bytes: Uint8Array) => bytes.length),
    overload([BIT], INTEGER, (bits: string) => bits.length),
    overload([{ kind: 'varbit' }], INTEGER, (bits: string) => bits.length),
    overload(['anyarray'], { kind: 'bigint' }, (array) => BigInt(array.values.length)),
  ],
})

const charLength = scalar({
  name: 'char_length',
  aliases: ['character_length'],
  category: 'text',
  doc: 'The number of characters.',
  examples: [["char_length('jose')", '4']],
  overloads: [
    overload([TEXT], INTEGER, characterCount),
    overload([BPCHAR], INTEGER, (text) => characterCount(withoutBlanks(text))),
  ],
})

const octetLength = scalar({
  name: 'octet_length',
  category: 'text',
  doc: 'The number of bytes of the text in UTF-8, or of a bytea.',
  examples: [["octet_length('é')", '2']],
  overloads: [
    overload([TEXT], INTEGER, byteCount),
    overload([BPCHAR], INTEGER, byteCount),
    overload([BYTEA], INTEGER, (bytes: Uint8Array) => bytes.length),
    overload([BIT], INTEGER, (bits: string) => Math.ceil(bits.length / 8)),
  ],
})

const bitLength = scalar({
  name: 'bit_length',
  category: 'text',
  doc: 'Eight times the number of bytes.',
  examples: [["bit_length('jose')", '32']],
  overloads: [
    overload([TEXT], INTEGER, (text) => 8 * byteCount(text)),
    overload([BYTEA], INTEGER, (bytes: Uint8Array) => 8 * bytes.length),
    overload([BIT], INTEGER, (bits: string) => bits.length),
  ],
})

/** Changes case character by character, so that no character becomes two. */
function changeCase(text: string, whole: string, one: (char: string) => string): string {
  if (whole.length === text.length) return whole
  return characters(text)
    .map((char) => {
      const changed = one(char)
      return characterCount(changed) === 1 ? changed : char
    })
    .join('')
}

/** Lower case as lower() gives it. */
export function lowerCase(text: string): string {
  const lowered = text.toLowerCase()
  return changeCase(text, lowered.includes('ς') ? lowered.replaceAll('ς', 'σ') : lowered, (char) => char.toLowerCase())
}

const lower = scalar({
  name: 'lower',
  aliases: ['lcase'],
  category: 'text',
  doc: 'The text in lower case.',
  examples: [["lower('TOM')", 'tom']],
  overloads: [overload([TEXT], TEXT, lowerCase)],
})

const upper = scalar({
  name: 'upper',
  aliases: ['ucase'],
  category: 'text',
  doc: 'The text in upper case.',
  examples: [
    ["upper('tom')", 'TOM'],
    ["upper('straße')", 'STRAßE'],
  ],
  overloads: [
    overload([TEXT], TEXT, (text: string) => changeCase(text, text.toUpperCase(), (char) => char.toUpperCase())),
  ],
})

const initcap = scalar({
  name: 'initcap',
  category: 'text',
  doc: 'The first letter of each word in upper case, the others in lower case.',
  examples: [["initcap('hi THOMAS')", 'Hi Thomas']],
  overloads: [
    overload([TEXT], TEXT, (text: string) =>
      text.replace(/[\p{Alphabetic}\p{Nd}]+/gu, (word) => {
        const [first] = word
        const upper = first.toUpperCase()
        return (characterCount(upper) === 1 ? upper : first) + lowerCase(word.slice(first.length))
      }),
    ),
  ],
})

function substringFrom(text: string, start: number): string {
  return start <= 1 ? text : sliceCharacters(text, start - 1, text.length)
}

/** `count` characters from position `start`; positions before the text count, but have no characters. */
function substringFor(text: string, start: number, count: number): string {
  if (count < 0) throw new SqlError('substring_error', 'negative substring length not allowed')
  const end = start + count - 1
  return end < 1 ? '' : sliceCharacters(text, Math.max(0, start - 1), end)
}

const substr = scalar({
  name: 'substr',
  category: 'text',
  doc: 'The characters from a position on, at most so many.',
  examples: [
    ["substr('alphabet', 3)", 'phabet'],
    ["substr('alphabet', 3, 2)", 'ph'],
    ["substr('alphabet', -1, 4)", 'al'],
  ],
  overloads: [
    overload([TEXT, INTEGER], TEXT, substringFrom),
    overload([TEXT, INTEGER, INTEGER], TEXT, substringFor),
    overload([BYTEA, INTEGER], BYTEA, (bytes: Uint8Array, start) => bytes.slice(Math.max(0, start - 1))),
    overload([BYTEA, INTEGER, INTEGER], BYTEA, substringBytes),
  ],
})

function substringBytes(bytes: Uint8Array, start: number, count: number): Uint8Array {
  if (count < 0) throw new SqlError('substring_error', 'negative substring length not allowed')
  const end = start + count - 1
  return end < 1 ? new Uint8Array(0) : bytes.slice(Math.max(0, start - 1), end)
}

function substringBits(bits: string, start: number, count = Number.POSITIVE_INFINITY): string {
  if (count < 0) throw new SqlError('substring_error', 'negative substring length not allowed')
  const end = start + count - 1
  return end < 1 ? '' : bits.slice(Math.max(0, start - 1), end)
}

/** SUBSTRING(x FROM a FOR b); the forms with a pattern stand in pattern.ts. */
const substring = scalar({
  name: 'substring',
  category: 'text',
  doc: 'The characters from a position on, at most so many.',
  examples: [
    ["substring('Thomas' FROM 2 FOR 3)", 'hom'],
    ["substring('Thomas', 3)", 'omas'],
    ["substring('Thomas' FOR 2)", 'Th'],
  ],
  overloads: [
    ...substr.overloads,
    overload([BIT, INTEGER], BIT, substringBits),
    overload([BIT, INTEGER, INTEGER], BIT, substringBits),
  ],
})

const left = scalar({
  name: 'left',
  category: 'text',
  doc: 'The first n characters, or all but the last |n| when n is negative.',
  examples: [
    ["left('abcde', 2)", 'ab'],
    ["left('abcde', -2)", 'abc'],
  ],
  overloads: [
    overload([TEXT, INTEGER], TEXT, (text: string, n) =>
      sliceCharacters(text, 0, n >= 0 ? n : Math.max(0, characterCount(text) + n)),
    ),
  ],
})

const right = scalar({
  name: 'right',
  category: 'text',
  doc: 'The last n characters, or all but the first |n| when n is negative.',
  examples: [
    ["right('abcde', 2)", 'de'],
    ["right('abcde', -2)", 'cde'],
  ],
  overloads: [
    overload([TEXT, INTEGER], TEXT, (text: string, n) =>
      sliceCharacters(text, n >= 0 ? Math.max(0, characterCount(text) - n) : -n, text.length),
    ),
  ],
})

const MAX_TEXT = 1 << 29

/** What fills up to `count` characters: `fill` again and again, cut. */
function filling(fill: string, count: number): string {
  if (count <= 0 || fill === '') return ''
  if (!hasSurrogates(fill)) return fill.repeat(Math.ceil(count / fill.length)).slice(0, count)
  const chars = characters(fill)
  let result = ''
  for (let index = 0; index < count; index++) result += chars[index % chars.length]
  return result
}

function checkLength(count: number): void {
  if (count > MAX_TEXT) throw new SqlError('program_limit_exceeded', 'requested length too large')
}

function padLeft(text: string, count: number, fill: string): string {
  checkLength(count)
  const own = characterCount(text)
  return own >= count ? sliceCharacters(text, 0, Math.max(0, count)) : filling(fill, count - own) + text
}

function padRight(text: string, count: number, fill: string): string {
  checkLength(count)
  const own = characterCount(text)
  return own >= count ? sliceCharacters(text, 0, Math.max(0, count)) : text + filling(fill, count - own)
}

const lpad = scalar({
  name: 'lpad',
  category: 'text',
  doc: 'The text filled up on the left to so many characters, or cut on the right.',
  examples: [
    ["lpad('hi', 5, 'xy')", 'xyxhi'],
    ["lpad('hello', 2)", 'he'],
  ],
  overloads: [
    overload([TEXT, INTEGER, TEXT], TEXT, padLeft),
    overload([TEXT, INTEGER], TEXT, (text, count) => padLeft(text, count, ' ')),
  ],
})

const rpad = scalar({
  name: 'rpad',
  category: 'text',
  doc: 'The text filled up on the right to so many characters, or cut.',
  examples: [["rpad('hi', 5, 'xy')", 'hixyx']],
  overloads: [
    overload([TEXT, INTEGER, TEXT], TEXT, padRight),
    overload([TEXT, INTEGER], TEXT, (text, count) => padRight(text, count, ' ')),
  ],
})

function trimLeft(text: string, set: string): string {
  let start = 0
  if (set.length === 1) {
    const code = set.charCodeAt(0)
    while (start < text.length && text.charCodeAt(start) === code) start++
    return start === 0 ? text : text.slice(start)
  }
  const members = new Set(set)
  while (start < text.length) {
    const char = String.fromCodePoint(text.codePointAt(start)!)
    if (!members.has(char)) break
    start += char.length
  }
  return text.slice(start)
}

function trimRight(text: string, set: string): string {
  let end = text.length
  if (set.length === 1) {
    const code = set.charCodeAt(0)
    while (end > 0 && text.charCodeAt(end - 1) === code) end--
    return end === text.length ? text : text.slice(0, end)
  }
  const members = new Set(set)
  const chars = characters(text)
  let kept = chars.length
  while (kept > 0 && members.has(chars[kept - 1])) kept--
  return chars.slice(0, kept).join('')
}

function trimBytes(bytes: Uint8Array, set: Uint8Array, fromLeft: boolean, fromRight: boolean): Uint8Array {
  let start = 0
  let end = bytes.length
  while (fromLeft && start < end && set.includes(bytes[start])) start++
  while (fromRight && end > start && set.includes(bytes[end - 1])) end--
  return bytes.slice(start, end)
}

const ltrim = scalar({
  name: 'ltrim',
  category: 'text',
  doc: 'The text without the leading characters that are in a set: blanks when it is not given.',
  examples: [["ltrim('zzzytest', 'xyz')", 'test']],
  overloads: [
    overload([TEXT, TEXT], TEXT, trimLeft),
    overload([TEXT], TEXT, (text) => trimLeft(text, ' ')),
    overload([BYTEA, BYTEA], BYTEA, (bytes, set) => trimBytes(bytes, set, true, false)),
  ],
})

const rtrim = scalar({
  name: 'rtrim',
  category: 'text',
  doc: 'The text without the trailing characters that are in a set: blanks when it is not given.',
  examples: [["rtrim('testxxzx', 'xyz')", 'test']],
  overloads: [
    overload([TEXT, TEXT], TEXT, trimRight),
    overload([TEXT], TEXT, (text) => trimRight(text, ' ')),
    overload([BYTEA, BYTEA], BYTEA, (bytes, set) => trimBytes(bytes, set, false, true)),
  ],
})

const btrim = scalar({
  name: 'btrim',
  aliases: ['trim'],
  category: 'text',
  doc: 'The text without the leading and trailing characters that are in a set: blanks when it is not given.',
  examples: [
    ["btrim('xyxtrimyyx', 'xyz')", 'trim'],
    ["trim(both 'x' from 'xTomxx')", 'Tom'],
  ],
  overloads: [
    overload([TEXT, TEXT], TEXT, (text, set) => trimRight(trimLeft(text, set), set)),
    overload([TEXT], TEXT, (text) => trimRight(trimLeft(text, ' '), ' ')),
    overload([BYTEA, BYTEA], BYTEA, (bytes, set) => trimBytes(bytes, set, true, true)),
  ],
})

const reverse = scalar({
  name: 'reverse',
  category: 'text',
  doc: 'The characters in reverse order.',
  examples: [["reverse('abcde')", 'edcba']],
  overloads: [overload([TEXT], TEXT, (text) => characters(text).reverse().join(''))],
})

const repeat = scalar({
  name: 'repeat',
  category: 'text',
  doc: 'The text so many times over.',
  examples: [
    ["repeat('Pg', 4)", 'PgPgPgPg'],
    ["repeat('Pg', 0)", ''],
  ],
  overloads: [
    overload([TEXT, INTEGER], TEXT, (text: string, count) => {
      if (count <= 0) return ''
      checkLength(text.length * count)
      return text.repeat(count)
    }),
  ],
})

const concat = scalar({
  name: 'concat',
  category: 'text',
  doc: 'All arguments as text, one after another. NULLs are left out.',
  examples: [
    ["concat('abc', 2, NULL, 22)", 'abc222'],
    ["concat('n = ', 1.50)", 'n = 1.50'],
  ],
  volatility: 'stable',
  overloads: [
    overload(['any'], TEXT, () => '', {
      variadic: true,
      strict: false,
      context: true,
      specialise: (types) => {
        const print = types.map(textOf)
        return (context, ...values) => {
          let result = ''
          for (let index = 0; index < values.length; index++) {
            const value = values[index]
            if (value !== null) result += print[Math.min(index, print.length - 1)](value, context.settings)
          }
          return result
        }
      },
    }),
  ],
})

const concatWs = scalar({
  name: 'concat_ws',
  category: 'text',
  doc: 'All arguments but the first as text, joined by the first. NULLs are left out.',
  examples: [["concat_ws(',', 'abc', 2, NULL, 22)", 'abc,2,22']],
  volatility: 'stable',
  overloads: [
    overload([TEXT, 'any'], TEXT, () => '', {
      variadic: true,
      strict: false,
      context: true,
      specialise: (types) => {
        const print = types.slice(1).map(textOf)
        return (context, separator, ...values) => {
          if (separator === null) return null
          const parts: string[] = []
          for (let index = 0; index < values.length; index++) {
            const value = values[index]
            if (value !== null) parts.push(print[Math.min(index, print.length - 1)](value, context.settings))
          }
          return parts.join(separator)
        }
      },
    }),
  ],
})

const ascii = scalar({
  name: 'ascii',
  category: 'text',
  doc: 'The code point of the first character; 0 for an empty text.',
  examples: [
    ["ascii('x')", '120'],
    ["ascii('é')", '233'],
  ],
  overloads: [overload([TEXT], INTEGER, (text: string) => text.codePointAt(0) ?? 0)],
})

const unicode = scalar({
  name: 'unicode',
  aliases: ['ord'],
  category: 'text',
  doc: 'The code point of the first character; -1 for an empty text.',
  examples: [["unicode('é')", '233']],
  overloads: [overload([TEXT], INTEGER, (text: string) => text.codePointAt(0) ?? -1)],
})

const chr = scalar({
  name: 'chr',
  category: 'text',
  doc: 'The character of a code point.',
  examples: [['chr(65)', 'A']],
  overloads: [
    overload([INTEGER], TEXT, (code) => {
      if (code === 0) throw new SqlError('program_limit_exceeded', 'null character not permitted')
      if (code < 0) throw invalidParameter('character number must be positive')
      if (code > 0x10ffff) {
        throw new SqlError('program_limit_exceeded', `requested character too large for encoding: ${code}`)
      }
      if (code >= 0xd800 && code <= 0xdfff) {
        throw new SqlError('program_limit_exceeded', `requested character not valid for encoding: ${code}`)
      }
      return String.fromCodePoint(code)
    }),
  ],
})

const normalize = scalar({
  name: 'normalize',
  category: 'text',
  doc: 'The text in a Unicode normal form: NFC when none is named.',
  examples: [["length(normalize('e\u0301'))", '1']],
  overloads: [
    overload([TEXT, TEXT], TEXT, (text: string, form: string) => text.normalize(normalForm(form)), {
      defaults: ['NFC'],
    }),
  ],
})

const isNormalized = scalar({
  name: 'is_normalized',
  category: 'text',
  doc: 'Whether the text is in a Unicode normal form: NFC when none is named.',
  examples: [["is_normalized('abc')", 't']],
  overloads: [
    overload([TEXT, TEXT], BOOLEAN, (text: string, form: string) => text.normalize(normalForm(form)) === text, {
      defaults: ['NFC'],
    }),
  ],
})

function normalForm(form: string): string {
  const upper = form.toUpperCase()
  if (!['NFC', 'NFD', 'NFKC', 'NFKD'].includes(upper)) throw invalidParameter(`invalid normalization form: ${form}`)
  return upper
}

const unistr = scalar({
  name: 'unistr',
  category: 'text',
  doc: 'The text with escapes \\XXXX, \\+XXXXXX, \\uXXXX and \\UXXXXXXXX replaced by their characters.',
  examples: [["unistr('d\\0061t\\+000061')", 'data']],
  overloads: [
    overload([TEXT], TEXT, (text: string) => {
      const decoded = text.replace(
        /\\(\\|\+([0-9a-fA-F]{6})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-9a-fA-F]{4}))?/g,
        (match, ...groups) => {
          if (groups[0] === '\\') return '\\'
          const hex = groups[1] ?? groups[2] ?? groups[3] ?? groups[4]
          if (hex === undefined) {
            throw new SqlError('syntax_error', 'invalid Unicode escape', {
              hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
            })
          }
          const code = Number.parseInt(hex, 16)
          if (code > 0x10ffff || code === 0)
            throw new SqlError(
              'syntax_error',
              `invalid Unicode code point: ${match
                .slice(1)
                .replace(/^[+uU]/, '')
                .toUpperCase()}`,
            )
          return hex.length === 4 ? String.fromCharCode(code) : String.fromCodePoint(code)
        },
      )
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(decoded)) {
        throw new SqlError('syntax_error', 'invalid Unicode surrogate pair')
      }
      return decoded
    }),
  ],
})

export const textFunctions: readonly ScalarFunction[] = [
  length,
  charLength,
  octetLength,
  bitLength,
  lower,
  upper,
  initcap,
  substr,
  substring,
  left,
  right,
  lpad,
  rpad,
  ltrim,
  rtrim,
  btrim,
  reverse,
  repeat,
  concat,
  concatWs,
  ascii,
  unicode,
  chr,
  normalize,
  isNormalized,
  unistr,
]
