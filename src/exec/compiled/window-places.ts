/** Rows in the order of a window: which row stands where, where partitions and peers begin and end, and each row's frame. */
import { evaluateConstant } from '../../planner/evaluate.ts'
import type { SortKey } from '../../planner/expression.ts'
import type { PhysicalWindow } from '../../planner/physical-plan.ts'
import type { WindowBound } from '../../planner/plan.ts'
import type { ExecutionContext } from '../operator.ts'
import type { StoredColumn } from './column-store.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import type { QueryMemory } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { partitionStart, peerStart, RowOrder } from './row-order.ts'
import { windowLibrary } from './window-library.ts'

export class WindowPlaces {
  readonly rowCount: number
  /** Per place, the row that stands there (u32, counted from 1). */
  readonly rows: number
  /** Per place, whether a partition or peers begin there. */
  readonly marks: number
  private readonly plan: PhysicalWindow
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly known = new Map<string, number>()

  /** @param columns the values of PARTITION BY, then of ORDER BY */
  constructor(
    plan: PhysicalWindow,
    columns: readonly StoredColumn[],
    rowCount: number,
    context: ExecutionContext,
    memory: QueryMemory,
  ) {
    this.plan = plan
    this.context = context
    this.memory = memory
    this.kernels = library(windowLibrary, memory.memory)
    this.rowCount = rowCount
    this.marks = memory.allocate(rowCount)
    this.rows = memory.allocate(rowCount * 4)
    const partitions = plan.partitionBy.map(
      (expression): SortKey => ({ expression, descending: false, nullsFirst: false }),
    )
    const order = new RowOrder(memory)
    order.sort([...partitions, ...plan.orderBy], columns, rowCount, this.marks, partitions.length)
    order.take(0, rowCount, this.rows)
    order.free()
  }

  /** Per place (u32): the first of its partition, and the one after its last; likewise for its peers. */
  get starts(): number {
    return this.list('starts', partitionStart)
  }

  get ends(): number {
    return this.list('ends', partitionStart)
  }

  get peerStarts(): number {
    return this.list('starts', peerStart)
  }

  get peerEnds(): number {
    return this.list('ends', peerStart)
  }

  private list(kernel: 'starts' | 'ends', bit: number): number {
    return this.once(`${kernel} ${bit}`, (target) => this.kernels[kernel](this.marks, this.rowCount, bit, target))
  }

  private once(name: string, write: (target: number) => void): number {
    let pointer = this.known.get(name)
    if (pointer === undefined) {
      pointer = this.memory.allocate(this.rowCount * 4)
      write(pointer)
      this.known.set(name, pointer)
    }
    return pointer
  }

  /** Per place (u32): the first place of its frame, and the one after its last. */
  get frame(): { readonly starts: number; readonly ends: number } {
    const { unit, start, end } = this.plan.frame
    const starts = this.bound(start, unit, 0)
    return { starts, ends: this.bound(end, unit, starts) }
  }

  /** @param least the frame's starts, for its end */
  private bound(bound: WindowBound, unit: PhysicalWindow['frame']['unit'], least: number): number {
    const isEnd = least !== 0
    switch (bound.kind) {
      case 'unbounded preceding':
        return this.starts
      case 'unbounded following':
        return this.ends
      case 'current row':
        if (unit !== 'rows') return isEnd ? this.peerEnds : this.peerStarts
        return this.shifted(0, least)
      default:
        return this.shifted(this.distanceOf(bound), least)
    }
  }

  private distanceOf(bound: WindowBound): number {
    const value = evaluateConstant(bound.offset!, this.context.functions, this.context.parameters)
    // The interpreter says what is wrong with it.
    if (value === null || value < 0) throw new GiveUp('a frame without an extent')
    const distance = Math.min(Number(value), this.rowCount)
    return bound.kind === 'preceding' ? -distance : distance
  }

  private shifted(distance: number, least: number): number {
    const { starts, ends, rowCount } = this
    const away = least === 0 ? distance : distance + 1
    return this.once(`shifted ${away} ${least}`, (target) =>
      this.kernels.shifted(starts, ends, rowCount, away, least, target),
    )
  }
}
