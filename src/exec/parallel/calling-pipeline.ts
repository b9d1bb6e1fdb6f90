/** A pipeline as the calling thread has it: makes what is read from, publishes the job, gathers the results. */
import type { HashJoin, PhysicalScan } from '../../planner/physical-plan.ts'
import type { ScanOptions } from '../../storage/interface.ts'
import { countBatches, type SharedScan } from '../../storage/shared-scan.ts'
import type { BuildSide } from '../compiled/join-build.ts'
import { QueryMemory } from '../compiled/memory.ts'
import type { ExecutionContext, SharedWork } from '../operator.ts'
import { readText, State, Word, writeText } from './control.ts'
import { writeGroups } from './group-table.ts'
import { type Answer, type DictionaryList, type Job, pipelineOf, type SharedSide } from './job.ts'
import { CannotShare, decodeMessage, encodeMessage } from './message.ts'
import { MorselPipeline, type ScanSource } from './pipeline.ts'
import {
  type Chunk,
  type Fragment,
  JobDictionaries,
  largestChunk,
  type OtherThread,
  type ThreadPool,
} from './thread-pool.ts'

/** Morsels for each thread, where the table allows it. */
const morselsPerThread = 10
const largestMorsel = 1 << 18

interface Source {
  readonly scan: ScanSource
  readonly morselBatches: number
  readonly counter: number
}

export class CallingPipeline extends MorselPipeline {
  private readonly threads: ThreadPool
  private readonly others: readonly OtherThread[]
  private readonly fragment: Fragment
  private readonly work: SharedWork
  private readonly context: ExecutionContext
  private readonly sides = new Map<HashJoin, BuildSide>()
  private readonly dictionaries: JobDictionaries
  /** Blocks that threads use: given back at the end, unless a thread has died that may still write to them. */
  private readonly chunks: QueryMemory
  /** How much memory each thread has had. */
  private readonly handedOut = new Map<OtherThread, number>()
  private shared: SharedScan | undefined
  private published: Source | undefined
  private job: { readonly address: number; readonly length: number } | undefined
  private readonly running = new Set<OtherThread>()

  constructor(
    threads: ThreadPool,
    others: readonly OtherThread[],
    fragment: Fragment,
    work: SharedWork,
    context: ExecutionContext,
    memory: QueryMemory,
  ) {
    super(memory)
    this.threads = threads
    this.others = others
    this.fragment = fragment
    this.work = work
    this.context = context
    this.dictionaries = new JobDictionaries(threads.dictionaries)
    this.chunks = new QueryMemory(threads.pool, 'threads')
  }

  side(plan: HashJoin, make: (context: ExecutionContext, memory: QueryMemory) => BuildSide): BuildSide {
    let side = this.sides.get(plan)
    if (side === undefined) {
      side = make(this.context, this.memory)
      this.sides.set(plan, side)
    }
    return side
  }

  protected source(plan: PhysicalScan, options: ScanOptions): Source {
    this.published ??= this.publish(plan, options)
    return this.published
  }

  private publish(plan: PhysicalScan, options: ScanOptions): Source {
    const { context, dictionaries, fragment, memory } = this
    const { transaction } = context
    const scan = transaction.table(plan.table).share!(transaction, options)
    this.shared = scan
    const count = countBatches(scan)
    const most = Math.max(1, Math.floor(largestMorsel / scan.batchSize))
    const wanted = Math.ceil(count / (morselsPerThread * (this.others.length + 1)))
    const morselBatches = Math.max(1, Math.min(most, wanted))
    const counter = memory.allocateCleared(64)
    if (count > morselBatches) {
      const planAddress = this.write(fragment.text)
      const { needed, filters, wide } = this.work.request
      const { columns, batchSize, groups } = scan
      const job: Job = {
        fragment: fragment.number,
        plan: [planAddress, fragment.text.length],
        request: { needed, filters, wide },
        keepsRows: this.work.keepsRows === true,
        counts: context.statistics !== undefined,
        parameters: context.parameters,
        outer: context.outer,
        sides: [...this.sides].map(([join, side]) => sharedSide(join, side)),
        scan: { columns, batchSize },
        groups: writeGroups(groups, columns.length, memory),
        scanDictionaries: scan.dictionaries.map((dictionary) => dictionaries.numberOf(dictionary)),
        morselBatches,
        counter,
      }
      const text = encodeMessage(job, { memory, dictionaries })
      const list: DictionaryList = [...dictionaries.used].map(([number, { size, refs }]) => [number, size, refs])
      const whole = `${JSON.stringify(list)}\n${text}`
      this.job = { address: this.write(whole), length: whole.length }
    }
    this.attend()
    return { scan, morselBatches, counter }
  }

  private write(text: string): number {
    const address = this.memory.allocate(text.length * 2 + 16)
    writeText(this.memory.memory.u16, address, text)
    return address
  }

  /** Hands out what threads ask for, and the job to those that are free. */
  attend(): void {
    const { job } = this
    if (job === undefined) return
    for (const other of this.others) {
      if (this.running.has(other)) this.serve(other)
      else if (other.isIdle) {
        other.offer(job.address, job.length, this.chunk(other, this.fragment.bytes))
        this.running.add(other)
      }
    }
  }

  private serve(other: OtherThread): void {
    const wanted = other.line.get(Word.wanted)
    if (wanted === 0) return
    other.handOut(this.chunk(other, wanted))
  }

  private chunk(other: OtherThread, wanted: number): Chunk {
    const before = this.handedOut.get(other) ?? 0
    const chunk = this.threads.chunk(this.chunks, wanted, before)
    this.handedOut.set(other, before + chunk.bytes)
    return chunk
  }

  /** What the other threads made; waits for them. Throws when one of them failed. */
  gather<Part>(): Part[] {
    this.join()
    const messages = { memory: this.memory, dictionaries: this.dictionaries }
    const parts: Part[] = []
    let failure: string | undefined
    for (const other of this.running) {
      const { line } = other
      const text = readText(this.memory.memory.u16, line.get(Word.text), line.get(Word.textLength))
      if (line.get(Word.state) === State.failed) failure = text
      else {
        const { part, counts } = decodeMessage(text, messages) as Answer<Part>
        parts.push(part)
        this.count(counts)
      }
      line.set(Word.state, State.idle)
    }
    const most = Math.max(0, ...this.handedOut.values())
    this.fragment.bytes = Math.max(this.fragment.bytes, Math.min(most, largestChunk))
    this.running.clear()
    this.job = undefined
    if (failure !== undefined) throw new CannotShare(failure)
    return parts
  }

  /** Adds another thread's counts to ours. */
  private count(counts: Answer<unknown>['counts']): void {
    for (const [i, operator] of pipelineOf(this.work.top).entries()) {
      const own = this.context.statistics?.get(operator)
      if (own === undefined || counts[i] === undefined) continue
      own.rows += counts[i][0]
      own.batches += counts[i][1]
    }
  }

  /** Takes the job back from threads that have not begun, and waits for the others. */
  private join(): void {
    for (const other of this.running) if (other.takeBack()) this.running.delete(other)
    const running = [...this.running]
    this.threads.wait(
      running,
      () => {
        for (const other of running) this.serve(other)
      },
      () => running.every((other) => other.isDone),
    )
  }

  /** Ends what threads are doing for this pipeline. */
  callOff(): void {
    if (this.running.size === 0 || this.threads.isBroken) return
    for (const { line } of this.running) line.set(Word.stop, 1)
    try {
      this.gather()
    } catch (error) {
      if (!(error instanceof CannotShare)) throw error
    }
  }

  release(): void {
    this.shared?.release()
    this.shared = undefined
    if (!this.threads.isBroken) this.chunks.release()
  }
}

function sharedSide(join: HashJoin, side: BuildSide): SharedSide {
  const { payload, rowCount, hasNullKey, probeFilters, keys, table } = side
  return {
    payload,
    rowCount,
    hasNullKey,
    probeFilters,
    nullsEqual: join.nullsEqual,
    keyTypes: keys.columns.map((column) => column.type),
    keys: keys.shared,
    table: table.shared,
  }
}
