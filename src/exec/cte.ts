/** Common table expressions: computed as they are read, kept for all who read them, recursive or not. */
import { AssertionError } from '../error.ts'
import type { PhysicalCteScan, PhysicalRecursiveCte, PhysicalWith } from '../planner/physical-plan.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import { dependencies } from './dependencies.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { bufferBatches, RowBuffer, valuesBatch } from './rows.ts'

/** The rows of a CTE as the statement's CteScans read them: those of its definition, or of a recursive CTE's last step. */
interface CteRows {
  scan(plan: PhysicalCteScan, context: ExecutionContext): Iterable<Batch>
}

/** Defines a CTE for its input. It is computed as far as it is read; one that changes data runs at once, read or not. */
export function withCte(plan: PhysicalWith, definition: Operator, input: Operator): Operator {
  const changesData = isChange(definition)
  return {
    columns: plan.columns,
    plan,
    inputs: [definition, input],
    path: 'interpreted',
    *open(context) {
      const cte = new SharedRows(plan.cte, definition, context)
      context.ctes.set(plan.cte, cte)
      try {
        if (changesData) {
          const { changedRows } = context
          while (cte.pull());
          context.changedRows = changedRows
        }
        yield* input.open(context)
      } finally {
        cte.close()
      }
    },
  }
}

/** The rows of a definition, kept as they are drawn, for any number of readers. */
class SharedRows implements CteRows {
  private readonly cte: number
  private readonly context: ExecutionContext
  private readonly batches: Iterator<Batch>
  private readonly kept: RowBuffer[] = []
  private readonly width: number
  private isDone = false
  /** What a recursive definition has put in the CTE's place while it runs: its working table. */
  private inner: unknown

  constructor(cte: number, definition: Operator, context: ExecutionContext) {
    this.cte = cte
    this.context = context
    this.width = definition.columns.length
    this.batches = definition.open(context)[Symbol.iterator]()
  }

  /** Draws one more batch; false when there is none. */
  pull(): boolean {
    if (this.isDone) return false
    const { context, cte } = this
    const outer = context.ctes.get(cte)
    context.ctes.set(cte, this.inner)
    const step = this.batches.next()
    this.inner = context.ctes.get(cte)
    context.ctes.set(cte, outer)
    if (step.done) {
      this.isDone = true
      return false
    }
    const rows = new RowBuffer(this.width)
    rows.keep(step.value, context)
    this.kept.push(rows)
    return true
  }

  *scan(plan: PhysicalCteScan): Generator<Batch> {
    for (let n = 0; n < this.kept.length || this.pull(); n++) {
      this.context.checkInterrupt()
      const rows = this.kept[n]
      yield valuesBatch(plan.columns, rows.columns, rows.rowCount)
    }
  }

  close(): void {
    if (!this.isDone) this.batches.return?.()
    this.isDone = true
  }
}

/** The rows of one step of a recursive CTE. */
function workingTable(rows: RowBuffer): CteRows {
  return { scan: (plan, context) => bufferBatches(plan.columns, rows.columns, rows.rowCount, context) }
}

function isChange({ plan, inputs }: Operator): boolean {
  const { kind } = plan
  return kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'merge' || inputs.some(isChange)
}

/** The rows of a CTE. */
export function cteScan(plan: PhysicalCteScan): Operator {
  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    open(context) {
      const cte = context.ctes.get(plan.cte) as CteRows | undefined
      if (!cte) throw new AssertionError(`CTE "${plan.name}" is not in reach`)
      return cte.scan(plan, context)
    },
  }
}

/**
 * UNION [ALL] of `left` and, again and again, `right` over the rows of the step before, until a step adds none. Without
 * ALL, rows that were there before are dropped. Rows are passed on as they come, for there may be no end of them.
 */
export function recursiveCte(plan: PhysicalRecursiveCte, left: Operator, right: Operator): Operator {
  const isRecursive = dependencies(plan.right).ctes.has(plan.cte)

  /** One step: passes the new rows on, and keeps them in `rows`. */
  function* step(
    input: Operator,
    seen: KeyTable | undefined,
    rows: RowBuffer,
    context: ExecutionContext,
  ): Generator<Batch> {
    for (const batch of input.open(context)) {
      context.checkInterrupt()
      const first = rows.rowCount
      if (seen) addNew(rows, batch, seen, context)
      else rows.keep(batch, context)
      if (rows.rowCount === first) continue
      const columns = rows.columns.map((column) => column.slice(first))
      yield valuesBatch(plan.columns, columns, rows.rowCount - first)
    }
  }

  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    *open(context) {
      const width = plan.columns.length
      const seen = plan.all ? undefined : new KeyTable(plan.columns.map((column) => column.type))
      let rows = new RowBuffer(width)
      yield* step(left, seen, rows, context)
      while (rows.rowCount > 0) {
        context.checkInterrupt()
        context.ctes.set(plan.cte, workingTable(rows))
        rows = new RowBuffer(width)
        yield* step(right, seen, rows, context)
        if (!isRecursive) break
      }
    },
  }
}

function addNew(rows: RowBuffer, batch: Batch, seen: KeyTable, context: ExecutionContext): void {
  const { memory } = context.pool
  const readers = batch.columns.map((vector) => vectorReader(vector, memory))
  const count = selectedCount(batch)
  for (let n = 0; n < count; n++) {
    const row = selectedRow(batch, n, memory)
    const values = readers.map((reader) => reader(row))
    const before = seen.size
    if (seen.insert(values) !== before) continue
    for (let column = 0; column < values.length; column++) rows.columns[column].push(values[column])
    rows.rowCount++
  }
}
