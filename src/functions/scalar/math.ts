/** Mathematical functions but the trigonometric ones. */
import { SqlError } from '../../error.ts'
import { isFiniteDate, isFiniteTimestamp } from '../../types/calendar.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INTEGER,
  NUMERIC,
  REAL,
  SMALLINT,
  TIMESTAMP,
  TIMESTAMPTZ,
  VOID,
} from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { decimalExp, decimalLn, decimalLog, decimalPower, decimalSqrt } from '../../types/decimal-functions.ts'
import type { Value } from '../../types/value.ts'
import { floatOverflow, floatUnderflow, inputOutOfRange, invalidParameter, outOfRange } from '../errors.ts'
import { mustSpecialise, overload, type ScalarFunction, scalar } from '../function.ts'
import { absoluteOverloads, powerDouble, remainderBigints, remainderIntegers } from '../operators/arithmetic.ts'
import { comparer } from '../operators/comparison.ts'

/** To the nearest integer, to the even one from the middle, as C's rint does. */
export function roundEven(value: number): number {
  if (!Number.isFinite(value)) return value
  const floor = Math.floor(value)
  const rest = value - floor
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
  return rounded === 0 && value < 0 ? -0 : rounded
}

function unary(
  name: string,
  doc: string,
  examples: ScalarFunction['examples'],
  numeric: ((value: Decimal) => Decimal) | undefined,
  double: (value: number) => number,
  aliases: readonly string[] = [],
): ScalarFunction {
  const overloads = [overload([DOUBLE], DOUBLE, double)]
  if (numeric) overloads.push(overload([NUMERIC], NUMERIC, numeric))
  return scalar({ name, aliases, category: 'mathematics', doc, examples, overloads })
}

const abs = scalar({
  name: 'abs',
  category: 'mathematics',
  doc: 'The absolute value.',
  examples: [
    ['abs(-17)', '17'],
    ['abs(-17.40)', '17.40'],
  ],
  overloads: absoluteOverloads,
})

const ceil = unary(
  'ceil',
  'The nearest integer not below.',
  [['ceil(-42.8)', '-42']],
  (value) => value.ceil(),
  Math.ceil,
  ['ceiling'],
)
const floor = unary(
  'floor',
  'The nearest integer not above.',
  [['floor(-42.8)', '-43']],
  (value) => value.floor(),
  Math.floor,
)

const round = scalar({
  name: 'round',
  category: 'mathematics',
  doc: 'The nearest integer, or the nearest number with so many digits after the point; negative counts round before it.',
  examples: [
    ['round(42.4382, 2)', '42.44'],
    ['round(1234.56, -1)', '1230'],
    ['round(2.5)', '3'],
    ['round(2.5::double precision)', '2'],
  ],
  overloads: [
    overload([NUMERIC], NUMERIC, (value: Decimal) => value.round(0)),
    overload([DOUBLE], DOUBLE, roundEven),
    overload([NUMERIC, INTEGER], NUMERIC, (value: Decimal, digits) =>
      value.isFinite() && -digits > value.integerDigits() ? Decimal.ZERO : value.round(digits),
    ),
  ],
})

const trunc = scalar({
  name: 'trunc',
  category: 'mathematics',
  doc: 'The number without its fraction, or with so many digits of it.',
  examples: [
    ['trunc(-42.8)', '-42'],
    ['trunc(42.4382, 2)', '42.43'],
  ],
  overloads: [
    overload([NUMERIC], NUMERIC, (value: Decimal) => value.truncate(0)),
    overload([DOUBLE], DOUBLE, Math.trunc),
    overload([NUMERIC, INTEGER], NUMERIC, (value: Decimal, digits) => value.truncate(digits)),
  ],
})

const sign = unary(
  'sign',
  '-1, 0 or 1 as the number is negative, zero or positive.',
  [['sign(-8.4)', '-1']],
  (value) => (value.isNaN() ? value : Decimal.fromBigInt(BigInt(value.sign()))),
  (value) => (value > 0 ? 1 : value < 0 ? -1 : 0),
)

function squareRoot(value: number): number {
  if (value < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'cannot take square root of a negative number')
  }
  return Math.sqrt(value)
}

const sqrt = unary('sqrt', 'The square root.', [['sqrt(2)', '1.4142135623730951']], decimalSqrt, squareRoot)
const cbrt = unary('cbrt', 'The cube root.', [['cbrt(27.0)', '3']], undefined, Math.cbrt)

function exponential(value: number): number {
  const result = Math.exp(value)
  if (Number.isFinite(value)) {
    if (!Number.isFinite(result)) throw floatOverflow()
    if (result === 0) throw floatUnderflow()
  }
  return result
}

const exp = unary('exp', 'e raised to a power.', [['exp(1.0)', '2.7182818284590452']], decimalExp, exponential)

function logarithm(compute: (value: number) => number): (value: number) => number {
  return (value) => {
    if (value === 0) throw new SqlError('invalid_argument_for_logarithm', 'cannot take logarithm of zero')
    if (value < 0) throw new SqlError('invalid_argument_for_logarithm', 'cannot take logarithm of a negative number')
    return compute(value)
  }
}

const TEN = Decimal.fromBigInt(10n)
const TWO = Decimal.fromBigInt(2n)

const ln = unary('ln', 'The natural logarithm.', [['ln(2.0)', '0.6931471805599453']], decimalLn, logarithm(Math.log))

const log = scalar({
  name: 'log',
  category: 'mathematics',
  doc: 'The logarithm to base 10, or to the base given first.',
  examples: [
    ['log(100)', '2'],
    ['log(2.0, 64.0)', '6.0000000000000000'],
  ],
  overloads: [
    overload([DOUBLE], DOUBLE, logarithm(Math.log10)),
    overload([NUMERIC], NUMERIC, (value: Decimal) => decimalLog(TEN, value)),
    overload([NUMERIC, NUMERIC], NUMERIC, decimalLog),
  ],
})

const log10 = unary(
  'log10',
  'The logarithm to base 10.',
  [['log10(1000)', '3']],
  (value) => decimalLog(TEN, value),
  logarithm(Math.log10),
)
const log2 = unary(
  'log2',
  'The logarithm to base 2.',
  [['log2(8)', '3']],
  (value) => decimalLog(TWO, value),
  logarithm(Math.log2),
)

const power = scalar({
  name: 'power',
  aliases: ['pow'],
  category: 'mathematics',
  doc: 'The first number raised to the power of the second.',
  examples: [['power(9, 3)', '729']],
  overloads: [overload([DOUBLE, DOUBLE], DOUBLE, powerDouble), overload([NUMERIC, NUMERIC], NUMERIC, decimalPower)],
})

const mod = scalar({
  name: 'mod',
  category: 'mathematics',
  doc: 'The remainder of a division towards zero.',
  examples: [['mod(9, 4)', '1']],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, remainderIntegers),
    overload([BIGINT, BIGINT], BIGINT, remainderBigints),
    overload([SMALLINT, SMALLINT], SMALLINT, remainderIntegers),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.remainder(right)),
  ],
})

const div = scalar({
  name: 'div',
  category: 'mathematics',
  doc: 'The whole part of a quotient.',
  examples: [['div(9, 4)', '2']],
  overloads: [overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.divideInteger(right))],
})

function gcdBigints(left: bigint, right: bigint): bigint {
  let a = left < 0n ? -left : left
  let b = right < 0n ? -right : right
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

function gcdIntegers(left: number, right: number): number {
  let a = Math.abs(left)
  let b = Math.abs(right)
  while (b !== 0) [a, b] = [b, a % b]
  if (a > 2147483647) throw outOfRange('integer')
  return a
}

function checkBigint(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw outOfRange('bigint')
  return value
}

/** Both as integers of the larger of their scales, to work on and back. */
function onCoefficients(
  left: Decimal,
  right: Decimal,
  compute: (a: bigint, b: bigint, scale: number) => bigint,
): Decimal {
  if (!left.isFinite() || !right.isFinite()) return Decimal.NAN
  const scale = Math.max(left.scale, right.scale)
  const result = compute(left.coefficientAt(scale), right.coefficientAt(scale), scale)
  return Decimal.fromBigInt(result, scale).add(Decimal.ZERO)
}

const gcd = scalar({
  name: 'gcd',
  aliases: ['greatest_common_divisor'],
  category: 'mathematics',
  doc: 'The greatest common divisor.',
  examples: [['gcd(1071, 462)', '21']],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, gcdIntegers),
    overload([BIGINT, BIGINT], BIGINT, (left, right) => checkBigint(gcdBigints(left, right))),
    overload([NUMERIC, NUMERIC], NUMERIC, (left, right) => onCoefficients(left, right, gcdBigints)),
  ],
})

function lcmBigints(left: bigint, right: bigint): bigint {
  if (left === 0n || right === 0n) return 0n
  const product = (left / gcdBigints(left, right)) * right
  return product < 0n ? -product : product
}

const lcm = scalar({
  name: 'lcm',
  aliases: ['least_common_multiple'],
  category: 'mathematics',
  doc: 'The least common multiple.',
  examples: [['lcm(1071, 462)', '23562']],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (left, right) => {
      const result = lcmBigints(BigInt(left), BigInt(right))
      if (result > 2147483647n) throw outOfRange('integer')
      return Number(result)
    }),
    overload([BIGINT, BIGINT], BIGINT, (left, right) => checkBigint(lcmBigints(left, right))),
    overload([NUMERIC, NUMERIC], NUMERIC, (left, right) => onCoefficients(left, right, lcmBigints)),
  ],
})

const MAX_FACTORIAL = 32177n

const factorial = scalar({
  name: 'factorial',
  category: 'mathematics',
  doc: 'The product of the integers from 1 to the argument.',
  examples: [['factorial(5)', '120']],
  overloads: [
    overload([BIGINT], NUMERIC, (n: bigint) => {
      if (n < 0n) throw new SqlError('numeric_value_out_of_range', 'factorial of a negative number is undefined')
      if (n > MAX_FACTORIAL) throw new SqlError('numeric_value_out_of_range', 'value overflows numeric format')
      return Decimal.fromBigInt(productOf(2n, n))
    }),
  ],
})

/** The product of all integers from one to another, halved until the factors are small, so that both sides stay balanced. */
function productOf(from: bigint, to: bigint): bigint {
  if (from > to) return 1n
  if (to - from < 8n) {
    let product = from
    for (let factor = from + 1n; factor <= to; factor++) product *= factor
    return product
  }
  const middle = (from + to) / 2n
  return productOf(from, middle) * productOf(middle + 1n, to)
}

const bitCount = scalar({
  name: 'bit_count',
  category: 'mathematics',
  doc: 'How many bits are set.',
  examples: [['bit_count(31)', '5']],
  overloads: [
    overload([BIGINT], BIGINT, (value: bigint) => BigInt(countOnes(BigInt.asUintN(64, value).toString(2)))),
    overload([INTEGER], BIGINT, (value) => BigInt(countOnes((value >>> 0).toString(2)))),
    overload([{ kind: 'bytea' }], BIGINT, (bytes: Uint8Array) => {
      let count = 0
      for (const byte of bytes) count += countOnes(byte.toString(2))
      return BigInt(count)
    }),
    overload([{ kind: 'bit' }], BIGINT, (bits) => BigInt(countOnes(bits))),
    overload([{ kind: 'varbit' }], BIGINT, (bits) => BigInt(countOnes(bits))),
  ],
})

function countOnes(digits: string): number {
  let count = 0
  for (let at = 0; at < digits.length; at++) if (digits.charCodeAt(at) === 49) count++
  return count
}

function bucketError(message: string): SqlError {
  return new SqlError('invalid_argument_for_width_bucket_function', message)
}

function bucketOfDouble(operand: number, low: number, high: number, count: number): number {
  if (count <= 0) throw bucketError('count must be greater than zero')
  if (Number.isNaN(operand) || Number.isNaN(low) || Number.isNaN(high)) {
    throw bucketError('operand, lower bound, and upper bound cannot be NaN')
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw bucketError('lower and upper bounds must be finite')
  if (low === high) throw bucketError('lower bound cannot equal upper bound')
  const [start, end, value] = low < high ? [low, high, operand] : [-low, -high, -operand]
  if (value < start) return 0
  if (value >= end) return count + 1
  return Math.min(Math.floor((count * (value - start)) / (end - start)), count - 1) + 1
}

function bucketOfDecimal(operand: Decimal, low: Decimal, high: Decimal, count: number): number {
  if (count <= 0) throw bucketError('count must be greater than zero')
  if (operand.isNaN() || low.isNaN() || high.isNaN())
    throw bucketError('operand, lower bound, and upper bound cannot be NaN')
  if (!low.isFinite() || !high.isFinite()) throw bucketError('lower and upper bounds must be finite')
  const order = low.compare(high)
  if (order === 0) throw bucketError('lower bound cannot equal upper bound')
  const beforeLow = order < 0 ? operand.compare(low) < 0 : operand.compare(low) > 0
  if (beforeLow) return 0
  const atHigh = order < 0 ? operand.compare(high) >= 0 : operand.compare(high) <= 0
  if (atHigh) return count + 1
  // The quotient is rounded first, so that what is just below a bound may be in the bucket above.
  const distance = operand.subtract(low).multiply(Decimal.fromBigInt(BigInt(count)))
  return Number(distance.divide(high.subtract(low)).floor().toBigInt()) + 1
}

const widthBucket = scalar({
  name: 'width_bucket',
  category: 'mathematics',
  doc: 'Which of so many equal buckets between two bounds a number falls into, or which of the stretches between thresholds.',
  examples: [
    ['width_bucket(5.35, 0.024, 10.06, 5)', '3'],
    ['width_bucket(15, ARRAY[10, 20, 30])', '1'],
  ],
  overloads: [
    overload([DOUBLE, DOUBLE, DOUBLE, INTEGER], INTEGER, bucketOfDouble),
    overload([NUMERIC, NUMERIC, NUMERIC, INTEGER], INTEGER, bucketOfDecimal),
    overload(['anycompatible', 'anycompatiblearray'], INTEGER, mustSpecialise, {
      specialise: ([type]) => {
        const compare = comparer(type)
        return (operand, thresholds) => {
          if (thresholds.dimensions.length > 1)
            throw new SqlError('array_subscript_error', 'thresholds must be one-dimensional array')
          if (thresholds.values.includes(null))
            throw new SqlError('null_value_not_allowed', 'thresholds array must not contain NULLs')
          let low = 0
          let high = thresholds.values.length
          while (low < high) {
            const middle = (low + high) >> 1
            if (compare(operand, thresholds.values[middle]) < 0) high = middle
            else low = middle + 1
          }
          return low
        }
      },
    }),
  ],
})

const pi = scalar({
  name: 'pi',
  category: 'mathematics',
  doc: 'The number π.',
  examples: [['pi()', '3.141592653589793']],
  overloads: [overload([], DOUBLE, () => Math.PI)],
})

const random = scalar({
  name: 'random',
  category: 'mathematics',
  doc: 'A random number, at least 0 and below 1.',
  examples: [['random() < 1', 't']],
  volatility: 'volatile',
  overloads: [overload([], DOUBLE, (context) => context.random(), { context: true, volatility: 'volatile' })],
})

const setseed = scalar({
  name: 'setseed',
  category: 'mathematics',
  doc: 'Sets the seed of random(), a number from -1 to 1; the same seed brings the same numbers.',
  examples: [['setseed(0.5)', '']],
  volatility: 'volatile',
  overloads: [
    overload(
      [DOUBLE],
      VOID,
      (context, seed) => {
        if (!(seed >= -1 && seed <= 1))
          throw invalidParameter(`setseed parameter ${seed} is out of allowed range [-1,1]`)
        context.seedRandom(seed)
        return ''
      },
      { context: true, volatility: 'volatile' },
    ),
  ],
})

const scale = scalar({
  name: 'scale',
  category: 'mathematics',
  doc: 'The number of digits after the point.',
  examples: [['scale(8.4100)', '4']],
  overloads: [overload([NUMERIC], INTEGER, (value: Decimal) => (value.isFinite() ? value.scale : null))],
})

const minScale = scalar({
  name: 'min_scale',
  category: 'mathematics',
  doc: 'The fewest digits after the point that hold the number.',
  examples: [['min_scale(8.4100)', '2']],
  overloads: [overload([NUMERIC], INTEGER, (value: Decimal) => (value.isFinite() ? value.minScale() : null))],
})

const trimScale = scalar({
  name: 'trim_scale',
  category: 'mathematics',
  doc: 'The number without zeros at the end of its fraction.',
  examples: [['trim_scale(8.4100)', '8.41']],
  overloads: [overload([NUMERIC], NUMERIC, (value: Decimal) => value.trimScale())],
})

const isnan = scalar({
  name: 'isnan',
  category: 'mathematics',
  doc: 'Whether a number is NaN.',
  examples: [["isnan('NaN'::double precision)", 't']],
  overloads: [
    overload([DOUBLE], BOOLEAN, Number.isNaN),
    overload([REAL], BOOLEAN, Number.isNaN),
    overload([NUMERIC], BOOLEAN, (value: Decimal) => value.isNaN()),
  ],
})

const isinf = scalar({
  name: 'isinf',
  category: 'mathematics',
  doc: 'Whether a number, date or timestamp is infinite.',
  examples: [["isinf('-infinity'::double precision)", 't']],
  overloads: [
    overload([DOUBLE], BOOLEAN, (value) => value === Infinity || value === -Infinity),
    overload([DATE], BOOLEAN, (day) => !isFiniteDate(day)),
    overload([TIMESTAMP], BOOLEAN, (timestamp) => !isFiniteTimestamp(timestamp)),
    overload([TIMESTAMPTZ], BOOLEAN, (timestamp) => !isFiniteTimestamp(timestamp)),
  ],
})

/** greatest and least: NULLs are left out, and with nothing else the result is NULL. */
function extremum(
  name: string,
  doc: string,
  example: readonly [string, string],
  better: (order: number) => boolean,
): ScalarFunction {
  return scalar({
    name,
    category: 'conditional',
    doc,
    examples: [example],
    overloads: [
      overload(['anycompatible'], 'anycompatible', mustSpecialise, {
        variadic: true,
        strict: false,
        specialise: (_types, result) => {
          const compare = comparer(result)
          return (...values) => {
            let chosen: Value = null
            for (const value of values) {
              if (value !== null && (chosen === null || better(compare(value, chosen)))) chosen = value
            }
            return chosen
          }
        },
      }),
    ],
  })
}

const greatest = extremum(
  'greatest',
  'The greatest argument that is not NULL.',
  ['greatest(1, NULL, 3, 2)', '3'],
  (order) => order > 0,
)
const least = extremum(
  'least',
  'The least argument that is not NULL.',
  ['least(4, NULL, 3)', '3'],
  (order) => order < 0,
)

/** Refuses an argument that the function is not defined for. */
export function checkDomain(inside: boolean): void {
  if (!inside) throw inputOutOfRange()
}

export const mathFunctions: readonly ScalarFunction[] = [
  abs,
  ceil,
  floor,
  round,
  trunc,
  sign,
  sqrt,
  cbrt,
  exp,
  ln,
  log,
  log10,
  log2,
  power,
  mod,
  div,
  gcd,
  lcm,
  factorial,
  bitCount,
  widthBucket,
  pi,
  random,
  setseed,
  scale,
  minScale,
  trimScale,
  isnan,
  isinf,
  greatest,
  least,
]
