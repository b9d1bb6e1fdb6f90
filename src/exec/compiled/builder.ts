/**
 * The language in which kernels are written. A Term is a typed, side-effect-free piece of code that leaves one value on
 * the stack; a FunctionBuilder takes terms and emits statements: assignments, stores, loops and branches.
 *
 *   f.forRange(count, (row) => {
 *     const value = f.let(load('i16', column.add(row.shl(1))))
 *     f.store('i16', output.add(found.shl(1)), row)
 *     f.set(found, found.add(value.lt(24)))
 *   })
 *
 * A term may be used many times and is emitted each time; `let` computes it once, into a local. Operations on integers
 * are signed unless they end in `U`.
 */
import { assert } from '../../error.ts'
import { type FunctionReference, type ModuleBuilder, typeCodes } from './assembler.ts'
import { Bytes } from './bytes.ts'
import { type Access, Local, type Operand, operand, Term, type WasmType } from './term.ts'

const storesOfI32: Partial<Record<Access, number>> = { i8: 0x3a, u8: 0x3a, i16: 0x3b, u16: 0x3b, i32: 0x36, u32: 0x36 }
const storesOfI64: Partial<Record<Access, number>> = {
  i8: 0x3c,
  u8: 0x3c,
  i16: 0x3d,
  u16: 0x3d,
  i32: 0x3e,
  u32: 0x3e,
  i64: 0x37,
}

/** Where a branch may go: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number
}

export class FunctionBuilder {
  readonly module: ModuleBuilder
  private code = new Bytes(1024)
  /** Code that runs before all other. */
  private readonly prologue = new Bytes(256)
  private readonly parameters: readonly WasmType[]
  private readonly locals: WasmType[] = []
  private readonly result: WasmType | null
  private depth = 0

  constructor(module: ModuleBuilder, parameters: readonly WasmType[], result: WasmType | null) {
    this.module = module
    this.parameters = parameters
    this.result = result
  }

  parameter(index: number): Local {
    return new Local(this.parameters[index], index)
  }

  /** A new variable; WebAssembly starts it at 0, but only once per call of the function. */
  local(type: WasmType): Local {
    return new Local(type, this.parameters.length + this.locals.push(type) - 1)
  }

  /** A new variable with a value. */
  let(value: Term): Local {
    const local = this.local(value.type)
    this.set(local, value)
    return local
  }

  /** A new variable that has its value from the function's start; the value may use parameters and other hoisted ones. */
  hoist(value: Term): Local {
    const { code } = this
    this.code = this.prologue
    const local = this.let(value)
    this.code = code
    return local
  }

  /** The value in a variable, unless it is as cheap as one. */
  once(value: Term): Term {
    return value instanceof Local || value.constant !== undefined ? value : this.let(value)
  }

  set(local: Term, value: Operand): void {
    assert(local instanceof Local, 'only variables are assigned')
    operand(local.type, value).write(this.code)
    this.code.byte(0x21)
    this.code.u32(local.index)
  }

  store(access: Access, address: Term, value: Term, offset = 0): void {
    assert(address.type === 'i32', 'an address is an i32')
    address.write(this.code)
    value.write(this.code)
    if (access === 'v128') {
      this.code.byte(0xfd)
      this.code.u32(11)
    } else if (access === 'f64') this.code.byte(0x39)
    else if (access === 'f32') this.code.byte(0x38)
    else {
      const opcode = (value.type === 'i64' ? storesOfI64 : storesOfI32)[access]
      assert(opcode, `a ${value.type} cannot be stored as ${access}`)
      this.code.byte(opcode)
    }
    this.code.u32(0)
    this.code.u32(offset)
  }

  if(condition: Term, then: () => void, otherwise?: () => void): void {
    condition.write(this.code)
    this.code.byte(0x04)
    this.code.byte(0x40)
    this.depth++
    then()
    if (otherwise) {
      this.code.byte(0x05)
      otherwise()
    }
    this.end()
  }

  /** `break`: branching to the label leaves the block. */
  block(body: (leave: Label) => void): void {
    this.code.byte(0x02)
    this.code.byte(0x40)
    body({ depth: ++this.depth })
    this.end()
  }

  /** `continue`: branching to the label starts the loop again; else it ends. */
  loop(body: (again: Label) => void): void {
    this.code.byte(0x03)
    this.code.byte(0x40)
    body({ depth: ++this.depth })
    this.end()
  }

  private end(): void {
    this.code.byte(0x0b)
    this.depth--
  }

  branch(label: Label): void {
    this.code.byte(0x0c)
    this.code.u32(this.depth - label.depth)
  }

  branchIf(condition: Term, label: Label): void {
    condition.write(this.code)
    this.code.byte(0x0d)
    this.code.u32(this.depth - label.depth)
  }

  /** Repeats while the condition, tested first, is not 0. */
  while(condition: Term, body: (leave: Label) => void): void {
    this.block((leave) => {
      this.loop((again) => {
        this.branchIf(condition.eqz(), leave)
        body(leave)
        this.branch(again)
      })
    })
  }

  /** Counts a new variable from `start` (0) to `end`, which is not reached. */
  forRange(end: Term, body: (index: Term, leave: Label) => void, start: Operand = 0, step = 1): void {
    const index = this.local('i32')
    this.set(index, start)
    this.block((leave) => {
      this.branchIf(index.ge(end), leave)
      this.loop((again) => {
        body(index, leave)
        this.set(index, index.add(step))
        this.branchIf(index.lt(end), again)
      })
    })
  }

  return(value?: Operand): void {
    if (value !== undefined) operand(this.result!, value).write(this.code)
    this.code.byte(0x0f)
  }

  /** A call as a term; it is made where the term is emitted. */
  call(target: FunctionReference, ...args: readonly Operand[]): Term {
    const operands = args.map((arg, i) => operand(target.parameters[i], arg))
    assert(operands.length === target.parameters.length, 'as many arguments as parameters')
    return new Term(target.result ?? 'i32', (out) => {
      for (const term of operands) term.write(out)
      out.byte(0x10)
      out.u32(target.index)
    })
  }

  /** Calls for the effect only. */
  do(call: Term, hasResult = false): void {
    call.write(this.code)
    if (hasResult) this.code.byte(0x1a)
  }

  copy(destination: Term, source: Term, bytes: Term): void {
    for (const term of [destination, source, bytes]) term.write(this.code)
    this.code.raw([0xfc, 0x0a, 0x00, 0x00])
  }

  fill(destination: Term, value: Term, bytes: Term): void {
    for (const term of [destination, value, bytes]) term.write(this.code)
    this.code.raw([0xfc, 0x0b, 0x00])
  }

  /** The function's body as the code section wants it: locals, code, end. */
  finish(): Bytes {
    if (this.result !== null) this.code.byte(0x00)
    const body = new Bytes(this.code.length + this.locals.length * 2 + 8)
    const runs: [WasmType, number][] = []
    for (const type of this.locals) {
      const last = runs.at(-1)
      if (last && last[0] === type) last[1]++
      else runs.push([type, 1])
    }
    body.u32(runs.length)
    for (const [type, count] of runs) {
      body.u32(count)
      body.byte(typeCodes[type])
    }
    body.append(this.prologue)
    body.append(this.code)
    body.byte(0x0b)
    return body
  }
}
