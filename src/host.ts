/** What the engine asks of the machine it runs on. The engine itself imports nothing of any platform. */

import type { StartThread } from './exec/parallel/thread-pool.ts'
import type { ByteSource } from './io/bytes.ts'
import type { ParquetLibrary } from './io/parquet/library.ts'

/** Files, for COPY and FROM 'file'. All calls are synchronous and throw SqlError 58P01 or 58030. */
export interface FileAccess {
  read(path: string): Uint8Array
  /** A file to be read part by part; where there is no such thing, or it is no plain file, files are read whole. */
  open?(path: string): (ByteSource & { close(): void }) | undefined
  write(path: string, data: Uint8Array): void
  /** Makes a folder and those it lies in, where they are missing; for COPY with PARTITION_BY. */
  makeFolder?(path: string): unknown
  /** Existing files that a path with `*`, `?`, `[…]` or `**` names, in order; the path itself when it has none of them. */
  glob(pattern: string): string[]
  size(path: string): number
}

export interface Host {
  readonly files?: FileAccess
  /** Unpacks a compressed file. */
  readonly unpack?: (bytes: Uint8Array, compression: 'gzip' | 'zstd') => Uint8Array
  /** Packs in gzip. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array
  /** The Parquet library, loaded when a first Parquet file is read. */
  readonly parquet?: () => ParquetLibrary
  /** Starts a thread that shares the database's memory. Without it, or where memory cannot be shared, there is one thread. */
  readonly startThread?: StartThread
}
