/** Aggregates over booleans and over the bits of integers. */
import { BIGINT, BOOLEAN, type DataType, INTEGER, SMALLINT } from '../../types/data-type.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'
import { combineBits } from '../operators/bit.ts'

const BIT: DataType = { kind: 'bit' }

interface Votes {
  yes: number
  no: number
}

const voting: Pick<AggregateOverload, 'parameters' | 'returns' | 'start' | 'add' | 'remove' | 'merge'> = {
  parameters: [BOOLEAN],
  returns: BOOLEAN,
  start: (): Votes => ({ yes: 0, no: 0 }),
  add(state: Votes, value) {
    if (value) state.yes++
    else state.no++
    return state
  },
  remove(state: Votes, value) {
    if (value) state.yes--
    else state.no--
    return state
  },
  merge(left: Votes, right: Votes) {
    left.yes += right.yes
    left.no += right.no
    return left
  },
}

const boolAnd = aggregate({
  name: 'bool_and',
  aliases: ['every'],
  category: 'aggregates',
  doc: 'Whether all values that are not NULL are true.',
  examples: [['SELECT bool_and(x > 1) FROM (VALUES (1), (2)) t(x)', 'f']],
  overloads: [{ ...voting, finish: (state: Votes) => (state.yes + state.no === 0 ? null : state.no === 0) }],
})

const boolOr = aggregate({
  name: 'bool_or',
  category: 'aggregates',
  doc: 'Whether any value is true.',
  examples: [['SELECT bool_or(x > 1) FROM (VALUES (1), (2)) t(x)', 't']],
  overloads: [{ ...voting, finish: (state: Votes) => (state.yes + state.no === 0 ? null : state.yes > 0) }],
})

function folding(type: DataType, combine: (left: any, right: any) => any): AggregateOverload {
  return {
    parameters: [type],
    returns: type,
    start: () => null,
    add: (state, value) => (state === null ? value : combine(state, value)),
    merge: (left, right) => (left === null ? right : right === null ? left : combine(left, right)),
    finish: (state) => state,
  }
}

function bitwise(
  numbers: (left: number, right: number) => number,
  bigints: (left: bigint, right: bigint) => bigint,
  bits: (left: string, right: string) => string,
): AggregateOverload[] {
  return [folding(INTEGER, numbers), folding(SMALLINT, numbers), folding(BIGINT, bigints), folding(BIT, bits)]
}

const bitAnd = aggregate({
  name: 'bit_and',
  category: 'aggregates',
  doc: 'The bits that all values have.',
  examples: [['SELECT bit_and(x) FROM (VALUES (6), (3)) t(x)', '2']],
  overloads: bitwise(
    (left, right) => left & right,
    (left, right) => left & right,
    (left, right) => combineBits(left, right, 'AND', (a, b) => a & b),
  ),
})

const bitOr = aggregate({
  name: 'bit_or',
  category: 'aggregates',
  doc: 'The bits that any value has.',
  examples: [['SELECT bit_or(x) FROM (VALUES (6), (3)) t(x)', '7']],
  overloads: bitwise(
    (left, right) => left | right,
    (left, right) => left | right,
    (left, right) => combineBits(left, right, 'OR', (a, b) => a | b),
  ),
})

const bitXor = aggregate({
  name: 'bit_xor',
  category: 'aggregates',
  doc: 'The bits that an odd number of values have.',
  examples: [['SELECT bit_xor(x) FROM (VALUES (6), (3)) t(x)', '5']],
  overloads: bitwise(
    (left, right) => left ^ right,
    (left, right) => left ^ right,
    (left, right) => combineBits(left, right, 'XOR', (a, b) => a ^ b),
  ),
})

export const logicAggregates: readonly AggregateFunction[] = [boolAnd, boolOr, bitAnd, bitOr, bitXor]
