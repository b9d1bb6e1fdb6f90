/** Whether two expressions are the same text, so to speak: same shape, same columns, same constants. */
import type { Expression } from '../expression.ts'
import { isVolatileCall, operands, someExpression } from '../tree.ts'

export function sameExpression(left: Expression, right: Expression): boolean {
  if (left === right) return true
  if (left.kind !== right.kind) return false
  switch (left.kind) {
    case 'constant': {
      const other = right as typeof left
      return left.type.kind === other.type.kind && sameValue(left.value, other.value)
    }
    case 'column':
    case 'lambda-parameter':
      return left.id === (right as typeof left).id
    case 'parameter':
      return left.index === (right as typeof left).index
    case 'call':
      if (left.overload !== (right as typeof left).overload || left.function !== (right as typeof left).function)
        return false
      break
    case 'cast': {
      const other = right as typeof left
      if (left.try !== other.try || left.explicit !== other.explicit) return false
      if (JSON.stringify(left.type) !== JSON.stringify(other.type)) return false
      break
    }
    case 'is': {
      const other = right as typeof left
      if (left.test !== other.test || left.negated !== other.negated) return false
      break
    }
    case 'is-distinct':
    case 'in':
      if (left.negated !== (right as typeof left).negated) return false
      break
    case 'case':
      if ((left.otherwise === undefined) !== ((right as typeof left).otherwise === undefined)) return false
      break
    case 'quantified': {
      const other = right as typeof left
      if (left.quantifier !== other.quantifier || left.overload !== other.overload || left.negated !== other.negated)
        return false
      break
    }
    case 'field':
      if (left.index !== (right as typeof left).index) return false
      break
    case 'subquery':
    case 'lambda':
    case 'subscript':
      return false
  }
  const a = operands(left)
  const b = operands(right)
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (!sameExpression(a[index], b[index])) return false
  return true
}

function sameValue(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const own = Object.keys(left)
  if (own.length === 0 || own.length !== Object.keys(right).length) return false
  return own.every((key) => sameValue((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]))
}

/** Whether the list has the expression already. */
export function includesExpression(list: readonly Expression[], expression: Expression): boolean {
  return list.some((other) => sameExpression(other, expression))
}

/** Whether the expression, evaluated again, might yield something else. */
export function isVolatile(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'call' && isVolatileCall(part))
}
