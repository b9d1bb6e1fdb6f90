/** Window calls: functions before OVER. Each becomes a column that a Window node adds; calls over the same window share one. */
import { notSupported, SqlError } from '../../error.ts'
import { canCoerce } from '../../functions/coercion.ts'
import type { AggregateFunction, AggregateOverload, WindowFunction, WindowOverload } from '../../functions/function.ts'
import type { Resolved } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { BIGINT, INTERVAL, NUMERIC } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Interval, TimeTz } from '../../types/value.ts'
import type { Expression, SortKey, WindowCall } from '../expression.ts'
import type { WindowBound, WindowFrame } from '../plan.ts'
import { columnsUsed } from '../tree.ts'
import { argumentType, coerce, coerceArgument, settle, tryCoerce } from './coercion.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindArguments, callOf, resolvedArguments } from './function-call.ts'
import { findFunction, findOperator } from './overload.ts'
import { mayShare, sameWindow, sameWindowCall } from './same-expression.ts'
import { type BoundWindow, type Clause, newColumn, reference, type Scope, within } from './scope.ts'
import { sortKey } from './sort-key.ts'
import { functionsNamed } from './user-function.ts'

const clauses: ReadonlySet<Clause> = new Set<Clause>(['SELECT', 'ORDER BY', 'DISTINCT ON', 'QUALIFY'])

export function bindWindowCall(node: ast.FunctionCall, name: string, scope: Scope): Expression {
  const position = node.span.start
  if (scope.inAggregate) {
    throw new SqlError('grouping_error', 'aggregate function calls cannot contain window function calls', { position })
  }
  if (scope.inWindow) throw new SqlError('windowing_error', 'window function calls cannot be nested', { position })
  if (!clauses.has(scope.clause)) {
    const clause = scope.clause.startsWith('window ') ? 'window definitions' : scope.clause
    throw new SqlError('windowing_error', `window functions are not allowed in ${clause}`, { position })
  }
  scope.inWindow = true
  const call = bindWindowArguments(node, name, scope)
  scope.inWindow = false
  scope.state.context.record?.calls.set(node, call)
  const specification =
    'name' in node.over! ? bindNamedWindow(node.over.name, node.over.span, scope) : bindSpecification(node.over!, scope)
  if (!('name' in node.over!)) scope.windowDefinitions.push(specification)
  const known = scope.windows.find((it) => sameWindowCall(it.call, call) && sameWindow(it.specification, specification))
  if (known && mayShare(call, scope.clause)) return reference(known.column, node.span)
  const column = newColumn(scope.state, call.function.name, call.type)
  scope.windows.push({ call, specification, column })
  scope.ownColumns.add(column.id)
  return reference(column, node.span)
}

function bindWindowArguments(node: ast.FunctionCall, name: string, scope: Scope): WindowCall {
  const position = node.span.start
  const named = functionsNamed(node, name, scope)
  const records = named.filter((record) => record.kind === 'aggregate' || record.kind === 'window')
  if (records.length === 0 && named.length > 0) {
    throw new SqlError(
      'wrong_object_type',
      `OVER specified, but ${name} is not a window function nor an aggregate function`,
      { position },
    )
  }
  if (node.withinGroup) throw notSupported(`OVER for ordered-set aggregate ${name}`, position)
  if (node.orderBy.length > 0) {
    throw new SqlError('feature_not_supported', 'aggregate ORDER BY is not implemented for window functions', {
      position,
    })
  }
  const { args, types, names } = bindArguments(node, records, scope)
  const resolved = findFunction(name, types, {
    candidates: records,
    names,
    variadic: node.variadic || undefined,
    kinds: ['aggregate', 'window'],
    position,
  }) as Resolved<AggregateFunction | WindowFunction>
  const isAggregate = resolved.function.kind === 'aggregate'
  if (node.args.length === 0 && !node.star && isAggregate) {
    throw new SqlError('wrong_object_type', `${name}(*) must be used to call a parameterless aggregate function`, {
      position,
    })
  }
  if (node.filter && !isAggregate) {
    throw new SqlError('feature_not_supported', 'FILTER is not implemented for non-aggregate window functions', {
      position,
    })
  }
  if (node.distinct && !isAggregate) {
    throw new SqlError('feature_not_supported', 'DISTINCT is not implemented for window functions', { position })
  }
  return {
    function: resolved.function,
    overload: resolved.overload as AggregateOverload | WindowOverload,
    args: resolvedArguments(resolved, args, scope),
    filter: node.filter && within(scope, 'FILTER', () => bindCondition(node.filter!, 'FILTER', scope)),
    distinct: node.distinct,
    ignoreNulls: node.nulls === 'ignore',
    type: resolved.resultType,
  }
}

function bindNamedWindow(name: string, span: ast.Span, scope: Scope): BoundWindow {
  return bindSpecification(namedWindow(name, span, scope), scope)
}

function namedWindow(name: string, span: ast.Span, scope: Scope): ast.WindowSpecification {
  const specification = scope.namedWindows?.get(name)
  if (specification) return specification
  throw new SqlError('undefined_object', `window "${name}" does not exist`, { position: span.start })
}

/** Partition, order and frame, with those of the window that it builds on. */
export function bindSpecification(specification: ast.WindowSpecification, scope: Scope): BoundWindow {
  const flat = flatten(specification, scope)
  const partitionBy = within(scope, 'window definitions', () =>
    flat.partitionBy.map((expression) => settle(bindExpression(expression, scope), scope.state)),
  )
  const orderBy = within(scope, 'window definitions', () =>
    flat.orderBy.map((item) => sortKey(bindExpression(item.expression, scope), item, scope)),
  )
  if (!flat.frame) return { partitionBy, orderBy, frame: defaultFrame }
  return { partitionBy, ...bindFrame(flat.frame, orderBy, scope) }
}

type FlatWindow = Pick<ast.WindowSpecification, 'partitionBy' | 'orderBy' | 'frame'>

function flatten(specification: ast.WindowSpecification, scope: Scope): FlatWindow {
  const { base, span } = specification
  if (!base) return specification
  const under = namedWindow(base.name, base.span, scope)
  const below = flatten(under, scope)
  const refuse = (message: string, hint?: string): SqlError =>
    new SqlError('windowing_error', message, { position: base.span.start ?? span.start, hint })
  if (specification.partitionBy.length > 0) throw refuse(`cannot override PARTITION BY clause of window "${base.name}"`)
  if (specification.orderBy.length > 0 && below.orderBy.length > 0) {
    throw refuse(`cannot override ORDER BY clause of window "${base.name}"`)
  }
  if (below.frame) {
    const bare = specification.orderBy.length === 0 && !specification.frame
    throw refuse(
      `cannot copy window "${base.name}" because it has a frame clause`,
      bare ? 'Omit the parentheses in this OVER clause.' : undefined,
    )
  }
  return {
    partitionBy: below.partitionBy,
    orderBy: below.orderBy.length > 0 ? below.orderBy : specification.orderBy,
    frame: specification.frame,
  }
}

const defaultFrame: WindowFrame = {
  unit: 'range',
  start: { kind: 'unbounded preceding' },
  end: { kind: 'current row' },
  exclude: 'no others',
}

const clauseOf = { rows: 'window ROWS', range: 'window RANGE', groups: 'window GROUPS' } as const

function bindFrame(
  frame: ast.WindowFrame,
  orderBy: readonly SortKey[],
  scope: Scope,
): Pick<BoundWindow, 'orderBy' | 'frame'> {
  const end: ast.FrameBound = frame.end ?? { kind: 'current row', span: frame.span }
  checkFrame(frame, end)
  if (frame.unit === 'groups' && orderBy.length === 0) {
    throw new SqlError('windowing_error', 'GROUPS mode requires an ORDER BY clause', { position: frame.span.start })
  }
  if (frame.unit === 'range' && (frame.start.offset || end.offset) && orderBy.length !== 1) {
    throw new SqlError(
      'windowing_error',
      'RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column',
      {
        position: frame.span.start,
      },
    )
  }
  const keys = [...orderBy]
  const bound = (it: ast.FrameBound): WindowBound => {
    if (!it.offset) return { kind: it.kind }
    const node = it.offset
    const offset = within(scope, clauseOf[frame.unit], () => bindExpression(node, scope))
    if (hasOwnColumns(offset, scope)) {
      throw new SqlError(
        'invalid_column_reference',
        `argument of ${frame.unit.toUpperCase()} must not contain variables`,
        {
          position: it.offset.span.start,
        },
      )
    }
    if (frame.unit !== 'range')
      return { kind: it.kind, offset: coerceArgument(offset, BIGINT, frame.unit.toUpperCase(), scope.state) }
    return bindRangeBound(it, offset, keys, scope)
  }
  const start = bound(frame.start)
  return { orderBy: keys, frame: { unit: frame.unit, start, end: bound(end), exclude: frame.exclude ?? 'no others' } }
}

function hasOwnColumns(expression: Expression, scope: Scope): boolean {
  for (const id of columnsUsed(expression)) if (scope.owns(id)) return true
  return false
}

function checkFrame(frame: ast.WindowFrame, end: ast.FrameBound): void {
  const refuse = (message: string): SqlError => new SqlError('windowing_error', message, { position: frame.span.start })
  const { start } = frame
  if (start.kind === 'unbounded following') throw refuse('frame start cannot be UNBOUNDED FOLLOWING')
  if (end.kind === 'unbounded preceding') throw refuse('frame end cannot be UNBOUNDED PRECEDING')
  if (start.kind === 'following' && frame.end === undefined)
    throw refuse('frame starting from following row cannot end with current row')
  if (start.kind === 'current row' && end.kind === 'preceding') {
    throw refuse('frame starting from current row cannot have preceding rows')
  }
  if (start.kind === 'following' && (end.kind === 'preceding' || end.kind === 'current row')) {
    throw refuse('frame starting from following row cannot have preceding rows')
  }
}

/** RANGE with an offset: the bound is the order value moved by the offset, with the operator of their types. */
function bindRangeBound(node: ast.FrameBound, offset: Expression, keys: SortKey[], scope: Scope): WindowBound {
  const [key] = keys
  const symbol = (node.kind === 'preceding') !== key.descending ? '-' : '+'
  const { type } = key.expression
  const position = node.offset!.span.start
  const unsupported = (): SqlError =>
    new SqlError(
      'feature_not_supported',
      `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${baseTypeName(type)}`,
      {
        position,
      },
    )
  const temporal = ['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'].includes(type.kind)
  // An offset may have more digits than the order values.
  const own = type.kind === 'numeric' ? NUMERIC : type
  let moved = offset
  if (offset.type.kind === 'unknown') {
    moved = coerce(offset, temporal ? INTERVAL : own, 'implicit', scope.state)
  } else if (canCoerce(offset.type, own)) {
    moved = tryCoerce(offset, own, 'implicit', scope.state) ?? offset
  }
  const other = temporal ? moved.type.kind !== 'interval' : false
  if (other || ['text', 'varchar', 'char', 'boolean', 'name'].includes(type.kind)) throw unsupported()
  let resolved: ReturnType<typeof findOperator>
  try {
    resolved = findOperator(symbol, [argumentType(key.expression), argumentType(moved)], position)
  } catch {
    throw unsupported()
  }
  if (resolved.resultType.kind !== type.kind) {
    if (type.kind === 'numeric' || (isInteger(type) && !isInteger(resolved.resultType))) throw unsupported()
    const wider = tryCoerce(key.expression, resolved.resultType, 'implicit', scope.state)
    if (!wider) throw unsupported()
    keys[0] = { ...key, expression: wider }
    resolved = findOperator(symbol, [wider.type, argumentType(moved)], position)
  }
  const call = callOf(resolved, [keys[0].expression, moved], node.span, scope)
  if (call.kind !== 'call') throw unsupported()
  const { overload, args } = call
  const body =
    overload.specialise?.(
      args.map((arg) => arg.type),
      call.type,
    ) ?? overload.evaluate
  const { functions } = scope.state.context
  const shift = (value: never, offset: never): unknown =>
    overload.context ? body(functions, value, offset) : body(value, offset)
  const sign = symbol === '-' ? -1 : 1
  return { kind: node.kind, offset: args[1], shift: ownShifts(sign)[keys[0].expression.type.kind] ?? shift }
}

/** Bounds of times of day do not go round midnight, and only the hours of their offsets count; those of floats do not overflow. */
function ownShifts(sign: number): Readonly<Record<string, (value: never, offset: never) => unknown>> {
  const float = (value: number, offset: number): number => value + sign * offset
  return {
    real: float,
    double: float,
    time: (time: number, { micros }: Interval) => time + sign * Number(micros),
    timetz: ({ micros, offset }: TimeTz, interval: Interval) => ({
      micros: micros + sign * Number(interval.micros),
      offset,
    }),
  }
}

function isInteger(type: Expression['type']): boolean {
  return type.kind === 'smallint' || type.kind === 'integer' || type.kind === 'bigint'
}
