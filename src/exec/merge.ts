/** MERGE. */
import { assert, SqlError } from '../error.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { PhysicalMerge } from '../planner/physical-plan.ts'
import type { Merge } from '../planner/plan.ts'
import type { RowId } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { rowsAdded, rowsRemoved, rowsReplaced } from './foreign-keys.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { Projection } from './project.ts'
import { bufferBatches, RowBuffer, valuesBatch } from './rows.ts'
import { TableChecks } from './table-checks.ts'
import { fireAfterwards, type StatementTriggers, triggersOf } from './triggers.ts'

type Branch = Merge['branches'][number]

interface CompiledBranch {
  readonly branch: Branch
  readonly condition: Evaluator | undefined
  readonly values: readonly Evaluator[]
}

/** For each row of source joined with target, does what the first branch says whose case and condition fit. */
export function merge(plan: PhysicalMerge, input: Operator, builder: Builder): Operator {
  const frame = new BatchFrame(input.columns, builder.subquery)
  const branches = plan.branches.map((branch) => ({
    branch,
    condition: branch.condition && frame.compile(branch.condition),
    values: frame.compileAll(branch.values ?? []),
  }))
  const position = (id: number): number => input.columns.findIndex((column) => column.id === id)
  const rowId = position(plan.rowId)
  const sourceMatched = plan.sourceMatched === undefined ? -1 : position(plan.sourceMatched)
  const checks = new TableChecks(plan.table, plan.rowColumns, plan.checks, builder)
  const seen = [...plan.rowColumns, ...input.columns]
  const returning = plan.returning && new Projection(seen, plan.returning, builder)

  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      const changes = new Changes(plan, context)
      const rows = new RowBuffer(returning ? seen.length : 0)
      for (const batch of input.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        const readers = batch.columns.map((vector) => vectorReader(vector, memory))
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const row = selectedRow(batch, n, memory)
          const id: Value = readers[rowId](row)
          const hasSource = sourceMatched === -1 || readers[sourceMatched](row) !== null
          const when = id === null ? 'not matched' : hasSource ? 'matched' : 'not matched by source'
          const chosen = choose(branches, when, row)
          if (!chosen || chosen.branch.action === 'nothing') continue
          const newRow = chosen.values.map((evaluator) => evaluator(row))
          const shown = changes.add(chosen.branch.action, id === null ? undefined : Number(id), newRow)
          if (changes.hasTriggers) frame.bind(batch, context)
          if (returning && shown) {
            for (let column = 0; column < shown.length; column++) rows.columns[column].push(shown[column])
            readers.forEach((read, column) => {
              rows.columns[shown.length + column].push(read(row))
            })
            rows.rowCount++
          }
        }
      }
      changes.write(checks)
      if (returning) {
        for (const batch of bufferBatches(seen, rows.columns, rows.rowCount, context))
          yield returning.apply(batch, context)
      }
    },
  }
}

function choose(branches: readonly CompiledBranch[], when: Branch['when'], row: number): CompiledBranch | undefined {
  return branches.find(
    ({ branch, condition }) => branch.when === when && (condition === undefined || condition(row) === true),
  )
}

/** What a MERGE is going to write. */
class Changes {
  private readonly plan: PhysicalMerge
  private readonly context: ExecutionContext
  private readonly touched: Set<RowId> = new Set()
  private readonly removed: RowId[] = []
  private readonly replaced: RowId[] = []
  private readonly updates: RowBuffer
  private readonly inserts: RowBuffer
  private readonly triggers: ReadonlyMap<string, StatementTriggers>

  constructor(plan: PhysicalMerge, context: ExecutionContext) {
    this.plan = plan
    this.context = context
    this.updates = new RowBuffer(plan.table.columns.length)
    this.inserts = new RowBuffer(plan.table.columns.length)
    this.triggers = statementTriggers(plan, context)
    for (const triggers of this.triggers.values()) triggers.beforeStatement()
  }

  get hasTriggers(): boolean {
    return this.triggers.size > 0
  }

  private oldRow(id: RowId): Value[] {
    const table = this.context.transaction.table(this.plan.table)
    return this.plan.table.columns.map((_, column) => table.readValue(id, column))
  }

  /** The row as it was written, of a deletion the old one; undefined where a trigger leaves it out. */
  add(
    action: 'update' | 'delete' | 'insert',
    id: RowId | undefined,
    proposed: readonly Value[],
  ): readonly Value[] | undefined {
    const triggers = this.triggers.get(action)
    if (action === 'insert') {
      const row = triggers ? triggers.beforeRow(undefined, proposed) : proposed
      if (!row) return undefined
      triggers?.changed(undefined, row)
      this.inserts.push(row)
      return row
    }
    assert(id !== undefined, 'only a matched row is updated or deleted')
    const { transaction } = this.context
    if (this.touched.has(id) || transaction.table(this.plan.table).isEnded(transaction, id)) {
      throw new SqlError('cardinality_violation', 'MERGE command cannot affect row a second time', {
        hint: 'Ensure that not more than one source row matches any one target row.',
      })
    }
    this.touched.add(id)
    const old = this.oldRow(id)
    if (action === 'delete') {
      if (triggers && !triggers.beforeRow(old, undefined)) return undefined
      triggers?.changed(old, undefined)
      this.removed.push(id)
      return old
    }
    const row = triggers ? triggers.beforeRow(old, proposed) : proposed
    if (!row) return undefined
    triggers?.changed(old, row)
    this.replaced.push(id)
    this.updates.push(row)
    return row
  }

  write(checks: TableChecks): void {
    const { plan, context, removed, replaced, updates, inserts } = this
    const { transaction } = context
    const table = transaction.table(plan.table)
    if (removed.length > 0) {
      table.remove(transaction, removed)
      rowsRemoved(context, plan.table, removed)
    }
    if (replaced.length > 0) {
      const batch = valuesBatch(plan.rowColumns, updates.columns, updates.rowCount)
      checks.verify(batch, context)
      rowsReplaced(context, plan.table, replaced, table.replace(transaction, replaced, batch))
      checks.verifyViews(batch, context)
    }
    if (inserts.rowCount > 0) {
      const batch = valuesBatch(plan.rowColumns, inserts.columns, inserts.rowCount)
      checks.verify(batch, context)
      rowsAdded(context, plan.table, table.append(transaction, batch), inserts.rowCount)
      checks.verifyViews(batch, context)
    }
    context.changedRows += removed.length + replaced.length + inserts.rowCount
    const inOrder = ['delete', 'update', 'insert'].map((action) => this.triggers.get(action))
    fireAfterwards(inOrder, context)
  }
}

/** The triggers of the actions that some branch has. */
function statementTriggers(plan: PhysicalMerge, context: ExecutionContext): Map<string, StatementTriggers> {
  const found = new Map<string, StatementTriggers>()
  for (const event of ['insert', 'update', 'delete'] as const) {
    const branches = plan.branches.filter(({ action }) => action === event)
    if (branches.length === 0) continue
    const changed = branches.flatMap((branch) => branch.changed ?? [])
    const triggers = triggersOf(plan.table, event, context, event === 'update' ? changed : undefined)
    if (triggers) found.set(event, triggers)
  }
  return found
}
