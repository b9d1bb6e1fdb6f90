/** Operators on bit strings, which are text of 0 and 1. Both operands of a combination have one length. */
import { SqlError } from '../../error.ts'
import { type DataType, INTEGER } from '../../types/data-type.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

const BIT: DataType = { kind: 'bit' }

/** Two bit strings combined bit by bit; 22026 when their lengths differ. */
export function combineBits(
  left: string,
  right: string,
  verb: string,
  combine: (a: number, b: number) => number,
): string {
  if (left.length !== right.length) {
    throw new SqlError('string_data_length_mismatch', `cannot ${verb} bit strings of different sizes`)
  }
  let result = ''
  for (let at = 0; at < left.length; at++) result += combine(left.charCodeAt(at) & 1, right.charCodeAt(at) & 1)
  return result
}

function shifted(bits: string, count: number): string {
  const size = bits.length
  if (count >= 0) return count >= size ? '0'.repeat(size) : bits.slice(count) + '0'.repeat(count)
  return -count >= size ? '0'.repeat(size) : '0'.repeat(-count) + bits.slice(0, size + count)
}

export const bitOperators: readonly ScalarFunction[] = [
  scalar({
    name: '&',
    category: 'bit strings',
    doc: 'The bits that both bit strings have.',
    examples: [["B'10001' & B'01101'", '00001']],
    overloads: [overload([BIT, BIT], BIT, (left, right) => combineBits(left, right, 'AND', (a, b) => a & b))],
  }),
  scalar({
    name: '|',
    category: 'bit strings',
    doc: 'The bits that either bit string has.',
    examples: [["B'10001' | B'01101'", '11101']],
    overloads: [overload([BIT, BIT], BIT, (left, right) => combineBits(left, right, 'OR', (a, b) => a | b))],
  }),
  scalar({
    name: '#',
    category: 'bit strings',
    doc: 'The bits that just one of the bit strings has.',
    examples: [["B'10001' # B'01101'", '11100']],
    overloads: [overload([BIT, BIT], BIT, (left, right) => combineBits(left, right, 'XOR', (a, b) => a ^ b))],
  }),
  scalar({
    name: '~',
    category: 'bit strings',
    doc: 'A bit string with all its bits turned over.',
    examples: [["~ B'10001'", '01110']],
    overloads: [overload([BIT], BIT, (bits: string) => combineBits(bits, bits, 'NOT', (a) => 1 - a))],
  }),
  scalar({
    name: '<<',
    category: 'bit strings',
    doc: 'A bit string with its bits moved to the left, zeros following.',
    examples: [["B'10001' << 3", '01000']],
    overloads: [overload([BIT, INTEGER], BIT, shifted)],
  }),
  scalar({
    name: '>>',
    category: 'bit strings',
    doc: 'A bit string with its bits moved to the right, zeros leading.',
    examples: [["B'10001' >> 2", '00100']],
    overloads: [overload([BIT, INTEGER], BIT, (bits, count) => shifted(bits, -count))],
  }),
]
