import { describe, it } from 'vitest'
import { distinct } from '../../src/exec/distinct.ts'
import { nestedLoopJoin } from '../../src/exec/nested-loop-join.ts'
import { setOperation } from '../../src/exec/set-operation.ts'
import { sort } from '../../src/exec/sort.ts'
import { topN } from '../../src/exec/top-n.ts'
import type { Expression, SortKey } from '../../src/planner/expression.ts'
import type {
  NestedLoopJoin,
  PhysicalDistinct,
  PhysicalSetOperation,
  PhysicalSort,
  TopN,
} from '../../src/planner/physical-plan.ts'
import { Pool } from '../../src/storage/allocator.ts'
import * as types from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import { column, constant, makeBatch, makeVector, operator, randomNumbers } from './expressions.ts'
import { batchesOperator, builder } from './operators.ts'
import { columns, compare, fields, pick, randomBatches, specs } from './rows.ts'

function seeded(name: string, seeds: number, run: (random: () => number, pool: Pool) => void): void {
  it(name, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        run(randomNumbers(seed), new Pool())
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
      }
    }
  })
}

function randomKeys(random: () => number): SortKey[] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    expression: pick<Expression>(random, [...fields, operator('%', fields[0], constant(3, types.INTEGER))]),
    descending: random() < 0.5,
    nullsFirst: random() < 0.5,
  }))
}

describe('compiled operators agree with the interpreted ones', () => {
  seeded('ORDER BY', 40, (random, pool) => {
    const input = batchesOperator(columns, randomBatches(random, [1, 300, 80], pick(random, [0, 0.2]), pool))
    const keys = randomKeys(random)
    const plan: PhysicalSort = { kind: 'sort', input: input.plan, keys, columns, estimatedRows: 100 }
    const positions = keys.flatMap(({ expression }) => (expression.kind === 'column' ? [expression.id - 1] : []))
    // A key that is an expression leaves the columns' order open.
    const plain = positions.length === keys.length
    const shown = (row: string): string =>
      plain ? positions.map((position) => row.split(' | ')[position].replace(/^-0$/, '0')).join(' | ') : ''
    compare(plan, [input], sort(plan, input, builder), pool, true, shown)
  })

  seeded('ORDER BY with LIMIT and OFFSET', 30, (random, pool) => {
    const sizes = random() < 0.3 ? [4000, 4000, 4000] : [1, 300, 80]
    const input = batchesOperator(columns, randomBatches(random, sizes, pick(random, [0, 0.2]), pool))
    const plan: TopN = {
      kind: 'top-n',
      input: input.plan,
      keys: randomKeys(random),
      columns,
      estimatedRows: 100,
      limit: constant(pick(random, [1, 10, 100, 1000]), types.BIGINT),
      offset: random() < 0.5 ? constant(5, types.BIGINT) : undefined,
    }
    compare(plan, [input], topN(plan, input, builder), pool, true)
  })

  seeded('DISTINCT', 20, (random, pool) => {
    const input = batchesOperator(columns, randomBatches(random, [1, 400, 400], pick(random, [0, 0.2]), pool))
    const on = pick<Expression[]>(random, [
      [fields[0]],
      [fields[1]],
      [fields[2], fields[1]],
      [fields[4]],
      [fields[5], fields[0], fields[6]],
    ])
    const plan: PhysicalDistinct = { kind: 'distinct', input: input.plan, on, columns, estimatedRows: 100 }
    compare(plan, [input], distinct(plan, input, builder), pool, true)
  })

  seeded('UNION, INTERSECT and EXCEPT', 30, (random, pool) => {
    const chosen = pick(random, [[0], [1], [0, 5], [4, 1], [3, 0]])
    const narrow = (sizes: number[]) => {
      const batches = randomBatches(random, sizes, pick(random, [0, 0.2]), pool)
      return batchesOperator(
        chosen.map((i) => columns[i]),
        batches.map((batch) => ({ ...batch, columns: chosen.map((i) => batch.columns[i]) })),
      )
    }
    const left = narrow([1, 200, 60])
    const right = narrow([40, 3])
    const plan: PhysicalSetOperation = {
      kind: 'set-operation',
      operator: pick(random, ['union', 'intersect', 'except']),
      all: random() < 0.5,
      left: left.plan,
      right: right.plan,
      columns: chosen.map((i) => columns[i]),
      estimatedRows: 100,
    }
    compare(plan, [left, right], setOperation(plan, left, right), pool, false)
  })

  seeded('joins on any condition', 30, (random, pool) => {
    const left = batchesOperator(columns, randomBatches(random, [1, 120, 50], pick(random, [0, 0.2]), pool))
    const rightColumns = columns.map((own) => ({ ...own, id: own.id + 50 }))
    const sizes = pick(random, [[], [1], [6, 2]])
    const right = batchesOperator(rightColumns, randomBatches(random, sizes, pick(random, [0, 0.2]), pool))
    const other = (i: number): Expression => column(i + 51, specs[i].type)
    // A right side of one row has a kernel of its own, which pads no rows of that side.
    const type = pick(random, [
      'inner',
      'left',
      'semi',
      'anti',
      'cross',
      ...(sizes.length === 1 ? [] : (['right', 'full'] as const)),
    ] as const)
    const condition =
      type === 'cross'
        ? []
        : pick(random, [
            [operator('<', fields[0], other(0))],
            [operator('>', fields[1], other(1)), operator('<>', fields[0], other(0))],
            [operator('>=', fields[3], other(3))],
          ])
    const plan: NestedLoopJoin = {
      kind: 'nested-loop-join',
      type,
      left: left.plan,
      right: right.plan,
      condition,
      nullAware: false,
      estimatedRows: 100,
      columns: type === 'semi' || type === 'anti' ? columns : [...columns, ...rightColumns],
    }
    compare(plan, [left, right], nestedLoopJoin(plan, left, right, builder), pool, false)
  })

  seeded('comparisons with a number of more digits than 64 bits hold', 12, (random, pool) => {
    const left = batchesOperator(columns, randomBatches(random, [200], 0.1, pool))
    const wide = [{ id: 90, name: 'wide', type: types.NUMERIC }]
    const value = Decimal.parse(
      pick(random, [
        '0.12345678901234567890123',
        '-0.5000000000000000000000',
        '1.2300000000000000000000',
        '0.00000000000000000000',
      ]),
    )
    const right = batchesOperator(wide, [
      makeBatch([makeVector([value], types.NUMERIC, 'values', 0, false, pool)], 1, random, false, pool),
    ])
    const condition = [operator(pick(random, ['<', '<=', '>', '>=', '=', '<>']), fields[3], column(90, types.NUMERIC))]
    const plan: NestedLoopJoin = {
      kind: 'nested-loop-join',
      type: 'inner',
      left: left.plan,
      right: right.plan,
      condition,
      nullAware: false,
      columns: [...columns, ...wide],
      estimatedRows: 100,
    }
    compare(plan, [left, right], nestedLoopJoin(plan, left, right, builder), pool, false)
  })
})
