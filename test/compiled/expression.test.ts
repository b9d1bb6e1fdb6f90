import { describe, expect, it } from 'vitest'
import { QueryMemory } from '../../src/exec/compiled/memory.ts'
import { Projection, projectionSite } from '../../src/exec/compiled/projection.ts'
import { compileExpression, Frame } from '../../src/planner/evaluate.ts'
import type { Expression } from '../../src/planner/expression.ts'
import { Pool } from '../../src/storage/allocator.ts'
import type { DataType } from '../../src/types/data-type.ts'
import * as types from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import { traits } from '../../src/types/traits.ts'
import type { Value } from '../../src/types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../../src/types/vector.ts'
import { vectorReader } from '../../src/types/vector-reader.ts'
import { contextForTests, functionContextForTests } from './context.ts'
import {
  and,
  call,
  cast,
  column,
  constant,
  is,
  makeBatch,
  makeVector,
  not,
  operator,
  or,
  outputColumns,
  randomNumbers,
  type TestLayout,
} from './expressions.ts'

const NUMERIC_2: DataType = { kind: 'numeric', precision: 15, scale: 2 }

/** The columns that all expressions here read, by what their values look like. */
const columns: readonly {
  type: DataType
  layouts: readonly TestLayout[]
  scale?: number
  make: (random: () => number) => Value
}[] = [
  {
    type: types.INTEGER,
    layouts: ['i8', 'i16', 'i32', 'i64', 'values', 'constant'],
    make: (r) => Math.floor(r() * 200) - 100,
  },
  {
    type: types.INTEGER,
    layouts: ['i32', 'i64'],
    make: (r) => (r() < 0.1 ? pick(r, [2147483647, -2147483648]) : Math.floor(r() * 70000)),
  },
  {
    type: types.BIGINT,
    layouts: ['i64', 'values'],
    make: (r) => (r() < 0.05 ? pick(r, [2n ** 63n - 1n, -(2n ** 63n)]) : BigInt(Math.floor(r() * 1e6))),
  },
  {
    type: NUMERIC_2,
    layouts: ['i16', 'i32', 'i64', 'values'],
    scale: 2,
    make: (r) => Decimal.fromBigInt(BigInt(Math.floor(r() * 60000) - 30000), 2),
  },
  {
    type: NUMERIC_2,
    layouts: ['i8', 'i64'],
    scale: 2,
    make: (r) => Decimal.fromBigInt(BigInt(Math.floor(r() * 11)), 2),
  },
  {
    type: types.DOUBLE,
    layouts: ['f64', 'values'],
    make: (r) => pick(r, [0, -0, 1.5, -2.25, 1e300, NaN, Infinity, r() * 100]),
  },
  { type: types.REAL, layouts: ['f32'], make: (r) => Math.fround(r() * 10) },
  { type: types.DATE, layouts: ['i16', 'i32', 'values'], make: (r) => 8035 + Math.floor(r() * 2600) },
  { type: types.TIMESTAMP, layouts: ['i64'], make: (r) => BigInt(Math.floor((r() - 0.3) * 2e15)) },
  { type: types.BOOLEAN, layouts: ['i8', 'values'], make: (r) => r() < 0.5 },
  {
    type: types.TEXT,
    layouts: ['refs', 'dictionary1', 'dictionary2', 'dictionary4', 'values', 'constant'],
    make: (r) => pick(r, words),
  },
  { type: types.TEXT, layouts: ['refs', 'dictionary1'], make: (r) => pick(r, words) },
]
const words = [
  '',
  'a',
  'ab',
  'green',
  'dark green olive',
  'special packages about requests',
  'requests special',
  'special',
  'naïve café',
  '😀 special 😀requests',
  'MAIL',
  'SHIP',
  'x'.repeat(40),
  'forest sea',
  'sea forest green green',
  'specialrequests',
  'ff',
  'ffx',
  '13-555',
  '29-111',
]

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]
}

const [small, integer, bigint, numeric, tiny, double, real, date, timestamp, flag, text, other] = columns.map((c, i) =>
  column(i + 1, c.type),
)
const int = (value: number): Expression => constant(value, types.INTEGER)
const dec = (value: string): Expression => constant(Decimal.parse(value), types.NUMERIC)
const str = (value: string): Expression => constant(value, types.TEXT)
const dbl = (value: number): Expression => constant(value, types.DOUBLE)
const day = (value: number): Expression => constant(value, types.DATE)
const interval = (months: number, days: number, micros: bigint): Expression =>
  constant({ months, days, micros }, types.INTERVAL)

const comparisons = ['=', '<>', '<', '<=', '>', '>=']
const branches = (
  type: DataType,
  otherwise: Expression | undefined,
  ...list: [Expression, Expression][]
): Expression => ({
  kind: 'case',
  type,
  branches: list.map(([when, then]) => ({ when, then })),
  otherwise,
})

const expressions: Record<string, Expression[]> = {
  arithmetic: [
    operator('+', small, int(5)),
    operator('-', small, integer),
    operator('*', small, small),
    operator('*', integer, integer),
    operator('+', bigint, bigint),
    operator('*', bigint, small),
    operator('-', bigint),
    operator('-', small),
    operator('/', integer, small),
    operator('%', integer, small),
    operator('/', bigint, int(-1)),
    operator('%', bigint, bigint),
    operator('/', integer, int(7)),
    operator('*', numeric, operator('-', int(1), tiny)),
    operator('*', operator('*', numeric, operator('-', int(1), tiny)), operator('+', int(1), tiny)),
    operator('+', numeric, dec('0.125')),
    operator('-', numeric),
    operator('%', numeric, dec('0.7')),
    operator('@', small),
    call('abs', numeric),
    operator('*', operator('*', bigint, bigint), numeric),
    operator('&', integer, int(255)),
    operator('|', small, small),
    operator('#', bigint, bigint),
  ],
  floats: [
    operator('+', double, double),
    operator('*', double, dbl(2)),
    operator('-', double, real),
    operator('/', real, dbl(3)),
    operator('/', double, double),
    operator('*', real, real),
    operator('-', double),
    cast(numeric, types.DOUBLE),
    cast(integer, types.DOUBLE),
    cast(real, types.DOUBLE),
    call('floor', double),
  ],
  comparisons: [
    ...comparisons.flatMap((c) => [
      operator(c, small, int(10)),
      operator(c, integer, small),
      operator(c, numeric, dec('24')),
      operator(c, numeric, dec('10.005')),
      operator(c, tiny, numeric),
      operator(c, double, dbl(1.5)),
      operator(c, double, real),
      operator(c, date, day(9000)),
      operator(c, flag, flag),
      operator(c, text, str('green')),
      operator(c, text, other),
      operator(c, other, str('x'.repeat(40))),
      operator(c, bigint, integer),
      operator(c, cast(date, types.TIMESTAMP), timestamp),
    ]),
  ],
  logic: [
    and(operator('<', small, int(0)), flag),
    or(flag, operator('>', numeric, dec('1'))),
    not(flag),
    not(and(flag, operator('=', text, str('MAIL')))),
    or(and(flag, operator('<', date, day(9000))), not(or(operator('=', small, int(1)), is(numeric, 'null')))),
    and(operator('<>', small, int(0)), operator('>', operator('/', integer, small), int(3))),
    or(operator('=', small, int(0)), operator('>', operator('%', integer, small), int(3))),
    ...(['null', 'true', 'false', 'unknown'] as const).flatMap((test) => [
      is(flag, test),
      is(and(flag, operator('<', small, int(5))), test, true),
    ]),
    is(numeric, 'null'),
    is(text, 'null', true),
    is(operator('+', small, small), 'null'),
    { kind: 'is-distinct', left: small, right: integer, negated: false, type: types.BOOLEAN },
    { kind: 'is-distinct', left: text, right: other, negated: true, type: types.BOOLEAN },
    { kind: 'in', input: small, items: [int(1), int(2), int(-5), int(77)], negated: false, type: types.BOOLEAN },
    { kind: 'in', input: small, items: [int(1), constant(null, types.INTEGER)], negated: true, type: types.BOOLEAN },
    { kind: 'in', input: text, items: [str('MAIL'), str('SHIP'), str('')], negated: false, type: types.BOOLEAN },
    {
      kind: 'in',
      input: call('substring', text, int(1), int(2)),
      items: [str('13'), str('29'), str('na')],
      negated: false,
      type: types.BOOLEAN,
    },
    { kind: 'in', input: numeric, items: [dec('1.00'), dec('2.5')], negated: true, type: types.BOOLEAN },
  ],
  choices: [
    branches(types.INTEGER, int(0), [operator('<', small, int(0)), small], [flag, integer]),
    branches(types.NUMERIC, undefined, [flag, operator('*', numeric, tiny)]),
    branches(types.DOUBLE, dbl(0), [operator('>', real, dbl(5)), double]),
    branches(types.TEXT, str('none'), [flag, text], [operator('=', small, int(1)), str('één')]),
    branches(types.INTEGER, int(-1), [operator('<>', small, int(0)), operator('/', integer, small)]),
    branches(
      types.BOOLEAN,
      undefined,
      [operator('<', small, int(0)), flag],
      [operator('<', small, int(50)), operator('=', text, str('ab'))],
    ),
    { kind: 'coalesce', args: [small, integer, int(7)], type: types.INTEGER },
    { kind: 'coalesce', args: [text, other], type: types.TEXT },
    { kind: 'coalesce', args: [flag, constant(null, types.BOOLEAN)], type: types.BOOLEAN },
  ],
  dates: [
    ...['year', 'month', 'day', 'quarter', 'dow', 'isodow', 'doy'].flatMap((unit) => [
      call('extract', str(unit), date),
      call('date_part', str(unit), timestamp),
    ]),
    call('extract', str('hour'), timestamp),
    call('extract', str('minute'), timestamp),
    ...['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'].map((unit) =>
      call('date_trunc', str(unit), timestamp),
    ),
    operator('+', date, small),
    operator('-', date, int(30)),
    operator('-', date, day(9000)),
    cast(date, types.TIMESTAMP),
    cast(timestamp, types.DATE),
    operator('+', date, interval(0, 3, 5n)),
    operator('-', timestamp, interval(0, 1, -7n)),
    operator('+', timestamp, interval(0, 0, 3600000000n)),
  ],
  text: [
    ...[
      '%green%',
      'green%',
      '%green',
      'special%requests',
      '%special%requests%',
      '',
      '%',
      'a%',
      '%a',
      'ab',
      '%x%x%',
      '%café',
      '%😀%',
      'ff%',
      '%f',
      '%fx%',
    ].flatMap((pattern) => [operator('~~', text, str(pattern)), operator('!~~', other, str(pattern))]),
    call('starts_with', text, str('gr')),
    call('ends_with', text, str('s')),
    call('contains', text, str('cial')),
    call('length', text),
    call('octet_length', text),
    call('substring', text, int(1), int(2)),
    call('substring', text, int(3)),
    call('substr', text, int(-1), int(5)),
    call('substring', text, int(2), int(100)),
    operator('=', call('substring', text, int(1), int(4)), str('naïv')),
  ],
  casts: [
    cast(small, types.BIGINT),
    cast(integer, types.SMALLINT),
    cast(bigint, types.INTEGER),
    cast(small, types.NUMERIC),
    cast(numeric, types.INTEGER),
    cast(numeric, { kind: 'numeric', precision: 6, scale: 1 }),
    cast(numeric, { kind: 'numeric', precision: 4, scale: 1 }),
    cast(numeric, { kind: 'numeric', precision: 10, scale: 4 }),
    cast(flag, types.INTEGER),
    cast(text, types.VARCHAR),
  ],
}

/** Forms that only look-ups in dictionaries can do. */
const lookups: Expression[] = [
  operator('~~*', text, str('%GREEN%')),
  operator('~', text, str('^s.*s$')),
  operator('=', call('lower', text), str('mail')),
  operator('~~', text, str('_a%')),
  call('strpos', text, str('e')),
  and(is(text, 'null', true), operator('~~', text, str('%s%'))),
  operator('=', call('upper', text), call('lower', text)),
  { kind: 'coalesce', args: [call('length', text), int(-1)], type: types.INTEGER },
]

interface Outcome {
  compiled: boolean
  bailed: boolean
}

function check(expression: Expression, batch: Batch, types_: readonly DataType[], pool: Pool): Outcome {
  const site = projectionSite(outputColumns(types_), [expression])
  const context = contextForTests([], pool)
  const memory = new QueryMemory(pool, 'test')
  const vectors = new Projection(site, [expression], context, memory).evaluate(batch)
  const frame = new Frame()
  frame.runtime = { functions: functionContextForTests, parameters: [], outer: new Map() }
  const evaluate = compileExpression(expression, { frame, slot: (id) => id - 1 })
  batch.columns.forEach((vector, i) => (frame.readers[i] = vectorReader(vector, pool.memory)))
  const show = (value: Value): string | null =>
    value === null ? null : traits(expression.type).format(value, expression.type, functionContextForTests.settings)
  if (vectors) {
    const read = vectorReader(vectors[0], pool.memory)
    const { min, max, layout } = vectors[0] as { min?: number; max?: number; layout: string }
    for (let n = 0; n < selectedCount(batch); n++) {
      const row = selectedRow(batch, n, pool.memory)
      const expected = show(evaluate(row))
      const actual = show(read(row))
      if (actual !== expected) {
        throw new Error(
          `row ${row}: ${actual} instead of ${expected}; inputs ${frame.readers.map((reader) => String(reader(row)))}`,
        )
      }
      if (actual !== null && min !== undefined && layout.startsWith('i') && expression.type.kind !== 'boolean') {
        const value = read(row)
        const stored = Number(value instanceof Decimal ? value.coefficient : value)
        if (stored < min || stored > max!) throw new Error(`${stored} outside of ${min} … ${max}`)
      }
    }
  }
  memory.release()
  return { compiled: site.reason === undefined, bailed: vectors === undefined && site.reason === undefined }
}

function randomBatch(seed: number, pool: Pool): Batch {
  const random = randomNumbers(seed)
  const rowCount = pick(random, [1, 5, 100, 300])
  const vectors = columns.map(({ type, layouts, scale = 0, make }) => {
    const layout = pick(random, layouts)
    const nulls = pick(random, [0, 0, 0.2, 1])
    const values = Array.from({ length: rowCount }, () => (random() < nulls ? null : make(random)))
    return makeVector(
      layout === 'constant' ? values.fill(values[0]) : values,
      type,
      layout,
      scale,
      random() < 0.7,
      pool,
    )
  })
  return makeBatch(vectors, rowCount, random, random() < 0.5, pool)
}

const allTypes = columns.map((c) => c.type)

describe('compiled expressions agree with the reference evaluator', () => {
  for (const [name, list] of Object.entries(expressions)) {
    it(name, () => {
      const pool = new Pool()
      let compiled = 0
      let bailed = 0
      for (const [index, expression] of list.entries()) {
        for (let seed = 1; seed <= 12; seed++) {
          const batch = randomBatch(seed * 1000 + index, pool)
          try {
            const outcome = check(expression, batch, allTypes, pool)
            if (outcome.compiled) compiled++
            if (outcome.bailed) bailed++
          } catch (error) {
            throw new Error(`${name} ${index}, seed ${seed}: ${(error as Error).message}`, { cause: error })
          }
        }
      }
      // A batch where some row raises an error is given up; most are not.
      expect(compiled).toBeGreaterThan(list.length * 12 * 0.85)
      expect(bailed).toBeLessThan(list.length * 12 * 0.5)
    })
  }

  it('anything on one dictionary column, by look-up', () => {
    const pool = new Pool()
    for (const [index, expression] of lookups.entries()) {
      for (let seed = 1; seed <= 8; seed++) {
        const random = randomNumbers(seed + index * 100)
        const values = Array.from({ length: 100 }, () => (random() < 0.1 ? null : pick(random, words)))
        const vectors = columns.map(({ type }, i) =>
          i === 10
            ? makeVector(values, type, pick(random, ['dictionary1', 'dictionary2', 'dictionary4']), 0, false, pool)
            : makeVector([null], type, 'constant', 0, false, pool),
        )
        const outcome = check(expression, makeBatch(vectors, 100, random, seed % 2 === 0, pool), allTypes, pool)
        expect([index, seed, outcome]).toEqual([index, seed, { compiled: true, bailed: false }])
      }
    }
  })

  it('random combinations', () => {
    const pool = new Pool()
    const leaves = Object.values(expressions).flat()
    const random = randomNumbers(20240229)
    let compiled = 0
    for (let round = 0; round < 400; round++) {
      const expression = combine(random, leaves, 3)
      try {
        if (check(expression, randomBatch(round + 5000, pool), allTypes, pool).compiled) compiled++
      } catch (error) {
        if ((error as { sqlState?: string }).sqlState !== undefined) continue
        throw new Error(`round ${round}: ${(error as Error).message}`, { cause: error })
      }
    }
    expect(compiled).toBeGreaterThan(300)
  })
})

/** An expression made of others, of a type that some of them have. */
function combine(random: () => number, leaves: readonly Expression[], depth: number): Expression {
  const condition = (): Expression =>
    depth > 1 && random() < 0.6
      ? combineCondition(random, leaves, depth - 1)
      : pick(
          random,
          leaves.filter((leaf) => leaf.type.kind === 'boolean'),
        )
  if (random() < 0.5) return combineCondition(random, leaves, depth)
  const first = pick(random, leaves)
  const same = leaves.filter((leaf) => leaf.type.kind === first.type.kind && first.type.kind !== 'numeric')
  if (same.length === 0) return branches(first.type, undefined, [condition(), first])
  if (random() < 0.3)
    return { kind: 'coalesce', args: [first, pick(random, same), pick(random, same)], type: first.type }
  return branches(
    first.type,
    random() < 0.5 ? pick(random, same) : undefined,
    [condition(), first],
    [condition(), pick(random, same)],
  )
}

function combineCondition(random: () => number, leaves: readonly Expression[], depth: number): Expression {
  const child = (): Expression =>
    depth > 0 && random() < 0.7
      ? combineCondition(random, leaves, depth - 1)
      : pick(
          random,
          leaves.filter((leaf) => leaf.type.kind === 'boolean'),
        )
  const kind = random()
  if (kind < 0.35) return and(child(), child(), child())
  if (kind < 0.7) return or(child(), child())
  if (kind < 0.85) return not(child())
  return is(child(), pick(random, ['true', 'false', 'unknown'] as const), random() < 0.5)
}
