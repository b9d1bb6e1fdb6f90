/** PREPARE, EXECUTE and DEALLOCATE. */
import { SqlError } from '../error.ts'
import { evaluateArguments } from '../executable.ts'
import type * as ast from '../parser/ast.ts'
import { type QueryOptions, type Result, ResultBuilder } from '../result.ts'
import { isPlanned, type Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export function prepareStatement(session: Session, statement: ast.Prepare, text: string): Result {
  const { name } = statement.name
  if (session.prepared.has(name)) {
    throw new SqlError('duplicate_prepared_statement', `prepared statement "${name}" already exists`)
  }
  if (!isPlanned(statement.statement)) {
    throw new SqlError('invalid_prepared_statement_definition', 'utility statements cannot be prepared')
  }
  session.prepared.set(name, { statement: statement.statement, text, parameterTypes: statement.types })
  return commandDone(session, 'PREPARE')
}

export function executePrepared(
  session: Session,
  statement: ast.Execute,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  const prepared = session.prepared.get(statement.name.name)
  if (!prepared) {
    throw new SqlError('invalid_sql_statement_name', `prepared statement "${statement.name.name}" does not exist`)
  }
  const { executable, parameters } = evaluateArguments(session, prepared, statement, transaction)
  return session.execute(executable, parameters, transaction, options)
}

export function deallocate(session: Session, statement: ast.Deallocate): Result {
  if (statement.name === undefined) {
    session.prepared.clear()
    return new ResultBuilder([]).finish('DEALLOCATE ALL', { settings: session.settings })
  }
  if (!session.prepared.delete(statement.name.name)) {
    throw new SqlError('invalid_sql_statement_name', `prepared statement "${statement.name.name}" does not exist`)
  }
  return commandDone(session, 'DEALLOCATE')
}
