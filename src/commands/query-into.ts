/** SELECT … INTO t, which is CREATE TABLE t AS SELECT …. */
import { assert } from '../error.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { runCommand } from './command.ts'

export function runQueryInto(
  session: Session,
  select: ast.Select,
  given: GivenParameters | undefined,
  transaction: Transaction,
): Result {
  assert(select.into, 'SELECT INTO has a target')
  const { into, ...query } = select
  const create: ast.CreateTable = {
    kind: 'create-table',
    span: select.span,
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
    query,
    withData: true,
  }
  return runCommand(session, create, '', given, {}, transaction)
}
