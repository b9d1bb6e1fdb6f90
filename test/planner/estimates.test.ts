import { describe, expect, test } from 'vitest'
import { parseStatement } from '../../src/parser/parse.ts'
import { bindStatement } from '../../src/planner/binder/bind.ts'
import { Estimator } from '../../src/planner/estimate/estimator.ts'
import { isColumnNeverNull } from '../../src/planner/estimate/nulls.ts'
import { atMostOneRow, exactlyOneRow, isDistinctOn, keys } from '../../src/planner/estimate/properties.ts'
import { optimize } from '../../src/planner/optimizer/optimize.ts'
import type { LogicalPlan } from '../../src/planner/plan.ts'
import { plannerContext } from './catalog.ts'

function planOf(sql: string): LogicalPlan {
  const context = plannerContext()
  return optimize(bindStatement(parseStatement(sql).statement, context).plan, context)
}

function rowsOf(sql: string): number {
  return new Estimator(plannerContext().catalog).rows(planOf(sql))
}

/** The expected rows, to within a factor. */
function expectAbout(sql: string, rows: number, factor = 1.3): void {
  const estimated = rowsOf(sql)
  expect(estimated, sql).toBeGreaterThan(rows / factor)
  expect(estimated, sql).toBeLessThan(rows * factor)
}

describe('estimated rows', () => {
  test('equality keeps one value of those that exist', () => {
    expectAbout('SELECT * FROM a WHERE x = 3', 100)
    expectAbout('SELECT * FROM a WHERE x IN (1, 2, 3)', 300)
    expectAbout('SELECT * FROM a WHERE x <> 3', 900)
    expect(rowsOf('SELECT * FROM a WHERE id = 3')).toBe(1)
  })

  test('a value beyond the bounds is not there', () => {
    expect(rowsOf('SELECT * FROM line WHERE quantity = 51')).toBeLessThanOrEqual(1)
    expect(rowsOf('SELECT * FROM line WHERE quantity > 60')).toBeLessThanOrEqual(1)
  })

  test('ranges are interpolated, both ends of one column together', () => {
    expectAbout('SELECT * FROM line WHERE quantity <= 25', 300_000)
    expectAbout('SELECT * FROM line WHERE quantity >= 11 AND quantity <= 15', 60_000)
    expectAbout("SELECT * FROM orders WHERE day >= DATE '1995-01-01' AND day < DATE '1996-01-01'", 22_800)
  })

  test('NULLs', () => {
    expectAbout('SELECT * FROM a WHERE y IS NULL', 100)
    expectAbout('SELECT * FROM a WHERE y IS NOT NULL', 900)
  })

  test('a join by a key yields a row per reference', () => {
    expectAbout('SELECT * FROM line l JOIN orders o ON l.order_id = o.id', 600_000)
    expectAbout("SELECT * FROM line l JOIN part p ON l.part_id = p.id WHERE p.brand = 'x'", 24_000)
    expectAbout(
      'SELECT * FROM line l JOIN orders o ON l.order_id = o.id JOIN customer c ON o.customer_id = c.id',
      600_000,
      2,
    )
  })

  test('a composite key counts once', () => {
    expectAbout('SELECT * FROM stock s JOIN stock r ON s.part_id = r.part_id AND s.place_id = r.place_id', 80_000)
  })

  test('semi and anti joins share the left side out', () => {
    expectAbout('SELECT * FROM orders WHERE id IN (SELECT id FROM a)', 1000)
    expectAbout('SELECT * FROM orders WHERE id NOT IN (SELECT id FROM a)', 149_000)
  })

  test('groups are no more than values and no more than rows', () => {
    expectAbout('SELECT x, count(*) FROM a GROUP BY x', 10)
    expectAbout('SELECT id, x, count(*) FROM a GROUP BY id, x', 1000)
    expect(rowsOf('SELECT count(*) FROM a')).toBe(1)
    expectAbout("SELECT date_part('year', day), count(*) FROM orders GROUP BY 1", 8, 1.6)
  })

  test('limits and set operations', () => {
    expect(rowsOf('SELECT * FROM a LIMIT 7')).toBe(7)
    expect(rowsOf('SELECT * FROM a LIMIT 10 OFFSET 995')).toBe(5)
    expect(rowsOf('SELECT id FROM a UNION ALL SELECT id FROM b')).toBe(3000)
  })
})

describe('what is certain', () => {
  test('keys pass through filters, projections and joins on a key', () => {
    const plan = planOf('SELECT c.v, a.id FROM c JOIN a ON c.a_id = a.id')
    expect(keys(plan)).toEqual([])
    const keyed = planOf('SELECT b.z, a.id FROM a JOIN b ON a.id = b.id')
    expect(isDistinctOn(keyed, new Set([keyed.columns[1].id]))).toBe(true)
    expect(isDistinctOn(keyed, new Set([keyed.columns[0].id]))).toBe(false)
  })

  test('a unique column that may be NULL is no key for DISTINCT', () => {
    const plan = planOf('SELECT u FROM a')
    expect(isDistinctOn(plan, new Set([plan.columns[0].id]))).toBe(false)
  })

  test('at most one row, exactly one row', () => {
    expect(atMostOneRow(planOf('SELECT * FROM a WHERE id = 5'))).toBe(true)
    expect(atMostOneRow(planOf('SELECT * FROM stock WHERE part_id = 5'))).toBe(false)
    expect(atMostOneRow(planOf('SELECT * FROM stock WHERE part_id = 5 AND place_id = 6'))).toBe(true)
    expect(exactlyOneRow(planOf('SELECT sum(x) + 1 FROM a'))).toBe(true)
    expect(exactlyOneRow(planOf('SELECT sum(x) FROM a HAVING sum(x) > 1'))).toBe(false)
    expect(exactlyOneRow(planOf('SELECT * FROM a WHERE id = 5'))).toBe(false)
  })

  test('columns that are never NULL', () => {
    const nulls = (sql: string): boolean[] => {
      const plan = planOf(sql)
      return plan.columns.map((column) => !isColumnNeverNull(plan, column.id))
    }
    expect(nulls('SELECT id, x, y FROM a')).toEqual([false, false, true])
    expect(nulls('SELECT y FROM a WHERE y > 3')).toEqual([false])
    expect(nulls('SELECT y FROM a WHERE y > 3 OR x = 1')).toEqual([true])
    expect(nulls('SELECT a.x, b.z FROM a LEFT JOIN b ON a.id = b.id')).toEqual([false, true])
    expect(nulls('SELECT count(*), sum(x) FROM a')).toEqual([false, true])
    expect(nulls('SELECT x + 1, y + 1, coalesce(y, x) FROM a')).toEqual([false, true, false])
    expect(nulls('SELECT x FROM a UNION SELECT y FROM a')).toEqual([true])
  })
})
