/**
 * Scanning a table: batches inside one segment each, row groups passed over whose bounds cannot match, and rows that the
 * snapshot does not see left out by the selection. A scan keeps the row groups it began with; the table is pinned while
 * it runs, so that what is dropped meanwhile stays readable.
 */
import { defaultBatchSize } from '../settings.ts'
import type { Batch, Selection, Vector } from '../types/vector.ts'
import type { Owner } from './allocator.ts'
import type { ColumnRange, ScanOptions } from './interface.ts'
import type { RowGroup } from './row-group.ts'
import { segmentVector } from './segment-value.ts'
import type { Snapshot } from './stamps.ts'
import type { TableStore } from './table-store.ts'

export const scanOwner: Owner = { kind: 'query', name: 'scan' }

/** Snapshots of scans that are running: they count among those in use. */
export type ActiveSnapshots = Set<Snapshot>

/** @param snapshot the scan's own: it stands among those in use while the scan runs */
export function* scanStore(
  store: TableStore,
  options: ScanOptions,
  snapshot: Snapshot,
  active: ActiveSnapshots,
): Generator<Batch> {
  const { pool, stamps, columns, reclaimer } = store
  const { memory } = pool
  const batchSize = options.batchSize ?? defaultBatchSize
  const wanted = options.columns.map((column) => columns[column])
  const bounds = options.columns.map((column) => roundedBounds(store, column))
  const groups = store.groups
  const counts = groups.map((group) => group.countUpTo(snapshot, stamps))
  active.add(snapshot)
  reclaimer.pin()
  const room = Math.min(
    batchSize,
    counts.reduce((most, count) => Math.max(most, count), 0),
  )
  const refs = wanted.map(({ encoding }) => (encoding === 'heap' && room > 0 ? pool.allocate(room * 8, scanOwner) : 0))
  let selected = 0
  try {
    for (let at = 0; at < groups.length; at++) {
      const group = groups[at]
      if (options.ranges !== undefined && cannotMatch(group, options.ranges)) continue
      for (let from = 0; from < counts[at]; from += batchSize) {
        const count = Math.min(batchSize, counts[at] - from)
        let selection: Selection | null = null
        if (group.runStamps.length > 0 || group.endedCount > 0) {
          if (selected === 0) selected = pool.allocate(room * 2, scanOwner)
          const visible = group.visibleRows(from, count, snapshot, stamps, memory, selected)
          if (visible === 0) continue
          if (visible !== -1) selection = { pointer: selected, count: visible }
        }
        const vectors: Vector[] = new Array(wanted.length)
        for (let i = 0; i < wanted.length; i++) {
          const { type, scale } = wanted[i]
          const segment = group.segments[options.columns[i]]
          const { min, max } = bounds[i]
          vectors[i] = segmentVector(segment, type, scale, from, count, refs[i], memory, min, max)
        }
        yield { rowCount: count, columns: vectors, selection, firstRowId: group.firstRow + from }
      }
    }
  } finally {
    for (const pointer of refs) pool.free(pointer)
    pool.free(selected)
    active.delete(snapshot)
    reclaimer.unpin()
  }
}

/** Whether a group's bounds rule out that a row meets all ranges. */
export function cannotMatch(group: RowGroup, ranges: readonly ColumnRange[]): boolean {
  for (const { column, low, high } of ranges) {
    const { min, max, encoding } = group.segments[column]
    if (encoding === 'dictionary' || encoding === 'heap') continue
    if (min > max || (low !== undefined && max < low) || (high !== undefined && min > high)) return true
  }
  return false
}

/**
 * Bounds of a column over the whole table, moved outward to powers of two: kernels are specialised by them, and inserting
 * the next larger key should not make new ones.
 */
export function roundedBounds(store: TableStore, column: number): { min?: number; max?: number } {
  const { encoding } = store.columns[column]
  if (encoding === 'heap' || encoding === 'f32' || encoding === 'f64') return {}
  const { min, max } = store.bounds(column)
  if (min > max) return {}
  return {
    min: min >= 0 ? 0 : -(2 ** Math.ceil(Math.log2(-min))),
    max: max <= 0 ? 0 : 2 ** Math.ceil(Math.log2(max + 1)) - 1,
  }
}
