/** Keys for Maps and Sets: the same for values that are equal in SQL. */
import type { DataType, TypeKind } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'

/** Kinds whose values are their own keys. */
const plainKinds: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'boolean',
  'smallint',
  'integer',
  'oid',
  'real',
  'double',
  'text',
  'varchar',
  'name',
  'uuid',
  'date',
  'time',
])

/** Whether values of the type are their own keys, so that a Map takes them as they are. */
export function isOwnKey(type: DataType): boolean {
  return plainKinds.has(type.kind)
}

/** What stands for a value of the type in a Map. NULL is its own key. */
export function keyOf(type: DataType): (value: Value) => unknown {
  if (type.kind === 'bigint' || type.kind === 'timestamp' || type.kind === 'timestamptz') return numberOf
  if (isOwnKey(type)) return (value) => value
  const { hashKey } = traits(type)
  return (value) => (value === null ? null : hashKey(value, type))
}

/** Numbers hash several times faster than bigints; beyond 2^53 a bigint stays what it is. */
function numberOf(value: bigint | null): unknown {
  if (value === null) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
