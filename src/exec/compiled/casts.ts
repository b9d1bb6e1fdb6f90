/** Casts between the classes that kernels know. */
import type { CastExpression } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import { safeDay, splitTimestamp } from './calendar-code.ts'
import { type Code, cannotCompile, type IntegerCode } from './code.ts'
import type { ExpressionCompiler } from './expression.ts'
import { finite, roundToScale } from './integers.ts'
import { underlying, valueClass } from './shape.ts'
import { f64, i64 } from './term.ts'

const integerKinds: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint'])

export function compileCast(compiler: ExpressionCompiler, cast: CastExpression): Code {
  if (cast.try) return cannotCompile('TRY_CAST')
  const from = underlying(cast.input.type)
  const to = underlying(cast.type)
  if (cast.type.kind === 'domain') return cannotCompile('a cast to a domain')
  const input = compiler.compile(cast.input)
  if (input.class === 'text') {
    // text, varchar without a length and name hold the same bytes; a length would have to be checked.
    if (to.kind === 'text' || (to.kind === 'varchar' && to.length === undefined)) return { ...input, type: cast.type }
    return cannotCompile(`a cast of text to ${to.kind}`)
  }
  if (from.kind === to.kind && from.kind !== 'numeric')
    return isPlain(to) ? { ...input, type: cast.type } : cannotCompile(`a cast to ${to.kind}`)
  if (input.class === 'integer') return castInteger(compiler, input, from, cast.type)
  if (input.class === 'float') {
    if (valueClass(to) !== 'float') return cannotCompile(`a cast of ${from.kind} to ${to.kind}`)
    if (to.kind === 'double') return { ...input, type: cast.type }
    return cannotCompile('a cast to real')
  }
  if (to.kind === 'integer') {
    return {
      class: 'integer',
      type: cast.type,
      term: input.term.toU('i64'),
      valid: input.valid,
      scale: 0,
      low: 0,
      high: 1,
    }
  }
  return cannotCompile(`a cast of boolean to ${to.kind}`)
}

/** Whether the type has no modifier that a cast would have to apply. */
function isPlain(type: DataType): boolean {
  return !('precision' in type && type.precision !== undefined)
}

function castInteger(compiler: ExpressionCompiler, input: IntegerCode, from: DataType, type: DataType): Code {
  const to = underlying(type)
  const fromNumber = integerKinds.has(from.kind) || from.kind === 'numeric'
  if (to.kind === 'numeric' && fromNumber) return castToNumeric(compiler, input, type, to)
  if (integerKinds.has(to.kind) && integerKinds.has(from.kind)) return compiler.checkBounds({ ...input, type })
  if (integerKinds.has(to.kind) && from.kind === 'numeric') {
    if (input.displayScale) return cannotCompile('a cast at varying scales')
    return compiler.checkBounds(roundToScale(compiler, input, 0, type))
  }
  if (to.kind === 'double' && fromNumber) return castToDouble(compiler, input, type)
  if (from.kind === 'date' && to.kind === 'timestamp' && isPlain(to)) {
    const term = safeDay(compiler, input).to('i64').mul(86400000000n)
    const bounds = {
      low: Math.max(input.low, -719162) * 86400000000,
      high: Math.min(input.high, 16777216) * 86400000000,
    }
    return { ...input, type, term, ...bounds }
  }
  if (from.kind === 'timestamp' && to.kind === 'date') {
    const { day } = splitTimestamp(compiler, input)
    return { ...input, type, term: day.to('i64'), low: -719162, high: 16777216 }
  }
  if (integerKinds.has(from.kind) && to.kind === 'boolean' && from.kind === 'integer') {
    return { class: 'boolean', type, term: input.term.ne(0), valid: input.valid }
  }
  return cannotCompile(`a cast of ${from.kind} to ${to.kind}`)
}

function castToNumeric(
  compiler: ExpressionCompiler,
  input: IntegerCode,
  type: DataType,
  to: DataType & { kind: 'numeric' },
): IntegerCode {
  if (to.precision === undefined) {
    const plain = { ...input, type }
    return underlying(input.type).kind === 'numeric' ? plain : finite(compiler, plain)
  }
  if (to.scale !== undefined && to.scale < 0) return cannotCompile('a numeric of a negative scale')
  const { displayScale: _, ...plain } = input
  const rounded = roundToScale(compiler, plain, to.scale ?? 0, type)
  const limit = 10 ** to.precision - 1
  if (rounded.low >= -limit && rounded.high <= limit) return rounded
  if (to.precision > 18) return rounded
  const term = compiler.f.once(rounded.term)
  const bound = 10n ** BigInt(to.precision)
  const outside = term.ge(i64(bound)).or(term.le(i64(-bound)))
  compiler.bailIf(rounded.valid === null ? outside : outside.and(rounded.valid))
  return { ...rounded, term, low: Math.max(rounded.low, -limit), high: Math.min(rounded.high, limit) }
}

/** The nearest double: an integer below 2^53 divided by a power of ten that is exact is rounded once. */
function castToDouble(compiler: ExpressionCompiler, input: IntegerCode, type: DataType): Code {
  const limit = 2 ** 53
  if (input.scale > 22) return cannotCompile('a numeric of a large scale')
  const term = compiler.f.once(input.term)
  if (input.scale > 0 && (input.low < -limit || input.high > limit)) {
    const outside = term.gt(i64(BigInt(limit))).or(term.lt(i64(-BigInt(limit))))
    compiler.bailIf(input.valid === null ? outside : outside.and(input.valid))
  }
  const double = term.to('f64')
  return {
    class: 'float',
    type,
    term: input.scale === 0 ? double : double.div(f64(10 ** input.scale)),
    valid: input.valid,
  }
}
