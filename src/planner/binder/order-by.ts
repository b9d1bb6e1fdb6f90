/**
 * ORDER BY and DISTINCT ON. A bare name means a column of the result before it means one of FROM, a number is a position
 * in the result; everything else is an expression over FROM, and may well stand in the result too.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Expression, SortKey } from '../expression.ts'
import { settle } from './coercion.ts'
import { columnsApart, holdsColumns } from './columns.ts'
import { bindExpression } from './expression.ts'
import { byPosition, nonInteger } from './group-by.ts'
import { sameExpression } from './same-expression.ts'
import type { Scope } from './scope.ts'
import { checkComparable, checkOrderable, nullsComeFirst, sortKey } from './sort-key.ts'
import type { Output } from './star.ts'

/** A sort key: a position in the result, or an expression of its own. */
export interface OrderTerm {
  readonly position?: number
  readonly key?: SortKey
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly span?: ast.Span
}

export function bindOrderBy(query: ast.QueryTail, outputs: readonly Output[], scope: Scope): OrderTerm[] {
  if (query.orderByAll) {
    const { descending, nulls } = query.orderByAll
    const nullsFirst = nullsComeFirst(nulls, descending, scope)
    return outputs.map((_, position) => ({ position, descending, nullsFirst }))
  }
  const terms: OrderTerm[] = []
  const items = query.orderBy.flatMap((item) =>
    holdsColumns(item.expression)
      ? columnsApart(item.expression, undefined, scope).map(({ expression }) => ({ ...item, expression }))
      : [item],
  )
  for (const item of items) {
    const position = findOutput(item.expression, 'ORDER BY', outputs)
    const expression = position === undefined ? bindExpression(item.expression, scope) : outputs[position].expression
    const key = sortKey(expression, item, scope)
    const { descending, nullsFirst } = key
    const { span } = item.expression
    terms.push(
      position === undefined ? { key, descending, nullsFirst, span } : { position, descending, nullsFirst, span },
    )
  }
  return terms
}

/** The position in the result that a name or a number means. */
function findOutput(node: ast.Expression, clause: string, outputs: readonly Output[]): number | undefined {
  if (node.kind === 'number') return outputs.indexOf(byPosition(node, clause, outputs))
  if (node.kind === 'unary' && node.operator === '#' && node.operand.kind === 'number')
    return findOutput(node.operand, clause, outputs)
  if (node.kind === 'string') throw nonInteger(clause, node)
  if (node.kind !== 'column' || node.parts.length !== 1) return undefined
  const { name } = node.parts[0]
  let found: number | undefined
  for (let position = 0; position < outputs.length; position++) {
    if (outputs[position].name !== name) continue
    if (found === undefined || outputs[found].implied) found = position
    else if (outputs[position].implied) continue
    else if (!sameExpression(outputs[found].expression, outputs[position].expression)) {
      throw new SqlError('ambiguous_column', `${clause} "${name}" is ambiguous`, { position: node.span.start })
    }
  }
  return found
}

export function bindDistinctOn(
  nodes: readonly ast.Expression[],
  outputs: readonly Output[],
  scope: Scope,
): Expression[] {
  return nodes.map((node) => {
    const position = findOutput(node, 'DISTINCT ON', outputs)
    const expression = settle(
      position === undefined ? bindExpression(node, scope) : outputs[position].expression,
      scope.state,
    )
    checkComparable(expression)
    return expression
  })
}

/** ORDER BY over a finished result, where only its columns have names: set operations. */
export function bindResultOrder(
  query: ast.QueryTail,
  outputs: readonly Output[],
  bindOther: (node: ast.Expression) => Expression,
  scope: Scope,
): SortKey[] {
  if (query.orderByAll) {
    const { descending, nulls } = query.orderByAll
    const nullsFirst = nullsComeFirst(nulls, descending, scope)
    return outputs.map(({ expression }) => ({ expression, descending, nullsFirst }))
  }
  return query.orderBy.map((item) => {
    const position = findOutput(item.expression, 'ORDER BY', outputs)
    const expression = position === undefined ? bindOther(item.expression) : outputs[position].expression
    checkOrderable(expression, item.span)
    return sortKey(expression, item, scope)
  })
}
