/** Some rows of a table, evenly spread and the same for all columns: what the planner tries predicates on. */
import type { Value } from '../types/value.ts'
import type { RowId, TableSample } from './interface.ts'
import { readSegmentValue } from './segment-value.ts'
import type { TableStore } from './table-store.ts'

/** Tables of no more rows are known in full. */
const completeRows = 4096
const sampledRows = 1024
const goldenRatio = 0.6180339887498949

export class StoreSample implements TableSample {
  readonly rowCount: number
  readonly isComplete: boolean
  readonly answers: WeakMap<object, Uint8Array> = new WeakMap()
  private readonly store: TableStore
  private readonly rows: RowId[]
  private readonly columns: (readonly Value[] | undefined)[] = []

  constructor(store: TableStore) {
    this.store = store
    const present = store.rowCount - store.endedCount
    this.isComplete = present <= completeRows
    this.rows = this.isComplete ? allRows(store) : spreadRows(store)
    this.rowCount = this.rows.length
  }

  column(index: number): readonly Value[] {
    return (this.columns[index] ??= this.read(index))
  }

  /** Rows that have gone since they were chosen count as NULL. */
  private read(index: number): readonly Value[] {
    const { slots, columns, pool } = this.store
    const { type } = columns[index]
    return this.rows.map((row) => {
      const group = slots[row >>> 16]
      if (group === undefined || (row & 65535) >= group.rowCount) return null
      return readSegmentValue(group.segments[index], row & 65535, type, pool.memory)
    })
  }
}

function allRows(store: TableStore): RowId[] {
  const rows: RowId[] = []
  for (const group of store.groups) {
    for (let row = 0; row < group.rowCount; row++) {
      if (group.endedCount === 0 || group.endOf(row, store.pool.memory) === 0) rows.push(group.firstRow + row)
    }
  }
  return rows
}

/** One row of each of as many stretches of the table, at a place that differs from stretch to stretch. */
function spreadRows(store: TableStore): RowId[] {
  const rows: RowId[] = []
  const stretch = store.rowCount / sampledRows
  let number = 0
  let before = 0
  for (let index = 0; index < sampledRows; index++) {
    const at = Math.floor((index + ((index * goldenRatio) % 1)) * stretch)
    while (number < store.groups.length && at >= before + store.groups[number].rowCount) {
      before += store.groups[number].rowCount
      number++
    }
    const group = store.groups[number]
    if (group === undefined) break
    if (group.endedCount > 0 && group.endOf(at - before, store.pool.memory) !== 0) continue
    rows.push(group.firstRow + at - before)
  }
  return rows
}
