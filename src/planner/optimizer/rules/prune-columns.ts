/**
 * Reads and computes only the columns that something above needs: scans leave columns out, projections, aggregates and
 * windows what nobody reads. Projections over projections become one, those that only pass columns on disappear.
 *
 *   SELECT x FROM (SELECT x, y, x + y AS s FROM a) t
 *
 * DISTINCT and set operations compare whole rows, so all their columns stay:
 *
 *   SELECT x FROM (SELECT DISTINCT x, y FROM a) t
 *
 * and a computed value that is read twice stays computed once:
 *
 *   SELECT s + s FROM (SELECT x * y AS s FROM a) t
 */
import { exactlyOneRow } from '../../estimate/properties.ts'
import type { ColumnId, Expression } from '../../expression.ts'
import type { LogicalPlan, Project, Scan } from '../../plan.ts'
import { addColumnsUsed, replaceColumns, someExpression, walkExpression } from '../../tree.ts'
import { project } from '../make.ts'
import { allOf, type Needs, usedBy, visitWithNeeds } from '../required-columns.ts'
import type { Rule } from '../rule.ts'
import { isVolatile } from '../same-expression.ts'

export const pruneColumns: Rule = {
  name: 'prune-columns',
  canFire: () => true,
  apply: (plan) => visitWithNeeds(plan, allOf(plan), prune),
}

function prune(plan: LogicalPlan, needs: Needs): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
      return needs.exact ? plan : pruneScan(plan, needs)
    case 'external-scan': {
      if (needs.exact) return plan
      const used = usedBy(plan.filter)
      const kept = positions(plan, (id) => needs.columns.has(id) || used.has(id))
      if (kept.length === plan.columns.length) return plan
      return {
        ...plan,
        columns: kept.map((position) => plan.columns[position]),
        sourceColumns: kept.map((position) => plan.sourceColumns[position]),
      }
    }
    case 'values': {
      if (needs.exact) return plan
      const kept = positions(plan, (id) => needs.columns.has(id))
      if (kept.length === plan.columns.length) return plan
      return {
        ...plan,
        columns: kept.map((position) => plan.columns[position]),
        rows: plan.rows.map((row) => kept.map((position) => row[position])),
      }
    }
    case 'project':
      return pruneProject(plan, needs)
    case 'aggregate': {
      if (needs.exact || plan.sets || plan.groupingColumn !== undefined) return plan
      const width = plan.groups.length
      const kept = positions(plan, (id) => needs.columns.has(id)).filter((position) => position >= width)
      if (kept.length === plan.aggregates.length) return plan
      if (kept.length === 0 && exactlyOneRow(plan)) return { kind: 'values', columns: [], rows: [[]] }
      return {
        ...plan,
        columns: [...plan.columns.slice(0, width), ...kept.map((position) => plan.columns[position])],
        aggregates: kept.map((position) => plan.aggregates[position - width]),
      }
    }
    case 'window': {
      if (needs.exact) return plan
      const first = plan.columns.length - plan.calls.length
      const kept = plan.calls
        .map((_, index) => index)
        .filter((index) => needs.columns.has(plan.columns[first + index].id))
      if (kept.length === plan.calls.length) return plan
      if (kept.length === 0) return prune(plan.input, needs)
      return {
        ...plan,
        columns: [...plan.columns.slice(0, first), ...kept.map((index) => plan.columns[first + index])],
        calls: kept.map((index) => plan.calls[index]),
      }
    }
    default:
      return plan
  }
}

function positions(plan: LogicalPlan, isNeeded: (id: ColumnId) => boolean): number[] {
  const kept: number[] = []
  plan.columns.forEach((column, index) => {
    if (isNeeded(column.id)) kept.push(index)
  })
  return kept
}

function pruneScan(plan: Scan, needs: Needs): Scan {
  const used = usedBy(plan.filter)
  const kept = positions(plan, (id) => needs.columns.has(id) || used.has(id))
  if (kept.length === plan.columns.length) return plan
  const columns = kept.map((position) => plan.columns[position])
  const tableColumns = kept
    .filter((position) => position < plan.tableColumns.length)
    .map((position) => plan.tableColumns[position])
  if (plan.rowId === undefined || columns.some((column) => column.id === plan.rowId))
    return { ...plan, columns, tableColumns }
  const { rowId: _, ...rest } = plan
  return { ...rest, columns, tableColumns }
}

function pruneProject(plan: Project, needs: Needs): LogicalPlan {
  let current = plan
  if (!needs.exact) {
    const kept = positions(plan, (id) => needs.columns.has(id))
    if (kept.length < plan.columns.length) {
      current = {
        ...plan,
        columns: kept.map((position) => plan.columns[position]),
        expressions: kept.map((position) => plan.expressions[position]),
      }
    }
    const passes = current.expressions.every(
      (expression, index) =>
        expression.kind === 'column' &&
        expression.id === current.columns[index].id &&
        providedBy(current.input, expression.id),
    )
    if (passes)
      return prune(current.input, { columns: new Set(current.columns.map((column) => column.id)), exact: false })
  }
  const merged = merge(current)
  if (merged === current)
    return project(current.input, current.columns, current.expressions) === current.input
      ? prune(current.input, needs)
      : current
  return merged.kind === 'project' ? pruneProject(merged, needs) : prune(merged, needs)
}

function providedBy(plan: LogicalPlan, id: ColumnId): boolean {
  return plan.columns.some((column) => column.id === id)
}

/** Projection over projection as one, unless something would be computed more often. */
function merge(plan: Project): LogicalPlan {
  const { input } = plan
  if (input.kind !== 'project') return plan
  const values = new Map(input.columns.map((column, index) => [column.id, input.expressions[index]]))
  const uses = new Map<ColumnId, number>()
  for (const expression of plan.expressions) countUses(expression, uses)
  for (const [id, value] of values) {
    if (value.kind === 'column' || value.kind === 'constant' || value.kind === 'parameter') continue
    const count = uses.get(id) ?? 0
    if (count > 1 || (count > 0 && (isVolatile(value) || holdsPlan(value)))) return plan
    if (count === 0 && isVolatile(value)) return plan
  }
  if (plan.expressions.some((expression) => holdsPlan(expression) || holdsLambda(expression))) return plan
  return project(
    input.input,
    plan.columns,
    plan.expressions.map((expression) => replaceColumns(expression, (id) => values.get(id))),
  )
}

function countUses(expression: Expression, uses: Map<ColumnId, number>): void {
  walkExpression(expression, (part) => {
    if (part.kind === 'column') uses.set(part.id, (uses.get(part.id) ?? 0) + 1)
    else if (part.kind === 'subquery') {
      const used = new Set<ColumnId>()
      addColumnsUsed(part, used)
      for (const id of used) uses.set(id, (uses.get(id) ?? 0) + 2)
    }
  })
}

function holdsPlan(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'subquery')
}

/** A lambda's body runs once per element. */
function holdsLambda(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'lambda')
}
