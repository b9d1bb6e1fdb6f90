/**
 * Rows in bulk. An appender fills a row group of its own, column by column, and hands it to the table whole; only the
 * first rows, which top up the table's open group, and the last are copied. Nobody sees the rows before the statement
 * that appends them is over.
 */
import type { RowTarget } from '../types/column-builder.ts'
import { groupRows, type SegmentBuilder } from './column-builder.ts'
import { createBuilder } from './create-builder.ts'
import type { RowGroup } from './row-group.ts'
import { segmentVector } from './segment-value.ts'
import type { Table } from './table.ts'
import type { StorageTransaction } from './transaction.ts'

const heavyHeap = 64 * 1024 * 1024
const rowsBetweenWeighings = 256

export class Appender implements RowTarget {
  readonly columns: readonly SegmentBuilder[]
  private readonly transaction: StorageTransaction
  private readonly table: Table
  private rows = 0
  private total = 0
  private limit: number
  private isOpen = true

  constructor(transaction: StorageTransaction, table: Table) {
    this.transaction = transaction
    this.table = table
    this.columns = table.store.columns.map(createBuilder)
    this.limit = this.roomInTail()
  }

  /** Told beforehand how many rows come, unique indexes grow once. */
  expect(rows: number): void {
    for (const index of this.table.store.indexes) if (index.definition.unique) index.hash?.reserve(rows)
  }

  get room(): number {
    return this.limit - this.rows
  }

  endRow(): void {
    this.endRows(1)
  }

  endRows(count: number): void {
    const before = this.rows
    this.rows += count
    if (this.rows >= this.limit) this.flush()
    else if (before % rowsBetweenWeighings > this.rows % rowsBetweenWeighings || count >= rowsBetweenWeighings) {
      if (this.columns.some((column) => column.heapLength > heavyHeap)) this.flush()
    }
  }

  finish(): number {
    if (!this.isOpen) return this.total
    if (this.rows > 0) this.flush()
    this.abandon()
    return this.total
  }

  abandon(): void {
    if (!this.isOpen) return
    this.isOpen = false
    const { reclaimer } = this.table.store
    for (const { segment } of this.columns) segment.release(reclaimer)
  }

  /** Rows until the table's open group is full; those of a whole group when it is empty. */
  private roomInTail(): number {
    const { tail } = this.table.store
    return groupRows - (tail?.rowCount ?? 0)
  }

  private flush(): void {
    const { store } = this.table
    const { rows } = this
    this.rows = 0
    this.total += rows
    const check = (group: RowGroup, from: number, count: number): void =>
      this.table.checkRows(this.transaction, group, from, count, false)
    if (store.tail === undefined || store.tail.rowCount === 0) {
      const own = this.columns.map((builder) => builder.detach())
      store.attach(this.transaction, own, rows, check)
      if (rows < groupRows && own.some((builder) => builder.heapLength > heavyHeap)) store.sealTail()
    } else {
      this.copy(rows, check)
      for (const builder of this.columns) builder.truncate(0)
    }
    this.limit = this.roomInTail()
  }

  private copy(rows: number, check: (group: RowGroup, from: number, count: number) => void): void {
    const { store } = this.table
    const { pool, columns } = store
    const refs = this.columns.map(({ segment }) =>
      segment.encoding === 'heap' ? pool.allocate(rows * 8, store.owner) : 0,
    )
    try {
      const vectors = this.columns.map(({ segment }, i) =>
        segmentVector(segment, columns[i].type, columns[i].scale, 0, rows, refs[i], pool.memory),
      )
      store.append(this.transaction, vectors, 0, rows, check)
    } finally {
      for (const pointer of refs) pool.free(pointer)
    }
  }
}
