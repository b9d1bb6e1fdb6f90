/**
 * A list of expressions as vectors: columns pass as they are, the others come from one kernel, or, where not all of them
 * can be compiled, from a kernel each or the reference evaluator.
 */
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import type { Batch, Vector } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { Interpretation } from './interpretation.ts'
import type { KernelSite } from './kernel.ts'
import type { QueryMemory } from './memory.ts'
import { Projection, projectionSite } from './projection.ts'

type ProjectionSite = ReturnType<typeof projectionSite>

/** What is known of the expressions when the plan is built. */
export class EvaluationPlan {
  readonly expressions: readonly Expression[]
  /** Per expression, the position of the column that it is; -1 when it must be computed. */
  readonly positions: readonly number[]
  readonly computed: readonly Expression[]
  readonly whole: ProjectionSite
  readonly parts: readonly ProjectionSite[]
  readonly reference: Interpretation

  constructor(columns: readonly OutputColumn[], expressions: readonly Expression[]) {
    const positions = new Map(columns.map((column, position) => [column.id, position]))
    this.expressions = expressions
    this.positions = expressions.map((expression) =>
      expression.kind === 'column' ? (positions.get(expression.id) ?? -1) : -1,
    )
    this.computed = expressions.filter((expression, i) => this.positions[i] < 0 && expression.kind !== 'constant')
    this.whole = projectionSite(columns, this.computed)
    this.parts = this.computed.map((expression) => projectionSite(columns, [expression]))
    this.reference = new Interpretation(columns, this.computed, 'values')
  }

  /** What was not compiled, for EXPLAIN. */
  get reason(): string | undefined {
    return this.whole.reason
  }

  get sites(): readonly KernelSite<unknown>[] {
    return [this.whole, ...this.parts]
  }
}

/** The expressions in one run of an operator. */
export class Evaluation {
  private readonly plan: EvaluationPlan
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly whole: Projection
  private parts: readonly Projection[] | undefined

  constructor(plan: EvaluationPlan, context: ExecutionContext, memory: QueryMemory) {
    this.plan = plan
    this.context = context
    this.memory = memory
    this.whole = new Projection(plan.whole, plan.computed, context, memory)
  }

  /** One vector per expression, at the positions of the batch's rows; they hold until the next call. */
  evaluate(batch: Batch): Vector[] {
    const { expressions, positions, computed } = this.plan
    const results = computed.length > 0 ? this.compute(batch) : []
    let next = 0
    return expressions.map((expression, i): Vector => {
      if (positions[i] >= 0) return batch.columns[positions[i]]
      if (expression.kind === 'constant') return { layout: 'constant', type: expression.type, value: expression.value }
      return results[next++]
    })
  }

  private compute(batch: Batch): Vector[] {
    const whole = this.whole.evaluate(batch)
    if (whole) return whole
    const { plan, context } = this
    this.parts ??= plan.parts.map((site, i) => new Projection(site, [plan.computed[i]], context, this.memory))
    return plan.computed.map((_, i) => this.parts![i].evaluate(batch)?.[0] ?? plan.reference.values(i, batch, context))
  }
}
