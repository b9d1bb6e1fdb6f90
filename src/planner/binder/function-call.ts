/**
 * Calls. The name decides what kind of function it is, the arguments which overload; aggregates, window functions and
 * set-returning functions are then handed to their own files. A few calls are syntax rather than functions: COALESCE,
 * NULLIF, GREATEST, LEAST.
 */
import { SqlError } from '../../error.ts'
import { baseType, category } from '../../functions/coercion.ts'
import type { ScalarFunction, SqlFunction, TableFunction } from '../../functions/function.ts'
import type { ArgumentType, CallOptions, Resolved } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { arrayOf, type DataType, TEXT, type TypeKind, UNKNOWN } from '../../types/data-type.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { Expression } from '../expression.ts'
import { bindAggregate, bindGrouping } from './aggregate.ts'
import { argumentType, coerce, coerceBoolean, settle, unify } from './coercion.ts'
import { bindArray, bindField } from './composite.ts'
import { bindExpression, castExpression } from './expression.ts'
import { textAsJson } from './json-call.ts'
import { bindLambdas, isLambdaArgument } from './lambda.ts'
import { constant } from './literal.ts'
import { bindMacro } from './macro.ts'
import { findColumn } from './name.ts'
import { bindNestedCall } from './nested-call.ts'
import { isEmptyList, isOtherList } from './operator.ts'
import { findFunction, findOperator } from './overload.ts'
import { sameList } from './same-expression.ts'
import { newColumn, ownSpan, reference, Scope } from './scope.ts'
import type { FlexibleOverload } from './table-function.ts'
import { bindTypeName } from './type-name.ts'
import { bindRoutineCall, functionsNamed, isSqlRoutine } from './user-function.ts'
import { isVolatileExpression } from './volatility.ts'
import { bindWindowCall } from './window.ts'

/** The call of a resolved overload, arguments cast to what it takes. */
export function callOf(
  resolved: Resolved,
  args: readonly Expression[],
  span: ast.Span | undefined,
  scope: Scope,
): Expression {
  return {
    kind: 'call',
    type: resolved.resultType,
    function: resolved.function as ScalarFunction,
    overload: resolved.overload as ScalarFunction['overloads'][number],
    args: resolvedArguments(resolved, args, scope),
    span: ownSpan(span, scope.state),
  }
}

/** One expression per parameter of the overload. */
export function resolvedArguments(resolved: Resolved, args: readonly Expression[], scope: Scope): Expression[] {
  const { parameterTypes, sources, defaults } = resolved
  const result: Expression[] = []
  for (let index = 0; index < parameterTypes.length; index++) {
    const source = sources[index]
    const untyped = source >= 0 && isEmptyList(args[source]) ? arrayOf(TEXT) : TEXT
    const type = parameterTypes[index].kind === 'unknown' ? untyped : parameterTypes[index]
    if (source < 0) result.push({ kind: 'constant', type, value: defaults[index] })
    else if (args[source].kind === 'lambda') result.push(args[source])
    else result.push(coerce(args[source], type, 'implicit', scope.state))
  }
  return result
}

/** The call of a function or operator by name on bound arguments, for forms that mean one. */
export function callFunction(name: string, args: readonly Expression[], span: ast.Span, scope: Scope): Expression {
  const types = args.map(argumentType)
  const resolved = /^[a-z_]/.test(name)
    ? findFunction(name, types, { position: span.start })
    : findOperator(name, types, span.start)
  return callOf(resolved, args, span, scope)
}

export function bindCall(node: ast.FunctionCall, scope: Scope): Expression {
  const method = methodCall(node, scope)
  if (method) return bindCall(method, scope)
  const name = functionName(node, scope)
  if (node.over) return bindWindowCall(node, name, scope)
  const form = node.distinct || node.star ? undefined : bindForm(node, name, scope)
  if (form) return form
  const macro = bindMacro(node, scope)
  if (macro) return macro
  const named = functionsNamed(node, name, scope)
  const scalars = named.filter((record) => record.kind === 'scalar')
  const records = scalars.length > 0 && named.some((record) => record.kind === 'table') ? scalars : named
  let hasAggregate = false
  let hasWindow = false
  for (const record of records) {
    if (record.kind === 'aggregate') hasAggregate = true
    else if (record.kind === 'window') hasWindow = true
  }
  if (hasAggregate) return bindAggregate(node, name, scope)
  if (hasWindow && records.length === 1) {
    throw new SqlError('wrong_object_type', `window function ${name} requires an OVER clause`, {
      position: node.span.start,
    })
  }
  refuseAggregateSyntax(node, name, records)
  return bindPlainCall(node, name, records, scope)
}

/** The name without `pg_catalog`; functions of other schemas do not exist. */
export function functionName(node: ast.FunctionCall, scope: Scope): string {
  const { parts, span } = node.name
  const name = parts[parts.length - 1].name
  if (parts.length > 1) {
    const schema = parts[parts.length - 2].name
    if (schema !== 'pg_catalog' && schema !== 'information_schema' && schema !== 'main') {
      if (!scope.state.context.catalog.hasSchema(schema)) {
        throw new SqlError('invalid_schema_name', `schema "${schema}" does not exist`, { position: span.start })
      }
    }
  }
  return name
}

/** DuckDB's `column.function(…)` is function(column, …). */
function methodCall(node: ast.FunctionCall, scope: Scope): ast.FunctionCall | undefined {
  const { parts } = node.name
  if (parts.length !== 2 || parts[0].name === 'pg_catalog' || scope.items.length === 0) return undefined
  if (scope.state.context.catalog.hasSchema(parts[0].name)) return undefined
  if (!findColumn(parts[0].name, parts[0].span, scope)) return undefined
  const first: ast.ColumnReference = { kind: 'column', parts: [parts[0]], span: parts[0].span }
  return { ...node, name: { parts: [parts[1]], span: parts[1].span }, args: [first, ...node.args] }
}

function refuseAggregateSyntax(node: ast.FunctionCall, name: string, records: readonly SqlFunction[]): void {
  if (records.length === 0) return
  const refuse = (what: string): SqlError =>
    new SqlError('wrong_object_type', `${what} specified, but ${name} is not an aggregate function`, {
      position: node.span.start,
    })
  if (node.star)
    throw new SqlError('wrong_object_type', `${name}(*) specified, but ${name} is not an aggregate function`, {
      position: node.span.start,
    })
  if (node.distinct) throw refuse('DISTINCT')
  if (node.withinGroup) throw refuse('WITHIN GROUP')
  if (node.orderBy.length > 0) throw refuse('ORDER BY')
  if (node.filter) throw refuse('FILTER')
}

function bindPlainCall(
  node: ast.FunctionCall,
  name: string,
  records: readonly SqlFunction[],
  scope: Scope,
): Expression {
  const { args, types, names } = bindArguments(node, records, scope)
  const options: CallOptions = {
    candidates: records,
    names,
    variadic: node.variadic || undefined,
    position: node.span.start,
  }
  const other = records.length === 0 ? asTypeOrField(node, name, args, scope) : undefined
  if (other) return other
  let resolved: Resolved
  try {
    resolved = findFunction(name, types, options)
  } catch (error) {
    const cast = asTypeOrField(node, name, args, scope)
    if (cast) return cast
    if (takesLists(records) && args.some(isNull)) return { kind: 'constant', type: UNKNOWN, value: null }
    const json = textAsJson(records, args, scope)
    if (!json) throw error
    return callOf(findFunction(name, json.types, options), json.args, node.span, scope)
  }
  if (isSqlRoutine(resolved.function)) return bindRoutineCall(node, resolved, args, scope)
  if (types.includes('lambda')) return bindLambdas(node, resolved, args, scope)
  if (resolved.function.kind === 'table') {
    return bindSetReturning(
      node,
      name,
      resolved.function,
      resolvedArguments(resolved, args, scope),
      scope,
      resolved.overload as FlexibleOverload,
    )
  }
  return callOf(resolved, args, node.span, scope)
}

/** DuckDB's functions on lists and maps, whose NULL need not be typed. */
function takesLists(records: readonly SqlFunction[]): boolean {
  return records.some(({ name }) => /^(?:list_|map_|flatten)/.test(name))
}

function isNull(arg: Expression): boolean {
  return arg.kind === 'constant' && arg.value === null && arg.type.kind === 'unknown'
}

/** The arguments, lambdas left for when the overload is known. */
export function bindArguments(
  node: ast.FunctionCall,
  records: readonly SqlFunction[],
  scope: Scope,
): {
  readonly args: Expression[]
  readonly types: ArgumentType[]
  readonly names: (string | undefined)[] | undefined
} {
  const args: Expression[] = []
  const types: ArgumentType[] = []
  let names: (string | undefined)[] | undefined
  for (let index = 0; index < node.args.length; index++) {
    let argument = node.args[index]
    if (argument.kind === 'named-argument') {
      names ??= new Array(index).fill(undefined)
      const { name } = argument.name
      if (names.includes(name)) {
        throw new SqlError('syntax_error', `argument name "${name}" used more than once`, {
          position: argument.span.start,
        })
      }
      names.push(name)
      argument = argument.value
    } else if (names) {
      throw new SqlError('syntax_error', 'positional argument cannot follow named argument', {
        position: argument.span.start,
      })
    }
    if (isLambdaArgument(argument, index, records)) {
      args.push({ kind: 'constant', type: { kind: 'unknown' }, value: null })
      types.push('lambda')
    } else {
      const bound = bindExpression(argument, scope)
      args.push(bound)
      types.push(argumentType(bound))
    }
  }
  // `[]` is a list of whatever the other lists have.
  if (args.some(isEmptyList) && args.some(isOtherList)) {
    args.forEach((arg, index) => {
      if (isEmptyList(arg)) types[index] = UNKNOWN
    })
  }
  return { args, types, names }
}

/** `int4(x)` is a cast, `name(row)` a field, where no function has that name. */
function asTypeOrField(
  node: ast.FunctionCall,
  name: string,
  args: readonly Expression[],
  scope: Scope,
): Expression | undefined {
  if (args.length !== 1 || node.args[0].kind === 'lambda' || node.args[0].kind === 'named-argument') return undefined
  const [input] = args
  const type = baseType(input.type)
  if (type.kind === 'record' && type.fields.some((field) => field.name === name)) {
    return bindField(input, node.name.parts[node.name.parts.length - 1], node.span)
  }
  let target: DataType
  try {
    const { span } = node
    target = bindTypeName(
      { parts: [name], quoted: true, modifiers: [], arrayBounds: [], setOf: false, span },
      scope.state.context,
    )
  } catch {
    return undefined
  }
  if (type.kind === 'record' && category(target) === 'S') return undefined
  return castExpression(input, target, false, node.span, scope)
}

const setClauses: ReadonlySet<string> = new Set(['SELECT', 'ORDER BY', 'GROUP BY', 'DISTINCT ON', 'window definitions'])

/** A function that yields rows, in the select list: its value is a column that a ProjectSet adds. */
export function bindSetReturning(
  node: ast.FunctionCall,
  name: string,
  record: TableFunction,
  coerced: readonly Expression[],
  scope: Scope,
  chosen: FlexibleOverload = record.overloads[0],
): Expression {
  const position = node.span.start
  const hint = 'You might be able to move the set-returning function into a LATERAL FROM item.'
  if (scope.inAggregate) {
    throw new SqlError(
      'feature_not_supported',
      'aggregate function calls cannot contain set-returning function calls',
      { position, hint },
    )
  }
  if (scope.inWindow) {
    throw new SqlError('feature_not_supported', 'window function calls cannot contain set-returning function calls', {
      position,
      hint,
    })
  }
  if (scope.noSets) {
    throw new SqlError('feature_not_supported', `set-returning functions are not allowed in ${scope.noSets}`, {
      position,
      hint,
    })
  }
  if (!setClauses.has(scope.clause) && !scope.setsInValues) {
    throw new SqlError('feature_not_supported', `set-returning functions are not allowed in ${scope.clause}`, {
      position,
    })
  }
  let overload = chosen
  const argumentTypes = coerced.map((arg) => arg.type)
  const columns = overload.columns(argumentTypes)
  if (overload.specialise) overload = { ...overload, evaluate: overload.specialise(argumentTypes) }
  const type: DataType = columns.length === 1 ? columns[0].type : { kind: 'record', fields: columns }
  const known = scope.sets.find(
    (call) =>
      call.overload === overload &&
      overload.volatility !== 'volatile' &&
      !call.args.some(isVolatileExpression) &&
      sameList(call.args, coerced),
  )
  if (known) return reference(known.column, node.span)
  const column = newColumn(scope.state, name, type)
  scope.ownColumns.add(column.id)
  scope.sets.push({ function: record, overload, args: coerced, column })
  return reference(column, node.span)
}

/** The number of PostgreSQL's type of literals that nothing has given a type. */
const unknownType = 705

/** Calls that are syntax; undefined when the name is none of them. */
function bindForm(node: ast.FunctionCall, name: string, scope: Scope): Expression | undefined {
  switch (name) {
    case 'coalesce':
    case 'ifnull':
    case 'nvl':
      return node.args.length === 0 ? undefined : bindCoalesce(node, scope)
    case 'nullif':
      return node.args.length === 2 ? bindNullif(node, scope) : undefined
    case 'greatest':
    case 'least':
      return node.args.length === 0 ? undefined : bindExtreme(node, name, scope)
    case 'if':
    case 'iff':
      return node.args.length === 3 ? bindIf(node, scope) : undefined
    case 'list_value':
    case 'list_pack':
      return node.args.length === 0
        ? bindArray({ kind: 'array', items: [], list: true, span: node.span }, scope)
        : undefined
    case 'pg_typeof':
      return node.args.length === 1 && (node.args[0].kind === 'string' || node.args[0].kind === 'null')
        ? constant(unknownType, { kind: 'regtype' }, node.span)
        : undefined
    case 'try':
      return node.args.length === 1 ? bindTry(node, scope) : undefined
    case 'json_object': {
      // PostgreSQL's takes one array or two; DuckDB's, keys and values.
      const { length } = node.args
      const parts = [{ name: 'json_object_of', quoted: false, span: node.name.span }]
      return length === 0 || (length > 2 && length % 2 === 0)
        ? bindCall({ ...node, name: { parts, span: node.name.span } }, scope)
        : undefined
    }
    case 'grouping_id':
      return bindGrouping({ kind: 'grouping', args: node.args, span: node.span }, scope)
    case 'getvariable':
      return node.args.length === 1 ? bindVariable(node.args[0], node.span, scope) : undefined
    default:
      return bindNestedCall(node, name, scope)
  }
}

/** TRY(x): NULL where x fails. What may fail is the body of a lambda, so that the function sees it fail. */
function bindTry(node: ast.FunctionCall, scope: Scope): Expression {
  let body: Expression
  try {
    body = settle(bindExpression(node.args[0], scope), scope.state)
  } catch (error) {
    // A literal that cannot be read fails here already.
    if (error instanceof SqlError && error.code.startsWith('22'))
      return { kind: 'constant', type: UNKNOWN, value: null }
    throw error
  }
  const resolved = findFunction('try', ['lambda'], { position: node.span.start })
  const lambda: Expression = { kind: 'lambda', type: body.type, parameters: [], body, span: node.args[0].span }
  const call = callOf(resolved, [lambda], node.span, scope)
  return { ...call, type: body.type } as Expression
}

/** DuckDB's getvariable: the value that SET VARIABLE has set, as a constant of its type. */
function bindVariable(name: ast.Expression, span: ast.Span, scope: Scope): Expression {
  const { context } = scope.state
  const constant = coerce(bindExpression(name, new Scope(scope.state)), TEXT, 'implicit', scope.state)
  const key = evaluateConstant(constant, context.functions)
  const found = key === null ? undefined : context.variable?.(String(key).toLowerCase())
  return { kind: 'constant', type: found?.type ?? UNKNOWN, value: found?.value ?? null, span }
}

function bindCoalesce(node: ast.FunctionCall, scope: Scope): Expression {
  const before = scope.noSets
  scope.noSets = 'COALESCE'
  const args = node.args.map((arg) => bindExpression(arg, scope))
  scope.noSets = before
  const { type, items } = unify(args, 'COALESCE', scope.state)
  return { kind: 'coalesce', type, args: items, span: node.span }
}

/** NULLIF(a, b) is CASE WHEN a = b THEN NULL ELSE a END, in the type that the comparison gives to a. */
function bindNullif(node: ast.FunctionCall, scope: Scope): Expression {
  const left = bindExpression(node.args[0], scope)
  const right = bindExpression(node.args[1], scope)
  const resolved = findOperator('=', [argumentType(left), argumentType(right)], node.span.start)
  const when = callOf(resolved, [left, right], node.span, scope)
  const compared = when.kind === 'call' ? when.args[0] : settle(left, scope.state)
  const value = firstOfNullif(left, compared, scope)
  return {
    kind: 'case',
    type: value.type,
    branches: [{ when, then: { kind: 'constant', type: value.type, value: null } }],
    otherwise: value,
    span: node.span,
  }
}

/** Types that PostgreSQL compares with each other by operators of their own, so that neither side is cast. */
const comparedAsTheyAre: readonly (readonly TypeKind[])[] = [
  ['smallint', 'integer', 'bigint'],
  ['real', 'double'],
  ['date', 'timestamp', 'timestamptz'],
]

/** The first argument as the comparison sees it: varchar is compared as text. */
function firstOfNullif(left: Expression, compared: Expression, scope: Scope): Expression {
  if (compared.type.kind === 'varchar') return coerce(compared, TEXT, 'assignment', scope.state)
  const own = baseType(left.type)
  const isAsItWas = comparedAsTheyAre.some((kinds) => kinds.includes(own.kind) && kinds.includes(compared.type.kind))
  return isAsItWas ? coerce(left, own, 'implicit', scope.state) : compared
}

function bindExtreme(node: ast.FunctionCall, name: string, scope: Scope): Expression {
  const args = node.args.map((arg) => bindExpression(arg, scope))
  const { items } = unify(args, name.toUpperCase(), scope.state)
  return callFunction(name, items, node.span, scope)
}

function bindIf(node: ast.FunctionCall, scope: Scope): Expression {
  const [condition, then, otherwise] = node.args.map((arg) => bindExpression(arg, scope))
  const { type, items } = unify([otherwise, then], 'CASE', scope.state)
  const when = coerceBoolean(condition, 'CASE/WHEN', scope.state)
  return { kind: 'case', type, branches: [{ when, then: items[1] }], otherwise: items[0], span: node.span }
}
