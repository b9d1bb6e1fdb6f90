/** One peer in a process of its own: `peer-process.ts NAME`, driven over IPC. */
import type { Cell, Peer, Request, Response } from './protocol.ts'

const peer = await start()

process.on('message', async (request: Request) => {
  process.send?.(await answer(request))
})
process.send?.({ kind: 'done', milliseconds: 0 } satisfies Response)

async function start(): Promise<Peer> {
  try {
    const { open } = (await import(`./peers/${process.argv[2]}.ts`)) as { open: () => Promise<Peer> | Peer }
    return await open()
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error)
    const response: Response = { kind: 'failed', message: `did not start: ${message.replace(/ imported from.*/, '')}` }
    process.send?.(response, undefined, undefined, () => process.exit(1))
    return new Promise(() => {})
  }
}

async function answer(request: Request): Promise<Response> {
  try {
    const start = performance.now()
    switch (request.kind) {
      case 'load':
        await peer.load(request.directory, request.schema, request.tables)
        return { kind: 'done', milliseconds: performance.now() - start }
      case 'run': {
        const rows = await peer.run(request.sql, request.item)
        const milliseconds = performance.now() - start
        return { kind: 'done', milliseconds, rows: request.wantRows ? rows.map((row) => row.map(cell)) : undefined }
      }
      case 'objects': {
        const rows = await peer.objects?.(request.sql)
        const milliseconds = performance.now() - start
        if (rows?.length !== request.rows) return { kind: 'failed', message: `${rows?.length} rows` }
        return { kind: 'done', milliseconds }
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
  const text =
    value instanceof Date
      ? value
          .toISOString()
          .replace('T', ' ')
          .replace(/\.?0*Z$/, '')
      : String(value)
  if (/^\d{4}-\d\d-\d\d 00:00:00$/.test(text)) return text.slice(0, 10)
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
