/** What DuckDB asks of numbers besides PostgreSQL: the gamma function, neighbours of doubles, signs; UUIDs with a time. */
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, REAL, TEXT, TIMESTAMPTZ, UUID } from '../../types/data-type.ts'
import { inputOutOfRange, invalidParameter } from '../errors.ts'
import { type FunctionContext, overload, type ScalarFunction, scalar } from '../function.ts'

/** Lanczos' approximation with g = 607/128, good to fifteen digits. */
const lanczos = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488,
  0.00021743961811521265, -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
]

/** The logarithm of gamma(x), x at least 0.5. */
function logGammaAbove(x: number): number {
  const base = x + 607 / 128 - 0.5
  const series = lanczos.reduce((sum, coefficient, i) => (i === 0 ? coefficient : sum + coefficient / (x - 1 + i)))
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series)
}

function logGamma(x: number): number {
  if (x === 0) throw inputOutOfRange()
  if (Number.isInteger(x) && x > 0 && x < 171) return Math.log(gamma(x))
  if (Number.isInteger(x) && x < 0) return Infinity
  if (x < 0.5) return Math.log(Math.abs(Math.PI / Math.sin(Math.PI * x))) - logGammaAbove(1 - x)
  return logGammaAbove(x)
}

function gamma(x: number): number {
  if (x === 0) throw inputOutOfRange()
  if (Number.isInteger(x)) {
    if (x < 0) return NaN
    let product = 1
    for (let factor = 2; factor < x && product < Infinity; factor++) product *= factor
    return product
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x))
  return Math.exp(logGammaAbove(x))
}

/** Away from zero to an even integer. */
function even(x: number): number {
  const size = Math.ceil(Math.abs(x) / 2) * 2
  return x < 0 ? -size : size
}

/** The next double, or real, after one number on the way to another. */
function nextAfter(view: DataView, bytes: 4 | 8): (from: number, to: number) => number {
  return (from, to) => {
    if (Number.isNaN(from) || Number.isNaN(to)) return NaN
    if (from === to) return to
    if (bytes === 8) {
      view.setFloat64(0, from)
      const bits = view.getBigInt64(0)
      view.setBigInt64(0, from === 0 ? 1n : bits + (to > from === from > 0 ? 1n : -1n))
      const next = view.getFloat64(0)
      return from === 0 && to < 0 ? -next : next
    }
    view.setFloat32(0, from)
    const bits = view.getInt32(0)
    view.setInt32(0, from === 0 ? 1 : bits + (to > from === from > 0 ? 1 : -1))
    const next = view.getFloat32(0)
    return from === 0 && to < 0 ? -next : next
  }
}

const scratch = new DataView(new ArrayBuffer(8))

function signBit(value: number): boolean {
  return value < 0 || Object.is(value, -0)
}

function padBits(bits: string, length: number): string {
  if (/[^01]/.test(bits)) throw invalidParameter(`"${bits}" is not a bit string`)
  if (length < bits.length || length === 0) throw invalidParameter('the length must be at least that of the bit string')
  return bits.padStart(length, '0')
}

/** The digits of a UUID without its hyphens. */
function digitsOf(uuid: string): string {
  return uuid.replaceAll('-', '')
}

function version(uuid: string): number | null {
  const digits = digitsOf(uuid)
  return '89ab'.includes(digits[16]) ? Number.parseInt(digits[12], 16) : null
}

/** Of version 7 the milliseconds it was made at. */
function timeOf(uuid: string): bigint {
  if (version(uuid) !== 7) throw invalidParameter('only UUIDs of version 7 have a time')
  return BigInt(`0x${digitsOf(uuid).slice(0, 12)}`) * 1000n
}

function makeTimed(context: FunctionContext): string {
  const digits = Array.from({ length: 20 }, () => Math.floor(context.random() * 16))
  digits[0] = 7
  digits[4] = (digits[4] & 3) | 8
  const millis = (context.clock() / 1000n).toString(16).padStart(12, '0')
  const all = millis + digits.map((digit) => digit.toString(16)).join('')
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join('-')
}

export const numberFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'gamma',
    category: 'mathematics',
    doc: 'The gamma function: the factorial of x - 1.',
    examples: [['gamma(5)', '24']],
    overloads: [overload([DOUBLE], DOUBLE, gamma)],
  }),
  scalar({
    name: 'lgamma',
    category: 'mathematics',
    doc: 'The logarithm of the gamma function.',
    examples: [['lgamma(2)', '0']],
    overloads: [overload([DOUBLE], DOUBLE, logGamma)],
  }),
  scalar({
    name: 'even',
    category: 'mathematics',
    doc: 'The number rounded away from zero to an even integer.',
    examples: [['even(2.9)', '4']],
    overloads: [overload([DOUBLE], DOUBLE, even)],
  }),
  scalar({
    name: 'nextafter',
    category: 'mathematics',
    doc: 'The next floating-point number after one on the way to another.',
    examples: [['nextafter(1::double precision, 2::double precision)', '1.0000000000000002']],
    overloads: [
      overload([DOUBLE, DOUBLE], DOUBLE, nextAfter(scratch, 8)),
      overload([REAL, REAL], REAL, nextAfter(scratch, 4)),
    ],
  }),
  scalar({
    name: 'signbit',
    category: 'mathematics',
    doc: 'Whether the sign of a floating-point number is minus, that of zero too.',
    examples: [["signbit('-0'::double precision)", 't']],
    overloads: [overload([DOUBLE], BOOLEAN, signBit), overload([REAL], BOOLEAN, signBit)],
  }),
  scalar({
    name: 'bitstring',
    category: 'bit strings',
    doc: 'A bit string with zeros before it, to a length.',
    examples: [["bitstring('1010', 7)", '0001010']],
    overloads: [
      overload([TEXT], { kind: 'varbit' }, (bits) => padBits(bits, bits.length)),
      overload([TEXT, INTEGER], { kind: 'varbit' }, padBits),
      overload([{ kind: 'varbit' }, INTEGER], { kind: 'varbit' }, padBits),
    ],
  }),
  scalar({
    name: 'uuid_extract_version',
    category: 'system',
    doc: 'The version of a UUID; NULL where it is of another kind.',
    examples: [["uuid_extract_version('019482e4-1441-7aad-8127-eec99573b0a0')", '7']],
    overloads: [
      overload([UUID], BIGINT, (uuid) => {
        const found = version(uuid)
        return found === null ? null : BigInt(found)
      }),
    ],
  }),
  scalar({
    name: 'uuid_extract_timestamp',
    category: 'system',
    doc: 'When a UUID of version 7 was made.',
    examples: [["uuid_extract_timestamp('019482e4-1441-7aad-8127-eec99573b0a0')", '2025-01-20 08:46:13.057+00']],
    overloads: [overload([UUID], TIMESTAMPTZ, timeOf)],
  }),
  scalar({
    name: 'uuidv7',
    category: 'system',
    doc: 'A UUID that begins with the time (version 7).',
    examples: [['uuid_extract_version(uuidv7())', '7']],
    volatility: 'volatile',
    overloads: [overload([], UUID, makeTimed, { context: true, volatility: 'volatile' })],
  }),
]
