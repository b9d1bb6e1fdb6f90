/**
 * A result's columns as JavaScript values, a chunk at a time: what an array of the engine holds already is passed on, the
 * commonest conversions are loops over stored integers, and the rest goes through `toApiValue`.
 */
import { apiConverter, toApiValue, type ValueOptions } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'
import { traits } from './types/traits.ts'
import type { Value } from './types/value.ts'

export type Chunk = FixedChunk | readonly Value[]

/** Stored integers or floats; validity 0 = NULL. */
export interface FixedChunk {
  readonly data: Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array
  readonly validity: Uint8Array | null
  readonly scale: number
}

/** Converts chunks of one column; made once for all of them. */
export type ChunkConverter = (chunk: Chunk) => ArrayLike<unknown>

/** @param internal makes the engine's values of a chunk of stored ones */
export function chunkConverter(
  declared: DataType,
  options: ValueOptions,
  internal: (chunk: Chunk) => Iterable<Value>,
): ChunkConverter {
  let type = declared
  while (type.kind === 'domain') type = type.base
  const isIdentity = apiConverter(type, options) === undefined
  const slowly = (chunk: Chunk): unknown[] => {
    const values: unknown[] = []
    for (const value of internal(chunk)) values.push(value === null ? null : toApiValue(value, type, options))
    return values
  }
  const fast = storedConverter(type, options)
  return (chunk) => {
    if (isValues(chunk)) return isIdentity ? chunk : slowly(chunk)
    const { data, validity } = chunk
    if (isIdentity && type.kind !== 'boolean' && !(data instanceof BigInt64Array)) {
      return validity === null ? data : withNulls(data, validity)
    }
    const convert = fast?.(chunk)
    if (convert === undefined) return slowly(chunk)
    const numbers = data instanceof BigInt64Array ? wideNumbers(data) : data
    if (numbers === undefined) return slowly(chunk)
    if (convert !== sameNumber) return converted(numbers, validity, convert)
    return validity === null ? numbers : withNulls(numbers, validity)
  }
}

export function isValues(chunk: Chunk): chunk is readonly Value[] {
  return Array.isArray(chunk)
}

const sameNumber = (stored: number): unknown => stored

function withNulls(data: ArrayLike<number>, validity: Uint8Array): unknown[] {
  const values = new Array<unknown>(data.length)
  for (let i = 0; i < values.length; i++) values[i] = validity[i] === 0 ? null : data[i]
  return values
}

function converted(
  data: ArrayLike<number>,
  validity: Uint8Array | null,
  convert: (stored: number) => unknown,
): ArrayLike<unknown> {
  const values = new Array<unknown>(data.length)
  if (validity === null) for (let i = 0; i < values.length; i++) values[i] = convert(data[i])
  else for (let i = 0; i < values.length; i++) values[i] = validity[i] === 0 ? null : convert(data[i])
  return values
}

/** 64-bit integers as numbers, read as pairs of halves; undefined when one of them is too large for that. */
function wideNumbers(data: BigInt64Array): Int32Array | Float64Array | undefined {
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
  let isNarrow = true
  for (let i = 0; i < halves.length; i += 2) {
    const high = halves[i + 1]
    // |high| < 2^21 keeps the whole below 2^53.
    if (high >= 2097152 || high < -2097152) return undefined
    if (high !== halves[i] >> 31) isNarrow = false
  }
  // Small integers need no box of their own in the rows.
  const numbers = isNarrow ? new Int32Array(data.length) : new Float64Array(data.length)
  if (isNarrow) for (let i = 0; i < numbers.length; i++) numbers[i] = halves[2 * i]
  else for (let i = 0; i < numbers.length; i++) numbers[i] = halves[2 * i + 1] * 4294967296 + (halves[2 * i] >>> 0)
  return numbers
}

/** Conversions of stored integers that are numbers, where they are exact. */
function storedConverter(
  type: DataType,
  options: ValueOptions,
): ((chunk: FixedChunk) => ((stored: number) => unknown) | undefined) | undefined {
  switch (type.kind) {
    case 'boolean':
      return () => (stored) => stored !== 0
    case 'smallint':
    case 'integer':
    case 'oid':
      return () => sameNumber
    case 'bigint':
      if ((options.bigint ?? 'number') !== 'number') return undefined
      return () => sameNumber
    case 'numeric':
      if ((options.decimal ?? 'number') !== 'number') return undefined
      return (chunk) => decimals(chunk)
    case 'timestamp':
    case 'timestamptz':
      if (options.timestamp === 'string') return undefined
      return () => (micros) => new Date(Math.floor(micros / 1000))
    case 'date': {
      const texts = new Map<number, unknown>()
      const entry = traits(type)
      return () => (day) => {
        let text = texts.get(day)
        if (text === undefined) {
          if (texts.size >= mostDates) texts.clear()
          texts.set(day, (text = toApiValue(entry.fromInteger(day, type), type, options)))
        }
        return text
      }
    }
    default:
      return undefined
  }
}

/** Dates come again and again: the texts of this many are kept. */
const mostDates = 20_000

/**
 * A quotient of two exact doubles is the nearest to the decimal, so that 15 digits come back as they were. Where a stored
 * number has more, what can be held exactly is to be looked at one by one.
 */
function decimals({ data, scale }: FixedChunk): ((stored: number) => unknown) | undefined {
  if (scale > 22 || scale < 0) return undefined
  if (data instanceof BigInt64Array && !areShort(data)) return undefined
  const divisor = 10 ** scale
  return (stored) => stored / divisor
}

const shortHigh = Math.floor(1e15 / 4294967296)

function areShort(data: BigInt64Array): boolean {
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
  for (let i = 1; i < halves.length; i += 2) if (halves[i] >= shortHigh || halves[i] < -shortHigh) return false
  return true
}
