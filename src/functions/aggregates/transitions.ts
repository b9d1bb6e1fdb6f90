/**
 * The steps of PostgreSQL's aggregates as functions of their own, for CREATE AGGREGATE: float8_accum, int4_sum,
 * booland_statefunc … Their states are arrays where an aggregate has several sums.
 */
import { SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NUMERIC,
  REAL,
  SMALLINT,
} from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { addIntervals, divideInterval, subtractIntervals } from '../../types/interval.ts'
import type { Value } from '../../types/value.ts'
import { outOfRange } from '../errors.ts'
import { type Overload, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'
import {
  addFloat,
  addPair,
  type FloatSums,
  floatVariance,
  mergeFloat,
  mergePairs,
  type PairSums,
  statisticAggregates,
} from './statistics.ts'

const doubles = arrayOf(DOUBLE)
const longs = arrayOf(BIGINT)
const intervals = arrayOf(INTERVAL)

/** The state of so many numbers, none of them NULL. */
function numbers(state: SqlArray, length: number, name: string): number[] {
  if (state.dimensions.length !== 1 || state.values.length !== length || state.values.includes(null)) {
    throw new SqlError('internal_error', `${name}: expected ${length}-element float8 array`)
  }
  return [...state.values]
}

function floatSums(state: SqlArray, name: string): FloatSums {
  const [count, sum, distances] = numbers(state, 3, name)
  return { count, sum, distances }
}

const ofFloatSums = ({ count, sum, distances }: FloatSums): SqlArray => sqlArray([count, sum, distances])

function pairSums(state: SqlArray, name: string): PairSums {
  const [count, sumX, xx, sumY, yy, xy] = numbers(state, 6, name)
  return { count, sumX, xx, sumY, yy, xy }
}

const ofPairSums = ({ count, sumX, xx, sumY, yy, xy }: PairSums): SqlArray => sqlArray([count, sumX, xx, sumY, yy, xy])

/** The count and the sum of integers. */
function pair(state: SqlArray): [count: bigint, sum: bigint] {
  const [count, sum] = state.values
  if (state.dimensions.length !== 1 || state.values.length !== 2 || count === null || sum === null) {
    throw new SqlError('internal_error', 'expected 2-element int8 array')
  }
  return [count, sum]
}

function long(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw outOfRange('bigint')
  return value
}

const step =
  (sign: 1n | -1n) =>
  (state: SqlArray, value: number): SqlArray => {
    const [count, sum] = pair(state)
    return sqlArray([count + sign, BigInt.asIntN(64, sum + sign * BigInt(value))])
  }

/** A sum without its aggregate: NULL until there is a value. */
const addWhole = (sum: bigint | null, value: number | null): bigint | null =>
  value === null ? sum : BigInt.asIntN(64, (sum ?? 0n) + BigInt(value))

type Entry = readonly [
  name: string,
  parameters: readonly Pattern[],
  returns: DataType,
  body: (...args: Value[]) => Value,
  options?: Partial<Overload>,
]

const spreads: readonly (readonly [name: string, sample: boolean, root: boolean])[] = [
  ['var_pop', false, false],
  ['var_samp', true, false],
  ['stddev_pop', false, true],
  ['stddev_samp', true, true],
]

const entries: readonly Entry[] = [
  [
    'float8_accum',
    [doubles, DOUBLE],
    doubles,
    (state, x) => ofFloatSums(addFloat(floatSums(state, 'float8_accum'), x)),
  ],
  ['float4_accum', [doubles, REAL], doubles, (state, x) => ofFloatSums(addFloat(floatSums(state, 'float4_accum'), x))],
  [
    'float8_combine',
    [doubles, doubles],
    doubles,
    (left, right) => ofFloatSums(mergeFloat(floatSums(left, 'float8_combine'), floatSums(right, 'float8_combine'))),
  ],
  [
    'float8_avg',
    [doubles],
    DOUBLE,
    (state) => {
      const { count, sum } = floatSums(state, 'float8_avg')
      return count === 0 ? null : sum / count
    },
  ],
  ...spreads.map(
    ([name, sample, root]): Entry => [
      `float8_${name}`,
      [doubles],
      DOUBLE,
      (state) => floatVariance(floatSums(state, `float8_${name}`), sample, root),
    ],
  ),
  [
    'float8_regr_accum',
    [doubles, DOUBLE, DOUBLE],
    doubles,
    (state, y, x) => ofPairSums(addPair(pairSums(state, 'float8_regr_accum'), y, x)),
  ],
  [
    'float8_regr_combine',
    [doubles, doubles],
    doubles,
    (left, right) =>
      ofPairSums(mergePairs(pairSums(left, 'float8_regr_combine'), pairSums(right, 'float8_regr_combine'))),
  ],
  ...statisticAggregates
    .filter(({ name, overloads }) => overloads[0].sums === 'pairs' && name !== 'regr_count')
    .map(
      ({ name, overloads: [{ finish }] }): Entry => [
        `float8_${name}`,
        [doubles],
        DOUBLE,
        (state) => finish(pairSums(state, `float8_${name}`), DOUBLE),
      ],
    ),
  ['int8inc', [BIGINT], BIGINT, (count) => long(count + 1n)],
  ['int8dec', [BIGINT], BIGINT, (count) => long(count - 1n)],
  ['int8inc_any', [BIGINT, 'any'], BIGINT, (count) => long(count + 1n)],
  ['int8dec_any', [BIGINT, 'any'], BIGINT, (count) => long(count - 1n)],
  ['int8inc_float8_float8', [BIGINT, DOUBLE, DOUBLE], BIGINT, (count) => long(count + 1n)],
  ['numeric_inc', [NUMERIC], NUMERIC, (value: Decimal) => value.add(Decimal.ONE)],
  ['int2_sum', [BIGINT, SMALLINT], BIGINT, addWhole, { strict: false }],
  ['int4_sum', [BIGINT, INTEGER], BIGINT, addWhole, { strict: false }],
  [
    'int8_sum',
    [NUMERIC, BIGINT],
    NUMERIC,
    (sum: Decimal | null, value: bigint | null) => {
      if (value === null) return sum
      const added = Decimal.fromBigInt(value)
      return sum === null ? added : sum.add(added)
    },
    { strict: false },
  ],
  ['int2_avg_accum', [longs, SMALLINT], longs, step(1n)],
  ['int4_avg_accum', [longs, INTEGER], longs, step(1n)],
  ['int2_avg_accum_inv', [longs, SMALLINT], longs, step(-1n)],
  ['int4_avg_accum_inv', [longs, INTEGER], longs, step(-1n)],
  [
    'int4_avg_combine',
    [longs, longs],
    longs,
    (left, right) => {
      const [count, sum] = pair(left)
      const [more, added] = pair(right)
      return sqlArray([count + more, BigInt.asIntN(64, sum + added)])
    },
  ],
  [
    'int8_avg',
    [longs],
    NUMERIC,
    (state) => {
      const [count, sum] = pair(state)
      return count === 0n ? null : Decimal.fromBigInt(sum).divide(Decimal.fromBigInt(count))
    },
  ],
  [
    'int2int4_sum',
    [longs],
    BIGINT,
    (state) => {
      const [count, sum] = pair(state)
      return count === 0n ? null : sum
    },
  ],
  ['booland_statefunc', [BOOLEAN, BOOLEAN], BOOLEAN, (state, value) => state && value],
  ['boolor_statefunc', [BOOLEAN, BOOLEAN], BOOLEAN, (state, value) => state || value],
  ...(['interval_accum', 'interval_accum_inv'] as const).map((name): Entry => {
    const add = name === 'interval_accum'
    return [
      name,
      [intervals, INTERVAL],
      intervals,
      ({ values: [sum, count] }: SqlArray, value) =>
        sqlArray([
          (add ? addIntervals : subtractIntervals)(sum, value),
          { ...count, micros: count.micros + (add ? 1n : -1n) },
        ]),
    ]
  }),
  [
    'interval_combine',
    [intervals, intervals],
    intervals,
    ({ values: [sum, count] }: SqlArray, { values: [added, more] }: SqlArray) =>
      sqlArray([addIntervals(sum, added), { ...count, micros: count.micros + more.micros }]),
  ],
  [
    'interval_avg',
    [intervals],
    INTERVAL,
    ({ values: [sum, count] }: SqlArray) => (count.micros === 0n ? null : divideInterval(sum, Number(count.micros))),
  ],
]

export const transitionFunctions: readonly ScalarFunction[] = entries.map(
  ([name, parameters, returns, body, options]) =>
    scalar({
      name,
      category: 'system',
      doc: `A step of PostgreSQL's aggregates, for CREATE AGGREGATE.`,
      examples: name === 'int4_sum' ? [['int4_sum(1, 2)', '3']] : [],
      overloads: [overload(parameters, returns, body, options)],
    }),
)
