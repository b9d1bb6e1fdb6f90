/** Rows from outside the database, as the planner sees them; the readers of files in `io` implement it. */
import type { OpenPlainReader } from '../io/csv/plain-reader.ts'
import type { ColumnBuilder } from './column-builder.ts'
import type { ColumnRange } from './column-range.ts'
import type { DataType } from './data-type.ts'
import type { LinearMemory } from './linear-memory.ts'
import type { Batch } from './vector.ts'

export interface ExternalSource {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  readonly estimatedRows?: number
  /**
   * Batches with the chosen columns, in order, as vectors of layout 'values' or any other. With `memory`, a reader may fill
   * columns there; they are its own until the caller leaves the loop. Rows outside of `ranges`, which count the source's columns,
   * may be left out.
   */
  read(columns: readonly number[], memory?: SourceMemory, ranges?: readonly ColumnRange[]): Iterable<Batch>
}

/** Columns in the database's memory, for who reads a file into vectors rather than JavaScript values. */
export interface SourceMemory {
  open(types: readonly DataType[]): SourceColumns
  readonly openPlain: OpenPlainReader
  readonly blocks: SourceBlocks
}

/** Blocks of the database's memory, for readers that make vectors themselves. */
export interface SourceBlocks {
  /** Its views are taken anew after each `allocate`. */
  readonly memory: LinearMemory
  /** The address of `bytes` bytes, aligned to 16, with anything in them. @throws SqlError 53200 */
  allocate(bytes: number): number
  free(pointer: number): void
}

export interface SourceColumns {
  readonly columns: readonly ColumnBuilder[]
  /** The rows that the columns hold, as a batch that is valid until `clear`. */
  batch(): Batch
  /** Forgets the rows. */
  clear(): void
  release(): void
}
