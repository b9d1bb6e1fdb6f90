/**
 * Definitions: CREATE, ALTER, DROP, TRUNCATE and COMMENT. One file per family; each checks what PostgreSQL checks, in its
 * words, and then changes the catalog through the transaction, so that a rollback undoes it.
 */
import { notSupported } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { PlannerContext } from '../../planner/context.ts'
import type { OutputColumn } from '../../planner/expression.ts'
import type { Transaction } from '../../storage/interface.ts'
import type { Batch } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { alterTable } from './alter-table.ts'
import { comment } from './comment.ts'
import { createIndex } from './create-index.ts'
import { createTable } from './create-table.ts'
import { drop } from './drop.ts'
import { createSchema } from './schema.ts'
import { alterSequence, createSequence } from './sequence.ts'
import { truncate } from './truncate.ts'
import { alterObject, createDomain, createType } from './type.ts'
import { createView } from './view.ts'

/** What a definition may use. */
export interface DefinitionContext extends PlannerContext {
  readonly transaction: Transaction
  readonly execution: ExecutionContext
  /** The script that spans count in. */
  readonly text: string
  /** Tells the user something: `NOTICE:  …`. */
  readonly notice: (message: string) => void
  /** Plans a query and runs it. */
  readonly runQuery: (query: ast.Query) => { readonly columns: readonly OutputColumn[]; readonly batches: Iterable<Batch> }
}

/** Runs a statement that defines something. */
export function executeDefinition(statement: ast.Statement, context: DefinitionContext): void {
  switch (statement.kind) {
    case 'create-table':
      return createTable(statement, context)
    case 'create-index':
      return createIndex(statement, context)
    case 'create-view':
      return createView(statement, context)
    case 'create-schema':
      return createSchema(statement, context)
    case 'create-sequence':
      return createSequence(statement, context)
    case 'alter-sequence':
      return alterSequence(statement, context)
    case 'create-type':
      return createType(statement, context)
    case 'create-domain':
      return createDomain(statement, context)
    case 'alter-table':
      return alterTable(statement, context)
    case 'alter-object':
      return alterObject(statement, context)
    case 'drop':
      return drop(statement, context)
    case 'truncate':
      return truncate(statement, context)
    case 'comment':
      return comment(statement, context)
    default:
      throw notSupported(statement.kind.replaceAll('-', ' ').toUpperCase(), statement.span.start)
  }
}
