/** What an aggregation knows of its calls, before it runs. */
import { neverNull } from '../../planner/estimate/nulls.ts'
import type { AggregateCall, Expression, OutputColumn } from '../../planner/expression.ts'
import type { PhysicalAggregate } from '../../planner/physical-plan.ts'
import type { Operator } from '../operator.ts'
import { type UpdateDescription, type UpdateMode, updateSite } from './aggregate-kernels.ts'
import { StateLayout, type StateSlot } from './aggregate-states.ts'
import type { DistinctCount } from './distinct-count.ts'
import { EvaluationPlan } from './evaluation.ts'
import { isKeyType } from './group-keys.ts'
import { InputMap } from './inputs.ts'
import type { KernelSite } from './kernel.ts'
import { isColumnNeverNull } from './nulls.ts'
import { type OrderStatistic, orderStatistic } from './order-statistics.ts'
import { SelectionPlan } from './selection.ts'

/** With fewer rows to a group, putting the groups of threads together costs more than it saves. */
const fewestRowsPerGroup = 8

export function expressionsOf(call: AggregateCall): Expression[] {
  return [...call.args, ...(call.filter ? [call.filter] : []), ...call.orderBy.map((key) => key.expression)]
}

/** What is known of an aggregation before it runs: how each call is kept, and the kernels for that. */
export class AggregatePlan {
  readonly plan: PhysicalAggregate
  readonly input: Operator
  readonly layout: StateLayout
  readonly slots: readonly StateSlot[]
  readonly distinct: readonly DistinctCount[]
  readonly statistics: readonly OrderStatistic[]
  /** Calls that give the value of their group's first row; it is kept beside the group's key. */
  readonly firsts: readonly number[]
  readonly firstValues: EvaluationPlan
  readonly firstColumns: readonly OutputColumn[]
  /** Calls that accumulators keep. */
  readonly others: readonly number[]
  readonly groups: EvaluationPlan
  readonly keyColumns: readonly OutputColumn[]
  readonly inline: UpdateSites
  private hoistedSites: HoistedSites | undefined
  private squareless: AggregatePlan | undefined

  /** @param squares whether records keep squares of whole numbers, which must have bounds that 64 bits hold */
  constructor(plan: PhysicalAggregate, input: Operator, squares = true) {
    const { columns } = input
    const map = new InputMap(columns)
    const isNeverNull = (expression: Expression): boolean =>
      neverNull(expression, (id) => isColumnNeverNull(plan.input, id))
    this.plan = plan
    this.input = input
    this.layout = new StateLayout(
      plan.aggregates,
      (expression) => map.key(expression),
      plan.groups.length > 0,
      isNeverNull,
      squares,
    )
    const distinct: DistinctCount[] = []
    const others: number[] = []
    const firsts: number[] = []
    const statistics: OrderStatistic[] = []
    for (const [i, call] of plan.aggregates.entries()) {
      if (this.layout.recipes[i]) continue
      const statistic = orderStatistic(call, i, columns)
      if (statistic) {
        statistics.push(statistic)
        continue
      }
      if (
        call.distinct &&
        call.function.name === 'count' &&
        call.args.length === 1 &&
        call.orderBy.length === 0 &&
        isKeyType(call.args[0])
      ) {
        const slot: StateSlot = {
          kind: 'count',
          offset: this.layout.slots.length * 8,
          argument: call.args[0],
          filter: undefined,
        }
        this.layout.slots.push(slot)
        const filter = call.filter && new SelectionPlan(columns, [call.filter])
        distinct.push({ call: i, slot, argument: new EvaluationPlan(columns, call.args), filter })
        this.layout.recipes[i] = { call, kind: 'count', slot }
      } else if (plan.groups.length > 0 && isFirstValue(call, isNeverNull)) firsts.push(i)
      else others.push(i)
    }
    const own = new Set(distinct.map(({ slot }) => slot))
    this.slots = this.layout.slots.filter((slot) => !own.has(slot))
    this.distinct = distinct
    this.statistics = statistics
    this.others = others
    this.firsts = firsts
    this.firstValues = new EvaluationPlan(
      columns,
      firsts.map((i) => plan.aggregates[i].args[0]),
    )
    this.firstColumns = firsts.map((i) => ({
      id: -1 - i,
      name: plan.aggregates[i].function.name,
      type: plan.aggregates[i].type,
    }))
    this.groups = new EvaluationPlan(columns, plan.groups)
    this.keyColumns = plan.groups.map((group, i) => ({
      id: plan.columns[i].id,
      name: plan.columns[i].name,
      type: group.type,
    }))
    this.inline = new UpdateSites(columns, plan.groups, this.layout.slots, this.slots)
  }

  /** The sites for when these parts of arguments cannot be compiled. */
  hoisted(parts: readonly Expression[]): HoistedSites {
    this.hoistedSites ??= new HoistedSites(this, parts)
    return this.hoistedSites
  }

  /** The same with accumulators in place of squares; undefined when there are none. */
  get withoutSquares(): AggregatePlan | undefined {
    if (!this.layout.slots.some(({ kind }) => kind === 'squares')) return undefined
    this.squareless ??= new AggregatePlan(this.plan, this.input, false)
    return this.squareless
  }

  /** Whether rows' groups are asked for by more than the update kernel. */
  get needsNumbers(): boolean {
    return this.distinct.length > 0 || this.statistics.length > 0 || this.others.length > 0
  }

  /** Sums of floats depend on the order of adding: they are made per morsel, whichever thread has it. */
  get addsInOrder(): boolean {
    return this.slots.some(({ kind }) => ['float-sum', 'real-sum'].includes(kind))
  }

  /** Why threads would gain nothing, or could not put their parts together. */
  get whyNotShared(): string | undefined {
    const { plan } = this
    if (this.others.length > 0) return `${plan.aggregates[this.others[0]].function.name} is interpreted`
    if (this.distinct.length > 0) return 'count(DISTINCT …)'
    // Put together from parts, they would differ in their last digits from what one thread finds.
    if (this.slots.some(({ kind }) => kind === 'distances' || kind === 'pairs')) return 'distances from means of floats'
    if (this.statistics.length > 0) return `${plan.aggregates[this.statistics[0].call].function.name} keeps all values`
    const groups = plan.groups.length === 0 ? 1 : plan.estimatedRows
    if (groups > 1000 && groups * fewestRowsPerGroup > plan.input.estimatedRows) return 'many groups'
    return this.addsInOrder && groups > 4096 ? 'many sums of floats' : undefined
  }

  get reason(): string | undefined {
    if (this.others.length > 0) return `${this.plan.aggregates[this.others[0]].function.name} is interpreted`
    return this.hoistedSites?.evaluation.reason
  }
}

/** `any_value` of what is never NULL, and `first`, are the value of any row and of the first. */
function isFirstValue(call: AggregateCall, isNeverNull: (expression: Expression) => boolean): boolean {
  if (call.args.length !== 1 || call.filter !== undefined || call.orderBy.length > 0) return false
  return call.function.name === 'first' || (call.function.name === 'any_value' && isNeverNull(call.args[0]))
}

/** The kernels for one way of naming arguments; made when first used. */
class UpdateSites {
  private readonly sites = new Map<string, KernelSite<UpdateDescription>>()
  private readonly columns: readonly OutputColumn[]
  private readonly groups: readonly Expression[]
  private readonly all: readonly StateSlot[]
  private readonly updated: readonly StateSlot[]

  /** @param all slots of a record; @param updated those that the kernels change */
  constructor(
    columns: readonly OutputColumn[],
    groups: readonly Expression[],
    all: readonly StateSlot[],
    updated: readonly StateSlot[],
  ) {
    this.columns = columns
    this.groups = groups
    this.all = all
    this.updated = updated
  }

  get(mode: UpdateMode): KernelSite<UpdateDescription> {
    let site = this.sites.get(mode)
    if (!site) this.sites.set(mode, (site = updateSite(mode, this.columns, this.groups, this.updated, this.all)))
    return site
  }
}

/** Arguments that cannot be compiled are evaluated first, batch by batch, and the kernel reads them as columns. */
class HoistedSites {
  readonly evaluation: EvaluationPlan
  readonly sites: UpdateSites

  constructor({ plan, input, layout, slots }: AggregatePlan, parts: readonly Expression[]) {
    const { columns } = input
    const map = new InputMap(columns)
    const computed = new Map<string, Expression>(parts.map((part) => [map.key(part), part]))
    const keys = [...computed.keys()]
    const stand: OutputColumn[] = keys.map((key, i) => ({
      id: -1 - i,
      name: `argument ${i}`,
      type: computed.get(key)!.type,
    }))
    const replace = (part: Expression | undefined): Expression | undefined => {
      const column = part && stand[keys.indexOf(map.key(part))]
      return column ? { kind: 'column', id: column.id, name: column.name, type: column.type } : part
    }
    const rename = (slot: StateSlot): StateSlot => ({
      ...slot,
      argument: replace(slot.argument),
      second: replace(slot.second),
      filter: replace(slot.filter),
    })
    this.evaluation = new EvaluationPlan(columns, [...computed.values()])
    this.sites = new UpdateSites([...columns, ...stand], plan.groups, layout.slots, shareArguments(slots.map(rename)))
  }
}

/** The parts of one sum are found by the identity of their argument. */
function shareArguments(slots: readonly StateSlot[]): StateSlot[] {
  const known = new Map<string, Expression>()
  const share = (part: Expression | undefined): Expression | undefined => {
    if (part?.kind !== 'column') return part
    const key = `${part.id}`
    if (!known.has(key)) known.set(key, part)
    return known.get(key)
  }
  return slots.map((slot) => ({
    ...slot,
    argument: share(slot.argument),
    second: share(slot.second),
    filter: share(slot.filter),
  }))
}

/** The slots of a record, for being sure that threads agree. */
export function layoutName({ layout }: AggregatePlan): string {
  return layout.slots.map(({ kind, offset }) => `${kind} ${offset}`).join()
}
