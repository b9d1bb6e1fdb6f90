/** LIMIT and OFFSET, WITH TIES, and percentages. */
import { SqlError } from '../error.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalLimit } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { compareByKey } from './order.ts'
import { bufferBatches, materialise } from './rows.ts'
import { SelectionScratch } from './scratch.ts'

/** The rows from `offset` on, at most `limit` of them; WITH TIES also those that equal the last one by the sort's keys. */
export function limit(plan: PhysicalLimit, input: Operator, builder: Builder): Operator {
  const counts = new BatchFrame([], builder.subquery)
  const limitValue = plan.limit && counts.compile(plan.limit)
  const offsetValue = plan.offset && counts.compile(plan.offset)
  const frame = new BatchFrame(input.columns, builder.subquery)
  const ties: Ties | undefined = plan.ties && {
    frame,
    keys: frame.compileAll(plan.ties.map((key) => key.expression)),
    comparisons: plan.ties.map(compareByKey),
  }
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      counts.bindRuntime(context)
      const offset = countOf(offsetValue, 'offset') ?? 0
      if (plan.percent) {
        yield* percentage(input, offset, limitValue?.(0), context)
        return
      }
      const count = countOf(limitValue, 'limit')
      if (count === 0) return
      yield* slice(input.open(context), offset, count ?? Number.POSITIVE_INFINITY, ties, context)
    },
  }
}

/** The value of a LIMIT or OFFSET; undefined for NULL. Negative counts raise 2201W or 2201X. */
export function countOf(evaluator: Evaluator | undefined, clause: 'limit' | 'offset'): number | undefined {
  const value: Value = evaluator?.(0) ?? null
  if (value === null) return undefined
  const count = Number(value)
  if (count >= 0) return count
  throw clause === 'limit'
    ? new SqlError('invalid_row_count_in_limit_clause', 'LIMIT must not be negative')
    : new SqlError('invalid_row_count_in_result_offset_clause', 'OFFSET must not be negative')
}

interface Ties {
  readonly frame: BatchFrame
  readonly keys: readonly Evaluator[]
  readonly comparisons: readonly ((left: Value, right: Value) => number)[]
}

function* slice(
  batches: Iterable<Batch>,
  offset: number,
  count: number,
  ties: Ties | undefined,
  context: ExecutionContext,
): Generator<Batch> {
  const { memory } = context.pool
  const scratch = new SelectionScratch(context.pool)
  const end = offset + count
  let seen = 0
  let last: Value[] | undefined
  try {
    for (const batch of batches) {
      const rows = selectedCount(batch)
      const start = seen
      seen += rows
      if (seen <= offset) continue
      if (start >= offset && seen <= end) {
        if (ties && seen === end) last = keysOf(ties, batch, selectedRow(batch, rows - 1, memory), context)
        yield batch
      } else {
        scratch.start(rows)
        for (let n = Math.max(0, offset - start); n < rows; n++) {
          const row = selectedRow(batch, n, memory)
          if (start + n >= end) {
            if (!last || !isTie(ties!, last, keysOf(ties!, batch, row, context))) {
              if (scratch.count > 0) yield { ...batch, selection: scratch.selection() }
              return
            }
          } else if (ties && start + n === end - 1) {
            last = keysOf(ties, batch, row, context)
          }
          scratch.add(row)
        }
        if (scratch.count > 0) yield { ...batch, selection: scratch.selection() }
      }
      if (seen >= end && !ties) return
    }
  } finally {
    scratch.free()
  }
}

function keysOf({ frame, keys }: Ties, batch: Batch, row: number, context: ExecutionContext): Value[] {
  frame.bind(batch, context)
  return keys.map((key) => key(row))
}

function isTie({ comparisons }: Ties, left: readonly Value[], right: readonly Value[]): boolean {
  return comparisons.every((compare, index) => compare(left[index], right[index]) === 0)
}

/** LIMIT n%: of all rows, counted first. */
function* percentage(input: Operator, offset: number, percent: Value, context: ExecutionContext): Generator<Batch> {
  const share = percent === null || percent === undefined ? 100 : Number(percent)
  if (!(share >= 0 && share <= 100)) {
    throw new SqlError('invalid_row_count_in_limit_clause', 'LIMIT percentage must be between 0 and 100')
  }
  const rows = materialise(input, context)
  const count = Math.floor((rows.rowCount * share) / 100)
  const columns = rows.columns.map((column) => column.slice(offset, offset + count))
  yield* bufferBatches(input.columns, columns, Math.max(0, Math.min(count, rows.rowCount - offset)), context)
}
