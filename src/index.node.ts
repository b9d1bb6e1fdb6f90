/** The public API under Node, Bun and Deno: as everywhere, with files attached. */
import { Database as CoreDatabase } from './database.ts'
import type { DatabaseOptions } from './database-core.ts'
import { nodeFiles } from './node/files.ts'
import { loadParquet, pack, unpack } from './node/libraries.ts'
import { startThread } from './node/threads.ts'

export * from './index.ts'

/** A database whose COPY and `FROM 'file'` read and write this machine's files, and whose queries may run on several threads. */
export class Database extends CoreDatabase {
  constructor(options: DatabaseOptions = {}) {
    super({ files: nodeFiles, pack, unpack, parquet: loadParquet, startThread, ...options })
  }
}
