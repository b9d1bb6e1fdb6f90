/** Transaction control of a session: BEGIN … COMMIT blocks with savepoints, and the block of one that every other statement gets. */
import { SqlError } from './error.ts'
import type * as ast from './parser/ast.ts'
import { type Result, ResultBuilder } from './result.ts'
import type { Session } from './session.ts'
import type { Transaction } from './storage/interface.ts'

interface Savepoint {
  readonly name: string
  readonly mark: number
  readonly settings: ReadonlyMap<string, string>
}

interface OpenBlock {
  readonly transaction: Transaction
  readonly settings: ReadonlyMap<string, string>
  savepoints: Savepoint[]
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
  /** Settings that SET LOCAL changed, with what to return to. */
  readonly local: Map<string, string> = new Map()

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
    const { isolation, readOnly } = this.open.transaction
    return new Map([
      ['transaction_isolation', isolation],
      ['transaction_read_only', readOnly ? 'on' : 'off'],
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
    return this.open ? this.inBlock(this.open, body) : this.alone(body)
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
    }
    transaction.commit()
    this.endLocalSettings()
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
        this.setCharacteristics(statement)
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
      failed: false,
    }
  }

  private begin(isolation: Isolation | undefined, readOnly: boolean | undefined): Transaction {
    const { settings, database } = this.session
    this.session.functions.transactionStarted()
    return database.storage.begin({
      isolation: isolation ?? (settings.get('default_transaction_isolation') as Isolation),
      readOnly: readOnly ?? settings.get('default_transaction_read_only') === 'on',
      searchPath: this.session.searchPath,
      temporarySchema: this.session.temporarySchema,
    })
  }

  private finish(statement: ast.Transaction, commit: boolean): Result {
    const block = this.open
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
      this.endLocalSettings()
    }
    if (statement.chain) this.start({ ...statement, action: 'begin' })
    return this.done(committed ? 'COMMIT' : 'ROLLBACK')
  }

  /** Cursors end with their transaction; those WITH HOLD stay once it is committed. */
  private endCursors(committed: boolean): void {
    const { cursors } = this.session
    for (const [name, cursor] of cursors) {
      if (committed) cursor.held = cursor.hold
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

  private setCharacteristics(statement: ast.Transaction): void {
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
    const { transaction } = this.open
    transaction.setCharacteristics(statement.isolation, statement.readOnly)
  }

  /** Rolls back whatever is open, when the session ends. */
  abandon(): void {
    if (!this.open) return
    this.undo(this.open)
    this.open = undefined
  }

  /** Remembers a setting's value for the end of the transaction. */
  keepLocal(name: string): void {
    if (!this.local.has(name)) this.local.set(name, this.session.settings.get(name))
  }

  private endLocalSettings(): void {
    if (this.local.size === 0) return
    for (const [name, value] of this.local) this.session.settings.set(name, value)
    this.local.clear()
  }

  private done(command: string): Result {
    return new ResultBuilder([]).finish(command, { settings: this.session.settings })
  }
}
