/** Comparisons in kernels. Floats compare as PostgreSQL's do: NaN equals itself and is the greatest. */
import type { DataType } from '../../types/data-type.ts'
import { type BooleanCode, bothValid, type Code, cannotCompile, type IntegerCode, type TextCode } from './code.ts'
import type { ExpressionCompiler } from './expression.ts'
import { rescale } from './integers.ts'
import { i64, type Term } from './term.ts'
import { equalsConstant, textCompare, textEquals } from './text-code.ts'

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

const methods = { '=': 'eq', '<>': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const

export function isComparison(name: string): name is Comparison {
  return name in methods
}

/** Both operands are of one class. */
export function compareCodes(
  compiler: ExpressionCompiler,
  comparison: Comparison,
  left: Code,
  right: Code,
  type: DataType,
): BooleanCode {
  const valid = bothValid(left.valid, right.valid)
  const give = (term: Term): BooleanCode => ({ class: 'boolean', type, term, valid })
  const method = methods[comparison]
  if (left.class === 'integer' && right.class === 'integer') {
    if (right.scalar !== undefined && right.scale > left.scale)
      return give(compareToScalar(compiler, comparison, left, right.scalar))
    if (left.scalar !== undefined && left.scale > right.scale)
      return give(compareToScalar(compiler, mirrored[comparison], right, left.scalar))
    const [a, b] = sameScale(compiler, left, right)
    return give(a.term[method](b.term))
  }
  if (left.class === 'boolean' && right.class === 'boolean') return give(left.term[method](right.term))
  if (left.class === 'float' && right.class === 'float') return give(compareFloats(comparison, left.term, right.term))
  if (left.class === 'text' && right.class === 'text') return give(compareTexts(compiler, comparison, left, right))
  return cannotCompile('a comparison of different classes')
}

/**
 * A comparison with a scalar of more digits: the scalar is brought to the scale of the rows, rounded so that the comparison
 * comes out the same. x > 2.345 is x > 2.34 for an x of two digits, and x >= 2.345 is x >= 2.35.
 */
function compareToScalar(
  compiler: ExpressionCompiler,
  comparison: Comparison,
  left: IntegerCode,
  scalar: number,
): Term {
  const { term, scale } = left
  const bound = (kind: 'floor' | 'ceil'): Term => compiler.writer.slot({ kind, input: scalar, scale }, 'i64')
  switch (comparison) {
    case '<':
      return term.lt(bound('ceil'))
    case '<=':
      return term.le(bound('floor'))
    case '>':
      return term.gt(bound('floor'))
    case '>=':
      return term.ge(bound('ceil'))
    case '=':
      return term.le(bound('floor')).and(term.ge(bound('ceil')))
    default:
      return term.gt(bound('floor')).or(term.lt(bound('ceil')))
  }
}

function sameScale(
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
): readonly [IntegerCode, IntegerCode] {
  const a = withoutZeros(left)
  const b = withoutZeros(right)
  const scale = Math.max(a.scale, b.scale)
  return [rescale(compiler, a, scale), rescale(compiler, b, scale)]
}

/** A constant with no more digits after the point than it needs. */
function withoutZeros(code: IntegerCode): IntegerCode {
  if (code.term.constant === undefined || code.scale === 0) return code
  let integer = BigInt(code.term.constant)
  let { scale } = code
  while (scale > 0 && integer % 10n === 0n) {
    integer /= 10n
    scale--
  }
  return { ...code, term: i64(integer), scale, low: Number(integer), high: Number(integer) }
}

function compareFloats(comparison: Comparison, left: Term, right: Term): Term {
  const isNumber = (term: Term): boolean => term.constant !== undefined && !Number.isNaN(term.constant)
  const leftNaN = isNumber(left) ? undefined : left.ne(left)
  const rightNaN = isNumber(right) ? undefined : right.ne(right)
  const less = (a: Term, aNaN: Term | undefined, b: Term, bNaN: Term | undefined): Term => {
    const plain = a.lt(b)
    if (bNaN === undefined) return plain
    return plain.or(aNaN === undefined ? bNaN : bNaN.and(aNaN.eqz()))
  }
  switch (comparison) {
    case '=':
    case '<>': {
      const plain = left.eq(right)
      const equal = leftNaN && rightNaN ? plain.or(leftNaN.and(rightNaN)) : plain
      return comparison === '=' ? equal : equal.eqz()
    }
    case '<':
      return less(left, leftNaN, right, rightNaN)
    case '>':
      return less(right, rightNaN, left, leftNaN)
    case '<=':
      return less(right, rightNaN, left, leftNaN).eqz()
    default:
      return less(left, leftNaN, right, rightNaN).eqz()
  }
}

function compareTexts(compiler: ExpressionCompiler, comparison: Comparison, left: TextCode, right: TextCode): Term {
  const { f } = compiler
  if (left.constant !== undefined && right.constant === undefined)
    return compareTexts(compiler, mirrored[comparison], right, left)
  if (comparison === '=' || comparison === '<>') {
    const a = left.bytes()
    const b = right.constant === undefined ? right.bytes() : undefined
    const equal =
      b === undefined
        ? equalsConstant(f, a.address, a.length, right.constant!)
        : f.call(textEquals(f.module), a.address, a.length, b.address, b.length)
    return comparison === '=' ? equal : equal.eqz()
  }
  const a = left.bytes()
  const b = right.bytes()
  return f.call(textCompare(f.module), a.address, a.length, b.address, b.length)[methods[comparison]](0)
}

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}
