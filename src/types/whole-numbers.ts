/** Integers of any size and their decimal digits: what exact decimal numbers are computed with. */

const powersOfTen: bigint[] = [1n]

/** 10^n; small powers are kept. */
export function powerOfTen(n: number): bigint {
  if (n >= 2048) return 10n ** BigInt(n)
  while (powersOfTen.length <= n) powersOfTen.push(powersOfTen[powersOfTen.length - 1] * 10n)
  return powersOfTen[n]
}

export const numberPowers: readonly number[] = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`))

export function magnitude(n: bigint): bigint {
  return n < 0n ? 0n - n : n
}

/** The count of decimal digits of |n|; 1 for 0. */
export function digitCount(n: bigint): number {
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
