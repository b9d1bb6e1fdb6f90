/** TABLESAMPLE. */
import type { OutputColumn } from '../planner/expression.ts'
import type { Scan } from '../planner/plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { ExecutionContext } from './operator.ts'
import { bufferBatches } from './rows.ts'
import { SelectionScratch } from './scratch.ts'

/** TABLESAMPLE: each row with the given probability, or a fixed number of rows, each equally likely to be among them. */
export function sample(
  batches: Iterable<Batch>,
  options: NonNullable<Scan['sample']>,
  columns: readonly OutputColumn[],
  context: ExecutionContext,
): Iterable<Batch> {
  const random = options.seed === undefined ? () => context.functions.random() : seededRandom(options.seed)
  if (options.rows !== undefined) return reservoir(batches, options.rows, columns, random, context)
  return bernoulli(batches, options.fraction ?? 1, random, context)
}

function* bernoulli(
  batches: Iterable<Batch>,
  fraction: number,
  random: () => number,
  context: ExecutionContext,
): Generator<Batch> {
  const { memory } = context.pool
  const scratch = new SelectionScratch(context.pool)
  try {
    for (const batch of batches) {
      const count = selectedCount(batch)
      scratch.start(count)
      for (let n = 0; n < count; n++) if (random() < fraction) scratch.add(selectedRow(batch, n, memory))
      if (scratch.count > 0) yield { ...batch, selection: scratch.selection() }
    }
  } finally {
    scratch.free()
  }
}

/** Algorithm R: row n replaces a random one of those kept with probability size / n. */
function* reservoir(
  batches: Iterable<Batch>,
  size: number,
  columns: readonly OutputColumn[],
  random: () => number,
  context: ExecutionContext,
): Generator<Batch> {
  const { memory } = context.pool
  const kept: Value[][] = columns.map(() => [])
  let seen = 0
  for (const batch of batches) {
    context.checkInterrupt()
    const readers = batch.columns.map((vector) => vectorReader(vector, memory))
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      const place = seen < size ? seen : Math.floor(random() * (seen + 1))
      if (place < size) for (let column = 0; column < kept.length; column++) kept[column][place] = readers[column](row)
      seen++
    }
  }
  yield* bufferBatches(columns, kept, Math.min(seen, size), context)
}

/** A small generator of its own (xorshift), so that REPEATABLE yields the same rows again. */
function seededRandom(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
