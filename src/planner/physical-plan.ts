/**
 * Physical plans: how it is computed. The nodes of the logical plan that leave no choice are kept as they are, over
 * physical inputs; where there is a choice, the physical planner names the algorithm. Columns keep their ids: `exec/build.ts`
 * turns ids into positions. `estimatedRows` is what the planner expects, for EXPLAIN and for sizing.
 */
import type { IndexDefinition, TableDefinition } from '../storage/interface.ts'
import type { ColumnId, Expression, OutputColumn, SortKey } from './expression.ts'
import type * as logical from './plan.ts'

interface PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly estimatedRows: number
}

export type PhysicalPlan =
  | PhysicalScan
  | IndexScan
  | PhysicalValues
  | PhysicalTableFunctionScan
  | PhysicalExternalScan
  | PhysicalFilter
  | PhysicalProject
  | PhysicalProjectSet
  | HashJoin
  | NestedLoopJoin
  | IndexJoin
  | SpecialJoin
  | PhysicalApply
  | PhysicalAggregate
  | PhysicalWindow
  | PhysicalSort
  | TopN
  | PhysicalLimit
  | PhysicalDistinct
  | PhysicalSetOperation
  | PhysicalWith
  | PhysicalCteScan
  | PhysicalRecursiveCte
  | PhysicalInsert
  | PhysicalUpdate
  | PhysicalDelete
  | PhysicalMerge

export interface PhysicalScan extends logical.Scan {
  readonly estimatedRows: number
}

export interface PhysicalValues extends logical.Values {
  readonly estimatedRows: number
}

export interface PhysicalTableFunctionScan extends logical.TableFunctionScan {
  readonly estimatedRows: number
}

export interface PhysicalExternalScan extends logical.ExternalScan {
  readonly estimatedRows: number
}

export interface PhysicalFilter extends Omit<logical.Filter, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalProject extends Omit<logical.Project, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalProjectSet extends Omit<logical.ProjectSet, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalApply extends Omit<logical.Apply, 'left' | 'right'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
}

export interface PhysicalAggregate extends Omit<logical.Aggregate, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalWindow extends Omit<logical.Window, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
  /** All calls are numbers of rows, and rows beyond the first so many of a partition are dropped by the filter above. */
  readonly first?: number
}

export interface PhysicalSort extends Omit<logical.Sort, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalLimit extends Omit<logical.Limit, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalDistinct extends Omit<logical.Distinct, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalSetOperation extends Omit<logical.SetOperation, 'left' | 'right'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
}

export interface PhysicalWith extends Omit<logical.With, 'definition' | 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly definition: PhysicalPlan
  readonly input: PhysicalPlan
}

export interface PhysicalCteScan extends logical.CteScan {
  readonly estimatedRows: number
}

export interface PhysicalRecursiveCte extends Omit<logical.RecursiveCte, 'left' | 'right'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
}

export interface PhysicalInsert extends Omit<logical.Insert, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalUpdate extends Omit<logical.Update, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalDelete extends Omit<logical.Delete, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

export interface PhysicalMerge extends Omit<logical.Merge, 'input'>, PhysicalNode {
  readonly columns: readonly OutputColumn[]
  readonly input: PhysicalPlan
}

/** Rows whose indexed columns equal `keys` (constants, parameters or outer columns; NULL finds nothing), or lie in a range of a btree. */
export interface IndexScan extends PhysicalNode {
  readonly kind: 'index-scan'
  readonly table: TableDefinition
  readonly alias: string
  readonly index: IndexDefinition
  readonly keys: readonly Expression[]
  readonly range?: {
    readonly low?: { readonly value: Expression; readonly inclusive: boolean }
    readonly high?: { readonly value: Expression; readonly inclusive: boolean }
  }
  readonly descending?: boolean
  readonly tableColumns: readonly number[]
  /** All conjuncts of the scan that the keys do not already ensure. */
  readonly filter: readonly Expression[]
  readonly rowId?: ColumnId
}

/** Builds a hash table of the right side's rows on `rightKeys`, probes with the left's. `filter` is the rest of the condition. */
export interface HashJoin extends PhysicalNode {
  readonly kind: 'hash-join'
  readonly type: Exclude<logical.JoinType, 'cross'>
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly leftKeys: readonly Expression[]
  readonly rightKeys: readonly Expression[]
  /** Per key: IS NOT DISTINCT FROM, so that NULL finds NULL. */
  readonly nullsEqual: readonly boolean[]
  readonly filter: readonly Expression[]
  readonly nullAware: boolean
  readonly mark?: OutputColumn
  /** At most one right row per key is known to exist. */
  readonly rightUnique: boolean
  /** Semi and anti: the left side is so much smaller that a table of it, marked by the right rows, would be better. */
  readonly preferLeftBuild?: boolean
  /** Columns that nothing above reads: their values need not be copied. */
  readonly unread?: ReadonlySet<ColumnId>
}

export interface NestedLoopJoin extends PhysicalNode {
  readonly kind: 'nested-loop-join'
  readonly type: logical.JoinType
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly condition: readonly Expression[]
  readonly nullAware: boolean
  readonly mark?: OutputColumn
  /** Columns that nothing above reads: their values need not be copied. */
  readonly unread?: ReadonlySet<ColumnId>
}

/** For each row of the input, looks `keys` up in the table's index. Columns: the input's, then the table's (not for semi and anti). */
export interface IndexJoin extends PhysicalNode {
  readonly kind: 'index-join'
  readonly type: 'inner' | 'left' | 'semi' | 'anti'
  readonly input: PhysicalPlan
  readonly table: TableDefinition
  readonly alias: string
  readonly index: IndexDefinition
  readonly keys: readonly Expression[]
  readonly tableColumns: readonly number[]
  readonly tableOutput: readonly OutputColumn[]
  readonly filter: readonly Expression[]
  /** How many rows the look-ups are expected to find, before the filter. */
  readonly foundRows?: number
  /** Columns that nothing above reads: their values need not be copied. */
  readonly unread?: ReadonlySet<ColumnId>
}

export interface SpecialJoin extends PhysicalNode {
  readonly kind: 'positional-join' | 'asof-join'
  readonly type: 'inner' | 'left' | 'right' | 'full'
  readonly left: PhysicalPlan
  readonly right: PhysicalPlan
  readonly condition: readonly Expression[]
}

/** The first `limit` rows after `offset` in the order of the keys. */
export interface TopN extends PhysicalNode {
  readonly kind: 'top-n'
  readonly input: PhysicalPlan
  readonly keys: readonly SortKey[]
  readonly limit: Expression
  readonly offset?: Expression
}
