import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalProject } from '../planner/physical-plan.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, type Vector } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { Operator } from './operator.ts'
import { appendValues } from './rows.ts'

/** Computes columns; those that only pass are not copied. */
export function project(plan: PhysicalProject, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const positions = new Map(input.columns.map((column, index) => [column.id, index]))
  /** Per output column: the position of the input column that passes, or what computes it. */
  const outputs = plan.expressions.map((expression): number | Evaluator => {
    const passing = expression.kind === 'column' ? positions.get(expression.id) : undefined
    return passing ?? frame.compile(expression)
  })
  const computes = outputs.some((output) => typeof output !== 'number')

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        const count = selectedCount(batch)
        const compact = computes && batch.selection !== null && count * 2 < batch.rowCount
        const columns = outputs.map((output, index): Vector => {
          if (typeof output === 'number') {
            return compact ? compacted(batch.columns[output], batch, memory) : batch.columns[output]
          }
          const { type } = plan.columns[index]
          return { layout: 'values', type, values: computeColumn(output, batch, compact, memory) }
        })
        if (compact) yield { rowCount: count, columns, selection: null }
        else yield { rowCount: batch.rowCount, columns, selection: batch.selection }
      }
    },
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
  const first = selection.pointer >> 1
  if (!compact) values.fill(null)
  for (let n = 0; n < selection.count; n++) {
    const row = memory.u16[first + n]
    values[compact ? n : row] = evaluator(row)
  }
  return values
}
