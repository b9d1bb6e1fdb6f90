/**
 * What the planner and the executor know of storage. The planner sees `CatalogView` and `Statistics` only and never reads
 * a row; the executor reads and writes through `TableData` under a `Transaction`.
 */
import type { ExecutionContext } from '../exec/operator.ts'
import type { Pattern, SqlFunction, Volatility } from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import type { RoutineSettings } from '../settings.ts'
import type { RowTarget } from '../types/column-builder.ts'
import type { ColumnRange } from '../types/column-range.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import type { Batch } from '../types/vector.ts'
import type { SharedScan } from './shared-scan.ts'

// ───────────────────────────────────────────────────────── definitions

export interface ColumnDefinition {
  readonly name: string
  readonly type: DataType
  readonly notNull: boolean
  /** DEFAULT, as written; bound when used. */
  readonly default?: ast.Expression
  readonly generated?: { readonly expression: ast.Expression; readonly stored: boolean }
  readonly identity?: { readonly always: boolean; readonly sequence: string }
  readonly collation?: string
  readonly comment?: string
}

export interface KeyConstraint {
  readonly kind: 'primary-key' | 'unique'
  readonly name: string
  readonly columns: readonly number[]
  readonly nullsNotDistinct: boolean
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
  /** EXCLUDE (… WITH =): the same as UNIQUE, over expressions and over some of the rows too. */
  readonly exclusion?: {
    readonly method: 'btree' | 'hash'
    readonly expressions?: readonly ast.Expression[]
    readonly where?: ast.Expression
  }
}

export interface CheckConstraint {
  readonly kind: 'check'
  readonly name: string
  readonly expression: ast.Expression
  /** The text for messages and catalogs. */
  readonly text: string
}

export interface ForeignKeyConstraint {
  readonly kind: 'foreign-key'
  readonly name: string
  readonly columns: readonly number[]
  readonly referencedSchema: string
  readonly referencedTable: string
  readonly referencedColumns: readonly number[]
  readonly match: 'simple' | 'full'
  readonly onDelete: ast.ReferentialAction['action']
  /** The columns that SET NULL and SET DEFAULT set; all of the key when absent. */
  readonly onDeleteColumns?: readonly number[]
  readonly onUpdate: ast.ReferentialAction['action']
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export type ConstraintDefinition = (KeyConstraint | CheckConstraint | ForeignKeyConstraint) & {
  readonly comment?: string
}

export interface IndexOrder {
  readonly collation?: string
  readonly operatorClass?: string
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface IndexDefinition {
  readonly name: string
  readonly table: string
  readonly unique: boolean
  readonly primary: boolean
  readonly method: 'hash' | 'btree'
  /** Column numbers; an expression index has its expressions instead. */
  readonly columns: readonly number[]
  readonly expressions?: readonly ast.Expression[]
  readonly where?: ast.Expression
  readonly include: readonly number[]
  readonly nullsNotDistinct: boolean
  /** USING hash was written; to the catalogs every other index is a btree. */
  readonly isHash?: boolean
  /** COLLATE, operator class, ASC, DESC, NULLS FIRST, NULLS LAST as written, for the catalogs: they decide nothing. */
  readonly orders?: readonly IndexOrder[]
  /** WITH (…), for the catalogs: `name=value`. */
  readonly parameters?: readonly string[]
  /** The constraint that owns the index, when one does. */
  readonly constraint?: string
  /** It is of an EXCLUDE constraint. */
  readonly exclusion?: boolean
  readonly comment?: string
}

export interface DeferrableConstraint {
  readonly name: string
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export interface TableDefinition {
  readonly kind: 'table'
  readonly schema: string
  readonly name: string
  readonly temporary: boolean
  /** What becomes of a temporary table, or of its rows, when a transaction commits. */
  readonly onCommit?: 'delete' | 'drop'
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly ConstraintDefinition[]
  readonly indexes: readonly IndexDefinition[]
  readonly triggers?: readonly TriggerDefinition[]
  /** The composite type whose attributes the columns are. */
  readonly ofType?: { readonly schema: string; readonly name: string }
  /** REPLICA IDENTITY: `f`ull, `n`othing or an index; the primary key where it is absent. */
  readonly replicaIdentity?: string | { readonly index: string }
  /** Of a materialised view: where its rows come from. */
  readonly materialized?: MaterializedQuery
  /** WITH (…), for the catalogs: `name=value`. */
  readonly parameters?: readonly string[]
  readonly comment?: string
}

export interface MaterializedQuery {
  readonly query: ast.Query
  readonly queryText: string
  /** Whether it has been filled; it cannot be read before. */
  readonly populated: boolean
}

export type MaterializedView = TableDefinition & { readonly materialized: MaterializedQuery }

export interface TriggerDefinition {
  readonly name: string
  readonly timing: ast.CreateTrigger['timing']
  /** `columns` of UPDATE OF; none: any. */
  readonly events: readonly { readonly event: TriggerEvent; readonly columns: readonly string[] }[]
  readonly forEach: 'row' | 'statement'
  readonly when?: ast.Expression
  /** REFERENCING: the names under which the body reads all rows that the statement changed. */
  readonly oldTable?: string
  readonly newTable?: string
  readonly function: { readonly schema: string; readonly name: string }
  readonly args: readonly string[]
  /** CREATE CONSTRAINT TRIGGER: it may wait for the end of the transaction. */
  readonly constraint?: { readonly deferrable: boolean; readonly initiallyDeferred: boolean }
  /** In which roles of replication the trigger fires; ours is always the origin. */
  readonly state: ast.TriggerState
}

export type TriggerEvent = ast.CreateTrigger['events'][number]['event']

export interface ViewDefinition {
  readonly kind: 'view'
  readonly schema: string
  readonly name: string
  readonly temporary: boolean
  /** `default`: what a change through the view gives the column when nothing is given. */
  readonly columns: readonly {
    readonly name: string
    readonly type: DataType
    readonly default?: ast.Expression
    readonly comment?: string
  }[]
  readonly query: ast.Query
  readonly queryText: string
  readonly checkOption?: 'local' | 'cascaded'
  readonly triggers?: readonly TriggerDefinition[]
  readonly comment?: string
}

/** How far a sequence has counted. */
export interface SequenceState {
  last: bigint
  isCalled: boolean
  /** `log_cnt`: PostgreSQL logs 32 numbers ahead; so many of them are left. */
  logged: number
}

export interface SequenceDefinition {
  readonly kind: 'sequence'
  readonly schema: string
  readonly name: string
  readonly temporary: boolean
  readonly type: DataType
  readonly start: bigint
  readonly increment: bigint
  readonly minimum: bigint
  readonly maximum: bigint
  readonly cycle: boolean
  /** Shown, and nothing more: a session draws one number at a time. */
  readonly cache: bigint
  readonly comment?: string
  /** `table.column`, dropped with it. */
  readonly ownedBy?: { readonly table: string; readonly column: string }
}

export interface RoutineParameter {
  readonly name?: string
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | 'table'
  /** For VARIADIC the array that the body sees. */
  readonly type: Pattern
  /** As written; bound where a call leaves the argument out. */
  readonly default?: ast.Expression
}

/** Where a function is found; which of its overloads is meant, the types of the arguments say. */
export interface RoutineName {
  readonly schema: string
  readonly name: string
}

/**
 * A function, procedure or macro that a user made; overloads of a name are told apart by their input types. Operators are such
 * too, under their symbols, and casts, which have a schema of their own.
 */
export interface RoutineDefinition {
  readonly kind: 'function' | 'procedure' | 'macro' | 'aggregate' | 'trigger' | 'operator' | 'cast'
  readonly schema: string
  readonly name: string
  readonly parameters: readonly RoutineParameter[]
  /** Where output parameters do not say it. `record`: a row whose columns the body or the call decides. */
  readonly returns: Pattern | 'record'
  /** Yields any number of rows. */
  readonly isSet: boolean
  readonly strict: boolean
  readonly volatility: Volatility
  readonly body: RoutineBody
  readonly properties?: RoutineProperties
  readonly comment?: string
}

/** What is said of a function for PostgreSQL's planner and privileges: shown, and nothing more. */
export interface RoutineProperties {
  readonly cost?: number
  readonly rows?: number
  readonly parallel?: string
  readonly leakproof?: boolean
  readonly definer?: boolean
  /** What holds while the routine runs. */
  readonly config?: RoutineSettings
}

export type RoutineBody =
  /** Run in order; the last one's rows are the result. */
  | {
      readonly kind: 'sql'
      readonly statements: readonly ast.Statement[]
      readonly text: string
      /** RETURN or BEGIN ATOMIC, where the body is no string. */
      readonly written?: 'return' | 'atomic'
    }
  /** Put in the place of the call, with the arguments in the places of the parameters. */
  | { readonly kind: 'macro'; readonly expression?: ast.Expression; readonly query?: ast.Query }
  /** JavaScript of the host program, with its one overload. */
  | { readonly kind: 'native'; readonly function: SqlFunction }
  | { readonly kind: 'native-trigger'; readonly run: (event: never) => unknown }
  | AggregateBody
  | OperatorBody
  | CastBody

/** How CREATE AGGREGATE puts an aggregate together from functions. */
export interface AggregateBody {
  readonly kind: 'aggregate'
  readonly transition: RoutineName
  readonly stateType: Pattern
  /** The text of the state of no rows. */
  readonly initial?: string
  readonly final?: RoutineName
  /** The final function is given NULLs in the places of the aggregated arguments too. */
  readonly finalExtra: boolean
  /** Of an ordered-set aggregate: how many arguments come before ORDER BY. */
  readonly directCount?: number
  /** What PostgreSQL's catalog tells besides; it changes no result. */
  readonly combine?: RoutineName
  readonly moving?: {
    readonly transition: RoutineName
    readonly inverse: RoutineName
    readonly final?: RoutineName
    readonly stateType: Pattern
    readonly initial?: string
  }
  readonly sortOperator?: string
}

export interface OperatorBody {
  readonly kind: 'operator'
  readonly function: RoutineName
  readonly commutator?: string
  readonly negator?: string
  readonly restrict?: string
  readonly join?: string
  readonly hashes: boolean
  readonly merges: boolean
}

export interface CastBody {
  readonly kind: 'cast'
  readonly method: ast.CreateCast['method']
  readonly function?: RoutineName
  readonly context: ast.CreateCast['context']
}

/** What a domain demands of its values, and what a column of it gets when nothing is given. */
export interface DomainDefinition {
  readonly schema: string
  readonly name: string
  readonly type: Extract<DataType, { kind: 'domain' }>
  readonly notNull: boolean
  readonly default?: ast.Expression
  /** Conditions on VALUE. */
  readonly checks: readonly CheckConstraint[]
}

export type Relation = TableDefinition | ViewDefinition | SequenceDefinition

// ───────────────────────────────────────────────────────── what the planner sees

/** The catalog as one transaction sees it at one moment. */
export interface CatalogView {
  /** Changes whenever a definition changes, so that plans can be cached. */
  readonly version: number
  /** Looks an unqualified name up along the search path; temporary relations first. */
  findRelation(name: string, schema?: string): Relation | undefined
  relations(): Iterable<Relation>
  hasSchema(name: string): boolean
  /** The schemas in which names without one are looked up. */
  readonly searchPath: readonly string[]
  schemas(): Iterable<string>
  /** ENUM, DOMAIN and composite types by name. */
  findType(name: string, schema?: string): DataType | undefined
  /** What a domain demands. Without a schema along the search path, and then wherever there is one. */
  findDomain(name: string, schema?: string): DomainDefinition | undefined
  /** Names of the types of a schema. */
  typeNames(schema: string): Iterable<string>
  /** The routines of a name, along the search path; of those with the same input types the first. */
  findRoutines(name: string, schema?: string): readonly RoutineDefinition[]
  routines(): Iterable<RoutineDefinition>
  statistics(table: TableDefinition): TableStatistics
  sequenceState(sequence: SequenceDefinition): Readonly<SequenceState>
}

export interface TableStatistics {
  readonly rowCount: number
  column(index: number): ColumnStatistics
  /** Some of the rows, as they were when the statistics were last made; undefined where there are none. */
  sample?(): TableSample | undefined
}

/** Rows that stand for all rows of a table. */
export interface TableSample {
  readonly rowCount: number
  /** All rows of the table are in it. */
  readonly isComplete: boolean
  /** A column's values, row by row. */
  column(index: number): readonly Value[]
  /** Per condition that was tried on the rows, a byte per row: whether it is true. */
  readonly answers: WeakMap<object, Uint8Array>
}

export interface ColumnStatistics {
  /** As stored integers or doubles (see traits.toInteger), for integer- and float-class columns with at least one value. */
  readonly min?: number
  readonly max?: number
  readonly nullFraction: number
  /** Estimated number of distinct values (HyperLogLog, a dictionary's size, or exact for keys). */
  readonly distinct: number
  readonly averageWidth: number
  /** All values of the column are known to differ: a single-column key. */
  readonly unique: boolean
}

// ───────────────────────────────────────────────────────── what the executor uses

/** What an index on expressions, or on some of the rows, holds of a row; made outside of storage. */
export interface KeyMaker {
  readonly types: readonly DataType[]
  /** The parts of the key as messages show them. */
  readonly names: readonly string[]
  /** The key of a row whose columns `read` yields; undefined when the index leaves the row out. */
  keyOf(read: (column: number) => Value): readonly Value[] | undefined
}

/** A row version's place in its table: row group × 65536 + offset. */
export type RowId = number

export type { ColumnRange } from '../types/column-range.ts'

export interface ScanOptions {
  readonly columns: readonly number[]
  readonly batchSize?: number
  readonly ranges?: readonly ColumnRange[]
}

/** The rows and indexes of one table. All reading is by a transaction's current snapshot. */
export interface TableData {
  readonly definition: TableDefinition
  /**
   * Batches inside one segment each, vectors in the order of `options.columns`, `firstRowId` set. Rows that the snapshot
   * does not see are left out by the batch's selection. Rows that the statement itself appends are not seen.
   */
  scan(transaction: Transaction, options: ScanOptions): Iterable<Batch>
  /** The same scan as data, of which threads read a part each; absent where rows are not in segments. */
  share?(transaction: Transaction, options: ScanOptions): SharedScan
  /** Visible rows now, without a scan where possible. */
  countRows(transaction: Transaction): number
  /** The value of one column of one row version. */
  readValue(row: RowId, column: number): Value
  isVisible(transaction: Transaction, row: RowId): boolean
  /** Whether this statement has already ended a row that it sees; 27000 when a trigger or function within it has. */
  isEnded(transaction: Transaction, row: RowId): boolean
  /**
   * Appends the batch's rows (all table columns, in order, already of the columns' types). Returns the id of the first; ids
   * are consecutive. Checks NOT NULL (23502) and unique keys (23505, PostgreSQL's message and detail); on an error nothing
   * of the statement stays once the transaction goes back to its mark.
   */
  append(transaction: Transaction, batch: Batch): RowId
  /** Ends row versions. Rows ended by another open transaction raise 40001. Returns how many were newly ended. */
  remove(transaction: Transaction, rows: readonly RowId[]): number
  /** Ends `rows` and appends their new versions, unique keys checked at the end of the statement. */
  replace(transaction: Transaction, rows: readonly RowId[], batch: Batch): RowId
  truncate(transaction: Transaction): void
  /** The visible rows whose indexed columns equal the key. NULL equals nothing, but NULL where `nullsEqual` says so. */
  lookup(
    transaction: Transaction,
    index: IndexDefinition,
    key: readonly Value[],
    nullsEqual?: boolean,
  ): readonly RowId[]
  /** The key that a row would have in an index, with its types; undefined when the index leaves the row out. */
  keyOf(index: IndexDefinition, row: readonly Value[]): readonly Value[] | undefined
  keyTypes(index: IndexDefinition): readonly DataType[]
  /** For btree indexes: visible rows in key order between bounds on the first column. */
  range?(
    transaction: Transaction,
    index: IndexDefinition,
    low: { readonly value: Value; readonly inclusive: boolean } | undefined,
    high: { readonly value: Value; readonly inclusive: boolean } | undefined,
    descending: boolean,
  ): Iterable<RowId>
}

/** A transaction of one session. Statements run between `mark` and either nothing or `rollbackTo(mark)`. */
export interface Transaction {
  readonly id: number
  /** It has changed a row or a definition. */
  readonly hasWritten: boolean
  readonly catalog: CatalogView
  readonly readOnly: boolean
  readonly isolation: NonNullable<ast.Transaction['isolation']>
  /** The schemas in which names without one are looked up from now on. */
  setSearchPath(path: readonly string[]): void
  table(definition: TableDefinition): TableData
  /** Rows in bulk, column by column; NOT NULL and keys are checked, nothing else. */
  appender(definition: TableDefinition): RowTarget
  /** Starts a statement: takes a new snapshot (READ COMMITTED) or keeps the transaction's (REPEATABLE READ, SERIALIZABLE). */
  beginStatement(): void
  /** Starts a statement that reads no row once it has written one and opens no scan. */
  beginDirect(): void
  /** Checks what holds at the end of a statement: keys that several rows held for a moment (23505). */
  endStatement(): void
  mark(): number
  /** Undoes every change, data and definitions, made since the mark. */
  rollbackTo(mark: number): void
  commit(): void
  rollback(): void
  /** SET TRANSACTION: changes the isolation level (25001 once a statement has run) and whether writing is allowed. */
  /** SET CONSTRAINTS: whether a constraint, or '*', any, is checked at the end of the transaction rather than of the statement. */
  readonly constraintModes: Map<string, boolean>
  /** Checks and triggers that wait for the transaction's end; those of changes that are undone are dropped. */
  readonly waiting: {
    readonly position: number
    readonly constraint: DeferrableConstraint
    readonly run: (context: ExecutionContext) => void
  }[]
  /** Makes the checks of keys that waited for the transaction's end and need not any longer. */
  checkImmediateKeys(): void
  setCharacteristics(isolation: ast.Transaction['isolation'], readOnly: boolean | undefined): void

  createSchema(name: string): void
  dropSchema(name: string): void
  createTable(definition: TableDefinition): void
  createView(definition: ViewDefinition): void
  createSequence(definition: SequenceDefinition): void
  /**
   * Replaces a definition; for tables, columns are matched by `columnMap` (new column → old column, or -1 for a new one with
   * its fill value). Where the type of a matched column changes, `convert` makes the new value from the old one.
   */
  replaceTable(
    old: TableDefinition,
    definition: TableDefinition,
    columnMap: readonly number[],
    fill: readonly Value[],
    convert?: (column: number, value: Value) => Value,
  ): void
  replaceRelation(old: ViewDefinition | SequenceDefinition, definition: ViewDefinition | SequenceDefinition): void
  drop(relation: Relation): void
  /** LOCK TABLE: others cannot write to it until the transaction ends. */
  lockTable(table: TableDefinition): void
  createIndex(table: TableDefinition, index: IndexDefinition): void
  dropIndex(table: TableDefinition, name: string): void
  createType(name: string, schema: string, type: DataType): void
  dropType(name: string, schema: string): void
  /** Says what a domain demands from now on; its type has been made. */
  setDomain(definition: DomainDefinition): void
  /** Puts the routines of a name in the place of those that it had; none drops the name. */
  setRoutines(schema: string, name: string, routines: readonly RoutineDefinition[]): void
  /** Runs statements of a function that a running statement calls: they see what was written so far, and it does not see them. */
  nested<T>(body: () => T): T
  nextSequenceValue(sequence: SequenceDefinition): bigint
  setSequenceValue(sequence: SequenceDefinition, value: bigint, isCalled: boolean): void
}
