/** Functions in FROM. Their arguments see the entries to their left. A function that yields one value makes one row. */
import { notSupported, SqlError } from '../../error.ts'
import type { TableFunction } from '../../functions/function.ts'
import { findFunctions } from '../../functions/registry.ts'
import type { Resolved } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { BIGINT, type DataType } from '../../types/data-type.ts'
import type { OutputColumn } from '../expression.ts'
import type { TableFunctionScan } from '../plan.ts'
import { settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { bindFileReader, isFileReader } from './file.ts'
import { type BoundFrom, derived, renamed } from './from.ts'
import { bindArguments, functionName, resolvedArguments } from './function-call.ts'
import { findFunction } from './overload.ts'
import { newColumn, positionsOf, type Scope, within } from './scope.ts'
import { bindTypeName } from './type-name.ts'

export function bindTableFunction(node: ast.TableFunction, scope: Scope): BoundFrom {
  const { alias } = node
  const [first] = node.calls
  const firstName = functionName(first.call, scope)
  if (node.calls.length === 1 && isFileReader(firstName)) return bindFileReader(first.call, firstName, alias, scope)
  const name = alias?.name.name ?? firstName
  const calls = node.calls.flatMap(expandUnnest)
  const bound = within(scope, 'functions in FROM', () => calls.map((call) => bindOne(call, scope)))
  if (bound.length === 1 && 'scalar' in bound[0]) return scalarRow(bound[0].scalar, name, node, scope)
  const scans: TableFunctionScan['calls'][number][] = []
  const columns: OutputColumn[] = []
  for (const call of bound) {
    if ('scalar' in call) throw notSupported('ROWS FROM with a function that returns one value', node.span.start)
    scans.push({ ...call.scan, width: call.columns.length })
    for (const column of call.columns) columns.push(newColumn(scope.state, column.name, column.type, name))
  }
  if (node.ordinality) columns.push(newColumn(scope.state, 'ordinality', BIGINT, name))
  const plan: TableFunctionScan = { kind: 'table-function', calls: scans, ordinality: node.ordinality, columns }
  const isScalar = bound.length === 1 && 'columns' in bound[0] && bound[0].isScalar
  let named: readonly OutputColumn[] = columns
  if (alias && isScalar) named = [{ ...columns[0], name }, ...columns.slice(1)]
  if (alias) named = renamed(named, alias, name)
  const rowType = isScalar && !node.ordinality ? columns[0].type : undefined
  return {
    plan,
    items: [{ name, columns: named, positions: positionsOf(named), qualified: true, unqualified: true, rowType }],
  }
}

type Call = ast.TableFunction['calls'][number]

/** `unnest(a, b)` in FROM is ROWS FROM (unnest(a), unnest(b)). */
function expandUnnest(call: Call): Call[] {
  const { parts } = call.call.name
  const { args } = call.call
  if (parts[parts.length - 1].name !== 'unnest' || args.length < 2 || args.some((arg) => arg.kind === 'named-argument')) return [call]
  return args.map((arg) => ({ ...call, call: { ...call.call, args: [arg] } }))
}

type BoundCall =
  | { readonly scalar: ReturnType<typeof bindExpression> }
  | {
      readonly scan: Omit<TableFunctionScan['calls'][number], 'width'>
      readonly columns: readonly { readonly name: string; readonly type: DataType }[]
      readonly isScalar: boolean
    }

function bindOne({ call, columnTypes }: Call, scope: Scope): BoundCall {
  const name = functionName(call, scope)
  const records = findFunctions(name)
  const position = call.span.start
  if (call.over || records.some((record) => record.kind === 'window')) {
    throw new SqlError('windowing_error', 'window functions are not allowed in functions in FROM', { position })
  }
  if (!records.some((record) => record.kind === 'table')) return { scalar: settle(bindExpression(call, scope), scope.state) }
  const { args, types, names } = bindArguments(call, records, scope)
  const resolved = findFunction(name, types, { names, variadic: call.variadic || undefined, position })
  if (resolved.function.kind !== 'table') return { scalar: settle(bindExpression(call, scope), scope.state) }
  const overload = resolved.overload as TableFunction['overloads'][number]
  const coerced = resolvedArguments(resolved, args, scope)
  const own = overload.columns(coerced.map((arg) => arg.type))
  const columns = columnTypes ? withTypes(own, columnTypes, call, scope) : own
  const isScalar = own.length === 1 && (own[0].name === name || own[0].name === resolved.function.name)
  return { scan: { function: resolved.function as Resolved<TableFunction>['function'], overload, args: coerced }, columns, isScalar }
}

/** `AS t(a int, b text)`: the types must be those that the function yields. */
function withTypes(
  own: readonly { readonly name: string; readonly type: DataType }[],
  columnTypes: NonNullable<Call['columnTypes']>,
  call: ast.FunctionCall,
  scope: Scope,
): readonly { readonly name: string; readonly type: DataType }[] {
  const given = columnTypes.map((column) => ({ name: column.name.name, type: bindTypeName(column.type, scope.state.context) }))
  const fits = given.length === own.length && given.every((column, index) => column.type.kind === own[index].type.kind)
  if (fits) return given
  throw new SqlError(
    'syntax_error',
    'a column definition list is only allowed for functions returning "record"',
    { position: call.span.start },
  )
}

/** A function that yields one value: one row of one column. */
function scalarRow(expression: ReturnType<typeof bindExpression>, name: string, node: ast.TableFunction, scope: Scope): BoundFrom {
  const { state } = scope
  const { type } = expression
  const fields = type.kind === 'record' ? type.fields : undefined
  const row = newColumn(state, name, type, name)
  const values = { kind: 'values' as const, rows: [[]], columns: [] }
  const expressions = [expression]
  const columns = [row]
  if (node.ordinality) {
    expressions.push({ kind: 'constant', type: BIGINT, value: 1n })
    columns.push(newColumn(state, 'ordinality', BIGINT, name))
  }
  const one = { kind: 'project' as const, input: values, expressions, columns }
  if (!fields || fields.length === 0) return derived({ plan: one, columns }, name, node.alias, node.ordinality ? undefined : type)
  const parts = fields.map((field) => newColumn(state, field.name, field.type, name))
  const plan = {
    kind: 'project' as const,
    input: one,
    expressions: [
      ...fields.map((field, index) => ({
        kind: 'field' as const,
        type: field.type,
        input: { kind: 'column' as const, id: row.id, name, type },
        index,
      })),
      ...columns.slice(1).map((column) => ({ kind: 'column' as const, id: column.id, name: column.name, type: column.type })),
    ],
    columns: [...parts, ...columns.slice(1)],
  }
  return derived({ plan, columns: plan.columns }, name, node.alias)
}
