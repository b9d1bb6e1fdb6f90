/** Literals: numbers take the narrowest of integer, bigint and numeric; strings wait for a type from their context. */
import type * as ast from '../../parser/ast.ts'
import { parseBits, parseHexBits } from '../../types/bits.ts'
import { BIGINT, BOOLEAN, type DataType, INTEGER, NUMERIC, UNKNOWN } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { ConstantExpression } from '../expression.ts'
import type { Scope } from './scope.ts'

export function constant(value: unknown, type: DataType, span?: ast.Span): ConstantExpression {
  return { kind: 'constant', type, value, span }
}

/** The constant of a literal's digits, with a sign where it had one. */
export function bindNumber(text: string, span: ast.Span, scope: Scope): ConstantExpression {
  if (text.length < 10) {
    const number = Number(text)
    if (Number.isInteger(number) && isPlainInteger(text)) return constant(number, INTEGER, span)
  } else if (isPlainInteger(text) && text.length <= 20) {
    const integer = BigInt(text)
    if (integer >= -2147483648n && integer <= 2147483647n) return constant(Number(integer), INTEGER, span)
    if (integer >= -9223372036854775808n && integer <= 9223372036854775807n) return constant(integer, BIGINT, span)
  }
  return constant(traits(NUMERIC).parse(text, NUMERIC, scope.state.context.settings), NUMERIC, span)
}

export function isPlainInteger(text: string): boolean {
  for (let i = text.charCodeAt(0) === 45 ? 1 : 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

export function bindString(node: ast.StringLiteral): ConstantExpression {
  return constant(node.value, UNKNOWN, node.span)
}

export function bindBoolean(node: ast.BooleanLiteral): ConstantExpression {
  return constant(node.value, BOOLEAN, node.span)
}

/** B'101' and X'1F' are bit strings. */
export function bindBitString(node: ast.BitStringLiteral): ConstantExpression {
  const { base, digits, span } = node
  const bits = base === 'binary' ? parseBits(digits) : parseHexBits(digits)
  return constant(bits, { kind: 'bit', length: bits.length }, span)
}
