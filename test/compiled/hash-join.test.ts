import { describe, expect, it } from 'vitest'
import { hashJoin } from '../../src/exec/hash-join.ts'
import { Database } from '../../src/index.node.ts'
import type { Expression } from '../../src/planner/expression.ts'
import type { HashJoin } from '../../src/planner/physical-plan.ts'
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
import { batchesOperator, builder, compiledFor, rowsOf } from './operators.ts'

const NUMERIC_2: DataType = { kind: 'numeric', precision: 15, scale: 2 }
const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)]

/** `spread` widens the values, so that fewer rows match and tables are hashed. */
const specs: readonly {
  type: DataType
  layouts: readonly TestLayout[]
  scale?: number
  make: (random: () => number, spread: number) => Value
}[] = [
  { type: types.INTEGER, layouts: ['i16', 'i32', 'i64', 'values'], make: (r, s) => Math.floor(r() * 100 * s) - 20 },
  {
    type: types.TEXT,
    layouts: ['dictionary1', 'refs', 'dictionary2', 'values'],
    make: (r, s) => `text ${Math.floor(r() * 30 * s)}`,
  },
  { type: types.BIGINT, layouts: ['i64', 'values'], make: (r, s) => BigInt(Math.floor(r() * 60 * s)) * 10n ** 13n },
  {
    type: NUMERIC_2,
    layouts: ['i32', 'i64', 'values'],
    scale: 2,
    make: (r, s) => Decimal.fromBigInt(BigInt(Math.floor(r() * 50 * s)) * 100n, 2),
  },
  { type: types.DOUBLE, layouts: ['f64'], make: (r) => pick(r, [0, -0, 1.25, NaN, Infinity, 3, 4, 5, 6]) },
  { type: types.BOOLEAN, layouts: ['i8'], make: (r) => r() < 0.3 },
  { type: types.INTEGER, layouts: ['i8', 'i32'], make: (r) => Math.floor(r() * 10) },
]
const leftColumns = outputColumns(specs.map((spec) => spec.type))
const rightColumns = leftColumns.map((own) => ({ ...own, id: own.id + 50, name: `r${own.id}` }))
const left = leftColumns.map((own) => column(own.id, own.type))
const right = rightColumns.map((own) => column(own.id, own.type))

function randomBatches(
  random: () => number,
  sizes: readonly number[],
  nulls: number,
  spread: number,
  pool: Pool,
): Batch[] {
  return sizes.map((rowCount) => {
    const vectors = specs.map(({ type, layouts, scale = 0, make }) => {
      const values = Array.from({ length: rowCount }, () => (random() < nulls ? null : make(random, spread)))
      const layout = pick(random, layouts)
      return makeVector(
        values,
        type,
        layout === 'i16' && spread > 100 ? 'i32' : layout === 'dictionary1' && spread > 5 ? 'dictionary2' : layout,
        scale,
        random() < 0.7,
        pool,
      )
    })
    return makeBatch(vectors, rowCount, random, random() < 0.5, pool)
  })
}

const joinTypes = ['inner', 'left', 'right', 'full', 'semi', 'anti', 'mark', 'single'] as const

function planFor(
  type: HashJoin['type'],
  keys: readonly (readonly [Expression, Expression])[],
  options: Partial<HashJoin>,
  inputs: { left: Batch[]; right: Batch[] },
): { plan: HashJoin; operators: readonly [ReturnType<typeof batchesOperator>, ReturnType<typeof batchesOperator>] } {
  const l = batchesOperator(leftColumns, inputs.left)
  const r = batchesOperator(rightColumns, inputs.right)
  const mark = type === 'mark' ? { id: 99, name: 'mark', type: types.BOOLEAN } : undefined
  const columns =
    type === 'semi' || type === 'anti' ? leftColumns : mark ? [...leftColumns, mark] : [...leftColumns, ...rightColumns]
  const plan: HashJoin = {
    kind: 'hash-join',
    type,
    left: l.plan,
    right: r.plan,
    leftKeys: keys.map((key) => key[0]),
    rightKeys: keys.map((key) => key[1]),
    nullsEqual: keys.map(() => false),
    filter: [],
    nullAware: false,
    mark,
    rightUnique: false,
    columns,
    estimatedRows: 100,
    ...options,
  }
  return { plan, operators: [l, r] }
}

function outcome(run: () => string[]): string {
  try {
    return run().sort().join('\n')
  } catch (error) {
    if ((error as { code?: string }).code === undefined && !(error as Error).message.includes('more than one row'))
      throw error
    return `error: ${(error as Error).message}`
  }
}

function check(
  type: HashJoin['type'],
  keys: readonly (readonly [Expression, Expression])[],
  options: Partial<HashJoin>,
  seed: number,
  nulls: number,
): void {
  const pool = new Pool()
  const random = randomNumbers(seed)
  const spread = pick(random, [1, 10, 1000])
  const inputs = {
    left: randomBatches(random, [1, 200, 60], nulls, spread, pool),
    right: randomBatches(random, pick(random, [[], [3], [50, 100]]), nulls, spread, pool),
  }
  const { plan, operators } = planFor(type, keys, options, inputs)
  const reference = hashJoin(plan, operators[0], operators[1], builder)
  const compiled = compiledFor(plan, operators, reference)
  const context = contextForTests([], pool)
  const before = pool.used
  const actual = outcome(() => rowsOf(compiled, context))
  expect(pool.used).toBe(before)
  if (!actual.startsWith('error')) expect(compiled.path).toMatch(/^compiled/)
  const expected = outcome(() => rowsOf(reference, context))
  if (actual !== expected) expect(actual).toBe(expected)
}

describe('compiled hash joins agree with the interpreted ones', () => {
  const keySets: [string, (readonly [Expression, Expression])[]][] = [
    ['an integer', [[left[0], right[0]]]],
    ['text', [[left[1], right[1]]]],
    ['a wide integer', [[left[2], right[2]]]],
    ['a decimal', [[left[3], right[3]]]],
    ['a float', [[left[4], right[4]]]],
    ['a boolean', [[left[5], right[5]]]],
    [
      'two integers',
      [
        [left[0], right[0]],
        [left[6], right[6]],
      ],
    ],
    [
      'text and a wide integer',
      [
        [left[1], right[1]],
        [left[2], right[2]],
      ],
    ],
    [
      'three columns',
      [
        [left[4], right[4]],
        [left[2], right[2]],
        [left[3], right[3]],
      ],
    ],
    ['an expression', [[operator('+', left[6], constant(1, types.INTEGER)), right[6]]]],
  ]
  for (const [name, keys] of keySets) {
    it(`on ${name}`, () => {
      for (const type of joinTypes) {
        for (let seed = 1; seed <= 2; seed++) {
          for (const nulls of [0, 0.1]) {
            try {
              check(type, keys, {}, seed, nulls)
              check(type, keys, { filter: [operator('<', left[0], right[0])] }, seed, nulls)
              if (type === 'semi' || type === 'anti') {
                check(type, keys, { preferLeftBuild: true }, seed, nulls)
                check(type, keys, { preferLeftBuild: true, filter: [operator('<', left[0], right[0])] }, seed, nulls)
              }
              check(type, keys, { nullsEqual: keys.map((_, i) => i % 2 === 0) }, seed, nulls)
            } catch (error) {
              throw new Error(`${type}, seed ${seed}, nulls ${nulls}: ${(error as Error).message}`, { cause: error })
            }
          }
        }
      }
    })
  }

  it('with NULLs as NOT IN and IN see them', () => {
    for (const type of ['anti', 'mark'] as const) {
      for (const key of [0, 1, 2]) {
        for (let seed = 1; seed <= 4; seed++) {
          for (const nulls of [0, 0.02, 0.2]) check(type, [[left[key], right[key]]], { nullAware: true }, seed, nulls)
        }
      }
    }
  })

  it('with more matches than a batch holds', () => {
    const pool = new Pool()
    const random = randomNumbers(5)
    const same = (rowCount: number): Batch =>
      makeBatch(
        specs.map(({ type, layouts, scale = 0, make }, i) =>
          makeVector(
            Array.from({ length: rowCount }, () => (i === 6 ? 3 : make(random, 1))),
            type,
            layouts[0],
            scale,
            true,
            pool,
          ),
        ),
        rowCount,
        random,
        false,
        pool,
      )
    for (const type of ['inner', 'left', 'full', 'semi'] as const) {
      for (const filter of [[], [operator('<', left[0], right[0])]]) {
        const { plan, operators } = planFor(
          type,
          [[left[6], right[6]]],
          { filter },
          { left: [same(100)], right: [same(150)] },
        )
        const reference = hashJoin(plan, operators[0], operators[1], builder)
        const context = contextForTests([], pool)
        expect(outcome(() => rowsOf(compiledFor(plan, operators, reference), context))).toBe(
          outcome(() => rowsOf(reference, context)),
        )
      }
    }
  })

  it('with many build rows to a key, side by side', () => {
    const db = new Database()
    db.exec(`
      CREATE TABLE build AS SELECT i, nullif(i * 37 % 991, 5) AS k, i * 37 % 991 * 1000003000019 AS wide, 'b' || i % 10 AS name
        FROM generate_series(1, 70000) s(i);
      CREATE TABLE probe AS SELECT i, nullif(i * 31 % 1200, 7) AS k, i * 31 % 1200 * 1000003000019 AS wide FROM generate_series(1, 300) s(i)`)
    for (const join of ['JOIN', 'LEFT JOIN']) {
      for (const condition of [
        'p.k = b.k',
        'p.wide = b.wide',
        'p.k = b.k AND b.i % 7 > p.i % 5',
        'p.wide = b.wide AND b.k = p.k',
      ]) {
        const sql = `SELECT p.i, b.i, b.name FROM probe p ${join} build b ON ${condition}`
        const [compiled, interpreted] = ['compiled', 'interpreted'].map((execution) => {
          db.exec(`SET execution = '${execution}'`)
          return db
            .query(sql)
            .text.map((row) => row.join())
            .sort()
        })
        expect(compiled.length > 300, sql).toBe(true)
        expect(compiled, sql).toEqual(interpreted)
      }
    }
  })
})
