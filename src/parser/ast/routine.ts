/** Definitions of functions, aggregates, operators, casts and triggers. */
import type { Statement } from '../ast.ts'
import type { Option } from './change.ts'
import type { Deferral } from './definition.ts'
import type { Expression, TypeName } from './expression.ts'
import type { Identifier, Node, QualifiedName } from './node.ts'
import type { Query } from './query.ts'

export interface CreateFunction extends Node {
  readonly kind: 'create-function'
  readonly name: QualifiedName
  readonly procedure: boolean
  /** CREATE MACRO: `AS expression` or `AS TABLE query`. */
  readonly macro: boolean
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly parameters: readonly {
    readonly mode: 'in' | 'out' | 'inout' | 'variadic'
    readonly name?: Identifier
    readonly type?: TypeName
    readonly default?: Expression
  }[]
  readonly returns?: TypeName
  readonly returnsTable?: readonly { readonly name: Identifier; readonly type: TypeName }[]
  readonly language?: string
  readonly volatility?: 'immutable' | 'stable' | 'volatile'
  readonly strict: boolean
  readonly body?: string
  /** `CREATE MACRO f(a) AS a, (a, b) AS a + b`: the forms after the first. */
  readonly forms?: readonly Pick<CreateFunction, 'parameters' | 'bodyExpression' | 'bodyQuery'>[]
  readonly bodyExpression?: Expression
  readonly bodyQuery?: Query
  /** BEGIN ATOMIC … END */
  readonly bodyStatements?: readonly Statement[]
  readonly options: readonly Option[]
}

/** An operator, with its schema where that is written. */
export interface OperatorName {
  readonly schema?: string
  readonly symbol: string
}

/** What CREATE AGGREGATE and CREATE OPERATOR say: the text of a value, and what it may be. */
export interface Attribute extends Node {
  readonly name: string
  readonly text: string
  readonly type?: TypeName
  readonly operator?: OperatorName
}

export interface CreateAggregate extends Node {
  readonly kind: 'create-aggregate'
  readonly name: QualifiedName
  readonly orReplace: boolean
  /** Absent where `basetype` among the attributes says it. */
  readonly parameters?: CreateFunction['parameters']
  /** How many come before ORDER BY; -1 without it. */
  readonly directCount?: number
  readonly attributes: readonly Attribute[]
}

export interface CreateOperator extends Node {
  readonly kind: 'create-operator'
  readonly name: OperatorName
  readonly attributes: readonly Attribute[]
}

/** An operator with the types of its operands; a prefix operator has no left one. */
export interface OperatorSignature extends Node, OperatorName {
  readonly left?: TypeName
  readonly right?: TypeName
}

/** SET SCHEMA, SET (…), or OWNER TO, which says nothing here. */
export interface AlterOperator extends Node {
  readonly kind: 'alter-operator'
  readonly operator: OperatorSignature
  readonly schema?: Identifier
  readonly attributes?: readonly Attribute[]
}

export interface DropOperator extends Node {
  readonly kind: 'drop-operator'
  readonly operators: readonly OperatorSignature[]
  readonly ifExists: boolean
  readonly cascade: boolean
}

export interface CreateCast extends Node {
  readonly kind: 'create-cast'
  readonly source: TypeName
  readonly target: TypeName
  /** `binary`: WITHOUT FUNCTION. */
  readonly method: 'function' | 'binary' | 'inout'
  readonly function?: QualifiedName
  readonly argumentTypes?: readonly TypeName[]
  readonly context: 'explicit' | 'assignment' | 'implicit'
}

export interface DropCast extends Node {
  readonly kind: 'drop-cast'
  readonly source: TypeName
  readonly target: TypeName
  readonly ifExists: boolean
}

export interface CreateTrigger extends Node {
  readonly kind: 'create-trigger'
  readonly name: Identifier
  readonly orReplace: boolean
  readonly timing: 'before' | 'after' | 'instead of'
  readonly events: readonly {
    readonly event: 'insert' | 'update' | 'delete' | 'truncate'
    readonly columns: readonly Identifier[]
  }[]
  readonly table: QualifiedName
  readonly forEach: 'row' | 'statement'
  readonly when?: Expression
  readonly referencing: readonly {
    readonly kind: 'old table' | 'new table' | 'old row' | 'new row'
    readonly name: Identifier
  }[]
  readonly function: QualifiedName
  readonly args: readonly string[]
  readonly constraint: boolean
  readonly deferral?: Deferral
}

/** The states that ALTER TABLE … ENABLE | DISABLE TRIGGER gives. */
export type TriggerState = 'origin' | 'disabled' | 'replica' | 'always'
