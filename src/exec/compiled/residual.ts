/** The rest of a join's condition, beside the equality of keys: a predicate over candidate pairs. */
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import type { Batch } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { ColumnStore } from './column-store.ts'
import { joinLibrary } from './join-library.ts'
import { library } from './library.ts'
import type { QueryMemory } from './memory.ts'
import { columnsOf } from './operators/compiled-operator.ts'
import { SelectionPlan, Selector } from './selection.ts'

export class ResidualPlan {
  readonly columns: readonly OutputColumn[]
  readonly leftWidth: number
  readonly selection: SelectionPlan
  readonly used: ReadonlySet<number>

  constructor(left: readonly OutputColumn[], right: readonly OutputColumn[], conjuncts: readonly Expression[]) {
    this.columns = [...left, ...right]
    this.leftWidth = left.length
    this.selection = new SelectionPlan(this.columns, conjuncts)
    this.used = columnsOf(conjuncts)
  }

  get reason(): string | undefined {
    return this.selection.reason
  }
}

export class Residual {
  private readonly plan: ResidualPlan
  private readonly build: ColumnStore
  private readonly pairs: ColumnStore
  private readonly selector: Selector
  private readonly memory: QueryMemory

  constructor(plan: ResidualPlan, build: ColumnStore, context: ExecutionContext, memory: QueryMemory) {
    this.plan = plan
    this.build = build
    this.pairs = new ColumnStore(plan.columns, memory, plan.used)
    this.selector = new Selector(plan.selection, context, memory)
    this.memory = memory
  }

  /** Keeps, of `count` pairs, those for which the condition is true; returns how many. */
  keep(batch: Batch, rows: number, builds: number, count: number): number {
    if (count === 0) return 0
    const { pairs, plan, build } = this
    pairs.clear()
    const selection = { pointer: rows, count }
    const move = { count, selection: rows, batch: { ...batch, selection } }
    for (let i = 0; i < plan.leftWidth; i++) pairs.columns[i].append(batch.columns[i], 0, move)
    for (let i = 0; i < build.columns.length; i++)
      pairs.columns[plan.leftWidth + i].appendTaken(build.columns[i], 0, builds, count, false)
    const kept = this.selector.select(pairs.view(0, count))
    if (kept.count < count) library(joinLibrary, this.memory.memory).compress(rows, builds, kept.pointer, kept.count)
    return kept.count
  }
}
