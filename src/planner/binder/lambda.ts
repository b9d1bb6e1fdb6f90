/**
 * Lambdas: `x -> x + 1` as the argument of a function. The overload is chosen by the other arguments first; then the
 * lambda's parameters have types, its body can be bound, and the body's type may decide the call's.
 */
import { SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type { SqlFunction } from '../../functions/function.ts'
import { findFunctions } from '../../functions/registry.ts'
import { type Resolved, resultTypeOf } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { BIGINT, BOOLEAN, type DataType, TEXT } from '../../types/data-type.ts'
import type { Expression, LambdaExpression } from '../expression.ts'
import { argumentType, coerce, settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { callOf } from './function-call.ts'
import { findFunction } from './overload.ts'
import type { LambdaScope, Scope } from './scope.ts'

/** Whether the argument is to be a lambda: written as one, or `a -> b` where the function takes one. */
export function isLambdaArgument(argument: ast.Expression, index: number, records: readonly SqlFunction[]): boolean {
  if (argument.kind === 'lambda') return true
  if (argument.kind !== 'binary' || argument.operator !== '->') return false
  if (argument.left.kind !== 'column' && argument.left.kind !== 'row') return false
  return records.some((record) => record.overloads.some((overload) => overload.parameters[index] === 'lambda'))
}

interface WrittenLambda {
  readonly names: readonly string[]
  readonly body: ast.Expression
  readonly span: ast.Span
}

function written(argument: ast.Expression): WrittenLambda {
  if (argument.kind === 'lambda') {
    return { names: argument.parameters.map((it) => it.name), body: argument.body, span: argument.span }
  }
  if (argument.kind === 'binary') {
    const { left, right, span } = argument
    const columns = left.kind === 'row' ? left.items : [left]
    const names = columns.map((column) => {
      if (column.kind === 'column' && column.parts.length === 1) return column.parts[0].name
      throw new SqlError('syntax_error', "a lambda's parameters must be names", { position: column.span.start })
    })
    return { names, body: right, span }
  }
  throw new SqlError('syntax_error', 'a lambda was expected', { position: argument.span.start })
}

const foldsToOne: ReadonlySet<string> = new Set(['list_reduce', 'array_reduce', 'reduce', 'list_fold'])
const keepsByTruth: ReadonlySet<string> = new Set(['list_filter', 'array_filter', 'filter', 'list_any', 'list_all'])

/** The call, its lambdas bound over what the other arguments are made of. */
export function bindLambdas(
  node: ast.FunctionCall,
  resolved: Resolved,
  args: readonly Expression[],
  scope: Scope,
): Expression {
  const { name } = resolved.function
  const bound = args.map((arg, index): Expression => {
    const written_ = node.args[index]
    const source = written_.kind === 'named-argument' ? written_.value : written_
    if (!isLambdaArgument(source, index, [resolved.function])) return arg
    const types = lambdaTypes(resolved, name)
    const lambda = bindLambda(written(source), types, scope)
    const type = keepsByTruth.has(name) ? BOOLEAN : foldsToOne.has(name) ? types[0] : undefined
    if (!type) return lambda
    return { ...lambda, type, body: bodyAs(lambda.body, type, scope) }
  })
  const call = callOf(resolved, bound, node.span, scope)
  if (call.kind !== 'call') return call
  const types = call.args.map((arg) => (arg.kind === 'lambda' ? arg.body.type : arg.type))
  return { ...call, type: resultTypeOf(call.overload, types) }
}

/** The body as the type; a NULL, which was taken for text, as any. */
function bodyAs(body: Expression, type: DataType, scope: Scope): Expression {
  if (body.kind === 'constant' && body.value === null) return { ...body, type }
  return coerce(body, type, 'assignment', scope.state)
}

/** Elements of the list, and then either the position (from 1) or, when folding, the next element. */
function lambdaTypes(resolved: Resolved, name: string): readonly DataType[] {
  for (const parameter of resolved.parameterTypes) {
    const type = baseType(parameter)
    if (type.kind === 'array')
      return foldsToOne.has(name) ? [type.element, type.element, BIGINT] : [type.element, BIGINT]
    if (type.kind === 'map') return [type.key, type.value]
  }
  return [TEXT]
}

function bindLambda(lambda: WrittenLambda, types: readonly DataType[], scope: Scope): LambdaExpression {
  if (lambda.names.length > types.length) {
    throw new SqlError(
      'syntax_error',
      `the lambda has ${lambda.names.length} parameters, at most ${types.length} are allowed here`,
      {
        position: lambda.span.start,
      },
    )
  }
  const parameters = lambda.names.map((name, index) => ({ id: scope.state.nextColumn++, name, type: types[index] }))
  const names = new Map<string, Expression>()
  for (const { id, name, type } of parameters) names.set(name, { kind: 'lambda-parameter', id, name, type })
  const outer: LambdaScope | undefined = scope.lambda
  scope.lambda = { names, parent: outer }
  const body = settle(bindExpression(lambda.body, scope), scope.state)
  scope.lambda = outer
  return { kind: 'lambda', type: body.type, parameters, body, span: lambda.span }
}

/** `[f FOR x IN list IF c]` is list_transform(list_filter(list, x -> c), x -> f). */
export function bindComprehension(node: ast.ListComprehension, scope: Scope): Expression {
  const names = node.variables.map((variable) => variable.name)
  let list = bindExpression(node.list, scope)
  if (node.condition) list = applyLambda('list_filter', list, { names, body: node.condition, span: node.span }, scope)
  return applyLambda('list_transform', list, { names, body: node.result, span: node.span }, scope)
}

function applyLambda(name: string, list: Expression, lambda: WrittenLambda, scope: Scope): Expression {
  if (findFunctions(name).length === 0) {
    throw new SqlError('feature_not_supported', 'list comprehension is not supported', { position: lambda.span.start })
  }
  const resolved = findFunction(name, [argumentType(list), 'lambda'], { position: lambda.span.start })
  const bound = bindLambda(lambda, lambdaTypes(resolved, name), scope)
  const body = keepsByTruth.has(name) ? bodyAs(bound.body, BOOLEAN, scope) : bound.body
  const call = callOf(resolved, [list, { ...bound, body }], lambda.span, scope)
  if (call.kind !== 'call') return call
  return {
    ...call,
    type: resultTypeOf(
      call.overload,
      call.args.map((arg) => (arg.kind === 'lambda' ? arg.body.type : arg.type)),
    ),
  }
}
