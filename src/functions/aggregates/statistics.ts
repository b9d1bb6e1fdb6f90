/**
 * Variance, deviation, covariance, correlation and regression. Of exact numbers variance is computed exactly, from the
 * sums of the values and of their squares; of floating-point numbers by the method of Youngs and Cramer, which loses
 * no digits to the difference of large sums.
 */
import { BIGINT, type DataType, DOUBLE, INTEGER, NUMERIC, SMALLINT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import { divideRounded, integerSquareRoot } from '../../types/whole-numbers.ts'
import { floatOverflow } from '../errors.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'

/** Exact sums: of coefficients at the largest scale seen, and of their squares at twice that. */
export interface ExactSums {
  count: number
  sum: bigint
  squares: bigint
  scale: number
  special: number
}

const startExact = (): ExactSums => ({ count: 0, sum: 0n, squares: 0n, scale: 0, special: 0 })

function addWhole(state: ExactSums, value: bigint): ExactSums {
  state.count++
  state.sum += value
  state.squares += value * value
  return state
}

function removeWhole(state: ExactSums, value: bigint): ExactSums {
  state.count--
  state.sum -= value
  state.squares -= value * value
  return state
}

function rescale(state: ExactSums, scale: number): void {
  if (scale <= state.scale) return
  const factor = 10n ** BigInt(scale - state.scale)
  state.sum *= factor
  state.squares *= factor * factor
  state.scale = scale
}

function addExact(state: ExactSums, value: Decimal): ExactSums {
  if (!value.isFinite()) {
    state.count++
    state.special++
    return state
  }
  rescale(state, value.scale)
  return addWhole(state, value.coefficientAt(state.scale))
}

function mergeExact(left: ExactSums, right: ExactSums): ExactSums {
  rescale(left, right.scale)
  rescale(right, left.scale)
  left.count += right.count
  left.sum += right.sum
  left.squares += right.squares
  left.special += right.special
  return left
}

/** The variance of exact numbers with the scale that PostgreSQL's division gives it, or its square root. */
function exactVariance(state: ExactSums, sample: boolean, root: boolean): Decimal | null {
  const { count, sum, squares, scale, special } = state
  if (count === 0 || (sample && count === 1)) return null
  if (special > 0) return Decimal.NAN
  const n = BigInt(count)
  const numerator = n * squares - sum * sum
  if (numerator <= 0n) return Decimal.ZERO
  const variance = Decimal.fromBigInt(numerator, 2 * scale).divide(Decimal.fromBigInt(n * (sample ? n - 1n : n)))
  if (!root) return variance
  const digits = variance.scale
  return Decimal.fromBigInt(divideRounded(integerSquareRoot(variance.coefficientAt(2 * digits + 2)), 10n), digits)
}

/** Running sums after Youngs and Cramer: Sx, and the sum of squared distances from the mean. */
export interface FloatSums {
  count: number
  sum: number
  distances: number
}

const startFloat = (): FloatSums => ({ count: 0, sum: 0, distances: 0 })

export function addFloat(state: FloatSums, value: number): FloatSums {
  const before = state.count
  const sumBefore = state.sum
  state.count++
  state.sum += value
  if (before > 0) {
    const difference = value * state.count - state.sum
    state.distances += (difference * difference) / (state.count * before)
    if (!Number.isFinite(state.sum) || !Number.isFinite(state.distances)) {
      if (Number.isFinite(sumBefore) && Number.isFinite(value)) throw floatOverflow()
      state.distances = NaN
    }
  } else if (!Number.isFinite(value)) {
    state.distances = NaN
  }
  return state
}

export function mergeFloat(left: FloatSums, right: FloatSums): FloatSums {
  if (left.count === 0) return right
  if (right.count === 0) return left
  const difference = left.sum / left.count - right.sum / right.count
  const count = left.count + right.count
  left.distances += right.distances + (left.count * right.count * difference * difference) / count
  left.sum += right.sum
  left.count = count
  return left
}

export function floatVariance({ count, distances }: FloatSums, sample: boolean, root: boolean): number | null {
  if (count === 0 || (sample && count === 1)) return null
  const variance = distances / (sample ? count - 1 : count)
  return root ? Math.sqrt(variance) : variance
}

function exactOverload(type: DataType, sample: boolean, root: boolean): AggregateOverload {
  const isDecimal = type.kind === 'numeric'
  const isBigint = type.kind === 'bigint'
  return {
    parameters: [type],
    returns: NUMERIC,
    start: startExact,
    add: isDecimal
      ? addExact
      : isBigint
        ? addWhole
        : (state: ExactSums, value: number) => addWhole(state, BigInt(value)),
    merge: mergeExact,
    remove: isDecimal
      ? undefined
      : isBigint
        ? removeWhole
        : (state: ExactSums, value: number) => removeWhole(state, BigInt(value)),
    finish: (state) => exactVariance(state, sample, root),
    sums: 'exact',
  }
}

function spread(
  name: string,
  aliases: readonly string[],
  doc: string,
  example: string,
  sample: boolean,
  root: boolean,
): AggregateFunction {
  return aggregate({
    name,
    aliases,
    category: 'statistics',
    doc,
    examples: [[`SELECT ${name}(x) FROM (VALUES (1), (2), (4)) t(x)`, example]],
    overloads: [
      ...[INTEGER, SMALLINT, BIGINT, NUMERIC].map((type) => exactOverload(type, sample, root)),
      ...[DOUBLE, { kind: 'real' } as const].map(
        (type): AggregateOverload => ({
          parameters: [type],
          returns: DOUBLE,
          start: startFloat,
          add: addFloat,
          merge: mergeFloat,
          finish: (state) => floatVariance(state, sample, root),
          sums: 'float',
        }),
      ),
    ],
  })
}

/** The sums of pairs (y, x) from which all of regression follows. */
export interface PairSums {
  count: number
  sumX: number
  xx: number
  sumY: number
  yy: number
  xy: number
}

function startPairs(): PairSums {
  return { count: 0, sumX: 0, xx: 0, sumY: 0, yy: 0, xy: 0 }
}

export function addPair(state: PairSums, y: number, x: number): PairSums {
  const before = state.count
  const finiteBefore = Number.isFinite(state.sumX) && Number.isFinite(state.sumY)
  state.count++
  state.sumX += x
  state.sumY += y
  if (before > 0) {
    const distanceX = x * state.count - state.sumX
    const distanceY = y * state.count - state.sumY
    const scale = 1 / (state.count * before)
    state.xx += distanceX * distanceX * scale
    state.yy += distanceY * distanceY * scale
    state.xy += distanceX * distanceY * scale
    if (![state.sumX, state.xx, state.sumY, state.yy, state.xy].every(Number.isFinite)) {
      if (finiteBefore && Number.isFinite(x) && Number.isFinite(y)) throw floatOverflow()
      if (!Number.isFinite(state.xx)) state.xx = NaN
      if (!Number.isFinite(state.yy)) state.yy = NaN
      if (!Number.isFinite(state.xy)) state.xy = NaN
    }
  } else {
    if (!Number.isFinite(x)) state.xx = state.xy = NaN
    if (!Number.isFinite(y)) state.yy = state.xy = NaN
  }
  return state
}

export function mergePairs(left: PairSums, right: PairSums): PairSums {
  if (left.count === 0) return right
  if (right.count === 0) return left
  const count = left.count + right.count
  const weight = (left.count * right.count) / count
  const x = left.sumX / left.count - right.sumX / right.count
  const y = left.sumY / left.count - right.sumY / right.count
  return {
    count,
    sumX: left.sumX + right.sumX,
    xx: left.xx + right.xx + weight * x * x,
    sumY: left.sumY + right.sumY,
    yy: left.yy + right.yy + weight * y * y,
    xy: left.xy + right.xy + weight * x * y,
  }
}

function pairs(
  name: string,
  doc: string,
  example: string,
  finish: (state: PairSums) => Value,
  returns: DataType = DOUBLE,
  add: (state: PairSums, y: number, x: number) => PairSums = addPair,
): AggregateFunction {
  return aggregate({
    name,
    category: 'statistics',
    doc,
    examples: [[`SELECT ${name}(y, x) FROM (VALUES (1, 1), (2, 2), (4, 3)) t(y, x)`, example]],
    overloads: [
      { parameters: [DOUBLE, DOUBLE], returns, start: startPairs, add, merge: mergePairs, finish, sums: 'pairs' },
    ],
  })
}

const whenAny =
  (compute: (state: PairSums) => number | null) =>
  (state: PairSums): number | null =>
    state.count === 0 ? null : compute(state)

/** The slope and what follows from it need some spread in x. */
const whenSpread =
  (compute: (state: PairSums) => number | null) =>
  (state: PairSums): number | null =>
    state.count === 0 || state.xx === 0 ? null : compute(state)

export const statisticAggregates: readonly AggregateFunction[] = [
  spread('var_samp', ['variance'], 'The variance of a sample.', '2.3333333333333333', true, false),
  spread('var_pop', [], 'The variance of a whole population.', '1.5555555555555556', false, false),
  spread('stddev_samp', ['stddev'], 'The standard deviation of a sample.', '1.5275252316519467', true, true),
  spread('stddev_pop', [], 'The standard deviation of a whole population.', '1.2472191289246471', false, true),
  pairs('corr', 'The correlation coefficient.', '0.9819805060619659', (state) =>
    state.count === 0 || state.xx === 0 || state.yy === 0 ? null : state.xy / Math.sqrt(state.xx * state.yy),
  ),
  pairs(
    'covar_pop',
    'The covariance of a whole population.',
    '1',
    whenAny((state) => state.xy / state.count),
  ),
  pairs('covar_samp', 'The covariance of a sample.', '1.5', (state) =>
    state.count < 2 ? null : state.xy / (state.count - 1),
  ),
  pairs(
    'regr_avgx',
    'The average of x over pairs where both are known.',
    '2',
    whenAny((state) => state.sumX / state.count),
  ),
  pairs(
    'regr_avgy',
    'The average of y over pairs where both are known.',
    '2.3333333333333335',
    whenAny((state) => state.sumY / state.count),
  ),
  pairs(
    'regr_count',
    'The number of pairs where both are known.',
    '3',
    (state) => BigInt(state.count),
    BIGINT,
    // Sums are not asked for, so that they may not overflow either.
    (state) => {
      state.count++
      return state
    },
  ),
  pairs(
    'regr_slope',
    'The slope of the line of least squares.',
    '1.5',
    whenSpread((state) => state.xy / state.xx),
  ),
  pairs(
    'regr_intercept',
    'Where the line of least squares crosses the y axis.',
    '-0.6666666666666666',
    whenSpread((state) => (state.sumY - (state.sumX * state.xy) / state.xx) / state.count),
  ),
  pairs(
    'regr_r2',
    'The square of the correlation coefficient.',
    '0.9642857142857144',
    whenSpread((state) => (state.yy === 0 ? 1 : (state.xy * state.xy) / (state.xx * state.yy))),
  ),
  pairs(
    'regr_sxx',
    'The sum of squared distances of x from its average.',
    '2',
    whenAny((state) => state.xx),
  ),
  pairs(
    'regr_syy',
    'The sum of squared distances of y from its average.',
    '4.666666666666666',
    whenAny((state) => state.yy),
  ),
  pairs(
    'regr_sxy',
    'The sum of products of the distances of x and y from their averages.',
    '3',
    whenAny((state) => state.xy),
  ),
]
