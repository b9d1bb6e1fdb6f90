/** The calls over a window with kernels: what each needs of the rows, and its results place by place. */
import { evaluateConstant } from '../../planner/evaluate.ts'
import type { Expression, WindowCall } from '../../planner/expression.ts'
import type { WindowFrame } from '../../planner/plan.ts'
import { averages } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import type { Vector } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { isChoice } from './aggregate-states.ts'
import { type ColumnStore, StoredColumn } from './column-store.ts'
import { isFixed, isSelfContained } from './interpretation.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'
import { underlying, valueClass } from './shape.ts'
import type { Frames } from './window-bounds.ts'
import { windowLibrary } from './window-library.ts'
import type { WindowPlaces } from './window-places.ts'

/** A call's results at places [start, start + count), until it is asked again. */
export type CallResults = (start: number, count: number) => Vector

/** Arguments that must be the same for all rows, by function: their positions. */
const fixedArguments: Readonly<Record<string, readonly number[]>> = {
  ntile: [0],
  lag: [1, 2],
  lead: [1, 2],
  nth_value: [1],
}

/**
 * Floats of frames that are wider on average, and begin anew for each row, are added up by a tree: not in the order of rows, but
 * as exactly, where PostgreSQL takes the square of the rows.
 */
const widestInOrder = 64

/** A stretch that frames do not have. */
const none: Frames = { starts: 0, ends: 0 }

const withoutFrame = new Set(['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'lag', 'lead'])

/** The expressions that a call reads of every row: its arguments and its filter. */
export function rowExpressions(call: WindowCall): Expression[] {
  const fixed = fixedArguments[call.function.name] ?? []
  const args = call.args.filter((_, i) => !fixed.includes(i))
  return call.filter ? [...args, call.filter] : args
}

/** Whether kernels know a call over a frame. */
export function isKnownCall(call: WindowCall, frame: WindowFrame): boolean {
  const { name } = call.function
  if (call.distinct || call.ignoreNulls || !rowExpressions(call).every(isSelfContained)) return false
  if (call.args.some((arg) => underlying(arg.type).kind === 'numeric' && isChoice(arg))) return false
  const fixed = fixedArguments[name] ?? []
  if (!fixed.every((i) => call.args[i] === undefined || isFixed(call.args[i]))) return false
  if (call.function.kind !== 'aggregate') {
    const picks = ['first_value', 'last_value', 'nth_value'].includes(name)
    return withoutFrame.has(name) || (picks && frame.exclude === 'no others' && isKnownFrame(frame))
  }
  if (!isKnownFrame(frame) || call.args.length > 1) return false
  if (name === 'count') return true
  const [argument] = call.args
  if (!argument) return false
  const { kind } = underlying(argument.type)
  const isNumber = ['smallint', 'integer', 'bigint', 'numeric', 'double'].includes(kind)
  if (name === 'sum' || name === 'avg') return isNumber || (name === 'avg' && kind === 'real')
  return (name === 'min' || name === 'max') && ['integer', 'float'].includes(valueClass(argument.type) ?? '')
}

function isKnownFrame({ start, end }: WindowFrame): boolean {
  return [start.offset, end.offset].every((offset) => offset === undefined || isFixed(offset))
}

/** What the calls of one window have in common while they are evaluated. */
export class WindowCalls {
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly places: WindowPlaces
  private readonly store: ColumnStore

  /** @param store the rows' expressions, which calls name by position */
  constructor(places: WindowPlaces, store: ColumnStore, context: ExecutionContext, memory: QueryMemory) {
    this.context = context
    this.memory = memory
    this.kernels = library(windowLibrary, memory.memory)
    this.places = places
    this.store = store
  }

  /** @param first the position of the call's first row expression */
  evaluate(call: WindowCall, first: number): CallResults {
    const { places, kernels } = this
    const { rowCount, marks } = places
    const { name } = call.function
    if (call.function.kind === 'aggregate') return this.aggregate(call, first)
    switch (name) {
      case 'row_number':
        return this.numbers(call, (target) => kernels.numbers(marks, rowCount, target))
      case 'rank':
        return this.numbers(call, (target) => kernels.ranks(marks, rowCount, target))
      case 'dense_rank':
        return this.numbers(call, (target) => kernels.denseRanks(marks, rowCount, target))
      case 'percent_rank':
        return this.shares(call, places.peerStarts, 0)
      case 'cume_dist':
        return this.shares(call, places.peerEnds, 1)
      case 'ntile':
        return this.ntile(call)
      case 'lag':
      case 'lead':
        return this.neighbours(call, first)
      case 'first_value':
        return this.picks(first, 0, false)
      case 'last_value':
        return this.picks(first, 0, true)
      default: {
        const n = this.valueOf(call.args[1])
        if (n === null || n <= 0) throw new GiveUp('nth_value without a place')
        return this.picks(first, Math.min(n - 1, rowCount), false)
      }
    }
  }

  private valueOf(expression: Expression): Value {
    return evaluateConstant(expression, this.context.functions, this.context.parameters)
  }

  private numbers({ type }: WindowCall, write: (target: number) => void): CallResults {
    const { rowCount } = this.places
    const pointer = this.memory.allocate(rowCount * 8)
    write(pointer)
    return (start) => ({
      layout: 'i64',
      type,
      pointer: pointer + start * 8,
      validity: 0,
      scale: 0,
      min: 0,
      max: 2 ** 32 - 1,
    })
  }

  private shares({ type }: WindowCall, marked: number, cumulative: number): CallResults {
    const { rowCount, starts, ends } = this.places
    const pointer = this.memory.allocate(rowCount * 8)
    this.kernels.shares(starts, ends, marked, rowCount, cumulative, pointer)
    return (start) => ({ layout: 'f64', type, pointer: pointer + start * 8, validity: 0, scale: 0 })
  }

  private ntile(call: WindowCall): CallResults {
    const parts = this.valueOf(call.args[0])
    if (parts === null || parts <= 0) throw new GiveUp('ntile without parts')
    const { rowCount, starts, ends } = this.places
    const pointer = this.memory.allocate(rowCount * 4)
    const { u32, i32 } = this.memory.memory
    for (let place = 0; place < rowCount; place++) {
      const start = u32[(starts >>> 2) + place]
      const rows = u32[(ends >>> 2) + place] - start
      const row = place - start
      const size = Math.floor(rows / parts)
      const larger = rows % parts
      const boundary = larger * (size + 1)
      i32[(pointer >>> 2) + place] =
        row < boundary ? Math.floor(row / (size + 1)) + 1 : larger + Math.floor((row - boundary) / size) + 1
    }
    return (start) => ({ layout: 'i32', type: call.type, pointer: pointer + start * 4, validity: 0, scale: 0 })
  }

  private neighbours(call: WindowCall, first: number): CallResults {
    const distance = call.args[1] === undefined ? 1 : this.valueOf(call.args[1])
    const otherwise = call.args[2] === undefined ? null : this.valueOf(call.args[2])
    const { rowCount, rows, starts, ends } = this.places
    const column = this.store.columns[first]
    const target = this.memory.allocate(rowCount * 4)
    if (distance === null) {
      this.memory.memory.fill(0, target, rowCount * 4)
      return this.taken(column, target)
    }
    const isBefore = call.function.name === 'lag'
    const away = Math.max(-rowCount, Math.min(rowCount, isBefore ? -distance : distance))
    const row = otherwise === null ? 0 : this.appended(column, otherwise)
    this.kernels.neighbours(rows, starts, ends, rowCount, away, row, target)
    return this.taken(column, target)
  }

  /** The row, counted from 1, that holds a value added behind all others. */
  private appended(column: StoredColumn, value: Value): number {
    const { rowCount } = this.places
    const batch = { rowCount: 1, columns: [], selection: null }
    column.append({ layout: 'constant', type: column.type, value }, rowCount, { count: 1, selection: 0, batch })
    return rowCount + 1
  }

  private picks(first: number, n: number, fromEnd: boolean): CallResults {
    const { rowCount, rows, frame } = this.places
    const target = this.memory.allocate(rowCount * 4)
    this.kernels.picks(rows, frame.starts, frame.ends, rowCount, n, fromEnd ? 1 : 0, target)
    return this.taken(this.store.columns[first], target)
  }

  /** A column's values at rows (u32, counted from 1, or 0 for NULL). */
  private taken(column: StoredColumn, rows: number): CallResults {
    const output = new StoredColumn(column.type, this.memory, true, 0)
    return (start, count) => {
      output.clear()
      output.appendTaken(column, 0, rows + start * 4, count, true)
      return output.view(0, count)
    }
  }

  private aggregate(call: WindowCall, first: number): CallResults {
    const { name } = call.function
    const argument = call.args.length > 0 ? this.store.columns[first] : undefined
    const filter = call.filter && this.store.columns[first + call.args.length]
    if (name === 'count' && argument === undefined && filter === undefined) {
      return this.numbers(call, (target) => this.overStretches('counted', 0, target))
    }
    if (argument?.kind === 'values' || filter?.kind === 'values') throw new GiveUp('values in an unknown layout')
    const validity = this.validity(argument, filter)
    if (name === 'count') {
      const { counts } = this.prefix('i8', filter?.pointer ?? argument!.pointer, validity, false)
      return this.numbers(call, (target) => this.overStretches('counted', counts, target))
    }
    const { kind, layout } = argument!
    if (kind !== 'fixed') throw new GiveUp('numbers that do not all have one scale')
    if (name === 'min' || name === 'max') return this.extremes(argument!, validity, name === 'max' ? 1 : 0)
    if (layout === 'f32' || layout === 'f64') return this.floats(call, argument!, validity)
    return this.sums(call, argument!, validity)
  }

  /** Adds up what running sums, or counts, say of the stretches of each frame. */
  private overStretches(kernel: 'counted' | 'differences', running: number, target: number): void {
    const { rowCount, stretches } = this.places
    for (const [i, { starts, ends }] of stretches.entries()) {
      this.kernels[kernel](running, starts, ends, rowCount, i, target)
    }
  }

  private extremes(argument: StoredColumn, validity: number, isGreatest: number): CallResults {
    const { rowCount, rows, stretches } = this.places
    const { layout, pointer } = argument
    const queue = this.memory.allocate(rowCount * 16)
    const [target, ...others] = stretches.map(({ starts, ends }) => {
      const found = this.memory.allocate(rowCount * 4)
      this.kernels[`extremes_${layout}`](pointer, validity, rows, starts, ends, rowCount, isGreatest, queue, found)
      return found
    })
    this.memory.free(queue)
    for (const other of others) {
      this.kernels[`better_${layout}`](pointer, other, rowCount, isGreatest, target)
      this.memory.free(other)
    }
    return this.taken(argument, target)
  }

  /** A validity byte per row, or 0: whether the aggregate sees it. */
  private validity(argument: StoredColumn | undefined, filter: StoredColumn | undefined): number {
    const own = argument?.validity ?? 0
    if (filter === undefined) return own
    const { rowCount } = this.places
    const target = this.memory.allocate(rowCount)
    const { u8 } = this.memory.memory
    for (let row = 0; row < rowCount; row++) {
      const passes = u8[filter.pointer + row] === 1 && (filter.validity === 0 || u8[filter.validity + row] === 1)
      u8[target + row] = passes && (own === 0 || u8[own + row] === 1) ? 1 : 0
    }
    return target
  }

  private prefix(
    layout: string,
    pointer: number,
    validity: number,
    keepsSums: boolean,
  ): { sums: number; counts: number } {
    const { rowCount, rows } = this.places
    const sums = this.memory.allocate((rowCount + 1) * 8)
    const counts = this.memory.allocate((rowCount + 1) * 4)
    this.kernels[`prefix_${layout}`](pointer, validity, rows, rowCount, sums, counts)
    if (!keepsSums) this.memory.free(sums)
    return { sums, counts }
  }

  private sums(call: WindowCall, argument: StoredColumn, validity: number): CallResults {
    const { rowCount } = this.places
    const { type } = call
    const { layout, pointer, scale } = argument
    if (!this.isSmall(argument)) throw new GiveUp('sums beyond 64 bits')
    const { sums, counts } = this.prefix(layout, pointer, validity, true)
    const numbers = this.memory.allocate(rowCount * 8)
    this.overStretches('counted', counts, numbers)
    this.memory.free(counts)
    const totals = this.memory.allocate(rowCount * 8)
    this.overStretches('differences', sums, totals)
    this.memory.free(sums)
    if (call.function.name === 'avg') {
      return (start, count) => {
        const { i64 } = this.memory.memory
        const values = new Array<Value>(count)
        const average = averages(scale)
        for (let n = 0; n < count; n++) {
          const number = i64[(numbers >>> 3) + start + n]
          values[n] = number === 0n ? null : average(i64[(totals >>> 3) + start + n], number)
        }
        return { layout: 'values', type, values }
      }
    }
    const valid = this.notEmpty(numbers)
    return (start) => ({
      layout: 'i64',
      type,
      pointer: totals + start * 8,
      validity: valid === 0 ? 0 : valid + start,
      scale,
    })
  }

  /** A validity byte per place, from the number of values in its frame; 0 when none is empty. The numbers are freed. */
  private notEmpty(numbers: number): number {
    const { rowCount } = this.places
    const valid = this.memory.allocate(rowCount)
    const empty = this.kernels.notEmpty(numbers, rowCount, valid)
    this.memory.free(numbers)
    if (empty > 0) return valid
    this.memory.free(valid)
    return 0
  }

  /** Whether no sum of the column's values can leave 64 bits. */
  private isSmall({ layout, pointer, validity, min, max }: StoredColumn): boolean {
    const { rowCount } = this.places
    const limit = 2 ** 62 / rowCount
    if (Math.max(-min, max) < limit) return true
    const scratch = new ScratchBlock(this.memory).ensure(16)
    library(moveLibrary, this.memory.memory)[`bounds_${layout}`](pointer, validity, 0, rowCount, scratch)
    const { i64 } = this.memory.memory
    return -Number(i64[scratch >>> 3]) < limit && Number(i64[(scratch >>> 3) + 1]) < limit
  }

  private floats(call: WindowCall, argument: StoredColumn, validity: number): CallResults {
    const { rowCount } = this.places
    const { type } = call
    const { counts } = this.prefix('i8', argument.pointer, validity, false)
    const numbers = this.memory.allocate(rowCount * 8)
    this.overStretches('counted', counts, numbers)
    this.memory.free(counts)
    const target = this.memory.allocate(rowCount * 8)
    if (this.sumsInOrder() <= rowCount * widestInOrder) this.addInOrder(argument, validity, target)
    else this.addByTree(argument, validity, target)
    if (this.kernels.finishFloats(numbers, rowCount, call.function.name === 'avg' ? 1 : 0, target) !== 0) {
      throw new GiveUp('a sum that is not finite')
    }
    const valid = this.notEmpty(numbers)
    return (start) => ({
      layout: 'f64',
      type,
      pointer: target + start * 8,
      validity: valid === 0 ? 0 : valid + start,
      scale: 0,
    })
  }

  /** How many values would be added up if each frame that does not go on from the one before began anew. */
  private sumsInOrder(): number {
    const { rowCount, stretches } = this.places
    const { u32 } = this.memory.memory
    let sum = 0
    for (const [i, { starts, ends }] of stretches.entries()) {
      for (let place = 0, from = starts >>> 2, to = ends >>> 2; place < rowCount; place++, from++, to++) {
        const goesOn = i === 0 && place > 0 && u32[from] === u32[from - 1] && u32[to] >= u32[to - 1]
        sum += u32[to] - (goesOn ? u32[to - 1] : u32[from])
      }
    }
    return sum
  }

  private addInOrder({ layout, pointer }: StoredColumn, validity: number, target: number): void {
    const { rowCount, rows, stretches } = this.places
    const [first, second = none, third = none] = stretches
    const lists = [first, second, third].flatMap(({ starts, ends }) => [starts, ends])
    this.kernels[`floats_${layout}`](pointer, validity, rows, ...lists, rowCount, target)
  }

  private addByTree({ layout, pointer }: StoredColumn, validity: number, target: number): void {
    const { rowCount, rows, stretches } = this.places
    const width = 2 ** Math.ceil(Math.log2(rowCount))
    const tree = this.memory.allocate(width * 16)
    this.kernels[`tree_${layout}`](pointer, validity, rows, rowCount, width, tree)
    for (const [i, { starts, ends }] of stretches.entries()) {
      this.kernels.treeSums(tree, width, starts, ends, rowCount, i, target)
    }
    this.memory.free(tree)
  }
}
