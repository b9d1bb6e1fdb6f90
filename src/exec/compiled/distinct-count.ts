/**
 * count(DISTINCT x), group by group. Integers within bounds are bits: one per group and value, where that is not many more
 * than there are rows. All else goes through a table of pairs of group and value.
 *
 *   group 0 ▸ 0110 0001 …   group 1 ▸ 1000 1010 …      a bit that was 0 adds one to its group's count
 *
 * Which of the two a pair belongs to never changes in a run, so none is counted by both.
 */
import type { OutputColumn } from '../../planner/expression.ts'
import { INTEGER } from '../../types/data-type.ts'
import { type Batch, type FixedVector, type Selection, selectedCount, type Vector } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { aggregateLibrary } from './aggregate-library.ts'
import type { StateSlot } from './aggregate-states.ts'
import { Evaluation, type EvaluationPlan } from './evaluation.ts'
import { GroupKeys } from './group-keys.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { isLinear, Linearizer } from './linearize.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { type SelectionPlan, Selector } from './selection.ts'
import { valueClass } from './shape.ts'

/** Bytes of bits: so many per row, and these in any case and at most. */
const bytesPerRow = 8
const fewBytes = 2 ** 21
const mostBytes = 2 ** 28

export interface DistinctCount {
  readonly call: number
  readonly slot: StateSlot
  readonly argument: EvaluationPlan
  readonly filter: SelectionPlan | undefined
}

export class DistinctCounter {
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly argument: Evaluation
  private readonly filter: Selector | undefined
  private readonly linearizer: Linearizer
  private readonly keyColumns: readonly OutputColumn[]
  private readonly isInteger: boolean
  private readonly mostBytes: number
  private keys: GroupKeys | undefined
  private bits: GroupBits | undefined
  private readonly rest: ScratchBlock
  private readonly validity: ScratchBlock

  /** @param expectedRows how many rows may come */
  constructor(
    { argument, filter }: DistinctCount,
    expectedRows: number,
    context: ExecutionContext,
    memory: QueryMemory,
  ) {
    const [{ type }] = argument.expressions
    this.memory = memory
    this.kernels = library(aggregateLibrary, memory.memory)
    this.argument = new Evaluation(argument, context, memory)
    this.filter = filter && new Selector(filter, context, memory)
    this.keyColumns = [
      { id: -1, name: 'group', type: INTEGER },
      { id: -2, name: 'value', type },
    ]
    this.isInteger = valueClass(type) === 'integer'
    this.mostBytes = Math.min(mostBytes, Math.max(fewBytes, expectedRows * bytesPerRow))
    this.linearizer = new Linearizer(memory)
    this.rest = new ScratchBlock(memory)
    this.validity = new ScratchBlock(memory)
  }

  /**
   * Adds to the counts, which stand every `stride` bytes from `slot` on, what is new in a batch; `byRow` are the rows' groups
   * (u32), below `groupCount`.
   */
  add(source: Batch, byRow: number, groupCount: number, slot: number, stride: number): void {
    const batch: Batch = this.filter ? { ...source, selection: this.filter.select(source) } : source
    if (selectedCount(batch) === 0) return
    const [value] = this.argument.evaluate(batch)
    const rest = this.addBits(value, batch, byRow, groupCount, slot, stride)
    if (selectedCount(rest) > 0) this.addKeys(value, rest, byRow, slot, stride)
  }

  /** Counts what bits can hold, and returns the batch with the rows that are left over. */
  private addBits(value: Vector, batch: Batch, byRow: number, groupCount: number, slot: number, stride: number): Batch {
    if (!this.isInteger || (this.bits === undefined && this.keys !== undefined)) return batch
    const linear = isLinear(value) ? value : this.linearizer.convert(value, batch)
    if (linear === undefined || !isInteger(linear)) {
      if (this.bits !== undefined) throw new GiveUp('values in an unknown layout')
      return batch
    }
    this.bits ??= this.startBits(linear)
    const { bits } = this
    if (bits === undefined) return batch
    if (bits.scale !== linear.scale) throw new GiveUp('values of several scales')
    bits.reserve(groupCount)
    const rows = this.rest.ensure(batch.rowCount * 2 + 16)
    const left = this.kernels[`countBits_${linear.layout}`](
      linear.pointer,
      linear.validity,
      batch.selection === null ? 0 : batch.selection.pointer,
      selectedCount(batch),
      byRow,
      bits.groups,
      bits.low,
      bits.size,
      bits.pointer,
      bits.bytesPerGroup,
      slot,
      stride,
      rows,
    )
    if (left > 0) bits.isFull = true
    return { ...batch, selection: { pointer: rows, count: left } }
  }

  private startBits({ min, max, scale }: FixedVector): GroupBits | undefined {
    if (min === undefined || max === undefined || Math.abs(min) > 2 ** 51 || Math.abs(max) > 2 ** 51) return undefined
    const bits = new GroupBits(min, max - min + 1, scale, this.mostBytes, this.memory)
    return bits.bytesPerGroup > this.mostBytes ? undefined : bits
  }

  private addKeys(value: Vector, batch: Batch, byRow: number, slot: number, stride: number): void {
    this.keys ??= new GroupKeys(this.keyColumns, this.memory, 65536)
    const { keys } = this
    const group: Vector = {
      layout: 'i32',
      type: INTEGER,
      pointer: byRow,
      validity: 0,
      scale: 0,
      min: 0,
      max: 2 ** 31 - 2,
    }
    const { fresh } = keys.number([group, value], batch)
    if (fresh.count === 0) return
    const newest = keys.store.columns[1].view(keys.size - fresh.count, fresh.count)
    const validity = this.validityByRow(newest, fresh, batch)
    this.kernels.countRows(fresh.pointer, fresh.count, byRow, validity, slot, stride)
  }

  /** The validity of the rows of `fresh`, by row, from that of the stored values; 0 when none is NULL. */
  private validityByRow(stored: Vector, fresh: Selection, batch: Batch): number {
    const isNull = (n: number): boolean => {
      if (stored.layout === 'values') return stored.values[n] === null
      return stored.layout !== 'constant' && stored.validity !== 0 && this.memory.memory.u8[stored.validity + n] === 0
    }
    let target = 0
    for (let n = 0; n < fresh.count; n++) {
      if (!isNull(n)) continue
      if (target === 0) {
        target = this.validity.ensure(batch.rowCount)
        this.memory.memory.fill(1, target, batch.rowCount)
      }
      this.memory.memory.u8[target + this.memory.memory.u16[(fresh.pointer >>> 1) + n]] = 0
    }
    return target
  }
}

function isInteger(vector: Vector): vector is FixedVector {
  return 'scale' in vector && vector.layout !== 'f32' && vector.layout !== 'f64'
}

/** A bit per group and value, for the first groups. */
class GroupBits {
  readonly low: number
  readonly size: number
  readonly scale: number
  readonly bytesPerGroup: number
  pointer = 0
  /** Groups that have bits. */
  groups = 0
  /** Some pair had to go elsewhere: groups that have no bits now never will. */
  isFull = false
  private readonly mostBytes: number
  private readonly memory: QueryMemory

  constructor(low: number, size: number, scale: number, mostBytes: number, memory: QueryMemory) {
    this.low = low
    this.size = size
    this.scale = scale
    this.bytesPerGroup = Math.ceil(size / 64) * 8
    this.mostBytes = mostBytes
    this.memory = memory
  }

  reserve(groups: number): void {
    if (groups <= this.groups || this.isFull) return
    const wanted = Math.min(Math.max(groups, this.groups * 2), Math.floor(this.mostBytes / this.bytesPerGroup))
    if (wanted <= this.groups) return
    const before = this.groups * this.bytesPerGroup
    const bytes = wanted * this.bytesPerGroup
    this.pointer = this.memory.reallocate(this.pointer, bytes)
    this.memory.memory.fill(0, this.pointer + before, bytes - before)
    this.groups = wanted
  }
}
