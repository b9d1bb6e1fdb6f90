/**
 * Frees blocks that readers may still hold. A scan pins the table it reads; what is given up meanwhile (a tail block that
 * grew, a dropped row group) is freed when the last pin goes. Tables that share segments share their reclaimer.
 */
import type { Pool } from './allocator.ts'

export class Reclaimer {
  private readonly pool: Pool
  private pins = 0
  private retired: (() => void)[] = []

  constructor(pool: Pool) {
    this.pool = pool
  }

  get isPinned(): boolean {
    return this.pins > 0
  }

  pin(): void {
    this.pins++
  }

  unpin(): void {
    if (--this.pins > 0 || this.retired.length === 0) return
    const retired = this.retired
    this.retired = []
    for (const release of retired) release()
  }

  /** Frees a block now, or when nobody reads any more. */
  retire(pointer: number): void {
    if (pointer === 0) return
    if (this.pins === 0) this.pool.free(pointer)
    else this.retired.push(() => this.pool.free(pointer))
  }

  /** Runs `release` now, or when nobody reads any more. */
  whenUnpinned(release: () => void): void {
    if (this.pins === 0) release()
    else this.retired.push(release)
  }
}
