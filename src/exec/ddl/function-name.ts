/** Functions that aggregates, operators and casts are made of. */
import { SqlError } from '../../error.ts'
import { sameType } from '../../functions/coercion.ts'
import type { Pattern } from '../../functions/function.ts'
import { findFunctions } from '../../functions/registry.ts'
import { inputParameters, patternName } from '../../planner/binder/routine-call.ts'
import type { RoutineDefinition, RoutineName } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'

export function samePattern(left: Pattern | 'record', right: Pattern | 'record'): boolean {
  return typeof left === 'object' && typeof right === 'object' ? sameType(left, right) : left === right
}

/** `f(integer, text)` as messages write it. */
function written(parts: readonly string[], types: readonly (Pattern | 'record')[]): string {
  return `${parts.join('.')}(${types.map(patternName).join(', ')})`
}

export function undefinedFunction(parts: readonly string[], types: readonly Pattern[]): SqlError {
  return new SqlError('undefined_function', `function ${written(parts, types)} does not exist`)
}

function takes(routine: RoutineDefinition, types: readonly Pattern[]): boolean {
  const inputs = inputParameters(routine)
  return inputs.length === types.length && inputs.every(({ type }, n) => samePattern(type, types[n]))
}

/** Where the function of these argument types is; 42883 when there is none of the name. */
export function functionName(
  parts: readonly string[],
  types: readonly Pattern[],
  { catalog }: DefinitionContext,
): RoutineName {
  const name = parts[parts.length - 1]
  const schema = parts[parts.length - 2]
  if (schema === 'pg_catalog') return { schema, name }
  const own = catalog.findRoutines(name, schema).filter(({ kind }) => kind === 'function')
  const found = own.find((routine) => takes(routine, types))
  if (found) return { schema: found.schema, name }
  if (schema === undefined && findFunctions(name).length > 0) return { schema: 'pg_catalog', name }
  if (own.length > 0) return { schema: own[0].schema, name }
  throw undefinedFunction(parts, types)
}

/** A user's function of exactly these argument types, where it is one. */
export function ownFunction(
  { schema, name }: RoutineName,
  types: readonly Pattern[],
  { catalog }: Pick<DefinitionContext, 'catalog'>,
): RoutineDefinition | undefined {
  if (schema === 'pg_catalog') return undefined
  return catalog.findRoutines(name, schema).find((routine) => routine.kind === 'function' && takes(routine, types))
}
