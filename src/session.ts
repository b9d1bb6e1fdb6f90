/**
 * A session: one connection to a database, with its settings, its transaction, its prepared statements and cursors.
 *
 *   text ─ parseStatements ─▶ ParsedStatement ─ prepareQuery ─▶ Executable ─ open ─▶ batches ─▶ Result
 *                                             └ runCommand: definitions, transactions, settings, COPY, EXPLAIN …
 *
 * Every statement runs in a transaction: the block that BEGIN opened, or one of its own. A statement that fails leaves no
 * trace; inside a block it also dooms the block (25P02), as in PostgreSQL.
 */
import { runCommand } from './commands/command.ts'
import { rowsMoved } from './commands/cursor.ts'
import { type DatabaseCore, planCacheSize } from './database-core.ts'
import type { DirectStatement } from './direct-statement.ts'
import { asReported, notSupported, SqlError } from './error.ts'
import { intoOf } from './exec/ddl/syntax.ts'
import { refused } from './exec/direct/plan.ts'
import type { ExecutionContext, ExecutionMode } from './exec/operator.ts'
import { Executable, type PlannedStatement, prepareQuery } from './executable.ts'
import { SessionFunctions } from './function-context.ts'
import { quantity } from './inert-settings.ts'
import { interruptible } from './interrupt.ts'
import {
  bindParameters,
  type GivenParameters,
  givenParameters,
  type Parameters,
  positionalValues,
} from './parameters.ts'
import type * as ast from './parser/ast.ts'
import { parseStatement, parseStatements } from './parser/parse.ts'
import { PlanCache } from './plan-cache.ts'
import type { ColumnId, OutputColumn } from './planner/expression.ts'
import {
  noOptions,
  type QueryOptions,
  Result,
  ResultBuilder,
  type ResultColumn,
  type ResultOptions,
  resultColumn,
} from './result.ts'
import { defaultBatchSize, Settings } from './settings.ts'
import type { Transaction } from './storage/interface.ts'
import { TransactionBlock } from './transaction-block.ts'
import type { DataType } from './types/data-type.ts'
import type { Value } from './types/value.ts'

/** A statement kept by PREPARE, or a cursor's rows. */
export interface PreparedText {
  readonly statement: ast.Statement
  readonly text: string
  readonly parameterTypes: readonly ast.TypeName[]
  /** What it yielded, and took, when it was prepared. */
  readonly columns: readonly OutputColumn[]
  readonly types: readonly DataType[]
  readonly time: Date
}

export class Session {
  readonly database: DatabaseCore
  readonly settings: Settings = new Settings()
  readonly prepared: Map<string, PreparedText> = new Map()
  /** Values by the names that SET VARIABLE gave them. */
  readonly variables: Map<string, { readonly type: DataType; readonly value: Value }> = new Map()
  readonly cursors: Map<string, import('./commands/cursor.ts').Cursor> = new Map()
  /** How many cursors there have been. */
  cursorCount = 0
  readonly plans: PlanCache<Executable> = new PlanCache(planCacheSize)
  readonly functions: SessionFunctions
  readonly block: TransactionBlock
  /** What NOTICE says, for whoever listens: the terminal prints it. */
  onNotice: (message: string) => void = () => {}
  /** Checked once per batch; throws to cancel the running statement. */
  interrupt: () => void = () => {}
  /** Settings that every statement reads, as of a version of the settings. */
  private mode: ExecutionMode = 'auto'
  private batchSize = defaultBatchSize
  private threadLimit = 0
  private smallestShared = 0
  private knobsVersion = -1
  /** Milliseconds that a statement may take; 0: any. */
  private timeout = 0
  private closed = false
  private savepoints = 0
  /** The name of this session's temporary schema in storage. */
  readonly temporarySchema: string
  private path: readonly string[] = ['public']
  private pathVersion = -1

  constructor(database: DatabaseCore) {
    this.database = database
    this.temporarySchema = database.storage.newTemporarySchema()
    this.functions = new SessionFunctions(this)
    this.settings.objectName = (kind, number) => this.functions.objectName(kind, number)
    this.settings.followPath = () => this.functions.running.setSearchPath(this.searchPath)
    this.settings.objectNumber = (kind, name) => this.functions.objectNumber(kind, name)
    this.block = new TransactionBlock(this)
  }

  /** Runs a script; returns the result of its last statement. Statements before one that fails have happened. */
  exec(script: string, options: QueryOptions = noOptions): Result {
    let last: Result | undefined
    for (const result of this.execEach(script, options)) last = result
    return last ?? new ResultBuilder([]).finish('', { ...this.database.valueOptions, settings: this.settings })
  }

  /** Runs a script statement by statement, yielding each result. */
  *execEach(script: string, options: QueryOptions & Limits = noOptions): Generator<Result> {
    this.assertOpen()
    assertText(script)
    const isLimited = options.signal !== undefined || options.timeout !== undefined
    try {
      for (const parsed of parseStatements(script, () => this.escapes)) {
        const run = (): Result => this.run(parsed, script, undefined, options)
        yield isLimited ? this.withInterrupt(options, run) : run()
      }
    } catch (error) {
      throw withText(error, script)
    }
  }

  /** Runs one statement. */
  query(sql: string, parameters?: Parameters, options: QueryOptions = noOptions): Result {
    this.assertOpen()
    try {
      return this.run(this.parse(sql), sql, parameters, options)
    } catch (error) {
      throw withText(error, sql)
    }
  }

  /** The statement's syntax tree, from the cache when the text was seen before. */
  parse(sql: string): ast.ParsedStatement {
    assertText(sql)
    if (this.escapes) return parseStatement(sql, true)
    const cached = this.database.parsed.get(sql)
    if (cached) return cached
    const parsed = parseStatement(sql)
    if (sql.length <= maximumCachedText) this.database.parsed.set(sql, parsed)
    return parsed
  }

  /** Whether backslashes escape in plain strings. */
  private get escapes(): boolean {
    return this.settings.get('standard_conforming_strings') === 'off'
  }

  /** Runs a parsed statement in the current transaction, or in one of its own. */
  run(parsed: ast.ParsedStatement, text: string, parameters: Parameters | undefined, options: QueryOptions): Result {
    const { statement } = parsed
    if (statement.kind === 'transaction') return this.block.control(statement)
    if (statement.kind === 'unsupported') return this.inTransaction(() => refuseOrSkip(this, statement))
    return this.runDirect(parsed, text, parameters, options) ?? this.runTimed(parsed, text, parameters, options)
  }

  /** Runs a statement for no longer than `statement_timeout` allows. */
  private runTimed(
    parsed: ast.ParsedStatement,
    text: string,
    parameters: Parameters | undefined,
    options: QueryOptions,
  ): Result {
    if (this.knobsVersion !== this.settings.version) this.readKnobs()
    if (this.timeout === 0) return this.runInTransaction(parsed, text, parameters, options)
    return this.withInterrupt({ timeout: this.timeout }, () => this.runInTransaction(parsed, text, parameters, options))
  }

  private runInTransaction(
    parsed: ast.ParsedStatement,
    text: string,
    parameters: Parameters | undefined,
    options: QueryOptions,
  ): Result {
    const { statement } = parsed
    const body = (transaction: Transaction): Result =>
      isPlanned(statement)
        ? this.runPlanned(parsed, text, parameters, options, transaction)
        : runCommand(this, statement, text, givenParameters(parsed, parameters), options, transaction)
    const isSetting = statement.kind === 'set' || statement.kind === 'show'
    return isSetting ? this.block.setting(body) : this.inTransaction(body)
  }

  /** Runs a body as one statement: committed when it stands alone, undone when it throws. */
  inTransaction<T>(body: (transaction: Transaction) => T): T {
    return this.block.statement(body)
  }

  /** Runs a statement whose plan has a short way; undefined when the long one has to be taken. */
  private runDirect(
    parsed: ast.ParsedStatement,
    text: string,
    parameters: Parameters | undefined,
    options: QueryOptions,
  ): Result | undefined {
    if (this.cursors.size > 0) return undefined
    const executable = this.plans.get(planKey(parsed, text))
    const direct = executable?.direct
    if (direct === undefined) return undefined
    const values = positionalValues(parsed, parameters)
    if (values === undefined) return undefined
    const { columns, emit } = direct.collector()
    const count = this.direct(direct, values, emit)
    if (count === refused) return undefined
    return new Result(
      direct.executable.columns,
      columns.map((column) => [column]),
      columns.length === 0 ? 0 : columns[0].length,
      direct.executable.command,
      this.resultOptions(direct.executable, options),
      direct.changesRows ? count : undefined,
    )
  }

  /** Runs the short way of a statement, unless something else than usual is the case: then `refused`, and nothing was done. */
  direct(direct: DirectStatement, values: readonly unknown[], emit: () => void): number {
    if (this.closed || direct.executable.settingsVersion !== this.settings.version) return refused
    return this.block.direct(direct, values, emit)
  }

  /** The short way that a statement's plan has, if it has been found. */
  directOf(parsed: ast.ParsedStatement, text: string): DirectStatement | undefined {
    return this.plans.get(planKey(parsed, text))?.direct
  }

  /** Plans (or finds the plan of) a query or change and runs it. */
  private runPlanned(
    parsed: ast.ParsedStatement,
    text: string,
    parameters: Parameters | undefined,
    options: QueryOptions,
    transaction: Transaction,
  ): Result {
    const values = bindParameters(parsed, parameters)
    if (transaction.readOnly) refuseWriting(parsed.statement, transaction)
    const executable = this.executable(parsed, text, values, transaction)
    return this.execute(executable, executable.parameters(values), transaction, options)
  }

  /** The runnable plan of a statement, from the cache when nothing that it depends on has changed. */
  executable(
    parsed: ast.ParsedStatement,
    text: string,
    values: readonly unknown[],
    transaction: Transaction,
  ): Executable {
    // A plan that is running must not be entered again.
    const cacheable = text.length <= maximumCachedText && !this.block.isInside
    const key = planKey(parsed, text)
    if (cacheable) {
      const cached = this.plans.get(key)
      if (cached?.fits(this, transaction, values)) {
        cached.findDirect(transaction)
        return cached
      }
    }
    const executable = prepareQuery(this, parsed, values, transaction)
    if (cacheable && executable.reusable) this.plans.set(key, executable)
    return executable
  }

  /** The runnable plan of a statement that is part of another, which may have been given parameters. */
  prepareUncached(statement: ast.Statement, transaction: Transaction, given?: GivenParameters): Executable {
    const parsed = { statement, span: statement.span, parameterCount: 0, parameterNames: given?.names ?? [] }
    return prepareQuery(this, parsed, given?.values, transaction)
  }

  /** Runs a plan that is not kept. */
  executePlanned(planned: PlannedStatement, command: string, transaction: Transaction): Result {
    return this.execute(new Executable(this, transaction, planned, command, false), [], transaction, {})
  }

  /** Runs a plan to its end. */
  execute(
    executable: Executable,
    parameters: readonly Value[],
    transaction: Transaction,
    options: QueryOptions,
  ): Result {
    const context = this.executionContext(transaction, parameters)
    const builder = new ResultBuilder(executable.columns)
    const { memory } = context.pool
    for (const batch of executable.operator.open(context)) {
      builder.add(batch, memory)
      context.pool.assertRoom(builder.bytes)
    }
    const resultOptions = this.resultOptions(executable, options)
    return builder.finish(executable.command, resultOptions, executable.changesRows ? context.changedRows : undefined)
  }

  /** How a statement's values arrive. Without options of its own, the object is shared by its runs. */
  resultOptions(executable: Executable, options: QueryOptions): ResultOptions {
    const isDefault = options === noOptions
    if (isDefault && executable.resultOptions) return executable.resultOptions
    const { settings } = this
    const made = { ...this.database.valueOptions, ...options, settings, inexactColumns: executable.inexact }
    if (isDefault) executable.resultOptions = made
    return made
  }

  executionContext(transaction: Transaction, parameters: readonly Value[]): ExecutionContext {
    const { settings } = this
    if (this.knobsVersion !== settings.version) this.readKnobs()
    return {
      transaction,
      pool: this.database.storage.pool,
      settings,
      functions: this.functions.during(transaction),
      parameters,
      mode: this.mode,
      batchSize: this.batchSize,
      outer: new Map<ColumnId, Value>(),
      ctes: new Map<number, unknown>(),
      changedRows: 0,
      checkInterrupt: this.interrupt,
      rowsMoved:
        this.cursors.size === 0
          ? undefined
          : (table, rows, first) => rowsMoved(this.cursors.values(), table, rows, first),
      threads: this.database.threads?.forStatement(this.threadLimit, this.smallestShared),
    }
  }

  private readKnobs(): void {
    this.mode = this.settings.get('execution') as ExecutionMode
    this.batchSize = Number(this.settings.get('batch_size'))
    this.timeout = quantity(this.settings.get('statement_timeout'), 'ms') ?? 0
    this.threadLimit = Number(this.settings.get('threads'))
    this.smallestShared = Number(this.settings.get('shared_scan_rows'))
    this.knobsVersion = this.settings.version
  }

  /** The schemas of `search_path`, whether they exist or not. */
  get searchPath(): readonly string[] {
    if (this.pathVersion !== this.settings.version) {
      this.pathVersion = this.settings.version
      this.path = schemaNames(this.settings.get('search_path'), this.functions.user)
    }
    return this.path
  }

  /** Changes whenever plans may: with the committed catalog and the settings. */
  get planVersion(): number {
    return this.database.storage.committed.version * 65536 + this.settings.version
  }

  /** A statement's columns, without running it. */
  describe(parsed: ast.ParsedStatement): readonly ResultColumn[] {
    if (!isPlanned(parsed.statement)) return []
    return this.inTransaction((transaction) => prepareQuery(this, parsed, [], transaction).columns.map(resultColumn))
  }

  /** Runs a body between BEGIN and COMMIT, or within a savepoint when a transaction is open. */
  transaction<T>(body: () => T): T {
    const nested = this.block.isOpen
    const savepoint = `transaction_${++this.savepoints}`
    this.exec(nested ? `SAVEPOINT ${savepoint}` : 'BEGIN')
    let result: T
    try {
      result = body()
    } catch (error) {
      this.exec(nested ? `ROLLBACK TO SAVEPOINT ${savepoint}` : 'ROLLBACK')
      throw error
    }
    this.exec(nested ? `RELEASE SAVEPOINT ${savepoint}` : 'COMMIT')
    return result
  }

  /** Runs a body that a signal or a time limit may cancel. */
  withInterrupt<T>(limits: Limits, body: () => T): T {
    const deadline = limits.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + limits.timeout
    const outer = this.interrupt
    this.interrupt = () => {
      outer()
      if (limits.signal?.aborted) throw new SqlError('query_canceled', 'canceling statement due to user request')
      if (performance.now() > deadline) {
        throw new SqlError('query_canceled', 'canceling statement due to statement timeout')
      }
    }
    try {
      this.interrupt()
      return interruptible(this.interrupt, body)
    } finally {
      this.interrupt = outer
    }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.block.abandon()
    this.database.advisoryLocks.releaseAll(this)
    this.prepared.clear()
    this.cursors.clear()
    this.plans.clear()
    if (!this.database.closed) this.database.storage.dropTemporarySchema(this.temporarySchema)
  }

  private assertOpen(): void {
    if (this.closed || this.database.closed) throw new SqlError('connection_exception', 'the database is closed')
  }
}

interface Limits {
  readonly signal?: AbortSignal
  readonly timeout?: number
}

/** Callers in JavaScript may pass anything. */
function assertText(sql: unknown): void {
  if (typeof sql !== 'string')
    throw new SqlError('invalid_parameter_value', `SQL is a string, not of type ${typeof sql}`)
}

/** What a statement's plan is kept by. */
function planKey(parsed: ast.ParsedStatement, text: string): string {
  return parsed.span.start === 0 ? text : `${parsed.span.start}:${text}`
}

/** 0A000 by name; DROP of an object of a kind that we do not have finds that it does not exist. */
function refuseOrSkip(session: Session, { command, absent, span }: ast.Unsupported): Result {
  if (!absent) throw notSupported(command, span.start)
  const message = `${absent.kind} "${absent.name}" does not exist`
  if (!absent.ifExists) {
    const condition = absent.kind === 'database' ? 'invalid_catalog_name' : 'undefined_object'
    throw new SqlError(condition, message, { position: span.start })
  }
  session.onNotice(`NOTICE:  ${message}, skipping`)
  return new ResultBuilder([]).finish(command, { settings: session.settings })
}

/** Longer texts are bulk inserts: caching them would keep what is never asked for again. */
const maximumCachedText = 20_000

/** `"$user", public` → names, the user's own filled in. */
function schemaNames(path: string, user: string): readonly string[] {
  const names = path.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? []
  return names
    .map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()))
    .map((name) => (name === '$user' ? user : name))
    .filter((name) => name !== '')
}

/** Whether the binder turns the statement into a plan. */
export function isPlanned(statement: ast.Statement): boolean {
  switch (statement.kind) {
    case 'select':
    case 'set-operation':
      return intoOf(statement) === undefined
    case 'values':
    case 'table':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return true
    default:
      return false
  }
}

/** 25006 for a change in a read-only transaction, whether it finds rows or not; temporary tables may be changed. */
function refuseWriting(statement: ast.Statement, { catalog }: Transaction): void {
  const refuse = (command: string): never => {
    throw new SqlError('read_only_sql_transaction', `cannot execute ${command} in a read-only transaction`)
  }
  switch (statement.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge': {
      const { parts } = statement.kind === 'merge' ? statement.target : statement.table
      const relation = catalog.findRelation(parts[parts.length - 1].name, parts.at(-2)?.name)
      if (relation && !relation.temporary) refuse(statement.kind.toUpperCase())
      return
    }
    case 'select':
      if (statement.locking.length > 0) refuse(`SELECT ${statement.locking[0].replace(/ of .*/i, '').toUpperCase()}`)
  }
}

/** The error as users see it, with the text that its position refers to. */
export function withText(thrown: unknown, sql: string): unknown {
  const error = asReported(thrown)
  if (error instanceof SqlError && error.sql === undefined) error.sql = sql
  return error
}
