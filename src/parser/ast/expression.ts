/** Expressions, and the names of types. */
import type { Identifier, Node, QualifiedName, Span } from './node.ts'
import type { Query } from './query.ts'

export type Expression =
  | NullLiteral
  | BooleanLiteral
  | NumberLiteral
  | StringLiteral
  | BitStringLiteral
  | TypedLiteral
  | Parameter
  | ColumnReference
  | Star
  | ColumnsExpression
  | Unary
  | Binary
  | Logical
  | Not
  | IsTest
  | IsDistinct
  | Between
  | InList
  | InSubquery
  | Like
  | Quantified
  | Exists
  | ScalarSubquery
  | ArraySubquery
  | ArrayLiteral
  | RowConstructor
  | StructLiteral
  | MapLiteral
  | ListComprehension
  | Lambda
  | Case
  | Cast
  | FunctionCall
  | NamedArgument
  | Collate
  | AtTimeZone
  | Subscript
  | Slice
  | FieldAccess
  | DefaultValue
  | GroupingCall

export interface NullLiteral extends Node {
  readonly kind: 'null'
}

export interface BooleanLiteral extends Node {
  readonly kind: 'boolean'
  readonly value: boolean
}

/** The digits as written, without underscores; hexadecimal, octal and binary integers are already decimal. */
export interface NumberLiteral extends Node {
  readonly kind: 'number'
  readonly text: string
}

export interface StringLiteral extends Node {
  readonly kind: 'string'
  readonly value: string
}

/** B'0101' or X'1F'. */
export interface BitStringLiteral extends Node {
  readonly kind: 'bit-string'
  readonly base: 'binary' | 'hex'
  readonly digits: string
}

/** `DATE '2024-01-01'`, `INTERVAL '1' DAY`, `numeric(3) '1.5'`. */
export interface TypedLiteral extends Node {
  readonly kind: 'typed-literal'
  readonly type: TypeName
  readonly value: string
}

/** `$1` (index 1), the n-th `?` (index n), `:name` or `$name` (name). */
export interface Parameter extends Node {
  readonly kind: 'parameter'
  readonly index?: number
  readonly name?: string
}

/** One part or several: `a`, `t.a`, `s.t.a`, and further parts that may be struct fields. */
export interface ColumnReference extends Node {
  readonly kind: 'column'
  readonly parts: readonly Identifier[]
}

/** `*`, `t.*`, with DuckDB's EXCLUDE, REPLACE and RENAME. */
export interface Star extends Node {
  readonly kind: 'star'
  readonly qualifier?: QualifiedName
  readonly exclude: readonly QualifiedName[]
  readonly replace: readonly { readonly expression: Expression; readonly name: Identifier }[]
  readonly rename: readonly { readonly from: QualifiedName; readonly to: Identifier }[]
}

/** `COLUMNS('regex')`, `COLUMNS(*)`, `COLUMNS(c -> …)`. */
export interface ColumnsExpression extends Node {
  readonly kind: 'columns'
  readonly pattern: Expression
  /** `*COLUMNS(…)`: all columns side by side, rather than an expression for each. */
  readonly unpack?: boolean
}

/** Prefix operators `+ - ~ @ |/ ||/ !!` and any other operator written before its operand. */
export interface Unary extends Node {
  readonly kind: 'unary'
  readonly operator: string
  /** OPERATOR(schema.symbol) */
  readonly schema?: string
  readonly operand: Expression
  readonly operatorSpan: Span
}

/** Every infix operator that is not one of the special forms below; `!=` is already `<>`. */
export interface Binary extends Node {
  readonly kind: 'binary'
  readonly operator: string
  readonly schema?: string
  readonly left: Expression
  readonly right: Expression
  readonly operatorSpan: Span
}

/** AND / OR with two operands or more: a chain of the same operator is one node, so that depth stays small. */
export interface Logical extends Node {
  readonly kind: 'logical'
  readonly operator: 'and' | 'or'
  readonly operands: readonly Expression[]
}

export interface Not extends Node {
  readonly kind: 'not'
  readonly operand: Expression
}

/** `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DOCUMENT | [NFC] NORMALIZED`, ISNULL, NOTNULL. */
export interface IsTest extends Node {
  readonly kind: 'is'
  readonly operand: Expression
  readonly test: 'null' | 'true' | 'false' | 'unknown' | 'document' | 'normalized'
  readonly negated: boolean
  readonly form?: string
}

export interface IsDistinct extends Node {
  readonly kind: 'is-distinct'
  readonly left: Expression
  readonly right: Expression
  /** IS NOT DISTINCT FROM */
  readonly negated: boolean
}

export interface Between extends Node {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly negated: boolean
  readonly symmetric: boolean
}

export interface InList extends Node {
  readonly kind: 'in-list'
  readonly operand: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
}

export interface InSubquery extends Node {
  readonly kind: 'in-subquery'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
}

/** LIKE, ILIKE, SIMILAR TO, and DuckDB's GLOB; `~` and friends are Binary. */
export interface Like extends Node {
  readonly kind: 'like'
  readonly operator: 'like' | 'ilike' | 'similar' | 'glob'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape?: Expression
  readonly negated: boolean
}

/** `x op ANY (query)`, `x op ALL (array)`; SOME is ANY. The operator may be a LIKE: 'like', 'not like', 'ilike' … */
export interface Quantified extends Node {
  readonly kind: 'quantified'
  readonly operator: string
  readonly schema?: string
  readonly quantifier: 'any' | 'all'
  readonly operand: Expression
  /** A subquery, or an array expression. */
  readonly query?: Query
  readonly array?: Expression
}

export interface Exists extends Node {
  readonly kind: 'exists'
  readonly query: Query
}

export interface ScalarSubquery extends Node {
  readonly kind: 'subquery'
  readonly query: Query
}

export interface ArraySubquery extends Node {
  readonly kind: 'array-subquery'
  readonly query: Query
}

/** `ARRAY[…]` or DuckDB's `[…]` (list). */
export interface ArrayLiteral extends Node {
  readonly kind: 'array'
  readonly items: readonly Expression[]
  /** DuckDB's `[…]`, rather than ARRAY[…]. */
  readonly list?: boolean
}

/** `ROW(a, b)` or `(a, b)`. */
export interface RowConstructor extends Node {
  readonly kind: 'row'
  readonly items: readonly Expression[]
  readonly explicit: boolean
}

/** `{a: 1, 'b': 2}` */
export interface StructLiteral extends Node {
  readonly kind: 'struct'
  readonly fields: readonly { readonly name: Identifier; readonly value: Expression }[]
}

/** `MAP {k: v}` */
export interface MapLiteral extends Node {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[]
}

/** `[x + 1 FOR x IN list IF x > 2]` */
export interface ListComprehension extends Node {
  readonly kind: 'comprehension'
  readonly result: Expression
  readonly variables: readonly Identifier[]
  readonly list: Expression
  readonly condition?: Expression
}

/** `x -> x + 1`, `(x, i) -> …`, `lambda x: …`. `a -> b` with a column on the left parses as Binary '->': the binder decides. */
export interface Lambda extends Node {
  readonly kind: 'lambda'
  readonly parameters: readonly Identifier[]
  readonly body: Expression
}

export interface Case extends Node {
  readonly kind: 'case'
  readonly operand?: Expression
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise?: Expression
}

/** `CAST(x AS t)`, `x::t`, `TRY_CAST(x AS t)`. */
export interface Cast extends Node {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeName
  readonly try: boolean
}

/**
 * Every call. The special syntaxes come as plain calls: EXTRACT(f FROM x) is extract('f', x), SUBSTRING(x FROM a FOR b) is
 * substring(x, a, b), POSITION(a IN b) is position(b, a) after PostgreSQL, OVERLAY, TRIM (btrim/ltrim/rtrim),
 * COALESCE, NULLIF, GREATEST, LEAST, CURRENT_DATE and its like (no parentheses, no arguments; `bare` is true).
 */
export interface FunctionCall extends Node {
  readonly kind: 'call'
  readonly name: QualifiedName
  readonly args: readonly Expression[]
  /** `count(*)` */
  readonly star: boolean
  readonly distinct: boolean
  readonly variadic: boolean
  readonly bare: boolean
  /** ORDER BY within the parentheses. */
  readonly orderBy: readonly OrderItem[]
  /** WITHIN GROUP (ORDER BY …) */
  readonly withinGroup?: readonly OrderItem[]
  readonly filter?: Expression
  readonly over?: WindowSpecification | Identifier
  readonly nulls?: 'ignore' | 'respect'
}

/** `name => value` or `name := value` among the arguments of a call. */
export interface NamedArgument extends Node {
  readonly kind: 'named-argument'
  readonly name: Identifier
  readonly value: Expression
}

export interface Collate extends Node {
  readonly kind: 'collate'
  readonly operand: Expression
  readonly collation: QualifiedName
}

/** `x AT TIME ZONE z`; without a zone, `x AT LOCAL`. */
export interface AtTimeZone extends Node {
  readonly kind: 'at-time-zone'
  readonly operand: Expression
  readonly zone?: Expression
}

export interface Subscript extends Node {
  readonly kind: 'subscript'
  readonly operand: Expression
  readonly index: Expression
}

export interface Slice extends Node {
  readonly kind: 'slice'
  readonly operand: Expression
  readonly lower?: Expression
  readonly upper?: Expression
  readonly step?: Expression
}

/** `(x).field` or `(x).*` (name undefined). */
export interface FieldAccess extends Node {
  readonly kind: 'field'
  readonly operand: Expression
  readonly name?: Identifier
}

/** DEFAULT as a value in INSERT and UPDATE. */
export interface DefaultValue extends Node {
  readonly kind: 'default'
}

/** GROUPING(a, b) */
export interface GroupingCall extends Node {
  readonly kind: 'grouping'
  readonly args: readonly Expression[]
}

/** `numeric(10, 2)[]`, `timestamp(3) with time zone`, `setof t`, `STRUCT(a int)`, `MAP(k, v)`; names as PostgreSQL spells them. */
export interface TypeName extends Node {
  /** Folded, one part per dot: ['int4'], ['double precision'], ['timestamp with time zone'], ['pg_catalog', 'text'], ['struct'], ['map']. */
  readonly parts: readonly string[]
  readonly quoted: boolean
  readonly modifiers: readonly Expression[]
  /** One entry per pair of brackets; null when no size was given. */
  readonly arrayBounds: readonly (number | null)[]
  readonly setOf: boolean
  /** INTERVAL DAY TO SECOND: 'day to second'. */
  readonly intervalFields?: string
  /** STRUCT and ROW types, UNION members. */
  readonly fields?: readonly { readonly name: Identifier; readonly type: TypeName }[]
  /** MAP(k, v): its two arguments; a LIST's element. */
  readonly typeArguments?: readonly TypeName[]
  /** `t.a%TYPE` */
  readonly percentType?: boolean
}

export interface OrderItem extends Node {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'first' | 'last'
  /** USING operator */
  readonly using?: string
}

export interface WindowSpecification extends Node {
  readonly base?: Identifier
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly frame?: WindowFrame
}

export interface WindowFrame extends Node {
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: FrameBound
  readonly end?: FrameBound
  readonly exclude?: 'current row' | 'group' | 'ties' | 'no others'
}

export interface FrameBound extends Node {
  readonly kind: 'unbounded preceding' | 'preceding' | 'current row' | 'following' | 'unbounded following'
  readonly offset?: Expression
}
