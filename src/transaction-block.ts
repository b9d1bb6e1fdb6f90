/** Transaction control of a session: BEGIN … COMMIT blocks with savepoints, and the block of one that every other statement gets. */
import type { DirectStatement } from './direct-statement.ts'
import { SqlError } from './error.ts'
import { refused } from './exec/direct/plan.ts'
import type * as ast from './parser/ast.ts'
import { type Result, ResultBuilder } from './result.ts'
import type { Session } from './session.ts'
import type { SavedSettings } from './settings.ts'
import type { Transaction } from './storage/interface.ts'
import type { BeginOptions } from './storage/storage.ts'
import type { StorageTransaction } from './storage/transaction.ts'

interface Savepoint {
  readonly name: string
  readonly mark: number
  /** How many cursors there had been. */
  readonly cursors: number
  readonly settings: SavedSettings
}

interface OpenBlock {
  readonly transaction: Transaction
  readonly settings: SavedSettings
  savepoints: Savepoint[]
  readonly deferrable: boolean
  failed: boolean
}

type Isolation = NonNullable<ast.Transaction['isolation']>

export class TransactionBlock {
  private readonly session: Session
  private open: OpenBlock | undefined
  /** The transaction of the statement that runs outside a block, for statements that it runs itself. */
  private single: Transaction | undefined
  /** The transaction of a statement in the middle of which a function's code runs. */
  private caller: Transaction | undefined
  private reusable: StorageTransaction | undefined
  /** How transactions begin, as of a version of the settings. */
  private defaults: BeginOptions = {}
  private defaultsVersion = -1

  constructor(session: Session) {
    this.session = session
  }

  get isOpen(): boolean {
    return this.open !== undefined
  }

  /** Whether a statement outside a block is being run. */
  get isRunning(): boolean {
    return this.single !== undefined
  }

  /** 'idle', 'open' or 'failed', as psql's prompt shows it. */
  get state(): 'idle' | 'open' | 'failed' {
    return this.open === undefined ? 'idle' : this.open.failed ? 'failed' : 'open'
  }

  /** What SHOW says of the open transaction, by the name of the setting. */
  get characteristics(): ReadonlyMap<string, string> {
    if (!this.open) return new Map()
    const { transaction, deferrable } = this.open
    const { isolation, readOnly } = transaction
    return new Map([
      ['transaction_isolation', isolation],
      ['transaction_read_only', readOnly ? 'on' : 'off'],
      ['transaction_deferrable', deferrable ? 'on' : 'off'],
    ])
  }

  /** Runs code of the user's in the middle of a statement; statements that it runs are part of that one. */
  inside<T>(body: () => T): T {
    const before = this.caller
    this.caller = this.single ?? this.open?.transaction
    try {
      return body()
    } finally {
      this.caller = before
    }
  }

  /** Whether code of the user's runs in the middle of a statement. */
  get isInside(): boolean {
    return this.caller !== undefined
  }

  private nested<T>(transaction: Transaction, body: (transaction: Transaction) => T): T {
    const { functions } = this.session
    const { statementTime } = functions
    const mark = transaction.mark()
    try {
      return transaction.nested(() => body(transaction))
    } catch (error) {
      transaction.rollbackTo(mark)
      throw error
    } finally {
      functions.statementTime = statementTime
    }
  }

  /** Runs a body as one statement; nothing of it stays when it throws. */
  statement<T>(body: (transaction: Transaction) => T): T {
    if (this.caller) return this.nested(this.caller, body)
    if (this.single) return body(this.single)
    this.session.database.storage.pool.measureQueries()
    return this.open ? this.inBlock(this.open, body) : this.alone(body)
  }

  /** Runs what reads and changes settings only, which takes no snapshot. */
  setting<T>(body: (transaction: Transaction) => T): T {
    const block = this.open
    if (!block || block.failed || this.caller) return this.statement(body)
    try {
      return body(block.transaction)
    } catch (error) {
      block.failed = true
      throw error
    }
  }

  private inBlock<T>(block: OpenBlock, body: (transaction: Transaction) => T): T {
    if (block.failed) {
      throw new SqlError(
        'in_failed_sql_transaction',
        'current transaction is aborted, commands ignored until end of transaction block',
      )
    }
    const { transaction } = block
    transaction.setSearchPath(this.session.searchPath)
    transaction.beginStatement()
    const mark = transaction.mark()
    try {
      const result = body(transaction)
      transaction.endStatement()
      return result
    } catch (error) {
      transaction.rollbackTo(mark)
      block.failed = true
      throw error
    }
  }

  /**
   * Runs the short way of a statement, as `statement` runs a body. `refused` when it is not for the catalog that the
   * statement would see, when another statement is running, or when the block is doomed; nothing was done then.
   */
  direct(direct: DirectStatement, values: readonly unknown[], emit: () => void): number {
    if (this.caller !== undefined || this.single !== undefined) return refused
    if (this.open !== undefined) return this.open.failed ? refused : this.directInBlock(this.open, direct, values, emit)
    if (this.session.database.storage.committed.version !== direct.executable.catalogVersion) return refused
    return direct.needsTransaction ? this.directAlone(direct, values, emit) : direct.read(values, emit)
  }

  private directInBlock(
    block: OpenBlock,
    direct: DirectStatement,
    values: readonly unknown[],
    emit: () => void,
  ): number {
    const { transaction } = block
    transaction.beginDirect()
    if (transaction.catalog.version !== direct.executable.catalogVersion) return refused
    const mark = transaction.mark()
    try {
      const count = direct.run(transaction, values, emit)
      transaction.endStatement()
      return count
    } catch (error) {
      transaction.rollbackTo(mark)
      block.failed = true
      throw error
    }
  }

  private directAlone(direct: DirectStatement, values: readonly unknown[], emit: () => void): number {
    const transaction = this.beginDirect()
    this.single = transaction
    let count: number
    try {
      transaction.beginDirect()
      count = direct.run(transaction, values, emit)
      transaction.endStatement()
      this.session.database.beforeCommit(this.session, transaction)
    } catch (error) {
      transaction.rollback()
      throw error
    } finally {
      this.single = undefined
      this.session.settings.endLocal()
    }
    transaction.commit()
    return count
  }

  private alone<T>(body: (transaction: Transaction) => T): T {
    const transaction = this.begin(undefined, undefined)
    this.single = transaction
    transaction.beginStatement()
    let result: T
    try {
      result = body(transaction)
      transaction.endStatement()
      this.session.database.beforeCommit(this.session, transaction)
    } catch (error) {
      transaction.rollback()
      throw error
    } finally {
      this.single = undefined
      this.session.settings.endLocal()
    }
    transaction.commit()
    return result
  }

  /** BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like. */
  control(statement: ast.Transaction): Result {
    if (this.caller && statement.action !== 'set') {
      throw new SqlError('invalid_transaction_termination', 'a function cannot begin or end a transaction')
    }
    switch (statement.action) {
      case 'begin':
        this.start(statement)
        return this.done('BEGIN')
      case 'commit':
        return this.finish(statement, true)
      case 'rollback':
        return this.finish(statement, false)
      case 'savepoint':
        this.savepoint(statement)
        return this.done('SAVEPOINT')
      case 'release':
        this.release(statement)
        return this.done('RELEASE')
      case 'rollback-to':
        this.rollbackTo(statement)
        return this.done('ROLLBACK')
      case 'set':
        this.setFromStatement(statement)
        return this.done('SET')
    }
  }

  private start(statement: ast.Transaction): void {
    if (this.open) {
      if (this.open.failed) this.inBlock(this.open, () => {})
      this.session.onNotice('WARNING:  there is already a transaction in progress')
      return
    }
    this.open = {
      transaction: this.begin(statement.isolation, statement.readOnly),
      settings: this.session.settings.save(),
      savepoints: [],
      deferrable: statement.deferrable === true,
      failed: false,
    }
  }

  private begin(isolation: Isolation | undefined, readOnly: boolean | undefined): StorageTransaction {
    this.session.functions.transactionStarted()
    return this.session.database.storage.begin(this.beginOptions(isolation, readOnly))
  }

  private beginOptions(isolation: Isolation | undefined, readOnly: boolean | undefined): BeginOptions {
    const { settings } = this.session
    if (this.defaultsVersion !== settings.version) {
      this.defaultsVersion = settings.version
      this.defaults = {
        isolation: settings.get('default_transaction_isolation') as Isolation,
        readOnly: settings.get('default_transaction_read_only') === 'on',
        searchPath: this.session.searchPath,
        temporarySchema: this.session.temporarySchema,
      }
    }
    if (isolation === undefined && readOnly === undefined) return this.defaults
    return {
      ...this.defaults,
      isolation: isolation ?? this.defaults.isolation,
      readOnly: readOnly ?? this.defaults.readOnly,
    }
  }

  /** The transaction of a statement that takes the short way, which leaves no reference to it: one serves them all. */
  private beginDirect(): Transaction {
    if (this.reusable === undefined) return (this.reusable = this.begin(undefined, undefined))
    this.session.functions.transactionStarted()
    this.session.database.storage.beginAgain(this.reusable, this.beginOptions(undefined, undefined))
    return this.reusable
  }

  private finish(statement: ast.Transaction, commit: boolean): Result {
    const block = this.open
    if (!block && statement.chain) {
      throw new SqlError(
        'no_active_sql_transaction',
        `${commit ? 'COMMIT' : 'ROLLBACK'} AND CHAIN can only be used in transaction blocks`,
      )
    }
    if (!block) {
      this.session.onNotice('WARNING:  there is no transaction in progress')
      return this.done(commit ? 'COMMIT' : 'ROLLBACK')
    }
    const committed = commit && !block.failed
    try {
      if (committed) {
        this.session.database.beforeCommit(this.session, block.transaction)
        block.transaction.commit()
      } else this.undo(block)
    } catch (error) {
      this.undo(block)
      throw error
    } finally {
      this.open = undefined
      this.endCursors(committed)
      this.session.settings.endLocal()
    }
    if (statement.chain) {
      const { isolation, readOnly } = block.transaction
      this.start({ ...statement, action: 'begin', isolation, readOnly, deferrable: block.deferrable })
    }
    return this.done(committed ? 'COMMIT' : 'ROLLBACK')
  }

  /** Cursors end with their transaction; those WITH HOLD stay once it is committed. */
  private endCursors(committed: boolean): void {
    const { cursors } = this.session
    for (const [name, cursor] of cursors) {
      if (committed) cursor.held = cursor.statement.hold
      if (!cursor.held) cursors.delete(name)
    }
  }

  private undo(block: OpenBlock): void {
    block.transaction.rollback()
    this.session.settings.restore(block.settings)
  }

  private savepoint(statement: ast.Transaction): void {
    const block = this.needBlock('SAVEPOINT')
    if (block.failed) this.inBlock(block, () => {})
    block.savepoints.push({
      name: statement.savepoint?.name ?? '',
      mark: block.transaction.mark(),
      cursors: this.session.cursorCount,
      settings: this.session.settings.save(),
    })
  }

  private release(statement: ast.Transaction): void {
    const block = this.needBlock('RELEASE SAVEPOINT')
    if (block.failed) this.inBlock(block, () => {})
    block.savepoints.length = this.findSavepoint(block, statement)
  }

  private rollbackTo(statement: ast.Transaction): void {
    const block = this.needBlock('ROLLBACK TO SAVEPOINT')
    const index = this.findSavepoint(block, statement)
    const savepoint = block.savepoints[index]
    block.transaction.rollbackTo(savepoint.mark)
    this.session.settings.restore(savepoint.settings)
    const { cursors } = this.session
    for (const [name, cursor] of cursors) if (cursor.number > savepoint.cursors) cursors.delete(name)
    block.savepoints[index] = { ...savepoint, mark: block.transaction.mark() }
    block.savepoints.length = index + 1
    block.failed = false
  }

  private findSavepoint(block: OpenBlock, statement: ast.Transaction): number {
    const name = statement.savepoint?.name ?? ''
    const index = block.savepoints.findLastIndex((savepoint) => savepoint.name === name)
    if (index === -1) {
      block.failed = true
      throw new SqlError('invalid_savepoint_specification', `savepoint "${name}" does not exist`, {
        position: statement.savepoint?.span.start,
      })
    }
    return index
  }

  private needBlock(command: string): OpenBlock {
    if (this.open) return this.open
    throw new SqlError('no_active_sql_transaction', `${command} can only be used in transaction blocks`)
  }

  /** SET of transaction_isolation and transaction_read_only, in an open block. */
  setCharacteristics(characteristics: Pick<ast.Transaction, 'isolation' | 'readOnly'>): void {
    if (this.open) this.setCharacteristicsOfBlock(this.open, characteristics)
  }

  private setFromStatement(statement: ast.Transaction): void {
    const { settings } = this.session
    if (statement.session) {
      if (statement.isolation) settings.set('default_transaction_isolation', statement.isolation)
      if (statement.readOnly !== undefined)
        settings.set('default_transaction_read_only', statement.readOnly ? 'on' : 'off')
      return
    }
    if (!this.open) {
      this.session.onNotice('WARNING:  SET TRANSACTION can only be used in transaction blocks')
      return
    }
    this.setCharacteristicsOfBlock(this.open, statement)
  }

  private setCharacteristicsOfBlock(
    { transaction, savepoints }: OpenBlock,
    { isolation, readOnly }: Pick<ast.Transaction, 'isolation' | 'readOnly'>,
  ): void {
    if (isolation !== undefined && isolation !== transaction.isolation && savepoints.length > 0) {
      throw new SqlError(
        'active_sql_transaction',
        'SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction',
      )
    }
    transaction.setCharacteristics(isolation, readOnly)
  }

  /** Rolls back whatever is open, when the session ends. */
  abandon(): void {
    if (!this.open) return
    this.undo(this.open)
    this.open = undefined
  }

  private done(command: string): Result {
    return new ResultBuilder([]).finish(command, { settings: this.session.settings })
  }
}
