/** Projections with kernels. */
import type { Expression } from '../../../planner/expression.ts'
import type { PhysicalProject } from '../../../planner/physical-plan.ts'
import type { Vector } from '../../../types/vector.ts'
import type { OpenRequest, Operator } from '../../operator.ts'
import { isVolatile } from '../../volatility.ts'
import { Evaluation, EvaluationPlan } from '../evaluation.ts'
import { isSelfContained } from '../interpretation.ts'
import { QueryMemory } from '../memory.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/** Computes columns; those that only pass are not copied. Nobody's columns are not computed. */
export function compiledProject(plan: PhysicalProject, input: Operator, fallback: Operator): Operator | undefined {
  if (!plan.expressions.every(isSelfContained) || plan.expressions.some(isVolatile)) return undefined
  const everything = new EvaluationPlan(input.columns, plan.expressions)
  const partial = new Map<string, EvaluationPlan>()
  return compiledOperator(plan, [input], fallback, {
    reason: () => everything.reason,
    flows: () => input,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'project')
      try {
        const kept = plan.expressions.map(
          (_, i) => request.needed === undefined || request.needed.has(plan.columns[i].id),
        )
        const wanted = plan.expressions.filter((_, i) => kept[i])
        const evaluation = new Evaluation(planFor(kept, wanted), context, memory)
        const needed = request.needed && columnsOf(wanted)
        for (const batch of input.open(context, {
          needed,
          filters: passedFilters(plan, request),
          wide: request.wide,
        })) {
          context.checkInterrupt()
          const results = evaluation.evaluate(batch)
          let next = 0
          const columns = plan.expressions.map(
            (expression, i): Vector =>
              kept[i] ? results[next++] : { layout: 'constant', type: expression.type, value: null },
          )
          yield { rowCount: batch.rowCount, columns, selection: batch.selection }
        }
      } finally {
        memory.release()
      }
    },
  })

  function planFor(kept: readonly boolean[], wanted: readonly Expression[]): EvaluationPlan {
    if (!kept.includes(false)) return everything
    const key = kept.join()
    let evaluation = partial.get(key)
    if (!evaluation) partial.set(key, (evaluation = new EvaluationPlan(input.columns, wanted)))
    return evaluation
  }
}

/** Filters on columns that only pass go on to the input. */
function passedFilters(plan: PhysicalProject, request: OpenRequest): OpenRequest['filters'] {
  return request.filters?.flatMap((filter) => {
    const position = plan.columns.findIndex((column) => column.id === filter.column)
    const expression = plan.expressions[position]
    return expression?.kind === 'column' ? [{ ...filter, column: expression.id }] : []
  })
}
