/** Three-valued logic and the forms that evaluate only what they need. */
import { baseType } from '../../functions/coercion.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import type { Evaluator, Scope } from '../evaluate.ts'
import type {
  CaseExpression,
  CoalesceExpression,
  IsDistinctExpression,
  IsExpression,
  LogicalExpression,
  NotExpression,
} from '../expression.ts'

/** AND stops at the first false, OR at the first true; NULL counts only when nothing decided. */
export function compileLogical(expression: LogicalExpression, scope: Scope): Evaluator {
  const decisive = expression.kind === 'or'
  const args = expression.args.map((arg) => scope.compile(arg))
  if (args.length === 2) {
    const [first, second] = args
    return (row) => {
      const a = first(row)
      if (a === decisive) return decisive
      const b = second(row)
      if (b === decisive) return decisive
      return a === null || b === null ? null : !decisive
    }
  }
  return (row) => {
    let result: Value = !decisive
    for (let index = 0; index < args.length; index++) {
      const value = args[index](row)
      if (value === decisive) return decisive
      if (value === null) result = null
    }
    return result
  }
}

export function compileNot(expression: NotExpression, scope: Scope): Evaluator {
  const input = scope.compile(expression.input)
  return (row) => {
    const value = input(row)
    return value === null ? null : !value
  }
}

/** IS NULL of a record is true when all its fields are NULL, IS NOT NULL when none is. */
export function compileIs(expression: IsExpression, scope: Scope): Evaluator {
  const input = scope.compile(expression.input)
  const { negated } = expression
  if (expression.test === 'null') {
    if (baseType(expression.input.type).kind === 'record') {
      return (row) => {
        const value = input(row) as readonly Value[] | null
        if (value === null) return !negated
        return negated ? value.every((field) => field !== null) : value.every((field) => field === null)
      }
    }
    return negated ? (row) => input(row) !== null : (row) => input(row) === null
  }
  const sought = expression.test === 'unknown' ? null : expression.test === 'true'
  return negated ? (row) => input(row) !== sought : (row) => input(row) === sought
}

export function compileIsDistinct(expression: IsDistinctExpression, scope: Scope): Evaluator {
  const left = scope.compile(expression.left)
  const right = scope.compile(expression.right)
  const { negated } = expression
  const { type } = expression.left.type.kind === 'unknown' ? expression.right : expression.left
  const { equals } = traits(type)
  return (row) => {
    const a = left(row)
    const b = right(row)
    const same = a === null || b === null ? a === b : equals(a, b, type)
    return same === negated
  }
}

export function compileCase(expression: CaseExpression, scope: Scope): Evaluator {
  const whens = expression.branches.map((branch) => scope.compile(branch.when))
  const thens = expression.branches.map((branch) => scope.compile(branch.then))
  const otherwise = expression.otherwise ? scope.compile(expression.otherwise) : () => null
  return (row) => {
    for (let index = 0; index < whens.length; index++) {
      if (whens[index](row) === true) return thens[index](row)
    }
    return otherwise(row)
  }
}

export function compileCoalesce(expression: CoalesceExpression, scope: Scope): Evaluator {
  const args = expression.args.map((arg) => scope.compile(arg))
  return (row) => {
    for (let index = 0; index < args.length; index++) {
      const value = args[index](row)
      if (value !== null) return value
    }
    return null
  }
}
