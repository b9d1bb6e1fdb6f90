/**
 * What every type can do. The table of `traits.ts` has one TypeTraits per kind, and shared code asks it rather than
 * asking which type it has. Values are shaped as `value.ts` says and never NULL here: NULL is the caller's business.
 */
import type { Settings } from '../settings.ts'
import type { DataType } from './data-type.ts'
import type { Value } from './value.ts'

/**
 * How a column of the type is laid out.
 *
 * - integer: `width` bytes, signed; numeric of at most 18 digits is scaled to an integer; the order of the integers is
 *   the order of the values, and equal integers are equal values.
 * - float: `width` bytes, IEEE 754.
 * - text: the string itself. For `char` trailing blanks do not count when comparing.
 * - bytes: what `encode` makes of the value. The order of the bytes means nothing.
 */
export type Storage = 'integer' | 'float' | 'text' | 'bytes'

/** A key for a Map or Set: values that are equal in SQL have the same key. */
export type HashKey = string | number | bigint | boolean

export interface TypeTraits<T extends DataType = DataType> {
  /** How SQL spells the type, the standard spelling first. */
  readonly names: readonly string[]
  /** pg_type.typname */
  readonly internalName: string
  /** pg_type.oid; 0 where each such type has its own. */
  readonly oid: number
  readonly arrayOid: number
  /** pg_type.typcategory, by which overloads are preferred: N numbers, S strings, D dates and times, … */
  readonly category: string
  /** pg_type.typispreferred: the type of its category that is chosen when several would do. */
  readonly preferred: boolean
  readonly storage: Storage
  /** Bytes of a value in a column, for storage integer and float; 0 for the others. */
  readonly width: 0 | 1 | 2 | 4 | 8
  /** The text as PostgreSQL's input function reads it; errors 22P02, 22003, 22007, 22008. Modifiers are not applied. */
  parse(text: string, type: T, settings: Settings): Value
  /** The text as PostgreSQL's output function writes it. */
  format(value: Value, type: T, settings: Settings): string
  /** Negative, zero or positive: the order of ORDER BY. */
  compare(left: Value, right: Value, type: T): number
  equals(left: Value, right: Value, type: T): boolean
  hashKey(value: Value, type: T): HashKey
  /** Storage integer: what stands in the column. A bigint for values that may exceed 2^53, else a number. */
  toInteger(value: Value, type: T): number | bigint
  fromInteger(stored: number | bigint, type: T): Value
  /** Storage bytes: what stands in the column. */
  encode(value: Value, type: T): Uint8Array
  decode(bytes: Uint8Array, type: T): Value
}
