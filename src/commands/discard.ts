/** DISCARD: what a session has gathered goes, so that whoever has it next finds it fresh. */
import { SqlError } from '../error.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export function discard(session: Session, { target }: ast.Discard, transaction: Transaction): Result {
  if (target === 'all' && session.block.isOpen) {
    throw new SqlError('active_sql_transaction', 'DISCARD ALL cannot run inside a transaction block')
  }
  if (target === 'all') {
    session.cursors.clear()
    session.prepared.clear()
    session.settings.resetAll()
  }
  if (target === 'all' || target === 'plans') session.plans.clear()
  if (target === 'all' || target === 'sequences') session.functions.forgetSequences()
  if (target === 'all' || target === 'temp') dropTemporary(transaction)
  return commandDone(session, `DISCARD ${target.toUpperCase()}`)
}

/** Only what is temporary can depend on what is. */
function dropTemporary(transaction: Transaction): void {
  const { catalog } = transaction
  for (const relation of [...catalog.relations()]) if (relation.temporary) transaction.drop(relation)
  for (const type of [...catalog.typeNames('pg_temp')]) transaction.dropType(type, 'pg_temp')
}
