/** Table scans with filters in kernels. */
import type { PhysicalScan } from '../../../planner/physical-plan.ts'
import { BIGINT } from '../../../types/data-type.ts'
import type { Batch, Selection, Vector } from '../../../types/vector.ts'
import { batchRows, type OpenRequest, type Operator, type RowFilter } from '../../operator.ts'
import { Compactor } from '../compactor.ts'
import { filterLibrary } from '../filter-library.ts'
import { isSelfContained } from '../interpretation.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import { SelectionPlan, Selector } from '../selection.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'
import { filterRanges, rangesOf } from './ranges.ts'

/** Scans whose plan writes to tables: what they read may move while it is kept. */
export const writingScans: WeakSet<PhysicalScan> = new WeakSet()

/** A table's visible rows that pass the conjuncts pushed down and the filters of consumers; sparse batches are gathered. */
export function compiledScan(plan: PhysicalScan, fallback: Operator): Operator | undefined {
  if (plan.sample || !plan.filter.every(isSelfContained)) return undefined
  const filter = plan.filter.length > 0 ? new SelectionPlan(plan.columns, plan.filter) : undefined
  const filterColumns = columnsOf(plan.filter)
  return compiledOperator(plan, [], fallback, {
    reason: () => filter?.reason,
    flows: () => (writingScans.has(plan) || plan.rowId !== undefined ? undefined : 'here'),
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'scan')
      try {
        const selector = filter && new Selector(filter, context, memory)
        const compactor = new Compactor(plan.columns, memory, request.needed)
        const filters = (request.filters ?? []).map((rowFilter) => new RowFiltering(rowFilter, plan, memory))
        const columns = new ScanColumns(plan, filterColumns, request, memory)
        const { transaction } = context
        const batchSize = batchRows(context, request)
        const ranges = [
          ...rangesOf(plan, plan.tableColumns, context),
          ...filterRanges(plan, plan.tableColumns, request.filters ?? []),
        ]
        const options = { columns: columns.tableColumns, batchSize, ranges }
        const batches =
          context.pipeline?.scan(plan, options) ?? transaction.table(plan.table).scan(transaction, options)
        for (const stored of batches) {
          context.checkInterrupt()
          const batch = columns.arrange(stored)
          let selection = batch.selection
          if (selector) selection = selector.select(batch)
          for (const filtering of filters) {
            if (selection?.count === 0) break
            selection = filtering.select(batch, selection)
          }
          if (selection === null) yield batch
          else if (selection.count > 0) yield* compactor.push({ ...batch, selection })
        }
        yield* compactor.finish()
      } finally {
        memory.release()
      }
    },
  })
}

/** Which columns are read, and how storage's batches become those of the plan. */
class ScanColumns {
  readonly tableColumns: readonly number[]
  private readonly plan: PhysicalScan
  /** Per output column, its position in storage's batch, or -1 when it is not read. */
  private readonly sources: readonly number[]
  private readonly stable: boolean
  private readonly rowIds: ScratchBlock | undefined

  constructor(plan: PhysicalScan, filterColumns: ReadonlySet<number>, request: OpenRequest, memory: QueryMemory) {
    const { needed, filters = [] } = request
    const isRead = (id: number): boolean =>
      needed === undefined || needed.has(id) || filterColumns.has(id) || filters.some((filter) => filter.column === id)
    const tableColumns: number[] = []
    this.plan = plan
    this.sources = plan.columns.map((column, i) => {
      if (i >= plan.tableColumns.length || !isRead(column.id)) return -1
      return tableColumns.push(plan.tableColumns[i]) - 1
    })
    this.tableColumns = tableColumns
    this.stable = !writingScans.has(plan)
    const wantsRowIds = plan.rowId !== undefined && isRead(plan.rowId)
    this.rowIds = wantsRowIds ? new ScratchBlock(memory) : undefined
    this.memory = memory
  }

  private readonly memory: QueryMemory

  arrange(batch: Batch): Batch {
    const { plan, stable } = this
    const columns = this.sources.map((source, i): Vector => {
      if (source < 0) {
        if (plan.columns[i].id === plan.rowId && this.rowIds) return this.rowIdVector(batch)
        return { layout: 'constant', type: plan.columns[i].type, value: null }
      }
      const vector = batch.columns[source]
      return stable && vector.layout === 'refs' ? { ...vector, stable } : vector
    })
    return { ...batch, columns }
  }

  private rowIdVector(batch: Batch): Vector {
    const pointer = this.rowIds!.ensure(batch.rowCount * 8)
    const { i64 } = this.memory.memory
    const first = BigInt(batch.firstRowId!)
    for (let row = 0; row < batch.rowCount; row++) i64[(pointer >>> 3) + row] = first + BigInt(row)
    return { layout: 'i64', type: BIGINT, pointer, validity: 0, scale: 0 }
  }
}

/** Applies a consumer's filter to batches. */
class RowFiltering {
  private readonly filter: RowFilter
  private readonly position: number
  private readonly memory: QueryMemory
  private readonly target: ScratchBlock

  constructor(filter: RowFilter, plan: PhysicalScan, memory: QueryMemory) {
    this.filter = filter
    this.position = plan.columns.findIndex((column) => column.id === filter.column)
    this.memory = memory
    this.target = new ScratchBlock(memory)
  }

  private seen = 0
  private passed = 0

  /** A filter that most rows pass costs more than it saves: it is given up after the first batches. */
  private get isUseless(): boolean {
    return this.seen > 32768 && this.passed > this.seen * 0.9
  }

  select(batch: Batch, selection: Selection | null): Selection | null {
    if (this.isUseless) return selection
    const vector = batch.columns[this.position]
    if (vector === undefined || !('scale' in vector) || vector.scale !== this.filter.scale) return selection
    if (vector.layout === 'f32' || vector.layout === 'f64') return selection
    const { low, size, bits } = this.filter
    const target = this.target.ensure(batch.rowCount * 2 + 16)
    const kernel = library(filterLibrary, this.memory.memory)[`filter_${vector.layout}`]
    const from = selection === null ? 0 : selection.pointer
    const before = selection === null ? batch.rowCount : selection.count
    const count = kernel(vector.pointer, vector.validity, from, before, low, size, bits, target)
    this.seen += before
    this.passed += count
    return { pointer: target, count }
  }
}
