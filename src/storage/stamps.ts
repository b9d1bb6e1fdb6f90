/**
 * When rows come and go. Each statement that writes takes a stamp, a small integer that its rows carry; the table here
 * says whose it is and, once the transaction has committed, since when it counts. Committing is one entry per statement,
 * however many rows it wrote.
 *
 *   0       no stamp: begun before anyone's time, or not ended
 *   1       ended for everyone
 *   ≥ base  looked up here; what lies below `base` was committed before every snapshot that is still in use
 */

/** What a statement sees: what was committed by `time`, and what its own transaction's earlier statements wrote. */
export interface Snapshot {
  readonly time: number
  readonly transaction: number
  readonly statement: number
}

export const NEVER = 0
export const ENDED_FOR_ALL = 1
const UNCOMMITTED = Infinity
const tidyAt = 4096

export class Stamps {
  /** Stamps below it count for everyone. */
  base = 2
  private next = 2
  private offset = 2
  private times: number[] = []
  private transactions: number[] = []
  private statements: number[] = []

  /** A new stamp for a statement's writes. */
  take(transaction: number, statement: number): number {
    this.times.push(UNCOMMITTED)
    this.transactions.push(transaction)
    this.statements.push(statement)
    return this.next++
  }

  commit(stamp: number, time: number): void {
    this.times[stamp - this.offset] = time
  }

  /** Nothing carries the stamp any more, or only rows that are ended for all. */
  forget(stamp: number): void {
    this.times[stamp - this.offset] = 0
  }

  /** Whether what carries the stamp has happened, for a snapshot. */
  isVisible(stamp: number, snapshot: Snapshot): boolean {
    if (stamp < this.base) return true
    const at = stamp - this.offset
    if (this.times[at] <= snapshot.time) return true
    return this.transactions[at] === snapshot.transaction && this.statements[at] < snapshot.statement
  }

  isCommitted(stamp: number): boolean {
    return stamp < this.base || this.times[stamp - this.offset] !== UNCOMMITTED
  }

  isOwn(stamp: number, transaction: number): boolean {
    return stamp >= this.base && this.transactions[stamp - this.offset] === transaction
  }

  /** The statement of its transaction that a stamp was taken for. */
  statementOf(stamp: number): number {
    return this.statements[stamp - this.offset]
  }

  /** Moves `base` over all that was committed by `horizon`, the oldest snapshot in use. */
  advance(horizon: number): void {
    let at = this.base - this.offset
    while (at < this.times.length && this.times[at] <= horizon) at++
    this.base = this.offset + at
    if (at < tidyAt) return
    this.times = this.times.slice(at)
    this.transactions = this.transactions.slice(at)
    this.statements = this.statements.slice(at)
    this.offset = this.base
  }

  /** Whether the numbers are running out and should start anew, when nobody looks. */
  get isNearEnd(): boolean {
    return this.next > 2 ** 31
  }

  /** Starts anew; the caller has cleared every stamp in use. */
  restart(): void {
    this.base = this.next = this.offset = 2
    this.times = []
    this.transactions = []
    this.statements = []
  }
}
