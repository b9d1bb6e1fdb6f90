/**
 * What the code of a kernel may ask for while it is written: the vectors it reads, tables made from their dictionaries,
 * texts that are constants, and whatever the operator passes. All of it stands in the kernel's frame, eight bytes to a
 * slot, which is filled before each call (see `kernel.ts`); the code reads a slot once, at its start.
 */
import type { Expression } from '../../planner/expression.ts'
import type { FunctionBuilder } from './builder.ts'
import type { Shape } from './shape.ts'
import { load, type Term, type WasmType } from './term.ts'

export type Slot =
  /** The address of a vector's values, of its validity bytes, of its dictionary's (address, length) pairs. */
  | { readonly kind: 'pointer' | 'validity' | 'dictionary'; readonly input: number }
  /** The value of an input that is the same for all rows: an integer or a float; of a text the address and, 4 bytes on, the length. */
  | { readonly kind: 'value'; readonly input: number }
  /** The greatest (floor) or least (ceil) integer at a scale that is not above or below the value of a numeric input. */
  | { readonly kind: 'floor' | 'ceil'; readonly input: number; readonly scale: number }
  /** A table with an entry per code of the input's dictionary, made by evaluating an expression; its validity bytes. */
  | { readonly kind: 'lookup' | 'lookup-validity'; readonly input: number; readonly expression: Expression }
  /** Where the bytes of a constant stand. */
  | { readonly kind: 'text'; readonly text: string }
  /** Set by the operator under a name. */
  | { readonly kind: 'argument'; readonly name: string }

export class KernelWriter {
  readonly f: FunctionBuilder
  readonly shapes: readonly Shape[]
  readonly slots: Slot[]
  private readonly frame: Term
  private readonly terms = new Map<string, Term>()

  /** @param slots is filled; functions of one kernel may share it. */
  constructor(f: FunctionBuilder, frame: Term, shapes: readonly Shape[], slots: Slot[]) {
    this.f = f
    this.frame = frame
    this.shapes = shapes
    this.slots = slots
  }

  /** What stands in a slot, as a variable. */
  slot(slot: Slot, access: WasmType = 'i32', offset = 0): Term {
    const key = slotKey(slot)
    let index = this.slots.findIndex((known) => slotKey(known) === key)
    if (index < 0) index = this.slots.push(slot) - 1
    const termKey = `${index} ${access} ${offset}`
    let term = this.terms.get(termKey)
    if (!term) {
      term = this.f.hoist(load(access, this.frame, index * 8 + offset))
      this.terms.set(termKey, term)
    }
    return term
  }

  argument(name: string, access: WasmType = 'i32'): Term {
    return this.slot({ kind: 'argument', name }, access)
  }
}

const expressionNumbers = new WeakMap<Expression, number>()
let nextNumber = 0

function slotKey(slot: Slot): string {
  switch (slot.kind) {
    case 'lookup':
    case 'lookup-validity': {
      let number = expressionNumbers.get(slot.expression)
      if (number === undefined) expressionNumbers.set(slot.expression, (number = nextNumber++))
      return `${slot.kind} ${slot.input} ${number}`
    }
    case 'text':
      return `text ${slot.text}`
    case 'floor':
    case 'ceil':
      return `${slot.kind} ${slot.input} ${slot.scale}`
    case 'argument':
      return `argument ${slot.name}`
    default:
      return `${slot.kind} ${slot.input}`
  }
}
