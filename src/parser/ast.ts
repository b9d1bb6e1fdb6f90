/**
 * What the parser yields: the statement as it was written, names unresolved, every node with its span. Read-only data.
 * The parser knows no types and no catalog; it accepts every well-formed statement of our dialect (PostgreSQL's, with
 * DuckDB's conveniences) and leaves it to the binder to refuse what we do not support.
 */
import type { AlterObject, AlterTable, Comment, Drop, RefreshView } from './ast/alter.ts'
import type { Copy, Delete, Insert, Merge, Truncate, Update } from './ast/change.ts'
import type {
  AlterSequence,
  CreateDomain,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateTable,
  CreateType,
  CreateView,
} from './ast/definition.ts'
import type { Span } from './ast/node.ts'
import type { Query } from './ast/query.ts'
import type {
  AlterOperator,
  CreateAggregate,
  CreateCast,
  CreateFunction,
  CreateOperator,
  CreateTrigger,
  DropCast,
  DropOperator,
} from './ast/routine.ts'
import type {
  Call,
  CloseCursor,
  Deallocate,
  DeclareCursor,
  Discard,
  Execute,
  Explain,
  Fetch,
  Lock,
  Maintenance,
  Pragma,
  Prepare,
  SessionVariable,
  SetConstraints,
  SetVariable,
  Show,
  Transaction,
  Unsupported,
} from './ast/session.ts'

export type * from './ast/alter.ts'
export type * from './ast/change.ts'
export type * from './ast/definition.ts'
export type * from './ast/expression.ts'
export type * from './ast/node.ts'
export type * from './ast/query.ts'
export type * from './ast/routine.ts'
export type * from './ast/session.ts'

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | Copy
  | CreateTable
  | CreateIndex
  | CreateView
  | CreateSchema
  | CreateSequence
  | AlterSequence
  | CreateType
  | CreateDomain
  | CreateFunction
  | CreateAggregate
  | CreateOperator
  | AlterOperator
  | DropOperator
  | CreateCast
  | DropCast
  | CreateTrigger
  | AlterTable
  | AlterObject
  | Drop
  | RefreshView
  | Comment
  | Transaction
  | SetConstraints
  | Lock
  | Discard
  | SetVariable
  | Show
  | SessionVariable
  | Explain
  | Prepare
  | Execute
  | Deallocate
  | DeclareCursor
  | Fetch
  | CloseCursor
  | Call
  | Maintenance
  | Pragma
  | Unsupported

/** One statement of a script, with its text and the parameters it names. */
export interface ParsedStatement {
  readonly statement: Statement
  /** Offsets into the script. All spans of the statement count from the script's beginning too. */
  readonly span: Span
  /** How many positional parameters ($n or ?) the statement has: the highest index. */
  readonly parameterCount: number
  /** Names of :name / $name parameters, in order of first use. */
  readonly parameterNames: readonly string[]
}
