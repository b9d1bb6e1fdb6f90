/** Functions around LIKE patterns and regular expressions. Positions count characters from 1. */

import { collected, type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, BYTEA, INTEGER, TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { bytesAsText, checkEscape, likeEscape, likeMatcher, textAsBytes } from '../patterns/like.ts'
import {
  compileRegex,
  eachMatch,
  foundAgain,
  nthMatch,
  type Regex,
  replaceRegex,
  splitFlags,
  splitRegex,
  testRegex,
} from '../patterns/regex.ts'
import { similarToRegex } from '../patterns/similar.ts'
import { characterIndex, unitIndex } from './characters.ts'

const TEXTS = arrayOf(TEXT)

const likeEscapeFunction = scalar({
  name: 'like_escape',
  category: 'patterns',
  doc: 'A LIKE pattern with the given escape character, rewritten to one where the backslash escapes; of a text, a pattern and an escape character, whether they match.',
  examples: [["like_escape('10#%', '#')", '10\\%']],
  overloads: [
    overload([TEXT, TEXT], TEXT, likeEscape),
    overload([BYTEA, BYTEA], BYTEA, (pattern, escapeCharacter) =>
      textAsBytes(likeEscape(bytesAsText(pattern), bytesAsText(escapeCharacter))),
    ),
    overload([TEXT, TEXT, TEXT], BOOLEAN, matchesEscaped),
  ],
})

/** DuckDB's function behind LIKE … ESCAPE. */
function matchesEscaped(text: string, pattern: string, escapeCharacter: string): boolean {
  checkEscape(escapeCharacter)
  return likeMatcher(likeEscape(pattern, escapeCharacter))(text)
}

const similarToEscape = scalar({
  name: 'similar_to_escape',
  aliases: ['similar_escape'],
  category: 'patterns',
  doc: 'The regular expression that a SIMILAR TO pattern means.',
  examples: [["similar_to_escape('a%(b|c)_')", '^(?:a.*(?:b|c).)$']],
  overloads: [
    overload([TEXT], TEXT, (pattern) => similarToRegex(pattern)),
    overload([TEXT, TEXT], TEXT, (pattern, escapeCharacter) => similarToRegex(pattern, escapeCharacter)),
  ],
})

/** Refuses the flag g where a function finds one match by nature. */
function withoutGlobal(flags: string, name: string, hint?: string): string {
  if (flags.includes('g')) throw invalidParameter(`${name}() does not support the "global" option`, hint)
  return flags
}

/** The captured groups of a match as an array, or the whole match where the pattern has none. */
export function matchArray(match: RegExpExecArray, regex: Regex): Value {
  if (regex.groupCount === 0) return sqlArray([match[0]])
  return sqlArray(match.slice(1, regex.groupCount + 1).map((group) => group ?? null))
}

function regexpMatchOf(text: string, pattern: string, flags: string): Value {
  const regex = compileRegex(pattern, withoutGlobal(flags, 'regexp_match', 'Use the regexp_matches function instead.'))
  const match = nthMatch(text, regex, 1)
  return match ? matchArray(match, regex) : null
}

const regexpMatch = scalar({
  name: 'regexp_match',
  category: 'patterns',
  doc: 'The groups captured by the first match of a regular expression, or the match itself when it has no groups.',
  examples: [
    ["regexp_match('foobarbequebaz', '(bar)(beque)')", '{bar,beque}'],
    ["regexp_match('foobarbequebaz', 'barbeque')", '{barbeque}'],
    ["regexp_match('abc', 'd')", null],
  ],
  overloads: [
    overload([TEXT, TEXT], TEXTS, (text, pattern) => regexpMatchOf(text, pattern, '')),
    overload([TEXT, TEXT, TEXT], TEXTS, regexpMatchOf),
  ],
})

/** The position in UTF-16 units that a start argument means. */
function startUnit(text: string, start: number): number {
  if (start <= 0) throw invalidParameter(`invalid value for parameter "start": ${start}`)
  return unitIndex(text, start - 1)
}

function isPastEnd(text: string, start: number): boolean {
  return start > characterIndex(text, text.length) + 1
}

function replaceAt(
  text: string,
  pattern: string,
  replacement: string,
  start: number,
  n: number,
  flags: string,
): string {
  const from = startUnit(text, start)
  if (n < 0) throw invalidParameter(`invalid value for parameter "n": ${n}`)
  const regex = compileRegex(pattern, splitFlags(flags).letters)
  return replaceRegex(text, regex, replacement, n === 0, Math.max(1, n), from)
}

const regexpReplace = scalar({
  name: 'regexp_replace',
  category: 'patterns',
  doc: 'The first match of a regular expression replaced, or all with the flag g; \\1 is the first group, \\& the match.',
  examples: [
    ["regexp_replace('Thomas', '.[mN]a.', 'M')", 'ThM'],
    ["regexp_replace('foobarbaz', 'b(..)', 'X\\1Y', 'g')", 'fooXarYXazY'],
    ["regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i')", 'A PostgrXSQL function'],
  ],
  overloads: [
    overload([TEXT, TEXT, TEXT], TEXT, (text, pattern, replacement) =>
      replaceRegex(text, compileRegex(pattern), replacement, false),
    ),
    overload([TEXT, TEXT, TEXT, TEXT], TEXT, (text, pattern, replacement, flags: string) => {
      if (/^\d/.test(flags)) {
        throw invalidParameter(
          `invalid regular expression option: "${flags[0]}"`,
          'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
        )
      }
      const { letters, global } = splitFlags(flags)
      return replaceRegex(text, compileRegex(pattern, letters), replacement, global)
    }),
    overload([TEXT, TEXT, TEXT, INTEGER], TEXT, (text, pattern, replacement, start) =>
      replaceAt(text, pattern, replacement, start, 1, ''),
    ),
    overload([TEXT, TEXT, TEXT, INTEGER, INTEGER], TEXT, (text, pattern, replacement, start, n) =>
      replaceAt(text, pattern, replacement, start, n, ''),
    ),
    overload([TEXT, TEXT, TEXT, INTEGER, INTEGER, TEXT], TEXT, replaceAt),
  ],
})

const regexpSplit = scalar({
  name: 'regexp_split_to_array',
  aliases: ['string_split_regex', 'str_split_regex'],
  category: 'patterns',
  doc: 'The parts of a text between the matches of a regular expression.',
  examples: [["regexp_split_to_array('hello world', '\\s+')", '{hello,world}']],
  overloads: [
    overload([TEXT, TEXT], TEXTS, (text, pattern) => collected(splitRegex(text, compileRegex(pattern)))),
    overload([TEXT, TEXT, TEXT], TEXTS, (text, pattern, flags) =>
      collected(splitRegex(text, compileRegex(pattern, withoutGlobal(flags, 'regexp_split_to_array')))),
    ),
  ],
})

function countMatches(text: string, pattern: string, start: number, flags: string): number {
  const from = startUnit(text, start)
  const regex = compileRegex(pattern, withoutGlobal(flags, 'regexp_count'))
  if (isPastEnd(text, start)) return 0
  let count = 0
  for (const _ of eachMatch(text, regex, from)) count++
  return count
}

const regexpCount = scalar({
  name: 'regexp_count',
  category: 'patterns',
  doc: 'How often a regular expression matches, from a position on.',
  examples: [
    ["regexp_count('123456789012', '\\d\\d\\d', 2)", '3'],
    ["regexp_count('banana', 'an')", '2'],
  ],
  overloads: [overload([TEXT, TEXT, INTEGER, TEXT], INTEGER, countMatches, { defaults: [1, ''] })],
})

const regexpLike = scalar({
  name: 'regexp_like',
  category: 'patterns',
  doc: 'Whether a regular expression matches somewhere in the text.',
  examples: [["regexp_like('Hello World', 'world$', 'i')", 't']],
  overloads: [
    overload(
      [TEXT, TEXT, TEXT],
      BOOLEAN,
      (text, pattern, flags) => testRegex(text, compileRegex(pattern, withoutGlobal(flags, 'regexp_like'))),
      { defaults: [''] },
    ),
  ],
})

function checkNth(n: number, subexpression: number): void {
  if (n <= 0) throw invalidParameter(`invalid value for parameter "n": ${n}`)
  if (subexpression < 0) throw invalidParameter(`invalid value for parameter "subexpr": ${subexpression}`)
}

const regexpSubstr = scalar({
  name: 'regexp_substr',
  category: 'patterns',
  doc: 'The n-th match of a regular expression from a position on, or one of its groups.',
  examples: [
    ["regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i')", 'CDEF'],
    ["regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2)", 'EF'],
  ],
  overloads: [
    overload(
      [TEXT, TEXT, INTEGER, INTEGER, TEXT, INTEGER],
      TEXT,
      (text, pattern, start, n, flags, subexpression) => {
        const from = startUnit(text, start)
        checkNth(n, subexpression)
        const regex = compileRegex(pattern, withoutGlobal(flags, 'regexp_substr'))
        if (isPastEnd(text, start) || subexpression > regex.groupCount) return null
        return nthMatch(text, regex, n, from)?.[subexpression] ?? null
      },
      { defaults: [1, 1, '', 0] },
    ),
  ],
})

const regexpInstr = scalar({
  name: 'regexp_instr',
  category: 'patterns',
  doc: 'Where the n-th match of a regular expression begins, or the position after its end; 0 when there is none.',
  examples: [
    ["regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i')", '3'],
    ["regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2)", '5'],
  ],
  overloads: [
    overload(
      [TEXT, TEXT, INTEGER, INTEGER, INTEGER, TEXT, INTEGER],
      INTEGER,
      (text: string, pattern, start, n, end, flags, subexpression) => {
        const from = startUnit(text, start)
        checkNth(n, subexpression)
        if (end !== 0 && end !== 1) throw invalidParameter(`invalid value for parameter "endoption": ${end}`)
        const regex = compileRegex(pattern, withoutGlobal(flags, 'regexp_instr'))
        if (isPastEnd(text, start) || subexpression > regex.groupCount) return 0
        const match = nthMatch(text, regex, n, from)
        if (match?.[subexpression] === undefined) return 0
        const [first, last] = groupPlace(text, match, regex, subexpression)
        return characterIndex(text, end === 0 ? first : last) + 1
      },
      { defaults: [1, 1, 0, '', 0] },
    ),
  ],
})

/** Where a group of a match stands, in UTF-16 units. */
function groupPlace(text: string, match: RegExpExecArray, regex: Regex, group: number): readonly [number, number] {
  if (group === 0) return [match.index, match.index + match[0].length]
  return foundAgain(match, text, regex, 'd').indices![group] as [number, number]
}

const regexpExtract = scalar({
  name: 'regexp_extract',
  category: 'patterns',
  doc: 'The first match of a regular expression, or one of its groups; an empty text when there is none. With a list of names, the groups as a struct.',
  examples: [
    ["regexp_extract('hello_world', '([a-z]+)_([a-z]+)', 2)", 'world'],
    ["regexp_extract('abc', '[0-9]')", ''],
  ],
  overloads: [
    overload(
      [TEXT, TEXT, INTEGER, TEXT],
      TEXT,
      (text, pattern, group, flags) =>
        nthMatch(text, compileRegex(pattern, splitFlags(flags).letters), 1)?.[group] ?? '',
      { defaults: [0, ''] },
    ),
    overload(
      [TEXT, TEXT, TEXTS, TEXT],
      { kind: 'record', fields: [] },
      (text, pattern, names: SqlArray, flags) => {
        const regex = compileRegex(pattern, splitFlags(flags).letters)
        if (names.values.length > regex.groupCount) {
          throw invalidParameter(`${regex.groupCount} groups are not enough for ${names.values.length} names`)
        }
        const match = nthMatch(text, regex, 1)
        return names.values.map((_, index) => match?.[index + 1] ?? '')
      },
      { defaults: [''] },
    ),
  ],
})

const regexpExtractAll = scalar({
  name: 'regexp_extract_all',
  category: 'patterns',
  doc: 'All matches of a regular expression, or one group of each.',
  examples: [["regexp_extract_all('a1b22', '[0-9]+')", '{1,22}']],
  overloads: [
    overload(
      [TEXT, TEXT, INTEGER, TEXT],
      TEXTS,
      (text, pattern, group, flags) =>
        sqlArray(
          [...eachMatch(text, compileRegex(pattern, splitFlags(flags).letters))].map((match) => match[group] ?? ''),
        ),
      { defaults: [0, ''] },
    ),
  ],
})

const regexpFullMatch = scalar({
  name: 'regexp_full_match',
  category: 'patterns',
  doc: 'Whether a regular expression matches the whole text.',
  examples: [["regexp_full_match('anabanana', '(an)*')", 'f']],
  overloads: [
    overload(
      [TEXT, TEXT, TEXT],
      BOOLEAN,
      (text, pattern, flags) => testRegex(text, compileRegex(`^(?:${pattern})$`, splitFlags(flags).letters)),
      { defaults: [''] },
    ),
  ],
})

const regexpEscape = scalar({
  name: 'regexp_escape',
  category: 'patterns',
  doc: 'The regular expression that matches a text as it is.',
  examples: [["regexp_escape('a.b')", 'a\\.b']],
  overloads: [overload([TEXT], TEXT, (text: string) => text.replace(/[\0-/:-@[-^`{-\x7f]/g, '\\$&'))],
})

/** The text that SUBSTRING finds by a regular expression: its first group, or the whole match. */
function substringMatch(text: string, pattern: string): string | null {
  const regex = compileRegex(pattern)
  return nthMatch(text, regex, 1)?.[regex.groupCount > 0 ? 1 : 0] ?? null
}

const substringPattern = scalar({
  name: 'substring',
  category: 'patterns',
  doc: 'What a regular expression, or a SIMILAR TO pattern with an escape, finds in a text: its first group if it has one.',
  examples: [
    ["substring('Thomas' FROM '...$')", 'mas'],
    ["substring('foobar' FROM 'o(.)b')", 'o'],
    ["substring('Thomas' SIMILAR '%#\"o_a#\"_' ESCAPE '#')", 'oma'],
  ],
  overloads: [
    overload([TEXT, TEXT], TEXT, substringMatch),
    overload([TEXT, TEXT, TEXT], TEXT, (text, pattern, escapeCharacter) =>
      substringMatch(text, similarToRegex(pattern, escapeCharacter)),
    ),
  ],
})

export const patternFunctions: readonly ScalarFunction[] = [
  likeEscapeFunction,
  similarToEscape,
  regexpMatch,
  regexpReplace,
  regexpSplit,
  regexpCount,
  regexpLike,
  regexpSubstr,
  regexpInstr,
  regexpExtract,
  regexpExtractAll,
  regexpFullMatch,
  regexpEscape,
  substringPattern,
]
