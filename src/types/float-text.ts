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
  const value = Math.fround(Number(text))
  if (value === Infinity || value === -Infinity || (value === 0 && hasDigits(text))) throw outOfRange(text, 'real')
  return value
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
  if (size === Infinity || value !== value) return special(value)
  return exponential(value.toExponential())
}

/** The text of a real. */
export function formatReal(value: number, extraDigits = 1): string {
  if (extraDigits <= 0) return formatDigits(value, Math.max(1, 6 + extraDigits))
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const size = Math.abs(value)
  if (size === Infinity || value !== value) return special(value)
  if (size < 1e6 && Number.isInteger(value)) return String(value)
  let digits = size < 1.2e-38 ? 1 : 6
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits++
  const shortest = Number(value.toPrecision(digits))
  return Math.abs(shortest) >= 1e-4 && Math.abs(shortest) < 1e6 ? String(shortest) : exponential(shortest.toExponential())
}

function special(value: number): string {
  return value !== value ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** Two digits at least in the exponent. */
function exponential(text: string): string {
  const at = text.length - 2
  return text[at] === '+' || text[at] === '-' ? `${text.slice(0, at + 1)}0${text.slice(at + 1)}` : text
}

/** C's %.*g. */
function formatDigits(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (!Number.isFinite(value)) return special(value)
  const scientific = value.toExponential(digits - 1)
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1))
  if (exponent < -4 || exponent >= digits) {
    return exponential(scientific.replace(/(\.\d*?)0*e/, (_, fraction) => `${fraction === '.' ? '' : fraction}e`))
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - exponent))
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}
