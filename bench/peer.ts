/** The driver's side of a peer: its process, one request at a time, killed when it takes too long. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Request, Response } from './protocol.ts'

export class PeerProcess {
  readonly name: string
  private readonly child: ChildProcess
  private alive = true

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.child = child
    child.once('exit', () => {
      this.alive = false
    })
  }

  /** Starts a peer; `environment` is added to ours. */
  static async start(
    name: string,
    module: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<PeerProcess> {
    const child = fork(join(import.meta.dirname, 'peer-process.ts'), [module], {
      execArgv: ['--import', 'tsx', '--max-old-space-size=8192'],
      env: { ...process.env, ...environment },
      serialization: 'advanced',
    })
    const peer = new PeerProcess(name, child)
    await peer.answer(60_000)
    return peer
  }

  async ask(request: Request, timeout: number): Promise<Response> {
    if (!this.alive) return { kind: 'failed', message: 'stopped' }
    this.child.send(request)
    return this.answer(timeout)
  }

  stop(): void {
    this.alive = false
    this.child.kill('SIGKILL')
  }

  private answer(timeout: number): Promise<Response> {
    return new Promise((resolve) => {
      const finish = (response: Response): void => {
        clearTimeout(timer)
        this.child.off('message', finish)
        this.child.off('exit', died)
        resolve(response)
      }
      const died = (): void => finish({ kind: 'failed', message: 'the process ended' })
      const timer = setTimeout(() => {
        this.stop()
        finish({ kind: 'failed', message: `more than ${timeout / 1000} s` })
      }, timeout)
      this.child.on('message', finish)
      this.child.once('exit', died)
    })
  }
}
