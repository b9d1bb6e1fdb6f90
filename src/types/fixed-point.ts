/**
 * Logarithm and exponential to any count of digits, on fixed-point numbers: integers that count units of 2^-bits.
 */
import { integerSquareRoot, magnitude } from './whole-numbers.ts'

/** The bits that hold so many decimal digits, with a margin that covers what the series lose. */
export function bitsFor(digits: number): number {
  return Math.ceil(Math.max(digits, 0) * 3.3219280948873626) + 64
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
export function fixedLn(numerator: bigint, denominator: bigint, bits: number): bigint {
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
export function fixedExp(x: bigint, xBits: number, bits: number): bigint {
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
