/** Keys for Maps and Sets: the same for values that are equal in SQL. */
import type { DataType, TypeKind } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'

/** Kinds whose values are their own keys. */
const plainKinds: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'real',
  'double',
  'text',
  'varchar',
  'name',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** Whether values of the type are their own keys, so that a Map takes them as they are. */
export function isOwnKey(type: DataType): boolean {
  return plainKinds.has(type.kind)
}

/** What stands for a value of the type in a Map. NULL is its own key. */
export function keyOf(type: DataType): (value: Value) => unknown {
  if (isOwnKey(type)) return (value) => value
  const { hashKey } = traits(type)
  return (value) => (value === null ? null : hashKey(value, type))
}
