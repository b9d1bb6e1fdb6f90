/** EXPLAIN (FORMAT JSON): the plan as an object. */
import { expect, test } from 'vitest'
import { Database } from '../../src/index.node.ts'

const db = new Database()
db.exec('CREATE TABLE t (a integer PRIMARY KEY, b text); INSERT INTO t SELECT i, i::text FROM range(10) r(i)')

function plan(sql: string): any {
  return (db.query(sql).first() as any)['QUERY PLAN'][0]
}

test('a plan has PostgreSQL’s keys', () => {
  const { Plan } = plan('EXPLAIN (FORMAT JSON) SELECT u.b FROM t JOIN t AS u ON t.b = u.b')
  const [left, right] = Plan.Plans[0].Plans
  expect(Plan['Node Type']).toBe('Result')
  expect(Plan.Plans[0]).toMatchObject({ 'Node Type': 'Hash Join', 'Join Type': 'Inner' })
  expect([left.Alias, right.Alias].sort()).toEqual(['t', 'u'])
  expect(left).toMatchObject({ 'Node Type': 'Seq Scan', 'Relation Name': 't', 'Plan Rows': 10 })
})

test('ANALYZE adds what happened', () => {
  const analyzed = plan('EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM t WHERE a = 3')
  expect(analyzed.Plan).toMatchObject({ 'Node Type': 'Index Scan', 'Index Name': 't_pkey', 'Actual Rows': 1 })
  expect(analyzed.Plan['Actual Total Time']).toBeGreaterThan(0)
  expect(analyzed['Execution Time']).toBeGreaterThan(0)
})
