/** The operators of a statement, with kernels where they pay. */
import type { PlannerContext } from '../planner/context.ts'
import { optimize } from '../planner/optimizer/optimize.ts'
import type { PhysicalPlan } from '../planner/physical-plan.ts'
import { planPhysical } from '../planner/physical-planner.ts'
import { buildPlan } from './build.ts'
import { compiledOperators } from './compiled/compiled.ts'
import type { Operator } from './operator.ts'

export function buildOperators(plan: PhysicalPlan, context: PlannerContext): Operator {
  return buildPlan(plan, {
    compiled: compiledOperators,
    planSubquery: (logical) => planPhysical(optimize(logical, context), context),
  })
}
