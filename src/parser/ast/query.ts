/** Queries and what they read from. */
import type { Delete, Insert, Merge, Update } from './change.ts'
import type { Expression, FunctionCall, OrderItem, TypeName, WindowSpecification } from './expression.ts'
import type { Identifier, Node, QualifiedName, Span } from './node.ts'

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
