/** Aggregates before OVER: the result for each row's frame, reusing what the frame of the row before has in common. */

import type { AggregateOverload, FunctionContext } from '../functions/function.ts'
import { heedInterrupt } from '../interrupt.ts'
import type { WindowCall } from '../planner/expression.ts'
import type { WindowFrame } from '../planner/plan.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { KeyTable } from './key-table.ts'
import type { Partition } from './window-frame.ts'

/**
 * A frame that only grows takes new rows in; one that slides also takes rows out, where the aggregate can; otherwise, and
 * with EXCLUDE or DISTINCT, every frame that differs from the one before is aggregated anew.
 *
 * `passes` says per row whether FILTER lets it through.
 */
export function aggregateFrames(
  call: WindowCall,
  frame: WindowFrame,
  partition: Partition,
  passes: readonly boolean[] | undefined,
  results: Value[],
  functions: FunctionContext,
): void {
  const overload = call.overload as AggregateOverload
  const types = call.args.map((arg) => arg.type)
  const source: Source = { call, overload, types, partition, passes, functions }
  const grows = frame.start.kind === 'unbounded preceding'
  if (frame.exclude !== 'no others' || call.distinct || !(grows || overload.remove)) recompute(source, results)
  else slide(source, results)
}

interface Source {
  readonly call: WindowCall
  readonly overload: AggregateOverload
  readonly types: readonly DataType[]
  readonly partition: Partition
  readonly passes: readonly boolean[] | undefined
  readonly functions: FunctionContext
}

/** The row's arguments, or undefined when the aggregate does not see it. */
function argumentsOf({ call, overload, partition, passes }: Source, row: number): Value[] | undefined {
  if (passes && !passes[row]) return undefined
  const values: Value[] = []
  for (let index = 0; index < call.args.length; index++) {
    const value = partition.argument(index, row)
    if (value === null && overload.strict !== false) return undefined
    values.push(value)
  }
  return values
}

function slide(source: Source, results: Value[]): void {
  const { call, overload, types, partition, functions } = source
  let state = overload.start(types, functions)
  let start = 0
  let end = 0
  let result: Value
  let isKnown = false
  for (let row = 0; row < partition.rowCount; row++) {
    const frameStart = partition.frameStart(row)
    const frameEnd = partition.frameEnd(row)
    if (frameStart < start || frameEnd < end || frameStart >= end) {
      state = overload.start(types, functions)
      start = frameStart
      end = frameStart
      isKnown = false
    }
    for (; end < frameEnd; end++) {
      heedInterrupt(8)
      const values = argumentsOf(source, end)
      if (values) state = overload.add(state, ...values)
      isKnown = false
    }
    for (; start < frameStart; start++) {
      const values = argumentsOf(source, start)
      if (values) state = overload.remove!(state, ...values)
      isKnown = false
    }
    if (!isKnown) result = overload.finish(state, call.type)
    isKnown = true
    results[row] = result
  }
}

function recompute(source: Source, results: Value[]): void {
  const { call, overload, types, partition, functions } = source
  const { excludesNone } = partition
  let previousStart = -1
  let previousEnd = -1
  for (let row = 0; row < partition.rowCount; row++) {
    const start = partition.frameStart(row)
    const end = partition.frameEnd(row)
    if (start === previousStart && end === previousEnd && excludesNone) {
      results[row] = results[row - 1]
      continue
    }
    let state = overload.start(types, functions)
    const seen = call.distinct ? new KeyTable(types) : undefined
    for (let other = start; other < end; other++) {
      heedInterrupt(8)
      if (!excludesNone && partition.excluded(row, other)) continue
      const values = argumentsOf(source, other)
      if (!values) continue
      if (seen) {
        const before = seen.size
        if (seen.insert(values) !== before) continue
      }
      state = overload.add(state, ...values)
    }
    results[row] = overload.finish(state, call.type)
    previousStart = start
    previousEnd = end
  }
}
