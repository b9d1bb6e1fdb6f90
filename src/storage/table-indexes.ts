/** The indexes of a table whose definition changes over the same rows. */
import type { IndexDefinition, TableDefinition } from './interface.ts'
import { Table } from './table.ts'
import { TableIndex } from './table-index.ts'
import type { TableStore } from './table-store.ts'
import type { StorageTransaction } from './transaction.ts'

interface Reindexed {
  readonly table: Table
  readonly built: readonly TableIndex[]
  readonly gone: readonly TableIndex[]
}

/** A table of another definition over the same rows: indexes that are new are built, those that are gone still stand. */
export function withIndexesOf(definition: TableDefinition, table: Table, own: StorageTransaction): Reindexed {
  const { store } = table
  const indexes = new Map<string, TableIndex>()
  const built: TableIndex[] = []
  const build = (index: IndexDefinition): TableIndex => {
    const keys = own.storage.keysOf(definition, index)
    const made = new TableIndex(store.pool, store.reclaimer, definition.name, index, store.columns, store.slots, keys)
    built.push(made)
    const names = new Table(definition, store, new Map([[index.name, made]]))
    store.buildIndex(made, index.unique ? (row, other) => names.assertDistinct(own, made, row, other) : undefined)
    return made
  }
  try {
    for (const index of definition.indexes) {
      const same = [...table.indexes.values()].find((other) => isSameIndex(other.definition, index))
      indexes.set(index.name, same ?? build(index))
    }
  } catch (error) {
    withdraw(built, store)
    throw error
  }
  store.indexes = [...store.indexes, ...built]
  const kept = new Set(indexes.values())
  const gone = [...table.indexes.values()].filter((index) => !kept.has(index))
  return { table: new Table(definition, store, indexes), built, gone }
}

/** Takes indexes from a table's rows. */
export function withdraw(indexes: readonly TableIndex[], store: TableStore): void {
  store.indexes = store.indexes.filter((index) => !indexes.includes(index))
  for (const index of indexes) index.release()
}

/** A definition with an index for every key constraint that has none. */
export function withKeyIndexes(definition: TableDefinition): TableDefinition {
  const missing: IndexDefinition[] = []
  for (const constraint of definition.constraints) {
    if (constraint.kind !== 'primary-key' && constraint.kind !== 'unique') continue
    if (definition.indexes.some((index) => index.constraint === constraint.name || index.name === constraint.name))
      continue
    missing.push({
      name: constraint.name,
      table: definition.name,
      unique: true,
      primary: constraint.kind === 'primary-key',
      method: 'hash',
      columns: constraint.columns,
      include: [],
      nullsNotDistinct: constraint.nullsNotDistinct,
      constraint: constraint.name,
    })
  }
  return missing.length === 0 ? definition : { ...definition, indexes: [...definition.indexes, ...missing] }
}

/** Whether an index over the same rows will do for another definition. */
function isSameIndex(left: IndexDefinition, right: IndexDefinition): boolean {
  return (
    left.method === right.method &&
    left.unique === right.unique &&
    left.nullsNotDistinct === right.nullsNotDistinct &&
    left.constraint === right.constraint &&
    left.name === right.name &&
    left.where === right.where &&
    left.expressions === right.expressions &&
    left.columns.length === right.columns.length &&
    left.columns.every((column, i) => column === right.columns[i])
  )
}
