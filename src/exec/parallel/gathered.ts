/**
 * The rows of a pipeline, made by several threads and kept, then read in the order in which one thread would have made
 * them: for consumers that need all rows before they go on, such as the build side of a join, and for those that only one
 * thread can be.
 */
import type { Batch } from '../../types/vector.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../operator.ts'
import { pipelineOf } from './job.ts'
import type { KeptPart } from './kept-rows.ts'

/** A filter of the consumer's lets so many times fewer rows pass, at a guess. */
const rowsPerFiltered = 4

/** The batches of an operator, from several threads where keeping the rows costs less than making them. */
export function* gathered(operator: Operator, context: ExecutionContext, request: OpenRequest): Generator<Batch> {
  const shared =
    context.threads !== undefined && pays(operator, context, request)
      ? context.threads.share<KeptPart>({ operator, top: operator, request, keepsRows: true }, context)
      : 'not worth it'
  if (typeof shared === 'string') {
    yield* operator.open(context, request)
    return
  }
  try {
    const stores = shared.parts.flat().sort(([a], [b]) => a - b)
    for (const [, store] of stores) {
      for (let start = 0; start < store.rowCount; start += context.batchSize) {
        yield store.view(start, Math.min(context.batchSize, store.rowCount - start))
      }
    }
  } finally {
    shared.release()
  }
}

/** Whether something is done to rows before they are kept: each step of it is worth a value kept for each row that is read. */
function pays(top: Operator, context: ExecutionContext, { needed, filters = [] }: OpenRequest): boolean {
  const operators = pipelineOf(top)
  const leaf = operators[operators.length - 1]
  const { plan } = leaf
  if (leaf.flows === undefined || plan.kind !== 'scan') return false
  const steps = operators.length - 1 + plan.filter.length + filters.length
  const rows = context.transaction.table(plan.table).countRows(context.transaction)
  const columns = needed === undefined ? top.columns.length : top.columns.filter(({ id }) => needed.has(id)).length
  return (top.plan.estimatedRows / rowsPerFiltered ** filters.length) * Math.max(1, columns) <= rows * steps
}
