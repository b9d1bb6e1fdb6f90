/**
 * One WebAssembly.Memory and the typed-array views over it. Growing detaches the views of an unshared memory, so views
 * are taken from here after whatever may allocate, never kept across it.
 */
import { SqlError } from '../error.ts'

const pageBytes = 65536

export class LinearMemory {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  i8!: Int8Array
  u8!: Uint8Array
  i16!: Int16Array
  u16!: Uint16Array
  i32!: Int32Array
  u32!: Uint32Array
  i64!: BigInt64Array
  f32!: Float32Array
  f64!: Float64Array

  /** @param initialPages of 64 KiB; @param maximumPages at most 65536 (4 GiB); @param memory one that another thread has made */
  constructor(initialPages: number, maximumPages = 65536, shared = false, memory?: WebAssembly.Memory) {
    this.shared = shared
    this.memory = memory ?? new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared })
    this.refresh()
  }

  get byteLength(): number {
    return this.u8.byteLength
  }

  /** Adds at least `bytes`, in whole pages. 53200 when the memory's maximum or the machine's is reached. */
  grow(bytes: number): void {
    try {
      this.memory.grow(Math.ceil(bytes / pageBytes))
    } catch {
      throw new SqlError('out_of_memory', 'out of memory', {
        detail: `The database's memory could not grow by ${bytes} bytes beyond ${this.byteLength}.`,
      })
    }
    this.refresh()
  }

  /** Takes the views anew; called after any growth, also one made by another thread. */
  refresh(): void {
    const buffer = this.memory.buffer
    this.i8 = new Int8Array(buffer)
    this.u8 = new Uint8Array(buffer)
    this.i16 = new Int16Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.i64 = new BigInt64Array(buffer)
    this.f32 = new Float32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }
}
