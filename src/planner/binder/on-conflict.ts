/** ON CONFLICT: which unique index the conflict is about, and what is done to the row that is there already. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { IndexDefinition } from '../../storage/interface.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { ConflictAction } from '../plan.ts'
import { bindAssignments } from './assignment.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { implies } from './implication.ts'
import { fillGenerated } from './row-values.ts'
import { sameExpression } from './same-expression.ts'
import { foreignText, newColumn, type RangeItem, reference, Scope, within } from './scope.ts'
import { newRowItem, rowItem, type Target } from './target.ts'

export function bindConflict(
  node: ast.OnConflict,
  target: Target,
  rowColumns: readonly OutputColumn[],
  parent: Scope,
): ConflictAction {
  const { state } = parent
  const { table } = target
  const indexes = node.target && findIndexes(node.target, target, rowColumns, parent, node)
  needImmediate(indexes, target)
  const existing = table.columns.map((column) => newColumn(state, column.name, column.type, target.name))
  if (node.action === 'nothing') return { indexes, action: 'nothing', existing }
  if (!node.target) {
    throw new SqlError('syntax_error', 'ON CONFLICT DO UPDATE requires inference specification or constraint name', {
      position: node.span.start,
      hint: 'For example, ON CONFLICT (column_name).',
    })
  }
  const scope = new Scope(state, parent)
  const excluded: RangeItem = {
    ...newRowItem({ ...target, name: 'excluded' }, rowColumns),
    name: 'excluded',
    schema: undefined,
  }
  scope.items = [newRowItem(target, existing), excluded]
  const { assigned, changed } = bindAssignments(node.set, target, scope, undefined, (number) =>
    reference(existing[number]),
  )
  const where = node.where && within(scope, 'WHERE', () => bindCondition(node.where!, 'WHERE', scope))
  const values = fillGenerated(
    table,
    table.columns.map(
      (column, number) => assigned.get(number) ?? (column.generated ? undefined : reference(existing[number])),
    ),
    state,
  )
  return { indexes, action: 'update', existing, values, changed, where }
}

/** A key that may be taken until the transaction ends cannot say whether there is a conflict now. */
function needImmediate(names: readonly string[] | undefined, { table }: Target): void {
  for (const constraint of table.constraints) {
    if (!('deferrable' in constraint) || constraint.kind === 'foreign-key' || !constraint.deferrable) continue
    const isArbiter = table.indexes.some(
      (index) => index.constraint === constraint.name && (names?.includes(index.name) ?? true),
    )
    if (!isArbiter) continue
    throw new SqlError(
      'object_not_in_prerequisite_state',
      'ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters',
    )
  }
}

/** INSERT OR IGNORE and OR REPLACE in the words of ON CONFLICT: any key is minded, or the only key there is. */
export function conflictOfWord(
  statement: ast.Insert,
  { table }: Target,
  given: ReadonlySet<number> | undefined,
): ast.OnConflict | undefined {
  if (!statement.orAction) return undefined
  const { span } = statement.table
  if (statement.onConflict)
    throw new SqlError('syntax_error', 'INSERT OR with ON CONFLICT', { position: statement.onConflict.span.start })
  if (statement.orAction === 'ignore') return { action: 'nothing', set: [], span }
  const keys = table.indexes.filter((index) => index.unique && !index.exclusion)
  if (keys.length > 1)
    throw notSupported('INSERT OR REPLACE into a table with several keys', span.start, 'Use ON CONFLICT.')
  if (keys.length === 0)
    throw new SqlError('invalid_column_reference', `table "${table.name}" has no key to replace rows by`, {
      position: span.start,
    })
  const identifier = (name: string): ast.Identifier => ({ name, quoted: true, span })
  const set = table.columns
    .filter((column, number) => !column.generated && (given?.has(number) ?? true))
    .map(({ name }): ast.Assignment => {
      const value: ast.Expression = { kind: 'column', parts: [identifier('excluded'), identifier(name)], span }
      return { targets: [{ name: identifier(name), path: [], span }], multiple: false, value, span }
    })
  return { target: { elements: [], constraint: identifier(keys[0].name) }, action: 'update', set, span }
}

function findIndexes(
  node: NonNullable<ast.OnConflict['target']>,
  target: Target,
  rowColumns: readonly OutputColumn[],
  parent: Scope,
  { span, action }: ast.OnConflict,
): string[] {
  const { table } = target
  const { constraint } = node
  if (constraint) {
    const found = table.indexes.filter(
      (index) => index.unique && (index.constraint === constraint.name || index.name === constraint.name),
    )
    if (action === 'update' && found.some((index) => index.exclusion)) {
      throw new SqlError('wrong_object_type', 'ON CONFLICT DO UPDATE not supported with exclusion constraints')
    }
    if (found.length > 0) return found.map((index) => index.name)
    throw new SqlError('undefined_object', `constraint "${constraint.name}" for table "${table.name}" does not exist`, {
      position: constraint.span.start,
    })
  }
  const scope = new Scope(parent.state)
  scope.items = [newRowItem(target, rowColumns)]
  scope.clause = 'index expressions'
  const wanted = node.elements.map((element) => bindExpression(element.expression, scope))
  scope.clause = 'index predicates'
  const where = node.where && bindCondition(node.where, 'WHERE', scope)
  const found = table.indexes.filter(
    (index) => index.unique && !index.exclusion && fits(index, wanted, where, target, rowColumns, parent),
  )
  if (found.length > 0) return found.map((index) => index.name)
  throw new SqlError(
    'invalid_column_reference',
    'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    {
      position: span.start,
    },
  )
}

/** Whether the index is on just these expressions, in any order, and over no fewer rows than the condition. */
function fits(
  index: IndexDefinition,
  wanted: readonly Expression[],
  where: Expression | undefined,
  target: Target,
  rowColumns: readonly OutputColumn[],
  parent: Scope,
): boolean {
  const scope = new Scope(parent.state)
  scope.items = [rowItem(target.table.name, rowColumns, target)]
  const own = foreignText(parent.state, undefined, () => {
    if (!index.expressions) return index.columns.map((number) => reference(rowColumns[number]))
    return index.expressions.map((expression) => bindExpression(expression, scope))
  })
  const covers = (left: readonly Expression[], right: readonly Expression[]): boolean =>
    left.every((expression) => right.some((other) => sameExpression(expression, other)))
  if (!covers(own, wanted) || !covers(wanted, own)) return false
  if (!index.where) return true
  const condition = foreignText(parent.state, undefined, () => bindCondition(index.where!, 'WHERE', scope))
  return where !== undefined && implies(where, condition)
}
