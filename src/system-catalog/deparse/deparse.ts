/**
 * Definitions as PostgreSQL prints them. The catalog keeps what was written; for printing it is bound once more with a record of
 * what each node became, and printed from both: `tree.ts` is what PostgreSQL would have stored. What cannot be bound any longer,
 * or is not PostgreSQL's, is printed as it was written.
 */

import { SqlError } from '../../error.ts'
import type { FunctionContext } from '../../functions/function.ts'
import type * as ast from '../../parser/ast.ts'
import { printExpression } from '../../parser/print.ts'
import { bindExpression } from '../../planner/binder/expression.ts'
import { bindQuery } from '../../planner/binder/query.ts'
import { newColumn, newState, positionsOf, type RangeItem, Scope } from '../../planner/binder/scope.ts'
import type { BindingRecord, PlannerContext } from '../../planner/context.ts'
import type { CatalogView, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { TreeBuilder } from './build.ts'
import { quoteIdentifier } from './names.ts'
import { Printer } from './printer.ts'
import { QueryPrinter } from './query.ts'

export interface DeparseContext {
  readonly catalog: CatalogView
  readonly functions: FunctionContext
}

function recording({ catalog, functions }: DeparseContext): PlannerContext & { readonly record: BindingRecord } {
  const record: BindingRecord = { expressions: new Map(), calls: new Map(), scopes: new Map() }
  return {
    catalog,
    settings: functions.settings,
    functions,
    parameterTypes: [],
    parameterNames: [],
    isDefinition: true,
    record,
  }
}

/** Prints, or has it printed as it was written when it cannot be bound. */
function orAsWritten(written: () => string, print: () => string): string {
  try {
    return print()
  } catch (error) {
    if (error instanceof SqlError) return written()
    throw error
  }
}

/** How an expression is printed, and what it may name. */
export interface ExpressionOptions {
  /** Whose columns it reads. */
  readonly table?: TableDefinition
  /** It reads `old.a` and `new.a` of the table. */
  readonly isTrigger?: boolean
  /** The type of VALUE, in a domain's condition. */
  readonly value?: DataType
  /** The parameters of the function whose body it is. */
  readonly parameters?: ReadonlyMap<string, DataType>
  /** What it is converted to. */
  readonly type?: DataType
  readonly pretty?: boolean
  /** Conversions that nobody wrote are shown. */
  readonly showsCasts?: boolean
}

export function deparseExpression(
  node: ast.Expression,
  context: DeparseContext,
  options: ExpressionOptions = {},
): string {
  const { type, pretty = false, showsCasts = false } = options
  return orAsWritten(
    () => printExpression(node),
    () => {
      const planner = recording(context)
      const scope = new Scope(newState(planner))
      scope.clause = 'check constraints'
      scope.items = namesOf(options, scope)
      const bound = bindExpression(node, scope)
      const builder = new TreeBuilder(planner.record, planner, (column) => {
        const names = column.parts.map((part) => part.name)
        if (options.value) return 'VALUE'
        return (options.isTrigger ? names : names.slice(-1)).map(quoteIdentifier).join('.')
      })
      const queries = new QueryPrinter(planner.record, planner)
      const printer = new Printer(pretty, (query, into) => queries.print(query, into, undefined, true))
      const target = type ?? (bound.type.kind === 'unknown' ? ({ kind: 'text' } as const) : bound.type)
      printer.tree(builder.as(node, target), showsCasts)
      return printer.text
    },
  )
}

/** What the expression may name: of a table, of its rows before and after, VALUE, parameters. */
function namesOf({ table, isTrigger, value, parameters }: ExpressionOptions, { state }: Scope): RangeItem[] {
  const item = (
    name: string | undefined,
    fields: Iterable<readonly [string, DataType]>,
    unqualified: boolean,
  ): RangeItem => {
    const columns = [...fields].map(([column, type]) => newColumn(state, column, type, name))
    return {
      name,
      columns,
      positions: positionsOf(columns),
      qualified: name !== undefined,
      unqualified,
      table: undefined,
    }
  }
  if (value) return [item(undefined, [['value', value]], true)]
  if (parameters) return [item(undefined, parameters, true)]
  if (!table) return []
  const columns = table.columns.map(({ name, type }) => [name, type] as const)
  return isTrigger ? [item('old', columns, false), item('new', columns, false)] : [item(table.name, columns, true)]
}

/** The query of a view under the names of its columns, with a semicolon. */
export function deparseQuery(
  query: ast.Query,
  names: readonly string[],
  written: string,
  context: DeparseContext,
  pretty = false,
): string {
  return orAsWritten(
    () => ` ${written.trim()};`,
    () => {
      const planner = recording(context)
      bindQuery(query, new Scope(newState(planner)))
      const queries = new QueryPrinter(planner.record, planner)
      const printer = new Printer(pretty, (inner, into) => queries.print(inner, into, undefined, true))
      queries.print(query, printer, names)
      return `${printer.text};`
    },
  )
}

/** The type of an expression over a table's columns. */
export function expressionType(node: ast.Expression, table: TableDefinition, context: DeparseContext): DataType {
  try {
    const scope = new Scope(newState(recording(context)))
    scope.items = namesOf({ table }, scope)
    return bindExpression(node, scope).type
  } catch (error) {
    if (error instanceof SqlError) return { kind: 'text' }
    throw error
  }
}
