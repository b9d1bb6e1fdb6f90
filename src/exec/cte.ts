import { AssertionError } from '../error.ts'
import type { PhysicalCteScan, PhysicalRecursiveCte, PhysicalWith } from '../planner/physical-plan.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import { dependencies } from './dependencies.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { bufferBatches, materialise, RowBuffer } from './rows.ts'

/** The rows of a CTE, computed when first read; or those of a recursive CTE's last step. */
interface CteRows {
  read(): RowBuffer
}

/** Defines a CTE for its input. One that changes data runs at once, whether it is read or not. */
export function withCte(plan: PhysicalWith, definition: Operator, input: Operator): Operator {
  const changesData = isChange(definition)
  return {
    columns: plan.columns,
    plan,
    inputs: [definition, input],
    path: 'interpreted',
    *open(context) {
      let rows: RowBuffer | undefined
      const cte: CteRows = {
        read() {
          rows ??= readDefinition(plan, definition, context)
          return rows
        },
      }
      context.ctes.set(plan.cte, cte)
      if (changesData) {
        const { changedRows } = context
        cte.read()
        context.changedRows = changedRows
      }
      yield* input.open(context)
    },
  }
}

/** A recursive definition puts its working table in the CTE's place while it runs. */
function readDefinition(plan: PhysicalWith, definition: Operator, context: ExecutionContext): RowBuffer {
  const own = context.ctes.get(plan.cte)
  const rows = materialise(definition, context)
  context.ctes.set(plan.cte, own)
  return rows
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
    *open(context) {
      const cte = context.ctes.get(plan.cte) as CteRows | undefined
      if (!cte) throw new AssertionError(`CTE "${plan.name}" is not in reach`)
      const rows = cte.read()
      yield* bufferBatches(plan.columns, rows.columns, rows.rowCount, context)
    },
  }
}

/**
 * UNION [ALL] of `left` and, again and again, `right` over the rows of the step before, until a step adds none. Without
 * ALL, rows that were there before are dropped.
 */
export function recursiveCte(plan: PhysicalRecursiveCte, left: Operator, right: Operator): Operator {
  const isRecursive = dependencies(plan.right).ctes.has(plan.cte)
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    *open(context) {
      const enclosing = context.ctes.get(plan.cte)
      const seen = plan.all ? undefined : new KeyTable(plan.columns.map((column) => column.type))
      let step = collect(left, seen, context)
      while (step.rowCount > 0) {
        yield* bufferBatches(plan.columns, step.columns, step.rowCount, context)
        context.checkInterrupt()
        const working = step
        context.ctes.set(plan.cte, { read: () => working } satisfies CteRows)
        step = collect(right, seen, context)
        if (!isRecursive) {
          yield* bufferBatches(plan.columns, step.columns, step.rowCount, context)
          break
        }
      }
      context.ctes.set(plan.cte, enclosing)
    },
  }
}

/** The rows of an operator, without those seen before. */
function collect(input: Operator, seen: KeyTable | undefined, context: ExecutionContext): RowBuffer {
  if (!seen) return materialise(input, context)
  const rows = new RowBuffer(input.columns.length)
  for (const batch of input.open(context)) {
    context.checkInterrupt()
    addNew(rows, batch, seen, context)
  }
  return rows
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
