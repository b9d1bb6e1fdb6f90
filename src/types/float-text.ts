/** Floating-point numbers as text: the shortest digits that read back the same, in PostgreSQL's layout. */
import { SqlError } from '../error.ts'

const floatPattern = /^[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/

function outOfRange(text: string, type: string): SqlError {
  return new SqlError('numeric_value_out_of_range', `"${text.trim()}" is out of range for type ${type}`)
}

function invalid(text: string, type: string): SqlError {
  return new SqlError('invalid_text_representation', `invalid input syntax for type ${type}: "${text}"`)
}

function parseSpecial(text: string, type: string): number {
  switch (text.trim().toLowerCase()) {
    case 'nan':
    case '+nan':
    case '-nan':
      return NaN
    case 'infinity':
    case '+infinity':
    case 'inf':
    case '+inf':
      return Infinity
    case '-infinity':
    case '-inf':
      return -Infinity
    default:
      return parseHexadecimal(text, type)
  }
}

/** C's hexadecimal form: 0x1.8p3 is 12. */
function parseHexadecimal(text: string, type: string): number {
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i.exec(text.trim())
  if (!match || !(match[2] || match[3])) throw invalid(text, type)
  const digits = match[2] + (match[3] ?? '')
  const size = Number(BigInt(`0x${digits}`)) * 2 ** (Number(match[4] ?? 0) - 4 * (match[3] ?? '').length)
  if (size === Infinity) throw outOfRange(text, type)
  return match[1] === '-' ? -size : size
}

/** Reads a double precision number. */
export function parseDouble(text: string): number {
  if (!floatPattern.test(text)) return parseSpecial(text, 'double precision')
  const value = Number(text)
  if (value === Infinity || value === -Infinity || (value === 0 && hasDigits(text))) {
    throw outOfRange(text, 'double precision')
  }
  return value
}

/** Reads a real, rounded to the nearest one. */
export function parseReal(text: string): number {
  if (!floatPattern.test(text)) return Math.fround(parseSpecial(text, 'real'))
  const value = nearestReal(Number(text), () => text)
  if (value === Infinity || value === -Infinity || (value === 0 && hasDigits(text))) throw outOfRange(text, 'real')
  return value
}

/**
 * The real that is nearest to a decimal number, given the nearest double: rounding twice would be wrong where that lies
 * halfway between two reals and the number does not.
 */
export function nearestReal(double: number, text: () => string): number {
  const real = Math.fround(double)
  const other = Number.isFinite(double) ? realBeyond(double, real) : undefined
  if (other === undefined) return real
  const order = compareSizes(text(), double)
  return order === 0 || order > 0 !== Math.abs(real) < Math.abs(double) ? real : other
}

/** What the next real would be if there were one. */
function withoutInfinity(real: number): number {
  return Number.isFinite(real) ? real : Math.sign(real) * 2 ** 128
}

/** Whether a decimal is further from zero than a double (1), nearer (-1) or equally far (0). */
function compareSizes(text: string, double: number): number {
  const [, whole, fraction, exponent] = /^\s*[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?/i.exec(text)!
  let size = Math.abs(double)
  let halvings = 0
  for (; !Number.isInteger(size); size *= 2) halvings++
  const power = Number(exponent ?? 0) - fraction.length
  const left = (BigInt(whole + fraction) << BigInt(halvings)) * 10n ** BigInt(Math.max(0, power))
  const right = BigInt(size) * 10n ** BigInt(Math.max(0, -power))
  return left < right ? -1 : left > right ? 1 : 0
}

/** Whether the mantissa has a digit other than 0. */
function hasDigits(text: string): boolean {
  return /[1-9]/.test(text.replace(/[eE].*/, ''))
}

/** The text of a double; `extraDigits` is the setting extra_float_digits. */
export function formatDouble(value: number, extraDigits = 1): string {
  if (extraDigits <= 0) return formatDigits(value, Math.max(1, 15 + extraDigits))
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e15) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (size === Infinity || Number.isNaN(value)) return special(value)
  return exponential(size < 2 ** 53 ? value.toExponential() : largeDigits(value))
}

/** The text of a real. */
export function formatReal(value: number, extraDigits = 1): string {
  if (extraDigits <= 0) return formatDigits(value, Math.max(1, 6 + extraDigits))
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const size = Math.abs(value)
  if (size === Infinity || Number.isNaN(value)) return special(value)
  if (size < 1e6 && Number.isInteger(value)) return String(value)
  let digits = size < 1.2e-38 ? 1 : 6
  let shortest = nearestDigits(value, digits)
  while (digits < 9 && !isReadAs(shortest, value)) {
    shortest = nearestDigits(value, ++digits)
  }
  return Math.abs(shortest) >= 1e-4 && Math.abs(shortest) < 1e6
    ? String(shortest)
    : exponential(shortest.toExponential())
}

function special(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** Two digits at least in the exponent. */
function exponential(text: string): string {
  const at = text.length - 2
  return text[at] === '+' || text[at] === '-' ? `${text.slice(0, at + 1)}0${text.slice(at + 1)}` : text
}

/**
 * The decimal of so many digits that is nearest to a real. Below a power of two reals are twice as dense as above, so
 * that the nearest may be read as another real and the next one away from zero as this one.
 */
function nearestDigits(value: number, digits: number): number {
  const text = exponentialDigits(value, digits)
  const nearest = Number(text)
  if (realOf(nearest) === value || Math.abs(nearest) > Math.abs(value)) return nearest
  const point = text.indexOf('e')
  const mantissa = BigInt(text.slice(0, point).replace('.', ''))
  const next = Number(`${value < 0 ? mantissa - 1n : mantissa + 1n}e${Number(text.slice(point + 1)) - digits + 1}`)
  return realOf(next) === value ? next : nearest
}

/** The real of a decimal of few digits, which a double tells from all others. */
function realOf(decimal: number): number {
  return nearestReal(decimal, () => String(decimal))
}

/** Whether a decimal is read as a real, and not by a rule for ties. */
function isReadAs(decimal: number, real: number): boolean {
  return (
    realOf(decimal) === real &&
    (realBeyond(decimal, real) === undefined || compareSizes(String(decimal), decimal) !== 0)
  )
}

const words = new DataView(new ArrayBuffer(8))

/** The real on the other side of a double, when that lies halfway between it and the given one. */
function realBeyond(double: number, real: number): number | undefined {
  if (double === real) return undefined
  words.setFloat32(0, real)
  words.setInt32(0, words.getInt32(0) + (Math.abs(double) > Math.abs(real) ? 1 : -1))
  const other = words.getFloat32(0)
  return (withoutInfinity(real) + withoutInfinity(other)) / 2 === double ? other : undefined
}

/** The shortest digits of an integer beyond 2^53 that are nearer to it than to the doubles beside it. */
function largeDigits(value: number): string {
  const size = Math.abs(value)
  const exact = size < 1e40 ? BigInt(size) : 0n
  let text = size.toExponential()
  for (let digits = text.indexOf('e') - 1; exact > 0n && digits < 17; digits++) {
    const point = text.indexOf('e')
    const mantissa = text.slice(0, point).replace('.', '')
    const decimal = BigInt(mantissa) * 10n ** BigInt(Number(text.slice(point + 1)) - mantissa.length + 1)
    words.setFloat64(0, size)
    words.setBigInt64(0, words.getBigInt64(0) + (decimal > exact ? 1n : -1n))
    if (decimal === exact || decimal * 2n !== exact + BigInt(words.getFloat64(0))) break
    text = size.toExponential(mantissa.length)
  }
  return value < 0 ? `-${text}` : text
}

/** C's %.*e with a count of significant digits: unlike toExponential, what is exactly halfway goes to the even digit. */
export function exponentialDigits(value: number, digits: number): string {
  const text = value.toExponential(digits - 1)
  const next = value.toExponential(Math.min(digits, 100))
  if (next[next.indexOf('e') - 1] !== '5' || Number(next) !== value) return text
  const further = value.toExponential(Math.min(digits + 29, 100))
  const point = further.indexOf('e')
  const mantissa = further.slice(value < 0 ? 1 : 0, point).replace('.', '')
  if (mantissa[digits] !== '5' || Number(mantissa[digits - 1]) % 2 !== 0 || !/^0*$/.test(mantissa.slice(digits + 1))) {
    return text
  }
  return `${value < 0 ? '-' : ''}${mantissa[0]}.${mantissa.slice(1, digits)}${further.slice(point)}`
}

/** C's %.*g. */
function formatDigits(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (!Number.isFinite(value)) return special(value)
  const scientific = exponentialDigits(value, digits)
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1))
  if (exponent < -4 || exponent >= digits) {
    return exponential(scientific.replace(/(\.\d*?)0*e/, (_, fraction) => `${fraction === '.' ? '' : fraction}e`))
  }
  const mantissa = scientific.slice(value < 0 ? 1 : 0, scientific.indexOf('e')).replace('.', '')
  const fixed =
    exponent < 0
      ? `0.${'0'.repeat(-exponent - 1)}${mantissa}`
      : `${mantissa.slice(0, exponent + 1)}.${mantissa.slice(exponent + 1)}`
  return (value < 0 ? '-' : '') + fixed.replace(/\.?0*$/, '')
}
