/** Selections in the pool: where an operator notes which rows of a batch it passes on. */
import type { Owner, Pool } from '../storage/allocator.ts'
import type { Selection } from '../types/vector.ts'

const owner: Owner = { kind: 'query', name: 'selection' }

/** Room for one selection at a time, taken from the pool when first needed and given back by `free`. */
export class SelectionScratch {
  count = 0
  private readonly pool: Pool
  private address = 0
  private capacity = 0

  constructor(pool: Pool) {
    this.pool = pool
  }

  /** Starts a selection of at most `rowCount` rows. */
  start(rowCount: number): void {
    this.count = 0
    if (rowCount <= this.capacity) return
    this.free()
    this.address = this.pool.allocate(rowCount * 2, owner)
    this.capacity = rowCount
  }

  add(row: number): void {
    this.pool.memory.u16[(this.address >>> 1) + this.count++] = row
  }

  /** The rows added since `start`; holds until the next `start`. */
  selection(): Selection {
    return { pointer: this.address, count: this.count }
  }

  free(): void {
    if (this.capacity === 0) return
    this.pool.free(this.address)
    this.capacity = 0
  }
}
