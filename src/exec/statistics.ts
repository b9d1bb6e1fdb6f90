/** Counting rows and time per operator, for EXPLAIN ANALYZE. */
import { type Batch, selectedCount } from '../types/vector.ts'
import type { ExecutionContext, Operator, OperatorStatistics } from './operator.ts'

/** The same operator, counted when the context has statistics; its time includes that of its inputs. */
export function measured(operator: Operator): Operator {
  const self: Operator = {
    columns: operator.columns,
    plan: operator.plan,
    inputs: operator.inputs,
    get path() {
      return operator.path
    },
    open(context) {
      return context.statistics ? count(self, operator, context, context.statistics) : operator.open(context)
    },
  }
  return self
}

function* count(
  self: Operator,
  operator: Operator,
  context: ExecutionContext,
  statistics: Map<Operator, OperatorStatistics>,
): Generator<Batch> {
  let own = statistics.get(self)
  if (!own) {
    own = { rows: 0, batches: 0, nanoseconds: 0 }
    statistics.set(self, own)
  }
  let start = performance.now()
  try {
    for (const batch of operator.open(context)) {
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
