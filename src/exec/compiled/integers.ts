/**
 * Arithmetic on integers and scaled numerics. Bounds travel with values: where they prove that a result fits, the bare
 * instruction is emitted; where they do not, a check that gives the batch up.
 */
import type { DataType } from '../../types/data-type.ts'
import { storedNan } from '../../types/vector-reader.ts'
import { bothValid, cannotCompile, fitsI64, type IntegerCode, typeBounds } from './code.ts'
import type { ExpressionCompiler } from './expression.ts'
import { underlying } from './shape.ts'
import { i32, i64, type Term } from './term.ts'

const maximumScale = 63

function guarded(valid: Term | null, condition: Term): Term {
  return valid === null ? condition : condition.and(valid)
}

/** The same values with more digits after the point. */
export function rescale(compiler: ExpressionCompiler, code: IntegerCode, scale: number): IntegerCode {
  if (code.scale === scale) return code
  const digits = scale - code.scale
  if (digits > 18 || scale > maximumScale) return cannotCompile('numerics of very different scales')
  const factor = 10n ** BigInt(digits)
  if (code.term.constant !== undefined) {
    const integer = BigInt(code.term.constant) * factor
    if (BigInt.asIntN(64, integer) !== integer) return cannotCompile('a numeric constant beyond 64 bits')
    return { ...code, term: i64(integer), scale, low: Number(integer), high: Number(integer) }
  }
  const product = multiplyTerms(
    compiler,
    code,
    { term: i64(factor), low: Number(factor), high: Number(factor) },
    code.valid,
  )
  return { ...code, ...product, scale }
}

/**
 * Gives the batch up where a numeric is NaN, which is stored as the greatest of 64 bits: comparisons bear it, arithmetic does
 * not. A result that comes to the same bits is a number that they cannot say.
 */
export function finite(compiler: ExpressionCompiler, code: IntegerCode): IntegerCode {
  if (code.high !== Infinity || code.term.constant !== undefined || underlying(code.type).kind !== 'numeric')
    return code
  const term = compiler.f.once(code.term)
  compiler.bailIf(guarded(code.valid, term.eq(i64(storedNan))))
  return { ...code, term }
}

interface Bounded {
  readonly term: Term
  readonly low: number
  readonly high: number
}

export function add(compiler: ExpressionCompiler, left: IntegerCode, right: IntegerCode, type: DataType): IntegerCode {
  const [a, b, scale] = align(compiler, left, right)
  return finish(compiler, a, b, scale, type, sum(compiler, a, b, bothValid(a.valid, b.valid)))
}

export function subtract(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  type: DataType,
): IntegerCode {
  const [a, b, scale] = align(compiler, left, right)
  return finish(compiler, a, b, scale, type, difference(compiler, a, b, bothValid(a.valid, b.valid)))
}

export function multiply(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  type: DataType,
): IntegerCode {
  const [a, b] = [finite(compiler, left), finite(compiler, right)]
  const scale = left.scale + right.scale
  if (scale > maximumScale) return cannotCompile('a numeric of a large scale')
  const displayScale =
    left.displayScale || right.displayScale
      ? (left.displayScale ?? i32(left.scale)).add(right.displayScale ?? i32(right.scale))
      : undefined
  const valid = bothValid(left.valid, right.valid)
  const product = multiplyTerms(compiler, a, b, valid)
  const term = displayScale === undefined ? product.term : compiler.f.once(product.term)
  const code = finite(compiler, { class: 'integer', type, valid, scale, ...product, term })
  return compiler.checkBounds({
    ...code,
    ...(displayScale && { displayScale: compiler.f.let(displayScale) }),
  })
}

/** Both at the larger of the two scales. */
function align(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
): readonly [IntegerCode, IntegerCode, number] {
  const scale = Math.max(left.scale, right.scale)
  return [rescale(compiler, finite(compiler, left), scale), rescale(compiler, finite(compiler, right), scale), scale]
}

function finish(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  scale: number,
  type: DataType,
  result: Bounded,
): IntegerCode {
  const valid = bothValid(left.valid, right.valid)
  const code = finite(compiler, { class: 'integer', type, valid, scale, ...result })
  if (!left.displayScale && !right.displayScale) return compiler.checkBounds(code)
  const { f } = compiler
  const a = f.once(left.displayScale ?? i32(left.scale))
  const b = f.once(right.displayScale ?? i32(right.scale))
  return compiler.checkBounds({ ...code, displayScale: f.let(a.gt(b).select(a, b)) })
}

function sum(compiler: ExpressionCompiler, a: Bounded, b: Bounded, valid: Term | null): Bounded {
  const low = a.low + b.low
  const high = a.high + b.high
  if (fitsI64(low, high)) return { term: a.term.add(b.term), low, high }
  const term = compiler.f.let(a.term.add(b.term))
  // Overflow: both operands have the sign that the result has not.
  compiler.bailIf(guarded(valid, a.term.xor(term).and(b.term.xor(term)).lt(0)))
  return { term, low, high }
}

function difference(compiler: ExpressionCompiler, a: Bounded, b: Bounded, valid: Term | null): Bounded {
  const low = a.low - b.high
  const high = a.high - b.low
  if (fitsI64(low, high)) return { term: a.term.sub(b.term), low, high }
  const term = compiler.f.let(a.term.sub(b.term))
  compiler.bailIf(guarded(valid, a.term.xor(b.term).and(a.term.xor(term)).lt(0)))
  return { term, low, high }
}

function multiplyTerms(compiler: ExpressionCompiler, a: Bounded, b: Bounded, valid: Term | null): Bounded {
  const corners = [product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)]
  const low = Math.min(...corners)
  const high = Math.max(...corners)
  if (fitsI64(low, high)) return { term: a.term.mul(b.term), low, high }
  // The product in doubles is off by a few parts in 2^53, so what it says of 63 bits is safe a little below the limit.
  const estimate = a.term.to('f64').mul(b.term.to('f64')).abs()
  compiler.bailIf(guarded(valid, estimate.ge(9.2233720368e18)))
  return { term: a.term.mul(b.term), low, high }
}

/** Unlike IEEE, 0 × ∞ = 0. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}

/** Division of integers towards zero; of the least value by -1, or of anything by 0, the batch is given up. */
export function divide(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  type: DataType,
): IntegerCode {
  const divisor = safeDivisor(compiler, left, right)
  const magnitude = Math.max(Math.abs(left.low), Math.abs(left.high))
  return compiler.checkBounds({
    class: 'integer',
    type,
    valid: bothValid(left.valid, right.valid),
    scale: 0,
    term: dividend(left).div(divisor),
    low: -magnitude,
    high: magnitude,
  })
}

/** What stands for a NULL could be the least i64, which -1 does not divide. */
function dividend(code: IntegerCode): Term {
  return code.valid === null ? code.term : code.valid.select(code.term, 0)
}

/** The remainder has the dividend's sign and is less than the divisor. */
export function remainder(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  type: DataType,
): IntegerCode {
  const [a, b, scale] = align(compiler, left, right)
  const divisor = safeDivisor(compiler, a, b)
  const magnitude = Math.min(Math.max(Math.abs(a.low), Math.abs(a.high)), Math.max(Math.abs(b.low), Math.abs(b.high)))
  return {
    class: 'integer',
    type,
    valid: bothValid(a.valid, b.valid),
    scale,
    term: a.term.rem(divisor),
    low: a.low < 0 ? -magnitude : 0,
    high: a.high > 0 ? magnitude : 0,
  }
}

/** A divisor that traps on no row: neither 0 nor, with a dividend that may be the least i64, -1. */
function safeDivisor(compiler: ExpressionCompiler, left: IntegerCode, right: IntegerCode): Term {
  if (left.displayScale || right.displayScale) return cannotCompile('division at varying scales')
  const known = right.term.constant
  if (known !== undefined && known !== 0n && (known !== -1n || left.low > -Infinity)) return right.term
  const divisor = compiler.f.once(right.term)
  const mayOverflow = left.low === -Infinity && right.low <= -1
  // 0 and -1 are what divisor + 1 makes 1 and 0.
  const unsafe = compiler.f.let(mayOverflow ? divisor.add(1).leU(1) : divisor.eqz())
  compiler.bailIf(guarded(bothValid(left.valid, right.valid), unsafe))
  return right.valid === null && left.valid === null ? divisor : compiler.f.let(unsafe.select(i64(1), divisor))
}

export function negate(compiler: ExpressionCompiler, code: IntegerCode, type: DataType): IntegerCode {
  const zero: IntegerCode = { class: 'integer', type, term: i64(0), valid: null, scale: code.scale, low: 0, high: 0 }
  return subtract(compiler, zero, code, type)
}

export function absolute(compiler: ExpressionCompiler, code: IntegerCode, type: DataType): IntegerCode {
  const negative = negate(compiler, code, type)
  const negativeTerm = compiler.f.once(negative.term)
  const high = Math.max(Math.abs(code.low), Math.abs(code.high))
  return { ...code, type, term: code.term.lt(0).select(negativeTerm, code.term), low: 0, high }
}

/** Whether the bounds lie within those of the type. */
export function within(code: IntegerCode, type: DataType): boolean {
  const [low, high] = typeBounds(underlying(type))
  return code.low >= low && code.high <= high
}

/**
 * Rounds to fewer digits after the point, half away from zero, as casts of numerics do.
 */
export function roundToScale(
  compiler: ExpressionCompiler,
  code: IntegerCode,
  scale: number,
  type: DataType,
): IntegerCode {
  if (scale >= code.scale) return { ...rescale(compiler, code, scale), type }
  const digits = code.scale - scale
  if (digits > 18) return cannotCompile('numerics of very different scales')
  const factor = 10n ** BigInt(digits)
  const half = Number(factor) / 2
  if (!fitsI64(code.low - half, code.high + half)) return cannotCompile('rounding of numerics of unknown size')
  const offset = code.term.lt(0).select(i64(-(factor / 2n)), factor / 2n)
  return {
    ...code,
    type,
    scale,
    term: code.term.add(offset).div(factor),
    low: Math.floor(code.low / Number(factor)) - 1,
    high: Math.ceil(code.high / Number(factor)) + 1,
  }
}
