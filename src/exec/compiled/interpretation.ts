/** The reference evaluator at the service of compiled operators: for batches and expressions that kernels leave to it. */
import { AssertionError } from '../../error.ts'
import type { Evaluator } from '../../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import { someExpression } from '../../planner/tree.ts'
import type { Value } from '../../types/value.ts'
import { type Batch, selectedCount, selectedRow, type ValuesVector } from '../../types/vector.ts'
import { BatchFrame } from '../frame.ts'
import type { ExecutionContext } from '../operator.ts'

/** Whether compiled operators can take an expression on at all: subqueries need the builder of plans. */
export function isSelfContained(expression: Expression): boolean {
  return !someExpression(expression, (part) => part.kind === 'subquery')
}

function noSubquery(): never {
  throw new AssertionError('a subquery in a compiled operator')
}

/** Whether an expression is the same for all rows without looking at one. */
export function isFixed(expression: Expression): boolean {
  return (
    expression.kind === 'constant' ||
    expression.kind === 'parameter' ||
    (expression.kind === 'cast' && isFixed(expression.input))
  )
}

/** Expressions over the columns of an input, evaluated row by row. */
export class Interpretation {
  private readonly frame: BatchFrame
  private readonly expressions: readonly Expression[]
  private readonly evaluators: readonly Evaluator[]

  /** Conditions are asked for in turn, each of the rows that pass those before it; values are asked for every row. */
  constructor(columns: readonly OutputColumn[], expressions: readonly Expression[], purpose: 'values' | 'conditions') {
    this.frame = new BatchFrame(columns, noSubquery)
    this.expressions = expressions
    this.evaluators = expressions.map((expression, index) =>
      purpose === 'values' || index === 0 ? this.frame.compileForBatch(expression) : this.frame.compile(expression),
    )
  }

  /** The values of expression `index` at the rows that take part. */
  values(index: number, batch: Batch, context: ExecutionContext): ValuesVector {
    this.frame.bind(batch, context)
    const evaluate = this.evaluators[index]
    const { memory } = context.pool
    const values = new Array<Value>(batch.rowCount).fill(null)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      values[row] = evaluate(row)
    }
    return { layout: 'values', type: this.expressions[index].type, values }
  }

  /** Writes the rows for which all expressions are true to `target` (u16) and returns how many there are. */
  select(batch: Batch, context: ExecutionContext, target: number): number {
    this.frame.bind(batch, context)
    const { memory } = context.pool
    const count = selectedCount(batch)
    let found = 0
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      if (this.evaluators.every((evaluate) => evaluate(row) === true)) memory.u16[(target >>> 1) + found++] = row
    }
    return found
  }
}
