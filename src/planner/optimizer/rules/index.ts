/** All rules; the order is that in which they run. */
import type { Rule } from '../rule.ts'
import { commonSubplans } from './common-subplans.ts'
import { constantFolding } from './constant-folding.ts'
import { decorrelate } from './decorrelate.ts'
import { dependentGroups } from './dependent-groups.ts'
import { distinctAggregates } from './distinct-aggregates.ts'
import { filterPushdown } from './filter-pushdown.ts'
import { inferPredicates } from './infer-predicates.ts'
import { joinElimination } from './join-elimination.ts'
import { joinOrder } from './join-order.ts'
import { limitPushdown } from './limit-pushdown.ts'
import { outerToInner } from './outer-to-inner.ts'
import { propagateEmpty } from './propagate-empty.ts'
import { pruneColumns } from './prune-columns.ts'
import { removeSorts } from './remove-sorts.ts'
import { semiJoinReduction } from './semi-join-reduction.ts'
import { simplifyDistinct } from './simplify-distinct.ts'
import { unnestSubqueries } from './unnest-subqueries.ts'

export const rules: readonly Rule[] = [
  constantFolding,
  unnestSubqueries,
  decorrelate,
  outerToInner,
  filterPushdown,
  inferPredicates,
  propagateEmpty,
  joinElimination,
  simplifyDistinct,
  dependentGroups,
  distinctAggregates,
  removeSorts,
  semiJoinReduction,
  joinOrder,
  limitPushdown,
  pruneColumns,
  commonSubplans,
]
