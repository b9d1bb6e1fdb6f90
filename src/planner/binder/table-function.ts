/** Functions in FROM. Their arguments see the entries to their left. A function that yields one value makes one row. */
import { SqlError } from '../../error.ts'
import { baseType, sameType } from '../../functions/coercion.ts'
import type { TableFunction } from '../../functions/function.ts'
import type * as ast from '../../parser/ast.ts'
import { parseStatement } from '../../parser/parse.ts'
import { BIGINT, type DataType, TEXT } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan, TableFunctionScan } from '../plan.ts'
import { settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { bindFileReader, isFileReader } from './file.ts'
import { type BoundFrom, barrier, derived, renamed } from './from.ts'
import { bindArguments, functionName, resolvedArguments } from './function-call.ts'
import { textAsJson } from './json-call.ts'
import { bindTableMacro } from './macro.ts'
import { findFunction } from './overload.ts'
import { bindQuery } from './query.ts'
import { type BoundQuery, foreignText, newColumn, positionsOf, reference, Scope, within } from './scope.ts'
import { bindTypeName } from './type-name.ts'
import { bindRoutineTable, functionsNamed, isSqlRoutine, type RoutineTable } from './user-function.ts'

export function bindTableFunction(node: ast.TableFunction, scope: Scope): BoundFrom {
  const { alias } = node
  const [first] = node.calls
  const firstName = functionName(first.call, scope)
  if (node.calls.length === 1 && isFileReader(firstName)) return bindFileReader(first.call, firstName, alias, scope)
  const macro =
    node.calls.length === 1
      ? (bindQueryCall(first.call, firstName, scope) ?? bindTableMacro(first.call, scope))
      : undefined
  if (macro) return derived(macro, alias?.name.name ?? firstName, alias)
  const name = alias?.name.name ?? firstName
  const calls = node.calls.flatMap(expandUnnest)
  const bound = within(scope, 'functions in FROM', () =>
    calls.map((call) => bindOne(withDefinitions(call, node), scope)),
  )
  if (bound.length === 1 && 'scalar' in bound[0]) return scalarRow(bound[0].scalar, name, node, scope)
  const routine = bound.length === 1 && 'routine' in bound[0] ? bound[0].routine : undefined
  if (routine && !node.ordinality) {
    const query = routine.inline()
    if (query) return routineItem(routine, query, name, alias)
  }
  if (bound.length === 1 && !node.ordinality && 'columns' in bound[0]) {
    const [{ name: column, type }] = bound[0].columns.length === 1 ? bound[0].columns : [{ name: '', type: BIGINT }]
    const isStruct = type.kind === 'record' && type.name === undefined && firstName === 'unnest' && isBare(first.call)
    if (type.kind === 'record' && type.fields.length > 0 && bound[0].isScalar && !isStruct)
      return expanded(bound[0], column, type, name, node, scope)
  }
  const scans: TableFunctionScan['calls'][number][] = []
  const columns: OutputColumn[] = []
  for (const [index, one] of bound.entries()) {
    const call = 'scalar' in one ? oneRow(one.scalar, functionName(calls[index].call, scope)) : one
    scans.push({ ...call.scan, width: call.columns.length })
    for (const column of call.columns) columns.push(newColumn(scope.state, column.name, column.type, name))
  }
  if (node.ordinality) columns.push(newColumn(scope.state, 'ordinality', BIGINT, name))
  const plan: TableFunctionScan = { kind: 'table-function', calls: scans, ordinality: node.ordinality, columns }
  const isScalar = bound.length === 1 && 'columns' in bound[0] && bound[0].isScalar
  let named: readonly OutputColumn[] = columns
  if (alias && isScalar && !routine?.isNamed) named = [{ ...columns[0], name }, ...columns.slice(1)]
  if (alias) named = renamed(named, alias, name)
  const positions = new Map(positionsOf(named))
  // DuckDB's function keeps the name of its column: FROM range(3) AS r has r.range as well.
  if (firstName === 'range' && isScalar && !positions.has(firstName)) positions.set(firstName, 0)
  const rowType = node.ordinality ? undefined : isScalar ? columns[0].type : routine?.rowType
  return {
    plan,
    items: [{ name, columns: named, positions, qualified: true, unqualified: true, rowType }],
  }
}

/** Whether a call names no schema: pg_catalog.unnest is PostgreSQL's, which has a column for each field of a struct. */
function isBare(call: ast.FunctionCall): boolean {
  return call.name.parts.length === 1
}

/** DuckDB's `query('SELECT …')` and `query_table('t')`, of constants: the query in their place. */
function bindQueryCall(call: ast.FunctionCall, name: string, scope: Scope): BoundQuery | undefined {
  if ((name !== 'query' && name !== 'query_table') || call.args.length !== 1) return undefined
  if (functionsNamed(call, name, scope).length > 0) return undefined
  const { state } = scope
  const { context } = state
  const argument = settle(bindExpression(call.args[0], new Scope(state)), state)
  const value = evaluateConstant(argument, context.functions)
  const texts = argument.type.kind === 'array' ? (value?.values ?? []) : [value]
  const queries = texts.map((text: unknown) => {
    if (typeof text !== 'string') {
      throw new SqlError('invalid_parameter_value', `${name} takes a text`, { position: call.span.start })
    }
    return name === 'query' ? text : `TABLE ${text}`
  })
  const { statement } = parseStatement(queries.join(' UNION ALL '))
  if (
    statement.kind !== 'select' &&
    statement.kind !== 'set-operation' &&
    statement.kind !== 'values' &&
    statement.kind !== 'table'
  ) {
    throw new SqlError('syntax_error', `${name} takes a query`, { position: call.span.start })
  }
  return foreignText(state, call.span.start, () => bindQuery(statement, barrier(scope)))
}

type Call = ast.TableFunction['calls'][number]

/** `unnest(a, b)` in FROM is ROWS FROM (unnest(a), unnest(b)). */
function expandUnnest(call: Call): Call[] {
  const { parts } = call.call.name
  const { args } = call.call
  if (parts[parts.length - 1].name !== 'unnest' || args.length < 2 || args.some((arg) => arg.kind === 'named-argument'))
    return [call]
  return args.map((arg) => ({ ...call, call: { ...call.call, args: [arg] } }))
}

/** A column definition list that stands after the alias of a single call is the call's own. */
function withDefinitions(call: Call, { alias, rowsFrom }: ast.TableFunction): Call {
  return call.columnTypes || rowsFrom || !alias?.columnTypes ? call : { ...call, columnTypes: alias.columnTypes }
}

type BoundCall =
  | { readonly scalar: Expression }
  | {
      readonly scan: Omit<TableFunctionScan['calls'][number], 'width'>
      readonly columns: readonly NamedType[]
      readonly isScalar: boolean
      readonly routine?: RoutineTable
    }

function bindOne({ call, columnTypes }: Call, scope: Scope): BoundCall {
  const name = functionName(call, scope)
  const named = functionsNamed(call, name, scope)
  const tables = named.filter((record) => record.kind === 'table')
  const records = tables.length > 0 && named.some((record) => record.kind === 'scalar') ? tables : named
  const position = call.span.start
  if (call.over || records.some((record) => record.kind === 'window')) {
    throw new SqlError('windowing_error', 'window functions are not allowed in functions in FROM', { position })
  }
  if (!records.some((record) => record.kind === 'table' || isSqlRoutine(record)))
    return scalarCall(call, columnTypes, scope)
  let { args, types, names } = bindArguments(call, records, scope)
  const json = textAsJson(records, args, scope)
  if (json && !names) {
    args = json.args
    types = json.types
    // DuckDB's json_each, of a text, has more columns than PostgreSQL's.
    if (name === 'json_each' && args.length === 1) {
      args.push({ kind: 'constant', type: TEXT, value: '$' })
      types.push(TEXT)
    }
  }
  const resolved = findFunction(name, types, {
    candidates: records,
    names,
    variadic: call.variadic || undefined,
    position,
  })
  if (isSqlRoutine(resolved.function)) {
    const routine = bindRoutineTable(call, columnTypes, resolved, args, scope)
    const { record, columns, isScalar } = routine
    return { scan: { function: record, overload: record.overloads[0], args: routine.args }, columns, isScalar, routine }
  }
  if (resolved.function.kind !== 'table') return scalarCall(call, columnTypes, scope)
  let overload = resolved.overload as FlexibleOverload
  const coerced = resolvedArguments(resolved, args, scope)
  if (columnTypes && overload.withColumns) {
    const columns = givenColumns(columnTypes, scope)
    if (overload.columnsFollow) checkRow(coerced[0].type, columns, call)
    overload = { ...overload, columns: () => columns, evaluate: overload.withColumns(columns) }
    return { scan: { function: resolved.function as TableFunction, overload, args: coerced }, columns, isScalar: false }
  }
  if (overload.withColumns && !columnTypes && !overload.columnsFollow) {
    throw new SqlError('syntax_error', 'a column definition list is required for functions returning "record"', {
      position,
    })
  }
  const argumentTypes = coerced.map((arg) => arg.type)
  const own = overload.columns(argumentTypes)
  if (overload.specialise) overload = { ...overload, evaluate: overload.specialise(argumentTypes) }
  if (columnTypes) throw noColumnList(call)
  const columns = own
  const isScalar = own.length === 1 && (own[0].name === name || own[0].name === resolved.function.name)
  return { scan: { function: resolved.function as TableFunction, overload, args: coerced }, columns, isScalar }
}

/** A call that yields one value; a column definition list has to name the fields that it has. */
function scalarCall(call: ast.FunctionCall, columnTypes: Call['columnTypes'], scope: Scope): BoundCall {
  const scalar = settle(bindExpression(call, scope), scope.state)
  if (!columnTypes) return { scalar }
  if (scalar.type.kind !== 'record' || scalar.type.name !== undefined) throw noColumnList(call)
  const given = givenColumns(columnTypes, scope)
  checkRow(scalar.type, given, call)
  if (scalar.type.fields.length > 0 || scalar.kind !== 'call') return { scalar }
  const type: DataType = { kind: 'record', fields: given }
  const args = scalar.args.map((arg) => (arg.type === scalar.type ? { ...arg, type } : arg))
  return { scalar: { ...scalar, type, args } }
}

/** A row of no known shape takes that of the columns; any other has to have it. */
function checkRow(type: DataType, given: readonly NamedType[], call: ast.FunctionCall): void {
  const row = baseType(type)
  if (row.kind !== 'record' || (row.name !== undefined && type.kind !== 'domain')) throw noColumnList(call)
  const { fields } = row
  if (fields.length === 0) return
  const position = call.span.start
  const message = 'function return row and query-specified return row do not match'
  if (given.length !== fields.length) {
    throw new SqlError('datatype_mismatch', message, {
      position,
      detail: `Returned row contains ${fields.length} attribute${fields.length === 1 ? '' : 's'}, but query expects ${given.length}.`,
    })
  }
  const wrong = fields.findIndex((field, index) => !sameType(field.type, given[index].type))
  if (wrong < 0) return
  throw new SqlError('datatype_mismatch', message, {
    position,
    detail: `Returned type ${baseTypeName(fields[wrong].type)} at ordinal position ${wrong + 1}, but query expects ${baseTypeName(given[wrong].type)}.`,
  })
}

/** One value as the one row of a function: a record's fields are columns. */
function oneRow(scalar: Expression, name: string): Extract<BoundCall, { scan: unknown }> {
  const { type } = scalar
  const isRow = type.kind === 'record' && type.fields.length > 0
  const columns = isRow ? type.fields : [{ name, type }]
  const evaluate: TableFunction['overloads'][number]['evaluate'] = (_, value) => [isRow ? (value ?? []) : [value]]
  const overload = { parameters: [type], columns: () => columns, strict: false, evaluate }
  const record: TableFunction = { kind: 'table', name, category: '', doc: '', examples: [], overloads: [overload] }
  return { scan: { function: record, overload, args: [scalar] }, columns, isScalar: !isRow }
}

/** The body of a function as a subquery in its place. */
function routineItem(
  routine: RoutineTable,
  query: BoundQuery,
  name: string,
  alias: ast.TableAlias | undefined,
): BoundFrom {
  let named: readonly OutputColumn[] = query.columns.map((column) => ({ ...column, table: name }))
  if (alias && routine.isScalar && !routine.isNamed) named = [{ ...named[0], name }]
  if (alias) named = renamed(named, alias, name)
  const rowType = routine.isScalar ? named[0].type : routine.rowType
  return {
    plan: query.plan,
    items: [{ name, columns: named, positions: positionsOf(named), qualified: true, unqualified: true, rowType }],
  }
}

/** Overloads whose body depends on the types of its arguments, or on the columns that the call asks for. */
export type FlexibleOverload = TableFunction['overloads'][number] & {
  readonly specialise?: (args: readonly DataType[]) => TableFunction['overloads'][number]['evaluate']
  readonly withColumns?: (columns: readonly NamedType[]) => TableFunction['overloads'][number]['evaluate']
}

interface NamedType {
  readonly name: string
  readonly type: DataType
}

/** `AS t(a int, b text)` */
function givenColumns(columnTypes: NonNullable<Call['columnTypes']>, scope: Scope): NamedType[] {
  return columnTypes.map((column) => ({ name: column.name.name, type: bindTypeName(column.type, scope.state.context) }))
}

function noColumnList(call: ast.FunctionCall): SqlError {
  return new SqlError('syntax_error', 'a column definition list is only allowed for functions returning "record"', {
    position: call.span.start,
  })
}

/** A function whose single value is a row: each field is a column. */
function expanded(
  call: Extract<BoundCall, { scan: unknown }>,
  column: string,
  type: DataType & { kind: 'record' },
  name: string,
  node: ast.TableFunction,
  scope: Scope,
): BoundFrom {
  const { state } = scope
  const row = newColumn(state, column, type, name)
  const scan: TableFunctionScan = {
    kind: 'table-function',
    calls: [{ ...call.scan, width: 1 }],
    ordinality: false,
    columns: [row],
  }
  return derived(fieldColumns(scan, row, type.fields, [], name, scope), name, node.alias)
}

/** The fields of a row column, and then the other columns. */
function fieldColumns(
  input: LogicalPlan,
  row: OutputColumn,
  fields: readonly NamedType[],
  others: readonly OutputColumn[],
  name: string,
  scope: Scope,
): BoundQuery {
  const columns = [...fields.map((field) => newColumn(scope.state, field.name, field.type, name)), ...others]
  const expressions: Expression[] = [
    ...fields.map((field, index): Expression => ({ kind: 'field', type: field.type, input: reference(row), index })),
    ...others.map((column) => reference(column)),
  ]
  return { plan: { kind: 'project', input, expressions, columns }, columns }
}

/** The names that a column definition list gives to the fields of a row; 42804 when it is another row's. */
function definedFields(
  type: DataType & { kind: 'record' },
  node: ast.TableFunction,
  scope: Scope,
): readonly NamedType[] {
  const columnTypes = node.calls[0].columnTypes ?? node.alias?.columnTypes
  if (!columnTypes) return type.fields
  const given = givenColumns(columnTypes, scope)
  const fits =
    given.length === type.fields.length &&
    given.every((column, index) => sameType(column.type, type.fields[index].type))
  if (fits) return given
  throw new SqlError('datatype_mismatch', 'function return row and query-specified return row do not match', {
    position: node.span.start,
  })
}

/** A function that yields one value: one row of one column, or of as many as the value has fields. */
function scalarRow(expression: Expression, name: string, node: ast.TableFunction, scope: Scope): BoundFrom {
  const { state } = scope
  const { type } = expression
  if (type.kind !== 'record' && (node.calls[0].columnTypes ?? node.alias?.columnTypes))
    throw noColumnList(node.calls[0].call)
  const row = newColumn(state, name, type, name)
  const expressions = [expression]
  const others: OutputColumn[] = []
  if (node.ordinality) {
    expressions.push({ kind: 'constant', type: BIGINT, value: 1n })
    others.push(newColumn(state, 'ordinality', BIGINT, name))
  }
  const columns = [row, ...others]
  const input: LogicalPlan = { kind: 'values', rows: [[]], columns: [] }
  const one: LogicalPlan = { kind: 'project', input, expressions, columns }
  if (type.kind !== 'record' || type.fields.length === 0) {
    return derived({ plan: one, columns }, name, node.alias, node.ordinality ? undefined : type)
  }
  const query = fieldColumns(one, row, definedFields(type, node, scope), others, name, scope)
  return derived(query, name, node.alias && { ...node.alias, columnTypes: undefined })
}
