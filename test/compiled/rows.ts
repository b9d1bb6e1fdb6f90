/** Random rows of many types, and the interpreted operators beside the compiled ones. */
import { expect } from 'vitest'
import type { Operator } from '../../src/exec/operator.ts'
import type { ColumnExpression, OutputColumn } from '../../src/planner/expression.ts'
import type { PhysicalPlan } from '../../src/planner/physical-plan.ts'
import type { Pool } from '../../src/storage/allocator.ts'
import type { DataType } from '../../src/types/data-type.ts'
import * as types from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Value } from '../../src/types/value.ts'
import type { Batch } from '../../src/types/vector.ts'
import { contextForTests } from './context.ts'
import { column, makeBatch, makeVector, outputColumns, type TestLayout } from './expressions.ts'
import { compiledFor, rowsOf } from './operators.ts'

const NUMERIC_2: DataType = { kind: 'numeric', precision: 15, scale: 2 }
export const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)]
const texts = [
  '',
  'a',
  'ab',
  'abcdefgh',
  'abcdefghi',
  'abcdefghij',
  'abcdefgz',
  'Customer#000000001',
  'Customer#000000002',
  'naïve',
  'é',
  '😀',
  'zebra crossing at noon',
]

export const specs: readonly {
  type: DataType
  layouts: readonly TestLayout[]
  scale?: number
  make: (random: () => number) => Value
}[] = [
  { type: types.INTEGER, layouts: ['i8', 'i16', 'i32', 'i64', 'values'], make: (r) => Math.floor(r() * 20) - 5 },
  { type: types.TEXT, layouts: ['refs', 'dictionary1', 'dictionary2', 'values'], make: (r) => pick(r, texts) },
  {
    type: types.BIGINT,
    layouts: ['i64', 'values'],
    make: (r) => pick(r, [2n ** 63n - 1n, -(2n ** 63n), 0n, 5n, -7n, BigInt(Math.floor(r() * 1e15))]),
  },
  {
    type: NUMERIC_2,
    layouts: ['i32', 'i64', 'values'],
    scale: 2,
    make: (r) => Decimal.fromBigInt(BigInt(Math.floor(r() * 300) - 100), 2),
  },
  {
    type: types.DOUBLE,
    layouts: ['f64'],
    make: (r) => pick(r, [0, -0, 1.25, -7, 1e10, NaN, Infinity, -Infinity, r()]),
  },
  { type: types.BOOLEAN, layouts: ['i8'], make: (r) => r() < 0.3 },
  { type: types.REAL, layouts: ['f32'], make: (r) => Math.fround(r() * 4 - 2) },
]
export const columns: OutputColumn[] = outputColumns(specs.map((spec) => spec.type))
export const fields: ColumnExpression[] = specs.map((spec, i) => column(i + 1, spec.type))

export function randomBatches(random: () => number, sizes: readonly number[], nulls: number, pool: Pool): Batch[] {
  return sizes.map((rowCount) => {
    const vectors = specs.map(({ type, layouts, scale = 0, make }) => {
      const values = Array.from({ length: rowCount }, () => (random() < nulls ? null : make(random)))
      return makeVector(values, type, pick(random, layouts), scale, random() < 0.7, pool)
    })
    return makeBatch(vectors, rowCount, random, random() < 0.5, pool)
  })
}

/**
 * Compares the rows of both operators: in order when `ordered`, or by what `shown` takes of each row, since rows that are
 * equal in the keys may come in any order; and as sets. Nothing may stay in the pool.
 */
export function compare(
  plan: PhysicalPlan,
  inputs: readonly Operator[],
  reference: Operator,
  pool: Pool,
  ordered: boolean,
  shown?: (row: string) => string,
): void {
  const compiled = compiledFor(plan, inputs, reference)
  const context = contextForTests([], pool)
  const before = pool.used
  const actual = rowsOf(compiled, context)
  expect(pool.used).toBe(before)
  expect(compiled.path).toMatch(/^compiled/)
  const expected = rowsOf(reference, context)
  if (shown) expect(actual.map(shown).join('\n')).toBe(expected.map(shown).join('\n'))
  if (!ordered || shown) {
    actual.sort()
    expected.sort()
  }
  expect(actual.join('\n')).toBe(expected.join('\n'))
}
