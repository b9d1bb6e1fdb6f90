/** CREATE AGGREGATE: an aggregate of functions that there are, checked as PostgreSQL checks them. */
import { notSupported, SqlError } from '../../error.ts'
import { readValue } from '../../functions/casts.ts'
import type { Pattern } from '../../functions/function.ts'
import { findFunctions, findOperators } from '../../functions/registry.ts'
import type * as ast from '../../parser/ast.ts'
import { inputParameters, isPolymorphic, patternName } from '../../planner/binder/routine-call.ts'
import { bindSteps, refuseConversion } from '../../planner/binder/user-aggregate.ts'
import { makeCaller } from '../../planner/caller.ts'
import type { AggregateBody, RoutineDefinition, RoutineName, RoutineParameter } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { attributeReader, refused } from './attributes.ts'
import type { DefinitionContext } from './definition.ts'
import { bindPattern } from './find-routine.ts'
import { checkParameters, defineRoutine, routineName } from './function.ts'
import { functionName, samePattern, undefinedFunction } from './function-name.ts'

const known: ReadonlySet<string> = new Set(
  `sfunc sfunc1 finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc finalfunc_extra mfinalfunc_extra
  finalfunc_modify mfinalfunc_modify sortop basetype hypothetical stype stype1 sspace mstype msspace initcond initcond1
  minitcond parallel`.split(/\s+/),
)

export function createAggregate(statement: ast.CreateAggregate, context: DefinitionContext): void {
  const target = routineName(statement.name, context)
  const read = attributeReader(statement.attributes, known, 'aggregate', context)
  const parameters = parametersOf(statement, read('basetype'), context)
  const transition = read('sfunc') ?? read('sfunc1')
  const stype = read('stype') ?? read('stype1')
  if (!stype) throw refused('aggregate stype must be specified')
  if (!transition) throw refused('aggregate sfunc must be specified')
  if (read('hypothetical')?.text === 'true') throw notSupported('CREATE AGGREGATE … HYPOTHETICAL', statement.span.start)
  checkMoving(read)
  const parallel = read('parallel')?.text.toLowerCase()
  if (parallel !== undefined && !['safe', 'restricted', 'unsafe'].includes(parallel)) {
    throw new SqlError('syntax_error', 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
  }
  const stateType = stateTypeOf(stype, context)
  const directCount =
    statement.directCount === undefined || statement.directCount < 0 ? undefined : statement.directCount
  const inputs = parameters.slice(directCount ?? 0).map(({ type }) => type)
  const types = parameters.map(({ type }) => type)
  const direct = types.slice(0, directCount ?? 0)
  const find = (attribute: ast.Attribute | undefined, args: readonly Pattern[]): RoutineName | undefined =>
    attribute && functionName(partsOf(attribute), args, context)
  const isFlag = (name: string): boolean => read(name) !== undefined && read(name)!.text.toLowerCase() !== 'false'
  const finalExtra = isFlag('finalfunc_extra')
  const mstype = read('mstype')
  const movingType = mstype && stateTypeOf(mstype, context)
  const sortOperator = read('sortop')
  const body: AggregateBody = {
    kind: 'aggregate',
    transition: find(transition, [stateType, ...inputs])!,
    stateType,
    initial: (read('initcond') ?? read('initcond1'))?.text,
    final: find(read('finalfunc'), [stateType, ...direct, ...(finalExtra ? inputs : [])]),
    finalExtra,
    directCount,
    combine: find(read('combinefunc'), [stateType, stateType]),
    moving: movingType && {
      transition: find(read('msfunc'), [movingType, ...inputs])!,
      inverse: find(read('minvfunc'), [movingType, ...inputs])!,
      final: find(read('mfinalfunc'), [movingType, ...(isFlag('mfinalfunc_extra') ? inputs : [])]),
      stateType: movingType,
      initial: read('minitcond')?.text,
    },
    sortOperator: sortOperator?.text,
  }
  if (sortOperator) checkSortOperator(sortOperator, types)
  const routine: RoutineDefinition = {
    kind: 'aggregate',
    ...target,
    parameters,
    returns: 'any',
    isSet: false,
    strict: false,
    volatility: 'immutable',
    body,
  }
  const returns = checkSteps(
    routine,
    body,
    { transition, final: read('finalfunc'), combine: read('combinefunc') },
    context,
  )
  defineRoutine({ ...routine, returns }, statement.orReplace, context)
}

function partsOf({ type, text }: ast.Attribute): readonly string[] {
  return type?.parts ?? text.split('.')
}

function parametersOf(
  statement: ast.CreateAggregate,
  basetype: ast.Attribute | undefined,
  context: DefinitionContext,
): readonly RoutineParameter[] {
  if (!statement.parameters) {
    if (!basetype) throw refused('aggregate input type must be specified')
    if (/^any$/i.test(basetype.text) || !basetype.type) return []
    return [{ mode: 'in', type: bindPattern(basetype.type, context) }]
  }
  if (basetype) throw refused('basetype is redundant with aggregate input type specification')
  const parameters = statement.parameters.map(({ mode, name, type, default: value }): RoutineParameter => {
    if (mode === 'out' || mode === 'inout') throw refused('aggregates cannot have output arguments')
    if (value) throw refused('aggregates cannot have default arguments', 'feature_not_supported')
    return { mode, name: name?.name, type: bindPattern(type!, context) }
  })
  checkParameters(parameters, statement.span.start)
  const { directCount = -1 } = statement
  if (directCount >= 0 && parameters.some(({ mode }) => mode === 'variadic')) {
    throw notSupported('an ordered-set aggregate with VARIADIC arguments', statement.span.start)
  }
  return parameters
}

function stateTypeOf(attribute: ast.Attribute, context: DefinitionContext): Pattern {
  if (!attribute.type) throw refused('aggregate stype must be specified')
  if (attribute.type.parts.at(-1) === 'internal') {
    throw notSupported('an aggregate whose state is of type internal', attribute.span.start)
  }
  const type = bindPattern(attribute.type, context)
  const isPseudo = typeof type === 'object' && (type.kind === 'void' || type.kind === 'unknown')
  if (isPseudo || type === 'any') throw refused(`aggregate transition data type cannot be ${patternName(type)}`)
  return type
}

function checkMoving(read: (name: string) => ast.Attribute | undefined): void {
  if (read('mstype')) {
    if (!read('msfunc')) throw refused('aggregate msfunc must be specified when mstype is specified')
    if (!read('minvfunc')) throw refused('aggregate minvfunc must be specified when mstype is specified')
    return
  }
  for (const name of ['msfunc', 'minvfunc', 'mfinalfunc', 'msspace', 'minitcond']) {
    if (read(name)) throw refused(`aggregate ${name} must not be specified without mstype`)
  }
}

function checkSortOperator({ operator, text }: ast.Attribute, types: readonly Pattern[]): void {
  if (types.length !== 1) throw refused('sort operator can only be specified for single-argument aggregates')
  if (operator?.schema && operator.schema !== 'pg_catalog') return
  if (findOperators(text).length > 0) return
  const type = patternName(types[0])
  throw new SqlError('undefined_function', `operator does not exist: ${type} ${text} ${type}`)
}

interface Written {
  readonly transition: ast.Attribute
  readonly final?: ast.Attribute
  readonly combine?: ast.Attribute
}

/** Binds the functions where types are known; yields the type of the result. */
function checkSteps(
  routine: RoutineDefinition,
  body: AggregateBody,
  attributes: Written,
  context: DefinitionContext,
): RoutineDefinition['returns'] {
  const types = routine.parameters.map(({ type }) => type)
  const { stateType } = body
  if (isPolymorphic(stateType) && !types.some(isPolymorphic)) {
    throw new SqlError('invalid_function_definition', 'cannot determine transition data type', {
      detail: `A result of type ${patternName(stateType)} requires at least one input of type anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange.`,
    })
  }
  const inputs = types.slice(body.directCount ?? 0)
  if (types.some(isPolymorphic)) {
    needPatterns(attributes.transition, body.transition, [stateType, ...inputs], context)
    return body.final ? 'any' : stateType
  }
  const state = stateType as DataType
  const steps = guard(attributes.transition, [state, ...inputs], () =>
    bindSteps(routine, { ...body, final: undefined }, types as DataType[], context),
  )
  refuseConversion(steps.transition, partsOf(attributes.transition).join('.'))
  needType(
    steps.transition.expression.type,
    state,
    `return type of transition function ${partsOf(attributes.transition).join('.')}`,
  )
  if (body.initial !== undefined) readValue(body.initial, state, context.functions)
  else if (steps.transition.isStrict && (inputs.length === 0 || !samePattern(inputs[0], state))) {
    throw refused(
      'must not omit initial value when transition function is strict and transition type is not compatible with input type',
    )
  }
  if (attributes.combine && body.combine) {
    const combine = guard(attributes.combine, [state, state], () => makeCaller(body.combine!, [state, state], context))
    needType(combine.expression.type, state, `return type of combine function ${partsOf(attributes.combine).join('.')}`)
  }
  if (!attributes.final) return state
  const direct = types.slice(0, body.directCount ?? 0)
  const args = [state, ...direct, ...(body.finalExtra ? inputs : [])]
  const { final, returns } = guard(attributes.final, args, () => bindSteps(routine, body, types as DataType[], context))
  refuseConversion(final!, partsOf(attributes.final).join('.'))
  return returns
}

/** 42883 where no overload takes polymorphic arguments as they are. */
function needPatterns(
  attribute: ast.Attribute,
  { schema, name }: RoutineName,
  types: readonly Pattern[],
  { catalog }: DefinitionContext,
): void {
  const fits = (patterns: readonly Pattern[]): boolean =>
    patterns.length === types.length &&
    patterns.every((pattern, n) => pattern === 'any' || samePattern(pattern, types[n]))
  const own = catalog.findRoutines(name, schema).map((routine) => inputParameters(routine).map(({ type }) => type))
  const builtIn = findFunctions(name).flatMap(({ overloads }) => overloads.map(({ parameters }) => parameters))
  if (![...own, ...builtIn].some(fits)) throw undefinedFunction(partsOf(attribute), types)
}

/** What is not found is named as the statement does. */
function guard<T>(attribute: ast.Attribute, types: readonly Pattern[], bind: () => T): T {
  try {
    return bind()
  } catch (error) {
    if (error instanceof SqlError && error.code === '42883') throw undefinedFunction(partsOf(attribute), types)
    throw error
  }
}

function needType(type: DataType, state: DataType, what: string): void {
  if (samePattern(type, state)) return
  throw new SqlError('datatype_mismatch', `${what} is not ${patternName(state)}`)
}
