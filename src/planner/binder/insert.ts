/** INSERT. The source's columns are brought to the types of the columns that they go to; the others get their defaults. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { Expression } from '../expression.ts'
import type { Insert, LogicalPlan } from '../plan.ts'
import { bindBulkValues } from './bulk-values.ts'
import { bindExpression } from './expression.ts'
import { bindConflict } from './on-conflict.ts'
import { bindQuery } from './query.ts'
import { bindReturning } from './returning.ts'
import { retype } from './retype.ts'
import { addSets } from './select.ts'
import { assign, completeRow, defaultValue, refuseGiven } from './row-values.ts'
import { type BindState, type BoundQuery, newColumn, reference, Scope } from './scope.ts'
import { bindChecks, bindTarget, newRow, newRowItem, type Target, targetColumn } from './target.ts'
import { checkLengths } from './values.ts'

export function bindInsert(statement: ast.Insert, parent: Scope): BoundQuery {
  const { state } = parent
  const target = bindTarget(statement.table, undefined, 'insert into', state)
  const source = bindSource(statement, target, parent)
  const { values, input } = completeRow(target.table, source.values, source.input, state)
  const rowColumns = newRow(target, state)
  const named = statement.alias ? { ...target, name: statement.alias.name, item: { ...target.item, name: statement.alias.name, schema: undefined } } : target
  const conflict = statement.onConflict && bindConflict(statement.onConflict, named, rowColumns, parent)
  const scope = new Scope(state, parent)
  const { returning, columns } = bindReturning(statement.returning, [newRowItem(named, rowColumns)], scope)
  const plan: Insert = {
    kind: 'insert',
    table: target.table,
    input,
    values,
    checks: bindChecks(target, rowColumns, state),
    rowColumns,
    conflict,
    returning,
    columns,
  }
  return { plan, columns }
}

/** The rows to insert: a plan, and per column of the table what it gets; undefined for generated columns. */
interface Source {
  readonly input: LogicalPlan
  readonly values: readonly (Expression | undefined)[]
}

const oneRow: LogicalPlan = { kind: 'values', rows: [[]], columns: [] }

function bindSource(statement: ast.Insert, target: Target, parent: Scope): Source {
  const { source } = statement
  const { state } = parent
  if (!source) return { input: oneRow, values: withDefaults(target.table, new Map(), state) }
  if (source.kind === 'bulk-values') {
    const columns = givenColumns(statement, target, source.columns.length, source.rowStarts[0])
    refuseOwnColumns(columns, statement, target, () => source.rowStarts[0])
    const input = bindBulkValues(source, columns.map((number) => target.table.columns[number]), state)
    return fromColumns(input, columns, statement, target, state)
  }
  if (source.kind === 'values' && isPlain(source)) return bindRows(statement, source, target, parent)
  return bindRowsOfQuery(statement, source, target, parent)
}

function isPlain(query: ast.Values): boolean {
  return !query.with && query.orderBy.length === 0 && !query.orderByAll && !query.limit && !query.offset
}

/** The table columns that the source's columns go to: those named, or the first ones. */
function givenColumns(statement: ast.Insert, target: Target, width: number, position: number | undefined): number[] {
  if (statement.columns.length === 0) {
    if (width > target.tableColumns.length) {
      throw new SqlError('syntax_error', 'INSERT has more expressions than target columns', { position })
    }
    return target.item.columns.slice(0, width).map((column, index) => {
      if (target.tableColumns[index] >= 0) return target.tableColumns[index]
      return targetColumn(target, { name: column.name, quoted: true, span: statement.table.span }, 'insert into')
    })
  }
  const seen = new Set<number>()
  const numbers = statement.columns.map(({ name, path }) => {
    const number = targetColumn(target, name, 'insert into')
    if (path.length > 0) throw notSupported('INSERT into a part of a column', name.span.start)
    if (seen.has(number)) {
      throw new SqlError('duplicate_column', `column "${name.name}" specified more than once`, { position: name.span.start })
    }
    seen.add(number)
    return number
  })
  if (width > numbers.length) throw new SqlError('syntax_error', 'INSERT has more expressions than target columns', { position })
  if (width < numbers.length) {
    throw new SqlError('syntax_error', 'INSERT has more target columns than expressions', {
      position: statement.columns[width].span.start,
    })
  }
  return numbers
}

function refuseOwnColumns(
  columns: readonly number[],
  statement: ast.Insert,
  target: Target,
  positionOf: (index: number) => number | undefined,
): void {
  columns.forEach((number, index) => {
    const column = target.table.columns[number]
    if (statement.overriding === 'user' && column.identity) return
    refuseGiven(column, 'insert', statement.overriding === 'system', positionOf(index))
  })
}

/** Each table column: what is given, or its default. */
function withDefaults(table: TableDefinition, given: ReadonlyMap<number, Expression>, state: BindState): (Expression | undefined)[] {
  return table.columns.map((column, number) => {
    const value = given.get(number)
    if (value) return value
    return column.generated ? undefined : defaultValue(column, state)
  })
}

/** Columns of the input that are already of the right types. */
function fromColumns(input: LogicalPlan, columns: readonly number[], statement: ast.Insert, target: Target, state: BindState): Source {
  const given = new Map<number, Expression>()
  columns.forEach((number, index) => {
    const column = target.table.columns[number]
    if (statement.overriding === 'user' && column.identity) return
    if (!column.generated) given.set(number, assign(reference(input.columns[index]), column, state))
  })
  return { input, values: withDefaults(target.table, given, state) }
}

/** VALUES: each value is brought to its column by itself, and DEFAULT is allowed. */
function bindRows(statement: ast.Insert, source: ast.Values, target: Target, parent: Scope): Source {
  const { state } = parent
  checkLengths(source)
  const width = source.rows[0].length
  const columns = givenColumns(statement, target, width, source.rows[0][statement.columns.length || target.tableColumns.length]?.span.start)
  const scope = new Scope(state, parent)
  scope.clause = 'VALUES'
  const definitions = columns.map((number) => target.table.columns[number])
  const ignored = definitions.map((column) => statement.overriding === 'user' && column.identity !== undefined)
  const isDefault = definitions.map((_, index) => source.rows.every((row) => row[index].kind === 'default'))
  const kept = columns.map((_, index) => index).filter((index) => !isDefault[index])
  scope.setsInValues = source.rows.length === 1
  const rows = source.rows.map((row) =>
    kept.map((index) => {
      const node = row[index]
      const column = definitions[index]
      if (node.kind === 'default') {
        if (column.generated) throw notSupported('DEFAULT for a generated column in some rows only', node.span.start)
        return defaultValue(column, state)
      }
      if (!ignored[index]) refuseGiven(column, 'insert', statement.overriding === 'system', node.span.start)
      return assign(bindExpression(node, scope), column, state)
    }),
  )
  const output = kept.map((index) => newColumn(state, definitions[index].name, definitions[index].type))
  const given = new Map<number, Expression>()
  kept.forEach((index, position) => {
    if (!ignored[index]) given.set(columns[index], reference(output[position]))
  })
  const input: LogicalPlan =
    scope.sets.length === 0
      ? { kind: 'values', rows, columns: output }
      : { kind: 'project', input: addSets(oneRow, scope.sets), expressions: rows[0], columns: output }
  return { input, values: withDefaults(target.table, given, state) }
}

function bindRowsOfQuery(statement: ast.Insert, source: ast.Query, target: Target, parent: Scope): Source {
  const { state } = parent
  const query = bindQuery(source, parent, { keepUnknown: true })
  const names = statement.byName ? query.columns.map((column) => ({ name: column.name, quoted: true, span: source.span })) : undefined
  const columns = names
    ? names.map((name) => targetColumn(target, name, 'insert into'))
    : givenColumns(statement, target, query.columns.length, source.span.start)
  refuseOwnColumns(columns, statement, target, () => source.span.start)
  let { plan } = query
  columns.forEach((number, index) => {
    if (plan.columns[index].type.kind === 'unknown') plan = retype(plan, index, target.table.columns[number].type, state)
  })
  const given = new Map<number, Expression>()
  columns.forEach((number, index) => {
    const column = target.table.columns[number]
    if (statement.overriding === 'user' && column.identity) return
    given.set(number, assign(reference(plan.columns[index], itemSpan(source, index)), column, state))
  })
  return { input: plan, values: withDefaults(target.table, given, state) }
}

/** Where column `index` of the query stands in the text. */
function itemSpan(query: ast.Query, index: number): ast.Span {
  if (query.kind === 'select') return query.items[index]?.expression.span ?? query.span
  return query.span
}
