/**
 * From a typed expression to code for the row at hand. NULL is a term beside the value's, and there is none where nothing
 * can be NULL. Whatever would raise an error (overflow, division by zero) leaves the kernel through `bail`: the batch is
 * then evaluated by the reference evaluator, which raises the error or knows better. What kernels cannot express at all
 * throws CannotCompile while the kernel is made.
 *
 * Values are computed once: within a scope (the loop's body, a branch of a CASE) the code of an expression is kept by its
 * key. An expression over a single dictionary column becomes a look-up by code in a table that the reference evaluator
 * has filled, so that everything it can compute is available on such columns.
 */
import type { CaseExpression, Expression, InExpression, IsExpression } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import { BranchResult } from './branch-result.ts'
import type { FunctionBuilder } from './builder.ts'
import { compileCall } from './calls.ts'
import { compileCast } from './casts.ts'
import {
  always,
  type BooleanCode,
  bothValid,
  type Code,
  cannotCompile,
  type IntegerCode,
  never,
  type TextCode,
  typeBounds,
} from './code.ts'
import { compareCodes } from './comparisons.ts'
import { constantCode, nullCode } from './constant-code.ts'
import type { InputMap } from './inputs.ts'
import { type Shape, underlying, valueClass } from './shape.ts'
import { i32, i64, load, type Term } from './term.ts'
import type { KernelWriter } from './writer.ts'

export class ExpressionCompiler {
  readonly writer: KernelWriter
  readonly f: FunctionBuilder
  readonly inputs: InputMap
  private readonly row: Term
  private readonly bail: () => void
  private readonly scopes: Map<string, Code>[] = [new Map()]

  /** @param row the position in the vectors of the row at hand; @param bail emits what gives the batch up */
  constructor(writer: KernelWriter, inputs: InputMap, row: Term, bail: () => void) {
    this.writer = writer
    this.f = writer.f
    this.inputs = inputs
    this.row = row
    this.bail = bail
  }

  compile(expression: Expression): Code {
    const key = this.inputs.key(expression)
    for (const scope of this.scopes) {
      const known = scope.get(key)
      if (known) return known
    }
    const code = this.settle(this.build(expression))
    this.scopes[this.scopes.length - 1].set(key, code)
    return code
  }

  boolean(expression: Expression): BooleanCode {
    const code = this.compile(expression)
    return code.class === 'boolean' ? code : cannotCompile(`${expression.type.kind} as a condition`)
  }

  integer(expression: Expression): IntegerCode {
    const code = this.compile(expression)
    return code.class === 'integer' ? code : cannotCompile(`${expression.type.kind} as an integer`)
  }

  /** 1 where the condition is true, 0 where it is false or NULL. */
  truth(expression: Expression): Term {
    switch (expression.kind) {
      case 'and':
        return this.chain(expression.args, (arg) => this.truth(arg), true)
      case 'or':
        return this.chain(expression.args, (arg) => this.truth(arg), false)
      case 'not':
        return this.falsity(expression.input)
      default: {
        const { term, valid } = this.boolean(expression)
        return valid === null ? term : term.and(valid)
      }
    }
  }

  /** 1 where the condition is false. */
  falsity(expression: Expression): Term {
    switch (expression.kind) {
      case 'and':
        return this.chain(expression.args, (arg) => this.falsity(arg), false)
      case 'or':
        return this.chain(expression.args, (arg) => this.falsity(arg), true)
      case 'not':
        return this.truth(expression.input)
      default: {
        const { term, valid } = this.boolean(expression)
        return valid === null ? term.eqz() : term.eqz().and(valid)
      }
    }
  }

  /**
   * All (`every`) or any of the conditions, the simple ones first and without branches, the others only where they still
   * matter. The order of evaluation is free: it shows in errors only, and errors are the reference evaluator's.
   */
  private chain(conditions: readonly Expression[], test: (condition: Expression) => Term, every: boolean): Term {
    const simple = conditions.filter((condition) => this.isSimple(condition))
    const others = conditions.filter((condition) => !simple.includes(condition))
    let result: Term | undefined
    for (const condition of simple) {
      const term = test(condition)
      result = result === undefined ? term : every ? result.and(term) : result.or(term)
    }
    if (others.length === 0) return this.f.let(result ?? i32(every ? 1 : 0))
    const decided = this.f.let(result ?? i32(every ? 1 : 0))
    for (const condition of others) {
      this.f.if(every ? decided : decided.eqz(), () => this.scoped(() => this.f.set(decided, test(condition))))
    }
    return decided
  }

  /** Emits within a branch: what is computed there is forgotten after it. */
  scoped<Result>(emit: () => Result): Result {
    this.scopes.push(new Map())
    const result = emit()
    this.scopes.pop()
    return result
  }

  bailIf(condition: Term): void {
    if (condition.constant !== 0) this.f.if(condition, this.bail)
  }

  /** Gives the batch up when a value that is not NULL lies outside of its type. */
  checkBounds(code: IntegerCode): IntegerCode {
    const [low, high] = typeBounds(underlying(code.type))
    if (code.low >= low && code.high <= high) return code
    if (low === -Infinity) return code
    const term = this.f.once(code.term)
    const outside = term.lt(i64(BigInt(low))).or(term.gt(i64(BigInt(high))))
    this.bailIf(code.valid === null ? outside : outside.and(code.valid))
    return { ...code, term, low: Math.max(low, code.low), high: Math.min(high, code.high) }
  }

  /** Comparisons and tests that read columns and constants: cheaper computed than branched around. */
  private isSimple(expression: Expression): boolean {
    if (this.lookupInput(expression) >= 0) return true
    switch (expression.kind) {
      case 'call':
        return (
          expression.function.category === 'comparison' &&
          expression.args.every((arg) => this.isPlain(arg) && valueClass(arg.type) !== 'text')
        )
      case 'not':
        return this.isSimple(expression.input)
      case 'is':
        return this.isPlain(expression.input) || this.isSimple(expression.input)
      case 'in':
        return this.isPlain(expression.input) && valueClass(expression.input.type) !== 'text'
      case 'and':
      case 'or':
        return expression.args.every((arg) => this.isSimple(arg))
      default:
        return this.isPlain(expression)
    }
  }

  private isPlain(expression: Expression): boolean {
    if (expression.kind === 'cast' && underlying(expression.type).kind === underlying(expression.input.type).kind) {
      return underlying(expression.type).kind !== 'numeric' && this.isPlain(expression.input)
    }
    return expression.kind === 'column' || expression.kind === 'constant' || expression.kind === 'parameter'
  }

  private settle(code: Code): Code {
    if (code.class === 'text' || (code.class === 'integer' && code.wide)) return code
    const valid = code.valid === null ? null : this.f.once(code.valid)
    return { ...code, term: this.f.once(code.term), valid }
  }

  private build(expression: Expression): Code {
    const { type } = expression
    const kind = valueClass(type)
    if (kind === undefined) {
      if (expression.kind === 'constant' && expression.value === null) return nullCode(type)
      return cannotCompile(`type ${type.kind}`)
    }
    if (expression.kind === 'constant') return constantCode(this.writer, expression.value, type)
    if (expression.kind === 'column' || expression.kind === 'parameter')
      return this.input(this.inputs.indexOf(expression), type)
    const lookup = kind === 'text' ? -1 : this.lookupInput(expression)
    if (lookup >= 0) return this.lookUp(expression, lookup)
    switch (expression.kind) {
      case 'and':
      case 'or': {
        const term = this.f.once(this.truth(expression))
        if (!expression.args.some((arg) => this.mayBeNull(arg))) return { class: 'boolean', type, term, valid: null }
        return { class: 'boolean', type, term, valid: term.or(this.falsity(expression)) }
      }
      case 'not': {
        const input = this.boolean(expression.input)
        return { ...input, term: input.term.eqz() }
      }
      case 'is':
        return this.is(expression)
      case 'is-distinct':
        return this.isDistinct(expression.left, expression.right, expression.negated, type)
      case 'case':
        return this.case(expression)
      case 'coalesce':
        return this.coalesce(expression.args, type)
      case 'in':
        return this.in(expression)
      case 'call':
        return compileCall(this, expression)
      case 'cast':
        return compileCast(this, expression)
      default:
        return cannotCompile(expression.kind)
    }
  }

  private mayBeNull(expression: Expression): boolean {
    return this.compileQuietly(expression) !== null
  }

  /** The validity of an expression that was just compiled; anything not at hand counts as nullable. */
  private compileQuietly(expression: Expression): Term | null {
    const key = this.inputs.key(expression)
    for (const scope of this.scopes) {
      const known = scope.get(key)
      if (known) return known.valid
    }
    if (expression.kind === 'and' || expression.kind === 'or') {
      return expression.args.every((arg) => this.compileQuietly(arg) === null) ? null : always
    }
    if (expression.kind === 'not') return this.compileQuietly(expression.input)
    return always
  }

  /** The value of a column of the input, or of what is the same for all rows. */
  input(index: number, type: DataType): Code {
    const shape = this.writer.shapes[index]
    if (shape.layout === 'null') return nullCode(type)
    if (shape.layout === 'scalar' || shape.layout === 'wide') return this.scalar(index, shape, type)
    const valid = shape.nullable
      ? this.f.let(load('u8', this.writer.slot({ kind: 'validity', input: index }).add(this.row)))
      : null
    switch (valueClass(type)) {
      case 'boolean':
        if (shape.layout !== 'i8') return cannotCompile(`a boolean as ${shape.layout}`)
        return { class: 'boolean', type, term: load('u8', this.element(index, 0)), valid }
      case 'integer': {
        const { layout, scale, low, high } = shape
        if (layout === 'f32' || layout === 'f64' || layout === 'refs' || layout.startsWith('dictionary')) {
          return cannotCompile(`${type.kind} as ${layout}`)
        }
        const access = layout as 'i8' | 'i16' | 'i32' | 'i64'
        const term = load(access, this.element(index, shifts[access]), 0, 'i64')
        const [typeLow, typeHigh] = typeBounds(underlying(type))
        return {
          class: 'integer',
          type,
          term,
          valid,
          scale,
          low: Math.max(low, typeLow),
          high: Math.min(high, typeHigh),
        }
      }
      case 'float': {
        if (shape.layout !== 'f32' && shape.layout !== 'f64') return cannotCompile(`${type.kind} as ${shape.layout}`)
        const term = load(shape.layout, this.element(index, shifts[shape.layout]))
        return { class: 'float', type, term: term.to('f64'), valid }
      }
      default:
        return this.text(index, shape, type, valid)
    }
  }

  /** The address of the row's element of 2^shift bytes. */
  private element(index: number, shift: number): Term {
    return this.writer.slot({ kind: 'pointer', input: index }).add(this.row.shl(shift))
  }

  /** The code of a dictionary column's row; 0 where the row is NULL. */
  dictionaryCode(index: number): Term {
    const shape = this.writer.shapes[index]
    const width = shape.layout === 'dictionary1' ? 'u8' : shape.layout === 'dictionary2' ? 'u16' : 'u32'
    const code = load(width, this.element(index, shifts[width]))
    return shape.nullable ? this.validity(index).select(code, 0) : code
  }

  private validity(index: number): Term {
    return load('u8', this.writer.slot({ kind: 'validity', input: index }).add(this.row))
  }

  private text(index: number, shape: Shape, type: DataType, valid: Term | null): TextCode {
    let bytes: { address: Term; length: Term } | undefined
    const read = (): { address: Term; length: Term } => {
      const pair = shape.layout === 'refs' ? this.element(index, 3) : this.reference(index)
      const at = this.f.let(pair)
      if (valid === null) return { address: this.f.let(load('u32', at)), length: this.f.let(load('u32', at, 4)) }
      return {
        address: this.f.let(valid.select(load('u32', at), 0)),
        length: this.f.let(valid.select(load('u32', at, 4), 0)),
      }
    }
    const depth = this.scopes.length
    return {
      class: 'text',
      type,
      valid,
      // What a branch has read, code after the branch must read again.
      bytes: () => (this.scopes.length > depth ? read() : (bytes ??= read())),
    }
  }

  /** Where the (address, length) of a dictionary column's row stands. */
  private reference(index: number): Term {
    return this.writer.slot({ kind: 'dictionary', input: index }).add(this.dictionaryCode(index).shl(3))
  }

  private scalar(index: number, shape: Shape, type: DataType): Code {
    const slot = { kind: 'value', input: index } as const
    switch (valueClass(type)) {
      case 'boolean':
        return { class: 'boolean', type, term: this.writer.slot(slot, 'i32'), valid: null }
      case 'float':
        return { class: 'float', type, term: this.writer.slot(slot, 'f64'), valid: null }
      case 'text': {
        const address = this.writer.slot(slot, 'i32')
        const length = this.writer.slot(slot, 'i32', 4)
        return { class: 'text', type, valid: null, bytes: () => ({ address, length }) }
      }
      default: {
        const { scale, low, high } = shape
        if (shape.layout === 'wide') return wideScalar(index, type)
        return {
          class: 'integer',
          type,
          term: this.writer.slot(slot, 'i64'),
          valid: null,
          scale,
          low,
          high,
          scalar: index,
        }
      }
    }
  }

  /** The dictionary column on which alone the expression depends, so that a table by its codes holds all results; or -1. */
  private lookupInput(expression: Expression): number {
    if (expression.kind === 'column' || expression.kind === 'constant') return -1
    const index = this.inputs.onlyColumn(expression)
    return index >= 0 && this.writer.shapes[index].layout.startsWith('dictionary') ? index : -1
  }

  /** Entry 0 of the table is the result for NULL, entry c + 1 that for code c. */
  private lookUp(expression: Expression, input: number): Code {
    const { type } = expression
    const shape = this.writer.shapes[input]
    const table = this.writer.slot({ kind: 'lookup', input, expression })
    const code = this.dictionaryCode(input).add(1)
    const entry = this.f.let(shape.nullable ? this.validity(input).select(code, 0) : code)
    switch (valueClass(type)) {
      case 'boolean': {
        // 0 is false, 1 true, 2 NULL.
        const result = this.f.let(load('u8', table.add(entry)))
        return { class: 'boolean', type, term: result.eq(1), valid: result.ne(2) }
      }
      case 'float':
        return {
          class: 'float',
          type,
          term: load('f64', table.add(entry.shl(3))),
          valid: this.lookUpValidity(expression, input, entry),
        }
      default: {
        const [low, high] = typeBounds(underlying(type))
        const scale = this.inputs.lookupScale(expression, input)
        const term = load('i64', table.add(entry.shl(3)))
        return { class: 'integer', type, term, valid: this.lookUpValidity(expression, input, entry), scale, low, high }
      }
    }
  }

  private lookUpValidity(expression: Expression, input: number, entry: Term): Term {
    return load('u8', this.writer.slot({ kind: 'lookup-validity', input, expression }).add(entry))
  }

  private is(expression: IsExpression): BooleanCode {
    const { test, negated, type } = expression
    const give = (term: Term): BooleanCode => ({
      class: 'boolean',
      type,
      term: negated ? term.eqz() : term,
      valid: null,
    })
    switch (test) {
      case 'true':
        return give(this.truth(expression.input))
      case 'false':
        return give(this.falsity(expression.input))
      default: {
        const { valid } = this.compile(expression.input)
        return give(valid === null ? never : valid.eqz())
      }
    }
  }

  private isDistinct(left: Expression, right: Expression, negated: boolean, type: DataType): BooleanCode {
    const a = this.compile(left)
    const b = this.compile(right)
    const equal = compareCodes(this, '=', a, b, type)
    let same: Term
    if (a.valid === null && b.valid === null) same = equal.term
    else {
      const validA = a.valid ?? always
      const validB = b.valid ?? always
      same = validA.eq(validB).and(equal.term.or(validA.eqz()))
    }
    return { class: 'boolean', type, term: negated ? same : same.eqz(), valid: null }
  }

  private case(expression: CaseExpression): Code {
    const result = new BranchResult(this.f, expression.type)
    this.f.block((leave) => {
      // The first condition is always tested, so what it computes stays known.
      for (const [index, { when, then }] of expression.branches.entries()) {
        const branch = (): void => {
          this.f.if(this.truth(when), () =>
            this.scoped(() => {
              result.assign(this.compile(then))
              this.f.branch(leave)
            }),
          )
        }
        if (index === 0) branch()
        else {
          this.scopes.push(new Map())
          branch()
        }
      }
      this.scopes.push(new Map())
      result.assign(expression.otherwise ? this.compile(expression.otherwise) : nullCode(expression.type))
    })
    this.scopes.length -= expression.branches.length
    return result.code()
  }

  private coalesce(args: readonly Expression[], type: DataType): Code {
    const result = new BranchResult(this.f, type)
    let depth = 0
    this.f.block((leave) => {
      for (const [index, arg] of args.entries()) {
        if (index > 0) {
          this.scopes.push(new Map())
          depth++
        }
        const code = this.compile(arg)
        if (code.valid === null || index === args.length - 1) {
          result.assign(code)
          break
        }
        this.f.if(code.valid, () => {
          result.assign(withoutNull(code))
          this.f.branch(leave)
        })
      }
    })
    this.scopes.length -= depth
    return result.code()
  }

  private in(expression: InExpression): BooleanCode {
    const { negated, type } = expression
    const input = this.compile(expression.input)
    const values = expression.items.map((item) =>
      item.kind === 'constant' ? item : cannotCompile('IN with items that are not constant'),
    )
    const items = values.filter((item) => item.value !== null)
    const hasNull = items.length < values.length
    if (items.length > 64) return cannotCompile('IN with many items')
    let found: Term = never
    for (const [index, item] of items.entries()) {
      const { term } = compareCodes(this, '=', input, constantCode(this.writer, item.value, item.type), type)
      found = index === 0 ? term : found.or(term)
      if (index % 8 === 7) found = this.f.let(found)
    }
    found = this.f.once(found)
    // With a NULL among the items, no match means "unknown".
    const valid = hasNull ? bothValid(input.valid, found) : input.valid
    return { class: 'boolean', type, term: negated ? found.eqz() : found, valid }
  }
}

const shifts: Readonly<Record<'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'f32' | 'f64', number>> = {
  i8: 0,
  u8: 0,
  i16: 1,
  u16: 1,
  i32: 2,
  u32: 2,
  i64: 3,
  f32: 2,
  f64: 3,
}

/** Its term must not be asked for; comparisons know that. */
function wideScalar(scalar: number, type: DataType): IntegerCode {
  return {
    class: 'integer',
    type,
    valid: null,
    scale: Infinity,
    low: -Infinity,
    high: Infinity,
    scalar,
    wide: true,
    get term(): Term {
      return cannotCompile('a numeric beyond 64 bits')
    },
  }
}

function withoutNull(code: Code): Code {
  return { ...code, valid: null }
}
