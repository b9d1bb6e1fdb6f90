/**
 * Frames of windows: for each row of a partition, which rows its functions see. A partition is its rows in order,
 * numbered from 0; peers are rows that ORDER BY does not tell apart.
 */
import { SqlError } from '../error.ts'
import type { WindowPartition } from '../functions/function.ts'
import type { SortKey } from '../planner/expression.ts'
import type { WindowBound, WindowFrame } from '../planner/plan.ts'
import type { DataType } from '../types/data-type.ts'
import { Decimal } from '../types/decimal.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { compareByKey } from './order.ts'

/** What a frame's offsets are, evaluated once. */
export interface FrameOffsets {
  readonly start: Value
  readonly end: Value
}

/** 22004 and 22013 for offsets that are NULL or negative; those of RANGE are looked at with the first value that they move. */
export function checkOffsets({ unit, start, end }: WindowFrame, offsets: FrameOffsets): void {
  if (start.offset) checkOffset('starting', offsets.start, unit)
  if (end.offset) checkOffset('ending', offsets.end, unit)
}

function checkOffset(bound: 'starting' | 'ending', value: Value, unit: WindowFrame['unit']): void {
  if (value === null) throw new SqlError('null_value_not_allowed', `frame ${bound} offset must not be null`)
  if (unit !== 'range' && value < 0) throw invalidSize(`frame ${bound} offset must not be negative`)
}

function invalidSize(message: string): SqlError {
  return new SqlError('invalid_preceding_or_following_size', message)
}

/** Whether the value is no size: negative, or not a number. Of what times of day are moved by, the hours count. */
export function isNegative(value: Value, type: DataType, key?: DataType): boolean {
  if (isNaNumber(value)) return true
  if (type.kind === 'interval') {
    if (key?.kind === 'time' || key?.kind === 'timetz') return value.micros < 0n
    return traits(type).compare(value, { months: 0, days: 0, micros: 0n }, type) < 0
  }
  if (type.kind === 'numeric') return traits(type).compare(value, Decimal.ZERO, type) < 0
  return value < 0
}

/** A partition while its functions run. */
export class Partition implements WindowPartition {
  readonly rowCount: number
  readonly ignoreNulls: boolean
  private readonly frame: WindowFrame
  private readonly offsets: FrameOffsets
  private readonly orderKeys: readonly SortKey[]
  private readonly orderValues: readonly (readonly Value[])[]
  private readonly args: readonly (readonly Value[])[]
  /** Per row the number of its peer group, and per group its first row. */
  private readonly groupOf: Int32Array
  private readonly groupStarts: number[] = []
  private rangeStarts: Int32Array | undefined
  private rangeEnds: Int32Array | undefined

  /** `order` names the partition's rows among the values of all. */
  constructor(
    order: Int32Array,
    frame: WindowFrame,
    offsets: FrameOffsets,
    orderKeys: readonly SortKey[],
    orderColumns: readonly (readonly Value[])[],
    argColumns: readonly (readonly Value[])[],
    ignoreNulls: boolean,
  ) {
    this.rowCount = order.length
    this.ignoreNulls = ignoreNulls
    this.frame = frame
    this.offsets = offsets
    this.orderKeys = orderKeys
    this.orderValues = orderColumns.map((column) => Array.from(order, (row) => column[row]))
    this.args = argColumns.map((column) => Array.from(order, (row) => column[row]))
    this.groupOf = new Int32Array(order.length)
    const comparisons = orderKeys.map(compareByKey)
    for (let row = 0; row < order.length; row++) {
      const isPeer =
        row > 0 &&
        comparisons.every((compare, key) => compare(this.orderValues[key][row], this.orderValues[key][row - 1]) === 0)
      if (!isPeer) this.groupStarts.push(row)
      this.groupOf[row] = this.groupStarts.length - 1
    }
  }

  get excludesNone(): boolean {
    return this.frame.exclude === 'no others'
  }

  argument(n: number, row: number): Value {
    return this.args[n][row]
  }

  peerStart(row: number): number {
    return this.groupStarts[this.groupOf[row]]
  }

  peerEnd(row: number): number {
    return this.groupEnd(this.groupOf[row])
  }

  private groupEnd(group: number): number {
    return group + 1 < this.groupStarts.length ? this.groupStarts[group + 1] : this.rowCount
  }

  frameStart(row: number): number {
    return clamp(this.bound(row, this.frame.start, this.offsets.start, false), this.rowCount)
  }

  frameEnd(row: number): number {
    const end = clamp(this.bound(row, this.frame.end, this.offsets.end, true), this.rowCount)
    return Math.max(end, this.frameStart(row))
  }

  excluded(row: number, other: number): boolean {
    switch (this.frame.exclude) {
      case 'no others':
        return false
      case 'current row':
        return other === row
      case 'group':
        return this.groupOf[other] === this.groupOf[row]
      case 'ties':
        return other !== row && this.groupOf[other] === this.groupOf[row]
    }
  }

  /** The first row of the frame, or the row after its last when `isEnd`. */
  private bound(row: number, bound: WindowBound, offset: Value, isEnd: boolean): number {
    switch (bound.kind) {
      case 'unbounded preceding':
        return 0
      case 'unbounded following':
        return this.rowCount
      case 'current row':
        if (this.frame.unit === 'rows') return isEnd ? row + 1 : row
        return isEnd ? this.peerEnd(row) : this.peerStart(row)
      case 'preceding':
      case 'following':
        break
    }
    const direction = bound.kind === 'preceding' ? -1 : 1
    switch (this.frame.unit) {
      case 'rows':
        return row + direction * Number(offset) + (isEnd ? 1 : 0)
      case 'groups': {
        const group = this.groupOf[row] + direction * Number(offset)
        if (group < 0) return 0
        if (group >= this.groupStarts.length) return this.rowCount
        return isEnd ? this.groupEnd(group) : this.groupStarts[group]
      }
      case 'range':
        return this.rangeBounds(bound, offset, isEnd)[row]
    }
  }

  /** As in PostgreSQL bounds do not go back, though a later row less a month may be an earlier time. */
  private rangeBounds(bound: WindowBound, offset: Value, isEnd: boolean): Int32Array {
    const known = isEnd ? this.rangeEnds : this.rangeStarts
    if (known) return known
    const [values] = this.orderValues
    const bounds = new Int32Array(this.rowCount)
    let furthest = 0
    for (let row = 0; row < bounds.length; row++) {
      bounds[row] = this.rangeBound(row, bound, offset, isEnd)
      if (values[row] === null) continue
      furthest = Math.max(furthest, bounds[row])
      bounds[row] = furthest
    }
    if (isEnd) this.rangeEnds = bounds
    else this.rangeStarts = bounds
    return bounds
  }

  /** RANGE with an offset: where rows begin, or end, that lie within the offset of the row's order value. */
  private rangeBound(row: number, bound: WindowBound, offset: Value, isEnd: boolean): number {
    const [values] = this.orderValues
    const value = values[row]
    if (value === null) return isEnd ? this.peerEnd(row) : this.peerStart(row)
    if (isNegative(offset, bound.offset!.type, this.orderKeys[0].expression.type)) {
      throw invalidSize('invalid preceding or following size in window function')
    }
    let limit: Value
    try {
      limit = bound.shift!(value as never, offset as never) as Value
    } catch (error) {
      if (!(error instanceof SqlError) || error.code !== '22003') throw error
      return bound.kind === 'preceding' ? this.firstNonNull() : this.lastNonNull()
    }
    if (isNaNumber(limit) && !isNaNumber(value)) return this.infiniteBound(value, isEnd)
    return this.search(limit, isEnd)
  }

  /**
   * Infinity less infinity is no number; as PostgreSQL has it, every number then lies within the bound, and NaN does not.
   */
  private infiniteBound(value: Value, isEnd: boolean): number {
    const [greatest, least] =
      typeof value === 'number'
        ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        : [Decimal.INFINITY, Decimal.NEGATIVE_INFINITY]
    return this.search(isEnd !== this.orderKeys[0].descending ? greatest : least, isEnd)
  }

  /** The first row whose order value is not before the limit, or not before and not equal to it when `isEnd`. */
  private search(limit: Value, isEnd: boolean): number {
    const [values] = this.orderValues
    const compare = compareByKey(this.orderKeys[0])
    let low = this.firstNonNull()
    let high = this.lastNonNull()
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = compare(values[middle], limit)
      if (order < 0 || (isEnd && order === 0)) low = middle + 1
      else high = middle
    }
    return low
  }

  private firstNonNull(): number {
    const [values] = this.orderValues
    return values[0] === null ? this.groupEnd(0) : 0
  }

  private lastNonNull(): number {
    const [values] = this.orderValues
    const last = this.groupStarts.length - 1
    return values[this.rowCount - 1] === null ? this.groupStarts[last] : this.rowCount
  }
}

function clamp(row: number, rowCount: number): number {
  return row < 0 ? 0 : row > rowCount ? rowCount : row
}

function isNaNumber(value: Value): boolean {
  return typeof value === 'number' ? Number.isNaN(value) : value instanceof Decimal && value.compare(Decimal.NAN) === 0
}
