/** Prepared statements of the API: parsed once, planned once while nothing changes, run as often as one likes. */
import type { DirectStatement } from './direct-statement.ts'
import { refused } from './exec/direct/plan.ts'
import { type Parameters, positionalValues } from './parameters.ts'
import type { ParsedStatement } from './parser/ast.ts'
import type { QueryOptions, Result, ResultColumn, Row } from './result.ts'
import { type Session, withText } from './session.ts'

/** Parameters as one array or object, or positional ones as arguments: `get(1)`, `get([1])`, `get({ id: 1 })`. */
export type StatementArguments = readonly unknown[]

export interface RunResult {
  /** Rows inserted, updated or deleted. */
  readonly changes: number
}

export class Statement {
  /** The text it was made from. */
  readonly sql: string
  private readonly session: Session
  private readonly parsed: ParsedStatement
  private readonly options: QueryOptions
  /** The short way, when the statement has one. */
  private direct: DirectStatement | undefined
  private toRow: ((cells: unknown[]) => Row) | undefined
  /** The first row of a run, and whether there is one; values become the user's when the statement is over. */
  private first: unknown[] = []
  private hasFirst = false
  private cells: unknown[][] = []
  private readonly takeFirst = (): void => {
    if (this.hasFirst) return
    this.hasFirst = true
    const { outputs } = this.direct!
    for (let i = 0; i < outputs.length; i++) this.first[i] = outputs[i](0)
  }
  private readonly takeAll = (): void => {
    const { outputs } = this.direct!
    const row = new Array<unknown>(outputs.length)
    for (let i = 0; i < outputs.length; i++) row[i] = outputs[i](0)
    this.cells.push(row)
  }

  constructor(session: Session, sql: string, options: QueryOptions) {
    this.session = session
    this.sql = sql
    this.options = options
    this.parsed = session.parse(sql)
  }

  /** All rows as objects. */
  all(...parameters: StatementArguments): Row[] {
    this.cells = []
    if (this.runDirect(parameters, this.takeAll) !== refused) return this.cells.map(this.toRow!)
    return this.query(...parameters).rows
  }

  /** The first row, or undefined. */
  get(...parameters: StatementArguments): Row | undefined {
    this.hasFirst = false
    if (this.runDirect(parameters, this.takeFirst) !== refused) {
      return this.hasFirst ? this.toRow!(this.first) : undefined
    }
    return this.query(...parameters).first()
  }

  /** Runs a statement for what it changes. */
  run(...parameters: StatementArguments): RunResult {
    const changes = this.runDirect(parameters, ignore)
    if (changes !== refused) return { changes }
    return { changes: this.query(...parameters).rowCount }
  }

  /** Takes the short way; `refused` when there is none for these values now. */
  private runDirect(parameters: StatementArguments, emit: () => void): number {
    const { direct, session } = this
    if (direct === undefined) return refused
    const values = valuesOf(this.parsed, parameters)
    if (values === undefined) return refused
    try {
      return session.direct(direct, values, emit)
    } catch (error) {
      throw withText(error, this.sql)
    }
  }

  /** The short way is there once the plan has been used again; after a change of catalog or settings it is another. */
  private findDirect(): void {
    const direct = this.session.directOf(this.parsed, this.sql)
    if (direct === this.direct) return
    this.direct = direct
    this.first = []
    this.toRow = direct?.rowConverter(this.session.resultOptions(direct.executable, this.options))
  }

  /** The rows one by one: values are converted and objects made as they are asked for. */
  iterate(...parameters: StatementArguments): IterableIterator<Row> {
    return this.query(...parameters).stream()
  }

  /** All rows as arrays. */
  values(...parameters: StatementArguments): unknown[][] {
    return this.query(...parameters).values
  }

  /** The whole Result. */
  query(...parameters: StatementArguments): Result {
    const given = argumentsOf(parameters)
    try {
      const result = this.session.run(this.parsed, this.sql, given, this.options)
      this.findDirect()
      return result
    } catch (error) {
      throw withText(error, this.sql)
    }
  }

  /** Names and types of the columns, without running the statement. */
  columns(): readonly ResultColumn[] {
    return this.session.describe(this.parsed)
  }
}

function ignore(): void {}

/** The values of positional parameters without a detour; undefined where they have to be looked at more closely. */
function valuesOf(parsed: ParsedStatement, parameters: StatementArguments): readonly unknown[] | undefined {
  const isList = parameters.length !== 1 || typeof parameters[0] !== 'object' || parameters[0] === null
  if (isList && parsed.parameterNames.length === 0) {
    return parameters.length === parsed.parameterCount ? parameters : undefined
  }
  return positionalValues(parsed, argumentsOf(parameters))
}

function argumentsOf(parameters: StatementArguments): Parameters | undefined {
  if (parameters.length === 0) return undefined
  if (parameters.length > 1) return parameters
  const [only] = parameters
  if (Array.isArray(only)) return only
  if (only !== null && typeof only === 'object' && isPlain(only)) return only as Parameters
  return parameters
}

/** An object of named parameters, rather than a Date or bytes. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
