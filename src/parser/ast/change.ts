/** Statements that change rows. */
import type { Expression } from './expression.ts'
import type { Identifier, Node, QualifiedName } from './node.ts'
import type { Query, SelectItem, TableExpression, With } from './query.ts'

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
  /** Undefined where USING (…) says which columns have to be equal. */
  readonly on?: Expression
  readonly using: readonly Identifier[]
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
  /** DuckDB's UPDATE and INSERT of all columns of the source. */
  readonly all?: 'name' | 'position'
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
