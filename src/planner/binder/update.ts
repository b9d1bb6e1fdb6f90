/** UPDATE: the rows to change, joined with FROM, and what becomes of each column. */
import type * as ast from '../../parser/ast.ts'
import type { Update } from '../plan.ts'
import { bindAssignments } from './assignment.ts'
import { bindCondition } from './expression.ts'
import { checkAliases, filtered, joined } from './from.ts'
import { bindOthers } from './other-tables.ts'
import { bindReturning } from './returning.ts'
import { completeRow } from './row-values.ts'
import { type BoundQuery, reference, Scope, within } from './scope.ts'
import { bindChecks, bindTarget, newRow, newRowItem, overNewRow, positioned } from './target.ts'

export function bindUpdate(statement: ast.Update, parent: Scope): BoundQuery {
  const { state } = parent
  const target = positioned(
    bindTarget(statement.table, statement.alias, 'update', state),
    statement.whereCurrentOf,
    state,
  )
  const scope = new Scope(state, parent)
  const others = bindOthers(statement.from, target, scope)
  checkAliases([target.item], others.items, statement.table.span)
  scope.items = [target.item, ...others.items]
  let input = others.plan ? joined('cross', target.plan, others.plan, [], undefined) : target.plan
  const where = statement.where && within(scope, 'WHERE', () => bindCondition(statement.where!, 'WHERE', scope))
  const assignments = bindAssignments(statement.set, target, scope, filtered(input, where))
  input = assignments.input!
  const given = target.table.columns.map((column, number) => {
    const value = assignments.assigned.get(number)
    if (value) return value
    return column.generated ? undefined : reference(target.oldColumns[number])
  })
  const row = completeRow(target.table, given, input, state)
  const rowColumns = newRow(target, state)
  const { returning, columns } = bindReturning(
    statement.returning,
    [newRowItem(target, rowColumns), ...others.items],
    scope,
    (it) => overNewRow(it, target, rowColumns),
  )
  const plan: Update = {
    kind: 'update',
    table: target.table,
    input: row.input,
    rowId: target.rowId,
    values: row.values,
    changed: assignments.changed,
    checks: bindChecks(target, rowColumns, state),
    rowColumns,
    instead: target.instead,
    returning,
    columns,
  }
  return { plan, columns }
}
