/**
 * A statement made ready to run: parsed, bound, optimised, planned and built, once. It fits a later run when the catalog
 * and the settings are what they were and the parameters' values suit the types that were inferred.
 */

import { currentRowOf } from './commands/cursor.ts'
import { DirectStatement } from './direct-statement.ts'
import { SqlError } from './error.ts'
import type { Operator } from './exec/operator.ts'
import { buildOperators } from './exec/run.ts'
import { openFile } from './open-file.ts'
import { constantOf, type GivenParameters } from './parameters.ts'
import type * as ast from './parser/ast.ts'
import { parseTypeName } from './parser/parse.ts'
import { hasUnlistedPivot, listPivotValues } from './pivot-values.ts'
import { bindScalar, bindStatement, bindTypeName } from './planner/binder/bind.ts'
import type { PlannerContext } from './planner/context.ts'
import { evaluateConstant } from './planner/evaluate.ts'
import type { OutputColumn } from './planner/expression.ts'
import { inexactColumns } from './planner/inexact.ts'
import { optimize, type RuleTrace } from './planner/optimizer/optimize.ts'
import type { PhysicalPlan } from './planner/physical-plan.ts'
import { planPhysical } from './planner/physical-planner.ts'
import type { ResultOptions } from './result.ts'
import type { PreparedText, Session } from './session.ts'
import type { TableDefinition, Transaction } from './storage/interface.ts'
import { findSystemTable } from './system-catalog/system-catalog.ts'
import { fromApiValue, parameterMismatch, typeOfApiValue } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'
import { typeEquals, withoutModifiers } from './types/type-names.ts'
import type { Value } from './types/value.ts'

export class Executable {
  readonly operator: Operator
  readonly plan: PhysicalPlan
  readonly columns: readonly OutputColumn[]
  readonly command: string
  /** The statement returns no rows but counts those that it changed, or returns changed rows. */
  readonly changesRows: boolean
  readonly parameterTypes: readonly DataType[]
  readonly inexact: readonly boolean[]
  /** False when the plan holds something of this one run. */
  readonly reusable: boolean
  /** Of runs without options, made by the first. */
  resultOptions: ResultOptions | undefined
  /** How large the tables were: a plan for other sizes may be a poor one. */
  private readonly sizes: readonly { readonly table: TableDefinition; readonly size: number }[]
  readonly catalogVersion: number
  readonly settingsVersion: number
  private readonly session: Session
  /** The short way, looked for when the plan is used again; null when it has none. */
  private shortWay: DirectStatement | null | undefined

  constructor(
    session: Session,
    transaction: Transaction,
    planned: PlannedStatement,
    command: string,
    reusable: boolean,
    explained = false,
  ) {
    this.session = session
    this.plan = planned.plan
    const { operator, tables } = buildOperators(planned.plan, planned.context, explained)
    this.operator = operator
    this.columns = planned.columns
    this.parameterTypes = planned.parameterTypes
    this.inexact = planned.inexact
    this.command = command
    this.changesRows = command !== 'SELECT'
    this.reusable = reusable
    this.sizes = tables.map((table) => ({ table, size: sizeOf(table, transaction) }))
    this.catalogVersion = transaction.catalog.version
    this.settingsVersion = session.settings.version
  }

  /** The short way of a statement of one row, once it was found. */
  get direct(): DirectStatement | undefined {
    return this.shortWay ?? undefined
  }

  /** Looks for the short way. Whoever asks for an implementation of the operators gets the operators. */
  findDirect(transaction: Transaction): void {
    if (this.shortWay !== undefined) return
    const mayTake = this.reusable && this.session.settings.get('execution') === 'auto'
    this.shortWay = (mayTake ? DirectStatement.of(this.session, this, transaction) : undefined) ?? null
  }

  /** Whether the plan can run now, with these values. */
  fits(session: Session, transaction: Transaction, values: readonly unknown[]): boolean {
    return (
      this.session === session &&
      this.catalogVersion === transaction.catalog.version &&
      this.settingsVersion === session.settings.version &&
      this.sizes.every(({ table, size }) => sizeOf(table, transaction) === size) &&
      values.every((value, i) => suits(value, this.parameterTypes[i]))
    )
  }

  /** The engine's values of the parameters. */
  parameters(values: readonly unknown[]): readonly Value[] {
    if (values.length === 0) return noValues
    return values.map((value, i) => {
      const converted = fromApiValue(value, this.parameterTypes[i])
      if (converted === undefined) throw parameterMismatch(i, value, this.parameterTypes[i])
      return converted
    })
  }
}

const noValues: readonly Value[] = []

/** The order of magnitude of a table, to the base four; all that is small is alike. */
function sizeOf(table: TableDefinition, transaction: Transaction): number {
  const { rowCount } = transaction.catalog.statistics(table)
  return rowCount < 256 ? 0 : Math.floor(Math.log2(rowCount) / 2)
}

export interface PlanOptions {
  readonly trace?: RuleTrace
  /** What stands in for the session's own context: a source of rows that has no file. */
  readonly context?: Partial<PlannerContext>
}

export interface PlannedStatement {
  readonly plan: PhysicalPlan
  readonly context: PlannerContext
  readonly columns: readonly OutputColumn[]
  readonly parameterTypes: readonly DataType[]
  readonly inexact: readonly boolean[]
  readonly unusedParameter: number
  readonly rowTable?: TableDefinition
}

/** Binds, optimises and plans a statement for values of the given shapes. */
export function prepareQuery(
  session: Session,
  parsed: ast.ParsedStatement,
  values: readonly unknown[] | undefined,
  transaction: Transaction,
): Executable {
  const planned = planStatement(session, parsed.statement, parsed.parameterNames, values, transaction)
  return new Executable(session, transaction, planned, commandOf(parsed.statement), isReusable(parsed.statement))
}

/**
 * Parameters get their types from where they stand; one whose value does not suit that type is bound again with the type
 * that the value itself suggests. Without `values` there can be no parameters.
 */
export function planStatement(
  session: Session,
  statement: ast.Statement,
  parameterNames: readonly string[],
  values: readonly unknown[] | undefined,
  transaction: Transaction,
  options: PlanOptions = {},
): PlannedStatement {
  if (!isBulk(statement) && hasUnlistedPivot(statement)) {
    const listed = listPivotValues(statement, (query) => {
      const executable = session.prepareUncached(query, transaction, { names: parameterNames, values: values ?? [] })
      const parameters = executable.parameters(values ?? [])
      return session.execute(executable, parameters, transaction, {}).values as (string | null)[][]
    })
    return planStatement(session, listed, parameterNames, values, transaction, options)
  }
  if (!values?.length) return planTyped(session, statement, values && [], transaction, parameterNames, options)
  const inferred = bindStatement(statement, plannerContext(session, transaction, [], parameterNames)).parameterTypes
  const types = values.map((value, i) => (suits(value, inferred[i]) ? undefined : typeOfApiValue(value)))
  return planTyped(session, statement, types, transaction, parameterNames, options)
}

/** Plans a statement whose parameters have the given types; those not given follow from where they stand. */
function planTyped(
  session: Session,
  statement: ast.Statement,
  parameterTypes: readonly (DataType | undefined)[] | undefined,
  transaction: Transaction,
  parameterNames: readonly string[] = [],
  options: PlanOptions = {},
): PlannedStatement {
  const context = { ...plannerContext(session, transaction, parameterTypes, parameterNames), ...options.context }
  const bound = bindStatement(statement, context)
  const optimized = optimize(bound.plan, context, options.trace)
  return {
    plan: planPhysical(optimized, context),
    context,
    columns: bound.columns,
    parameterTypes: bound.parameterTypes,
    inexact: inexactColumns(bound.plan, bound.columns),
    unusedParameter: bound.unusedParameter,
    rowTable: bound.rowTable,
  }
}

export function plannerContext(
  session: Session,
  transaction: Transaction,
  parameterTypes?: readonly (DataType | undefined)[],
  parameterNames: readonly string[] = [],
): PlannerContext {
  const context: PlannerContext = {
    catalog: transaction.catalog,
    settings: session.settings,
    functions: session.functions.during(transaction),
    parameterTypes,
    parameterNames,
    currentRow: (cursor, table) => currentRowOf(session, cursor, table, transaction),
    systemTable: (name, schema) =>
      findSystemTable(name, schema, {
        catalog: transaction.catalog,
        functions: session.functions,
        setting: (setting) => session.settings.get(setting),
        session,
      }),
    variable: (name) => session.variables.get(name),
    openFile: (path, format, options) => openFile(session.database.host, path, format, options, typeByName(context)),
  }
  return context
}

/** Types as options of file readers name them. */
export function typeByName(context: PlannerContext): (name: string) => DataType {
  return (name) => bindTypeName(parseTypeName(name), context)
}

/** Whether a JavaScript value can become a value of the type as it is. A string suits every type: it is parsed. */
function suits(value: unknown, type: DataType | undefined): boolean {
  if (value === null || value === undefined) return true
  if (type === undefined) return false
  if (typeof value === 'string') return true
  try {
    return fromApiValue(value, type) !== undefined
  } catch (error) {
    if (error instanceof SqlError) return false
    throw error
  }
}

/** The word that PostgreSQL's command tag begins with. */
function commandOf(statement: ast.Statement): string {
  switch (statement.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return statement.kind.toUpperCase()
    default:
      return 'SELECT'
  }
}

/** A plan over a file names the file's columns as they are now; bulk rows are the statement's own. */
function isReusable(statement: ast.Statement): boolean {
  // The row under a cursor is another one each time.
  if ((statement.kind === 'update' || statement.kind === 'delete') && statement.whereCurrentOf) return false
  return !isBulk(statement) && !readsFiles(statement)
}

function isBulk(statement: ast.Statement): boolean {
  return statement.kind === 'insert' && statement.source?.kind === 'bulk-values'
}

function readsFiles(statement: ast.Statement): boolean {
  const pending: unknown[] = [statement]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === null || typeof node !== 'object') continue
    const { kind } = node as { kind?: unknown }
    if (kind === 'file' || (kind === 'function' && 'calls' in node)) return true
    if (kind === 'pivot' && (node as ast.Pivot).on.some((on) => !on.in)) return true
    for (const key in node) {
      const part = (node as Record<string, unknown>)[key]
      if (part !== null && typeof part === 'object' && key !== 'span') pending.push(part)
    }
  }
  return false
}

/** The plan of a prepared statement. */
export function planPrepared(
  session: Session,
  prepared: Pick<PreparedText, 'statement' | 'parameterTypes'>,
  transaction: Transaction,
): PlannedStatement {
  const context = plannerContext(session, transaction)
  const declared = prepared.parameterTypes.map((name) => {
    const type = bindTypeName(name, context)
    return type.kind === 'unknown' ? undefined : withoutModifiers(type)
  })
  return planTyped(session, prepared.statement, declared, transaction)
}

function sameColumns(left: readonly OutputColumn[], right: readonly OutputColumn[]): boolean {
  return left.length === right.length && left.every(({ type }, n) => typeEquals(type, right[n].type))
}

/** EXECUTE: the prepared statement's plan, with the argument expressions evaluated and cast to its parameters' types. */
export function evaluateArguments(
  session: Session,
  prepared: PreparedText,
  execute: ast.Execute,
  given: GivenParameters | undefined,
  transaction: Transaction,
  explained = false,
): { executable: Executable; parameters: readonly Value[] } {
  const context = plannerContext(session, transaction, undefined, given?.names)
  const planned = planPrepared(session, prepared, transaction)
  if (!sameColumns(planned.columns, prepared.columns)) {
    throw new SqlError('feature_not_supported', 'cached plan must not change result type')
  }
  const expected = planned.parameterTypes.length
  if (execute.args.length !== expected) {
    throw new SqlError('syntax_error', `wrong number of parameters for prepared statement "${execute.name.name}"`, {
      detail: `Expected ${expected} parameters but got ${execute.args.length}.`,
      position: execute.span.start,
    })
  }
  const constants = given?.values.map(constantOf)
  const parameters = execute.args.map((argument, i) =>
    evaluateConstant(bindScalar(argument, context, planned.parameterTypes[i], constants), context.functions),
  )
  const command = commandOf(prepared.statement)
  return { executable: new Executable(session, transaction, planned, command, false, explained), parameters }
}
