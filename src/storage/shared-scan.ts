/**
 * A table scan as plain data, so that several threads can each read a part of it: which segments lie where, and which of
 * their rows the snapshot sees. Who describes a scan keeps the table pinned until `release`.
 */
import { defaultBatchSize } from '../settings.ts'
import type { DataType } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Batch, Dictionary, Selection, Vector } from '../types/vector.ts'
import type { ScanOptions } from './interface.ts'
import { type ActiveSnapshots, cannotMatch, roundedBounds, scanOwner } from './scan.ts'
import type { SegmentEncoding } from './segment.ts'
import { type SegmentParts, segmentVector } from './segment-value.ts'
import type { Snapshot } from './stamps.ts'
import type { TableStore } from './table-store.ts'

export interface SharedSegment {
  readonly encoding: SegmentEncoding
  readonly pointer: number
  readonly width: 1 | 2 | 4 | 8
  readonly validity: number
  readonly nullCount: number
  readonly heap: number
  /** The number of its dictionary in `dictionaries`, counted from 1; 0 for none. */
  readonly dictionary: number
}

export interface SharedGroup {
  readonly firstRow: number
  readonly rowCount: number
  readonly segments: readonly SharedSegment[]
  /** Per batch, the address and the number of visible rows; the address 0 when all are. Absent when all rows of the group are. */
  readonly visible?: readonly (readonly [pointer: number, count: number])[]
}

export interface SharedScan {
  readonly batchSize: number
  readonly columns: readonly {
    readonly type: DataType
    readonly scale: number
    readonly min?: number
    readonly max?: number
    readonly isHeap: boolean
  }[]
  readonly groups: readonly SharedGroup[]
  readonly dictionaries: readonly Dictionary[]
  release(): void
}

/** One batch of a scan: rows from `from` on of a group. */
export interface SharedBatch {
  readonly group: SharedGroup
  readonly segments: readonly SegmentParts[]
  readonly from: number
  readonly index: number
}

export function shareScan(
  store: TableStore,
  options: ScanOptions,
  snapshot: Snapshot,
  active: ActiveSnapshots,
): SharedScan {
  const { pool, stamps, columns, reclaimer } = store
  const batchSize = options.batchSize ?? defaultBatchSize
  const selections: number[] = []
  active.add(snapshot)
  reclaimer.pin()
  const dictionaries: Dictionary[] = []
  const numberOf = (dictionary: Dictionary | undefined): number => {
    if (dictionary === undefined) return 0
    const known = dictionaries.indexOf(dictionary)
    return known >= 0 ? known + 1 : dictionaries.push(dictionary)
  }
  const groups: SharedGroup[] = []
  for (const group of store.groups) {
    const rowCount = group.countUpTo(snapshot, stamps)
    if (rowCount === 0 || (options.ranges !== undefined && cannotMatch(group, options.ranges))) continue
    const segments = options.columns.map((column): SharedSegment => {
      const { encoding, pointer, width, validity, nullCount, heap, dictionary } = group.segments[column]
      return { encoding, pointer, width, validity, nullCount, heap, dictionary: numberOf(dictionary) }
    })
    let visible: (readonly [number, number])[] | undefined
    if (group.runStamps.length > 0 || group.endedCount > 0) {
      visible = []
      for (let from = 0; from < rowCount; from += batchSize) {
        const count = Math.min(batchSize, rowCount - from)
        const target = pool.allocate(count * 2, scanOwner)
        const seen = group.visibleRows(from, count, snapshot, stamps, pool.memory, target)
        if (seen === -1) pool.free(target)
        else selections.push(target)
        visible.push(seen === -1 ? [0, count] : [target, seen])
      }
    }
    groups.push({ firstRow: group.firstRow, rowCount, segments, visible })
  }
  return {
    batchSize,
    columns: options.columns.map((column) => ({
      type: columns[column].type,
      scale: columns[column].scale,
      ...roundedBounds(store, column),
      isHeap: columns[column].encoding === 'heap',
    })),
    groups,
    dictionaries,
    release() {
      for (const selection of selections) pool.free(selection)
      active.delete(snapshot)
      reclaimer.unpin()
    },
  }
}

export function countBatches({ groups, batchSize }: Pick<SharedScan, 'groups' | 'batchSize'>): number {
  return groups.reduce((count, { rowCount }) => count + Math.ceil(rowCount / batchSize), 0)
}

/** The batches of a scan, in order; a thread reads some of them. */
export function sharedBatches({
  groups,
  batchSize,
  dictionaries,
}: Pick<SharedScan, 'groups' | 'batchSize' | 'dictionaries'>): SharedBatch[] {
  const batches: SharedBatch[] = []
  for (const group of groups) {
    const segments = group.segments.map((segment) => ({ ...segment, dictionary: dictionaries[segment.dictionary - 1] }))
    for (let from = 0, index = 0; from < group.rowCount; from += batchSize, index++)
      batches.push({ group, segments, from, index })
  }
  return batches
}

/** A batch's vectors; undefined when no row is visible. `refs` has, per column of texts, room for 8 bytes a row. */
export function readShared(
  { columns, batchSize }: Pick<SharedScan, 'columns' | 'batchSize'>,
  { group, segments, from, index }: SharedBatch,
  refs: readonly number[],
  memory: LinearMemory,
): Batch | undefined {
  const count = Math.min(batchSize, group.rowCount - from)
  let selection: Selection | null = null
  if (group.visible !== undefined) {
    const [pointer, seen] = group.visible[index]
    if (seen === 0) return undefined
    if (pointer !== 0) selection = { pointer, count: seen }
  }
  const vectors: Vector[] = new Array(columns.length)
  for (let i = 0; i < columns.length; i++) {
    const { type, scale, min, max } = columns[i]
    vectors[i] = segmentVector(segments[i], type, scale, from, count, refs[i], memory, min, max)
  }
  return { rowCount: count, columns: vectors, selection, firstRowId: group.firstRow + from }
}
