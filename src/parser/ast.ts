/**
 * What the parser yields: the statement as it was written, names unresolved, every node with its span. Read-only data.
 * The parser knows no types and no catalog; it accepts every well-formed statement of our dialect (PostgreSQL's, with
 * DuckDB's conveniences) and leaves it to the binder to refuse what we do not support.
 */

/** Offsets into the script's text, in UTF-16 units: [start, end). */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Node {
  readonly span: Span
}

/** A name as the catalog compares it: unquoted names are folded to lower case. */
export interface Identifier extends Node {
  readonly name: string
  readonly quoted: boolean
}

/** `a`, `schema.a` or `database.schema.a`, outermost first. */
export interface QualifiedName extends Node {
  readonly parts: readonly Identifier[]
}

// ───────────────────────────────────────────────────────── expressions

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

// ───────────────────────────────────────────────────────── queries

/** Everything that yields rows. */
export type Query = Select | SetOperation | Values | TableCommand

export interface QueryTail {
  readonly with?: With
  readonly orderBy: readonly OrderItem[]
  /** DuckDB's ORDER BY ALL. */
  readonly orderByAll?: { readonly descending: boolean; readonly nulls?: 'first' | 'last' }
  readonly limit?: Expression
  /** LIMIT 10% */
  readonly limitPercent?: boolean
  readonly offset?: Expression
  readonly withTies: boolean
  readonly locking: readonly string[]
}

export interface Select extends Node, QueryTail {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly distinctOn?: readonly Expression[]
  readonly items: readonly SelectItem[]
  readonly from: readonly TableExpression[]
  readonly where?: Expression
  readonly groupBy: readonly GroupingElement[]
  readonly groupByAll: boolean
  /** GROUP BY DISTINCT */
  readonly groupByDistinct: boolean
  readonly having?: Expression
  readonly windows: readonly { readonly name: Identifier; readonly specification: WindowSpecification }[]
  readonly qualify?: Expression
  /** DuckDB's USING SAMPLE, at the end of the select. */
  readonly sample?: TableSample
  /** SELECT … INTO t */
  readonly into?: { readonly name: QualifiedName; readonly temporary: boolean }
}

export interface SelectItem extends Node {
  readonly expression: Expression
  readonly alias?: Identifier
}

export type GroupingElement =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly span: Span }
  | { readonly kind: 'empty'; readonly span: Span }
  | { readonly kind: 'rollup' | 'cube'; readonly elements: readonly (readonly Expression[])[]; readonly span: Span }
  | { readonly kind: 'sets'; readonly sets: readonly GroupingElement[]; readonly span: Span }

export interface SetOperation extends Node, QueryTail {
  readonly kind: 'set-operation'
  readonly operator: 'union' | 'intersect' | 'except'
  readonly all: boolean
  /** DuckDB's UNION BY NAME */
  readonly byName: boolean
  readonly left: Query
  readonly right: Query
}

export interface Values extends Node, QueryTail {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}

/** `TABLE t` */
export interface TableCommand extends Node, QueryTail {
  readonly kind: 'table'
  readonly name: QualifiedName
}

export interface With extends Node {
  readonly recursive: boolean
  readonly tables: readonly CommonTable[]
}

export interface CommonTable extends Node {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly materialized?: boolean
  /** A query, or INSERT, UPDATE, DELETE, MERGE with RETURNING. */
  readonly statement: Query | Insert | Update | Delete | Merge
  readonly search?: {
    readonly order: 'depth' | 'breadth'
    readonly by: readonly Identifier[]
    readonly set: Identifier
  }
  readonly cycle?: {
    readonly columns: readonly Identifier[]
    readonly set: Identifier
    readonly to?: Expression
    readonly default?: Expression
    readonly using: Identifier
  }
  /** DuckDB's USING KEY (…) */
}

export type TableExpression =
  | TableReference
  | FileReference
  | DerivedTable
  | TableFunction
  | Join
  | Pivot
  | Unpivot
  | DescribeTable

export interface TableAlias extends Node {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  /** `AS t(a int, b text)` after a function that returns records. */
  readonly columnTypes?: readonly { readonly name: Identifier; readonly type: TypeName }[]
}

export interface TableReference extends Node {
  readonly kind: 'table'
  readonly name: QualifiedName
  readonly only: boolean
  readonly alias?: TableAlias
  readonly sample?: TableSample
}

/** `FROM 'file.csv'` */
export interface FileReference extends Node {
  readonly kind: 'file'
  readonly path: string
  readonly alias?: TableAlias
  readonly sample?: TableSample
}

export interface DerivedTable extends Node {
  readonly kind: 'derived'
  readonly query: Query
  readonly lateral: boolean
  readonly alias?: TableAlias
  readonly sample?: TableSample
}

/** `f(…)`, `ROWS FROM (f(…), g(…))`, WITH ORDINALITY. */
export interface TableFunction extends Node {
  readonly kind: 'function'
  readonly calls: readonly {
    readonly call: FunctionCall
    readonly columnTypes?: readonly { readonly name: Identifier; readonly type: TypeName }[]
  }[]
  readonly rowsFrom: boolean
  readonly ordinality: boolean
  readonly lateral: boolean
  readonly alias?: TableAlias
  readonly sample?: TableSample
}

export interface Join extends Node {
  readonly kind: 'join'
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'positional' | Asof
  readonly natural: boolean
  readonly left: TableExpression
  readonly right: TableExpression
  readonly on?: Expression
  readonly using?: readonly Identifier[]
  /** `JOIN … USING (a) AS x` */
  readonly usingAlias?: Identifier
  /** `(a JOIN b …) AS x` */
  readonly alias?: TableAlias
}

/** `asof` alone is the inner join. */
export type Asof = 'asof' | `asof-${'left' | 'right' | 'full' | 'semi' | 'anti'}`

export interface Pivot extends Node {
  readonly kind: 'pivot'
  readonly input: TableExpression
  readonly on: readonly {
    readonly expressions: readonly Expression[]
    readonly in?: readonly SelectItem[]
    readonly query?: Query
  }[]
  readonly using: readonly SelectItem[]
  readonly groupBy: readonly Expression[]
  readonly alias?: TableAlias
}

/** `(DESCRIBE t)`, `(SUMMARIZE query)`; the statements select from it. */
export interface DescribeTable extends Node {
  readonly kind: 'describe'
  readonly summarize: boolean
  readonly query: Query
  readonly alias?: TableAlias
}

export interface Unpivot extends Node {
  readonly kind: 'unpivot'
  readonly input: TableExpression
  readonly includeNulls: boolean
  readonly nameColumn: Identifier
  readonly valueColumns: readonly Identifier[]
  readonly on: readonly { readonly expressions: readonly Expression[]; readonly alias?: Identifier }[]
  readonly alias?: TableAlias
}

export interface TableSample extends Node {
  readonly method: string
  readonly size: Expression
  readonly unit: 'percent' | 'rows'
  readonly repeatable?: Expression
}

// ───────────────────────────────────────────────────────── changes

export interface Insert extends Node {
  readonly kind: 'insert'
  readonly with?: With
  readonly table: QualifiedName
  readonly alias?: Identifier
  readonly columns: readonly InsertColumn[]
  /** INSERT … BY NAME */
  readonly byName: boolean
  readonly overriding?: 'system' | 'user'
  /** DuckDB's INSERT OR REPLACE, INSERT OR IGNORE. */
  readonly orAction?: 'replace' | 'ignore'
  /** A query (VALUES too), bulk rows, or undefined for DEFAULT VALUES. */
  readonly source?: Query | BulkValues
  readonly onConflict?: OnConflict
  readonly returning: readonly SelectItem[]
}

/** A column with its subfields or subscripts: `a`, `a[1]`, `a.b`. */
export interface InsertColumn extends Node {
  readonly name: Identifier
  readonly path: readonly Expression[]
}

/**
 * The rows of a long `VALUES` list whose items are all plain literals (numbers with sign, strings, NULL, TRUE, FALSE),
 * read by the scanner without a node per value. `columns[c][r]` is null, a boolean, a NumberText or a string;
 * the position of row r in the text is `rowStarts[r]`.
 */
export interface BulkValues extends Node {
  readonly kind: 'bulk-values'
  readonly rowCount: number
  readonly columns: readonly (readonly (string | boolean | null | NumberText)[])[]
  readonly rowStarts: readonly number[]
}

/** A number literal in BulkValues, told apart from a string. */
export interface NumberText {
  readonly number: string
}

export interface OnConflict extends Node {
  readonly target?: {
    readonly elements: readonly {
      readonly expression: Expression
      readonly collation?: QualifiedName
      readonly operatorClass?: QualifiedName
    }[]
    readonly where?: Expression
    readonly constraint?: Identifier
  }
  readonly action: 'nothing' | 'update'
  readonly set: readonly Assignment[]
  readonly where?: Expression
}

/** `a = 1`, `a[1] = 2`, `(a, b) = (1, 2)`, `(a, b) = (SELECT …)`. */
export interface Assignment extends Node {
  readonly targets: readonly InsertColumn[]
  readonly multiple: boolean
  readonly value: Expression
}

export interface Update extends Node {
  readonly kind: 'update'
  readonly with?: With
  readonly table: QualifiedName
  readonly only: boolean
  readonly alias?: Identifier
  readonly set: readonly Assignment[]
  readonly from: readonly TableExpression[]
  readonly where?: Expression
  readonly whereCurrentOf?: Identifier
  readonly returning: readonly SelectItem[]
}

export interface Delete extends Node {
  readonly kind: 'delete'
  readonly with?: With
  readonly table: QualifiedName
  readonly only: boolean
  readonly alias?: Identifier
  readonly using: readonly TableExpression[]
  readonly where?: Expression
  readonly whereCurrentOf?: Identifier
  readonly returning: readonly SelectItem[]
}

export interface Merge extends Node {
  readonly kind: 'merge'
  readonly with?: With
  readonly target: QualifiedName
  readonly only: boolean
  readonly alias?: Identifier
  readonly source: TableExpression
  readonly on: Expression
  readonly branches: readonly MergeBranch[]
  readonly returning: readonly SelectItem[]
}

export interface MergeBranch extends Node {
  readonly when: 'matched' | 'not matched' | 'not matched by source'
  readonly condition?: Expression
  readonly action: 'update' | 'delete' | 'insert' | 'nothing'
  readonly set: readonly Assignment[]
  readonly columns: readonly InsertColumn[]
  readonly overriding?: 'system' | 'user'
  /** Undefined for INSERT DEFAULT VALUES. */
  readonly values?: readonly Expression[]
}

export interface Truncate extends Node {
  readonly kind: 'truncate'
  readonly tables: readonly QualifiedName[]
  readonly restartIdentity: boolean
  readonly cascade: boolean
}

export interface Copy extends Node {
  readonly kind: 'copy'
  readonly table?: QualifiedName
  readonly columns: readonly Identifier[]
  readonly query?: Query | Insert | Update | Delete
  readonly direction: 'from' | 'to'
  /** A path, or standard input and output. */
  readonly file?: string
  readonly program: boolean
  readonly options: readonly Option[]
  readonly where?: Expression
  /** The data lines that follow COPY … FROM STDIN in a script, up to `\.`. */
  readonly data?: string
}

/** `name value`, `name = value`, `name (a, b)`; a bare name is true. */
export interface Option extends Node {
  readonly name: string
  readonly value: string | number | boolean | readonly string[]
}

// ───────────────────────────────────────────────────────── definitions

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
    | { readonly kind: 'rename-constraint'; readonly from: Identifier; readonly to: Identifier }
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
    | { readonly kind: 'add-constraint'; readonly constraint: TableConstraint }
    | {
        readonly kind: 'drop-constraint'
        readonly name: Identifier
        readonly ifExists: boolean
        readonly cascade: boolean
      }
    | { readonly kind: 'validate-constraint'; readonly name: Identifier }
    | { readonly kind: 'alter-constraint'; readonly name: Identifier; readonly deferral: Deferral }
    | { readonly kind: 'of'; readonly type: QualifiedName }
    | { readonly kind: 'not-of' }
    | { readonly kind: 'trigger-state'; readonly name?: Identifier; readonly state: TriggerState }
    | { readonly kind: 'owner-to'; readonly owner: string }
    | { readonly kind: 'other'; readonly text: string }
  )

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
    | { readonly kind: 'rename-constraint'; readonly from: Identifier; readonly to: Identifier }
    | { readonly kind: 'validate-constraint'; readonly name: Identifier }
    | { readonly kind: 'add-constraint'; readonly constraint: TableConstraint }
    | {
        readonly kind: 'drop-constraint'
        readonly name: Identifier
        readonly ifExists: boolean
        readonly cascade: boolean
      }
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

// ───────────────────────────────────────────────────────── transactions, session, tools

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
  readonly tables: readonly QualifiedName[]
  readonly options: readonly Option[]
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
