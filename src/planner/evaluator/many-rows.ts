/**
 * Calls of functions that take many rows at once. Where an operator asks for a call's value in every row of a batch, the call
 * is made once per batch, when the first row is asked for; elsewhere (a branch of CASE, a condition behind AND, a join) it is
 * made row by row, so that no row is computed that SQL would not compute.
 */
import type { Value } from '../../types/value.ts'
import type { Evaluator, FrameRows, Scope } from '../evaluate.ts'
import type { CallExpression, Expression } from '../expression.ts'
import { operands } from '../tree.ts'
import { located } from './call.ts'

/** The calls in an expression that run for every row for which the expression runs. */
export function manyRowCalls(expression: Expression): CallExpression[] {
  const calls: CallExpression[] = []
  // A loop rather than recursion, since sums of thousands of terms are nested as deeply.
  const pending = [expression]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'call' && next.overload.evaluateMany) calls.push(next)
    for (const operand of alwaysEvaluated(next)) pending.push(operand)
  }
  return calls
}

function alwaysEvaluated(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
    case 'coalesce':
    case 'case':
    case 'in':
    case 'quantified':
      return operands(expression).slice(0, 1)
    case 'lambda':
    case 'subquery':
      return []
    default:
      return operands(expression)
  }
}

export function compileManyRows(expression: CallExpression, scope: Scope): Evaluator {
  const { frame } = scope
  const { overload } = expression
  const evaluateMany = overload.evaluateMany!
  const isStrict = overload.strict !== false
  const evaluators = expression.args.map((arg) => scope.compile(arg))
  const slots = expression.args.map((arg) => (arg.kind === 'column' ? scope.environment.slot(arg.id) : undefined))
  const start = expression.span?.start
  let results: ArrayLike<Value> = []
  let computed: FrameRows | undefined

  function compute(rows: FrameRows): void {
    const columns = evaluators.map((evaluator, index) => {
      const slot = slots[index]
      if (slot !== undefined) return rows.column(slot)
      const values = new Array<Value>(rows.count)
      for (let n = 0; n < values.length; n++) values[n] = evaluator(rows.row(n))
      return values
    })
    const places = isStrict && columns.some((values) => values.includes(null)) ? placesWithoutNull(columns) : undefined
    const found = places
      ? attempt(
          columns.map((values) => places.map((n) => values[n])),
          places.length,
        )
      : attempt(columns, rows.count)
    results = places || !rows.isWhole ? byRow(rows, places, found) : found
    computed = rows
  }

  function attempt(columns: readonly Value[][], count: number): ArrayLike<Value> {
    if (count === 0) return []
    try {
      return evaluateMany(count, columns)
    } catch (error) {
      throw located(error, start)
    }
  }

  return (row) => {
    const { rows } = frame
    if (rows !== undefined && rows !== computed) compute(rows)
    return results[row]
  }
}

function placesWithoutNull(columns: readonly (readonly Value[])[]): number[] {
  return Array.from(columns[0].keys()).filter((n) => columns.every((values) => values[n] !== null))
}

/** What was found for the rows at `places`, all where that is undefined, by row number; NULL elsewhere. */
function byRow(rows: FrameRows, places: readonly number[] | undefined, found: ArrayLike<Value>): Value[] {
  const results: Value[] = []
  if (places) for (let n = 0; n < rows.count; n++) results[rows.row(n)] = null
  for (let n = 0; n < found.length; n++) results[rows.row(places ? places[n] : n)] = found[n]
  return results
}
