/** UPDATE. */
import type { PhysicalUpdate } from '../planner/physical-plan.ts'
import type { RowId } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { rowsReplaced } from './foreign-keys.ts'
import { BatchFrame } from './frame.ts'
import type { Operator } from './operator.ts'
import { Projection } from './project.ts'
import { bufferBatches, RowBuffer, valuesBatch } from './rows.ts'
import { TableChecks } from './table-checks.ts'
import { fireAfterwards, triggersOf } from './triggers.ts'

/**
 * Writes new versions of the rows that the input names, all at once at the end, so that unique keys may change places. A
 * row that several rows of FROM match is changed once, by the first of them.
 */
export function update(plan: PhysicalUpdate, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const values = frame.compileAll(plan.values)
  const rowId = input.columns.findIndex((column) => column.id === plan.rowId)
  const checks = new TableChecks(plan.table, plan.rowColumns, plan.checks, builder)
  /** What RETURNING sees: the new row, then the input's columns. */
  const seen = [...plan.rowColumns, ...input.columns]
  const returning = plan.returning && new Projection(seen, plan.returning, builder)
  const width = plan.table.columns.length

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { transaction } = context
      const { memory } = context.pool
      const table = transaction.table(plan.table)
      const triggers = triggersOf(plan.table, 'update', context, plan.changed)
      triggers?.beforeStatement()
      const ids: RowId[] = []
      const known = new Set<RowId>()
      const newRows = new RowBuffer(width)
      const sources = new RowBuffer(returning ? input.columns.length : 0)
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        const readId = vectorReader(batch.columns[rowId], memory)
        const readers = returning ? batch.columns.map((vector) => vectorReader(vector, memory)) : []
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const row = selectedRow(batch, n, memory)
          const id = Number(readId(row))
          if (known.has(id) || table.isEnded(transaction, id)) continue
          known.add(id)
          if (triggers) {
            const old = plan.table.columns.map((_, column) => table.readValue(id, column))
            const proposed = values.map((value) => value(row))
            const left = triggers.beforeRow(old, proposed)
            if (!left) continue
            triggers.changed(old, left)
            for (let column = 0; column < width; column++) newRows.columns[column].push(left[column])
            frame.bind(batch, context)
          } else for (let column = 0; column < width; column++) newRows.columns[column].push(values[column](row))
          ids.push(id)
          for (let column = 0; column < readers.length; column++) sources.columns[column].push(readers[column](row))
        }
      }
      newRows.rowCount = ids.length
      fireAfterwards([triggers], context)
      if (ids.length === 0) return
      const batch = valuesBatch(plan.rowColumns, newRows.columns, ids.length)
      checks.verify(batch, context)
      const first = table.replace(transaction, ids, batch)
      checks.verifyViews(batch, context)
      rowsReplaced(context, plan.table, ids, first, triggers ? undefined : plan.changed)
      context.rowsMoved?.(plan.table, ids, first)
      context.changedRows += ids.length
      if (returning) {
        const columns: Value[][] = [...newRows.columns, ...sources.columns]
        for (const result of bufferBatches(seen, columns, ids.length, context)) yield returning.apply(result, context)
      }
    },
  }
}
