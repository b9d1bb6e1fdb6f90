/** FOR UPDATE and its like: the rows of a query that can be locked are those of its tables. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Scope } from './scope.ts'

/** 0A000 for a query whose rows are not the rows of its tables. */
export function checkLocking(query: ast.Query, scope?: Scope): void {
  const obstacle = obstacleOf(query, scope)
  if (obstacle === undefined) return
  const words = query.locking[0].replace(/ of .*/i, '').toUpperCase()
  throw new SqlError('feature_not_supported', `${words} ${obstacle}`, { position: query.span.start })
}

function obstacleOf(query: ast.Query, scope: Scope | undefined): string | undefined {
  if (query.kind === 'set-operation') return 'is not allowed with UNION/INTERSECT/EXCEPT'
  if (query.kind === 'values') return 'cannot be applied to VALUES'
  if (query.kind !== 'select') return undefined
  if (query.distinct || query.distinctOn) return 'is not allowed with DISTINCT clause'
  if (query.groupBy.length > 0 || query.groupByAll) return 'is not allowed with GROUP BY clause'
  if (query.having) return 'is not allowed with HAVING clause'
  if (!scope) return undefined
  if (scope.aggregates.length > 0) return 'is not allowed with aggregate functions'
  if (scope.windows.length > 0) return 'is not allowed with window functions'
  return scope.sets.length > 0 ? 'is not allowed with set-returning functions in the target list' : undefined
}
