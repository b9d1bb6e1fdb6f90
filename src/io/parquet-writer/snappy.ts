/** Snappy's block format: literals and copies of what came up to 64 KiB before. */

const hashBits = 14
const blockBytes = 65536

export function compressSnappy(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(32 + input.length + Math.ceil(input.length / 6))
  let to = 0
  let rest = input.length
  while (rest > 127) {
    output[to++] = (rest & 127) | 128
    rest >>>= 7
  }
  output[to++] = rest
  const table = new Uint16Array(1 << hashBits)
  for (let start = 0; start < input.length; start += blockBytes) {
    to = compressBlock(input, start, Math.min(input.length, start + blockBytes), output, to, table.fill(0))
  }
  return output.slice(0, to)
}

/** `table` has, by the hash of four bytes, where in the block they stood last. */
function compressBlock(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  to: number,
  table: Uint16Array,
): number {
  let literal = start
  let at = start + 1
  let misses = 32
  while (at + 15 < end) {
    const word = wordAt(input, at)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits)
    const candidate = start + table[slot]
    table[slot] = at - start
    if (wordAt(input, candidate) !== word || candidate >= at) {
      at += misses++ >>> 5
      continue
    }
    misses = 32
    let length = 4
    while (at + length < end && input[candidate + length] === input[at + length]) length++
    to = writeLiteral(input, literal, at, output, to)
    to = writeCopy(at - candidate, length, output, to)
    at += length
    literal = at
  }
  return writeLiteral(input, literal, end, output, to)
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
}

function writeLiteral(input: Uint8Array, from: number, end: number, output: Uint8Array, to: number): number {
  const length = end - from
  if (length === 0) return to
  if (length <= 60) output[to++] = (length - 1) << 2
  else if (length <= 256) {
    output[to++] = 60 << 2
    output[to++] = length - 1
  } else {
    output[to++] = 61 << 2
    output[to++] = (length - 1) & 255
    output[to++] = (length - 1) >>> 8
  }
  output.set(input.subarray(from, end), to)
  return to + length
}

function writeCopy(distance: number, length: number, output: Uint8Array, to: number): number {
  while (length > 0) {
    // A rest shorter than four bytes would need another form.
    const part = length <= 64 ? length : length < 68 ? 60 : 64
    output[to++] = ((part - 1) << 2) | 2
    output[to++] = distance & 255
    output[to++] = distance >>> 8
    length -= part
  }
  return to
}
