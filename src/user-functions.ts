/**
 * Functions in JavaScript. They live in the catalog beside those in SQL: overloads are chosen alike, DROP FUNCTION removes
 * them, a rollback undoes their creation. Bodies receive and return JavaScript values as results have them; NULL is null.
 */
import { SqlError } from './error.ts'
import { defineRoutine } from './exec/ddl/function.ts'
import type { NativeTriggerEvent, Row, TriggerOwner } from './exec/trigger-call.ts'
import { plannerContext, typeByName } from './executable.ts'
import type { AggregateFunction, ScalarFunction, SqlFunction, TableFunction, Volatility } from './functions/function.ts'
import type { Session } from './session.ts'
import type { RoutineDefinition, RoutineParameter, Transaction } from './storage/interface.ts'
import { fromApiValue, toApiValue } from './types/api-value.ts'
import type { DataType, Field } from './types/data-type.ts'
import { typeName } from './types/type-names.ts'
import type { Value } from './types/value.ts'
import { vectorisedBodies } from './vectorised-function.ts'

interface CommonOptions {
  /** SQL types, in order. */
  readonly parameters: readonly string[]
  /** Takes the place of a function of the same name and parameters; without it that is error 42723. */
  readonly replace?: boolean
  /** Not called with NULL: such a call yields NULL, such a row is left out, such a table is empty. */
  readonly strict?: boolean
}

export interface FunctionOptions extends CommonOptions {
  /** The SQL type of the result. */
  readonly returns: string
  /** 'immutable': always the same for the same arguments, so that it may be computed once. 'volatile' when not given. */
  readonly volatility?: Volatility
  /** The body takes many rows at once: a count, and a column per parameter. See `VectorisedBody`. */
  readonly vectorised?: boolean
}

export type FunctionBody = (...args: any[]) => unknown

export interface AggregateOptions<State> extends CommonOptions {
  readonly returns: string
  /** The state of a group without rows. */
  readonly start: () => State
  /** The state with a row added: a new one, or nothing where it was changed in place. */
  readonly step: (state: State, ...args: any[]) => unknown
  readonly finish: (state: State) => unknown
}

export interface TableFunctionOptions extends CommonOptions {
  /** Column names and their SQL types. */
  readonly columns: Readonly<Record<string, string>>
  readonly volatility?: Volatility
}

export function createFunction(session: Session, name: string, options: FunctionOptions, body: FunctionBody): void {
  define(session, name, options, (parameters, type) => {
    const returns = type(options.returns)
    const { strict = false, volatility = 'volatile' } = options
    const call = guardedCall(session, name, body)
    const take = converters(session, parameters)
    const bodies = options.vectorised
      ? vectorisedBodies({ name, parameters, returns, call, take })
      : { evaluate: (...args: Value[]) => converted(call(args.map((arg, index) => take[index](arg))), returns, name) }
    const record: ScalarFunction = {
      kind: 'scalar',
      ...described(name),
      volatility,
      overloads: [{ parameters, returns, ...bodies, strict, volatility }],
    }
    return { function: record, returns, isSet: false, strict, volatility }
  })
}

export function createAggregate<State>(session: Session, name: string, options: AggregateOptions<State>): void {
  define(session, name, options, (parameters, type) => {
    const returns = type(options.returns)
    const { strict = false } = options
    const start = guardedCall(session, name, options.start)
    const step = guardedCall(session, name, options.step)
    const finish = guardedCall(session, name, options.finish)
    const take = converters(session, parameters)
    const record: AggregateFunction = {
      kind: 'aggregate',
      ...described(name),
      overloads: [
        {
          parameters,
          returns,
          strict,
          start: () => start([]),
          add(state, ...args) {
            const next = step([state, ...args.map((arg, index) => take[index](arg))])
            return next === undefined ? state : next
          },
          finish: (state) => converted(finish([state]), returns, name),
        },
      ],
    }
    return { function: record, returns, isSet: false, strict, volatility: 'volatile', isAggregate: true }
  })
}

export function createTableFunction(
  session: Session,
  name: string,
  options: TableFunctionOptions,
  body: (...args: never[]) => Iterable<unknown>,
): void {
  define(session, name, options, (parameters, type) => {
    const { strict = false, volatility = 'volatile' } = options
    const columns = Object.entries(options.columns).map(([column, own]): Field => ({ name: column, type: type(own) }))
    if (columns.length === 0)
      throw new SqlError('invalid_function_definition', `table function "${name}" has no columns`)
    const call = guardedCall(session, name, body as FunctionBody)
    const take = converters(session, parameters)
    const record: TableFunction = {
      kind: 'table',
      ...described(name),
      overloads: [
        {
          parameters,
          columns: () => columns,
          strict,
          volatility,
          *evaluate(_, ...args) {
            const rows = call(args.map((arg, index) => take[index](arg)))
            for (const row of guardedRows(rows, name)) yield tableRow(row, columns, name)
          },
        },
      ],
    }
    const [{ type: first }] = columns
    return { function: record, returns: columns.length === 1 ? first : 'record', isSet: true, strict, volatility }
  })
}

/** What a trigger function is told. Rows are objects by column name. */
export interface TriggerEvent {
  readonly trigger: string
  readonly schema: string
  readonly table: string
  readonly timing: 'before' | 'after' | 'instead of'
  readonly event: 'insert' | 'update' | 'delete' | 'truncate'
  readonly level: 'row' | 'statement'
  /** The arguments of CREATE TRIGGER. */
  readonly args: readonly string[]
  readonly old?: Readonly<Record<string, unknown>>
  /** A BEFORE or INSTEAD OF trigger may change it in place, or return another row. */
  readonly new?: Record<string, unknown>
  /**
   * The rows that the statement removed or replaced, and those that came: for AFTER triggers of statements, and for those of
   * rows that ask for transition tables by REFERENCING.
   */
  readonly oldRows?: readonly Readonly<Record<string, unknown>>[]
  readonly newRows?: readonly Readonly<Record<string, unknown>>[]
}

/** What a BEFORE or INSTEAD OF trigger of rows returns counts: null leaves the row out, an object is the new row, undefined goes on with `event.new`. */
export type TriggerBody = (event: TriggerEvent) => unknown

export function createTriggerFunction(session: Session, name: string, body: TriggerBody, replace: boolean): void {
  const { valueOptions } = session.database
  const rowObject = (table: TriggerOwner, row: Row): Record<string, unknown> =>
    Object.fromEntries(
      table.columns.map((column, index) => [
        column.name,
        row[index] === null ? null : toApiValue(row[index], column.type, valueOptions),
      ]),
    )
  const call = guardedCall(session, name, body as FunctionBody)
  const run = ({ trigger, owner: table, event, ...rows }: NativeTriggerEvent): Row | null | undefined => {
    const before = rows.new && rowObject(table, rows.new)
    const told: TriggerEvent = {
      trigger: trigger.name,
      schema: table.schema,
      table: table.name,
      timing: trigger.timing,
      event,
      level: trigger.forEach,
      args: trigger.args,
      old: rows.old && rowObject(table, rows.old),
      new: before && { ...before },
      oldRows: rows.oldRows?.map((row) => rowObject(table, row)),
      newRows: rows.newRows?.map((row) => rowObject(table, row)),
    }
    const result = call([told])
    if (trigger.timing === 'after' || trigger.forEach !== 'row') return undefined
    if (result === null) return null
    const after = (result ?? told.new) as Record<string, unknown> | undefined
    if (!before || !after || typeof after !== 'object') return undefined
    if (after === told.new && table.columns.every(({ name: column }) => after[column] === before[column]))
      return undefined
    return table.columns.map((column, index) =>
      !(column.name in after) || after[column.name] === before[column.name]
        ? rows.new![index]
        : converted(after[column.name], column.type, name),
    )
  }
  session.inTransaction((transaction) => {
    const routine: RoutineDefinition = {
      kind: 'trigger',
      schema: session.functions.schemas[0] ?? 'public',
      name,
      parameters: [],
      returns: { kind: 'void' },
      isSet: false,
      strict: false,
      volatility: 'volatile',
      body: { kind: 'native-trigger', run },
    }
    defineRoutine(routine, replace, { catalog: transaction.catalog, transaction })
  })
}

interface Made {
  readonly function: SqlFunction
  readonly returns: RoutineDefinition['returns']
  readonly isSet: boolean
  readonly strict: boolean
  readonly volatility: Volatility
  readonly isAggregate?: boolean
}

function described(name: string): { name: string; category: string; doc: string; examples: [] } {
  return { name, category: 'user-defined', doc: '', examples: [] }
}

function define(
  session: Session,
  name: string,
  options: CommonOptions,
  make: (parameters: readonly DataType[], type: (name: string) => DataType) => Made,
): void {
  session.inTransaction((transaction: Transaction) => {
    const context = plannerContext(session, transaction)
    const type = typeByName(context)
    const types = options.parameters.map(type)
    const made = make(types, type)
    const routine: RoutineDefinition = {
      kind: made.isAggregate ? 'aggregate' : 'function',
      schema: session.functions.schemas[0] ?? 'public',
      name,
      parameters: types.map((own): RoutineParameter => ({ mode: 'in', type: own })),
      returns: made.returns,
      isSet: made.isSet,
      strict: made.strict,
      volatility: made.volatility,
      body: { kind: 'native', function: made.function },
    }
    defineRoutine(routine, options.replace === true, { catalog: transaction.catalog, transaction })
  })
}

function converters(session: Session, types: readonly DataType[]): ((value: Value) => unknown)[] {
  const { valueOptions } = session.database
  return types.map((type) => (value) => (value === null ? null : toApiValue(value, type, valueOptions)))
}

/** A body whose errors are errors of SQL: 38000, with what was thrown as the cause. */
function guardedCall(session: Session, name: string, body: FunctionBody): (args: readonly unknown[]) => Value {
  return (args) => {
    try {
      return session.block.inside(() => body(...args))
    } catch (error) {
      throw routineError(name, error)
    }
  }
}

export function routineError(name: string, error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new SqlError('external_routine_exception', `function "${name}" failed: ${message}`, { cause: error })
}

function* guardedRows(rows: Value, name: string): Generator<unknown> {
  if (rows === null || typeof rows !== 'object' || !(Symbol.iterator in rows)) {
    throw new SqlError('datatype_mismatch', `table function "${name}" did not return an iterable of rows`)
  }
  const iterator: Iterator<unknown> = rows[Symbol.iterator]()
  try {
    for (;;) {
      let step: IteratorResult<unknown>
      try {
        step = iterator.next()
      } catch (error) {
        throw routineError(name, error)
      }
      if (step.done) return
      yield step.value
    }
  } finally {
    iterator.return?.()
  }
}

/** A row is an array in column order, an object by column name, or, of a single column, the value itself. */
function tableRow(row: unknown, columns: readonly Field[], name: string): Value[] {
  if (Array.isArray(row)) return columns.map(({ type }, index) => converted(row[index], type, name))
  if (row !== null && typeof row === 'object' && columns.some((column) => column.name in row)) {
    return columns.map((column) => converted((row as Record<string, unknown>)[column.name], column.type, name))
  }
  if (columns.length === 1) return [converted(row, columns[0].type, name)]
  throw new SqlError(
    'datatype_mismatch',
    `table function "${name}" yielded something else than a row of ${columns.length} columns`,
  )
}

/** What a body returned as a value of the type; undefined is NULL. */
export function converted(value: unknown, type: DataType, name: string): Value {
  if (value === null || value === undefined) return null
  const result = fromApiValue(value, type)
  if (result !== undefined) return result
  const what = typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
  throw new SqlError('datatype_mismatch', `function "${name}" returned a value that is not of type ${typeName(type)}`, {
    detail: `The value is a JavaScript ${what}.`,
  })
}
