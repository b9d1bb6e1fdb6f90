/**
 * Values of expressions inside a kernel: a term that yields the value for the row at hand, another that tells whether it
 * is not NULL (null when it never is), and what is known of it. Terms are cheap: constants, locals or loads.
 */
import type { DataType } from '../../types/data-type.ts'
import { i32, type Term } from './term.ts'

export interface BooleanCode {
  readonly class: 'boolean'
  readonly type: DataType
  /** i32, 0 or 1. */
  readonly term: Term
  readonly valid: Term | null
}

export interface IntegerCode {
  readonly class: 'integer'
  readonly type: DataType
  /** i64 */
  readonly term: Term
  readonly valid: Term | null
  /** numeric: the term is value × 10^scale. */
  readonly scale: number
  /** Inclusive bounds, ±Infinity where unknown; those of a NULL's term do not count. */
  readonly low: number
  readonly high: number
  /** The number of the input, for a value that is the same for all rows. */
  readonly scalar?: number
  /** The scalar does not fit 64 bits: its term cannot be used. */
  readonly wide?: boolean
  /** numeric: the scale (i32) with which this row's value prints, where that is not `scale` for all rows. */
  readonly displayScale?: Term
}

export interface FloatCode {
  readonly class: 'float'
  readonly type: DataType
  /** f64, also for real. */
  readonly term: Term
  readonly valid: Term | null
}

export interface TextCode {
  readonly class: 'text'
  readonly type: DataType
  readonly valid: Term | null
  /** The text, when it is a constant. */
  readonly constant?: string
  /** Address and byte length; of a NULL, length 0. */
  bytes(): { readonly address: Term; readonly length: Term }
}

export type Code = BooleanCode | IntegerCode | FloatCode | TextCode

/** Thrown while a kernel is made: the expression needs what kernels cannot do. The message says what, for EXPLAIN. */
export class CannotCompile extends Error {}

export function cannotCompile(reason: string): never {
  throw new CannotCompile(reason)
}

/** Both not NULL. */
export function bothValid(left: Term | null, right: Term | null): Term | null {
  if (left === null || left === right) return right
  if (right === null) return left
  return left.and(right)
}

export const never: Term = i32(0)
export const always: Term = i32(1)

/** The largest magnitude that arithmetic in doubles still decides safely to lie within an i64. */
const safeLimit = 9.2233720368e18

export function fitsI64(low: number, high: number): boolean {
  return low >= -safeLimit && high <= safeLimit
}

/** The bounds that a type itself sets; numerics and timestamps have the whole of i64. */
export function typeBounds(type: DataType): readonly [low: number, high: number] {
  switch (type.kind) {
    case 'boolean':
      return [0, 1]
    case 'smallint':
      return [-32768, 32767]
    case 'integer':
    case 'date':
      return [-2147483648, 2147483647]
    case 'oid':
      return [0, 4294967295]
    case 'time':
      return [0, 86400000000]
    case 'domain':
      return typeBounds(type.base)
    default:
      return [-Infinity, Infinity]
  }
}
