/** SET VARIABLE and RESET VARIABLE: values that `getvariable` puts into the statements of the session, as constants. */
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { plainSelect } from '../parser/make-query.ts'
import { type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'

export function setSessionVariable(
  session: Session,
  { name, value, span }: ast.SessionVariable,
  given: GivenParameters | undefined,
  transaction: Transaction,
): Result {
  const { settings, variables } = session
  if (value) {
    const query = plainSelect([{ expression: value, alias: undefined, span }], [], span)
    const executable = session.prepareUncached(query, transaction, given)
    const result = session.execute(executable, executable.parameters(given?.values ?? []), transaction, {})
    const [only] = result.internalColumn(0)
    variables.set(name, { type: executable.columns[0].type, value: only })
  } else variables.delete(name)
  settings.version++
  return new ResultBuilder([]).finish(value ? 'SET' : 'RESET', { settings })
}
