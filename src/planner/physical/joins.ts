/**
 * Which algorithm joins, and which side is kept in memory. The right side is: a hash table of its rows, or the rows
 * themselves. An index of the right table serves when so few rows ask that reading the table would cost more.
 */

import { joinSelectivity, splitEquality } from '../estimate/join-size.ts'
import { isNeverNull } from '../estimate/nulls.ts'
import { matchesOnce } from '../estimate/properties.ts'
import type { ColumnExpression, Expression } from '../expression.ts'
import { indexCost, smallJoin } from '../optimizer/join-order/graph.ts'
import { reference } from '../optimizer/make.ts'
import type { HashJoin, IndexJoin, NestedLoopJoin, PhysicalPlan, SpecialJoin } from '../physical-plan.ts'
import { type PhysicalPlanner, pairColumns } from '../physical-planner.ts'
import type { Join, LogicalPlan, Scan } from '../plan.ts'
import { cheapestFirst, isLookupType, plainIndexes } from './access.ts'

export function planJoin(plan: Join, estimatedRows: number, planner: PhysicalPlanner): PhysicalPlan {
  if (plan.special) return planSpecial(plan, plan.special, estimatedRows, planner)
  const join = withoutNullAwareness(plan)
  return planIndexJoin(join, estimatedRows, planner) ?? planPairs(turned(join, planner), estimatedRows, planner)
}

function planSpecial(
  plan: Join,
  special: 'positional' | 'asof',
  estimatedRows: number,
  planner: PhysicalPlanner,
): SpecialJoin {
  const left = planner.plan(plan.left)
  const right = planner.plan(plan.right)
  return {
    kind: special === 'asof' ? 'asof-join' : 'positional-join',
    type: plan.type as SpecialJoin['type'],
    columns: [...left.columns, ...right.columns],
    left,
    right,
    condition: plan.condition,
    estimatedRows,
  }
}

/** NOT IN needs no care for NULLs where there are none. */
function withoutNullAwareness(plan: Join): Join {
  if (!plan.nullAware) return plan
  const sides = splitEquality(plan.condition[0], plan.left, plan.right)
  const isPlain = sides && isNeverNull(sides.left, plan.left) && isNeverNull(sides.right, plan.right)
  return isPlain ? { ...plan, nullAware: false } : plan
}

/**
 * Inner and outer joins keep the smaller side; the others cannot be turned around. Small joins stay as they are written,
 * for nothing is gained there, and rows that nobody sorted come as one expects them.
 */
function turned(plan: Join, { estimator }: PhysicalPlanner): Join {
  const left = estimator.rows(plan.left)
  const right = estimator.rows(plan.right)
  if (left < smallJoin && right < smallJoin)
    return plan.type === 'right' ? { ...plan, type: 'left', left: plan.right, right: plan.left } : plan
  const exchange = (type: Join['type']): Join => ({ ...plan, type, left: plan.right, right: plan.left })
  switch (plan.type) {
    case 'inner':
    case 'cross':
      return left < right ? exchange(plan.type) : plan
    case 'left':
      return left * 4 < right ? exchange('right') : plan
    case 'right':
      return left * 4 < right ? plan : exchange('left')
    case 'full':
      return left * 4 < right ? exchange('full') : plan
    default:
      return plan
  }
}

/** By hashing where an equality allows it, else by trying all pairs. */
function planPairs(plan: Join, estimatedRows: number, planner: PhysicalPlanner): HashJoin | NestedLoopJoin {
  const left = planner.plan(plan.left)
  const right = planner.plan(plan.right)
  const columns = pairColumns(plan, left, right)
  const leftKeys: Expression[] = []
  const rightKeys: Expression[] = []
  const nullsEqual: boolean[] = []
  const filter: Expression[] = []
  let isHashable = true
  plan.condition.forEach((condition, index) => {
    const sides = splitEquality(condition, plan.left, plan.right)
    if (sides && isLookupType(sides.left.type, sides.right.type)) {
      leftKeys.push(sides.left)
      rightKeys.push(sides.right)
      nullsEqual.push(sides.nullsEqual)
    } else {
      if (plan.nullAware && index === 0) isHashable = false
      filter.push(condition)
    }
  })
  const { nullAware, mark } = plan
  const common = { columns, left, right, nullAware, estimatedRows, ...(mark ? { mark } : {}) }
  if (leftKeys.length === 0 || !isHashable) {
    return { kind: 'nested-loop-join', type: plan.type, condition: plan.condition, ...common }
  }
  const type = plan.type === 'cross' ? 'inner' : plan.type
  const keepsLeft = (type === 'semi' || type === 'anti') && !nullAware
  const preferLeftBuild = keepsLeft && planner.estimator.rows(plan.left) * 4 < planner.estimator.rows(plan.right)
  return {
    kind: 'hash-join',
    type,
    ...(preferLeftBuild ? { preferLeftBuild } : {}),
    leftKeys,
    rightKeys,
    nullsEqual,
    filter,
    rightUnique: matchesOnce(plan.right, plan.condition),
    ...common,
  }
}

/** Looks the rows of one side up in an index of the other, a table. */
function planIndexJoin(plan: Join, estimatedRows: number, planner: PhysicalPlanner): IndexJoin | undefined {
  const { type } = plan
  if (plan.nullAware || plan.condition.length === 0) return undefined
  if (type !== 'inner' && type !== 'left' && type !== 'semi' && type !== 'anti') return undefined
  const direct = indexOf(plan, planner)
  if (direct) return makeIndexJoin(plan, direct, estimatedRows, planner)
  if (type === 'semi') return semiFromRight(plan, estimatedRows, planner)
  if (type !== 'inner') return undefined
  const exchanged = { ...plan, left: plan.right, right: plan.left }
  const other = indexOf(exchanged, planner)
  return other && makeIndexJoin(exchanged, other, estimatedRows, planner)
}

/** A semi join by the few distinct keys of its right side: each looks the left side's rows up. */
function semiFromRight(plan: Join, estimatedRows: number, planner: PhysicalPlanner): IndexJoin | undefined {
  const keys: ColumnExpression[] = []
  for (const conjunct of plan.condition) {
    const sides = splitEquality(conjunct, plan.left, plan.right)
    if (sides?.right.kind !== 'column' || sides.nullsEqual) return undefined
    keys.push(sides.right)
  }
  const exchanged: Join = { ...plan, type: 'inner', left: plan.right, right: plan.left }
  const access = indexOf(exchanged, planner)
  if (!access) return undefined
  if (matchesOnce(plan.right, plan.condition)) return makeIndexJoin(exchanged, access, estimatedRows, planner)
  const columns = plan.right.columns.filter((column) => keys.some((key) => key.id === column.id))
  const once: LogicalPlan = {
    kind: 'aggregate',
    columns,
    input: plan.right,
    groups: columns.map(reference),
    aggregates: [],
  }
  return makeIndexJoin({ ...exchanged, left: once }, access, estimatedRows, planner)
}

interface Access {
  readonly scan: Scan
  readonly index: IndexJoin['index']
  readonly keys: readonly Expression[]
  readonly rest: readonly Expression[]
  readonly foundRows: number
}

function indexOf(plan: Join, planner: PhysicalPlanner): Access | undefined {
  const scan = plan.right
  if (scan.kind !== 'scan' || scan.sample || scan.rowId !== undefined) return undefined
  const asking = Math.max(1, planner.estimator.rows(plan.left))
  const { rowCount } = planner.context.catalog.statistics(scan.table)
  if (indexCost(asking, 0, rowCount) > rowCount) return undefined
  const keys = new Map<number, { readonly key: Expression; readonly conjunct: Expression }>()
  for (const conjunct of plan.condition) {
    const sides = splitEquality(conjunct, plan.left, scan)
    if (!sides || sides.nullsEqual || sides.right.kind !== 'column' || !isLookupType(sides.left.type, sides.right.type))
      continue
    const { id } = sides.right
    const number = scan.tableColumns[scan.columns.findIndex((column) => column.id === id)]
    if (number !== undefined && !keys.has(number)) keys.set(number, { key: sides.left, conjunct })
  }
  for (const index of plainIndexes(scan.table)) {
    if (!index.columns.every((number) => keys.has(number))) continue
    const used = index.columns.map(
      (number) => keys.get(number) as { readonly key: Expression; readonly conjunct: Expression },
    )
    const ensured = new Set(used.map((each) => each.conjunct))
    const whole = { ...scan, filter: [] }
    const found = index.unique
      ? asking
      : asking * rowCount * joinSelectivity([...ensured], plan.left, whole, planner.estimator)
    if (indexCost(asking, found, rowCount) > rowCount) continue
    return {
      scan,
      index,
      keys: used.map((each) => each.key),
      rest: plan.condition.filter((each) => !ensured.has(each)),
      foundRows: found,
    }
  }
  return undefined
}

function makeIndexJoin(
  plan: Join,
  { scan, index, keys, rest, foundRows }: Access,
  estimatedRows: number,
  planner: PhysicalPlanner,
): IndexJoin {
  const input = planner.plan(plan.left)
  const type = plan.type as IndexJoin['type']
  const columns = type === 'semi' || type === 'anti' ? input.columns : [...input.columns, ...scan.columns]
  const { table, alias, tableColumns } = scan
  const filter = cheapestFirst([...scan.filter, ...rest])
  return {
    kind: 'index-join',
    type,
    columns,
    input,
    table,
    alias,
    index,
    keys,
    tableColumns,
    tableOutput: scan.columns,
    filter,
    foundRows,
    estimatedRows,
  }
}
