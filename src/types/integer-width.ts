/** DuckDB's integers that PostgreSQL does not have: which values they hold. */
import { SqlError } from '../error.ts'
import type { DataType, IntegerWidth } from './data-type.ts'
import { Decimal } from './decimal.ts'
import type { Value } from './value.ts'

export type NarrowInteger = Extract<DataType, { kind: 'domain' }> & { readonly width: IntegerWidth }

export function isNarrowInteger(type: DataType): type is NarrowInteger {
  return type.kind === 'domain' && type.width !== undefined
}

/** Whether a number, bigint or whole Decimal lies within the limits of the type. */
export function fitsWidth(value: Value, { bits, signed }: IntegerWidth): boolean {
  const whole: number | bigint = value instanceof Decimal ? (value.isFinite() ? value.toBigInt() : NaN) : value
  const count = 1n << BigInt(signed ? bits - 1 : bits)
  return whole >= (signed ? -count : 0n) && whole < count
}

/** 22003 for what the type cannot hold. */
export function assertWidth(type: NarrowInteger, value: Value): void {
  if (value !== null && !fitsWidth(value, type.width)) throw outOfWidth(type)
}

export function outOfWidth(type: NarrowInteger): SqlError {
  return new SqlError('numeric_value_out_of_range', `${type.name} out of range`)
}

/** The type that holds the values of both, when it is one of these. */
export function widerOf(left: NarrowInteger, right: NarrowInteger): NarrowInteger | undefined {
  const [wide, narrow] = left.width.bits < right.width.bits ? [right, left] : [left, right]
  if (wide.width.signed === narrow.width.signed) return wide
  return wide.width.signed && narrow.width.bits < wide.width.bits ? wide : undefined
}
