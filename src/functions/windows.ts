/**
 * The window functions proper; every aggregate can stand before OVER too. A function sees its partition in order, and
 * fills in a result for each of its rows.
 */
import { SqlError } from '../error.ts'
import { BIGINT, DOUBLE, INTEGER } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { type WindowFunction, type WindowOverload, type WindowPartition, windowFunction } from './function.ts'

const rowNumber = windowFunction({
  name: 'row_number',
  category: 'windows',
  doc: 'The number of the row in its partition, from 1.',
  examples: [['SELECT row_number() OVER (ORDER BY x) FROM (VALUES (10)) t(x)', '1']],
  overloads: [
    {
      parameters: [],
      returns: BIGINT,
      evaluate(partition, results) {
        for (let row = 0; row < partition.rowCount; row++) results[row] = BigInt(row + 1)
      },
    },
  ],
})

/** Fills in one result for all rows of each peer group. */
function byPeers(
  partition: WindowPartition,
  results: Value[],
  value: (start: number, end: number, group: number) => Value,
): void {
  let group = 0
  for (let start = 0; start < partition.rowCount; group++) {
    const end = partition.peerEnd(start)
    const result = value(start, end, group)
    for (let row = start; row < end; row++) results[row] = result
    start = end
  }
}

function peerFunction(
  name: string,
  doc: string,
  example: readonly [string, string],
  returns: typeof BIGINT,
  value: (start: number, end: number, group: number, rowCount: number) => Value,
): WindowFunction {
  return windowFunction({
    name,
    category: 'windows',
    doc,
    examples: [example],
    overloads: [
      {
        parameters: [],
        returns,
        evaluate(partition, results) {
          byPeers(partition, results, (start, end, group) => value(start, end, group, partition.rowCount))
        },
      },
    ],
  })
}

const rank = peerFunction(
  'rank',
  'The rank of the row, with gaps: one more than the rows before its peers.',
  ['SELECT max(r) FROM (SELECT rank() OVER (ORDER BY x) r FROM (VALUES (1), (1), (2)) t(x)) s', '3'],
  BIGINT,
  (start) => BigInt(start + 1),
)

const denseRank = peerFunction(
  'dense_rank',
  'The rank of the row, without gaps: the number of its group of peers.',
  ['SELECT max(r) FROM (SELECT dense_rank() OVER (ORDER BY x) r FROM (VALUES (1), (1), (2)) t(x)) s', '2'],
  BIGINT,
  (_start, _end, group) => BigInt(group + 1),
)

const percentRank = peerFunction(
  'percent_rank',
  'The relative rank of the row: (rank - 1) / (rows - 1), or 0 in a partition of one row.',
  ['SELECT max(r) FROM (SELECT percent_rank() OVER (ORDER BY x) r FROM (VALUES (1), (2)) t(x)) s', '1'],
  DOUBLE,
  (start, _end, _group, rowCount) => (rowCount <= 1 ? 0 : start / (rowCount - 1)),
)

const cumeDist = peerFunction(
  'cume_dist',
  'The share of rows that come before the row or are its peers.',
  ['SELECT min(r) FROM (SELECT cume_dist() OVER (ORDER BY x) r FROM (VALUES (1), (2)) t(x)) s', '0.5'],
  DOUBLE,
  (_start, end, _group, rowCount) => end / rowCount,
)

const ntile = windowFunction({
  name: 'ntile',
  category: 'windows',
  doc: 'The number, from 1, of the part that the row falls into when the partition is cut into so many parts.',
  examples: [['SELECT max(r) FROM (SELECT ntile(2) OVER (ORDER BY x) r FROM (VALUES (1), (2), (3)) t(x)) s', '2']],
  overloads: [
    {
      parameters: [INTEGER],
      returns: INTEGER,
      evaluate(partition, results) {
        const parts = partition.rowCount > 0 ? partition.argument(0, 0) : null
        if (parts === null) {
          results.fill(null, 0, partition.rowCount)
          return
        }
        if (parts <= 0) {
          throw new SqlError('invalid_argument_for_ntile_function', 'argument of ntile must be greater than zero')
        }
        const size = Math.floor(partition.rowCount / parts)
        const larger = partition.rowCount % parts
        const boundary = larger * (size + 1)
        for (let row = 0; row < partition.rowCount; row++) {
          results[row] =
            row < boundary ? Math.floor(row / (size + 1)) + 1 : larger + Math.floor((row - boundary) / size) + 1
        }
      },
    },
  ],
})

/** The row `distance` rows away that is not NULL, counting only such rows; -1 when there is none. */
function nonNullNeighbour(partition: WindowPartition, row: number, distance: number): number {
  const step = distance < 0 ? -1 : 1
  let left = Math.abs(distance)
  for (let other = row + step; other >= 0 && other < partition.rowCount; other += step) {
    if (partition.argument(0, other) !== null && --left === 0) return other
  }
  return -1
}

function neighbour(direction: 1 | -1): WindowOverload['evaluate'] {
  return (partition, results) => {
    for (let row = 0; row < partition.rowCount; row++) {
      const offset = partition.argument(1, row)
      if (offset === null) {
        results[row] = null
        continue
      }
      const distance = direction * offset
      let other = row + distance
      if (partition.ignoreNulls && distance !== 0) other = nonNullNeighbour(partition, row, distance)
      results[row] =
        other >= 0 && other < partition.rowCount ? partition.argument(0, other) : partition.argument(2, row)
    }
  }
}

/** lag and lead as one, two and three arguments: the offset is 1 and the default NULL where they are not given. */
function neighbours(direction: 1 | -1): WindowOverload[] {
  return [
    {
      parameters: ['anyelement', INTEGER],
      returns: 'anyelement',
      defaults: [1],
      evaluate: shortened(neighbour(direction)),
    },
    {
      parameters: ['anycompatible', INTEGER, 'anycompatible'],
      returns: 'anycompatible',
      evaluate: neighbour(direction),
    },
  ]
}

/** For calls without a default value: the third argument is NULL. */
function shortened(evaluate: WindowOverload['evaluate']): WindowOverload['evaluate'] {
  return (partition, results) =>
    evaluate(
      {
        rowCount: partition.rowCount,
        ignoreNulls: partition.ignoreNulls,
        argument: (n, row) => (n === 2 ? null : partition.argument(n, row)),
        peerStart: (row) => partition.peerStart(row),
        peerEnd: (row) => partition.peerEnd(row),
        frameStart: (row) => partition.frameStart(row),
        frameEnd: (row) => partition.frameEnd(row),
        excluded: (row, other) => partition.excluded(row, other),
      },
      results,
    )
}

const lag = windowFunction({
  name: 'lag',
  category: 'windows',
  doc: 'The value so many rows (1 when not given) before the row, or the default where there is no such row.',
  examples: [['SELECT sum(r) FROM (SELECT lag(x, 1, 0) OVER (ORDER BY x) r FROM (VALUES (1), (2), (3)) t(x)) s', '3']],
  overloads: neighbours(-1),
})

const lead = windowFunction({
  name: 'lead',
  category: 'windows',
  doc: 'The value so many rows (1 when not given) after the row, or the default where there is no such row.',
  examples: [['SELECT sum(r) FROM (SELECT lead(x) OVER (ORDER BY x) r FROM (VALUES (1), (2), (3)) t(x)) s', '5']],
  overloads: neighbours(1),
})

/** The n-th row of the frame of `row`, from its start or its end, EXCLUDE and IGNORE NULLS heeded; -1 when it has none. */
function frameRow(partition: WindowPartition, row: number, n: number, fromEnd: boolean): number {
  const start = partition.frameStart(row)
  const end = partition.frameEnd(row)
  let left = n
  for (let offset = 0; offset < end - start; offset++) {
    const other = fromEnd ? end - 1 - offset : start + offset
    if (partition.excluded(row, other)) continue
    if (partition.ignoreNulls && partition.argument(0, other) === null) continue
    if (--left === 0) return other
  }
  return -1
}

function frameValue(fromEnd: boolean): WindowOverload {
  return {
    parameters: ['anyelement'],
    returns: 'anyelement',
    usesFrame: true,
    evaluate(partition, results) {
      for (let row = 0; row < partition.rowCount; row++) {
        const other = frameRow(partition, row, 1, fromEnd)
        results[row] = other < 0 ? null : partition.argument(0, other)
      }
    },
  }
}

const firstValue = windowFunction({
  name: 'first_value',
  category: 'windows',
  doc: 'The value of the first row of the frame.',
  examples: [['SELECT max(r) FROM (SELECT first_value(x) OVER (ORDER BY x) r FROM (VALUES (1), (2)) t(x)) s', '1']],
  overloads: [frameValue(false)],
})

const lastValue = windowFunction({
  name: 'last_value',
  category: 'windows',
  doc: 'The value of the last row of the frame.',
  examples: [['SELECT max(r) FROM (SELECT last_value(x) OVER (ORDER BY x) r FROM (VALUES (1), (2)) t(x)) s', '2']],
  overloads: [frameValue(true)],
})

const nthValue = windowFunction({
  name: 'nth_value',
  category: 'windows',
  doc: 'The value of the n-th row of the frame, counted from 1; NULL where the frame is shorter.',
  examples: [['SELECT max(r) FROM (SELECT nth_value(x, 2) OVER (ORDER BY x) r FROM (VALUES (1), (2)) t(x)) s', '2']],
  overloads: [
    {
      parameters: ['anyelement', INTEGER],
      returns: 'anyelement',
      usesFrame: true,
      evaluate(partition, results) {
        for (let row = 0; row < partition.rowCount; row++) {
          const n = partition.argument(1, row)
          if (n === null) {
            results[row] = null
            continue
          }
          if (n <= 0) {
            throw new SqlError(
              'invalid_argument_for_nth_value_function',
              'argument of nth_value must be greater than zero',
            )
          }
          const other = frameRow(partition, row, n, false)
          results[row] = other < 0 ? null : partition.argument(0, other)
        }
      },
    },
  ],
})

export const windowFunctions: readonly WindowFunction[] = [
  rowNumber,
  rank,
  denseRank,
  percentRank,
  cumeDist,
  ntile,
  lag,
  lead,
  firstValue,
  lastValue,
  nthValue,
]
