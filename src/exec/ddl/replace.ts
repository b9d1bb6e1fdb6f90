/** Giving a table another definition. */
import type { TableDefinition } from '../../storage/interface.ts'
import type { Value } from '../../types/value.ts'
import { type Batch, selectedCount } from '../../types/vector.ts'
import { appendValues } from '../rows.ts'
import type { DefinitionContext } from './definition.ts'

/** Replaces a definition whose columns stay what they are. */
export function replaceDefinition(old: TableDefinition, definition: TableDefinition, context: DefinitionContext): void {
  const columnMap = definition.columns.map((_, number) => number)
  context.transaction.replaceTable(
    old,
    definition,
    columnMap,
    definition.columns.map(() => null),
  )
}

/** Replaces a definition and writes all rows anew: `convert` makes a batch of the new rows from one of the old. */
export function rewriteTable(
  old: TableDefinition,
  definition: TableDefinition,
  convert: (batch: Batch) => Batch,
  context: DefinitionContext,
): void {
  const { transaction, execution } = context
  const rows = materialiseTable(old, context)
  transaction.table(old).truncate(transaction)
  const emptied = context.catalog.findRelation(old.name, old.schema) as TableDefinition
  const columnMap = definition.columns.map((column) => old.columns.indexOf(column))
  transaction.replaceTable(
    emptied,
    definition,
    columnMap,
    definition.columns.map(() => null),
  )
  const current = context.catalog.findRelation(definition.name, definition.schema) as TableDefinition
  const table = transaction.table(current)
  for (const batch of rows) {
    execution.checkInterrupt()
    table.append(transaction, convert(batch))
  }
  transaction.beginStatement()
}

/** All rows of a table, kept apart from it. */
export function materialiseTable(table: TableDefinition, context: DefinitionContext): Batch[] {
  const { transaction, execution } = context
  const { memory } = execution.pool
  const columns = table.columns.map((_, number) => number)
  const kept: Batch[] = []
  for (const batch of transaction.table(table).scan(transaction, { columns, batchSize: execution.batchSize })) {
    execution.checkInterrupt()
    kept.push(keptBatch(batch, memory))
  }
  return kept
}

/** A copy of the batch's selected rows. */
function keptBatch(batch: Batch, memory: Parameters<typeof appendValues>[3]): Batch {
  const columns = batch.columns.map((vector) => {
    const values: Value[] = []
    appendValues(values, vector, batch, memory)
    return { layout: 'values' as const, type: vector.type, values }
  })
  return { rowCount: selectedCount(batch), columns, selection: null }
}
