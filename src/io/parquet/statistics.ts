/** What the footer of a file says about the values of a column chunk, and whether any of them can be within given bounds. */
import type { ColumnRange } from '../../types/column-range.ts'
import { flatForm } from './flat-form.ts'
import { floorDivide, leafType, type ParquetElement } from './leaf.ts'

export interface ChunkStatistics {
  readonly min?: unknown
  readonly max?: unknown
  readonly min_value?: unknown
  readonly max_value?: unknown
}

/** How hyparquet is to read statistics: dates as days, timestamps as microseconds; of texts nothing is made. */
export const statisticsParsers = {
  dateFromDays: (days: number): number => days,
  timestampFromMilliseconds: (millis: bigint): bigint => millis * 1000n,
  timestampFromMicroseconds: (micros: bigint): bigint => micros,
  timestampFromNanoseconds: (nanos: bigint): bigint => floorDivide(nanos, 1000n),
  stringFromBytes: (): undefined => undefined,
  uuidFromBytes: (): undefined => undefined,
}

/** Whether no value of the chunk lies within the range. Statistics that are missing or of another kind exclude nothing. */
export function excludes(
  statistics: ChunkStatistics | undefined,
  element: ParquetElement,
  range: ColumnRange,
): boolean {
  if (statistics === undefined) return false
  const stored = storedBounds(statistics, element)
  if (stored === undefined) return false
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = range
  return stored.min > high || stored.max < low
}

function storedBounds(
  { min, max, min_value = min, max_value = max }: ChunkStatistics,
  element: ParquetElement,
): { readonly min: number; readonly max: number } | undefined {
  const form = flatForm(element)
  const least = asNumber(min_value)
  const most = asNumber(max_value)
  if (form === undefined || least === undefined || most === undefined) return undefined
  switch (leafType(element).kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return { min: least, max: most }
    case 'real':
    case 'double':
      // NaN is greater than all numbers, and statistics leave it out.
      return { min: least, max: Number.POSITIVE_INFINITY }
    case 'numeric': {
      if (element.converted_type !== 'DECIMAL') return undefined
      const factor = 10 ** form.scale
      return { min: least * factor - slack(least * factor), max: most * factor + slack(most * factor) }
    }
    default:
      return undefined
  }
}

/** Covers what was rounded: hyparquet says decimals as doubles. */
function slack(value: number): number {
  return 1 + Math.abs(value) * 2 ** -50
}

function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined
}
