/**
 * Vectors and batches: how rows travel between operators.
 *
 * A batch holds at most a few thousand rows, column by column. Columns from storage and from kernels lie in the
 * database's linear memory and are named by pointers; columns that the interpreter made are JavaScript arrays. A consumer
 * that cannot use a layout directly reads values through `vectorReader`, or lets `exec` materialise them.
 *
 *   i8 i16 i32 i64   integer-class types (traits.storage 'integer') in any width that holds the values:
 *                    boolean, integers, date, time, timestamps, and numeric as coefficient with one scale per vector
 *   f32 f64          real, double
 *   dictionary       text: u8/u16/u32 codes into a dictionary; equal codes are equal texts and vice versa
 *   refs             text or encoded bytes: (u32 address, u32 byte length) per row, pointing into linear memory
 *   values           any type: JavaScript values, NULL as null
 *   constant         any type: one value for all rows
 *
 * Vectors and the memory they point to belong to the operator that yields them, and hold until it is asked for the next
 * batch. Who keeps rows, copies them.
 */
import type { DataType } from './data-type.ts'
import type { LinearMemory } from './linear-memory.ts'
import type { Value } from './value.ts'

export type FixedLayout = 'i8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64'

export interface FixedVector {
  readonly layout: FixedLayout
  readonly type: DataType
  /** Address of row 0. */
  readonly pointer: number
  /** Address of a byte per row, 1 = valid, 0 = NULL; the address 0 means that no row is NULL. */
  readonly validity: number
  /** numeric: the stored integer is value × 10^scale. 0 for other types. */
  readonly scale: number
  /**
   * Bounds of the stored integers, where storage knows them: of the whole column, moved outward to powers of two so that they
   * seldom change as rows come. (As doubles: may be off by rounding beyond 2^53.)
   */
  readonly min?: number
  readonly max?: number
}

export interface DictionaryVector {
  readonly layout: 'dictionary'
  readonly type: DataType
  readonly pointer: number
  /** Bytes per code. */
  readonly width: 1 | 2 | 4
  readonly validity: number
  readonly dictionary: Dictionary
}

/** Distinct texts, numbered from 0 as they arrived; grows at its end only, while codes stay. */
export interface Dictionary {
  readonly size: number
  /** Address of (u32 address, u32 byte length) per code, into linear memory. */
  readonly refs: number
  /** The text of a code, as a JavaScript string (cached). */
  text(code: number): string
  /** The code of a text, or -1. */
  find(text: string): number
}

export interface RefVector {
  readonly layout: 'refs'
  readonly type: DataType
  readonly pointer: number
  readonly validity: number
  /** The bytes that the pairs point to (not the pairs themselves) hold until the statement ends: they are a table's. */
  readonly stable?: boolean
}

export interface ValuesVector {
  readonly layout: 'values'
  readonly type: DataType
  readonly values: readonly Value[]
}

export interface ConstantVector {
  readonly layout: 'constant'
  readonly type: DataType
  readonly value: Value
}

export type Vector = FixedVector | DictionaryVector | RefVector | ValuesVector | ConstantVector
export type Layout = Vector['layout']

/** The rows that take part, as u16 row ids in linear memory, in order; ids may repeat. */
export interface Selection {
  readonly pointer: number
  readonly count: number
}

export interface Batch {
  /** Rows that the vectors hold. */
  readonly rowCount: number
  readonly columns: readonly Vector[]
  /** Which of them take part; null means all. */
  readonly selection: Selection | null
  /** Row id of row 0, in batches that come straight from a table; row r has firstRowId + r. */
  readonly firstRowId?: number
}

/** How many rows take part. */
export function selectedCount(batch: Batch): number {
  return batch.selection === null ? batch.rowCount : batch.selection.count
}

/** The position in the vectors of the n-th row that takes part. */
export function selectedRow(batch: Batch, n: number, memory: LinearMemory): number {
  return batch.selection === null ? n : memory.u16[(batch.selection.pointer >>> 1) + n]
}
