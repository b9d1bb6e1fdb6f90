/** Orders of values, and of rows that stand in arrays. */
import type { SortKey } from '../planner/expression.ts'
import type { DataType, TypeKind } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'

export type Comparison = (left: Value, right: Value) => number

/** Kinds that JavaScript's < orders as SQL does. */
const plainKinds: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** The order of a type's values, NULL apart. */
export function compareValues(type: DataType): Comparison {
  if (plainKinds.has(type.kind)) return (left, right) => (left < right ? -1 : left > right ? 1 : 0)
  const { compare } = traits(type)
  return (left, right) => compare(left, right, type)
}

/** The order that a sort key gives to its values, NULLs included. */
export function compareByKey(key: SortKey): Comparison {
  const compare = compareValues(key.expression.type)
  const { descending, nullsFirst } = key
  const nullOrder = nullsFirst ? -1 : 1
  return (left, right) => {
    if (left === null || right === null) return left === right ? 0 : left === null ? nullOrder : -nullOrder
    const order = compare(left, right)
    return descending ? -order : order
  }
}

/** Compares two rows by number; `columns` holds the values of each key. */
export function compareRows(
  keys: readonly SortKey[],
  columns: readonly (readonly Value[])[],
): (left: number, right: number) => number {
  const comparisons = keys.map(compareByKey)
  if (comparisons.length === 1) {
    const [compare] = comparisons
    const [values] = columns
    return (left, right) => compare(values[left], values[right])
  }
  return (left, right) => {
    for (let key = 0; key < comparisons.length; key++) {
      const order = comparisons[key](columns[key][left], columns[key][right])
      if (order !== 0) return order
    }
    return 0
  }
}

/** Row numbers 0 … rowCount - 1 in order; rows with equal keys stay as they came. */
export function sortedOrder(rowCount: number, compare: (left: number, right: number) => number): number[] {
  const order = Array.from({ length: rowCount }, (_, row) => row)
  return order.sort(compare)
}
