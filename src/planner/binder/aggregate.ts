/**
 * Aggregate calls. A call belongs to the innermost query whose columns it reads, which may be an enclosing one; there it
 * becomes a column of that query's Aggregate node, and the call itself a reference to the column.
 */
import { SqlError } from '../../error.ts'
import type { AggregateFunction, AggregateOverload, SqlFunction } from '../../functions/function.ts'
import type { Resolved } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { INTEGER } from '../../types/data-type.ts'
import type { AggregateCall, ColumnId, Expression, SortKey } from '../expression.ts'
import { addColumnsUsed } from '../tree.ts'
import { argumentType, settle, unify } from './coercion.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindArguments, resolvedArguments } from './function-call.ts'
import { findFunction, findOperator } from './overload.ts'
import { mayShare, sameAggregate, sameExpression } from './same-expression.ts'
import { type Clause, newColumn, reference, type Scope, within } from './scope.ts'
import { sortKey } from './sort-key.ts'
import { functionsNamed } from './user-function.ts'

const clauses: ReadonlySet<Clause> = new Set<Clause>([
  'SELECT',
  'HAVING',
  'QUALIFY',
  'ORDER BY',
  'DISTINCT ON',
  'window definitions',
  'window ROWS',
  'window RANGE',
  'window GROUPS',
])

export function bindAggregate(node: ast.FunctionCall, name: string, scope: Scope): Expression {
  const records = functionsNamed(node, name, scope)
  const before = scope.inAggregate
  scope.inAggregate = true
  const call = bindAggregateCall(node, name, records, scope)
  scope.inAggregate = before
  if ('scalar' in call) return call.scalar
  scope.state.context.record?.calls.set(node, call)
  const level = levelOf(call, scope, node)
  if (!clauses.has(level.clause)) {
    throw new SqlError('grouping_error', `aggregate functions are not allowed in ${level.clause}`, {
      position: node.span.start,
    })
  }
  const known = level.aggregates.find((pending) => sameAggregate(pending.call, call))
  if (known && mayShare(call, level.clause)) return reference(known.column, node.span)
  const column = newColumn(scope.state, call.function.name, call.type)
  level.aggregates.push({ call, column })
  level.ownColumns.add(column.id)
  return reference(column, node.span)
}

/** The call with its arguments bound; of a name that is a scalar function too, what the arguments decide. */
export function bindAggregateCall(
  node: ast.FunctionCall,
  name: string,
  records: readonly SqlFunction[],
  scope: Scope,
): AggregateCall | { readonly scalar: Expression } {
  const position = node.span.start
  const { args, types, names } = bindArguments(node, records, scope)
  if (node.args.length === 0 && !node.star && !node.withinGroup && takesNothing(records)) {
    if (!records.some((record) => record.overloads.some((it) => 'ordered' in it && it.ordered))) {
      throw new SqlError('wrong_object_type', `${name}(*) must be used to call a parameterless aggregate function`, {
        position,
      })
    }
  }
  const sortItems = node.withinGroup ?? node.orderBy
  const keys = sortItems.map((item) => sortKey(bindExpression(item.expression, scope), item, scope))
  checkOrdered(node, name, records)
  const resolved = findFunction(name, types, {
    candidates: records,
    names,
    variadic: node.variadic || undefined,
    withinGroup: node.withinGroup && keys.map((key) => argumentType(key.expression)),
    kinds: ['aggregate'],
    position,
  }) as Resolved<AggregateFunction>
  const filter = node.filter && within(scope, 'FILTER', () => bindCondition(node.filter!, 'FILTER', scope))
  return finishCall(node, resolved, args, keys, filter, scope)
}

function takesNothing(records: readonly SqlFunction[]): boolean {
  return records.some(
    (record) => record.kind === 'aggregate' && record.overloads.some((it) => it.parameters.length === 0),
  )
}

function checkOrdered(node: ast.FunctionCall, name: string, records: readonly SqlFunction[]): void {
  const position = node.span.start
  const overloads = records.flatMap((record) => (record.kind === 'aggregate' ? record.overloads : []))
  const ordered = overloads.some((overload) => overload.ordered)
  const plain = overloads.some((overload) => !overload.ordered)
  if (node.withinGroup && !ordered) {
    throw new SqlError('wrong_object_type', `${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`, {
      position,
    })
  }
  if (!node.withinGroup && ordered && !plain) {
    throw new SqlError('wrong_object_type', `WITHIN GROUP is required for ordered-set aggregate ${name}`, { position })
  }
  if (node.withinGroup && node.distinct) {
    throw new SqlError('syntax_error', 'cannot use DISTINCT with WITHIN GROUP', { position })
  }
}

function finishCall(
  node: ast.FunctionCall,
  resolved: Resolved<AggregateFunction>,
  args: readonly Expression[],
  keys: readonly SortKey[],
  filter: Expression | undefined,
  scope: Scope,
): AggregateCall {
  const overload = resolved.overload as AggregateOverload
  const base = { function: resolved.function, overload, filter, type: resolved.resultType }
  if (node.withinGroup) {
    const given = [...args, ...keys.map((key) => key.expression)]
    const all = overload.hypothetical
      ? paired(given, resolved.directCount, scope)
      : resolvedArguments(resolved, given, scope)
    const orderBy = keys.map((key, index) => ({ ...key, expression: all[resolved.directCount + index] }))
    return { ...base, args: all, distinct: false, orderBy }
  }
  const coerced = resolvedArguments(resolved, args, scope)
  const orderBy = keys.map((key) => ({ ...key, expression: settle(key.expression, scope.state) }))
  if (node.distinct) {
    if (coerced.length === 0) {
      throw new SqlError('wrong_object_type', 'DISTINCT specified, but there are no arguments', {
        position: node.span.start,
      })
    }
    for (const key of orderBy) {
      if (
        !args.some(
          (arg, index) => sameExpression(arg, key.expression) || sameExpression(coerced[index] ?? arg, key.expression),
        )
      ) {
        throw new SqlError(
          'invalid_column_reference',
          'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list',
          { position: key.expression.span?.start },
        )
      }
    }
    for (const arg of coerced) findOperator('=', [arg.type, arg.type], arg.span?.start)
  }
  return { ...base, args: coerced, distinct: node.distinct, orderBy }
}

/** The direct arguments of a hypothetical row and what it is sorted among share their types, one by one. */
function paired(args: readonly Expression[], directCount: number, scope: Scope): Expression[] {
  const result = [...args]
  for (let index = 0; index < directCount && directCount + index < args.length; index++) {
    const { items } = unify([args[directCount + index], args[index]], 'WITHIN GROUP', scope.state)
    result[directCount + index] = settle(items[0], scope.state)
    result[index] = settle(items[1], scope.state)
  }
  return result
}

/** The query level that the call belongs to. A call of its own level among the arguments is one nested in another. */
function levelOf(call: AggregateCall, scope: Scope, node: ast.FunctionCall): Scope {
  const used = new Set<ColumnId>()
  const direct = node.withinGroup ? call.args.slice(0, call.args.length - call.orderBy.length) : []
  for (const arg of node.withinGroup ? call.args.slice(direct.length) : call.args) addColumnsUsed(arg, used)
  for (const key of call.orderBy) addColumnsUsed(key.expression, used)
  if (call.filter) addColumnsUsed(call.filter, used)
  if (used.size === 0) return scope
  let level: Scope = scope
  if (scope.parent) {
    let found: Scope | undefined
    for (let candidate: Scope | undefined = scope; candidate && !found; candidate = candidate.parent) {
      for (const id of used) {
        if (candidate.owns(id)) {
          found = candidate
          break
        }
      }
    }
    level = found ?? scope
  }
  if (level !== scope && direct.length > 0) {
    const below = new Set<ColumnId>()
    for (const arg of direct) addColumnsUsed(arg, below)
    if ([...below].some((id) => scope.owns(id))) {
      throw new SqlError(
        'grouping_error',
        'outer-level aggregate cannot contain a lower-level variable in its direct arguments',
        {
          position: node.args[0]?.span.start,
        },
      )
    }
  }
  for (const arg of direct) addColumnsUsed(arg, used)
  for (const pending of [...level.aggregates, ...level.groupings]) {
    if (used.has(pending.column.id)) {
      throw new SqlError('grouping_error', 'aggregate function calls cannot be nested', {
        position: call.args.find((arg) => usesColumn(arg, pending.column.id))?.span?.start,
      })
    }
  }
  return level
}

function usesColumn(expression: Expression, id: ColumnId): boolean {
  const used = new Set<ColumnId>()
  addColumnsUsed(expression, used)
  return used.has(id)
}

/** GROUPING(…): resolved once the groups are known. */
export function bindGrouping(node: ast.GroupingCall, scope: Scope): Expression {
  if (!clauses.has(scope.clause)) {
    throw new SqlError('grouping_error', `grouping operations are not allowed in ${scope.clause}`, {
      position: node.span.start,
    })
  }
  if (node.args.length > 31) {
    throw new SqlError('too_many_arguments', 'GROUPING must have fewer than 32 arguments', {
      position: node.span.start,
    })
  }
  const args = node.args.map((arg) => bindExpression(arg, scope))
  let level: Scope = scope
  const used = new Set<ColumnId>()
  for (const arg of args) addColumnsUsed(arg, used)
  for (let candidate: Scope | undefined = scope; candidate; candidate = candidate.parent) {
    const owner: Scope = candidate
    if ([...used].some((id) => owner.owns(id))) {
      level = owner
      break
    }
  }
  const column = newColumn(scope.state, 'grouping', INTEGER)
  level.groupings.push({ args, column, span: node.span })
  level.ownColumns.add(column.id)
  return reference(column, node.span)
}
