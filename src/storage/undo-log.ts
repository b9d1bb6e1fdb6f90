/**
 * What a transaction has done, in order, so that it can go back to a mark. An entry is three words of one array rather than
 * an object: a transaction of many small statements has an entry or two for each, and the collector need not look at them.
 */
import type { RowId } from './interface.ts'
import type { TableStore } from './table-store.ts'

type Undo = () => void

/** Two lowest bits of an entry's first word; above them stands the number of the store. */
const appended = 0
const endedOne = 1
const ended = 2
const changed = 3

const firstCapacity = 16
/** A log that has grown beyond this begins anew when it is cleared. */
const largestKept = 4096
const mostStores = 8
const noWords = new Uint32Array(0)

export class UndoLog {
  /** Per entry: kind and store; a row, or the place in `payloads`; a count. */
  private words: Uint32Array = noWords
  /** The first `storeCount` are meant; places are kept for the next transaction. */
  private readonly stores: TableStore[] = []
  private storeCount = 0
  private payloads: (readonly RowId[] | Undo)[] = []
  length = 0

  /** Rows `first` … `first + count - 1` were appended. */
  appended(store: TableStore, first: RowId, count: number): void {
    this.push(appended, store, first, count)
  }

  ended(store: TableStore, rows: readonly RowId[]): void {
    this.push(ended, store, this.payloads.push(rows) - 1, 0)
  }

  endedOne(store: TableStore, row: RowId): void {
    this.push(endedOne, store, row, 0)
  }

  /** A definition was changed; `undo` changes it back. */
  changed(undo: Undo): void {
    this.push(changed, undefined, this.payloads.push(undo) - 1, 0)
  }

  private push(kind: number, store: TableStore | undefined, row: number, count: number): void {
    const at = 3 * this.length
    if (at === this.words.length) {
      const larger = new Uint32Array(at === 0 ? 3 * firstCapacity : 2 * at)
      larger.set(this.words)
      this.words = larger
    }
    this.words[at] = store === undefined ? kind : 4 * this.numberOf(store) + kind
    this.words[at + 1] = row
    this.words[at + 2] = count
    this.length++
  }

  private numberOf(store: TableStore): number {
    const { stores, storeCount } = this
    for (let number = storeCount - 1; number >= 0; number--) if (stores[number] === store) return number
    stores[storeCount] = store
    return this.storeCount++
  }

  /** Takes back all that was done since the log had `length` entries, the last first. */
  undoTo(length: number): void {
    while (this.length > length) {
      const at = 3 * --this.length
      const row = this.words[at + 1]
      const store = this.stores[this.words[at] >>> 2]
      switch (this.words[at] & 3) {
        case appended:
          store.undoAppend(row, this.words[at + 2])
          break
        case endedOne:
          store.undoEnd([row])
          break
        case ended:
          store.undoEnd(this.payloads.pop() as readonly RowId[])
          break
        default:
          ;(this.payloads.pop() as Undo)()
      }
    }
  }

  /** Forgets all of it. */
  clear(): void {
    this.length = 0
    this.storeCount = 0
    if (this.stores.length > mostStores) this.stores.length = 0
    if (this.payloads.length > 0) this.payloads.length = 0
    if (this.words.length > 3 * largestKept) this.words = noWords
  }
}
