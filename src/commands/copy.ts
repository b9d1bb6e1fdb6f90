/** COPY between tables and files. */
import { notSupported } from '../error.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'

export function runCopy(_session: Session, statement: ast.Copy, _transaction: Transaction): Result {
  throw notSupported('COPY', statement.span.start)
}
