/** VALUES: rows of expressions, each column of the type that its values have in common. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { UNKNOWN } from '../../types/data-type.ts'
import type { OutputColumn } from '../expression.ts'
import type { LogicalPlan, Values } from '../plan.ts'
import { settle, unify } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { bindLimit } from './limit.ts'
import { checkLocking } from './locking.ts'
import { bindResultOrder } from './order-by.ts'
import type { QueryOptions } from './query.ts'
import { type BoundQuery, newColumn, positionsOf, reference, Scope } from './scope.ts'
import { withoutStars } from './star.ts'

export function bindValues(query: ast.Values, parent: Scope, options: QueryOptions = {}): BoundQuery {
  const scope = new Scope(parent.state, parent)
  scope.clause = 'VALUES'
  if (query.locking.length > 0) checkLocking(query)
  const written = query.rows.map((row) => withoutStars(row, scope))
  const rows = written.map((row) => row.map((value) => bindExpression(value, scope)))
  checkLengths({ ...query, rows: written })
  const width = rows[0]?.length ?? 0
  const columns: OutputColumn[] = []
  for (let index = 0; index < width; index++) {
    const column = rows.map((row) => row[index])
    const isUnknown = options.keepUnknown && column.every((value) => value.type.kind === 'unknown')
    const { type, items } = isUnknown ? { type: UNKNOWN, items: column } : unify(column, 'VALUES', scope.state)
    for (let row = 0; row < rows.length; row++)
      rows[row][index] = isUnknown ? items[row] : settle(items[row], scope.state)
    columns.push(newColumn(scope.state, `column${index + 1}`, type, '*VALUES*'))
  }
  const plan: Values = { kind: 'values', rows, columns }
  return withTail(plan, query, scope)
}

export function checkLengths(query: ast.Values): void {
  const width = query.rows[0]?.length ?? 0
  for (const row of query.rows) {
    if (row.length !== width) {
      throw new SqlError('syntax_error', 'VALUES lists must all be the same length', {
        position: (row[0] ?? query).span.start,
      })
    }
  }
}

/** ORDER BY and LIMIT over the columns of VALUES, which are called column1, column2 … */
function withTail(input: Values, query: ast.Values, scope: Scope): BoundQuery {
  const { columns } = input
  scope.items = [{ name: '*VALUES*', columns, positions: positionsOf(columns), qualified: true, unqualified: true }]
  scope.clause = 'ORDER BY'
  const outputs = columns.map((column) => ({ name: column.name, expression: reference(column) }))
  const keys = bindResultOrder(query, outputs, (node) => bindExpression(node, scope), scope)
  let plan: LogicalPlan = input
  if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, columns }
  plan = bindLimit(query, scope)(plan, keys)
  return { plan, columns }
}
