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
import { createAggregate } from './aggregate.ts'
import { alterTable } from './alter-table.ts'
import { createCast, dropCast } from './cast.ts'
import { comment } from './comment.ts'
import { createIndex } from './create-index.ts'
import { createTable } from './create-table.ts'
import { createDomain } from './domain.ts'
import { drop } from './drop.ts'
import { alterRoutine, createRoutine, dropRoutines, isRoutineKind } from './function.ts'
import { createMaterializedView, refreshMaterializedView } from './materialized-view.ts'
import { alterOperator, createOperator, dropOperators } from './operator.ts'
import { createSchema } from './schema.ts'
import { alterSequence, createSequence } from './sequence.ts'
import { alterTrigger, createTrigger, dropTrigger } from './trigger.ts'
import { truncate } from './truncate.ts'
import { alterObject, createType } from './type.ts'
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
  readonly runQuery: (query: ast.Query | ast.Execute) => {
    readonly columns: readonly OutputColumn[]
    readonly batches: Iterable<Batch>
  }
}

/** Runs a statement that defines something. */
export function executeDefinition(statement: ast.Statement, context: DefinitionContext): void {
  switch (statement.kind) {
    case 'create-table':
      createTable(statement, context)
      return
    case 'create-index':
      createIndex(statement, context)
      return
    case 'create-view':
      if (statement.materialized) createMaterializedView(statement, context)
      else createView(statement, context)
      return
    case 'refresh':
      refreshMaterializedView(statement, context)
      return
    case 'create-schema':
      createSchema(statement, context)
      return
    case 'create-sequence':
      createSequence(statement, context)
      return
    case 'alter-sequence':
      alterSequence(statement, context)
      return
    case 'create-type':
      createType(statement, context)
      return
    case 'create-domain':
      createDomain(statement, context)
      return
    case 'alter-table':
      alterTable(statement, context)
      return
    case 'create-trigger':
      createTrigger(statement, context)
      return
    case 'create-function':
      createRoutine(statement, context)
      return
    case 'create-aggregate':
      createAggregate(statement, context)
      return
    case 'create-operator':
      createOperator(statement, context)
      return
    case 'alter-operator':
      alterOperator(statement, context)
      return
    case 'drop-operator':
      dropOperators(statement, context)
      return
    case 'create-cast':
      createCast(statement, context)
      return
    case 'drop-cast':
      dropCast(statement, context)
      return
    case 'alter-object':
      if (isRoutineKind(statement.object)) alterRoutine(statement, context)
      else if (statement.object === 'trigger') alterTrigger(statement, context)
      else alterObject(statement, context)
      return
    case 'drop':
      if (isRoutineKind(statement.object)) dropRoutines(statement, context)
      else if (statement.object === 'trigger') dropTrigger(statement, context)
      else drop(statement, context)
      return
    case 'truncate':
      truncate(statement, context)
      return
    case 'comment':
      comment(statement, context)
      return
    default:
      throw notSupported(statement.kind.replaceAll('-', ' ').toUpperCase(), statement.span.start)
  }
}
