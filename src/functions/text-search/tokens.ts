/** Documents taken apart into tokens, by what they look like, as PostgreSQL's default parser does. */

/** All types in the order of PostgreSQL's numbers, which start at 1, with what they stand for. */
export const tokenTypes = {
  asciiword: 'Word, all ASCII',
  word: 'Word, all letters',
  numword: 'Word, letters and digits',
  email: 'Email address',
  url: 'URL',
  host: 'Host',
  sfloat: 'Scientific notation',
  version: 'Version number',
  hword_numpart: 'Hyphenated word part, letters and digits',
  hword_part: 'Hyphenated word part, all letters',
  hword_asciipart: 'Hyphenated word part, all ASCII',
  blank: 'Space symbols',
  tag: 'XML tag',
  protocol: 'Protocol head',
  numhword: 'Hyphenated word, letters and digits',
  asciihword: 'Hyphenated word, all ASCII',
  hword: 'Hyphenated word, all letters',
  url_path: 'URL path',
  file: 'File or path name',
  float: 'Decimal notation',
  int: 'Signed integer',
  uint: 'Unsigned integer',
  entity: 'XML entity',
} as const

export type TokenType = keyof typeof tokenTypes

const unindexed: ReadonlySet<TokenType> = new Set<TokenType>(['blank', 'tag', 'protocol', 'entity'])

/** Whether tokens of a type are words of the document. */
export function isIndexed(type: TokenType): boolean {
  return !unindexed.has(type)
}

export interface Token {
  readonly type: TokenType
  readonly text: string
}

const label = '[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?'
const hostName = `${label}(?:\\.${label})*\\.[A-Za-z]{2,}`
const path = '/[A-Za-z0-9_.~:/?#[\\]@!$&()*+,;=%-]*'
const letter = '\\p{L}\\p{M}_'

const tag = /<[/!?]?[A-Za-z][^<>]*>/y
const entity = /&(?:[A-Za-z][A-Za-z0-9]*|#\d+|#[xX][0-9a-fA-F]+);/y
const protocol = /[A-Za-z][A-Za-z0-9+.-]*:\/\//y
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

/** All of a text as tokens, one after another; what is between words is blank. */
export function* tokens(text: string): Generator<Token> {
  let blank = ''
  for (const token of pieces(text)) {
    if (token.type === 'blank') blank += token.text
    else {
      if (blank !== '') yield { type: 'blank', text: blank }
      blank = ''
      yield token
    }
  }
  if (blank !== '') yield { type: 'blank', text: blank }
}

function* pieces(text: string): Generator<Token> {
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (at < text.length) {
    const early = firstOf(match, marks)
    if (early) {
      yield early
      at += early.text.length
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
    const simple = firstOf(match, simples)
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
      const start = own ? plain[0].indexOf(own) : plain[0].length
      if (start > 0) yield { type: 'blank', text: plain[0].slice(0, start) }
      if (own) yield { type: wordType(own, 'asciiword', 'word', 'numword'), text: own }
      at += start + (own?.length ?? 0)
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(at)!)
    yield { type: 'blank', text: character }
    at += character.length
  }
}

type Forms = readonly (readonly [RegExp, TokenType])[]

const marks: Forms = [
  [tag, 'tag'],
  [entity, 'entity'],
  [protocol, 'protocol'],
  [email, 'email'],
]

/** Numbers and files. */
const simples: Forms = [
  [version, 'version'],
  [scientific, 'sfloat'],
  [float, 'float'],
  [integer, 'int'],
  [file, 'file'],
  [fileName, 'file'],
]

function firstOf(match: (pattern: RegExp) => RegExpExecArray | null, forms: Forms): Token | undefined {
  for (const [pattern, type] of forms) {
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
  for (const [n, part] of parts.entries()) {
    if (n > 0) yield { type: 'blank', text: '-' }
    yield { type: wordType(part, 'hword_asciipart', 'hword_part', 'hword_numpart'), text: part }
  }
}
