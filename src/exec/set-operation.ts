/** UNION, INTERSECT and EXCEPT. */
import type { PhysicalSetOperation } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import { keepRows } from './join-output.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { SelectionScratch } from './scratch.ts'

/**
 * UNION, INTERSECT and EXCEPT; NULLs are alike. With ALL a row that occurs m times on the left and n times on the right
 * comes out m + n times, min(m, n) times, or max(m - n, 0) times; without, once or not at all.
 */
export function setOperation(plan: PhysicalSetOperation, left: Operator, right: Operator): Operator {
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    *open(context) {
      if (plan.operator !== 'union') {
        yield* compareSides(plan, left, right, context)
      } else if (plan.all) {
        yield* left.open(context)
        yield* right.open(context)
      } else {
        const table = new KeyTable(plan.columns.map((column) => column.type))
        const isNew = (key: readonly Value[]): boolean => {
          const before = table.size
          return table.insert(key) === before
        }
        yield* keepByKey(left, isNew, table, context)
        yield* keepByKey(right, isNew, table, context)
      }
    },
  }
}

function* compareSides(
  plan: PhysicalSetOperation,
  left: Operator,
  right: Operator,
  context: ExecutionContext,
): Generator<Batch> {
  const table = new KeyTable(plan.columns.map((column) => column.type))
  const counts: number[] = []
  for (const batch of right.open(context)) {
    context.checkInterrupt()
    forEachKey(batch, context, (key) => {
      const number = table.insert(key)
      counts[number] = (counts[number] ?? 0) + 1
    })
    context.pool.assertRoom(table.bytes)
  }
  const rightKeys = table.size
  const isIntersection = plan.operator === 'intersect'
  if (isIntersection && rightKeys === 0) return
  const emitted: boolean[] = []
  yield* keepByKey(
    left,
    (key) => {
      const number = isIntersection ? table.find(key) : table.insert(key)
      if (number === -1) return false
      const isOnRight = number < rightKeys
      if (!plan.all) {
        if (isOnRight !== isIntersection || emitted[number]) return false
        emitted[number] = true
        return true
      }
      const remaining = counts[number] ?? 0
      if (remaining > 0) counts[number] = remaining - 1
      return remaining > 0 === isIntersection
    },
    table,
    context,
  )
}

function forEachKey(batch: Batch, context: ExecutionContext, visit: (key: readonly Value[]) => void): void {
  const { memory } = context.pool
  const readers = batch.columns.map((vector) => vectorReader(vector, memory))
  const key: Value[] = readers.map(() => null)
  const count = selectedCount(batch)
  for (let n = 0; n < count; n++) {
    const row = selectedRow(batch, n, memory)
    for (let column = 0; column < readers.length; column++) key[column] = readers[column](row)
    visit(key)
  }
}

function* keepByKey(
  input: Operator,
  keep: (key: readonly Value[]) => boolean,
  table: KeyTable,
  context: ExecutionContext,
): Generator<Batch> {
  const { memory } = context.pool
  const scratch = new SelectionScratch(context.pool)
  try {
    for (const batch of input.open(context)) {
      context.checkInterrupt()
      const readers = batch.columns.map((vector) => vectorReader(vector, memory))
      const key: Value[] = readers.map(() => null)
      const keepRow = (row: number): boolean => {
        for (let column = 0; column < readers.length; column++) key[column] = readers[column](row)
        return keep(key)
      }
      const kept = keepRows(batch, keepRow, scratch, memory)
      context.pool.assertRoom(table.bytes)
      if (kept) yield kept
    }
  } finally {
    scratch.free()
  }
}
