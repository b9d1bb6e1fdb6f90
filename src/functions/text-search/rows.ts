/** Functions of full text search that yield rows: the words of documents, tokens and what becomes of them. */
import { SqlError } from '../../error.ts'
import { sqlArray } from '../../types/array.ts'
import { arrayOf, type DataType, INTEGER, OID, SMALLINT, TEXT } from '../../types/data-type.ts'
import { compareText } from '../../types/text-order.ts'
import type { TsVector } from '../../types/text-search.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type FunctionContext, type TableFunction, type TableFunctionOverload, tableFunction } from '../function.ts'
import { type Configuration, dictionaries, dictionaryOf } from './configuration.ts'
import { currentConfiguration, queryRows, weightOf } from './functions.ts'
import { isIndexed, type TokenType, tokens, tokenTypes } from './tokens.ts'

const VECTOR: DataType = { kind: 'tsvector' }
const CONFIG: DataType = { kind: 'regconfig' }
const DICTIONARY: DataType = { kind: 'regdictionary' }
const TEXTS = arrayOf(TEXT)

const typeNames = Object.keys(tokenTypes) as TokenType[]

type Columns = Readonly<Record<string, DataType>>

function rows(
  name: string,
  doc: string,
  example: readonly [string, string],
  columns: Columns,
  ...overloads: readonly (readonly [readonly DataType[], TableFunctionOverload['evaluate']])[]
): TableFunction {
  const list = Object.entries(columns).map(([column, type]) => ({ name: column, type }))
  return tableFunction({
    name,
    category: 'text search',
    doc,
    examples: [example],
    overloads: overloads.map(([parameters, evaluate]) => ({ parameters, columns: () => list, evaluate })),
  })
}

/** In how many documents each word stands, and how often; of the given weights alone. */
function statistics(context: FunctionContext, query: string, letters?: string): Value[][] {
  const { types, rows: documents } = queryRows(context, query)
  if (types.length !== 1 || types[0].kind !== 'tsvector') {
    throw invalidParameter('ts_stat query must return one tsvector column')
  }
  const weights = letters === undefined ? undefined : new Set([...letters].map(weightOf))
  const counts = new Map<string, [documents: number, entries: number]>()
  for (const [document] of documents) {
    for (const { word, positions } of (document ?? []) as TsVector) {
      const own = weights ? positions.filter(({ weight }) => weights.has(weight)).length : positions.length || 1
      if (own === 0) continue
      const count = counts.get(word) ?? [0, 0]
      counts.set(word, [count[0] + 1, count[1] + own])
    }
  }
  return [...counts].sort((a, b) => compareText(a[0], b[0])).map(([word, count]) => [word, ...count])
}

function assertParser(parser: string | number): void {
  if (parser === 'default' || parser === 'pg_catalog.default' || parser === defaultParser) return
  throw new SqlError('undefined_object', `text search parser "${parser}" does not exist`)
}

/** The number of the one parser that there is. */
const defaultParser = 3722

function* parsed(_context: FunctionContext, parser: string | number, text: string): Generator<Value[]> {
  assertParser(parser)
  for (const token of tokens(text)) yield [typeNames.indexOf(token.type) + 1, token.text]
}

function* types(_context: FunctionContext, parser: string | number): Generator<Value[]> {
  assertParser(parser)
  for (const [i, name] of typeNames.entries()) yield [i + 1, name, tokenTypes[name]]
}

function* explained(configuration: Configuration, text: string): Generator<Value[]> {
  for (const token of tokens(text)) {
    const dictionary = isIndexed(token.type) ? dictionaryOf(configuration, token.type) : null
    yield [
      token.type,
      tokenTypes[token.type],
      token.text,
      sqlArray(dictionary === null ? [] : [dictionary]),
      dictionary,
      dictionary === null ? null : sqlArray(dictionaries[dictionary](token.text)),
    ]
  }
}

export const fullTextRows: readonly TableFunction[] = [
  rows(
    'unnest',
    'The words of a tsvector with their places and weights.',
    ["SELECT count(*) FROM unnest('cat:3 fat:2,4'::tsvector)", '2'],
    { lexeme: TEXT, positions: arrayOf(SMALLINT), weights: TEXTS },
    [
      [VECTOR],
      function* (_context, vector: TsVector) {
        for (const { word, positions } of vector) {
          const places = positions.length > 0 ? sqlArray(positions.map(({ at }) => at)) : null
          yield [word, places, places && sqlArray(positions.map(({ weight }) => 'DCBA'[weight]))]
        }
      },
    ],
  ),
  rows(
    'ts_stat',
    'The words of all documents that a query yields: in how many they stand, and how often.',
    ["SELECT nentry FROM ts_stat('SELECT ''fat:2,4''::tsvector')", '2'],
    { word: TEXT, ndoc: INTEGER, nentry: INTEGER },
    [[TEXT], statistics],
    [[TEXT, TEXT], statistics],
  ),
  rows(
    'ts_parse',
    'The tokens of a text, with the numbers of their types.',
    ["SELECT count(*) FROM ts_parse('default', 'foo - bar')", '4'],
    { tokid: INTEGER, token: TEXT },
    [[TEXT, TEXT], parsed],
    [[OID, TEXT], parsed],
  ),
  rows(
    'ts_token_type',
    'The types of tokens.',
    ["SELECT alias FROM ts_token_type('default') WHERE tokid = 4", 'email'],
    { tokid: INTEGER, alias: TEXT, description: TEXT },
    [[TEXT], types],
    [[OID], types],
  ),
  rows(
    'ts_debug',
    'The tokens of a text, and what a configuration makes of them.',
    ["SELECT lexemes FROM ts_debug('english', 'stars')", '{star}'],
    {
      alias: TEXT,
      description: TEXT,
      token: TEXT,
      dictionaries: arrayOf(DICTIONARY),
      dictionary: DICTIONARY,
      lexemes: TEXTS,
    },
    [[CONFIG, TEXT], (_context, configuration: Configuration, text: string) => explained(configuration, text)],
    [[TEXT], (context, text: string) => explained(currentConfiguration(context), text)],
  ),
]
