/** How an entry of the table of types is written: what most types have in common is filled in. */
import { assert } from '../error.ts'
import type { DataType, TypeKind } from './data-type.ts'
import { compareText } from './text-order.ts'
import type { HashKey, TypeTraits } from './type-traits.ts'
import type { Value } from './value.ts'

export type Of<K extends TypeKind> = Extract<DataType, { kind: K }>

/** What an entry cannot leave out. */
export type Entry<T extends DataType> = Partial<TypeTraits<T>> &
  Pick<TypeTraits<T>, 'names' | 'internalName' | 'oid' | 'arrayOid' | 'category' | 'storage' | 'parse'>

/** A complete entry: what is left out has the plain meaning, and storage forms that the type lacks are refused. */
export function entry<T extends DataType>(definition: Entry<T>): TypeTraits<T> {
  const compare = definition.compare ?? compareValues
  return {
    preferred: false,
    width: 0,
    format: String,
    compare,
    equals: definition.compare ? (left, right, type) => compare(left, right, type) === 0 : sameValue,
    hashKey: identity,
    toInteger: wrongStorage,
    fromInteger: wrongStorage,
    encode: wrongStorage,
    decode: wrongStorage,
    ...definition,
  }
}

function wrongStorage(): never {
  return assert(false, 'the storage of the type does not have this form') as never
}

export function identity(value: Value): HashKey {
  return value
}

export function sameValue(left: Value, right: Value): boolean {
  return left === right
}

function compareValues(left: Value, right: Value): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function asNumber(stored: number | bigint): number {
  return Number(stored)
}

function asBigint(stored: number | bigint): bigint {
  return BigInt(stored)
}

/** What the types share whose values are numbers and stand in columns as they are. */
export const SMALL_INTEGER: {
  readonly storage: 'integer'
  readonly toInteger: (value: Value) => number
  readonly fromInteger: (stored: number | bigint) => number
} = { storage: 'integer', toInteger: identity as (value: Value) => number, fromInteger: asNumber }

/** The same for bigints. */
export const BIG_INTEGER: {
  readonly storage: 'integer'
  readonly width: 8
  readonly toInteger: (value: Value) => bigint
  readonly fromInteger: (stored: number | bigint) => bigint
} = { storage: 'integer', width: 8, toInteger: identity as (value: Value) => bigint, fromInteger: asBigint }

/** What the types share that are their own text. */
export const PLAIN_TEXT: {
  readonly storage: 'text'
  readonly parse: (text: string) => string
  readonly compare: (left: string, right: string) => number
  readonly equals: (left: Value, right: Value) => boolean
} = { storage: 'text', parse: (text) => text, compare: compareText, equals: sameValue }
