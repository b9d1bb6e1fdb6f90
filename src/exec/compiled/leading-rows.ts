/**
 * The rows of a window that may be among the first k of their partition. Of each partition the k best values of the first
 * order key are known; a row that comes after all of them, strictly, has k rows before it, and is left out before rows are
 * kept and sorted. What stays is more than the first k rows of each partition, and has them all.
 */
import type { OutputColumn, SortKey } from '../../planner/expression.ts'
import { type Batch, selectedCount, selectedRow, type Vector } from '../../types/vector.ts'
import { GroupKeys } from './group-keys.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { valueClass } from './shape.ts'

/** Whether the first of each partition can be told by kernels. */
export function canLead(first: number | undefined, orderBy: readonly SortKey[]): first is number {
  if (first === undefined || orderBy.length === 0) return false
  const type = valueClass(orderBy[0].expression.type)
  return type === 'integer' || type === 'float'
}

export class LeadingRows {
  private readonly first: number
  private readonly order: SortKey
  private readonly memory: QueryMemory
  private readonly partitions: GroupKeys | undefined
  private readonly selection: ScratchBlock
  /** Per partition, the best values, as doubles of which smaller ones come first, in order. */
  private best = 0
  private room = 0
  private started = 0
  private scale: number | undefined

  /** @param partitionColumns those of PARTITION BY */
  constructor(first: number, order: SortKey, partitionColumns: readonly OutputColumn[], memory: QueryMemory) {
    this.first = first
    this.order = order
    this.memory = memory
    this.partitions = partitionColumns.length > 0 ? new GroupKeys(partitionColumns, memory, 1000) : undefined
    this.selection = new ScratchBlock(memory)
  }

  /** The batch with the rows that may be among the first, given the values of PARTITION BY and of the first order key. */
  select(batch: Batch, partition: readonly Vector[], key: Vector): Batch {
    const { memory, first } = this
    if (!('scale' in key) || (this.scale ?? key.scale) !== key.scale) return batch
    this.scale = key.scale
    const numbers = this.partitions?.number(partition, batch).numbers
    this.start(this.partitions?.size ?? 1)
    const count = selectedCount(batch)
    const target = this.selection.ensure(count * 2 + 16)
    const { f64, u16, u32, u8 } = memory.memory
    const values = memory.memory[key.layout].subarray(key.pointer / memory.memory[key.layout].BYTES_PER_ELEMENT)
    const { descending, nullsFirst } = this.order
    const best = this.best >>> 3
    let kept = 0
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory.memory)
      let code: number
      if (key.validity !== 0 && u8[key.validity + row] === 0) code = nullsFirst ? -Infinity : Infinity
      else {
        const value = Number(values[row])
        // NaN is greater than all.
        code = value === value ? value : Infinity
        if (descending) code = -code
      }
      const from = best + (numbers === undefined ? 0 : u32[(numbers >>> 2) + n]) * first
      let place = from + first - 1
      if (code > f64[place]) continue
      u16[(target >>> 1) + kept++] = row
      for (; place > from && f64[place - 1] > code; place--) f64[place] = f64[place - 1]
      f64[place] = code
    }
    return { ...batch, selection: { pointer: target, count: kept } }
  }

  private start(partitions: number): void {
    if (partitions <= this.started) return
    const { memory, first } = this
    if (partitions > this.room) {
      this.room = Math.max(partitions, this.room * 2)
      this.best = memory.reallocate(this.best, this.room * first * 8)
    }
    const from = (this.best >>> 3) + this.started * first
    memory.memory.f64.fill(Infinity, from, (this.best >>> 3) + partitions * first)
    this.started = partitions
  }
}
