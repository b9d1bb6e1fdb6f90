/** Casts that users made: calls of their functions, or a way through text. */
import { type CastContext, findCast } from '../../functions/casts.ts'
import { findOwnCast, type OwnCast } from '../../functions/own-casts.ts'
import type * as ast from '../../parser/ast.ts'
import { castSchema } from '../../storage/catalog.ts'
import type { CastBody, CatalogView, RoutineDefinition } from '../../storage/interface.ts'
import { BOOLEAN, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import { type BindState, Scope } from './scope.ts'
import { callNamed } from './user-operator.ts'

interface BoundCast extends OwnCast {
  readonly body: CastBody
  /** How many arguments the function takes: the value, the length of the target, whether it was asked for. */
  readonly argumentCount: number
}

const made = new WeakMap<readonly RoutineDefinition[], readonly BoundCast[]>()
const none: readonly BoundCast[] = []

/** All casts of the catalog; the same list as long as they are the same. */
export function ownCasts(catalog: CatalogView): readonly BoundCast[] {
  const routines = catalog.findRoutines('cast', castSchema)
  if (routines.length === 0) return none
  let casts = made.get(routines)
  if (!casts) {
    casts = routines.map(({ parameters, returns, body }): BoundCast => {
      const { context } = body as CastBody
      const from = parameters[0].type as DataType
      return { from, to: returns as DataType, context, body: body as CastBody, argumentCount: parameters.length }
    })
    made.set(routines, casts)
  }
  return casts
}

const strength: { readonly [context in CastContext]: number } = { implicit: 0, assignment: 1, explicit: 2 }

/** The expression through a user's cast; undefined where there is none, null where it may not be used here. */
export function throughOwnCast(
  expression: Expression,
  type: DataType,
  mode: CastContext,
  state: BindState,
  span: ast.Span | undefined,
  coerce: (expression: Expression, type: DataType) => Expression | undefined,
): Expression | undefined | null {
  const cast = findOwnCast(expression.type, type) as BoundCast | undefined
  if (!cast) return undefined
  if (strength[cast.context] > strength[mode]) return null
  const { body, argumentCount } = cast
  let result: Expression | undefined
  if (body.function) {
    const input = coerce(expression, cast.from)
    if (!input) return null
    const extra: Expression[] = [
      { kind: 'constant', type: INTEGER, value: -1 },
      { kind: 'constant', type: BOOLEAN, value: mode === 'explicit' },
    ]
    const place = span ?? { start: 0, end: 0 }
    result = callNamed(body.function, [input, ...extra.slice(0, argumentCount - 1)], place, new Scope(state))
  } else {
    const text = plainCast(expression, TEXT)
    result = text && plainCast(text, cast.to)
  }
  return (result && coerce(result, type)) ?? null
}

function plainCast(input: Expression, type: DataType): Expression | undefined {
  const cast = findCast(input.type, type, 'explicit')
  return cast && { kind: 'cast', type, input, cast, explicit: true, try: false }
}
