/** The assignments of UPDATE, ON CONFLICT DO UPDATE and MERGE: `a = 1`, `a = DEFAULT`, `(a, b) = (1, 2)`, `(a, b) = (SELECT …)`. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { freeColumns } from '../tree.ts'
import { expandRow } from './composite.ts'
import { bindExpression } from './expression.ts'
import { assignPart, partType, refuseDefaultPart, replacePart } from './part-assignment.ts'
import { bindQuery } from './query.ts'
import { retype } from './retype.ts'
import { assign, refuseGiven } from './row-values.ts'
import { newColumn, reference, type Scope, within } from './scope.ts'
import { type Target, targetColumn, updatedDefault } from './target.ts'

export interface BoundAssignments {
  /** By number of the table's column; generated columns are not among them. */
  readonly assigned: ReadonlyMap<number, Expression>
  /** The numbers of all columns that were named. */
  readonly changed: readonly number[]
  /** The plan with what subqueries of several columns add to it. */
  readonly input: LogicalPlan | undefined
}

/** `input` is absent where a subquery of several columns has no place to go; `oldValue` is what parts are replaced in. */
export function bindAssignments(
  assignments: readonly ast.Assignment[],
  target: Target,
  scope: Scope,
  input: LogicalPlan | undefined,
  oldValue: (number: number) => Expression = (number) => reference(target.oldColumns[number]),
): BoundAssignments {
  const { state } = scope
  const inParts = new Set<number>()
  const assigned = new Map<number, Expression>()
  const changed: number[] = []
  let plan = input
  const set: SetColumn = (column, value) => {
    const { name, path } = column
    const number = targetColumn(target, name, 'update')
    if (changed.includes(number) && (path.length === 0 || !inParts.has(number))) {
      throw new SqlError('syntax_error', `multiple assignments to same column "${target.table.columns[number].name}"`, {
        position: name.span.start,
      })
    }
    if (!changed.includes(number)) changed.push(number)
    if (path.length > 0) inParts.add(number)
    const definition = target.table.columns[number]
    if ('node' in value && value.node.kind === 'default') {
      refuseDefaultPart(column, value.node.span.start)
      const made = updatedDefault(target, number, state)
      if (made) assigned.set(number, made)
      return
    }
    refuseGiven(definition, 'update', false, name.span.start)
    const given = 'bound' in value ? value.bound : bindExpression(value.node, scope)
    if (path.length === 0) {
      assigned.set(number, assign(given, definition, state))
      return
    }
    const part = assignPart(given, partType(definition.type, path, name.name), column, state)
    assigned.set(number, replacePart(assigned.get(number) ?? oldValue(number), path, part, name.name, scope))
  }
  within(scope, 'UPDATE', () => {
    for (const { targets, multiple, value } of assignments) {
      if (!multiple) set(targets[0], { node: value })
      else if (value.kind === 'row') setRow(targets, value, scope, set)
      else if (value.kind === 'subquery') plan = setQuery(targets, value, target, scope, plan, set)
      else if (targets.length === 1 && value.kind !== 'star') set(targets[0], { node: value })
      else {
        throw new SqlError(
          'feature_not_supported',
          'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression',
          {
            position: value.span.start,
          },
        )
      }
    }
  })
  return { assigned, changed, input: plan }
}

/** A value as it is written, or already bound. */
type Given = { readonly node: ast.Expression } | { readonly bound: Expression }
type SetColumn = (column: ast.InsertColumn, value: Given) => void

function checkCount(targets: readonly ast.InsertColumn[], count: number, position: number): void {
  if (targets.length !== count)
    throw new SqlError('syntax_error', 'number of columns does not match number of values', { position })
}

function setRow(targets: readonly ast.InsertColumn[], value: ast.RowConstructor, scope: Scope, set: SetColumn): void {
  if (value.items.some((item) => item.kind === 'star')) {
    const items = expandRow(value.items, scope)
    checkCount(targets, items.length, value.span.start)
    targets.forEach((column, index) => set(column, { bound: items[index] }))
    return
  }
  checkCount(targets, value.items.length, value.span.start)
  targets.forEach((column, index) => set(column, { node: value.items[index] }))
}

/** The query runs once per row, its columns beside the row's: NULLs where it has no row. */
function setQuery(
  targets: readonly ast.InsertColumn[],
  value: ast.ScalarSubquery,
  target: Target,
  scope: Scope,
  input: LogicalPlan | undefined,
  set: SetColumn,
): LogicalPlan | undefined {
  const query = bindQuery(value.query, scope, { keepUnknown: true })
  checkCount(targets, query.columns.length, value.span.start)
  let right = query.plan
  targets.forEach((column, index) => {
    if (right.columns[index].type.kind !== 'unknown') return
    right = retype(right, index, target.table.columns[targetColumn(target, column.name, 'update')].type, scope.state)
  })
  if (!input) {
    setFields(targets, right, value.span, scope, set)
    return undefined
  }
  const correlated = freeColumns(right).size > 0
  const columns = [...input.columns, ...right.columns]
  const plan: LogicalPlan = correlated
    ? { kind: 'apply', type: 'single', left: input, right, condition: [], nullAware: false, columns }
    : { kind: 'join', type: 'single', left: input, right, condition: [], nullAware: false, columns }
  targets.forEach((column, index) => set(column, { bound: reference(right.columns[index], value.span) }))
  return plan
}

/** Where no plan is at hand, each column is a field of the query's row. */
function setFields(
  targets: readonly ast.InsertColumn[],
  plan: LogicalPlan,
  span: ast.Span,
  scope: Scope,
  set: SetColumn,
): void {
  const fields = plan.columns.map(({ name, type }) => ({ name, type }))
  const type: DataType = { kind: 'record', fields }
  const row: Expression = { kind: 'row', type, items: plan.columns.map((column) => reference(column)) }
  const one: LogicalPlan = {
    kind: 'project',
    input: plan,
    expressions: [row],
    columns: [newColumn(scope.state, 'row', type)],
  }
  const input: Expression = {
    kind: 'subquery',
    mode: 'scalar',
    plan: one,
    type,
    negated: false,
    inputs: [],
    comparisons: [],
    span,
  }
  targets.forEach((column, index) =>
    set(column, { bound: { kind: 'field', type: fields[index].type, input, index, span } }),
  )
}
