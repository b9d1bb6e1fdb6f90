/** CREATE, ALTER and DROP OPERATOR. Operators are kept among the routines, under their symbols. */
import { SqlError } from '../../error.ts'
import type { Pattern } from '../../functions/function.ts'
import type * as ast from '../../parser/ast.ts'
import { patternName } from '../../planner/binder/routine-call.ts'
import { makeCaller } from '../../planner/caller.ts'
import type { OperatorBody, RoutineDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { attributeReader, refused } from './attributes.ts'
import type { DefinitionContext } from './definition.ts'
import { bindPattern } from './find-routine.ts'
import { removeRoutine, removeWithDependents } from './function.ts'
import { functionName, samePattern, undefinedFunction } from './function-name.ts'
import { currentSchema, needSchema } from './names.ts'

const known: ReadonlySet<string> = new Set(
  'leftarg rightarg function procedure commutator negator restrict join hashes merges sort1 sort2 ltcmp gtcmp'.split(
    ' ',
  ),
)

export function createOperator(statement: ast.CreateOperator, context: DefinitionContext): void {
  const { symbol } = statement.name
  const schema = statement.name.schema ?? currentSchema(context)
  needSchema(schema, statement.span.start, context)
  if (symbol === '=>')
    throw new SqlError('syntax_error', 'syntax error at or near "=>"', { position: statement.span.start })
  const read = attributeReader(statement.attributes, known, 'operator', context)
  const called = read('function') ?? read('procedure')
  if (!called) throw refused('operator function must be specified')
  const [left, right] = [read('leftarg'), read('rightarg')].map((attribute) => operandType(attribute, context))
  if (left === undefined && right === undefined) throw refused('operator argument types must be specified')
  if (right === undefined) {
    throw new SqlError('invalid_function_definition', 'operator right argument type must be specified', {
      detail: 'Postfix operators are not supported.',
    })
  }
  const types = left === undefined ? [right] : [left, right]
  const parts = called.type?.parts ?? called.text.split('.')
  const name = functionName(parts, types, context)
  const returns = resultOf(parts, name, types, context)
  const isTrue = (attribute: string): boolean => read(attribute) !== undefined && read(attribute)!.text !== 'false'
  const body: OperatorBody = {
    kind: 'operator',
    function: name,
    commutator: read('commutator')?.text,
    negator: read('negator')?.text,
    restrict: read('restrict')?.text,
    join: read('join')?.text,
    hashes: isTrue('hashes'),
    merges: isTrue('merges'),
  }
  checkProperties(body, types.length, returns)
  const operator: RoutineDefinition = {
    kind: 'operator',
    schema,
    name: symbol,
    parameters: types.map((type) => ({ mode: 'in', type })),
    returns,
    isSet: false,
    strict: false,
    volatility: 'immutable',
    body,
  }
  const others = context.catalog.findRoutines(symbol, schema)
  if (others.some((other) => isOn(other, types))) {
    throw new SqlError('duplicate_function', `operator ${symbol} already exists`)
  }
  context.transaction.setRoutines(schema, symbol, [...others, operator])
}

function operandType(attribute: ast.Attribute | undefined, context: DefinitionContext): Pattern | undefined {
  if (!attribute || attribute.text.toLowerCase() === 'none') return undefined
  if (attribute.type?.setOf) throw refused('SETOF type not allowed for operator argument')
  if (attribute.type) return bindPattern(attribute.type, context)
  throw new SqlError('syntax_error', `argument of ${attribute.name} must be a type name`)
}

function resultOf(
  parts: readonly string[],
  name: OperatorBody['function'],
  types: readonly Pattern[],
  context: DefinitionContext,
): RoutineDefinition['returns'] {
  if (types.some((type) => typeof type === 'string')) {
    const own = context.catalog.findRoutines(name.name, name.schema)
    return own.find(({ parameters }) => parameters.length === types.length)?.returns ?? 'any'
  }
  try {
    const { expression } = makeCaller(name, types as DataType[], context)
    const exact = expression.kind !== 'call' || expression.args.every((arg) => arg.kind !== 'cast')
    if (exact) return expression.type
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42883') throw error
  }
  throw undefinedFunction(parts, types)
}

function checkProperties(body: OperatorBody, count: number, returns: RoutineDefinition['returns']): void {
  if (count < 2) {
    if (body.commutator) throw refused('only binary operators can have commutators')
    if (body.join) throw refused('only binary operators can have join selectivity')
    if (body.merges) throw refused('only binary operators can merge join')
    if (body.hashes) throw refused('only binary operators can hash')
  }
  if (typeof returns === 'object' && returns.kind !== 'boolean') {
    if (body.negator) throw refused('only boolean operators can have negators')
    if (body.restrict) throw refused('only boolean operators can have restriction selectivity')
    if (body.join) throw refused('only boolean operators can have join selectivity')
    if (body.merges) throw refused('only boolean operators can merge join')
    if (body.hashes) throw refused('only boolean operators can hash')
  }
}

function isOn({ kind, parameters }: RoutineDefinition, types: readonly Pattern[]): boolean {
  return (
    kind === 'operator' &&
    parameters.length === types.length &&
    parameters.every(({ type }, n) => samePattern(type, types[n]))
  )
}

/** The operator that a statement means, or the words in which it is missed. */
function findOperator(signature: ast.OperatorSignature, context: DefinitionContext): RoutineDefinition | string {
  const { schema, symbol, left, right } = signature
  if (!right)
    throw new SqlError('syntax_error', 'postfix operators are not supported', { position: signature.span.start })
  const types = (left ? [left, right] : [right]).map((type) => bindPattern(type, context))
  const found = context.catalog.findRoutines(symbol, schema).find((routine) => isOn(routine, types))
  const shown = schema === undefined ? symbol : `${schema}.${symbol}`
  return found ?? [...types.map(patternName).slice(0, -1), shown, patternName(types[types.length - 1])].join(' ')
}

export function dropOperators(statement: ast.DropOperator, context: DefinitionContext): void {
  for (const signature of statement.operators) {
    const operator = statement.ifExists
      ? tolerant(() => findOperator(signature, context), context)
      : findOperator(signature, context)
    if (operator === undefined) continue
    if (typeof operator !== 'string') {
      removeWithDependents(operator, statement.cascade, context)
      continue
    }
    if (!statement.ifExists) {
      throw new SqlError('undefined_function', `operator does not exist: ${operator}`, {
        position: signature.span.start,
      })
    }
    context.notice(`NOTICE:  operator ${signature.symbol} does not exist, skipping`)
  }
}

/** Undefined, after a notice, where a type is not there. */
function tolerant<T>(find: () => T, context: DefinitionContext): T | undefined {
  try {
    return find()
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42704') throw error
    context.notice(`NOTICE:  ${error.message}, skipping`)
    return undefined
  }
}

const changeable: ReadonlySet<string> = new Set(['restrict', 'join'])

export function alterOperator(statement: ast.AlterOperator, context: DefinitionContext): void {
  const operator = findOperator(statement.operator, context)
  if (typeof operator === 'string') {
    throw new SqlError('undefined_function', `operator does not exist: ${operator}`, { position: statement.span.start })
  }
  const { schema, attributes } = statement
  if (schema) {
    needSchema(schema.name, schema.span.start, context)
    if (schema.name === operator.schema) return
    const there = context.catalog.findRoutines(operator.name, schema.name)
    removeRoutine(operator, context)
    context.transaction.setRoutines(schema.name, operator.name, [...there, { ...operator, schema: schema.name }])
    return
  }
  if (!attributes) return
  let body = operator.body as OperatorBody
  for (const { name, text } of attributes) {
    if (!changeable.has(name)) {
      const what = known.has(name) ? 'cannot be changed' : 'not recognized'
      throw new SqlError('syntax_error', `operator attribute "${name}" ${what}`)
    }
    body = { ...body, [name]: text.toLowerCase() === 'none' ? undefined : text }
  }
  checkProperties(body, operator.parameters.length, operator.returns)
  const others = context.catalog.findRoutines(operator.name, operator.schema).filter((other) => other !== operator)
  context.transaction.setRoutines(operator.schema, operator.name, [...others, { ...operator, body }])
}
