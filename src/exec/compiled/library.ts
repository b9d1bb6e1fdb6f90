/**
 * Kernels that depend on no query: moving values, hashing keys, probing tables, sorting. Each part is one module,
 * compiled when something first needs it and kept for the process, so it is soon as fast as it gets.
 */
import type { LinearMemory } from '../../types/linear-memory.ts'
import type { ModuleBuilder } from './assembler.ts'
import { compiledModule, type KernelFunctions } from './modules.ts'

export interface LibraryPart {
  readonly name: string
  readonly write: (module: ModuleBuilder) => void
}

const loaded = new WeakMap<WebAssembly.Memory, Map<LibraryPart, KernelFunctions>>()

/** The functions of a part, over a memory. */
export function library(part: LibraryPart, memory: LinearMemory): KernelFunctions {
  let parts = loaded.get(memory.memory)
  if (!parts) loaded.set(memory.memory, (parts = new Map()))
  let functions = parts.get(part)
  if (!functions) {
    functions = compiledModule(`library ${part.name}`, memory, part.write).functions
    parts.set(part, functions)
  }
  return functions
}
