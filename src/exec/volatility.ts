/** Whether evaluating an expression twice may differ from evaluating it once, or has an effect of its own. */
import type { Expression } from '../planner/expression.ts'
import { isVolatileCall, someExpression } from '../planner/tree.ts'
import { dependencies } from './dependencies.ts'

export function isVolatile(expression: Expression): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'call') return isVolatileCall(node)
    return node.kind === 'subquery' && dependencies(node.plan).isVolatile
  })
}

/** Whether an expression may have another value another time, for the same row. */
export function isChangeable(expression: Expression): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'call')
      return (node.overload.volatility ?? node.function.volatility ?? 'immutable') !== 'immutable'
    return node.kind === 'cast' && node.cast.volatility !== 'immutable'
  })
}
