/**
 * The calling thread's side: starts threads when a first query pays for them, offers them jobs, hands out memory while
 * they run, and gathers what they made. Nothing here waits for a thread without an end: one that has died, or shows no sign
 * of life for long, is given up, and with it the use of threads.
 */
import { SqlError } from '../../error.ts'
import type { PhysicalPlan } from '../../planner/physical-plan.ts'
import type { Owner, Pool } from '../../storage/allocator.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'
import type { Dictionary } from '../../types/vector.ts'
import { QueryMemory } from '../compiled/memory.ts'
import type { ExecutionContext, Operator, SharedParts, SharedWork, Threads } from '../operator.ts'
import { CallingPipeline } from './calling-pipeline.ts'
import { ControlLine, lineBytes, State, Word, writeText } from './control.ts'
import { keepRows } from './kept-rows.ts'
import { type CallsJob, type KernelCall, runCalls } from './kernel-calls.ts'
import { CannotShare, encodeMessage, sharedPlan } from './message.ts'
import type { DictionaryNumbers } from './stores.ts'
import type { ThreadStart } from './worker.ts'

/** Starts a thread of the host that calls `runThread` with what it is given. */
export type StartThread = (start: ThreadStart) => ThreadHandle

export interface ThreadHandle {
  stop(): void
  /**
   * Has a word of shared memory set to 1 when the thread has ended, though the calling thread listens to no events. A host
   * that cannot tell leaves it out.
   */
  watch?(address: number): void
}

const owner: Owner = { kind: 'threads', name: 'control' }
/** A thread without a sign of life for so long is watched from then on: it may have died, or be at something long, or wait for a processor. */
const watchedAfter = 200
/** A thread without a sign of life for so long is dead. */
const deadAfter = 20_000
/** How long the calling thread sleeps before it looks after the others. */
const longestSleep = 100
/** The last morsel of another thread takes about so long, which is less than a sleep may. In milliseconds, like all times here. */
const spinning = 1.5
/** How long a test waits for threads to start. */
const startTime = 20_000
/** Keeping rows for one thread to read pays for tables so many times larger than the smallest. */
const keepingFactor = 4
/** Entering a row into a table takes the time of reading so many. */
const rowsPerScanned = 4
const smallestChunk = 1 << 20
export const largestChunk: number = 1 << 26

export interface Fragment {
  readonly number: number
  readonly text: string
  /** How much memory a thread has needed for it. */
  bytes: number
}

export interface Chunk {
  readonly address: number
  readonly bytes: number
}

const noChunk: Chunk = { address: 0, bytes: 0 }

/** One of the other threads. */
export class OtherThread {
  readonly line: ControlLine
  private readonly handle: ThreadHandle
  private isWatched = false

  constructor(line: ControlLine, handle: ThreadHandle) {
    this.line = line
    this.handle = handle
  }

  get isIdle(): boolean {
    return this.line.get(Word.state) === State.idle
  }

  /** Gives the job whose text lies there to a thread that is idle, with a chunk of memory to begin with. */
  offer(address: number, length: number, chunk: Chunk = noChunk): void {
    const { line } = this
    line.set(Word.text, address)
    line.set(Word.textLength, length)
    line.set(Word.chunk, chunk.address)
    line.set(Word.chunkBytes, chunk.bytes)
    line.set(Word.stop, 0)
    line.set(Word.wanted, 0)
    line.set(Word.state, State.offered)
    line.wake(Word.state)
  }

  /** Takes the job back that it has not begun; false when it has. */
  takeBack(): boolean {
    return this.line.swap(Word.state, State.offered, State.idle)
  }

  /** Answers a thread that waits for memory; the address 0 says that there is none. */
  handOut({ address, bytes }: Chunk): void {
    const { line } = this
    if (line.get(Word.wanted) === 0) return
    line.set(Word.chunk, address)
    line.set(Word.chunkBytes, bytes)
    line.set(Word.wanted, 0)
    line.wake(Word.wanted)
  }

  /** From now on it is known when it has ended. */
  watch(): void {
    if (!this.isWatched) this.handle.watch?.(this.line.addressOf(Word.ended))
    this.isWatched = true
  }

  get hasEnded(): boolean {
    return this.line.get(Word.ended) === 1
  }

  get isDone(): boolean {
    const state = this.line.get(Word.state)
    return state === State.done || state === State.failed
  }

  stop(): void {
    this.line.set(Word.state, State.closed)
    this.line.wake(Word.state)
    this.line.set(Word.wanted, 0)
    this.line.wake(Word.wanted)
    this.handle.stop()
  }
}

export class ThreadPool {
  readonly pool: Pool
  readonly dictionaries: DictionaryBook = new DictionaryBook()
  readonly count: number
  private readonly start: StartThread
  private control = 0
  private bell: ControlLine | undefined
  private others: OtherThread[] | undefined
  private broken: string | undefined
  private readonly fragments = new WeakMap<PhysicalPlan, Fragment | string>()
  private nextFragment = 1

  /** @param count of threads, the calling one included */
  constructor(pool: Pool, count: number, start: StartThread) {
    this.pool = pool
    this.count = count
    this.start = start
  }

  /** The threads as a statement sees them; undefined when it may use one only. */
  forStatement(limit: number, smallestScan: number): Threads | undefined {
    const count = limit === 0 ? this.count : Math.min(limit, this.count)
    if (count < 2) return undefined
    return {
      count,
      fewestRows: smallestScan / rowsPerScanned,
      share: (work, context) => this.share(work, context, count, smallestScan),
      call: (calls, blocks, memory) => this.call(calls, blocks, memory, count, smallestScan),
    }
  }

  private share<Part>(
    work: SharedWork,
    context: ExecutionContext,
    count: number,
    smallestScan: number,
  ): SharedParts<Part> | string {
    if (this.broken !== undefined) return this.broken
    const rows = rowsOfPipeline(work.top, context)
    if (typeof rows === 'string') return rows
    if (rows < smallestScan * (work.keepsRows ? keepingFactor : 1)) return `${rows} rows`
    const fragment = this.fragmentOf(work.operator.plan)
    if (typeof fragment === 'string') return fragment
    const others = this.started().slice(0, count - 1)
    if (smallestScan === 0) this.awaitStart(others)
    const memory = new QueryMemory(this.pool, 'threads')
    const pipeline = new CallingPipeline(this, others, fragment, work, context, memory)
    try {
      const own: ExecutionContext = {
        ...context,
        mode: 'compiled',
        pipeline,
        threads: undefined,
        checkInterrupt: () => {
          context.checkInterrupt()
          pipeline.attend()
        },
      }
      const { operator, request, keepsRows } = work
      const part =
        operator.part && !keepsRows ? operator.part(own, request, memory) : keepRows(operator, own, request, memory)
      const parts = [part as Part, ...pipeline.gather<Part>()]
      return {
        parts,
        memory,
        release() {
          pipeline.release()
          memory.release()
        },
      }
    } catch (error) {
      pipeline.callOff()
      pipeline.release()
      memory.release()
      if (error instanceof SqlError && error.code === '57014') throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (error instanceof CannotShare) this.fragments.set(work.operator.plan, reason)
      return reason
    }
  }

  private call(
    calls: readonly KernelCall[],
    blocks: readonly number[],
    memory: QueryMemory,
    count: number,
    smallestScan: number,
  ): number[] | undefined {
    if (this.broken !== undefined) {
      for (const block of blocks) memory.free(block)
      return undefined
    }
    const own = new QueryMemory(this.pool, 'threads')
    try {
      const others = this.started().slice(0, count - 1)
      if (smallestScan === 0) this.awaitStart(others)
      const job: CallsJob = {
        calls,
        counter: own.allocateCleared(64),
        results: own.allocateCleared(calls.length * 4 + 16),
      }
      const text = JSON.stringify(job)
      const address = own.allocate(text.length * 2 + 16)
      writeText(own.memory.u16, address, text)
      const running = others.filter((other) => other.isIdle)
      for (const other of running) other.offer(address, text.length)
      const isWhole = runWhole(job, own.memory)
      const begun = running.filter((other) => !other.takeBack())
      this.wait(
        begun,
        () => {
          for (const other of begun) other.handOut(noChunk)
        },
        () => begun.every((other) => other.isDone),
      )
      const failed = begun.filter(({ line }) => line.get(Word.state) === State.failed)
      for (const { line } of begun) line.set(Word.state, State.idle)
      if (isWhole && failed.length === 0) {
        const { i32 } = own.memory
        return calls.map((_, at) => i32[(job.results >>> 2) + at])
      }
    } catch (error) {
      if (!(error instanceof CannotShare)) throw error
    } finally {
      if (!this.isBroken) own.release()
    }
    for (const block of blocks) this.isBroken ? memory.abandon(block) : memory.free(block)
    return undefined
  }

  /** The text of a plan for other threads, or why there is none. */
  private fragmentOf(plan: PhysicalPlan): Fragment | string {
    let fragment = this.fragments.get(plan)
    if (fragment === undefined) {
      try {
        fragment = { number: this.nextFragment++, text: encodeMessage(sharedPlan(plan)), bytes: smallestChunk }
      } catch (error) {
        if (!(error instanceof CannotShare)) throw error
        fragment = error.message
      }
      this.fragments.set(plan, fragment)
    }
    return fragment
  }

  private started(): readonly OtherThread[] {
    if (this.others === undefined) {
      const { memory } = this.pool.memory
      const bytes = (this.count + 1) * lineBytes
      // Lines of their own in the cache: the block is aligned to 16 only.
      const block = this.pool.allocateCleared(bytes + lineBytes, owner)
      this.control = Math.ceil(block / lineBytes) * lineBytes
      this.bell = new ControlLine(memory, this.control, -1)
      this.others = Array.from({ length: this.count - 1 }, (_, thread) => {
        const line = new ControlLine(memory, this.control, thread)
        return new OtherThread(line, this.start({ memory, control: this.control, thread }))
      })
    }
    return this.others
  }

  private awaitStart(others: readonly OtherThread[]): void {
    const deadline = performance.now() + startTime
    while (others.some(({ line }) => line.get(Word.state) === State.starting) && performance.now() < deadline) {
      const rung = this.bell!.get(Word.state)
      if (others.every(({ line }) => line.get(Word.state) !== State.starting)) return
      this.bell!.sleep(Word.state, rung, 100)
    }
  }

  /** Waits until `isDone`, serving the threads that run. A thread that seems dead ends the use of threads. */
  wait(running: readonly OtherThread[], serve: () => void, isDone: () => boolean): void {
    const bell = this.bell!
    let beats = 0
    let since = performance.now()
    const spinUntil = since + spinning
    for (;;) {
      const rung = bell.get(Word.state)
      serve()
      if (isDone()) return
      if (performance.now() < spinUntil) continue
      bell.sleep(Word.state, rung, longestSleep)
      const now = running.reduce((sum, { line }) => sum + line.get(Word.beats), 0)
      if (now !== beats) {
        beats = now
        since = performance.now()
      }
      const silence = performance.now() - since
      if (silence > watchedAfter) for (const other of running) other.watch()
      if (silence > deadAfter || running.some((other) => other.hasEnded)) {
        this.giveUp('a thread has died')
        throw new CannotShare('a thread has died')
      }
    }
  }

  private giveUp(reason: string): void {
    this.broken = reason
    for (const other of this.others ?? []) other.stop()
    // What they may still write to stays theirs.
    this.others = undefined
  }

  get isBroken(): boolean {
    return this.broken !== undefined
  }

  /** A chunk for a thread that needs so many bytes and has had so many before; the address 0 when there is none. */
  chunk(memory: QueryMemory, bytes: number, before: number): Chunk {
    const size = Math.max(bytes, Math.min(largestChunk, Math.max(smallestChunk, before)))
    try {
      return { address: memory.allocate(size), bytes: size }
    } catch {
      try {
        return { address: memory.allocate(bytes), bytes }
      } catch {
        return noChunk
      }
    }
  }

  close(): void {
    if (this.others === undefined) return
    this.giveUp('the database is closed')
  }
}

/** Numbers of dictionaries, the same for the database's life. */
export class DictionaryBook {
  private readonly numbers = new WeakMap<Dictionary, number>()
  private next = 1

  numberOf(dictionary: Dictionary): number {
    let number = this.numbers.get(dictionary)
    if (number === undefined) this.numbers.set(dictionary, (number = this.next++))
    return number
  }
}

/** The dictionaries that one job speaks of. */
export class JobDictionaries implements DictionaryNumbers {
  readonly used: Map<number, Dictionary> = new Map()
  private readonly book: DictionaryBook

  constructor(book: DictionaryBook) {
    this.book = book
  }

  numberOf(dictionary: Dictionary): number {
    const number = this.book.numberOf(dictionary)
    this.used.set(number, dictionary)
    return number
  }

  dictionaryOf(number: number): Dictionary {
    return this.used.get(number)!
  }
}

/** Whether nothing failed of what this thread took of the calls. */
function runWhole(job: CallsJob, memory: LinearMemory): boolean {
  try {
    runCalls(job, memory, () => {})
    return true
  } catch {
    return false
  }
}

/** How many rows the table at a pipeline's end has; or why what leads there cannot be shared. */
function rowsOfPipeline(top: Operator, context: ExecutionContext): number | string {
  let operator = top
  while (operator.flows !== 'here') {
    if (operator.flows === undefined) return `${operator.plan.kind} is not shared`
    operator = operator.flows
  }
  const { plan } = operator
  if (plan.kind !== 'scan') return `${plan.kind} is not shared`
  const table = context.transaction.table(plan.table)
  if (table.share === undefined) return 'a table without segments'
  return table.countRows(context.transaction)
}
