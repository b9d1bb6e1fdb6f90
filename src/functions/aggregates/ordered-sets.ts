/**
 * Aggregates over sorted values. With WITHIN GROUP the values come in order; median, quantile_cont and their like sort
 * for themselves. Hypothetical aggregates tell where a row would stand if it were there.
 */

import { SqlError } from '../../error.ts'
import { heedInterrupt } from '../../interrupt.ts'
import type { Settings } from '../../settings.ts'
import type { SqlArray } from '../../types/array.ts'
import {
  arrayOf,
  BIGINT,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { dateToTimestamp } from '../../types/date-time.ts'
import {
  addIntervals,
  addToTimestamp,
  addToTimestampTz,
  multiplyInterval,
  subtractIntervals,
} from '../../types/interval.ts'
import { traits } from '../../types/traits.ts'
import type { Interval, Value } from '../../types/value.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'
import { subtractTimestamps } from '../operators/date-time.ts'
import { mostFrequent } from './frequencies.ts'

const DOUBLES = arrayOf(DOUBLE)
const MICROS_PER_DAY = 86_400_000_000

interface Sorted {
  readonly values: Value[]
  fraction: Value
  readonly type: DataType
  readonly settings: Settings
}

function checkFraction(fraction: number): void {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new SqlError('numeric_value_out_of_range', `percentile value ${fraction} is not between 0 and 1`)
  }
}

/** The value at a share of the way: the first whose position reaches it. */
function discrete(values: readonly Value[], fraction: number): Value {
  checkFraction(fraction)
  return values[discretePlace(values.length, fraction)]
}

export function discretePlace(count: number, fraction: number): number {
  return Math.max(0, Math.ceil(fraction * count) - 1)
}

type Blend = (low: Value, high: Value, share: number, settings: Settings) => Value

/** Between two neighbours, by the type's own arithmetic. */
function continuous(values: readonly Value[], fraction: number, blend: Blend, settings: Settings): Value {
  checkFraction(fraction)
  const place = fraction * (values.length - 1)
  const low = Math.floor(place)
  const high = Math.ceil(place)
  return blend(values[low], values[high], place - low, settings)
}

export const blendDoubles = (low: number, high: number, share: number): number =>
  share === 0 ? low : low + share * (high - low)
const blendIntervals: Blend = (low: Interval, high: Interval, share) =>
  addIntervals(low, multiplyInterval(subtractIntervals(high, low), share))
const blendTimestamps: Blend = (low: bigint, high: bigint, share) =>
  addToTimestamp(low, multiplyInterval(subtractTimestamps(high, low), share))
const blendTimestampTzs: Blend = (low: bigint, high: bigint, share, settings) =>
  addToTimestampTz(low, multiplyInterval(subtractTimestamps(high, low), share), settings)
const blendDates: Blend = (low: number, high: number, share, settings) =>
  blendTimestamps(dateToTimestamp(low), dateToTimestamp(high), share, settings)

/** One result for a fraction, an array of results for an array of fractions. */
function forFractions(fraction: Value, compute: (fraction: number) => Value): Value {
  if (typeof fraction === 'number') return compute(fraction)
  const fractions = fraction as SqlArray
  return { ...fractions, values: fractions.values.map((one) => (one === null ? null : compute(one))) }
}

/** Direct argument first, then the value of the row. */
const gatherOrdered: Pick<AggregateOverload, 'start' | 'add' | 'gathers'> = {
  gathers: true,
  start: (types, { settings }): Sorted => ({ values: [], fraction: null, type: types[types.length - 1], settings }),
  add(state: Sorted, fraction, value) {
    state.fraction = fraction
    state.values.push(value)
    return state
  },
}

function finishDiscrete(state: Sorted): Value {
  if (state.values.length === 0 || state.fraction === null) return null
  return forFractions(state.fraction, (fraction) => discrete(state.values, fraction))
}

function finishContinuous(blend: Blend): (state: Sorted) => Value {
  return (state) => {
    if (state.values.length === 0 || state.fraction === null) return null
    return forFractions(state.fraction, (fraction) => continuous(state.values, fraction, blend, state.settings))
  }
}

const percentileDisc = aggregate({
  name: 'percentile_disc',
  category: 'ordered sets',
  doc: 'The first value in order whose position is at least the given share of all.',
  examples: [['SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (3), (10)) t(x)', '2']],
  overloads: [
    {
      parameters: [DOUBLE],
      ordered: ['anyelement'],
      returns: ([, type]) => type,
      ...gatherOrdered,
      finish: finishDiscrete,
      place: 'discrete',
    },
    {
      parameters: [DOUBLES],
      ordered: ['anyelement'],
      returns: ([, type]) => arrayOf(type),
      ...gatherOrdered,
      finish: finishDiscrete,
    },
  ],
})

const percentileCont = aggregate({
  name: 'percentile_cont',
  category: 'ordered sets',
  doc: 'The value at a share of the way through the values in order, between two of them where it falls there.',
  examples: [['SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (3), (10)) t(x)', '2.5']],
  overloads: (
    [
      [DOUBLE, blendDoubles],
      [INTERVAL, blendIntervals],
    ] as const
  ).flatMap(([type, blend]): AggregateOverload[] => [
    {
      parameters: [DOUBLE],
      ordered: [type],
      returns: type,
      ...gatherOrdered,
      finish: finishContinuous(blend),
      place: blend === blendDoubles ? 'continuous' : undefined,
    },
    {
      parameters: [DOUBLES],
      ordered: [type],
      returns: arrayOf(type),
      ...gatherOrdered,
      finish: finishContinuous(blend),
    },
  ]),
})

const mode = aggregate({
  name: 'mode',
  category: 'ordered sets',
  doc: 'The most frequent value; the first in order of those that tie.',
  examples: [['SELECT mode() WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (2)) t(x)', '2']],
  overloads: [
    { parameters: [], ordered: ['anyelement'], ...mostFrequent },
    { parameters: ['anyelement'], ...mostFrequent },
  ],
})

/** For aggregates that sort for themselves: (value, fraction). */
const gatherUnordered: Pick<AggregateOverload, 'start' | 'add' | 'merge' | 'gathers'> = {
  gathers: true,
  start: (types, { settings }): Sorted => ({ values: [], fraction: 0.5, type: types[0], settings }),
  add(state: Sorted, value, fraction) {
    if (fraction !== undefined) state.fraction = fraction
    state.values.push(value)
    return state
  },
  merge(left: Sorted, right: Sorted) {
    for (const value of right.values) left.values.push(value)
    left.fraction = right.fraction
    return left
  },
}

function sorted(state: Sorted): Value[] {
  const { compare } = traits(state.type)
  return state.values.sort((left, right) => {
    heedInterrupt(8)
    return compare(left, right, state.type)
  })
}

/** The types with an arithmetic, what lies between two of their values, and which type it has. */
const continuousTypes: readonly (readonly [type: DataType, result: DataType, blend: Blend])[] = [
  [DOUBLE, DOUBLE, blendDoubles],
  [INTERVAL, INTERVAL, blendIntervals],
  [TIMESTAMP, TIMESTAMP, blendTimestamps],
  [TIMESTAMPTZ, TIMESTAMPTZ, blendTimestampTzs],
  [DATE, TIMESTAMP, blendDates],
]

function finishQuantile(state: Sorted, compute: (values: readonly Value[], fraction: number) => Value): Value {
  if (state.values.length === 0) return null
  const values = sorted(state)
  return forFractions(state.fraction, (fraction) => compute(values, fraction < 0 ? 1 + fraction : fraction))
}

/** Overloads of a continuous quantile: integers by way of double precision, which is their preferred type. */
function quantiles(fractions: readonly DataType[]): AggregateOverload[] {
  return continuousTypes.map(([type, result, blend]) => ({
    parameters: [type, ...fractions],
    returns: fractions[0]?.kind === 'array' ? arrayOf(result) : result,
    ...gatherUnordered,
    finish: (state: Sorted) =>
      finishQuantile(state, (values, fraction) => continuous(values, fraction, blend, state.settings)),
    place: blend === blendDoubles && fractions[0]?.kind !== 'array' ? 'continuous' : undefined,
  }))
}

const median = aggregate({
  name: 'median',
  category: 'ordered sets',
  doc: 'The middle value, between the two middle ones where there are two.',
  examples: [['SELECT median(x) FROM (VALUES (1), (2), (4), (10)) t(x)', '3']],
  overloads: [
    ...quantiles([]),
    { parameters: [TEXT], returns: TEXT, ...gatherUnordered, finish: (state) => finishQuantile(state, discrete) },
  ],
})

const quantileCont = aggregate({
  name: 'quantile_cont',
  category: 'ordered sets',
  doc: 'The value at a share of the way through the values in order, between two of them where it falls there.',
  examples: [['SELECT quantile_cont(x, 0.25) FROM (VALUES (1), (2), (3), (4), (5)) t(x)', '2']],
  overloads: [...quantiles([DOUBLE]), ...quantiles([DOUBLES])],
})

/** Overloads of a discrete quantile, further arguments being left aside. */
function discreteQuantiles(...more: readonly DataType[]): AggregateOverload[] {
  return [DOUBLE, DOUBLES].map((fractions) => ({
    parameters: ['anyelement', fractions, ...more],
    returns: ([type]) => (fractions === DOUBLES ? arrayOf(type) : type),
    ...gatherUnordered,
    finish: (state: Sorted) => finishQuantile(state, discrete),
    place: fractions === DOUBLE && more.length === 0 ? 'discrete' : undefined,
  }))
}

const quantileDisc = aggregate({
  name: 'quantile_disc',
  aliases: ['quantile'],
  category: 'ordered sets',
  doc: 'The first value in order whose position is at least the given share of all.',
  examples: [['SELECT quantile_disc(x, 0.5) FROM (VALUES (1), (2), (3), (4)) t(x)', '2']],
  overloads: discreteQuantiles(),
})

const reservoirQuantile = aggregate({
  name: 'reservoir_quantile',
  category: 'ordered sets',
  doc: 'The first value in order whose position is at least the given share of all; exact, so that a third argument, the size of a sample, does not matter.',
  examples: [['SELECT reservoir_quantile(x, 0.5) FROM (VALUES (1), (2), (3), (4)) t(x)', '2']],
  overloads: [...discreteQuantiles(), ...discreteQuantiles(INTEGER)],
})

const approxQuantile = aggregate({
  name: 'approx_quantile',
  category: 'ordered sets',
  doc: 'The value at a share of the way through the values in order; exact.',
  examples: [['SELECT approx_quantile(x, 0.5) FROM (VALUES (1), (2), (3)) t(x)', '2']],
  overloads: [...quantiles([DOUBLE]), ...quantiles([DOUBLES])],
})

const mad = aggregate({
  name: 'mad',
  category: 'ordered sets',
  doc: 'The median of the distances from the median.',
  examples: [['SELECT mad(x) FROM (VALUES (1), (2), (4), (10)) t(x)', '1.5']],
  overloads: [
    {
      parameters: [DOUBLE],
      returns: DOUBLE,
      ...gatherUnordered,
      finish: (state: Sorted) => medianDistance(state, Number),
    },
    ...[DATE, TIMESTAMP, TIMESTAMPTZ].map(
      (type): AggregateOverload => ({
        parameters: [type],
        returns: INTERVAL,
        ...gatherUnordered,
        finish: (state: Sorted) => medianDistance(state, type === DATE ? (day) => day * MICROS_PER_DAY : Number),
      }),
    ),
  ],
})

/** The median distance from the median, of values as numbers: of microseconds, as an interval. */
function medianDistance(state: Sorted, toNumber: (value: Value) => number): Value {
  if (state.values.length === 0) return null
  const middleOf = (values: number[]): number => {
    values.sort((left, right) => left - right)
    return continuous(values, 0.5, blendDoubles, state.settings)
  }
  const values = state.values.map(toNumber)
  const middle = middleOf(values)
  const distance = middleOf(values.map((value) => Math.abs(value - middle)))
  if (state.type.kind === 'double') return distance
  const micros = BigInt(Math.trunc(distance))
  const days = micros / BigInt(MICROS_PER_DAY)
  return { months: 0, days: Number(days), micros: micros - days * BigInt(MICROS_PER_DAY) } satisfies Interval
}

interface Standing {
  before: number
  groupsBefore: number
  equal: number
  total: number
}

/** Aggregates that receive, per row, how it compares with the hypothetical one and whether it begins a group of peers. */
function hypothetical(
  name: string,
  doc: string,
  example: readonly [string, string],
  returns: DataType,
  finish: (state: Standing) => Value,
): AggregateFunction {
  return aggregate({
    name,
    category: 'ordered sets',
    doc,
    examples: [example],
    overloads: [
      {
        parameters: ['any'],
        ordered: ['any'],
        variadic: true,
        hypothetical: true,
        strict: false,
        returns,
        start: (): Standing => ({ before: 0, groupsBefore: 0, equal: 0, total: 0 }),
        add(state: Standing, order: number, isNewGroup: boolean) {
          state.total++
          if (order < 0) {
            state.before++
            if (isNewGroup) state.groupsBefore++
          } else if (order === 0) {
            state.equal++
          }
          return state
        },
        finish,
      },
    ],
  })
}

const hypotheticals: readonly AggregateFunction[] = [
  hypothetical(
    'rank',
    'The rank that a row of the given values would have, with gaps.',
    ['SELECT rank(3) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (1), (5)) t(x)', '3'],
    BIGINT,
    (state) => BigInt(state.before + 1),
  ),
  hypothetical(
    'dense_rank',
    'The rank that a row of the given values would have, without gaps.',
    ['SELECT dense_rank(3) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (1), (5)) t(x)', '2'],
    BIGINT,
    (state) => BigInt(state.groupsBefore + 1),
  ),
  hypothetical(
    'percent_rank',
    'The relative rank that a row of the given values would have, from 0 to 1.',
    ['SELECT percent_rank(3) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (5)) t(x)', '0.5'],
    DOUBLE,
    (state) => (state.total === 0 ? 0 : state.before / state.total),
  ),
  hypothetical(
    'cume_dist',
    'The share of rows before or with a row of the given values, itself included.',
    ['SELECT cume_dist(3) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (5), (6)) t(x)', '0.5'],
    DOUBLE,
    (state) => (state.before + state.equal + 1) / (state.total + 1),
  ),
]

export const orderedSetAggregates: readonly AggregateFunction[] = [
  percentileDisc,
  percentileCont,
  mode,
  median,
  quantileCont,
  quantileDisc,
  reservoirQuantile,
  approxQuantile,
  mad,
  ...hypotheticals,
]
