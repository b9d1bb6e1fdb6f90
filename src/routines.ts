/**
 * Running the bodies of SQL functions. Each statement of a body is planned once per session for the types that it is called
 * with, and again when a definition has changed. A plan that is running is not entered again: a recursive function has a
 * plan for each level that it reaches, kept for the next time.
 */
import { runCommand } from './commands/command.ts'
import { assert, notSupported, SqlError } from './error.ts'
import { appendValues } from './exec/rows.ts'
import { Executable, planStatement } from './executable.ts'
import type { RoutineRunner } from './functions/function.ts'
import type * as ast from './parser/ast.ts'
import { parseStatement } from './parser/parse.ts'
import type { RoutineCall } from './planner/binder/routine-call.ts'
import { isPlanned, type Session } from './session.ts'
import type { RoutineDefinition, Transaction } from './storage/interface.ts'
import type { DataType } from './types/data-type.ts'
import type { Value } from './types/value.ts'

/** Plans of a body's statements that are not running, last used last. */
type FreePlans = Executable[]

/** Deeper than any sensible recursion, well within the stack. */
const maximumDepth = 150

export class SessionRoutines implements RoutineRunner {
  private readonly session: Session
  private plans = new WeakMap<RoutineDefinition, Map<string, FreePlans>>()
  private depth = 0

  constructor(session: Session) {
    this.session = session
  }

  rows(call: unknown, args: readonly Value[]): readonly (readonly Value[])[] {
    return this.run(call as RoutineCall, args)
  }

  query(text: string): { readonly types: readonly DataType[]; readonly rows: readonly (readonly Value[])[] } {
    const { session } = this
    const transaction = session.functions.running
    const { statement } = parseStatement(text)
    if (!isPlanned(statement)) throw new SqlError('invalid_parameter_value', `"${text}" is not a query`)
    const executable = new Executable(
      session,
      transaction,
      planStatement(session, statement, [], [], transaction),
      'SELECT',
      false,
    )
    const rows = this.collect(executable, [], transaction, false)
    return { types: executable.columns.map(({ type }) => type), rows }
  }

  private run(call: RoutineCall, args: readonly Value[]): readonly (readonly Value[])[] {
    const { functions } = this.session
    const transaction = functions.running
    const { statementTime } = functions
    if (++this.depth > maximumDepth) {
      this.depth = 0
      throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
        detail: `Functions call each other more than ${maximumDepth} levels deep.`,
      })
    }
    const depth = this.depth
    try {
      const { config } = call.routine.properties ?? {}
      const statements = (): readonly (readonly Value[])[] => this.statements(call, args, transaction)
      return config ? this.session.settings.within(config, statements) : statements()
    } finally {
      this.depth = depth - 1
      functions.during(transaction)
      functions.statementTime = statementTime
    }
  }

  private statements(
    call: RoutineCall,
    args: readonly Value[],
    transaction: Transaction,
  ): readonly (readonly Value[])[] {
    const { routine } = call
    assert(routine.body.kind === 'sql', 'other bodies run by themselves')
    const { statements } = routine.body
    let rows: readonly (readonly Value[])[] = []
    statements.forEach((statement, index) => {
      const isLast = index === statements.length - 1
      const one = (): readonly (readonly Value[])[] => this.statement(call, statement, index, isLast, args, transaction)
      rows = routine.volatility === 'volatile' ? transaction.nested(one) : one()
    })
    return rows
  }

  private statement(
    call: RoutineCall,
    statement: ast.Statement,
    index: number,
    isLast: boolean,
    args: readonly Value[],
    transaction: Transaction,
  ): readonly (readonly Value[])[] {
    const { session } = this
    if (!isPlanned(statement)) {
      if (statement.kind === 'transaction') throw notSupported('a transaction command in a function')
      const { body } = call.routine
      runCommand(session, statement, body.kind === 'sql' ? body.text : '', undefined, {}, transaction)
      return []
    }
    const free = this.freePlans(call, index)
    let executable = free.pop()
    if (!executable?.fits(session, transaction, [])) {
      const planned = planStatement(session, statement, [], undefined, transaction, {
        context: { routine: { call, isLast } },
      })
      executable = new Executable(session, transaction, planned, 'SELECT', false)
    }
    const reads = isLast && statement.kind !== 'insert' && statement.kind !== 'update' && statement.kind !== 'delete'
    const onlyFirst = reads && !call.routine.isSet && statement.kind !== 'merge' && call.result.kind !== 'none'
    const rows = this.collect(executable, args, transaction, onlyFirst)
    free.push(executable)
    return isLast && call.result.kind !== 'none' ? rows : []
  }

  private collect(
    executable: Executable,
    args: readonly Value[],
    transaction: Transaction,
    onlyFirst: boolean,
  ): readonly (readonly Value[])[] {
    const context = this.session.executionContext(transaction, args)
    const { memory } = context.pool
    const rows: Value[][] = []
    for (const batch of executable.operator.open(context)) {
      const columns = executable.columns.map((_, index) => {
        const values: Value[] = []
        appendValues(values, batch.columns[index], batch, memory)
        return values
      })
      const count = columns.length === 0 ? 0 : columns[0].length
      for (let row = 0; row < count; row++) rows.push(columns.map((values) => values[row]))
      if (onlyFirst && rows.length > 0) break
    }
    return rows
  }

  private freePlans({ routine, key }: RoutineCall, index: number): FreePlans {
    let calls = this.plans.get(routine)
    if (!calls) this.plans.set(routine, (calls = new Map()))
    const own = `${index} ${key}`
    let free = calls.get(own)
    if (!free) calls.set(own, (free = []))
    return free
  }
}
