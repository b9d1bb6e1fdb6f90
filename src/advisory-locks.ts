/** Locks that mean what programs agree on: pg_advisory_lock and its kin, of all sessions of a database. */
import { SqlError } from './error.ts'
import type { AdvisoryRequest } from './functions/function.ts'

interface Hold {
  readonly session: object
  readonly shared: boolean
  /** Locks of a transaction go with it; undefined for those of the session. */
  readonly isOver?: () => boolean
  count: number
}

export class AdvisoryLocks {
  private readonly holds = new Map<string, Hold[]>()

  /** Whether the session has the lock now. 55P03 where it would have to wait for another: nothing runs meanwhile. */
  acquire(session: object, request: AdvisoryRequest, isOver: () => boolean): boolean {
    const { key, shared, ofTransaction, wait } = request
    const holds = (this.holds.get(key) ?? []).filter((hold) => !hold.isOver?.())
    if (holds.some((hold) => hold.session !== session && !(hold.shared && shared))) {
      if (!wait) return false
      throw new SqlError('lock_not_available', 'could not obtain the advisory lock: another session holds it', {
        hint: 'Sessions of one thread cannot wait for each other; pg_try_advisory_lock() asks without waiting.',
      })
    }
    const own = holds.find(
      (hold) => hold.session === session && hold.shared === shared && (hold.isOver !== undefined) === ofTransaction,
    )
    if (own) own.count++
    else holds.push({ session, shared, isOver: ofTransaction ? isOver : undefined, count: 1 })
    this.holds.set(key, holds)
    return true
  }

  /** What is held, and by whom. */
  *held(): Iterable<{ readonly key: string; readonly shared: boolean; readonly session: object }> {
    for (const [key, holds] of this.holds) {
      for (const { session, shared, isOver } of holds) if (!isOver?.()) yield { key, shared, session }
    }
  }

  /** Gives back one of the session's own locks; false where it has none. */
  release(session: object, { key, shared }: AdvisoryRequest): boolean {
    const holds = this.holds.get(key) ?? []
    const own = holds.find((hold) => hold.session === session && hold.shared === shared && !hold.isOver)
    if (!own) return false
    if (--own.count === 0) this.keep(key, (hold) => hold !== own)
    return true
  }

  releaseAll(session: object): void {
    for (const key of [...this.holds.keys()]) this.keep(key, (hold) => hold.session !== session || !!hold.isOver)
  }

  private keep(key: string, isKept: (hold: Hold) => boolean): void {
    const kept = this.holds.get(key)!.filter(isKept)
    if (kept.length === 0) this.holds.delete(key)
    else this.holds.set(key, kept)
  }
}
