/** Prepared statements of the API: parsed once, planned once while nothing changes, run as often as one likes. */
import { SqlError } from './error.ts'
import type { Parameters } from './parameters.ts'
import type { ParsedStatement } from './parser/ast.ts'
import type { PointQuery } from './point-query.ts'
import type { QueryOptions, Result, ResultColumn, Row } from './result.ts'
import type { Session } from './session.ts'

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
  private point: PointQuery | undefined
  /** The version of catalog and settings for which the shortcut was looked for. */
  private pointTriedAt = -1

  constructor(session: Session, sql: string, options: QueryOptions) {
    this.session = session
    this.sql = sql
    this.options = options
    this.parsed = session.parse(sql)
  }

  /** All rows as objects. */
  all(...parameters: StatementArguments): Row[] {
    return this.query(...parameters).rows
  }

  /** The first row, or undefined. */
  get(...parameters: StatementArguments): Row | undefined {
    if (parameters.length === 1) {
      const given = parameters[0]
      const key = Array.isArray(given) && given.length === 1 ? given[0] : given
      if (this.point?.fits(key)) return this.point.get(key)
      if (this.pointTriedAt !== this.session.planVersion) return this.getByPlan(key, parameters)
    }
    return this.query(...parameters).first()
  }

  /** The general way, which finds the shortcut when there is one and takes it from the next call on. */
  private getByPlan(key: unknown, parameters: StatementArguments): Row | undefined {
    const row = this.query(...parameters).first()
    this.pointTriedAt = this.session.planVersion
    this.point = this.session.pointQuery(this.parsed, this.sql, key, this.options)
    return row
  }

  /** Runs a statement for what it changes. */
  run(...parameters: StatementArguments): RunResult {
    return { changes: this.query(...parameters).rowCount }
  }

  /** The rows one by one. */
  iterate(...parameters: StatementArguments): IterableIterator<Row> {
    return this.query(...parameters).rows.values()
  }

  /** All rows as arrays. */
  values(...parameters: StatementArguments): unknown[][] {
    return this.query(...parameters).values
  }

  /** The whole Result. */
  query(...parameters: StatementArguments): Result {
    const given = argumentsOf(parameters)
    try {
      return this.session.run(this.parsed, this.sql, given, this.options)
    } catch (error) {
      if (error instanceof SqlError && error.sql === undefined) error.sql = this.sql
      throw error
    }
  }

  /** Names and types of the columns, without running the statement. */
  columns(): readonly ResultColumn[] {
    return this.session.describe(this.parsed)
  }
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
