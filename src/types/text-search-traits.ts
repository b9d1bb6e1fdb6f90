/** The entries of the types of full text search. In columns they stand as their text. */
import { SqlError } from '../error.ts'
import { decodeText, encodeText } from './byte-codec.ts'
import {
  compareQueries,
  compareVectors,
  formatQuery,
  formatVector,
  parseQuery,
  parseVector,
  type TsQuery,
} from './text-search.ts'
import { entry, type Of, PLAIN_TEXT } from './trait-entry.ts'
import type { TypeTraits } from './type-traits.ts'

type SearchKind = 'tsvector' | 'tsquery' | 'regconfig' | 'regdictionary'

function named(what: string, names: readonly string[]): (text: string) => string {
  return (text) => {
    const name = text.trim().replace(/^pg_catalog\./, '')
    if (names.includes(name)) return name
    throw new SqlError('undefined_object', `text search ${what} "${text}" does not exist`)
  }
}

export const textSearchTraits: { readonly [K in SearchKind]: TypeTraits<Of<K>> } = {
  tsvector: entry<Of<'tsvector'>>({
    names: ['tsvector'],
    internalName: 'tsvector',
    oid: 3614,
    arrayOid: 3643,
    category: 'U',
    storage: 'bytes',
    parse: parseVector,
    format: formatVector,
    compare: compareVectors,
    hashKey: formatVector,
    encode: (value) => encodeText(formatVector(value)),
    decode: (bytes) => parseVector(decodeText(bytes)),
  }),
  tsquery: entry<Of<'tsquery'>>({
    names: ['tsquery'],
    internalName: 'tsquery',
    oid: 3615,
    arrayOid: 3645,
    category: 'U',
    storage: 'bytes',
    parse: (text) => parseQuery(text),
    format: (value: TsQuery) => formatQuery(value),
    compare: compareQueries,
    hashKey: (value: TsQuery) => formatQuery(value),
    encode: (value) => encodeText(formatQuery(value)),
    decode: (bytes) => parseQuery(decodeText(bytes)),
  }),
  regconfig: entry<Of<'regconfig'>>({
    names: ['regconfig'],
    internalName: 'regconfig',
    oid: 3734,
    arrayOid: 3735,
    category: 'N',
    ...PLAIN_TEXT,
    parse: named('configuration', ['simple', 'english']),
  }),
  regdictionary: entry<Of<'regdictionary'>>({
    names: ['regdictionary'],
    internalName: 'regdictionary',
    oid: 3769,
    arrayOid: 3770,
    category: 'N',
    ...PLAIN_TEXT,
    parse: named('dictionary', ['simple', 'english_stem']),
  }),
}
