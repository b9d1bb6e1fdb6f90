/** Select lists: columns computed, and columns passed on. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../planner/expression.ts'
import type { PhysicalProject } from '../planner/physical-plan.ts'
import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow, type Vector } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { appendValues } from './rows.ts'
import { isVolatile } from './volatility.ts'

/** Computes columns; those that only pass are not copied. */
export function project(plan: PhysicalProject, input: Operator, builder: Builder): Operator {
  const projection = new Projection(input.columns, plan.expressions, builder)
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        yield projection.apply(batch, context)
      }
    },
  }
}

/** Expressions over the columns of batches. */
export class Projection {
  private readonly frame: BatchFrame
  private readonly types: readonly DataType[]
  /** Per expression: the position of the input column that passes, or what computes it. */
  private readonly outputs: readonly (number | Evaluator)[]
  private readonly computes: boolean
  /** The rows are evaluated one after the other, not the columns: nextval in one column, currval in another. */
  private readonly rowByRow: boolean

  constructor(input: readonly OutputColumn[], expressions: readonly Expression[], builder: Pick<Builder, 'subquery'>) {
    const frame = new BatchFrame(input, builder.subquery)
    const positions = new Map(input.map((column, index) => [column.id, index]))
    this.frame = frame
    this.types = expressions.map((expression) => expression.type)
    this.outputs = expressions.map((expression) => {
      const passing = expression.kind === 'column' ? positions.get(expression.id) : undefined
      return passing ?? frame.compileForBatch(expression)
    })
    this.computes = this.outputs.some((output) => typeof output !== 'number')
    this.rowByRow = expressions.length > 1 && expressions.some(isVolatile)
  }

  /** A batch with the expressions' values for the batch's rows. */
  apply(batch: Batch, context: ExecutionContext): Batch {
    const { memory } = context.pool
    this.frame.bind(batch, context)
    const count = selectedCount(batch)
    const compact = this.computes && batch.selection !== null && count * 2 < batch.rowCount
    const computed = this.rowByRow
      ? computeRows(this.outputs, batch, compact, memory)
      : this.outputs.map((output) =>
          typeof output === 'number' ? undefined : computeColumn(output, batch, compact, memory),
        )
    const columns = this.outputs.map((output, index): Vector => {
      if (typeof output !== 'number') return { layout: 'values', type: this.types[index], values: computed[index]! }
      return compact ? compacted(batch.columns[output], batch, memory) : batch.columns[output]
    })
    if (compact) return { rowCount: count, columns, selection: null }
    return { rowCount: batch.rowCount, columns, selection: batch.selection }
  }
}

/** The column's selected values, without the rows between them. */
function compacted(vector: Vector, batch: Batch, memory: LinearMemory): Vector {
  if (vector.layout === 'constant') return vector
  const values: Value[] = []
  appendValues(values, vector, batch, memory)
  return { layout: 'values', type: vector.type, values }
}

function computeColumn(evaluator: Evaluator, batch: Batch, compact: boolean, memory: LinearMemory): Value[] {
  const { selection, rowCount } = batch
  const values = new Array<Value>(compact ? selectedCount(batch) : rowCount)
  if (selection === null) {
    for (let row = 0; row < rowCount; row++) values[row] = evaluator(row)
    return values
  }
  const first = selection.pointer >>> 1
  if (!compact) values.fill(null)
  for (let n = 0; n < selection.count; n++) {
    const row = memory.u16[first + n]
    values[compact ? n : row] = evaluator(row)
  }
  return values
}

/** As computeColumn for all columns at once, each row in all of them before the next. */
function computeRows(
  outputs: readonly (number | Evaluator)[],
  batch: Batch,
  compact: boolean,
  memory: LinearMemory,
): (Value[] | undefined)[] {
  const count = selectedCount(batch)
  const columns = outputs.map((output) =>
    typeof output === 'number' ? undefined : new Array<Value>(compact ? count : batch.rowCount).fill(null),
  )
  for (let n = 0; n < count; n++) {
    const row = selectedRow(batch, n, memory)
    for (let index = 0; index < outputs.length; index++) {
      const output = outputs[index]
      if (typeof output !== 'number') columns[index]![compact ? n : row] = output(row)
    }
  }
  return columns
}
