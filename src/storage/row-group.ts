/**
 * A row group: up to 65536 rows as one segment per column, and what is known of their coming and going. Most groups carry
 * no stamps at all and are scanned without looking. `begins` are runs, since rows are appended in order; `ends` is a u32
 * per row, there only when some row has been ended.
 */
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Owner, Pool } from './allocator.ts'
import type { SegmentBuilder } from './column-builder.ts'
import type { Reclaimer } from './reclaimer.ts'
import type { Segment } from './segment.ts'
import { ENDED_FOR_ALL, type Snapshot, type Stamps } from './stamps.ts'

export class RowGroup {
  /** Upper 16 bits of its rows' ids. */
  readonly number: number
  rowCount = 0
  readonly segments: Segment[]
  /** Builders of the segments while the group is open. */
  builders: readonly SegmentBuilder[] | undefined
  /** Rows from runStarts[i] on carry runStamps[i]; rows before the first count for everyone. */
  readonly runStarts: number[] = []
  readonly runStamps: number[] = []
  /** Address of a stamp per row, or 0. */
  ends = 0
  private endCapacity = 0
  endedCount = 0
  /** No stamp in `ends` is larger. */
  newestEnd = 0
  isDropped = false
  private tidyAt = 64

  constructor(number: number, builders: readonly SegmentBuilder[] | undefined, segments: Segment[]) {
    this.number = number
    this.builders = builders
    this.segments = segments
  }

  get firstRow(): number {
    return this.number * 65536
  }

  /** Marks rows from `start` on as begun by a stamp. */
  begin(start: number, stamp: number, stamps: Stamps): void {
    const { runStarts, runStamps } = this
    if (runStamps.length > 0 && runStamps[runStamps.length - 1] === stamp) return
    if (runStarts.length >= this.tidyAt) {
      this.tidyRuns(stamps)
      this.tidyAt = Math.max(64, 2 * runStarts.length)
    }
    runStarts.push(start)
    runStamps.push(stamp)
  }

  /** Forgets runs that count for everyone. */
  tidyRuns(stamps: Stamps): void {
    const { runStarts, runStamps } = this
    if (runStamps.length === 0) return
    let kept = 0
    for (let i = 0; i < runStamps.length; i++) {
      const settled = runStamps[i] < stamps.base
      if (settled && (kept === 0 || runStamps[kept - 1] < stamps.base)) {
        if (kept > 0) runStamps[kept - 1] = runStamps[i]
        continue
      }
      runStarts[kept] = runStarts[i]
      runStamps[kept] = runStamps[i]
      kept++
    }
    runStarts.length = kept
    runStamps.length = kept
  }

  /** The stamp that began a row; 0 when it counts for everyone. */
  beginOf(row: number): number {
    const run = this.runOf(row)
    return run === -1 ? 0 : this.runStamps[run]
  }

  /** The run that holds a row, -1 before the first. */
  private runOf(row: number): number {
    const { runStarts } = this
    let low = 0
    let high = runStarts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (runStarts[middle] <= row) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  endOf(row: number, memory: LinearMemory): number {
    return this.ends === 0 || row >= this.endCapacity ? 0 : memory.u32[(this.ends >>> 2) + row]
  }

  setEnd(row: number, stamp: number, pool: Pool, owner: Owner, reclaimer: Reclaimer): void {
    if (row >= this.endCapacity) this.growEnds(pool, owner, reclaimer)
    const { u32 } = pool.memory
    const at = (this.ends >>> 2) + row
    if (u32[at] === 0 && stamp !== 0) this.endedCount++
    else if (u32[at] !== 0 && stamp === 0) this.endedCount--
    u32[at] = stamp
    if (stamp > this.newestEnd) this.newestEnd = stamp
  }

  private growEnds(pool: Pool, owner: Owner, reclaimer: Reclaimer): void {
    const needed = Math.max(this.rowCount, 1)
    let capacity = Math.max(64, this.endCapacity)
    while (capacity < needed) capacity *= 2
    if (this.builders === undefined) capacity = needed
    const larger = pool.allocateCleared(capacity * 4, owner)
    pool.memory.u8.copyWithin(larger, this.ends, this.ends + this.endCapacity * 4)
    reclaimer.retire(this.ends)
    this.ends = larger
    this.endCapacity = capacity
  }

  /** Takes back the ends of rows from `row` on; returns how many there were. */
  clearEndsFrom(row: number, memory: LinearMemory): number {
    let cleared = 0
    for (let at = row; at < Math.min(this.rowCount, this.endCapacity); at++) {
      if (memory.u32[(this.ends >>> 2) + at] === 0) continue
      memory.u32[(this.ends >>> 2) + at] = 0
      cleared++
    }
    this.endedCount -= cleared
    return cleared
  }

  /** Whether every row of the group counts for everyone. */
  isSettled(stamps: Stamps): boolean {
    this.tidyRuns(stamps)
    return this.runStamps.length === 0 && this.endedCount === 0
  }

  isVisible(row: number, snapshot: Snapshot, stamps: Stamps, memory: LinearMemory): boolean {
    if (this.runStamps.length > 0 && !stamps.isVisible(this.beginOf(row), snapshot)) return false
    if (this.ends === 0) return true
    const end = this.endOf(row, memory)
    return end === 0 || !stamps.isVisible(end, snapshot)
  }

  /**
   * Writes the visible rows of [from, from + count), relative to `from`, as u16 to `target`. Returns how many; when all
   * are visible, -1 and nothing need have been written.
   */
  visibleRows(
    from: number,
    count: number,
    snapshot: Snapshot,
    stamps: Stamps,
    memory: LinearMemory,
    target: number,
  ): number {
    const begun = this.hasInvisibleBegin(from, count, snapshot, stamps)
    const anyEnded = this.endedCount > 0 && from < this.endCapacity
    if (!begun && !anyEnded) return -1
    const { u16, u32 } = memory
    const out = target >>> 1
    const ends = this.ends >>> 2
    let found = 0
    let lastEnd = ENDED_FOR_ALL
    let lastEndVisible = true
    let run = -1
    let runEnd = from
    let runVisible = true
    for (let row = from; row < from + count; row++) {
      if (begun && row >= runEnd) {
        run = this.runOf(row)
        runEnd = run + 1 < this.runStarts.length ? this.runStarts[run + 1] : Infinity
        runVisible = run === -1 || stamps.isVisible(this.runStamps[run], snapshot)
      }
      if (!runVisible) continue
      if (anyEnded && row < this.endCapacity) {
        const end = u32[ends + row]
        if (end !== 0) {
          if (end !== lastEnd) {
            lastEnd = end
            lastEndVisible = stamps.isVisible(end, snapshot)
          }
          if (lastEndVisible) continue
        }
      }
      u16[out + found++] = row - from
    }
    return found === count ? -1 : found
  }

  private hasInvisibleBegin(from: number, count: number, snapshot: Snapshot, stamps: Stamps): boolean {
    const { runStarts, runStamps } = this
    for (let i = Math.max(0, this.runOf(from)); i < runStarts.length && runStarts[i] < from + count; i++) {
      if (!stamps.isVisible(runStamps[i], snapshot)) return true
    }
    return false
  }

  /** Rows up to the last that a snapshot may see: what others have appended since is cut off. */
  countUpTo(snapshot: Snapshot, stamps: Stamps): number {
    const { runStarts, runStamps } = this
    let count = this.rowCount
    for (let i = runStarts.length - 1; i >= 0 && !stamps.isVisible(runStamps[i], snapshot); i--) count = runStarts[i]
    return count
  }

  countVisible(snapshot: Snapshot, stamps: Stamps, memory: LinearMemory): number {
    if (this.runStamps.length > 0) this.tidyRuns(stamps)
    if (this.runStamps.length === 0) {
      if (this.endedCount === 0) return this.rowCount
      if (this.newestEnd < stamps.base) return this.rowCount - this.endedCount
    }
    let count = 0
    for (let row = 0; row < this.rowCount; row++) if (this.isVisible(row, snapshot, stamps, memory)) count++
    return count
  }

  /** Forgets rows from `count` on, which nobody sees. */
  truncate(count: number): void {
    this.rowCount = count
    for (const builder of this.builders!) builder.truncate(count)
    while (this.runStarts.length > 0 && this.runStarts[this.runStarts.length - 1] >= count) {
      this.runStarts.pop()
      this.runStamps.pop()
    }
  }

  /** Takes over the stamps of a group with the same rows. */
  copyStamps(from: RowGroup, pool: Pool, owner: Owner): void {
    this.runStarts.push(...from.runStarts)
    this.runStamps.push(...from.runStamps)
    if (from.ends === 0) return
    this.endCapacity = from.endCapacity
    this.ends = pool.allocate(from.endCapacity * 4, owner)
    pool.memory.u8.copyWithin(this.ends, from.ends, from.ends + from.endCapacity * 4)
    this.endedCount = from.endedCount
    this.newestEnd = from.newestEnd
  }

  /** Replaces stamps that count for everyone by those that need no looking up. */
  settleStamps(memory: LinearMemory): void {
    this.runStarts.length = 0
    this.runStamps.length = 0
    for (let row = 0; row < Math.min(this.rowCount, this.endCapacity); row++) {
      const at = (this.ends >>> 2) + row
      if (memory.u32[at] !== 0) memory.u32[at] = ENDED_FOR_ALL
    }
    this.newestEnd = ENDED_FOR_ALL
  }

  /** Gives up the segments and stamps. */
  release(reclaimer: Reclaimer): void {
    this.isDropped = true
    for (const segment of this.segments) segment.release(reclaimer)
    reclaimer.retire(this.ends)
    this.ends = 0
    this.endCapacity = 0
  }
}
