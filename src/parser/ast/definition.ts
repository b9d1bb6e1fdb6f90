/** Definitions of tables, indexes, views, sequences and types. */
import type { Statement } from '../ast.ts'
import type { Option } from './change.ts'
import type { Expression, TypeName } from './expression.ts'
import type { Identifier, Node, QualifiedName, Span } from './node.ts'
import type { Query } from './query.ts'
import type { Execute } from './session.ts'

/** What CREATE TYPE … AS RANGE says: each value is the name of a type or of another object. */
export interface RangeOption extends Node {
  readonly name: string
  readonly value: TypeName
}

export interface CreateTable extends Node {
  readonly kind: 'create-table'
  readonly name: QualifiedName
  readonly temporary: boolean
  readonly unlogged: boolean
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly TableConstraint[]
  /** OF a composite type, whose attributes are the columns; `columns` then says more of some of them. */
  readonly ofType?: QualifiedName
  readonly like: readonly { readonly table: QualifiedName; readonly options: readonly string[]; readonly span: Span }[]
  readonly inherits: readonly QualifiedName[]
  readonly partitionBy?: string
  readonly accessMethod?: Identifier
  readonly options: readonly Option[]
  readonly onCommit?: 'preserve' | 'delete' | 'drop'
  /** CREATE TABLE … AS */
  readonly query?: Query
  /** … AS EXECUTE */
  readonly execute?: Execute
  readonly columnNames?: readonly Identifier[]
  readonly withData: boolean
}

export interface ColumnDefinition extends Node {
  readonly name: Identifier
  /** Absent where DuckDB allows it: generated columns; and in tables OF a type. */
  readonly type?: TypeName
  readonly collation?: QualifiedName
  readonly constraints: readonly ColumnConstraint[]
}

export interface Deferral {
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export type ColumnConstraint = Node & { readonly name?: Identifier } & (
    | { readonly kind: 'not-null' }
    | { readonly kind: 'null' }
    | { readonly kind: 'default'; readonly expression: Expression }
    | ({ readonly kind: 'primary-key' } & Deferral)
    | ({ readonly kind: 'unique'; readonly nullsNotDistinct: boolean } & Deferral)
    | { readonly kind: 'check'; readonly expression: Expression; readonly noInherit: boolean }
    | ({ readonly kind: 'references' } & References & Deferral)
    | { readonly kind: 'generated'; readonly expression: Expression; readonly stored: boolean }
    | { readonly kind: 'identity'; readonly always: boolean; readonly options: readonly SequenceOption[] }
  )

export interface References {
  readonly table: QualifiedName
  readonly columns: readonly Identifier[]
  readonly match: 'simple' | 'full' | 'partial'
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
}

export interface ReferentialAction {
  readonly action: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly columns: readonly Identifier[]
}

export type TableConstraint = Node & { readonly name?: Identifier; readonly notValid: boolean } & (
    | ({
        readonly kind: 'primary-key'
        readonly columns: readonly Identifier[]
        readonly usingIndex?: Identifier
      } & Deferral)
    | ({
        readonly kind: 'unique'
        readonly columns: readonly Identifier[]
        readonly nullsNotDistinct: boolean
        readonly usingIndex?: Identifier
      } & Deferral)
    | { readonly kind: 'check'; readonly expression: Expression; readonly noInherit: boolean }
    | ({ readonly kind: 'foreign-key'; readonly columns: readonly Identifier[] } & {
        readonly references: References
      } & Deferral)
    | ({
        readonly kind: 'exclude'
        readonly method?: Identifier
        readonly elements: readonly { readonly column: IndexColumn; readonly operator: string }[]
        readonly where?: Expression
      } & Deferral)
  )

/** `increment 2`, `minvalue 1`, `no maxvalue` (value null), `start 5`, `restart`, `cache 1`, `cycle`, `owned by t.c` (name). */
export interface SequenceOption extends Node {
  readonly kind:
    | 'as'
    | 'increment'
    | 'minvalue'
    | 'maxvalue'
    | 'start'
    | 'restart'
    | 'cache'
    | 'cycle'
    | 'owned-by'
    | 'sequence-name'
  readonly value?: string | boolean | null
  readonly name?: QualifiedName
  readonly type?: TypeName
}

/** What an index is on, and in which order. */
export interface IndexColumn {
  readonly expression: Expression
  readonly collation?: QualifiedName
  readonly operatorClass?: QualifiedName
  readonly descending: boolean
  readonly nulls?: 'first' | 'last'
}

export interface CreateIndex extends Node {
  readonly kind: 'create-index'
  readonly name?: Identifier
  readonly table: QualifiedName
  readonly unique: boolean
  readonly concurrently: boolean
  readonly ifNotExists: boolean
  readonly method?: Identifier
  readonly columns: readonly IndexColumn[]
  readonly include: readonly Identifier[]
  readonly nullsNotDistinct: boolean
  readonly where?: Expression
  readonly options: readonly Option[]
}

export interface CreateView extends Node {
  readonly kind: 'create-view'
  readonly name: QualifiedName
  readonly columns: readonly Identifier[]
  readonly query: Query
  /** The query's own text, from which the view is bound anew. */
  readonly queryText: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly temporary: boolean
  readonly recursive: boolean
  readonly materialized: boolean
  readonly withData: boolean
  readonly checkOption?: 'local' | 'cascaded'
  readonly options: readonly Option[]
}

export interface CreateSchema extends Node {
  readonly kind: 'create-schema'
  readonly name: Identifier
  readonly ifNotExists: boolean
  readonly elements: readonly Statement[]
}

export interface CreateSequence extends Node {
  readonly kind: 'create-sequence'
  readonly name: QualifiedName
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly options: readonly SequenceOption[]
}

export interface AlterSequence extends Node {
  readonly kind: 'alter-sequence'
  readonly name: QualifiedName
  readonly ifExists: boolean
  readonly options: readonly SequenceOption[]
}

export interface CreateType extends Node {
  readonly kind: 'create-type'
  readonly name: QualifiedName
  readonly definition:
    | { readonly kind: 'enum'; readonly labels: readonly string[]; readonly query?: Query }
    | { readonly kind: 'composite'; readonly fields: readonly { readonly name: Identifier; readonly type: TypeName }[] }
    | { readonly kind: 'range'; readonly options: readonly RangeOption[] }
    | { readonly kind: 'alias'; readonly type: TypeName }
}

export interface CreateDomain extends Node {
  readonly kind: 'create-domain'
  readonly name: QualifiedName
  readonly type: TypeName
  readonly collation?: QualifiedName
  readonly constraints: readonly ColumnConstraint[]
}
