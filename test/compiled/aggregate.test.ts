import { describe, expect, it } from 'vitest'
import { aggregate } from '../../src/exec/aggregate.ts'
import { resolveAggregate } from '../../src/functions/resolve.ts'
import type { AggregateCall, Expression } from '../../src/planner/expression.ts'
import type { PhysicalAggregate } from '../../src/planner/physical-plan.ts'
import { Pool } from '../../src/storage/allocator.ts'
import type { DataType } from '../../src/types/data-type.ts'
import * as types from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Value } from '../../src/types/value.ts'
import type { Batch } from '../../src/types/vector.ts'
import { contextForTests } from './context.ts'
import {
  column,
  constant,
  makeBatch,
  makeVector,
  operator,
  outputColumns,
  randomNumbers,
  type TestLayout,
} from './expressions.ts'
import { batchesOperator, builder, columnsFor, compiledFor, rowsOf } from './operators.ts'

const NUMERIC_2: DataType = { kind: 'numeric', precision: 15, scale: 2 }
const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)]

const specs: readonly {
  type: DataType
  layouts: readonly TestLayout[]
  scale?: number
  make: (random: () => number) => Value
}[] = [
  { type: types.INTEGER, layouts: ['i8', 'i16', 'i32', 'i64', 'values'], make: (r) => Math.floor(r() * 20) - 5 },
  {
    type: types.TEXT,
    layouts: ['dictionary1', 'refs', 'dictionary2', 'values'],
    make: (r) => pick(r, ['a', 'b', 'cc', '', 'één', 'a longer text than eight']),
  },
  { type: types.BIGINT, layouts: ['i64', 'values'], make: (r) => BigInt(Math.floor(r() * 5000)) * 10n ** 14n },
  {
    type: NUMERIC_2,
    layouts: ['i32', 'i64', 'values'],
    scale: 2,
    make: (r) => Decimal.fromBigInt(BigInt(Math.floor(r() * 1e6)), 2),
  },
  { type: types.DATE, layouts: ['i16', 'i32'], make: (r) => 8000 + Math.floor(r() * 3000) },
  { type: types.DOUBLE, layouts: ['f64'], make: (r) => pick(r, [0, -0, 1.25, -7, 1e10, NaN, Infinity]) },
  { type: types.BOOLEAN, layouts: ['i8'], make: (r) => r() < 0.3 },
  { type: types.REAL, layouts: ['f32'], make: (r) => Math.fround(r() * 100) },
]
const columns = outputColumns(specs.map((spec) => spec.type))
const [small, text, large, numeric, date, double, flag, real] = specs.map((spec, i) => column(i + 1, spec.type))

function call(
  name: string,
  args: Expression[],
  options: { distinct?: boolean; filter?: Expression } = {},
): AggregateCall {
  const resolved = resolveAggregate(
    name,
    args.map((arg) => arg.type),
  )
  return {
    function: resolved.function,
    overload: resolved.overload,
    args,
    distinct: options.distinct ?? false,
    filter: options.filter,
    orderBy: [],
    type: resolved.resultType,
  }
}

const integer = (value: number): Expression => constant(value, types.INTEGER)
const discounted = operator('*', numeric, operator('-', integer(1), constant(Decimal.parse('0.05'), types.NUMERIC)))
const choice: Expression = {
  kind: 'case',
  type: types.NUMERIC,
  branches: [{ when: flag, then: operator('*', numeric, numeric) }],
  otherwise: constant(Decimal.parse('0'), types.NUMERIC),
}

const everything: AggregateCall[] = [
  call('count', []),
  call('count', [numeric]),
  call('sum', [small]),
  call('sum', [large]),
  call('sum', [numeric]),
  call('avg', [numeric]),
  call('avg', [small]),
  call('sum', [discounted]),
  call('min', [date]),
  call('max', [numeric]),
  call('min', [text]),
  call('max', [text]),
  call('sum', [real]),
  call('avg', [real]),
  call('min', [double]),
  call('max', [double]),
  call('bool_and', [flag]),
  call('bool_or', [flag]),
  call('sum', [choice]),
  call('sum', [numeric], { filter: flag }),
  call('count', [], { filter: operator('>', small, integer(3)) }),
  call('count', [small], { distinct: true }),
  call('count', [text], { distinct: true, filter: flag }),
  call('first', [text]),
  call('first', [numeric]),
  call('any_value', [date]),
  call('stddev', [numeric]),
  call('string_agg', [text, constant(',', types.TEXT)]),
]

function randomBatches(seed: number, pool: Pool, options: { nulls: number; stable: boolean }): Batch[] {
  const random = randomNumbers(seed)
  const fixed = specs.map(({ layouts }) => pick(random, layouts))
  return Array.from({ length: 4 }, () => {
    const rowCount = pick(random, [1, 50, 700])
    const vectors = specs.map(({ type, layouts, scale = 0, make }, i) => {
      const values = Array.from({ length: rowCount }, () => (random() < options.nulls ? null : make(random)))
      return makeVector(
        values,
        type,
        options.stable ? fixed[i] : pick(random, layouts),
        scale,
        options.stable || random() < 0.7,
        pool,
      )
    })
    return makeBatch(vectors, rowCount, random, random() < 0.5, pool)
  })
}

function check(
  groups: Expression[],
  aggregates: AggregateCall[],
  batches: Batch[],
  pool: Pool,
  expectCompiled = true,
): void {
  const input = batchesOperator(columns, batches)
  const plan: PhysicalAggregate = {
    kind: 'aggregate',
    input: input.plan,
    groups,
    aggregates,
    estimatedRows: 100,
    columns: [
      ...columnsFor(groups, 100),
      ...aggregates.map((aggregate_, i) => ({ id: 200 + i, name: aggregate_.function.name, type: aggregate_.type })),
    ],
  }
  const reference = aggregate(plan, input, builder)
  const compiled = compiledFor(plan, [input], reference)
  const context = contextForTests([], pool)
  const before = pool.used
  const actual = rowsOf(compiled, context)
  expect([compiled.path, pool.used]).toEqual([compiled.path, before])
  if (expectCompiled) expect(compiled.path).toMatch(/^compiled/)
  expect(actual.sort().join('\n')).toBe(rowsOf(reference, context).sort().join('\n'))
}

describe('compiled aggregation agrees with the interpreted one', () => {
  const groupings: [string, Expression[]][] = [
    ['of all rows', []],
    ['by a small integer', [small]],
    ['by text', [text]],
    ['by a dictionary and an integer', [text, small]],
    ['by a wide integer', [large]],
    ['by a date and a decimal', [date, numeric]],
    ['by a boolean', [flag]],
    ['by a float', [double]],
    ['by text, float, wide integer and date', [text, double, large, date]],
    ['by an expression', [operator('%', small, integer(3)), text]],
    ['by a comparison', [operator('>', small, integer(4))]],
  ]
  for (const [name, groups] of groupings) {
    it(name, () => {
      const pool = new Pool()
      for (let seed = 1; seed <= 3; seed++) {
        for (const stable of [true, false]) {
          for (const nulls of [0, 0.15]) {
            try {
              check(groups, everything, randomBatches(seed, pool, { nulls, stable }), pool)
            } catch (error) {
              throw new Error(`seed ${seed}, stable ${stable}, nulls ${nulls}: ${(error as Error).message}`, {
                cause: error,
              })
            }
          }
        }
      }
    })
  }

  it('without any rows', () => {
    const pool = new Pool()
    check([], everything, [], pool)
    check([small], everything, [], pool)
    const random = randomNumbers(7)
    check(
      [],
      everything,
      [
        makeBatch(
          specs.map((spec) => makeVector([null], spec.type, spec.layouts[0], spec.scale ?? 0, false, pool)),
          1,
          random,
          false,
          pool,
        ),
      ],
      pool,
    )
  })

  it("sums of doubles that are not finite are the interpreter's", () => {
    const pool = new Pool()
    check(
      [small],
      [call('sum', [double]), call('avg', [double])],
      randomBatches(3, pool, { nulls: 0, stable: true }),
      pool,
      false,
    )
  })

  it('sums beyond 64 bits', () => {
    const pool = new Pool()
    const make = (): Value => 2n ** 63n - 1n
    const batches = Array.from({ length: 20 }, () => {
      const vectors = specs.map((spec, i) =>
        makeVector(
          Array.from({ length: 500 }, () => (i === 2 ? make() : spec.make(Math.random))),
          spec.type,
          i === 2 ? 'i64' : spec.layouts[0],
          spec.scale ?? 0,
          false,
          pool,
        ),
      )
      return makeBatch(vectors, 500, Math.random, false, pool)
    })
    check([flag], [call('sum', [large]), call('avg', [large]), call('max', [large])], batches, pool)
  })
})
