/**
 * Logical plans: what is to be computed, as a tree of read-only nodes. `columns` is what a node yields, in order. Children
 * are called `input`, `left` and `right`, or `inputs`, so that `mapInputs` walks them all.
 */
import type { TableFunction, TableFunctionOverload } from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import type { TableDefinition, ViewDefinition } from '../storage/interface.ts'
import type { ExternalSource } from '../types/external-source.ts'
import type { AggregateCall, ColumnId, Expression, OutputColumn, SortKey, WindowCall } from './expression.ts'

export type { ExternalSource } from '../types/external-source.ts'

export type LogicalPlan =
  | Scan
  | Values
  | TableFunctionScan
  | ExternalScan
  | Filter
  | Project
  | ProjectSet
  | Join
  | Apply
  | Aggregate
  | Window
  | Sort
  | Limit
  | Distinct
  | SetOperation
  | With
  | CteScan
  | RecursiveCte
  | Insert
  | Update
  | Delete
  | Merge

interface PlanNode {
  readonly columns: readonly OutputColumn[]
}

/** A table's rows. `filter` are conjuncts pushed down. */
export interface Scan extends PlanNode {
  readonly kind: 'scan'
  readonly table: TableDefinition
  readonly alias: string
  /** Per output column, its number in the table. */
  readonly tableColumns: readonly number[]
  readonly filter: readonly Expression[]
  /** A further output column, the last of `columns`, that holds the row id (bigint): for UPDATE and DELETE. */
  readonly rowId?: ColumnId
  readonly sample?: { readonly fraction?: number; readonly rows?: number; readonly seed?: number }
}

/** Constant rows; one row of no columns where a query has no FROM. */
export interface Values extends PlanNode {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}

/** One function or ROWS FROM several, zipped; `ordinality` adds a bigint as the last column. Arguments may be correlated. */
export interface TableFunctionScan extends PlanNode {
  readonly kind: 'table-function'
  readonly calls: readonly {
    readonly function: TableFunction
    readonly overload: TableFunctionOverload
    readonly args: readonly Expression[]
    /** The number of columns that this call yields. */
    readonly width: number
  }[]
  readonly ordinality: boolean
}

/** Rows from outside the database: a file. The source was opened when the query was bound, since it names the columns. */
export interface ExternalScan extends PlanNode {
  readonly kind: 'external-scan'
  readonly source: ExternalSource
  /** Per output column, its number in the source. */
  readonly sourceColumns: readonly number[]
  readonly filter: readonly Expression[]
}

/** Keeps the rows for which the predicate is true. */
export interface Filter extends PlanNode {
  readonly kind: 'filter'
  readonly input: LogicalPlan
  readonly predicate: Expression
}

/** Output column i is `expressions[i]`; passing a column on keeps its id. */
export interface Project extends PlanNode {
  readonly kind: 'project'
  readonly input: LogicalPlan
  readonly expressions: readonly Expression[]
}

/** Set-returning functions in the select list: the input's columns, then those of the calls, zipped with NULLs to the longest. */
export interface ProjectSet extends PlanNode {
  readonly kind: 'project-set'
  readonly input: LogicalPlan
  readonly calls: readonly {
    readonly function: TableFunction
    readonly overload: TableFunctionOverload
    readonly args: readonly Expression[]
    readonly column: OutputColumn
  }[]
}

/**
 *   inner left right full cross   columns: left's, then right's
 *   semi anti                     columns: left's
 *   mark                          columns: left's and `mark`, a boolean: whether a match exists (NULL if unknown, when nullAware)
 *   single                        left's and right's; as left, but 21000 when a row has more than one match
 * `nullAware` (anti, mark): the first condition is the equality of NOT IN / IN, for which NULLs on either side matter.
 */
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'mark' | 'single'

export interface Join extends PlanNode {
  readonly kind: 'join'
  readonly type: JoinType
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  /** Conjuncts; none for cross. */
  readonly condition: readonly Expression[]
  readonly nullAware: boolean
  readonly mark?: OutputColumn
  /** POSITIONAL and ASOF joins, which have an operator of their own. */
  readonly special?: 'positional' | 'asof'
}

/** A join whose right side reads columns of the left: LATERAL, and subqueries on their way to a join. */
export interface Apply extends PlanNode {
  readonly kind: 'apply'
  readonly type: 'inner' | 'left' | 'semi' | 'anti' | 'mark' | 'single'
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  readonly condition: readonly Expression[]
  readonly nullAware: boolean
  readonly mark?: OutputColumn
}

/**
 * Groups by expressions. `columns`: the groups in order, then the aggregates, then `grouping` when grouping sets have more
 * than one member. No groups and no sets: one row, even of no input.
 */
export interface Aggregate extends PlanNode {
  readonly kind: 'aggregate'
  readonly input: LogicalPlan
  readonly groups: readonly Expression[]
  readonly aggregates: readonly AggregateCall[]
  /** Each set lists positions in `groups`; absent: one set of them all. Groups not in the set are NULL. */
  readonly sets?: readonly (readonly number[])[]
  /** An integer column (the last): bit i (from the right) set when group i is not in the row's set. */
  readonly groupingColumn?: ColumnId
}

/** The input's columns, then one per call. All calls share the specification. */
export interface Window extends PlanNode {
  readonly kind: 'window'
  readonly input: LogicalPlan
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly frame: WindowFrame
  readonly calls: readonly WindowCall[]
}

export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: WindowBound
  readonly end: WindowBound
  readonly exclude: 'no others' | 'current row' | 'group' | 'ties'
}

export interface WindowBound {
  readonly kind: ast.FrameBound['kind']
  readonly offset?: Expression
  /** RANGE with an offset: how a bound is computed from the order value. */
  readonly shift?: (value: never, offset: never) => unknown
}

export interface Sort extends PlanNode {
  readonly kind: 'sort'
  readonly input: LogicalPlan
  readonly keys: readonly SortKey[]
}

/** Counts are evaluated once; NULL is no limit; negative raises 2201W or 2201X. */
export interface Limit extends PlanNode {
  readonly kind: 'limit'
  readonly input: LogicalPlan
  readonly limit?: Expression
  readonly offset?: Expression
  readonly percent?: boolean
  /** WITH TIES: the keys of the sort below. */
  readonly ties?: readonly SortKey[]
}

/** The first row of each group of equal values of `on`, or of all columns. */
export interface Distinct extends PlanNode {
  readonly kind: 'distinct'
  readonly input: LogicalPlan
  readonly on?: readonly Expression[]
}

/** Inputs have the same number and types of columns; matched by position. */
export interface SetOperation extends PlanNode {
  readonly kind: 'set-operation'
  readonly operator: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly left: LogicalPlan
  readonly right: LogicalPlan
}

/** A CTE that is computed once, when first read (or at once when it changes data), and read by its CteScans in `input` and in later CTEs. */
export interface With extends PlanNode {
  readonly kind: 'with'
  readonly cte: number
  readonly name: string
  /** All rows will be asked for, so several threads may make them before the first is read. */
  readonly whole?: boolean
  readonly definition: LogicalPlan
  readonly input: LogicalPlan
}

/** Column i is column i of the definition, under a new id. Within a RecursiveCte: the working table. */
export interface CteScan extends PlanNode {
  readonly kind: 'cte-scan'
  readonly cte: number
  readonly name: string
}

/** UNION [ALL] of `left` (once) and `right`, which reads the previous step's rows by a CteScan of `cte`. */
export interface RecursiveCte extends PlanNode {
  readonly kind: 'recursive-cte'
  readonly cte: number
  readonly all: boolean
  readonly left: LogicalPlan
  readonly right: LogicalPlan
}

/**
 * Column i of the table gets `values[i]` over the input's columns (defaults and generated values included; DEFAULTs are bound
 * in). `columns` are RETURNING's; its expressions see `rowColumns`: the new row's table columns.
 */
export interface Insert extends PlanNode {
  readonly kind: 'insert'
  readonly table: TableDefinition
  readonly input: LogicalPlan
  readonly values: readonly Expression[]
  readonly checks: readonly TableCheck[]
  readonly rowColumns: readonly OutputColumn[]
  readonly conflict?: ConflictAction
  readonly instead?: InsteadOf
  readonly returning?: readonly Expression[]
}

/** Violated when the expression over `rowColumns` is false; 23514. */
export interface TableCheck {
  readonly name: string
  readonly expression: Expression
  /** A view's WITH CHECK OPTION (44000). */
  readonly view?: ViewDefinition
}

/** `indexes`: names of the unique indexes that may conflict (all when absent). `existing`: ids of the row in the table; `rowColumns` stand for `excluded`. */
export interface ConflictAction {
  readonly indexes?: readonly string[]
  readonly action: 'nothing' | 'update'
  readonly existing: readonly OutputColumn[]
  /** Per table column, the new value over `existing` and `rowColumns`. */
  readonly values?: readonly Expression[]
  /** Numbers of the columns that SET names. */
  readonly changed?: readonly number[]
  readonly where?: Expression
}

/**
 * A change of a view by its INSTEAD OF triggers: `table` has the view's name and columns, and `old`, over the input, is the row
 * to change; nothing of it is stored.
 */
export interface InsteadOf {
  readonly view: ViewDefinition
  readonly old: readonly Expression[]
}

/** The input yields the row id, the old row and whatever FROM adds; `values[i]` is column i of the new version. */
export interface Update extends PlanNode {
  readonly kind: 'update'
  readonly table: TableDefinition
  readonly input: LogicalPlan
  readonly rowId: ColumnId
  readonly values: readonly Expression[]
  /** Numbers of the columns that SET names. */
  readonly changed: readonly number[]
  readonly checks: readonly TableCheck[]
  /** The new row. Returning and checks see these and the input's columns. */
  readonly rowColumns: readonly OutputColumn[]
  readonly instead?: InsteadOf
  readonly returning?: readonly Expression[]
}

export interface Delete extends PlanNode {
  readonly kind: 'delete'
  readonly table: TableDefinition
  readonly input: LogicalPlan
  readonly rowId: ColumnId
  readonly instead?: InsteadOf
  readonly returning?: readonly Expression[]
}

/** The input is source LEFT/FULL JOIN target, with the target's row id NULL where nothing matched, and `sourceMatched` NULL where no source row did. */
export interface Merge extends PlanNode {
  readonly kind: 'merge'
  readonly table: TableDefinition
  readonly input: LogicalPlan
  readonly rowId: ColumnId
  readonly sourceMatched?: ColumnId
  readonly branches: readonly {
    readonly when: ast.MergeBranch['when']
    readonly condition?: Expression
    readonly action: 'update' | 'delete' | 'insert' | 'nothing'
    readonly values?: readonly Expression[]
    /** Of an update: numbers of the columns that SET names. */
    readonly changed?: readonly number[]
  }[]
  readonly checks: readonly TableCheck[]
  readonly rowColumns: readonly OutputColumn[]
  readonly returning?: readonly Expression[]
}
