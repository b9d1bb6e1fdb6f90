/** The driver's side of a peer: its process, one request at a time, killed when it takes too long. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Request, Response } from './protocol.ts'

export class PeerProcess {
  readonly name: string
  private readonly child: ChildProcess
  /** Why it answers no more. */
  failure: string | undefined

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.child = child
    child.once('exit', () => {
      this.failure ??= 'the process ended'
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
    const response = await peer.answer(60_000)
    if (response.kind === 'failed') peer.fail(response.message)
    return peer
  }

  async ask(request: Request, timeout: number): Promise<Response> {
    if (this.failure !== undefined) return { kind: 'failed', message: this.failure }
    this.child.send(request)
    return this.answer(timeout)
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }

  /** Ends the process; whatever it is asked from now on fails for this reason. */
  fail(reason: string): void {
    this.failure ??= reason
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
        this.fail(`more than ${timeout / 1000} s`)
        finish({ kind: 'failed', message: `more than ${timeout / 1000} s` })
      }, timeout)
      this.child.on('message', finish)
      this.child.once('exit', died)
    })
  }
}
