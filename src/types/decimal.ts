/**
 * Exact decimal numbers, SQL's NUMERIC. A Decimal is an integer coefficient and a display scale, the count of digits
 * after the point: 1.50 is 150 with scale 2, and keeps its trailing zero. NaN and the infinities are values too.
 *
 * The scale of a result follows PostgreSQL: addition takes the larger scale, multiplication the sum, division as many
 * digits as give 16 significant ones, counted in groups of four digits as PostgreSQL stores them.
 */
import { SqlError } from '../error.ts'
import { exponentialDigits } from './float-text.ts'

const MAX_SCALE = 16383
const MAX_RESULT_SCALE = 1000
const MIN_SIGNIFICANT_DIGITS = 16
const MAX_INTEGER_DIGITS = 131072
/** A coefficient below this has fewer than MAX_INTEGER_DIGITS digits; comparing against it looks at lengths only. */
const SURELY_FITS = 1n << 435000n
const SURELY_FITS_NEGATIVE = -SURELY_FITS

/** Ordered so that comparing forms compares the values: -Infinity < finite < Infinity < NaN. */
const FINITE = 0
const INFINITE = 1
const NEGATIVE_INFINITE = -1
const NOT_A_NUMBER = 2

const powersOfTen: bigint[] = [1n]

/** 10^n; small powers are kept. */
export function powerOfTen(n: number): bigint {
  if (n >= 2048) return 10n ** BigInt(n)
  while (powersOfTen.length <= n) powersOfTen.push(powersOfTen[powersOfTen.length - 1] * 10n)
  return powersOfTen[n]
}

const numberPowers: readonly number[] = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`))

function magnitude(n: bigint): bigint {
  return n < 0n ? 0n - n : n
}

/** The count of decimal digits of |n|; 1 for 0. */
function digitCount(n: bigint): number {
  if (n < 0n) n = 0n - n
  if (n < 1000000000000000n) {
    const small = Number(n)
    let digits = 1
    while (digits < 16 && small >= numberPowers[digits]) digits++
    return digits
  }
  return n.toString().length
}

/** n / divisor, rounded half away from zero; the divisor is positive. */
export function divideRounded(n: bigint, divisor: bigint): bigint {
  const small = Number(n)
  if (small >= -9007199254740991 && small <= 9007199254740991 && divisor <= 1000000000000000n) {
    return divideSmall(small, Number(divisor))
  }
  const quotient = n / divisor
  const rest = n - quotient * divisor
  if (rest >= 0n) return rest * 2n >= divisor ? quotient + 1n : quotient
  return rest * -2n >= divisor ? quotient - 1n : quotient
}

/** The same in doubles, which are exact here: the quotient may be one too large, and the rest tells. */
function divideSmall(n: number, divisor: number): bigint {
  const size = Math.abs(n)
  let quotient = Math.floor(size / divisor)
  if (quotient * divisor > size) quotient--
  if ((size - quotient * divisor) * 2 >= divisor) quotient++
  return BigInt(n < 0 ? -quotient : quotient)
}

function overflow(): SqlError {
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
      if (Math.abs(exponent) > MAX_INTEGER_DIGITS + MAX_SCALE) throw overflow()
      scale -= exponent
      if (scale < 0) {
        if (-scale > MAX_INTEGER_DIGITS) throw overflow()
        coefficient *= powerOfTen(-scale)
        scale = 0
      }
    }
    if (scale > MAX_SCALE) throw overflow()
    return checked(coefficient, scale)
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
    if (this.scale === other.scale) return checked(this.coefficient + other.coefficient, this.scale)
    if (this.scale > other.scale) {
      return checked(this.coefficient + other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
    }
    return checked(this.coefficient * powerOfTen(other.scale - this.scale) + other.coefficient, other.scale)
  }

  subtract(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return addSpecial(this, other.negate())
    if (this.scale === other.scale) return checked(this.coefficient - other.coefficient, this.scale)
    if (this.scale > other.scale) {
      return checked(this.coefficient - other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
    }
    return checked(this.coefficient * powerOfTen(other.scale - this.scale) - other.coefficient, other.scale)
  }

  multiply(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return multiplySpecial(this, other)
    const scale = this.scale + other.scale
    const product = this.coefficient * other.coefficient
    if (scale > MAX_SCALE) return checked(divideRounded(product, powerOfTen(scale - MAX_SCALE)), MAX_SCALE)
    return checked(product, scale)
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
    return checked(divideRounded(numerator, denominator), scale)
  }

  /** The whole part of the quotient, towards zero: PostgreSQL's div(). */
  divideInteger(other: Decimal): Decimal {
    if (this.form !== FINITE || other.form !== FINITE) return divideSpecial(this, other)
    if (other.coefficient === 0n) throw divisionByZero()
    const scale = Math.max(this.scale, other.scale)
    return checked(this.coefficientAt(scale) / other.coefficientAt(scale), 0)
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
    return target >= 0 ? new Decimal(rounded, target, FINITE) : checked(rounded * powerOfTen(-target), 0)
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
    return checked(this.coefficient > 0n && whole * divisor !== this.coefficient ? whole + 1n : whole, 0)
  }

  floor(): Decimal {
    if (this.form !== FINITE || this.scale === 0) return this
    const divisor = powerOfTen(this.scale)
    const whole = this.coefficient / divisor
    return checked(this.coefficient < 0n && whole * divisor !== this.coefficient ? whole - 1n : whole, 0)
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

  sqrt(): Decimal {
    return squareRoot(this)
  }

  exp(): Decimal {
    return exponential(this)
  }

  ln(): Decimal {
    return naturalLogarithm(this)
  }

  /** The logarithm to the given base. */
  log(base: Decimal): Decimal {
    return logarithm(base, this)
  }

  power(exponent: Decimal): Decimal {
    return raise(this, exponent)
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

/** A finite result, refused when it has too many digits before the point. */
function checked(coefficient: bigint, scale: number): Decimal {
  if (coefficient > SURELY_FITS || coefficient < SURELY_FITS_NEGATIVE) {
    if (digitCount(coefficient) - scale > MAX_INTEGER_DIGITS) throw overflow()
  }
  return Decimal.fromBigInt(coefficient, scale)
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
interface Leading {
  /** The position of the first group: 0 is the one before the point. */
  readonly weight: number
  /** The value of the first group, 1 to 9999; 0 for zero. */
  readonly group: number
}

function leading(coefficient: bigint, scale: number): Leading {
  if (coefficient === 0n) return { weight: 0, group: 0 }
  const size = magnitude(coefficient)
  const digits = digitCount(size)
  const exponent = digits - 1 - scale
  const weight = Math.floor(exponent / 4)
  const wanted = exponent - weight * 4 + 1
  const group =
    wanted >= digits ? Number(size * powerOfTen(wanted - digits)) : Number(size / powerOfTen(digits - wanted))
  return { weight, group }
}

function quotientScale(left: Decimal, right: Decimal): number {
  const first = leading(left.coefficient, left.scale)
  const second = leading(right.coefficient, right.scale)
  const weight = first.weight - second.weight - (first.group <= second.group ? 1 : 0)
  return resultScale(MIN_SIGNIFICANT_DIGITS - weight * 4, left.scale, right.scale)
}

function resultScale(wanted: number, ...inputs: number[]): number {
  return Math.min(Math.max(wanted, 0, ...inputs), MAX_RESULT_SCALE)
}

/** The largest integer whose square is not above n. */
export function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n
  if (n < 4503599627370496n) return BigInt(Math.floor(Math.sqrt(Number(n))))
  let root = 1n << BigInt(Math.ceil(n.toString(16).length * 2 + 1))
  for (;;) {
    const next = (root + n / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

function squareRoot(value: Decimal): Decimal {
  if (value.isNaN() || value === Decimal.INFINITY) return value
  if (value.sign() < 0) {
    throw new SqlError('invalid_argument_for_power_function', 'cannot take square root of a negative number')
  }
  const weight = leading(value.coefficient, value.scale).weight
  const scale = resultScale(MIN_SIGNIFICANT_DIGITS - ((weight + 1) * 2 - 1), value.scale)
  const target = value.coefficientAt(2 * scale + 2)
  return Decimal.fromBigInt(divideRounded(integerSquareRoot(target), 10n), scale)
}

/**
 * Fixed-point numbers for the transcendental functions: integers that count units of 2^-bits. The bits come from the
 * digits wanted, with a margin that covers what the series lose.
 */
function bitsFor(digits: number): number {
  return Math.ceil(Math.max(digits, 0) * 3.3219280948873626) + 64
}

function toFixed(value: Decimal, bits: number): bigint {
  return (value.coefficient << BigInt(bits)) / powerOfTen(value.scale)
}

function fromFixed(value: bigint, bits: number, scale: number): Decimal {
  return checked(divideRounded(value * powerOfTen(scale), 1n << BigInt(bits)), scale)
}

function bitLength(n: bigint): number {
  if (n === 0n) return 0
  const hex = n.toString(16)
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0], 16)))
}

/** atanh(1/n) by its series. */
function inverseTangent(n: bigint, bits: number): bigint {
  const square = n * n
  let power = (1n << BigInt(bits)) / n
  let sum = power
  for (let k = 3n; power !== 0n; k += 2n) {
    power /= square
    sum += power / k
  }
  return sum
}

let cachedLn2 = { bits: 0, value: 0n }

function ln2(bits: number): bigint {
  if (cachedLn2.bits < bits) {
    const value = 18n * inverseTangent(26n, bits) - 2n * inverseTangent(4801n, bits) + 8n * inverseTangent(8749n, bits)
    cachedLn2 = { bits, value }
  }
  return cachedLn2.value >> BigInt(cachedLn2.bits - bits)
}

/** ln(numerator / denominator) in fixed point: halved to [1/2, 1), rooted three times, then atanh's series. */
function fixedLn(numerator: bigint, denominator: bigint, bits: number): bigint {
  const work = bits + 32
  const one = 1n << BigInt(work)
  let shift = bitLength(numerator) - bitLength(denominator)
  let x =
    shift >= 0
      ? (numerator << BigInt(work)) / (denominator << BigInt(shift))
      : (numerator << BigInt(work - shift)) / denominator
  if (x > (one * 3n) / 2n) {
    x >>= 1n
    shift++
  }
  let roots = 0n
  while (magnitude(x - one) > one >> 4n) {
    x = integerSquareRoot(x << BigInt(work))
    roots++
  }
  const z = ((x - one) << BigInt(work)) / (x + one)
  const square = (z * z) >> BigInt(work)
  let power = z
  let sum = z
  for (let k = 3n; power !== 0n && power !== -1n; k += 2n) {
    power = (power * square) >> BigInt(work)
    sum += power / k
  }
  const result = (sum << (roots + 1n)) + BigInt(shift) * ln2(work)
  return result >> 32n
}

/** e^x in fixed point; the result carries as many bits after the point as asked. */
function fixedExp(x: bigint, xBits: number, bits: number): bigint {
  const ln2AtX = ln2(xBits)
  let halvings = Number(x / ln2AtX)
  if (x < 0n) halvings--
  const work = bits + Math.max(halvings, 0) + 64
  const rest =
    xBits >= work
      ? (x - BigInt(halvings) * ln2AtX) >> BigInt(xBits - work)
      : (x << BigInt(work - xBits)) - BigInt(halvings) * ln2(work)
  const squarings = 16n
  const small = rest >> squarings
  let term = 1n << BigInt(work)
  let sum = term
  for (let k = 1n; term !== 0n; k++) {
    term = ((term * small) >> BigInt(work)) / k
    sum += term
  }
  for (let k = 0n; k < squarings; k++) sum = (sum * sum) >> BigInt(work)
  const shift = work - bits - halvings
  return shift >= 0 ? sum >> BigInt(shift) : sum << BigInt(-shift)
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

function naturalLogarithm(value: Decimal): Decimal {
  if (value.isNaN()) return value
  checkLogarithm(value)
  if (value === Decimal.INFINITY) return value
  return lnTo(value, resultScale(MIN_SIGNIFICANT_DIGITS - logarithmExponent(value), value.scale))
}

function logarithm(base: Decimal, value: Decimal): Decimal {
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

function exponential(value: Decimal): Decimal {
  if (value.isNaN() || value === Decimal.INFINITY) return value
  if (!value.isFinite()) return Decimal.ZERO
  const weight = Math.min(Math.max(value.toNumber() * Math.LOG10E, -2000), 2000)
  return expTo(value, resultScale(MIN_SIGNIFICANT_DIGITS - Math.trunc(weight), value.scale))
}

function expTo(value: Decimal, scale: number): Decimal {
  const number = value.toNumber()
  if (Math.abs(number) >= MAX_EXPONENT) {
    if (number > 0) throw overflow()
    return Decimal.fromBigInt(0n, scale)
  }
  const bits = bitsFor(scale)
  const inputBits = bits + Math.max(0, Math.ceil(number * Math.LOG2E)) + 32
  return fromFixed(fixedExp(toFixed(value, inputBits), inputBits, bits), bits, scale)
}

function raise(base: Decimal, exponent: Decimal): Decimal {
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
    if (rough > 0) throw overflow()
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
  if (weight > 3 * 32767 * 4) throw overflow()
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
  return checked(power.coefficientAt(scale + 1), scale + 1).round(scale)
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
