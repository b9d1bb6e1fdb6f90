/** What the binder and the planner are given: the catalog as the statement sees it, settings, and the host's files. */
import type { FunctionContext } from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import type { Settings } from '../settings.ts'
import type { CatalogView, RowId, TableDefinition } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import type { RoutineCall } from './binder/routine-call.ts'
import type { Scope } from './binder/scope.ts'
import type { AggregateCall, Expression, WindowCall } from './expression.ts'
import type { ExternalSource } from './plan.ts'

/** What the nodes of a definition were bound to, for printing it as PostgreSQL does. */
export interface BindingRecord {
  readonly expressions: Map<ast.Expression, Expression>
  readonly calls: Map<ast.FunctionCall, AggregateCall | WindowCall>
  /** The names in reach of a SELECT's clauses. */
  readonly scopes: Map<ast.Query, Scope>
}

export interface PlannerContext {
  readonly catalog: CatalogView
  readonly settings: Settings
  /** For folding constants: immutable functions only. */
  readonly functions: FunctionContext
  /**
   * Types of the parameters that the caller has given values for, by index; may be filled in by the binder where undefined.
   * Absent where there can be no parameters: in definitions, COPY.
   */
  readonly parameterTypes?: readonly (DataType | undefined)[]
  readonly parameterNames: readonly string[]
  /** The statement is one of a function's body, for such a call; `isLast`: its rows are the result. */
  readonly routine?: { readonly call: RoutineCall; readonly isLast: boolean }
  /** Where the rows of a query are rows of one table, their ids come with them: the query of a cursor. */
  readonly marksRows?: boolean
  /** WHERE CURRENT OF: the row of the table on which a cursor stands; undefined when it is gone. */
  currentRow?(cursor: ast.Identifier, table: TableDefinition): RowId | undefined
  /** A definition is bound, not run: materialised views without rows are read all the same, functions stay calls. */
  readonly isDefinition?: boolean
  /** Values, where the plan may depend on them (LIMIT, file names); absent when a plan is to be reused. */
  readonly parameters?: readonly Value[]
  /** Opens `FROM 'file'` and read_csv(…) and its like; absent where there are no files. */
  openFile?(
    path: string | readonly string[],
    format: string | undefined,
    options: ReadonlyMap<string, Value>,
  ): ExternalSource
  /** What SET VARIABLE has set. */
  variable?(name: string): { readonly type: DataType; readonly value: Value } | undefined
  readonly record?: BindingRecord
  /** A table of information_schema or pg_catalog. */
  systemTable?(name: string, schema: string | undefined): ExternalSource | undefined
}
