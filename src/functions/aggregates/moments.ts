/** What a distribution looks like: skewness, kurtosis, the mean's error; and sums that lose no digits. */
import { DOUBLE } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { type AggregateFunction, aggregate } from '../function.ts'

/** The number of values and the sums of their first four powers. */
interface Moments {
  count: number
  readonly sums: [number, number, number, number]
}

function addMoments(state: Moments, value: number): Moments {
  state.count++
  for (let power = 0; power < 4; power++) state.sums[power] += value ** (power + 1)
  return state
}

function mergeMoments(left: Moments, right: Moments): Moments {
  left.count += right.count
  for (let power = 0; power < 4; power++) left.sums[power] += right.sums[power]
  return left
}

function moment(name: string, doc: string, expected: string, finish: (state: Moments) => Value): AggregateFunction {
  return aggregate({
    name,
    category: 'statistics',
    doc,
    examples: [[`SELECT ${name}(x) FROM (VALUES (1), (2), (3), (10)) t(x)`, expected]],
    overloads: [
      {
        parameters: [DOUBLE],
        returns: DOUBLE,
        start: (): Moments => ({ count: 0, sums: [0, 0, 0, 0] }),
        add: addMoments,
        merge: mergeMoments,
        finish,
      },
    ],
  })
}

function skewness({ count: n, sums: [sum, squares, cubes] }: Moments): number | null {
  if (n <= 2) return null
  const share = 1 / n
  const spread = Math.sqrt(Math.max(0, (share * (squares - sum * sum * share)) ** 3))
  if (spread === 0) return NaN
  const third = cubes - 3 * squares * sum * share + 2 * sum ** 3 * share * share
  return ((Math.sqrt(n * (n - 1)) / (n - 2)) * share * third) / spread
}

/** Excess kurtosis, that of a normal distribution being 0. */
function kurtosis(ofSample: boolean): (state: Moments) => number | null {
  return ({ count: n, sums: [sum, squares, cubes, fourths] }) => {
    if (n <= (ofSample ? 3 : 1)) return null
    const share = 1 / n
    const second = share * (squares - sum * sum * share)
    if (second <= 0) return null
    const fourth =
      share * (fourths - 4 * cubes * sum * share + 6 * squares * sum * sum * share * share - 3 * sum ** 4 * share ** 3)
    const ratio = fourth / (second * second)
    return ofSample ? ((n - 1) * ((n + 1) * ratio - 3 * (n - 1))) / ((n - 2) * (n - 3)) : ratio - 3
  }
}

/** Running mean and squared distances from it, after Welford. */
interface Spread {
  count: number
  mean: number
  distances: number
}

const standardError = aggregate({
  name: 'sem',
  category: 'statistics',
  doc: 'The standard error of the mean.',
  examples: [['SELECT sem(x) FROM (VALUES (1), (2), (3), (10)) t(x)', '1.7677669529663689']],
  overloads: [
    {
      parameters: [DOUBLE],
      returns: DOUBLE,
      start: (): Spread => ({ count: 0, mean: 0, distances: 0 }),
      add(state: Spread, value: number) {
        const difference = value - state.mean
        state.count++
        state.mean += difference / state.count
        state.distances += difference * (value - state.mean)
        return state
      },
      finish: ({ count, distances }: Spread) =>
        count === 0 ? null : (count === 1 ? 0 : Math.sqrt(distances / count)) / Math.sqrt(count),
    },
  ],
})

/** A sum, and what was lost of it so far, after Kahan. */
interface Compensated {
  count: number
  sum: number
  lost: number
}

function addCompensated(state: Compensated, value: number): Compensated {
  state.count++
  if (!Number.isFinite(value) || !Number.isFinite(state.sum)) {
    state.sum += value
    return state
  }
  const corrected = value - state.lost
  const sum = state.sum + corrected
  state.lost = sum - state.sum - corrected
  state.sum = sum
  return state
}

function compensated(
  name: string,
  aliases: readonly string[],
  doc: string,
  expected: string,
  finish: (state: Compensated) => number,
): AggregateFunction {
  return aggregate({
    name,
    aliases,
    category: 'aggregates',
    doc,
    examples: [[`SELECT ${name}(x) FROM (VALUES (1.0), (2.0), (4.5)) t(x)`, expected]],
    overloads: [
      {
        parameters: [DOUBLE],
        returns: DOUBLE,
        start: (): Compensated => ({ count: 0, sum: 0, lost: 0 }),
        add: addCompensated,
        finish: (state: Compensated) => (state.count === 0 ? null : finish(state)),
      },
    ],
  })
}

export const momentAggregates: readonly AggregateFunction[] = [
  moment('skewness', 'How far the values lean to one side of their mean.', '1.763632614803888', skewness),
  moment(
    'kurtosis',
    'How heavy the tails are, above those of a normal distribution, estimated from a sample.',
    '3.227999999999999',
    kurtosis(true),
  ),
  moment(
    'kurtosis_pop',
    'How heavy the tails are, above those of a normal distribution.',
    '-0.7696000000000001',
    kurtosis(false),
  ),
  standardError,
  compensated(
    'fsum',
    ['sumkahan', 'kahan_sum'],
    'The sum of floating-point numbers, with the digits kept that adding loses.',
    '7.5',
    ({ sum }) => sum,
  ),
  compensated(
    'favg',
    [],
    'The average of floating-point numbers, with the digits kept that adding loses.',
    '2.5',
    ({ sum, count }) => sum / count,
  ),
]
