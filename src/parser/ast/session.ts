/** Transactions, settings, cursors and tools. */
import type { Statement } from '../ast.ts'
import type { Option } from './change.ts'
import type { Expression, FunctionCall, TypeName } from './expression.ts'
import type { Identifier, Node, QualifiedName } from './node.ts'
import type { Query } from './query.ts'

export interface Transaction extends Node {
  readonly kind: 'transaction'
  readonly action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback-to' | 'set'
  readonly savepoint?: Identifier
  readonly isolation?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'
  readonly readOnly?: boolean
  readonly deferrable?: boolean
  /** COMMIT AND CHAIN */
  readonly chain: boolean
  /** SET SESSION CHARACTERISTICS */
  readonly session: boolean
}

export interface SetConstraints extends Node {
  readonly kind: 'set-constraints'
  readonly names?: readonly QualifiedName[]
  readonly deferred: boolean
}

export interface Lock extends Node {
  readonly kind: 'lock'
  readonly tables: readonly QualifiedName[]
  /** `access exclusive`, `row share` … */
  readonly mode: string
  readonly nowait: boolean
}

export interface Discard extends Node {
  readonly kind: 'discard'
  readonly target: 'all' | 'plans' | 'sequences' | 'temp'
}

export interface SetVariable extends Node {
  readonly kind: 'set'
  readonly name: string
  readonly scope: 'session' | 'local' | 'global'
  /** Undefined for SET x TO DEFAULT and RESET x; name 'all' for RESET ALL. */
  readonly values?: readonly Expression[]
}

/** DuckDB's SET VARIABLE and RESET VARIABLE. */
export interface SessionVariable extends Node {
  readonly kind: 'session-variable'
  readonly name: string
  readonly value?: Expression
}

export interface Show extends Node {
  readonly kind: 'show'
  /** A setting, 'all', 'tables', 'databases' … folded. */
  readonly name: string
}

export interface Explain extends Node {
  readonly kind: 'explain'
  readonly statement: Statement
  readonly analyze: boolean
  readonly options: readonly Option[]
}

export interface Prepare extends Node {
  readonly kind: 'prepare'
  readonly name: Identifier
  readonly types: readonly TypeName[]
  readonly statement: Statement
}

export interface Execute extends Node {
  readonly kind: 'execute'
  readonly name: Identifier
  readonly args: readonly Expression[]
}

export interface Deallocate extends Node {
  readonly kind: 'deallocate'
  /** Undefined for ALL. */
  readonly name?: Identifier
}

export interface DeclareCursor extends Node {
  readonly kind: 'declare-cursor'
  readonly name: Identifier
  readonly query: Query
  readonly binary: boolean
  readonly scroll?: boolean
  readonly hold: boolean
}

export interface Fetch extends Node {
  readonly kind: 'fetch'
  readonly cursor: Identifier
  readonly move: boolean
  readonly direction: 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative' | 'forward' | 'backward'
  /** 'all' or a count; 1 when not given. */
  readonly count: number | 'all'
}

export interface CloseCursor extends Node {
  readonly kind: 'close-cursor'
  readonly name?: Identifier
}

export interface Call extends Node {
  readonly kind: 'call-procedure'
  readonly call: FunctionCall
}

/** VACUUM, ANALYZE, CHECKPOINT, REINDEX, CLUSTER. */
export interface Maintenance extends Node {
  readonly kind: 'maintenance'
  readonly command: 'vacuum' | 'analyze' | 'checkpoint' | 'reindex' | 'cluster'
  readonly targets: readonly MaintenanceTarget[]
  readonly options: readonly Option[]
  /** Of REINDEX: what the targets are. */
  readonly of?: 'table' | 'index' | 'schema' | 'database' | 'system'
}

export interface MaintenanceTarget {
  readonly name: QualifiedName
  readonly columns: readonly Identifier[]
  /** CLUSTER t USING i */
  readonly index?: Identifier
}

/** DESCRIBE t, DESCRIBE query, SUMMARIZE t, SUMMARIZE query. */

/** PRAGMA name(args) or PRAGMA name = value; DuckDB's and SQLite's. */
export interface Pragma extends Node {
  readonly kind: 'pragma'
  readonly name: string
  readonly args: readonly Expression[]
}

/** A statement that PostgreSQL has and we refuse by its name with 0A000: GRANT, LISTEN, DO, CREATE ROLE, ATTACH … */
export interface Unsupported extends Node {
  readonly kind: 'unsupported'
  /** DROP of an object of a kind that we do not have: there is none, then, and IF EXISTS is content with that. */
  readonly absent?: { readonly kind: string; readonly name: string; readonly ifExists: boolean }
  readonly command: string
}
