/**
 * A pipeline: the operators between a table and the first operator that must see all rows. Their rows are read in
 * morsels, runs of some hundred thousand rows, by whichever thread is free.
 *
 *   scan ─ filter ─ project ─ probes of finished tables ─▶ part of an aggregation, or rows that are kept
 *
 * The calling thread opens the pipeline as a single thread would. Joins in it make their build sides and leave them here;
 * when the scan itself is opened, all is known that others must be told, and the job is offered to them. A morsel is
 * opened and read to its end by itself, so that what comes of it does not depend on which thread had it, and results are
 * put together in the order of morsels: the answer is that of one thread.
 */
import type { HashJoin, PhysicalScan } from '../../planner/physical-plan.ts'
import type { ScanOptions } from '../../storage/interface.ts'
import { readShared, type SharedBatch, type SharedScan, sharedBatches } from '../../storage/shared-scan.ts'
import type { Batch } from '../../types/vector.ts'
import type { BuildSide, FinishedSide } from '../compiled/join-build.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import type { ExecutionContext, Pipeline } from '../operator.ts'
import { takeTicket } from './control.ts'

/** What threads read together. */
export type ScanSource = Pick<SharedScan, 'columns' | 'batchSize' | 'dictionaries' | 'groups'>

export abstract class MorselPipeline implements Pipeline {
  protected readonly memory: QueryMemory
  private current = -1
  private batches: readonly SharedBatch[] | undefined
  private refs: readonly number[] = []

  constructor(memory: QueryMemory) {
    this.memory = memory
  }

  abstract side(plan: HashJoin, make: (context: ExecutionContext, memory: QueryMemory) => BuildSide): FinishedSide

  /** What is read, how many batches make a morsel, and where the number of the next morsel is kept. */
  protected abstract source(
    plan: PhysicalScan,
    options: ScanOptions,
  ): { readonly scan: ScanSource; readonly morselBatches: number; readonly counter: number }

  *scan(plan: PhysicalScan, options: ScanOptions): Generator<Batch> {
    const { scan, morselBatches, counter } = this.source(plan, options)
    const { memory } = this.memory
    if (this.batches === undefined) {
      this.batches = sharedBatches(scan)
      this.refs = scan.columns.map(({ isHeap }) => (isHeap ? this.memory.allocate(scan.batchSize * 8) : 0))
    }
    const morsel = takeTicket(memory.memory, counter)
    const first = morsel * morselBatches
    if (first >= this.batches.length) return
    this.current = morsel
    const end = Math.min(first + morselBatches, this.batches.length)
    for (let at = first; at < end; at++) {
      const batch = readShared(scan, this.batches[at], this.refs, memory)
      if (batch !== undefined) yield batch
    }
  }

  morsels(open: () => Iterable<Batch>, each: (batch: Batch) => void, end: (morsel: number) => void): void {
    for (;;) {
      this.current = -1
      for (const batch of open()) each(batch)
      if (this.current === -1) return
      end(this.current)
    }
  }
}
