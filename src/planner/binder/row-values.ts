/**
 * What a new row is made of: given values brought to the columns' types as assignments are, defaults, identities, and
 * generated columns computed from the others.
 */
import { SqlError } from '../../error.ts'
import { findCast } from '../../functions/casts.ts'
import type * as ast from '../../parser/ast.ts'
import type { CatalogView, ColumnDefinition, TableDefinition } from '../../storage/interface.ts'
import { type DataType, TEXT } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { replaceColumns } from '../tree.ts'
import { coerceExactly, tryCoerce } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { callFunction } from './function-call.ts'
import { type BindState, foreignText, newColumn, positionsOf, reference, Scope } from './scope.ts'

/** The expression as a value of the column; 42804 when it cannot be one. */
export function assign(
  expression: Expression,
  column: { readonly name: string; readonly type: DataType },
  state: BindState,
): Expression {
  const coerced = tryCoerce(expression, column.type, 'assignment', state)
  if (coerced) return coerceExactly(coerced, column.type, state) ?? coerced
  throw new SqlError(
    'datatype_mismatch',
    `column "${column.name}" is of type ${baseTypeName(column.type)} but expression is of type ${baseTypeName(expression.type)}`,
    { position: expression.span?.start, hint: 'You will need to rewrite or cast the expression.' },
  )
}

/** What the column gets when nothing is given: its identity, its DEFAULT, or NULL. Generated columns are another matter. */
export function defaultValue(column: ColumnDefinition, state: BindState): Expression {
  if (column.identity) {
    const scope = new Scope(state)
    const span = { start: 0, end: 0 }
    const name: Expression = { kind: 'constant', type: TEXT, value: column.identity.sequence }
    return foreignText(state, undefined, () => assign(callFunction('nextval', [name], span, scope), column, state))
  }
  const node = column.default ?? domainDefault(column.type, state.context.catalog)
  const nothing: Expression = { kind: 'constant', type: column.type, value: null }
  if (!node) return column.type.kind === 'domain' ? checkedNull(column.type) : nothing
  return foreignText(state, undefined, () => bindDefault(node, column, state))
}

/** The DEFAULT of a domain, or of the one below it. */
export function domainDefault(type: DataType, catalog: CatalogView): ast.Expression | undefined {
  if (type.kind !== 'domain') return undefined
  return catalog.findDomain(type.name)?.default ?? domainDefault(type.base, catalog)
}

/** A NULL to which the domain may object. */
function checkedNull(type: Extract<DataType, { kind: 'domain' }>): Expression {
  const input: Expression = { kind: 'constant', type: type.base, value: null }
  return { kind: 'cast', type, input, cast: findCast(type.base, type)!, explicit: false, try: false }
}

/** A DEFAULT, which sees no columns. */
export function bindDefault(
  node: ast.Expression,
  column: { readonly name: string; readonly type: DataType },
  state: BindState,
): Expression {
  const scope = new Scope(state)
  scope.clause = 'DEFAULT expressions'
  return assignDefault(bindExpression(node, scope), column, state)
}

function assignDefault(
  expression: Expression,
  column: { readonly name: string; readonly type: DataType },
  state: BindState,
): Expression {
  const coerced = tryCoerce(expression, column.type, 'assignment', state)
  if (coerced) return coerceExactly(coerced, column.type, state) ?? coerced
  throw new SqlError(
    'datatype_mismatch',
    `column "${column.name}" is of type ${baseTypeName(column.type)} but default expression is of type ${baseTypeName(expression.type)}`,
    { position: expression.span?.start, hint: 'You will need to rewrite or cast the expression.' },
  )
}

/** 428C9 for a value given to a column that makes its own. */
export function refuseGiven(
  column: ColumnDefinition,
  verb: 'insert' | 'update',
  overriding: boolean,
  position: number | undefined,
): void {
  const isIdentity = column.identity?.always && !overriding
  if (!column.generated && !isIdentity) return
  const message =
    verb === 'insert'
      ? `cannot insert a non-DEFAULT value into column "${column.name}"`
      : `column "${column.name}" can only be updated to DEFAULT`
  throw new SqlError('generated_always', message, {
    position,
    detail: column.generated
      ? `Column "${column.name}" is a generated column.`
      : `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    hint: !column.generated && verb === 'insert' ? 'Use OVERRIDING SYSTEM VALUE to override.' : undefined,
  })
}

/**
 * Fills in the generated columns of a row: `values` has undefined for them. Values that are not just columns or constants
 * are first made columns of the input, so that they are computed once.
 */
export function completeRow(
  table: TableDefinition,
  values: readonly (Expression | undefined)[],
  input: LogicalPlan,
  state: BindState,
): { readonly values: Expression[]; readonly input: LogicalPlan } {
  if (!table.columns.some((column) => column.generated)) return { values: values as Expression[], input }
  const given = [...values]
  let plan = input
  const extra: { readonly column: OutputColumn; readonly expression: Expression }[] = []
  for (let index = 0; index < given.length; index++) {
    const expression = given[index]
    if (!expression || expression.kind === 'column' || expression.kind === 'constant') continue
    const column = newColumn(state, table.columns[index].name, expression.type)
    extra.push({ column, expression })
    given[index] = reference(column)
  }
  if (extra.length > 0) {
    plan = {
      kind: 'project',
      input,
      expressions: [...input.columns.map((column) => reference(column)), ...extra.map((it) => it.expression)],
      columns: [...input.columns, ...extra.map((it) => it.column)],
    }
  }
  return { values: fillGenerated(table, given, state), input: plan }
}

/** Generated columns as expressions over the values of the others. */
export function fillGenerated(
  table: TableDefinition,
  values: readonly (Expression | undefined)[],
  state: BindState,
): Expression[] {
  const row = table.columns.map((column) => newColumn(state, column.name, column.type, table.name))
  const byId = new Map(row.map((column, index) => [column.id, values[index]]))
  return table.columns.map((column, index) => {
    if (!column.generated) return values[index]!
    const node = column.generated.expression
    const expression = foreignText(state, undefined, () =>
      assign(bindOver(node, row, table.name, state), column, state),
    )
    return replaceColumns(expression, (id) => byId.get(id))
  })
}

function bindOver(node: ast.Expression, row: readonly OutputColumn[], name: string, state: BindState): Expression {
  const scope = new Scope(state)
  scope.items = [{ name, columns: row, positions: positionsOf(row), qualified: true, unqualified: true }]
  scope.clause = 'column generation expressions'
  return bindExpression(node, scope)
}
