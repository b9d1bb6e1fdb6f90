/**
 * Moves predicates, conjunct by conjunct, down to where their columns come from, so that fewer rows are joined, grouped
 * and sorted; at a table they become the scan's own, which may skip whole segments.
 *
 *   SELECT * FROM a JOIN b ON a.id = b.id WHERE a.x = 1
 *
 * The padded side of an outer join keeps its filter above, since the join may make NULLs there:
 *
 *   SELECT * FROM a LEFT JOIN b ON a.id = b.id WHERE b.x IS NULL
 *
 * Neither do predicates pass a LIMIT, the aggregates of a GROUP BY, or a window whose partitions they would thin out:
 *
 *   SELECT * FROM (SELECT * FROM a ORDER BY x LIMIT 5) t WHERE x > 1
 *   SELECT k, count(*) FROM a GROUP BY k HAVING count(*) > 1
 *   SELECT * FROM (SELECT x, row_number() OVER (ORDER BY x) AS n FROM a) t WHERE x > 1
 */
import { Has } from '../features.ts'
import { pushFilters } from '../push-filter.ts'
import type { Rule } from '../rule.ts'

export const filterPushdown: Rule = {
  name: 'filter-pushdown',
  canFire: (features) => (features & (Has.filter | Has.join)) !== 0,
  apply: (plan) => pushFilters(plan, []),
}
