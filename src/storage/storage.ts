/**
 * Storage: everything that a database remembers, in one linear memory.
 *
 *   Storage ─ begin ─▶ StorageTransaction ─ table ─▶ Table ─ scan ─▶ batches
 *      │                     │                         │
 *      │ committed catalog   │ own catalog, undo log   │ TableStore: row groups of 65536 rows, indexes
 *      │ stamps, clock       │ snapshot, stamps        │   RowGroup: a Segment per column, begin and end stamps
 *      └ Pool: who holds which bytes                   └   Column: dictionary, sketch, builders of the open group
 *
 * Versions. A row is never changed: an update appends a new version and ends the old one. Each writing statement has a
 * stamp; rows carry the stamp that began them and the one that ended them, and the stamp table says when it was committed.
 * A snapshot is a time. Row groups whose rows nobody can doubt carry no stamps at all and are read as they lie.
 *
 * Definitions are values in a catalog that is a value too; a transaction replaces its own and puts its changes onto the
 * committed one at the end. What a definition loses (dropped tables, truncated rows) is freed when the transaction has
 * committed and no scan is under way.
 *
 * Everything runs on one thread; sessions interleave between statements, or between the batches of a scan.
 */
import { notSupported } from '../error.ts'
import { type MemoryUsage, Pool } from './allocator.ts'
import { type CatalogState, emptyCatalog, TransactionCatalog, temporarySchema } from './catalog.ts'
import type { CatalogView, IndexDefinition, KeyMaker, TableDefinition } from './interface.ts'
import type { Snapshot } from './stamps.ts'
import { Stamps } from './stamps.ts'
import { isComputed } from './table-index.ts'
import type { TableStore } from './table-store.ts'
import { type Isolation, StorageTransaction } from './transaction.ts'

export interface StorageOptions {
  /** The most bytes to take; 4 GiB when not given. */
  readonly memoryLimit?: number
  /** Makes the memory one that other threads can share. */
  readonly shared?: boolean
  /** Makes the keys of indexes on expressions and of partial ones. */
  readonly keyMaker?: MakeKeys
}

export type MakeKeys = (table: TableDefinition, index: IndexDefinition, catalog: CatalogView) => KeyMaker

export interface BeginOptions {
  readonly isolation?: Isolation
  readonly readOnly?: boolean
  /** Schemas in which unqualified names are looked up, after the temporary one. */
  readonly searchPath?: readonly string[]
  /** Where the session's temporary relations are, as `newTemporarySchema` named it. */
  readonly temporarySchema?: string
}

const defaultPath: readonly string[] = ['public']

export class Storage {
  readonly pool: Pool
  readonly stamps: Stamps = new Stamps()
  private readonly makeKeys: MakeKeys | undefined
  /** Snapshots of running scans. */
  readonly activeSnapshots: Set<Snapshot> = new Set()
  committed: CatalogState = emptyCatalog()
  /** The time of the last commit. */
  clock = 1
  private nextTransaction = 1
  private nextTemporary = 1
  private catalogVersions = 1
  private readonly live = new Set<StorageTransaction>()
  /** Stores with rows that have ended and may be cleared away. */
  private readonly untidy = new Set<TableStore>()
  /** Stores that were replaced or dropped, for which older transactions may still ask. */
  private dropped: { readonly store: TableStore; readonly version: number }[] = []

  constructor(options: StorageOptions = {}) {
    this.pool = new Pool(options.memoryLimit, options.shared)
    this.makeKeys = options.keyMaker
  }

  begin(options: BeginOptions = {}): StorageTransaction {
    const transaction = new StorageTransaction(
      this,
      this.nextTransaction++,
      options.isolation ?? 'read committed',
      options.readOnly ?? false,
      options.searchPath ?? ['public'],
      options.temporarySchema,
    )
    this.live.add(transaction)
    return transaction
  }

  /**
   * Starts a transaction anew that has ended and to which nobody refers; see `StorageTransaction.restart`. It runs to its
   * end before anything else happens, so that it need not be known as a living one.
   */
  beginAgain(ended: StorageTransaction, options: BeginOptions): void {
    ended.restart(
      this.nextTransaction++,
      options.isolation ?? 'read committed',
      options.readOnly ?? false,
      options.searchPath ?? defaultPath,
    )
  }

  /** The keys of an index that is computed; undefined for one on columns. */
  keysOf(table: TableDefinition, index: IndexDefinition): KeyMaker | undefined {
    if (!isComputed(index)) return undefined
    if (this.makeKeys === undefined) throw notSupported('an index on expressions or some of the rows')
    return this.makeKeys(table, index, new TransactionCatalog(this.committed, [...this.committed.schemas.keys()]))
  }

  /** Bytes in use, by owner. */
  memory(): MemoryUsage {
    return this.pool.usage()
  }

  /** A place for the temporary relations of a session. */
  newTemporarySchema(): string {
    return `${temporarySchema}_${this.nextTemporary++}`
  }

  /** Drops what a session left in its temporary schema. */
  dropTemporarySchema(name: string): void {
    const left = this.committed.schemas.get(name)
    if (left === undefined) return
    for (const { table } of left.relations.values()) if (table) this.dropStore(table.store)
    const schemas = new Map(this.committed.schemas)
    schemas.delete(name)
    this.committed = { version: this.newCatalogVersion(), schemas }
    this.releaseDropped()
  }

  /** A number for a state of the catalog that differs from all others. */
  newCatalogVersion(): number {
    return ++this.catalogVersions
  }

  /** Called by a transaction that has ended: clears away what nobody sees any more. */
  ended(transaction: StorageTransaction, touched: readonly TableStore[]): void {
    if (this.live.size > 0) this.live.delete(transaction)
    for (let i = 0; i < touched.length; i++) if (touched[i].isUntidy) this.untidy.add(touched[i])
    this.stamps.advance(this.horizon())
    const isAlone = this.live.size === 0
    if (this.untidy.size > 0) {
      for (const store of this.untidy) {
        store.collect(isAlone)
        if (store.candidates.size === 0) this.untidy.delete(store)
      }
    }
    if (this.dropped.length > 0) this.releaseDropped()
    if (isAlone && this.activeSnapshots.size === 0 && this.stamps.isNearEnd) this.restartStamps()
  }

  /** Frees a store once no transaction can ask for it. */
  dropStore(store: TableStore): void {
    store.isReplaced = true
    this.dropped.push({ store, version: this.committed.version })
  }

  close(): void {
    for (const transaction of [...this.live]) transaction.rollback()
    for (const { relations } of this.committed.schemas.values()) {
      for (const { table } of relations.values()) table?.store.release()
    }
    this.committed = emptyCatalog()
  }

  /** The oldest time that is still looked at. */
  private horizon(): number {
    let oldest = this.clock
    if (this.live.size === 0 && this.activeSnapshots.size === 0) return oldest
    for (const { snapshot, hasSnapshot } of this.live) if (hasSnapshot && snapshot.time < oldest) oldest = snapshot.time
    for (const { time } of this.activeSnapshots) if (time < oldest) oldest = time
    return oldest
  }

  private releaseDropped(): void {
    const kept = this.dropped.filter(({ version }) =>
      [...this.live].some((transaction) => transaction.keepsCatalogBefore(version)),
    )
    for (const entry of this.dropped) if (!kept.includes(entry)) entry.store.release()
    this.dropped = kept
  }

  /** Stamps are 32 bits wide; when they run out, rows that count for everyone lose theirs. */
  private restartStamps(): void {
    for (const { relations } of this.committed.schemas.values()) {
      for (const { table } of relations.values()) {
        for (const group of table?.store.groups ?? []) group.settleStamps(this.pool.memory)
      }
    }
    this.stamps.restart()
  }
}

export type { Isolation }
