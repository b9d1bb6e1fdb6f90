/**
 * LIKE and the regular expression operators under their catalog names: `~~` is LIKE, `~~*` ILIKE, `~~~` GLOB, `~` a
 * match of a regular expression; a leading `!` negates, a trailing `*` ignores case. The binder writes LIKE … ESCAPE e
 * as `~~ like_escape(pattern, e)` and SIMILAR TO as `~ similar_to_escape(pattern)`.
 */
import { BOOLEAN, BPCHAR, BYTEA, type DataType, NAME, TEXT } from '../../types/data-type.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { bytesAsText, globMatcher, likeMatcher, type Matcher } from '../patterns/like.ts'
import { compileRegex, type Regex, testRegex } from '../patterns/regex.ts'
import { lowerCase } from '../scalar/text.ts'

/** Overloads for the text types: text with its relatives by cast, char with its blanks. */
function onTexts(body: () => (text: string, pattern: string) => boolean): Overload[] {
  return [TEXT, BPCHAR, NAME].map((type: DataType) =>
    overload([type, TEXT], BOOLEAN, body(), { specialise: () => body() }),
  )
}

/** A body that keeps the matcher of the last pattern, which is nearly always that of the next row too. */
function like(expected: boolean): (text: string, pattern: string) => boolean {
  let last: string | undefined
  let matcher: Matcher = () => false
  return (text, pattern) => {
    if (pattern !== last) {
      matcher = likeMatcher(pattern)
      last = pattern
    }
    return matcher(text) === expected
  }
}

function ilike(expected: boolean): (text: string, pattern: string) => boolean {
  let last: string | undefined
  let matcher: Matcher = () => false
  return (text, pattern) => {
    if (pattern !== last) {
      matcher = likeMatcher(lowerCase(pattern))
      last = pattern
    }
    return matcher(lowerCase(text)) === expected
  }
}

function glob(text: string, pattern: string): boolean {
  return globMatcher(pattern)(text)
}

function likeBytes(expected: boolean): Overload {
  return overload(
    [BYTEA, BYTEA],
    BOOLEAN,
    (bytes, pattern) => likeMatcher(bytesAsText(pattern))(bytesAsText(bytes)) === expected,
  )
}

function regex(letters: string, expected: boolean): (text: string, pattern: string) => boolean {
  let last: string | undefined
  let compiled: Regex
  return (text, pattern) => {
    if (pattern !== last) {
      compiled = compileRegex(pattern, letters)
      last = pattern
    }
    return testRegex(text, compiled) === expected
  }
}

export const patternOperators: readonly ScalarFunction[] = [
  scalar({
    name: '~~',
    category: 'patterns',
    doc: 'LIKE: whether the text matches a pattern where % is any run of characters and _ any one.',
    examples: [
      ["'abc' LIKE 'a%'", 't'],
      ["'abc' LIKE '_b_'", 't'],
      ["'abc' LIKE 'c'", 'f'],
    ],
    overloads: [...onTexts(() => like(true)), likeBytes(true)],
  }),
  scalar({
    name: '!~~',
    category: 'patterns',
    doc: 'NOT LIKE.',
    examples: [["'abc' NOT LIKE 'a%'", 'f']],
    overloads: [...onTexts(() => like(false)), likeBytes(false)],
  }),
  scalar({
    name: '~~*',
    category: 'patterns',
    doc: 'ILIKE: LIKE without regard to case.',
    examples: [["'ABC' ILIKE 'a%'", 't']],
    overloads: onTexts(() => ilike(true)),
  }),
  scalar({
    name: '!~~*',
    category: 'patterns',
    doc: 'NOT ILIKE.',
    examples: [["'ABC' NOT ILIKE 'a%'", 'f']],
    overloads: onTexts(() => ilike(false)),
  }),
  scalar({
    name: '~~~',
    category: 'patterns',
    doc: 'GLOB: whether the text matches a pattern where * is any run of characters, ? any one, and [a-z] one of a set.',
    examples: [["'abc' GLOB 'a*'", 't']],
    overloads: [overload([TEXT, TEXT], BOOLEAN, glob)],
  }),
  scalar({
    name: '~',
    category: 'patterns',
    doc: 'Whether a regular expression matches somewhere in the text.',
    examples: [
      ["'thomas' ~ 't.*ma'", 't'],
      ["'thomas' ~ '^ma'", 'f'],
    ],
    overloads: onTexts(() => regex('', true)),
  }),
  scalar({
    name: '~*',
    category: 'patterns',
    doc: 'Whether a regular expression matches somewhere in the text, whatever the case.',
    examples: [["'thomas' ~* 'T.*ma'", 't']],
    overloads: onTexts(() => regex('i', true)),
  }),
  scalar({
    name: '!~',
    category: 'patterns',
    doc: 'Whether a regular expression matches nowhere in the text.',
    examples: [["'thomas' !~ 't.*max'", 't']],
    overloads: onTexts(() => regex('', false)),
  }),
  scalar({
    name: '!~*',
    category: 'patterns',
    doc: 'Whether a regular expression matches nowhere in the text, whatever the case.',
    examples: [["'thomas' !~* 'T.*ma'", 'f']],
    overloads: onTexts(() => regex('i', false)),
  }),
]
