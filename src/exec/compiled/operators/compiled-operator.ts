/** What all compiled operators have in common: deciding per run, falling back, and telling which path was taken. */
import type { ColumnId, Expression } from '../../../planner/expression.ts'
import type { PhysicalPlan } from '../../../planner/physical-plan.ts'
import { addColumnsUsed } from '../../../planner/tree.ts'
import type { Batch } from '../../../types/vector.ts'
import type { ExecutionContext, OpenRequest, Operator, PartialRun } from '../../operator.ts'
import { whyInterpreted } from '../decision.ts'
import { GiveUp } from '../key-columns.ts'

/** A run of a compiled operator, and what EXPLAIN says of it afterwards. */
export interface CompiledRun {
  run(context: ExecutionContext, request: OpenRequest): Iterable<Batch>
  /** What could not be compiled. */
  reason?(): string | undefined
  /** Of the last run: how many threads took part, or why one. */
  threads?(): string | undefined
  readonly part?: PartialRun
  /** As in Operator. */
  flows?(): Operator | 'here' | undefined
}

/** An operator that runs kernels where it may and where it pays, and else the interpreted one of the same node. */
export function compiledOperator(
  plan: PhysicalPlan,
  inputs: readonly Operator[],
  fallback: Operator,
  compiled: CompiledRun,
): Operator {
  let path: string | undefined
  return {
    columns: plan.columns,
    plan,
    inputs,
    get path() {
      return path
    },
    get flows() {
      return compiled.flows?.()
    },
    part: compiled.part,
    open(context, request = {}) {
      if (context.pipeline !== undefined) {
        path = 'compiled, on several threads'
        return compiled.run(context, request)
      }
      const why = whyInterpreted(plan, context)
      if (why !== undefined) {
        path = `interpreted (${why})`
        return fallback.open(context, request)
      }
      return follow(context, request)
    },
  }

  function* follow(context: ExecutionContext, request: OpenRequest): Generator<Batch> {
    path = 'compiled'
    let started = false
    try {
      for (const batch of compiled.run(context, request)) {
        started = true
        yield batch
      }
    } catch (error) {
      if (started || !(error instanceof GiveUp)) throw error
      path = `interpreted (${error.message})`
      yield* fallback.open(context, request)
      return
    } finally {
      const reason = compiled.reason?.()
      const threads = compiled.threads?.()
      if (threads !== undefined && path === 'compiled') path = `compiled, ${threads}`
      if (reason !== undefined && path.startsWith('compiled')) path = `${path}, but ${reason}`
    }
  }
}

/** The columns that expressions read. */
export function columnsOf(...lists: readonly (readonly Expression[])[]): Set<ColumnId> {
  const used = new Set<ColumnId>()
  for (const list of lists) for (const expression of list) addColumnsUsed(expression, used)
  return used
}
