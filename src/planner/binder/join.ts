/**
 * JOIN. ON sees the two sides alone. USING and NATURAL merge columns: the merged column is named without a qualifier,
 * those of the two sides still with theirs. It is the left one, the right one in a RIGHT JOIN, and coalesce of both in a
 * FULL JOIN.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import { typeEquals } from '../../types/type-names.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import { project } from '../optimizer/make.ts'
import type { Join } from '../plan.ts'
import { conjuncts, TRUE } from '../tree.ts'
import { coerceCommon, unifyTypes } from './coercion.ts'
import { bindCondition } from './expression.ts'
import { type BoundFrom, bindTableExpression, checkAliases, joined, renamed } from './from.ts'
import { callOperator } from './operator.ts'
import {
  AMBIGUOUS,
  type BindState,
  newColumn,
  positionsOf,
  type RangeItem,
  reference,
  type Scope,
  type ScopeColumn,
} from './scope.ts'

export function bindJoin(node: ast.Join, scope: Scope): BoundFrom {
  const before = scope.items
  let left = bindTableExpression(node.left, scope)
  const { forbidden } = scope
  const type = joinType(node)
  const padsLeft = node.type !== 'positional' && (type === 'right' || type === 'full')
  if (padsLeft) scope.forbidden = [...forbidden, ...left.items]
  else scope.items = [...before, ...left.items]
  let right = bindTableExpression(node.right, scope)
  scope.items = before
  scope.forbidden = forbidden
  if (padsLeft) left = paddedSide(left, scope.state)
  if (type === 'left' || (padsLeft && type === 'full')) right = paddedSide(right, scope.state)
  checkAliases(left.items, right.items, node.right.span)
  const special = node.type === 'positional' ? 'positional' : node.type.startsWith('asof') ? 'asof' : undefined
  const names = node.natural ? commonNames(left, right) : node.using?.map((column) => column.name)
  if (names && (names.length > 0 || node.natural)) {
    return aliased(bindUsing(node, type, special, left, right, names, scope), node)
  }
  const condition = node.on ? bindOn(node.on, left, right, scope) : []
  const effective = type === 'inner' && condition.length === 0 && !special ? 'cross' : type
  const plan = joined(effective, left.plan, right.plan, condition, isExistence(type) ? undefined : special)
  const items = isExistence(type) ? left.items : [...left.items, ...right.items]
  return aliased({ plan, items }, node)
}

type PlainType = Exclude<Join['type'], 'mark' | 'single'>

function joinType(node: ast.Join): PlainType {
  switch (node.type) {
    case 'asof':
      return 'inner'
    case 'positional':
      return 'full'
    default:
      return node.type.replace('asof-', '') as PlainType
  }
}

/** The nearest row exists where any does: such joins need not look for it. */
function isExistence(type: PlainType): boolean {
  return type === 'semi' || type === 'anti'
}

/**
 * A side whose rows may be missing. What tells a missing row from a row of NULLs is a column of the relation that is NOT
 * NULL, or one that is added.
 */
function paddedSide({ plan, items }: BoundFrom, state: BindState): BoundFrom {
  const added: OutputColumn[] = []
  const padded = items.map((item): RangeItem => {
    let { marker } = item
    if (!marker && item.name !== undefined) {
      marker = item.columns[item.table?.columns.findIndex((column) => column.notNull) ?? -1]
      if (!marker && state.hasMarkers) added.push((marker = newColumn(state, '*', BOOLEAN, item.name)))
    }
    return { ...item, padded: true, marker }
  })
  const values = [...plan.columns.map((column) => reference(column)), ...added.map(() => TRUE)]
  return { plan: project(plan, [...plan.columns, ...added], values), items: padded }
}

function bindOn(on: ast.Expression, left: BoundFrom, right: BoundFrom, scope: Scope): Expression[] {
  const { items, blocked, clause } = scope
  scope.items = [...left.items, ...right.items]
  scope.blocked = items
  scope.clause = 'JOIN conditions'
  const condition = bindCondition(on, 'JOIN/ON', scope)
  scope.items = items
  scope.blocked = blocked
  scope.clause = clause
  return conjuncts(condition)
}

/** The columns that NATURAL joins on, in the order of the left side. */
function commonNames(left: BoundFrom, right: BoundFrom): string[] {
  const theirs = new Set(visibleColumns(right).map((column) => column.name))
  const names = new Set<string>()
  for (const column of visibleColumns(left)) if (theirs.has(column.name)) names.add(column.name)
  return [...names]
}

/** What `*` would yield. */
function visibleColumns(side: BoundFrom): ScopeColumn[] {
  return side.items.flatMap((item) => (item.unqualified ? item.columns : []))
}

function bindUsing(
  node: ast.Join,
  type: PlainType,
  special: Join['special'],
  left: BoundFrom,
  right: BoundFrom,
  names: readonly string[],
  scope: Scope,
): BoundFrom {
  const condition: Expression[] = []
  const merged: { readonly name: string; readonly expression: Expression }[] = []
  const seen = new Set<string>()
  for (let index = 0; index < names.length; index++) {
    const name = names[index]
    const span = node.using?.[index]?.span ?? node.span
    if (seen.has(name)) {
      throw new SqlError('duplicate_column', `column name "${name}" appears more than once in USING clause`, {
        position: span.start,
      })
    }
    seen.add(name)
    const one = reference(usingColumn(left, name, 'left', span), span)
    const two = reference(usingColumn(right, name, 'right', span), span)
    const symbol = special === 'asof' && index === names.length - 1 ? '>=' : '='
    condition.push(callOperator(symbol, [one, two], span, span, scope))
    merged.push({ name, expression: mergedColumn(type, one, two, scope) })
  }
  const effective = type === 'inner' && condition.length === 0 ? 'cross' : type
  const plan = joined(effective, left.plan, right.plan, condition, isExistence(type) ? undefined : special)
  if (isExistence(type)) return { plan, items: left.items }
  const own = merged.map(({ name, expression }): ScopeColumn => {
    if (expression.kind === 'column')
      return { id: expression.id, name, type: expression.type, table: expression.name.slice(0, -name.length - 1) }
    return { ...newColumn(scope.state, name, expression.type), expression }
  })
  const columns = [...own]
  for (const column of [...visibleColumns(left), ...visibleColumns(right)])
    if (!seen.has(column.name)) columns.push(column)
  const hidden = [...left.items, ...right.items].map((item): RangeItem => ({ ...item, unqualified: false }))
  const items: RangeItem[] = [
    ...hidden,
    { columns, positions: positionsOf(columns), qualified: false, unqualified: true },
  ]
  if (node.usingAlias) {
    const { name } = node.usingAlias
    if (hidden.some((item) => item.name === name)) {
      throw new SqlError('duplicate_alias', `table name "${name}" specified more than once`, {
        position: node.usingAlias.span.start,
      })
    }
    items.push({ name, columns: own, positions: positionsOf(own), qualified: true, unqualified: false })
  }
  return { plan, items }
}

function usingColumn(side: BoundFrom, name: string, which: 'left' | 'right', span: ast.Span): ScopeColumn {
  let found: ScopeColumn | undefined
  for (const item of side.items) {
    if (!item.unqualified) continue
    const position = item.positions.get(name)
    if (position === undefined) continue
    if (found || position === AMBIGUOUS) {
      throw new SqlError('ambiguous_column', `common column name "${name}" appears more than once in ${which} table`, {
        position: span.start,
      })
    }
    found = item.columns[position]
  }
  if (found) return found
  throw new SqlError(
    'undefined_column',
    `column "${name}" specified in USING clause does not exist in ${which} table`,
    {
      position: span.start,
    },
  )
}

function mergedColumn(type: PlainType, left: Expression, right: Expression, scope: Scope): Expression {
  const common = typeEquals(left.type, right.type) ? left.type : unifyTypes([left, right], 'JOIN/USING')
  const one = coerceCommon(left, common, 'JOIN/USING', scope.state)
  const two = coerceCommon(right, common, 'JOIN/USING', scope.state)
  if (type === 'full') return { kind: 'coalesce', type: common, args: [one, two] }
  if (type === 'right') return two
  return type === 'inner' && one.kind !== 'column' && two.kind === 'column' ? two : one
}

/** `(a JOIN b …) AS x`: one relation, the names inside are hidden. */
function aliased(bound: BoundFrom, node: ast.Join): BoundFrom {
  const { alias } = node
  if (!alias) return bound
  const name = alias.name.name
  const columns = renamed(visibleColumns(bound), alias, name)
  return {
    plan: bound.plan,
    items: [{ name, columns, positions: positionsOf(columns), qualified: true, unqualified: true }],
  }
}
