/** Functions and operators of full text search. */
import { notSupported, SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, type DataType, INTEGER, JSON_TYPE, JSONB, REAL, TEXT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { isJsonArray, isJsonNull, isJsonObject, type JsonValue, parseJson, quoteJson } from '../../types/json.ts'
import {
  EMPTY_QUERY,
  formatQuery,
  type Lexeme,
  makeVector,
  nodeCount,
  parseQuery,
  position,
  type TsQuery,
  type TsVector,
} from '../../types/text-search.ts'
import { invalidParameter } from '../errors.ts'
import {
  type FunctionContext,
  type Overload,
  overload,
  type RoutineRunner,
  type ScalarFunction,
  scalar,
} from '../function.ts'
import { jsonAsText, jsonElements, jsonKind, jsonMembers } from '../scalar/json-text.ts'
import { type Configuration, dictionaries, documentLexemes, queryOperand, toVector, webQuery } from './configuration.ts'
import { coverRank } from './cover-rank.ts'
import { headline } from './headline.ts'
import { matches, queryWords, rank } from './match.ts'
import { rewrite, rewriteAll } from './rewrite.ts'

const VECTOR: DataType = { kind: 'tsvector' }
const QUERY: DataType = { kind: 'tsquery' }
const CONFIG: DataType = { kind: 'regconfig' }
const SINGLE: DataType = { kind: 'singlebyte' }
const TEXTS = arrayOf(TEXT)

/** The configuration of the setting default_text_search_config. */
export function currentConfiguration(context: FunctionContext): Configuration {
  return context.settings.get('default_text_search_config').endsWith('simple') ? 'simple' : 'english'
}

/** The same with a configuration given, and with that of the session. */
function configured(
  types: readonly DataType[],
  returns: DataType,
  body: (configuration: Configuration, ...values: never[]) => unknown,
): Overload[] {
  return [
    overload([CONFIG, ...types], returns, body as Overload['evaluate']),
    overload(
      types,
      returns,
      (context: FunctionContext, ...values) => (body as Overload['evaluate'])(currentConfiguration(context), ...values),
      { context: true, volatility: 'stable' },
    ),
  ]
}

function record(
  name: string,
  doc: string,
  example: readonly [string, string | null] | undefined,
  ...overloads: readonly (Overload | readonly Overload[])[]
): ScalarFunction {
  return scalar({
    name,
    category: 'text search',
    doc,
    examples: example ? [example] : [],
    overloads: overloads.flat(),
  })
}

/** What of a json value is indexed. */
type JsonParts = ReadonlySet<string>

const flagHint = 'Possible values are: "string", "numeric", "boolean", "key", and "all".'
const everyPart = ['string', 'numeric', 'boolean', 'key']

function jsonParts(flags: JsonValue): JsonParts {
  if (isJsonObject(flags)) throw invalidParameter('wrong flag type, only arrays and scalars are allowed')
  const parts = new Set<string>()
  for (const flag of isJsonArray(flags) ? flags : [flags]) {
    if (typeof flag !== 'string') throw invalidParameter('flag array element is not a string', flagHint)
    const name = flag.toLowerCase()
    if (name === 'all') for (const part of everyPart) parts.add(part)
    else if (everyPart.includes(name)) parts.add(name)
    else throw invalidParameter(`wrong flag in flag array: "${flag}"`, flagHint)
  }
  return parts
}

/** The words of a json value's parts; each part that has any is set apart from the next by a place. */
function jsonVector(configuration: Configuration, value: JsonValue, parts: JsonParts): TsVector {
  const all: Lexeme[] = []
  let at = 0
  const add = (text: string): void => {
    const { lexemes, end } = documentLexemes(configuration, text, at)
    all.push(...lexemes)
    at = lexemes.length > 0 ? end + 1 : end
  }
  const walk = (part: JsonValue): void => {
    if (isJsonObject(part)) {
      for (const [key, member] of part) {
        if (parts.has('key')) add(key)
        walk(member)
      }
    } else if (isJsonArray(part)) part.forEach(walk)
    else if (typeof part === 'string') {
      if (parts.has('string')) add(part)
    } else if (typeof part === 'boolean') {
      if (parts.has('boolean')) add(String(part))
    } else if (!isJsonNull(part) && part instanceof Decimal && parts.has('numeric')) add(part.toString())
  }
  walk(value)
  return makeVector(all)
}

const stringsOnly: JsonParts = new Set(['string'])

function concatenate(a: TsVector, b: TsVector): TsVector {
  const last = Math.max(0, ...a.flatMap(({ positions }) => positions.map(({ at }) => at)))
  const moved = b.map(({ word, positions }) => ({
    word,
    positions: positions.map(({ at, weight }) => position(at + last, weight)),
  }))
  return makeVector([...a, ...moved])
}

export function weightOf(letter: string): number {
  const weight = 'DCBA'.indexOf(letter.toUpperCase())
  if (letter === '' || weight < 0) throw invalidParameter(`unrecognized weight: "${letter}"`)
  return weight
}

function setWeight(vector: TsVector, letter: string, words?: SqlArray): TsVector {
  const weight = weightOf(letter)
  return vector.map((lexeme) =>
    words && !words.values.includes(lexeme.word)
      ? lexeme
      : { word: lexeme.word, positions: lexeme.positions.map(({ at }) => ({ at, weight })) },
  )
}

function filtered(vector: TsVector, letters: SqlArray): TsVector {
  const weights = new Set(
    letters.values.map((letter) => {
      if (letter === null) throw new SqlError('null_value_not_allowed', 'weight array may not contain nulls')
      return weightOf(letter)
    }),
  )
  return vector.flatMap(({ word, positions }) => {
    const kept = positions.filter(({ weight }) => weights.has(weight))
    return kept.length > 0 ? [{ word, positions: kept }] : []
  })
}

function vectorOfWords(words: SqlArray): TsVector {
  for (const word of words.values) {
    if (word === null) throw new SqlError('null_value_not_allowed', 'lexeme array may not contain nulls')
    if (word === '') {
      throw new SqlError('zero_length_character_string', 'lexeme array may not contain empty strings')
    }
  }
  return makeVector(words.values.map((word) => ({ word, positions: [] })))
}

/** An empty query takes no part. */
function joined(left: TsQuery, right: TsQuery, make: () => TsQuery): TsQuery {
  if (left.kind === 'empty') return right
  return right.kind === 'empty' ? left : make()
}

function both(kind: 'and' | 'or'): (a: TsQuery, b: TsQuery) => TsQuery {
  return (left, right) => joined(left, right, () => ({ kind, left, right }))
}

function followedBy(left: TsQuery, right: TsQuery, distance = 1): TsQuery {
  if (distance < 0 || distance > 16384) {
    throw invalidParameter('distance in phrase operator must be an integer value between zero and 16384 inclusive')
  }
  return joined(left, right, () => ({ kind: 'phrase', distance, left, right }))
}

/** The part of a query that an index can serve: what is under NOT is taken to be true. */
function indexable(query: TsQuery): TsQuery | true {
  switch (query.kind) {
    case 'empty':
    case 'word':
      return query
    case 'not':
      return true
    case 'or': {
      const left = indexable(query.left)
      const right = indexable(query.right)
      return left === true || right === true ? true : { ...query, left, right }
    }
    default: {
      const left = indexable(query.left)
      const right = indexable(query.right)
      if (left === true) return right
      return right === true ? left : { ...query, left, right }
    }
  }
}

function hasWords(outer: TsQuery, inner: TsQuery): boolean {
  const words = new Set(queryWords(outer).map(({ word }) => word))
  return queryWords(inner).every(({ word }) => words.has(word))
}

const usualWeights = [0.1, 0.2, 0.4, 1]

function weightsOf(array: SqlArray): number[] {
  if (array.dimensions.length > 1)
    throw new SqlError('array_subscript_error', 'array of weight must be one-dimensional')
  if (array.values.length < 4) throw new SqlError('array_subscript_error', 'array of weight is too short')
  if (array.values.includes(null)) {
    throw new SqlError('null_value_not_allowed', 'array of weight must not contain nulls')
  }
  return array.values.slice(0, 4).map((weight: number, i: number) => {
    const own = weight >= 0 ? weight : usualWeights[i]
    if (own > 1) throw invalidParameter('weight out of range')
    return own
  })
}

function rankOverloads(body: typeof rank): Overload[] {
  return [
    overload([VECTOR, QUERY], REAL, (vector, query) => body(vector, query, usualWeights, 0)),
    overload([VECTOR, QUERY, INTEGER], REAL, (vector, query, method) => body(vector, query, usualWeights, method)),
    overload([arrayOf(REAL), VECTOR, QUERY], REAL, (weights, vector, query) =>
      body(vector, query, weightsOf(weights), 0),
    ),
    overload([arrayOf(REAL), VECTOR, QUERY, INTEGER], REAL, (weights, vector, query, method) =>
      body(vector, query, weightsOf(weights), method),
    ),
  ]
}

/** With and without options, of a document of any type; `mark` makes a headline of a text. */
function headlines(type: DataType, body: (document: never, mark: (text: string) => string) => unknown): Overload[] {
  const run = (configuration: Configuration, document: never, query: TsQuery, options = ''): unknown =>
    body(document, (text) => headline(configuration, text, query, options))
  return [...configured([type, QUERY], type, run), ...configured([type, QUERY, TEXT], type, run)]
}

/** A json value with each text in it replaced. */
function withTexts(value: JsonValue, replace: (text: string) => string): JsonValue {
  if (typeof value === 'string') return replace(value)
  if (isJsonArray(value)) return value.map((part) => withTexts(part, replace))
  if (isJsonObject(value)) return new Map([...value].map(([key, part]) => [key, withTexts(part, replace)]))
  return value
}

/** The same of a json value, whose members keep their order. */
function jsonWithTexts(text: string, replace: (text: string) => string): string {
  const inner = (part: string): string => jsonWithTexts(part, replace)
  switch (jsonKind(text)) {
    case 'string':
      return quoteJson(replace(jsonAsText(text)!))
    case 'array':
      return `[${jsonElements(text).map(inner).join(',')}]`
    case 'object':
      return `{${jsonMembers(text)
        .map(([key, part]) => `${quoteJson(key)}:${inner(part)}`)
        .join(',')}}`
    default:
      return text.trim()
  }
}

export function queryRows(context: FunctionContext, text: string): ReturnType<RoutineRunner['query']> {
  if (!context.routines) throw notSupported('a query outside of a session')
  return context.routines.query(text)
}

function queryText(join: 'and' | 'phrase'): (configuration: Configuration, text: string) => TsQuery {
  return (configuration, text) => queryOperand(configuration, text, join) ?? EMPTY_QUERY
}

function toQuery(configuration: Configuration, text: string): TsQuery {
  return parseQuery(text, (word, prefix, weights) => queryOperand(configuration, word, 'phrase', prefix, weights))
}

function matchOverloads(): Overload[] {
  const stable = { context: true, volatility: 'stable' } as const
  return [
    overload([VECTOR, QUERY], BOOLEAN, matches),
    overload([QUERY, VECTOR], BOOLEAN, (query, vector) => matches(vector, query)),
    overload(
      [TEXT, QUERY],
      BOOLEAN,
      (context, text, query) => matches(toVector(currentConfiguration(context), text), query),
      stable,
    ),
    overload(
      [TEXT, TEXT],
      BOOLEAN,
      (context, text, query) => {
        const configuration = currentConfiguration(context)
        return matches(toVector(configuration, text), queryOperand(configuration, query, 'and') ?? EMPTY_QUERY)
      },
      stable,
    ),
  ]
}

export const textSearchOperators: readonly ScalarFunction[] = [
  scalar({
    name: '@@',
    aliases: ['@@@'],
    category: 'text search',
    doc: 'Whether a document has what a query asks for.',
    examples: [["to_tsvector('english', 'fat cats ate rats') @@ to_tsquery('english', 'cat & rat')", 't']],
    overloads: matchOverloads(),
  }),
  record(
    '||',
    'Two documents one after the other, or either of two queries.',
    ["'a:1 b:2'::tsvector || 'c:1'::tsvector", "'a':1 'b':2 'c':3"],
    overload([VECTOR, VECTOR], VECTOR, concatenate),
    overload([QUERY, QUERY], QUERY, both('or')),
  ),
  record(
    '&&',
    'Both of two queries.',
    ["'fat | rat'::tsquery && 'cat'::tsquery", "( 'fat' | 'rat' ) & 'cat'"],
    overload([QUERY, QUERY], QUERY, both('and')),
  ),
  record(
    '!!',
    'What a query does not ask for.',
    ["!! 'cat'::tsquery", "!'cat'"],
    overload([QUERY], QUERY, (query: TsQuery) => (query.kind === 'empty' ? query : { kind: 'not', operand: query })),
  ),
  record(
    '<->',
    'One query right after another.',
    ["to_tsquery('english', 'fat') <-> to_tsquery('english', 'rat')", "'fat' <-> 'rat'"],
    overload([QUERY, QUERY], QUERY, (left, right) => followedBy(left, right)),
  ),
  record(
    '@>',
    'Whether the first query has all words of the second.',
    ["'cat & rat'::tsquery @> 'cat'::tsquery", 't'],
    overload([QUERY, QUERY], BOOLEAN, hasWords),
  ),
  record(
    '<@',
    'Whether the second query has all words of the first.',
    ["'cat'::tsquery <@ 'cat & rat'::tsquery", 't'],
    overload([QUERY, QUERY], BOOLEAN, (inner, outer) => hasWords(outer, inner)),
  ),
]

function jsonDocument(type: DataType): Overload[] {
  const read = (value: JsonValue | string): JsonValue =>
    type.kind === 'json' ? parseJson(value as string) : (value as JsonValue)
  return configured([type], VECTOR, (configuration, value: JsonValue) =>
    jsonVector(configuration, read(value), stringsOnly),
  )
}

function jsonToVector(name: string, type: DataType): ScalarFunction {
  const read = (value: JsonValue | string): JsonValue =>
    type.kind === 'json' ? parseJson(value as string) : (value as JsonValue)
  return record(
    name,
    'The words of the parts of a json value that are named.',
    undefined,
    configured([type, JSONB], VECTOR, (configuration, value: JsonValue, flags: JsonValue) =>
      jsonVector(configuration, read(value), jsonParts(flags)),
    ),
  )
}

export const fullTextFunctions: readonly ScalarFunction[] = [
  record(
    'to_tsvector',
    'The words of a document, with their places.',
    ["to_tsvector('english', 'The Fat Rats')", "'fat':2 'rat':3"],
    configured([TEXT], VECTOR, toVector),
    jsonDocument(JSON_TYPE),
    jsonDocument(JSONB),
  ),
  jsonToVector('json_to_tsvector', JSON_TYPE),
  jsonToVector('jsonb_to_tsvector', JSONB),
  record(
    'to_tsquery',
    'A query of words and operators.',
    ["to_tsquery('english', 'The & Fat & Rats')", "'fat' & 'rat'"],
    configured([TEXT], QUERY, toQuery),
  ),
  record(
    'plainto_tsquery',
    'A query of all words of a text.',
    ["plainto_tsquery('english', 'The Fat Rats')", "'fat' & 'rat'"],
    configured([TEXT], QUERY, queryText('and')),
  ),
  record(
    'phraseto_tsquery',
    'A query of the words of a text one after another.',
    ["phraseto_tsquery('english', 'The Cat and Rats')", "'cat' <2> 'rat'"],
    configured([TEXT], QUERY, queryText('phrase')),
  ),
  record(
    'websearch_to_tsquery',
    'A query as search engines take it.',
    [`websearch_to_tsquery('english', '"fat rat" or cat dog')`, "'fat' <-> 'rat' | 'cat' & 'dog'"],
    configured([TEXT], QUERY, webQuery),
  ),
  record(
    'tsquery_phrase',
    'One query so many places after another.',
    ["tsquery_phrase(to_tsquery('fat'), to_tsquery('cat'), 10)", "'fat' <10> 'cat'"],
    overload([QUERY, QUERY], QUERY, (left, right) => followedBy(left, right)),
    overload([QUERY, QUERY, INTEGER], QUERY, followedBy),
  ),
  record(
    'numnode',
    'How many words and operators a query has.',
    ["numnode('(fat & rat) | cat'::tsquery)", '5'],
    overload([QUERY], INTEGER, nodeCount),
  ),
  record(
    'querytree',
    'The part of a query that an index can serve.',
    ["querytree('foo & ! bar'::tsquery)", "'foo'"],
    overload([QUERY], TEXT, (query: TsQuery) => {
      const part = indexable(query)
      return part === true ? 'T' : formatQuery(part)
    }),
  ),
  record(
    'strip',
    'The words without their places.',
    ["strip('fat:2,4 cat:3'::tsvector)", "'cat' 'fat'"],
    overload([VECTOR], VECTOR, (vector: TsVector) => vector.map(({ word }) => ({ word, positions: [] }))),
  ),
  record(
    'length',
    'How many words a tsvector has.',
    ["length('fat:2,4 cat:3 rat:5A'::tsvector)", '3'],
    overload([VECTOR], INTEGER, (vector: TsVector) => vector.length),
  ),
  record(
    'setweight',
    'The words with a weight given to all, or to some.',
    ["setweight('fat:2 rat:5B'::tsvector, 'A')", "'fat':2A 'rat':5A"],
    overload([VECTOR, SINGLE], VECTOR, setWeight),
    overload([VECTOR, SINGLE, TEXTS], VECTOR, setWeight),
  ),
  record(
    'ts_delete',
    'The tsvector without some words.',
    ["ts_delete('fat:2,4 cat:3'::tsvector, 'fat')", "'cat':3"],
    overload([VECTOR, TEXT], VECTOR, (vector: TsVector, word) => vector.filter((lexeme) => lexeme.word !== word)),
    overload([VECTOR, TEXTS], VECTOR, (vector: TsVector, words: SqlArray) => {
      const dropped = new Set(words.values)
      return vector.filter(({ word }) => !dropped.has(word))
    }),
  ),
  record(
    'ts_filter',
    'The places of the given weights.',
    ["ts_filter('fat:2,4 cat:3B'::tsvector, '{b}')", "'cat':3B"],
    overload([VECTOR, arrayOf(SINGLE)], VECTOR, filtered),
  ),
  record(
    'array_to_tsvector',
    'A tsvector of words without places.',
    ["array_to_tsvector('{fat,cat}'::text[])", "'cat' 'fat'"],
    overload([TEXTS], VECTOR, vectorOfWords),
  ),
  record(
    'tsvector_to_array',
    'The words of a tsvector.',
    ["tsvector_to_array('fat:2,4 cat:3'::tsvector)", '{cat,fat}'],
    overload([VECTOR], TEXTS, (vector: TsVector) => sqlArray(vector.map(({ word }) => word))),
  ),
  record(
    'ts_rank',
    'How well a document fits a query, by how often its words occur.',
    ["ts_rank('fat:1 rat:2'::tsvector, 'rat'::tsquery)", '0.06079271'],
    rankOverloads(rank),
  ),
  record(
    'ts_rank_cd',
    'How well a document fits a query, by how near its words stand to each other.',
    ["ts_rank_cd('fat:1 rat:2'::tsvector, 'fat & rat'::tsquery)", '0.1'],
    rankOverloads(coverRank),
  ),
  record(
    'ts_headline',
    'The part of a document that fits a query best, with the words of the query marked.',
    [
      "ts_headline('english', 'The fat cat ate the rat.', to_tsquery('english', 'cats'))",
      'The fat <b>cat</b> ate the rat.',
    ],
    headlines(TEXT, (text: string, mark) => mark(text)),
    headlines(JSON_TYPE, (text: string, mark) => jsonWithTexts(text, mark)),
    headlines(JSONB, withTexts),
  ),
  record(
    'ts_rewrite',
    'A query with each part that equals a target replaced; a query given as text says what is replaced by what.',
    ["ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'foo|bar'::tsquery)", "'b' & ( 'foo' | 'bar' )"],
    overload([QUERY, QUERY, QUERY], QUERY, rewrite),
    overload(
      [QUERY, TEXT],
      QUERY,
      (context: FunctionContext, query: TsQuery, text: string) => {
        const { types, rows } = queryRows(context, text)
        if (types.length !== 2 || types.some(({ kind }) => kind !== 'tsquery')) {
          throw invalidParameter('ts_rewrite query must return two tsquery columns')
        }
        const pairs = rows.filter((row) => row[0] !== null && row[1] !== null)
        return rewriteAll(query, pairs as [TsQuery, TsQuery][])
      },
      { context: true, volatility: 'volatile' },
    ),
  ),
  record(
    'ts_lexize',
    'What a dictionary makes of a word; empty for a stop word.',
    ["ts_lexize('english_stem', 'stars')", '{star}'],
    overload([{ kind: 'regdictionary' }, TEXT], TEXTS, (dictionary: string, word: string) =>
      sqlArray(dictionaries[dictionary](word)),
    ),
  ),
  scalar({
    name: 'get_current_ts_config',
    category: 'text search',
    doc: 'The configuration that is used where none is given.',
    examples: [['get_current_ts_config()', 'english']],
    volatility: 'stable',
    overloads: [overload([], CONFIG, currentConfiguration, { context: true })],
  }),
]
