/** Changes of definitions, and their end. */
import type { ColumnDefinition, Deferral, SequenceOption, TableConstraint } from './definition.ts'
import type { Expression, TypeName } from './expression.ts'
import type { Identifier, Node, QualifiedName } from './node.ts'
import type { TriggerState } from './routine.ts'

export interface AlterTable extends Node {
  readonly kind: 'alter-table'
  readonly target: 'table' | 'view' | 'index' | 'materialized view' | 'foreign table'
  readonly name: QualifiedName
  readonly ifExists: boolean
  readonly only: boolean
  readonly actions: readonly AlterTableAction[]
}

export type AlterTableAction = Node &
  (
    | { readonly kind: 'add-column'; readonly column: ColumnDefinition; readonly ifNotExists: boolean }
    | { readonly kind: 'drop-column'; readonly name: Identifier; readonly ifExists: boolean; readonly cascade: boolean }
    | { readonly kind: 'rename-column'; readonly from: Identifier; readonly to: Identifier }
    | { readonly kind: 'rename-table'; readonly to: Identifier }
    | { readonly kind: 'set-schema'; readonly schema: Identifier }
    | {
        readonly kind: 'set-type'
        readonly column: Identifier
        readonly type: TypeName
        readonly using?: Expression
        readonly collation?: QualifiedName
      }
    | { readonly kind: 'set-default'; readonly column: Identifier; readonly expression: Expression }
    | { readonly kind: 'drop-default' | 'set-not-null' | 'drop-not-null'; readonly column: Identifier }
    | { readonly kind: 'drop-expression' | 'drop-identity'; readonly column: Identifier; readonly ifExists: boolean }
    | {
        readonly kind: 'add-identity'
        readonly column: Identifier
        readonly always: boolean
        readonly options: readonly SequenceOption[]
      }
    | {
        readonly kind: 'set-identity'
        readonly column: Identifier
        readonly always?: boolean
        readonly options: readonly SequenceOption[]
      }
    | ConstraintChange
    | { readonly kind: 'alter-constraint'; readonly name: Identifier; readonly deferral: Deferral }
    | { readonly kind: 'of'; readonly type: QualifiedName }
    | { readonly kind: 'not-of' }
    | { readonly kind: 'trigger-state'; readonly name?: Identifier; readonly state: TriggerState }
    | { readonly kind: 'owner-to'; readonly owner: string }
    | { readonly kind: 'other'; readonly text: string }
  )

/** What ALTER TABLE and ALTER DOMAIN both do to constraints. */
export type ConstraintChange =
  | { readonly kind: 'add-constraint'; readonly constraint: TableConstraint }
  | { readonly kind: 'rename-constraint'; readonly from: Identifier; readonly to: Identifier }
  | { readonly kind: 'validate-constraint'; readonly name: Identifier }
  | {
      readonly kind: 'drop-constraint'
      readonly name: Identifier
      readonly ifExists: boolean
      readonly cascade: boolean
    }

/** ALTER TYPE, DOMAIN, SCHEMA, FUNCTION, TRIGGER …: the few forms that change a name, labels or constraints. */
export interface AlterObject extends Node {
  readonly kind: 'alter-object'
  readonly object: ObjectKind
  readonly name: QualifiedName
  readonly ifExists: boolean
  /** ALTER TRIGGER x ON t */
  readonly on?: QualifiedName
  /** ALTER FUNCTION f(int): its argument types when given. */
  readonly argumentTypes?: readonly TypeName[]
  readonly action:
    | { readonly kind: 'rename'; readonly to: Identifier }
    | { readonly kind: 'set-schema'; readonly schema: Identifier }
    | { readonly kind: 'owner-to'; readonly owner: string }
    | {
        readonly kind: 'add-value'
        readonly label: string
        readonly ifNotExists: boolean
        readonly before?: string
        readonly after?: string
      }
    | { readonly kind: 'rename-value'; readonly from: string; readonly to: string }
    | {
        readonly kind: 'rename-attribute'
        readonly from: Identifier
        readonly to: Identifier
        /** Also in the tables of the type. */
        readonly cascade: boolean
      }
    | { readonly kind: 'attributes'; readonly changes: readonly AttributeChange[]; readonly cascade: boolean }
    | ConstraintChange
    | { readonly kind: 'set-default'; readonly expression: Expression }
    | { readonly kind: 'drop-default' | 'set-not-null' | 'drop-not-null' }
    | { readonly kind: 'other'; readonly text: string }
}

/** ADD, DROP and ALTER ATTRIBUTE of a composite type. */
export type AttributeChange =
  | { readonly kind: 'add'; readonly name: Identifier; readonly type: TypeName }
  | { readonly kind: 'drop'; readonly name: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'alter'; readonly name: Identifier; readonly type: TypeName }

export type ObjectKind =
  | 'table'
  | 'view'
  | 'materialized view'
  | 'index'
  | 'sequence'
  | 'schema'
  | 'type'
  | 'domain'
  | 'function'
  | 'procedure'
  | 'routine'
  | 'aggregate'
  | 'macro'
  | 'macro table'
  | 'trigger'
  | 'constraint'
  | 'domain constraint'
  | 'column'
  | 'database'
  | 'role'
  | 'collation'
  | 'extension'
  | 'operator'
  | 'cast'
  | 'rule'
  | 'policy'

export interface Drop extends Node {
  readonly kind: 'drop'
  readonly object: ObjectKind
  readonly names: readonly QualifiedName[]
  readonly ifExists: boolean
  readonly cascade: boolean
  /** DROP TRIGGER x ON t */
  readonly on?: QualifiedName
  /** DROP FUNCTION f(int, text): per name, its argument types when given. */
  readonly argumentTypes?: readonly (readonly TypeName[] | undefined)[]
}

export interface RefreshView extends Node {
  readonly kind: 'refresh'
  readonly name: QualifiedName
  readonly concurrently: boolean
  readonly withData: boolean
}

export interface Comment extends Node {
  readonly kind: 'comment'
  readonly object: ObjectKind
  readonly name: QualifiedName
  /** Of a routine. */
  readonly argumentTypes?: readonly TypeName[]
  readonly on?: QualifiedName
  readonly text: string | null
}
