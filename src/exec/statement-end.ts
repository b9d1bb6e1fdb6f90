/** What happens when a statement's rows are done: foreign keys act and are checked, then AFTER triggers run. */
import type { Batch } from '../types/vector.ts'
import { settle } from './foreign-keys.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { runAfterTriggers } from './triggers.ts'

/** The operator of a whole statement. */
export function completed(operator: Operator): Operator {
  if (!changesData(operator)) return operator
  return {
    columns: operator.columns,
    plan: operator.plan,
    inputs: operator.inputs,
    get path() {
      return operator.path
    },
    *open(context): Generator<Batch> {
      yield* operator.open(context)
      finishChanges(context)
    },
  }
}

function changesData({ plan, inputs }: Operator): boolean {
  const { kind } = plan
  return kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'merge' || inputs.some(changesData)
}

export function finishChanges(context: ExecutionContext): void {
  settle(context)
  runAfterTriggers(context)
}
