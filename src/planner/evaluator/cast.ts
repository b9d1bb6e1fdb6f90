/** Casts: CAST, TRY_CAST, and those that the binder put in. */
import { SqlError } from '../../error.ts'
import type { CastSession } from '../../functions/casts.ts'
import type { Value } from '../../types/value.ts'
import type { Evaluator, Frame, Scope } from '../evaluate.ts'
import type { CastExpression } from '../expression.ts'
import { located } from './call.ts'

/** What the cast does with a value other than NULL. */
export function castBody(expression: CastExpression, frame: Frame): (value: Value) => Value {
  const { cast } = expression
  return (value) => cast.evaluate(value, frame.runtime.functions as CastSession)
}

/** NULL stays NULL; a domain may object to it. */
export function compileCast(expression: CastExpression, scope: Scope): Evaluator {
  const { frame } = scope
  const { cast } = expression
  const input = scope.compile(expression.input)
  const start = expression.span?.start
  const { type } = expression
  const checksNull = type.kind === 'domain'
  const lenient = expression.try && (type.kind === 'array' || type.kind === 'record' || type.kind === 'map')
  return (row) => {
    const value = input(row)
    try {
      let session = frame.runtime.functions as CastSession
      if (lenient) session = Object.assign(Object.create(session), { lenient })
      if (value !== null) return cast.evaluate(value, session)
      if (checksNull) session.checkDomain?.(type, null)
      return null
    } catch (error) {
      if (expression.try && error instanceof SqlError) return null
      throw located(error, start)
    }
  }
}
