/**
 * The optimiser: a list of rules (`rules/index.ts`), run in order, each turning the plan into one that yields the same
 * rows sooner. All rules are treated alike: a rule has a name, can be switched off by the setting `disabled_rules`, is
 * skipped at the cost of a bit test when nothing in the plan concerns it, is reported to the trace when it changed the
 * plan, and must leave the columns of the result as they were.
 *
 *   bound plan ─ constant-folding ─ unnest-subqueries ─ decorrelate ─ … ─ join-order ─ prune-columns ─▶
 *
 * Subqueries that a rule could not take out of an expression are optimised on their own.
 */
import { assert } from '../../error.ts'
import type { DataType } from '../../types/data-type.ts'
import type { PlannerContext } from '../context.ts'
import { Estimator } from '../estimate/estimator.ts'
import type { ColumnId, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { inputs, mapExpression, mapExpressions, mapInputs } from '../tree.ts'
import { type Features, Has, survey } from './features.ts'
import type { RuleContext } from './rule.ts'
import { rules } from './rules/index.ts'

/** Is told the plan as bound, and after each rule that changed it, with the milliseconds that the rule took. */
export type RuleTrace = (rule: string, plan: LogicalPlan, milliseconds: number) => void

export function optimize(plan: LogicalPlan, context: PlannerContext, trace?: RuleTrace): LogicalPlan {
  trace?.('bound', plan, 0)
  const { features, highestColumn, highestCte } = survey(plan)
  const ruleContext = new OptimizerContext(context, highestColumn, highestCte)
  const optimized = runRules(plan, features, ruleContext, trace)
  return (features & Has.subquery) === 0 ? optimized : optimizeSubqueries(optimized, ruleContext)
}

function runRules(
  plan: LogicalPlan,
  initialFeatures: Features,
  context: OptimizerContext,
  trace: RuleTrace | undefined,
): LogicalPlan {
  const disabled = disabledRules(context.planner)
  let features = initialFeatures
  let current = plan
  for (const rule of rules) {
    if (!rule.canFire(features) || disabled.has(rule.name)) continue
    const start = trace ? performance.now() : 0
    const next = rule.apply(current, context)
    if (next === current) continue
    assertSameColumns(rule.name, current.columns, next.columns)
    trace?.(rule.name, next, performance.now() - start)
    current = next
    features = survey(current).features
  }
  return current
}

/** What stayed inside expressions is a plan like any other. */
function optimizeSubqueries(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const own = mapExpressions(plan, (expression) =>
    mapExpression(expression, (part) => {
      if (part.kind !== 'subquery') return part
      const inner = runRules(part.plan, survey(part.plan).features, context, undefined)
      const optimized = optimizeSubqueries(inner, context)
      return optimized === part.plan ? part : { ...part, plan: optimized }
    }),
  )
  return inputs(own).length === 0 ? own : mapInputs(own, (input) => optimizeSubqueries(input, context))
}

const none: ReadonlySet<string> = new Set()

function disabledRules(context: PlannerContext): ReadonlySet<string> {
  const text = context.settings.get('disabled_rules')
  return text === '' ? none : new Set(text.split(',').map((name) => name.trim()))
}

function assertSameColumns(rule: string, before: readonly OutputColumn[], after: readonly OutputColumn[]): void {
  let same = before.length === after.length
  for (let index = 0; same && index < before.length; index++) {
    same = before[index].id === after[index].id && before[index].type.kind === after[index].type.kind
  }
  const list = (columns: readonly OutputColumn[]): string =>
    columns.map((column) => `${column.name} ${column.id}`).join(', ')
  assert(same, same ? '' : `rule ${rule} changed the columns from (${list(before)}) to (${list(after)})`)
}

class OptimizerContext implements RuleContext {
  readonly planner: PlannerContext
  readonly functions: PlannerContext['functions']
  private known: Estimator | undefined
  private lastColumn: ColumnId
  private lastCte: number

  constructor(planner: PlannerContext, highestColumn: ColumnId, highestCte: number) {
    this.planner = planner
    this.functions = planner.functions
    this.lastColumn = highestColumn
    this.lastCte = highestCte
  }

  get estimator(): Estimator {
    this.known ??= new Estimator(this.planner.catalog, this.planner.functions)
    return this.known
  }

  newColumn(name: string, type: DataType, table?: string): OutputColumn {
    const id = this.newColumnId()
    return table === undefined ? { id, name, type } : { id, name, type, table }
  }

  newColumnId(): ColumnId {
    return ++this.lastColumn
  }

  newCte(): number {
    return ++this.lastCte
  }
}
