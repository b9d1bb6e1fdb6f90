/** RETURNING: a select list over the changed rows. */
import type * as ast from '../../parser/ast.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import { settle } from './coercion.ts'
import { newColumn, type RangeItem, type Scope } from './scope.ts'
import { bindSelectList } from './star.ts'

/** The expressions and their columns; nothing where there is no RETURNING. */
export function bindReturning(
  items: readonly ast.SelectItem[],
  relations: readonly RangeItem[],
  scope: Scope,
  finish: (expression: Expression) => Expression = (expression) => expression,
): { readonly returning: readonly Expression[] | undefined; readonly columns: readonly OutputColumn[] } {
  if (items.length === 0) return { returning: undefined, columns: [] }
  scope.items = [...relations]
  scope.clause = 'RETURNING'
  const outputs = bindSelectList(items, scope)
  const returning = outputs.map((output) => finish(settle(output.expression, scope.state)))
  const columns = outputs.map((output, index) => newColumn(scope.state, output.name, returning[index].type))
  return { returning, columns }
}
