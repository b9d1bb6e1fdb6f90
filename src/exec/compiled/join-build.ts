/** The build side of a join: its rows, kept, and the table of their keys. */
import type { ColumnId, Expression, OutputColumn } from '../../planner/expression.ts'
import { type Batch, selectedCount, type Vector } from '../../types/vector.ts'
import type { ExecutionContext, Operator, RowFilter, Threads } from '../operator.ts'
import { gatheredRows } from '../parallel/gathered.ts'
import { ColumnStore } from './column-store.ts'
import { Evaluation, type EvaluationPlan } from './evaluation.ts'
import { JoinKeys, type KeyVector } from './join-keys.ts'
import { AllRows, JoinTable, type Presence, presenceOf, type RowTable } from './join-table.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { moveLibrary } from './move-library.ts'
import { columnsOf } from './operators/compiled-operator.ts'
import { valueClass } from './shape.ts'

/** A filter of the other side's rows is worth applying when it lacks at least this part of its range. */
const worthwhileGaps = 0.25
/** Bits of a filter: so many for each row of the build side, or of the other side, and this many in any case. */
const bitsPerRow = 64
const bitsPerProbeRow = 8
const fewBits = 2 ** 23
const mostBits = 2 ** 29

/** Where the build side comes from, and what is wanted of it. */
export interface BuildSource {
  readonly operator: Operator
  readonly keys: EvaluationPlan
  readonly nullsEqual: readonly boolean[]
  /** The columns whose values pairs will need. */
  readonly payload: ReadonlySet<ColumnId>
  /** Filters of consumers that may be applied to the rows. */
  readonly filters?: readonly RowFilter[]
  readonly asksForNulls: boolean
  /** Nothing asks for rows that no row of the other side finds, so that they may stand in any order. */
  readonly anyOrder: boolean
  /** The other side's keys, where its rows are of no use without a match; else none. */
  readonly probeKeys: readonly Expression[]
  /** How many rows the other side is expected to have. */
  readonly probeRows: number
}

/** A build side that has been read to its end. */
export interface FinishedSide {
  readonly payload: ColumnStore
  readonly rowCount: number
  readonly hasNullKey: boolean
  readonly probeFilters: readonly RowFilter[]
  readonly isUnique: boolean
  readonly next: number
  readonly lengths: number
  look(vectors: readonly Vector[], batch: Batch, target: number): void
  validityOf(vector: Vector, batch: Batch): number
}

export class BuildSide implements FinishedSide {
  payload: ColumnStore
  readonly rowCount: number
  /** Whether a row's (first) key is NULL, where the source asks for it. */
  readonly hasNullKey: boolean
  /** Which rows of the other side can find a build row at all, by one key column each. */
  readonly probeFilters: readonly RowFilter[]
  private readonly memory: QueryMemory
  readonly keys: JoinKeys
  readonly table: RowTable
  private readonly validity: ScratchBlock
  private readonly threads: Threads | undefined

  /** Reads the operator to its end. */
  constructor(source: BuildSource, context: ExecutionContext, memory: QueryMemory) {
    const { operator, keys, payload } = source
    this.memory = memory
    this.threads = context.threads
    this.validity = new ScratchBlock(memory)
    const own = new Set(operator.columns.map((column) => column.id))
    const needed = new Set([...[...payload].filter((id) => own.has(id)), ...columnsOf(keys.expressions)])
    const filters = source.filters?.filter((filter) => own.has(filter.column))
    this.payload = gatheredRows(operator, context, { needed, filters, wide: true }, memory)
    this.rowCount = this.payload.rowCount
    const all = this.payload.view(0, this.rowCount)
    const computed = this.computedKeys(keys, context)
    this.keys = new JoinKeys(
      keys.expressions.map((key) => key.type),
      source.nullsEqual,
      memory,
    )
    const vectors = this.keys.columns.map((column, i) => {
      const position = keys.positions[i]
      return column.vector(
        position >= 0 ? all.columns[position] : computed!.columns[i].view(0, this.rowCount),
        all,
        true,
      )
    })
    const bounds = vectors.map((vector, i) => this.boundsOf(vector, i))
    this.hasNullKey = source.asksForNulls && this.hasNull(vectors[0])
    const filtering = source.probeKeys.map((key, i) => this.filterOf(vectors[i], i, key, bounds[i], source.probeRows))
    this.probeFilters = filtering.flatMap((found) => found?.filter ?? [])
    this.table = this.makeTable(vectors, bounds, source.anyOrder, filtering[0]?.presence)
    if (computed) for (const column of computed.columns) column.free()
    for (const [i, { id }] of operator.columns.entries()) if (!payload.has(id)) this.payload.columns[i].free()
    if (this.table instanceof JoinTable && this.table.order) this.payload = this.regrouped(this.table.order, source)
  }

  /** The keys that are no columns. */
  private computedKeys(keys: EvaluationPlan, context: ExecutionContext): ColumnStore | undefined {
    if (keys.positions.every((position) => position >= 0)) return undefined
    const columns = keys.expressions.map(({ type }, i): OutputColumn => ({ id: i, name: '', type }))
    const computed = new Set(columns.map(({ id }) => id).filter((i) => keys.positions[i] < 0))
    const store = new ColumnStore(columns, this.memory, computed, this.rowCount)
    const evaluation = new Evaluation(keys, context, this.memory)
    for (let start = 0; start < this.rowCount; start += context.batchSize) {
      context.checkInterrupt()
      const batch = this.payload.view(start, Math.min(context.batchSize, this.rowCount - start))
      store.append({ ...batch, columns: evaluation.evaluate(batch) })
    }
    return store
  }

  /** The payload with the rows of each key side by side. */
  private regrouped(order: { address: number; count: number }, { operator, payload }: BuildSource): ColumnStore {
    const { address, count } = order
    const grouped = new ColumnStore(operator.columns, this.memory, payload, count)
    grouped.columns.forEach((column, i) => {
      const old = this.payload.columns[i]
      column.appendTaken(old, 0, address, count, false)
      old.detach(column)
    })
    grouped.rowCount = count
    this.memory.free(address)
    return grouped
  }

  get isUnique(): boolean {
    return this.table.isUnique
  }

  get next(): number {
    return this.table.next
  }

  get lengths(): number {
    return this.table.lengths
  }

  private hasNull({ validity, count }: KeyVector): boolean {
    return validity !== 0 && this.memory.memory.u8.subarray(validity, validity + count).includes(0)
  }

  private makeTable(
    vectors: readonly KeyVector[],
    bounds: readonly { low: number; high: number }[],
    anyOrder: boolean,
    presence: Presence | undefined,
  ): RowTable {
    if (vectors.length === 0) return new AllRows(this.rowCount, this.memory)
    if (this.keys.plain)
      return new JoinTable(vectors[0], bounds[0].low, bounds[0].high, this.memory, this.threads, anyOrder, presence)
    this.keys.settle(bounds)
    const combined = this.keys.combine(vectors, true)
    const { domain } = this.keys
    const [low, high] = this.rowCount === 0 ? [1, 0] : [0, domain - 1]
    return new JoinTable(combined, low, high, this.memory, this.threads, anyOrder)
  }

  private boundsOf(vector: KeyVector, index: number): { low: number; high: number } {
    const column = this.keys.columns[index]
    if (column.isText) return { low: 0, high: column.textCount - 1 }
    const target = this.memory.allocate(16)
    library(moveLibrary, this.memory.memory)[`bounds_${vector.access}`](
      vector.pointer,
      vector.validity,
      vector.selection,
      vector.count,
      target,
    )
    const { i64 } = this.memory.memory
    const bounds = { low: Number(i64[target >>> 3]), high: Number(i64[(target >>> 3) + 1]) }
    this.memory.free(target)
    return bounds
  }

  /** Writes the first build row of each row's key, or 0, to `target`. */
  look(vectors: readonly Vector[], batch: Batch, target: number): void {
    lookUpKeys(this.keys, this.table, vectors, batch, target)
  }

  /** A validity byte per row of a key vector; 0 when none is NULL. */
  validityOf(vector: Vector, batch: Batch): number {
    return validityByRow(vector, batch, this.validity, this.memory)
  }

  /** What rows of the other side must have in a key column to find a build row; undefined where that would keep nearly all. */
  private filterOf(
    vector: KeyVector,
    index: number,
    key: Expression,
    { low, high }: { low: number; high: number },
    probeRows: number,
  ): { readonly filter: RowFilter; readonly presence: Presence } | undefined {
    const column = this.keys.columns[index]
    if (key.kind !== 'column' || column.isText || column.nullsEqual || valueClass(key.type) !== 'integer')
      return undefined
    const size = high - low + 1
    const most = Math.max(fewBits, vector.count * bitsPerRow, probeRows * bitsPerProbeRow)
    if (low > high || Math.abs(low) > 2 ** 51 || size > Math.min(mostBits, most)) return undefined
    const presence = presenceOf(vector, low, size, this.memory)
    const { bits, present } = presence
    if (present > size * (1 - worthwhileGaps)) {
      this.memory.free(bits)
      return undefined
    }
    return { filter: { column: key.id, low, size, scale: column.commonScale, bits }, presence }
  }
}

/** Looks the keys of a batch up in a finished table. */
export function lookUpKeys(
  keys: JoinKeys,
  table: RowTable,
  vectors: readonly Vector[],
  batch: Batch,
  target: number,
): void {
  const none: KeyVector = { access: 'i64', pointer: 0, validity: 0, selection: 0, count: selectedCount(batch) }
  table.look(vectors.length === 0 ? none : keys.vector(vectors, batch, false), target)
}

/** A validity byte per row of a key vector; 0 when none is NULL. */
export function validityByRow(vector: Vector, batch: Batch, block: ScratchBlock, memory: QueryMemory): number {
  if (vector.layout !== 'values' && vector.layout !== 'constant') return vector.validity
  const isNull = (row: number): boolean => (vector.layout === 'values' ? vector.values[row] : vector.value) === null
  const target = block.ensure(batch.rowCount)
  for (let row = 0; row < batch.rowCount; row++) memory.memory.u8[target + row] = isNull(row) ? 0 : 1
  return target
}
