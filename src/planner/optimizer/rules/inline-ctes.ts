/**
 * Puts a CTE that is read once where it is read, so that filters reach into it and only the needed columns are computed.
 * A CTE that nobody reads is dropped.
 *
 * One that is read twice is computed once and kept:
 *
 *   WITH c AS (SELECT k, sum(v) AS s FROM t GROUP BY k) SELECT * FROM c WHERE s = (SELECT max(s) FROM c)
 *
 * One that changes data, or whose functions are volatile, is computed exactly once:
 *
 *   WITH c AS (DELETE FROM t RETURNING id) SELECT count(*) FROM c
 */
import type { CteScan, LogicalPlan, With } from '../../plan.ts'
import { expressions, inputs, mapExpression, mapExpressions, walkExpression } from '../../tree.ts'
import { isRepeatable } from '../copy-plan.ts'
import { Has } from '../features.ts'
import { project, rebuild, reference } from '../make.ts'
import type { Rule } from '../rule.ts'

export const inlineCtes: Rule = {
  name: 'inline-ctes',
  canFire: (features) => (features & Has.with) !== 0,
  apply: inline,
}

function inline(plan: LogicalPlan): LogicalPlan {
  const node = rebuild(inlineInExpressions(plan), inline)
  if (node.kind !== 'with' || !isRepeatable(node.definition)) return node
  const reads = countReads(node.input, node.cte, false)
  if (reads === 0) return node.input
  if (reads > 1 || isKept(node)) return node
  return substitute(node.input, node)
}

function inlineInExpressions(plan: LogicalPlan): LogicalPlan {
  return mapExpressions(plan, (expression) =>
    mapExpression(expression, (part) => {
      if (part.kind !== 'subquery') return part
      const inner = inline(part.plan)
      return inner === part.plan ? part : { ...part, plan: inner }
    }),
  )
}

/** AS MATERIALIZED, where the binder says so. */
function isKept(node: With): boolean {
  return (node as { readonly materialized?: boolean }).materialized === true
}

/** How often the CTE is read; twice where the one reader runs repeatedly. */
function countReads(plan: LogicalPlan, cte: number, repeated: boolean): number {
  if (plan.kind === 'cte-scan') return plan.cte === cte ? (repeated ? 2 : 1) : 0
  let count = 0
  for (const expression of expressions(plan)) {
    walkExpression(expression, (part) => {
      if (part.kind === 'subquery') count += countReads(part.plan, cte, repeated)
    })
  }
  if (plan.kind === 'recursive-cte') return count + countReads(plan.left, cte, repeated) + countReads(plan.right, cte, true)
  for (const input of inputs(plan)) count += countReads(input, cte, repeated)
  return count
}

function substitute(plan: LogicalPlan, node: With): LogicalPlan {
  if (plan.kind === 'cte-scan') return plan.cte === node.cte ? asProject(plan, node.definition) : plan
  const own = mapExpressions(plan, (expression) =>
    mapExpression(expression, (part) => {
      if (part.kind !== 'subquery') return part
      const inner = substitute(part.plan, node)
      return inner === part.plan ? part : { ...part, plan: inner }
    }),
  )
  return rebuild(own, (input) => substitute(input, node))
}

function asProject(scan: CteScan, definition: LogicalPlan): LogicalPlan {
  return project(definition, scan.columns, definition.columns.slice(0, scan.columns.length).map(reference))
}
