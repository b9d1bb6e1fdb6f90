/** Node's threads, for queries that several of them run. Bun and Deno have the same module. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { StartThread } from '../exec/parallel/thread-pool.ts'

const require = createRequire(import.meta.url)

/** Starts a thread that does not keep the process alive. */
export const startThread: StartThread = (start) => {
  // Asked for here, since most programs need no threads and the module costs a start 1.4 ms.
  const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
  const options = { workerData: start, execArgv: [] }
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(bundledSource(), { ...options, eval: true })
    : new Worker(new URL('./thread.js', import.meta.url), options)
  worker.unref()
  // A thread that fails is missed by who waits for it; without a listener the process would end.
  worker.on('error', () => {})
  return {
    stop() {
      void worker.terminate()
    },
  }
}

let bundled: string | undefined

/** The thread's script where the project runs from its sources, which loaders do not reach in a thread that is started while nobody listens. */
function bundledSource(): string {
  bundled ??= (require('esbuild') as typeof import('esbuild')).buildSync({
    entryPoints: [fileURLToPath(new URL('./thread.ts', import.meta.url))],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    write: false,
  }).outputFiles[0].text
  return bundled
}
