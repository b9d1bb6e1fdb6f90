/**
 * Roots, powers and logarithms of exact decimals, with the count of digits that PostgreSQL gives them: at least 16
 * significant ones, estimated beforehand from the operands, and never fewer after the point than an operand has.
 */
import { SqlError } from '../error.ts'
import { Decimal, leading, numericOverflow, resultScale } from './decimal.ts'
import { bitsFor, fixedExp, fixedLn } from './fixed-point.ts'
import { digitCount, divideRounded, integerSquareRoot, magnitude, powerOfTen } from './whole-numbers.ts'

const MIN_SIGNIFICANT_DIGITS = 16
const MAX_RESULT_SCALE = 1000

/** The square root; 2201F below zero. */
export function decimalSqrt(value: Decimal): Decimal {
  if (value.isNaN() || value === Decimal.INFINITY) return value
  if (value.sign() < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'cannot take square root of a negative number')
  }
  const weight = leading(value.coefficient, value.scale).weight
  const scale = resultScale(MIN_SIGNIFICANT_DIGITS - ((weight + 1) * 2 - 1), value.scale)
  const target = value.coefficientAt(2 * scale + 2)
  return Decimal.fromBigInt(divideRounded(integerSquareRoot(target), 10n), scale)
}

function toFixed(value: Decimal, bits: number): bigint {
  return (value.coefficient << BigInt(bits)) / powerOfTen(value.scale)
}

function fromFixed(value: bigint, bits: number, scale: number): Decimal {
  return Decimal.checked(divideRounded(value * powerOfTen(scale), 1n << BigInt(bits)), scale)
}

/** The decimal exponent that ln(value) will have, estimated as PostgreSQL does; result scales depend on it. */
function logarithmExponent(value: Decimal): number {
  if (value.sign() <= 0) return 0
  const number = value.toNumber()
  if (number >= 0.8999 && number <= 1.1001 && value.compare(POINT_NINE) >= 0 && value.compare(ONE_POINT_ONE) <= 0) {
    const difference = value.subtract(Decimal.ONE)
    if (difference.coefficient === 0n) return 0
    const first = leading(difference.coefficient, difference.scale)
    return first.weight * 4 + Math.trunc(Math.log10(first.group))
  }
  return Math.trunc(Math.log10(Math.abs(approximateLn(value))))
}

const POINT_NINE = Decimal.fromBigInt(9n, 1)
const ONE_POINT_ONE = Decimal.fromBigInt(11n, 1)

function approximateLn(value: Decimal): number {
  const text = magnitude(value.coefficient).toString()
  return Math.log(Number(text.slice(0, 17))) + (text.length - Math.min(text.length, 17) - value.scale) * Math.LN10
}

function lnTo(value: Decimal, scale: number): Decimal {
  const bits = bitsFor(scale)
  return fromFixed(fixedLn(value.coefficient, powerOfTen(value.scale), bits), bits, scale)
}

function checkLogarithm(value: Decimal): void {
  if (value.sign() < 0) {
    throw new SqlError('invalid_argument_for_logarithm', 'cannot take logarithm of a negative number')
  }
  if (value.isZero()) throw new SqlError('invalid_argument_for_logarithm', 'cannot take logarithm of zero')
}

/** The natural logarithm. */
export function decimalLn(value: Decimal): Decimal {
  if (value.isNaN()) return value
  checkLogarithm(value)
  if (value === Decimal.INFINITY) return value
  return lnTo(value, resultScale(MIN_SIGNIFICANT_DIGITS - logarithmExponent(value), value.scale))
}

/** The logarithm to a base. */
export function decimalLog(base: Decimal, value: Decimal): Decimal {
  if (base.isNaN() || value.isNaN()) return Decimal.NAN
  if (base.isZero() && value === Decimal.NEGATIVE_INFINITY) checkLogarithm(value)
  checkLogarithm(base)
  checkLogarithm(value)
  if (!base.isFinite()) return value.isFinite() ? Decimal.ZERO : Decimal.NAN
  if (!value.isFinite()) return Decimal.INFINITY
  const baseExponent = logarithmExponent(base)
  const valueExponent = logarithmExponent(value)
  const exponent = valueExponent - baseExponent
  const scale = resultScale(MIN_SIGNIFICANT_DIGITS - exponent, base.scale, value.scale)
  const baseLn = lnTo(base, Math.max(0, scale + exponent - baseExponent + 8))
  const valueLn = lnTo(value, Math.max(0, scale + exponent - valueExponent + 8))
  return valueLn.divideTo(baseLn, scale)
}

const MAX_EXPONENT = 6000

/** e raised to a power. */
export function decimalExp(value: Decimal): Decimal {
  if (value.isNaN() || value === Decimal.INFINITY) return value
  if (!value.isFinite()) return Decimal.ZERO
  const weight = Math.min(Math.max(value.toNumber() * Math.LOG10E, -2000), 2000)
  return expTo(value, resultScale(MIN_SIGNIFICANT_DIGITS - Math.trunc(weight), value.scale))
}

function expTo(value: Decimal, scale: number): Decimal {
  const number = value.toNumber()
  if (Math.abs(number) >= MAX_EXPONENT) {
    if (number > 0) throw numericOverflow()
    return Decimal.fromBigInt(0n, scale)
  }
  const bits = bitsFor(scale)
  const inputBits = bits + Math.max(0, Math.ceil(number * Math.LOG2E)) + 32
  return fromFixed(fixedExp(toFixed(value, inputBits), inputBits, bits), bits, scale)
}

/** A base raised to an exponent, exactly as far as the digits shown go. */
export function decimalPower(base: Decimal, exponent: Decimal): Decimal {
  if (!base.isFinite() || !exponent.isFinite()) return raiseSpecial(base, exponent)
  const whole = exponent.trimScale()
  if (base.isZero() && exponent.sign() < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'zero raised to a negative power is undefined')
  }
  if (base.sign() < 0 && whole.scale > 0) {
    throw new SqlError(
      'invalid_argument_for_power_function',
      'a negative number raised to a non-integer power yields a complex result',
    )
  }
  if (whole.scale === 0 && whole.coefficient >= -2147483648n && whole.coefficient <= 2147483647n) {
    return raiseToInteger(base, Number(whole.coefficient), resultScale(MIN_SIGNIFICANT_DIGITS, base.scale))
  }
  if (base.isZero()) return Decimal.fromBigInt(0n, MIN_SIGNIFICANT_DIGITS)
  const negative = base.sign() < 0 && whole.coefficient % 2n !== 0n
  const result = raisePositive(base.abs(), exponent)
  return negative ? result.negate() : result
}

function raisePositive(base: Decimal, exponent: Decimal): Decimal {
  const lnExponent = logarithmExponent(base)
  const roughScale = Math.max(0, 8 - lnExponent)
  const rough = lnTo(base, roughScale).multiply(exponent).toNumber()
  if (Math.abs(rough) > 2000 * 3.01) {
    if (rough > 0) throw numericOverflow()
    return Decimal.fromBigInt(0n, MAX_RESULT_SCALE)
  }
  const weight = Math.trunc(rough * Math.LOG10E)
  const scale = resultScale(MIN_SIGNIFICANT_DIGITS - weight, base.scale, exponent.scale)
  const digits = Math.max(0, scale + weight)
  const workScale = Math.max(0, digits - lnExponent + 8)
  return expTo(lnTo(base, workScale).multiply(exponent).round(workScale), scale)
}

/** base^exponent by squaring, on a coefficient cut to the digits that can matter. */
function raiseToInteger(base: Decimal, exponent: number, scale: number): Decimal {
  if (exponent === 0) return Decimal.fromBigInt(1n, 0).round(scale)
  if (exponent === 1) return base.round(scale)
  if (exponent === -1) return Decimal.ONE.divideTo(base, scale)
  if (base.isZero()) return Decimal.fromBigInt(0n, scale)
  const weight = exponent * (approximateLn(base) / Math.LN10)
  if (weight > 3 * 32767 * 4) throw numericOverflow()
  if (weight + 1 < -scale || weight + 1 < -MAX_RESULT_SCALE) {
    return Decimal.fromBigInt(0n, Math.min(scale, MAX_RESULT_SCALE))
  }
  const kept = Math.max(1, 1 + scale + Math.trunc(weight)) + Math.trunc(Math.log(Math.abs(exponent))) + 24
  const limit = powerOfTen(kept)
  let coefficient = 1n
  let exponentOfTen = 0
  let factor = magnitude(base.coefficient)
  let factorExponent = -base.scale
  const cut = (value: bigint): number => (value < limit * 1000000n ? 0 : digitCount(value) - kept)
  for (let rest = Math.abs(exponent); ; ) {
    if (rest % 2 === 1) {
      coefficient *= factor
      exponentOfTen += factorExponent
      const excess = cut(coefficient)
      coefficient /= powerOfTen(excess)
      exponentOfTen += excess
    }
    rest = Math.floor(rest / 2)
    if (rest === 0) break
    factor *= factor
    factorExponent *= 2
    const excess = cut(factor)
    factor /= powerOfTen(excess)
    factorExponent += excess
  }
  if (base.coefficient < 0n && exponent % 2 !== 0) coefficient = -coefficient
  const power =
    exponentOfTen >= 0
      ? Decimal.fromBigInt(coefficient * powerOfTen(exponentOfTen))
      : Decimal.fromBigInt(coefficient, -exponentOfTen)
  if (exponent < 0) return Decimal.ONE.divideTo(power, scale)
  return Decimal.checked(power.coefficientAt(scale + 1), scale + 1).round(scale)
}

function raiseSpecial(base: Decimal, exponent: Decimal): Decimal {
  if (base.equals(Decimal.ONE) || exponent.isZero()) return Decimal.ONE
  if (base.isNaN() || exponent.isNaN()) return Decimal.NAN
  if (base.isZero()) {
    if (exponent.sign() < 0) {
      throw new SqlError('invalid_argument_for_power_function', 'zero raised to a negative power is undefined')
    }
    return Decimal.ZERO
  }
  if (exponent.isFinite()) {
    if (base === Decimal.INFINITY) return exponent.sign() > 0 ? base : Decimal.ZERO
    const whole = exponent.trimScale()
    if (whole.scale > 0) {
      throw new SqlError(
        'invalid_argument_for_power_function',
        'a negative number raised to a non-integer power yields a complex result',
      )
    }
    if (exponent.sign() < 0) return Decimal.ZERO
    return whole.coefficient % 2n === 0n ? Decimal.INFINITY : Decimal.NEGATIVE_INFINITY
  }
  const size = base.abs().compare(Decimal.ONE)
  if (size === 0) return Decimal.ONE
  return size > 0 === exponent.sign() > 0 ? Decimal.INFINITY : Decimal.ZERO
}
