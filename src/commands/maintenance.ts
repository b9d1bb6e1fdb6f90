/** VACUUM, ANALYZE, CHECKPOINT and their like. Statistics are kept as rows arrive, so ANALYZE has nothing left to do. */
import { SqlError } from '../error.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export function runMaintenance(session: Session, statement: ast.Maintenance, transaction: Transaction): Result {
  if (statement.command === 'vacuum' && session.block.isOpen) {
    throw new SqlError('active_sql_transaction', 'VACUUM cannot run inside a transaction block')
  }
  for (const name of statement.tables) {
    const [schema, table] = name.parts.length > 1 ? name.parts.slice(-2) : [undefined, name.parts[0]]
    if (!transaction.catalog.findRelation(table.name, schema?.name)) {
      throw new SqlError('undefined_table', `relation "${table.name}" does not exist`, { position: name.span.start })
    }
  }
  return commandDone(session, statement.command.toUpperCase())
}
