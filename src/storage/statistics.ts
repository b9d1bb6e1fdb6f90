/** What the planner may know of a table: kept as rows arrive, so that reading it costs next to nothing. */
import { traits } from '../types/traits.ts'
import type { ColumnStatistics, TableDefinition, TableStatistics } from './interface.ts'
import type { Segment } from './segment.ts'
import { addSegment, createSketch, estimateDistinct, mergeSketch } from './sketch.ts'
import { StoreSample } from './table-sample.ts'
import type { TableStore } from './table-store.ts'

const variableWidth = 16

export class StoreStatistics implements TableStatistics {
  private readonly store: TableStore
  private readonly definition: TableDefinition
  private readonly columns: (ColumnStatistics | undefined)[] = []
  private version = -1
  private countedRows = 0
  private sampled: StoreSample | undefined
  private sampledAt = 0

  constructor(store: TableStore, definition: TableDefinition) {
    this.store = store
    this.definition = definition
  }

  get rowCount(): number {
    return this.store.rowCount - this.store.endedCount
  }

  column(index: number): ColumnStatistics {
    const { store } = this
    if (this.version !== store.version) {
      this.version = store.version
      const grown = Math.abs(store.rowCount - this.countedRows)
      if (grown * 8 > this.countedRows || this.isBeyondBounds()) {
        this.columns.length = 0
        this.countedRows = store.rowCount
      }
    }
    return (this.columns[index] ??= this.compute(index))
  }

  sample(): StoreSample | undefined {
    const { rowCount } = this.store
    if (rowCount === 0) return undefined
    if (this.sampled === undefined || Math.abs(rowCount - this.sampledAt) * 8 > this.sampledAt) {
      this.sampled = new StoreSample(this.store)
      this.sampledAt = rowCount
    }
    return this.sampled
  }

  /** Whether a value has come that the statistics exclude: bounds must never be too narrow. */
  private isBeyondBounds(): boolean {
    for (let index = 0; index < this.columns.length; index++) {
      const known = this.columns[index]
      if (known === undefined) continue
      const { min, max } = this.store.bounds(index)
      if (min <= max && (known.min === undefined || min < known.min || max > known.max!)) return true
    }
    return false
  }

  private compute(index: number): ColumnStatistics {
    const { store } = this
    const column = store.columns[index]
    const rows = store.rowCount
    let nulls = 0
    let bytes = 0
    for (const group of store.groups) {
      const segment = group.segments[index]
      nulls += segment.nullCount
      bytes += segment.encoding === 'heap' ? segment.heapLength : widthOf(segment) * group.rowCount
    }
    const { min, max } = store.bounds(index)
    const values = Math.max(0, rows - nulls)
    const unique = this.definition.indexes.some(
      ({ unique, columns, expressions, where }) =>
        unique && columns.length === 1 && columns[0] === index && expressions === undefined && where === undefined,
    )
    const { storage } = traits(column.type)
    const isNumber = storage === 'integer' || storage === 'float'
    let distinct = unique ? this.rowCount : Math.min(this.estimate(index), values)
    if (storage === 'integer' && min <= max) distinct = Math.min(distinct, max - min + 1)
    return {
      min: isNumber && min <= max ? min : undefined,
      max: isNumber && min <= max ? max : undefined,
      nullFraction: rows === 0 ? 0 : Math.max(0, nulls) / rows,
      distinct: values === 0 ? 0 : Math.max(1, distinct),
      averageWidth: rows === 0 ? (isNumber ? traits(column.type).width : variableWidth) : bytes / rows,
      unique,
    }
  }

  private estimate(index: number): number {
    const { store } = this
    const { sketch } = store.columns[index]
    const { tail } = store
    if (tail === undefined || tail.rowCount === 0) return estimateDistinct(sketch)
    const merged = createSketch()
    mergeSketch(merged, sketch)
    addSegment(merged, tail.segments[index], tail.rowCount, store.pool.memory)
    return estimateDistinct(merged)
  }
}

/** Bytes of a value, on average. */
function widthOf(segment: Segment): number {
  if (segment.encoding === 'dictionary') {
    const { byteLength, size } = segment.dictionary!
    return size === 0 ? 0 : byteLength / size
  }
  return segment.width
}
