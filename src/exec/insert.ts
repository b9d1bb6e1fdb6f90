/** INSERT. */
import type { PhysicalInsert } from '../planner/physical-plan.ts'
import { type Batch, selectedCount } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { rowsAdded } from './foreign-keys.ts'
import { insertOnConflict } from './insert-conflict.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { Projection } from './project.ts'
import { TableChecks } from './table-checks.ts'
import { fireAfterwards, triggersOf } from './triggers.ts'

/** Appends the input's rows to a table; yields what RETURNING asks for. */
export function insert(plan: PhysicalInsert, input: Operator, builder: Builder): Operator {
  const newRows = new Projection(input.columns, plan.values, builder)
  const checks = new TableChecks(plan.table, plan.rowColumns, plan.checks, builder)
  const returning = plan.returning && new Projection(plan.rowColumns, plan.returning, builder)
  const resolve = plan.conflict && insertOnConflict(plan, plan.conflict, checks, builder)

  function* append(context: ExecutionContext): Generator<Batch> {
    const { transaction } = context
    const table = transaction.table(plan.table)
    const triggers = triggersOf(plan.table, 'insert', context)
    triggers?.beforeStatement()
    for (const source of input.open(context)) {
      context.checkInterrupt()
      const proposed = newRows.apply(source, context)
      const batch = triggers ? triggers.insertions(proposed, plan.rowColumns) : proposed
      const count = selectedCount(batch)
      if (count === 0) continue
      checks.verify(batch, context)
      rowsAdded(context, plan.table, table.append(transaction, batch), count)
      checks.verifyViews(batch, context)
      context.changedRows += count
      if (returning) yield returning.apply(batch, context)
    }
    fireAfterwards([triggers], context)
  }

  function* appendOrResolve(context: ExecutionContext): Generator<Batch> {
    const resolver = resolve!(context)
    for (const source of input.open(context)) {
      context.checkInterrupt()
      resolver.add(newRows.apply(source, context))
    }
    for (const batch of resolver.finish()) if (returning) yield returning.apply(batch, context)
  }

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    open: (context) => (resolve ? appendOrResolve(context) : append(context)),
  }
}
