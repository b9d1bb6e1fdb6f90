/** Small lists that many statements share: options, sequence options, deferral, expressions kept as text. */
import { SqlError } from '../error.ts'
import type { Deferral, Option, RangeOption, SequenceOption } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { END, NUMBER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseTypeName } from './type-name.ts'

/** `(name value, name = value, name (a, b), name)` */
export function parseOptions(p: Cursor): Option[] {
  p.expectSymbol('(')
  const options: Option[] = []
  while (!p.isSymbol(')')) {
    options.push(parseOption(p))
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol(')', 'a comma or ")"')
  return options
}

function parseOption(p: Cursor): Option {
  const start = p.start
  let { name } = p.label('the name of an option')
  while (p.acceptSymbol('.')) name += `.${p.label().name}`
  const assigned = p.acceptSymbol('=')
  const value = p.isSymbol(',') || p.isSymbol(')') ? true : parseOptionValue(p)
  if (assigned && value === true && p.lastEnd === start) p.fail('a value')
  return { name, value, span: p.span(start) }
}

/** A string, number, word, or several in parentheses; the words TRUE, FALSE, ON and OFF are booleans. */
export function parseOptionValue(p: Cursor): Option['value'] {
  if (p.kind === STRING) return p.string()
  if (p.kind === NUMBER || p.isSymbol('-') || p.isSymbol('+')) return Number(parseSignedNumber(p))
  if (p.acceptSymbol('(') || (p.isSymbol('[') && p.acceptSymbol('['))) {
    const values: string[] = []
    while (!p.isSymbol(')') && !p.isSymbol(']')) {
      values.push(String(parseOptionValue(p)))
      if (!p.acceptSymbol(',')) break
    }
    if (!p.acceptSymbol(')')) p.expectSymbol(']', 'a comma or ")"')
    return values
  }
  if (p.isSymbol('{')) {
    const start = p.start
    skipBrackets(p)
    return p.text.slice(start, p.lastEnd)
  }
  if (p.acceptSymbol('*')) return '*'
  const word = p.kind === WORD
  let { name } = p.label('a value')
  if (word && (name === 'true' || name === 'on')) return true
  if (word && (name === 'false' || name === 'off')) return false
  while (p.acceptSymbol('.')) name += `.${p.label().name}`
  return name
}

/** `(subtype = float8, subtype_diff = float8mi)` */
export function parseRangeOptions(p: Cursor): RangeOption[] {
  p.expectSymbol('(')
  const options: RangeOption[] = []
  while (!p.isSymbol(')')) {
    const start = p.start
    const { name } = p.label('the name of an option')
    p.expectSymbol('=', '"="')
    options.push({ name, value: parseTypeName(p), span: p.span(start) })
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol(')', 'a comma or ")"')
  return options
}

/** An integer or decimal with its sign, as text. */
export function parseSignedNumber(p: Cursor): string {
  let sign = ''
  if (p.acceptSymbol('-')) sign = '-'
  else p.acceptSymbol('+')
  if (p.kind !== NUMBER) p.fail('a number')
  const text = sign + p.value
  p.next()
  return text
}

/** `[NOT] DEFERRABLE`, `INITIALLY DEFERRED | IMMEDIATE`, in either order. */
export function parseDeferral(p: Cursor): Deferral & { given: boolean } {
  let deferrable: boolean | undefined
  let initially: boolean | undefined
  for (;;) {
    if (p.acceptWord('deferrable')) deferrable = true
    else if (p.isWord('not') && p.peekIsWord('deferrable')) {
      p.next()
      p.next()
      deferrable = false
    } else if (p.isWord('initially')) {
      p.next()
      initially = p.expectOneOf(['deferred', 'immediate']) === 'deferred'
    } else break
  }
  if (deferrable === false && initially === true) {
    throw new SqlError('syntax_error', 'constraint declared INITIALLY DEFERRED must be DEFERRABLE', {
      position: p.start,
    })
  }
  return {
    deferrable: deferrable ?? initially ?? false,
    initiallyDeferred: initially ?? false,
    given: deferrable !== undefined || initially !== undefined,
  }
}

const sequenceWords: ReadonlySet<string> = new Set(
  'as increment minvalue maxvalue no start restart cache cycle owned sequence set'.split(' '),
)

/** `INCREMENT BY 2 START 5 NO CYCLE …`, as far as they go. */
export function parseSequenceOptions(p: Cursor): SequenceOption[] {
  const options: SequenceOption[] = []
  while (p.isAnyWord(sequenceWords)) {
    if (p.isWord('set') && !sequenceWords.has(p.peekValue())) break
    p.acceptWord('set')
    options.push(parseSequenceOption(p))
  }
  return options
}

function parseSequenceOption(p: Cursor): SequenceOption {
  const start = p.start
  const option = (kind: SequenceOption['kind'], more: Partial<SequenceOption> = {}): SequenceOption => ({
    kind,
    value: undefined,
    name: undefined,
    type: undefined,
    ...more,
    span: p.span(start),
  })
  const word = p.value
  p.next()
  switch (word) {
    case 'as': {
      const type = parseTypeName(p)
      return option('as', { type })
    }
    case 'increment':
    case 'start':
      p.acceptWord(word === 'start' ? 'with' : 'by')
      return option(word, { value: parseSignedNumber(p) })
    case 'minvalue':
    case 'maxvalue':
    case 'cache':
      return option(word, { value: parseSignedNumber(p) })
    case 'restart': {
      if (!p.acceptWord('with') && p.kind !== NUMBER && !p.isSymbol('-') && !p.isSymbol('+')) return option('restart')
      return option('restart', { value: parseSignedNumber(p) })
    }
    case 'cycle':
      return option('cycle', { value: true })
    case 'no': {
      const what = p.expectOneOf(['minvalue', 'maxvalue', 'cycle'])
      return option(what, { value: what === 'cycle' ? false : null })
    }
    case 'owned': {
      p.expectWord('by')
      if (p.acceptWord('none')) return option('owned-by')
      const position = p.start
      const name = p.qualifiedName('a column, or NONE')
      if (name.parts.length < 2) {
        throw new SqlError('syntax_error', 'invalid OWNED BY option', {
          position,
          hint: 'Specify OWNED BY table.column or OWNED BY NONE.',
        })
      }
      return option('owned-by', { name })
    }
    default: {
      p.expectWord('name')
      const name = p.qualifiedName('a sequence name')
      return option('sequence-name', { name })
    }
  }
}

/** Passes over a bracket and everything within it. */
export function skipBrackets(p: Cursor): void {
  let depth = 0
  do {
    if (p.kind === END) p.fail('")"')
    if (p.kind === SYMBOL) {
      if (p.value === '(' || p.value === '[' || p.value === '{') depth++
      else if (p.value === ')' || p.value === ']' || p.value === '}') depth--
    }
    p.next()
  } while (depth > 0)
}

/** Passes over the rest of the statement, brackets and all. */
export function skipStatement(p: Cursor): void {
  while (p.kind !== END && !p.isSymbol(';')) skipPart(p)
}

function skipPart(p: Cursor): void {
  if (p.isSymbol('(') || p.isSymbol('[') || p.isSymbol('{')) skipBrackets(p)
  else p.next()
}

/** The same for a CREATE, in whose BEGIN ATOMIC bodies semicolons end nothing: as `splitStatements` cuts scripts. */
export function skipCreation(p: Cursor): void {
  let blocks = 0
  while (p.kind !== END && !(p.isSymbol(';') && blocks === 0)) {
    if (p.acceptWords('begin', 'atomic') || (blocks > 0 && p.acceptWord('case'))) blocks++
    else if (blocks > 0 && p.acceptWord('end')) blocks--
    else skipPart(p)
  }
}

/** The rest of the statement as written. */
export function restOfStatement(p: Cursor): string {
  const start = p.start
  skipStatement(p)
  return p.text.slice(start, p.lastEnd)
}

/** A name or a string, as SET and OWNER TO take. */
export function parseNameOrString(p: Cursor, expected: string): string {
  if (p.kind === STRING) return p.string()
  if (p.kind !== WORD && p.kind !== QUOTED) p.fail(expected)
  return p.label(expected).name
}
