/**
 * The terms of kernels: typed, side-effect-free pieces of code that leave one value on the stack. A term may be used many
 * times and is emitted each time. Operations on integers are signed unless they end in `U`.
 */
import { assert } from '../../error.ts'
import type { Bytes } from './bytes.ts'

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

/** What an operand is, as a term of a type. */
export function operand(type: WasmType, value: Operand): Term {
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
