/**
 * The contract of execution. `buildPlan` turns a physical plan into a tree of Operators once; each `open` runs it, so a
 * correlated subplan is opened many times and a prepared plan again and again. Nothing that changes while a query runs
 * lives in the plan or in the Operator: it lives in the generator that `open` returns.
 */
import type { FunctionContext } from '../functions/function.ts'
import type { ColumnId, OutputColumn } from '../planner/expression.ts'
import type { HashJoin, PhysicalPlan, PhysicalScan } from '../planner/physical-plan.ts'
import { defaultBatchSize, type Settings } from '../settings.ts'
import type { Pool } from '../storage/allocator.ts'
import type { RowId, ScanOptions, TableDefinition, Transaction } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'
import type { BuildSide, FinishedSide } from './compiled/join-build.ts'
import type { QueryMemory } from './compiled/memory.ts'
import type { KernelCall } from './parallel/kernel-calls.ts'

export interface Operator {
  readonly columns: readonly OutputColumn[]
  /** The node that it runs, for EXPLAIN ANALYZE. */
  readonly plan: PhysicalPlan
  readonly inputs: readonly Operator[]
  /** 'compiled' or 'interpreted', and why; known after a run. */
  readonly path?: string
  /** Batches until the rows are done. Leaving the loop early releases what the operator holds. */
  open(context: ExecutionContext, request?: OpenRequest): Iterable<Batch>
  /** The inputs' rows come from this one and flow on as they are read; the others are read to their end before. For threads. */
  readonly flows?: Operator | 'here'
  /** One thread's part of the work, over the rows that its pipeline gives it; for operators that end a pipeline. */
  readonly part?: PartialRun
}

export type PartialRun = (context: ExecutionContext, request: OpenRequest, memory: QueryMemory) => unknown

/**
 * Rows that several threads read together: see exec/parallel/pipeline.ts. Operators that have one in their context are
 * opened once per morsel, and do not fall back: what fails is done again by one thread.
 */
export interface Pipeline {
  /** The finished build side of a join, made by `make` when this is the first thread. It lives as long as the pipeline. */
  side(plan: HashJoin, make: (context: ExecutionContext, memory: QueryMemory) => BuildSide): FinishedSide
  /** The batches of the next morsel. */
  scan(plan: PhysicalScan, options: ScanOptions): Iterable<Batch>
  /** Reads morsel after morsel: opens, reads what comes, and says at its end which it was. */
  morsels(open: () => Iterable<Batch>, each: (batch: Batch) => void, end: (morsel: number) => void): void
}

/** The other threads, for operators that end a pipeline. */
export interface Threads {
  /** What all threads made of their parts, or why one thread is to do it. */
  share<Part>(work: SharedWork, context: ExecutionContext): SharedParts<Part> | string
  readonly count: number
  /** So many rows pay for being divided between threads once they are in memory. */
  readonly fewestRows: number
  /**
   * What calls return that may run at once. Undefined when something failed: the blocks that they write to, which are the
   * memory's, are not the caller's any more, and one thread is to do the work.
   */
  call(calls: readonly KernelCall[], blocks: readonly number[], memory: QueryMemory): number[] | undefined
}

export interface SharedWork {
  /** Whose `part` runs, or whose rows are kept. */
  readonly operator: Operator
  /** Where the pipeline's rows come out. */
  readonly top: Operator
  readonly request: OpenRequest
  /** The rows that come out of the pipeline are the part. */
  readonly keepsRows?: boolean
}

export interface SharedParts<Part> {
  /** The calling thread's first. */
  readonly parts: readonly Part[]
  readonly memory: QueryMemory
  /** Gives back what the parts lie in. */
  release(): void
}

/** What a consumer lets the operator know when it opens it. Every operator may ignore it. */
export interface OpenRequest {
  /** The columns that will be read; of the others only the place in the batch must be filled. All, when absent. */
  readonly needed?: ReadonlySet<ColumnId>
  /** Rows that a filter refuses may be left out. */
  readonly filters?: readonly RowFilter[]
  /** Batches may be as large as they come: the consumer's kernels cost more by the batch than by the row. */
  readonly wide?: boolean
}

/** As many as a row group has, and as a selection of 16 bits can number. TPC-H's queries take 0.87 of the time with 4096. */
const widestBatch = 65536

/** Rows per batch of a scan: more for a consumer that wants batches wide, unless the setting says how many. */
export function batchRows({ batchSize }: Pick<ExecutionContext, 'batchSize'>, { wide }: OpenRequest): number {
  return wide && batchSize === defaultBatchSize ? widestBatch : batchSize
}

/** The set of values of a column that matter to the consumer: a bit per integer from `low` on, in linear memory. */
export interface RowFilter {
  readonly column: ColumnId
  /** Stored integers, at this scale. */
  readonly low: number
  readonly size: number
  readonly scale: number
  /** Address of the bits; the address 0 says that all integers of the range are in. NULL never is. */
  readonly bits: number
}

/** auto: kernels where the input is large enough to pay for them. */
export type ExecutionMode = 'auto' | 'compiled' | 'interpreted'

/** All that a running statement may use. */
export interface ExecutionContext {
  readonly transaction: Transaction
  readonly pool: Pool
  readonly settings: Settings
  readonly functions: FunctionContext
  readonly parameters: readonly Value[]
  readonly mode: ExecutionMode
  readonly batchSize: number
  /** Values of the columns of enclosing queries, set by who opens a correlated subplan. */
  readonly outer: Map<ColumnId, Value>
  /** Rows of CTEs, by number: filled when first read. */
  readonly ctes: Map<number, unknown>
  /** Rows changed by the statement's INSERT, UPDATE, DELETE or MERGE. */
  changedRows: number
  /** Throws 57014 when the statement was cancelled or its time is over; called at least once per batch. */
  /** Told of rows that got new versions: row n of `rows` became row `first` + n. */
  readonly rowsMoved?: (table: TableDefinition, rows: readonly RowId[], first: RowId) => void
  checkInterrupt(): void
  /** Rows and nanoseconds per operator, when EXPLAIN ANALYZE asks. */
  readonly statistics?: Map<Operator, OperatorStatistics>
  /** Absent when there are none, or when this is one of them. */
  readonly threads?: Threads
  readonly pipeline?: Pipeline
}

export interface OperatorStatistics {
  rows: number
  batches: number
  nanoseconds: number
  path?: string
}
