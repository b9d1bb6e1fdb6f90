/**
 * Keeps batches worth their while: where few rows of a batch are left, they are gathered until they fill a dense one.
 * Operators above then run per thousands of rows instead of per handful; copying a row costs far less than calling every
 * operator for it.
 */
import type { ColumnId, OutputColumn } from '../../planner/expression.ts'
import { type Batch, selectedCount } from '../../types/vector.ts'
import { ColumnStore } from './column-store.ts'
import type { QueryMemory } from './memory.ts'

/** A batch of which at least one row in so many is left is passed on as it is. */
const sparseness = 4
const fullRows = 2048

export class Compactor {
  private readonly columns: readonly OutputColumn[]
  private readonly memory: QueryMemory
  private readonly needed: ReadonlySet<ColumnId> | undefined
  private store: ColumnStore | undefined

  constructor(columns: readonly OutputColumn[], memory: QueryMemory, needed?: ReadonlySet<ColumnId>) {
    this.columns = columns
    this.memory = memory
    this.needed = needed
  }

  /** What to yield now that the batch has come; a batch yielded holds until the next call. */
  *push(batch: Batch): Generator<Batch> {
    const count = selectedCount(batch)
    if (count === 0) return
    const { store } = this
    if (count * sparseness >= batch.rowCount || count >= fullRows) {
      if (store !== undefined && store.rowCount > 0) {
        yield store.view(0, store.rowCount)
        store.clear()
      }
      yield batch
      return
    }
    const kept = (this.store ??= new ColumnStore(this.columns, this.memory, this.needed))
    kept.append(batch)
    if (kept.rowCount >= fullRows) {
      yield kept.view(0, kept.rowCount)
      kept.clear()
    }
  }

  /** The rows that are left at the end. */
  *finish(): Generator<Batch> {
    if (this.store !== undefined && this.store.rowCount > 0) yield this.store.view(0, this.store.rowCount)
  }
}
