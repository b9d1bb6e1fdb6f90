/**
 * A transaction of one session: its snapshot, its own view of the catalog, and a log by which it can go back to any mark.
 * The log names what was appended and ended, and how to undo definitions; sequences are not undone.
 */
import { assert, SqlError } from '../error.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { Appender } from './appender.ts'
import {
  applyChange,
  assertApplicable,
  type CatalogChange,
  type CatalogState,
  type Entry,
  newSchema,
  TransactionCatalog,
  temporarySchema,
} from './catalog.ts'
import { createStore, derivedStore, emptyCopy, isSameShape } from './create-store.ts'
import type {
  DomainDefinition,
  IndexDefinition,
  Relation,
  RoutineDefinition,
  RowId,
  SequenceDefinition,
  TableDefinition,
  Transaction,
  ViewDefinition,
} from './interface.ts'
import { newSequence, nextValue } from './sequence.ts'
import type { Snapshot } from './stamps.ts'
import type { Storage } from './storage.ts'
import type { Table } from './table.ts'
import type { TableIndex } from './table-index.ts'
import { withdraw, withIndexesOf, withKeyIndexes } from './table-indexes.ts'
import type { TableStore, Writer } from './table-store.ts'
import { UndoLog } from './undo-log.ts'

export type Isolation = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

interface MutableSnapshot extends Snapshot {
  time: number
  transaction: number
  statement: number
}

/** A unique key that was taken when its row came, and may be free when it counts. */
interface PendingCheck {
  readonly table: Table
  readonly index: TableIndex
  readonly row: RowId
  readonly until: 'statement' | 'transaction'
}

export class StorageTransaction implements Transaction, Writer {
  readonly storage: Storage
  id: number
  readonly catalog: TransactionCatalog
  readonly snapshot: MutableSnapshot
  isolation: Isolation
  readOnly: boolean
  hasSnapshot = false
  private base: CatalogState
  private changes: CatalogChange[] = []
  private readonly log = new UndoLog()
  private readonly stamps: number[] = []
  private currentStamp = 0
  /** The statement that the current stamp stands for. */
  private stampStatement = 0
  private lastStatement = 0
  /** The current stamp is that of statements of one row, of which the next may go on with it. */
  private isDirect = false
  private readonly touched: TableStore[] = []
  private lastTouched: TableStore | undefined
  private readonly locked: TableStore[] = []
  /** What is freed once the transaction has committed. */
  private readonly onCommit: (() => void)[] = []
  private pending: (PendingCheck & { readonly position: number })[] = []
  readonly constraintModes: Map<string, boolean> = new Map()
  readonly waiting: Transaction['waiting'] = []
  private isEnded = false

  constructor(
    storage: Storage,
    id: number,
    isolation: Isolation,
    readOnly: boolean,
    searchPath: readonly string[],
    temporary?: string,
  ) {
    this.storage = storage
    this.id = id
    this.isolation = isolation
    this.readOnly = readOnly
    this.base = storage.committed
    this.catalog = new TransactionCatalog(storage.committed, searchPath, temporary)
    this.snapshot = { time: storage.clock, transaction: id, statement: 0 }
  }

  /** Makes a transaction that has ended, and changed no definition, one that has just begun. */
  restart(id: number, isolation: Isolation, readOnly: boolean, searchPath: readonly string[]): void {
    const { storage, catalog, snapshot } = this
    assert(this.isEnded && this.changes.length === 0, 'the transaction has ended and changed no definition')
    this.id = id
    this.isolation = isolation
    this.readOnly = readOnly
    this.base = catalog.state = storage.committed
    catalog.searchPath = searchPath
    snapshot.time = storage.clock
    snapshot.transaction = id
    snapshot.statement = this.lastStatement = this.stampStatement = this.currentStamp = 0
    this.isDirect = this.isEnded = false
    this.log.clear()
    this.lastTouched = undefined
    // Popping keeps an array's room, which setting its length gives up.
    while (this.stamps.length > 0) this.stamps.pop()
    while (this.touched.length > 0) this.touched.pop()
    if (this.locked.length > 0) this.locked.length = 0
    if (this.onCommit.length > 0) this.onCommit.length = 0
    if (this.pending.length > 0) this.pending.length = 0
    if (this.waiting.length > 0) this.waiting.length = 0
  }

  get hasWritten(): boolean {
    return this.stamps.length > 0 || this.changes.length > 0
  }

  setSearchPath(path: readonly string[]): void {
    this.catalog.searchPath = path
  }

  table(definition: TableDefinition): Table {
    return this.catalog.tableEntry(definition).table!
  }

  beginStatement(): void {
    this.assertRunning()
    this.endStatement()
    this.startStamp()
    this.renewSnapshot()
  }

  /** What is written from here on carries a stamp of its own, which the snapshot does not see. */
  private startStamp(): void {
    this.snapshot.statement = this.stampStatement = ++this.lastStatement
    this.currentStamp = 0
    this.isDirect = false
  }

  private renewSnapshot(): void {
    if (this.hasSnapshot && this.keepsSnapshot) return
    this.snapshot.time = this.storage.clock
    this.hasSnapshot = true
    if (this.base !== this.storage.committed) this.rebase()
  }

  /**
   * Starts a statement of one row, which reads before it writes and opens no scan. A row of such statements shares a stamp:
   * what the earlier ones wrote carries a number below that of the snapshot, and nobody looks in between.
   */
  beginDirect(): void {
    this.assertRunning()
    this.endStatement()
    if (!this.isDirect || this.currentStamp === 0) {
      this.isDirect = true
      this.currentStamp = 0
      this.stampStatement = ++this.lastStatement
    }
    this.snapshot.statement = this.lastStatement + 1
    this.renewSnapshot()
  }

  /** Checks what is checked when a statement ends: keys of updated rows that were taken for a moment. */
  endStatement(): void {
    if (this.pending.length > 0) this.checkPending('statement')
  }

  mark(): number {
    return this.log.length
  }

  rollbackTo(mark: number): void {
    this.assertRunning()
    this.undo(mark)
    this.pending = this.pending.filter(({ position }) => position < mark)
    while (this.waiting.length > 0 && this.waiting[this.waiting.length - 1].position > mark) this.waiting.pop()
    this.startStamp()
  }

  private undo(mark: number): void {
    this.storage.pool.withReserve(() => this.log.undoTo(mark))
  }

  nested<T>(body: () => T): T {
    const { snapshot, currentStamp, stampStatement, isDirect } = this
    const { statement } = snapshot
    this.startStamp()
    try {
      const result = body()
      this.endStatement()
      return result
    } finally {
      snapshot.statement = statement
      this.currentStamp = currentStamp
      this.stampStatement = stampStatement
      this.isDirect = isDirect
    }
  }

  commit(): void {
    this.assertRunning()
    try {
      this.clearTemporary()
      this.checkPending('statement')
      this.checkPending('transaction')
      if (this.changes.length > 0 && this.storage.committed !== this.base) this.rebase()
    } catch (error) {
      this.rollback()
      throw error
    }
    const { storage } = this
    if (this.stamps.length > 0) {
      const time = ++storage.clock
      for (const stamp of this.stamps) storage.stamps.commit(stamp, time)
    }
    if (this.changes.length > 0) storage.committed = this.catalog.state
    this.end()
    for (const release of this.onCommit) release()
    storage.ended(this, this.touched)
  }

  rollback(): void {
    if (this.isEnded) return
    this.undo(0)
    for (const stamp of this.stamps) this.storage.stamps.forget(stamp)
    this.end()
    this.storage.ended(this, this.touched)
  }

  /** ON COMMIT DROP and DELETE ROWS. */
  private clearTemporary(): void {
    const { relations } = this.catalog.schemaState(temporarySchema)!
    if (relations.size === 0) return
    for (const { relation, table } of relations.values()) {
      if (relation.kind !== 'table' || relation.onCommit === undefined) continue
      if (relation.onCommit === 'delete') this.truncateTable(table!)
      else this.drop(relation)
    }
  }

  setCharacteristics(isolation: Isolation | undefined, readOnly: boolean | undefined): void {
    if (isolation !== undefined && isolation !== this.isolation) {
      if (this.hasSnapshot) {
        throw new SqlError('active_sql_transaction', 'SET TRANSACTION ISOLATION LEVEL must be called before any query')
      }
      this.isolation = isolation
    }
    if (readOnly === undefined) return
    if (!readOnly && this.readOnly && this.hasSnapshot) {
      throw new SqlError('active_sql_transaction', 'transaction read-write mode must be set before any query')
    }
    this.readOnly = readOnly
  }

  /** Rows in bulk, by builders instead of batches. `columns` names the table's columns in their order. */
  appender(definition: TableDefinition): Appender {
    const table = this.table(definition)
    this.write(table, 'INSERT')
    return new Appender(this, table)
  }

  /** Whether an older state of the catalog may be looked at. */
  keepsCatalogBefore(version: number): boolean {
    return this.keepsSnapshot && this.hasSnapshot && this.base.version < version
  }

  private get keepsSnapshot(): boolean {
    return this.isolation === 'repeatable read' || this.isolation === 'serializable'
  }

  private end(): void {
    this.isEnded = true
    this.hasSnapshot = false
    for (const store of this.touched) store.writers--
    for (const store of this.locked) store.lockedBy = 0
  }

  private assertRunning(): void {
    assert(!this.isEnded, 'the transaction has not ended')
  }

  // What the store asks of a writer.

  stamp(): number {
    if (this.currentStamp === 0) {
      this.currentStamp = this.storage.stamps.take(this.id, this.stampStatement)
      this.stamps.push(this.currentStamp)
    }
    return this.currentStamp
  }

  logAppend(store: TableStore, first: RowId, count: number): void {
    this.log.appended(store, first, count)
  }

  logEnd(store: TableStore, rows: readonly RowId[]): void {
    this.log.ended(store, rows)
  }

  logEndOne(store: TableStore, row: RowId): void {
    this.log.endedOne(store, row)
  }

  checkLater(check: PendingCheck): void {
    this.pending.push({ ...check, position: this.log.length - 1 })
  }

  /** Called before rows of a table are written. */
  write(table: Table, command: string): void {
    this.assertRunning()
    this.assertWritable(command, table.definition.temporary)
    const { store } = table
    if (store.isReplaced || (store.lockedBy !== 0 && store.lockedBy !== this.id)) throw conflict()
    if (this.lastTouched === store) return
    this.lastTouched = store
    if (this.touched.includes(store)) return
    this.touched.push(store)
    store.writers++
  }

  private assertWritable(command: string, isTemporary = false): void {
    if (this.readOnly && !isTemporary) {
      throw new SqlError('read_only_sql_transaction', `cannot execute ${command} in a read-only transaction`)
    }
  }

  /** Whether a constraint that may be deferred is, now. */
  isDeferred(constraint: string, initially: boolean): boolean {
    const { constraintModes } = this
    return constraintModes.get(constraint) ?? constraintModes.get('*') ?? initially
  }

  checkImmediateKeys(): void {
    this.pending = this.pending.map((check) => {
      if (check.until === 'statement') return check
      const isDeferred = this.isDeferred(check.index.definition.constraint ?? '', true)
      return isDeferred ? check : { ...check, until: 'statement' }
    })
    this.endStatement()
  }

  private checkPending(until: 'statement' | 'transaction'): void {
    const due = this.pending.filter((check) => check.until === until)
    if (due.length === 0) return
    this.pending = this.pending.filter((check) => check.until !== until)
    for (const { table, index, row } of due) table.checkAgain(this, index, row)
  }

  // Definitions.

  createSchema(name: string): void {
    this.assertWritable('CREATE SCHEMA')
    if (this.catalog.hasSchema(name)) throw new SqlError('duplicate_schema', `schema "${name}" already exists`)
    this.change({ kind: 'schema', schema: name, after: newSchema() })
  }

  dropSchema(name: string): void {
    this.assertWritable('DROP SCHEMA')
    const before = this.catalog.schemaOf(name)
    assert(
      before.relations.size + before.types.size + before.routines.size === 0,
      'a schema is dropped after what is in it',
    )
    this.change({ kind: 'schema', schema: name, before })
  }

  createTable(definition: TableDefinition): void {
    this.assertWritable('CREATE TABLE')
    this.catalog.assertFree(definition)
    const complete = withKeyIndexes(definition)
    const table = createStore(this.storage, complete)
    this.change(
      { kind: 'relation', schema: complete.schema, name: complete.name, after: { relation: complete, table } },
      () => table.store.release(),
    )
  }

  createView(definition: ViewDefinition): void {
    this.assertWritable('CREATE VIEW')
    this.catalog.assertFree(definition)
    this.changeRelation(definition, undefined, { relation: definition })
  }

  createSequence(definition: SequenceDefinition): void {
    this.assertWritable('CREATE SEQUENCE')
    this.catalog.assertFree(definition)
    this.changeRelation(definition, undefined, { relation: definition, sequence: newSequence(definition) })
  }

  /**
   * Replaces a definition. New columns take the rows of the old ones that `columnMap` names; -1 fills a column with its
   * `fill`. Where a column's type changes, `convert` makes its values from the old ones.
   */
  replaceTable(
    old: TableDefinition,
    definition: TableDefinition,
    columnMap: readonly number[],
    fill: readonly Value[],
    convert?: (column: number, value: Value) => Value,
  ): void {
    this.assertWritable('ALTER TABLE')
    const entry = this.catalog.tableEntry(old)
    const table = entry.table!
    this.lock(table.store)
    const complete = withKeyIndexes(definition)
    if (old.schema !== complete.schema || old.name !== complete.name) this.catalog.assertFree(complete)
    if (isSameShape(old, complete, columnMap)) {
      this.redefine(old, entry, complete)
      return
    }
    const replacement = derivedStore(this, table, complete, columnMap, fill, convert)
    this.moveRelation(old, entry, { relation: complete, table: replacement }, () => replacement.store.release())
    this.dropOnCommit(table.store)
  }

  replaceRelation(old: ViewDefinition | SequenceDefinition, definition: ViewDefinition | SequenceDefinition): void {
    this.assertWritable('ALTER')
    const before = this.catalog.entryOf(old)
    if (old.schema !== definition.schema || old.name !== definition.name) this.catalog.assertFree(definition)
    this.moveRelation(old, before, { ...before, relation: definition })
  }

  drop(relation: Relation): void {
    this.assertWritable(`DROP ${relation.kind.toUpperCase()}`)
    const before = this.catalog.entryOf(relation)
    if (before.table !== undefined) {
      this.lock(before.table.store)
      this.changeRelation(relation, before, undefined)
      this.dropOnCommit(before.table.store)
    } else this.changeRelation(relation, before, undefined)
  }

  lockTable(table: TableDefinition): void {
    this.lock(this.catalog.tableEntry(table).table!.store)
  }

  createIndex(definition: TableDefinition, index: IndexDefinition): void {
    this.assertWritable('CREATE INDEX')
    this.catalog.assertFreeIndex(index.name, definition.schema)
    const entry = this.catalog.tableEntry(definition)
    this.lock(entry.table!.store)
    const old = entry.relation as TableDefinition
    this.redefine(old, entry, { ...old, indexes: [...old.indexes, index] })
  }

  dropIndex(definition: TableDefinition, name: string): void {
    this.assertWritable('DROP INDEX')
    const entry = this.catalog.tableEntry(definition)
    this.lock(entry.table!.store)
    const old = entry.relation as TableDefinition
    if (!old.indexes.some((index) => index.name === name)) {
      throw new SqlError('undefined_object', `index "${name}" does not exist`)
    }
    this.redefine(old, entry, { ...old, indexes: old.indexes.filter((index) => index.name !== name) })
  }

  createType(name: string, schema: string, type: DataType): void {
    this.assertWritable('CREATE TYPE')
    const existing = this.catalog.schemaOf(schema)
    if (existing.types.has(name)) throw new SqlError('duplicate_object', `type "${name}" already exists`)
    this.change({ kind: 'type', schema, name, after: type })
  }

  dropType(name: string, schema: string): void {
    this.assertWritable('DROP TYPE')
    const before = this.catalog.schemaState(schema)?.types.get(name)
    if (before === undefined) throw new SqlError('undefined_object', `type "${name}" does not exist`)
    const domain = this.catalog.findDomain(name, schema)
    if (domain !== undefined) this.change({ kind: 'domain', schema, name, before: domain })
    this.change({ kind: 'type', schema, name, before })
  }

  setDomain(definition: DomainDefinition): void {
    this.assertWritable('ALTER DOMAIN')
    const { schema, name } = definition
    this.change({ kind: 'domain', schema, name, before: this.catalog.findDomain(name, schema), after: definition })
  }

  setRoutines(schema: string, name: string, routines: readonly RoutineDefinition[]): void {
    this.assertWritable('CREATE FUNCTION')
    const existing = this.catalog.schemaOf(schema)
    const after = routines.length === 0 ? undefined : routines
    this.change({ kind: 'routine', schema, name, before: existing.routines.get(name), after })
  }

  nextSequenceValue(sequence: SequenceDefinition): bigint {
    this.assertWritable('nextval()', sequence.temporary)
    const entry = this.catalog.sequenceEntry(sequence)
    return nextValue(entry.relation as SequenceDefinition, entry.sequence!)
  }

  setSequenceValue(sequence: SequenceDefinition, value: bigint, isCalled: boolean): void {
    this.assertWritable('setval()', sequence.temporary)
    const state = this.catalog.sequenceEntry(sequence).sequence!
    state.last = value
    state.isCalled = isCalled
    state.logged = 0
  }

  /** Puts an empty store in the place of a table's rows. */
  truncateTable(table: Table): void {
    this.assertWritable('TRUNCATE TABLE', table.definition.temporary)
    const entry = this.catalog.tableEntry(table.definition)
    const { store } = entry.table!
    this.lock(store)
    if (store.rowCount === 0) return
    const empty = emptyCopy(this.storage, entry.table!)
    this.changeRelation(table.definition, entry, { ...entry, table: empty }, () => empty.store.release())
    this.dropOnCommit(store)
  }

  /** Gives a table another definition over the same rows; builds the indexes that are new and drops those that are gone. */
  private redefine(old: TableDefinition, entry: Entry, definition: TableDefinition): void {
    const { table, built, gone } = withIndexesOf(definition, entry.table!, this)
    const { store } = table
    this.moveRelation(old, entry, { relation: definition, table }, () => withdraw(built, store))
    if (gone.length === 0) return
    this.whenCommitted(() => {
      if (!store.isReplaced) withdraw(gone, store)
    })
  }

  /** Keeps others from writing to a table whose definition changes. */
  private lock(store: TableStore): void {
    const others = store.writers - (this.touched.includes(store) ? 1 : 0)
    if (others > 0 || store.isReplaced || (store.lockedBy !== 0 && store.lockedBy !== this.id)) throw conflict()
    store.lockedBy = this.id
    this.locked.push(store)
  }

  /** Replaces the entry of a relation whose name may change with it. */
  private moveRelation(old: Relation, before: Entry, after: Entry, undo?: () => void): void {
    const { schema, name } = after.relation
    if (old.schema === schema && old.name === name) {
      this.changeRelation(old, before, after, undo)
      return
    }
    this.changeRelation(old, before, undefined)
    this.changeRelation(after.relation, undefined, after, undo)
  }

  private changeRelation(
    { schema, name }: Relation,
    before: Entry | undefined,
    after: Entry | undefined,
    undo?: () => void,
  ): void {
    this.change({ kind: 'relation', schema, name, before, after }, undo)
  }

  private change(change: CatalogChange, undo?: () => void): void {
    const { catalog, changes, base } = this
    const before = catalog.state
    const stored = { ...change, schema: catalog.key(change.schema) }
    catalog.state = applyChange(before, stored, this.storage.newCatalogVersion())
    changes.push(stored)
    this.log.changed(() => {
      changes.pop()
      catalog.state = base === this.base ? before : this.replayed(this.base)
      undo?.()
    })
  }

  private whenCommitted(release: () => void): void {
    this.onCommit.push(release)
    this.log.changed(() => {
      this.onCommit.pop()
    })
  }

  private dropOnCommit(store: TableStore): void {
    this.whenCommitted(() => this.storage.dropStore(store))
  }

  /** Puts the transaction's own changes onto what has been committed since. */
  private rebase(): void {
    const { committed } = this.storage
    this.catalog.state = this.replayed(committed)
    this.base = committed
  }

  private replayed(state: CatalogState): CatalogState {
    for (const change of this.changes) {
      assertApplicable(state, change)
      state = applyChange(state, change, this.storage.newCatalogVersion())
    }
    return state
  }
}

function conflict(): SqlError {
  return new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
}
