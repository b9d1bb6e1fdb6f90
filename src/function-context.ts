/** What function bodies may ask of a session: clock, chance, user, sequences. */
import { SqlError } from './error.ts'
import { assertInDomain } from './exec/domain.ts'
import { triggerDepth } from './exec/trigger-call.ts'
import type { AdvisoryRequest, FunctionContext, RoutineRunner, SequenceAccess } from './functions/function.ts'
import { SessionRoutines } from './routines.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { SequenceDefinition, Transaction } from './storage/interface.ts'
import type { DeparseContext } from './system-catalog/deparse/deparse.ts'
import {
  type Described,
  describeObject,
  findByName,
  nameOfNumber,
  numberOfName,
  serialSequence,
} from './system-catalog/objects.ts'
import type { DataType, TypeKind } from './types/data-type.ts'
import type { Value } from './types/value.ts'

export class SessionFunctions implements FunctionContext, SequenceAccess {
  private readonly session: Session
  private readonly runner: RoutineRunner
  private transaction: Transaction | undefined
  private readonly currentValues = new Map<string, bigint>()
  private lastSequence: string | undefined
  private randomState: number | undefined
  /** How many transactions there have been. */
  private transactions = 0
  private numbered = 0
  /** Undefined until someone asks: reading the clock costs as much as a small statement's planning. */
  private transactionClock: bigint | undefined
  private statementClock: bigint | undefined

  constructor(session: Session) {
    this.session = session
    this.runner = new SessionRoutines(session)
  }

  get settings(): Settings {
    return this.session.settings
  }

  /** now() stands still within a transaction, from the moment that it is first asked for. */
  get transactionTime(): bigint {
    this.transactionClock ??= microseconds()
    return this.transactionClock
  }

  get statementTime(): bigint {
    this.statementClock ??= this.clock()
    return this.statementClock
  }

  set statementTime(time: bigint) {
    this.statementClock = time
  }

  get user(): string {
    return 'colonnade'
  }

  get database(): string {
    return 'colonnade'
  }

  /** The schemas of the search path that exist. */
  get schemas(): readonly string[] {
    const { searchPath } = this.session
    const catalog = this.transaction?.catalog
    return catalog ? searchPath.filter((schema) => schema !== 'pg_temp' && catalog.hasSchema(schema)) : searchPath
  }

  get triggerDepth(): number {
    return this.transaction ? triggerDepth(this.transaction) : 0
  }

  get catalog(): unknown {
    return this.transaction?.catalog
  }

  get routines(): RoutineRunner {
    return this.runner
  }

  get sequences(): SequenceAccess {
    return this
  }

  transactionStarted(): void {
    this.transactions++
    this.transactionClock = undefined
  }

  /** The context of a statement that starts now. */
  during(transaction: Transaction): FunctionContext {
    this.transaction = transaction
    this.statementClock = undefined
    return this
  }

  /** Never before the transaction's time, which may not have been asked for yet. */
  clock(): bigint {
    const start = this.transactionTime
    const now = microseconds()
    return now < start ? start : now
  }

  /** In short waits, so that a time limit or a signal ends it; where the thread may not wait, by looking at the clock. */
  sleep(milliseconds: number): void {
    const end = performance.now() + milliseconds
    const word = new Int32Array(new SharedArrayBuffer(4))
    let mayWait = true
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      this.session.interrupt()
      if (!mayWait) continue
      try {
        Atomics.wait(word, 0, 0, Math.min(left, 20))
      } catch {
        mayWait = false
      }
    }
    this.session.interrupt()
  }

  advisoryLock(request: AdvisoryRequest): boolean {
    const { session, transactions } = this
    const isOver = (): boolean => this.transactions !== transactions || !session.block.isOpen
    return session.database.advisoryLocks.acquire(session, request, isOver)
  }

  advisoryUnlock(request?: AdvisoryRequest): boolean {
    const { session } = this
    const { advisoryLocks } = session.database
    if (!request) {
      advisoryLocks.releaseAll(session)
      return true
    }
    if (advisoryLocks.release(session, request)) return true
    session.onNotice(`WARNING:  you don't own a lock of type ${request.shared ? 'Share' : 'Exclusive'}Lock`)
    return false
  }

  /** A transaction has a number from the start; to the outside it gets it when it writes, or asks. */
  transactionNumber(assign: boolean): number | undefined {
    const { id, hasWritten } = this.needTransaction()
    if (assign) this.numbered = id
    return this.numbered === id || hasWritten ? id : undefined
  }

  /** xorshift32-based when seeded, else Math.random. */
  random(): number {
    if (this.randomState === undefined) return Math.random()
    let state = this.randomState
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.randomState = state
    return (state >>> 0) / 4294967296
  }

  seedRandom(seed: number): void {
    this.randomState = (Math.trunc(seed * 2147483647) ^ 0x9e3779b9) | 0 || 1
  }

  nextValue(name: string): bigint {
    const sequence = this.findSequence(name)
    const value = this.needTransaction().nextSequenceValue(sequence)
    this.remember(sequence, value)
    return value
  }

  currentValue(name: string): bigint {
    const sequence = this.findSequence(name)
    const value = this.currentValues.get(key(sequence))
    if (value === undefined) {
      throw new SqlError(
        'object_not_in_prerequisite_state',
        `currval of sequence "${sequence.name}" is not yet defined in this session`,
      )
    }
    return value
  }

  lastValue(): bigint {
    const value = this.lastSequence === undefined ? undefined : this.currentValues.get(this.lastSequence)
    if (value === undefined) {
      throw new SqlError('object_not_in_prerequisite_state', 'lastval is not yet defined in this session')
    }
    return value
  }

  setValue(name: string, value: bigint, isCalled: boolean): bigint {
    const sequence = this.findSequence(name)
    if (this.needTransaction().readOnly && !sequence.temporary) {
      throw new SqlError('read_only_sql_transaction', 'cannot execute setval() in a read-only transaction')
    }
    if (value < sequence.minimum || value > sequence.maximum) {
      throw new SqlError(
        'numeric_value_out_of_range',
        `setval: value ${value} is out of bounds for sequence "${sequence.name}" (${sequence.minimum}..${sequence.maximum})`,
      )
    }
    this.needTransaction().setSequenceValue(sequence, value, isCalled)
    if (isCalled) this.remember(sequence, value)
    return value
  }

  checkDomain(type: DataType, value: Value): void {
    if (type.kind === 'domain' && this.transaction) assertInDomain(type, value, this.transaction.catalog, this)
  }

  objectNumber(kind: TypeKind, name: string): number | undefined {
    return this.transaction && numberOfName(this.describing(this.transaction), kind, name)
  }

  objectName(kind: TypeKind, number: number): string | undefined {
    return this.transaction && nameOfNumber(this.describing(this.transaction), kind, number)
  }

  describeObject(what: string, key: readonly Value[]): string | undefined {
    return this.transaction && describeObject(what as Described, key, this.describing(this.transaction))
  }

  private describing({ catalog }: Transaction): DeparseContext {
    return { catalog, functions: this }
  }

  serialSequence(table: string, column: string): string | undefined {
    return this.transaction && serialSequence(this.transaction.catalog, table, column)
  }

  /** DISCARD SEQUENCES. */
  forgetSequences(): void {
    this.currentValues.clear()
    this.lastSequence = undefined
  }

  private remember(sequence: SequenceDefinition, value: bigint): void {
    this.lastSequence = key(sequence)
    this.currentValues.set(this.lastSequence, value)
  }

  /** Looks a name as SQL writes it up: `s`, `schema.s`, `"S"`. */
  private findSequence(text: string): SequenceDefinition {
    const relation = findByName(this.needTransaction().catalog, text)
    if (!relation) throw new SqlError('undefined_table', `relation "${text}" does not exist`)
    if (relation.kind !== 'sequence') throw new SqlError('wrong_object_type', `"${relation.name}" is not a sequence`)
    return relation
  }

  /** The transaction of the statement that runs. */
  get running(): Transaction {
    return this.needTransaction()
  }

  private needTransaction(): Transaction {
    if (!this.transaction) throw new SqlError('no_active_sql_transaction', 'sequences need a running statement')
    return this.transaction
  }
}

function key(sequence: SequenceDefinition): string {
  return `${sequence.schema}.${sequence.name}`
}

/** Microseconds since 1970, as finely as the platform tells. */
function microseconds(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000))
}
