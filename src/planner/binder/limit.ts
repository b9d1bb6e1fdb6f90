/** LIMIT, OFFSET and FETCH: counts that are known before the first row is. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { BIGINT, DOUBLE } from '../../types/data-type.ts'
import type { Expression, SortKey } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { columnsUsed } from '../tree.ts'
import { coerceArgument } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { type Scope, within } from './scope.ts'

/** Puts the limit above a plan that is sorted by the keys. */
export function bindLimit(
  query: ast.QueryTail,
  scope: Scope,
): (plan: LogicalPlan, keys: readonly SortKey[]) => LogicalPlan {
  const limit = query.limit && bindCount(query.limit, 'LIMIT', query.limitPercent ?? false, scope)
  const offset = query.offset && bindCount(query.offset, 'OFFSET', false, scope)
  if (query.withTies && query.orderBy.length === 0 && !query.orderByAll) {
    throw new SqlError('syntax_error', 'WITH TIES cannot be specified without ORDER BY clause', {
      position: query.limit?.span.start,
    })
  }
  if (query.withTies && query.limit?.kind === 'null') {
    throw new SqlError(
      'invalid_row_count_in_limit_clause',
      'row count cannot be null in FETCH FIRST ... WITH TIES clause',
      {
        position: query.limit.span.start,
      },
    )
  }
  return (plan, keys) => {
    const isUnlimited = !limit || (limit.kind === 'constant' && limit.value === null)
    if (isUnlimited && !offset) return plan
    return {
      kind: 'limit',
      input: plan,
      limit: isUnlimited ? undefined : limit,
      offset,
      percent: query.limitPercent || undefined,
      ties: query.withTies ? keys : undefined,
      columns: plan.columns,
    }
  }
}

function bindCount(node: ast.Expression, clause: 'LIMIT' | 'OFFSET', percent: boolean, scope: Scope): Expression {
  const bound = within(scope, clause, () => bindExpression(node, scope))
  for (const id of columnsUsed(bound)) {
    if (scope.owns(id)) {
      throw new SqlError('invalid_column_reference', `argument of ${clause} must not contain variables`, {
        position: node.span.start,
      })
    }
  }
  return coerceArgument(bound, percent ? DOUBLE : BIGINT, clause, scope.state)
}
