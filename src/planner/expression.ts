/**
 * Typed expressions, as the binder leaves them: overloads chosen, casts explicit, columns by identity. A column has one
 * ColumnId for the whole statement, whatever plan node it passes through, so moving an expression never renumbers it.
 * A column that the input of a node does not provide is a correlated reference to an enclosing query.
 */
import type { CastDefinition } from '../functions/casts.ts'
import type {
  AggregateFunction,
  AggregateOverload,
  Overload,
  ScalarFunction,
  WindowFunction,
  WindowOverload,
} from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import type { LogicalPlan } from './plan.ts'

/** Unique within a statement. */
export type ColumnId = number

/** A column that a plan node yields. `name` and `table` are for people. */
export interface OutputColumn {
  readonly id: ColumnId
  readonly name: string
  readonly type: DataType
  readonly table?: string
  /** Of a result's column, where it is another than the default; null where two disagree. */
  readonly derivedCollation?: string | null
}

export type Expression =
  | ConstantExpression
  | ColumnExpression
  | ParameterExpression
  | CallExpression
  | CastExpression
  | LogicalExpression
  | NotExpression
  | IsExpression
  | IsDistinctExpression
  | CaseExpression
  | CoalesceExpression
  | InExpression
  | QuantifiedExpression
  | SubqueryExpression
  | ArrayExpression
  | RowExpression
  | FieldExpression
  | SubscriptExpression
  | LambdaExpression
  | LambdaParameter

interface Typed {
  readonly type: DataType
  /** Where the expression stood in the text, for errors at run time. */
  readonly span?: ast.Span
  /** The COLLATE written after it. */
  readonly collation?: string
}

export interface ConstantExpression extends Typed {
  readonly kind: 'constant'
  readonly value: Value
}

export interface ColumnExpression extends Typed {
  readonly kind: 'column'
  readonly id: ColumnId
  /** For EXPLAIN and messages. */
  readonly name: string
}

/** `index` counts from 0; the type was given by the context or is text. */
export interface ParameterExpression extends Typed {
  readonly kind: 'parameter'
  readonly index: number
}

/** A scalar function or operator. Arguments are already cast to what the overload takes. */
export interface CallExpression extends Typed {
  readonly kind: 'call'
  readonly function: ScalarFunction
  readonly overload: Overload
  readonly args: readonly Expression[]
}

export interface CastExpression extends Typed {
  readonly kind: 'cast'
  readonly input: Expression
  readonly cast: CastDefinition
  /** Written by the user, so that lengths truncate and checks are an explicit cast's. */
  readonly explicit: boolean
  /** TRY_CAST: NULL instead of an error. */
  readonly try: boolean
}

/** Three-valued AND and OR over two operands or more; evaluated left to right, stopping when decided. */
export interface LogicalExpression extends Typed {
  readonly kind: 'and' | 'or'
  readonly args: readonly Expression[]
}

export interface NotExpression extends Typed {
  readonly kind: 'not'
  readonly input: Expression
}

/** IS [NOT] NULL, TRUE, FALSE, UNKNOWN. Never NULL. */
export interface IsExpression extends Typed {
  readonly kind: 'is'
  readonly test: 'null' | 'true' | 'false' | 'unknown'
  readonly negated: boolean
  readonly input: Expression
}

/** `left IS DISTINCT FROM right`, both of one type; negated: IS NOT DISTINCT FROM. */
export interface IsDistinctExpression extends Typed {
  readonly kind: 'is-distinct'
  readonly left: Expression
  readonly right: Expression
  readonly negated: boolean
}

/** Searched CASE; a simple CASE was turned into comparisons. Without `otherwise`, NULL. */
export interface CaseExpression extends Typed {
  readonly kind: 'case'
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise?: Expression
}

export interface CoalesceExpression extends Typed {
  readonly kind: 'coalesce'
  readonly args: readonly Expression[]
}

/** `input IN (items)` by the type's equality; all of one type. */
export interface InExpression extends Typed {
  readonly kind: 'in'
  readonly input: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
}

/** `input op ANY|ALL (array)`. */
export interface QuantifiedExpression extends Typed {
  readonly kind: 'quantified'
  readonly quantifier: 'any' | 'all'
  readonly input: Expression
  readonly array: Expression
  readonly function: ScalarFunction
  readonly overload: Overload
  /** NOT LIKE ANY: the comparison's result is negated. */
  readonly negated: boolean
}

/**
 * A query inside an expression, correlated where its plan reads columns that it does not make.
 *   scalar   the value of its one column; 21000 with more than one row; NULL with none
 *   exists   whether it has a row
 *   any/all  compares `inputs` with the plan's columns, row by row, by `comparisons` (several for row values, = and <> only)
 *   array    ARRAY(query)
 */
export interface SubqueryExpression extends Typed {
  readonly kind: 'subquery'
  readonly mode: 'scalar' | 'exists' | 'any' | 'all' | 'array'
  readonly plan: LogicalPlan
  /** EXISTS and ANY: NOT EXISTS, NOT IN. */
  readonly negated: boolean
  readonly inputs: readonly Expression[]
  /** For any/all: per input, the operator's overload; applied to (input, column of the plan cast to the overload's parameter). */
  readonly comparisons: readonly { readonly function: ScalarFunction; readonly overload: Overload }[]
}

export interface ArrayExpression extends Typed {
  readonly kind: 'array'
  readonly items: readonly Expression[]
  /** `[]` and `[NULL]`, which are of text where nothing says otherwise. */
  readonly emptyList?: boolean
}

export interface RowExpression extends Typed {
  readonly kind: 'row'
  readonly items: readonly Expression[]
  /** The row of a relation rather than ROW(…): compared as one value, NULLs included. */
  readonly whole?: boolean
}

export interface FieldExpression extends Typed {
  readonly kind: 'field'
  readonly input: Expression
  readonly index: number
}

/** `input[i]…`: as many subscripts as written; a slice has `lower`/`upper` pairs. */
export interface SubscriptExpression extends Typed {
  readonly kind: 'subscript'
  readonly input: Expression
  readonly subscripts: readonly (
    | { readonly index: Expression }
    | { readonly slice: true; readonly lower?: Expression; readonly upper?: Expression }
  )[]
}

export interface LambdaExpression extends Typed {
  readonly kind: 'lambda'
  readonly parameters: readonly { readonly id: ColumnId; readonly name: string; readonly type: DataType }[]
  readonly body: Expression
}

export interface LambdaParameter extends Typed {
  readonly kind: 'lambda-parameter'
  readonly id: ColumnId
  readonly name: string
}

/** An aggregate call; lives in the aggregate plan node, and in windows. */
export interface AggregateCall {
  readonly function: AggregateFunction
  readonly overload: AggregateOverload
  /** Cast to the overload's parameters; none for count(*). */
  readonly args: readonly Expression[]
  readonly distinct: boolean
  readonly filter?: Expression
  readonly orderBy: readonly SortKey[]
  readonly type: DataType
}

export interface WindowCall {
  readonly function: WindowFunction | AggregateFunction
  readonly overload: WindowOverload | AggregateOverload
  readonly args: readonly Expression[]
  readonly filter?: Expression
  readonly distinct: boolean
  readonly ignoreNulls: boolean
  readonly type: DataType
}

/** NULLS FIRST is already decided: PostgreSQL's default is last for ascending and first for descending. */
export interface SortKey {
  readonly expression: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
}
