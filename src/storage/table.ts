/** A table as statements use it: a definition over a store of rows. */
import { assert, SqlError } from '../error.ts'
import { defaultSettings } from '../settings.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount } from '../types/vector.ts'
import type { RangeBound } from './btree-index.ts'
import type {
  IndexDefinition,
  RowId,
  ScanOptions,
  TableData,
  TableDefinition,
  TableStatistics,
  Transaction,
} from './interface.ts'
import type { RowGroup } from './row-group.ts'
import { scanStore } from './scan.ts'
import { isNullAt } from './segment.ts'
import { readDouble, readSegmentValue, readSmallInteger } from './segment-value.ts'
import { type SharedScan, shareScan } from './shared-scan.ts'
import { StoreStatistics } from './statistics.ts'
import type { TableIndex } from './table-index.ts'
import type { RowCheck, TableStore } from './table-store.ts'
import type { StorageTransaction } from './transaction.ts'

/** Finds the visible row of a key in a unique index without allocating; -1 when there is none. */
export interface PointLookup {
  /** For indexes on one column stored as integers; the key is the stored integer. */
  integer(transaction: Transaction, key: number): RowId
  /** For indexes on one column of any type; the key is not null. */
  value(transaction: Transaction, key: Value): RowId
  /** For indexes on several columns, none of them null. */
  values(transaction: Transaction, key: readonly Value[]): RowId
}

export class Table implements TableData {
  readonly definition: TableDefinition
  readonly store: TableStore
  readonly indexes: ReadonlyMap<string, TableIndex>
  readonly statistics: TableStatistics
  private readonly notNull: readonly number[]
  /** Keys that are checked when the statement or the transaction ends. */
  private readonly deferred: ReadonlyMap<TableIndex, 'statement' | 'transaction'>

  private readonly isDead: (row: RowId) => boolean

  constructor(definition: TableDefinition, store: TableStore, indexes: ReadonlyMap<string, TableIndex>) {
    this.definition = definition
    this.store = store
    this.indexes = indexes
    this.statistics = new StoreStatistics(store, definition)
    this.notNull = definition.columns.flatMap((column, i) => (column.notNull ? [i] : []))
    this.isDead = (row) => store.isDead(row)
    this.deferred = deferredIndexes(definition, indexes)
  }

  scan(transaction: Transaction, options: ScanOptions): Iterable<Batch> {
    const own = transaction as StorageTransaction
    return scanStore(this.store, options, { ...own.snapshot }, own.storage.activeSnapshots)
  }

  share(transaction: Transaction, options: ScanOptions): SharedScan {
    const own = transaction as StorageTransaction
    return shareScan(this.store, options, { ...own.snapshot }, own.storage.activeSnapshots)
  }

  countRows(transaction: Transaction): number {
    const { snapshot } = transaction as StorageTransaction
    const { groups, stamps, pool } = this.store
    let count = 0
    for (const group of groups) count += group.countVisible(snapshot, stamps, pool.memory)
    return count
  }

  /** Calls `visit` for each row that the transaction sees, in the order of a scan, until it returns true. */
  visit(transaction: Transaction, visit: (row: RowId) => boolean): void {
    const { snapshot } = transaction as StorageTransaction
    const { groups, stamps, pool } = this.store
    for (const group of groups) {
      for (let row = 0; row < group.rowCount; row++) {
        if (group.isVisible(row, snapshot, stamps, pool.memory) && visit(group.firstRow + row)) return
      }
    }
  }

  readValue(row: RowId, column: number): Value {
    const { store } = this
    const segment = store.group(row).segments[column]
    return readSegmentValue(segment, row & 65535, store.columns[column].type, store.pool.memory)
  }

  /** Reads one column of any row; made once for many rows. */
  columnReader(column: number): (row: RowId) => Value {
    const { store } = this
    const { type } = store.columns[column]
    const { memory } = store.pool
    const { slots } = store
    switch (type.kind) {
      case 'smallint':
      case 'integer':
        return (row) => readSmallInteger(slots[row >>> 16]!.segments[column], row & 65535, memory)
      case 'double':
        return (row) => readDouble(slots[row >>> 16]!.segments[column], row & 65535, memory)
      default:
        return (row) => readSegmentValue(slots[row >>> 16]!.segments[column], row & 65535, type, memory)
    }
  }

  isVisible(transaction: Transaction, row: RowId): boolean {
    const group = this.store.slots[row >>> 16]
    if (group === undefined || (row & 65535) >= group.rowCount) return false
    return group.isVisible(
      row & 65535,
      (transaction as StorageTransaction).snapshot,
      this.store.stamps,
      this.store.pool.memory,
    )
  }

  isEnded(transaction: Transaction, row: RowId): boolean {
    const { stamps, pool } = this.store
    const { id, snapshot } = transaction as StorageTransaction
    const end = this.store.group(row).endOf(row & 65535, pool.memory)
    if (end === 0 || !stamps.isOwn(end, id)) return false
    if (stamps.statementOf(end) <= snapshot.statement) return true
    throw new SqlError(
      'triggered_data_change_violation',
      'tuple to be changed was already modified by an operation triggered by the current command',
      { hint: 'Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.' },
    )
  }

  append(transaction: Transaction, batch: Batch): RowId {
    const own = transaction as StorageTransaction
    own.write(this, 'INSERT')
    return this.appendBatch(own, batch, false)
  }

  private appendBatch(own: StorageTransaction, batch: Batch, isUpdate: boolean): RowId {
    assert(batch.columns.length === this.store.columns.length, 'a batch has all columns of the table')
    const check: RowCheck = (group, from, count) => this.checkRows(own, group, from, count, isUpdate)
    return this.store.append(own, batch.columns, batch.selection?.pointer ?? 0, selectedCount(batch), check)
  }

  remove(transaction: Transaction, rows: readonly RowId[]): number {
    const own = transaction as StorageTransaction
    own.write(this, 'DELETE')
    return this.endRows(own, rows)
  }

  replace(transaction: Transaction, rows: readonly RowId[], batch: Batch): RowId {
    const own = transaction as StorageTransaction
    own.write(this, 'UPDATE')
    this.endRows(own, rows)
    return this.appendBatch(own, batch, true)
  }

  truncate(transaction: Transaction): void {
    ;(transaction as StorageTransaction).truncateTable(this)
  }

  lookup(
    transaction: Transaction,
    index: IndexDefinition,
    key: readonly Value[],
    nullsEqual = false,
  ): readonly RowId[] {
    const { snapshot } = transaction as StorageTransaction
    const rows = this.index(index).rowsOf(key, this.isDead, nullsEqual)
    let found = 0
    for (const row of rows) if (this.isSeen(row, snapshot)) rows[found++] = row
    rows.length = found
    return rows
  }

  *range(
    transaction: Transaction,
    index: IndexDefinition,
    low: RangeBound | undefined,
    high: RangeBound | undefined,
    descending: boolean,
  ): Iterable<RowId> {
    const { ordered } = this.index(index)
    assert(ordered !== undefined, 'the index is ordered')
    const snapshot = { ...(transaction as StorageTransaction).snapshot }
    for (const row of ordered.range(low, high, descending)) if (this.isSeen(row, snapshot)) yield row
  }

  /** Whether a statement never sees two rows with one key in an index: a unique one on columns, not deferrable. */
  isKey(definition: IndexDefinition): boolean {
    const index = this.index(definition)
    return definition.unique && index.computed === undefined && !this.deferred.has(index)
  }

  /** Lookups by the whole key of a unique index, as statements of one row use them. */
  pointLookup(index: IndexDefinition): PointLookup {
    const { hash } = this.index(index)
    assert(hash !== undefined, 'the index is unique')
    const newestSeen = (transaction: Transaction, first: RowId): RowId => {
      const { snapshot } = transaction as StorageTransaction
      for (let row = first; row !== -1; row = hash.nextInChain(row)) if (this.isSeen(row, snapshot)) return row
      return -1
    }
    return {
      integer: (transaction, key) => newestSeen(transaction, hash.findInteger(key)),
      value: (transaction, key) => newestSeen(transaction, hash.findOne(key)),
      values: (transaction, key) => newestSeen(transaction, hash.find(key)),
    }
  }

  keyOf(index: IndexDefinition, row: readonly Value[]): readonly Value[] | undefined {
    const { computed } = this.index(index)
    if (computed !== undefined) return computed.keys.keyOf((column) => row[column])
    return index.columns.map((column) => row[column])
  }

  keyTypes(index: IndexDefinition): readonly DataType[] {
    return this.index(index).computed?.keys.types ?? index.columns.map((column) => this.definition.columns[column].type)
  }

  private isSeen(row: RowId, snapshot: StorageTransaction['snapshot']): boolean {
    const group = this.store.slots[row >>> 16]
    return group?.isVisible(row & 65535, snapshot, this.store.stamps, this.store.pool.memory) === true
  }

  private index(definition: IndexDefinition): TableIndex {
    const index = this.indexes.get(definition.name)
    assert(index !== undefined, `index ${definition.name} is not one of ${this.definition.name}`)
    return index
  }

  /** Ends rows that the statement sees. */
  private endRows(own: StorageTransaction, rows: readonly RowId[]): number {
    const { store } = this
    const { stamps, pool } = store
    const stamp = own.stamp()
    const ended: RowId[] = []
    try {
      for (const row of rows) {
        const end = store.group(row).endOf(row & 65535, pool.memory)
        if (end === 0) {
          store.end(row, stamp)
          ended.push(row)
        } else if (!stamps.isOwn(end, own.id)) {
          throw new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
        }
      }
    } finally {
      if (ended.length > 0) own.logEnd(store, ended)
    }
    store.version++
    return ended.length
  }

  /** NOT NULL and unique keys of rows that have just been appended; maintains the indexes. */
  checkRows(own: StorageTransaction, group: RowGroup, from: number, count: number, isUpdate: boolean): void {
    for (const column of this.notNull) {
      const segment = group.segments[column]
      if (segment.nullCount === 0) continue
      for (let row = from; row < from + count; row++) {
        if (isNullAt(segment, row, this.store.pool.memory)) throw this.nullError(group, row, column)
      }
    }
    for (const index of this.store.indexes) {
      if (!this.enforces(index)) {
        index.insertRows(group, from, count)
        continue
      }
      index.insertRows(group, from, count, (row, other) => this.checkKey(own, index, group, row, other, isUpdate))
    }
  }

  /** Whether an index of the store is a unique one of this definition. */
  enforces(index: TableIndex): boolean {
    return index.definition.unique && this.indexes.get(index.definition.name) === index
  }

  /** Whether a unique index belongs to a constraint that may be checked later. */
  isDeferrable(index: TableIndex): boolean {
    return this.deferred.has(index)
  }

  /** 23505 when a new row's key is taken by `other` or one before it in the chain, now or when it counts. */
  checkKey(
    own: StorageTransaction,
    index: TableIndex,
    group: RowGroup,
    row: RowId,
    other: RowId,
    isUpdate: boolean,
  ): void {
    if (!this.hasRival(own, index, row, other)) return
    const until = this.deferredUntil(own, index, isUpdate)
    if (until === undefined) throw this.duplicateError(index, group, row & 65535)
    own.checkLater({ table: this, index, row, until })
  }

  /** Until when a key may be taken; undefined: not for a moment. */
  private deferredUntil(
    own: StorageTransaction,
    index: TableIndex,
    isUpdate: boolean,
  ): 'statement' | 'transaction' | undefined {
    const initially = this.deferred.get(index)
    if (initially === undefined) return isUpdate ? 'statement' : undefined
    const isDeferred = own.isDeferred(index.definition.constraint ?? '', initially === 'transaction')
    return isDeferred ? 'transaction' : 'statement'
  }

  /** Whether a row's key is taken, seen at a later time. */
  checkAgain(own: StorageTransaction, index: TableIndex, row: RowId): void {
    const { store } = this
    const group = store.slots[row >>> 16]
    if (group === undefined || group.endOf(row & 65535, store.pool.memory) !== 0) return
    const newest = index.hash!.findSame(group, row & 65535)
    if (this.hasRival(own, index, row, newest)) throw this.duplicateError(index, group, row & 65535)
  }

  /** Whether another living row in a chain has the key of `row`. */
  private hasRival(own: StorageTransaction, index: TableIndex, row: RowId, newest: RowId): boolean {
    const { stamps, pool } = this.store
    const hash = index.hash!
    // The newest version of a key was unique once the statement that it came with was over, so that older ones have ended.
    const newestTells = this.deferred.size === 0 && !index.sharesKeys
    for (let other = newest; other !== -1; other = hash.nextInChain(other)) {
      if (other === row) continue
      const group = this.store.group(other)
      const end = group.endOf(other & 65535, pool.memory)
      if (end !== 0) {
        if (stamps.isOwn(end, own.id)) {
          if (newestTells && stamps.isVisible(group.beginOf(other & 65535), own.snapshot)) return false
          continue
        }
        if (stamps.isCommitted(end)) {
          if (newestTells) return false
          continue
        }
        throw new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
      }
      const begin = group.beginOf(other & 65535)
      if (!stamps.isCommitted(begin) && !stamps.isOwn(begin, own.id)) {
        throw new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
      }
      return true
    }
    return false
  }

  nullError(group: RowGroup, row: number, column: number): SqlError {
    const { definition } = this
    const name = definition.columns[column].name
    return new SqlError(
      'not_null_violation',
      `null value in column "${name}" of relation "${definition.name}" violates not-null constraint`,
      {
        detail: `Failing row contains (${definition.columns.map((_, i) => this.textAt(group, row, i)).join(', ')}).`,
        schema: definition.schema,
        table: definition.name,
        column: name,
      },
    )
  }

  duplicateError(index: TableIndex, group: RowGroup, row: number): SqlError {
    const { definition } = this
    if (index.definition.exclusion) return this.exclusionError(index, group, row)
    return new SqlError(
      'unique_violation',
      `duplicate key value violates unique constraint "${index.definition.name}"`,
      {
        detail: `Key ${this.keyText(index, group, row)} already exists.`,
        schema: definition.schema,
        table: definition.name,
        constraint: index.definition.name,
      },
    )
  }

  private exclusionError(index: TableIndex, group: RowGroup, row: number): SqlError {
    const { definition } = this
    const key = this.keyText(index, group, row)
    return new SqlError(
      'exclusion_violation',
      `conflicting key value violates exclusion constraint "${index.definition.name}"`,
      {
        detail: `Key ${key} conflicts with existing key ${key}.`,
        schema: definition.schema,
        table: definition.name,
        constraint: index.definition.name,
      },
    )
  }

  /** Raises 23505 when a unique index that is being built meets two living rows with one key. */
  assertDistinct(own: StorageTransaction, index: TableIndex, row: RowId, newest: RowId): void {
    const { store } = this
    index.sharesKeys = true
    const group = store.group(row)
    if (!this.isSeen(row, own.snapshot) && !this.isOwnRow(own, row)) return
    for (let other = newest; other !== -1; other = index.hash!.nextInChain(other)) {
      if (!this.isSeen(other, own.snapshot) && !this.isOwnRow(own, other)) continue
      if (index.definition.exclusion) {
        const key = this.keyText(index, group, row & 65535)
        throw new SqlError('exclusion_violation', `could not create exclusion constraint "${index.definition.name}"`, {
          detail: `Key ${key} conflicts with key ${key}.`,
          constraint: index.definition.name,
        })
      }
      throw new SqlError('unique_violation', `could not create unique index "${index.definition.name}"`, {
        detail: `Key ${this.keyText(index, group, row & 65535)} is duplicated.`,
        schema: this.definition.schema,
        table: this.definition.name,
        constraint: index.definition.name,
      })
    }
  }

  /** Whether the transaction has made a row and not ended it, this statement included. */
  private isOwnRow(own: StorageTransaction, row: RowId): boolean {
    const { stamps, pool } = this.store
    const group = this.store.group(row)
    return stamps.isOwn(group.beginOf(row & 65535), own.id) && group.endOf(row & 65535, pool.memory) === 0
  }

  /** `(a, b)=(1, x)` */
  keyText(index: TableIndex, group: RowGroup, row: number): string {
    const { computed } = index
    if (computed !== undefined) {
      const { names, types } = computed.keys
      const texts = (computed.valuesOf(group, row) ?? []).map((value, i) =>
        value === null ? 'null' : traits(types[i]).format(value, types[i], defaultSettings),
      )
      return `(${names.join(', ')})=(${texts.join(', ')})`
    }
    const names = index.columns.map((column) => this.definition.columns[column].name)
    return `(${names.join(', ')})=(${index.columns.map((column) => this.textAt(group, row, column)).join(', ')})`
  }

  private textAt(group: RowGroup, row: number, column: number): string {
    const { store } = this
    const { type } = store.columns[column]
    const value = readSegmentValue(group.segments[column], row, type, store.pool.memory)
    return value === null ? 'null' : traits(type).format(value, type, defaultSettings)
  }
}

function deferredIndexes(
  { constraints }: TableDefinition,
  indexes: ReadonlyMap<string, TableIndex>,
): ReadonlyMap<TableIndex, 'statement' | 'transaction'> {
  const deferred = new Map<TableIndex, 'statement' | 'transaction'>()
  for (const index of indexes.values()) {
    const constraint = constraints.find(({ name }) => name === index.definition.constraint)
    if (constraint === undefined || constraint.kind === 'check' || !constraint.deferrable) continue
    deferred.set(index, constraint.initiallyDeferred ? 'transaction' : 'statement')
  }
  return deferred
}
