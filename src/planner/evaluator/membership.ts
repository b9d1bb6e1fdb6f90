/** IN over a list, and comparisons with ANY or ALL elements of an array. */
import type { SqlArray } from '../../types/array.ts'
import { traits } from '../../types/traits.ts'
import type { Evaluator, Scope } from '../evaluate.ts'
import type { InExpression, QuantifiedExpression } from '../expression.ts'
import { located, overloadBody } from './call.ts'
import { keyOf } from './key.ts'

/** True for a match; else NULL when the input or an item is NULL, and false when none is. */
export function compileIn(expression: InExpression, scope: Scope): Evaluator {
  const { negated, items } = expression
  const input = scope.compile(expression.input)
  if (items.every((item) => item.kind === 'constant')) {
    const key = keyOf(expression.input.type)
    const values = items.map((item) => item.value)
    const members = new Set(values.filter((value) => value !== null).map(key))
    const otherwise = values.includes(null) ? null : negated
    return (row) => {
      const value = input(row)
      if (value === null) return null
      return members.has(key(value)) ? !negated : otherwise
    }
  }
  const { type } = expression.input
  const { equals } = traits(type)
  const evaluators = items.map((item) => scope.compile(item))
  return (row) => {
    const value = input(row)
    let hasNull = value === null
    for (let index = 0; index < evaluators.length; index++) {
      const item = evaluators[index](row)
      if (item === null) hasNull = true
      else if (value !== null && equals(value, item, type)) return !negated
    }
    return hasNull ? null : negated
  }
}

/** ANY is true when one element compares as true, ALL when every one does; NULL where NULLs leave it open. */
export function compileQuantified(expression: QuantifiedExpression, scope: Scope): Evaluator {
  const { overload, negated } = expression
  const input = scope.compile(expression.input)
  const array = scope.compile(expression.array)
  const elementType = expression.array.type.kind === 'array' ? expression.array.type.element : expression.array.type
  const body = overloadBody(overload, [expression.input.type, elementType], expression.type, scope.frame)
  const strict = overload.strict !== false
  const decisive = expression.quantifier === 'any'
  const start = expression.span?.start
  return (row) => {
    const value = input(row)
    const elements = array(row) as SqlArray | null
    if (elements === null) return null
    let result: boolean | null = !decisive
    for (const element of elements.values) {
      if (strict && (value === null || element === null)) {
        result = null
        continue
      }
      let holds: boolean | null
      try {
        holds = body(value, element) as boolean | null
      } catch (error) {
        throw located(error, start)
      }
      if (holds === null) result = null
      else if ((holds !== negated) === decisive) return decisive
    }
    return result
  }
}
