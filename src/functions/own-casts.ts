/**
 * The casts that users made, as the statement that is being bound sees them: binding is one piece of work, which nothing else
 * interrupts, and begins by telling them.
 */
import type { DataType } from '../types/data-type.ts'
import type { CastContext } from './casts.ts'
import { baseType, sameType } from './coercion.ts'

export interface OwnCast {
  readonly from: DataType
  readonly to: DataType
  readonly context: CastContext
}

let casts: readonly OwnCast[] = []

export function useOwnCasts(own: readonly OwnCast[]): void {
  casts = own
}

export function hasOwnCasts(): boolean {
  return casts.length > 0
}

export function findOwnCast(from: DataType, to: DataType): OwnCast | undefined {
  if (casts.length === 0) return undefined
  const source = baseType(from)
  const target = baseType(to)
  return casts.find((cast) => sameType(cast.from, source) && sameType(cast.to, target))
}
