/**
 * Calling a trigger's function. What it runs is JavaScript, which receives the event, or the body of an SQL function, in which
 * `new` and `old` are rows, `tg_op`, `tg_name` … say what happened, and transition tables can be read by their names.
 */
import { SqlError } from '../error.ts'
import { type RoutineCall, routineCall } from '../planner/binder/routine-call.ts'
import type {
  RoutineDefinition,
  TableDefinition,
  Transaction,
  TriggerDefinition,
  TriggerEvent,
  ViewDefinition,
} from '../storage/interface.ts'
import { sqlArray } from '../types/array.ts'
import { arrayOf, type DataType, INTEGER, TEXT } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import type { ExecutionContext } from './operator.ts'

export type Row = readonly Value[]
export type TriggerOwner = TableDefinition | ViewDefinition

export interface TriggerRows {
  readonly old?: Row
  readonly new?: Row
  /** All rows that the statement changed: for AFTER triggers of statements, and those that name transition tables. */
  readonly oldRows?: readonly Row[]
  readonly newRows?: readonly Row[]
}

/** What a JavaScript body is told, in the engine's values. */
export interface NativeTriggerEvent extends TriggerRows {
  readonly trigger: TriggerDefinition
  readonly owner: TriggerOwner
  readonly event: TriggerEvent
}

/** Changes by triggers that set off triggers. */
const maximumDepth = 50
const depths = new WeakMap<Transaction, number>()

/** How many triggers are running within each other. */
export function triggerDepth(transaction: Transaction): number {
  return depths.get(transaction) ?? 0
}

export function findTriggerFunction(
  { function: { name, schema } }: TriggerDefinition,
  { transaction }: ExecutionContext,
): RoutineDefinition {
  const routine = transaction.catalog.findRoutines(name, schema).find(({ kind }) => kind === 'trigger')
  if (routine) return routine
  throw new SqlError('undefined_function', `function ${name}() does not exist`)
}

/** undefined: go on; null: leave the row out; or the row to go on with. */
export function callTrigger(
  { definition, routine }: { readonly definition: TriggerDefinition; readonly routine: RoutineDefinition },
  owner: TriggerOwner,
  event: TriggerEvent,
  rows: TriggerRows,
  context: ExecutionContext,
): Row | null | undefined {
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
      return run({ trigger: definition, owner, event, ...rows })
    }
    runSql(routine, definition, owner, event, rows, context)
    return undefined
  } finally {
    depths.set(transaction, depth - 1)
  }
}

/** The parameters of a body in SQL. The rows of transition tables are arrays without a name of their own. */
const parameters: readonly (readonly [name: string | undefined, type: DataType | 'row' | 'rows'])[] = [
  ['new', 'row'],
  ['old', 'row'],
  ['tg_op', TEXT],
  ['tg_name', TEXT],
  ['tg_when', TEXT],
  ['tg_level', TEXT],
  ['tg_table_name', TEXT],
  ['tg_relname', TEXT],
  ['tg_table_schema', TEXT],
  ['tg_nargs', INTEGER],
  ['tg_argv', arrayOf(TEXT)],
  [undefined, 'rows'],
  [undefined, 'rows'],
]
const newRowsParameter = parameters.length - 1
const oldRowsParameter = parameters.length

const withParameters = new WeakMap<RoutineDefinition, RoutineDefinition>()

function runSql(
  routine: RoutineDefinition,
  trigger: TriggerDefinition,
  owner: TriggerOwner,
  event: TriggerEvent,
  rows: TriggerRows,
  context: ExecutionContext,
): void {
  let called = withParameters.get(routine)
  if (!called) {
    called = { ...routine, parameters: parameters.map(([name]) => ({ mode: 'in', name, type: 'any' })) }
    withParameters.set(routine, called)
  }
  const row: DataType = { kind: 'record', fields: owner.columns.map(({ name, type }) => ({ name, type })) }
  const types = parameters.map(([, type]) => (type === 'row' ? row : type === 'rows' ? arrayOf(row) : type))
  context.functions.routines!.rows(withTables(routineCall(called, types), trigger), [
    rows.new ?? null,
    rows.old ?? null,
    event.toUpperCase(),
    trigger.name,
    trigger.timing.toUpperCase(),
    trigger.forEach.toUpperCase(),
    owner.name,
    owner.name,
    owner.schema,
    trigger.args.length,
    sqlArray(trigger.args),
    trigger.newTable !== undefined && rows.newRows ? sqlArray(rows.newRows) : null,
    trigger.oldTable !== undefined && rows.oldRows ? sqlArray(rows.oldRows) : null,
  ])
}

function withTables(call: RoutineCall, { newTable, oldTable }: TriggerDefinition): RoutineCall {
  const tables = new Map<string, number>()
  if (newTable !== undefined) tables.set(newTable, newRowsParameter)
  if (oldTable !== undefined) tables.set(oldTable, oldRowsParameter)
  return tables.size === 0 ? call : { ...call, tables, key: JSON.stringify([call.key, newTable, oldTable]) }
}
