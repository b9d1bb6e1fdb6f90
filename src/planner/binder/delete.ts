/** DELETE: the rows to end, found with the help of USING. */
import type * as ast from '../../parser/ast.ts'
import type { Delete } from '../plan.ts'
import { bindCondition } from './expression.ts'
import { checkAliases, filtered, joined } from './from.ts'
import { bindOthers } from './other-tables.ts'
import { bindReturning } from './returning.ts'
import { type BoundQuery, Scope, within } from './scope.ts'
import { bindTarget, positioned } from './target.ts'

export function bindDelete(statement: ast.Delete, parent: Scope): BoundQuery {
  const { state } = parent
  const target = positioned(
    bindTarget(statement.table, statement.alias, 'delete from', state),
    statement.whereCurrentOf,
    state,
  )
  const scope = new Scope(state, parent)
  const others = bindOthers(statement.using, target, scope)
  checkAliases([target.item], others.items, statement.table.span)
  scope.items = [target.item, ...others.items]
  const rows = others.plan ? joined('cross', target.plan, others.plan, [], undefined) : target.plan
  const where = statement.where && within(scope, 'WHERE', () => bindCondition(statement.where!, 'WHERE', scope))
  const input = filtered(rows, where)
  const { returning, columns } = bindReturning(statement.returning, scope.items, scope)
  const { table, rowId, instead } = target
  const plan: Delete = { kind: 'delete', table, input, rowId, instead, returning, columns }
  return { plan, columns }
}
