/**
 * From a physical plan to operators: one case per node kind, one file per operator.
 *
 *   buildPlan(plan) ─▶ Operator ─ open(context) ─▶ batches
 *
 * The interpreted operator of a node is always built. `compiled` is then offered the node, its inputs and that operator,
 * and may answer with one that runs kernels and falls back to the interpreted one, for small inputs say. EXPLAIN ANALYZE
 * sees the operator that was chosen: each is wrapped so that rows and time are counted when the context asks for it.
 */
import { unreachable } from '../error.ts'
import type {
  PhysicalDelete,
  PhysicalInsert,
  PhysicalLimit,
  PhysicalPlan,
  PhysicalSort,
  PhysicalUpdate,
  TopN,
} from '../planner/physical-plan.ts'
import type { LogicalPlan } from '../planner/plan.ts'
import { columnsUsed } from '../planner/tree.ts'
import { aggregate } from './aggregate.ts'
import { apply } from './apply.ts'
import { asofJoin } from './asof-join.ts'
import { cteScan, recursiveCte, withCte } from './cte.ts'
import { deleteRows } from './delete.ts'
import { distinct } from './distinct.ts'
import { externalScan } from './external-scan.ts'
import { filter } from './filter.ts'
import type { SubqueryCompiler } from './frame.ts'
import { hashJoin } from './hash-join.ts'
import { indexJoin } from './index-join.ts'
import { indexScan } from './index-scan.ts'
import { insert } from './insert.ts'
import { insteadOf } from './instead-of.ts'
import { limit } from './limit.ts'
import { merge } from './merge.ts'
import { nestedLoopJoin } from './nested-loop-join.ts'
import type { Operator } from './operator.ts'
import { positionalJoin } from './positional-join.ts'
import { project } from './project.ts'
import { projectSet } from './project-set.ts'
import { scan } from './scan.ts'
import { setOperation } from './set-operation.ts'
import { sort } from './sort.ts'
import { completed } from './statement-end.ts'
import { measured } from './statistics.ts'
import { compileSubquery } from './subquery.ts'
import { tableFunction } from './table-function.ts'
import { topN } from './top-n.ts'
import { update } from './update.ts'
import { values } from './values.ts'
import { isVolatile } from './volatility.ts'
import { window } from './window.ts'

export interface BuildOptions {
  /** Offered every node once its interpreted operator stands; undefined keeps that one. */
  readonly compiled?: (plan: PhysicalPlan, inputs: readonly Operator[], fallback: Operator) => Operator | undefined
  /** Plans a subquery that an expression holds, where the physical planner left it logical. */
  readonly planSubquery?: (plan: LogicalPlan) => PhysicalPlan
}

/** What the builders of operators may ask of the build. */
export interface Builder {
  readonly subquery: SubqueryCompiler
  build(plan: PhysicalPlan): Operator
  /** The physical plan of a subquery in an expression. */
  planSubquery(plan: LogicalPlan): PhysicalPlan
}

/** The operators of a statement's plan. Constraints that wait for the statement's end are checked when its rows are done. */
export function buildPlan(plan: PhysicalPlan, options: BuildOptions = {}): Operator {
  const builder: Builder = {
    subquery: (expression, scope) => compileSubquery(expression, scope, builder),
    build(node) {
      const interpreted = buildNode(node, builder)
      return measured(compiledFor(node, interpreted, options) ?? interpreted)
    },
    planSubquery(logical) {
      if ('estimatedRows' in logical || !options.planSubquery) return logical as unknown as PhysicalPlan
      return options.planSubquery(logical)
    },
  }
  return completed(builder.build(plan))
}

/** The compiled operator of a node, if there is one. Expressions too deep for the compiler's recursion stay interpreted. */
function compiledFor(plan: PhysicalPlan, interpreted: Operator, options: BuildOptions): Operator | undefined {
  try {
    return options.compiled?.(plan, interpreted.inputs, interpreted)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function buildNode(plan: PhysicalPlan, builder: Builder): Operator {
  switch (plan.kind) {
    case 'scan':
      return scan(plan, builder)
    case 'index-scan':
      return indexScan(plan, builder)
    case 'values':
      return values(plan, builder)
    case 'table-function':
      return tableFunction(plan, builder)
    case 'external-scan':
      return externalScan(plan, builder)
    case 'filter':
      return filter(plan, builder.build(plan.input), builder)
    case 'project':
      return project(plan, builder.build(plan.input), builder)
    case 'project-set':
      return projectSet(plan, builder.build(plan.input), builder)
    case 'hash-join':
      return hashJoin(plan, builder.build(plan.left), builder.build(plan.right), builder)
    case 'nested-loop-join':
      return nestedLoopJoin(plan, builder.build(plan.left), builder.build(plan.right), builder)
    case 'index-join':
      return indexJoin(plan, builder.build(plan.input), builder)
    case 'positional-join':
      return positionalJoin(plan, builder.build(plan.left), builder.build(plan.right))
    case 'asof-join':
      return asofJoin(plan, builder.build(plan.left), builder.build(plan.right), builder)
    case 'apply':
      return apply(plan, builder.build(plan.left), builder.build(plan.right), builder)
    case 'aggregate':
      return aggregate(plan, builder.build(plan.input), builder)
    case 'window':
      return window(plan, builder.build(plan.input), builder)
    case 'sort':
      return aboveEffects(plan, builder, sort)
    case 'top-n':
      return aboveEffects(plan, builder, topN)
    case 'limit':
      return aboveEffects(plan, builder, limit)
    case 'distinct':
      return distinct(plan, builder.build(plan.input), builder)
    case 'set-operation':
      return setOperation(plan, builder.build(plan.left), builder.build(plan.right))
    case 'with':
      return withCte(plan, builder.build(plan.definition), builder.build(plan.input))
    case 'cte-scan':
      return cteScan(plan)
    case 'recursive-cte':
      return recursiveCte(plan, builder.build(plan.left), builder.build(plan.right))
    case 'insert':
      return changed(plan, builder, insert)
    case 'update':
      return changed(plan, builder, update)
    case 'delete':
      return changed(plan, builder, deleteRows)
    case 'merge':
      return merge(plan, builder.build(plan.input), builder)
    default:
      return unreachable(plan)
  }
}

/** The operator that changes a table, or has the triggers of a view do it. */
function changed<Plan extends PhysicalInsert | PhysicalUpdate | PhysicalDelete>(
  plan: Plan,
  builder: Builder,
  make: (plan: Plan, input: Operator, builder: Builder) => Operator,
): Operator {
  const input = builder.build(plan.input)
  const { instead } = plan
  return instead ? insteadOf({ ...plan, instead }, input, builder) : make(plan, input, builder)
}

/**
 * Effects of a select list, like nextval's, happen in the order of the result and for the rows that are returned: such a
 * list is computed above the sort or limit that would stand above it, where its keys allow that.
 */
function aboveEffects<Plan extends PhysicalLimit | PhysicalSort | TopN>(
  plan: Plan,
  builder: Builder,
  make: (plan: Plan, input: Operator, builder: Builder) => Operator,
): Operator {
  const { input } = plan
  const keys = plan.kind === 'limit' ? (plan.ties ?? []) : plan.keys
  if (input.kind !== 'project' || !input.expressions.some(isVolatile)) return make(plan, builder.build(input), builder)
  const below = new Set(input.input.columns.map((column) => column.id))
  const isFree = keys.every(({ expression }) => [...columnsUsed(expression)].every((id) => below.has(id)))
  if (!isFree || (plan.kind === 'limit' && plan.percent)) return make(plan, builder.build(input), builder)
  return project(input, builder.build({ ...plan, input: input.input, columns: input.input.columns }), builder)
}
