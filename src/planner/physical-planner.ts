/**
 * From what is to be computed to how. Most nodes leave no choice and are kept; the choices are
 *
 *   scan         whole table, or the rows that an index finds          physical/access.ts
 *   join         hash, index look-up or nested loop; which side is kept in memory          physical/joins.ts
 *   sort+limit   top-n
 *   distinct     grouping by all columns
 *
 * The planner may exchange the sides of a join, so the order of a node's columns may differ from the logical plan's.
 * Columns are found by id; where they are read by position (the result, set operations, CTEs) they are put in order.
 */
import { unreachable } from '../error.ts'
import type { PlannerContext } from './context.ts'
import { Estimator } from './estimate/estimator.ts'
import type { ColumnId, Expression, OutputColumn } from './expression.ts'
import { comparisonName } from './optimizer/comparison.ts'
import { reference } from './optimizer/make.ts'
import { allOf, visitWithNeeds } from './optimizer/required-columns.ts'
import { cheapestFirst, orderedScan, planScan } from './physical/access.ts'
import { planJoin } from './physical/joins.ts'
import type * as physical from './physical-plan.ts'
import type { PhysicalPlan } from './physical-plan.ts'
import type { Limit, LogicalPlan } from './plan.ts'
import { and, conjuncts, inputs, mapExpression, mapExpressions } from './tree.ts'

export function planPhysical(plan: LogicalPlan, context: PlannerContext): PhysicalPlan {
  const planner = new PhysicalPlanner(context)
  planner.noteNeeds(plan)
  return inOrder(planner.plan(plan), plan.columns)
}

export class PhysicalPlanner {
  readonly context: PlannerContext
  readonly estimator: Estimator
  private lastColumn = 0
  private readonly needs = new WeakMap<LogicalPlan, ReadonlySet<ColumnId>>()

  constructor(context: PlannerContext) {
    this.context = context
    this.estimator = new Estimator(context.catalog, context.functions)
  }

  /** A column of the physical plan alone; below zero, since the logical plan's count upwards. */
  newColumnId(): ColumnId {
    return --this.lastColumn
  }

  /** Remembers for every join which of its columns are read above it. */
  noteNeeds(plan: LogicalPlan): void {
    if (!hasJoin(plan)) return
    visitWithNeeds(plan, allOf(plan), (node, needs) => {
      if (node.kind === 'join') this.needs.set(node, needs.columns)
      return node
    })
  }

  /** The columns of a join that nothing above it reads. */
  unread(join: LogicalPlan, columns: readonly OutputColumn[]): { readonly unread?: ReadonlySet<ColumnId> } {
    const read = this.needs.get(join)
    if (!read) return {}
    const unread = columns.filter((column) => !read.has(column.id)).map((column) => column.id)
    return unread.length === 0 ? {} : { unread: new Set(unread) }
  }

  plan(logical: LogicalPlan): PhysicalPlan {
    if (logical.kind === 'with') this.estimator.define(logical.cte, logical.definition)
    if (logical.kind === 'recursive-cte') this.estimator.define(logical.cte, logical.left)
    const plan = mapExpressions(logical, (expression) => this.planSubqueries(expression))
    const estimatedRows = this.estimator.rows(logical)
    switch (plan.kind) {
      case 'scan':
        return planScan(plan, estimatedRows, this)
      case 'values':
      case 'table-function':
      case 'external-scan':
      case 'cte-scan':
        return { ...plan, estimatedRows }
      case 'filter': {
        const planned = this.plan(plan.input)
        const input = planned.kind === 'window' ? withFirst(planned, conjuncts(plan.predicate)) : planned
        const predicate = and(cheapestFirst(conjuncts(plan.predicate)))
        return { ...plan, predicate, columns: input.columns, input, estimatedRows }
      }
      case 'sort': {
        const input = this.plan(plan.input)
        return { ...plan, columns: input.columns, input, estimatedRows }
      }
      case 'limit':
        return this.planLimit(plan, estimatedRows)
      case 'distinct': {
        const input = this.plan(plan.input)
        if (plan.on || input.columns.length === 0) return { ...plan, columns: input.columns, input, estimatedRows }
        const { columns } = input
        return { kind: 'aggregate', columns, input, groups: columns.map(reference), aggregates: [], estimatedRows }
      }
      case 'project':
      case 'aggregate':
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return { ...plan, input: this.plan(plan.input), estimatedRows } as PhysicalPlan
      case 'project-set': {
        const input = this.plan(plan.input)
        return { ...plan, columns: [...input.columns, ...plan.calls.map((call) => call.column)], input, estimatedRows }
      }
      case 'window': {
        const input = this.plan(plan.input)
        const computed = plan.columns.slice(plan.columns.length - plan.calls.length)
        return { ...plan, columns: [...input.columns, ...computed], input, estimatedRows }
      }
      case 'join': {
        const joined = planJoin(plan, estimatedRows, this)
        const isCopying =
          joined.kind === 'hash-join' || joined.kind === 'nested-loop-join' || joined.kind === 'index-join'
        return isCopying ? { ...joined, ...this.unread(logical, joined.columns) } : joined
      }
      case 'apply': {
        const left = this.plan(plan.left)
        const right = this.plan(plan.right)
        return { ...plan, columns: pairColumns(plan, left, right), left, right, estimatedRows }
      }
      case 'set-operation':
      case 'recursive-cte': {
        const left = inOrder(this.plan(plan.left), plan.left.columns)
        const right = inOrder(this.plan(plan.right), plan.right.columns)
        return { ...plan, left, right, estimatedRows } as PhysicalPlan
      }
      case 'with': {
        const definition = inOrder(this.plan(plan.definition), plan.definition.columns)
        const input = this.plan(plan.input)
        return { ...plan, columns: input.columns, definition, input, estimatedRows }
      }
      default:
        return unreachable(plan)
    }
  }

  /** A subquery that stayed in an expression holds its physical plan where the logical one was. */
  private planSubqueries(expression: Expression): Expression {
    return mapExpression(expression, (part) => {
      if (part.kind !== 'subquery' || 'estimatedRows' in part.plan) return part
      this.noteNeeds(part.plan)
      const planned = inOrder(this.plan(part.plan), part.plan.columns)
      return { ...part, plan: planned as unknown as LogicalPlan }
    })
  }

  private planLimit(plan: Limit, estimatedRows: number): PhysicalPlan {
    const { input: below, limit, offset } = plan
    if (
      below.kind === 'sort' &&
      limit &&
      !plan.percent &&
      !plan.ties &&
      isModest(limit) &&
      (!offset || isModest(offset))
    ) {
      const ordered = orderedScan(below, limit, offset, this)
      if (ordered) return { ...plan, columns: ordered.columns, input: ordered, estimatedRows }
      const input = this.plan(below.input)
      const keys = mapExpressions(below, (expression) => this.planSubqueries(expression)).keys
      const top = { kind: 'top-n', columns: input.columns, input, keys, limit, estimatedRows } as const
      return offset ? { ...top, offset } : top
    }
    const input = this.plan(below)
    return { ...plan, columns: input.columns, input, estimatedRows }
  }
}

function hasJoin(plan: LogicalPlan): boolean {
  return plan.kind === 'join' || inputs(plan).some(hasJoin)
}

/** Beyond so many rows of a partition it does not pay to tell them from the others before they are sorted. */
const mostFirstRows = 64
const numberings: ReadonlySet<string> = new Set(['row_number', 'rank'])

/** Notes how many rows of each partition a filter on their numbers lets pass at most. */
function withFirst(window: physical.PhysicalWindow, predicates: readonly Expression[]): physical.PhysicalWindow {
  if (!window.calls.every((call) => numberings.has(call.function.name))) return window
  const numbers = new Set(window.columns.slice(-window.calls.length).map(({ id }) => id))
  const limits = predicates.flatMap((predicate) => {
    if (predicate.kind !== 'call' || predicate.args.length !== 2) return []
    const [left, right] = predicate.args
    if (left.kind !== 'column' || !numbers.has(left.id) || right.kind !== 'constant') return []
    if (right.value === null || !['smallint', 'integer', 'bigint'].includes(right.type.kind)) return []
    const name = comparisonName(predicate)
    if (name === '<') return [Number(right.value) - 1]
    return name === '<=' || name === '=' ? [Number(right.value)] : []
  })
  const first = Math.min(...limits)
  return first >= 1 && first <= mostFirstRows ? { ...window, first } : window
}

const mostKeptRows = 100_000

/** Few enough rows to be kept in order while the others go by. */
function isModest(count: Expression): boolean {
  if (count.kind === 'parameter') return true
  return count.kind === 'constant' && count.value !== null && Number(count.value) <= mostKeptRows
}

/** What a join of these inputs yields. */
export function pairColumns(
  plan: { readonly type: string; readonly mark?: OutputColumn },
  left: PhysicalPlan,
  right: PhysicalPlan,
): readonly OutputColumn[] {
  if (plan.type === 'semi' || plan.type === 'anti') return left.columns
  if (plan.type === 'mark') return plan.mark ? [...left.columns, plan.mark] : left.columns
  return [...left.columns, ...right.columns]
}

/** The plan with its columns in the given order. */
function inOrder(plan: PhysicalPlan, columns: readonly OutputColumn[]): PhysicalPlan {
  const isSame =
    plan.columns.length === columns.length && columns.every((column, index) => column.id === plan.columns[index].id)
  if (isSame) return plan
  const project: physical.PhysicalProject = {
    kind: 'project',
    columns,
    input: plan,
    expressions: columns.map(reference),
    estimatedRows: plan.estimatedRows,
  }
  return project
}
