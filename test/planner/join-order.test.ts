import { describe, expect, test } from 'vitest'
import { parseStatement } from '../../src/parser/parse.ts'
import { bindStatement } from '../../src/planner/binder/bind.ts'
import { Estimator } from '../../src/planner/estimate/estimator.ts'
import { bestTree, exhaustive, greedy, type Tree } from '../../src/planner/optimizer/join-order/enumerate.ts'
import { graphOf, type JoinGraph } from '../../src/planner/optimizer/join-order/graph.ts'
import { regionOf } from '../../src/planner/optimizer/join-order/region.ts'
import { optimize } from '../../src/planner/optimizer/optimize.ts'
import type { LogicalPlan } from '../../src/planner/plan.ts'
import { plannerContext } from './catalog.ts'

/** The join graph of a query as it is before its joins are ordered. */
function graphOfQuery(sql: string): JoinGraph {
  const context = plannerContext(['join-order', 'prune-columns'])
  let plan: LogicalPlan = optimize(bindStatement(parseStatement(sql).statement, context).plan, context)
  while (plan.kind === 'project' || plan.kind === 'aggregate') plan = plan.input
  return graphOf(
    regionOf(plan, (unit) => unit),
    new Estimator(context.catalog),
  )
}

function unitsOf(tree: Tree): number[] {
  return tree.unit === undefined ? [...unitsOf(tree.left!), ...unitsOf(tree.right!)] : [tree.unit]
}

const tables = ['a', 'b', 'orders', 'customer', 'nation', 'part']

/** A connected query over `count` tables, their shape by the seed. */
function randomJoin(seed: number, count: number): string {
  let state = seed
  const next = (bound: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 4294967296) * bound)
  }
  const from = Array.from({ length: count }, (_, index) => `${tables[next(tables.length)]} t${index}`)
  const where = Array.from({ length: count - 1 }, (_, index) => `t${next(index + 1)}.id = t${index + 1}.id`)
  for (let index = 0; index < count; index++) if (next(3) === 0) where.push(`t${index}.id < ${next(2000)}`)
  return `SELECT count(*) FROM ${from.join(', ')} WHERE ${where.join(' AND ')}`
}

describe('join order', () => {
  test('what all orders offer is no dearer than what is found greedily', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const sql = randomJoin(seed, 2 + (seed % 6))
      const graph = graphOfQuery(sql)
      const best = exhaustive(graph)
      expect(best, sql).toBeDefined()
      expect(best!.cost, sql).toBeLessThanOrEqual(greedy(graph).cost * 1.000001)
    }
  })

  test('every unit is joined once, however many there are', () => {
    for (const count of [3, 8, 14, 33, 70]) {
      const graph = graphOfQuery(randomJoin(7, count))
      const units = unitsOf(bestTree(graph)).sort((left, right) => left - right)
      expect(units).toEqual(Array.from({ length: count }, (_, index) => index))
    }
  })

  test('what nothing connects is joined at last', () => {
    const graph = graphOfQuery(
      'SELECT count(*) FROM a, b, orders o, customer c WHERE a.id = b.id AND o.customer_id = c.id',
    )
    expect(unitsOf(bestTree(graph)).length).toBe(4)
    expect(unitsOf(greedy(graph)).length).toBe(4)
  })

  test('a dependent unit comes after the units that it reads', () => {
    const graph = graphOfQuery(
      'SELECT count(*) FROM a LEFT JOIN b ON a.id = b.id LEFT JOIN c ON c.b_id = b.id JOIN part p ON p.id = a.x WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = p.size)',
    )
    for (const tree of [bestTree(graph), greedy(graph)]) {
      const check = (node: Tree): number[] => {
        if (node.unit !== undefined) return [node.unit]
        const left = check(node.left!)
        const right = check(node.right!)
        const dependence = right.length === 1 ? graph.region.units[right[0]].dependence : undefined
        for (const unit of dependence?.required ?? []) expect(left).toContain(unit)
        return [...left, ...right]
      }
      expect(check(tree).length).toBe(graph.rows.length)
    }
  })
})
