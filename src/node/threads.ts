/** Node's threads, for queries that several of them run. Bun and Deno have the same module. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { MessagePort, Worker } from 'node:worker_threads'
import type { StartThread, ThreadHandle } from '../exec/parallel/thread-pool.ts'
import type { ThreadStart } from '../exec/parallel/worker.ts'

const require = createRequire(import.meta.url)

/** Starts a thread that does not keep the process alive. */
export const startThread: StartThread = (start) =>
  startScript(import.meta.url.endsWith('.ts') ? bundledSource() : new URL('./thread.js', import.meta.url), start)

/** Starts a thread with a script, given as its text or where it is. */
export function startScript(script: string | URL, start: ThreadStart): ThreadHandle {
  // Asked for here, since most programs need no threads and the module costs a start 1.4 ms.
  const { MessageChannel, Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
  const run = (code: string | URL, workerData: object, port: MessagePort): Worker => {
    const data = { workerData: { ...workerData, port }, transferList: [port] }
    const worker = new Worker(code, { ...data, execArgv: [], eval: typeof code === 'string' })
    worker.unref()
    // A thread that fails is missed by who waits for it; without a listener the process would end.
    worker.on('error', () => {})
    return worker
  }
  const { port1, port2 } = new MessageChannel()
  const workers = [run(script, start, port1)]
  return {
    stop() {
      for (const worker of workers) void worker.terminate()
    },
    watch(address) {
      workers.push(run(watcher, { memory: start.memory, address }, port2))
    },
  }
}

/** The script of a thread that listens to the port that another one holds: it closes when that ends. */
const watcher = `
const { memory, address, port } = require('node:worker_threads').workerData
port.on('message', () => {})
port.on('close', () => Atomics.store(new Int32Array(memory.buffer), address >>> 2, 1))`

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
