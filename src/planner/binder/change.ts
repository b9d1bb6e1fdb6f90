/** Statements that change rows, alone or inside WITH. Their columns are those of RETURNING. */
import { SqlError, unreachable } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindWith } from './cte.ts'
import { bindDelete } from './delete.ts'
import { bindInsert } from './insert.ts'
import { bindMerge } from './merge.ts'
import type { BoundQuery, Scope } from './scope.ts'
import { bindUpdate } from './update.ts'

export type Change = ast.Insert | ast.Update | ast.Delete | ast.Merge

export function bindChange(statement: Change, parent: Scope): BoundQuery {
  if (statement.kind === 'merge' && statement.with?.recursive) {
    throw new SqlError('syntax_error', 'WITH RECURSIVE is not supported for MERGE statement', {
      position: statement.with.span.start,
    })
  }
  if (!statement.with) return bindBody(statement, parent)
  const bound = bindWith(statement.with, parent, { ...statement, with: undefined })
  const { plan, columns } = bindBody(statement, parent.withCtes(bound.environment))
  return { plan: bound.around(plan), columns }
}

function bindBody(statement: Change, scope: Scope): BoundQuery {
  switch (statement.kind) {
    case 'insert':
      return bindInsert(statement, scope)
    case 'update':
      return bindUpdate(statement, scope)
    case 'delete':
      return bindDelete(statement, scope)
    case 'merge':
      return bindMerge(statement, scope)
    default:
      return unreachable(statement)
  }
}
