/**
 * Writes single rows of a table: what `append`, `replace` and `remove` do for batches, with all that depends on the table
 * and on the columns that change decided once. It serves as long as the table's definition stays.
 */
import { SqlError } from '../error.ts'
import type { Value } from '../types/value.ts'
import { HashIndex } from './hash-index.ts'
import type { RowId, Transaction } from './interface.ts'
import type { RowGroup } from './row-group.ts'
import { isNullAt } from './segment.ts'
import type { Table } from './table.ts'
import type { TableIndex } from './table-index.ts'
import type { StorageTransaction } from './transaction.ts'

/** An index as one row goes into it. */
interface IndexStep {
  readonly index: TableIndex
  /** Of a plain hash index, which is the whole index. */
  readonly hash: HashIndex | undefined
  readonly check: ((row: RowId, other: RowId) => void) | undefined
}

export class RowWriter {
  private readonly table: Table
  private readonly notNull: readonly number[]
  private readonly changed: readonly number[] | undefined
  private steps: readonly IndexStep[] = []
  /** The store's list of indexes that the steps were made for. */
  private indexes: readonly TableIndex[] | undefined
  private own!: StorageTransaction
  private group!: RowGroup

  /** @param changed the columns of which a replaced row may differ from the old one; absent: the rows are new */
  constructor(table: Table, changed?: readonly number[]) {
    this.table = table
    this.changed = changed
    this.notNull = table.definition.columns.flatMap((column, i) =>
      column.notNull && (changed === undefined || changed.includes(i)) ? [i] : [],
    )
  }

  /** Appends a row: 23502 and 23505 as `append` raises them. */
  insert(transaction: Transaction, values: readonly Value[]): void {
    const own = transaction as StorageTransaction
    own.write(this.table, 'INSERT')
    this.append(own, values, -1)
  }

  /** Ends a row and appends its new version; of columns that keep their value, `values` has undefined. */
  replace(transaction: Transaction, row: RowId, values: readonly (Value | undefined)[]): void {
    const own = transaction as StorageTransaction
    own.write(this.table, 'UPDATE')
    this.end(own, row)
    this.append(own, values, row)
  }

  remove(transaction: Transaction, row: RowId): void {
    const own = transaction as StorageTransaction
    own.write(this.table, 'DELETE')
    this.end(own, row)
  }

  private end(own: StorageTransaction, row: RowId): void {
    const { store } = this.table
    const end = store.group(row).endOf(row & 65535, store.pool.memory)
    if (end === 0) {
      store.end(row, own.stamp())
      own.logEndOne(store, row)
      store.version++
    } else if (!store.stamps.isOwn(end, own.id)) {
      throw new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
    }
  }

  private append(own: StorageTransaction, values: readonly (Value | undefined)[], old: RowId): void {
    const { table, notNull } = this
    const { store } = table
    const group = store.appendRow(own, values, old)
    const row = group.rowCount - 1
    for (let i = 0; i < notNull.length; i++) {
      const segment = group.segments[notNull[i]]
      if (segment.nullCount > 0 && isNullAt(segment, row, store.pool.memory)) {
        throw table.nullError(group, row, notNull[i])
      }
    }
    if (this.indexes !== store.indexes) this.planSteps()
    this.own = own
    this.group = group
    const { steps } = this
    for (let i = 0; i < steps.length; i++) {
      const { index, hash, check } = steps[i]
      if (hash === undefined) index.insertRows(group, row, 1, check)
      else {
        const other = hash.insertRow(group, row)
        if (other !== -1 && check !== undefined) check(group.firstRow + row, other)
      }
    }
    store.sealFullTail()
  }

  private planSteps(): void {
    const { table, changed } = this
    this.indexes = table.store.indexes
    this.steps = this.indexes.map((index) => {
      const hash = index.hash instanceof HashIndex && index.ordered === undefined ? index.hash : undefined
      if (!table.enforces(index)) return { index, hash, check: undefined }
      // The old version's key was its own, and the new version has the same.
      const isKept =
        hash !== undefined &&
        changed !== undefined &&
        !table.isDeferrable(index) &&
        !index.columns.some((column) => changed.includes(column))
      if (isKept) return { index, hash, check: undefined }
      const isUpdate = changed !== undefined
      const check = (row: RowId, other: RowId): void =>
        table.checkKey(this.own, index, this.group, row, other, isUpdate)
      return { index, hash, check }
    })
  }
}
