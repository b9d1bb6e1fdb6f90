/** PREPARE, EXECUTE and DEALLOCATE. */
import { SqlError } from '../error.ts'
import { evaluateArguments, planPrepared } from '../executable.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { type QueryOptions, type Result, ResultBuilder } from '../result.ts'
import { isPlanned, type PreparedText, type Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export function prepareStatement(
  session: Session,
  statement: ast.Prepare,
  text: string,
  transaction: Transaction,
): Result {
  const { name } = statement.name
  if (session.prepared.has(name)) {
    throw new SqlError('duplicate_prepared_statement', `prepared statement "${name}" already exists`)
  }
  if (!isPlanned(statement.statement)) {
    throw new SqlError('invalid_prepared_statement_definition', 'utility statements cannot be prepared')
  }
  const prepared = {
    statement: statement.statement,
    text: text.slice(statement.span.start, statement.span.end),
    parameterTypes: statement.types,
  }
  const planned = planPrepared(session, prepared, transaction)
  if (planned.unusedParameter > 0) {
    throw new SqlError(
      'indeterminate_datatype',
      `could not determine data type of parameter $${planned.unusedParameter}`,
    )
  }
  session.prepared.set(name, {
    ...prepared,
    columns: planned.columns,
    types: planned.parameterTypes,
    time: new Date(),
  })
  return commandDone(session, 'PREPARE')
}

export function executePrepared(
  session: Session,
  statement: ast.Execute,
  given: GivenParameters | undefined,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  const prepared = findPrepared(session, statement.name)
  const { executable, parameters } = evaluateArguments(session, prepared, statement, given, transaction)
  return session.execute(executable, parameters, transaction, options)
}

/** The plan of a prepared query, for CREATE TABLE AS; 42809 when it is none. */
export function preparedQuery(
  session: Session,
  statement: ast.Execute,
  given: GivenParameters | undefined,
  transaction: Transaction,
): ReturnType<typeof evaluateArguments> {
  const prepared = findPrepared(session, statement.name)
  const { kind } = prepared.statement
  if (kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'merge') {
    throw new SqlError('wrong_object_type', 'prepared statement is not a SELECT')
  }
  return evaluateArguments(session, prepared, statement, given, transaction)
}

export function findPrepared(session: Session, { name }: ast.Identifier): PreparedText {
  const prepared = session.prepared.get(name)
  if (prepared) return prepared
  throw new SqlError('invalid_sql_statement_name', `prepared statement "${name}" does not exist`)
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
