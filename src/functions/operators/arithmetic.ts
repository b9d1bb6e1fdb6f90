/**
 * Arithmetic on numbers. Every overload takes one type on both sides, but for the mixes of real and double precision
 * that PostgreSQL has; other mixes are brought to one type by casts. Integers raise 22003 where they overflow, and
 * division by zero is 22012 on every type.
 */
import { SqlError } from '../../error.ts'
import type { DataType } from '../../types/data-type.ts'
import { BIGINT, DOUBLE, INTEGER, NUMERIC, REAL, SMALLINT } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import { decimalPower } from '../../types/decimal-functions.ts'
import { divisionByZero, floatOverflow, floatUnderflow, outOfRange } from '../errors.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'

const BIGINT_MAX = 9223372036854775807n
const BIGINT_MIN = -9223372036854775808n

function checkBigint(value: bigint): bigint {
  if (value > BIGINT_MAX || value < BIGINT_MIN) throw outOfRange('bigint')
  return value
}

function checkInteger(value: number): number {
  if (value > 2147483647 || value < -2147483648) throw outOfRange('integer')
  return value
}

function checkSmallint(value: number): number {
  if (value > 32767 || value < -32768) throw outOfRange('smallint')
  return value
}

/** A sum or a product of doubles; infinite only if an operand was. */
function checkOverflow(result: number, left: number, right: number): number {
  if (!Number.isFinite(result) && Number.isFinite(left) && Number.isFinite(right)) throw floatOverflow()
  return result
}

function addDouble(left: number, right: number): number {
  return checkOverflow(left + right, left, right)
}

function subtractDouble(left: number, right: number): number {
  return checkOverflow(left - right, left, right)
}

function multiplyDouble(left: number, right: number): number {
  const product = left * right
  if (product === 0 && left !== 0 && right !== 0) throw floatUnderflow()
  return checkOverflow(product, left, right)
}

function divideDouble(left: number, right: number): number {
  if (right === 0 && !Number.isNaN(left)) throw divisionByZero()
  const quotient = left / right
  if (quotient === 0 && left !== 0 && Number.isFinite(right)) throw floatUnderflow()
  if (!Number.isFinite(quotient) && Number.isFinite(left) && !Number.isNaN(right)) throw floatOverflow()
  return quotient
}

const fround = Math.fround

function addReal(left: number, right: number): number {
  return checkOverflow(fround(left + right), left, right)
}

function subtractReal(left: number, right: number): number {
  return checkOverflow(fround(left - right), left, right)
}

function multiplyReal(left: number, right: number): number {
  const product = fround(left * right)
  if (product === 0 && left !== 0 && right !== 0) throw floatUnderflow()
  return checkOverflow(product, left, right)
}

function divideReal(left: number, right: number): number {
  if (right === 0 && !Number.isNaN(left)) throw divisionByZero()
  const quotient = fround(left / right)
  if (quotient === 0 && left !== 0 && Number.isFinite(right)) throw floatUnderflow()
  if (!Number.isFinite(quotient) && Number.isFinite(left) && !Number.isNaN(right)) throw floatOverflow()
  return quotient
}

/** The four overloads that real and double precision make between them. */
function floats(real: (a: number, b: number) => number, double: (a: number, b: number) => number): Overload[] {
  return [
    overload([REAL, REAL], REAL, real),
    overload([DOUBLE, DOUBLE], DOUBLE, double),
    overload([REAL, DOUBLE], DOUBLE, double),
    overload([DOUBLE, REAL], DOUBLE, double),
  ]
}

const plus = scalar({
  name: '+',
  category: 'arithmetic',
  doc: 'Addition; with one operand, the operand itself.',
  examples: [
    ['2 + 3', '5'],
    ['1.50 + 2', '3.50'],
    ['+ 4', '4'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (left, right) => {
      const sum = left + right
      if (sum > 2147483647 || sum < -2147483648) throw outOfRange('integer')
      return sum
    }),
    overload([BIGINT, BIGINT], BIGINT, (left, right) => {
      const sum = left + right
      if (sum > BIGINT_MAX || sum < BIGINT_MIN) throw outOfRange('bigint')
      return sum
    }),
    overload([SMALLINT, SMALLINT], SMALLINT, (left, right) => checkSmallint(left + right)),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.add(right)),
    ...floats(addReal, addDouble),
    ...[SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, NUMERIC].map((type) => overload([type], type, (operand) => operand)),
  ],
})

const minus = scalar({
  name: '-',
  category: 'arithmetic',
  doc: 'Subtraction; with one operand, its negation.',
  examples: [
    ['2 - 3', '-1'],
    ['2.0 - 0.75', '1.25'],
    ['- (4)', '-4'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (left, right) => {
      const difference = left - right
      if (difference > 2147483647 || difference < -2147483648) throw outOfRange('integer')
      return difference
    }),
    overload([BIGINT, BIGINT], BIGINT, (left, right) => {
      const difference = left - right
      if (difference > BIGINT_MAX || difference < BIGINT_MIN) throw outOfRange('bigint')
      return difference
    }),
    overload([SMALLINT, SMALLINT], SMALLINT, (left, right) => checkSmallint(left - right)),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.subtract(right)),
    ...floats(subtractReal, subtractDouble),
    overload([SMALLINT], SMALLINT, (operand) => checkSmallint(0 - operand)),
    overload([INTEGER], INTEGER, (operand) => checkInteger(0 - operand)),
    overload([BIGINT], BIGINT, (operand: bigint) => checkBigint(-operand)),
    overload([REAL], REAL, (operand) => -operand),
    overload([DOUBLE], DOUBLE, (operand) => -operand),
    overload([NUMERIC], NUMERIC, (operand: Decimal) => operand.negate()),
  ],
})

const times = scalar({
  name: '*',
  category: 'arithmetic',
  doc: 'Multiplication.',
  examples: [
    ['2 * 3', '6'],
    ['1.50 * 2.5', '3.750'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (left, right) => {
      const product = left * right + 0
      if (product > 2147483647 || product < -2147483648) throw outOfRange('integer')
      return product
    }),
    overload([BIGINT, BIGINT], BIGINT, (left, right) => {
      const product = left * right
      if (product > BIGINT_MAX || product < BIGINT_MIN) throw outOfRange('bigint')
      return product
    }),
    overload([SMALLINT, SMALLINT], SMALLINT, (left, right) => checkSmallint(left * right + 0)),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.multiply(right)),
    ...floats(multiplyReal, multiplyDouble),
  ],
})

function divideIntegers(left: number, right: number): number {
  if (right === 0) throw divisionByZero()
  return checkInteger(Math.trunc(left / right) + 0)
}

function divideSmallints(left: number, right: number): number {
  if (right === 0) throw divisionByZero()
  return checkSmallint(Math.trunc(left / right) + 0)
}

function divideBigints(left: bigint, right: bigint): bigint {
  if (right === 0n) throw divisionByZero()
  return checkBigint(left / right)
}

const divided = scalar({
  name: '/',
  category: 'arithmetic',
  doc: 'Division; of integers, the whole part of the quotient, towards zero.',
  examples: [
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    ['7.0 / 2', '3.5000000000000000'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, divideIntegers),
    overload([BIGINT, BIGINT], BIGINT, divideBigints),
    overload([SMALLINT, SMALLINT], SMALLINT, divideSmallints),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.divide(right)),
    ...floats(divideReal, divideDouble),
  ],
})

const integerDivided = scalar({
  name: '//',
  category: 'arithmetic',
  doc: 'Division that keeps the whole part of the quotient, towards zero, on every type.',
  examples: [
    ['7 // 2', '3'],
    ['7.5 // 2', '3'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, divideIntegers),
    overload([BIGINT, BIGINT], BIGINT, divideBigints),
    overload([SMALLINT, SMALLINT], SMALLINT, divideSmallints),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.divideInteger(right)),
    overload([DOUBLE, DOUBLE], DOUBLE, (left, right) => Math.trunc(divideDouble(left, right))),
  ],
})

export function remainderIntegers(left: number, right: number): number {
  if (right === 0) throw divisionByZero()
  return (left % right) + 0
}

export function remainderBigints(left: bigint, right: bigint): bigint {
  if (right === 0n) throw divisionByZero()
  return left % right
}

const remainder = scalar({
  name: '%',
  category: 'arithmetic',
  doc: 'The remainder of a division towards zero; it has the sign of the dividend.',
  examples: [
    ['7 % 4', '3'],
    ['-7 % 4', '-3'],
    ['7.5 % 2', '1.5'],
  ],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, remainderIntegers),
    overload([BIGINT, BIGINT], BIGINT, remainderBigints),
    overload([SMALLINT, SMALLINT], SMALLINT, remainderIntegers),
    overload([NUMERIC, NUMERIC], NUMERIC, (left: Decimal, right: Decimal) => left.remainder(right)),
  ],
})

/** base ^ exponent as PostgreSQL defines it where C and JavaScript differ. */
export function powerDouble(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1
  if (Number.isNaN(base) || Number.isNaN(exponent)) return NaN
  if (base === 0 && exponent < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'zero raised to a negative power is undefined')
  }
  if (base < 0 && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw new SqlError(
      'invalid_argument_for_power_function',
      'a negative number raised to a non-integer power yields a complex result',
    )
  }
  if (base === -1 && !Number.isFinite(exponent)) return 1
  const power = base ** exponent
  if (Number.isFinite(base) && Number.isFinite(exponent)) {
    if (!Number.isFinite(power)) throw floatOverflow()
    if (power === 0 && base !== 0) throw floatUnderflow()
  }
  return power
}

const powerOverloads: readonly Overload[] = [
  overload([DOUBLE, DOUBLE], DOUBLE, powerDouble),
  overload([NUMERIC, NUMERIC], NUMERIC, decimalPower),
]

const power = scalar({
  name: '^',
  aliases: ['**'],
  category: 'arithmetic',
  doc: 'The left operand raised to the power of the right one: double precision, or numeric where an operand is.',
  examples: [
    ['2 ^ 10', '1024'],
    ['2.0 ^ 3', '8.0000000000000000'],
    ['2 ** 3', '8'],
  ],
  overloads: powerOverloads,
})

function squareRoot(value: number): number {
  if (value < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'cannot take square root of a negative number')
  }
  return Math.sqrt(value)
}

const root = scalar({
  name: '|/',
  category: 'arithmetic',
  doc: 'The square root.',
  examples: [['|/ 25.0', '5']],
  overloads: [overload([DOUBLE], DOUBLE, squareRoot)],
})

const cubeRoot = scalar({
  name: '||/',
  category: 'arithmetic',
  doc: 'The cube root.',
  examples: [['||/ 64.0', '4']],
  overloads: [overload([DOUBLE], DOUBLE, Math.cbrt)],
})

/** Overloads of the absolute value, for the operator `@` and the function `abs`. */
export const absoluteOverloads: readonly Overload[] = [
  overload([INTEGER], INTEGER, (value) => checkInteger(Math.abs(value))),
  overload([BIGINT], BIGINT, (value) => checkBigint(value < 0n ? -value : value)),
  overload([SMALLINT], SMALLINT, (value) => checkSmallint(Math.abs(value))),
  overload([NUMERIC], NUMERIC, (value: Decimal) => value.abs()),
  overload([DOUBLE], DOUBLE, Math.abs),
  overload([REAL], REAL, Math.abs),
]

const absolute = scalar({
  name: '@',
  category: 'arithmetic',
  doc: 'The absolute value.',
  examples: [['@ (-5)', '5']],
  overloads: absoluteOverloads,
})

/** The three integer types with the same body. */
function integers(
  body: (left: number, right: number) => number,
  large: (left: bigint, right: bigint) => bigint,
): Overload[] {
  return [
    overload([INTEGER, INTEGER], INTEGER, body),
    overload([BIGINT, BIGINT], BIGINT, large),
    overload([SMALLINT, SMALLINT], SMALLINT, body),
  ]
}

const bitAnd = scalar({
  name: '&',
  category: 'bits',
  doc: 'The bits that both integers have.',
  examples: [['91 & 15', '11']],
  overloads: integers(
    (left, right) => left & right,
    (left, right) => left & right,
  ),
})

const bitOr = scalar({
  name: '|',
  category: 'bits',
  doc: 'The bits that either integer has.',
  examples: [['32 | 3', '35']],
  overloads: integers(
    (left, right) => left | right,
    (left, right) => left | right,
  ),
})

const bitXor = scalar({
  name: '#',
  category: 'bits',
  doc: 'The bits that just one of the integers has.',
  examples: [['17 # 5', '20']],
  overloads: integers(
    (left, right) => left ^ right,
    (left, right) => left ^ right,
  ),
})

const bitNot = scalar({
  name: '~',
  category: 'bits',
  doc: 'An integer with all its bits turned over.',
  examples: [['~ 1', '-2']],
  overloads: [
    overload([INTEGER], INTEGER, (value) => ~value),
    overload([BIGINT], BIGINT, (value) => ~value),
    overload([SMALLINT], SMALLINT, (value) => ~value),
  ],
})

/** Shifts take as many of the count's low bits as the width has, as the machine does; smallint is shifted as integer. */
const shiftLeft = scalar({
  name: '<<',
  category: 'bits',
  doc: 'An integer with its bits moved up; those that leave the top are lost.',
  examples: [['1 << 4', '16']],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (value, count) => value << count),
    overload([BIGINT, INTEGER], BIGINT, (value, count) => BigInt.asIntN(64, value << BigInt(count & 63))),
    overload([SMALLINT, INTEGER], SMALLINT, (value, count) => ((value << count) << 16) >> 16),
  ],
})

const shiftRight = scalar({
  name: '>>',
  category: 'bits',
  doc: 'An integer with its bits moved down, the sign kept.',
  examples: [['8 >> 2', '2']],
  overloads: [
    overload([INTEGER, INTEGER], INTEGER, (value, count) => value >> count),
    overload([BIGINT, INTEGER], BIGINT, (value, count) => value >> BigInt(count & 63)),
    overload([SMALLINT, INTEGER], SMALLINT, (value, count) => value >> count),
  ],
})

/** The types on which arithmetic is closed. */
export const numberTypes: readonly DataType[] = [SMALLINT, INTEGER, BIGINT, NUMERIC, REAL, DOUBLE]

export const arithmeticOperators: readonly ScalarFunction[] = [
  plus,
  minus,
  times,
  divided,
  integerDivided,
  remainder,
  power,
  root,
  cubeRoot,
  absolute,
  bitAnd,
  bitOr,
  bitXor,
  bitNot,
  shiftLeft,
  shiftRight,
]
