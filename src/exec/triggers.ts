/**
 * Triggers of a table that a statement changes:
 *
 *   BEFORE statement ─▶ for each row: BEFORE row (may change it, or leave it out) ─▶ the change
 *                    ─▶ for each row: AFTER row ─▶ AFTER statement
 *
 * Several of a kind run in the order of their names. What they run is JavaScript, which receives the event, or the body of
 * an SQL function, in which `new` and `old` are rows and `tg_op`, `tg_name` … say what happened.
 */
import { AssertionError, notSupported, SqlError } from '../error.ts'
import { routineCall } from '../planner/binder/routine-call.ts'
import { bindTriggerCondition } from '../planner/binder/trigger.ts'
import type { PlannerContext } from '../planner/context.ts'
import type { OutputColumn } from '../planner/expression.ts'
import type { RoutineDefinition, TableDefinition, Transaction, TriggerDefinition } from '../storage/interface.ts'
import { type DataType, TEXT } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { ArrayFrame } from './frame.ts'
import type { ExecutionContext } from './operator.ts'
import { valuesBatch } from './rows.ts'
import { rowValues } from './table-checks.ts'

export type TriggerEvent = 'insert' | 'update' | 'delete'
export type Row = readonly Value[]

/** What a JavaScript body is told, in the engine's values. */
export interface NativeTriggerEvent {
  readonly trigger: TriggerDefinition
  readonly table: TableDefinition
  readonly event: TriggerEvent
  readonly old?: Row
  readonly new?: Row
  /** For AFTER triggers of statements: all rows that it changed. */
  readonly oldRows?: readonly Row[]
  readonly newRows?: readonly Row[]
}

/** Changes by triggers that set off triggers. */
const maximumDepth = 50
const depths = new WeakMap<Transaction, number>()

/** The triggers that an event of a statement sets off; undefined when there are none. */
export function triggersOf(
  table: TableDefinition,
  event: TriggerEvent,
  context: ExecutionContext,
  changed?: readonly number[],
): StatementTriggers | undefined {
  const names = changed?.map((column) => table.columns[column].name)
  const own = (table.triggers ?? []).filter((trigger) => trigger.enabled && concerns(trigger, event, names))
  return own.length === 0 ? undefined : new StatementTriggers(table, event, own, context)
}

/** 0A000 where a change cannot run the triggers that it would set off. */
export function refuseTriggers(table: TableDefinition, event: TriggerEvent, what: string): void {
  if (table.triggers?.some((trigger) => trigger.enabled && concerns(trigger, event, undefined))) {
    throw notSupported(`${what} a table with triggers`)
  }
}

/** Whether a trigger is set off by an event that changes columns of these names; of unknown ones when absent. */
export function concerns(
  trigger: TriggerDefinition,
  event: TriggerEvent,
  changed: readonly string[] | undefined,
): boolean {
  return trigger.events.some(
    (own) =>
      own.event === event &&
      (own.columns.length === 0 || changed === undefined || own.columns.some((column) => changed.includes(column))),
  )
}

export class StatementTriggers {
  private readonly table: TableDefinition
  private readonly event: TriggerEvent
  private readonly context: ExecutionContext
  private readonly triggers: readonly {
    readonly definition: TriggerDefinition
    readonly routine: RoutineDefinition
    readonly test: Test
  }[]
  private readonly changes: { readonly old?: Row; readonly new?: Row }[] = []

  constructor(
    table: TableDefinition,
    event: TriggerEvent,
    definitions: readonly TriggerDefinition[],
    context: ExecutionContext,
  ) {
    this.table = table
    this.event = event
    this.context = context
    this.triggers = definitions
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((definition) => ({
        definition,
        routine: findTriggerFunction(definition, context),
        test: compileCondition(definition, table, event, context),
      }))
  }

  /** Whether anything waits for rows: then the old ones have to be read. */
  get needsRows(): boolean {
    return this.triggers.some(({ definition }) => definition.forEach === 'row' || definition.timing === 'after')
  }

  beforeStatement(): void {
    for (const { definition, routine } of this.triggers) {
      if (definition.timing === 'before' && definition.forEach === 'statement') this.fire(definition, routine, {})
    }
  }

  /** The row as BEFORE triggers leave it; undefined when one of them leaves it out. Of a deletion, the old row. */
  beforeRow(old: Row | undefined, row: Row | undefined): Row | undefined {
    let current = row
    for (const { definition, routine, test } of this.triggers) {
      if (definition.timing !== 'before' || definition.forEach !== 'row' || !test(old, current)) continue
      const result = this.fire(definition, routine, { old, new: current })
      if (result === null) return undefined
      if (result === undefined || !current) continue
      if (this.table.columns.some((column) => column.generated)) {
        throw notSupported('a BEFORE trigger that changes rows of a table with generated columns')
      }
      current = result
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
    if (this.needsRows) this.changes.push({ old, new: row })
  }

  after(): void {
    for (const { old, new: row } of this.changes) {
      for (const { definition, routine, test } of this.triggers) {
        if (definition.timing === 'after' && definition.forEach === 'row' && test(old, row)) {
          this.fire(definition, routine, { old, new: row })
        }
      }
    }
    const oldRows = this.event === 'insert' ? undefined : this.changes.map((change) => change.old!)
    const newRows = this.event === 'delete' ? undefined : this.changes.map((change) => change.new!)
    for (const { definition, routine } of this.triggers) {
      if (definition.timing === 'after' && definition.forEach === 'statement')
        this.fire(definition, routine, { oldRows, newRows })
    }
  }

  /** undefined: go on; null: leave the row out; or the row to go on with. */
  private fire(
    trigger: TriggerDefinition,
    routine: RoutineDefinition,
    rows: Pick<NativeTriggerEvent, 'old' | 'new' | 'oldRows' | 'newRows'>,
  ): Row | null | undefined {
    const { table, event, context } = this
    const { transaction } = context
    const depth = (depths.get(transaction) ?? 0) + 1
    if (depth > maximumDepth) {
      throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
        detail: `Triggers set each other off more than ${maximumDepth} levels deep.`,
      })
    }
    depths.set(transaction, depth)
    try {
      const { body } = routine
      if (body.kind === 'native-trigger') {
        const run = body.run as (event: NativeTriggerEvent) => Row | null | undefined
        return run({ trigger, table, event, ...rows })
      }
      runSql(routine, trigger, table, event, rows, context)
      return undefined
    } finally {
      depths.set(transaction, depth - 1)
    }
  }
}

type Test = (old: Row | undefined, row: Row | undefined) => boolean

function compileCondition(
  trigger: TriggerDefinition,
  table: TableDefinition,
  event: TriggerEvent,
  context: ExecutionContext,
): Test {
  if (!trigger.when) return () => true
  const rows: readonly ('old' | 'new')[] =
    trigger.forEach === 'statement' ? [] : event === 'insert' ? ['new'] : event === 'delete' ? ['old'] : ['old', 'new']
  const condition = bindTriggerCondition(trigger.when, table, rows, plannerOf(context))
  const frame = new ArrayFrame([...condition.old, ...condition.new], () => {
    throw new AssertionError('a WHEN condition holds no subquery')
  })
  const evaluate = frame.compile(condition.expression)
  const none: Row = table.columns.map(() => null)
  return (old, row) => {
    frame.runtime = context
    frame.arrays = [...(old ?? none), ...(row ?? none)].map((value) => [value])
    return evaluate(0) === true
  }
}

function plannerOf(context: ExecutionContext): PlannerContext {
  const { transaction, settings, functions } = context
  return { catalog: transaction.catalog, settings, functions, parameterNames: [] }
}

function findTriggerFunction(
  { function: { name, schema } }: TriggerDefinition,
  { transaction }: ExecutionContext,
): RoutineDefinition {
  const routine = transaction.catalog.findRoutines(name, schema).find(({ kind }) => kind === 'trigger')
  if (routine) return routine
  throw new SqlError('undefined_function', `function ${name}() does not exist`)
}

const withParameters = new WeakMap<RoutineDefinition, RoutineDefinition>()
const parameterNames: readonly string[] = [
  'new',
  'old',
  'tg_op',
  'tg_name',
  'tg_when',
  'tg_level',
  'tg_table_name',
  'tg_table_schema',
]

function runSql(
  routine: RoutineDefinition,
  trigger: TriggerDefinition,
  table: TableDefinition,
  event: TriggerEvent,
  rows: Pick<NativeTriggerEvent, 'old' | 'new'>,
  context: ExecutionContext,
): void {
  let called = withParameters.get(routine)
  if (!called) {
    called = { ...routine, parameters: parameterNames.map((name) => ({ mode: 'in', name, type: 'any' })) }
    withParameters.set(routine, called)
  }
  const row: DataType = { kind: 'record', fields: table.columns.map(({ name, type }) => ({ name, type })) }
  const types = parameterNames.map((_, index) => (index < 2 ? row : TEXT))
  const words = [event, trigger.name, trigger.timing, trigger.forEach, table.name, table.schema]
  const texts = words.map((word, index) => (index === 0 || index === 2 || index === 3 ? word.toUpperCase() : word))
  context.functions.routines!.rows(routineCall(called, types), [rows.new ?? null, rows.old ?? null, ...texts])
}
