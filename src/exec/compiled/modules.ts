/**
 * Compiled modules, kept by the text that says what they do. Where the host forbids compiling (a strict Content Security
 * Policy), `canCompile` says so once, and everything is interpreted.
 */
import { ModuleBuilder } from './assembler.ts'

export type KernelFunction = (...args: number[]) => number
export type KernelFunctions = Readonly<Record<string, KernelFunction>>

let allowed: boolean | undefined

/** Whether this host compiles WebAssembly, with SIMD. */
export function canCompile(): boolean {
  if (allowed === undefined) {
    try {
      const probe = new ModuleBuilder()
      probe.function('probe', {}, 'i32', (f) => f.return(1))
      new WebAssembly.Module(probe.bytes(false))
      allowed = true
    } catch {
      allowed = false
    }
  }
  return allowed
}

/** For tests: pretends that the host refuses (false), or asks it again (undefined). */
export function pretendCompiling(answer: boolean | undefined): void {
  allowed = answer
}

interface Entry<Description> {
  readonly module: WebAssembly.Module
  readonly description: Description
  readonly instances: WeakMap<WebAssembly.Memory, KernelFunctions>
}

const entries = new Map<string, Entry<unknown>>()
const capacity = 2000

/** Modules compiled so far, for tests and reports. */
export const compilation = { modules: 0, bytes: 0, milliseconds: 0 }

/** A module's code, and what its writer says of it. */
export interface WrittenModule<Description> {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly description: Description
}

/** The module of that key, written and compiled when it is new. */
export function compiledModule<Description>(
  key: string,
  memory: { readonly memory: WebAssembly.Memory; readonly shared: boolean },
  write: (shared: boolean) => WrittenModule<Description>,
): { readonly functions: KernelFunctions; readonly description: Description } {
  const fullKey = memory.shared ? `shared ${key}` : key
  let entry = entries.get(fullKey) as Entry<Description> | undefined
  if (!entry) {
    const start = performance.now()
    const { bytes, description } = write(memory.shared)
    entry = { module: new WebAssembly.Module(bytes), description, instances: new WeakMap() }
    if (entries.size >= capacity) entries.delete(entries.keys().next().value!)
    entries.set(fullKey, entry)
    compilation.modules++
    compilation.bytes += bytes.length
    compilation.milliseconds += performance.now() - start
  }
  let functions = entry.instances.get(memory.memory)
  if (!functions) {
    const instance = new WebAssembly.Instance(entry.module, { env: { memory: memory.memory } })
    functions = instance.exports as unknown as KernelFunctions
    entry.instances.set(memory.memory, functions)
  }
  return { functions, description: entry.description }
}
