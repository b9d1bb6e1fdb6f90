/** Rows in the order of a window: which row stands where, where partitions and peers begin and end, and each row's frame. */
import { evaluateConstant } from '../../planner/evaluate.ts'
import type { SortKey } from '../../planner/expression.ts'
import type { PhysicalWindow } from '../../planner/physical-plan.ts'
import type { WindowBound } from '../../planner/plan.ts'
import type { Value } from '../../types/value.ts'
import type { ExecutionContext } from '../operator.ts'
import { isNegative } from '../window-frame.ts'
import type { StoredColumn } from './column-store.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import type { QueryMemory } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { partitionStart, peerStart, RowOrder } from './row-order.ts'
import { type Frames, raiseTo, writeGroupBounds, writeRangeBounds, writeRemainders } from './window-bounds.ts'
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
  private knownStretches: readonly Frames[] | undefined
  /** The values of the first key of ORDER BY. */
  private readonly orderValues: StoredColumn | undefined

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
    this.orderValues = columns[plan.partitionBy.length]
    this.marks = memory.allocate(rowCount)
    this.rows = memory.allocate(rowCount * 4)
    const partitions = plan.partitionBy.map(
      (expression): SortKey => ({ expression, descending: false, nullsFirst: false }),
    )
    const order = new RowOrder(memory)
    order.sortAsInterpreted([...partitions, ...plan.orderBy], columns, rowCount, this.marks, partitions.length)
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

  /** Each place's frame, without what EXCLUDE takes out of it. */
  get frame(): Frames {
    const { start, end } = this.plan.frame
    const starts = this.bound(start, 0)
    return { starts, ends: this.bound(end, starts) }
  }

  /** The stretches of each place's frame that EXCLUDE leaves, in order. */
  get stretches(): readonly Frames[] {
    this.knownStretches ??= this.findStretches()
    return this.knownStretches
  }

  private findStretches(): readonly Frames[] {
    const { frame, rowCount } = this
    const { exclude } = this.plan.frame
    if (exclude === 'no others') return [frame]
    const room = (name: string): Frames => ({
      starts: this.once(`${name} starts`, () => {}),
      ends: this.once(`${name} ends`, () => {}),
    })
    const targets = { before: room('before'), own: room('own'), after: room('after') }
    const out =
      exclude === 'current row'
        ? { starts: this.placeAt(0), ends: this.placeAt(1) }
        : { starts: this.peerStarts, ends: this.peerEnds }
    writeRemainders(frame, out, targets, rowCount, this.memory.memory)
    return exclude === 'ties' ? [targets.before, targets.own, targets.after] : [targets.before, targets.after]
  }

  /** @param least the frame's starts, for its end */
  private bound(bound: WindowBound, least: number): number {
    const isEnd = least !== 0
    const { unit } = this.plan.frame
    switch (bound.kind) {
      case 'unbounded preceding':
        return this.starts
      case 'unbounded following':
        return this.ends
      case 'current row':
        if (unit !== 'rows') return isEnd ? this.peerEnds : this.peerStarts
        return this.shifted(0, least)
      default:
        return unit === 'rows' ? this.shifted(this.distanceOf(bound), least) : this.moved(bound, unit, least)
    }
  }

  /** A bound of GROUPS or RANGE. */
  private moved(bound: WindowBound, unit: 'range' | 'groups', least: number): number {
    const { memory } = this.memory
    const isEnd = least !== 0
    return this.once(isEnd ? 'frame ends' : 'frame starts', (target) => {
      if (unit === 'groups') writeGroupBounds(this, this.distanceOf(bound), isEnd, memory, target)
      else {
        const [{ descending }] = this.plan.orderBy
        const shift = {
          precedes: bound.kind === 'preceding',
          offset: this.offsetOf(bound),
          evaluate: bound.shift!,
        }
        writeRangeBounds(this, this.orderValues!, descending, shift, isEnd, memory, target)
      }
      if (isEnd) raiseTo(least, target, this.rowCount, memory)
    })
  }

  /** The interpreter says what is wrong with an offset. */
  private offsetOf({ offset }: WindowBound): Value {
    const value = evaluateConstant(offset!, this.context.functions, this.context.parameters)
    const key = this.plan.orderBy[0]?.expression.type
    if (value === null || isNegative(value, offset!.type, key)) throw new GiveUp('a frame without an extent')
    return value
  }

  private distanceOf(bound: WindowBound): number {
    const distance = Math.min(Number(this.offsetOf(bound)), this.rowCount)
    return bound.kind === 'preceding' ? -distance : distance
  }

  /** The places at a distance, wherever partitions end. */
  private placeAt(distance: number): number {
    return this.once(`place ${distance}`, (target) => {
      const { u32 } = this.memory.memory
      for (let place = 0; place < this.rowCount; place++) u32[(target >>> 2) + place] = place + distance
    })
  }

  private shifted(distance: number, least: number): number {
    const { starts, ends, rowCount } = this
    const away = least === 0 ? distance : distance + 1
    return this.once(`shifted ${away} ${least}`, (target) =>
      this.kernels.shifted(starts, ends, rowCount, away, least, target),
    )
  }
}
