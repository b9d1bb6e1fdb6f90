/** Whether anything may yield another value when it is computed again. */
import type { Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { expressions, inputs, isVolatileCall, walkExpression } from '../tree.ts'

export function isVolatile(plan: LogicalPlan): boolean {
  for (const expression of expressions(plan)) if (isVolatileExpression(expression)) return true
  return inputs(plan).some(isVolatile)
}

export function isVolatileExpression(expression: Expression): boolean {
  let found = false
  walkExpression(expression, (part) => {
    if (part.kind === 'call') found ||= isVolatileCall(part)
    else if (part.kind === 'subquery') found ||= isVolatile(part.plan)
    return !found
  })
  return found
}
