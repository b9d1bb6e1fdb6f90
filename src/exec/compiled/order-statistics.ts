/**
 * Percentiles, group by group: the values of a call are kept as they come, put together by group at the end, and of each
 * group no more is sorted than it takes to know what stands at the places that are asked for.
 *
 *   rows     (1, 7.5) (0, 2) (1, 3) …        group and value, in linear memory
 *   groups   2 … | 7.5 3 … |                 as doubles, which hold all that is not refused
 *   select   the k-th smallest of each, by partitioning; NaN is greater than all
 */
import { blendDoubles, discretePlace } from '../../functions/aggregates/ordered-sets.ts'
import { evaluateConstant } from '../../planner/evaluate.ts'
import type { AggregateCall, Expression, OutputColumn } from '../../planner/expression.ts'
import { INTEGER } from '../../types/data-type.ts'
import type { Batch, Vector } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { ColumnStore, type StoredColumn } from './column-store.ts'
import { Evaluation, EvaluationPlan } from './evaluation.ts'
import { isFixed } from './interpretation.ts'
import { GiveUp } from './key-columns.ts'
import type { QueryMemory } from './memory.ts'
import { SelectionPlan, Selector } from './selection.ts'
import { underlying, valueClass } from './shape.ts'

/** A call whose result stands at a place of its group's values in order. */
export interface OrderStatistic {
  readonly call: number
  readonly type: AggregateCall['type']
  readonly kind: 'continuous' | 'discrete'
  /** 0.5 when not given. */
  readonly fraction: Expression | undefined
  readonly descending: boolean
  readonly argument: EvaluationPlan
  readonly filter: SelectionPlan | undefined
}

/** The call as an order statistic; undefined when it is none that kernels know. */
export function orderStatistic(
  call: AggregateCall,
  index: number,
  columns: readonly OutputColumn[],
): OrderStatistic | undefined {
  const { args, orderBy, overload, filter, type } = call
  const { place, ordered } = overload
  if (place === undefined || call.distinct || orderBy.length !== (ordered ? 1 : 0)) return undefined
  const [value, fraction] = ordered ? [args[1], args[0]] : args
  if (fraction !== undefined && !isFixed(fraction)) return undefined
  const valueType = valueClass(value.type)
  if (valueType !== 'float' && valueType !== 'integer') return undefined
  return {
    call: index,
    type,
    kind: place,
    fraction,
    descending: ordered !== undefined && orderBy[0].descending,
    argument: new EvaluationPlan(columns, [value]),
    filter: filter && new SelectionPlan(columns, [filter]),
  }
}

export class OrderStatisticRun {
  private readonly statistic: OrderStatistic
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly argument: Evaluation
  private readonly filter: Selector | undefined
  private readonly rows: ColumnStore

  constructor(statistic: OrderStatistic, context: ExecutionContext, memory: QueryMemory) {
    const [{ type }] = statistic.argument.expressions
    this.statistic = statistic
    this.context = context
    this.memory = memory
    this.argument = new Evaluation(statistic.argument, context, memory)
    this.filter = statistic.filter && new Selector(statistic.filter, context, memory)
    this.rows = new ColumnStore(
      [
        { id: -1, name: 'group', type: INTEGER },
        { id: -2, name: 'value', type },
      ],
      memory,
    )
  }

  /** @param byRow the rows' groups (u32) */
  add(source: Batch, byRow: number): void {
    const batch: Batch = this.filter ? { ...source, selection: this.filter.select(source) } : source
    const group: Vector = { layout: 'i32', type: INTEGER, pointer: byRow, validity: 0, scale: 0 }
    this.rows.append({ ...batch, columns: [group, ...this.argument.evaluate(batch)] })
  }

  /** The results of groups [start, start + count) hold until the run ends. */
  finish(groupCount: number): (start: number, count: number) => Vector {
    const { statistic, memory, context } = this
    const { type, kind, descending } = statistic
    const fraction = statistic.fraction && evaluateConstant(statistic.fraction, context.functions, context.parameters)
    const share = statistic.fraction === undefined ? 0.5 : fraction
    // The interpreter says what is wrong with it.
    if (!(share >= 0 && share <= 1)) throw new GiveUp('a share beyond 0 and 1')
    const { ends, values, scale } = this.byGroup(groupCount)
    const results = memory.allocate(groupCount * 8 + 8)
    const validity = memory.allocate(groupCount + 1)
    const { f64, i64, u8, u32 } = memory.memory
    const isFloat = valueClass(type) === 'float'
    let start = 0
    for (let group = 0; group < groupCount; group++) {
      const end = u32[(ends >>> 2) + group]
      const count = end - start
      u8[validity + group] = count > 0 ? 1 : 0
      if (count > 0) {
        const all = new Places(f64, (values >>> 3) + start, count, descending)
        const result = kind === 'continuous' ? all.between(share) : all.at(discretePlace(count, share))
        if (isFloat) f64[(results >>> 3) + group] = result
        else i64[(results >>> 3) + group] = BigInt(result)
      }
      start = end
    }
    memory.free(values)
    const isReal = underlying(type).kind === 'real'
    if (isReal)
      for (let group = 0; group < groupCount; group++)
        memory.memory.f32[(results >>> 2) + group] = f64[(results >>> 3) + group]
    return (first) => ({
      layout: isReal ? 'f32' : isFloat ? 'f64' : 'i64',
      type,
      pointer: results + first * (isReal ? 4 : 8),
      validity: validity + first,
      scale,
    })
  }

  /** The values that are known, group after group, and where each group ends (u32). */
  private byGroup(groupCount: number): { ends: number; values: number; scale: number } {
    const { rows, memory } = this
    const [groups, stored] = rows.columns
    const { rowCount } = rows
    const ends = memory.allocateCleared(groupCount * 4 + 8)
    const values = memory.allocate(rowCount * 8 + 8)
    if (rowCount === 0 || stored.kind === 'empty') return { ends, values, scale: 0 }
    if (stored.kind !== 'fixed') throw new GiveUp('values in an unknown layout')
    const { u8, u32, f64 } = memory.memory
    const group = numbersOf(groups, memory)
    const source = numbersOf(stored, memory)
    const isKnown = (row: number): boolean => stored.validity === 0 || u8[stored.validity + row] === 1
    // Entry n counts group n - 1, then becomes where group n starts, and at last where it ends.
    const first = (ends >>> 2) + 1
    for (let row = 0; row < rowCount; row++) if (isKnown(row)) u32[first + Number(group[row])]++
    for (let n = 1; n < groupCount; n++) u32[first + n] += u32[first + n - 1]
    for (let row = 0; row < rowCount; row++) {
      if (!isKnown(row)) continue
      const value = Number(source[row])
      if (stored.layout === 'i64' && !Number.isSafeInteger(value)) throw new GiveUp('values that no double holds')
      f64[(values >>> 3) + u32[(ends >>> 2) + Number(group[row])]++] = value
    }
    rows.clear()
    return { ends, values, scale: stored.scale }
  }
}

function numbersOf({ layout, pointer }: StoredColumn, { memory }: QueryMemory): ArrayLike<number | bigint> {
  switch (layout) {
    case 'i8':
      return memory.i8.subarray(pointer)
    case 'i16':
      return memory.i16.subarray(pointer >>> 1)
    case 'i32':
      return memory.i32.subarray(pointer >>> 2)
    case 'i64':
      return memory.i64.subarray(pointer >>> 3)
    case 'f32':
      return memory.f32.subarray(pointer >>> 2)
    default:
      return memory.f64.subarray(pointer >>> 3)
  }
}

/** Values by their place in order, of a stretch of doubles that is rearranged when one is asked for. */
class Places {
  readonly length: number
  private readonly values: Float64Array
  private readonly start: number
  private readonly descending: boolean
  /** How many values are numbers; they stand first. */
  private readonly numbers: number

  constructor(values: Float64Array, start: number, count: number, descending: boolean) {
    this.values = values
    this.start = start
    this.length = count
    this.descending = descending
    let end = start + count
    for (let i = start; i < end; ) {
      if (Number.isNaN(values[i])) {
        values[i] = values[--end]
        values[end] = NaN
      } else i++
    }
    this.numbers = end - start
  }

  /** The value at a share of the way, between two where it falls there. */
  between(share: number): number {
    const place = share * (this.length - 1)
    const low = Math.floor(place)
    return low === place ? this.at(low) : blendDoubles(this.at(low), this.at(low + 1), place - low)
  }

  at(place: number): number {
    const k = this.descending ? this.length - 1 - place : place
    return k < this.numbers ? select(this.values, this.start, this.start + this.numbers - 1, this.start + k) : NaN
  }
}

/** Rearranges values[left … right] so that what is k-th in order stands at k, and returns it: Hoare's FIND. */
function select(values: Float64Array, left: number, right: number, k: number): number {
  while (left < right) {
    const pivot = values[(left + right) >>> 1]
    let i = left
    let j = right
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i <= j) {
        const swapped = values[i]
        values[i++] = values[j]
        values[j--] = swapped
      }
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else break
  }
  return values[k]
}
