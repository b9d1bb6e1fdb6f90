/**
 * What joining two sets of units means: which predicates become applicable, how many rows come out, what it costs.
 * Columns that are equated with each other, however indirectly, form a class; two sets are joined on one pair of columns
 * for each class that both have, so that equalities count once even where they were written in a circle.
 */
import { type Estimator, hasColumn } from '../../estimate/estimator.ts'
import { joinSelectivity, semiSelectivity } from '../../estimate/join-size.ts'
import { equality, keys } from '../../estimate/properties.ts'
import { selectivity } from '../../estimate/selectivity.ts'
import type { ColumnExpression, ColumnId, Expression } from '../../expression.ts'
import type { LogicalPlan, Scan } from '../../plan.ts'
import { columnsUsed } from '../../tree.ts'
import { join } from '../make.ts'
import type { Dependence, Region, Unit } from './region.ts'

/** A predicate that is no equality of columns of inner units. */
export interface Predicate {
  readonly expression: Expression
  readonly units: readonly number[]
  readonly selectivity: number
  /** An equality between expressions, by which a join can hash. */
  readonly isEquality: boolean
}

export interface ClassMember {
  readonly unit: number
  readonly column: ColumnExpression
  readonly distinct: number
}

/** Columns that are equal to each other. */
export interface EqualityClass {
  readonly members: readonly ClassMember[]
  readonly equalities: readonly Expression[]
  /**
   * By which factor more rows match than distinct values say when the members of the one set of units are joined with those
   * of the other: frequent values. Sets are bit masks of units.
   */
  skew(left: number, right: number): number
}

export interface JoinGraph {
  readonly region: Region
  readonly rows: readonly number[]
  readonly predicates: readonly Predicate[]
  readonly classes: readonly EqualityClass[]
  /** Per unit: by which factor a dependent unit changes the number of rows. */
  readonly factors: readonly number[]
  /** Per dependent unit: whether its condition has an equality to hash by. */
  readonly hashable: readonly boolean[]
  /** Per unit that is a table: its rows without the filter. */
  readonly tableRows: readonly number[]
  /** Per unit: the column sets of its table's indexes. */
  readonly indexes: readonly (readonly (readonly ColumnId[])[])[]
  /** Keys of several columns, and how many of them there are in their table. */
  readonly compositeKeys: readonly {
    readonly unit: number
    readonly columns: readonly ColumnId[]
    readonly count: number
  }[]
  /** Predicates of no unit: constants and outer columns. */
  readonly loose: readonly Expression[]
}

export function graphOf(region: Region, estimator: Estimator): JoinGraph {
  const { units, unitOf } = region
  const rows = units.map((unit) => Math.max(estimator.rows(unit.plan), 0.001))
  const columns = new Map<ColumnId, Node>()
  const predicates: Predicate[] = []
  const loose: Expression[] = []
  const equalities: { readonly expression: Expression; readonly node: Node }[] = []
  for (const expression of region.predicates) {
    const used = unitsOf(expression, unitOf)
    if (used.length === 0) {
      loose.push(expression)
      continue
    }
    const pair = equality(expression)
    const [a, b] = pair ?? []
    if (a?.kind === 'column' && b?.kind === 'column' && a.type.kind === b.type.kind && used.length === 2) {
      if (used.every((unit) => !units[unit].dependence)) {
        const merged = union(nodeOf(columns, a), nodeOf(columns, b))
        equalities.push({ expression, node: merged })
        continue
      }
    }
    predicates.push({
      expression,
      units: used,
      selectivity: predicateSelectivity(expression, region, used, estimator),
      isEquality: pair !== undefined && used.length > 1,
    })
  }
  const classes = classesOf(columns, equalities, region, estimator)
  leaveNullsOut(classes, rows, region, estimator)
  const factors = units.map((unit) => (unit.dependence ? factorOf(unit, unit.dependence, region, estimator) : 1))
  return {
    region,
    rows,
    predicates,
    classes,
    factors,
    hashable: units.map((unit) => unit.dependence?.condition.some((each) => isHashable(each, unit.plan)) ?? false),
    tableRows: units.map(({ plan }) => (plan.kind === 'scan' ? estimator.rows({ ...plan, filter: [] }) : 0)),
    indexes: units.map((unit) => (unit.plan.kind === 'scan' ? indexColumns(unit.plan) : [])),
    compositeKeys: units.flatMap((unit) =>
      keys(unit.plan).flatMap((key) => {
        const count = key.columns.length > 1 ? estimator.keyDomain(unit.plan, new Set(key.columns)) : undefined
        return count === undefined ? [] : [{ unit: unit.index, columns: key.columns, count }]
      }),
    ),
    loose,
  }
}

/** How many values can refer to the keys that are among the columns. */
export function keyBound(graph: JoinGraph, columns: readonly ColumnId[]): number {
  let bound = Number.POSITIVE_INFINITY
  for (const key of graph.compositeKeys) {
    if (key.count < bound && key.columns.every((id) => columns.includes(id))) bound = key.count
  }
  return bound
}

function unitsOf(expression: Expression, unitOf: ReadonlyMap<ColumnId, number>): number[] {
  const used = new Set<number>()
  for (const id of columnsUsed(expression)) {
    const unit = unitOf.get(id)
    if (unit !== undefined) used.add(unit)
  }
  return [...used]
}

/** A node of the union-find forest over equated columns. */
interface Node {
  parent: Node | undefined
  readonly column: ColumnExpression
}

function nodeOf(columns: Map<ColumnId, Node>, column: ColumnExpression): Node {
  let node = columns.get(column.id)
  if (!node) {
    node = { parent: undefined, column }
    columns.set(column.id, node)
  }
  return node
}

function root(node: Node): Node {
  let current = node
  while (current.parent) current = current.parent
  return current
}

function union(left: Node, right: Node): Node {
  const a = root(left)
  const b = root(right)
  if (a !== b) b.parent = a
  return a
}

function classesOf(
  columns: ReadonlyMap<ColumnId, Node>,
  equalities: readonly { readonly expression: Expression; readonly node: Node }[],
  region: Region,
  estimator: Estimator,
): EqualityClass[] {
  const members = new Map<Node, ClassMember[]>()
  for (const [id, node] of columns) {
    const unit = region.unitOf.get(id) as number
    const top = root(node)
    const list = members.get(top) ?? []
    list.push({ unit, column: node.column, distinct: estimator.column(region.units[unit].plan, id).distinct })
    members.set(top, list)
  }
  return [...members].map(([node, list]) => {
    const known = list.length === 2 ? bySample(list, region, estimator) : undefined
    return {
      members: known ?? list,
      equalities: equalities.filter((each) => root(each.node) === node).map((each) => each.expression),
      skew: known ? () => 1 : skewOf(list, region, estimator),
    }
  })
}

const mostSkew = 1000

/** Where samples are too small for several columns at once, popularity counts as spread lognormally: each pair adds its factor. */
function skewOf(members: readonly ClassMember[], region: Region, estimator: Estimator): EqualityClass['skew'] {
  const references = members.flatMap(({ unit, column, distinct }) => {
    const origin = estimator.referenceOf(region.units[unit].plan, column.id)
    return origin ? [{ bit: 1 << unit, origin, distinct }] : []
  })
  if (references.length < 2 || region.units.length > 31) return () => 1
  const known = new Map<number, number | undefined>()
  const together = (units: number): number | undefined => {
    const own = references.filter(({ bit }) => (bit & units) !== 0)
    if (own.length < 2) return 1
    const mask = own.reduce((sum, { bit }) => sum | bit, 0)
    if (!known.has(mask)) known.set(mask, estimator.together(own.map(({ origin }) => origin)))
    return known.get(mask)
  }
  const fewest = (units: number): number => {
    const own = members.filter(({ unit }) => ((1 << unit) & units) !== 0)
    return own.reduce((least, { distinct }) => Math.min(least, distinct), Number.POSITIVE_INFINITY)
  }
  return (left, right) => {
    const isReference = (units: number): boolean => references.some(({ bit }) => (bit & units) !== 0)
    if (!isReference(left) || !isReference(right)) return 1
    const one = together(left)
    const other = together(right)
    const both = together(left | right)
    if (one !== undefined && other !== undefined && both !== undefined)
      return Math.max(1, (both / (one * other)) * Math.max(fewest(left), fewest(right)))
    const pairs = references.flatMap((a) => references.map((b) => [a, b] as const))
    let factor = 1
    for (const [a, b] of pairs) {
      if ((a.bit & left) === 0 || (b.bit & right) === 0) continue
      const pair = together(a.bit | b.bit)
      if (pair !== undefined) factor *= Math.max(1, pair * Math.max(a.distinct, b.distinct))
    }
    return Math.min(factor, mostSkew)
  }
}

/** Where samples tell how many rows refer to a small filtered table, the number of values that amounts to that. */
function bySample(
  members: readonly ClassMember[],
  region: Region,
  estimator: Estimator,
): readonly ClassMember[] | undefined {
  const plans = members.map(({ unit }) => region.units[unit])
  if (plans.some(({ dependence }) => dependence)) return undefined
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ]) {
    const referred = plans[to].plan
    const part = estimator.referringPart(plans[from].plan, members[from].column.id, referred, members[to].column.id)
    if (part === undefined) continue
    const distinct = Math.max(1, estimator.rows(referred) / part)
    return members.map((member) => ({ ...member, distinct }))
  }
  return undefined
}

/** Rows whose column of a class is NULL find no partner. */
function leaveNullsOut(classes: readonly EqualityClass[], rows: number[], region: Region, estimator: Estimator): void {
  for (const { members } of classes) {
    for (const { unit, column } of members) {
      const { nullFraction } = estimator.column(region.units[unit].plan, column.id)
      if (nullFraction > 0) rows[unit] = Math.max(0.001, rows[unit] * (1 - nullFraction))
    }
  }
}

function predicateSelectivity(
  expression: Expression,
  region: Region,
  used: readonly number[],
  estimator: Estimator,
): number {
  const lookup = (id: ColumnId): ReturnType<Estimator['column']> | undefined => {
    const unit = region.unitOf.get(id)
    if (unit === undefined) return undefined
    const { plan } = region.units[unit]
    return hasColumn(plan, id) ? estimator.column(plan, id) : undefined
  }
  const pair = equality(expression)
  if (pair && used.length === 2) {
    const distinct = pair.map((side) => {
      const [id] = columnsUsed(side)
      const unit = id === undefined ? undefined : region.unitOf.get(id)
      return unit === undefined ? 1 : estimator.distinct(region.units[unit].plan, side)
    })
    return 1 / Math.max(1, ...distinct)
  }
  return selectivity([expression], lookup)
}

/** What a dependent unit makes of the rows that it is joined to. */
function factorOf(unit: Unit, dependence: Dependence, region: Region, estimator: Estimator): number {
  const { type, condition } = dependence
  if (type === 'mark' || type === 'single') return 1
  const plans = dependence.required.map((index) => region.units[index].plan)
  let left: LogicalPlan = plans[0]
  for (let index = 1; index < plans.length; index++) left = join('cross', left, plans[index], [])
  if (type === 'left')
    return Math.max(1, estimator.rows(unit.plan) * joinSelectivity(condition, left, unit.plan, estimator))
  const found = semiSelectivity(condition, left, unit.plan, estimator)
  return type === 'semi' ? Math.max(found, 1e-6) : Math.max(1 - found, 0.01)
}

function isHashable(condition: Expression, right: LogicalPlan): boolean {
  const pair =
    condition.kind === 'is-distinct' && condition.negated ? [condition.left, condition.right] : equality(condition)
  if (!pair) return false
  const inRight = pair.map((side) => {
    const used = [...columnsUsed(side)]
    return used.length > 0 && used.every((id) => hasColumn(right, id))
  })
  return inRight[0] !== inRight[1]
}

function indexColumns(scan: Scan): ColumnId[][] {
  const found: ColumnId[][] = []
  for (const index of scan.table.indexes) {
    if (index.where || index.expressions) continue
    const ids = index.columns.map((number) => scan.columns[scan.tableColumns.indexOf(number)]?.id)
    if (!ids.includes(undefined as never)) found.push(ids)
  }
  return found
}

// ───────────────────────────────────────────────────────── costs

/** What is known of the two sides when they are joined. */
export interface Pairing {
  readonly leftRows: number
  readonly rightRows: number
  /** Distinct keys, class by class. */
  readonly leftKeys: number
  readonly rightKeys: number
  readonly hasKeys: boolean
  /** What a composite key says of the number of keys. */
  readonly keyBound: number
  /** Of the other predicates that become applicable, and what frequent values add. */
  readonly selectivity: number
}

export function pairedRows(pairing: Pairing): number {
  const { leftRows, rightRows } = pairing
  let part = pairing.selectivity
  if (pairing.hasKeys) {
    const left = Math.min(pairing.leftKeys, Math.max(1, leftRows), pairing.keyBound)
    const right = Math.min(pairing.rightKeys, Math.max(1, rightRows), pairing.keyBound)
    part /= Math.max(1, left, right)
  }
  return Math.max(leftRows * rightRows * part, Math.min(1, leftRows, rightRows))
}

/** Sides of fewer rows keep the order in which they are written. */
export const smallJoin: number = 1000

const buildCost = 2
const probeCost = 1
const outputCost = 1
const pairCost = 0.2

/** Probing with the left, building a table of the right. */
export function hashCost(leftRows: number, rightRows: number, rows: number): number {
  return leftRows * probeCost + rightRows * buildCost + rows * outputCost
}

export function loopCost(leftRows: number, rightRows: number, rows: number): number {
  return leftRows * rightRows * pairCost + leftRows * 0.5 + rows * outputCost
}

/** Looking `leftRows` keys up in an index of a table of so many rows, which finds `found` rows before it filters them. */
export function indexCost(leftRows: number, found: number, tableRows: number): number {
  return (leftRows + found / 3) * lookupFactor(tableRows)
}

/** A look-up takes as long as reading so many rows: tables that are large enough are read by kernels. */
export function lookupFactor(tableRows: number): number {
  return tableRows < 20_000 ? 30 : 300
}
