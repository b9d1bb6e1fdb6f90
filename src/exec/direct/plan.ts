/** What a statement of one row is made into. */
import type { Evaluator } from '../../planner/evaluate.ts'
import type { Expression } from '../../planner/expression.ts'
import type { Transaction } from '../../storage/interface.ts'
import type { ExecutionContext } from '../operator.ts'
import type { DirectFrame } from './frame.ts'

/** What `run` yields when the operators have to do it. */
export const refused = -1

/** Runs once: calls `emit` for each row of the output. Returns the rows changed, of a SELECT the rows read. */
export type DirectRun = (transaction: Transaction, emit: () => void) => number

export interface DirectPlan {
  readonly frame: DirectFrame
  readonly changesRows: boolean
  /** The columns of the row that `emit` is called for. */
  readonly outputs: readonly Evaluator[]
  /** At most one row comes out. */
  readonly isSingle: boolean
  readonly run: DirectRun
  /** Whether a table has become so large that another plan may be better. */
  readonly isOutgrown?: () => boolean
}

/** What making one needs of a context. */
export type DirectContext = Pick<ExecutionContext, 'transaction' | 'pool'>

/** The evaluators of a RETURNING list, none without one. */
export function returningOf(returning: readonly Expression[] | undefined, frame: DirectFrame): Evaluator[] {
  return (returning ?? []).map((expression) => frame.compile(expression))
}
