/** INSERT … ON CONFLICT: rows whose keys are taken are left out, or change the row that has the key. */
import { SqlError } from '../error.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalInsert } from '../planner/physical-plan.ts'
import type { ConflictAction } from '../planner/plan.ts'
import type { IndexDefinition, RowId, TableData } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { rowsAdded, rowsReplaced } from './foreign-keys.ts'
import { ArrayFrame } from './frame.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext } from './operator.ts'
import { RowBuffer, valuesBatch } from './rows.ts'
import { rowValues, type TableChecks } from './table-checks.ts'
import { fireAfterwards, type StatementTriggers, triggersOf } from './triggers.ts'

interface Compiled {
  readonly plan: PhysicalInsert
  readonly conflict: ConflictAction
  readonly checks: TableChecks
  /** Over one row: the existing row's columns, then the proposed one's. */
  readonly frame: ArrayFrame
  readonly values: readonly Evaluator[]
  readonly where: Evaluator | undefined
  readonly arbiters: readonly IndexDefinition[]
}

export function insertOnConflict(
  plan: PhysicalInsert,
  conflict: ConflictAction,
  checks: TableChecks,
  builder: Builder,
): (context: ExecutionContext) => ConflictResolver {
  const frame = new ArrayFrame([...conflict.existing, ...plan.rowColumns], builder.subquery)
  const compiled: Compiled = {
    plan,
    conflict,
    checks,
    frame,
    values: frame.compileAll(conflict.values ?? []),
    where: conflict.where && frame.compile(conflict.where),
    arbiters: plan.table.indexes.filter((index) => index.unique && (conflict.indexes?.includes(index.name) ?? true)),
  }
  return (context) => new ConflictResolver(compiled, context)
}

/** Takes proposed rows in; looks their keys up among the table's rows and among those proposed before. */
export class ConflictResolver {
  private readonly compiled: Compiled
  private readonly context: ExecutionContext
  private readonly table: TableData
  /** Per arbiter, the keys that this statement inserts. */
  private readonly ownKeys: readonly KeyTable[]
  private readonly inserted: RowBuffer
  private readonly updated: RowBuffer
  private readonly updatedIds: RowId[] = []
  private readonly touched: Set<RowId> = new Set()
  /** Inserted and changed rows together, for RETURNING. */
  private readonly written: RowBuffer
  private readonly insertTriggers: StatementTriggers | undefined
  private readonly updateTriggers: StatementTriggers | undefined

  constructor(compiled: Compiled, context: ExecutionContext) {
    const { table } = compiled.plan
    this.compiled = compiled
    this.context = context
    this.table = context.transaction.table(table)
    this.ownKeys = compiled.arbiters.map((index) => new KeyTable(this.table.keyTypes(index)))
    this.inserted = new RowBuffer(table.columns.length)
    this.updated = new RowBuffer(table.columns.length)
    this.written = new RowBuffer(table.columns.length)
    const { action, changed } = compiled.conflict
    this.insertTriggers = triggersOf(table, 'insert', context)
    this.updateTriggers = action === 'update' ? triggersOf(table, 'update', context, changed) : undefined
    this.insertTriggers?.beforeStatement()
    this.updateTriggers?.beforeStatement()
  }

  add(batch: Batch): void {
    const { context, insertTriggers } = this
    const { checks, plan } = this.compiled
    if (!insertTriggers) checks.verify(batch, context, false)
    const proposed = Array.from({ length: selectedCount(batch) }, (_, n) =>
      rowValues(batch, selectedRow(batch, n, context.pool.memory), context),
    )
    for (const before of proposed) {
      const row = insertTriggers ? insertTriggers.beforeRow(undefined, before) : before
      if (!row) continue
      if (insertTriggers) {
        const columns = row.map((value) => [value])
        checks.verify(valuesBatch(plan.rowColumns, columns, 1), context, false)
      }
      const existing = this.findConflict(row)
      if (existing === undefined) {
        insertTriggers?.changed(undefined, row)
        this.inserted.push(row)
        this.written.push(row)
      } else if (this.compiled.conflict.action === 'update') {
        this.update(existing, row)
      }
    }
  }

  /** The row that has one of the keys: its id, or 'own' for one that this statement inserts. Otherwise takes the keys. */
  private findConflict(row: readonly Value[]): RowId | 'own' | undefined {
    const { arbiters } = this.compiled
    const keys = arbiters.map((index) => {
      const key = this.table.keyOf(index, row)
      return !key || (key.includes(null) && !index.nullsNotDistinct) ? undefined : key
    })
    for (let n = 0; n < arbiters.length; n++) {
      const key = keys[n]
      if (!key) continue
      if (this.ownKeys[n].find(key) !== -1) return 'own'
      const [found] = this.table.lookup(this.context.transaction, arbiters[n], key, arbiters[n].nullsNotDistinct)
      if (found !== undefined) return found
    }
    keys.forEach((key, n) => {
      if (key) this.ownKeys[n].insert(key)
    })
    return undefined
  }

  private update(existing: RowId | 'own', proposed: readonly Value[]): void {
    const { frame, values, where, plan } = this.compiled
    const { transaction } = this.context
    if (existing === 'own' || this.touched.has(existing) || this.table.isEnded(transaction, existing)) {
      throw new SqlError('cardinality_violation', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
        hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
      })
    }
    const old = plan.table.columns.map((_, column) => this.table.readValue(existing, column))
    frame.runtime = this.context
    frame.arrays = [...old, ...proposed].map((value) => [value])
    if (where && where(0) !== true) return
    this.touched.add(existing)
    const changed = values.map((evaluator) => evaluator(0))
    const row = this.updateTriggers ? this.updateTriggers.beforeRow(old, changed) : changed
    if (!row) return
    this.updateTriggers?.changed(old, row)
    this.updatedIds.push(existing)
    this.updated.push(row)
    this.written.push(row)
  }

  /** Writes what is to be written; yields the new rows in the order in which they were proposed. */
  finish(): Iterable<Batch> {
    const { context, table, inserted, updated, updatedIds } = this
    const { plan, checks } = this.compiled
    const { transaction } = context
    if (updated.rowCount > 0) {
      const batch = valuesBatch(plan.rowColumns, updated.columns, updated.rowCount)
      checks.verify(batch, context)
      rowsReplaced(context, plan.table, updatedIds, table.replace(transaction, updatedIds, batch))
      checks.verifyViews(batch, context)
    }
    if (inserted.rowCount > 0) {
      const batch = valuesBatch(plan.rowColumns, inserted.columns, inserted.rowCount)
      rowsAdded(context, plan.table, table.append(transaction, batch), inserted.rowCount)
      checks.verifyViews(batch, context)
    }
    context.changedRows += this.written.rowCount
    fireAfterwards([this.updateTriggers, this.insertTriggers], context)
    return [valuesBatch(plan.rowColumns, this.written.columns, this.written.rowCount)]
  }
}
