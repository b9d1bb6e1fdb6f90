/** SET CONSTRAINTS: when constraints that may be deferred are checked, for the rest of the transaction. */
import { SqlError } from '../error.ts'
import { setConstraintMode } from '../exec/deferred.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { TableDefinition, Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export function setConstraints(session: Session, statement: ast.SetConstraints, transaction: Transaction): Result {
  if (!session.block.isOpen) {
    session.onNotice('WARNING:  SET CONSTRAINTS can only be used in transaction blocks')
  }
  for (const name of statement.names ?? []) needDeferrable(name, transaction)
  const names = statement.names?.map(({ parts }) => parts[parts.length - 1].name)
  setConstraintMode(names, statement.deferred, session.executionContext(transaction, []))
  return commandDone(session, 'SET CONSTRAINTS')
}

function needDeferrable({ parts, span }: ast.QualifiedName, { catalog }: Transaction): void {
  const name = parts[parts.length - 1].name
  const schema = parts.at(-2)?.name
  const found = [...catalog.relations()].flatMap((relation) =>
    relation.kind === 'table' && (schema === undefined || relation.schema === schema)
      ? [...relation.constraints, ...constraintTriggers(relation)].filter((constraint) => constraint.name === name)
      : [],
  )
  if (found.length === 0) {
    throw new SqlError('undefined_object', `constraint "${name}" does not exist`, { position: span.start })
  }
  if (found.some((constraint) => 'deferrable' in constraint && constraint.deferrable)) return
  throw new SqlError('wrong_object_type', `constraint "${name}" is not deferrable`, { position: span.start })
}

function constraintTriggers({
  triggers = [],
}: TableDefinition): { readonly name: string; readonly deferrable: boolean }[] {
  return triggers.flatMap(({ name, constraint }) => (constraint ? [{ name, deferrable: constraint.deferrable }] : []))
}
