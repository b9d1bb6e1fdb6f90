/** DELETE. */
import type { PhysicalDelete } from '../planner/physical-plan.ts'
import type { RowId } from '../storage/interface.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { rowsRemoved } from './foreign-keys.ts'
import type { Operator } from './operator.ts'
import { Projection } from './project.ts'
import { bufferBatches, RowBuffer } from './rows.ts'
import { fireAfterwards, triggersOf } from './triggers.ts'

/** Ends the rows that the input names, each once. */
export function deleteRows(plan: PhysicalDelete, input: Operator, builder: Builder): Operator {
  const rowId = input.columns.findIndex((column) => column.id === plan.rowId)
  const returning = plan.returning && new Projection(input.columns, plan.returning, builder)
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { transaction } = context
      const { memory } = context.pool
      const table = transaction.table(plan.table)
      const triggers = triggersOf(plan.table, 'delete', context)
      triggers?.beforeStatement()
      const ids: RowId[] = []
      const known = new Set<RowId>()
      const sources = new RowBuffer(returning ? input.columns.length : 0)
      for (const batch of input.open(context)) {
        context.checkInterrupt()
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
            if (!triggers.beforeRow(old, undefined)) continue
            triggers.changed(old, undefined)
          }
          ids.push(id)
          for (let column = 0; column < readers.length; column++) sources.columns[column].push(readers[column](row))
        }
      }
      if (ids.length > 0) {
        context.changedRows += table.remove(transaction, ids)
        rowsRemoved(context, plan.table, ids)
      }
      fireAfterwards([triggers], context)
      if (returning) {
        for (const batch of bufferBatches(input.columns, sources.columns, ids.length, context)) {
          yield returning.apply(batch, context)
        }
      }
    },
  }
}
