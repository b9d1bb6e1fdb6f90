/** The database and its connections, as users see them. */
import { type RelationInfo, relationInfos } from './catalog-info.ts'
import { DatabaseCore, type DatabaseOptions } from './database-core.ts'
import { asReported } from './error.ts'
import { type InsertData, insertData } from './insert-data.ts'
import type { Parameters } from './parameters.ts'
import { noOptions, type QueryOptions, type Result } from './result.ts'
import { Session } from './session.ts'
import { Statement } from './statement.ts'
import {
  type AggregateOptions,
  createAggregate,
  createFunction,
  createTableFunction,
  createTriggerFunction,
  type FunctionBody,
  type FunctionOptions,
  type TableFunctionOptions,
  type TriggerBody,
} from './user-functions.ts'
import type { VectorisedBody } from './vectorised-function.ts'

export interface AsyncQueryOptions extends QueryOptions {
  /** Cancels the query: it rejects with SqlError 57014. */
  readonly signal?: AbortSignal
  /** Milliseconds after which the query is cancelled. */
  readonly timeout?: number
}

/** Bytes of the database's memory. */
export interface MemoryReport {
  /** Allocated to tables, columns, indexes and running queries. */
  readonly used: number
  /** Taken from the machine. */
  readonly reserved: number
  readonly limit: number
  /** The most bytes that the last statement's queries held at once, besides tables: for joins, sorts, groups. */
  readonly queryPeak: number
  readonly owners: readonly { readonly kind: string; readonly name: string; readonly bytes: number }[]
}

/** A session of a database: its own transaction and settings. */
export class Connection implements Disposable {
  /** @internal */
  readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  /**
   * Runs one statement or a script of many; returns the last result.
   *
   * @throws SqlError with `code`, `position` and `hint`; statements before the one that failed have happened
   * @example
   * db.exec('CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (2)')
   */
  exec(script: string, options?: QueryOptions): Result {
    return this.session.exec(script, options)
  }

  /**
   * Runs one statement.
   *
   * @param parameters an array for `$1` and `?`, an object for `:name` and `$name`
   * @example
   * db.query('SELECT * FROM t WHERE a = $1', [1]).rows
   */
  query(sql: string, parameters?: Parameters, options?: QueryOptions): Result {
    return this.session.query(sql, parameters, options)
  }

  /**
   * Runs a script statement by statement, yielding each result as it is there. `signal` and `timeout` are asked while a
   * statement runs, and hold for each.
   */
  execEach(script: string, options?: AsyncQueryOptions): Iterable<Result> {
    return this.session.execEach(script, options)
  }

  /** As `query`, yielding to the event loop before it starts. */
  async queryAsync(sql: string, parameters?: Parameters, options: AsyncQueryOptions = {}): Promise<Result> {
    await new Promise((resolve) => setTimeout(resolve, 0))
    return this.session.withInterrupt(options, () => this.session.query(sql, parameters, options))
  }

  /**
   * A statement to run many times.
   *
   * @throws SqlError when the text is not one statement
   */
  prepare(sql: string, options: QueryOptions = noOptions): Statement {
    return new Statement(this.session, sql, options)
  }

  /**
   * Inserts many rows without SQL: an array of objects, an array of arrays in column order, or an object of columns (arrays
   * or typed arrays). Columns that are absent get their default. All rows or none.
   *
   * @returns the number of rows inserted
   * @throws SqlError 42P01, 42703, 22P02, 22003, 23502, 23505 …
   */
  insert(table: string, data: InsertData): number {
    try {
      return insertData(this.session, table, data)
    } catch (error) {
      throw asReported(error)
    }
  }

  /**
   * Runs a function in a transaction: committed when it returns, rolled back when it throws. Nested calls are savepoints.
   *
   * @returns what the function returns
   */
  transaction<T>(body: (connection: this) => T): T {
    return this.session.transaction(() => body(this))
  }

  /**
   * Makes a JavaScript function callable from SQL, in every session of the database. DROP FUNCTION removes it.
   *
   * @throws SqlError 42723 when there is one with the same parameters, unless `replace` says otherwise
   * @example
   * db.createFunction('initials', { parameters: ['text'], returns: 'text' }, (name) => name.replace(/(\w)\w* ?/g, '$1'))
   * db.createFunction('half', { parameters: ['double precision'], returns: 'double precision', vectorised: true, strict: true },
   *   (count, { values }) => values.map((value) => value / 2))
   */
  createFunction(name: string, options: FunctionOptions & { readonly vectorised: true }, body: VectorisedBody): void
  createFunction(name: string, options: FunctionOptions, body: FunctionBody): void
  createFunction(name: string, options: FunctionOptions, body: FunctionBody): void {
    createFunction(this.session, name, options, body)
  }

  /**
   * Makes an aggregate function, also usable as a window function.
   *
   * @example
   * db.createAggregate('product', { parameters: ['double precision'], returns: 'double precision', strict: true,
   *   start: () => 1, step: (state, value) => state * value, finish: (state) => state })
   */
  createAggregate<State>(name: string, options: AggregateOptions<State>): void {
    createAggregate(this.session, name, options)
  }

  /**
   * Makes a function that yields rows: arrays in column order, objects, or values where there is one column.
   *
   * @example
   * db.createTableFunction('lines', { parameters: ['text'], columns: { line: 'text' } }, (text: string) => text.split('\n'))
   */
  createTableFunction(name: string, options: TableFunctionOptions, body: (...args: any[]) => Iterable<unknown>): void {
    createTableFunction(this.session, name, options, body)
  }

  /**
   * Makes a function that triggers run: `CREATE TRIGGER … EXECUTE FUNCTION name()`. A BEFORE trigger of rows may return the
   * row to write instead, or null to leave it out.
   *
   * @example
   * db.createTriggerFunction('stamp', (event) => ({ ...event.new, changed: new Date() }))
   */
  createTriggerFunction(name: string, body: TriggerBody, options: { readonly replace?: boolean } = {}): void {
    createTriggerFunction(this.session, name, body, options.replace === true)
  }

  /** The tables, views and sequences that this session sees. */
  relations(): RelationInfo[] {
    return this.session.inTransaction(relationInfos)
  }

  /** Whether a transaction block is open, and whether an error has doomed it. */
  get transactionState(): 'idle' | 'open' | 'failed' {
    return this.session.block.state
  }

  /** Is told of notices and warnings. */
  set onNotice(listener: (message: string) => void) {
    this.session.onNotice = listener
  }

  close(): void {
    this.session.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * A database in memory, and its first session.
 *
 * @example
 * const db = new Database()
 * db.exec('CREATE TABLE city (name text, people integer)')
 * db.insert('city', [{ name: 'Lyon', people: 522250 }])
 * db.query('SELECT name FROM city').rows   // [{ name: 'Lyon' }]
 */
export class Database extends Connection {
  private readonly core: DatabaseCore

  constructor(options: DatabaseOptions = {}) {
    const core = new DatabaseCore(options)
    super(new Session(core))
    this.core = core
  }

  /** Another session of the same database. */
  connect(): Connection {
    return new Connection(new Session(this.core))
  }

  /** What the database's memory holds, by owner. */
  memory(): MemoryReport {
    return this.core.storage.memory()
  }

  /** Releases all memory. Every later call raises 08000. */
  override close(): void {
    super.close()
    this.core.close()
  }
}
