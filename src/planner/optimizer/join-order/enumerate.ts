/**
 * Which units to join first. Up to a limit all orders are considered, bushy ones too, by dynamic programming over the
 * connected subgraphs and their connected complements (Moerkotte and Neumann, "Analysis of Two Existing and One New
 * Dynamic Programming Algorithm", 2006); when there are too many, the pair that yields the fewest rows is joined, again
 * and again.
 */
import { hashCost, indexCost, type JoinGraph, keyBound, loopCost, type Pairing, pairedRows } from './graph.ts'

/** A way to join a set of units. */
export interface Tree {
  readonly rows: number
  readonly cost: number
  /** A single unit. */
  readonly unit?: number
  readonly left?: Tree
  readonly right?: Tree
  readonly units: readonly number[]
}

const mostPairs = 12_000
const mostUnitsByDynamicProgramming = 24

export function bestTree(graph: JoinGraph): Tree {
  return exhaustive(graph) ?? greedy(graph)
}

/** The cheapest of all trees without needless cross joins; undefined when there are too many. */
export function exhaustive(graph: JoinGraph): Tree | undefined {
  if (graph.rows.length > mostUnitsByDynamicProgramming) return undefined
  return new DynamicProgramming(graph, connect(graph)).run()
}

/** Per unit, the units that share a predicate or class with it, or that one of them depends on; parts that nothing connects are joined by force. */
function connect(graph: JoinGraph): number[] {
  const { units } = graph.region
  const sets = units.map(() => new Set<number>())
  const link = (a: number, b: number): void => {
    if (a === b) return
    sets[a].add(b)
    sets[b].add(a)
  }
  for (const { members } of graph.classes) {
    for (const a of members) for (const b of members) link(a.unit, b.unit)
  }
  for (const predicate of graph.predicates) for (const a of predicate.units) for (const b of predicate.units) link(a, b)
  for (const unit of units) {
    if (!unit.dependence) continue
    for (const required of unit.dependence.required) link(unit.index, required)
    for (const a of unit.dependence.required) for (const b of unit.dependence.required) link(a, b)
  }
  for (const [a, b] of bridges(graph, sets)) link(a, b)
  return sets.map((set) => {
    let mask = 0
    for (const other of set) mask |= 1 << other
    return mask
  })
}

/** Edges between the smallest units of parts that are not connected. */
function bridges(graph: JoinGraph, sets: readonly ReadonlySet<number>[]): [number, number][] {
  const part = new Int32Array(sets.length).fill(-1)
  const smallest: number[] = []
  for (let start = 0; start < sets.length; start++) {
    if (part[start] >= 0) continue
    const stack = [start]
    const number = smallest.length
    part[start] = number
    let best = -1
    while (stack.length > 0) {
      const unit = stack.pop() as number
      if (!graph.region.units[unit].dependence && (best < 0 || graph.rows[unit] < graph.rows[best])) best = unit
      for (const other of sets[unit]) {
        if (part[other] >= 0) continue
        part[other] = number
        stack.push(other)
      }
    }
    smallest.push(best < 0 ? start : best)
  }
  const found: [number, number][] = []
  for (let a = 0; a < smallest.length; a++)
    for (let b = a + 1; b < smallest.length; b++) found.push([smallest[a], smallest[b]])
  return found
}

/** An inner join that probes with the left and builds on the right. */
function combine(left: Tree, right: Tree, rows: number, keyed: boolean, indexed: JoinGraph | undefined): Tree {
  let cost = keyed ? hashCost(left.rows, right.rows, rows) : loopCost(left.rows, right.rows, rows)
  let saved = 0
  if (indexed && right.unit !== undefined) {
    const tableRows = indexed.tableRows[right.unit]
    const byIndex = indexCost(left.rows, (rows * tableRows) / right.rows, tableRows)
    if (byIndex < cost) {
      cost = byIndex
      saved = right.cost
    }
  }
  return { rows, cost: left.cost + right.cost - saved + cost, left, right, units: [] }
}

class DynamicProgramming {
  private readonly graph: JoinGraph
  private readonly neighbours: readonly number[]
  private readonly best = new Map<number, Tree>()
  private readonly predicateMasks: readonly number[]
  private readonly classMasks: readonly number[]
  private readonly requiredMasks: readonly number[]
  private readonly dependent: number
  private pairs = 0

  constructor(graph: JoinGraph, neighbours: readonly number[]) {
    this.graph = graph
    this.neighbours = neighbours
    this.predicateMasks = graph.predicates.map((predicate) => maskOf(predicate.units))
    this.classMasks = graph.classes.map((each) => maskOf(each.members.map((member) => member.unit)))
    this.requiredMasks = graph.region.units.map((unit) => (unit.dependence ? maskOf(unit.dependence.required) : 0))
    this.dependent = maskOf(graph.region.units.filter((unit) => unit.dependence).map((unit) => unit.index))
  }

  /** The cheapest tree of all units; undefined when there are too many ways. */
  run(): Tree | undefined {
    const count = this.graph.rows.length
    for (let unit = 0; unit < count; unit++) {
      this.best.set(1 << unit, { rows: this.graph.rows[unit], cost: 0, unit, units: [unit] })
    }
    try {
      for (let unit = count - 1; unit >= 0; unit--) {
        this.emitConnected(1 << unit)
        this.extendConnected(1 << unit, below(unit))
      }
    } catch (error) {
      if (error === tooManyPairs) return undefined
      throw error
    }
    return this.best.get((1 << count) - 1)
  }

  private neighbourhood(set: number): number {
    let found = 0
    for (let rest = set; rest !== 0; rest &= rest - 1) found |= this.neighbours[31 - Math.clz32(rest & -rest)]
    return found & ~set
  }

  private extendConnected(set: number, excluded: number): void {
    const around = this.neighbourhood(set) & ~excluded
    if (around === 0) return
    for (let part = around & -around; part !== 0; part = (part - around) & around) this.emitConnected(set | part)
    for (let part = around & -around; part !== 0; part = (part - around) & around)
      this.extendConnected(set | part, excluded | around)
  }

  private emitConnected(set: number): void {
    const lowest = 31 - Math.clz32(set & -set)
    const excluded = set | below(lowest)
    const around = this.neighbourhood(set) & ~excluded
    for (let unit = 31 - Math.clz32(around); around !== 0 && unit >= 0; unit--) {
      if ((around & (1 << unit)) === 0) continue
      const other = 1 << unit
      this.emitPair(set, other)
      this.extendComplement(set, other, excluded | (below(unit) & around))
    }
  }

  private extendComplement(set: number, other: number, excluded: number): void {
    const around = this.neighbourhood(other) & ~excluded
    if (around === 0) return
    for (let part = around & -around; part !== 0; part = (part - around) & around) this.emitPair(set, other | part)
    for (let part = around & -around; part !== 0; part = (part - around) & around) {
      this.extendComplement(set, other | part, excluded | around)
    }
  }

  private emitPair(a: number, b: number): void {
    if (++this.pairs > mostPairs) throw tooManyPairs
    const first = this.best.get(a)
    const second = this.best.get(b)
    if (!first || !second) return
    const firstAlone = (a & (a - 1)) === 0 && (a & this.dependent) !== 0
    const secondAlone = (b & (b - 1)) === 0 && (b & this.dependent) !== 0
    if (firstAlone && secondAlone) return
    if (secondAlone) this.joinDependent(a, first, b, second)
    else if (firstAlone) this.joinDependent(b, second, a, first)
    else this.joinInner(a, first, b, second)
  }

  private joinDependent(a: number, left: Tree, b: number, right: Tree): void {
    const unit = 31 - Math.clz32(b)
    if ((this.requiredMasks[unit] & ~a) !== 0) return
    const set = a | b
    const known = this.best.get(set)
    const rows = known?.rows ?? left.rows * this.graph.factors[unit] * this.selectivityOf(a, b)
    this.keep(set, combineDependent(this.graph, left, right, rows, unit))
  }

  private joinInner(a: number, first: Tree, b: number, second: Tree): void {
    const { classes } = this.graph
    let firstKeys = 1
    let secondKeys = 1
    let hasKeys = false
    let skew = 1
    const known = this.best.get(a | b)?.rows
    const firstColumns: number[] = []
    const secondColumns: number[] = []
    for (let index = 0; index < classes.length; index++) {
      const mask = this.classMasks[index]
      if ((mask & a) === 0 || (mask & b) === 0) continue
      hasKeys = true
      let inFirst = Number.POSITIVE_INFINITY
      let inSecond = Number.POSITIVE_INFINITY
      for (const member of classes[index].members) {
        const bit = 1 << member.unit
        if ((bit & a) !== 0) {
          inFirst = Math.min(inFirst, member.distinct)
          firstColumns.push(member.column.id)
        } else if ((bit & b) !== 0) {
          inSecond = Math.min(inSecond, member.distinct)
          secondColumns.push(member.column.id)
        }
      }
      firstKeys *= inFirst
      secondKeys *= inSecond
      if (known === undefined) skew *= classes[index].skew(a, b)
    }
    const set = a | b
    const pairing: Pairing = {
      leftRows: first.rows,
      rightRows: second.rows,
      leftKeys: firstKeys,
      rightKeys: secondKeys,
      hasKeys,
      keyBound: Math.min(keyBound(this.graph, firstColumns), keyBound(this.graph, secondColumns)),
      selectivity: this.selectivityOf(a, b) * skew,
    }
    const rows = known ?? pairedRows(pairing)
    const keyed = hasKeys || this.hasEquality(a, b)
    this.keep(set, combine(first, second, rows, keyed, indexed(this.graph, second, secondColumns)))
    this.keep(set, combine(second, first, rows, keyed, indexed(this.graph, first, firstColumns)))
  }

  private keep(set: number, tree: Tree): void {
    const known = this.best.get(set)
    if (!known || tree.cost < known.cost) this.best.set(set, tree)
  }

  /** Of the predicates that no side could apply by itself; what reads a dependent unit alone waits for its join too. */
  private selectivityOf(a: number, b: number): number {
    const set = a | b
    const bIsDependent = (b & (b - 1)) === 0 && (b & this.dependent) !== 0
    let product = 1
    for (let index = 0; index < this.predicateMasks.length; index++) {
      const mask = this.predicateMasks[index]
      if ((mask & ~set) !== 0 || (mask & ~a) === 0) continue
      if ((mask & ~b) === 0 && !bIsDependent) continue
      product *= this.graph.predicates[index].selectivity
    }
    return product
  }

  private hasEquality(a: number, b: number): boolean {
    const set = a | b
    return this.predicateMasks.some(
      (mask, index) =>
        this.graph.predicates[index].isEquality && (mask & ~set) === 0 && (mask & a) !== 0 && (mask & b) !== 0,
    )
  }
}

const tooManyPairs = new Error('too many pairs')

function below(unit: number): number {
  return (1 << (unit + 1)) - 1
}

function maskOf(units: readonly number[]): number {
  let mask = 0
  for (const unit of units) mask |= 1 << unit
  return mask
}

function combineDependent(graph: JoinGraph, left: Tree, right: Tree, rows: number, unit: number): Tree {
  const cost = graph.hashable[unit] ? hashCost(left.rows, right.rows, rows) : loopCost(left.rows, right.rows, rows)
  return { rows, cost: left.cost + right.cost + cost, left, right, units: [] }
}

/** The graph, when the tree is a table with an index on columns by which it is joined. */
function indexed(graph: JoinGraph, tree: Tree, columns: readonly number[]): JoinGraph | undefined {
  if (tree.unit === undefined) return undefined
  return graph.indexes[tree.unit].some((index) => index.every((id) => columns.includes(id))) ? graph : undefined
}

interface Candidate {
  readonly tree: Tree
  readonly a: Tree
  readonly b: Tree
}

/** Joins the pair that yields the fewest rows, again and again. */
export function greedy(graph: JoinGraph): Tree {
  let parts: Tree[] = graph.region.units.map(({ index }) => ({
    rows: graph.rows[index],
    cost: 0,
    unit: index,
    units: [index],
  }))
  let candidates: Candidate[] = []
  const consider = (a: Tree, b: Tree): void => {
    const tree = greedyPair(graph, a, b)
    if (tree) candidates.push({ tree, a, b })
  }
  for (let i = 0; i < parts.length; i++) for (let j = i + 1; j < parts.length; j++) consider(parts[i], parts[j])
  while (parts.length > 1) {
    let best: Candidate | undefined
    for (const each of candidates) {
      const { rows, cost } = each.tree
      if (!best || rows < best.tree.rows || (rows === best.tree.rows && cost < best.tree.cost)) best = each
    }
    const { a, b, tree } = best ?? forced(graph, parts)
    const merged: Tree = { ...tree, units: [...a.units, ...b.units] }
    parts = parts.filter((part) => part !== a && part !== b)
    candidates = candidates.filter((each) => each.a !== a && each.a !== b && each.b !== a && each.b !== b)
    for (const part of parts) consider(part, merged)
    parts.push(merged)
  }
  return parts[0]
}

/** The join of two parts that something connects; undefined when nothing does or a dependence forbids it. */
function greedyPair(graph: JoinGraph, a: Tree, b: Tree): Tree | undefined {
  const { units } = graph.region
  const [unitA, unitB] = [
    a.unit === undefined ? undefined : units[a.unit],
    b.unit === undefined ? undefined : units[b.unit],
  ]
  if (unitA?.dependence && unitB?.dependence) return undefined
  if (unitA?.dependence) return greedyPair(graph, b, a)
  const inA = new Set(a.units)
  const inB = new Set(b.units)
  let part = 1
  let keyed = false
  let connected = false
  for (const predicate of graph.predicates) {
    if (
      !predicate.units.every((unit) => inA.has(unit) || inB.has(unit)) ||
      predicate.units.every((unit) => inA.has(unit))
    )
      continue
    if (!predicate.units.some((unit) => inA.has(unit)) && !unitB?.dependence) continue
    connected = true
    part *= predicate.selectivity
    if (predicate.isEquality) keyed = true
  }
  if (unitB?.dependence) {
    if (!unitB.dependence.required.every((unit) => inA.has(unit))) return undefined
    return combineDependent(graph, a, b, a.rows * graph.factors[unitB.index] * part, unitB.index)
  }
  let keysA = 1
  let keysB = 1
  let hasKeys = false
  const columnsA: number[] = []
  const columnsB: number[] = []
  for (const { members, skew } of graph.classes) {
    let inFirst = Number.POSITIVE_INFINITY
    let inSecond = Number.POSITIVE_INFINITY
    for (const member of members) {
      if (inA.has(member.unit)) {
        inFirst = Math.min(inFirst, member.distinct)
        columnsA.push(member.column.id)
      } else if (inB.has(member.unit)) {
        inSecond = Math.min(inSecond, member.distinct)
        columnsB.push(member.column.id)
      }
    }
    if (!Number.isFinite(inFirst) || !Number.isFinite(inSecond)) continue
    hasKeys = true
    keysA *= inFirst
    keysB *= inSecond
    part *= skew(maskOf(a.units), maskOf(b.units))
  }
  if (!connected && !hasKeys) return undefined
  if (hasKeys) keyed = true
  const pairing: Pairing = {
    leftRows: a.rows,
    rightRows: b.rows,
    leftKeys: keysA,
    rightKeys: keysB,
    hasKeys,
    keyBound: Math.min(keyBound(graph, columnsA), keyBound(graph, columnsB)),
    selectivity: part,
  }
  const rows = pairedRows(pairing)
  const one = combine(a, b, rows, keyed, indexed(graph, b, columnsB))
  const other = combine(b, a, rows, keyed, indexed(graph, a, columnsA))
  return other.cost < one.cost ? other : one
}

/** A cross join of the two smallest parts, when nothing connects any two. */
function forced(graph: JoinGraph, parts: readonly Tree[]): Candidate {
  const free = parts
    .filter((part) => part.unit === undefined || !graph.region.units[part.unit].dependence)
    .sort((x, y) => x.rows - y.rows)
  const [a, b] = free
  const rows = a.rows * b.rows
  return { tree: { rows, cost: a.cost + b.cost + loopCost(b.rows, a.rows, rows), left: b, right: a, units: [] }, a, b }
}
