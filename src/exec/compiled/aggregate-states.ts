/**
 * What aggregates remember of a group: a record of 8-byte slots in linear memory. Calls share slots, so sum(x) and avg(x)
 * add once. Sums of integers and scaled numerics are exact: `sum` collects in 64 bits while it cannot overflow (the
 * operator keeps count of how far it may have come) and is then carried into `carry`, 32 bits up:
 *
 *   total = carry × 2^32 + sum
 *
 * Slots of several words are followed by `rest` slots, which are theirs.
 */
import type { AggregateCall, Expression } from '../../planner/expression.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import { cannotCompile } from './code.ts'
import { compareCodes } from './comparisons.ts'
import type { ExpressionCompiler } from './expression.ts'
import { finite } from './integers.ts'
import { underlying, valueClass } from './shape.ts'
import { f64, i64, load, type Term } from './term.ts'
import { textCompare } from './text-code.ts'

export type SlotKind =
  | 'count'
  | 'sum'
  | 'carry'
  | 'squares'
  | 'squares-carry'
  | 'display-scale'
  | 'float-sum'
  | 'real-sum'
  | 'min'
  | 'max'
  | 'float-min'
  | 'float-max'
  | 'text-min'
  | 'text-max'
  /** f64: how many values, their sum, the squared distances from their mean. */
  | 'distances'
  /** f64: how many pairs (y, x), sum and squared distances of x, the same of y, the products of distances. */
  | 'pairs'
  | 'rest'

export interface StateSlot {
  readonly kind: SlotKind
  /** In bytes from the record's start. */
  readonly offset: number
  readonly argument?: Expression
  /** pairs: x, where `argument` is y. */
  readonly second?: Expression
  /** Rows for which it is not true do not count. */
  readonly filter?: Expression
}

/** How a call's result comes from slots. */
export interface Recipe {
  readonly call: AggregateCall
  readonly kind:
    | 'count'
    | 'sum'
    | 'average'
    | 'float-sum'
    | 'float-average'
    | 'value'
    | 'float-value'
    | 'text-value'
    | 'statistic'
  readonly slot: StateSlot
  readonly carry?: StateSlot
  readonly displayScale?: StateSlot
  readonly squares?: StateSlot
  readonly squaresCarry?: StateSlot
  /** How many values there were; without it, there is always one at least. */
  readonly count?: StateSlot
}

/** The record for the calls of an aggregate that kernels can keep. */
export class StateLayout {
  readonly slots: StateSlot[] = []
  readonly recipes: (Recipe | undefined)[]
  private readonly key: (expression: Expression) => string
  private readonly squares: boolean

  /**
   * @param alwaysRows whether every group has a row: false where there is one group, even of no rows
   * @param neverNull whether an expression cannot be NULL over the input
   * @param squares whether squares of whole numbers are kept
   */
  constructor(
    calls: readonly AggregateCall[],
    key: (expression: Expression) => string,
    alwaysRows: boolean,
    neverNull: (expression: Expression) => boolean,
    squares: boolean,
  ) {
    this.key = key
    this.squares = squares
    this.recipes = calls.map((call) => this.recipe(call, alwaysRows, neverNull))
  }

  get stride(): number {
    return this.slots.length * 8
  }

  /** The number of a slot, made when nothing shares it yet. */
  private slot(kind: SlotKind, argument?: Expression, filter?: Expression, second?: Expression): StateSlot {
    const identity = (slot: Omit<StateSlot, 'offset'>): string =>
      [slot.kind, ...[slot.argument, slot.filter, slot.second].map((part) => (part ? this.key(part) : ''))].join(' ')
    const wanted = identity({ kind, argument, filter, second })
    let slot = this.slots.find((known) => identity(known) === wanted)
    if (!slot) {
      this.slots.push((slot = { kind, argument, filter, second, offset: this.slots.length * 8 }))
      for (let word = 1; word < wordsOf(kind); word++) {
        this.slots.push({ kind: 'rest', offset: this.slots.length * 8 })
      }
    }
    return slot
  }

  private recipe(
    call: AggregateCall,
    alwaysRows: boolean,
    neverNull: (expression: Expression) => boolean,
  ): Recipe | undefined {
    const { name } = call.function
    const [argument] = call.args
    if (call.orderBy.length > 0) return undefined
    if (call.distinct && name !== 'min' && name !== 'max') return undefined
    if (name === 'count' && call.args.length <= 1) {
      const counted = argument === undefined || neverNull(argument) ? undefined : argument
      return { call, kind: 'count', slot: this.slot('count', counted, call.filter) }
    }
    if (call.overload.sums !== undefined) return this.statistic(call)
    if (call.args.length !== 1) return undefined
    if (name === 'count_if') {
      const filter: Expression = call.filter ? { kind: 'and', args: [call.filter, argument], type: BOOLEAN } : argument
      return { call, kind: 'count', slot: this.slot('count', undefined, filter) }
    }
    const { filter } = call
    const nullable = !neverNull(argument)
    const needsCount = nullable || filter !== undefined || !alwaysRows
    const counter = (): StateSlot => this.slot('count', nullable ? argument : undefined, filter)
    const type = underlying(argument.type)
    switch (valueClass(type)) {
      case 'integer':
        return this.integerRecipe(call, argument, needsCount, counter)
      case 'float': {
        if (name === 'sum' || name === 'avg') {
          const kind = name === 'sum' && type.kind === 'real' ? 'real-sum' : 'float-sum'
          const slot = this.slot(kind, argument, filter)
          if (name === 'sum') return { call, kind: 'float-sum', slot, count: needsCount ? counter() : undefined }
          return { call, kind: 'float-average', slot, count: counter() }
        }
        if (name !== 'min' && name !== 'max') return undefined
        const slot = this.slot(name === 'min' ? 'float-min' : 'float-max', argument, filter)
        return { call, kind: 'float-value', slot, count: needsCount ? counter() : undefined }
      }
      case 'boolean': {
        const kind =
          name === 'bool_and' || name === 'min' ? 'min' : name === 'bool_or' || name === 'max' ? 'max' : undefined
        if (kind === undefined) return undefined
        return {
          call,
          kind: 'value',
          slot: this.slot(kind, argument, filter),
          count: needsCount ? counter() : undefined,
        }
      }
      case 'text': {
        if ((name !== 'min' && name !== 'max') || argument.kind !== 'column') return undefined
        return {
          call,
          kind: 'text-value',
          slot: this.slot(name === 'min' ? 'text-min' : 'text-max', argument, filter),
          count: counter(),
        }
      }
      default:
        return undefined
    }
  }

  private statistic(call: AggregateCall): Recipe | undefined {
    const { args, filter, overload } = call
    const [argument, second] = args
    switch (overload.sums) {
      case 'float':
        return { call, kind: 'statistic', slot: this.slot('distances', argument, filter) }
      case 'pairs':
        return { call, kind: 'statistic', slot: this.slot('pairs', argument, filter, second) }
      default: {
        if (!this.squares || isChoice(argument)) return undefined
        const slot = this.slot('sum', argument, filter)
        const carry = this.slot('carry', argument, filter)
        const squares = this.slot('squares', argument, filter)
        const squaresCarry = this.slot('squares-carry', argument, filter)
        const count = this.slot('count', argument, filter)
        return { call, kind: 'statistic', slot, carry, squares, squaresCarry, count }
      }
    }
  }

  private integerRecipe(
    call: AggregateCall,
    argument: Expression,
    needsCount: boolean,
    counter: () => StateSlot,
  ): Recipe | undefined {
    const { name } = call.function
    const { filter } = call
    const isNumber = ['smallint', 'integer', 'bigint', 'numeric'].includes(underlying(argument.type).kind)
    if (name === 'min' || name === 'max') {
      return { call, kind: 'value', slot: this.slot(name, argument, filter), count: needsCount ? counter() : undefined }
    }
    if ((name !== 'sum' && name !== 'avg') || !isNumber) return undefined
    const slot = this.slot('sum', argument, filter)
    const carry = this.slot('carry', argument, filter)
    const displayScale =
      underlying(argument.type).kind === 'numeric' && isChoice(argument)
        ? this.slot('display-scale', argument, filter)
        : undefined
    const count = name === 'avg' || needsCount ? counter() : undefined
    return { call, kind: name === 'sum' ? 'sum' : 'average', slot, carry, displayScale, count }
  }
}

function wordsOf(kind: SlotKind): number {
  return kind === 'distances' ? 3 : kind === 'pairs' ? 6 : 1
}

/** Slots of whole numbers that carry; the carry is the next slot. */
export function isCarried(kind: SlotKind): boolean {
  return kind === 'sum' || kind === 'squares'
}

/** Whether values may come from branches with scales of their own. */
export function isChoice(expression: Expression): boolean {
  switch (expression.kind) {
    case 'case':
    case 'coalesce':
      return true
    case 'call':
      return expression.args.some(isChoice)
    case 'cast':
      return isChoice(expression.input)
    default:
      return false
  }
}

const largest = 2n ** 63n - 1n
const smallest = -(2n ** 63n)

/** What a slot holds before the first row, as its 64 bits. */
export function initialBits(kind: SlotKind): bigint {
  switch (kind) {
    case 'min':
      return largest
    case 'max':
      return smallest
    case 'float-sum':
    case 'real-sum':
      // Minus zero, which leaves the first value as it is.
      return smallest
    case 'float-min':
      return 0x7ff8000000000000n
    case 'float-max':
      return BigInt.asIntN(64, 0xfff0000000000000n)
    default:
      return 0n
  }
}

/** What the update code of a variant found out about its sums. */
export interface SumFacts {
  /** Per `sum` and `squares` slot, by its offset: the scale of what is added and the most that one row adds to the 64 bits. */
  readonly sums: Map<number, { readonly scale: number; readonly most: number }>
  /** Per `min` and `max` slot: the scale. */
  readonly scales: Map<number, number>
}

/** Values beyond this are added in halves of 32 bits. */
const largestWhole = 2 ** 47
/** What has a square below 2^63. */
const largestSquared = 3_037_000_499

/** Emits what a row adds to the record at `record`. */
export function emitUpdates(compiler: ExpressionCompiler, slots: readonly StateSlot[], record: Term): SumFacts {
  const facts: SumFacts = { sums: new Map(), scales: new Map() }
  const { f } = compiler
  const filters = new Map<string, { filter: Expression; slots: StateSlot[] }>()
  for (const slot of slots) {
    if (!slot.filter) emitUpdate(compiler, slot, slots, record, facts)
    else {
      const key = compiler.inputs.key(slot.filter)
      const group = filters.get(key)
      if (group) group.slots.push(slot)
      else filters.set(key, { filter: slot.filter, slots: [slot] })
    }
  }
  for (const group of filters.values()) {
    f.if(compiler.truth(group.filter), () =>
      compiler.scoped(() => {
        for (const slot of group.slots) emitUpdate(compiler, slot, slots, record, facts)
      }),
    )
  }
  return facts
}

function emitUpdate(
  compiler: ExpressionCompiler,
  slot: StateSlot,
  slots: readonly StateSlot[],
  record: Term,
  facts: SumFacts,
): void {
  const { f } = compiler
  const { offset, argument } = slot
  const integer = (): Term => load('i64', record, offset)
  switch (slot.kind) {
    case 'count': {
      const valid = argument === undefined ? null : compiler.compile(argument).valid
      f.store('i64', record, integer().add(valid === null ? i64(1) : valid.toU('i64')), offset)
      return
    }
    case 'sum': {
      const code = finite(compiler, compiler.integer(argument!))
      const value = f.once(code.valid === null ? code.term : code.valid.select(code.term, 0))
      addWhole(value, Math.max(Math.abs(code.low), Math.abs(code.high)), code.scale, 'carry')
      return
    }
    case 'squares': {
      const code = finite(compiler, compiler.integer(argument!))
      const most = Math.max(Math.abs(code.low), Math.abs(code.high))
      if (code.displayScale || most > largestSquared) return cannotCompile('squares beyond 64 bits')
      const value = f.let(code.valid === null ? code.term : code.valid.select(code.term, 0))
      addWhole(f.let(value.mul(value)), most * most, code.scale * 2, 'squares-carry')
      return
    }
    case 'carry':
    case 'squares-carry':
    case 'rest':
      return
    case 'distances':
      return whereValid([argument!], ([value]) => {
        const before = f.let(load('f64', record, offset))
        const count = f.let(before.add(1))
        const sum = f.let(load('f64', record, offset + 8).add(value))
        f.store('f64', record, count, offset)
        f.store('f64', record, sum, offset + 8)
        f.if(before.gt(0), () => {
          const distance = f.let(value.mul(count).sub(sum))
          addFloat(offset + 16, distance.mul(distance).div(count.mul(before)))
        })
      })
    case 'pairs':
      return whereValid([argument!, slot.second!], ([y, x]) => {
        const before = f.let(load('f64', record, offset))
        const count = f.let(before.add(1))
        const sumX = f.let(load('f64', record, offset + 8).add(x))
        const sumY = f.let(load('f64', record, offset + 24).add(y))
        f.store('f64', record, count, offset)
        f.store('f64', record, sumX, offset + 8)
        f.store('f64', record, sumY, offset + 24)
        f.if(before.gt(0), () => {
          const distanceX = f.let(x.mul(count).sub(sumX))
          const distanceY = f.let(y.mul(count).sub(sumY))
          const scale = f.let(f64(1).div(count.mul(before)))
          addFloat(offset + 16, distanceX.mul(distanceX).mul(scale))
          addFloat(offset + 32, distanceY.mul(distanceY).mul(scale))
          addFloat(offset + 40, distanceX.mul(distanceY).mul(scale))
        })
      })
    case 'display-scale': {
      const code = compiler.integer(argument!)
      const scale = f.once((code.displayScale ?? i64(code.scale)).toU('i64'))
      const counted = code.valid === null ? scale : code.valid.select(scale, 0)
      const own = f.let(counted)
      f.store('i64', record, own.gt(integer()).select(own, integer()), offset)
      return
    }
    case 'float-sum':
    case 'real-sum': {
      const code = compiler.compile(argument!)
      if (code.class !== 'float') return cannotCompile('a sum of floats')
      const current = f.let(load('f64', record, offset))
      const exact = current.add(code.term)
      const sum = slot.kind === 'real-sum' ? exact.to('f32').to('f64') : exact
      f.store('f64', record, code.valid === null ? sum : code.valid.select(sum, current), offset)
      return
    }
    case 'min':
    case 'max': {
      const code = compiler.compile(argument!)
      if (code.class !== 'integer' && code.class !== 'boolean') return cannotCompile('an extreme of another class')
      if (code.class === 'integer') {
        if (code.displayScale) return cannotCompile('numerics of varying scales')
        facts.scales.set(offset, code.scale)
      }
      const value = f.let(code.term.to('i64'))
      const current = f.let(integer())
      const better = slot.kind === 'min' ? value.lt(current) : value.gt(current)
      f.store('i64', record, (code.valid === null ? better : better.and(code.valid)).select(value, current), offset)
      return
    }
    case 'float-min':
    case 'float-max': {
      const code = compiler.compile(argument!)
      if (code.class !== 'float') return cannotCompile('an extreme of another class')
      const current: Term = f.let(load('f64', record, offset))
      const type = argument!.type
      const own = { class: 'float', type, term: code.term, valid: null } as const
      const other = { class: 'float', type, term: current, valid: null } as const
      const better = compareCodes(compiler, slot.kind === 'float-min' ? '<' : '>', own, other, BOOLEAN).term
      f.store('f64', record, (code.valid === null ? better : better.and(code.valid)).select(code.term, current), offset)
      return
    }
    case 'text-min':
    case 'text-max': {
      const code = compiler.compile(argument!)
      if (code.class !== 'text') return cannotCompile('an extreme of another class')
      const { address, length } = code.bytes()
      const current = f.let(load('u32', record, offset))
      const replace = (): void => {
        const order = f.call(textCompare(f.module), address, length, current, load('u32', record, offset + 4))
        const better = current.eqz().or(slot.kind === 'text-min' ? order.lt(0) : order.gt(0))
        f.if(better, () => {
          // The address 0 says that there was none yet, and an empty text may lie there.
          f.store('u32', record, address.add(address.eqz()), offset)
          f.store('u32', record, length, offset + 4)
        })
      }
      if (code.valid === null) replace()
      else f.if(code.valid, replace)
    }
  }

  /** Adds to a sum and, where that could not hold a batch of such values, to its carry. */
  function addWhole(value: Term, most: number, scale: number, carryKind: 'carry' | 'squares-carry'): void {
    if (most <= largestWhole) {
      f.store('i64', record, integer().add(value), offset)
      facts.sums.set(offset, { scale, most })
      return
    }
    const carry = slots.find(
      (other) => other.kind === carryKind && other.argument === argument && other.filter === slot.filter,
    )!
    f.store('i64', record, integer().add(value.and(0xffffffffn)), offset)
    f.store('i64', record, load('i64', record, carry.offset).add(value.shr(32)), carry.offset)
    facts.sums.set(offset, { scale, most: 2 ** 32 })
  }

  function addFloat(at: number, value: Term): void {
    f.store('f64', record, load('f64', record, at).add(value), at)
  }

  /** Runs `add` with floats that are all known. */
  function whereValid(expressions: readonly Expression[], add: (values: readonly Term[]) => void): void {
    const codes = expressions.map((expression) => {
      const code = compiler.compile(expression)
      return code.class === 'float' ? code : cannotCompile('a statistic of another class')
    })
    const valid = codes.flatMap((code) => (code.valid === null ? [] : [code.valid]))
    const addAll = (): void => add(codes.map(({ term }) => f.let(term)))
    if (valid.length === 0) addAll()
    else
      f.if(
        valid.reduce((both, one) => both.and(one)),
        addAll,
      )
  }
}
