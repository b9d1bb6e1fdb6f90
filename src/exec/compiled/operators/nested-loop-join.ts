/** Joins without keys, with kernels. */
import type { NestedLoopJoin, PhysicalPlan } from '../../../planner/physical-plan.ts'
import type { Value } from '../../../types/value.ts'
import { type Batch, type ConstantVector, type Selection, selectedCount, selectedRow } from '../../../types/vector.ts'
import { vectorReader } from '../../../types/vector-reader.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../../operator.ts'
import { Compactor } from '../compactor.ts'
import { isSelfContained } from '../interpretation.ts'
import { joinLibrary } from '../join-library.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import { SelectionPlan, Selector } from '../selection.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'
import { compiledHashJoin } from './hash-join.ts'

/**
 * Joins on any condition. Where the right side is one row, of a scalar subquery mostly, each batch of the left side is
 * filtered with the row's values as constants; else all pairs are formed, as a hash join without keys, and filtered.
 */
export function compiledNestedLoopJoin(
  plan: NestedLoopJoin,
  left: Operator,
  right: Operator,
  fallback: Operator,
): Operator | undefined {
  if (plan.nullAware || !plan.condition.every(isSelfContained)) return undefined
  if (!isOneRow(plan.right)) {
    const type = plan.type === 'cross' ? 'inner' : plan.type
    const keyless = { leftKeys: [], rightKeys: [], nullsEqual: [], filter: plan.condition, rightUnique: false }
    return compiledHashJoin({ ...plan, ...keyless, kind: 'hash-join', type }, left, right, fallback)
  }
  if (
    plan.type !== 'inner' &&
    plan.type !== 'cross' &&
    plan.type !== 'left' &&
    plan.type !== 'semi' &&
    plan.type !== 'anti'
  )
    return undefined
  const filter =
    plan.condition.length > 0 ? new SelectionPlan([...left.columns, ...right.columns], plan.condition) : undefined
  return compiledOperator(plan, [left, right], fallback, {
    reason: () => filter?.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'nested loop join')
      try {
        const rows = rightRows(plan, right, context, request)
        const selector = filter && new Selector(filter, context, memory)
        const compactor = new Compactor(plan.columns, memory, request.needed)
        const loop = new Loop(plan, rows, selector, memory)
        const leftIds = new Set(left.columns.map((column) => column.id))
        const passed = request.filters?.filter((rowFilter) => leftIds.has(rowFilter.column))
        const needed = request.needed && new Set([...request.needed, ...columnsOf(plan.condition)])
        for (const batch of left.open(context, { needed, filters: passed })) {
          context.checkInterrupt()
          if (selectedCount(batch) === 0) continue
          for (const result of loop.join(batch)) {
            context.checkInterrupt()
            yield* compactor.push(result)
          }
        }
        yield* compactor.finish()
      } finally {
        memory.release()
      }
    },
  })
}

function isOneRow(plan: PhysicalPlan): boolean {
  if (plan.kind === 'project' || plan.kind === 'filter') return isOneRow(plan.input)
  return (plan.kind === 'aggregate' && plan.groups.length === 0) || (plan.kind === 'values' && plan.rows.length === 1)
}

/** The right side's rows, each as constants. */
function rightRows(
  plan: NestedLoopJoin,
  right: Operator,
  context: ExecutionContext,
  request: OpenRequest,
): ConstantVector[][] {
  const needed = request.needed && new Set([...request.needed, ...columnsOf(plan.condition)])
  const rows: ConstantVector[][] = []
  for (const batch of right.open(context, { needed })) {
    context.checkInterrupt()
    const readers = batch.columns.map((vector) => vectorReader(vector, context.pool.memory))
    for (let n = 0; n < selectedCount(batch); n++) {
      const row = selectedRow(batch, n, context.pool.memory)
      rows.push(
        readers.map((read, i): ConstantVector => {
          const value: Value = read(row)
          return { layout: 'constant', type: right.columns[i].type, value }
        }),
      )
    }
  }
  return rows
}

class Loop {
  private readonly plan: NestedLoopJoin
  private readonly rows: readonly ConstantVector[][]
  private readonly selector: Selector | undefined
  private readonly memory: QueryMemory
  private readonly flags: ScratchBlock
  private readonly chosen: ScratchBlock

  constructor(
    plan: NestedLoopJoin,
    rows: readonly ConstantVector[][],
    selector: Selector | undefined,
    memory: QueryMemory,
  ) {
    this.plan = plan
    this.rows = rows
    this.selector = selector
    this.memory = memory
    this.flags = new ScratchBlock(memory)
    this.chosen = new ScratchBlock(memory)
  }

  /** What a left batch contributes. */
  *join(batch: Batch): Generator<Batch> {
    const { type } = this.plan
    if (type === 'inner' || type === 'cross') {
      for (const row of this.rows) {
        const selection = this.matches(batch, row)
        if (selection === null || selection.count > 0)
          yield { ...batch, columns: [...batch.columns, ...row], selection }
      }
      return
    }
    const { memory } = this.memory
    const flags = this.flags.ensure(batch.rowCount)
    memory.fill(0, flags, batch.rowCount)
    for (const row of this.rows) {
      const selection = this.matches(batch, row)
      if (selection === null) memory.fill(1, flags, batch.rowCount)
      else library(joinLibrary, this.memory.memory).flagRows(selection.pointer, selection.count, flags)
      if (type === 'left' && (selection === null || selection.count > 0)) {
        yield { ...batch, columns: [...batch.columns, ...row], selection }
      }
    }
    const left = this.flagged(batch, flags, type === 'semi' ? 1 : 0)
    if (left.count === 0) return
    const nulls =
      type === 'left'
        ? this.plan.right.columns.map(
            (column): ConstantVector => ({ layout: 'constant', type: column.type, value: null }),
          )
        : []
    yield { ...batch, columns: [...batch.columns, ...nulls], selection: left }
  }

  /** The left rows that go with a right row; null when they all do. */
  private matches(batch: Batch, row: readonly ConstantVector[]): Selection | null {
    if (!this.selector) return batch.selection
    return this.selector.select({ ...batch, columns: [...batch.columns, ...row] })
  }

  private flagged(batch: Batch, flags: number, wanted: number): Selection {
    const pointer = this.chosen.ensure(batch.rowCount * 2 + 16)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    const kernel = library(joinLibrary, this.memory.memory).selectFlagged
    return { pointer, count: kernel(flags, selection, selectedCount(batch), wanted, pointer) }
  }
}
