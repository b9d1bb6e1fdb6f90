/** Which dictionary a token goes to, and what becomes of it: the configurations `simple` and `english`. */
import { EMPTY_QUERY, type Lexeme, makeVector, position, type TsQuery, type TsVector } from '../../types/text-search.ts'
import { englishStem } from './stemmer.ts'
import { isIndexed, type Token, type TokenType, tokens } from './tokens.ts'

export type Configuration = 'simple' | 'english'

/** The lexemes that a dictionary makes of a word; none for a stop word. */
export type Dictionary = (word: string) => readonly string[]

const stopWords: ReadonlySet<string> = new Set(
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it
  its itself they them their theirs themselves what which who whom this that these those am is are was were be been
  being have has had having do does did doing a an the and but if or because as until while of at by for with about
  against between into through during before after above below to from up down in out on off over under again further
  then once here there when where why how all any both each few more most other some such no nor not only own same so
  than too very s t can will just don should now`.split(/\s+/),
)

export const dictionaries: { readonly [name: string]: Dictionary } = {
  simple: (word) => [word.toLowerCase()],
  english_stem: (word) => {
    const lower = word.toLowerCase()
    return stopWords.has(lower) ? [] : [englishStem(lower)]
  },
}

const stemmed: ReadonlySet<TokenType> = new Set<TokenType>([
  'asciiword',
  'word',
  'hword_part',
  'hword_asciipart',
  'asciihword',
  'hword',
])

/** The name of the dictionary that a configuration sends tokens of a type to. */
export function dictionaryOf(configuration: Configuration, type: TokenType): 'english_stem' | 'simple' {
  return configuration === 'english' && stemmed.has(type) ? 'english_stem' : 'simple'
}

/** The lexemes of a token; none where it is a stop word or no word at all. */
export function lexemesOf(configuration: Configuration, { type, text }: Token): readonly string[] {
  return isIndexed(type) ? dictionaries[dictionaryOf(configuration, type)](text) : []
}

/** A document as words with their places; `start` places came before it. */
export function documentLexemes(
  configuration: Configuration,
  text: string,
  start = 0,
): { readonly lexemes: Lexeme[]; readonly end: number } {
  const lexemes: Lexeme[] = []
  let at = start
  for (const token of tokens(text)) {
    if (!isIndexed(token.type)) continue
    at++
    for (const word of lexemesOf(configuration, token)) {
      lexemes.push({ word, positions: [position(at)] })
    }
  }
  return { lexemes, end: at }
}

export function toVector(configuration: Configuration, text: string): TsVector {
  return makeVector(documentLexemes(configuration, text).lexemes)
}

/** What stands for an operand of a query: the words of its tokens, joined; undefined when all are dropped. */
export function queryOperand(
  configuration: Configuration,
  text: string,
  join: 'and' | 'phrase',
  prefix = false,
  weights = 0,
): TsQuery | undefined {
  let query: TsQuery | undefined
  let distance = 0
  for (const token of tokens(text)) {
    if (!isIndexed(token.type)) continue
    const [word] = lexemesOf(configuration, token)
    distance++
    if (word === undefined) continue
    const own: TsQuery = { kind: 'word', word, prefix, weights }
    if (!query) query = own
    else if (join === 'and') query = { kind: 'and', left: query, right: own }
    else query = { kind: 'phrase', distance, left: query, right: own }
    distance = 0
  }
  return query
}

/** A search as people type it: quotes for phrases, OR, and a minus for what must not be there. */
export function webQuery(configuration: Configuration, text: string): TsQuery {
  let any: TsQuery | undefined
  let all: TsQuery | undefined
  const close = (): void => {
    if (all) any = any ? { kind: 'or', left: any, right: all } : all
    all = undefined
  }
  const pattern = /(-)?"([^"]*)(?:"|$)|(-)?([^\s":!&|<>()*]+)/g
  for (const match of text.matchAll(pattern)) {
    const [, minus, phrase, wordMinus, word] = match
    if (word !== undefined && !wordMinus && /^or$/i.test(word) && all) {
      close()
      continue
    }
    const operand = queryOperand(configuration, phrase ?? word, 'phrase')
    if (!operand) continue
    const own: TsQuery = (minus ?? wordMinus) ? { kind: 'not', operand } : operand
    all = all ? { kind: 'and', left: all, right: own } : own
  }
  close()
  return any ?? EMPTY_QUERY
}
