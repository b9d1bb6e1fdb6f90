/** Which kernel reads the fields of a column, and what it must be told of the type. */
import type { SegmentBuilder } from '../../../storage/column-builder.ts'
import type { LinearMemory } from '../../../types/linear-memory.ts'
import type { LibraryPart } from '../library.ts'
import { csvNumberLibrary } from './number-library.ts'

export interface KernelChoice {
  readonly library: LibraryPart
  readonly name: string
  /** Writes what the kernel looks up: at most 256 bytes. */
  prepare(memory: LinearMemory, spec: number): void
}

/** The same bounds as those of io/csv/convert.ts, where doubles are exact. */
const largest = 999_999_999_999_999
const mostDigits = 15

/** The kernel for numbers, dates and timestamps; undefined for types that have none. */
export function integerKernel(builder: SegmentBuilder): KernelChoice | undefined {
  const { type, column } = builder
  switch (type.kind) {
    case 'smallint':
      return choose(`integer_${column.encoding}`, { low: -32768, high: 32767 })
    case 'integer':
      return choose(`integer_${column.encoding}`, { low: -2147483648, high: 2147483647 })
    case 'bigint':
      return choose(`integer_${column.encoding}`, { low: -largest, high: largest })
    case 'numeric': {
      const { precision = 0, scale = 0 } = type
      if (precision === 0 || column.encoding !== 'i64' || scale < 0 || scale >= mostDigits) return undefined
      const high = Math.min(10 ** precision - 1, largest)
      return choose(scale === 0 ? 'integer_i64' : 'decimal_i64', { low: -high, high, scale })
    }
    case 'date':
      return choose('date_i32', {})
    case 'timestamp':
      return type.precision === undefined ? choose('timestamp_i64', {}) : undefined
    case 'double':
      return { library: csvNumberLibrary, name: 'double_f64', prepare: writePowers }
    default:
      return undefined
  }
}

function choose(name: string, { low = 0, high = 0, scale = 0 }): KernelChoice {
  return {
    library: csvNumberLibrary,
    name,
    prepare({ u8, f64, i32 }, spec) {
      // Where each of sixteen digits comes from once the point, `scale` places before the end, is taken out.
      for (let i = 0; i < 16; i++) u8[spec + i] = i > 15 - scale ? i : i === 0 ? 255 : i - 1
      f64[(spec >>> 3) + 2] = high + 1
      f64[(spec >>> 3) + 3] = low - 1
      i32[(spec >>> 2) + 8] = scale
    },
  }
}

function writePowers({ f64 }: LinearMemory, spec: number): void {
  for (let i = 0; i <= mostDigits; i++) f64[(spec >>> 3) + i] = 10 ** i
}
