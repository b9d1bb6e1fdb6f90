/** Rows that operators keep: arrays of JavaScript values, one per column. */
import type { OutputColumn } from '../planner/expression.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, type Vector } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { ExecutionContext, Operator } from './operator.ts'

export class RowBuffer {
  readonly columns: Value[][]
  rowCount = 0
  /** About how many bytes the rows take. */
  bytes = 0

  constructor(width: number) {
    this.columns = Array.from({ length: width }, () => [])
  }

  /** Keeps the batch's rows; 53200 when that is more than the database may have. */
  keep(batch: Batch, { pool }: ExecutionContext): void {
    const before = this.rowCount
    this.append(batch, pool.memory)
    const added = this.rowCount - before
    if (added === 0) return
    let width = 0
    for (const column of this.columns) width += valueBytes(column[before])
    this.bytes += added * width
    pool.assertRoom(this.bytes)
  }

  push(row: readonly Value[]): void {
    for (let column = 0; column < this.columns.length; column++) this.columns[column].push(row[column])
    this.rowCount++
  }

  append(batch: Batch, memory: LinearMemory): void {
    for (let column = 0; column < this.columns.length; column++) {
      appendValues(this.columns[column], batch.columns[column], batch, memory)
    }
    this.rowCount += selectedCount(batch)
  }
}

/** What a kept value takes, roughly: its place, and its text. */
export function valueBytes(value: Value): number {
  return 16 + (typeof value === 'string' ? value.length : 0)
}

/** Appends the values of a column's selected rows. */
export function appendValues(target: Value[], vector: Vector, batch: Batch, memory: LinearMemory): void {
  const { selection, rowCount } = batch
  const read = vectorReader(vector, memory)
  if (selection === null) {
    for (let row = 0; row < rowCount; row++) target.push(read(row))
  } else {
    const first = selection.pointer >>> 1
    for (let n = 0; n < selection.count; n++) target.push(read(memory.u16[first + n]))
  }
}

/** All rows of an operator. */
export function materialise(input: Operator, context: ExecutionContext): RowBuffer {
  const buffer = new RowBuffer(input.columns.length)
  for (const batch of input.open(context)) {
    context.checkInterrupt()
    buffer.keep(batch, context)
  }
  return buffer
}

/** A batch over arrays of values. */
export function valuesBatch(
  columns: readonly OutputColumn[],
  arrays: readonly (readonly Value[])[],
  rowCount: number,
): Batch {
  return {
    rowCount,
    columns: columns.map((column, index) => ({ layout: 'values', type: column.type, values: arrays[index] })),
    selection: null,
  }
}

/** Kept rows as batches, in their order. */
export function* bufferBatches(
  columns: readonly OutputColumn[],
  arrays: readonly (readonly Value[])[],
  rowCount: number,
  context: ExecutionContext,
): Generator<Batch> {
  const { batchSize } = context
  if (rowCount <= batchSize) {
    if (rowCount > 0) yield valuesBatch(columns, arrays, rowCount)
    return
  }
  for (let start = 0; start < rowCount; start += batchSize) {
    context.checkInterrupt()
    const end = Math.min(start + batchSize, rowCount)
    const slices = arrays.map((array) => array.slice(start, end))
    yield valuesBatch(columns, slices, end - start)
  }
}

/** Kept rows as batches, in the order of `order`, from its position `start` to `end`. */
export function* orderedBatches(
  columns: readonly OutputColumn[],
  arrays: readonly (readonly Value[])[],
  order: ArrayLike<number>,
  context: ExecutionContext,
  start = 0,
  end: number = order.length,
): Generator<Batch> {
  const { batchSize } = context
  for (let first = start; first < end; first += batchSize) {
    context.checkInterrupt()
    const count = Math.min(batchSize, end - first)
    const slices = arrays.map((array) => {
      const slice = new Array<Value>(count)
      for (let n = 0; n < count; n++) slice[n] = array[order[first + n]]
      return slice
    })
    yield valuesBatch(columns, slices, count)
  }
}

/** Collects rows of an output, value by value, into batches of the context's size. */
export class RowWriter {
  arrays: Value[][]
  rowCount = 0
  private readonly columns: readonly OutputColumn[]
  private readonly batchSize: number

  constructor(columns: readonly OutputColumn[], context: ExecutionContext) {
    this.columns = columns
    this.batchSize = context.batchSize
    this.arrays = columns.map(() => [])
  }

  get isFull(): boolean {
    return this.rowCount >= this.batchSize
  }

  /** The rows collected so far, which the writer then forgets. */
  take(): Batch {
    const batch = valuesBatch(this.columns, this.arrays, this.rowCount)
    this.arrays = this.columns.map(() => [])
    this.rowCount = 0
    return batch
  }
}
