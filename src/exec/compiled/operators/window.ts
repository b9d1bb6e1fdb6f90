/** Window functions, with kernels. */
import { evaluateConstant } from '../../../planner/evaluate.ts'
import type { OutputColumn } from '../../../planner/expression.ts'
import type { PhysicalWindow } from '../../../planner/physical-plan.ts'
import type { WindowBound } from '../../../planner/plan.ts'
import type { Value } from '../../../types/value.ts'
import { selectedCount } from '../../../types/vector.ts'
import type { Operator } from '../../operator.ts'
import { checkOffsets } from '../../window-frame.ts'
import { ColumnStore } from '../column-store.ts'
import { Evaluation, EvaluationPlan } from '../evaluation.ts'
import { isKeyType } from '../group-keys.ts'
import { isSelfContained } from '../interpretation.ts'
import { canLead, LeadingRows } from '../leading-rows.ts'
import { QueryMemory } from '../memory.ts'
import { isMeasured } from '../window-bounds.ts'
import { isKnownCall, rowExpressions, WindowCalls } from '../window-calls.ts'
import { WindowPlaces } from '../window-places.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/**
 * Adds a column per window function: rows are kept, put in order once, and every call is evaluated over all places of the
 * order at a time. Rows come out partition by partition, in the window's order.
 */
export function compiledWindow(plan: PhysicalWindow, input: Operator, fallback: Operator): Operator | undefined {
  const { calls, partitionBy, orderBy, first } = plan
  const keys = [...partitionBy, ...orderBy.map((key) => key.expression)]
  if (!keys.every((key) => isKeyType(key) && isSelfContained(key))) return undefined
  if (!calls.every((call) => isKnownCall(call, plan.frame))) return undefined
  const isMoved = plan.frame.start.shift !== undefined || plan.frame.end.shift !== undefined
  if (isMoved && !isMeasured(orderBy[0].expression.type)) return undefined
  const expressions = [...keys, ...calls.flatMap(rowExpressions)]
  const evaluations = new EvaluationPlan(input.columns, expressions)
  const keptColumns = expressions.map(({ type }, i): OutputColumn => ({ id: -1 - i, name: `expression ${i}`, type }))
  return compiledOperator(plan, [input], fallback, {
    reason: () => evaluations.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'window')
      try {
        const { needed } = request
        const used = needed && new Set([...needed, ...columnsOf(expressions)])
        const evaluation = new Evaluation(evaluations, context, memory)
        const rows = new ColumnStore(input.columns, memory, needed)
        const kept = new ColumnStore(keptColumns, memory)
        const leaders = canLead(first, orderBy)
          ? new LeadingRows(first, orderBy[0], keptColumns.slice(0, partitionBy.length), memory)
          : undefined
        let rowCount = 0
        for (const batch of input.open(context, { needed: used, wide: true })) {
          context.checkInterrupt()
          if (selectedCount(batch) === 0) continue
          const columns = evaluation.evaluate(batch)
          const leading =
            leaders?.select(batch, columns.slice(0, partitionBy.length), columns[partitionBy.length]) ?? batch
          rowCount += selectedCount(leading)
          rows.append(leading)
          kept.append({ ...leading, columns })
        }
        if (rowCount === 0) {
          const { start, end } = plan.frame
          const valueOf = ({ offset }: WindowBound): Value =>
            offset ? evaluateConstant(offset, context.functions, context.parameters) : null
          checkOffsets(plan.frame, { start: valueOf(start), end: valueOf(end) })
          return
        }
        const places = new WindowPlaces(plan, kept.columns, rowCount, context, memory)
        context.checkInterrupt()
        const windowCalls = new WindowCalls(places, kept, context, memory)
        let position = keys.length
        const results = calls.map((call) => {
          const first = position
          position += rowExpressions(call).length
          return windowCalls.evaluate(call, first)
        })
        const output = new ColumnStore(input.columns, memory, needed)
        const { batchSize } = context
        for (let start = 0; start < rowCount; start += batchSize) {
          context.checkInterrupt()
          const count = Math.min(batchSize, rowCount - start)
          for (const [i, column] of rows.columns.entries()) {
            output.columns[i].appendTaken(column, 0, places.rows + start * 4, count, false)
          }
          output.rowCount = count
          const computed = results.map((result) => result(start, count))
          yield { rowCount: count, columns: [...output.view(0, count).columns, ...computed], selection: null }
          output.clear()
        }
      } finally {
        memory.release()
      }
    },
  })
}
