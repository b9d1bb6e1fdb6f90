/** A view is its query, bound anew where the view stands, in a scope of its own. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { ViewDefinition } from '../../storage/interface.ts'
import { bindQuery } from './query.ts'
import { type BindState, type BoundQuery, foreignText, Scope } from './scope.ts'

export function bindView(view: ViewDefinition, span: ast.Span, state: BindState): BoundQuery {
  if (state.views.includes(view)) {
    throw new SqlError('invalid_recursion', `infinite recursion detected in rules for relation "${view.name}"`, {
      position: span.start,
    })
  }
  state.views.push(view)
  const query = foreignText(state, span.start, () => bindQuery(view.query, new Scope(state)))
  state.views.pop()
  const columns = query.columns.map((column, index) => ({
    ...column,
    name: view.columns[index]?.name ?? column.name,
    table: view.name,
  }))
  return { plan: query.plan, columns }
}
