/** What the branches of a CASE or COALESCE leave behind. */
import type { DataType } from '../../types/data-type.ts'
import type { FunctionBuilder } from './builder.ts'
import { always, type Code, cannotCompile, fitsI64, type IntegerCode } from './code.ts'
import { isNullConstant } from './constant-code.ts'
import { valueClass } from './shape.ts'
import { i32, type Local, type Term } from './term.ts'

/** A value that comes from one of several branches: variables that each branch assigns. */
export class BranchResult {
  private readonly f: FunctionBuilder
  private readonly type: DataType
  private readonly term: Local
  private readonly length: Local
  private readonly valid: Local
  private readonly displayScale: Local
  private readonly branches: Code[] = []

  constructor(f: FunctionBuilder, type: DataType) {
    const kind = valueClass(type)
    this.f = f
    this.type = type
    this.term = f.local(kind === 'integer' ? 'i64' : kind === 'float' ? 'f64' : 'i32')
    this.length = f.local('i32')
    this.valid = f.local('i32')
    this.displayScale = f.local('i32')
  }

  /** Branches of different scales hold the integer of their own scale until `code` brings them together. */
  assign(code: Code): void {
    const { f } = this
    this.branches.push(code)
    if (code.class === 'text') {
      const { address, length } = code.bytes()
      f.set(this.term, address)
      f.set(this.length, length)
    } else f.set(this.term, code.term)
    if (code.class === 'integer') f.set(this.displayScale, code.displayScale ?? i32(code.scale))
    f.set(this.valid, code.valid ?? always)
  }

  code(): Code {
    const { type, term, branches } = this
    const valid = branches.every((branch) => branch.valid === null) ? null : this.valid
    const known = branches.filter((branch) => !isNullConstant(branch))
    switch (valueClass(type)) {
      case 'boolean':
        return { class: 'boolean', type, term, valid }
      case 'float':
        return { class: 'float', type, term, valid }
      case 'text': {
        const { length } = this
        return { class: 'text', type, valid, bytes: () => ({ address: term, length }) }
      }
      default:
        return this.integer(known as IntegerCode[], valid)
    }
  }

  private integer(branches: readonly IntegerCode[], valid: Term | null): IntegerCode {
    const { type, term } = this
    const { f } = this
    const scale = Math.max(0, ...branches.map((branch) => branch.scale))
    const scaled = branches.map((branch) => {
      const factor = 10 ** (scale - branch.scale)
      return [branch.low * factor, branch.high * factor] as const
    })
    const low = Math.min(0, ...scaled.map((bounds) => bounds[0]))
    const high = Math.max(0, ...scaled.map((bounds) => bounds[1]))
    const mixed = branches.some((branch) => branch.scale !== scale || branch.displayScale)
    if (!mixed) return { class: 'integer', type, term, valid, scale, low, high }
    if (branches.some((branch) => branch.displayScale)) return cannotCompile('nested branches of different scales')
    const rescaled = branches.every((branch, i) => branch.scale === scale || fitsI64(...scaled[i]))
    if (!rescaled) return cannotCompile('branches of different scales')
    const { displayScale } = this
    for (const other of new Set(branches.map((branch) => branch.scale))) {
      if (other === scale) continue
      const factor = 10n ** BigInt(scale - other)
      f.if(displayScale.eq(other), () => f.set(term, term.mul(factor)))
    }
    return { class: 'integer', type, term, valid, scale, low, high, displayScale }
  }
}
