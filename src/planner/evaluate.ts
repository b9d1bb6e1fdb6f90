/**
 * The reference evaluator: what every expression means. `compileExpression` turns a typed expression into a closure once;
 * the closure yields the expression's value for a row number, without code generation, so it also runs where that is
 * forbidden. Compiled kernels must agree with it.
 *
 *   expression ── compileExpression ──▶ (row) => value
 *                      │ slot of a column
 *                      ▼
 *                    Frame { readers, runtime }   ◀── an operator sets these per batch
 *
 * A Frame is what the closures of one operator read: per column in use a reader of the current batch, and the running
 * statement's parameters, outer values and functions. An operator fills its frame before it evaluates and does not give
 * control away (no `yield`) between filling and evaluating, so that one operator may serve interleaved runs.
 *
 * Three-valued logic: NULL is null. AND, OR, CASE and COALESCE stop when they are decided; calls evaluate all of their
 * arguments first and a strict one then yields NULL for a NULL argument, as PostgreSQL does.
 */

import { AssertionError, SqlError, unreachable } from '../error.ts'
import type { FunctionContext } from '../functions/function.ts'
import { heedInterrupt } from '../interrupt.ts'
import type { Value } from '../types/value.ts'
import { compileCall, compileSpine, isLongSpine } from './evaluator/call.ts'
import { compileCast } from './evaluator/cast.ts'
import { compileArray, compileField, compileRow, compileSubscript } from './evaluator/composite.ts'
import {
  compileCase,
  compileCoalesce,
  compileIs,
  compileIsDistinct,
  compileLogical,
  compileNot,
} from './evaluator/logic.ts'
import { compileIn, compileQuantified } from './evaluator/membership.ts'
import type { CallExpression, ColumnId, Expression, LambdaExpression, SubqueryExpression } from './expression.ts'

/** The value of an expression for a row of the frame's current batch. */
export type Evaluator = (row: number) => Value

/** The part of a running statement that expressions see. */
export interface Runtime {
  readonly functions: FunctionContext
  readonly parameters: readonly Value[]
  /** Values of columns of enclosing queries. */
  readonly outer: ReadonlyMap<ColumnId, Value>
}

/** The rows of a batch that take part. */
export interface FrameRows {
  readonly count: number
  row(n: number): number
  /** The n-th of them is row n. */
  readonly isWhole: boolean
  /** The values of the column in a slot. */
  column(slot: number): Value[]
}

/** What the closures of one operator read while it works on a batch. */
export class Frame {
  /** Per slot, the reader of the column's values. */
  readonly readers: Evaluator[] = []
  /** Values of lambda parameters, while a lambda's body runs. */
  readonly lambdas: Value[] = []
  /** Calls that are evaluated for all rows of `rows` when the first of them is asked for: see evaluator/many-rows.ts. */
  readonly manyRowCalls: Set<CallExpression> = new Set()
  /** The rows that the operator is going to ask for, another object for every batch. */
  rows?: FrameRows
  runtime!: Runtime
}

/** Where an expression's names are found. */
export interface Environment {
  readonly frame: Frame
  /** The slot of a column that the input provides; undefined for a column of an enclosing query. */
  slot(id: ColumnId): number | undefined
  /** Turns a subquery into an evaluator; absent where subqueries cannot be. */
  subquery?(expression: SubqueryExpression, scope: Scope): Evaluator
}

/** An environment while an expression is compiled: lambda parameters in reach, and the way into parts of the expression. */
export interface Scope {
  readonly frame: Frame
  readonly environment: Environment
  readonly lambdas: ReadonlyMap<ColumnId, number>
  compile(expression: Expression): Evaluator
}

/** Nesting beyond which evaluation could exhaust the stack; chains of calls do not count, they run in a loop. */
const maximumDepth = 1200

/** The evaluator of `expression`. 54001 when it is nested too deeply. */
export function compileExpression(expression: Expression, environment: Environment): Evaluator {
  return newScope(environment, new Map(), 0).compile(expression)
}

function newScope(environment: Environment, lambdas: ReadonlyMap<ColumnId, number>, startDepth: number): Scope {
  let depth = startDepth
  const scope: Scope = {
    frame: environment.frame,
    environment,
    lambdas,
    compile(expression) {
      if (++depth > maximumDepth) throw tooComplex()
      const evaluator = compileKind(expression, scope, () => depth)
      depth--
      return evaluator
    },
  }
  return scope
}

function tooComplex(): SqlError {
  return new SqlError('statement_too_complex', 'stack depth limit exceeded', {
    hint: 'The expression is nested too deeply.',
  })
}

function compileKind(expression: Expression, scope: Scope, depth: () => number): Evaluator {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'column':
      return compileColumn(expression.id, expression.name, scope)
    case 'parameter': {
      const { frame } = scope
      const { index } = expression
      return () => frame.runtime.parameters[index]
    }
    case 'call':
      return isLongSpine(expression) ? compileSpine(expression, scope) : compileCall(expression, scope)
    case 'cast':
      return isLongSpine(expression) ? compileSpine(expression, scope) : compileCast(expression, scope)
    case 'and':
    case 'or':
      return compileLogical(expression, scope)
    case 'not':
      return compileNot(expression, scope)
    case 'is':
      return compileIs(expression, scope)
    case 'is-distinct':
      return compileIsDistinct(expression, scope)
    case 'case':
      return compileCase(expression, scope)
    case 'coalesce':
      return compileCoalesce(expression, scope)
    case 'in':
      return compileIn(expression, scope)
    case 'quantified':
      return compileQuantified(expression, scope)
    case 'subquery':
      if (!scope.environment.subquery) throw new AssertionError('a subquery where none can run')
      return scope.environment.subquery(expression, scope)
    case 'array':
      return compileArray(expression, scope)
    case 'row':
      return compileRow(expression, scope)
    case 'field':
      return compileField(expression, scope)
    case 'subscript':
      return compileSubscript(expression, scope)
    case 'lambda':
      return compileLambda(expression, scope, depth())
    case 'lambda-parameter':
      return compileColumn(expression.id, expression.name, scope)
    default:
      return unreachable(expression)
  }
}

/** A column of the input, a lambda's parameter, or a column of an enclosing query. */
function compileColumn(id: ColumnId, name: string, scope: Scope): Evaluator {
  const { frame } = scope
  const lambda = scope.lambdas.get(id)
  if (lambda !== undefined) {
    const { lambdas } = frame
    return () => lambdas[lambda]
  }
  const slot = scope.environment.slot(id)
  if (slot !== undefined) {
    const { readers } = frame
    return (row) => readers[slot](row)
  }
  return () => {
    const value = frame.runtime.outer.get(id)
    if (value === undefined) throw new AssertionError(`column "${name}" (${id}) is not in reach`)
    return value
  }
}

/** A JavaScript function of the lambda's parameters, for the function that calls it while the row is the current one. */
function compileLambda(expression: LambdaExpression, scope: Scope, depth: number): Evaluator {
  const { lambdas } = scope.frame
  const slots = new Map(scope.lambdas)
  const first = lambdas.length
  for (const parameter of expression.parameters) {
    slots.set(parameter.id, lambdas.length)
    lambdas.push(null)
  }
  const body = newScope(scope.environment, slots, depth).compile(expression.body)
  const count = expression.parameters.length
  return (row) =>
    (...args: Value[]) => {
      heedInterrupt(16)
      for (let index = 0; index < count; index++) lambdas[first + index] = index < args.length ? args[index] : null
      return body(row)
    }
}

/** The value of an expression that reads no columns and holds no subquery. */
export function evaluateConstant(
  expression: Expression,
  functions: FunctionContext,
  parameters: readonly Value[] = [],
): Value {
  return constantEvaluator(expression, functions, parameters)()
}

/** The same, to be asked again and again: a default such as nextval('s') gives another value each time. */
export function constantEvaluator(
  expression: Expression,
  functions: FunctionContext,
  parameters: readonly Value[] = [],
): () => Value {
  if (expression.kind === 'constant') return () => expression.value
  const frame = new Frame()
  frame.runtime = { functions, parameters, outer: new Map() }
  const evaluate = compileExpression(expression, { frame, slot: () => undefined })
  return () => evaluate(0)
}
