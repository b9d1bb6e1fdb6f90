/** Distinct values by HyperLogLog: 2048 registers, an error of some 2 %. */
import type { LinearMemory } from '../types/linear-memory.ts'
import { addressAt, byteLengthAt, codeAt, isNullAt, type Segment } from './segment.ts'

export type Sketch = Uint8Array

const registers = 2048
const registerBits = 11

export function createSketch(): Sketch {
  return new Uint8Array(registers)
}

/** Mixes 64 bits into 32, well enough that each bit of the result depends on all. */
function mix(low: number, high: number): number {
  let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0xc2b2ae35) ^ high
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0x27d4eb2f)
  return hash ^ (hash >>> 16)
}

function note(sketch: Sketch, hash: number): void {
  const register = hash & (registers - 1)
  const rank = Math.clz32(hash >>> registerBits) - registerBits + 1
  if (rank > sketch[register]) sketch[register] = rank
}

/** Adds the first `rows` values of a segment. */
export function addSegment(sketch: Sketch, segment: Segment, rows: number, memory: LinearMemory): void {
  const { validity } = segment
  switch (segment.encoding) {
    case 'dictionary':
      addCodes(sketch, segment, rows, memory)
      return
    case 'heap':
      addBytes(sketch, segment, rows, memory)
      return
    case 'f32':
      for (let row = 0; row < rows; row++) {
        if (validity !== 0 && memory.u8[validity + row] === 0) continue
        note(sketch, mix(memory.i32[(segment.pointer >>> 2) + row], 0))
      }
      return
    case 'i64':
    case 'f64': {
      const { i32, u8 } = memory
      const base = segment.pointer >>> 2
      for (let row = 0; row < rows; row++) {
        if (validity !== 0 && u8[validity + row] === 0) continue
        const low = i32[base + 2 * row]
        const high = i32[base + 2 * row + 1]
        note(sketch, mix(low, segment.encoding === 'i64' && high === low >> 31 ? 0 : high))
      }
      return
    }
    case 'i32': {
      const { i32, u8 } = memory
      const base = segment.pointer >>> 2
      for (let row = 0; row < rows; row++) {
        if (validity === 0 || u8[validity + row] !== 0) note(sketch, mix(i32[base + row], 0))
      }
      return
    }
    default:
      addSmall(sketch, segment, rows, memory)
  }
}

/** Integers of one or two bytes: each that occurs is noted once. */
function addSmall(sketch: Sketch, segment: Segment, rows: number, memory: LinearMemory): void {
  const seen = new Uint8Array(65536)
  const { i8, i16 } = memory
  const { pointer, encoding } = segment
  for (let row = 0; row < rows; row++) {
    if (isNullAt(segment, row, memory)) continue
    seen[(encoding === 'i8' ? i8[pointer + row] : i16[(pointer >>> 1) + row]) + 32768] = 1
  }
  for (let value = 0; value < seen.length; value++) if (seen[value] === 1) note(sketch, mix(value - 32768, 0))
}

function addCodes(sketch: Sketch, segment: Segment, rows: number, memory: LinearMemory): void {
  const dictionary = segment.dictionary!
  const seen = new Uint8Array(dictionary.size)
  for (let row = 0; row < rows; row++) {
    if (segment.validity === 0 || memory.u8[segment.validity + row] !== 0) seen[codeAt(segment, row, memory)] = 1
  }
  const refs = dictionary.refs >>> 2
  for (let code = 0; code < seen.length; code++) {
    if (seen[code] === 1) {
      note(sketch, hashEnds(memory, memory.u32[refs + 2 * code], memory.u32[refs + 2 * code + 1]))
    }
  }
}

function addBytes(sketch: Sketch, segment: Segment, rows: number, memory: LinearMemory): void {
  for (let row = 0; row < rows; row++) {
    if (segment.validity !== 0 && memory.u8[segment.validity + row] === 0) continue
    note(sketch, hashEnds(memory, addressAt(segment, row, memory), byteLengthAt(segment, row, memory)))
  }
}

/** Hashes the length and up to 16 bytes at either end: texts that agree in all of that are rare enough for an estimate. */
function hashEnds(memory: LinearMemory, address: number, length: number): number {
  const { u8 } = memory
  let hash = length
  const head = address + Math.min(length, 16)
  for (let at = address; at < head; at++) hash = Math.imul(hash ^ u8[at], 0x01000193)
  let tail = 0
  for (let at = Math.max(head, address + length - 16); at < address + length; at++) {
    tail = Math.imul(tail ^ u8[at], 0x01000193)
  }
  return mix(hash, tail)
}

export function mergeSketch(into: Sketch, from: Sketch): void {
  for (let i = 0; i < registers; i++) if (from[i] > into[i]) into[i] = from[i]
}

export function estimateDistinct(sketch: Sketch): number {
  let sum = 0
  let zeros = 0
  for (let i = 0; i < registers; i++) {
    sum += 2 ** -sketch[i]
    if (sketch[i] === 0) zeros++
  }
  const estimate = ((0.7213 / (1 + 1.079 / registers)) * registers * registers) / sum
  if (estimate <= 2.5 * registers && zeros > 0) return Math.round(registers * Math.log(registers / zeros))
  return Math.round(estimate)
}
