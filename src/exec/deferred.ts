/**
 * What waits for the end of the transaction: checks of foreign keys and constraint triggers that are deferred. Going back to a
 * savepoint forgets what has been undone.
 */
import type { DeferrableConstraint, Transaction } from '../storage/interface.ts'
import type { ExecutionContext } from './operator.ts'

export function isDeferred(constraint: DeferrableConstraint, { constraintModes }: Transaction): boolean {
  if (!constraint.deferrable) return false
  return constraintModes.get(constraint.name) ?? constraintModes.get('*') ?? constraint.initiallyDeferred
}

/** Runs it when the transaction ends. */
export function defer(
  constraint: DeferrableConstraint,
  run: (context: ExecutionContext) => void,
  transaction: Transaction,
): void {
  transaction.waiting.push({ position: transaction.mark(), constraint, run })
}

export function hasDeferred({ waiting }: Transaction): boolean {
  return waiting.length > 0
}

/** Runs what was deferred in the context's transaction, and what that defers in turn; called before it commits. */
export function runDeferred(context: ExecutionContext): void {
  const { transaction } = context
  while (transaction.waiting.length > 0) runAll(transaction.waiting.splice(0), context)
}

function runAll(due: Transaction['waiting'], context: ExecutionContext): void {
  for (const { run } of due) {
    context.transaction.beginStatement()
    run(context)
  }
}

/**
 * SET CONSTRAINTS: from now on in this transaction, the named constraints (or all) are checked at its end or at once. What
 * waits and need not any longer is checked now.
 */
export function setConstraintMode(
  names: readonly string[] | undefined,
  deferred: boolean,
  context: ExecutionContext,
): void {
  const { transaction } = context
  const { constraintModes, waiting } = transaction
  if (names === undefined) {
    constraintModes.clear()
    constraintModes.set('*', deferred)
  } else {
    for (const name of names) constraintModes.set(name, deferred)
  }
  if (deferred) return
  transaction.checkImmediateKeys()
  const due = waiting.filter(({ constraint }) => !isDeferred(constraint, transaction))
  const rest = waiting.filter(({ constraint }) => isDeferred(constraint, transaction))
  waiting.splice(0, waiting.length, ...rest)
  runAll(due, context)
}
