/**
 * Putting together what threads made of an aggregation. Groups are taken up in the order of the morsels in which they first
 * came, which is the order in which one thread would have met them; a group's record is added to that of the same key.
 */
import { type MorselEnds, stretchesOf } from '../parallel/kept-rows.ts'
import type { SumState } from './aggregate-results.ts'
import { isCarried, type StateSlot } from './aggregate-states.ts'
import type { ColumnStore } from './column-store.ts'
import type { GroupKeys } from './group-keys.ts'
import { GiveUp } from './key-columns.ts'
import { library } from './library.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { mergeLibrary } from './merge-library.ts'

/** What a thread made of its morsels, or, where the order of adding matters, of one of them. */
export interface AggregatePart {
  /** Per morsel, in order, how many groups there were after it. */
  readonly ends: MorselEnds
  /** The slots of a record, for being sure that threads agree. */
  readonly layout: string
  readonly groups: ColumnStore | null
  readonly firsts: ColumnStore | null
  /** The records of the groups. */
  readonly records: number
  readonly sums: ReadonlyMap<number, SumState>
  readonly scales: ReadonlyMap<number, number>
}

/** The run that parts are added to. */
export interface MergeTarget {
  readonly memory: QueryMemory
  readonly slots: readonly StateSlot[]
  readonly stride: number
  readonly layout: string
  readonly keys: GroupKeys | undefined
  readonly firsts: ColumnStore | undefined
  readonly sums: Map<number, SumState>
  readonly scales: Map<number, number>
  /** Makes room for so many groups and starts those that are new; returns the address of the records. */
  startGroups(count: number): number
}

const chunkRows = 4096
/** Sums may come so far in 64 bits before they are carried. */
const largestReach = 2 ** 62

export function mergeParts(target: MergeTarget, parts: readonly AggregatePart[]): void {
  const { memory } = target
  const kernels = library(mergeLibrary, memory.memory)
  if (parts.some((part) => part.layout !== target.layout)) throw new GiveUp('threads that disagree')
  settleSums(target, parts)
  for (const part of parts) {
    for (const [offset, scale] of part.scales) {
      const known = target.scales.get(offset)
      if (known !== undefined && known !== scale) throw new GiveUp('extremes of several scales')
      target.scales.set(offset, scale)
    }
  }
  const numbers = new ScratchBlock(memory)
  const single = numbers.ensure(chunkRows * 4)
  memory.memory.fill(0, single, chunkRows * 4)
  for (const { part, from, to } of stretchesOf(parts)) {
    for (let start = from; start < to; start += chunkRows) {
      const count = Math.min(chunkRows, to - start)
      const places = part.groups ? placesOf(target, part, start, count) : single
      const records = target.startGroups(target.keys === undefined ? 1 : target.keys.size)
      const source = part.records + start * target.stride
      for (const { kind, offset } of target.slots) {
        kernels[mergeName(kind)](records + offset, source + offset, places, target.stride, count)
      }
    }
  }
}

/** The numbers of a part's groups in the target, which takes up those that it does not have. */
function placesOf(target: MergeTarget, part: AggregatePart, start: number, count: number): number {
  const view = part.groups!.view(start, count)
  const { numbers, fresh } = target.keys!.number(view.columns, view)
  if (part.firsts && fresh.count > 0) target.firsts!.append(part.firsts.view(start, count), fresh)
  return numbers
}

/** Sums of all parts fit their 64 bits together, or are carried first. */
function settleSums(target: MergeTarget, parts: readonly AggregatePart[]): void {
  const kernels = library(mergeLibrary, target.memory.memory)
  for (const [at, slot] of target.slots.entries()) {
    if (!isCarried(slot.kind)) continue
    const { offset } = slot
    const states = parts.map((part) => part.sums.get(offset)).filter((state) => state !== undefined)
    if (states.length === 0) continue
    const [{ scale }] = states
    if (states.some((state) => state.scale !== scale)) throw new GiveUp('sums of several scales')
    const reach = states.reduce((sum, state) => sum + state.reach, 0)
    if (reach <= largestReach && states.every((state) => !state.carried)) {
      target.sums.set(offset, { scale, reach, carried: false })
      continue
    }
    const carry = target.slots[at + 1].offset
    for (const part of parts) kernels.carryAll(part.records, target.stride, groupCount(part), offset, carry)
    target.sums.set(offset, { scale, reach: 2 ** 32 * parts.length, carried: true })
  }
}

function groupCount(part: AggregatePart): number {
  return part.ends.length === 0 ? 0 : part.ends[part.ends.length - 1][1]
}

/** The kernel that adds a slot of one record to that of another. */
function mergeName(kind: StateSlot['kind']): string {
  switch (kind) {
    case 'count':
    case 'sum':
    case 'carry':
    case 'squares':
    case 'squares-carry':
      return 'add'
    case 'float-sum':
      return 'addFloats'
    case 'real-sum':
      return 'addReals'
    case 'display-scale':
    case 'max':
      return 'max'
    case 'min':
      return 'min'
    case 'float-min':
      return 'minFloats'
    case 'float-max':
      return 'maxFloats'
    case 'text-min':
      return 'minTexts'
    default:
      return 'maxTexts'
  }
}
