/** The routine that a statement names by its input types, and the types of parameters. */
import { SqlError } from '../../error.ts'
import type { Pattern } from '../../functions/function.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/bind.ts'
import { inputParameters, patternName, signatureOf } from '../../planner/binder/routine-call.ts'
import type { RoutineDefinition, RoutineParameter } from '../../storage/interface.ts'
import { withoutModifiers } from '../../types/type-names.ts'
import type { DefinitionContext } from './definition.ts'
import { samePattern } from './function-name.ts'
import { writtenName } from './names.ts'

/** The routine that a statement names; undefined, after a notice, where it may be missing. */
export function findRoutine(
  name: ast.QualifiedName,
  argumentTypes: readonly ast.TypeName[] | undefined,
  object: ast.ObjectKind,
  context: DefinitionContext,
  ifExists: boolean,
): RoutineDefinition | undefined {
  const position = name.span.start
  const parts = name.parts.map((part) => part.name)
  const what = object === 'macro table' ? 'macro' : object
  const named = context.catalog.findRoutines(parts[parts.length - 1], parts[parts.length - 2])
  const written = writtenName(name)
  if (argumentTypes === undefined || what === 'macro') {
    const fitting = named.filter((routine) => isKind(routine, what))
    if (fitting.length > 1) {
      throw new SqlError('ambiguous_function', `${what} name "${written}" is not unique`, {
        position,
        hint: `Specify the argument list to select the ${what} unambiguously.`,
      })
    }
    if (fitting.length === 1) return fitting[0]
    if (named.length > 0) throw notOfKind(named[0], what, position)
    return missing(
      `could not find a ${what} named "${written}"`,
      `${what} ${written}() does not exist`,
      ifExists,
      position,
      context,
    )
  }
  const types = ifExists ? knownTypes(argumentTypes, context) : argumentTypes.map((type) => bindPattern(type, context))
  if (!types) return undefined
  const found = named.find((routine) => matches(routine, types))
  if (found) {
    if (!isKind(found, what)) throw notOfKind(found, what, position)
    return found
  }
  const message = `${what} ${written}(${types.map(patternName).join(', ')}) does not exist`
  return missing(message, message, ifExists, position, context)
}

/** The types, or a notice that one of them is not there. */
function knownTypes(types: readonly ast.TypeName[], context: DefinitionContext): readonly Pattern[] | undefined {
  try {
    return types.map((type) => bindPattern(type, context))
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42704') throw error
    context.notice(`NOTICE:  ${error.message}, skipping`)
    return undefined
  }
}

/** By the input types, or for procedures by all of them. */
function matches(routine: RoutineDefinition, types: readonly Pattern[]): boolean {
  const fits = (parameters: readonly RoutineParameter[]): boolean =>
    parameters.length === types.length &&
    parameters.every((parameter, index) => samePattern(parameter.type, types[index]))
  return fits(inputParameters(routine)) || fits(routine.parameters)
}

function missing(
  error: string,
  notice: string,
  ifExists: boolean,
  position: number,
  context: DefinitionContext,
): undefined {
  if (!ifExists) throw new SqlError('undefined_function', error, { position })
  context.notice(`NOTICE:  ${notice}, skipping`)
  return undefined
}

function isKind({ kind }: RoutineDefinition, what: string): boolean {
  return what === 'routine'
    ? kind !== 'macro'
    : what === 'function'
      ? kind === 'function' || kind === 'trigger' || kind === 'macro'
      : kind === what
}

function notOfKind(routine: RoutineDefinition, what: string, position: number): SqlError {
  if (routine.kind === 'aggregate') {
    return new SqlError('wrong_object_type', `"${routine.name}" is an aggregate function`, {
      position,
      hint: 'Use DROP AGGREGATE to drop aggregate functions.',
    })
  }
  const signature = `${what === 'aggregate' ? 'function ' : ''}${signatureOf(routine.name, routine.parameters)}`
  return new SqlError('wrong_object_type', `${signature} is not ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`, {
    position,
  })
}

const polymorphicNames: ReadonlySet<string> = new Set<Pattern & string>([
  'anyelement',
  'anyarray',
  'anynonarray',
  'anyenum',
  'anyrange',
  'anymultirange',
  'anycompatible',
  'anycompatiblearray',
  'anycompatiblenonarray',
  'anycompatiblerange',
  'anycompatiblemultirange',
])

/** A parameter's type; lengths and precisions do not count. */
export function bindPattern(name: ast.TypeName, context: DefinitionContext): Pattern {
  const last = name.parts[name.parts.length - 1]
  if (name.arrayBounds.length === 0 && polymorphicNames.has(last)) return last as Pattern
  return withoutModifiers(bindTypeName(name, context))
}
