/**
 * Drops joins that add nothing: a LEFT JOIN on a key of the right side, of which no column is read, keeps each left row
 * exactly once; a mark that nobody reads likewise.
 *
 *   SELECT a.x FROM a LEFT JOIN b ON a.id = b.id        (id is b's key)
 *
 * Without a key a left row may find several partners:
 *
 *   SELECT a.x FROM a LEFT JOIN c ON a.id = c.a_id
 *
 * and an inner join drops rows that find none:
 *
 *   SELECT a.x FROM a JOIN b ON a.id = b.id
 */
import { atMostOneRow, exactlyOneRow, matchesOnce } from '../../estimate/properties.ts'
import type { LogicalPlan } from '../../plan.ts'
import { isRepeatable } from '../copy-plan.ts'
import { Has } from '../features.ts'
import { allOf, type Needs, visitWithNeeds } from '../required-columns.ts'
import type { Rule } from '../rule.ts'

export const joinElimination: Rule = {
  name: 'join-elimination',
  canFire: (features) => (features & (Has.outerJoin | Has.values)) !== 0 && (features & Has.join) !== 0,
  apply: (plan) => visitWithNeeds(plan, allOf(plan), eliminate),
}

function eliminate(plan: LogicalPlan, needs: Needs): LogicalPlan {
  if (plan.kind !== 'join' || plan.special) return plan
  if (plan.type === 'cross') {
    if (addsNothing(plan.right)) return eliminate(plan.left, needs)
    return addsNothing(plan.left) ? eliminate(plan.right, needs) : plan
  }
  if (needs.exact) return plan
  const unread = (side: LogicalPlan): boolean => !side.columns.some((column) => needs.columns.has(column.id))
  switch (plan.type) {
    case 'left':
      if (!unread(plan.right) || !isRepeatable(plan.right)) return plan
      if (!atMostOneRow(plan.right) && !matchesOnce(plan.right, plan.condition)) return plan
      return eliminate(plan.left, needs)
    case 'right':
      if (!unread(plan.left) || !isRepeatable(plan.left)) return plan
      if (!atMostOneRow(plan.left) && !matchesOnce(plan.left, plan.condition)) return plan
      return eliminate(plan.right, needs)
    case 'mark':
      if (!plan.mark || needs.columns.has(plan.mark.id) || !isRepeatable(plan.right)) return plan
      return eliminate(plan.left, needs)
    default:
      return plan
  }
}

/** One row without columns. */
function addsNothing(plan: LogicalPlan): boolean {
  return plan.columns.length === 0 && exactlyOneRow(plan) && isRepeatable(plan)
}
