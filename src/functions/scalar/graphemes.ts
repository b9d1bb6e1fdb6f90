/** Texts as people see them: characters that are made of several, letters without their accents, bars. */
import { BIGINT, DOUBLE, TEXT } from '../../types/data-type.ts'
import { outOfRange } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

let segmenter: Intl.Segmenter | undefined

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** `length` places from the one given, from 1 or, negative, from the end; a negative length goes to the left. */
function substring(text: string, from: bigint, length: bigint): string {
  const parts = graphemes(text)
  const start = from < 0 ? Math.max(0, parts.length + Number(from)) : Number(from) - 1
  const end = start + Number(length)
  return parts.slice(Math.max(0, Math.min(start, end)), Math.max(0, start, end)).join('')
}

const FOREVER = 9223372036854775807n
const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** The share of the way from `least` to `greatest` that `value` has gone, in eighths of characters. */
function bar(value: number, least: number, greatest: number, width: number): string {
  if (!(width >= 1 && width <= 1000)) throw outOfRange('the width of a bar')
  const share = Math.max(0, Math.min(1, (value - least) / (greatest - least)))
  const length = value < least || Number.isNaN(share) ? 0 : share * width
  const whole = Math.floor(length)
  const part = Math.floor((length - whole) * 8)
  return ('█'.repeat(whole) + (part > 0 ? EIGHTHS[part] : '')).padEnd(Math.floor(width), ' ')
}

export const graphemeFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'length_grapheme',
    category: 'text',
    doc: 'The number of characters as they are seen, whatever number of code points makes one.',
    examples: [["length_grapheme('e\u0301')", '1']],
    overloads: [overload([TEXT], BIGINT, (text) => BigInt(graphemes(text).length))],
  }),
  scalar({
    name: 'left_grapheme',
    category: 'text',
    doc: 'The first n characters as they are seen, or all but the last -n.',
    examples: [["left_grapheme('abc', 2)", 'ab']],
    overloads: [overload([TEXT, BIGINT], TEXT, (text, n: bigint) => graphemes(text).slice(0, Number(n)).join(''))],
  }),
  scalar({
    name: 'right_grapheme',
    category: 'text',
    doc: 'The last n characters as they are seen, or all but the first -n.',
    examples: [["right_grapheme('abc', 2)", 'bc']],
    overloads: [
      overload([TEXT, BIGINT], TEXT, (text, n: bigint) => (n === 0n ? '' : graphemes(text).slice(-Number(n)).join(''))),
    ],
  }),
  scalar({
    name: 'substring_grapheme',
    category: 'text',
    doc: 'The characters as they are seen from a place on, from 1 or, negative, from the end; all, or a number of them.',
    examples: [["substring_grapheme('abcdef', 3, 2)", 'cd']],
    overloads: [overload([TEXT, BIGINT, BIGINT], TEXT, substring, { defaults: [FOREVER] })],
  }),
  scalar({
    name: 'strip_accents',
    category: 'text',
    doc: 'The text without accents.',
    examples: [["strip_accents('mühleisen')", 'muhleisen']],
    overloads: [
      overload([TEXT], TEXT, (text: string) =>
        text
          .normalize('NFD')
          .replace(/\p{Mn}/gu, '')
          .normalize('NFC'),
      ),
    ],
  }),
  scalar({
    name: 'bar',
    category: 'text',
    doc: 'A bar as long, of a width, as a value is far from a least to a greatest.',
    examples: [['bar(5, 0, 20, 10)', '██▌       ']],
    overloads: [overload([DOUBLE, DOUBLE, DOUBLE, DOUBLE], TEXT, bar, { defaults: [80] })],
  }),
]
