/** Functions that find a part of a text, and put another in its place. Positions count characters from 1. */
import { SqlError } from '../../error.ts'
import { BOOLEAN, BYTEA, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { invalidParameter, outOfRange } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { characterCount, characterIndex, characters, sliceCharacters, unitIndex } from './characters.ts'

const BIT: DataType = { kind: 'bit' }

/** The position of the first occurrence, from 1; 0 when there is none. */
function find(text: string, part: string): number {
  const unit = text.indexOf(part)
  return unit < 0 ? 0 : characterIndex(text, unit) + 1
}

function findBytes(bytes: Uint8Array, part: Uint8Array): number {
  for (let start = 0; start + part.length <= bytes.length; start++) {
    if (part.every((byte, index) => bytes[start + index] === byte)) return start + 1
  }
  return 0
}

const strpos = scalar({
  name: 'strpos',
  aliases: ['instr'],
  category: 'text',
  doc: 'Where the second text begins in the first, from 1; 0 when it does not occur.',
  examples: [
    ["strpos('high', 'ig')", '2'],
    ["strpos('high', 'x')", '0'],
  ],
  overloads: [overload([TEXT, TEXT], INTEGER, find)],
})

const position = scalar({
  name: 'position',
  category: 'text',
  doc: 'POSITION(part IN text): where the part begins, from 1; 0 when it does not occur.',
  examples: [["position('om' IN 'Thomas')", '3']],
  overloads: [
    overload([TEXT, TEXT], INTEGER, find),
    overload([BYTEA, BYTEA], INTEGER, findBytes),
    overload([BIT, BIT], INTEGER, (bits: string, part: string) => (bits === '' ? 0 : bits.indexOf(part) + 1)),
  ],
})

const replace = scalar({
  name: 'replace',
  category: 'text',
  doc: 'All occurrences of one text replaced by another.',
  examples: [["replace('abcdefabcdef', 'cd', 'XX')", 'abXXefabXXef']],
  overloads: [
    overload([TEXT, TEXT, TEXT], TEXT, (text: string, from: string, to: string) =>
      from === '' ? text : text.split(from).join(to),
    ),
  ],
})

const translate = scalar({
  name: 'translate',
  category: 'text',
  doc: 'Each character of a set replaced by its counterpart in another, or dropped where there is none.',
  examples: [["translate('12345', '143', 'ax')", 'a2x5']],
  overloads: [
    overload([TEXT, TEXT, TEXT], TEXT, (text: string, from: string, to: string) => {
      const targets = characters(to)
      const map = new Map<string, string>()
      characters(from).forEach((char, index) => {
        if (!map.has(char)) map.set(char, targets[index] ?? '')
      })
      let result = ''
      for (const char of text) result += map.get(char) ?? char
      return result
    }),
  ],
})

const splitPart = scalar({
  name: 'split_part',
  category: 'text',
  doc: 'The n-th of the fields that a delimiter separates, from the end when n is negative.',
  examples: [
    ["split_part('a,b,c', ',', 2)", 'b'],
    ["split_part('a,b,c', ',', -1)", 'c'],
    ["split_part('a,b,c', ',', 9)", ''],
  ],
  overloads: [
    overload([TEXT, TEXT, INTEGER], TEXT, (text: string, delimiter: string, n) => {
      if (n === 0) throw invalidParameter('field position must not be zero')
      if (text === '') return ''
      const fields = delimiter === '' ? [text] : text.split(delimiter)
      return fields[n > 0 ? n - 1 : fields.length + n] ?? ''
    }),
  ],
})

const startsWith = scalar({
  name: 'starts_with',
  aliases: ['prefix'],
  category: 'text',
  doc: 'Whether the text begins with another.',
  examples: [["starts_with('alphabet', 'alph')", 't']],
  overloads: [overload([TEXT, TEXT], BOOLEAN, (text: string, part: string) => text.startsWith(part))],
})

const endsWith = scalar({
  name: 'ends_with',
  aliases: ['suffix'],
  category: 'text',
  doc: 'Whether the text ends with another.',
  examples: [["ends_with('alphabet', 'bet')", 't']],
  overloads: [overload([TEXT, TEXT], BOOLEAN, (text: string, part: string) => text.endsWith(part))],
})

const contains = scalar({
  name: 'contains',
  category: 'text',
  doc: 'Whether the text has another in it.',
  examples: [["contains('alphabet', 'hab')", 't']],
  overloads: [overload([TEXT, TEXT], BOOLEAN, (text: string, part: string) => text.includes(part))],
})

function checkOverlay(start: number, count: number): void {
  if (start <= 0) throw new SqlError('substring_error', 'negative substring length not allowed')
  if (start + count > 2147483647) throw outOfRange('integer')
}

function overlayText(text: string, part: string, start: number, count: number = characterCount(part)): string {
  checkOverlay(start, count)
  const after = Math.max(0, start + count - 1)
  return sliceCharacters(text, 0, start - 1) + part + text.slice(unitIndex(text, after))
}

function overlayBytes(bytes: Uint8Array, part: Uint8Array, start: number, count: number = part.length): Uint8Array {
  checkOverlay(start, count)
  const after = Math.max(0, start + count - 1)
  return new Uint8Array([...bytes.slice(0, start - 1), ...part, ...bytes.slice(after)])
}

function overlayBits(bits: string, part: string, start: number, count: number = part.length): string {
  checkOverlay(start, count)
  return bits.slice(0, start - 1) + part + bits.slice(Math.max(0, start + count - 1))
}

const overlay = scalar({
  name: 'overlay',
  category: 'text',
  doc: 'OVERLAY(text PLACING part FROM start FOR count): the characters at a place replaced by others.',
  examples: [["overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4)", 'Thomas']],
  overloads: [
    overload([TEXT, TEXT, INTEGER, INTEGER], TEXT, overlayText),
    overload([TEXT, TEXT, INTEGER], TEXT, (text, part, start) => overlayText(text, part, start)),
    overload([BYTEA, BYTEA, INTEGER, INTEGER], BYTEA, overlayBytes),
    overload([BYTEA, BYTEA, INTEGER], BYTEA, (bytes, part, start) => overlayBytes(bytes, part, start)),
    overload([BIT, BIT, INTEGER, INTEGER], BIT, overlayBits),
    overload([BIT, BIT, INTEGER], BIT, (bits, part, start) => overlayBits(bits, part, start)),
  ],
})

export const textSearchFunctions: readonly ScalarFunction[] = [
  strpos,
  position,
  replace,
  translate,
  splitPart,
  startsWith,
  endsWith,
  contains,
  overlay,
]
