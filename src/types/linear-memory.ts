/**
 * One WebAssembly.Memory and the typed-array views over it. Growing detaches the views of an unshared memory, so views
 * are taken from here after whatever may allocate, never kept across it.
 */
import { SqlError } from '../error.ts'

const pageBytes = 65536

type Fill = (address: number, value: number, bytes: number) => void

/** (module (import "m" "m" (memory 0 65536 shared)) (func (export "f") (param i32 i32 i32) (memory.fill …))) */
const fillModule =
  '\0asm\x01\0\0\0\x01\x07\x01\x60\x03\x7f\x7f\x7f\0\x02\x0b\x01\x01m\x01m\x02\x03\0\x80\x80\x04\x03\x02\x01\0\x07\x05\x01\x01f\0\0\x0a\x0d\x01\x0b\0\x20\0\x20\x01\x20\x02\xfc\x0b\0\x0b'

/** memory.fill, where compiling is allowed. */
function bulkFill(memory: WebAssembly.Memory): Fill {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(fillModule, (byte) => byte.charCodeAt(0)))
    return new WebAssembly.Instance(module, { m: { m: memory } }).exports.f as Fill
  } catch {
    return (address, value, bytes) => new Uint8Array(memory.buffer).fill(value, address, address + bytes)
  }
}

export class LinearMemory {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  i8: Int8Array = new Int8Array(0)
  u8: Uint8Array = new Uint8Array(0)
  i16: Int16Array = new Int16Array(0)
  u16: Uint16Array = new Uint16Array(0)
  i32: Int32Array = new Int32Array(0)
  u32: Uint32Array = new Uint32Array(0)
  i64: BigInt64Array = new BigInt64Array(0)
  f32: Float32Array = new Float32Array(0)
  f64: Float64Array = new Float64Array(0)
  private bulk: Fill | undefined

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

  /** Sets bytes. Of a shared memory, typed arrays do so one by one, as atomics: forty times as slow. */
  fill(value: number, address: number, bytes: number): void {
    if (this.shared) (this.bulk ??= bulkFill(this.memory))(address, value, bytes)
    else this.u8.fill(value, address, address + bytes)
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
