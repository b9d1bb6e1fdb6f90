/**
 * Kernels that depend on no query: moving values, hashing keys, probing tables, sorting. Each part is one module,
 * compiled when something first needs it and kept for the process, so it is soon as fast as it gets.
 *
 * The build writes the parts once and ships their bytes (`scripts/ready-libraries.ts`): a first query then needs
 * no run of the code that writes them, which was a quarter of the first runs of TPC-H's joins.
 */
import type { LinearMemory } from '../../types/linear-memory.ts'
import { ModuleBuilder } from './assembler.ts'
import { compiledModule, type KernelFunctions } from './modules.ts'

export type LibraryPart = { readonly name: string } & (
  | { readonly write: (module: ModuleBuilder) => void }
  | {
      /** The bytes of the module over a memory that is not shared, in hexadecimal digits. */
      readonly ready: () => string
    }
)

const loaded = new WeakMap<WebAssembly.Memory, Map<LibraryPart, KernelFunctions>>()

/** The functions of a part, over a memory. */
export function library(part: LibraryPart, memory: LinearMemory): KernelFunctions {
  let parts = loaded.get(memory.memory)
  if (!parts) loaded.set(memory.memory, (parts = new Map()))
  let functions = parts.get(part)
  if (!functions) {
    const write = (shared: boolean) => ({ bytes: libraryBytes(part, shared), description: undefined })
    functions = compiledModule(`library ${part.name}`, memory, write).functions
    parts.set(part, functions)
  }
  return functions
}

/** The module of a part, for a memory that is shared or not. */
export function libraryBytes(part: LibraryPart, shared: boolean): Uint8Array<ArrayBuffer> {
  if ('write' in part) {
    const module = new ModuleBuilder()
    part.write(module)
    return module.bytes(shared)
  }
  const digits = part.ready()
  return fromHexadecimal(shared ? digits.replace(ALONE, SHARED) : digits)
}

/** The import of the memory: its name, that it is a memory, and the flags of its limits. */
const ALONE = '066d656d6f72790201'
const SHARED = '066d656d6f72790203'

function fromHexadecimal(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2)
  const codes = new TextEncoder().encode(digits)
  for (let i = 0; i < bytes.length; i++) {
    const high = codes[2 * i]
    const low = codes[2 * i + 1]
    // The digits from a on are 39 codes further than those from 0 to 9 let expect.
    bytes[i] = ((high - (high > 57 ? 87 : 48)) << 4) | (low - (low > 57 ? 87 : 48))
  }
  return bytes
}
