/** UNION, INTERSECT, EXCEPT: two queries of as many columns, each pair of columns of the type that they have in common. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { type DataType, TEXT } from '../../types/data-type.ts'
import { typeEquals } from '../../types/type-names.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { coerceExactly, unifyTypes } from './coercion.ts'
import { bindLimit } from './limit.ts'
import { checkLocking } from './locking.ts'
import { bindResultOrder } from './order-by.ts'
import { bindQuery, type QueryOptions } from './query.ts'
import { retype } from './retype.ts'
import { type BoundQuery, newColumn, reference, Scope } from './scope.ts'
import { checkComparable } from './sort-key.ts'

export function bindSetOperation(query: ast.SetOperation, parent: Scope, options: QueryOptions = {}): BoundQuery {
  const scope = new Scope(parent.state, parent)
  if (query.locking.length > 0) checkLocking(query)
  const bound = bindChain(query, scope)
  const columns = bound.columns
  const outputs = columns.map((column) => ({ name: column.name, expression: reference(column) }))
  const keys = bindResultOrder(query, outputs, refuseExpression, scope)
  let plan: LogicalPlan = bound.plan
  if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, columns }
  plan = bindLimit(query, scope)(plan, keys)
  if (options.keepUnknown) return { plan, columns: plan.columns }
  return settleColumns(plan, scope)
}

/** Long chains lean to the left: they are bound by a loop. */
function bindChain(query: ast.SetOperation, scope: Scope): BoundQuery {
  const spine: ast.SetOperation[] = [query]
  let first: ast.Query = query.left
  while (first.kind === 'set-operation' && isBare(first)) {
    spine.push(first)
    first = first.left
  }
  let left = bindQuery(first, scope, { keepUnknown: true })
  let leftNode: ast.Query = first
  for (let depth = spine.length - 1; depth >= 0; depth--) {
    const node = spine[depth]
    if (node.right.kind === 'select' && node.right.into) {
      throw new SqlError('syntax_error', 'INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT', {
        position: node.right.into.name.span.start,
      })
    }
    const right = bindQuery(node.right, scope, { keepUnknown: true })
    left = combine(node, left, right, leftNode, scope)
    leftNode = node
  }
  return left
}

function isBare(query: ast.SetOperation): boolean {
  return !query.with && query.orderBy.length === 0 && !query.orderByAll && !query.limit && !query.offset
}

function combine(
  node: ast.SetOperation,
  left: BoundQuery,
  right: BoundQuery,
  leftNode: ast.Query,
  scope: Scope,
): BoundQuery {
  const name = node.operator.toUpperCase()
  const [one, two] = node.byName ? aligned(left, right, scope) : [left, right]
  if (one.columns.length !== two.columns.length) {
    throw new SqlError('syntax_error', `each ${name} query must have the same number of columns`, {
      position: firstItem(node.right),
    })
  }
  const positions = [firstItem(leftNode), firstItem(node.right)]
  const types = one.columns.map((column, index) => {
    const pair = [column, two.columns[index]].map((side, which) => ({
      type: side.type,
      span: { start: itemPosition(which === 0 ? leftNode : node.right, index) ?? positions[which], end: 0 },
    }))
    return bothUnknown(pair) ? pair[0].type : unifyTypes(pair, name)
  })
  const columns = one.columns.map((column, index) => newColumn(scope.state, column.name, types[index]))
  if (!node.all || node.operator !== 'union') {
    for (const column of columns) checkComparable(reference(column, { start: positions[0], end: positions[0] }))
  }
  const plan: LogicalPlan = {
    kind: 'set-operation',
    operator: node.operator,
    all: node.all,
    left: matched(one, types, name, scope),
    right: matched(two, types, name, scope),
    columns,
  }
  return { plan, columns }
}

function bothUnknown(pair: readonly { readonly type: DataType }[]): boolean {
  return pair.every((side) => side.type.kind === 'unknown')
}

function firstItem(query: ast.Query): number {
  return itemPosition(query, 0) ?? query.span.start
}

/** Where column `index` of a query was written, for messages. */
function itemPosition(query: ast.Query, index: number): number | undefined {
  let current = query
  while (current.kind === 'set-operation') current = current.left
  if (current.kind === 'select') return current.items[index]?.expression.span.start
  return current.kind === 'values' ? current.rows[0]?.[index]?.span.start : undefined
}

/** UNION BY NAME: the left columns, then those that only the right side has; what is missing is NULL. */
function aligned(left: BoundQuery, right: BoundQuery, scope: Scope): [BoundQuery, BoundQuery] {
  const names = [...new Set([...left.columns, ...right.columns].map((column) => column.name))]
  const side = (query: BoundQuery): BoundQuery => {
    const expressions = names.map((name): Expression => {
      const column = query.columns.find((candidate) => candidate.name === name)
      return column ? reference(column) : { kind: 'constant', type: { kind: 'unknown' }, value: null }
    })
    const columns = expressions.map((expression, index) =>
      expression.kind === 'column'
        ? query.columns.find((column) => column.id === expression.id)!
        : newColumn(scope.state, names[index], expression.type),
    )
    return { plan: { kind: 'project', input: query.plan, expressions, columns }, columns }
  }
  return [side(left), side(right)]
}

/** A side with its columns cast to the types of the result. Literals of unknown type take theirs where they stand. */
function matched(side: BoundQuery, types: readonly DataType[], context: string, scope: Scope): LogicalPlan {
  let { plan } = side
  for (let index = 0; index < types.length; index++) {
    if (plan.columns[index].type.kind === 'unknown' && types[index].kind !== 'unknown')
      plan = retype(plan, index, types[index], scope.state)
  }
  if (plan.columns.every((column, index) => typeEquals(column.type, types[index]))) return plan
  const expressions = plan.columns.map((column, index): Expression => {
    const coerced = coerceExactly(reference(column), types[index], scope.state)
    if (coerced) return coerced
    throw new SqlError('cannot_coerce', `${context} could not convert type ${column.type.kind} to ${types[index].kind}`)
  })
  const columns = expressions.map(
    (expression, index): OutputColumn =>
      expression.kind === 'column'
        ? plan.columns[index]
        : newColumn(scope.state, plan.columns[index].name, expression.type),
  )
  return { kind: 'project', input: plan, expressions, columns }
}

/** Columns that both sides left unknown are text. */
function settleColumns(plan: LogicalPlan, scope: Scope): BoundQuery {
  let result = plan
  for (let index = 0; index < plan.columns.length; index++) {
    if (plan.columns[index].type.kind === 'unknown') result = retype(result, index, TEXT, scope.state)
  }
  return { plan: result, columns: result.columns }
}

function refuseExpression(node: ast.Expression): never {
  if (node.kind === 'column' && node.parts.length === 1) {
    throw new SqlError('undefined_column', `column "${node.parts[0].name}" does not exist`, {
      position: node.span.start,
    })
  }
  throw new SqlError('feature_not_supported', 'invalid UNION/INTERSECT/EXCEPT ORDER BY clause', {
    position: node.span.start,
    detail: 'Only result column names can be used, not expressions or functions.',
    hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
  })
}
