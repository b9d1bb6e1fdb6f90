/**
 * The contract of execution. `buildPlan` turns a physical plan into a tree of Operators once; each `open` runs it, so a
 * correlated subplan is opened many times and a prepared plan again and again. Nothing that changes while a query runs
 * lives in the plan or in the Operator: it lives in the generator that `open` returns.
 */
import type { FunctionContext } from '../functions/function.ts'
import type { ColumnId, OutputColumn } from '../planner/expression.ts'
import type { PhysicalPlan } from '../planner/physical-plan.ts'
import type { Settings } from '../settings.ts'
import type { Pool } from '../storage/allocator.ts'
import type { RowId, TableDefinition, Transaction } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'

export interface Operator {
  readonly columns: readonly OutputColumn[]
  /** The node that it runs, for EXPLAIN ANALYZE. */
  readonly plan: PhysicalPlan
  readonly inputs: readonly Operator[]
  /** 'compiled' or 'interpreted', and why; known after a run. */
  readonly path?: string
  /** Batches until the rows are done. Leaving the loop early releases what the operator holds. */
  open(context: ExecutionContext, request?: OpenRequest): Iterable<Batch>
}

/** What a consumer lets the operator know when it opens it. Every operator may ignore it. */
export interface OpenRequest {
  /** The columns that will be read; of the others only the place in the batch must be filled. All, when absent. */
  readonly needed?: ReadonlySet<ColumnId>
  /** Rows that a filter refuses may be left out. */
  readonly filters?: readonly RowFilter[]
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
}

export interface OperatorStatistics {
  rows: number
  batches: number
  nanoseconds: number
  path?: string
}
