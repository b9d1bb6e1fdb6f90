/**
 * The rows of a table: row groups in scan order, of which the last may be open, and the indexes over them. A store knows
 * nothing of definitions or names; `Table` gives it those. It outlives the statements that use it and is replaced, not
 * changed, by TRUNCATE and by ALTER TABLE when columns come or go.
 */

import { assert, SqlError } from '../error.ts'
import { heedInterrupt } from '../interrupt.ts'
import type { Value } from '../types/value.ts'
import type { Vector } from '../types/vector.ts'
import type { Owner, Pool } from './allocator.ts'
import type { Column } from './column.ts'
import { groupRows, type SegmentBuilder } from './column-builder.ts'
import { createBuilder } from './create-builder.ts'
import type { RowId } from './interface.ts'
import type { Reclaimer } from './reclaimer.ts'
import { RowGroup } from './row-group.ts'
import type { Segment } from './segment.ts'
import { segmentVector } from './segment-value.ts'
import { addSegment, estimateDistinct } from './sketch.ts'
import { ENDED_FOR_ALL, NEVER, type Stamps } from './stamps.ts'
import type { TableIndex } from './table-index.ts'

/** A row group whose texts and encoded values are larger than this is sealed before it is full. */
const heavyHeap = 64 * 1024 * 1024
const mostGroups = 65536
/** From here on numbers of dropped row groups are used again. */
const reuseNumbersFrom = 32768
/** A tail with more dead rows than this, and four times the living, is written anew; other groups when two thirds are dead. */
const tidyTail = 1024
/** A tail of at most so many rows, all dead, is emptied where it stands. */
const largestReset = 4096
/** Looking at the groups in which rows have ended pays after this many. */
const endedBetweenLooks = 64

/** What the store asks of the transaction that writes. */
export interface Writer {
  readonly id: number
  /** The stamp of the current statement. */
  stamp(): number
  /** Remembers rows [first, first + count) of one group, to take them out again on a rollback. */
  logAppend(store: TableStore, first: RowId, count: number): void
  logEnd(store: TableStore, rows: readonly RowId[]): void
  logEndOne(store: TableStore, row: RowId): void
}

/** What happens to new rows once they stand in their group: constraints, indexes. */
export type RowCheck = (group: RowGroup, from: number, count: number) => void

export class TableStore {
  readonly pool: Pool
  readonly stamps: Stamps
  readonly reclaimer: Reclaimer
  readonly owner: Owner
  readonly columns: readonly Column[]
  /** In scan order; replaced, never changed, so that a scan keeps what it began with. */
  groups: readonly RowGroup[] = []
  /** Row groups by number. */
  readonly slots: (RowGroup | undefined)[] = []
  tail: RowGroup | undefined
  indexes: readonly TableIndex[] = []
  /** Changes with every change to the rows. */
  version = 0
  /** Row versions present, and of these the ended. */
  rowCount = 0
  endedCount = 0
  /** Transactions that have written and not ended. */
  writers = 0
  /** The transaction that changes the table's definition; others may not write. */
  lockedBy = 0
  /** A newer store has taken the place of this one. */
  isReplaced = false
  /** Groups in which rows have ended since they were last looked at. */
  readonly candidates: Set<RowGroup> = new Set()
  /** Rows that have ended since the candidates were looked at. */
  private endedSince = 0
  /** The group that was added last and not taken out since. */
  private lastCandidate: RowGroup | undefined
  /** Bounds of each column over the sealed groups there have been. */
  private readonly sealedBounds: { min: number; max: number }[]

  constructor(pool: Pool, stamps: Stamps, owner: Owner, columns: readonly Column[], reclaimer: Reclaimer) {
    this.pool = pool
    this.stamps = stamps
    this.owner = owner
    this.columns = columns
    this.reclaimer = reclaimer
    this.sealedBounds = columns.map(() => ({ min: Infinity, max: -Infinity }))
  }

  group(row: RowId): RowGroup {
    const group = this.slots[row >>> 16]
    assert(group !== undefined, `row ${row} is not there`)
    return group
  }

  /**
   * Appends rows of vectors and returns the id of the first; ids are consecutive. `check` runs on each part that lies in
   * one group, when it can be undone already.
   */
  append(writer: Writer, columns: readonly Vector[], selection: number, count: number, check: RowCheck): RowId {
    let first = -1
    for (let done = 0; done < count; ) {
      const tail = this.openTail(done === 0 ? count : 0)
      const start = tail.rowCount
      const step = Math.min(groupRows - start, count - done)
      this.fill(tail, (builder, column) => builder.appendVector(columns[column], selection, done, step))
      if (first === -1) first = tail.firstRow + start
      const at = tail.firstRow + start
      this.accept(tail, step, writer.stamp(), (group, from) => {
        writer.logAppend(this, at, step)
        check(group, from, step)
      })
      done += step
    }
    return first === -1 ? (this.tail?.firstRow ?? 0) + (this.tail?.rowCount ?? 0) : first
  }

  /**
   * Appends one row: a value per column, or undefined for that of the row version `old`. The caller checks it, and seals
   * the tail when it is full.
   */
  appendRow(writer: Writer, values: readonly (Value | undefined)[], old: RowId): RowGroup {
    const tail = this.openTail(1)
    const builders = tail.builders!
    const row = tail.rowCount
    try {
      for (let column = 0; column < builders.length; column++) {
        const value = values[column]
        if (value === null) builders[column].appendNull()
        else if (value !== undefined) builders[column].appendValue(value)
        else builders[column].appendFrom(this.group(old).segments[column], old & 65535)
      }
    } catch (error) {
      for (const builder of builders) builder.truncate(row)
      throw error
    }
    tail.begin(row, writer.stamp(), this.stamps)
    tail.rowCount = row + 1
    this.rowCount++
    this.version++
    writer.logAppend(this, tail.firstRow + row, 1)
    return tail
  }

  /** Lets every builder of an open group append; when one fails, all go back. */
  private fill(group: RowGroup, append: (builder: SegmentBuilder, column: number) => void): void {
    const builders = group.builders!
    try {
      for (let column = 0; column < builders.length; column++) append(builders[column], column)
    } catch (error) {
      for (const builder of builders) {
        builder.truncate(group.rowCount)
        builder.trim()
      }
      if (group.rowCount === 0) this.removeGroup(group)
      throw error
    }
  }

  /** Counts rows that the builders of the tail already hold, and runs what remains to be done for them. */
  private accept(tail: RowGroup, count: number, stamp: number, then: (group: RowGroup, from: number) => void): void {
    const start = tail.rowCount
    if (stamp !== NEVER || tail.runStamps.length > 0) tail.begin(start, stamp, this.stamps)
    tail.rowCount += count
    this.rowCount += count
    this.version++
    then(tail, start)
    this.sealFullTail()
  }

  /** Takes in a group that was built apart; its rows begin with the writer's statement. The tail must be empty. */
  attach(writer: Writer, builders: readonly SegmentBuilder[], count: number, check: RowCheck): void {
    assert(this.tail === undefined || this.tail.rowCount === 0, 'the tail is empty')
    if (this.tail !== undefined) this.removeGroup(this.tail)
    const group = new RowGroup(
      this.nextNumber(),
      builders,
      builders.map((builder) => builder.segment),
    )
    this.addGroup(group)
    this.tail = group
    this.accept(group, count, writer.stamp(), (_, from) => {
      writer.logAppend(this, group.firstRow + from, count)
      check(group, from, count)
    })
  }

  /** Takes in a group of a table that this one is derived from. */
  adopt(group: RowGroup): void {
    this.addGroup(group)
    if (group.builders !== undefined) this.tail = group
    else {
      for (let column = 0; column < this.columns.length; column++) this.noteBounds(column, group.segments[column])
    }
    if (group.endedCount > 0) this.candidates.add(group)
  }

  /** The open group, with room for `wanted` rows in a row of ids. */
  openTail(wanted: number): RowGroup {
    let tail = this.tail
    if (tail !== undefined) {
      const room = groupRows - tail.rowCount
      const isCut = wanted > room && this.slots.length >= reuseNumbersFrom
      if (tail.rowCount > 0 && (room === 0 || isCut || isHeavy(tail.builders!))) {
        this.sealTail()
        tail = undefined
      }
    }
    return tail ?? this.newTail()
  }

  private newTail(): RowGroup {
    const builders = this.columns.map(createBuilder)
    const group = new RowGroup(
      this.nextNumber(),
      builders,
      builders.map((builder) => builder.segment),
    )
    this.addGroup(group)
    this.tail = group
    return group
  }

  private nextNumber(): number {
    if (this.slots.length >= reuseNumbersFrom) {
      for (let number = 0; number < this.slots.length; number++) if (this.slots[number] === undefined) return number
      if (this.slots.length >= mostGroups)
        throw new SqlError('program_limit_exceeded', 'a table holds at most 2^32 rows')
    }
    return this.slots.length
  }

  private addGroup(group: RowGroup): void {
    this.slots[group.number] = group
    this.groups = [...this.groups, group]
  }

  /** Seals the open group when it has all the rows that it can have. */
  sealFullTail(): void {
    if (this.tail?.rowCount === groupRows) this.sealTail()
  }

  /** Makes the open group's segments final. */
  sealTail(): void {
    const tail = this.tail!
    const builders = tail.builders!
    for (let column = 0; column < builders.length; column++) {
      const segment = builders[column].seal()
      tail.segments[column] = segment
      addSegment(this.columns[column].sketch, segment, tail.rowCount, this.pool.memory)
      this.noteBounds(column, segment)
    }
    tail.builders = undefined
    this.tail = undefined
  }

  private noteBounds(column: number, { min, max }: Segment): void {
    const known = this.sealedBounds[column]
    if (min < known.min) known.min = min
    if (max > known.max) known.max = max
  }

  /** Bounds of a column's stored numbers, which no row version exceeds; min > max when there is none. */
  bounds(column: number): { readonly min: number; readonly max: number } {
    const known = this.sealedBounds[column]
    const tail = this.tail?.segments[column]
    if (tail === undefined) return known
    return { min: Math.min(known.min, tail.min), max: Math.max(known.max, tail.max) }
  }

  /** Ends a row version that is not ended, with a stamp. */
  end(row: RowId, stamp: number): void {
    const group = this.group(row)
    group.setEnd(row & 65535, stamp, this.pool, this.owner, this.reclaimer)
    this.endedCount++
    this.endedSince++
    if (group !== this.lastCandidate) this.candidates.add((this.lastCandidate = group))
  }

  /** Whether a row version has ended for everyone. */
  isDead(row: RowId): boolean {
    const end = this.group(row).endOf(row & 65535, this.pool.memory)
    return end !== 0 && end < this.stamps.base
  }

  /** Takes the end of row versions back. */
  undoEnd(rows: readonly RowId[]): void {
    for (const row of rows) {
      this.group(row).setEnd(row & 65535, NEVER, this.pool, this.owner, this.reclaimer)
    }
    this.endedCount -= rows.length
    this.version++
  }

  /** Takes appended rows out again: off the end of the tail, or dead where they stand. */
  undoAppend(first: RowId, count: number): void {
    const group = this.group(first)
    const start = first & 65535
    for (const index of this.indexes) index.hash?.removeRows(group, start, count)
    this.version++
    const isLast = group === this.tail && group.rowCount === start + count
    if (isLast && this.canReset) {
      const ended = group.clearEndsFrom(start, this.pool.memory)
      this.endedCount -= ended
      this.rowCount -= count
      group.truncate(start)
      if (group.builders!.some((builder) => builder.isRoomy)) {
        if (start === 0) this.removeGroup(group)
        else for (const builder of group.builders!) builder.trim()
      }
      return
    }
    for (let row = start; row < start + count; row++) {
      if (group.endOf(row, this.pool.memory) === 0) this.endedCount++
      group.setEnd(row, ENDED_FOR_ALL, this.pool, this.owner, this.reclaimer)
    }
    this.endedSince += count
    this.candidates.add(group)
    if (group === this.tail || group.endedCount < group.rowCount || group.newestEnd > ENDED_FOR_ALL) return
    this.candidates.delete(group)
    this.removeGroup(group)
  }

  /** Adds rows of every group to a new index. */
  buildIndex(index: TableIndex, check?: (row: RowId, other: RowId) => void): void {
    index.hash?.reserve(index.definition.unique ? this.rowCount : this.distinctKeys(index))
    for (const group of this.groups) {
      heedInterrupt(64 * group.rowCount)
      index.insertRows(group, 0, group.rowCount, check)
    }
  }

  /** How many different keys an index may have, as far as the sealed groups tell. */
  private distinctKeys({ columns }: TableIndex): number {
    const product = columns.reduce((keys, column) => keys * estimateDistinct(this.columns[column].sketch), 1)
    return Math.min(this.rowCount, product)
  }

  /** Whether enough rows have ended to look at the candidates again. */
  get isUntidy(): boolean {
    return this.endedSince >= endedBetweenLooks && this.candidates.size > 0
  }

  /**
   * Clears away what nobody can see any more: row groups that are wholly dead, and, when `isAlone`, the dead rows of those
   * that are mostly so.
   */
  collect(isAlone: boolean): void {
    if (this.candidates.size === 0) return
    this.lastCandidate = undefined
    this.endedSince = 0
    for (const group of this.candidates) {
      if (group.isDropped) {
        this.candidates.delete(group)
        continue
      }
      if (group.newestEnd >= this.stamps.base) continue
      group.tidyRuns(this.stamps)
      if (group.endedCount === group.rowCount) {
        this.candidates.delete(group)
        if (group === this.tail && group.rowCount <= largestReset && this.canReset) this.resetTail(group)
        else this.removeGroup(group)
      } else if (this.isWorthTidying(group)) {
        if (!isAlone || this.reclaimer.isPinned || group.runStamps.length > 0) continue
        this.candidates.delete(group)
        this.rewrite(group)
      } else this.candidates.delete(group)
    }
  }

  private isWorthTidying(group: RowGroup): boolean {
    const { endedCount, rowCount } = group
    if (group !== this.tail) return endedCount * 3 > rowCount * 2
    return (
      endedCount > (this.isOrdered ? Math.max(tidyTail, this.rowCount / 16) : tidyTail) &&
      endedCount > 4 * (rowCount - endedCount)
    )
  }

  private get isOrdered(): boolean {
    return this.indexes.some((index) => index.ordered !== undefined)
  }

  /** Whether row ids may be given anew: nobody reads, and no ordered index remembers them. */
  private get canReset(): boolean {
    return !this.reclaimer.isPinned && !this.isOrdered
  }

  /** Takes all rows out of the open group, which has none that anybody can see, and keeps it: a queue comes and goes. */
  private resetTail(tail: RowGroup): void {
    for (const index of this.indexes) index.hash?.removeRows(tail, 0, tail.rowCount)
    this.rowCount -= tail.rowCount
    this.endedCount -= tail.clearEndsFrom(0, this.pool.memory)
    tail.truncate(0)
    tail.newestEnd = NEVER
    this.version++
  }

  /** Moves a group's living rows to the end of the table. */
  private rewrite(group: RowGroup): void {
    const { pool, columns } = this
    if (group === this.tail) this.tail = undefined
    const living = pool.allocate(groupRows * 2, this.owner)
    const refs = pool.allocate(groupRows * 8, this.owner)
    try {
      let count = 0
      for (let row = 0; row < group.rowCount; row++) {
        if (group.endOf(row, pool.memory) === 0) pool.memory.u16[(living >>> 1) + count++] = row
      }
      for (let done = 0; done < count; ) {
        const tail = this.openTail(0)
        const step = Math.min(groupRows - tail.rowCount, count - done)
        this.fill(tail, (builder, column) => {
          const { type, scale } = columns[column]
          const vector = segmentVector(group.segments[column], type, scale, 0, group.rowCount, refs, pool.memory)
          builder.appendVector(vector, living, done, step)
        })
        this.accept(tail, step, NEVER, (_, from) => {
          for (const index of this.indexes) index.insertRows(tail, from, step)
        })
        done += step
      }
    } finally {
      pool.free(living)
      pool.free(refs)
    }
    this.removeGroup(group)
  }

  private removeGroup(group: RowGroup): void {
    for (const index of this.indexes) index.forgetGroup(group)
    if (group === this.tail) this.tail = undefined
    this.slots[group.number] = undefined
    while (this.slots.length > 0 && this.slots[this.slots.length - 1] === undefined) this.slots.pop()
    this.groups = this.groups.filter((other) => other !== group)
    if (this.groups.length === 0) for (const column of this.columns) column.renewDictionary()
    this.rowCount -= group.rowCount
    this.endedCount -= group.endedCount
    this.version++
    this.reclaimer.whenUnpinned(() => group.release(this.reclaimer))
    group.isDropped = true
  }

  release(): void {
    const groups = this.groups
    const indexes = this.indexes
    this.groups = []
    this.indexes = []
    this.slots.length = 0
    this.tail = undefined
    this.candidates.clear()
    this.reclaimer.whenUnpinned(() => {
      for (const group of groups) group.release(this.reclaimer)
      for (const index of indexes) index.release()
      for (const column of this.columns) column.release()
    })
  }
}

function isHeavy(builders: readonly SegmentBuilder[]): boolean {
  for (let column = 0; column < builders.length; column++) if (builders[column].heapLength > heavyHeap) return true
  return false
}
