/** What a rule is, and what it is given. */
import type { FunctionContext } from '../../functions/function.ts'
import type { DataType } from '../../types/data-type.ts'
import type { PlannerContext } from '../context.ts'
import type { Estimator } from '../estimate/estimator.ts'
import type { ColumnId, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import type { Features } from './features.ts'

/** Turns a plan into one that yields the same rows with the same columns, sooner. */
export interface Rule {
  readonly name: string
  /** A cheap look at what the plan consists of: false when the rule cannot change it. */
  canFire(features: Features): boolean
  /** The same object when nothing changed. */
  apply(plan: LogicalPlan, context: RuleContext): LogicalPlan
}

export interface RuleContext {
  readonly planner: PlannerContext
  readonly functions: FunctionContext
  readonly estimator: Estimator
  /** A column that no other node of the statement makes. */
  newColumn(name: string, type: DataType, table?: string): OutputColumn
  newColumnId(): ColumnId
  newCte(): number
}
