/**
 * What a kernel must know of a vector to read it: its layout, whether it has NULLs, its scale and how large its integers
 * can be. Shapes are small numbers, so that a batch is matched to a kernel by comparing a few integers, and bounds are
 * rounded up to a few widths, so that a kernel serves all segments of a column.
 */
import type { DataType } from '../../types/data-type.ts'
import type { FixedLayout, Vector } from '../../types/vector.ts'

/** How values are computed with: boolean as i32, integers (scaled numerics too) as i64, floats as f64, text by its bytes. */
export type ValueClass = 'boolean' | 'integer' | 'float' | 'text'

export function valueClass(type: DataType): ValueClass | undefined {
  switch (type.kind) {
    case 'boolean':
      return 'boolean'
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'oid':
    case 'numeric':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'integer'
    case 'real':
    case 'double':
      return 'float'
    case 'text':
    case 'varchar':
    case 'name':
      return 'text'
    case 'domain':
      return valueClass(type.base)
    default:
      return undefined
  }
}

export function underlying(type: DataType): DataType {
  return type.kind === 'domain' ? underlying(type.base) : type
}

export type ShapeLayout =
  | FixedLayout
  | 'dictionary1'
  | 'dictionary2'
  | 'dictionary4'
  | 'refs'
  | 'scalar'
  | 'null'
  | 'wide'

const layouts: readonly ShapeLayout[] = [
  'i8',
  'i16',
  'i32',
  'i64',
  'f32',
  'f64',
  'dictionary1',
  'dictionary2',
  'dictionary4',
  'refs',
  'scalar',
  'null',
  'wide',
]

/** Magnitude bits to which bounds are rounded up; 64 stands for "not known to fit". */
const widths: readonly number[] = [1, 7, 11, 15, 19, 23, 27, 31, 39, 47, 55, 62, 64]

export interface Shape {
  readonly layout: ShapeLayout
  readonly nullable: boolean
  readonly scale: number
  /** Bounds of the integers that are not NULL. */
  readonly low: number
  readonly high: number
}

const layoutBits = 4
const scaleShift = layoutBits + 1
const negativeShift = scaleShift + 6
const widthShift = negativeShift + 1
const maximumScale = 63

/** The shape of a vector as a number; -1 when no kernel reads it: JavaScript values, and scales beyond what shapes hold. */
export function shapeOf(vector: Vector): number {
  switch (vector.layout) {
    case 'values':
    case 'constant':
      return -1
    case 'refs':
      // Encoded bytes, of a numeric without a scale for instance, must be decoded first.
      if (valueClass(vector.type) !== 'text') return -1
      return 9 | (vector.validity === 0 ? 0 : 1 << layoutBits)
    case 'dictionary':
      return (vector.width === 1 ? 6 : vector.width === 2 ? 7 : 8) | (vector.validity === 0 ? 0 : 1 << layoutBits)
    default:
      return fixedShape(vector.layout, vector.validity !== 0, vector.scale, vector.min, vector.max)
  }
}

const fixedNumbers: Readonly<Record<FixedLayout, number>> = { i8: 0, i16: 1, i32: 2, i64: 3, f32: 4, f64: 5 }

function fixedShape(layout: FixedLayout, nullable: boolean, scale: number, min?: number, max?: number): number {
  if (scale > maximumScale) return -1
  const base = fixedNumbers[layout] | (nullable ? 1 << layoutBits : 0) | (scale << scaleShift)
  if (layout === 'f32' || layout === 'f64') return base
  const natural = layout === 'i8' ? 7 : layout === 'i16' ? 15 : layout === 'i32' ? 31 : 64
  const known = min !== undefined && max !== undefined && min <= max
  const negative = !known || min < 0
  const bits = known ? Math.min(natural, magnitudeBits(min, max)) : natural
  return base | (negative ? 1 << negativeShift : 0) | (widthIndex(bits) << widthShift)
}

/** The shape of one value for all rows: its integer, or null. */
export function scalarShape(isNull: boolean, scale: number, integer: bigint): number {
  if (isNull) return 11 | (1 << layoutBits)
  const value = Number(integer)
  return (
    10 |
    (scale << scaleShift) |
    (value < 0 ? 1 << negativeShift : 0) |
    (widthIndex(magnitudeBits(value, value)) << widthShift)
  )
}

/** The shape of a numeric, the same for all rows, that does not fit 64 bits: good for comparisons only. */
export const wideShape = 12

/** Bits that hold 0 … max and, below zero, -1 … min. */
function magnitudeBits(min: number, max: number): number {
  const largest = Math.max(max + 1, -min)
  if (largest < 2 ** 31) return largest <= 1 ? 0 : 32 - Math.clz32(largest - 1)
  return largest >= 2 ** 62 ? 64 : Math.ceil(Math.log2(largest))
}

/** Per number of bits, the place of the smallest width that holds them. */
const widthIndexes = Uint8Array.from({ length: 65 }, (_, bits) => widths.findIndex((width) => width >= bits))

function widthIndex(bits: number): number {
  return widthIndexes[bits]
}

export function decodeShape(id: number): Shape {
  const bits = widths[(id >> widthShift) & 15]
  const bound = bits === 64 ? Infinity : 2 ** bits
  return {
    layout: layouts[id & 15],
    nullable: ((id >> layoutBits) & 1) === 1,
    scale: (id >> scaleShift) & maximumScale,
    low: ((id >> negativeShift) & 1) === 1 ? -bound : 0,
    high: bound === Infinity ? Infinity : bound - 1,
  }
}

const exactMask = 15 | (maximumScale << scaleShift)

/** Whether a kernel made for the shape `own` also reads vectors of the shape `other`. */
export function shapeCovers(own: number, other: number): boolean {
  if (own === other) return true
  if (((own ^ other) & exactMask) !== 0) return false
  const nullable = (other >> layoutBits) & 1
  const negative = (other >> negativeShift) & 1
  return (
    ((own >> layoutBits) & 1) >= nullable &&
    ((own >> negativeShift) & 1) >= negative &&
    ((own >> widthShift) & 15) >= ((other >> widthShift) & 15)
  )
}
