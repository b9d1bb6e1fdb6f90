/** Hash joins with kernels. */
import type { ColumnId } from '../../../planner/expression.ts'
import type { HashJoin } from '../../../planner/physical-plan.ts'
import { BOOLEAN } from '../../../types/data-type.ts'
import { type Batch, type Selection, selectedCount, type Vector } from '../../../types/vector.ts'
import { moreThanOneRow } from '../../join-output.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { Evaluation, EvaluationPlan } from '../evaluation.ts'
import { isKeyType } from '../group-keys.ts'
import { isSelfContained } from '../interpretation.ts'
import { BuildSide, type BuildSource, type FinishedSide } from '../join-build.ts'
import { joinGroups } from '../join-groups.ts'
import { joinLibrary } from '../join-library.ts'
import { JoinOutput, pairCapacity } from '../join-output.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import type { KernelFunctions } from '../modules.ts'
import { Residual, ResidualPlan } from '../residual.ts'
import { valueClass } from '../shape.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/**
 * Keeps the right side's rows by key, then looks up the left side's keys, batch by batch: an array where the keys lie close
 * together, a hash table else. A left row that could find nothing is left out as early as the scan below, where the join
 * drops such rows.
 */
export function compiledHashJoin(
  plan: HashJoin,
  left: Operator,
  right: Operator,
  fallback: Operator,
): Operator | undefined {
  const expressions = [...plan.leftKeys, ...plan.rightKeys, ...plan.filter]
  if (!expressions.every(isSelfContained)) return undefined
  if (![...plan.leftKeys, ...plan.rightKeys].every(isKeyType)) return undefined
  if (plan.leftKeys.some((key, i) => valueClass(key.type) !== valueClass(plan.rightKeys[i].type))) return undefined
  // NOT IN over several columns, or under further conditions, is rare and left to the interpreter.
  if (plan.nullAware && (plan.leftKeys.length !== 1 || plan.filter.length > 0 || plan.nullsEqual[0])) return undefined
  const keepsLeft = plan.preferLeftBuild === true && (plan.type === 'semi' || plan.type === 'anti') && !plan.nullAware
  const [probe, build] = keepsLeft ? [right, left] : [left, right]
  const join: JoinPlan = {
    plan,
    left,
    right,
    leftKeys: new EvaluationPlan(left.columns, plan.leftKeys),
    rightKeys: new EvaluationPlan(right.columns, plan.rightKeys),
    keepsLeft,
    residual: plan.filter.length > 0 ? new ResidualPlan(probe.columns, build.columns, plan.filter) : undefined,
  }
  return compiledOperator(plan, [left, right], fallback, {
    reason: () => join.leftKeys.reason ?? join.rightKeys.reason ?? join.residual?.reason,
    flows: () => (!keepsLeft && plan.type !== 'right' && plan.type !== 'full' ? left : undefined),
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'hash join')
      try {
        yield* new JoinRun(join, context, request, memory).batches()
      } finally {
        memory.release()
      }
    },
  })
}

export interface JoinPlan {
  readonly plan: HashJoin
  readonly left: Operator
  readonly right: Operator
  readonly leftKeys: EvaluationPlan
  readonly rightKeys: EvaluationPlan
  /** SEMI and ANTI joins whose left side is the smaller: it is the one that is kept. */
  readonly keepsLeft: boolean
  readonly residual: ResidualPlan | undefined
}

class JoinRun {
  private readonly join: JoinPlan
  private readonly context: ExecutionContext
  private readonly request: OpenRequest
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  /** The probe's input, the side that is not kept: the left, but for joins that keep the left. */
  private readonly probe: { readonly operator: Operator; readonly keys: EvaluationPlan }
  private readonly side: FinishedSide
  private readonly probeKeys: Evaluation
  private readonly residual: Residual | undefined
  private readonly heads: ScratchBlock
  private readonly rows: number
  private readonly builds: number
  private readonly state: number
  private readonly runs: ScratchBlock
  private readonly flags: ScratchBlock
  private readonly chosen: ScratchBlock
  private readonly validity: ScratchBlock
  /** A byte per build row, counted from 1, that found a row of the other side; where that matters. */
  private readonly matched: number = 0

  constructor(join: JoinPlan, context: ExecutionContext, request: OpenRequest, memory: QueryMemory) {
    const { plan, left, right } = join
    const { leftKeys, rightKeys, keepsLeft } = join
    this.join = join
    this.context = context
    this.request = request
    this.memory = memory
    this.kernels = library(joinLibrary, memory.memory)
    this.probe = keepsLeft ? { operator: right, keys: rightKeys } : { operator: left, keys: leftKeys }
    const dropsProbeRows = keepsLeft || plan.type === 'inner' || plan.type === 'semi' || plan.type === 'right'
    const source: BuildSource = {
      operator: keepsLeft ? left : right,
      keys: keepsLeft ? leftKeys : rightKeys,
      nullsEqual: plan.nullsEqual,
      payload: new Set([...columnsOf(plan.filter), ...(request.needed ?? plan.columns.map((column) => column.id))]),
      filters: keepsLeft || plan.type === 'inner' ? request.filters : undefined,
      asksForNulls: plan.nullAware,
      anyOrder: !keepsLeft && (plan.type === 'inner' || plan.type === 'left'),
      probeKeys: dropsProbeRows ? this.probe.keys.expressions : [],
      probeRows: this.probe.operator.plan.estimatedRows,
    }
    const make = (own: ExecutionContext, kept: QueryMemory): BuildSide => new BuildSide(source, own, kept)
    this.side = context.pipeline?.side(plan, make) ?? make(context, memory)
    this.probeKeys = new Evaluation(this.probe.keys, context, memory)
    this.residual = join.residual && new Residual(join.residual, this.side.payload, context, memory)
    this.heads = new ScratchBlock(memory)
    this.rows = memory.allocate(pairCapacity * 2 + 16)
    this.builds = memory.allocate(pairCapacity * 4 + 16)
    this.state = memory.allocate(16)
    this.runs = new ScratchBlock(memory)
    this.flags = new ScratchBlock(memory)
    this.chosen = new ScratchBlock(memory)
    this.validity = new ScratchBlock(memory)
    if (keepsLeft || plan.type === 'right' || plan.type === 'full')
      this.matched = memory.allocateCleared(this.side.rowCount + 16)
  }

  batches(): Generator<Batch> {
    if (this.join.keepsLeft) return this.keepBuilds()
    switch (this.join.plan.type) {
      case 'semi':
      case 'anti':
        return this.keepLeft()
      case 'mark':
        return this.mark()
      default:
        return this.pairs()
    }
  }

  /** The probe's batches, without the rows and columns that do not matter. */
  private *probeBatches(): Generator<Batch> {
    const { plan, keepsLeft } = this.join
    const { operator, keys } = this.probe
    const { needed, filters = [] } = this.request
    const wanted = keepsLeft ? [] : (needed ?? plan.columns.map((column) => column.id))
    const used = new Set<ColumnId>([...wanted, ...columnsOf(keys.expressions, plan.filter)])
    const own = new Set(operator.columns.map((column) => column.id))
    const passed = keepsLeft ? [] : filters.filter((filter) => own.has(filter.column))
    const { context } = this
    const { wide } = this.request
    const asked = { needed: used, filters: [...passed, ...this.side.probeFilters], wide }
    // What threads share of this join they read morsel by morsel; a join that they do not share may have its rows from them.
    for (const batch of context.pipeline ? operator.open(context, asked) : gathered(operator, context, asked)) {
      this.context.checkInterrupt()
      if (selectedCount(batch) > 0) yield batch
    }
  }

  /** Looks the batch's keys up: the first build row per row that takes part, u32, 0 for none. */
  private look(batch: Batch): number {
    const heads = this.heads.ensure(selectedCount(batch) * 4)
    this.side.look(this.probeKeys.evaluate(batch), batch, heads)
    return heads
  }

  /** SEMI and ANTI joins yield left batches with fewer rows. */
  private *keepLeft(): Generator<Batch> {
    const { plan } = this.join
    const { side } = this
    const wanted = plan.type === 'semi' ? 1 : 0
    if (side.rowCount === 0 && wanted === 1) return
    // x NOT IN a set with a NULL is never true, nor is NULL NOT IN anything but the empty set.
    const nullAware = plan.nullAware && side.rowCount > 0
    if (nullAware && side.hasNullKey) return
    for (const batch of this.probeBatches()) {
      const count = selectedCount(batch)
      const rows = this.chosen.ensure(count * 2 + 16)
      let kept: number
      if (this.residual) {
        kept = this.kernels.selectFlagged(this.flagMatches(batch), pointerOf(batch.selection), count, wanted, rows)
      } else {
        const source = nullAware ? { ...batch, selection: this.withoutNullKeys(batch) } : batch
        kept = this.kernels.select(this.look(source), pointerOf(source.selection), selectedCount(source), wanted, rows)
      }
      if (kept === count) yield batch
      else if (kept > 0) yield { ...batch, selection: { pointer: rows, count: kept } }
    }
  }

  /** SEMI and ANTI joins that keep the left side: the right side's rows mark what they find. */
  private *keepBuilds(): Generator<Batch> {
    const { plan } = this.join
    const { side, kernels, matched } = this
    if (side.rowCount === 0) return
    for (const batch of this.probeBatches()) {
      const heads = this.look(batch)
      if (!this.residual) kernels.flagChains(heads, selectedCount(batch), side.next, matched)
      else
        for (const found of this.expand(batch, heads, () => pairCapacity, false))
          kernels.flagBuilds(this.builds, found, matched)
    }
    const output = new JoinOutput(plan.columns, 0, side.payload, this.memory, this.request.needed)
    yield* this.flaggedBuilds(output, plan.type === 'semi' ? 1 : 0)
  }

  /** The rows whose key is not NULL. */
  private withoutNullKeys(batch: Batch): Selection | null {
    const [key] = this.probeKeys.evaluate(batch)
    const validity = this.side.validityOf(key, batch)
    if (validity === 0) return batch.selection
    const target = this.flags.ensure(batch.rowCount * 2 + 16)
    const count = this.kernels.selectFlagged(validity, pointerOf(batch.selection), selectedCount(batch), 1, target)
    return { pointer: target, count }
  }

  /** A byte per row of the batch: whether a build row matches, the residual condition included. */
  private flagMatches(batch: Batch): number {
    const flags = this.flags.ensure(batch.rowCount)
    const count = selectedCount(batch)
    const heads = this.look(batch)
    if (!this.residual) this.kernels.flagHeads(heads, pointerOf(batch.selection), count, flags)
    else {
      this.memory.memory.fill(0, flags, batch.rowCount)
      for (const found of this.expand(batch, heads, () => pairCapacity, false))
        this.kernels.flagRows(this.rows, found, flags)
    }
    return flags
  }

  /** The pairs of a batch that satisfy the residual condition, some at a time, in `rows` and `builds`; yields how many. */
  private *expand(batch: Batch, heads: number, capacity: () => number, outer: boolean): Generator<number> {
    const { kernels, rows, builds, state } = this
    const count = selectedCount(batch)
    const words = state >>> 2
    this.memory.memory.u32[words] = 0
    this.memory.memory.u32[words + 1] = 0
    const { next, lengths } = this.side
    const runs = lengths === 0 ? 0 : this.runs.ensure(count * 4 + 16)
    let { expand } = kernels
    if (runs !== 0) {
      const groups = library(joinGroups, this.memory.memory)
      groups.runsOf(heads, count, lengths, runs)
      expand = groups.expandRuns
    }
    while (this.memory.memory.u32[words] < count) {
      this.context.checkInterrupt()
      const found = expand(
        heads,
        runs === 0 ? next : runs,
        pointerOf(batch.selection),
        count,
        outer ? 1 : 0,
        capacity(),
        rows,
        builds,
        state,
      )
      yield this.residual ? this.residual.keep(batch, rows, builds, found) : found
    }
  }

  /** MARK joins add a boolean: whether there is a match, NULL where NULLs leave it open. */
  private *mark(): Generator<Batch> {
    const { plan } = this.join
    const { side } = this
    for (const batch of this.probeBatches()) {
      const flags = this.flagMatches(batch)
      let validity = 0
      if (plan.nullAware && side.rowCount > 0) validity = this.markValidity(batch, flags)
      const mark: Vector = { layout: 'i8', type: BOOLEAN, pointer: flags, validity, scale: 0, min: 0, max: 1 }
      yield { ...batch, columns: [...batch.columns, mark] }
    }
  }

  /** Unknown: no match, but a NULL on either side. */
  private markValidity(batch: Batch, flags: number): number {
    const { side } = this
    const [key] = this.probeKeys.evaluate(batch)
    const keyValidity = side.validityOf(key, batch)
    if (!side.hasNullKey && keyValidity === 0) return 0
    const target = this.validity.ensure(batch.rowCount)
    const { u8 } = this.memory.memory
    for (let row = 0; row < batch.rowCount; row++) {
      const isKnown = !side.hasNullKey && (keyValidity === 0 || u8[keyValidity + row] === 1)
      u8[target + row] = u8[flags + row] === 1 || isKnown ? 1 : 0
    }
    return target
  }

  /** INNER, LEFT, RIGHT, FULL and SINGLE joins. */
  private *pairs(): Generator<Batch> {
    const { plan, left } = this.join
    const { side, request } = this
    const keepsLeft = plan.type === 'left' || plan.type === 'full' || plan.type === 'single'
    if (side.rowCount === 0 && !keepsLeft) return
    const output = new JoinOutput(plan.columns, left.columns.length, side.payload, this.memory, request.needed)
    const oneEach = side.isUnique && !this.residual
    for (const batch of this.probeBatches()) {
      if (oneEach) yield* this.pairsOfUnique(batch, output, keepsLeft)
      else yield* this.pairsOfMany(batch, output, keepsLeft)
    }
    if (this.matched !== 0) yield* this.flaggedBuilds(output, 0)
    yield* output.take()
  }

  /** At most one build row for each left row. */
  private *pairsOfUnique(batch: Batch, output: JoinOutput, keepsLeft: boolean): Generator<Batch> {
    const { kernels } = this
    const count = selectedCount(batch)
    const heads = this.look(batch)
    const selection = pointerOf(batch.selection)
    const rows = this.chosen.ensure(count * 2 + 16)
    let builds = heads
    let found = count
    if (keepsLeft) {
      // Every row is kept, so the heads, 0 where there is none, are the build rows.
      found = this.allRows(batch, rows)
    } else {
      builds = this.flags.ensure(count * 4 + 16)
      found = kernels.matches(heads, selection, count, rows, builds)
    }
    if (this.matched !== 0) kernels.flagBuilds(builds, found, this.matched)
    if (found === 0) return
    if (output.passes(batch, found)) {
      yield output.beside(batch, rows, builds, found, keepsLeft)
      return
    }
    for (let start = 0; start < found; ) {
      const part = Math.min(found - start, output.room)
      output.add(batch, rows + start * 2, builds + start * 4, part, keepsLeft)
      start += part
      if (output.room === 0 || output.isWorthYielding) yield* output.take()
    }
  }

  private allRows(batch: Batch, target: number): number {
    const { u16 } = this.memory.memory
    if (batch.selection !== null) {
      const { pointer, count } = batch.selection
      u16.copyWithin(target >>> 1, pointer >>> 1, (pointer >>> 1) + count)
      return count
    }
    for (let row = 0; row < batch.rowCount; row++) u16[(target >>> 1) + row] = row
    return batch.rowCount
  }

  private *pairsOfMany(batch: Batch, output: JoinOutput, keepsLeft: boolean): Generator<Batch> {
    const { kernels, rows, builds, residual } = this
    const { type } = this.join.plan
    const heads = this.look(batch)
    const count = selectedCount(batch)
    // With a residual condition, which rows are left over is known only at the end of the batch.
    const flags = residual && keepsLeft ? this.flags.ensure(batch.rowCount) : 0
    if (flags !== 0) this.memory.memory.fill(0, flags, batch.rowCount)
    let last = -1
    for (const found of this.expand(batch, heads, () => output.room, keepsLeft && !residual)) {
      if (type === 'single' && found > 0) {
        if (kernels.repeats(rows, found, last) !== 0) throw moreThanOneRow()
        last = this.memory.memory.u16[(rows >>> 1) + found - 1]
      }
      if (flags !== 0) kernels.flagRows(rows, found, flags)
      if (this.matched !== 0) kernels.flagBuilds(builds, found, this.matched)
      output.add(batch, rows, builds, found, keepsLeft)
      if (output.isWorthYielding) yield* output.take()
    }
    if (flags === 0) return
    const left = this.chosen.ensure(count * 2 + 16)
    const unmatched = kernels.selectFlagged(flags, pointerOf(batch.selection), count, 0, left)
    this.memory.memory.fill(0, builds, Math.min(unmatched, pairCapacity) * 4)
    for (let start = 0; start < unmatched; start += pairCapacity) {
      const part = Math.min(unmatched - start, pairCapacity)
      if (output.room < part) yield* output.take()
      output.add(batch, left + start * 2, builds, part, true)
    }
    if (output.isWorthYielding) yield* output.take()
  }

  /** The build rows with a flag or without, beside NULLs where the output has left columns. */
  private *flaggedBuilds(output: JoinOutput, wanted: number): Generator<Batch> {
    const words = this.state >>> 2
    this.memory.memory.u32[words] = 1
    yield* output.take()
    while (this.memory.memory.u32[words] <= this.side.rowCount) {
      const found = this.kernels.flagged(
        this.matched,
        wanted,
        this.side.rowCount,
        pairCapacity,
        this.builds,
        this.state,
      )
      output.addRightOnly(this.builds, found)
      yield* output.take()
    }
  }
}

function pointerOf(selection: Selection | null): number {
  return selection === null ? 0 : selection.pointer
}
