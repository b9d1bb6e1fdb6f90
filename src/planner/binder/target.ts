/**
 * The table that a statement changes. It may be named through a view, if the view is simple: the columns of one table,
 * perhaps fewer, perhaps only some rows. Then names mean the view's columns, and rows outside the view stay as they are.
 */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition, TriggerEvent, ViewDefinition } from '../../storage/interface.ts'
import { BIGINT } from '../../types/data-type.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { InsteadOf, LogicalPlan, TableCheck } from '../plan.ts'
import { replaceColumns } from '../tree.ts'
import { columnName } from './column-name.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindScan, filtered, findRelationByName } from './from.ts'
import { constant } from './literal.ts'
import { currentRow } from './row-of-table.ts'
import { defaultValue, refuseGiven } from './row-values.ts'
import { type BindState, foreignText, newColumn, positionsOf, type RangeItem, reference, Scope } from './scope.ts'
import { hasInsteadOf, notUpdatable } from './updatable.ts'
import { bindView } from './view.ts'

export interface Target {
  readonly table: TableDefinition
  /** What the statement calls the relation. */
  readonly name: string
  readonly view?: ViewDefinition
  /** The rows that may be changed, with the row id as the last column of the scan. */
  readonly plan: LogicalPlan
  readonly rowId: ColumnId
  /** The table's columns as the scan yields them. */
  readonly oldColumns: readonly OutputColumn[]
  /** Names in reach: the view's columns or the table's. */
  readonly item: RangeItem
  /** Per column of `item`, its number in the table; -1 for an expression of a view. */
  readonly tableColumns: readonly number[]
  /** Conditions of WITH CHECK OPTION, over `oldColumns`. */
  /** DEFAULTs that views give to columns of the table, by number. */
  readonly defaults: ReadonlyMap<number, ast.Expression>
  /** What columns of `item` that are no columns of the table are computed from. */
  readonly computed: ReadonlyMap<ColumnId, Expression>
  readonly viewChecks: readonly { readonly view: ViewDefinition; readonly expression: Expression }[]
  readonly instead?: InsteadOf
}

export type ChangeVerb = 'insert into' | 'update' | 'delete from' | 'merge into'

export function bindTarget(
  name: ast.QualifiedName,
  alias: ast.Identifier | undefined,
  verb: ChangeVerb,
  state: BindState,
): Target {
  const relation = findRelationByName(name, state)
  if (relation.kind === 'sequence') {
    if (verb === 'merge into')
      throw new SqlError('feature_not_supported', `cannot execute MERGE on relation "${relation.name}"`, {
        position: name.span.start,
        detail: 'This operation is not supported for sequences.',
      })
    throw new SqlError('wrong_object_type', `cannot change sequence "${relation.name}"`, { position: name.span.start })
  }
  if (relation.kind === 'table' && relation.materialized) {
    throw new SqlError('wrong_object_type', `cannot change materialized view "${relation.name}"`, {
      position: name.span.start,
    })
  }
  const target =
    relation.kind === 'table' ? tableTarget(relation, alias?.name, state) : viewTarget(relation, verb, name.span, state)
  if (!alias) return target
  const columns = target.item.columns.map((column) => ({ ...column, table: alias.name }))
  return { ...target, name: alias.name, item: { ...target.item, name: alias.name, schema: undefined, columns } }
}

function tableTarget(table: TableDefinition, alias: string | undefined, state: BindState): Target {
  const span = { start: 0, end: 0 }
  const named = alias === undefined ? undefined : { name: { name: alias, quoted: true, span }, columns: [], span }
  const { plan, items } = bindScan(table, named, state, table.schema)
  const [item] = items
  const rowId = item.rowId ?? newColumn(state, 'row id', BIGINT, plan.alias)
  const oldColumns = item.rowId ? plan.columns.slice(0, -1) : plan.columns
  return {
    table,
    name: alias ?? table.name,
    plan: { ...plan, rowId: rowId.id, columns: [...oldColumns, rowId] },
    rowId: rowId.id,
    oldColumns,
    item: { ...item, rowId },
    tableColumns: plan.tableColumns,
    defaults: new Map(),
    computed: new Map(),
    viewChecks: [],
  }
}

const events: { readonly [verb in ChangeVerb]?: TriggerEvent } = {
  'insert into': 'insert',
  update: 'update',
  'delete from': 'delete',
}

const hints: { readonly [verb in ChangeVerb]?: string } = {
  'insert into':
    'To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.',
  update:
    'To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.',
  'delete from':
    'To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.',
}

function viewTarget(view: ViewDefinition, verb: ChangeVerb, span: ast.Span, state: BindState): Target {
  const { query } = view
  if (hasInsteadOf(view, events[verb])) return insteadTarget(view, span, state)
  const refuse = (detail: string): SqlError =>
    new SqlError('object_not_in_prerequisite_state', `cannot ${verb} view "${view.name}"`, {
      position: span.start,
      detail,
      hint: hints[verb],
    })
  const why = notUpdatable(query, state.context.catalog)
  if (verb === 'merge into' && why !== undefined) {
    throw new SqlError('feature_not_supported', `cannot execute MERGE on relation "${view.name}"`, {
      position: span.start,
      detail: 'This operation is not supported for views that are not automatically updatable.',
    })
  }
  if (why !== undefined || query.kind !== 'select') throw refuse(why ?? '')
  const from = query.from[0] as ast.TableReference
  return foreignText(state, span.start, () => {
    const base = bindTarget(from.name, from.alias?.name, verb, state)
    const scope = new Scope(state)
    scope.items = [base.item]
    scope.clause = 'WHERE'
    const condition = query.where && bindCondition(query.where, 'WHERE', scope)
    scope.clause = 'SELECT'
    return overBase(view, query, base, condition, scope)
  })
}

/** A view whose triggers do what the statement says: a table of its rows that stores nothing. */
function insteadTarget(view: ViewDefinition, span: ast.Span, state: BindState): Target {
  const { plan, columns: oldColumns } = bindView(view, span, state)
  const table: TableDefinition = {
    kind: 'table',
    schema: view.schema,
    name: view.name,
    temporary: view.temporary,
    columns: view.columns.map((column) => ({ ...column, notNull: false })),
    constraints: [],
    indexes: [],
  }
  const rowId = newColumn(state, 'row id', BIGINT, view.name)
  return {
    table,
    name: view.name,
    view,
    plan: {
      kind: 'project',
      input: plan,
      expressions: [...oldColumns.map((column) => reference(column)), { kind: 'constant', type: BIGINT, value: 0n }],
      columns: [...oldColumns, rowId],
    },
    rowId: rowId.id,
    oldColumns,
    item: {
      name: view.name,
      schema: view.schema,
      columns: oldColumns,
      positions: positionsOf(oldColumns),
      qualified: true,
      unqualified: true,
      relation: view.name,
    },
    tableColumns: view.columns.map((_, number) => number),
    defaults: new Map(),
    computed: new Map(),
    viewChecks: [],
    instead: { view, old: oldColumns.map((column) => reference(column)) },
  }
}

function overBase(
  view: ViewDefinition,
  query: ast.Select,
  base: Target,
  condition: Expression | undefined,
  scope: Scope,
): Target {
  const numberOf = new Map(base.item.columns.map((column, index) => [column.id, base.tableColumns[index]]))
  const columns: OutputColumn[] = []
  const tableColumns: number[] = []
  const computed: { readonly column: OutputColumn; readonly expression: Expression }[] = []
  const add = (name: string, expression: Expression): void => {
    const own = view.columns[columns.length]?.name ?? name
    const number = expression.kind === 'column' ? numberOf.get(expression.id) : undefined
    if (expression.kind === 'column' && number !== undefined) {
      columns.push({ id: expression.id, name: own, type: expression.type, table: view.name })
      tableColumns.push(number)
      return
    }
    const column = newColumn(scope.state, own, expression.type, view.name)
    computed.push({ column, expression })
    columns.push(column)
    tableColumns.push(-1)
  }
  for (const { expression, alias } of query.items) {
    if (expression.kind === 'star') for (const column of base.item.columns) add(column.name, reference(column))
    else add(alias?.name ?? columnName(expression), bindExpression(expression, scope))
  }
  let plan = filtered(base.plan, condition)
  if (computed.length > 0) {
    plan = {
      kind: 'project',
      input: plan,
      expressions: [...plan.columns.map((column) => reference(column)), ...computed.map((it) => it.expression)],
      columns: [...plan.columns, ...computed.map((it) => it.column)],
    }
  }
  const defaults = new Map(base.defaults)
  view.columns.forEach((column, index) => {
    if (column.default && tableColumns[index] >= 0) defaults.set(tableColumns[index], column.default)
  })
  const made = new Map(base.computed)
  for (const { column, expression } of computed) {
    made.set(
      column.id,
      replaceColumns(expression, (id) => base.computed.get(id)),
    )
  }
  const own = condition && view.checkOption ? [{ view, expression: condition }] : []
  const inherited =
    view.checkOption === 'local' ? base.viewChecks.filter((check) => check.view.checkOption) : base.viewChecks
  const cascaded = view.checkOption === 'cascaded' ? cascadedChecks(base, view) : inherited
  return {
    ...base,
    name: view.name,
    view,
    plan,
    item: {
      name: view.name,
      schema: view.schema,
      columns,
      positions: positionsOf(columns),
      qualified: true,
      unqualified: true,
      relation: view.name,
    },
    tableColumns,
    defaults,
    computed: made,
    viewChecks: [...cascaded, ...own],
  }
}

/** CASCADED: the conditions of the views below hold too, whatever they say themselves. */
function cascadedChecks(base: Target, view: ViewDefinition): Target['viewChecks'] {
  const conditions: Expression[] = []
  for (let plan = base.plan; ; ) {
    if (plan.kind === 'filter') conditions.push(plan.predicate)
    if (plan.kind !== 'filter' && plan.kind !== 'project') break
    plan = plan.input
  }
  return [
    ...base.viewChecks,
    ...conditions
      .filter((condition) => !base.viewChecks.some((check) => check.expression === condition))
      .map((expression) => ({ view: base.view ?? view, expression })),
  ]
}

/** The number in the table of a column that the statement names; 42703 when there is none. */
export function targetColumn(target: Target, name: ast.Identifier, verb: ChangeVerb): number {
  const position = target.item.positions.get(name.name)
  if (position === undefined || position < 0) {
    throw new SqlError(
      'undefined_column',
      `column "${name.name}" of relation "${target.view?.name ?? target.table.name}" does not exist`,
      {
        position: name.span.start,
      },
    )
  }
  const number = target.tableColumns[position]
  if (number >= 0) return number
  throw new SqlError('feature_not_supported', `cannot ${verb} column "${name.name}" of view "${target.view?.name}"`, {
    position: name.span.start,
    detail: 'View columns that are not columns of their base relation are not updatable.',
  })
}

/** The checks of the table and of the views on the way to it, over the new row. */
export function bindChecks(target: Target, rowColumns: readonly OutputColumn[], state: BindState): TableCheck[] {
  const checks: TableCheck[] = []
  const { table } = target
  let scope: Scope | undefined
  for (const constraint of table.constraints) {
    if (constraint.kind !== 'check') continue
    if (!scope) {
      scope = new Scope(state)
      scope.items = [rowItem(table.name, rowColumns, target)]
      scope.clause = 'check constraints'
    }
    const place = scope
    const expression = foreignText(state, undefined, () => bindCondition(constraint.expression, 'CHECK', place))
    checks.push({ name: constraint.name, expression })
  }
  for (const { view, expression } of target.viewChecks) {
    const places = new Map(target.oldColumns.map((column, index) => [column.id, rowColumns[index]]))
    const over = replaceColumns(expression, (id) => {
      const column = places.get(id)
      return column && reference(column)
    })
    checks.push({ name: view.name, expression: over, view })
  }
  return checks
}

/** The new row under the table's column names. */
export function rowItem(name: string, rowColumns: readonly OutputColumn[], target: Target): RangeItem {
  return {
    name,
    columns: rowColumns,
    positions: positionsOf(rowColumns),
    qualified: true,
    unqualified: true,
    table: target.table,
  }
}

/** The new row under the names by which the statement knows the target: those of a view, where it is one. */
export function newRowItem(target: Target, rowColumns: readonly OutputColumn[]): RangeItem {
  const columns = target.item.columns.map((column, index): OutputColumn => {
    const number = target.tableColumns[index]
    return number < 0 ? column : { ...rowColumns[number], name: column.name, table: target.name }
  })
  return { ...target.item, columns, rowId: undefined }
}

/** An expression over the new row's names, with computed columns of a view computed from it. */
export function overNewRow(expression: Expression, target: Target, rowColumns: readonly OutputColumn[]): Expression {
  if (target.computed.size === 0) return expression
  const places = new Map(target.oldColumns.map((column, index) => [column.id, rowColumns[index]]))
  return replaceColumns(expression, (id) => {
    const made = target.computed.get(id)
    return (
      made &&
      replaceColumns(made, (old) => {
        const column = places.get(old)
        return column && reference(column)
      })
    )
  })
}

/** WHERE CURRENT OF: of the target's rows, the one on which a cursor stands. */
export function positioned(target: Target, cursor: ast.Identifier | undefined, state: BindState): Target {
  if (!cursor) return target
  const { currentRow: find } = state.context
  if (!find) throw notSupported('WHERE CURRENT OF here', cursor.span.start)
  return { ...target, plan: currentRow(target.plan, target.rowId, find(cursor, target.table)) }
}

/** What a column gets when nothing is given: a view's default comes before the table's. Undefined for generated columns. */
export function targetDefault(
  target: Target,
  number: number,
  state: BindState,
  overriding?: ast.Insert['overriding'],
): Expression | undefined {
  const column = target.table.columns[number]
  const own = target.defaults.get(number)
  if (!own || (overriding === 'user' && column.identity))
    return column.generated ? undefined : defaultValue(column, state)
  refuseGiven(column, 'insert', overriding === 'system', undefined)
  return defaultValue({ ...column, identity: undefined, default: own }, state)
}

/** What a column is set to by `= DEFAULT`: through a view without a default of its own, NULL. */
export function updatedDefault(target: Target, number: number, state: BindState): Expression | undefined {
  const column = target.table.columns[number]
  const isView = target.item.table === undefined
  if (isView) refuseGiven(column, 'update', false, undefined)
  return isView && !target.defaults.has(number) ? constant(null, column.type) : targetDefault(target, number, state)
}

export function newRow(target: Target, state: BindState): OutputColumn[] {
  return target.table.columns.map((column) => newColumn(state, column.name, column.type, target.table.name))
}
