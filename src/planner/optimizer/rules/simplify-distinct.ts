/**
 * Drops DISTINCT and grouping where the rows differ anyway, because a key is among the columns.
 *
 *   SELECT DISTINCT id, x FROM a                (id is the key)
 *
 * A key that may be NULL in several rows is none:
 *
 *   SELECT DISTINCT u FROM a                    (u is UNIQUE, but not NOT NULL)
 *
 * Groups that follow from a key among the groups need not be hashed; they are the value of any row:
 *
 *   SELECT a.id, a.name, sum(b.v) FROM a JOIN b ON b.a_id = a.id GROUP BY a.id, a.name
 */

import type { AggregateFunction } from '../../../functions/function.ts'
import { findFunctions } from '../../../functions/registry.ts'
import { isDistinctOn } from '../../estimate/properties.ts'
import type { AggregateCall, ColumnId, Expression, OutputColumn } from '../../expression.ts'
import type { Aggregate, LogicalPlan, Scan } from '../../plan.ts'
import { Has } from '../features.ts'
import { keepColumns, rebuild } from '../make.ts'
import type { Rule } from '../rule.ts'

export const simplifyDistinct: Rule = {
  name: 'simplify-distinct',
  canFire: (features) => (features & (Has.distinct | Has.aggregate)) !== 0,
  apply: simplify,
}

function simplify(plan: LogicalPlan): LogicalPlan {
  const node = rebuild(plan, simplify)
  switch (node.kind) {
    case 'distinct': {
      const on = node.on?.flatMap((each) => (each.kind === 'column' ? [each.id] : []))
      const columns = on ?? node.columns.map((column) => column.id)
      return isDistinctOn(node.input, new Set(columns)) ? node.input : node
    }
    case 'aggregate':
      return reduceGroups(node)
    default:
      return node
  }
}

/** Keeps of the groups the key that the others follow from; these become any_value. */
function reduceGroups(plan: Aggregate): LogicalPlan {
  if (plan.sets || plan.groups.length < 2) return plan
  const ids: ColumnId[] = []
  for (const group of plan.groups) if (group.kind === 'column') ids.push(group.id)
  const dependent = dependentColumns(plan.input, ids)
  if (dependent.size === 0) return plan
  const record = findFunctions('any_value').find((each): each is AggregateFunction => each.kind === 'aggregate')
  if (!record) return plan
  const groups: Expression[] = []
  const groupColumns: OutputColumn[] = []
  const calls: AggregateCall[] = []
  const callColumns: OutputColumn[] = []
  plan.groups.forEach((group, index) => {
    const column = plan.columns[index]
    if (group.kind !== 'column' || !dependent.has(group.id)) {
      groups.push(group)
      groupColumns.push(column)
      return
    }
    calls.push({
      function: record,
      overload: record.overloads[0],
      args: [group],
      distinct: false,
      orderBy: [],
      type: group.type,
    })
    callColumns.push(column)
  })
  if (calls.length === 0) return plan
  const rest = plan.columns.slice(plan.groups.length)
  const reduced: LogicalPlan = {
    ...plan,
    columns: [...groupColumns, ...callColumns, ...rest],
    groups,
    aggregates: [...calls, ...plan.aggregates],
  }
  return keepColumns(reduced, plan.columns)
}

/** Those of the columns that follow from others of them: a table's columns from its key. */
function dependentColumns(plan: LogicalPlan, ids: readonly ColumnId[]): ReadonlySet<ColumnId> {
  const wanted = new Set(ids)
  const dependent = new Set<ColumnId>()
  visitScans(plan, (scan) => {
    const own = scan.columns.filter((column) => wanted.has(column.id))
    if (own.length < 2) return
    const key = scan.table.constraints
      .filter((constraint) => constraint.kind === 'primary-key' && !constraint.deferrable)
      .map((constraint) => (constraint.kind === 'primary-key' ? constraint.columns : []))
      .map((numbers) => numbers.map((number) => scan.columns[scan.tableColumns.indexOf(number)]?.id))
      .find((each) => each.length > 0 && each.every((id) => id !== undefined && wanted.has(id)))
    if (!key) return
    for (const column of own) if (!key.includes(column.id)) dependent.add(column.id)
  })
  return dependent
}

/** The tables whose rows come through unchanged, so that what holds of their columns still holds. */
function visitScans(plan: LogicalPlan, visit: (scan: Scan) => void): void {
  switch (plan.kind) {
    case 'scan':
      visit(plan)
      return
    case 'filter':
    case 'sort':
    case 'limit':
    case 'window':
    case 'distinct':
    case 'project':
      visitScans(plan.input, visit)
      return
    case 'join':
    case 'apply': {
      const pads = plan.type === 'full' || (plan.kind === 'join' && plan.special !== undefined)
      if (pads) return
      if (plan.type !== 'right') visitScans(plan.left, visit)
      if (plan.type === 'inner' || plan.type === 'cross' || plan.type === 'right') visitScans(plan.right, visit)
      return
    }
  }
}
