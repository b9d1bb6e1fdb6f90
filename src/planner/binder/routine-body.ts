/**
 * The bodies of SQL functions. Parameters are names of a level around the body's queries, so a column of the same name goes
 * first, and `f.x` is the parameter even then; `$1` is the first. What a name stands for is an expression: the argument
 * itself where the body is put in the place of the call, or a parameter of the body's own plan where it runs by itself.
 */
import { SqlError } from '../../error.ts'
import { sameType } from '../../functions/coercion.ts'
import { findFunctions } from '../../functions/registry.ts'
import type * as ast from '../../parser/ast.ts'
import { parseStatement } from '../../parser/parse.ts'
import { BOOLEAN, type DataType, type Field } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { PlannerContext } from '../context.ts'
import type { Expression } from '../expression.ts'
import { walkExpression } from '../tree.ts'
import { settle, tryCoerce } from './coercion.ts'
import type { CteEntry } from './cte.ts'
import { bindExpression } from './expression.ts'
import { bindQuery } from './query.ts'
import { inputParameters, type RoutineCall, returnMismatch } from './routine-call.ts'
import {
  type BindState,
  type BoundQuery,
  foreignText,
  newColumn,
  newState,
  reference,
  Scope,
  type ScopeColumn,
} from './scope.ts'
import { isVolatileExpression } from './volatility.ts'

/** A level in which the routine's parameters stand for expressions. Sets what `$n` means in the state. */
export function routineScope({ routine }: RoutineCall, args: readonly Expression[], state: BindState): Scope {
  const scope = new Scope(state)
  const columns: ScopeColumn[] = []
  const positions = new Map<string, number>()
  inputParameters(routine).forEach(({ name }, index) => {
    if (name === undefined) return
    positions.set(name, columns.length)
    columns.push({ ...newColumn(state, name, args[index].type, routine.name), expression: args[index] })
  })
  scope.items = [{ name: routine.name, columns, positions, qualified: true, unqualified: true }]
  state.arguments = args
  return scope
}

/** The level for a statement that runs by itself: arguments are the plan's parameters. */
export function parameterScope(call: RoutineCall, state: BindState): Scope {
  const args = call.types.map((type, index): Expression => ({ kind: 'parameter', type, index }))
  const scope = routineScope(call, args, state)
  return call.tables ? scope.withCtes({ entries: rowTables(call, call.tables, scope), parent: undefined }) : scope
}

/** Parameters that are arrays of rows, as tables. */
function rowTables(
  { types }: RoutineCall,
  tables: NonNullable<RoutineCall['tables']>,
  scope: Scope,
): Map<string, CteEntry> {
  const entries = new Map<string, CteEntry>()
  for (const [name, number] of tables) {
    const query = parseStatement(`SELECT * FROM pg_catalog.unnest($${number})`).statement as ast.Query
    const bind = (): BoundQuery => foreignText(scope.state, undefined, () => bindQuery(query, scope))
    const rows = types[number - 1]
    const columns = rows.kind === 'array' && rows.element.kind === 'record' ? rows.element.fields : []
    entries.set(name, { name, columns, inline: { plan: undefined, bind }, references: 0 })
  }
  return entries
}

/** The query that yields what the routine declares, made from its last statement's. */
export function asResult(query: BoundQuery, call: RoutineCall, state: BindState): BoundQuery {
  const { routine, result } = call
  if (result.kind === 'any' || result.kind === 'none') return query
  const fields: readonly Field[] = result.kind === 'value' ? [result.field] : result.type.fields
  const given = query.columns.map((column) => reference(column))
  const values = result.kind === 'row' ? rowValues(given, call) : given
  if (values.length !== fields.length) {
    if (result.kind === 'value' && values.length > 1)
      throw returnMismatch(routine, 'Final statement must return exactly one column.')
    const few = values.length < fields.length
    throw returnMismatch(routine, `Final statement returns too ${few ? 'few' : 'many'} columns.`)
  }
  const expressions = values.map((value, index) => {
    const coerced = tryCoerce(value, fields[index].type, 'assignment', state)
    if (coerced) return coerced
    const actual = baseTypeName(value.type)
    if (result.kind === 'value') throw returnMismatch(routine, `Actual return type is ${actual}.`)
    throw returnMismatch(
      routine,
      `Final statement returns ${actual} instead of ${baseTypeName(fields[index].type)} at column ${index + 1}.`,
    )
  })
  const columns = expressions.map(({ type }, index) => newColumn(state, fields[index].name, type, routine.name))
  return { plan: { kind: 'project', input: query.plan, expressions, columns }, columns }
}

/** The fields of a row: the statement's columns, or those of the one record that it yields. */
function rowValues(given: readonly Expression[], { result }: RoutineCall): readonly Expression[] {
  if (given.length !== 1 || result.kind !== 'row') return given
  const [input] = given
  const { type } = input
  const { fields } = result.type
  if (type.kind !== 'record' || (fields.length === 1 && fields[0].type.kind === 'record')) return given
  const fits =
    type.fields.length === fields.length &&
    fields.every((field, index) => sameType(type.fields[index].type, field.type))
  if (!fits) {
    throw new SqlError('datatype_mismatch', 'function return row and query-specified return row do not match', {
      detail:
        type.fields.length === fields.length
          ? undefined
          : `Returned row contains ${type.fields.length} attributes, but query expects ${fields.length}.`,
    })
  }
  return fields.map((field, index) => ({ kind: 'field', type: field.type, input, index }))
}

/** The columns of a routine that yields records of no declared shape. */
export function bodyFields(call: RoutineCall, context: PlannerContext): readonly Field[] {
  const { config } = call.routine.properties ?? {}
  return config ? context.settings.within(config, () => fieldsOf(call, context)) : fieldsOf(call, context)
}

function fieldsOf(call: RoutineCall, context: PlannerContext): readonly Field[] {
  const { body } = call.routine
  const last = body.kind === 'sql' ? body.statements[body.statements.length - 1] : undefined
  if (!last || !isQueryNode(last)) {
    return last && 'returning' in last ? returningFields(last, call, context) : []
  }
  const state = newState(context)
  return bindQuery(last, parameterScope(call, state)).columns.map(({ name, type }) => ({ name, type }))
}

let bindReturning: ((statement: ast.Statement, scope: Scope) => BoundQuery) | undefined

/** Told by `bind.ts`, which knows all kinds of statements. */
export function useStatementBinder(bind: (statement: ast.Statement, scope: Scope) => BoundQuery): void {
  bindReturning = bind
}

function returningFields(statement: ast.Statement, call: RoutineCall, context: PlannerContext): readonly Field[] {
  const bound = bindReturning?.(statement, parameterScope(call, newState(context)))
  return bound?.columns.map(({ name, type }) => ({ name, type })) ?? []
}

export function isQueryNode(statement: ast.Statement): statement is ast.Query {
  const { kind } = statement
  return kind === 'select' || kind === 'set-operation' || kind === 'values' || kind === 'table'
}

/** The one query of a body, where it is no more than that. */
function onlyQuery({ routine }: RoutineCall): ast.Query | undefined {
  const { body } = routine
  if (body.kind !== 'sql' || body.statements.length !== 1) return undefined
  const [statement] = body.statements
  if (!isQueryNode(statement) || (statement.kind === 'select' && statement.into)) return undefined
  return statement
}

/** Expressions that may be written twice where a parameter is read twice. */
const largestArgument = 20

function isSmall(expression: Expression): boolean {
  let size = 0
  walkExpression(expression, (part) => {
    size += part.kind === 'subquery' ? largestArgument : 1
    return size < largestArgument
  })
  return size < largestArgument && !isVolatileExpression(expression)
}

/**
 * The body in the place of the call, where it is one expression over its parameters and nothing can tell the difference:
 * NULL arguments of a strict function are asked for first. Undefined where the body has to run.
 */
export function inlineScalar(
  call: RoutineCall,
  args: readonly Expression[],
  span: ast.Span,
  state: BindState,
): Expression | undefined {
  const { routine, result } = call
  if (routine.properties?.config) return undefined
  const query = onlyQuery(call)
  if (result.kind !== 'value' || query?.kind !== 'select' || !isPlainExpression(query) || !args.every(isSmall))
    return undefined
  if (
    state.routines.includes(routine) ||
    holdsSpecialCalls(query.items[0].expression, routine.volatility === 'volatile', state)
  )
    return undefined
  const expression = insideRoutine(call, args, span, state, (scope) => {
    const inner = new Scope(state, scope)
    return tryCoerce(
      settle(bindExpression(query.items[0].expression, inner), state),
      result.field.type,
      'assignment',
      state,
    )
  })
  if (!expression || (routine.volatility !== 'volatile' && isVolatileExpression(expression))) return undefined
  if (!routine.strict) return expression
  const { type } = expression
  const tests = args.flatMap((input): Expression[] =>
    input.kind === 'constant' && input.value !== null
      ? []
      : [{ kind: 'is', type: BOOLEAN, test: 'null', negated: false, input }],
  )
  if (tests.length === 0) return expression
  const when: Expression = tests.length === 1 ? tests[0] : { kind: 'or', type: BOOLEAN, args: tests }
  return {
    kind: 'case',
    type,
    branches: [{ when, then: { kind: 'constant', type, value: null } }],
    otherwise: expression,
    span,
  }
}

function isPlainExpression(query: ast.Select): boolean {
  return (
    query.items.length === 1 &&
    query.items[0].expression.kind !== 'star' &&
    query.from.length === 0 &&
    !query.with &&
    !query.where &&
    !query.having &&
    !query.qualify &&
    !query.limit &&
    !query.offset &&
    !query.distinct &&
    !query.distinctOn &&
    query.groupBy.length === 0 &&
    !query.groupByAll &&
    query.orderBy.length === 0 &&
    query.windows.length === 0
  )
}

/** Aggregates, windows and sets belong to the body's own query; a subquery of a volatile function sees newer rows. */
function holdsSpecialCalls(node: unknown, noSubqueries: boolean, state: BindState): boolean {
  if (Array.isArray(node)) return node.some((item) => holdsSpecialCalls(item, noSubqueries, state))
  if (node === null || typeof node !== 'object') return false
  const { kind } = node as { kind?: string }
  if (kind === 'call') {
    const call = node as ast.FunctionCall
    const name = call.name.parts[call.name.parts.length - 1].name
    if (call.over || findFunctions(name).some((record) => record.kind !== 'scalar')) return true
    if (state.context.catalog.findRoutines(name).some((routine) => routine.isSet || routine.body.kind !== 'sql'))
      return true
  }
  if (noSubqueries && (kind === 'select' || kind === 'set-operation' || kind === 'values')) return true
  if (kind === 'star' || kind === 'lambda') return true
  return Object.entries(node).some(([key, part]) => key !== 'span' && holdsSpecialCalls(part, noSubqueries, state))
}

/** The body as a subquery in FROM, where it only reads and its arguments can be written several times. */
export function inlineQuery(
  call: RoutineCall,
  args: readonly Expression[],
  span: ast.Span,
  state: BindState,
): BoundQuery | undefined {
  const { routine } = call
  const query = onlyQuery(call)
  if (
    !query ||
    routine.properties?.config ||
    call.result.kind === 'none' ||
    !routine.isSet ||
    routine.strict ||
    routine.volatility === 'volatile'
  )
    return undefined
  if (!args.every(isSmall) || state.routines.includes(routine)) return undefined
  return insideRoutine(call, args, span, state, (scope) => asResult(bindQuery(query, scope), call, state))
}

function insideRoutine<T>(
  call: RoutineCall,
  args: readonly Expression[],
  span: ast.Span,
  state: BindState,
  body: (scope: Scope) => T,
): T {
  const outer = state.arguments
  state.routines.push(call.routine)
  try {
    return foreignText(state, span.start, () => body(routineScope(call, args, state)))
  } finally {
    state.routines.pop()
    state.arguments = outer
  }
}

/** The type of a call as a value. */
export function valueType(call: RoutineCall, context: PlannerContext): DataType {
  const { result } = call
  switch (result.kind) {
    case 'none':
      return { kind: 'void' }
    case 'any':
      return { kind: 'record', fields: bodyFields(call, context) }
    case 'value':
      return result.field.type
    case 'row':
      return result.type
  }
}
