/**
 * Exact decimal numbers, SQL's NUMERIC. A Decimal is an integer coefficient and a display scale, the count of digits
 * after the point: 1.50 is 150 with scale 2, and keeps its trailing zero. NaN and the infinities are values too.
 *
 * The scale of a result follows PostgreSQL: addition takes the larger scale, multiplication the sum, division as many
 * digits as give 16 significant ones, counted in groups of four digits as PostgreSQL stores them.
 */
import { SqlError } from '../error.ts'
import { exponentialDigits } from './float-text.ts'
import { digitCount, divideRounded, magnitude, numberPowers, powerOfTen } from './whole-numbers.ts'

const MAX_SCALE = 16383
const MAX_RESULT_SCALE = 1000
const MIN_SIGNIFICANT_DIGITS = 16
const MAX_INTEGER_DIGITS = 131072
/** A coefficient below this has far fewer than MAX_INTEGER_DIGITS digits; comparing against it looks at lengths only. */
const SURELY_FITS = 1n << 16384n
const SURELY_FITS_NEGATIVE = -SURELY_FITS

/** Ordered so that comparing forms compares the values: -Infinity < finite < Infinity < NaN. */
const FINITE = 0
const INFINITE = 1
const NEGATIVE_INFINITE = -1
const NOT_A_NUMBER = 2

/** 22003: more digits than a numeric can have. */
export function numericOverflow(): SqlError {
  return new SqlError('numeric_value_out_of_range', 'value overflows numeric format')
}

function invalid(text: string): SqlError {
  return new SqlError('invalid_text_representation', `invalid input syntax for type numeric: "${text}"`)
}

function divisionByZero(): SqlError {
  return new SqlError('division_by_zero', 'division by zero')
}

export class Decimal {
  static readonly ZERO: Decimal = new Decimal(0n, 0, FINITE)
  static readonly ONE: Decimal = new Decimal(1n, 0, FINITE)
  static readonly NAN: Decimal = new Decimal(0n, 0, NOT_A_NUMBER)
  static readonly INFINITY: Decimal = new Decimal(0n, 0, INFINITE)
  static readonly NEGATIVE_INFINITY: Decimal = new Decimal(0n, 0, NEGATIVE_INFINITE)

  readonly coefficient: bigint
  readonly scale: number
  private readonly form: number

  private constructor(coefficient: bigint, scale: number, form: number) {
    this.coefficient = coefficient
    this.scale = scale
    this.form = form
  }

  /** coefficient × 10^-scale; `scale` is not negative. */
  static fromBigInt(coefficient: bigint, scale = 0): Decimal {
    return new Decimal(coefficient, scale, FINITE)
  }

  /** As fromBigInt, refused with 22003 when it has too many digits before the point. */
  static checked(coefficient: bigint, scale: number): Decimal {
    if (coefficient > SURELY_FITS || coefficient < SURELY_FITS_NEGATIVE) {
      if (digitCount(coefficient) - scale > MAX_INTEGER_DIGITS) throw numericOverflow()
    }
    return new Decimal(coefficient, scale, FINITE)
  }

  /**
   * The decimal nearest to a floating-point number at the given count of significant digits: 15 for double precision,
   * 6 for real, as PostgreSQL's casts do.
   */
  static fromNumber(value: number, significantDigits = 15): Decimal {
    if (Number.isNaN(value)) return Decimal.NAN
    if (value === Infinity) return Decimal.INFINITY
    if (value === -Infinity) return Decimal.NEGATIVE_INFINITY
    if (Number.isInteger(value) && Math.abs(value) < numberPowers[significantDigits]) {
      return new Decimal(BigInt(value), 0, FINITE)
    }
    return Decimal.parse(exponentialDigits(value, significantDigits)).trimScale()
  }

  /** Reads PostgreSQL's input forms: digits with a point and an exponent, NaN, inf, Infinity, surrounding blanks. */
  static parse(text: string): Decimal {
    const parsed = Decimal.tryParse(text)
    if (parsed === undefined) throw invalid(text)
    return parsed
  }

  /** As `parse`, but undefined when the text is no number; 22003 still when the number is too large. */
  static tryParse(text: string): Decimal | undefined {
    let start = 0
    let end = text.length
    while (start < end && isBlank(text.charCodeAt(start))) start++
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--
    let at = start
    let negative = false
    const sign = text.charCodeAt(at)
    if (sign === 45 || sign === 43) {
      negative = sign === 45
      at++
    }
    const digitsStart = at
    let point = -1
    let small = 0
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code >= 48 && code <= 57) small = small * 10 + (code - 48)
      else if (code === 46 && point < 0) point = at
      else break
    }
    const digits = at - digitsStart - (point < 0 ? 0 : 1)
    if (digits === 0) return at === digitsStart ? parseSpecial(text.slice(start, end)) : undefined
    let scale = point < 0 ? 0 : at - point - 1
    let coefficient: bigint
    if (digits <= 15) coefficient = BigInt(negative ? -small : small)
    else if (point < 0) coefficient = BigInt(text.slice(digitsStart, at))
    else coefficient = BigInt(text.slice(digitsStart, point) + text.slice(point + 1, at))
    if (negative && digits > 15) coefficient = 0n - coefficient
    if (at < end) {
      const exponent = parseExponent(text, at, end)
      if (exponent === undefined) return undefined
      if (Math.abs(exponent) > MAX_INTEGER_DIGITS + MAX_SCALE) throw numericOverflow()
      scale -= exponent
      if (scale < 0) {
        if (-scale > MAX_INTEGER_DIGITS) throw numericOverflow()
        coefficient *= powerOfTen(-scale)
        scale = 0
      }
    }
    if (scale > MAX_SCALE) throw numericOverflow()
    return Decimal.checked(coefficient, scale)
  }

  isNaN(): boolean {
    return this.form === NOT_A_NUMBER
  }

  isFinite(): boolean {
    return this.form === FINITE
  }

  isInfinite(): boolean {
    return this.form === INFINITE || this.form === NEGATIVE_INFINITE
  }

  isZero(): boolean {
    return this.form === FINITE && this.coefficient === 0n
  }

  /** -1, 0 or 1; NaN counts as 1, being greater than everything. */
  sign(): number {
    if (this.form !== FINITE) return this.form === NEGATIVE_INFINITE ? -1 : 1
    return this.coefficient > 0n ? 1 : this.coefficient < 0n ? -1 : 0
  }

  add(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return addSpecial(this, other)
    if (this.scale === other.scale) return Decimal.checked(this.coefficient + other.coefficient, this.scale)
    if (this.scale > other.scale) {
      return Decimal.checked(this.coefficient + other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
    }
    return Decimal.checked(this.coefficient * powerOfTen(other.scale - this.scale) + other.coefficient, other.scale)
  }

  subtract(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return addSpecial(this, other.negate())
    if (this.scale === other.scale) return Decimal.checked(this.coefficient - other.coefficient, this.scale)
    if (this.scale > other.scale) {
      return Decimal.checked(this.coefficient - other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
    }
    return Decimal.checked(this.coefficient * powerOfTen(other.scale - this.scale) - other.coefficient, other.scale)
  }

  multiply(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return multiplySpecial(this, other)
    const scale = this.scale + other.scale
    const product = this.coefficient * other.coefficient
    if (scale > MAX_SCALE) return Decimal.checked(divideRounded(product, powerOfTen(scale - MAX_SCALE)), MAX_SCALE)
    return Decimal.checked(product, scale)
  }

  divide(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return divideSpecial(this, other)
    if (other.coefficient === 0n) throw divisionByZero()
    return this.divideTo(other, quotientScale(this, other))
  }

  /** The quotient rounded to the given scale; both are finite. */
  divideTo(other: Decimal, scale: number): Decimal {
    if (other.coefficient === 0n) throw divisionByZero()
    const shift = scale + other.scale - this.scale
    let numerator = this.coefficient
    let denominator = other.coefficient
    if (denominator < 0n) {
      numerator = 0n - numerator
      denominator = 0n - denominator
    }
    if (shift >= 0) numerator *= powerOfTen(shift)
    else denominator *= powerOfTen(-shift)
    return Decimal.checked(divideRounded(numerator, denominator), scale)
  }

  /** The whole part of the quotient, towards zero: PostgreSQL's div(). */
  divideInteger(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return divideSpecial(this, other)
    if (other.coefficient === 0n) throw divisionByZero()
    const scale = Math.max(this.scale, other.scale)
    return Decimal.checked(this.coefficientAt(scale) / other.coefficientAt(scale), 0)
  }

  /** What division towards zero leaves; it has the sign of the dividend. */
  remainder(other: Decimal): Decimal {
    if (this.form === NOT_A_NUMBER || other.form === NOT_A_NUMBER) return Decimal.NAN
    if (this.form !== FINITE) {
      if (other.isZero()) throw divisionByZero()
      return Decimal.NAN
    }
    if (other.form !== FINITE) return this
    if (other.coefficient === 0n) throw divisionByZero()
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(this.coefficientAt(scale) % other.coefficientAt(scale), scale, FINITE)
  }

  negate(): Decimal {
    if (this.form === FINITE) return new Decimal(0n - this.coefficient, this.scale, FINITE)
    if (this.form === NOT_A_NUMBER) return this
    return this.form === INFINITE ? Decimal.NEGATIVE_INFINITY : Decimal.INFINITY
  }

  abs(): Decimal {
    return this.sign() < 0 ? this.negate() : this
  }

  /** Order of PostgreSQL: NaN equals itself and is greater than all else. */
  compare(other: Decimal): number {
    if (this.form !== FINITE || other.form !== FINITE) return this.form - other.form
    let left = this.coefficient
    let right = other.coefficient
    if (this.scale < other.scale) left *= powerOfTen(other.scale - this.scale)
    else if (this.scale > other.scale) right *= powerOfTen(this.scale - other.scale)
    return left < right ? -1 : left > right ? 1 : 0
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0
  }

  /** Half away from zero; a negative scale rounds before the point. */
  round(scale: number): Decimal {
    if (this.form !== FINITE) return this
    const target = Math.min(Math.max(scale, -MAX_INTEGER_DIGITS), MAX_SCALE)
    if (target >= this.scale) return this.extend(target)
    const rounded = divideRounded(this.coefficient, powerOfTen(this.scale - target))
    return target >= 0 ? new Decimal(rounded, target, FINITE) : Decimal.checked(rounded * powerOfTen(-target), 0)
  }

  /** Towards zero; a negative scale cuts before the point. */
  truncate(scale: number): Decimal {
    if (this.form !== FINITE) return this
    const target = Math.min(Math.max(scale, -MAX_INTEGER_DIGITS), MAX_SCALE)
    if (target >= this.scale) return this.extend(target)
    const cut = this.coefficient / powerOfTen(this.scale - target)
    return target >= 0 ? new Decimal(cut, target, FINITE) : new Decimal(cut * powerOfTen(-target), 0, FINITE)
  }

  ceil(): Decimal {
    if (this.form !== FINITE || this.scale === 0) return this
    const divisor = powerOfTen(this.scale)
    const whole = this.coefficient / divisor
    return Decimal.checked(this.coefficient > 0n && whole * divisor !== this.coefficient ? whole + 1n : whole, 0)
  }

  floor(): Decimal {
    if (this.form !== FINITE || this.scale === 0) return this
    const divisor = powerOfTen(this.scale)
    const whole = this.coefficient / divisor
    return Decimal.checked(this.coefficient < 0n && whole * divisor !== this.coefficient ? whole - 1n : whole, 0)
  }

  /** The same value with exactly `scale` digits after the point, rounded where digits go away. */
  rescale(scale: number): Decimal {
    return this.scale === scale ? this : this.round(scale)
  }

  /** The same value without zeros at the end of its fraction. */
  trimScale(): Decimal {
    const scale = this.minScale()
    return scale === this.scale ? this : new Decimal(this.coefficientAt(scale), scale, FINITE)
  }

  /** The fewest digits after the point that hold the value. */
  minScale(): number {
    if (this.form !== FINITE || this.scale === 0) return 0
    if (this.coefficient === 0n) return 0
    let scale = this.scale
    let rest = this.coefficient
    while (scale > 0 && rest % 10n === 0n) {
      rest /= 10n
      scale--
    }
    return scale
  }

  /** The coefficient that the value has at `scale`; digits beyond it are cut. */
  coefficientAt(scale: number): bigint {
    if (scale === this.scale) return this.coefficient
    if (scale > this.scale) return this.coefficient * powerOfTen(scale - this.scale)
    return this.coefficient / powerOfTen(this.scale - scale)
  }

  /** The count of digits before the point; 0 when the value is below one. */
  integerDigits(): number {
    if (this.coefficient === 0n) return 0
    return Math.max(0, digitCount(this.coefficient) - this.scale)
  }

  toString(): string {
    if (this.form !== FINITE) {
      return this.form === NOT_A_NUMBER ? 'NaN' : this.form === INFINITE ? 'Infinity' : '-Infinity'
    }
    const digits = this.coefficient.toString()
    if (this.scale === 0) return digits
    const negative = this.coefficient < 0n
    const whole = digits.length - this.scale
    if (whole > (negative ? 1 : 0)) return `${digits.slice(0, whole)}.${digits.slice(whole)}`
    const fraction = (negative ? digits.slice(1) : digits).padStart(this.scale, '0')
    return negative ? `-0.${fraction}` : `0.${fraction}`
  }

  /** The nearest floating-point number. */
  toNumber(): number {
    if (this.form !== FINITE) return this.form === NOT_A_NUMBER ? NaN : this.form === INFINITE ? Infinity : -Infinity
    if (this.scale <= 22) {
      const whole = Number(this.coefficient)
      if (whole >= -9007199254740991 && whole <= 9007199254740991) return whole / numberPowers[this.scale]
    }
    return Number(this.toString())
  }

  /** The nearest integer, half away from zero; the value is finite. */
  toBigInt(): bigint {
    return this.scale === 0 ? this.coefficient : divideRounded(this.coefficient, powerOfTen(this.scale))
  }

  /** A key that equal values share, whatever their scales. */
  hashKey(): string | number | bigint {
    if (this.form !== FINITE) return this.toString()
    if (this.scale === 0) return this.coefficient
    const trimmed = this.trimScale()
    return trimmed.scale === 0 ? trimmed.coefficient : trimmed.toString()
  }

  private extend(scale: number): Decimal {
    if (scale === this.scale) return this
    return new Decimal(this.coefficient * powerOfTen(scale - this.scale), scale, FINITE)
  }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

function parseSpecial(text: string): Decimal | undefined {
  switch (text.toLowerCase()) {
    case 'nan':
      return Decimal.NAN
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Decimal.INFINITY
    case '-inf':
    case '-infinity':
      return Decimal.NEGATIVE_INFINITY
    default:
      return undefined
  }
}

function parseExponent(text: string, at: number, end: number): number | undefined {
  if ((text.charCodeAt(at) | 32) !== 101) return undefined
  const exponent = text.slice(at + 1, end)
  return /^[+-]?\d+$/.test(exponent) ? Number(exponent) : undefined
}

function addSpecial(left: Decimal, right: Decimal): Decimal {
  if (left.isNaN() || right.isNaN()) return Decimal.NAN
  if (left.isFinite()) return right
  if (right.isFinite()) return left
  return left === right ? left : Decimal.NAN
}

function infinity(sign: number): Decimal {
  return sign > 0 ? Decimal.INFINITY : Decimal.NEGATIVE_INFINITY
}

function multiplySpecial(left: Decimal, right: Decimal): Decimal {
  if (left.isNaN() || right.isNaN()) return Decimal.NAN
  const sign = left.sign() * right.sign()
  return sign === 0 ? Decimal.NAN : infinity(sign)
}

function divideSpecial(left: Decimal, right: Decimal): Decimal {
  if (left.isNaN() || right.isNaN()) return Decimal.NAN
  if (left.isFinite()) return Decimal.ZERO
  if (!right.isFinite()) return Decimal.NAN
  if (right.isZero()) throw divisionByZero()
  return infinity(left.sign() * right.sign())
}

/** Where a number begins when its digits stand in groups of four around the point, as PostgreSQL keeps them. */
export interface Leading {
  /** The position of the first group: 0 is the one before the point. */
  readonly weight: number
  /** The value of the first group, 1 to 9999; 0 for zero. */
  readonly group: number
}

/** The first group of four digits of coefficient × 10^-scale. */
export function leading(coefficient: bigint, scale: number): Leading {
  if (coefficient === 0n) return { weight: 0, group: 0 }
  const size = magnitude(coefficient)
  const digits = digitCount(size)
  const exponent = digits - 1 - scale
  const weight = Math.floor(exponent / 4)
  const wanted = exponent - weight * 4 + 1
  if (wanted >= digits) return { weight, group: Number(size) * numberPowers[wanted - digits] }
  // With up to 15 digits, no quotient is rounded up to the next integer.
  if (digits <= 15) return { weight, group: Math.floor(Number(size) / numberPowers[digits - wanted]) }
  return { weight, group: Number(size / powerOfTen(digits - wanted)) }
}

/** Averages of totals of one scale; those of the same total and count as the one before are the same object. */
export function averages(scale: number): (total: bigint, count: bigint) => Decimal {
  let [lastTotal, lastCount] = [0n, 0n]
  let divisor = Decimal.ONE
  let average = Decimal.ZERO
  return (total, count) => {
    if (count === lastCount && total === lastTotal) return average
    if (count !== lastCount) divisor = Decimal.fromBigInt(count)
    lastCount = count
    lastTotal = total
    average = Decimal.fromBigInt(total, scale).divide(divisor)
    return average
  }
}

function quotientScale(left: Decimal, right: Decimal): number {
  const first = leading(left.coefficient, left.scale)
  const second = leading(right.coefficient, right.scale)
  const weight = first.weight - second.weight - (first.group <= second.group ? 1 : 0)
  return resultScale(MIN_SIGNIFICANT_DIGITS - weight * 4, left.scale, right.scale)
}

/** The scale wanted for a result, within what the operands and the limits demand. */
export function resultScale(wanted: number, ...inputs: number[]): number {
  return Math.min(Math.max(wanted, 0, ...inputs), MAX_RESULT_SCALE)
}
