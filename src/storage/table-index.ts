/**
 * An index of a table: a hash index for equality and uniqueness, an ordered one for ranges, or both; a computed one where
 * keys are expressions or not all rows have one.
 */
import { assert } from '../error.ts'
import type { Value } from '../types/value.ts'
import type { Owner, Pool } from './allocator.ts'
import { BtreeIndex } from './btree-index.ts'
import type { Column } from './column.ts'
import { type ChainIndex, ComputedIndex } from './computed-index.ts'
import { HashIndex } from './hash-index.ts'
import type { IndexDefinition, KeyMaker, RowId } from './interface.ts'
import type { Reclaimer } from './reclaimer.ts'
import type { RowGroup } from './row-group.ts'

export class TableIndex {
  readonly definition: IndexDefinition
  readonly columns: readonly number[]
  readonly hash: ChainIndex | undefined
  readonly computed: ComputedIndex | undefined
  readonly ordered: BtreeIndex | undefined
  /** Made over rows that had versions of one key already, in whatever order: the newest of a chain says nothing of the others. */
  sharesKeys = false

  constructor(
    pool: Pool,
    reclaimer: Reclaimer,
    table: string,
    definition: IndexDefinition,
    columns: readonly Column[],
    groups: readonly (RowGroup | undefined)[],
    keys?: KeyMaker,
  ) {
    this.definition = definition
    this.columns = definition.columns
    const owner: Owner = { kind: 'index', name: `${table}.${definition.name}` }
    const takesNulls = definition.unique && definition.nullsNotDistinct
    if (isComputed(definition)) {
      assert(keys !== undefined, 'a computed index has a maker of its keys')
      this.computed = new ComputedIndex(pool, keys, columns, takesNulls)
      this.hash = this.computed
      return
    }
    if (definition.method === 'hash' || definition.unique) {
      this.hash = new HashIndex(pool, owner, definition, columns, groups, takesNulls)
    }
    if (definition.method === 'btree') {
      this.ordered = new BtreeIndex(pool, owner, reclaimer, definition, columns, groups)
    }
  }

  insertRows(group: RowGroup, from: number, count: number, check?: (row: RowId, other: RowId) => void): void {
    this.hash?.insertRows(group, from, count, check)
    this.ordered?.insertRows(group, from, count)
  }

  /** Row versions with a key, in order of their ids. Those that `isDead` says nobody can see are taken out in passing. */
  rowsOf(key: readonly Value[], isDead: (row: RowId) => boolean, nullsEqual = false): RowId[] {
    const { hash } = this
    if (!nullsEqual && key.includes(null)) return []
    if (hash === undefined) return this.ordered!.lookup(key).sort(byId)
    const rows: RowId[] = []
    for (let row = hash.find(key); row !== -1; ) {
      const next = hash.nextInChain(row)
      if (isDead(row)) hash.unlink(row)
      else rows.push(row)
      row = next
    }
    return rows.length > 1 ? rows.sort(byId) : rows
  }

  /** The group is about to go: takes its rows out. */
  forgetGroup(group: RowGroup): void {
    this.hash?.removeRows(group, 0, group.rowCount)
    this.hash?.forgetGroup(group.number)
    this.ordered?.forgetGroup(group.number)
  }

  release(): void {
    this.hash?.release()
    this.ordered?.release()
  }
}

/** Whether the keys of an index are more than columns of all rows. */
export function isComputed(definition: IndexDefinition): boolean {
  return definition.expressions !== undefined || definition.where !== undefined
}

function byId(left: RowId, right: RowId): number {
  return left - right
}
