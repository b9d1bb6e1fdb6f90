/** Grouping with kernels. */

import type { Expression } from '../../../planner/expression.ts'
import type { PhysicalAggregate } from '../../../planner/physical-plan.ts'
import type { Value } from '../../../types/value.ts'
import { type Batch, type Selection, selectedCount, selectedRow, type Vector } from '../../../types/vector.ts'
import { type Accumulator, type CompiledAggregate, compileAggregate, startAccumulator } from '../../accumulator.ts'
import { BatchFrame } from '../../frame.ts'
import type { ExecutionContext, OpenRequest, Operator, SharedParts } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { takesRowsInTurn } from '../../volatility.ts'
import { probeSite, type UpdateDescription, type UpdateMode } from '../aggregate-kernels.ts'
import { aggregateLibrary } from '../aggregate-library.ts'
import { type AggregatePart, type MergeTarget, mergeParts } from '../aggregate-merge.ts'
import { AggregatePlan, expressionsOf, layoutName } from '../aggregate-plan.ts'
import { AggregateResults, type SumState } from '../aggregate-results.ts'
import { initialBits, type StateSlot } from '../aggregate-states.ts'
import { ColumnStore, headroom } from '../column-store.ts'
import { DistinctCounter } from '../distinct-count.ts'
import { Evaluation } from '../evaluation.ts'
import { GroupKeys, isKeyType } from '../group-keys.ts'
import { isSelfContained } from '../interpretation.ts'
import { SiteRun, type Variant } from '../kernel.ts'
import { GiveUp } from '../key-columns.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import type { KernelFunctions } from '../modules.ts'
import { OrderStatisticRun } from '../order-statistics.ts'
import { TextKeeper } from '../text-keeper.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/**
 * Groups rows and aggregates each group. Per batch: the groups' numbers (by an array where the keys' domain is small, by a
 * hash table else), then one kernel that adds every row to its group's record. Aggregates that kernels do not know are
 * kept by the interpreter's accumulators, over the same numbers.
 */
export function compiledAggregate(plan: PhysicalAggregate, input: Operator, fallback: Operator): Operator | undefined {
  if (plan.sets !== undefined && (plan.sets.length !== 1 || plan.sets[0].length !== plan.groups.length))
    return undefined
  if (plan.groupingColumn !== undefined || !plan.groups.every(isKeyType)) return undefined
  const expressions = [...plan.groups, ...plan.aggregates.flatMap(expressionsOf)]
  if (!expressions.every(isSelfContained) || takesRowsInTurn(plan.aggregates)) return undefined
  const aggregation = new AggregatePlan(plan, input)
  const used = columnsOf(expressions)
  const ofInput = (request: OpenRequest): OpenRequest => ({
    needed: used,
    filters: groupFilters(plan, request),
    wide: aggregation.others.length === 0,
  })
  let threads: string | undefined
  let taken = aggregation
  const self = compiledOperator(plan, [input], fallback, {
    reason: () => taken.reason,
    threads: () => threads,
    part: (context, request, memory) => {
      const parts: AggregatePart[] = []
      let run: AggregateRun | undefined
      context.pipeline!.morsels(
        () => input.open(context, ofInput(request)),
        (batch) => {
          context.checkInterrupt()
          if (selectedCount(batch) === 0) return
          run ??= new AggregateRun(aggregation, context, memory)
          run.add(batch)
        },
        (morsel) => {
          run?.ends.push([morsel, run.groupCount])
          if (run === undefined || !aggregation.addsInOrder) return
          parts.push(run.part)
          run = undefined
        },
      )
      return run === undefined ? parts : [...parts, run.part]
    },
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'aggregate')
      const shared = context.threads && share(context, request)
      threads = typeof shared === 'string' ? `one thread (${shared})` : shared && `${shared.parts.length} threads`
      try {
        taken = aggregation
        let run: AggregateRun
        if (typeof shared === 'object') {
          run = new AggregateRun(aggregation, context, memory)
          run.merge(shared.parts.flat())
        } else run = ofAllRows(context, request, memory)
        yield* run.results()
      } finally {
        memory.release()
        if (typeof shared === 'object') shared.release()
      }
    },
  })
  return self

  /** Squares that may not fit 64 bits are met when the first rows come: the calls that need them are left to accumulators then. */
  function ofAllRows(context: ExecutionContext, request: OpenRequest, memory: QueryMemory): AggregateRun {
    try {
      return addRows(context, request, memory)
    } catch (error) {
      const { withoutSquares } = taken
      if (!(error instanceof GiveUp) || withoutSquares === undefined) throw error
      memory.release()
      taken = withoutSquares
      return addRows(context, request, memory)
    }
  }

  function addRows(context: ExecutionContext, request: OpenRequest, memory: QueryMemory): AggregateRun {
    const run = new AggregateRun(taken, context, memory)
    for (const batch of gathered(input, context, ofInput(request))) {
      context.checkInterrupt()
      if (selectedCount(batch) > 0) run.add(batch)
    }
    return run
  }

  function share(context: ExecutionContext, request: OpenRequest): SharedParts<readonly AggregatePart[]> | string {
    const why = aggregation.whyNotShared
    return why ?? context.threads!.share({ operator: self, top: input, request }, context)
  }
}

/** A group that a consumer's filter drops need not be formed: filters on groups that are columns go on to the input. */
function groupFilters(plan: PhysicalAggregate, request: OpenRequest): OpenRequest['filters'] {
  return request.filters?.flatMap((filter) => {
    const group = plan.groups[plan.columns.findIndex((column) => column.id === filter.column)]
    return group?.kind === 'column' ? [{ ...filter, column: group.id }] : []
  })
}

/** Records are reserved for the groups that are estimated, up to so many bytes. */
const mostBytesAhead = 1 << 25

class AggregateRun {
  private readonly aggregation: AggregatePlan
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly kernels: KernelFunctions
  private readonly keys: GroupKeys | undefined
  private readonly groups: Evaluation
  private readonly runs = new Map<string, SiteRun<UpdateDescription>>()
  private hoisted: Evaluation | undefined
  private readonly initial: number
  private records = 0
  private capacity = 0
  /** Groups whose records have been started. */
  private started = 0
  private readonly fresh: ScratchBlock
  private readonly byRow: ScratchBlock
  private readonly firsts: ColumnStore | undefined
  private readonly firstValues: Evaluation
  private readonly distinct: readonly DistinctCounter[]
  private readonly statistics: readonly OrderStatisticRun[]
  /** Per text column of which an extreme is kept: the slots that point to its texts. */
  private readonly texts: readonly { slots: readonly StateSlot[]; keeper: TextKeeper }[]
  private readonly accumulators: readonly Accumulator[]
  private readonly frame: BatchFrame | undefined
  /** Per sum slot: its scale, and how far from zero its 64 bits may be. */
  readonly sums = new Map<number, SumState>()
  readonly scales = new Map<number, number>()
  /** In a part of several threads: after each morsel, how many groups there were. */
  readonly ends: (readonly [morsel: number, groups: number])[] = []

  constructor(aggregation: AggregatePlan, context: ExecutionContext, memory: QueryMemory) {
    const { plan, layout } = aggregation
    this.aggregation = aggregation
    this.context = context
    this.memory = memory
    this.kernels = library(aggregateLibrary, memory.memory)
    const expected = Math.min(plan.estimatedRows, 1 << 22)
    this.keys = plan.groups.length > 0 ? new GroupKeys(aggregation.keyColumns, memory, expected) : undefined
    this.groups = new Evaluation(aggregation.groups, context, memory)
    this.firsts = aggregation.firsts.length > 0 ? new ColumnStore(aggregation.firstColumns, memory) : undefined
    this.firstValues = new Evaluation(aggregation.firstValues, context, memory)
    this.initial = memory.allocate(Math.max(16, layout.stride))
    const { i64 } = memory.memory
    for (const { kind, offset } of layout.slots) i64[(this.initial + offset) >>> 3] = initialBits(kind)
    this.fresh = new ScratchBlock(memory)
    this.byRow = new ScratchBlock(memory)
    const rows = plan.input.estimatedRows
    this.distinct = aggregation.distinct.map((count) => new DistinctCounter(count, rows, context, memory))
    this.statistics = aggregation.statistics.map((statistic) => new OrderStatisticRun(statistic, context, memory))
    const columns = aggregation.input.columns
    const pointers = aggregation.slots.filter(({ kind }) => kind.startsWith('text'))
    const positionOf = ({ argument }: StateSlot): number =>
      columns.findIndex((column) => argument?.kind === 'column' && argument.id === column.id)
    this.texts = [...new Set(pointers.map(positionOf))].map((position) => {
      return {
        slots: pointers.filter((slot) => positionOf(slot) === position),
        keeper: new TextKeeper(position, memory),
      }
    })
    this.frame = aggregation.others.length > 0 ? new BatchFrame(aggregation.input.columns, noSubquery) : undefined
    this.accumulators = aggregation.others.map((i) => {
      const compiled: CompiledAggregate = compileAggregate(plan.aggregates[i], this.frame!)
      return startAccumulator(compiled, context)
    })
    if (this.keys === undefined) {
      this.reserve(1)
      this.start(1)
    }
  }

  get groupCount(): number {
    return this.keys === undefined ? 1 : this.keys.size
  }

  private reserve(groups: number): void {
    if (groups <= this.capacity) return
    const { layout, plan } = this.aggregation
    const most = Math.max(1 << 16, Math.floor(mostBytesAhead / Math.max(1, layout.stride)))
    const first = Math.min(Math.max(64, plan.estimatedRows * headroom), most)
    this.capacity = Math.max(groups, this.capacity === 0 ? Math.ceil(first) : this.capacity * 2)
    this.records = this.memory.reallocate(this.records, Math.max(16, this.capacity * layout.stride))
  }

  private start(groups: number): void {
    if (groups > this.started)
      this.kernels.start(this.records, this.aggregation.layout.stride, this.started, groups, this.initial)
    this.started = groups
  }

  add(source: Batch): void {
    const { keys, aggregation } = this
    const batch = this.texts.reduce((before, { keeper }) => keeper.gather(before), source)
    const count = selectedCount(batch)
    if (keys === undefined) return this.update('single', batch, 0)
    if (!aggregation.needsNumbers && batch === source && this.addDirectly(keys, batch, count)) return
    const { numbers, fresh } = keys.number(this.groups.evaluate(batch), batch)
    this.keepFirsts(batch, fresh)
    this.reserve(keys.size)
    this.start(keys.size)
    this.update('numbered', batch, numbers)
  }

  private keepFirsts(batch: Batch, fresh: Selection): void {
    if (!this.firsts || fresh.count === 0) return
    const selected = { ...batch, selection: fresh }
    this.firsts.append({ ...selected, columns: this.firstValues.evaluate(selected) })
  }

  /** Numbers and adds in one kernel, where the keys' domain is an array and this batch lies within it. */
  private addDirectly(keys: GroupKeys, batch: Batch, count: number): boolean {
    const { direct } = keys
    if (!direct) return false
    this.reserve(Math.min(keys.size + count, direct.domain))
    const { plan, groups } = this.aggregation
    for (let i = 0; i < plan.groups.length; i++) {
      if (groups.positions[i] >= 0 && !direct.columns[i].covers(batch.columns[groups.positions[i]])) return false
    }
    const prepared = this.prepare(direct.ascending ? 'ascending' : 'direct', batch)
    if (prepared === undefined) return false
    const { run, variant } = prepared
    const { description } = variant
    for (let i = 0; i < plan.groups.length; i++) {
      const bounds = description.keys[i]
      const { coding } = direct.columns[i]
      if (groups.positions[i] < 0) {
        if (!bounds || coding?.kind !== 'offset' || bounds.scale !== coding.scale) return false
        if (!direct.columns[i].coversBounds(bounds.low, bounds.high)) return false
      }
      if (coding?.kind === 'offset') run.setInteger(variant, `before${i}`, coding.low - 1)
      run.set(variant, `range${i}`, direct.columns[i].range)
    }
    this.beforeUpdate(run, variant, batch, count)
    const fresh = this.fresh.ensure(count * 2)
    run.set(variant, 'records', this.records)
    run.set(variant, 'known', this.started)
    run.set(variant, direct.ascending ? 'last' : 'slots', direct.address)
    run.set(variant, 'fresh', fresh)
    const known = variant.functions.run(run.frame, count, batch.selection === null ? 0 : batch.selection.pointer)
    const added: Selection = { pointer: fresh, count: known - this.started }
    if (added.count > 0) {
      keys.adopt(this.groups.evaluate({ ...batch, selection: added }), batch, added)
      this.keepFirsts(batch, added)
      this.started = known
    }
    if (direct.ascending) this.addRest(keys, batch, this.memory.memory.u32[(direct.address >>> 2) + 2], count)
    return true
  }

  /** The rows from the `from`th of those that take part: its key is smaller than the one before. */
  private addRest(keys: GroupKeys, batch: Batch, from: number, count: number): void {
    if (from === count) return
    keys.stopAscending()
    const rest = new ScratchBlock(this.memory)
    const pointer = rest.ensure((count - from) * 2)
    const { u16 } = this.memory.memory
    for (let n = from; n < count; n++) u16[(pointer >>> 1) + n - from] = selectedRow(batch, n, this.memory.memory)
    this.add({ ...batch, selection: { pointer, count: count - from } })
    this.memory.free(rest.pointer)
  }

  /** The kernel of a mode, ready for the batch; with the arguments evaluated beforehand where that is needed. */
  private prepare(
    mode: UpdateMode,
    batch: Batch,
  ): { run: SiteRun<UpdateDescription>; variant: Variant<UpdateDescription> } | undefined {
    if (this.hoisted === undefined) {
      const run = this.siteRun(mode, false)
      const variant = run.prepare(batch)
      if (variant) return { run, variant }
      if (mode === 'direct' || mode === 'ascending') return undefined
      const sites = this.aggregation.hoisted(this.partsToHoist(batch))
      this.hoisted = new Evaluation(sites.evaluation, this.context, this.memory)
    }
    const extended: Batch = { ...batch, columns: [...batch.columns, ...this.hoisted.evaluate(batch)] }
    const run = this.siteRun(mode, true)
    const variant = run.prepare(extended)
    return variant && { run, variant }
  }

  /** The parts of arguments that are no code for this batch. */
  private partsToHoist(batch: Batch): Expression[] {
    const { aggregation, context, memory } = this
    const parts = aggregation.slots.flatMap((slot) =>
      [slot.argument, slot.second, slot.filter].filter((part) => part !== undefined),
    )
    const computed = parts.filter((part) => part.kind !== 'column' && part.kind !== 'constant')
    return computed.filter((part) => {
      const site = probeSite(aggregation.input.columns, part)
      return new SiteRun(site, context, memory).prepare(batch) === undefined
    })
  }

  private siteRun(mode: UpdateMode, hoisted: boolean): SiteRun<UpdateDescription> {
    const key = `${mode} ${hoisted}`
    let run = this.runs.get(key)
    if (!run) {
      const sites = hoisted ? this.aggregation.hoisted([]).sites : this.aggregation.inline
      this.runs.set(key, (run = new SiteRun(sites.get(mode), this.context, this.memory)))
    }
    return run
  }

  /** Adds the batch's rows to their groups' records; `numbers` are the groups, unless there is but one. */
  private update(mode: 'numbered' | 'single', batch: Batch, numbers: number): void {
    const { aggregation } = this
    const count = selectedCount(batch)
    if (aggregation.slots.length > 0) {
      const prepared = this.prepare(mode, batch)
      if (prepared === undefined) throw new GiveUp('arguments in an unknown layout')
      const { run, variant } = prepared
      this.beforeUpdate(run, variant, batch, count)
      run.set(variant, 'records', this.records)
      run.set(variant, 'numbers', numbers)
      variant.functions.run(run.frame, count, batch.selection === null ? 0 : batch.selection.pointer)
      const { stride } = aggregation.layout
      for (const { slots, keeper } of this.texts) keeper.keep(numbers, count, this.records, stride, slots)
    }
    if (!aggregation.needsNumbers) return
    const byRow = this.numbersByRow(batch, numbers, count)
    for (const [i, { slot }] of aggregation.distinct.entries()) {
      this.distinct[i].add(batch, byRow, this.groupCount, this.records + slot.offset, aggregation.layout.stride)
    }
    for (const statistic of this.statistics) statistic.add(batch, byRow)
    if (this.frame) this.accumulate(this.frame, batch, byRow, count)
  }

  private numbersByRow(batch: Batch, numbers: number, count: number): number {
    const target = this.byRow.ensure(batch.rowCount * 4)
    if (numbers === 0) this.memory.memory.fill(0, target, batch.rowCount * 4)
    else if (batch.selection === null) return numbers
    else this.kernels.byRow(numbers, batch.selection.pointer, count, target)
    return target
  }

  private accumulate(frame: BatchFrame, batch: Batch, byRow: number, count: number): void {
    const { memory } = this.memory
    frame.bind(batch, this.context)
    const rows = new Array<number>(count)
    const groups = new Int32Array(count)
    for (let n = 0; n < count; n++) {
      rows[n] = selectedRow(batch, n, memory)
      groups[n] = memory.u32[(byRow >>> 2) + rows[n]]
    }
    for (const accumulator of this.accumulators) accumulator.add(rows, groups, count)
    this.memory.pool.assertRoom(this.accumulators.reduce((sum, accumulator) => sum + accumulator.bytes, 0))
  }

  /** Makes sure that nothing in the batch overflows, that its sums cannot leave their 64 bits, and that its scales are those so far. */
  private beforeUpdate(
    run: SiteRun<UpdateDescription>,
    variant: Variant<UpdateDescription>,
    batch: Batch,
    count: number,
  ): void {
    const { sums, scales, mayOverflow } = variant.description
    if (
      mayOverflow &&
      variant.functions.check(run.frame, count, batch.selection === null ? 0 : batch.selection.pointer) !== 0
    ) {
      throw new GiveUp('arithmetic that overflows')
    }
    for (const [offset, { scale, most }] of sums) {
      const known = this.sums.get(offset)
      if (!known) this.sums.set(offset, { scale, reach: most * count, carried: most === 2 ** 32 })
      else {
        if (known.scale !== scale) throw new GiveUp('sums of several scales')
        known.reach += most * count
        if (most === 2 ** 32) known.carried = true
        if (known.reach > 2 ** 62) {
          const { stride, slots } = this.aggregation.layout
          const carry = slots[slots.findIndex((slot) => slot.offset === offset) + 1]
          this.kernels.carry(this.records, stride, this.started, offset, carry.offset)
          known.reach = 2 ** 32 + most * count
          known.carried = true
        }
      }
    }
    for (const [offset, scale] of scales) {
      const known = this.scales.get(offset)
      if (known !== undefined && known !== scale) throw new GiveUp('extremes of several scales')
      this.scales.set(offset, scale)
    }
  }

  /** What other threads' parts are put together with. */
  get part(): AggregatePart {
    const { keys, firsts, records, sums, scales, ends } = this
    return {
      ends,
      layout: layoutName(this.aggregation),
      groups: keys?.store ?? null,
      firsts: firsts ?? null,
      records,
      sums,
      scales,
    }
  }

  /** Takes up what threads have made; this run has no rows of its own. */
  merge(parts: readonly AggregatePart[]): void {
    const { memory, keys, firsts, sums, scales, aggregation } = this
    const target: MergeTarget = {
      memory,
      slots: aggregation.slots,
      stride: aggregation.layout.stride,
      layout: layoutName(aggregation),
      keys,
      firsts,
      sums,
      scales,
      startGroups: (count) => {
        this.reserve(count)
        this.start(count)
        return this.records
      },
    }
    mergeParts(target, parts)
  }

  *results(): Generator<Batch> {
    const { aggregation } = this
    const { plan, layout, others } = aggregation
    const { groupCount, keys } = this
    const results = new AggregateResults(layout, this.memory, this.sums, this.scales)
    results.check(this.records, groupCount)
    const accumulated = new Map<number, Value[]>(
      others.map((call, i) => [call, this.accumulators[i].finish(groupCount)]),
    )
    const placed = new Map(aggregation.statistics.map(({ call }, i) => [call, this.statistics[i].finish(groupCount)]))
    const { batchSize } = this.context
    for (let start = 0; start < groupCount; start += batchSize) {
      this.context.checkInterrupt()
      const count = Math.min(batchSize, groupCount - start)
      const calls = plan.aggregates.map((call, i): Vector => {
        const values = accumulated.get(i)
        if (aggregation.firsts.includes(i))
          return this.firsts!.columns[aggregation.firsts.indexOf(i)].view(start, count)
        const place = placed.get(i)
        if (place) return place(start, count)
        if (values) return { layout: 'values', type: call.type, values: values.slice(start, start + count) }
        return results.vector(i, this.records + start * layout.stride, count)
      })
      const groups = keys === undefined ? [] : keys.store.view(start, count).columns
      yield { rowCount: count, columns: [...groups, ...calls], selection: null }
    }
  }
}

function noSubquery(): never {
  throw new GiveUp('a subquery')
}
