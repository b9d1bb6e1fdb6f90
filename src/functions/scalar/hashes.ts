/** MD5, SHA-1 and the SHA-2 family, after RFC 1321 and FIPS 180-4. */
import { heedInterrupt } from '../../interrupt.ts'

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const md5Constants: readonly number[] = Array.from(
  { length: 64 },
  (_, n) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32) | 0,
)

/** The message with a 1 bit, zeros, and its length in bits at the end of a block. */
function padded(bytes: Uint8Array, block: number, lengthBytes: number, littleEndian: boolean): DataView {
  const total = Math.ceil((bytes.length + 1 + lengthBytes) / block) * block
  const buffer = new Uint8Array(total)
  buffer.set(bytes)
  buffer[bytes.length] = 0x80
  const view = new DataView(buffer.buffer)
  view.setBigUint64(total - 8, BigInt(bytes.length) * 8n, littleEndian)
  return view
}

export function md5(bytes: Uint8Array): Uint8Array {
  const view = padded(bytes, 64, 8, true)
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476]
  for (let block = 0; block < view.byteLength; block += 64) {
    heedInterrupt(64)
    let [a, b, c, d] = state
    for (let step = 0; step < 64; step++) {
      const round = step >> 4
      let mixed: number
      let word: number
      if (round === 0) {
        mixed = (b & c) | (~b & d)
        word = step
      } else if (round === 1) {
        mixed = (d & b) | (~d & c)
        word = (5 * step + 1) & 15
      } else if (round === 2) {
        mixed = b ^ c ^ d
        word = (3 * step + 5) & 15
      } else {
        mixed = c ^ (b | ~d)
        word = (7 * step) & 15
      }
      const sum = (a + mixed + md5Constants[step] + view.getInt32(block + word * 4, true)) | 0
      const shift = md5Shifts[round * 4 + (step & 3)]
      a = d
      d = c
      c = b
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
    }
    state[0] = (state[0] + a) | 0
    state[1] = (state[1] + b) | 0
    state[2] = (state[2] + c) | 0
    state[3] = (state[3] + d) | 0
  }
  const digest = new DataView(new ArrayBuffer(16))
  state.forEach((word, index) => {
    digest.setInt32(index * 4, word, true)
  })
  return new Uint8Array(digest.buffer)
}

const sha1Constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc | 0, 0xca62c1d6 | 0]

export function sha1(bytes: Uint8Array): Uint8Array {
  const view = padded(bytes, 64, 8, false)
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
  const words = new Int32Array(80)
  for (let block = 0; block < view.byteLength; block += 64) {
    heedInterrupt(64)
    for (let n = 0; n < 16; n++) words[n] = view.getInt32(block + n * 4)
    for (let n = 16; n < 80; n++) words[n] = rotate(words[n - 3] ^ words[n - 8] ^ words[n - 14] ^ words[n - 16], 31)
    let [a, b, c, d, e] = state
    for (let n = 0; n < 80; n++) {
      const round = Math.floor(n / 20)
      const mixed = round === 0 ? (b & c) | (~b & d) : round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
      const next = (rotate(a, 27) + mixed + e + sha1Constants[round] + words[n]) | 0
      e = d
      d = c
      c = rotate(b, 2)
      b = a
      a = next
    }
    ;[a, b, c, d, e].forEach((word, index) => {
      state[index] = (state[index] + word) | 0
    })
  }
  const digest = new DataView(new ArrayBuffer(20))
  state.forEach((word, index) => {
    digest.setInt32(index * 4, word)
  })
  return new Uint8Array(digest.buffer)
}

const primes: readonly number[] = firstPrimes(80)

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

/** The first 64 bits of the fraction of n's k-th root, by search over integers. */
function rootFraction(n: number, k: 2n | 3n): bigint {
  const target = BigInt(n) << (64n * k)
  let low = 0n
  let high = 1n << 70n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** k <= target) low = middle
    else high = middle
  }
  return BigInt.asUintN(64, low)
}

let rootsCube: readonly bigint[] | undefined

function cubeRoots(): readonly bigint[] {
  rootsCube ??= primes.map((prime) => rootFraction(prime, 3n))
  return rootsCube
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

function sha2Small(bytes: Uint8Array, initial: readonly number[], length: number): Uint8Array {
  const constants = cubeRoots().map((root) => Number(root >> 32n) | 0)
  const view = padded(bytes, 64, 8, false)
  const state = [...initial]
  const words = new Int32Array(64)
  for (let block = 0; block < view.byteLength; block += 64) {
    heedInterrupt(64)
    for (let n = 0; n < 16; n++) words[n] = view.getInt32(block + n * 4)
    for (let n = 16; n < 64; n++) {
      const first = words[n - 15]
      const second = words[n - 2]
      const small = rotate(first, 7) ^ rotate(first, 18) ^ (first >>> 3)
      const large = rotate(second, 17) ^ rotate(second, 19) ^ (second >>> 10)
      words[n] = (words[n - 16] + small + words[n - 7] + large) | 0
    }
    let [a, b, c, d, e, f, g, h] = state
    for (let n = 0; n < 64; n++) {
      const one =
        (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + constants[n] + words[n]) | 0
      const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + one) | 0
      d = c
      c = b
      b = a
      a = (one + two) | 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] = (state[index] + word) | 0
    })
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => {
    digest.setInt32(index * 4, word)
  })
  return new Uint8Array(digest.buffer, 0, length)
}

const mask = (1n << 64n) - 1n
const rotateLarge = (word: bigint, by: bigint): bigint => ((word >> by) | (word << (64n - by))) & mask

function sha2Large(bytes: Uint8Array, initial: readonly bigint[], length: number): Uint8Array {
  const constants = cubeRoots()
  const view = padded(bytes, 128, 16, false)
  const state = [...initial]
  const words: bigint[] = new Array(80)
  for (let block = 0; block < view.byteLength; block += 128) {
    heedInterrupt(128)
    for (let n = 0; n < 16; n++) words[n] = view.getBigUint64(block + n * 8)
    for (let n = 16; n < 80; n++) {
      const first = words[n - 15]
      const second = words[n - 2]
      const small = rotateLarge(first, 1n) ^ rotateLarge(first, 8n) ^ (first >> 7n)
      const large = rotateLarge(second, 19n) ^ rotateLarge(second, 61n) ^ (second >> 6n)
      words[n] = (words[n - 16] + small + words[n - 7] + large) & mask
    }
    let [a, b, c, d, e, f, g, h] = state
    for (let n = 0; n < 80; n++) {
      const mixed = rotateLarge(e, 14n) ^ rotateLarge(e, 18n) ^ rotateLarge(e, 41n)
      const one = (h + mixed + ((e & f) ^ (~e & mask & g)) + constants[n] + words[n]) & mask
      const two = (rotateLarge(a, 28n) ^ rotateLarge(a, 34n) ^ rotateLarge(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c))
      h = g
      g = f
      f = e
      e = (d + one) & mask
      d = c
      c = b
      b = a
      a = (one + two) & mask
    }
    ;[a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] = (state[index] + word) & mask
    })
  }
  const digest = new DataView(new ArrayBuffer(64))
  state.forEach((word, index) => {
    digest.setBigUint64(index * 8, word)
  })
  return new Uint8Array(digest.buffer, 0, length)
}

const squareRoots = (from: number): bigint[] => primes.slice(from, from + 8).map((prime) => rootFraction(prime, 2n))

export function sha256(bytes: Uint8Array): Uint8Array {
  return sha2Small(
    bytes,
    squareRoots(0).map((root) => Number(root >> 32n) | 0),
    32,
  )
}

export function sha224(bytes: Uint8Array): Uint8Array {
  return sha2Small(
    bytes,
    squareRoots(8).map((root) => Number(root & 0xffffffffn) | 0),
    28,
  )
}

export function sha512(bytes: Uint8Array): Uint8Array {
  return sha2Large(bytes, squareRoots(0), 64)
}

export function sha384(bytes: Uint8Array): Uint8Array {
  return sha2Large(bytes, squareRoots(8), 48)
}

/** FNV-1a in 64 bits. */
export function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask
  return hash
}
