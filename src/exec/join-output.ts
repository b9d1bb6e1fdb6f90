/** What joins have in common: the pairs they yield, and the batches of a join that only keeps or marks left rows. */

import { SqlError } from '../error.ts'
import type { OutputColumn } from '../planner/expression.ts'
import { BOOLEAN } from '../types/data-type.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { ExecutionContext } from './operator.ts'
import { RowWriter } from './rows.ts'
import type { SelectionScratch } from './scratch.ts'

/** Collects pairs of a left row, which stands in a batch, and a right row, which stands in arrays. */
export class PairWriter extends RowWriter {
  private readonly leftWidth: number
  private readonly rightWidth: number
  private readers: ((row: number) => Value)[] = []

  constructor(columns: readonly OutputColumn[], leftWidth: number, context: ExecutionContext) {
    super(columns, context)
    this.leftWidth = leftWidth
    this.rightWidth = columns.length - leftWidth
  }

  /** Makes the batch's rows the left rows. */
  bind(batch: Batch, memory: LinearMemory): void {
    this.readers = batch.columns.map((vector) => vectorReader(vector, memory))
  }

  private addLeft(row: number): void {
    for (let column = 0; column < this.leftWidth; column++) this.arrays[column].push(this.readers[column](row))
  }

  add(leftRow: number, right: readonly (readonly Value[])[], rightRow: number): void {
    this.addLeft(leftRow)
    for (let column = 0; column < this.rightWidth; column++) {
      this.arrays[this.leftWidth + column].push(right[column][rightRow])
    }
    this.rowCount++
  }

  /** A left row without a match. */
  addLeftOnly(leftRow: number): void {
    this.addLeft(leftRow)
    for (let column = 0; column < this.rightWidth; column++) this.arrays[this.leftWidth + column].push(null)
    this.rowCount++
  }

  /** A right row without a match. */
  addRightOnly(right: readonly (readonly Value[])[], rightRow: number): void {
    for (let column = 0; column < this.leftWidth; column++) this.arrays[column].push(null)
    for (let column = 0; column < this.rightWidth; column++) {
      this.arrays[this.leftWidth + column].push(right[column][rightRow])
    }
    this.rowCount++
  }
}

/** The right rows that no left row matched, for RIGHT and FULL joins. */
export function* unmatchedRight(
  writer: PairWriter,
  right: readonly (readonly Value[])[],
  rowCount: number,
  matched: Uint8Array,
  context: ExecutionContext,
): Generator<Batch> {
  for (let row = 0; row < rowCount; row++) {
    if (matched[row] === 1) continue
    writer.addRightOnly(right, row)
    if (writer.isFull) {
      yield writer.take()
      context.checkInterrupt()
    }
  }
}

/** The left rows that `keep` accepts, in a batch that copies nothing; undefined when none is left. */
export function keepRows(
  batch: Batch,
  keep: (row: number) => boolean,
  scratch: SelectionScratch,
  memory: LinearMemory,
): Batch | undefined {
  const count = selectedCount(batch)
  scratch.start(count)
  for (let n = 0; n < count; n++) {
    const row = selectedRow(batch, n, memory)
    if (keep(row)) scratch.add(row)
  }
  if (scratch.count === 0) return undefined
  return scratch.count === count ? batch : { ...batch, selection: scratch.selection() }
}

/** The batch with a boolean column more: what `mark` says of each row. */
export function markRows(batch: Batch, mark: (row: number) => boolean | null, memory: LinearMemory): Batch {
  const values = new Array<Value>(batch.rowCount).fill(null)
  const count = selectedCount(batch)
  for (let n = 0; n < count; n++) {
    const row = selectedRow(batch, n, memory)
    values[row] = mark(row)
  }
  return { ...batch, columns: [...batch.columns, { layout: 'values', type: BOOLEAN, values }] }
}

/** A scalar subquery that became a join found a second row. */
export function moreThanOneRow(): SqlError {
  return new SqlError('cardinality_violation', 'more than one row returned by a subquery used as an expression')
}
