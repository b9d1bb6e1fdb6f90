/**
 * count, sum and avg. The types of results are PostgreSQL's: sums of integers widen to bigint and numeric, averages of
 * exact numbers are numeric with PostgreSQL's scale of a division. Integer sums run in a double while it is exact.
 */
import { SqlError } from '../../error.ts'
import { BIGINT, DOUBLE, INTEGER, INTERVAL, NUMERIC, REAL, SMALLINT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { addIntervals, divideInterval, subtractIntervals, ZERO_INTERVAL } from '../../types/interval.ts'
import { checkMoney } from '../../types/money.ts'
import type { Value } from '../../types/value.ts'
import { floatOverflow } from '../errors.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'

interface CountState {
  count: number
}

const startCount = (): CountState => ({ count: 0 })

function addCount(state: CountState): CountState {
  state.count++
  return state
}

function removeCount(state: CountState): CountState {
  state.count--
  return state
}

function mergeCount(left: CountState, right: CountState): CountState {
  left.count += right.count
  return left
}

const counting: Pick<AggregateOverload, 'returns' | 'start' | 'add' | 'remove' | 'merge' | 'finish'> = {
  returns: BIGINT,
  start: startCount,
  add: addCount,
  remove: removeCount,
  merge: mergeCount,
  finish: (state: CountState) => BigInt(state.count),
}

const count = aggregate({
  name: 'count',
  category: 'aggregates',
  doc: 'The number of rows, or of rows where the argument is not NULL.',
  examples: [
    ['SELECT count(*) FROM (VALUES (1), (NULL)) t(x)', '2'],
    ['SELECT count(x) FROM (VALUES (1), (NULL)) t(x)', '1'],
  ],
  overloads: [
    { parameters: [], ...counting },
    { parameters: ['any'], ...counting },
  ],
})

/** A sum of integers: `small` is exact in a double, and moves to `large` before it no longer would be. */
interface IntegerSum {
  small: number
  large: bigint
  count: number
}

const startIntegers = (): IntegerSum => ({ small: 0, large: 0n, count: 0 })
const EXACT = 2 ** 52

function addInteger(state: IntegerSum, value: number): IntegerSum {
  state.small += value
  state.count++
  if (state.small > EXACT || state.small < -EXACT) carry(state)
  return state
}

function removeInteger(state: IntegerSum, value: number): IntegerSum {
  state.small -= value
  state.count--
  if (state.small > EXACT || state.small < -EXACT) carry(state)
  return state
}

function carry(state: IntegerSum): void {
  state.large += BigInt(state.small)
  state.small = 0
}

function addBigint(state: IntegerSum, value: bigint): IntegerSum {
  state.large += value
  state.count++
  return state
}

function removeBigint(state: IntegerSum, value: bigint): IntegerSum {
  state.large -= value
  state.count--
  return state
}

function mergeIntegers(left: IntegerSum, right: IntegerSum): IntegerSum {
  left.large += right.large + BigInt(right.small)
  left.count += right.count
  return left
}

function integerTotal(state: IntegerSum): bigint {
  return state.large + BigInt(state.small)
}

/** A sum of decimals, with what is needed to take a value back: how many of each scale there are, and special values. */
export interface DecimalSum {
  sum: Decimal
  count: number
  readonly scales: number[]
  notANumbers: number
  infinities: number
  negativeInfinities: number
}

export const startDecimals = (): DecimalSum => ({
  sum: Decimal.ZERO,
  count: 0,
  scales: [],
  notANumbers: 0,
  infinities: 0,
  negativeInfinities: 0,
})

export function addDecimal(state: DecimalSum, value: Decimal): DecimalSum {
  state.count++
  if (!value.isFinite()) countSpecial(state, value, 1)
  else {
    state.scales[value.scale] = (state.scales[value.scale] ?? 0) + 1
    state.sum = state.sum.add(value)
  }
  return state
}

export function removeDecimal(state: DecimalSum, value: Decimal): DecimalSum {
  state.count--
  if (!value.isFinite()) countSpecial(state, value, -1)
  else {
    state.scales[value.scale]--
    state.sum = state.sum.subtract(value)
  }
  return state
}

function countSpecial(state: DecimalSum, value: Decimal, step: number): void {
  if (value.isNaN()) state.notANumbers += step
  else if (value.sign() > 0) state.infinities += step
  else state.negativeInfinities += step
}

function mergeDecimals(left: DecimalSum, right: DecimalSum): DecimalSum {
  left.sum = left.sum.add(right.sum)
  left.count += right.count
  right.scales.forEach((times, scale) => {
    left.scales[scale] = (left.scales[scale] ?? 0) + times
  })
  left.notANumbers += right.notANumbers
  left.infinities += right.infinities
  left.negativeInfinities += right.negativeInfinities
  return left
}

/** The sum with the largest scale of the values that are in it. */
export function decimalTotal(state: DecimalSum): Decimal {
  if (state.notANumbers > 0 || (state.infinities > 0 && state.negativeInfinities > 0)) return Decimal.NAN
  if (state.infinities > 0) return Decimal.INFINITY
  if (state.negativeInfinities > 0) return Decimal.NEGATIVE_INFINITY
  let scale = state.scales.length - 1
  while (scale > 0 && !state.scales[scale]) scale--
  return state.sum.rescale(Math.max(scale, 0))
}

interface FloatSum {
  sum: number
  count: number
}

const startFloats = (): FloatSum => ({ sum: 0, count: 0 })

function addDouble(state: FloatSum, value: number): FloatSum {
  const sum = state.count === 0 ? value : state.sum + value
  if (!Number.isFinite(sum) && Number.isFinite(state.sum) && Number.isFinite(value)) throw floatOverflow()
  state.sum = sum
  state.count++
  return state
}

function addReal(state: FloatSum, value: number): FloatSum {
  const sum = state.count === 0 ? value : Math.fround(state.sum + value)
  if (!Number.isFinite(sum) && Number.isFinite(state.sum) && Number.isFinite(value)) throw floatOverflow()
  state.sum = sum
  state.count++
  return state
}

function mergeFloats(left: FloatSum, right: FloatSum): FloatSum {
  if (left.count === 0) return right
  if (right.count > 0) {
    left.sum += right.sum
    left.count += right.count
  }
  return left
}

interface IntervalSum {
  sum: Value
  count: number
}

const intervals: Pick<AggregateOverload, 'start' | 'add' | 'remove' | 'merge'> = {
  start: (): IntervalSum => ({ sum: ZERO_INTERVAL, count: 0 }),
  add(state: IntervalSum, value) {
    state.sum = addIntervals(state.sum, value)
    state.count++
    return state
  },
  remove(state: IntervalSum, value) {
    state.sum = subtractIntervals(state.sum, value)
    state.count--
    return state
  },
  merge(left: IntervalSum, right: IntervalSum) {
    left.sum = addIntervals(left.sum, right.sum)
    left.count += right.count
    return left
  },
}

const integerLife: Pick<AggregateOverload, 'start' | 'add' | 'remove' | 'merge'> = {
  start: startIntegers,
  add: addInteger,
  remove: removeInteger,
  merge: mergeIntegers,
}

const bigintLife: Pick<AggregateOverload, 'start' | 'add' | 'remove' | 'merge'> = {
  start: startIntegers,
  add: addBigint,
  remove: removeBigint,
  merge: mergeIntegers,
}

const decimalLife: Pick<AggregateOverload, 'start' | 'add' | 'remove' | 'merge'> = {
  start: startDecimals,
  add: addDecimal,
  remove: removeDecimal,
  merge: mergeDecimals,
}

const doubleLife: Pick<AggregateOverload, 'start' | 'add' | 'merge'> = {
  start: startFloats,
  add: addDouble,
  merge: mergeFloats,
}
const realLife: Pick<AggregateOverload, 'start' | 'add' | 'merge'> = {
  start: startFloats,
  add: addReal,
  merge: mergeFloats,
}

function finishSmallSum(state: IntegerSum): bigint | null {
  if (state.count === 0) return null
  const total = integerTotal(state)
  if (BigInt.asIntN(64, total) !== total) throw new SqlError('numeric_value_out_of_range', 'bigint out of range')
  return total
}

const sum = aggregate({
  name: 'sum',
  category: 'aggregates',
  doc: 'The sum of the values that are not NULL; NULL when there are none.',
  examples: [
    ['SELECT sum(x) FROM (VALUES (1), (2), (NULL)) t(x)', '3'],
    ['SELECT sum(x) FROM (VALUES (1.5), (2)) t(x)', '3.5'],
    ['SELECT sum(x) FROM (VALUES (1)) t(x) WHERE x > 1', null],
  ],
  overloads: [
    { parameters: [INTEGER], returns: BIGINT, ...integerLife, finish: finishSmallSum },
    { parameters: [SMALLINT], returns: BIGINT, ...integerLife, finish: finishSmallSum },
    {
      parameters: [{ kind: 'boolean' }],
      returns: BIGINT,
      ...integerLife,
      add: (state: IntegerSum, value) => addInteger(state, Number(value)),
      remove: (state: IntegerSum, value) => removeInteger(state, Number(value)),
      finish: finishSmallSum,
    },
    {
      parameters: [{ kind: 'money' }],
      returns: { kind: 'money' },
      ...bigintLife,
      finish: (state: IntegerSum) => (state.count === 0 ? null : checkMoney(integerTotal(state))),
    },
    {
      parameters: [BIGINT],
      returns: NUMERIC,
      ...bigintLife,
      finish: (state: IntegerSum) => (state.count === 0 ? null : Decimal.fromBigInt(integerTotal(state))),
    },
    {
      parameters: [NUMERIC],
      returns: NUMERIC,
      ...decimalLife,
      finish: (state: DecimalSum) => (state.count === 0 ? null : decimalTotal(state)),
    },
    {
      parameters: [DOUBLE],
      returns: DOUBLE,
      ...doubleLife,
      finish: (state: FloatSum) => (state.count === 0 ? null : state.sum),
    },
    {
      parameters: [REAL],
      returns: REAL,
      ...realLife,
      finish: (state: FloatSum) => (state.count === 0 ? null : state.sum),
    },
    {
      parameters: [INTERVAL],
      returns: INTERVAL,
      ...intervals,
      finish: (state: IntervalSum) => (state.count === 0 ? null : state.sum),
    },
  ],
})

function averageIntegers(state: IntegerSum): Decimal | null {
  if (state.count === 0) return null
  return Decimal.fromBigInt(integerTotal(state)).divide(Decimal.fromBigInt(BigInt(state.count)))
}

function averageFloats(state: FloatSum): number | null {
  return state.count === 0 ? null : state.sum / state.count
}

const avg = aggregate({
  name: 'avg',
  aliases: ['mean'],
  category: 'aggregates',
  doc: 'The average of the values that are not NULL; NULL when there are none.',
  examples: [
    ['SELECT avg(x) FROM (VALUES (1), (2)) t(x)', '1.5000000000000000'],
    ['SELECT avg(x) FROM (VALUES (0.5::double precision), (1)) t(x)', '0.75'],
  ],
  overloads: [
    { parameters: [INTEGER], returns: NUMERIC, ...integerLife, finish: averageIntegers },
    { parameters: [SMALLINT], returns: NUMERIC, ...integerLife, finish: averageIntegers },
    { parameters: [BIGINT], returns: NUMERIC, ...bigintLife, finish: averageIntegers },
    {
      parameters: [NUMERIC],
      returns: NUMERIC,
      ...decimalLife,
      finish: (state: DecimalSum) =>
        state.count === 0 ? null : decimalTotal(state).divide(Decimal.fromBigInt(BigInt(state.count))),
    },
    { parameters: [DOUBLE], returns: DOUBLE, ...doubleLife, finish: averageFloats },
    { parameters: [REAL], returns: DOUBLE, ...doubleLife, finish: averageFloats },
    {
      parameters: [INTERVAL],
      returns: INTERVAL,
      ...intervals,
      finish: (state: IntervalSum) => (state.count === 0 ? null : divideInterval(state.sum, state.count)),
    },
  ],
})

const countIf = aggregate({
  name: 'count_if',
  aliases: ['countif'],
  category: 'aggregates',
  doc: 'The number of rows where the condition is true.',
  examples: [['SELECT count_if(x > 1) FROM (VALUES (1), (2), (3)) t(x)', '2']],
  overloads: [
    {
      parameters: [{ kind: 'boolean' }],
      returns: BIGINT,
      start: startCount,
      add: (state: CountState, value) => (value ? addCount(state) : state),
      remove: (state: CountState, value) => (value ? removeCount(state) : state),
      merge: mergeCount,
      finish: (state: CountState) => BigInt(state.count),
    },
  ],
})

const product = aggregate({
  name: 'product',
  category: 'aggregates',
  doc: 'The product of the values that are not NULL.',
  examples: [['SELECT product(x) FROM (VALUES (2), (3), (4)) t(x)', '24']],
  overloads: [
    {
      parameters: [DOUBLE],
      returns: DOUBLE,
      start: () => null,
      add: (state, value) => (state === null ? value : state * value),
      finish: (state) => state,
    },
  ],
})

export const sumAggregates: readonly AggregateFunction[] = [count, sum, avg, countIf, product]
