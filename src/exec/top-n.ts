/** ORDER BY with LIMIT: only the rows that are wanted are kept. */
import type { TopN } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { BatchFrame } from './frame.ts'
import { countOf } from './limit.ts'
import type { Operator } from './operator.ts'
import { compareByKey, compareRows } from './order.ts'
import { orderedBatches } from './rows.ts'

/** How many rows are kept at least between two sorts of what is kept. */
const minimumRoom = 256

/**
 * The first rows in the order of the keys. Rows are kept up to twice the number wanted, then sorted and cut; from then on
 * a row that does not come before the last one kept is dropped at once.
 */
export function topN(plan: TopN, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const keys = frame.compileAll(plan.keys.map((key) => key.expression))
  const comparisons = plan.keys.map(compareByKey)
  const width = input.columns.length
  const countFrame = new BatchFrame([], builder.subquery)
  const limit = countFrame.compile(plan.limit)
  const offset = plan.offset && countFrame.compile(plan.offset)

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      countFrame.bindRuntime(context)
      const skipped = countOf(offset, 'offset') ?? 0
      const wanted = skipped + (countOf(limit, 'limit') ?? Number.POSITIVE_INFINITY)
      if (wanted === skipped) return
      const room = Math.max(wanted * 2, minimumRoom)
      /** The input's columns, then the keys. */
      let kept: Value[][] = Array.from({ length: width + keys.length }, () => [])
      let bound: Value[] | undefined
      const key: Value[] = keys.map(() => null)

      const comesBefore = (last: readonly Value[]): boolean => {
        for (let index = 0; index < comparisons.length; index++) {
          const order = comparisons[index](key[index], last[index])
          if (order !== 0) return order < 0
        }
        return false
      }
      const order = (): number[] => {
        return stableOrder(kept[0].length, compareRows(plan.keys, kept.slice(width)))
      }
      const cut = (): void => {
        const first = order().slice(0, wanted)
        kept = kept.map((column) => first.map((row) => column[row]))
        bound = keys.map((_, index) => kept[width + index][wanted - 1])
      }

      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        const readers = batch.columns.map((vector) => vectorReader(vector, memory))
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const row = selectedRow(batch, n, memory)
          for (let index = 0; index < keys.length; index++) key[index] = keys[index](row)
          if (bound && !comesBefore(bound)) continue
          for (let column = 0; column < width; column++) kept[column].push(readers[column](row))
          for (let index = 0; index < keys.length; index++) kept[width + index].push(key[index])
          if (kept[0].length >= room) cut()
        }
      }
      const sorted = order()
      yield* orderedBatches(
        plan.columns,
        kept.slice(0, width),
        sorted,
        context,
        skipped,
        Math.min(wanted, sorted.length),
      )
    },
  }
}

/** Row numbers in order; rows with equal keys stay as they came, so that the rows kept do not depend on when they are cut. */
function stableOrder(rowCount: number, compare: (left: number, right: number) => number): number[] {
  return Array.from({ length: rowCount }, (_, row) => row).sort(compare)
}
