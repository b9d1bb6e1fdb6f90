/** ON DELETE and ON UPDATE: what happens to the rows that refer to a key that goes away. */
import type { ForeignKeyConstraint, RowId, TableDefinition } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { columnDefaults, generatedColumns, tableChecks } from './ddl/table-expressions.ts'
import { lostKeys, readColumns, referringRows, stillReferenced } from './foreign-key-checks.ts'
import { type Reference, rowsRemoved, rowsReplaced } from './foreign-keys.ts'
import type { ExecutionContext } from './operator.ts'
import { RowBuffer, valuesBatch } from './rows.ts'
import { actionTriggers } from './triggers.ts'

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
  if (action === 'cascade' && firstSuccessor === undefined) {
    removeRows(table, found, context)
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

function removeRows(table: TableDefinition, rows: readonly RowId[], context: ExecutionContext): void {
  const data = context.transaction.table(table)
  const triggers = actionTriggers(table, 'delete', context)
  const removed = triggers
    ? rows.filter((row) => {
        const old = table.columns.map((_, column) => data.readValue(row, column))
        if (!triggers.beforeRow(old, undefined)) return false
        triggers.changed(old, undefined)
        return true
      })
    : rows
  if (removed.length === 0) return
  data.remove(context.transaction, removed)
  rowsRemoved(context, table, removed)
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
  const changed = key.columns.filter((column) => !onlySome || onlySome.includes(column))
  const triggers = actionTriggers(table, 'update', context, changed)
  const complete = generatedColumns(table, context)
  const ids: RowId[] = []
  const newRows = new RowBuffer(table.columns.length)
  rows.forEach((row, n) => {
    const old = table.columns.map((_, column) => data.readValue(row, column))
    const proposed = complete(
      old.map((value, column) => (changed.includes(column) ? keys[n][key.columns.indexOf(column)] : value)),
    )
    const left = triggers ? triggers.beforeRow(old, proposed) : proposed
    if (!left) return
    triggers?.changed(old, left)
    ids.push(row)
    newRows.push(left)
  })
  if (ids.length === 0) return
  const { rowColumns, checks } = tableChecks(table, context)
  const batch = valuesBatch(rowColumns, newRows.columns, ids.length)
  checks.verify(batch, context)
  rowsReplaced(context, table, ids, data.replace(transaction, ids, batch), triggers ? undefined : key.columns)
}
