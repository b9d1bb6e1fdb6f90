/** What all sessions of a database share: storage, caches of statements and plans, the host, and options. */
import { AdvisoryLocks } from './advisory-locks.ts'
import { hasDeferred, runDeferred } from './exec/deferred.ts'
import { indexKeys } from './exec/index-keys.ts'
import { ThreadPool } from './exec/parallel/thread-pool.ts'
import type { Host } from './host.ts'
import type { ParsedStatement } from './parser/ast.ts'
import { PlanCache } from './plan-cache.ts'
import type { Session } from './session.ts'
import type { Transaction } from './storage/interface.ts'
import { Storage } from './storage/storage.ts'
import type { ValueOptions } from './types/api-value.ts'

export interface DatabaseOptions extends ValueOptions, Host {
  /** Threads that run queries, the calling one included: 1. More need a host that starts them and memory that can be shared. */
  readonly threads?: number
  /** A number of bytes, or text like '2GB'; 4 GiB when not given. */
  readonly memoryLimit?: number | string
}

/** How many statements' trees, and per session plans, are kept. */
export const planCacheSize = 500

export class DatabaseCore {
  readonly storage: Storage
  readonly parsed: PlanCache<ParsedStatement> = new PlanCache(planCacheSize)
  readonly valueOptions: ValueOptions
  readonly host: Host
  /** Where there is more than one. */
  readonly threads: ThreadPool | undefined
  readonly advisoryLocks: AdvisoryLocks = new AdvisoryLocks()
  closed = false

  constructor(options: DatabaseOptions) {
    const { startThread, threads = 1 } = options
    const shared = startThread !== undefined && threads > 1 && typeof SharedArrayBuffer !== 'undefined'
    this.storage = new Storage({ memoryLimit: parseBytes(options.memoryLimit), shared, keyMaker: indexKeys })
    this.threads = shared ? new ThreadPool(this.storage.pool, Math.floor(threads), startThread) : undefined
    this.valueOptions = { bigint: options.bigint, decimal: options.decimal, timestamp: options.timestamp }
    this.host = options
  }

  /** What must hold when a transaction ends: deferred constraints. */
  beforeCommit(session: Session, transaction: Transaction): void {
    if (hasDeferred(transaction)) runDeferred(session.executionContext(transaction, []))
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.parsed.clear()
    this.threads?.close()
    this.storage.close()
  }
}

const units: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 }

/** '2GB', '512MB', 1e9 → bytes. */
function parseBytes(limit: number | string | undefined): number | undefined {
  if (limit === undefined || typeof limit === 'number') return limit
  const match = /^\s*([\d.]+)\s*([KMGT]?i?B?)\s*$/i.exec(limit)
  const unit =
    match &&
    units[
      match[2]
        .toUpperCase()
        .replace('I', '')
        .replace(/^([KMGT])$/, '$1B')
    ]
  if (!match || unit === undefined || unit === null)
    throw new RangeError(`memoryLimit: "${limit}" is not a number of bytes`)
  return Math.floor(Number(match[1]) * unit)
}
