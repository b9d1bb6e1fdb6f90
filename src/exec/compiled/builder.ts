/**
 * The language in which kernels are written. A Term is a typed, side-effect-free piece of code that leaves one value on
 * the stack; a FunctionBuilder takes terms and emits statements: assignments, stores, loops and branches.
 *
 *   f.forRange(count, (row) => {
 *     const value = f.let(f.load('i16', column.add(row.shl(1))))
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

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'
/** What a plain number may stand for: a constant of the other operand's type. */
export type Operand = Term | number | bigint

/** Per operation, the opcodes for i32, i64, f32 and f64; 0 where there is none. */
const arithmetic = {
  add: [0x6a, 0x7c, 0x92, 0xa0],
  sub: [0x6b, 0x7d, 0x93, 0xa1],
  mul: [0x6c, 0x7e, 0x94, 0xa2],
  div: [0x6d, 0x7f, 0x95, 0xa3],
  divU: [0x6e, 0x80, 0, 0],
  rem: [0x6f, 0x81, 0, 0],
  remU: [0x70, 0x82, 0, 0],
  and: [0x71, 0x83, 0, 0],
  or: [0x72, 0x84, 0, 0],
  xor: [0x73, 0x85, 0, 0],
  shl: [0x74, 0x86, 0, 0],
  shr: [0x75, 0x87, 0, 0],
  shrU: [0x76, 0x88, 0, 0],
  rotl: [0x77, 0x89, 0, 0],
} as const

const comparison = {
  eq: [0x46, 0x51, 0x5b, 0x61],
  ne: [0x47, 0x52, 0x5c, 0x62],
  lt: [0x48, 0x53, 0x5d, 0x63],
  ltU: [0x49, 0x54, 0, 0],
  gt: [0x4a, 0x55, 0x5e, 0x64],
  gtU: [0x4b, 0x56, 0, 0],
  le: [0x4c, 0x57, 0x5f, 0x65],
  leU: [0x4d, 0x58, 0, 0],
  ge: [0x4e, 0x59, 0x60, 0x66],
  geU: [0x4f, 0x5a, 0, 0],
} as const

const unary = {
  clz: [0x67, 0x79, 0, 0],
  ctz: [0x68, 0x7a, 0, 0],
  popcnt: [0x69, 0x7b, 0, 0],
  abs: [0, 0, 0x8b, 0x99],
  neg: [0, 0, 0x8c, 0x9a],
  ceil: [0, 0, 0x8d, 0x9b],
  floor: [0, 0, 0x8e, 0x9c],
  trunc: [0, 0, 0x8f, 0x9d],
  nearest: [0, 0, 0x90, 0x9e],
  sqrt: [0, 0, 0x91, 0x9f],
} as const

/** From one type to another, by `from>to`. */
const conversions: Readonly<Record<string, readonly number[]>> = {
  'i64>i32': [0xa7],
  'i32>i64': [0xac],
  'i32>i64U': [0xad],
  'i32>f64': [0xb7],
  'i32>f64U': [0xb8],
  'i64>f64': [0xb9],
  'i64>f64U': [0xba],
  'i32>f32': [0xb2],
  'i64>f32': [0xb4],
  'f64>f32': [0xb6],
  'f32>f64': [0xbb],
  'f64>i32': [0xfc, 0x02],
  'f64>i64': [0xfc, 0x06],
  'f32>i64': [0xfc, 0x04],
}

const numericTypes: readonly WasmType[] = ['i32', 'i64', 'f32', 'f64']

/** Lanes of 128 bits; the opcode follows the prefix 0xfd. */
const simdOpcodes = {
  'i8x16.splat': 15,
  'i16x8.splat': 16,
  'i32x4.splat': 17,
  'i64x2.splat': 18,
  'i8x16.eq': 35,
  'i8x16.ne': 36,
  'i8x16.lt': 37,
  'i8x16.gt': 39,
  'i8x16.gtU': 40,
  'i8x16.le': 41,
  'i8x16.ge': 43,
  'i16x8.eq': 45,
  'i16x8.ne': 46,
  'i16x8.lt': 47,
  'i16x8.gt': 49,
  'i16x8.le': 51,
  'i16x8.ge': 53,
  'i32x4.eq': 55,
  'i32x4.ne': 56,
  'i32x4.lt': 57,
  'i32x4.gt': 59,
  'i32x4.le': 61,
  'i32x4.ge': 63,
  'v128.not': 77,
  'v128.and': 78,
  'v128.andNot': 79,
  'v128.or': 80,
  'v128.xor': 81,
  'v128.anyTrue': 83,
  'i8x16.allTrue': 99,
  'i8x16.sub': 113,
  'i8x16.bitmask': 100,
  'i8x16.narrow_i16x8': 101,
  'i16x8.narrow_i32x4': 133,
  'i16x8.bitmask': 132,
  'i32x4.bitmask': 164,
  'i8x16.swizzle': 14,
  'i16x8.extendLowU': 137,
  'i16x8.extendHighU': 138,
  'i32x4.dot_i16x8': 186,
} as const

export type SimdOperation = keyof typeof simdOpcodes
const simdToI32 = new Set<SimdOperation>([
  'v128.anyTrue',
  'i8x16.allTrue',
  'i8x16.bitmask',
  'i16x8.bitmask',
  'i32x4.bitmask',
])

/** How memory is read: the bytes that lie there, and whether they are widened with their sign. */
export type Access = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'f32' | 'f64' | 'v128'
export const accessBytes: Readonly<Record<Access, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  v128: 16,
}

const loadsToI32: Partial<Record<Access, number>> = { i8: 0x2c, u8: 0x2d, i16: 0x2e, u16: 0x2f, i32: 0x28, u32: 0x28 }
const loadsToI64: Partial<Record<Access, number>> = {
  i8: 0x30,
  u8: 0x31,
  i16: 0x32,
  u16: 0x33,
  i32: 0x34,
  u32: 0x35,
  i64: 0x29,
}
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

type Write = (out: Bytes) => void

export class Term {
  readonly type: WasmType
  readonly write: Write
  /** The value, when it is a constant. */
  readonly constant?: number | bigint

  constructor(type: WasmType, write: Write, constant?: number | bigint) {
    this.type = type
    this.write = write
    this.constant = constant
  }

  private binary(opcodes: readonly number[], other: Operand, result: WasmType = this.type): Term {
    const right = operand(this.type, other)
    const opcode = opcodes[numericTypes.indexOf(this.type)]
    assert(opcode > 0, `no such operation on ${this.type}`)
    return new Term(result, (out) => {
      this.write(out)
      right.write(out)
      out.byte(opcode)
    })
  }

  private unary(opcodes: readonly number[], result: WasmType = this.type): Term {
    const opcode = opcodes[numericTypes.indexOf(this.type)]
    assert(opcode > 0, `no such operation on ${this.type}`)
    return new Term(result, (out) => {
      this.write(out)
      out.byte(opcode)
    })
  }

  add(other: Operand): Term {
    if (isZero(other) && isInteger(this)) return this
    if (isZero(this) && isInteger(this)) return operand(this.type, other)
    return this.binary(arithmetic.add, other)
  }
  sub(other: Operand): Term {
    return isZero(other) && isInteger(this) ? this : this.binary(arithmetic.sub, other)
  }
  mul(other: Operand): Term {
    return isOne(other) ? this : this.binary(arithmetic.mul, other)
  }
  div(other: Operand): Term {
    return this.binary(arithmetic.div, other)
  }
  divU(other: Operand): Term {
    return this.binary(arithmetic.divU, other)
  }
  rem(other: Operand): Term {
    return this.binary(arithmetic.rem, other)
  }
  remU(other: Operand): Term {
    return this.binary(arithmetic.remU, other)
  }
  and(other: Operand): Term {
    return this.binary(arithmetic.and, other)
  }
  or(other: Operand): Term {
    return isZero(other) ? this : this.binary(arithmetic.or, other)
  }
  xor(other: Operand): Term {
    return this.binary(arithmetic.xor, other)
  }
  shl(other: Operand): Term {
    return isZero(other) ? this : this.binary(arithmetic.shl, other)
  }
  shr(other: Operand): Term {
    return isZero(other) ? this : this.binary(arithmetic.shr, other)
  }
  shrU(other: Operand): Term {
    return isZero(other) ? this : this.binary(arithmetic.shrU, other)
  }
  rotl(other: Operand): Term {
    return this.binary(arithmetic.rotl, other)
  }
  eq(other: Operand): Term {
    return this.binary(comparison.eq, other, 'i32')
  }
  ne(other: Operand): Term {
    return this.binary(comparison.ne, other, 'i32')
  }
  lt(other: Operand): Term {
    return this.binary(comparison.lt, other, 'i32')
  }
  ltU(other: Operand): Term {
    return this.binary(comparison.ltU, other, 'i32')
  }
  gt(other: Operand): Term {
    return this.binary(comparison.gt, other, 'i32')
  }
  gtU(other: Operand): Term {
    return this.binary(comparison.gtU, other, 'i32')
  }
  le(other: Operand): Term {
    return this.binary(comparison.le, other, 'i32')
  }
  leU(other: Operand): Term {
    return this.binary(comparison.leU, other, 'i32')
  }
  ge(other: Operand): Term {
    return this.binary(comparison.ge, other, 'i32')
  }
  geU(other: Operand): Term {
    return this.binary(comparison.geU, other, 'i32')
  }
  clz(): Term {
    return this.unary(unary.clz)
  }
  ctz(): Term {
    return this.unary(unary.ctz)
  }
  popcnt(): Term {
    return this.unary(unary.popcnt)
  }
  abs(): Term {
    return this.unary(unary.abs)
  }
  neg(): Term {
    return isInteger(this) ? operand(this.type, 0).sub(this) : this.unary(unary.neg)
  }
  ceil(): Term {
    return this.unary(unary.ceil)
  }
  floor(): Term {
    return this.unary(unary.floor)
  }
  trunc(): Term {
    return this.unary(unary.trunc)
  }
  /** The nearest whole number, ties to even. */
  nearest(): Term {
    return this.unary(unary.nearest)
  }
  sqrt(): Term {
    return this.unary(unary.sqrt)
  }
  /** 1 for zero, 0 for anything else. */
  eqz(): Term {
    return new Term('i32', (out) => {
      this.write(out)
      out.byte(this.type === 'i64' ? 0x50 : 0x45)
    })
  }
  /** Conversion by value; to an integer, truncating and saturating. Integers widen with their sign, or without by `toU`. */
  to(type: WasmType): Term {
    return this.convert(type, '')
  }
  toU(type: WasmType): Term {
    return this.convert(type, 'U')
  }
  private convert(type: WasmType, suffix: string): Term {
    if (type === this.type) return this
    const opcodes = conversions[`${this.type}>${type}${suffix}`] ?? conversions[`${this.type}>${type}`]
    assert(opcodes, `no conversion from ${this.type} to ${type}`)
    if (this.constant !== undefined && suffix === '' && isInteger(this)) return constantOf(type, this.constant)
    return new Term(type, (out) => {
      this.write(out)
      out.raw(opcodes)
    })
  }
  /** The same bits as another type of the same size. */
  bits(): Term {
    const [result, opcode] = (
      { i32: ['f32', 0xbe], f32: ['i32', 0xbc], i64: ['f64', 0xbf], f64: ['i64', 0xbd] } as const
    )[this.type as 'i32']
    return new Term(result, (out) => {
      this.write(out)
      out.byte(opcode)
    })
  }
  /** `this` is the condition: both sides are computed. */
  select(then: Term, otherwise: Operand): Term {
    const right = operand(then.type, otherwise)
    return new Term(then.type, (out) => {
      then.write(out)
      right.write(out)
      this.write(out)
      out.byte(0x1b)
    })
  }
}

/** A variable of a function. Assigned with `f.set`. */
export class Local extends Term {
  readonly index: number

  constructor(type: WasmType, index: number) {
    super(type, (out) => {
      out.byte(0x20)
      out.u32(index)
    })
    this.index = index
  }
}

function isInteger(term: Term): boolean {
  return term.type === 'i32' || term.type === 'i64'
}

function isZero(value: Operand): boolean {
  return value instanceof Term ? value.constant === 0 || value.constant === 0n : value === 0 || value === 0n
}

function isOne(value: Operand): boolean {
  return value instanceof Term ? value.constant === 1 || value.constant === 1n : value === 1 || value === 1n
}

export function i32(value: number): Term {
  return new Term(
    'i32',
    (out) => {
      out.byte(0x41)
      out.s32(value)
    },
    value,
  )
}

export function i64(value: number | bigint): Term {
  const constant = BigInt(value)
  return new Term(
    'i64',
    (out) => {
      out.byte(0x42)
      out.s64(constant)
    },
    constant,
  )
}

export function f64(value: number): Term {
  return new Term(
    'f64',
    (out) => {
      out.byte(0x44)
      out.f64(value)
    },
    value,
  )
}

function f32(value: number): Term {
  return new Term(
    'f32',
    (out) => {
      out.byte(0x43)
      out.f32(value)
    },
    value,
  )
}

function constantOf(type: WasmType, value: number | bigint): Term {
  switch (type) {
    case 'i32':
      return i32(Number(value))
    case 'i64':
      return i64(value)
    case 'f64':
      return f64(Number(value))
    default:
      return f32(Number(value))
  }
}

function operand(type: WasmType, value: Operand): Term {
  if (!(value instanceof Term)) return constantOf(type, value)
  assert(value.type === type, `expected ${type}, got ${value.type}`)
  return value
}

export function simd(operation: SimdOperation, ...operands: readonly Term[]): Term {
  const opcode = simdOpcodes[operation]
  return new Term(simdToI32.has(operation) ? 'i32' : 'v128', (out) => {
    for (const term of operands) term.write(out)
    out.byte(0xfd)
    out.u32(opcode)
  })
}

/** Sixteen bytes as a constant. */
export function lanes(bytes: readonly number[]): Term {
  assert(bytes.length === 16, 'a constant of sixteen bytes')
  return new Term('v128', (out) => {
    out.byte(0xfd)
    out.u32(12)
    out.raw(bytes)
  })
}

/** One lane of 32 bits. */
export function lane32(vector: Term, lane: number): Term {
  return new Term('i32', (out) => {
    vector.write(out)
    out.byte(0xfd)
    out.u32(27)
    out.byte(lane)
  })
}

/** Reads memory at an address; small integers as i32 unless `type` says i64. */
export function load(access: Access, address: Term, offset = 0, type: WasmType = naturalType(access)): Term {
  assert(address.type === 'i32', 'an address is an i32')
  return new Term(type, (out) => {
    address.write(out)
    if (access === 'v128') {
      out.byte(0xfd)
      out.u32(0)
    } else
      out.byte(access === 'f64' ? 0x2b : access === 'f32' ? 0x2a : (type === 'i64' ? loadsToI64 : loadsToI32)[access]!)
    out.u32(0)
    out.u32(offset)
  })
}

function naturalType(access: Access): WasmType {
  return access === 'i64' || access === 'f32' || access === 'f64' || access === 'v128' ? access : 'i32'
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
