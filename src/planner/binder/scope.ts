/**
 * Names in reach. One Scope per query level: the relations of its FROM, what its clauses have collected so far
 * (aggregates, window calls, set-returning calls), and the level around it, in which names that are not found here are
 * looked for next. A column that is found further out makes the query correlated; nothing else marks it.
 */
import { SqlError } from '../../error.ts'
import { useOwnCasts } from '../../functions/own-casts.ts'
import type * as ast from '../../parser/ast.ts'
import type { Relation, RoutineDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { PlannerContext } from '../context.ts'
import type { AggregateCall, ColumnId, Expression, OutputColumn, SortKey, WindowCall } from '../expression.ts'
import type { LogicalPlan, ProjectSet, WindowFrame } from '../plan.ts'
import type { CteEnvironment } from './cte.ts'
import { ownCasts } from './user-cast.ts'

/** What is shared by all levels of a statement. */
export interface BindState {
  readonly context: PlannerContext
  /** As far as they are known; grows while the statement is bound. */
  readonly parameterTypes: (DataType | undefined)[]
  nextColumn: ColumnId
  nextCte: number
  /** Views being bound, outermost first. */
  readonly views: Relation[]
  /** Above zero while expressions of another text than the statement's are bound: their spans mean nothing in it. */
  foreign: number
  /** What `$1`, `$2` … are in the body of a function. */
  arguments: readonly Expression[] | undefined
  /** Some collation is said, by COLLATE or by a column: see `collation.ts`. */
  collated: boolean
  /** Padded relations have markers. Few statements read them: others are bound without. */
  hasMarkers: boolean
  /** A marker was missing. */
  needsMarkers: boolean
  /** Tables have the numbers of their rows beside their columns; and a number was missing. */
  hasRowIds: boolean
  needsRowIds: boolean
  /** Functions whose bodies are being put in the place of their calls. */
  readonly routines: RoutineDefinition[]
}

/** Binds what stands in another text: a view's query, a column's default. Errors point at `position` in the statement. */
export function foreignText<T>(state: BindState, position: number | undefined, body: () => T): T {
  state.foreign++
  try {
    return body()
  } catch (error) {
    if (error instanceof SqlError) error.position = position
    throw error
  } finally {
    state.foreign--
  }
}

/** The span, where it belongs to the statement's own text. */
export function ownSpan(span: ast.Span | undefined, state: BindState): ast.Span | undefined {
  return state.foreign > 0 ? undefined : span
}

export function newState(context: PlannerContext): BindState {
  useOwnCasts(ownCasts(context.catalog))
  return {
    context,
    parameterTypes: [...(context.parameterTypes ?? [])],
    nextColumn: 1,
    nextCte: 1,
    views: [],
    foreign: 0,
    arguments: undefined,
    collated: false,
    hasMarkers: true,
    needsMarkers: false,
    hasRowIds: true,
    needsRowIds: false,
    routines: [],
  }
}

/** Where an expression stands, in the words of PostgreSQL's messages. */
export type Clause =
  | 'SELECT'
  | 'FROM clause of their own query level'
  | 'functions in FROM'
  | 'JOIN conditions'
  | 'WHERE'
  | 'GROUP BY'
  | 'HAVING'
  | 'QUALIFY'
  | 'ORDER BY'
  | 'DISTINCT ON'
  | 'FILTER'
  | 'window definitions'
  | 'window ROWS'
  | 'window RANGE'
  | 'window GROUPS'
  | 'LIMIT'
  | 'OFFSET'
  | 'VALUES'
  | 'UPDATE'
  | 'RETURNING'
  | 'MERGE WHEN conditions'
  | 'DEFAULT expressions'
  | 'check constraints'
  | 'index expressions'
  | 'index predicates'
  | 'column generation expressions'
  | 'transform expressions'
  | 'EXECUTE parameters'
  | 'COPY FROM WHERE conditions'
  | 'CALL arguments'

/** A column that can be named. Columns merged by USING may be expressions over the columns of both sides. */
export interface ScopeColumn extends OutputColumn {
  readonly expression?: Expression
}

/** A relation in reach under a name. */
export interface RangeItem {
  /** The alias or the relation's own name; absent for the result of a join. */
  readonly name?: string
  /** Set where the relation may be named with its schema: a table without an alias. */
  readonly schema?: string
  readonly columns: readonly ScopeColumn[]
  readonly positions: ReadonlyMap<string, number>
  /** An outer join may leave all of its columns NULL. */
  readonly padded?: boolean
  /** Of a padded one: NULL where the join found no row. */
  readonly marker?: OutputColumn
  /** Of a table, where it is asked for: the number of the row. */
  readonly rowId?: OutputColumn
  /** `name.column` works. */
  readonly qualified: boolean
  /** The columns can be named alone, and `*` yields them. */
  readonly unqualified: boolean
  readonly table?: TableDefinition
  /** The name of the table under an alias, for hints. */
  readonly relation?: string
  /** For the whole-row value of a named type. */
  readonly rowType?: DataType
  /** A sequence, whose row is no value. */
  readonly rowless?: boolean
}

/** In `positions`: the name stands for several columns. */
export const AMBIGUOUS = -1

export interface PendingAggregate {
  readonly call: AggregateCall
  readonly column: OutputColumn
}

export interface PendingWindow {
  readonly call: WindowCall
  readonly specification: BoundWindow
  readonly column: OutputColumn
}

export interface BoundWindow {
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly frame: WindowFrame
}

export interface PendingGrouping {
  readonly args: readonly Expression[]
  readonly column: OutputColumn
  readonly span: ast.Span
}

export type PendingSet = ProjectSet['calls'][number]

export class Scope {
  readonly state: BindState
  readonly parent: Scope | undefined
  readonly ctes: CteEnvironment | undefined
  items: RangeItem[] = []
  /** Relations of the statement that cannot be named from here; for the hint. */
  blocked: readonly RangeItem[] = []
  /** Relations that LATERAL would reach, where it may not: the padded side of a join, the table that a statement changes. */
  forbidden: readonly RangeItem[] = []
  clause: Clause = 'SELECT'
  readonly aggregates: PendingAggregate[] = []
  readonly windows: PendingWindow[] = []
  /** The windows of the query in the order in which they are defined: those of WINDOW first. */
  readonly windowDefinitions: BoundWindow[] = []
  readonly sets: PendingSet[] = []
  readonly groupings: PendingGrouping[] = []
  namedWindows: ReadonlyMap<string, ast.WindowSpecification> | undefined
  /** Looks a name up among the aliases of the select list, where no column has it. */
  alias: ((name: string, span: ast.Span) => Expression | undefined) | undefined
  /** Parameters of the lambdas around the expression. */
  lambda: LambdaScope | undefined
  /** Set-returning functions may not stand here: the construct that forbids it. */
  noSets: string | undefined
  /** Inside the arguments of an aggregate. */
  inAggregate = false
  /** Inside the arguments of a window call. */
  inWindow = false
  /** The VALUES of an INSERT of one row: set-returning functions may make more rows of it. */
  setsInValues = false
  /** Columns that the level owns besides those of its items. */
  readonly ownColumns: Set<ColumnId> = new Set()

  constructor(state: BindState, parent?: Scope, ctes: CteEnvironment | undefined = parent?.ctes) {
    this.state = state
    this.parent = parent
    this.ctes = ctes
  }

  /** The same place with other common tables in reach: what is bound in it sees the same columns. */
  withCtes(ctes: CteEnvironment): Scope {
    const scope = new Scope(this.state, this, ctes)
    scope.clause = this.clause
    return scope
  }

  /** Whether the column was made at this level. */
  owns(id: ColumnId): boolean {
    if (this.ownColumns.has(id)) return true
    for (const item of this.items) for (const column of item.columns) if (column.id === id) return true
    return false
  }
}

export interface LambdaScope {
  readonly names: ReadonlyMap<string, Expression>
  readonly parent: LambdaScope | undefined
}

/** A query or a part of FROM: its plan and what it yields. */
export interface BoundQuery {
  readonly plan: LogicalPlan
  readonly columns: readonly OutputColumn[]
}

export function newColumn(state: BindState, name: string, type: DataType, table?: string): OutputColumn {
  return { id: state.nextColumn++, name, type, table }
}

/** The reference to a column that a plan yields. */
export function reference(column: ScopeColumn, span?: ast.Span): Expression {
  if (column.expression) return column.expression
  const name = column.table === undefined ? column.name : `${column.table}.${column.name}`
  return { kind: 'column', type: column.type, id: column.id, name, span }
}

/** Runs `body` with another clause, then restores it. */
export function within<T>(scope: Scope, clause: Clause, body: () => T): T {
  const before = scope.clause
  scope.clause = clause
  try {
    return body()
  } finally {
    scope.clause = before
  }
}

/** From names to positions; a name that occurs twice is ambiguous. */
export function positionsOf(columns: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  for (let index = 0; index < columns.length; index++) {
    const { name } = columns[index]
    positions.set(name, positions.has(name) ? AMBIGUOUS : index)
  }
  return positions
}

const positionsOfTable = new WeakMap<TableDefinition, ReadonlyMap<string, number>>()

/** As `positionsOf`, remembered per table. */
export function tablePositions(table: TableDefinition): ReadonlyMap<string, number> {
  let positions = positionsOfTable.get(table)
  if (!positions) {
    positions = positionsOf(table.columns)
    positionsOfTable.set(table, positions)
  }
  return positions
}
