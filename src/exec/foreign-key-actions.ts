/** ON DELETE and ON UPDATE: what happens to the rows that refer to a key that goes away. */
import type { ForeignKeyConstraint, RowId, TableDefinition } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { columnDefaults, tableChecks } from './ddl/table-expressions.ts'
import { lostKeys, readColumns, referringRows, stillReferenced } from './foreign-key-checks.ts'
import { type Reference, rowsRemoved, rowsReplaced } from './foreign-keys.ts'
import type { ExecutionContext } from './operator.ts'
import { valuesBatch } from './rows.ts'
import { refuseTriggers } from './triggers.ts'

/** Acts on the rows of `reference.table` that refer to keys which `rows` had. Replaced rows have `firstSuccessor` on. */
export function applyAction(
  action: Exclude<ForeignKeyConstraint['onDelete'], 'no action'>,
  reference: Reference,
  parent: TableDefinition,
  rows: readonly RowId[],
  firstSuccessor: RowId | undefined,
  context: ExecutionContext,
): void {
  const lost = lostKeys(reference, parent, rows, firstSuccessor, context)
  if (lost.length === 0) return
  const referring = referringRows(reference, parent, lost, context)
  if (action === 'restrict') {
    const position = referring.findIndex((found) => found.length > 0)
    if (position !== -1) throw stillReferenced(reference, parent, lost[position].values, context)
    return
  }
  const { table, key } = reference
  const found = referring.flat()
  if (found.length === 0) return
  refuseTriggers(
    table,
    action === 'cascade' && firstSuccessor === undefined ? 'delete' : 'update',
    'an action of a foreign key on',
  )
  if (action === 'cascade' && firstSuccessor === undefined) {
    context.transaction.table(table).remove(context.transaction, found)
    rowsRemoved(context, table, found)
    return
  }
  const parentData = context.transaction.table(parent)
  const newKeys = lost.flatMap(({ position }, n) => {
    const values = newKey(
      action,
      reference,
      () => readColumns(parentData, firstSuccessor! + position, key.referencedColumns),
      context,
    )
    return referring[n].map(() => values)
  })
  const onlySome = action !== 'cascade' && firstSuccessor === undefined ? key.onDeleteColumns : undefined
  replaceKeys(table, key, found, newKeys, onlySome, context)
}

function newKey(
  action: 'cascade' | 'set null' | 'set default',
  { table, key }: Reference,
  successor: () => Value[],
  context: ExecutionContext,
): readonly Value[] {
  switch (action) {
    case 'cascade':
      return successor()
    case 'set null':
      return key.columns.map(() => null)
    case 'set default':
      return columnDefaults(table, key.columns, context)
  }
}

/** Gives rows other values in the columns of their foreign key. */
function replaceKeys(
  table: TableDefinition,
  key: ForeignKeyConstraint,
  rows: readonly RowId[],
  keys: readonly (readonly Value[])[],
  onlySome: readonly number[] | undefined,
  context: ExecutionContext,
): void {
  const { transaction } = context
  const data = transaction.table(table)
  const columns = table.columns.map((_, column) => {
    const own = onlySome && !onlySome.includes(column) ? -1 : key.columns.indexOf(column)
    return rows.map((row, n) => (own === -1 ? data.readValue(row, column) : keys[n][own]))
  })
  const { rowColumns, checks } = tableChecks(table, context)
  const batch = valuesBatch(rowColumns, columns, rows.length)
  checks.verify(batch, context)
  rowsReplaced(context, table, rows, data.replace(transaction, rows, batch), key.columns)
}
