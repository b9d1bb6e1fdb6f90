/** From groups' records to the vectors of the results. */
import type { ExactSums, FloatSums, PairSums } from '../../functions/aggregates/statistics.ts'
import type { DataType } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import type { ValuesVector, Vector } from '../../types/vector.ts'
import { storedNan } from '../../types/vector-reader.ts'
import { aggregateLibrary } from './aggregate-library.ts'
import type { Recipe, SlotKind, StateLayout, StateSlot } from './aggregate-states.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { underlying, valueClass } from './shape.ts'

/** Of a sum: its scale, how far from zero its 64 bits may be, and whether some of it was carried. */
export interface SumState {
  readonly scale: number
  reach: number
  carried: boolean
}

/** Words of a slot that are sums of floats. */
const floatWords: Partial<Record<SlotKind, readonly number[]>> = {
  'float-sum': [0],
  'real-sum': [0],
  distances: [1, 2],
  pairs: [1, 2, 3, 4, 5],
}

export class AggregateResults {
  private readonly layout: StateLayout
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly sums: ReadonlyMap<number, SumState>
  private readonly scales: ReadonlyMap<number, number>
  private readonly values: readonly ScratchBlock[]
  private readonly validity: readonly ScratchBlock[]

  /** @param sums and @param scales say, by offset of a slot, how its integers are scaled */
  constructor(
    layout: StateLayout,
    memory: QueryMemory,
    sums: ReadonlyMap<number, SumState>,
    scales: ReadonlyMap<number, number>,
  ) {
    this.layout = layout
    this.memory = memory
    this.kernels = library(aggregateLibrary, memory.memory)
    this.sums = sums
    this.scales = scales
    this.values = layout.recipes.map(() => new ScratchBlock(memory))
    this.validity = layout.recipes.map(() => new ScratchBlock(memory))
  }

  /** The results of a call for `count` groups whose records begin at `records`; they hold until it is asked again. */
  vector(index: number, records: number, count: number): Vector {
    const recipe = this.layout.recipes[index]!
    const { stride } = this.layout
    const { type } = recipe.call
    const pointer = this.values[index].ensure(count * 8)
    let validity = 0
    if (recipe.count && recipe.kind !== 'count') {
      validity = this.validity[index].ensure(count)
      const nulls = this.kernels.gatherValid(records + recipe.count.offset, stride, count, validity)
      if (nulls === 0) validity = 0
    }
    const slot = records + recipe.slot.offset
    switch (recipe.kind) {
      case 'count':
        this.kernels.gather(slot, stride, count, pointer)
        return { layout: 'i64', type, pointer, validity: 0, scale: 0, min: 0, max: 2 ** 40 }
      case 'value': {
        if (valueClass(type) === 'boolean') {
          this.kernels.gatherByte(slot, stride, count, pointer)
          return { layout: 'i8', type, pointer, validity, scale: 0 }
        }
        this.kernels.gather(slot, stride, count, pointer)
        return { layout: 'i64', type, pointer, validity, scale: this.scales.get(recipe.slot.offset) ?? 0 }
      }
      case 'float-value':
        return this.float(recipe, slot, pointer, validity, count, 0)
      case 'float-sum':
        return this.float(recipe, slot, pointer, validity, count, 0)
      case 'float-average':
        return this.float(recipe, slot, pointer, validity, count, records + recipe.count!.offset)
      case 'text-value':
        this.kernels.gather(slot, stride, count, pointer)
        return { layout: 'refs', type, pointer, validity }
      case 'statistic':
        return lazily(type, () => this.statistics(recipe, records, count))
      case 'sum':
        return this.sum(recipe, records, pointer, validity, count)
      default:
        return this.averages(recipe, records, validity, count)
    }
  }

  /** Gives up when a sum of floats is not finite: whether that is an error, only the values that were added tell. */
  check(records: number, count: number): void {
    const { stride, slots } = this.layout
    for (const { kind, offset } of slots) {
      for (const word of floatWords[kind] ?? []) {
        if (this.kernels.anyInfinite(records + offset + word * 8, stride, count) !== 0) {
          throw new GiveUp('a sum that is not finite')
        }
      }
    }
  }

  private float(
    recipe: Recipe,
    slot: number,
    pointer: number,
    validity: number,
    count: number,
    counts: number,
  ): Vector {
    const { stride } = this.layout
    const { type } = recipe.call
    this.kernels.divideFloats(slot, counts, stride, count, pointer)
    if (underlying(type).kind !== 'real') return { layout: 'f64', type, pointer, validity, scale: 0 }
    this.kernels.gatherReal(slot, stride, count, pointer)
    return { layout: 'f32', type, pointer, validity, scale: 0 }
  }

  private sum(recipe: Recipe, records: number, pointer: number, validity: number, count: number): Vector {
    const { stride } = this.layout
    const { type } = recipe.call
    const state = this.sums.get(recipe.slot.offset) ?? { scale: 0, carried: false }
    let fits = true
    if (state.carried) {
      fits =
        this.kernels.gatherTotal(
          records + recipe.slot.offset,
          records + recipe.carry!.offset,
          stride,
          count,
          pointer,
        ) === 0
    } else this.kernels.gather(records + recipe.slot.offset, stride, count, pointer)
    const saysAll = fits && !(underlying(type).kind === 'numeric' && this.hasNan(pointer, count))
    if (saysAll && recipe.displayScale === undefined)
      return { layout: 'i64', type, pointer, validity, scale: state.scale }
    const isBigint = underlying(type).kind === 'bigint'
    if (isBigint && !fits) throw new GiveUp('a sum beyond bigint')
    return lazily(type, () => this.totals(recipe, records, count, (total) => total))
  }

  /** Whether a total has the bits that stand for NaN. */
  private hasNan(pointer: number, count: number): boolean {
    return this.memory.memory.i64.subarray(pointer >>> 3, (pointer >>> 3) + count).includes(storedNan)
  }

  private averages(recipe: Recipe, records: number, _validity: number, count: number): Vector {
    const counts = records + recipe.count!.offset
    const { stride } = this.layout
    return lazily(recipe.call.type, () =>
      this.totals(recipe, records, count, (total, n) =>
        total.divide(Decimal.fromBigInt(this.memory.memory.i64[(counts + n * stride) >>> 3])),
      ),
    )
  }

  /** Results by the function's own `finish`, of the state that the slots hold. */
  private statistics({ call, ...recipe }: Recipe, records: number, count: number): Value[] {
    const { stride } = this.layout
    const { f64, i64 } = this.memory.memory
    const total = (record: number, sum: StateSlot, carry: StateSlot): bigint =>
      (i64[record + (carry.offset >>> 3)] << 32n) + i64[record + (sum.offset >>> 3)]
    const { scale } = this.sums.get(recipe.slot.offset) ?? { scale: 0 }
    return Array.from({ length: count }, (_, n) => {
      const record = (records + n * stride) >>> 3
      const at = record + (recipe.slot.offset >>> 3)
      const state = ((): ExactSums | FloatSums | PairSums => {
        switch (recipe.slot.kind) {
          case 'distances':
            return { count: f64[at], sum: f64[at + 1], distances: f64[at + 2] }
          case 'pairs':
            return {
              count: f64[at],
              sumX: f64[at + 1],
              xx: f64[at + 2],
              sumY: f64[at + 3],
              yy: f64[at + 4],
              xy: f64[at + 5],
            }
          default:
            return {
              count: Number(i64[record + (recipe.count!.offset >>> 3)]),
              sum: total(record, recipe.slot, recipe.carry!),
              squares: total(record, recipe.squares!, recipe.squaresCarry!),
              scale,
              special: 0,
            }
        }
      })()
      return call.overload.finish(state, call.type)
    })
  }

  /** The exact totals, one by one, or null where there was no value. */
  private totals(
    recipe: Recipe,
    records: number,
    count: number,
    finish: (total: Decimal, n: number) => Value,
  ): Value[] {
    const { stride } = this.layout
    const { i64 } = this.memory.memory
    const { scale } = this.sums.get(recipe.slot.offset) ?? { scale: 0 }
    const values = new Array<Value>(count).fill(null)
    for (let n = 0; n < count; n++) {
      const record = (records + n * stride) >>> 3
      const at = (slot: { readonly offset: number }): bigint => i64[record + (slot.offset >>> 3)]
      if (recipe.count && at(recipe.count) === 0n) continue
      const total = Decimal.fromBigInt((at(recipe.carry!) << 32n) + at(recipe.slot), scale)
      values[n] = finish(recipe.displayScale ? total.rescale(Number(at(recipe.displayScale))) : total, n)
    }
    return values
  }
}

/** Values that are made when they are first read: a consumer may drop all of a batch's rows by other columns. */
function lazily(type: DataType, make: () => readonly Value[]): ValuesVector {
  let made: readonly Value[] | undefined
  return {
    layout: 'values',
    type,
    get values() {
      made ??= make()
      return made
    },
  }
}
