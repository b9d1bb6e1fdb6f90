/**
 * Functions that other definitions are made of: the steps of an aggregate, the function of a cast. A caller is bound once for
 * the types of its arguments, and is then a JavaScript function of their values.
 */
import type { FunctionContext } from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import type { RoutineName } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { bindCall } from './binder/function-call.ts'
import { newColumn, newState, positionsOf, Scope } from './binder/scope.ts'
import type { PlannerContext } from './context.ts'
import { compileExpression, Frame } from './evaluate.ts'
import type { Expression } from './expression.ts'

export interface Caller {
  /** The bound call, for checks of its types. */
  readonly expression: Expression
  /** A NULL among the arguments gives NULL without a call. */
  readonly isStrict: boolean
  call(functions: FunctionContext, args: readonly Value[]): Value
}

const nowhere: ast.Span = { start: 0, end: 0 }

/** The call of a function by name with arguments of these types, as syntax. */
export function callNode(
  { schema, name }: RoutineName,
  args: readonly ast.Expression[],
  span: ast.Span,
): ast.FunctionCall {
  const part = (text: string): ast.Identifier => ({ name: text, quoted: true, span })
  return {
    kind: 'call',
    span,
    name: { span, parts: [part(schema), part(name)] },
    args,
    star: false,
    distinct: false,
    variadic: false,
    bare: false,
    orderBy: [],
  }
}

/** Binds the call; 42883 when there is no such function. `variadic`: the last argument is the array of those that repeat. */
export function makeCaller(
  name: RoutineName,
  types: readonly DataType[],
  context: PlannerContext,
  variadic = false,
): Caller {
  const scope = new Scope(newState({ ...context, isDefinition: true, parameterTypes: undefined, routine: undefined }))
  const columns = types.map((type, n) => newColumn(scope.state, `arg${n + 1}`, type))
  scope.items = [{ name: '', columns, positions: positionsOf(columns), qualified: false, unqualified: true }]
  const args = columns.map(
    (column): ast.Expression => ({
      kind: 'column',
      parts: [{ name: column.name, quoted: true, span: nowhere }],
      span: nowhere,
    }),
  )
  const expression = bindCall({ ...callNode(name, args, nowhere), variadic }, scope)
  const frame = new Frame()
  let current: readonly Value[] = []
  types.forEach((_, n) => {
    frame.readers[n] = () => current[n]
  })
  const places = new Map(columns.map((column, n) => [column.id, n]))
  const evaluate = compileExpression(expression, { frame, slot: (id) => places.get(id) })
  const outer: ReadonlyMap<number, Value> = new Map()
  return {
    expression,
    isStrict: expression.kind === 'call' && expression.overload.strict !== false,
    call(functions, values) {
      const before = current
      current = values
      if (frame.runtime?.functions !== functions) frame.runtime = { functions, parameters: [], outer }
      try {
        return evaluate(0)
      } finally {
        current = before
      }
    },
  }
}
