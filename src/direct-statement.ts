/**
 * The short way of a statement of one row, from the user's values to the user's row: no batch, no operator, no Result in
 * between, and for a SELECT outside a block no transaction. It is taken while catalog and settings stay what they were,
 * and answers exactly as the long way does; values that it does not know at once are left to that.
 */
import { directPlan } from './exec/direct/direct.ts'
import { type DirectPlan, refused } from './exec/direct/plan.ts'
import type { Executable } from './executable.ts'
import type { Evaluator } from './planner/evaluate.ts'
import { columnOptions, type ResultOptions } from './result.ts'
import { type Row, rowMaker } from './row-objects.ts'
import type { Session } from './session.ts'
import type { Transaction } from './storage/interface.ts'
import { apiConverter, fromApiValue } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'
import type { Value } from './types/value.ts'

export class DirectStatement {
  readonly executable: Executable
  readonly changesRows: boolean
  /** At most one row comes out. */
  readonly isSingle: boolean
  readonly outputs: readonly Evaluator[]
  private readonly session: Session
  private readonly plan: DirectPlan
  private readonly converters: readonly Converter[]
  /** Stands in for the transaction of a SELECT outside a block: a lookup asks for its snapshot alone. */
  private readonly reader: { readonly snapshot: { time: number; transaction: number; statement: number } } = {
    snapshot: { time: 0, transaction: -1, statement: 0 },
  }
  /** Whether its expressions may look at the clock, the catalog or sequences. */
  readonly needsTransaction: boolean

  private constructor(session: Session, executable: Executable, plan: DirectPlan) {
    this.session = session
    this.executable = executable
    this.plan = plan
    this.changesRows = plan.changesRows
    this.isSingle = plan.isSingle
    this.outputs = plan.outputs
    this.converters = executable.parameterTypes.map(converterTo)
    this.needsTransaction = plan.changesRows || plan.frame.usesSession
  }

  /** The short way of a statement, for the catalog that a transaction sees; undefined when it has none. */
  static of(session: Session, executable: Executable, transaction: Transaction): DirectStatement | undefined {
    const plan = directPlan(executable.plan, { transaction, pool: session.database.storage.pool })
    return plan && new DirectStatement(session, executable, plan)
  }

  /** Runs it, calling `emit` for each row of the output. `refused` when the long way has to be taken; nothing was done then. */
  run(transaction: Transaction, values: readonly unknown[], emit: () => void): number {
    const { session, plan, converters } = this
    const { frame } = plan
    if (values.length !== converters.length) return refused
    if (this.changesRows && transaction.readOnly) return refused
    for (let i = 0; i < converters.length; i++) {
      const value = converters[i](values[i])
      if (value === undefined) return refused
      frame.parameters[i] = value
    }
    if (plan.isOutgrown?.()) return refused
    session.interrupt()
    frame.runtime.functions = this.needsTransaction ? session.functions.during(transaction) : session.functions
    return plan.run(transaction, emit)
  }

  /** Reads what was committed last, as a statement of its own would. */
  read(values: readonly unknown[], emit: () => void): number {
    this.reader.snapshot.time = this.session.database.storage.clock
    return this.run(this.reader as unknown as Transaction, values, emit)
  }

  /** The rows as columns of the engine's values, for a Result. */
  collector(): { readonly columns: Value[][]; readonly emit: () => void } {
    const { outputs } = this
    const columns: Value[][] = outputs.map(() => [])
    const emit = (): void => {
      for (let i = 0; i < outputs.length; i++) columns[i].push(outputs[i](0))
    }
    return { columns, emit }
  }

  /** Makes a row's object of the engine's values, which it may overwrite. */
  rowConverter(options: ResultOptions): (cells: unknown[]) => Row {
    const { columns } = this.executable
    const converted = columns.flatMap(({ name, type }, column) => {
      const convert = apiConverter(type, columnOptions(options, name, column))
      return convert === undefined ? [] : [{ column, convert }]
    })
    const make = rowMaker(columns.map(({ name }) => name))
    if (converted.length === 0) return make
    return (cells) => {
      for (const { column, convert } of converted) {
        if (cells[column] !== null) cells[column] = convert(cells[column])
      }
      return make(cells)
    }
  }
}

/** A user's value as the engine's; undefined when it is not one of the type as it is. */
type Converter = (value: unknown) => Value | undefined

function converterTo(type: DataType): Converter {
  switch (type.kind) {
    case 'integer':
      return (value) => (typeof value === 'number' && (value | 0) === value ? value : fromApiValue(value, type))
    case 'double':
      return (value) => (typeof value === 'number' ? value : fromApiValue(value, type))
    case 'text':
      return (value) => (typeof value === 'string' ? value : fromApiValue(value, type))
    default:
      return (value) => fromApiValue(value, type)
  }
}
