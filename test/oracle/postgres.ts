/** A client of PostgreSQL's wire protocol that knows just enough for comparing: simple queries, many in flight, text results. */
import { createConnection, type Socket } from 'node:net'
import { userInfo } from 'node:os'

export interface Answer {
  /** Absent when the statement failed or returns no rows. */
  readonly columns?: readonly { readonly name: string; readonly typeId: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** `INSERT 0 3`. */
  readonly tag: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly milliseconds: number
}

interface Pending {
  columns?: { name: string; typeId: number }[]
  rows: (string | null)[][]
  tag: string
  error?: { code: string; message: string }
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

export class Postgres {
  private readonly socket: Socket
  private readonly pending: Pending[] = []
  private buffer: Buffer = Buffer.alloc(0)
  private onReady: (() => void) | undefined
  private lastAnswer = 0

  private constructor(socket: Socket) {
    this.socket = socket
  }

  /** A connection to the server that PGHOST, PGPORT, PGUSER and PGDATABASE name, without a password; or why there is none. */
  static async connect(): Promise<Postgres | { readonly absent: string }> {
    const user = process.env.PGUSER ?? userInfo().username
    const database = process.env.PGDATABASE ?? user
    const socket = createConnection(Number(process.env.PGPORT ?? 5432), process.env.PGHOST ?? '127.0.0.1')
    const client = new Postgres(socket)
    try {
      await new Promise<void>((resolve, reject) => {
        client.onReady = resolve
        socket.on('error', reject)
        client.failed = reject
        socket.on('connect', () => socket.write(startupMessage({ user, database, client_encoding: 'UTF8' })))
        socket.on('data', (chunk) => client.receive(chunk))
      })
    } catch (error) {
      socket.destroy()
      return { absent: error instanceof Error ? error.message : String(error) }
    }
    client.failed = (error) => {
      for (const waiting of client.pending.splice(0)) waiting.reject(error)
    }
    socket.on('error', client.failed)
    socket.on('close', () => client.failed(new Error('the server closed the connection')))
    return client
  }

  private failed: (error: Error) => void = () => {}

  /** Sends a statement; answers come in the order of the questions. */
  query(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.pending.length === 0) this.lastAnswer = performance.now()
      this.pending.push({ rows: [], tag: '', resolve, reject })
      const body = Buffer.from(`${text}\0`)
      const head = Buffer.alloc(5)
      head.write('Q')
      head.writeInt32BE(body.length + 4, 1)
      this.socket.write(Buffer.concat([head, body]))
    })
  }

  close(): void {
    this.failed = () => {}
    this.socket.end(Buffer.from([0x58, 0, 0, 0, 4]))
  }

  private receive(chunk: Buffer): void {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk])
    let at = 0
    while (this.buffer.length - at >= 5) {
      const length = this.buffer.readInt32BE(at + 1) + 1
      if (this.buffer.length - at < length) break
      this.message(String.fromCharCode(this.buffer[at]), this.buffer.subarray(at + 5, at + length))
      at += length
    }
    this.buffer = this.buffer.subarray(at)
  }

  private message(kind: string, body: Buffer): void {
    const current = this.pending[0]
    switch (kind) {
      case 'R':
        if (body.readInt32BE(0) !== 0) this.failed(new Error('the server wants a password'))
        return
      case 'T':
        current.columns = readColumns(body)
        return
      case 'D':
        current.rows.push(readRow(body))
        return
      case 'C':
        current.tag = body.toString('utf8', 0, body.length - 1)
        return
      case 'E': {
        const fields = readFields(body)
        const error = { code: fields.C, message: fields.M }
        if (current) current.error = error
        else this.failed(new Error(error.message))
        return
      }
      case 'Z': {
        if (this.onReady) {
          this.onReady()
          this.onReady = undefined
          return
        }
        this.pending.shift()
        const now = performance.now()
        const { columns, rows, tag, error } = current
        current.resolve({ columns, rows, tag, error, milliseconds: now - this.lastAnswer })
        this.lastAnswer = now
        return
      }
      default:
        return
    }
  }
}

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('')
  const body = Buffer.from(`${text}\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196608, 4)
  return Buffer.concat([head, body])
}

function readColumns(body: Buffer): { name: string; typeId: number }[] {
  const columns: { name: string; typeId: number }[] = []
  let at = 2
  for (let count = body.readInt16BE(0); count > 0; count--) {
    const end = body.indexOf(0, at)
    columns.push({ name: body.toString('utf8', at, end), typeId: body.readInt32BE(end + 7) })
    at = end + 19
  }
  return columns
}

function readRow(body: Buffer): (string | null)[] {
  const row: (string | null)[] = []
  let at = 2
  for (let count = body.readInt16BE(0); count > 0; count--) {
    const length = body.readInt32BE(at)
    at += 4
    row.push(length === -1 ? null : body.toString('utf8', at, at + length))
    if (length > 0) at += length
  }
  return row
}

function readFields(body: Buffer): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const field of body.toString('utf8').split('\0')) if (field !== '') fields[field[0]] = field.slice(1)
  return fields
}
