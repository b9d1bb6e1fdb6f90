/** Functions in FROM. */
import type { TableFunctionOverload } from '../functions/function.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { OutputColumn } from '../planner/expression.ts'
import type { PhysicalTableFunctionScan } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { RowWriter, valuesBatch } from './rows.ts'

/** Rows of functions in FROM: several are zipped, the shorter ones continued with NULLs. */
export function tableFunction(plan: PhysicalTableFunctionScan, builder: Builder): Operator {
  const frame = new BatchFrame([], builder.subquery)
  const calls = plan.calls.map((call) => ({ ...call, evaluators: frame.compileAll(call.args) }))
  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    *open(context) {
      frame.bindRuntime(context)
      if (calls.length === 1 && calls[0].overload.runs && !plan.ordinality) {
        yield* batchesOfRuns(calls[0].overload, calls[0].evaluators, plan.columns, context)
        return
      }
      const iterators = calls.map(({ overload, evaluators }) =>
        functionRows(overload, evaluators, 0, context)[Symbol.iterator](),
      )
      const writer = new RowWriter(plan.columns, context)
      try {
        for (let ordinal = 1n; ; ordinal++) {
          const steps = iterators.map((iterator) => iterator.next())
          if (steps.every((step) => step.done)) break
          let column = 0
          for (let call = 0; call < calls.length; call++) {
            const step = steps[call]
            for (let index = 0; index < calls[call].width; index++) {
              writer.arrays[column++].push(step.done ? null : (step.value[index] ?? null))
            }
          }
          if (plan.ordinality) writer.arrays[column].push(ordinal)
          writer.rowCount++
          if (writer.isFull) {
            yield writer.take()
            context.checkInterrupt()
          }
        }
        if (writer.rowCount > 0) yield writer.take()
      } finally {
        for (const iterator of iterators) iterator.return?.()
      }
    },
  }
}

function* batchesOfRuns(
  { strict, runs }: TableFunctionOverload,
  evaluators: readonly Evaluator[],
  columns: readonly OutputColumn[],
  context: ExecutionContext,
): Generator<Batch> {
  const args = evaluators.map((evaluator) => evaluator(0))
  if (strict !== false && args.includes(null)) return
  const next = runs!(context.functions, ...args)
  for (let values = next(context.batchSize); values.length > 0; values = next(context.batchSize)) {
    yield valuesBatch(columns, [values], values.length)
    context.checkInterrupt()
  }
}

/** The rows that a set-returning function yields for a row; none for a NULL argument of a strict one. */
export function functionRows(
  overload: TableFunctionOverload,
  evaluators: readonly Evaluator[],
  row: number,
  context: ExecutionContext,
): Iterable<readonly Value[]> {
  const args = evaluators.map((evaluator) => evaluator(row))
  if (overload.strict !== false && args.includes(null)) return []
  return overload.evaluate(context.functions, ...args)
}
