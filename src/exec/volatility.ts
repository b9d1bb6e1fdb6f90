/** Whether evaluating an expression twice may differ from evaluating it once, or has an effect of its own. */
import type { AggregateCall, Expression } from '../planner/expression.ts'
import { isVolatileCall, someExpression } from '../planner/tree.ts'
import { dependencies } from './dependencies.ts'

export function isVolatile(expression: Expression): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'call') return isVolatileCall(node)
    return node.kind === 'subquery' && dependencies(node.plan).isVolatile
  })
}

/** Whether each row is given to all aggregates before the next: nextval() in several of them counts on from row to row. */
export function takesRowsInTurn(calls: readonly AggregateCall[]): boolean {
  const isVolatileAggregate = ({ args, filter, orderBy }: AggregateCall): boolean =>
    [...args, ...(filter ? [filter] : []), ...orderBy.map((key) => key.expression)].some(isVolatile)
  return calls.filter(isVolatileAggregate).length > 1
}

/** Whether an expression may have another value another time, for the same row. */
export function isChangeable(expression: Expression): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'call')
      return (node.overload.volatility ?? node.function.volatility ?? 'immutable') !== 'immutable'
    return node.kind === 'cast' && node.cast.volatility !== 'immutable'
  })
}
