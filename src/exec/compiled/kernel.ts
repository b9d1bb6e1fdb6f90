/**
 * Kernels in an operator. A KernelSite is the place of one kernel in an operator: its expressions, and the variants made
 * so far for the shapes of the batches seen. A SiteRun belongs to one run: it finds the variant for a batch and fills the
 * frame that the variant reads.
 *
 *   batch ── shapes ──▶ variant (made and compiled when new) ── slots ──▶ frame ──▶ functions.run(frame, count, …)
 *
 * `prepare` gives undefined when no variant can serve the batch; the operator then evaluates it by reference.
 */

import { SqlError } from '../../error.ts'
import { compileExpression, Frame, type Runtime } from '../../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import type { Batch, ConstantVector, Dictionary, DictionaryVector, Vector } from '../../types/vector.ts'
import { encodeUtf8Into, maximumUtf8Length } from '../../types/vector-reader.ts'
import type { ExecutionContext } from '../operator.ts'
import { ModuleBuilder } from './assembler.ts'
import { CannotCompile } from './code.ts'
import { storedInteger } from './constant-code.ts'
import { InputMap } from './inputs.ts'
import { Linearizer, type LinearVector } from './linearize.ts'
import type { QueryMemory } from './memory.ts'
import { compiledModule, type KernelFunctions } from './modules.ts'
import {
  decodeShape,
  type Shape,
  scalarShape,
  shapeCovers,
  shapeOf,
  underlying,
  valueClass,
  wideShape,
} from './shape.ts'
import type { Slot } from './writer.ts'

/**
 * What an operator wants of a kernel: `write` defines its functions for the given shapes and says what else is known of it.
 * `dense`: all rows of the batch take part, so there is no selection to read.
 */
export interface KernelDefinition<Description> {
  /** Names everything that `write` depends on, apart from shapes. */
  readonly key: string
  write(module: ModuleBuilder, shapes: readonly Shape[], slots: Slot[], dense: boolean): Description
}

export interface Variant<Description> {
  readonly shapes: readonly number[]
  readonly slots: readonly Slot[]
  readonly functions: KernelFunctions
  readonly description: Description
  /** Per name, the offset in the frame. */
  readonly arguments: ReadonlyMap<string, number>
}

export class KernelSite<Description = unknown> {
  readonly map: InputMap
  readonly definition: KernelDefinition<Description>
  /** Why a variant could not be made, for EXPLAIN. */
  reason: string | undefined
  private readonly variants: (
    | Variant<Description>
    | { readonly shapes: readonly number[]; readonly functions: undefined }
  )[] = []
  private memory: WebAssembly.Memory | undefined
  readonly lookups: LookupCache = new LookupCache()

  constructor(
    columns: readonly OutputColumn[],
    expressions: readonly Expression[],
    define: (map: InputMap) => KernelDefinition<Description>,
  ) {
    this.map = new InputMap(columns)
    for (const expression of expressions) this.map.collect(expression)
    this.definition = define(this.map)
  }

  /** The variant for these shapes, the last of which is 0 for dense batches and 1 for others; undefined when there is none. */
  variant(
    shapes: readonly number[],
    memory: { readonly memory: WebAssembly.Memory; readonly shared: boolean },
  ): Variant<Description> | undefined {
    if (this.memory !== memory.memory) {
      this.variants.length = 0
      this.memory = memory.memory
    }
    for (const variant of this.variants) {
      if (variant.shapes.every((own, i) => shapeCovers(own, shapes[i]))) {
        return variant.functions === undefined ? undefined : (variant as Variant<Description>)
      }
    }
    const made = this.make(shapes, memory)
    this.variants.push(made ?? { shapes: [...shapes], functions: undefined })
    return made
  }

  private make(
    shapes: readonly number[],
    memory: { readonly memory: WebAssembly.Memory; readonly shared: boolean },
  ): Variant<Description> | undefined {
    const key = `${this.definition.key} ${this.map.signature()} ${shapes.join()}`
    try {
      const { functions, description } = compiledModule(key, memory, (shared) => {
        const module = new ModuleBuilder()
        const slots: Slot[] = []
        const dense = shapes[shapes.length - 1] === 0
        const own = this.definition.write(module, shapes.slice(0, -1).map(decodeShape), slots, dense)
        return { bytes: module.bytes(shared), description: { slots, own } }
      })
      const { slots, own } = description
      const names = new Map<string, number>()
      for (const [i, slot] of slots.entries()) if (slot.kind === 'argument') names.set(slot.name, i * 8)
      return { shapes: [...shapes], slots, functions, description: own, arguments: names }
    } catch (error) {
      if (!(error instanceof CannotCompile)) throw error
      this.reason = error.message
      return undefined
    }
  }
}

export class SiteRun<Description = unknown> {
  readonly site: KernelSite<Description>
  /** The address of the frame. */
  frame = 0
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly shapes: number[]
  private readonly vectors: Vector[]
  private current: Variant<Description> | undefined
  private frameCapacity = 0
  private readonly linearizers: (Linearizer | undefined)[]
  private readonly texts = new Map<string, number>()
  private readonly lookups = new Map<
    Slot,
    { pointer: number; validity: number; dictionary: Dictionary; size: number }
  >()

  constructor(site: KernelSite<Description>, context: ExecutionContext, memory: QueryMemory) {
    this.site = site
    this.context = context
    this.memory = memory
    const { inputs } = site.map
    this.shapes = [...inputs.map(() => -2), -2]
    this.linearizers = inputs.map(() => undefined)
    this.vectors = inputs.map((input): Vector => {
      if (input.kind === 'column') return { layout: 'constant', type: input.type, value: null }
      return { layout: 'constant', type: input.type, value: this.scalarValue(input.expression) }
    })
  }

  private scalarValue(expression: Expression): unknown {
    if (expression.kind === 'parameter') return this.context.parameters[expression.index]
    return expression.kind === 'column' ? this.context.outer.get(expression.id) : undefined
  }

  /** Readies the frame for a batch; undefined when no kernel can work on it. */
  prepare(batch: Batch): Variant<Description> | undefined {
    const { inputs } = this.site.map
    let changed = this.current === undefined
    const selected = batch.selection === null ? 0 : 1
    if (this.shapes[inputs.length] !== selected) {
      this.shapes[inputs.length] = selected
      changed = true
    }
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]
      let vector = input.kind === 'column' ? batch.columns[input.position] : this.vectors[i]
      let shape = shapeOf(vector)
      if (shape === -1) {
        if (vector.layout === 'constant') shape = constantShape(vector)
        else if (vector.layout === 'values' || vector.layout === 'refs') {
          const linear = this.linear(i, vector, batch)
          if (linear === undefined) return undefined
          vector = linear
          shape = shapeOf(vector)
        }
        if (shape === -1) return undefined
      }
      this.vectors[i] = vector
      if (this.shapes[i] !== shape) {
        if (this.current === undefined || !shapeCovers(this.current.shapes[i], shape)) changed = true
        this.shapes[i] = shape
      }
    }
    if (changed) this.current = this.site.variant(this.shapes, this.memory.memory)
    if (this.current === undefined) return undefined
    return this.fill(this.current) ? this.current : undefined
  }

  /** Whether there is code for the batch of the last `prepare`; if it gave up nonetheless, that was for its values. */
  get hasVariant(): boolean {
    return this.current !== undefined
  }

  private linear(index: number, vector: Vector, batch: Batch): LinearVector | undefined {
    this.linearizers[index] ??= new Linearizer(this.memory)
    return this.linearizers[index].convert(vector, batch)
  }

  private fill(variant: Variant<Description>): boolean {
    const { slots } = variant
    if (slots.length * 8 > this.frameCapacity) {
      this.memory.free(this.frame)
      this.frameCapacity = slots.length * 8 + 64
      this.frame = this.memory.allocate(this.frameCapacity)
    }
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]
      switch (slot.kind) {
        case 'pointer':
          this.write(i, (this.vectors[slot.input] as LinearVector).pointer)
          break
        case 'validity':
          this.write(i, this.validityOf(slot.input))
          break
        case 'dictionary':
          this.write(i, (this.vectors[slot.input] as DictionaryVector).dictionary.refs)
          break
        case 'value':
          this.writeValue(i, this.vectors[slot.input] as ConstantVector)
          break
        case 'text':
          this.write(i, this.textAddress(slot.text))
          break
        case 'floor':
        case 'ceil': {
          const bound = boundOf((this.vectors[slot.input] as ConstantVector).value, slot.scale, slot.kind)
          if (bound === undefined) return false
          this.memory.memory.i64[(this.frame >>> 3) + i] = bound
          break
        }
        case 'lookup':
        case 'lookup-validity': {
          const table = this.lookup(slot, slots)
          if (table === undefined) return false
          this.write(i, slot.kind === 'lookup' ? table.pointer : table.validity)
          break
        }
        default:
          break
      }
    }
    return true
  }

  private write(slot: number, value: number): void {
    this.memory.memory.u32[(this.frame >>> 2) + 2 * slot] = value
  }

  /** A nullable variant may serve a batch without NULLs: a run of valid rows stands in for its validity. */
  private validityOf(input: number): number {
    const { validity } = this.vectors[input] as LinearVector
    return validity === 0 ? this.allValid() : validity
  }

  private validRows = 0

  private allValid(): number {
    if (this.validRows === 0) {
      this.validRows = this.memory.allocate(65536)
      this.memory.memory.fill(1, this.validRows, 65536)
    }
    return this.validRows
  }

  private writeValue(slot: number, vector: ConstantVector): void {
    const { value, type } = vector
    const { memory } = this.memory
    const at = this.frame + slot * 8
    switch (valueClass(type)) {
      case 'text':
        memory.u32[at >>> 2] = this.textAddress(value)
        this.memory.memory.u32[(at >>> 2) + 1] = new TextEncoder().encode(value).length
        break
      case 'float':
        memory.f64[at >>> 3] = value
        break
      default:
        memory.i64[at >>> 3] = storedInteger(value)!.integer
    }
  }

  private textAddress(text: string): number {
    let address = this.texts.get(text)
    if (address === undefined) {
      address = this.memory.allocate(maximumUtf8Length(text) + 16)
      encodeUtf8Into(text, this.memory.memory.u8, address)
      this.texts.set(text, address)
    }
    return address
  }

  private lookup(
    slot: Slot & { kind: 'lookup' | 'lookup-validity' },
    slots: readonly Slot[],
  ): { pointer: number; validity: number } | undefined {
    const { dictionary } = this.vectors[slot.input] as DictionaryVector
    const key =
      slot.kind === 'lookup'
        ? slot
        : slots.find(
            (other) => other.kind === 'lookup' && other.input === slot.input && other.expression === slot.expression,
          )!
    const known = this.lookups.get(key)
    const size = dictionary.size
    if (known && known.dictionary === dictionary && known.size === size) return known
    const table = this.site.lookups.table(dictionary, slot.expression, size, this.context)
    if (table === undefined) return undefined
    if (known) {
      this.memory.free(known.pointer)
      this.memory.free(known.validity)
    }
    const pointer = this.memory.allocate(table.bytes.length)
    const validity = this.memory.allocate(table.validity.length)
    this.memory.memory.u8.set(table.bytes, pointer)
    this.memory.memory.u8.set(table.validity, validity)
    const made = { pointer, validity, dictionary, size }
    this.lookups.set(key, made)
    return made
  }

  /** Sets what the operator passes under a name. */
  set(variant: Variant<Description>, name: string, value: number): void {
    const offset = variant.arguments.get(name)
    if (offset !== undefined) this.memory.memory.u32[(this.frame + offset) >>> 2] = value
  }

  /** Sets an integer of 64 bits; a double must hold it exactly. */
  setInteger(variant: Variant<Description>, name: string, value: number): void {
    const offset = variant.arguments.get(name)
    if (offset !== undefined) this.memory.memory.i64[(this.frame + offset) >>> 3] = BigInt(value)
  }
}

function constantShape(vector: ConstantVector): number {
  const { value, type } = vector
  if (value === null) return scalarShape(true, 0, 0n)
  switch (valueClass(type)) {
    case undefined:
      return -1
    case 'float':
    case 'text':
      return scalarShape(false, 0, 0n)
    default: {
      const stored = storedInteger(value)
      if (stored) return scalarShape(false, stored.scale, stored.integer)
      return value instanceof Decimal && value.isFinite() ? wideShape : -1
    }
  }
}

/** The integer of a numeric (or an integer) at a scale, rounded down or up; undefined beyond 64 bits. */
function boundOf(value: Value, scale: number, kind: 'floor' | 'ceil'): bigint | undefined {
  const decimal = value instanceof Decimal ? value : Decimal.fromBigInt(BigInt(value))
  const difference = decimal.scale - scale
  let integer = decimal.coefficient
  if (difference < 0) integer *= 10n ** BigInt(-difference)
  else {
    const divisor = 10n ** BigInt(difference)
    const quotient = integer / divisor
    const rest = integer - quotient * divisor
    integer = quotient + (kind === 'floor' && rest < 0n ? -1n : kind === 'ceil' && rest > 0n ? 1n : 0n)
  }
  return BigInt.asIntN(64, integer) === integer ? integer : undefined
}

/** The largest dictionary for whose every text an expression is evaluated. */
const maximumLookup = 70000

interface LookupTable {
  readonly bytes: Uint8Array
  readonly validity: Uint8Array
  readonly size: number
}

/** Tables of an expression's results by dictionary code, kept as long as the plan and the dictionary live. */
class LookupCache {
  private readonly tables = new WeakMap<Dictionary, Map<Expression, LookupTable | null>>()

  /** Entry 0 is the result for NULL; undefined when an entry raises an error or does not fit. */
  table(dictionary: Dictionary, expression: Expression, size: number, runtime: Runtime): LookupTable | undefined {
    if (size > maximumLookup) return undefined
    let tables = this.tables.get(dictionary)
    if (!tables) this.tables.set(dictionary, (tables = new Map()))
    const known = tables.get(expression)
    if (known && known.size >= size) return known
    if (known === null) return undefined
    const made = evaluateLookup(dictionary, expression, size, runtime) ?? null
    tables.set(expression, made)
    return made ?? undefined
  }
}

function evaluateLookup(
  dictionary: Dictionary,
  expression: Expression,
  size: number,
  runtime: Runtime,
): LookupTable | undefined {
  const frame = new Frame()
  frame.runtime = runtime
  frame.readers[0] = (row) => (row === 0 ? null : dictionary.text(row - 1))
  const evaluate = compileExpression(expression, { frame, slot: () => 0 })
  const kind = valueClass(expression.type)
  const type = underlying(expression.type)
  const scale = type.kind === 'numeric' ? (type.scale ?? 0) : 0
  const bytes = new Uint8Array(kind === 'boolean' ? size + 1 : (size + 1) * 8)
  const validity = new Uint8Array(size + 1)
  const integers = kind === 'integer' ? new BigInt64Array(bytes.buffer) : undefined
  const floats = kind === 'float' ? new Float64Array(bytes.buffer) : undefined
  try {
    for (let row = 0; row <= size; row++) {
      const value = evaluate(row)
      if (kind === 'boolean') bytes[row] = value === null ? 2 : value ? 1 : 0
      else if (value !== null) {
        validity[row] = 1
        if (floats) floats[row] = value
        else {
          const stored = storedInteger(value)
          if (stored === undefined || stored.scale !== scale) return undefined
          integers![row] = stored.integer
        }
      }
    }
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
  return { bytes, validity, size }
}
