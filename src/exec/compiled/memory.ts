/** The memory of one run of an operator: blocks of the pool that are all given back when the run ends. */
import type { Owner, Pool } from '../../storage/allocator.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'

interface Releasable {
  release(): void
}

export class QueryMemory {
  readonly pool: Pool
  readonly memory: LinearMemory
  private readonly owner: Owner
  private readonly blocks = new Set<number>()
  private readonly held = new Set<Releasable>()

  /** @param name of the operator, for reports of memory */
  constructor(pool: Pool, name: string) {
    this.pool = pool
    this.memory = pool.memory
    this.owner = { kind: 'query', name }
  }

  /** The address of a new block; what it holds is not defined. */
  allocate(bytes: number): number {
    const pointer = this.pool.allocate(bytes, this.owner)
    this.blocks.add(pointer)
    return pointer
  }

  allocateCleared(bytes: number): number {
    const pointer = this.allocate(bytes)
    this.memory.fill(0, pointer, bytes)
    return pointer
  }

  /** A larger (or smaller) block with the same bytes; address 0 stands for none. */
  reallocate(pointer: number, bytes: number): number {
    const moved = this.pool.reallocate(pointer, bytes, this.owner)
    if (moved !== pointer) {
      this.blocks.delete(pointer)
      this.blocks.add(moved)
    }
    return moved
  }

  free(pointer: number): void {
    if (pointer === 0) return
    this.blocks.delete(pointer)
    this.pool.free(pointer)
  }

  /** Leaves a block to a thread that has died and may still write to it. */
  abandon(pointer: number): void {
    this.blocks.delete(pointer)
  }

  /** Takes over what else these blocks need: it is released with them, or by `releaseHeld`. */
  holdUntilRelease(other: Releasable): void {
    this.held.add(other)
  }

  releaseHeld(other: Releasable): void {
    if (this.held.delete(other)) other.release()
  }

  /** Gives everything back. */
  release(): void {
    for (const other of this.held) other.release()
    this.held.clear()
    for (const block of this.blocks) this.pool.free(block)
    this.blocks.clear()
  }
}

/** Room that grows to the largest size asked for; its contents are lost when it does. */
export class ScratchBlock {
  pointer = 0
  private readonly memory: QueryMemory
  private capacity = 0

  constructor(memory: QueryMemory) {
    this.memory = memory
  }

  ensure(bytes: number): number {
    if (bytes > this.capacity) {
      this.memory.free(this.pointer)
      this.capacity = Math.max(bytes, Math.min(this.capacity * 2, 1 << 20), 64)
      this.pointer = this.memory.allocate(this.capacity)
    }
    return this.pointer
  }
}
