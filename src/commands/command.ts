/**
 * Statements that are not plans: definitions, settings, cursors, prepared statements, COPY, EXPLAIN and their like. One file
 * per family, one case here.
 */
import { SqlError } from '../error.ts'
import { executeDefinition } from '../exec/ddl/definition.ts'
import { plannerContext } from '../executable.ts'
import { findMacro } from '../functions/macros.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { callQuery } from '../parser/describe.ts'
import { type QueryOptions, type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { callProcedure } from './call.ts'
import { runCopy } from './copy.ts'
import { closeCursor, declareCursor, fetchCursor } from './cursor.ts'
import { discard } from './discard.ts'
import { runExplain } from './explain.ts'
import { lockTables } from './lock.ts'
import { runMaintenance } from './maintenance.ts'
import { deallocate, executePrepared, preparedQuery, prepareStatement } from './prepared.ts'
import { runQueryInto } from './query-into.ts'
import { setSessionVariable } from './session-variable.ts'
import { setConstraints } from './set-constraints.ts'
import { queryResult, runPragma, setVariable, showVariable } from './settings.ts'

/** Runs a statement that the planner does not plan. */
export function runCommand(
  session: Session,
  statement: ast.Statement,
  text: string,
  given: GivenParameters | undefined,
  options: QueryOptions,
  transaction: Transaction,
): Result {
  switch (statement.kind) {
    case 'explain':
      return runExplain(session, statement, given, transaction)
    case 'set':
      return setVariable(session, statement)
    case 'session-variable':
      return setSessionVariable(session, statement, given, transaction)
    case 'show':
      return showVariable(session, statement, transaction)
    case 'pragma':
      return runPragma(session, statement, transaction)
    case 'prepare':
      return prepareStatement(session, statement, text, transaction)
    case 'execute':
      return executePrepared(session, statement, given, transaction, options)
    case 'deallocate':
      return deallocate(session, statement)
    case 'declare-cursor':
      return declareCursor(session, statement, text, given, transaction, options)
    case 'fetch':
      return fetchCursor(session, statement)
    case 'close-cursor':
      return closeCursor(session, statement)
    case 'copy':
      return runCopy(session, statement, transaction)
    case 'maintenance':
      return runMaintenance(session, statement, transaction)
    case 'call-procedure':
      if (isTableMacro(statement.call)) {
        const { span, call } = statement
        return queryResult(session, callQuery(call.name.parts[0].name, call.args, span), transaction)
      }
      return callProcedure(session, statement, given, transaction, options)
    case 'lock':
      return lockTables(session, statement, transaction)
    case 'discard':
      return discard(session, statement, transaction)
    case 'set-constraints':
      return setConstraints(session, statement, transaction)
    case 'select':
    case 'set-operation':
      return runQueryInto(session, statement, given, transaction)
    default:
      if (transaction.readOnly) refuseDefinition(statement)
      executeDefinition(statement, {
        ...plannerContext(session, transaction),
        isDefinition: true,
        transaction,
        execution: session.executionContext(transaction, []),
        text,
        notice: session.onNotice,
        ...queryRunner(session, transaction, given),
      })
      return commandDone(session, commandTag(statement))
  }
}

/** CALL of one of DuckDB's tables of what there is. */
function isTableMacro({ name: { parts } }: ast.FunctionCall): boolean {
  return parts.length === 1 && findMacro(parts[0].name)?.table === true
}

/** 25006, before anything is looked up. */
function refuseDefinition(statement: ast.Statement): void {
  if (statement.kind === 'truncate') return
  const command = statement.kind === 'comment' ? 'COMMENT' : commandTag(statement)
  throw new SqlError('read_only_sql_transaction', `cannot execute ${command} in a read-only transaction`)
}

/** What CREATE TABLE AS and materialised views need: a query's plan, run to batches. */
export interface QueryRunner {
  readonly runQuery: (query: ast.Query | ast.Execute) => {
    readonly columns: readonly import('../planner/expression.ts').OutputColumn[]
    readonly batches: Iterable<import('../types/vector.ts').Batch>
  }
}

function queryRunner(session: Session, transaction: Transaction, given: GivenParameters | undefined): QueryRunner {
  return {
    runQuery: (query) => {
      if (query.kind === 'execute') {
        const { executable, parameters } = preparedQuery(session, query, given, transaction)
        const batches = executable.operator.open(session.executionContext(transaction, parameters))
        return { columns: executable.columns, batches }
      }
      const executable = session.prepareUncached(query, transaction, given)
      const parameters = executable.parameters(given?.values ?? [])
      return {
        columns: executable.columns,
        batches: executable.operator.open(session.executionContext(transaction, parameters)),
      }
    },
  }
}

/** A result without rows. */
export function commandDone(session: Session, command: string): Result {
  return new ResultBuilder([]).finish(command, { settings: session.settings })
}

/** PostgreSQL's command tag: CREATE TABLE, DROP INDEX, ALTER TABLE … */
function commandTag(statement: ast.Statement): string {
  switch (statement.kind) {
    case 'drop':
      return `DROP ${statement.object.toUpperCase()}`
    case 'alter-object':
      return `ALTER ${statement.object.toUpperCase()}`
    case 'alter-table':
      return `ALTER ${statement.target.toUpperCase()}`
    case 'create-table':
      return statement.query || statement.execute ? 'CREATE TABLE AS' : 'CREATE TABLE'
    case 'create-function':
      return statement.procedure ? 'CREATE PROCEDURE' : statement.macro ? 'CREATE MACRO' : 'CREATE FUNCTION'
    case 'create-view':
      return statement.materialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE VIEW'
    case 'refresh':
      return 'REFRESH MATERIALIZED VIEW'
    default:
      return statement.kind.replaceAll('-', ' ').toUpperCase()
  }
}
