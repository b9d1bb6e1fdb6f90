/**
 * Texts that records point to must outlive their batch. Those of tables do; others are copied, for each batch, to one
 * stretch of memory before the batch is added, and whatever a record then points to in it is moved to memory that stays.
 */
import type { Batch } from '../../types/vector.ts'
import { selectedCount } from '../../types/vector.ts'
import { aggregateLibrary } from './aggregate-library.ts'
import { library } from './library.ts'
import { Linearizer } from './linearize.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { moveLibrary } from './move-library.ts'

export class TextKeeper {
  private readonly position: number
  private readonly memory: QueryMemory
  private readonly linearizer: Linearizer
  private readonly refs: ScratchBlock
  private readonly bytes: ScratchBlock
  private length = 0
  private heap = 0
  private heapEnd = 0

  /** @param position of the text column in batches */
  constructor(position: number, memory: QueryMemory) {
    this.position = position
    this.memory = memory
    this.linearizer = new Linearizer(memory)
    this.refs = new ScratchBlock(memory)
    this.bytes = new ScratchBlock(memory)
  }

  /** The batch with the column's texts in our stretch; the batch itself when they are a table's. */
  gather(batch: Batch): Batch {
    let vector = batch.columns[this.position]
    this.length = 0
    if (vector.layout === 'values') vector = this.linearizer.convert(vector, batch)!
    if (vector.layout !== 'refs' || vector.stable) return batch
    const { pointer, validity, type } = vector
    const move = library(moveLibrary, this.memory.memory)
    const count = selectedCount(batch)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    this.length = move.textBytes(pointer, validity, selection, count) + 1
    const bytes = this.bytes.ensure(this.length)
    const dense = this.refs.ensure(batch.rowCount * 16)
    move.copyTexts(pointer, validity, dense, bytes, selection, count)
    let refs = dense
    if (batch.selection !== null) {
      refs = dense + batch.rowCount * 8
      const { u16, i64 } = this.memory.memory
      for (let n = 0; n < count; n++) i64[(refs >>> 3) + u16[(selection >>> 1) + n]] = i64[(dense >>> 3) + n]
    }
    const columns = [...batch.columns]
    columns[this.position] = { layout: 'refs', type, pointer: refs, validity }
    return { ...batch, columns }
  }

  /** Moves the texts of the batch that records now point to. `numbers` are the rows' records, or 0 when there is one only. */
  keep(
    numbers: number,
    count: number,
    records: number,
    stride: number,
    slots: readonly { readonly offset: number }[],
  ): void {
    if (this.length === 0) return
    const kernels = library(aggregateLibrary, this.memory.memory)
    for (const { offset } of slots) {
      if (this.heap + this.length > this.heapEnd) {
        const size = Math.max(this.length, 65536)
        this.heap = this.memory.allocate(size)
        this.heapEnd = this.heap + size
      }
      this.heap =
        kernels.keepTexts(numbers, count, records + offset, stride, this.bytes.pointer, this.length, this.heap) >>> 0
    }
  }
}
