/** Rows from outside the database, as the planner sees them; the readers of files in `io` implement it. */
import type { DataType } from './data-type.ts'
import type { Batch } from './vector.ts'

export interface ExternalSource {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  readonly estimatedRows?: number
  /** Batches with the chosen columns, in order, as vectors of layout 'values' or any other. */
  read(columns: readonly number[]): Iterable<Batch>
}
