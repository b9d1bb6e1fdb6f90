/**
 * Triggers of a table that a statement changes:
 *
 *   BEFORE statement ─▶ for each row: BEFORE row (may change it, or leave it out) ─▶ the change
 *   statement's rows done ─▶ foreign keys act ─▶ for each row: AFTER row ─▶ AFTER statement
 *
 * Several of a kind run in the order of their names. What an action of a foreign key changes sets off triggers too, once per
 * statement and table. AFTER triggers of constraints may wait for the transaction's end.
 */
import { AssertionError } from '../error.ts'
import { bindTriggerCondition } from '../planner/binder/trigger.ts'
import type { OutputColumn } from '../planner/expression.ts'
import type { RoutineDefinition, TableDefinition, TriggerDefinition, TriggerEvent } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { generatedColumns, plannerContextOf } from './ddl/table-expressions.ts'
import { defer, isDeferred } from './deferred.ts'
import { ArrayFrame } from './frame.ts'
import type { ExecutionContext } from './operator.ts'
import { valuesBatch } from './rows.ts'
import { rowValues } from './table-checks.ts'
import { callTrigger, findTriggerFunction, type Row, type TriggerOwner, type TriggerRows } from './trigger-call.ts'

/**
 * AFTER triggers that wait until the statement's rows are done and its foreign keys have acted; together, those of the several
 * events of one MERGE or INSERT … ON CONFLICT.
 */
const waitingIn = new WeakMap<ExecutionContext, (readonly StatementTriggers[])[]>()
/** The triggers that actions of foreign keys have set off in a statement, by table and event. */
const actionsIn = new WeakMap<ExecutionContext, Map<string, StatementTriggers | undefined>>()

/** The triggers that an event of a statement sets off; undefined when there are none. */
export function triggersOf(
  owner: TriggerOwner,
  event: TriggerEvent,
  context: ExecutionContext,
  changed?: readonly number[],
): StatementTriggers | undefined {
  const own = triggersFor(owner, event, changed)
  return own.length === 0 ? undefined : new StatementTriggers(owner, event, own, context)
}

/** As `triggersOf`, for what an action of a foreign key changes: the same for all actions of a statement. */
export function actionTriggers(
  table: TableDefinition,
  event: TriggerEvent,
  context: ExecutionContext,
  changed?: readonly number[],
): StatementTriggers | undefined {
  let known = actionsIn.get(context)
  if (!known) actionsIn.set(context, (known = new Map()))
  const key = JSON.stringify([table.schema, table.name, event, changed])
  if (known.has(key)) return known.get(key)
  const triggers = triggersOf(table, event, context, changed)
  known.set(key, triggers)
  triggers?.beforeStatement()
  fireAfterwards([triggers], context)
  return triggers
}

/** Has AFTER triggers run when the statement's rows are done. */
export function fireAfterwards(triggers: readonly (StatementTriggers | undefined)[], context: ExecutionContext): void {
  const own = triggers.filter((each) => each !== undefined)
  if (own.length === 0) return
  const waiting = waitingIn.get(context)
  if (waiting) waiting.push(own)
  else waitingIn.set(context, [own])
}

/** Runs the AFTER triggers of all that the statement changed: for the rows in the order of their changes, then for statements. */
export function runAfterTriggers(context: ExecutionContext): void {
  for (let waiting = waitingIn.get(context); waiting; waiting = waitingIn.get(context)) {
    waitingIn.delete(context)
    for (const group of waiting) fireAfter(group)
  }
}

export function fireAfter(group: readonly StatementTriggers[]): void {
  const changes = group.flatMap((triggers) => triggers.changes.map((change) => ({ triggers, change })))
  if (group.length > 1) changes.sort((a, b) => a.change.order - b.change.order)
  for (const { triggers, change } of changes) triggers.afterRow(change)
  for (const triggers of group) triggers.afterStatement()
}

/** The enabled triggers that an event sets off, in the order in which they fire. */
export function triggersFor(
  { triggers, columns }: TriggerOwner,
  event: TriggerEvent,
  changed?: readonly number[],
): readonly TriggerDefinition[] {
  if (!triggers) return []
  const names = changed?.map((column) => columns[column].name)
  return triggers
    .filter(({ state, events }) => (state === 'origin' || state === 'always') && concerns(events, event, names))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Whether an event that changes columns of these names is among some; of unknown ones when absent. */
function concerns(
  events: TriggerDefinition['events'],
  event: TriggerEvent,
  changed: readonly string[] | undefined,
): boolean {
  return events.some(
    (own) =>
      own.event === event &&
      (own.columns.length === 0 || changed === undefined || own.columns.some((column) => changed.includes(column))),
  )
}

interface Change {
  readonly old?: Row
  readonly new?: Row
  /** Grows from change to change. */
  readonly order: number
}

let changeCount = 0

interface CompiledTrigger {
  readonly definition: TriggerDefinition
  readonly routine: RoutineDefinition
  readonly test: Test
}

export class StatementTriggers {
  private readonly owner: TriggerOwner
  private readonly event: TriggerEvent
  private readonly context: ExecutionContext
  private readonly triggers: readonly CompiledTrigger[]
  private readonly keepsRows: boolean
  readonly changes: Change[] = []
  /** All rows that changed, when the changes are done. */
  private allOld: readonly Row[] | undefined
  private allNew: readonly Row[] | undefined
  private complete: ((row: Row) => Row) | undefined

  constructor(
    owner: TriggerOwner,
    event: TriggerEvent,
    definitions: readonly TriggerDefinition[],
    context: ExecutionContext,
  ) {
    this.owner = owner
    this.event = event
    this.context = context
    this.triggers = definitions.map((definition) => ({
      definition,
      routine: findTriggerFunction(definition, context),
      test: compileCondition(definition, owner, event, context),
    }))
    this.keepsRows = definitions.some(({ timing }) => timing === 'after')
  }

  beforeStatement(): void {
    this.fireForStatement('before', {})
  }

  /** The row as BEFORE triggers leave it; undefined when one of them leaves it out. Of a deletion, the old row. */
  beforeRow(old: Row | undefined, row: Row | undefined): Row | undefined {
    const changed = this.fireInTurn('before', old, row)
    if (!changed || changed === row || !row) return changed
    this.complete ??= generatedColumns(this.owner as TableDefinition, this.context)
    return this.complete(changed)
  }

  /** Runs INSTEAD OF triggers; undefined when one of them says that nothing was done. */
  insteadOf(old: Row | undefined, row: Row | undefined): Row | undefined {
    return this.fireInTurn('instead of', old, row)
  }

  private fireInTurn(timing: TriggerDefinition['timing'], old: Row | undefined, row: Row | undefined): Row | undefined {
    let current = row
    for (const trigger of this.triggers) {
      const { timing: own, forEach } = trigger.definition
      if (own !== timing || forEach !== 'row' || !trigger.test(old, current)) continue
      const result = this.fire(trigger, { old, new: current })
      if (result === null) return undefined
      if (result !== undefined && current) current = result
    }
    return current ?? old
  }

  /** New rows as BEFORE triggers leave them; those that are left are kept for AFTER triggers. */
  insertions(batch: Batch, columns: readonly OutputColumn[]): Batch {
    const { memory } = this.context.pool
    const arrays: Value[][] = columns.map(() => [])
    const count = selectedCount(batch)
    let rowCount = 0
    for (let n = 0; n < count; n++) {
      const row = this.beforeRow(undefined, rowValues(batch, selectedRow(batch, n, memory), this.context))
      if (!row) continue
      row.forEach((value, column) => {
        arrays[column].push(value)
      })
      this.changed(undefined, row)
      rowCount++
    }
    return valuesBatch(columns, arrays, rowCount)
  }

  /** Keeps what was done to a row until the statement is done. */
  changed(old: Row | undefined, row: Row | undefined): void {
    if (this.keepsRows) this.changes.push({ old, new: row, order: changeCount++ })
  }

  afterRow({ old, new: row }: Change): void {
    const { transaction } = this.context
    for (const trigger of this.triggers) {
      const { timing, forEach, name, constraint, oldTable, newTable } = trigger.definition
      if (timing !== 'after' || forEach !== 'row' || !trigger.test(old, row)) continue
      const rows: TriggerRows = {
        old,
        new: row,
        oldRows: oldTable === undefined ? undefined : this.oldRows,
        newRows: newTable === undefined ? undefined : this.newRows,
      }
      const key = constraint && { name, ...constraint }
      if (key && isDeferred(key, transaction)) {
        defer(key, (later) => callTrigger(trigger, this.owner, this.event, rows, later), transaction)
      } else this.fire(trigger, rows)
    }
  }

  afterStatement(): void {
    this.fireForStatement('after', { oldRows: this.oldRows, newRows: this.newRows })
  }

  private get oldRows(): readonly Row[] | undefined {
    const { event, changes } = this
    if (event === 'insert' || event === 'truncate') return undefined
    this.allOld ??= changes.map((change) => change.old!)
    return this.allOld
  }

  private get newRows(): readonly Row[] | undefined {
    const { event, changes } = this
    if (event === 'delete' || event === 'truncate') return undefined
    this.allNew ??= changes.map((change) => change.new!)
    return this.allNew
  }

  private fireForStatement(timing: 'before' | 'after', rows: TriggerRows): void {
    for (const trigger of this.triggers) {
      const { timing: own, forEach } = trigger.definition
      if (own === timing && forEach === 'statement' && trigger.test(undefined, undefined)) this.fire(trigger, rows)
    }
  }

  /** undefined: go on; null: leave the row out; or the row to go on with. */
  private fire(trigger: CompiledTrigger, rows: TriggerRows): Row | null | undefined {
    return callTrigger(trigger, this.owner, this.event, rows, this.context)
  }
}

type Test = (old: Row | undefined, row: Row | undefined) => boolean

function compileCondition(
  trigger: TriggerDefinition,
  owner: TriggerOwner,
  event: TriggerEvent,
  context: ExecutionContext,
): Test {
  if (!trigger.when) return () => true
  const rows: readonly ('old' | 'new')[] =
    trigger.forEach === 'statement' ? [] : event === 'insert' ? ['new'] : event === 'delete' ? ['old'] : ['old', 'new']
  const condition = bindTriggerCondition(trigger.when, owner, rows, plannerContextOf(context))
  const frame = new ArrayFrame([...condition.old, ...condition.new], () => {
    throw new AssertionError('a WHEN condition holds no subquery')
  })
  const evaluate = frame.compile(condition.expression)
  const none: Row = owner.columns.map(() => null)
  return (old, row) => {
    frame.runtime = context
    frame.arrays = [...(old ?? none), ...(row ?? none)].map((value) => [value])
    return evaluate(0) === true
  }
}
