/** UNION, INTERSECT and EXCEPT with kernels. */
import type { PhysicalSetOperation } from '../../../planner/physical-plan.ts'
import { type Batch, type Selection, selectedCount } from '../../../types/vector.ts'
import type { ExecutionContext, Operator } from '../../operator.ts'
import { Compactor } from '../compactor.ts'
import { GroupKeys, isKeyType } from '../group-keys.ts'
import { keyLibrary } from '../key-library.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import { compiledOperator } from './compiled-operator.ts'

/**
 * UNION, INTERSECT and EXCEPT; NULLs are alike. Rows get numbers as they come: the right side's first, with how often each
 * occurs there, then the left side's, of which a row is kept or not by what is left of its count.
 */
export function compiledSetOperation(
  plan: PhysicalSetOperation,
  left: Operator,
  right: Operator,
  fallback: Operator,
): Operator | undefined {
  if (plan.columns.length === 0 || !plan.columns.every(isKeyType)) return undefined
  return compiledOperator(plan, [left, right], fallback, {
    *run(context) {
      if (plan.operator === 'union' && plan.all) {
        yield* left.open(context)
        yield* right.open(context)
        return
      }
      const memory = new QueryMemory(context.pool, 'set operation')
      try {
        const compactor = new Compactor(plan.columns, memory)
        const batches =
          plan.operator === 'union'
            ? union(plan, left, right, context, memory)
            : compare(plan, left, right, context, memory)
        for (const batch of batches) yield* compactor.push(batch)
        yield* compactor.finish()
      } finally {
        memory.release()
      }
    },
  })
}

function* batchesOf(operator: Operator, context: ExecutionContext): Generator<Batch> {
  for (const batch of operator.open(context)) {
    context.checkInterrupt()
    if (selectedCount(batch) > 0) yield batch
  }
}

function* union(
  plan: PhysicalSetOperation,
  left: Operator,
  right: Operator,
  context: ExecutionContext,
  memory: QueryMemory,
): Generator<Batch> {
  const keys = new GroupKeys(plan.columns, memory, Math.min(plan.estimatedRows, 1 << 22))
  for (const side of [left, right]) {
    for (const batch of batchesOf(side, context)) {
      const { fresh } = keys.number(batch.columns, batch)
      if (fresh.count > 0) yield { ...batch, selection: fresh }
    }
  }
}

function* compare(
  plan: PhysicalSetOperation,
  left: Operator,
  right: Operator,
  context: ExecutionContext,
  memory: QueryMemory,
): Generator<Batch> {
  const keys = new GroupKeys(plan.columns, memory, Math.min(plan.right.estimatedRows, 1 << 22))
  const counts = new Counts(memory)
  for (const batch of batchesOf(right, context)) {
    const { numbers } = keys.number(batch.columns, batch)
    counts.add(numbers, selectedCount(batch), keys.size)
  }
  const isIntersection = plan.operator === 'intersect'
  if (isIntersection && keys.size === 0) return
  const mode = plan.all ? (isIntersection ? 'intersectAll' : 'exceptAll') : isIntersection ? 'intersect' : 'except'
  for (const batch of batchesOf(left, context)) {
    const { numbers } = keys.number(batch.columns, batch)
    const selection = counts.keep(mode, numbers, batch, keys.size)
    if (selection.count > 0) yield { ...batch, selection }
  }
}

/** How often each row, by its number, is still to be met on the right side. */
class Counts {
  private readonly memory: QueryMemory
  private readonly rows: ScratchBlock
  private pointer = 0
  private capacity = 0

  constructor(memory: QueryMemory) {
    this.memory = memory
    this.rows = new ScratchBlock(memory)
  }

  private reserve(size: number): void {
    if (size <= this.capacity) return
    const before = this.capacity
    this.capacity = Math.max(size, before * 2, 1024)
    this.pointer = this.memory.reallocate(this.pointer, this.capacity * 4)
    this.memory.memory.fill(0, this.pointer + before * 4, (this.capacity - before) * 4)
  }

  add(numbers: number, count: number, size: number): void {
    this.reserve(size)
    library(keyLibrary, this.memory.memory).countNumbers(numbers, count, this.pointer)
  }

  keep(
    mode: 'intersect' | 'except' | 'intersectAll' | 'exceptAll',
    numbers: number,
    batch: Batch,
    size: number,
  ): Selection {
    this.reserve(size)
    const pointer = this.rows.ensure(batch.rowCount * 2 + 16)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    const count = library(keyLibrary, this.memory.memory)[mode](
      numbers,
      selection,
      selectedCount(batch),
      this.pointer,
      pointer,
    )
    return { pointer, count }
  }
}
