/** One peer in a process of its own: `peer-process.ts NAME`, driven over IPC. */
import type { Cell, Peer, Request, Response } from './protocol.ts'

const { open } = (await import(`./peers/${process.argv[2]}.ts`)) as { open: () => Promise<Peer> | Peer }
const peer = await open()

process.on('message', async (request: Request) => {
  process.send?.(await answer(request))
})
process.send?.({ kind: 'done', milliseconds: 0 } satisfies Response)

async function answer(request: Request): Promise<Response> {
  try {
    const start = performance.now()
    switch (request.kind) {
      case 'load':
        await peer.load(request.directory, request.schema, request.tables)
        return { kind: 'done', milliseconds: performance.now() - start }
      case 'run': {
        const rows = await peer.run(request.sql)
        const milliseconds = performance.now() - start
        return { kind: 'done', milliseconds, rows: request.wantRows ? rows.map((row) => row.map(cell)) : undefined }
      }
      case 'task': {
        const milliseconds = await peer.task?.(request.name, request.size)
        if (milliseconds === undefined) return { kind: 'failed', message: `no task ${request.name}` }
        return { kind: 'done', milliseconds }
      }
    }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  const text = String(value)
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
