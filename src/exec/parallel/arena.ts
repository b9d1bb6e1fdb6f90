/** A thread's share of the pool: blocks cut from chunks that the calling thread hands out, and takes back together. */
import { type Owner, Pool } from '../../storage/allocator.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'

export class Arena extends Pool {
  private readonly ask: (bytes: number) => { readonly address: number; readonly bytes: number }

  /** @param ask for a chunk of at least so many bytes; throws when there is none */
  constructor(memory: LinearMemory, ask: (bytes: number) => { readonly address: number; readonly bytes: number }) {
    super(undefined, true, memory)
    this.ask = ask
  }

  protected override grow(units: number): void {
    const { address, bytes } = this.ask(units * 16 + 64)
    this.takeUp(address, bytes)
  }

  /** Takes a chunk up for blocks to be cut from. */
  takeUp(address: number, bytes: number): void {
    if (address + bytes > this.memory.byteLength) this.memory.refresh()
    this.adoptRegion(address, bytes)
  }
}

export const threadOwner: Owner = { kind: 'query', name: 'threads' }
