/** Counting rows and time per operator, for EXPLAIN ANALYZE. */
import { type Batch, selectedCount } from '../types/vector.ts'
import type { ExecutionContext, OpenRequest, Operator, OperatorStatistics } from './operator.ts'

/** The same operator, counted when the context has statistics; its time includes that of its inputs. */
export function measured(operator: Operator): Operator {
  const self: Operator = {
    columns: operator.columns,
    plan: operator.plan,
    inputs: operator.inputs,
    get flows() {
      return operator.flows
    },
    part: operator.part,
    get path() {
      return operator.path
    },
    open(context, request) {
      if (!context.statistics) return operator.open(context, request)
      return count(self, operator, context, context.statistics, request)
    },
  }
  return self
}

function* count(
  self: Operator,
  operator: Operator,
  context: ExecutionContext,
  statistics: Map<Operator, OperatorStatistics>,
  request: OpenRequest | undefined,
): Generator<Batch> {
  let own = statistics.get(self)
  if (!own) {
    own = { rows: 0, batches: 0, nanoseconds: 0 }
    statistics.set(self, own)
  }
  let start = performance.now()
  try {
    for (const batch of operator.open(context, request)) {
      own.nanoseconds += (performance.now() - start) * 1e6
      own.rows += selectedCount(batch)
      own.batches++
      yield batch
      start = performance.now()
    }
  } finally {
    own.nanoseconds += (performance.now() - start) * 1e6
    own.path = operator.path
  }
}
