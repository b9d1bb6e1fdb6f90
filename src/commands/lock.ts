/** LOCK TABLE. Modes that keep others from writing make their writes fail (40001) until the transaction ends. */
import { SqlError } from '../error.ts'
import { relationLabel } from '../exec/ddl/names.ts'
import { relationNames } from '../exec/ddl/syntax.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

const harmless: ReadonlySet<string> = new Set(['access share', 'row share', 'row exclusive', 'share update exclusive'])

export function lockTables(session: Session, statement: ast.Lock, transaction: Transaction): Result {
  if (!session.block.isOpen) {
    throw new SqlError('no_active_sql_transaction', 'LOCK TABLE can only be used in transaction blocks')
  }
  for (const name of statement.tables) lockRelation(name, statement.mode, transaction)
  return commandDone(session, 'LOCK TABLE')
}

function lockRelation({ parts, span }: ast.QualifiedName, mode: string, transaction: Transaction): void {
  const last = parts[parts.length - 1].name
  const relation = transaction.catalog.findRelation(last, parts.at(-2)?.name)
  if (!relation) {
    throw new SqlError('undefined_table', `relation "${parts.map((part) => part.name).join('.')}" does not exist`, {
      position: span.start,
    })
  }
  if (relation.kind === 'view') {
    for (const inner of relationNames(relation.query)) lockRelation(inner, mode, transaction)
    return
  }
  const label = relationLabel(relation)
  if (relation.kind !== 'table' || relation.materialized) {
    throw new SqlError('wrong_object_type', `cannot lock relation "${relation.name}"`, {
      position: span.start,
      detail: `This operation is not supported for ${label}s.`,
    })
  }
  if (!harmless.has(mode)) transaction.lockTable(relation)
}
