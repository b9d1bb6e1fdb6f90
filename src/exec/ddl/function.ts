/** CREATE FUNCTION, PROCEDURE and MACRO; DROP and ALTER of them. Overloads of a name differ in their input types. */
import { notSupported, SqlError } from '../../error.ts'
import type { Pattern } from '../../functions/function.ts'
import { isRangePattern } from '../../functions/polymorphic.ts'
import type * as ast from '../../parser/ast.ts'
import { parseScript } from '../../parser/parse.ts'
import { bindStatement } from '../../planner/binder/bind.ts'
import {
  inputParameters,
  isPolymorphic,
  outputParameters,
  patternName,
  routineCall,
  signatureOf,
} from '../../planner/binder/routine-call.ts'
import type { RoutineBody, RoutineDefinition, RoutineParameter } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'
import { withFurther } from './dependents.ts'
import { announce, dropDependents, stillNeeded } from './drop.ts'
import { bindPattern, findRoutine } from './find-routine.ts'
import { samePattern } from './function-name.ts'
import { currentSchema, needSchema } from './names.ts'
import { dependentsOfRoutine, renameCalled } from './routine-dependents.ts'
import { propertiesOf, withOptions } from './routine-options.ts'
import { routineText } from './routine-text.ts'
import { walkSyntax } from './syntax.ts'
import { setTriggers } from './trigger.ts'

const routineKinds: ReadonlySet<ast.ObjectKind> = new Set<ast.ObjectKind>([
  'function',
  'procedure',
  'routine',
  'aggregate',
  'macro',
  'macro table',
])

export function isRoutineKind(kind: ast.ObjectKind): boolean {
  return routineKinds.has(kind)
}

export function createRoutine(statement: ast.CreateFunction, context: DefinitionContext): void {
  const target = routineName(statement.name, context)
  const { macro } = statement
  const routine: RoutineDefinition = macro ? makeMacro(statement, target) : makeRoutine(statement, target, context)
  if (
    statement.ifNotExists &&
    context.catalog.findRoutines(target.name, target.schema).some((it) => macro || sameInputs(it, routine))
  ) {
    context.notice(`NOTICE:  function "${target.name}" already exists, skipping`)
    return
  }
  const forms = (statement.forms ?? []).map((form) =>
    makeMacro({ ...statement, bodyExpression: undefined, bodyQuery: undefined, ...form }, target),
  )
  defineRoutine(routine, statement.orReplace, context, forms)
  if (!macro) {
    const { config } = routine.properties ?? {}
    const check = (): void => checkBody(routine, context)
    if (config) context.settings.within(config, check)
    else check()
  }
}

/** Adds a routine to the catalog, or puts it in the place of the one with the same input types. */
export function defineRoutine(
  routine: RoutineDefinition,
  replace: boolean,
  { catalog, transaction }: Pick<DefinitionContext, 'catalog' | 'transaction'>,
  forms: readonly RoutineDefinition[] = [],
): void {
  const { schema, name } = routine
  const others = catalog.findRoutines(name, schema)
  const isSame = (other: RoutineDefinition): boolean =>
    routine.kind === 'macro' || other.kind === 'macro' || sameInputs(other, routine)
  const existing = others.find(isSame)
  if (existing) {
    if (!replace) {
      const what = existing.kind === 'procedure' || existing.kind === 'macro' ? existing.kind : 'function'
      throw new SqlError('duplicate_function', `${what} "${name}" already exists with same argument types`)
    }
    if (routine.kind !== 'macro') checkReplacement(existing, routine)
  }
  transaction.setRoutines(schema, name, [...others.filter((other) => !isSame(other)), routine, ...forms])
}

/** What OR REPLACE must leave as it is, since callers rely on it. */
function checkReplacement(old: RoutineDefinition, routine: RoutineDefinition): void {
  if (old.kind !== routine.kind)
    throw new SqlError('wrong_object_type', 'cannot change routine kind', { detail: `"${old.name}" is a ${old.kind}.` })
  const hint = `Use DROP ${routine.kind.toUpperCase()} ${signatureOf(old.name, old.parameters).replaceAll(', ', ',')} first.`
  const outputs = outputParameters(routine)
  const before = outputParameters(old)
  const isSameRow =
    outputs.length === before.length &&
    outputs.every(
      (output, index) =>
        samePattern(output.type, before[index].type) && (outputs.length === 1 || output.name === before[index].name),
    )
  if (old.isSet !== routine.isSet || !isSameRow || !samePattern(returnPattern(old), returnPattern(routine))) {
    throw new SqlError('invalid_function_definition', 'cannot change return type of existing function', {
      hint,
      detail: isSameRow || outputs.length < 2 ? undefined : 'Row type defined by OUT parameters is different.',
    })
  }
  const inputs = inputParameters(routine)
  inputParameters(old).forEach(({ name, default: value }, index) => {
    if (name !== undefined && name !== inputs[index].name) {
      throw new SqlError('invalid_function_definition', `cannot change name of input parameter "${name}"`, { hint })
    }
    if (value && !inputs[index].default) {
      throw new SqlError('invalid_function_definition', 'cannot remove parameter defaults from existing function', {
        hint,
      })
    }
  })
}

function returnPattern(routine: RoutineDefinition): Pattern | 'record' {
  const outputs = outputParameters(routine)
  return outputs.length === 1 ? outputs[0].type : outputs.length > 1 ? 'record' : routine.returns
}

function sameInputs(left: RoutineDefinition, right: RoutineDefinition): boolean {
  const own = inputParameters(left)
  const others = inputParameters(right)
  return (
    own.length === others.length && own.every((parameter, index) => samePattern(parameter.type, others[index].type))
  )
}

interface Target {
  readonly schema: string
  readonly name: string
}

export function routineName(name: ast.QualifiedName, context: DefinitionContext): Target {
  const parts = name.parts.map((part) => part.name)
  const schema = parts.length > 1 ? parts[parts.length - 2] : currentSchema(context)
  needSchema(schema, name.span.start, context)
  return { schema, name: parts[parts.length - 1] }
}

function makeMacro(statement: ast.CreateFunction, target: Target): RoutineDefinition {
  const parameters = statement.parameters.map(
    ({ name, default: value }): RoutineParameter => ({ name: name?.name, mode: 'in', type: 'any', default: value }),
  )
  checkParameters(parameters, statement.span.start)
  walkSyntax([statement.bodyExpression, statement.bodyQuery], (node) => {
    if (node.kind !== 'parameter') return
    const { index, name, span } = node as ast.Parameter
    throw new SqlError('undefined_parameter', `there is no parameter ${name ?? `$${index}`}`, { position: span.start })
  })
  return {
    kind: 'macro',
    ...target,
    parameters,
    returns: 'any',
    isSet: statement.bodyQuery !== undefined,
    strict: false,
    volatility: 'volatile',
    body: { kind: 'macro', expression: statement.bodyExpression, query: statement.bodyQuery },
  }
}

function makeRoutine(statement: ast.CreateFunction, target: Target, context: DefinitionContext): RoutineDefinition {
  const position = statement.span.start
  if (statement.procedure && (statement.strict || statement.options.some(({ name }) => name === 'window'))) {
    throw new SqlError('invalid_function_definition', 'invalid attribute in procedure definition', { position })
  }
  const body = bodyOf(statement)
  if (statement.options.some(({ name }) => name === 'link')) {
    throw new SqlError('invalid_function_definition', 'only one AS item needed for language "sql"', { position })
  }
  for (const { name, span } of statement.options)
    if (name === 'window') throw notSupported('CREATE FUNCTION … WINDOW', span.start)
  const written = [
    ...statement.parameters,
    ...(statement.returnsTable ?? []).map(({ name, type }) => ({
      mode: 'table' as const,
      name,
      type,
      default: undefined,
    })),
  ]
  const parameters = written.map(({ mode, name, type, default: value }): RoutineParameter => {
    if (type?.setOf)
      throw new SqlError('invalid_function_definition', 'functions cannot accept set arguments', {
        position: type.span.start,
      })
    return { mode, name: name?.name, type: type ? bindPattern(type, context) : 'any', default: value }
  })
  checkParameters(parameters, statement.span.start, statement.procedure)
  if (isTrigger(statement) && parameters.length > 0) {
    throw new SqlError('invalid_function_definition', 'trigger functions cannot have declared arguments', { position })
  }
  const outputs = parameters.filter(({ mode }) => mode !== 'in' && mode !== 'variadic')
  const returns = returnsOf(statement, outputs, context)
  if ((statement.bodyExpression || statement.bodyStatements) && parameters.some(({ type }) => isPolymorphic(type))) {
    throw new SqlError(
      'invalid_function_definition',
      'SQL function with unquoted function body cannot have polymorphic arguments',
      { position },
    )
  }
  const isSet = statement.returnsTable !== undefined || statement.returns?.setOf === true
  const routine: RoutineDefinition = {
    kind: statement.procedure ? 'procedure' : isTrigger(statement) ? 'trigger' : 'function',
    ...target,
    parameters,
    returns,
    isSet,
    strict: statement.strict,
    volatility: statement.volatility ?? 'volatile',
    body,
    properties: propertiesOf(statement.options, isSet),
  }
  checkPolymorphism(routine, position)
  return routine
}

/** Languages that PostgreSQL may have. */
const otherLanguages = /^(c|internal|pl\w+|javascript|js)$/

function bodyOf(statement: ast.CreateFunction): RoutineBody {
  const { span } = statement
  const hasSqlBody = statement.bodyExpression !== undefined || statement.bodyStatements !== undefined
  const { language } = statement
  if (language === undefined && !hasSqlBody) {
    throw new SqlError('invalid_function_definition', 'no language specified', { position: span.start })
  }
  if (language !== undefined && language !== 'sql') {
    if (!otherLanguages.test(language)) {
      throw new SqlError('undefined_object', `language "${language}" does not exist`, { position: span.start })
    }
    throw notSupported(
      `LANGUAGE ${language}`,
      span.start,
      'Functions are written in SQL, or in JavaScript and registered by createFunction().',
    )
  }
  if (statement.body !== undefined) {
    if (hasSqlBody)
      throw new SqlError('invalid_function_definition', 'duplicate function body specified', { position: span.start })
    return { kind: 'sql', statements: parseBody(statement.body, statement), text: statement.body }
  }
  for (const { kind, span: place } of statement.bodyStatements ?? []) {
    if (bindable.has(kind)) continue
    const what = kind.replaceAll('-', ' ').toUpperCase()
    throw notSupported(`${what} in an unquoted SQL function body`, place.start)
  }
  if (statement.bodyStatements)
    return { kind: 'sql', statements: statement.bodyStatements, text: '', written: 'atomic' }
  if (!statement.bodyExpression)
    throw new SqlError('invalid_function_definition', 'no function body specified', { position: span.start })
  return { kind: 'sql', statements: [selectOf(statement.bodyExpression)], text: '', written: 'return' }
}

function parseBody(text: string, statement: ast.CreateFunction): readonly ast.Statement[] {
  try {
    return parseScript(text).map((parsed) => parsed.statement)
  } catch (error) {
    if (error instanceof SqlError) error.position = statement.span.start
    throw error
  }
}

/** RETURN expression is SELECT expression. */
function selectOf(expression: ast.Expression): ast.Select {
  const { span } = expression
  return {
    kind: 'select',
    distinct: false,
    items: [{ expression, span }],
    from: [],
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
    span,
  }
}

function returnsOf(
  statement: ast.CreateFunction,
  outputs: readonly RoutineParameter[],
  context: DefinitionContext,
): RoutineDefinition['returns'] {
  const { returns } = statement
  if (statement.procedure) {
    if (returns)
      throw new SqlError('invalid_function_definition', 'procedures cannot have a result type', {
        position: returns.span.start,
      })
    return outputs.length > 0 ? 'record' : { kind: 'void' }
  }
  const implied = outputs.length > 1 ? 'record' : outputs[0]?.type
  if (!returns) {
    if (implied !== undefined) return implied
    throw new SqlError('invalid_function_definition', 'function result type must be specified', {
      position: statement.span.start,
    })
  }
  const last = returns.parts[returns.parts.length - 1]
  if (isTrigger(statement)) return { kind: 'void' }
  const isRecord = last === 'record' && returns.arrayBounds.length === 0 && !returns.fields
  const declared = isRecord ? 'record' : bindPattern(returns, context)
  if (implied !== undefined && !samePattern(implied, declared)) {
    throw new SqlError(
      'invalid_function_definition',
      `function result type must be ${patternName(implied)} because of OUT parameters`,
      {
        position: returns.span.start,
      },
    )
  }
  return declared
}

function isTrigger({ returns }: ast.CreateFunction): boolean {
  return returns?.parts.length === 1 && returns.parts[0] === 'trigger' && returns.arrayBounds.length === 0
}

export function checkParameters(parameters: readonly RoutineParameter[], position: number, isProcedure = false): void {
  const refuse = (message: string): never => {
    throw new SqlError('invalid_function_definition', message, { position })
  }
  let hasDefault = false
  let hasVariadic = false
  const inputs = new Set<string>()
  const outputs = new Set<string>()
  for (const { mode, name, type, default: value } of parameters) {
    const isInput = mode !== 'out' && mode !== 'table'
    if (isInput) {
      if (hasVariadic) refuse('VARIADIC parameter must be the last input parameter')
      if (hasDefault && !value) refuse('input parameters after one with a default value must also have defaults')
      hasDefault ||= value !== undefined
    } else if (value) refuse('only input parameters can have default values')
    else if (hasDefault && isProcedure && mode === 'out')
      refuse('procedure OUT parameters cannot appear after one with a default value')
    if (mode === 'variadic') {
      hasVariadic = true
      if (typeof type === 'object' ? type.kind !== 'array' : !type.endsWith('array'))
        refuse('VARIADIC parameter must be an array')
    }
    if (name === undefined) continue
    const isOutput = mode !== 'in' && mode !== 'variadic'
    if ((isInput && inputs.has(name)) || (isOutput && outputs.has(name)) || (mode === 'table' && inputs.has(name))) {
      refuse(`parameter name "${name}" used more than once`)
    }
    if (isInput) inputs.add(name)
    if (isOutput) outputs.add(name)
  }
}

/** A polymorphic result needs a parameter of its family to follow from. */
function checkPolymorphism(routine: RoutineDefinition, position: number): void {
  const inputs = inputParameters(routine).map(({ type }) => type)
  for (const type of [...outputParameters(routine).map((output) => output.type), routine.returns]) {
    if (typeof type !== 'string' || !isPolymorphic(type)) continue
    const isCompatible = type.startsWith('anycompatible')
    const found = inputs.some(
      (input) =>
        typeof input === 'string' && input.startsWith('any') && input.startsWith('anycompatible') === isCompatible,
    )
    const isRange = isRangePattern(type)
    const ranges = isCompatible ? ['anycompatiblerange', 'anycompatiblemultirange'] : ['anyrange', 'anymultirange']
    if (found && (!isRange || inputs.some((input) => ranges.includes(input as string)))) continue
    const family = isRange
      ? ranges.join(' or ')
      : isCompatible
        ? 'anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange'
        : 'anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange'
    throw new SqlError('invalid_function_definition', 'cannot determine result data type', {
      position,
      detail: `A result of type ${type} requires at least one input of type ${family}.`,
    })
  }
}

/** Binds the body's statements, where their types are known before a call. */
function checkBody(routine: RoutineDefinition, context: DefinitionContext): void {
  const { body } = routine
  if (body.kind !== 'sql' || routine.kind === 'trigger') return
  const inputs = inputParameters(routine)
  for (const { type, default: value } of inputs) {
    if (value && typeof type === 'object') bindStatement(selectOf(value), context)
  }
  if (inputs.some(({ type }) => isPolymorphic(type))) return
  const types = inputs.map(({ type }) => type as Exclude<Pattern, string>)
  const call = routineCall(routine, types)
  if (body.statements.length === 0 && call.result.kind !== 'none') {
    throw new SqlError(
      'invalid_function_definition',
      `return type mismatch in function declared to return ${patternName(returnPattern(routine))}`,
      {
        detail: "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.",
      },
    )
  }
  for (const [index, statement] of body.statements.entries()) {
    if (!bindable.has(statement.kind)) return
    const isLast = index === body.statements.length - 1
    try {
      bindStatement(statement, { ...context, routine: { call, isLast } })
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      error.position = undefined
      if (!error.message.startsWith('function return row and query-specified')) throw error
    }
  }
}

const bindable: ReadonlySet<string> = new Set([
  'select',
  'set-operation',
  'values',
  'table',
  'insert',
  'update',
  'delete',
  'merge',
])

export function dropRoutines(statement: ast.Drop, context: DefinitionContext): void {
  const routines = statement.names.flatMap((name, index) => {
    const routine = findRoutine(name, statement.argumentTypes?.[index], statement.object, context, statement.ifExists)
    return routine ? [routine] : []
  })
  for (const routine of routines) removeWithDependents(routine, statement.cascade, context, routines)
}

/** Drops a routine and, with CASCADE, what depends on it. `together` are dropped by the same statement. */
export function removeWithDependents(
  routine: RoutineDefinition,
  cascade: boolean,
  context: DefinitionContext,
  together: readonly RoutineDefinition[] = [],
): void {
  const all = routine.kind === 'macro' ? [] : withFurther(dependentsOfRoutine(routine, context), context)
  const dependents = all.filter((dependent) => dependent.kind !== 'routine' || !together.includes(dependent.routine))
  if (dependents.length > 0) {
    if (!cascade) throw stillNeeded(routineText(routine), dependents)
    announce(dependents, context)
    dropDependents(dependents, context)
  }
  removeRoutine(routine, context)
}

export function removeRoutine(
  routine: RoutineDefinition,
  { catalog, transaction }: Pick<DefinitionContext, 'catalog' | 'transaction'>,
): void {
  const { schema, name } = routine
  transaction.setRoutines(
    schema,
    name,
    catalog.findRoutines(name, schema).filter((other) => other !== routine),
  )
}

/** Triggers go on running a function that has another name or schema. */
function renameInTriggers(routine: RoutineDefinition, target: Target, context: DefinitionContext): void {
  for (const owner of [...context.catalog.relations()]) {
    if (owner.kind === 'sequence' || !owner.triggers) continue
    const triggers = owner.triggers.map((trigger) => {
      const { name, schema } = trigger.function
      return name === routine.name && schema === routine.schema ? { ...trigger, function: { ...target } } : trigger
    })
    if (triggers.some((trigger, n) => trigger !== owner.triggers![n])) setTriggers(owner, triggers, context)
  }
}

export function alterRoutine(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action } = statement
  const routine = findRoutine(statement.name, statement.argumentTypes, statement.object, context, statement.ifExists)
  if (!routine || action.kind === 'owner-to') return
  const changed = action.kind === 'other' ? withOptions(routine, action.text) : undefined
  if (changed) {
    removeRoutine(routine, context)
    defineRoutine(changed, false, context)
    return
  }
  if (action.kind !== 'rename' && action.kind !== 'set-schema') {
    throw notSupported(`this form of ALTER ${statement.object.toUpperCase()}`, statement.span.start)
  }
  const target: Target =
    action.kind === 'rename'
      ? { schema: routine.schema, name: action.to.name }
      : { schema: action.schema.name, name: routine.name }
  needSchema(target.schema, statement.span.start, context)
  removeRoutine(routine, context)
  const moved = { ...routine, ...target }
  if (context.catalog.findRoutines(target.name, target.schema).some((other) => sameInputs(other, moved))) {
    const where = action.kind === 'rename' ? '' : ` in schema "${target.schema}"`
    throw new SqlError(
      'duplicate_function',
      `function ${signatureOf(target.name, routine.parameters)} already exists${where}`,
    )
  }
  defineRoutine(moved, false, context)
  if (routine.kind === 'trigger') renameInTriggers(routine, target, context)
  const isIt = ({ schema, name }: Target): boolean => schema === routine.schema && name === routine.name
  renameCalled((called) => (isIt(called) ? target : called), context)
}
