/** The build side of a join: its rows, kept, and the table of their keys. */
import type { ColumnId, OutputColumn } from '../../planner/expression.ts'
import { type Batch, selectedCount, type Vector } from '../../types/vector.ts'
import type { ExecutionContext, OpenRequest, RowFilter } from '../operator.ts'
import { ColumnStore } from './column-store.ts'
import { Evaluation } from './evaluation.ts'
import { JoinKeys, type KeyVector } from './join-keys.ts'
import { JoinTable } from './join-table.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { moveLibrary } from './move-library.ts'
import type { JoinPlan } from './operators/hash-join.ts'
import { columnsOf } from './operators/compiled-operator.ts'

/** A filter of left rows is worth applying when it is missing at least this part of its range. */
const worthwhileGaps = 0.25

export class BuildSide {
  readonly payload: ColumnStore
  readonly rowCount: number
  /** Whether a row's (first) key is NULL; known for joins that ask, those that are `nullAware`. */
  readonly hasNullKey: boolean
  private readonly join: JoinPlan
  private readonly memory: QueryMemory
  private readonly keys: JoinKeys
  private readonly table: JoinTable
  private readonly validity: ScratchBlock

  /** Reads the right side to its end. @param payload the columns whose values pairs will need */
  constructor(join: JoinPlan, context: ExecutionContext, request: OpenRequest, payload: ReadonlySet<ColumnId>, memory: QueryMemory) {
    const { plan, right } = join
    this.join = join
    this.memory = memory
    this.validity = new ScratchBlock(memory)
    this.payload = new ColumnStore(right.columns, memory, payload, plan.right.estimatedRows)
    const keyColumns: OutputColumn[] = plan.rightKeys.map((key, i) => ({ id: -1 - i, name: `key ${i}`, type: key.type }))
    const keyStore = new ColumnStore(keyColumns, memory, undefined, plan.right.estimatedRows)
    const evaluation = new Evaluation(join.rightKeys, context, memory)
    const rightIds = new Set(right.columns.map((column) => column.id))
    const needed = new Set([...[...payload].filter((id) => rightIds.has(id)), ...columnsOf(plan.rightKeys)])
    const filters = plan.type === 'inner' ? request.filters?.filter((filter) => rightIds.has(filter.column)) : undefined
    for (const batch of right.open(context, { needed, filters })) {
      context.checkInterrupt()
      if (selectedCount(batch) === 0) continue
      this.payload.append(batch)
      keyStore.append({ ...batch, columns: evaluation.evaluate(batch) })
    }
    this.rowCount = keyStore.rowCount
    this.keys = new JoinKeys(plan.rightKeys.map((key) => key.type), plan.nullsEqual, memory)
    const all = keyStore.view(0, this.rowCount)
    const vectors = this.keys.columns.map((column, i) => column.vector(all.columns[i], all, true))
    this.hasNullKey = plan.nullAware && this.hasNull(vectors[0])
    this.table = this.makeTable(vectors)
    // The payload has what pairs need of the keys.
    for (const column of keyStore.columns) column.free()
  }

  get isUnique(): boolean {
    return this.table.isUnique
  }

  get next(): number {
    return this.table.next
  }

  private hasNull({ validity, count }: KeyVector): boolean {
    return validity !== 0 && this.memory.memory.u8.subarray(validity, validity + count).includes(0)
  }

  private makeTable(vectors: readonly KeyVector[]): JoinTable {
    const bounds = vectors.map((vector, i) => this.boundsOf(vector, i))
    if (this.keys.plain) return new JoinTable(vectors[0], bounds[0].low, bounds[0].high, this.memory)
    this.keys.settle(bounds)
    const combined = this.keys.combine(vectors, true)
    const { domain } = this.keys
    return new JoinTable(combined, this.rowCount === 0 ? 1 : 0, this.rowCount === 0 ? 0 : domain - 1, this.memory)
  }

  private boundsOf(vector: KeyVector, index: number): { low: number; high: number } {
    const column = this.keys.columns[index]
    if (column.isText) return { low: 0, high: column.textCount - 1 }
    const target = this.memory.allocate(16)
    library(moveLibrary, this.memory.memory)[`bounds_${vector.access}`](vector.pointer, vector.validity, vector.selection, vector.count, target)
    const { i64 } = this.memory.memory
    const bounds = { low: Number(i64[target >>> 3]), high: Number(i64[(target >>> 3) + 1]) }
    this.memory.free(target)
    return bounds
  }

  /** Writes the first build row of each row's key, or 0, to `target`. */
  look(vectors: readonly Vector[], batch: Batch, target: number): void {
    this.table.look(this.keys.vector(vectors, batch, false), target)
  }

  /** A validity byte per row of a key vector; 0 when none is NULL. */
  validityOf(vector: Vector, batch: Batch): number {
    if (vector.layout !== 'values' && vector.layout !== 'constant') return vector.validity
    const isNull = (row: number): boolean => (vector.layout === 'values' ? vector.values[row] : vector.value) === null
    const target = this.validity.ensure(batch.rowCount)
    for (let row = 0; row < batch.rowCount; row++) this.memory.memory.u8[target + row] = isNull(row) ? 0 : 1
    return target
  }

  /** What left rows must have in a column to find a build row; undefined when that would keep nearly all. */
  filterFor(column: ColumnId): RowFilter | undefined {
    const { array } = this.table
    if (!this.keys.plain || !array || array.size === 0) return undefined
    const [key] = this.join.plan.leftKeys
    if (this.keys.columns[0].isText || key.type.kind === 'boolean') return undefined
    if (this.table.keyCount > array.size * (1 - worthwhileGaps)) return undefined
    return { column, low: array.low, size: array.size, scale: this.keys.columns[0].commonScale, bits: this.table.keySet(this.memory) }
  }
}
