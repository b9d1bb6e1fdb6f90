/**
 * Drops groups that are constant, or that follow from other groups, and computes them once per group instead:
 *
 *   SELECT x, x - 1, count(*) FROM a GROUP BY x, x - 1
 *
 *   Aggregate by x, x - 1: count(*)     Project x, x - 1, count
 *   └─ Scan a                       ─▶  └─ Aggregate by x: count(*)
 *                                          └─ Scan a
 *
 * One group stays in any case, since without any there would be a row for no rows. It keeps still where equal values can
 * be told apart, as 1.0 and 1.00 can:
 *
 *   SELECT n, n::text FROM a GROUP BY n, n::text            (n is numeric)
 */
import type { TypeKind } from '../../../types/data-type.ts'
import type { ColumnId, Expression, OutputColumn } from '../../expression.ts'
import type { Aggregate, LogicalPlan } from '../../plan.ts'
import { columnsUsed, replaceColumns, someExpression } from '../../tree.ts'
import { Has } from '../features.ts'
import { project, rebuild, reference } from '../make.ts'
import type { Rule } from '../rule.ts'
import { isVolatile } from '../same-expression.ts'

export const dependentGroups: Rule = {
  name: 'dependent-groups',
  canFire: (features) => (features & Has.aggregate) !== 0,
  apply: visit,
}

/** Types whose equal values are the same in every respect. */
const exactKinds: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'text',
  'varchar',
  'uuid',
])

function visit(plan: LogicalPlan): LogicalPlan {
  const node = rebuild(plan, visit)
  return node.kind === 'aggregate' && !node.sets && node.groups.length > 1 ? reduce(node) : node
}

function reduce(plan: Aggregate): LogicalPlan {
  const { groups, columns } = plan
  const known = new Map<ColumnId, Expression>()
  for (const [i, group] of groups.entries()) {
    if (group.kind === 'column' && exactKinds.has(group.type.kind)) known.set(group.id, reference(columns[i]))
  }
  const follows = groups.map((group) => group.kind !== 'column' && followsFrom(group, known))
  if (follows.every((each) => each)) follows[0] = false
  if (!follows.includes(true)) return plan
  const isKept = (_: unknown, i: number): boolean => i >= groups.length || !follows[i]
  const reduced: Aggregate = {
    ...plan,
    columns: columns.filter(isKept),
    groups: groups.filter(isKept),
  }
  const expressions = columns.map((column: OutputColumn, i) =>
    isKept(column, i) ? reference(column) : replaceColumns(groups[i], (id) => known.get(id)),
  )
  return project(reduced, columns, expressions)
}

function followsFrom(group: Expression, known: ReadonlyMap<ColumnId, Expression>): boolean {
  if (isVolatile(group) || someExpression(group, (part) => part.kind === 'subquery')) return false
  return [...columnsUsed(group)].every((id) => known.has(id))
}
