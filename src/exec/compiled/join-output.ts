/**
 * What a join yields: pairs of a row of the batch at hand and a row of the build side. Where most rows of a batch have
 * one match, the batch itself passes, with the build side's columns laid beside it; else pairs are copied, densely, into
 * a batch of our own.
 */
import type { ColumnId, OutputColumn } from '../../planner/expression.ts'
import type { Batch, Selection, Vector } from '../../types/vector.ts'
import { ColumnStore } from './column-store.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'

/** Pairs beyond which a batch is full. */
export const pairCapacity = 4096
const worthYielding = 2048
/** A batch passes when at least one row in so many has a match. */
const sparseness = 4

export class JoinOutput {
  private readonly columns: readonly OutputColumn[]
  private readonly leftWidth: number
  private readonly build: ColumnStore
  private readonly store: ColumnStore
  private readonly values: readonly ScratchBlock[]
  private readonly validity: readonly ScratchBlock[]
  private readonly needed: readonly boolean[]

  /** @param build the kept rows of the right side, whose columns are the last of `columns` */
  constructor(
    columns: readonly OutputColumn[],
    leftWidth: number,
    build: ColumnStore,
    memory: QueryMemory,
    needed?: ReadonlySet<ColumnId>,
  ) {
    this.columns = columns
    this.leftWidth = leftWidth
    this.build = build
    this.store = new ColumnStore(columns, memory, needed)
    this.values = columns.map(() => new ScratchBlock(memory))
    this.validity = columns.map(() => new ScratchBlock(memory))
    this.needed = columns.map((column) => needed === undefined || needed.has(column.id))
  }

  /** How many pairs may be added before `take` must be called. */
  get room(): number {
    return pairCapacity - this.store.rowCount
  }

  get isWorthYielding(): boolean {
    return this.store.rowCount >= worthYielding
  }

  /** Whether to let the batch pass rather than copy from it: `count` rows, all different, have a match. */
  passes(batch: Batch, count: number): boolean {
    return this.store.rowCount === 0 && count * sparseness >= batch.rowCount
  }

  /** The batch with its matches beside it; `rows` (u16) are all different, `builds` their build rows. Holds until the next call. */
  beside(batch: Batch, rows: number, builds: number, count: number, mayBeNull: boolean): Batch {
    const right = this.build.columns.map((column, i): Vector => {
      const position = this.leftWidth + i
      if (!this.needed[position]) return { layout: 'constant', type: column.type, value: null }
      return column.scatter(
        rows,
        builds,
        count,
        batch.rowCount,
        this.values[position],
        this.validity[position],
        mayBeNull,
      )
    })
    // Where all rows are different, as many as there are is all of them.
    const selection = count === batch.rowCount ? null : { pointer: rows, count }
    return { rowCount: batch.rowCount, columns: [...batch.columns, ...right], selection }
  }

  /** Copies pairs. Build row 0 is NULLs, where `mayBeNull` says that it may come. */
  add(batch: Batch, rows: number, builds: number, count: number, mayBeNull: boolean): void {
    if (count === 0) return
    const { store, leftWidth } = this
    const selection: Selection = { pointer: rows, count }
    const at = store.rowCount
    const move = { count, selection: rows, batch: { ...batch, selection } }
    for (let i = 0; i < leftWidth; i++) store.columns[i].append(batch.columns[i], at, move)
    for (let i = 0; i < this.build.columns.length; i++) {
      store.columns[leftWidth + i].appendTaken(this.build.columns[i], at, builds, count, mayBeNull)
    }
    store.rowCount = at + count
  }

  /** Copies build rows without a left row. */
  addRightOnly(builds: number, count: number): void {
    if (count === 0) return
    const nulls: Batch = {
      rowCount: count,
      columns: this.columns
        .slice(0, this.leftWidth)
        .map((column) => ({ layout: 'constant', type: column.type, value: null })),
      selection: null,
    }
    const at = this.store.rowCount
    for (let i = 0; i < this.leftWidth; i++)
      this.store.columns[i].append(nulls.columns[i], at, { count, selection: 0, batch: nulls })
    for (let i = 0; i < this.build.columns.length; i++) {
      this.store.columns[this.leftWidth + i].appendTaken(this.build.columns[i], at, builds, count, false)
    }
    this.store.rowCount = at + count
  }

  /** The copied pairs, which are then forgotten: the batch holds until pairs are added again. */
  *take(): Generator<Batch> {
    if (this.store.rowCount === 0) return
    yield this.store.view(0, this.store.rowCount)
    this.store.clear()
  }
}
