/**
 * Writes WebAssembly modules: functions over one imported memory, nothing else. A module is described with a
 * ModuleBuilder, its functions with the FunctionBuilder of `builder.ts`; `bytes()` gives what WebAssembly.Module takes.
 *
 *   const module = new ModuleBuilder()
 *   const add = module.function('add', { a: 'i32', b: 'i32' }, 'i32', (f, { a, b }) => f.return(a.add(b)))
 *   new WebAssembly.Instance(new WebAssembly.Module(module.bytes(shared)), { env: { memory } })
 *
 * A function that several others call is made once, by name, through `helper`.
 */
import { FunctionBuilder } from './builder.ts'
import { Bytes } from './bytes.ts'
import type { Term, WasmType } from './term.ts'

export const typeCodes: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A function of the module, to be called by others. */
export interface FunctionReference {
  readonly index: number
  readonly parameters: readonly WasmType[]
  readonly result: WasmType | null
}

type Parameters = Readonly<Record<string, WasmType>>

interface Definition {
  readonly name: string
  readonly exported: boolean
  readonly typeIndex: number
  readonly body: Bytes
}

export class ModuleBuilder {
  private readonly types: string[] = []
  private readonly typeBytes = new Bytes(128)
  private readonly definitions: Definition[] = []
  private readonly helpers = new Map<string, FunctionReference>()

  /** Defines and exports a function. */
  function<P extends Parameters>(
    name: string,
    parameters: P,
    result: WasmType | null,
    write: (f: FunctionBuilder, parameters: { readonly [K in keyof P]: Term }) => void,
  ): FunctionReference {
    return this.define(name, true, parameters, result, write)
  }

  /** The function of that name, defined when first asked for, not exported. */
  helper<P extends Parameters>(
    name: string,
    parameters: P,
    result: WasmType | null,
    write: (f: FunctionBuilder, parameters: { readonly [K in keyof P]: Term }) => void,
  ): FunctionReference {
    let reference = this.helpers.get(name)
    if (!reference) {
      reference = this.define(name, false, parameters, result, write)
      this.helpers.set(name, reference)
    }
    return reference
  }

  private define<P extends Parameters>(
    name: string,
    exported: boolean,
    parameters: P,
    result: WasmType | null,
    write: (f: FunctionBuilder, parameters: { readonly [K in keyof P]: Term }) => void,
  ): FunctionReference {
    const types = Object.values(parameters)
    const f = new FunctionBuilder(this, types, result)
    const terms: Record<string, Term> = {}
    for (const [i, parameter] of Object.keys(parameters).entries()) terms[parameter] = f.parameter(i)
    write(f, terms as { readonly [K in keyof P]: Term })
    // Helpers that `write` asked for have come first, so the index is known only now; nothing here calls itself.
    const reference = { index: this.definitions.length, parameters: types, result }
    this.definitions.push({ name, exported, typeIndex: this.typeIndex(types, result), body: f.finish() })
    return reference
  }

  private typeIndex(parameters: readonly WasmType[], result: WasmType | null): number {
    const key = `${parameters.join()}>${result}`
    const known = this.types.indexOf(key)
    if (known >= 0) return known
    this.typeBytes.byte(0x60)
    this.typeBytes.u32(parameters.length)
    for (const type of parameters) this.typeBytes.byte(typeCodes[type])
    this.typeBytes.u32(result === null ? 0 : 1)
    if (result !== null) this.typeBytes.byte(typeCodes[result])
    return this.types.push(key) - 1
  }

  /** The module's binary form. The memory is imported as `env.memory`; a shared one must be declared so. */
  bytes(shared: boolean): Uint8Array<ArrayBuffer> {
    const out = new Bytes(4096)
    out.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
    section(out, 1, (bytes) => {
      bytes.u32(this.types.length)
      bytes.append(this.typeBytes)
    })
    section(out, 2, (bytes) => {
      bytes.u32(1)
      bytes.name('env')
      bytes.name('memory')
      bytes.byte(0x02)
      bytes.byte(shared ? 0x03 : 0x01)
      bytes.u32(0)
      bytes.u32(65536)
    })
    section(out, 3, (bytes) => {
      bytes.u32(this.definitions.length)
      for (const definition of this.definitions) bytes.u32(definition.typeIndex)
    })
    section(out, 7, (bytes) => {
      bytes.u32(this.definitions.filter((definition) => definition.exported).length)
      for (const [index, definition] of this.definitions.entries()) {
        if (!definition.exported) continue
        bytes.name(definition.name)
        bytes.byte(0x00)
        bytes.u32(index)
      }
    })
    section(out, 10, (bytes) => {
      bytes.u32(this.definitions.length)
      for (const definition of this.definitions) {
        bytes.u32(definition.body.length)
        bytes.append(definition.body)
      }
    })
    return out.toUint8Array()
  }
}

function section(out: Bytes, id: number, write: (bytes: Bytes) => void): void {
  const bytes = new Bytes()
  write(bytes)
  out.byte(id)
  out.u32(bytes.length)
  out.append(bytes)
}
