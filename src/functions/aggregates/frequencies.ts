/** How often values occur: the most frequent, histograms, entropy; and sets of integers as bits. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, DOUBLE, INTEGER, type TypeKind } from '../../types/data-type.ts'
import { type HashKey, traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import {
  type AggregateFunction,
  type AggregateOverload,
  aggregate,
  mustSpecialise,
  overload,
  type ScalarFunction,
  scalar,
} from '../function.ts'
import { elementType } from '../operators/array.ts'

interface Entry {
  readonly value: Value
  count: number
}

interface Frequencies {
  readonly counts: Map<HashKey, Entry>
  readonly type: DataType
  /** A second argument: bins, or how many. */
  option: Value
}

function addCount(state: Frequencies, value: Value, count: number): Frequencies {
  const key = traits(state.type).hashKey(value, state.type)
  const entry = state.counts.get(key)
  if (entry) entry.count += count
  else state.counts.set(key, { value, count })
  return state
}

const counting: Pick<AggregateOverload, 'start' | 'add' | 'merge' | 'gathers'> = {
  gathers: true,
  start: ([type]): Frequencies => ({ counts: new Map(), type, option: undefined }),
  add(state: Frequencies, value, option) {
    state.option = option
    return addCount(state, value, 1)
  },
  merge(left: Frequencies, right: Frequencies) {
    for (const { value, count } of right.counts.values()) addCount(left, value, count)
    left.option ??= right.option
    return left
  },
}

/** Most frequent first; the first to be seen of those that tie. */
function byFrequency(state: Frequencies): Entry[] {
  return [...state.counts.values()].sort((left, right) => right.count - left.count)
}

/** The most frequent value; the first to be seen of those that tie. */
export const mostFrequent: Pick<AggregateOverload, 'returns' | 'start' | 'add' | 'finish' | 'gathers'> = {
  ...counting,
  returns: ([type]) => type,
  finish: (state: Frequencies) => byFrequency(state)[0]?.value ?? null,
}

const approxTopK = aggregate({
  name: 'approx_top_k',
  category: 'aggregates',
  doc: 'The most frequent values, as many as are asked for; exact.',
  examples: [["SELECT approx_top_k(x, 2) FROM (VALUES ('a'), ('b'), ('b'), ('c'), ('c'), ('c')) t(x)", '{c,b}']],
  overloads: [
    {
      parameters: ['anynonarray', INTEGER],
      returns: ([type]) => arrayOf(type),
      ...counting,
      finish(state: Frequencies) {
        if (state.counts.size === 0) return null
        if (state.option <= 0) throw invalidParameter('invalid input for approx_top_k: k value must be > 0')
        return sqlArray(
          byFrequency(state)
            .slice(0, state.option)
            .map(({ value }) => value),
        )
      },
    },
  ],
})

const entropy = aggregate({
  name: 'entropy',
  category: 'statistics',
  doc: 'The entropy of the values, in bits.',
  examples: [['SELECT entropy(x) FROM (VALUES (1), (1), (2), (2)) t(x)', '1']],
  overloads: [
    {
      parameters: ['any'],
      returns: DOUBLE,
      ...counting,
      finish(state: Frequencies) {
        const counts = [...state.counts.values()].map(({ count }) => count)
        const total = counts.reduce((sum, count) => sum + count, 0)
        return counts.reduce((sum, count) => sum + (count / total) * Math.log2(total / count), 0)
      },
    },
  ],
})

const mapOfCounts = ([type]: readonly DataType[]): DataType => ({ kind: 'map', key: type, value: BIGINT })

/** The key under which a histogram with bins counts what is in none of them. */
const otherBins: ReadonlyMap<TypeKind, Value> = new Map<TypeKind, Value>([
  ['smallint', 32767],
  ['integer', 2147483647],
  ['bigint', 9223372036854775807n],
  ['real', Infinity],
  ['double', Infinity],
  ['date', 2147483647],
  ['timestamp', 9223372036854775807n],
  ['timestamptz', 9223372036854775807n],
  ['text', ''],
  ['varchar', ''],
])

/** Pairs of each value, in order, and how often it occurs. */
function sortedCounts({ counts, type }: Frequencies): [Value, bigint][] {
  const { compare } = traits(type)
  return [...counts.values()]
    .sort((left, right) => compare(left.value, right.value, type))
    .map(({ value, count }) => [value, BigInt(count)])
}

/** Counts by bins, which are named by their upper ends or are single values; those in none come last. */
function binned(exact: boolean): AggregateOverload {
  return {
    parameters: ['anynonarray', 'anyarray'],
    returns: mapOfCounts,
    ...counting,
    finish(state: Frequencies) {
      if (state.counts.size === 0) return null
      const { type, option } = state
      const { compare } = traits(type)
      if (option.values.includes(null)) throw invalidParameter('histogram bin entry cannot be NULL')
      const ends = [...new Set<Value>((option as SqlArray).values)].sort((left, right) => compare(left, right, type))
      const result = ends.map((end): [Value, bigint] => [end, 0n])
      let others = 0n
      for (const [value, count] of sortedCounts(state)) {
        const bin = ends.findIndex((end) => (exact ? compare(value, end, type) === 0 : compare(value, end, type) <= 0))
        if (bin < 0) others += count
        else result[bin][1] += count
      }
      if (others > 0n) {
        if (!otherBins.has(type.kind)) throw invalidParameter('a value is in none of the bins')
        result.push([otherBins.get(type.kind), others])
      }
      return result
    },
  }
}

const histogram = aggregate({
  name: 'histogram',
  category: 'aggregates',
  doc: 'How often each value occurs, as a map of counts; with a list of bins, how many values are up to each of them and above the one before, and under the greatest key of the type those above all.',
  examples: [
    ['SELECT histogram(x)[1] FROM (VALUES (1), (1), (2)) t(x)', '2'],
    ['SELECT map_values(histogram(x, [2, 4])) FROM (VALUES (1), (2), (3), (9)) t(x)', '{2,1,1}'],
  ],
  overloads: [
    {
      parameters: ['any'],
      returns: mapOfCounts,
      ...counting,
      finish: (state: Frequencies) => (state.counts.size === 0 ? null : sortedCounts(state)),
    },
    binned(false),
  ],
})

const histogramExact = aggregate({
  name: 'histogram_exact',
  category: 'aggregates',
  doc: 'How often each of some values occurs, as a map of counts, and under the greatest key of the type all others.',
  examples: [['SELECT map_values(histogram_exact(x, [2, 4])) FROM (VALUES (1), (2), (4), (2)) t(x)', '{2,1,1}']],
  overloads: [binned(true)],
})

const isOtherBin = scalar({
  name: 'is_histogram_other_bin',
  category: 'aggregates',
  doc: 'Whether a value is the key under which a histogram counts what is in none of its bins.',
  examples: [
    ['is_histogram_other_bin(2147483647)', 't'],
    ['is_histogram_other_bin(5)', 'f'],
  ],
  overloads: [
    overload(['any'], BOOLEAN, mustSpecialise, {
      specialise: ([type]) => {
        const { kind } = elementType(type)
        return (value) => otherBins.has(kind) && otherBins.get(kind) === value
      },
    }),
  ],
})

interface Members {
  readonly bits: boolean[]
  any: boolean
}

/** A bit for each integer from the least to the greatest there is. */
function bitsOf(values: ReadonlySet<bigint>): string | null {
  if (values.size === 0) return null
  const sorted = [...values].sort((left, right) => (left < right ? -1 : 1))
  const [least] = sorted
  const width = sorted[sorted.length - 1] - least + 1n
  if (width > 1_000_000_000n) throw invalidParameter('the range of bits is too large')
  const bits = new Uint8Array(Number(width)).fill(48)
  for (const value of sorted) bits[Number(value - least)] = 49
  return new TextDecoder().decode(bits)
}

const bitstringAgg = aggregate({
  name: 'bitstring_agg',
  category: 'aggregates',
  doc: 'Which integers from a least to a greatest occur, a bit for each.',
  examples: [['SELECT bitstring_agg(x, 0, 8) FROM (VALUES (3), (1), (5)) t(x)', '010101000']],
  overloads: [
    {
      parameters: [BIGINT, BIGINT, BIGINT],
      returns: { kind: 'varbit' },
      start: (): Members => ({ bits: [], any: false }),
      add(state: Members, value: bigint, least: bigint, greatest: bigint) {
        if (value < least || value > greatest) throw invalidParameter(`value ${value} is outside of the range of bits`)
        if (greatest - least >= 1_000_000_000n) throw invalidParameter('the range of bits is too large')
        while (state.bits.length <= Number(greatest - least)) state.bits.push(false)
        state.bits[Number(value - least)] = true
        state.any = true
        return state
      },
      finish: ({ any, bits }: Members) => (any ? bits.map((bit) => (bit ? '1' : '0')).join('') : null),
    },
    {
      parameters: [BIGINT],
      returns: { kind: 'varbit' },
      start: (): Set<bigint> => new Set(),
      add: (state: Set<bigint>, value: bigint) => state.add(value),
      finish: bitsOf,
    },
  ],
})

export const frequencyAggregates: readonly AggregateFunction[] = [
  approxTopK,
  entropy,
  histogram,
  histogramExact,
  bitstringAgg,
]

export const frequencyFunctions: readonly ScalarFunction[] = [isOtherBin]
