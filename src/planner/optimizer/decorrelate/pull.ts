/**
 * Pulls the predicates that read outer columns up through a subplan, so that what is left of it reads none and the
 * predicates can become a join's condition. This is the short way of decorrelation, and the usual one:
 *
 *   Filter l.k = o.k AND l.x > 1          Filter l.x > 1
 *   └─ Scan l                      ─▶     └─ Scan l           and  l.k = o.k
 *
 * Through grouping, DISTINCT, LIMIT and windows only equalities can pass, the inner side becoming one more group: for
 * one outer row all rows that meet the equality then lie in one group. What does not fit comes back undefined, and the
 * long way (`domain.ts`) is taken.
 */

import type { WindowFunction } from '../../../functions/function.ts'
import { findFunctions } from '../../../functions/registry.ts'
import { BIGINT } from '../../../types/data-type.ts'
import { equality } from '../../estimate/properties.ts'
import type { ColumnId, Expression, OutputColumn, SortKey } from '../../expression.ts'
import type { Aggregate, Limit, LogicalPlan, SetOperation } from '../../plan.ts'
import { addColumnsUsed, columnsUsed, conjuncts, expressions, freeColumns, replaceColumns } from '../../tree.ts'
import { makeComparison } from '../comparison.ts'
import { extend, filter, join, keepColumns, reference, replaceInputs } from '../make.ts'
import type { RuleContext } from '../rule.ts'
import { isVolatile, sameExpression } from '../same-expression.ts'

export interface Pulled {
  /** Reads no outer column. Has the columns of the original but for those in `computed`, and what the predicates need. */
  readonly plan: LogicalPlan
  readonly predicates: readonly Expression[]
  /** Columns of the original that are computed of outer columns: to be computed above the join. */
  readonly computed: ReadonlyMap<ColumnId, Expression>
}

export interface Outer {
  readonly ids: ReadonlySet<ColumnId>
  readonly context: RuleContext
  /** It only matters which rows there are, not how often: EXISTS and IN. A semi join within may then become an inner one. */
  readonly existence: boolean
}

/** The same where the number of equal rows matters. */
function counted(outer: Outer): Outer {
  return outer.existence ? { ...outer, existence: false } : outer
}

const nothing: ReadonlyMap<ColumnId, Expression> = new Map()

/** Whether the plan reads an outer column. */
export function isCorrelated(plan: LogicalPlan, ids: ReadonlySet<ColumnId>): boolean {
  for (const id of freeColumns(plan)) if (ids.has(id)) return true
  return false
}

export function readsOuter(expression: Expression, ids: ReadonlySet<ColumnId>): boolean {
  for (const id of columnsUsed(expression)) if (ids.has(id)) return true
  return false
}

export function pull(plan: LogicalPlan, outer: Outer): Pulled | undefined {
  if (!isCorrelated(plan, outer.ids)) return { plan, predicates: [], computed: nothing }
  switch (plan.kind) {
    case 'scan': {
      const own = plan.filter.filter((each) => !readsOuter(each, outer.ids))
      const predicates = plan.filter.filter((each) => readsOuter(each, outer.ids))
      return { plan: { ...plan, filter: own }, predicates, computed: nothing }
    }
    case 'filter': {
      const below = pull(plan.input, outer)
      if (!below) return undefined
      const all = conjuncts(plan.predicate).map((each) => substitute(each, below.computed))
      const predicates = all.filter((each) => readsOuter(each, outer.ids))
      if (predicates.some(isVolatile)) return undefined
      const own = all.filter((each) => !readsOuter(each, outer.ids))
      return {
        plan: filter(below.plan, own),
        predicates: [...below.predicates, ...predicates],
        computed: below.computed,
      }
    }
    case 'project':
      return pullProject(plan, outer)
    case 'join':
      return pullJoin(plan, outer)
    case 'aggregate':
      return plan.groups.length === 0 || plan.sets ? undefined : pullAggregate(plan, outer)
    case 'distinct': {
      const below = pull(plan.input, plan.on ? counted(outer) : { ...outer, existence: true })
      const keyed = below && below.computed.size === 0 ? asKeys(below, outer) : undefined
      if (!keyed) return undefined
      const on = plan.on && [...plan.on, ...keyed.keys.map(reference)]
      if (plan.on?.some((each) => readsOuter(each, outer.ids))) return undefined
      const input = on
        ? keyed.plan
        : keepColumns(keyed.plan, [...plan.columns, ...withoutColumns(keyed.keys, plan.columns)])
      const node: LogicalPlan = on
        ? { kind: 'distinct', columns: input.columns, input, on }
        : { kind: 'distinct', columns: input.columns, input }
      return { plan: node, predicates: keyed.predicates, computed: nothing }
    }
    case 'sort': {
      const below = pull(plan.input, outer)
      if (!below) return undefined
      if (expressions(plan).some((each) => readsOuter(each, outer.ids) || readsAny(each, below.computed)))
        return undefined
      return { ...below, plan: replaceInputs(plan, [below.plan]) }
    }
    case 'limit':
      return pullLimit(plan, outer)
    case 'window': {
      const below = pull(plan.input, counted(outer))
      const keyed = below && below.computed.size === 0 ? asKeys(below, outer) : undefined
      if (!keyed || expressions(plan).some((each) => readsOuter(each, outer.ids))) return undefined
      const node = replaceInputs({ ...plan, partitionBy: [...plan.partitionBy, ...keyed.keys.map(reference)] }, [
        keyed.plan,
      ])
      return { plan: node, predicates: keyed.predicates, computed: nothing }
    }
    case 'project-set': {
      const below = pull(plan.input, outer)
      if (!below || below.computed.size > 0) return undefined
      if (expressions(plan).some((each) => readsOuter(each, outer.ids))) return undefined
      return { ...below, plan: replaceInputs(plan, [below.plan]) }
    }
    case 'set-operation':
      return pullSetOperation(plan, outer)
    case 'with': {
      if (isCorrelated(plan.definition, outer.ids)) return undefined
      const below = pull(plan.input, outer)
      return below && { ...below, plan: replaceInputs(plan, [plan.definition, below.plan]) }
    }
    default:
      return undefined
  }
}

function substitute(expression: Expression, computed: ReadonlyMap<ColumnId, Expression>): Expression {
  return computed.size === 0 ? expression : replaceColumns(expression, (id) => computed.get(id))
}

function readsAny(expression: Expression, computed: ReadonlyMap<ColumnId, Expression>): boolean {
  for (const id of columnsUsed(expression)) if (computed.has(id)) return true
  return false
}

function withoutColumns(columns: readonly OutputColumn[], others: readonly OutputColumn[]): OutputColumn[] {
  const ids = new Set(others.map((column) => column.id))
  return columns.filter((column) => !ids.has(column.id))
}

/** Projected expressions of outer columns are computed later; what predicates and these need passes on. */
function pullProject(plan: Extract<LogicalPlan, { kind: 'project' }>, outer: Outer): Pulled | undefined {
  const below = pull(plan.input, outer)
  if (!below) return undefined
  const computed = new Map<ColumnId, Expression>()
  const columns: OutputColumn[] = []
  const kept: Expression[] = []
  plan.expressions.forEach((expression, index) => {
    const value = substitute(expression, below.computed)
    const column = plan.columns[index]
    if (!readsOuter(value, outer.ids)) {
      columns.push(column)
      kept.push(value)
    } else {
      computed.set(column.id, value)
    }
  })
  if ([...computed.values()].some(isVolatile)) return undefined
  const needed = new Set<ColumnId>()
  for (const each of [...below.predicates, ...computed.values()]) addColumnsUsed(each, needed)
  for (const column of below.plan.columns) {
    if (needed.has(column.id) && !columns.some((each) => each.id === column.id)) {
      columns.push(column)
      kept.push(reference(column))
    }
  }
  return {
    plan: { kind: 'project', columns, input: below.plan, expressions: kept },
    predicates: below.predicates,
    computed,
  }
}

function pullJoin(plan: Extract<LogicalPlan, { kind: 'join' }>, outer: Outer): Pulled | undefined {
  if (plan.special) return undefined
  const inner = plan.type === 'inner' || plan.type === 'cross'
  if (
    !inner &&
    plan.type !== 'left' &&
    plan.type !== 'semi' &&
    plan.type !== 'anti' &&
    plan.type !== 'mark' &&
    plan.type !== 'single'
  ) {
    return undefined
  }
  const left = pull(plan.left, outer)
  if (!left) return undefined
  if (plan.type === 'semi' && outer.existence && correlatedBesideLeft(plan, left, outer)) {
    return pullJoin(join('inner', plan.left, plan.right, plan.condition), outer)
  }
  if (!inner) {
    if (isCorrelated(plan.right, outer.ids)) return undefined
    if (plan.condition.some((each) => readsOuter(substitute(each, left.computed), outer.ids))) return undefined
    const node = replaceInputs({ ...plan, condition: plan.condition.map((each) => substitute(each, left.computed)) }, [
      left.plan,
      plan.right,
    ])
    return { ...left, plan: node }
  }
  const right = pull(plan.right, outer)
  if (!right) return undefined
  const computed = new Map([...left.computed, ...right.computed])
  const condition = plan.condition.map((each) => substitute(each, computed))
  const predicates = condition.filter((each) => readsOuter(each, outer.ids))
  const own = condition.filter((each) => !readsOuter(each, outer.ids))
  return {
    plan: join('inner', left.plan, right.plan, own),
    predicates: [...left.predicates, ...right.predicates, ...predicates],
    computed,
  }
}

/** Whether the right side or the condition reads outer columns. */
function correlatedBesideLeft(plan: Extract<LogicalPlan, { kind: 'join' }>, left: Pulled, outer: Outer): boolean {
  return (
    isCorrelated(plan.right, outer.ids) ||
    plan.condition.some((each) => readsOuter(substitute(each, left.computed), outer.ids))
  )
}

interface Keyed {
  readonly plan: LogicalPlan
  /** Columns of `plan` that are equal for all rows that one outer row sees. */
  readonly keys: readonly OutputColumn[]
  /** Over the keys and outer columns. */
  readonly predicates: readonly Expression[]
  /** Per predicate, the outer side that its key equals; undefined where the predicate has no key. */
  readonly outerSides: readonly (Expression | undefined)[]
}

/** The predicates as equalities of key columns; undefined when one is of another form. */
function asKeys(pulled: Pulled, outer: Outer): Keyed | undefined {
  const keys: OutputColumn[] = []
  const predicates: Expression[] = []
  const outerSides: (Expression | undefined)[] = []
  const added: OutputColumn[] = []
  const values: Expression[] = []
  for (const predicate of pulled.predicates) {
    if (readsOnly(predicate, outer.ids)) {
      predicates.push(predicate)
      outerSides.push(undefined)
      continue
    }
    const sides = outerEquality(predicate, outer.ids)
    if (!sides) return undefined
    let key: OutputColumn
    const { inner } = sides
    const existing = inner.kind === 'column' ? pulled.plan.columns.find((column) => column.id === inner.id) : undefined
    if (existing) {
      key = existing
    } else {
      key = outer.context.newColumn('key', inner.type)
      added.push(key)
      values.push(inner)
    }
    keys.push(key)
    predicates.push(existing ? predicate : sides.rebuild(reference(key)))
    outerSides.push(sides.outer)
  }
  return { plan: extend(pulled.plan, added, values), keys: unique(keys), predicates, outerSides }
}

function unique(columns: readonly OutputColumn[]): OutputColumn[] {
  return columns.filter((column, index) => columns.findIndex((other) => other.id === column.id) === index)
}

function readsOnly(expression: Expression, ids: ReadonlySet<ColumnId>): boolean {
  for (const id of columnsUsed(expression)) if (!ids.has(id)) return false
  return true
}

interface OuterEquality {
  readonly inner: Expression
  readonly outer: Expression
  rebuild(inner: Expression): Expression
}

/** `inner = outer` or `inner IS NOT DISTINCT FROM outer`, either way round. */
export function outerEquality(predicate: Expression, ids: ReadonlySet<ColumnId>): OuterEquality | undefined {
  const nullsEqual = predicate.kind === 'is-distinct' && predicate.negated
  const pair = nullsEqual ? ([predicate.left, predicate.right] as const) : equality(predicate)
  if (!pair) return undefined
  for (const swapped of [false, true]) {
    const [inner, outer] = swapped ? [pair[1], pair[0]] : pair
    if (readsOuter(inner, ids) || columnsUsed(inner).size === 0 || !readsOnly(outer, ids)) continue
    return {
      inner,
      outer,
      rebuild(replacement) {
        if (predicate.kind === 'is-distinct') {
          return swapped ? { ...predicate, right: replacement } : { ...predicate, left: replacement }
        }
        if (predicate.kind !== 'call') return predicate
        return { ...predicate, args: swapped ? [predicate.args[0], replacement] : [replacement, predicate.args[1]] }
      },
    }
  }
  return undefined
}

export interface PulledAggregate {
  readonly plan: Aggregate
  readonly keys: readonly OutputColumn[]
  readonly predicates: readonly Expression[]
}

/** The aggregate with the keys of its input's predicates as further groups. Groups come first, so positions shift. */
export function groupByKeys(plan: Aggregate, outer: Outer): PulledAggregate | undefined {
  const below = pull(plan.input, counted(outer))
  const keyed = below && below.computed.size === 0 ? asKeys(below, outer) : undefined
  if (!keyed || plan.sets || expressions(plan).some((each) => readsOuter(each, outer.ids))) return undefined
  const groups: Expression[] = [...plan.groups]
  const groupColumns = plan.columns.slice(0, plan.groups.length)
  const images = new Map<ColumnId, OutputColumn>()
  for (const key of keyed.keys) {
    const position = plan.groups.findIndex((group) => group.kind === 'column' && group.id === key.id)
    const column = position >= 0 ? plan.columns[position] : key
    images.set(key.id, column)
    if (position < 0) {
      groups.push(reference(key))
      groupColumns.push(column)
    }
  }
  const image = (id: ColumnId): Expression | undefined => {
    const column = images.get(id)
    return column && column.id !== id ? reference(column) : undefined
  }
  return {
    plan: {
      kind: 'aggregate',
      columns: [...groupColumns, ...plan.columns.slice(plan.groups.length)],
      input: keyed.plan,
      groups,
      aggregates: plan.aggregates,
    },
    keys: [...images.values()],
    predicates: keyed.predicates.map((each) => replaceColumns(each, image)),
  }
}

function pullAggregate(plan: Aggregate, outer: Outer): Pulled | undefined {
  const grouped = groupByKeys(plan, outer)
  return grouped && { plan: grouped.plan, predicates: grouped.predicates, computed: nothing }
}

/** LIMIT per outer row: the first row of each group of keys, or the first rows by number. */
function pullLimit(plan: Limit, outer: Outer): Pulled | undefined {
  const below = pull(plan.input, counted(outer))
  const keyed = below && below.computed.size === 0 ? asKeys(below, outer) : undefined
  if (!keyed) return undefined
  const limited = limitPerKey(plan, keyed.plan, keyed.keys, outer.context)
  return limited && { plan: limited, predicates: keyed.predicates, computed: nothing }
}

/** The first `limit` rows after `offset` of each group of rows alike in `keys`, in the order of `input`. */
export function limitPerKey(
  plan: Limit,
  input: LogicalPlan,
  keys: readonly OutputColumn[],
  context: RuleContext,
): LogicalPlan | undefined {
  if (plan.percent || plan.ties || keys.length === 0) return undefined
  const limit = fixedCount(plan.limit)
  const offset = fixedCount(plan.offset)
  if (limit === undefined || offset === undefined) return undefined
  if (limit === 1n && (offset === null || offset === 0n)) {
    return { kind: 'distinct', columns: input.columns, input, on: keys.map(reference) }
  }
  const record = findFunctions('row_number').find((each): each is WindowFunction => each.kind === 'window')
  if (!record) return undefined
  const number = context.newColumn('row_number', BIGINT)
  const order = orderOf(input)
  if (!order) return undefined
  const numbered: LogicalPlan = {
    kind: 'window',
    columns: [...input.columns, number],
    input,
    partitionBy: keys.map(reference),
    orderBy: order,
    frame: {
      unit: 'range',
      start: { kind: 'unbounded preceding' },
      end: { kind: 'current row' },
      exclude: 'no others',
    },
    calls: [
      { function: record, overload: record.overloads[0], args: [], distinct: false, ignoreNulls: false, type: BIGINT },
    ],
  }
  const first = offset ?? 0n
  const predicates: Expression[] = []
  const value = (count: bigint): Expression => ({ kind: 'constant', type: BIGINT, value: count })
  if (first > 0n) {
    const after = makeComparison('>', reference(number), value(first))
    if (!after) return undefined
    predicates.push(after)
  }
  if (limit !== null) {
    const upTo = makeComparison('<=', reference(number), value(first + limit))
    if (!upTo) return undefined
    predicates.push(upTo)
  }
  return keepColumns(filter(numbered, predicates), input.columns)
}

/** The keys by which the rows come sorted, as far as they are still columns: none without a sort, undefined if they are lost. */
function orderOf(plan: LogicalPlan): readonly SortKey[] | undefined {
  let below = plan
  while (below.kind === 'project') below = below.input
  if (below.kind !== 'sort') return []
  const available = new Set(plan.columns.map((column) => column.id))
  const known = below.keys.every((key) => [...columnsUsed(key.expression)].every((id) => available.has(id)))
  return known ? below.keys : undefined
}

/** The constant count; null for none; undefined when it is not known now. */
export function fixedCount(expression: Expression | undefined): bigint | null | undefined {
  if (expression === undefined) return null
  if (expression.kind !== 'constant') return undefined
  return expression.value === null ? null : BigInt(Math.round(Number(expression.value)))
}

/** Both branches must be correlated by equalities with the same outer values. */
function pullSetOperation(plan: SetOperation, outer: Outer): Pulled | undefined {
  const sides = [plan.left, plan.right].map((side) => {
    const below = pull(side, plan.operator === 'union' ? outer : counted(outer))
    const keyed = below && below.computed.size === 0 ? asKeys(below, outer) : undefined
    return keyed && { keyed, columns: side.columns }
  })
  const [left, right] = sides
  if (!left || !right || left.keyed.keys.length === 0) return undefined
  const { keyed } = left
  if (keyed.keys.length !== keyed.predicates.length || right.keyed.keys.length !== right.keyed.predicates.length)
    return undefined
  if (keyed.keys.length !== right.keyed.keys.length) return undefined
  const rightKeys: OutputColumn[] = []
  for (let index = 0; index < keyed.keys.length; index++) {
    const side = keyed.outerSides[index]
    const partner = right.keyed.outerSides.findIndex((other) => side && other && sameExpression(side, other))
    if (partner < 0 || keyed.predicates[index].kind !== right.keyed.predicates[partner].kind) return undefined
    if (keyed.keys[index].type.kind !== right.keyed.keys[partner].type.kind) return undefined
    rightKeys.push(right.keyed.keys[partner])
  }
  const keys = keyed.keys.map((key) => outer.context.newColumn(key.name, key.type))
  const renamed = new Map(keyed.keys.map((key, index) => [key.id, reference(keys[index])]))
  const side = (plan: LogicalPlan, columns: readonly OutputColumn[], extra: readonly OutputColumn[]): LogicalPlan => ({
    kind: 'project',
    columns: [...columns, ...extra.map((key) => outer.context.newColumn(key.name, key.type))],
    input: plan,
    expressions: [...columns, ...extra].map(reference),
  })
  return {
    plan: {
      ...plan,
      columns: [...plan.columns, ...keys],
      left: side(keyed.plan, left.columns, keyed.keys),
      right: side(right.keyed.plan, right.columns, rightKeys),
    },
    predicates: keyed.predicates.map((each) => replaceColumns(each, (id) => renamed.get(id))),
    computed: nothing,
  }
}
