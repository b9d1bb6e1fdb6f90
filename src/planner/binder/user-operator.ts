/** Operators that users made: they are chosen among the built-in ones by the same rules, and are calls of their functions. */
import { AssertionError, notSupported, SqlError } from '../../error.ts'
import type { ScalarFunction } from '../../functions/function.ts'
import { findOperators } from '../../functions/registry.ts'
import { type Resolved, resolveOperator } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import type { OperatorBody, RoutineDefinition } from '../../storage/interface.ts'
import { type DataType, UNKNOWN } from '../../types/data-type.ts'
import { callNode } from '../caller.ts'
import type { Expression } from '../expression.ts'
import { argumentType } from './coercion.ts'
import { callOf, resolvedArguments } from './function-call.ts'
import { findFunction, findOperator } from './overload.ts'
import { newState, Scope } from './scope.ts'
import { bindRoutineCall, functionsNamed, isSqlRoutine } from './user-function.ts'

const records = new WeakMap<RoutineDefinition, ScalarFunction>()
const bodies = new WeakMap<ScalarFunction, OperatorBody>()

function recordOf(routine: RoutineDefinition): ScalarFunction {
  let record = records.get(routine)
  if (!record) {
    const { name, parameters, body } = routine
    const overload = {
      parameters: parameters.map(({ type }) => type),
      returns: () => UNKNOWN,
      evaluate: (): never => {
        throw new AssertionError('an operator runs as its function')
      },
    }
    record = { kind: 'scalar', name, category: 'user-defined', doc: '', examples: [], overloads: [overload] }
    records.set(routine, record)
    bodies.set(record, body as OperatorBody)
  }
  return record
}

/** The overload of an operator, built-in or not. `schema`: where OPERATOR(…) says to look. */
export function chooseOperator(
  symbol: string,
  schema: string | undefined,
  types: readonly DataType[],
  position: number | undefined,
  scope: Scope,
): Resolved<ScalarFunction> {
  const { catalog } = scope.state.context
  if (schema !== undefined && schema !== 'pg_catalog' && !catalog.hasSchema(schema)) {
    throw new SqlError('invalid_schema_name', `schema "${schema}" does not exist`, { position })
  }
  const own = catalog.findRoutines(symbol, schema).filter(({ kind }) => kind === 'operator')
  if (own.length === 0 && schema === undefined) return findOperator(symbol, types, position)
  const builtIn = schema === undefined || schema === 'pg_catalog' ? findOperators(symbol) : []
  const written = schema === undefined ? symbol : `${schema}.${symbol}`
  return resolveOperator(written, types, { position, candidates: [...builtIn, ...own.map(recordOf)] })
}

/** The call of a resolved operator on its operands: of its function, where a user made it. */
export function operatorCall(
  resolved: Resolved<ScalarFunction>,
  operands: readonly Expression[],
  span: ast.Span,
  scope: Scope,
): Expression {
  const body = bodies.get(resolved.function)
  if (!body) return callOf(resolved, operands, span, scope)
  const args = resolvedArguments(resolved, operands, scope)
  return callNamed(body.function, args, span, scope)
}

/** A resolved operator as the function that it runs, where it is applied to many values rather than called. */
export function functionOf(resolved: Resolved<ScalarFunction>, span: ast.Span, scope: Scope): Resolved<ScalarFunction> {
  const body = bodies.get(resolved.function)
  if (!body) return resolved
  const args = resolved.parameterTypes.map((type): Expression => ({ kind: 'constant', type, value: null }))
  const outer = new Scope(newState({ ...scope.state.context, isDefinition: true }))
  const call = callNamed(body.function, args, span, outer)
  if (call.kind !== 'call') throw notSupported('an operator of this function with ANY or ALL', span.start)
  return { ...resolved, function: call.function, overload: call.overload, resultType: call.type }
}

/** The call of a function by its name on bound arguments. */
export function callNamed(
  name: { readonly schema: string; readonly name: string },
  args: readonly Expression[],
  span: ast.Span,
  scope: Scope,
): Expression {
  const node = callNode(name, [], span)
  const candidates = functionsNamed(node, name.name, scope)
  const resolved = findFunction(name.name, args.map(argumentType), { candidates, position: span.start })
  if (isSqlRoutine(resolved.function)) return bindRoutineCall(node, resolved, args, scope)
  return callOf(resolved, args, span, scope)
}
