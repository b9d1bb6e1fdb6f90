/** Changes of views by their INSTEAD OF triggers: a trigger is told what should become of each row, and does it. */
import type { PhysicalDelete, PhysicalInsert, PhysicalUpdate } from '../planner/physical-plan.ts'
import type { InsteadOf } from '../planner/plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { Projection } from './project.ts'
import { bufferBatches, RowBuffer, valuesBatch } from './rows.ts'
import { TableChecks } from './table-checks.ts'
import type { Row } from './trigger-call.ts'
import { fireAfterwards, type StatementTriggers, triggersOf } from './triggers.ts'

type Change = (PhysicalInsert | PhysicalUpdate | PhysicalDelete) & { readonly instead: InsteadOf }

export function insteadOf(plan: Change, input: Operator, builder: Builder): Operator {
  const olds = new Projection(input.columns, plan.instead.old, builder)
  const news = plan.kind === 'delete' ? undefined : new Projection(input.columns, plan.values, builder)
  const checks = plan.kind === 'delete' ? undefined : new TableChecks(plan.table, plan.rowColumns, plan.checks, builder)
  /** What RETURNING sees: the new row, but of a deletion, then the input's columns. */
  const seen = [...(plan.kind === 'delete' ? [] : plan.rowColumns), ...(plan.kind === 'insert' ? [] : input.columns)]
  const returning = plan.returning && new Projection(seen, plan.returning, builder)
  const changed = plan.kind === 'update' ? plan.changed : undefined

  function change(batch: Batch, triggers: StatementTriggers, results: RowBuffer, context: ExecutionContext): void {
    const oldRows = plan.kind === 'insert' ? undefined : rowsOf(olds.apply(batch, context), context)
    const newRows = news && rowsOf(news.apply(batch, context), context)
    const sources = returning && plan.kind !== 'insert' ? rowsOf(batch, context) : undefined
    for (let n = 0; n < selectedCount(batch); n++) {
      const row = triggers.insteadOf(oldRows?.[n], newRows?.[n])
      if (!row) continue
      context.changedRows++
      if (checks && plan.kind !== 'delete' && plan.checks.length > 0) {
        const proposed = valuesBatch(
          plan.rowColumns,
          row.map((value) => [value]),
          1,
        )
        checks.verify(proposed, context)
        checks.verifyViews(proposed, context)
      }
      if (returning) results.push([...(newRows ? row : []), ...(sources?.[n] ?? [])])
    }
  }

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const triggers = triggersOf(plan.instead.view, plan.kind, context, changed)
      if (!triggers) return
      const results = new RowBuffer(seen.length)
      triggers.beforeStatement()
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        change(batch, triggers, results, context)
      }
      fireAfterwards([triggers], context)
      if (!returning) return
      for (const batch of bufferBatches(seen, results.columns, results.rowCount, context)) {
        yield returning.apply(batch, context)
      }
    },
  }
}

function rowsOf(batch: Batch, context: ExecutionContext): Row[] {
  const { memory } = context.pool
  const readers = batch.columns.map((vector) => vectorReader(vector, memory))
  return Array.from({ length: selectedCount(batch) }, (_, n): Value[] => {
    const row = selectedRow(batch, n, memory)
    return readers.map((read) => read(row))
  })
}
