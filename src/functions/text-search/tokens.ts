/** Documents taken apart into tokens, by what they look like, as PostgreSQL's default parser does. */

export type TokenType =
  | 'asciiword'
  | 'word'
  | 'numword'
  | 'email'
  | 'url'
  | 'host'
  | 'sfloat'
  | 'version'
  | 'hword_numpart'
  | 'hword_part'
  | 'hword_asciipart'
  | 'numhword'
  | 'asciihword'
  | 'hword'
  | 'url_path'
  | 'file'
  | 'float'
  | 'int'
  | 'uint'

export interface Token {
  readonly type: TokenType
  readonly text: string
}

const label = '[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?'
const hostName = `${label}(?:\\.${label})*\\.[A-Za-z]{2,}`
const path = '/[A-Za-z0-9_.~:/?#[\\]@!$&()*+,;=%-]*'
const letter = '\\p{L}\\p{M}_'

const skipped =
  /<[/!?]?[A-Za-z][^<>]*>|&(?:[A-Za-z][A-Za-z0-9]*|#\d+|#[xX][0-9a-fA-F]+);|[A-Za-z][A-Za-z0-9+.-]*:\/\//uy
const email = new RegExp(`[A-Za-z0-9_][A-Za-z0-9_.-]*@${hostName}`, 'y')
const host = new RegExp(`(${hostName}(?::\\d+)?)(${path})?(?![\\p{L}\\d])`, 'uy')
const file = /(?:\.{0,2}\/)?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)+|(?:\.{1,2}\/|\/)[A-Za-z0-9_.-]+|~\/[A-Za-z0-9_./-]+/y
const fileName = /[A-Za-z][A-Za-z0-9_-]*\.[A-Za-z][A-Za-z0-9]*(?![\p{L}\d.@])/uy
const scientific = /[+-]?\d+(?:\.\d+)?[eE][+-]?\d+(?![\p{L}\d])/uy
const version = /\d+(?:\.\d+){2,}(?![\p{L}\d])/uy
const float = /[+-]?\d+\.\d+(?![\p{L}\d])/uy
const integer = /[+-]?\d+(?![\p{L}\d])/uy
const hyphenated = new RegExp(`[${letter}][${letter}\\d]*(?:-[${letter}\\d]+)+`, 'uy')
const word = new RegExp(`[${letter}\\d]+`, 'uy')

function wordType(text: string, ascii: TokenType, any: TokenType, numeric: TokenType): TokenType {
  if (/\d/.test(text)) return numeric
  return /^[A-Za-z]+$/.test(text) ? ascii : any
}

export function* tokens(text: string): Generator<Token> {
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (at < text.length) {
    const nothing = match(skipped)
    if (nothing) {
      at += nothing[0].length
      continue
    }
    const address = match(email)
    if (address) {
      yield { type: 'email', text: address[0] }
      at += address[0].length
      continue
    }
    const found = match(host)
    if (found) {
      if (found[2] !== undefined && found[2] !== '/') {
        const whole = found[0].replace(/[.,;:!?)]+$/, '')
        yield { type: 'url', text: whole }
        yield { type: 'host', text: found[1] }
        yield { type: 'url_path', text: whole.slice(found[1].length) }
        at += whole.length
      } else {
        yield { type: 'host', text: found[1] }
        at += found[1].length
      }
      continue
    }
    const simple = simpleToken(match)
    if (simple) {
      yield simple
      at += simple.text.length
      continue
    }
    const compound = match(hyphenated)
    if (compound) {
      yield* compoundTokens(compound[0])
      at += compound[0].length
      continue
    }
    const plain = match(word)
    if (plain && plain[0] !== '_') {
      const [own] = plain[0].split('_').filter((part) => part !== '')
      const start = plain[0].indexOf(own ?? '')
      if (own) yield { type: wordType(own, 'asciiword', 'word', 'numword'), text: own }
      at += own ? start + own.length : plain[0].length
      continue
    }
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
}

/** Numbers and files. */
function simpleToken(match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const kinds: readonly (readonly [RegExp, TokenType])[] = [
    [version, 'version'],
    [scientific, 'sfloat'],
    [float, 'float'],
    [integer, 'int'],
    [file, 'file'],
    [fileName, 'file'],
  ]
  for (const [pattern, type] of kinds) {
    const found = match(pattern)
    if (!found) continue
    return { type: type === 'int' && !/^[+-]/.test(found[0]) ? 'uint' : type, text: found[0] }
  }
  return undefined
}

/** A word with hyphens: the whole, then its parts. */
function* compoundTokens(text: string): Generator<Token> {
  const parts = text.split('-')
  const type = /\d/.test(text) ? 'numhword' : /^[A-Za-z-]+$/.test(text) ? 'asciihword' : 'hword'
  yield { type, text }
  for (const part of parts) {
    yield { type: wordType(part, 'hword_asciipart', 'hword_part', 'hword_numpart'), text: part }
  }
}
