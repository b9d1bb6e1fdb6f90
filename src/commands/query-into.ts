/** SELECT … INTO t, which is CREATE TABLE t AS SELECT …; of a set operation, its first SELECT names the table. */
import { assert } from '../error.ts'
import { intoOf, withoutInto } from '../exec/ddl/syntax.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { runCommand } from './command.ts'

export function runQueryInto(
  session: Session,
  statement: ast.Select | ast.SetOperation,
  given: GivenParameters | undefined,
  transaction: Transaction,
): Result {
  const into = intoOf(statement)
  assert(into, 'SELECT INTO has a target')
  const create: ast.CreateTable = {
    kind: 'create-table',
    span: statement.span,
    name: into.name,
    temporary: into.temporary,
    unlogged: false,
    orReplace: false,
    ifNotExists: false,
    columns: [],
    constraints: [],
    like: [],
    inherits: [],
    options: [],
    query: withoutInto(statement),
    withData: true,
  }
  return runCommand(session, create, '', given, {}, transaction)
}
