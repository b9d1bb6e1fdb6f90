/**
 * Lookups by key: a prepared SELECT of plain columns by the whole unique key goes from the parameter to the row without a
 * transaction, a batch or a Result in between. It reads what was committed last, which is what a statement of its own would see.
 */
import type { Executable } from './executable.ts'
import type { Expression } from './planner/expression.ts'
import type { IndexScan } from './planner/physical-plan.ts'
import type { QueryOptions, Row } from './result.ts'
import type { Session } from './session.ts'
import type { RowId, Transaction } from './storage/interface.ts'
import type { PointLookup, Table } from './storage/table.ts'
import { toApiValue, type ValueOptions } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'

/** What a key of the column must be to be looked up as it is. */
type KeyKind = 'integer' | 'text'

export class PointQuery {
  private readonly session: Session
  private readonly catalogVersion: number
  private readonly settingsVersion: number
  private readonly lookup: PointLookup
  private readonly keyKind: KeyKind
  private readonly names: readonly string[]
  private readonly readers: readonly ((row: RowId) => unknown)[]
  /** Stands in for a transaction: the lookup asks for its snapshot alone. */
  private readonly reader: { readonly snapshot: { time: number; transaction: number; statement: number } }

  private constructor(
    session: Session,
    table: Table,
    scan: IndexScan,
    columns: readonly OutputOf[],
    keyKind: KeyKind,
    options: QueryOptions,
  ) {
    const { storage } = session.database
    this.session = session
    this.catalogVersion = storage.committed.version
    this.settingsVersion = session.settings.version
    this.lookup = table.pointLookup(scan.index)
    this.keyKind = keyKind
    this.names = columns.map((column) => column.name)
    this.readers = columns.map(({ name, type, column }) =>
      apiReader(table, column, type, { ...session.database.valueOptions, ...options, ...options.columns?.[name] }),
    )
    this.reader = { snapshot: { time: 0, transaction: -1, statement: 0 } }
  }

  /** The shortcut for a plan, where there is one. */
  static of(
    session: Session,
    executable: Executable,
    options: QueryOptions,
    transaction: Transaction,
  ): PointQuery | undefined {
    const { plan } = executable
    const scan = plan.kind === 'project' ? plan.input : plan
    if (scan.kind !== 'index-scan' || !isWholeKey(scan) || executable.parameterTypes.length !== 1) return undefined
    const keyColumn = scan.table.columns[scan.index.columns[0]]
    const keyKind = keyKindOf(keyColumn.type)
    if (keyKind === undefined) return undefined
    const expressions: readonly (Expression | undefined)[] = plan.kind === 'project' ? plan.expressions : []
    const columns: OutputOf[] = []
    for (const [i, { id, name, type }] of plan.columns.entries()) {
      const expression = expressions[i]
      if (expression && expression.kind !== 'column') return undefined
      const place = scan.columns.findIndex((column) => column.id === (expression ? expression.id : id))
      if (place === -1) return undefined
      columns.push({ name, type, column: scan.tableColumns[place] })
    }
    return new PointQuery(session, transaction.table(scan.table) as Table, scan, columns, keyKind, options)
  }

  /** Whether the catalog, the settings and the session are as they were, and the key can be looked up as it is. */
  fits(key: unknown): boolean {
    const { session } = this
    if (!session.isIdle || session.database.storage.committed.version !== this.catalogVersion) return false
    if (session.settings.version !== this.settingsVersion) return false
    return this.keyKind === 'integer' ? Number.isSafeInteger(key) : typeof key === 'string'
  }

  get(key: unknown): Row | undefined {
    const { reader } = this
    reader.snapshot.time = this.session.database.storage.clock
    const transaction = reader as unknown as Transaction
    const row =
      this.keyKind === 'integer' ? this.lookup.integer(transaction, key as number) : this.lookup.value(transaction, key)
    if (row === -1) return undefined
    const { names, readers } = this
    const object: Row = {}
    for (let i = 0; i < names.length; i++) object[names[i]] = readers[i](row)
    return object
  }
}

interface OutputOf {
  readonly name: string
  readonly type: DataType
  /** Its number in the table. */
  readonly column: number
}

/** One unique column, compared with the only parameter, and nothing else to check. */
function isWholeKey(scan: IndexScan): boolean {
  const { index, keys, filter, range, rowId } = scan
  return (
    index.unique &&
    index.columns.length === 1 &&
    keys.length === 1 &&
    keys[0].kind === 'parameter' &&
    filter.length === 0 &&
    !range &&
    rowId === undefined
  )
}

function keyKindOf(type: DataType): KeyKind | undefined {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 'integer'
    case 'text':
      return 'text'
    default:
      return undefined
  }
}

function apiReader(table: Table, column: number, type: DataType, options: ValueOptions): (row: RowId) => unknown {
  const read = table.columnReader(column)
  switch (type.kind) {
    case 'boolean':
    case 'smallint':
    case 'integer':
    case 'real':
    case 'double':
    case 'text':
    case 'varchar':
      return read
    default:
      return (row) => {
        const value = read(row)
        return value === null ? null : toApiValue(value, type, options)
      }
  }
}
