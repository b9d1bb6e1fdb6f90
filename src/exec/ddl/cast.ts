/** CREATE CAST and DROP CAST. */
import { notSupported, SqlError } from '../../error.ts'
import { hasBuiltInCast } from '../../functions/casts.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import { makeCaller } from '../../planner/caller.ts'
import { castSchema } from '../../storage/catalog.ts'
import type { RoutineDefinition, RoutineName } from '../../storage/interface.ts'
import { BOOLEAN, type DataType, INTEGER } from '../../types/data-type.ts'
import { baseTypeName, withoutModifiers } from '../../types/type-names.ts'
import type { DefinitionContext } from './definition.ts'
import { bindPattern } from './find-routine.ts'
import { functionName, ownFunction, samePattern, undefinedFunction } from './function-name.ts'

function refuse(message: string): SqlError {
  return new SqlError('invalid_object_definition', message)
}

function allCasts({ catalog }: DefinitionContext): readonly RoutineDefinition[] {
  return catalog.findRoutines('cast', castSchema)
}

function isBetween(cast: RoutineDefinition, source: DataType, target: DataType): boolean {
  return samePattern(cast.parameters[0].type, source) && samePattern(cast.returns, target)
}

export function createCast(statement: ast.CreateCast, context: DefinitionContext): void {
  const source = withoutModifiers(bindTypeName(statement.source, context))
  const target = withoutModifiers(bindTypeName(statement.target, context))
  const names = `from type ${baseTypeName(source)} to type ${baseTypeName(target)}`
  for (const [type, what] of [
    [source, 'source'],
    [target, 'target'],
  ] as const) {
    if (type.kind === 'void' || type.kind === 'unknown') {
      throw new SqlError('wrong_object_type', `${what} data type ${baseTypeName(type)} is a pseudo-type`)
    }
    if (type.kind === 'domain') {
      context.notice(`WARNING:  cast will be ignored because the ${what} data type is a domain`)
    }
  }
  const { method, context: least } = statement
  const called = statement.function && castFunction(statement, source, target, context)
  if (method === 'binary') checkBinary(source, target, statement)
  if (samePattern(source, target) && (called?.types.length ?? 1) < 2) {
    throw refuse('source data type and target data type are the same')
  }
  const casts = allCasts(context)
  if (casts.some((cast) => isBetween(cast, source, target)) || hasBuiltInCast(source, target)) {
    throw new SqlError('duplicate_object', `cast ${names} already exists`)
  }
  const cast: RoutineDefinition = {
    kind: 'cast',
    schema: castSchema,
    name: 'cast',
    parameters: (called?.types ?? [source]).map((type, n) => ({ mode: 'in', type: n === 0 ? source : type })),
    returns: target,
    isSet: false,
    strict: false,
    volatility: 'immutable',
    body: { kind: 'cast', method, function: called?.name, context: least },
  }
  context.transaction.setRoutines(castSchema, 'cast', [...casts, cast])
}

function castFunction(
  statement: ast.CreateCast,
  source: DataType,
  target: DataType,
  context: DefinitionContext,
): { readonly name: RoutineName; readonly types: readonly DataType[] } {
  const parts = statement.function!.parts.map((part) => part.name)
  const types = (statement.argumentTypes?.map((type) => bindPattern(type, context)) ?? [source]) as DataType[]
  if (types.length < 1 || types.length > 3) throw refuse('cast function must take one to three arguments')
  const name = functionName(parts, types, context)
  const own = ownFunction(name, types, context)
  if (!own && name.schema !== 'pg_catalog') throw undefinedFunction(parts, types)
  if (own?.isSet) throw refuse('cast function must not return a set')
  const { expression } = makeCaller(name, types, context)
  if (!isCoercible(source, types[0])) {
    throw refuse('argument of cast function must match or be binary-coercible from source data type')
  }
  if (types.length > 1 && !samePattern(types[1], INTEGER)) {
    throw refuse('second argument of cast function must be type integer')
  }
  if (types.length > 2 && !samePattern(types[2], BOOLEAN)) {
    throw refuse('third argument of cast function must be type boolean')
  }
  if (!isCoercible(expression.type, target)) {
    throw refuse('return data type of cast function must match or be binary-coercible to target data type')
  }
  return { name, types }
}

const strings: ReadonlySet<string> = new Set(['text', 'varchar', 'json'])

/** Whether values of the one type are values of the other as they stand. */
function isCoercible(from: DataType, to: DataType): boolean {
  if (samePattern(from, to)) return true
  if (from.kind === 'domain') return isCoercible(from.base, to)
  return (from.kind === 'varchar' || from.kind === 'text') && (to.kind === 'varchar' || to.kind === 'text')
}

function checkBinary(source: DataType, target: DataType, { span }: ast.CreateCast): void {
  for (const [kind, what] of [
    ['record', 'composite'],
    ['enum', 'enum'],
    ['array', 'array'],
  ] as const) {
    if (source.kind === kind || target.kind === kind) throw refuse(`${what} data types are not binary-compatible`)
  }
  if (source.kind === 'domain' || target.kind === 'domain') {
    throw refuse('domain data types must not be marked binary-compatible')
  }
  if (strings.has(source.kind) && strings.has(target.kind)) return
  throw notSupported(`a cast from ${baseTypeName(source)} to ${baseTypeName(target)} without a function`, span.start)
}

export function dropCast(statement: ast.DropCast, context: DefinitionContext): void {
  const source = withoutModifiers(bindTypeName(statement.source, context))
  const target = withoutModifiers(bindTypeName(statement.target, context))
  const casts = allCasts(context)
  const left = casts.filter((cast) => !isBetween(cast, source, target))
  if (left.length < casts.length) {
    context.transaction.setRoutines(castSchema, 'cast', left)
    return
  }
  const names = `from type ${baseTypeName(source)} to type ${baseTypeName(target)}`
  if (hasBuiltInCast(source, target)) {
    throw new SqlError(
      'dependent_objects_still_exist',
      `cannot drop cast ${names.replaceAll('type ', '')} because it is required by the database system`,
    )
  }
  if (!statement.ifExists) throw new SqlError('undefined_object', `cast ${names} does not exist`)
  context.notice(`NOTICE:  cast ${names} does not exist, skipping`)
}
