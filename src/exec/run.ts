/** The operators of a statement, with kernels where they may pay. */
import type { PlannerContext } from '../planner/context.ts'
import { optimize } from '../planner/optimizer/optimize.ts'
import type { PhysicalPlan } from '../planner/physical-plan.ts'
import { planPhysical } from '../planner/physical-planner.ts'
import type { TableDefinition } from '../storage/interface.ts'
import { buildPlan } from './build.ts'
import { compiledOperators } from './compiled/compiled.ts'
import { bringsManyRows } from './compiled/decision.ts'
import type { Operator } from './operator.ts'

export interface BuiltPlan {
  readonly operator: Operator
  /** The tables that it reads, those of subqueries included. */
  readonly tables: readonly TableDefinition[]
}

/** `explained`: each operator is to say how it runs. */
export function buildOperators(plan: PhysicalPlan, context: PlannerContext, explained: boolean): BuiltPlan {
  const tables = new Set<TableDefinition>()
  const { catalog, settings } = context
  const rowsOf = (table: TableDefinition): number => catalog.statistics(table).rowCount
  let compiles = explained || settings.get('execution') === 'compiled'
  const operator = buildPlan(plan, {
    // Inputs are built first: the first that brings many rows turns compiling on for what stands above it.
    compiled(node, inputs, fallback) {
      if (node.kind === 'scan' || node.kind === 'index-scan' || node.kind === 'index-join') tables.add(node.table)
      compiles ||= bringsManyRows(node, rowsOf)
      return compiles ? compiledOperators(node, inputs, fallback) : undefined
    },
    planSubquery: (logical) => planPhysical(optimize(logical, context), context),
  })
  return { operator, tables: [...tables] }
}
