/**
 * Comparisons of a widened column with a constant, as comparisons of the column itself, so that indexes, zone maps and
 * kernels on stored values can serve them:
 *
 *   n::bigint = 5            n = 5
 *   d::timestamp < TIMESTAMP '2024-01-01 12:00'      d <= DATE '2024-01-01'
 *   n::numeric > 2.5         n >= 3
 *
 * A constant that the column cannot hold leaves equality as it is, since the result depends on whether the column is NULL.
 */
import type { DataType, TypeKind } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { CallExpression, Expression, InExpression } from '../expression.ts'
import { type ComparisonName, comparisonName, makeComparison } from './comparison.ts'

const integerBounds: ReadonlyMap<TypeKind, number> = new Map<TypeKind, number>([
  ['smallint', 2 ** 15],
  ['integer', 2 ** 31],
  ['bigint', 2 ** 63],
])

const widerIntegers: ReadonlySet<TypeKind> = new Set<TypeKind>(['integer', 'bigint', 'numeric', 'double'])
const microsPerDay = 86_400_000_000n

/** A constant in the column's own type: exactly, or the largest value below it. */
interface Image {
  readonly value: Value
  readonly exact: boolean
}

export function bareComparison(call: Expression): CallExpression | undefined {
  const name = comparisonName(call)
  if (!name || call.kind !== 'call') return undefined
  const [left, right] = call.args
  const inner = widenedInput(left)
  if (!inner || right.kind !== 'constant' || right.value === null) return undefined
  const image = imageOf(right.value, right.type, inner.type)
  if (!image) return undefined
  const value: Expression = { kind: 'constant', type: inner.type, value: image.value }
  if (image.exact) return makeComparison(name, inner, value)
  const adjusted: { readonly [key in ComparisonName]?: ComparisonName } = { '<': '<=', '<=': '<=', '>': '>', '>=': '>' }
  const other = adjusted[name]
  return other && makeComparison(other, inner, value)
}

export function bareIn(expression: InExpression): InExpression | undefined {
  const inner = widenedInput(expression.input)
  if (!inner) return undefined
  const items: Expression[] = []
  for (const item of expression.items) {
    if (item.kind !== 'constant') return undefined
    const image = item.value === null ? { value: null, exact: true } : imageOf(item.value, item.type, inner.type)
    if (!image?.exact) return undefined
    items.push({ kind: 'constant', type: inner.type, value: image.value })
  }
  return { ...expression, input: inner, items }
}

/** The column under a cast that loses nothing and keeps the order. */
function widenedInput(expression: Expression): Expression | undefined {
  if (expression.kind !== 'cast' || expression.try) return undefined
  const { input, type } = expression
  if (input.kind !== 'column') return undefined
  if (integerBounds.has(input.type.kind) && widerIntegers.has(type.kind)) {
    if (type.kind === 'double' && input.type.kind === 'bigint') return undefined
    if (type.kind === 'numeric' && type.precision !== undefined) return undefined
    return input
  }
  if (input.type.kind === 'date' && type.kind === 'timestamp') return input
  return undefined
}

function imageOf(value: Value, from: DataType, to: DataType): Image | undefined {
  if (to.kind === 'date') {
    if (typeof value !== 'bigint' || value > 9_000_000_000_000_000_000n || value < -9_000_000_000_000_000_000n)
      return undefined
    const remainder = ((value % microsPerDay) + microsPerDay) % microsPerDay
    return { value: Number((value - remainder) / microsPerDay), exact: remainder === 0n }
  }
  const bound = integerBounds.get(to.kind)
  if (bound === undefined) return undefined
  if (from.kind === 'bigint' && typeof value === 'bigint') {
    const number = Number(value)
    if (number >= bound || number < -bound) return undefined
    return { value: to.kind === 'bigint' ? value : number, exact: true }
  }
  const number = typeof value === 'number' ? value : Number(String(value))
  if (!Number.isFinite(number) || Math.abs(number) >= Math.min(bound, 2 ** 52)) return undefined
  if (from.kind === 'numeric' && String(value).replace(/[^0-9]/g, '').length > 15) return undefined
  const floor = Math.floor(number)
  return { value: to.kind === 'bigint' ? BigInt(floor) : floor, exact: floor === number }
}
