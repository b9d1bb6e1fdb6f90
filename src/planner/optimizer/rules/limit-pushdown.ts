/**
 * Moves LIMIT, and the sort under it, towards the rows' source: below projections, so that only what is left is
 * projected, into the branches of UNION ALL, and to the left of a LEFT JOIN, whose rows it can only multiply.
 *
 *   SELECT x + 1 FROM a ORDER BY x LIMIT 5
 *   SELECT * FROM a UNION ALL SELECT * FROM b LIMIT 5
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id ORDER BY a.x LIMIT 5
 *
 * It cannot pass what drops rows:
 *
 *   SELECT * FROM a JOIN b ON a.id = b.id LIMIT 5
 *   SELECT DISTINCT x FROM a LIMIT 5
 */

import { BIGINT } from '../../../types/data-type.ts'
import { hasColumn } from '../../estimate/estimator.ts'
import type { Expression, SortKey } from '../../expression.ts'
import type { Limit, LogicalPlan, Sort } from '../../plan.ts'
import { columnsUsed, replaceColumns } from '../../tree.ts'
import { fixedCount } from '../decorrelate/pull.ts'
import { Has } from '../features.ts'
import { constant, rebuild, replaceInputs } from '../make.ts'
import type { Rule } from '../rule.ts'
import { isVolatile } from '../same-expression.ts'

export const limitPushdown: Rule = {
  name: 'limit-pushdown',
  canFire: (features) => (features & Has.limit) !== 0,
  apply: push,
}

function push(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'limit' || plan.percent || plan.ties) return rebuild(plan, push)
  const { input } = plan
  switch (input.kind) {
    case 'project':
      if (input.expressions.some((each) => isVolatile(each))) return rebuild(plan, push)
      return push(replaceInputs(input, [replaceInputs(plan, [input.input])]))
    case 'set-operation': {
      const count = total(plan)
      if (input.operator !== 'union' || !input.all || count === undefined) return rebuild(plan, push)
      const branches = [input.left, input.right].map((branch) => push(limited(branch, count)))
      return replaceInputs(plan, [replaceInputs(input, branches)])
    }
    case 'join': {
      const count = total(plan)
      if (input.type !== 'left' || input.special || count === undefined) return rebuild(plan, push)
      return replaceInputs(plan, [replaceInputs(input, [push(limited(input.left, count)), push(input.right)])])
    }
    case 'sort': {
      const later = projectLater(plan, input)
      if (later) return rebuild(later, push)
      return pushSorted(plan, input.keys, input.input) ?? rebuild(plan, push)
    }
    default:
      return rebuild(plan, push)
  }
}

/** What is projected of the sorted rows is projected of the few that are left. */
function projectLater(plan: Limit, sort: Sort): LogicalPlan | undefined {
  const { input: below } = sort
  if (below.kind !== 'project' || below.expressions.some((each) => isVolatile(each))) return undefined
  const values = new Map(below.columns.map((column, index) => [column.id, below.expressions[index]]))
  const keys = sort.keys.map((key) => ({ ...key, expression: replaceColumns(key.expression, (id) => values.get(id)) }))
  const { input } = below
  const sorted: LogicalPlan = { kind: 'sort', columns: input.columns, input, keys }
  return replaceInputs(below, [replaceInputs(plan, [sorted])])
}

/** ORDER BY and LIMIT over a LEFT JOIN, sorted by its left side: the first left rows yield at least as many rows. */
function pushSorted(plan: Limit, keys: readonly SortKey[], sorted: LogicalPlan): LogicalPlan | undefined {
  const count = total(plan)
  const below = count && limitLeft(sorted, keys, count)
  return below && replaceInputs(plan, [replaceInputs(plan.input, [below])])
}

function limitLeft(plan: LogicalPlan, keys: readonly SortKey[], count: Expression): LogicalPlan | undefined {
  if (plan.kind !== 'join' || plan.type !== 'left' || plan.special) return undefined
  const { left } = plan
  if (alreadyLimited(left)) return undefined
  const fromLeft = keys.every((key) => {
    const used = [...columnsUsed(key.expression)]
    return used.length > 0 && used.every((id) => hasColumn(left, id)) && !isVolatile(key.expression)
  })
  if (!fromLeft) return undefined
  const sorted: LogicalPlan = { kind: 'sort', columns: left.columns, input: left, keys }
  return replaceInputs(plan, [push(limited(sorted, count)), push(plan.right)])
}

function alreadyLimited(plan: LogicalPlan): boolean {
  return plan.kind === 'limit' || (plan.kind === 'project' && alreadyLimited(plan.input))
}

/** The number of rows that can come out, with those that OFFSET drops. */
function total(plan: Limit): Expression | undefined {
  const limit = fixedCount(plan.limit)
  const offset = fixedCount(plan.offset)
  if (limit === undefined || limit === null || offset === undefined || limit < 0n || (offset ?? 0n) < 0n)
    return undefined
  return constant(limit + (offset ?? 0n), BIGINT)
}

function limited(plan: LogicalPlan, count: Expression): LogicalPlan {
  if (plan.kind === 'limit' || plan.kind === 'values') return plan
  return { kind: 'limit', columns: plan.columns, input: plan, limit: count }
}
