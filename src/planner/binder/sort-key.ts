/** One item of an ORDER BY: direction and the place of NULLs. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { isComparable } from '../../types/traits.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Expression, SortKey } from '../expression.ts'
import { settle } from './coercion.ts'
import { findOperator } from './overload.ts'
import type { Scope } from './scope.ts'

/** The key for an expression, with the item's direction; 42883 when the type has no order. */
export function sortKey(expression: Expression, item: ast.OrderItem, scope: Scope): SortKey {
  const settled = settle(expression, scope.state)
  const descending = item.using === undefined ? item.descending : usingDescends(item)
  checkOrderable(settled, item.span)
  return { expression: settled, descending, nullsFirst: nullsComeFirst(item.nulls, descending, scope) }
}

/** Where NULLs come; where that is not said, `default_null_order` says it. */
export function nullsComeFirst(nulls: ast.OrderItem['nulls'], descending: boolean, scope: Scope): boolean {
  if (nulls !== undefined) return nulls === 'first'
  const order = scope.state.context.settings.get('default_null_order')
  if (order === 'nulls_last_on_asc_first_on_desc') return descending
  return order === 'nulls_first_on_asc_last_on_desc' ? !descending : order === 'nulls_first'
}

/** ORDER BY x USING < or >. */
function usingDescends(item: ast.OrderItem): boolean {
  if (item.using === '<') return false
  if (item.using === '>') return true
  throw new SqlError('wrong_object_type', `operator ${item.using} is not a valid ordering operator`, {
    position: item.span.start,
    hint: 'Ordering operators must be "<" or ">" members of btree operator families.',
  })
}

export function checkOrderable(expression: Expression, span: ast.Span | undefined): void {
  if (!isComparable(expression.type) && expression.type.kind !== 'array' && expression.type.kind !== 'record') {
    throw new SqlError(
      'undefined_function',
      `could not identify an ordering operator for type ${baseTypeName(expression.type)}`,
      {
        position: (expression.span ?? span)?.start,
        hint: 'Use an explicit ordering operator or modify the query.',
      },
    )
  }
}

/** For DISTINCT, GROUP BY and set operations. */
export function checkComparable(expression: Expression): void {
  const { type } = expression
  if (!isComparable(type) && type.kind !== 'array' && type.kind !== 'record') {
    throw new SqlError('undefined_function', `could not identify an equality operator for type ${baseTypeName(type)}`, {
      position: expression.span?.start,
    })
  }
  if (type.kind === 'array') findOperator('=', [type, type], expression.span?.start)
}
