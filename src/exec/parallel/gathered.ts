/**
 * The rows of a pipeline, made by several threads and kept, then read in the order in which one thread would have made
 * them: for consumers that need all rows before they go on, such as the build side of a join, and for those that only one
 * thread can be.
 */
import { costOf } from '../../planner/physical/access.ts'
import { type Batch, selectedCount } from '../../types/vector.ts'
import { ColumnStore } from '../compiled/column-store.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import { batchRows, type ExecutionContext, type OpenRequest, type Operator, type SharedParts } from '../operator.ts'
import { pipelineOf } from './job.ts'
import { type KeptPart, stretchesOf } from './kept-rows.ts'

/** A filter of the consumer's lets so many times fewer rows pass, at a guess. */
const rowsPerFiltered = 4

/** The batches of an operator, from several threads where keeping the rows costs less than making them. */
export function* gathered(operator: Operator, context: ExecutionContext, request: OpenRequest): Generator<Batch> {
  const shared = keptByThreads(operator, context, request)
  if (shared === undefined) {
    yield* operator.open(context, request)
    return
  }
  try {
    const batchSize = batchRows(context, request)
    for (const { part, from, to } of stretchesOf(shared.parts)) {
      for (let start = from; start < to; start += batchSize) {
        yield part.rows.view(start, Math.min(batchSize, to - start))
      }
    }
  } finally {
    shared.release()
  }
}

/** All rows of an operator, for who keeps them in any case. */
export function gatheredRows(
  operator: Operator,
  context: ExecutionContext,
  request: OpenRequest,
  memory: QueryMemory,
): ColumnStore {
  const shared = keptByThreads(operator, context, request)
  if (shared === undefined) {
    const rows = new ColumnStore(operator.columns, memory, request.needed, operator.plan.estimatedRows)
    for (const batch of operator.open(context, request)) {
      context.checkInterrupt()
      if (selectedCount(batch) > 0) rows.append(batch)
    }
    return rows
  }
  // Texts stay where the threads have put them.
  memory.holdUntilRelease(shared)
  const stretches = stretchesOf(shared.parts)
  const count = stretches.reduce((sum, { from, to }) => sum + to - from, 0)
  const rows = new ColumnStore(operator.columns, memory, request.needed, count)
  for (const { part, from, to } of stretches) rows.appendKept(part.rows, from, to)
  if (rows.columns.every((column) => column.stable)) memory.releaseHeld(shared)
  return rows
}

function keptByThreads(
  operator: Operator,
  context: ExecutionContext,
  request: OpenRequest,
): SharedParts<KeptPart> | undefined {
  if (context.threads === undefined || !pays(operator, context, request)) return undefined
  const shared = context.threads.share<KeptPart>({ operator, top: operator, request, keepsRows: true }, context)
  return typeof shared === 'string' ? undefined : shared
}

/**
 * Whether something is done to rows before they are kept: each step of it is worth a value kept for each row that is read, and
 * conditions on texts are worth several.
 */
function pays(top: Operator, context: ExecutionContext, { needed, filters = [] }: OpenRequest): boolean {
  const operators = pipelineOf(top)
  const leaf = operators[operators.length - 1]
  const { plan } = leaf
  if (leaf.flows === undefined || plan.kind !== 'scan') return false
  const conditions = plan.filter.reduce((sum, condition) => sum + Math.max(1, costOf(condition)), 0)
  const steps = operators.length - 1 + conditions + filters.length
  const rows = context.transaction.table(plan.table).countRows(context.transaction)
  const columns = needed === undefined ? top.columns.length : top.columns.filter(({ id }) => needed.has(id)).length
  return (top.plan.estimatedRows / rowsPerFiltered ** filters.length) * Math.max(1, columns) <= rows * steps
}
