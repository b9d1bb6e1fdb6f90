/**
 * Statements of one row and SELECTs over few: an INSERT of one row of values, an UPDATE or DELETE of the row that an index
 * finds, and a SELECT of what becomes of the rows that it finds (`flow.ts`). They run without batches, operators and results:
 *
 *   parameters ─▶ source: makes a row the current one ─▶ expressions over its frame ─▶ RowWriter, or whoever takes the output
 *
 * The operators do the same; whatever is not covered here is left to them: `directPlan` then yields nothing, or `run`
 * refuses before it has done anything.
 */
import type { Evaluator } from '../../planner/evaluate.ts'
import type { OutputColumn } from '../../planner/expression.ts'
import type { PhysicalPlan } from '../../planner/physical-plan.ts'
import type { Transaction } from '../../storage/interface.ts'
import { directDelete, directInsert, directUpdate } from './changes.ts'
import { directFlow } from './flow.ts'
import { DirectFrame } from './frame.ts'
import { type DirectContext, type DirectPlan, type DirectRun, refused } from './plan.ts'
import { directSource } from './source.ts'

/** The plan's direct form, for the tables as the transaction sees them; undefined when it has none. */
export function directPlan(plan: PhysicalPlan, context: DirectContext): DirectPlan | undefined {
  const frame = new DirectFrame()
  switch (plan.kind) {
    case 'insert':
      return directInsert(plan, frame, context)
    case 'update':
      return directUpdate(plan, frame, context)
    case 'delete':
      return directDelete(plan, frame, context)
    default:
      return directSelect(plan, frame, context.transaction)
  }
}

function directSelect(plan: PhysicalPlan, frame: DirectFrame, transaction: Transaction): DirectPlan | undefined {
  const source = directSource(plan, frame, transaction)
  if (source === undefined) return flowOf(plan, frame, transaction)
  const outputs = outputsOf(plan.columns, frame)
  if (source.isSingle) {
    const run: DirectRun = (own, emit) => {
      const row = source.find(own)
      if (row === -1 || !source.enter(row)) return 0
      emit()
      return 1
    }
    return { frame, changesRows: false, outputs, isSingle: true, run }
  }
  const run: DirectRun = (own, emit) => {
    let count = 0
    for (const row of source.findAll(own)) {
      if (!source.enter(row)) continue
      emit()
      count++
    }
    return count
  }
  return { frame, changesRows: false, outputs, isSingle: false, run, isOutgrown: source.isOutgrown }
}

function flowOf(plan: PhysicalPlan, frame: DirectFrame, transaction: Transaction): DirectPlan | undefined {
  const outgrown: (() => boolean)[] = []
  let count = 0
  let emitRow: () => void
  const emit = (): boolean => {
    emitRow()
    count++
    return false
  }
  const flow = directFlow(plan, { frame, transaction, outgrown }, emit)
  if (flow === undefined) return undefined
  const run: DirectRun = (own, emitOwn) => {
    count = 0
    emitRow = emitOwn
    return flow.start(own) ? count : refused
  }
  const isOutgrown = (): boolean => outgrown.some((each) => each())
  return {
    frame,
    changesRows: false,
    outputs: outputsOf(plan.columns, frame),
    isSingle: flow.isSingle,
    run,
    isOutgrown,
  }
}

function outputsOf(columns: readonly OutputColumn[], frame: DirectFrame): Evaluator[] {
  return columns.map(({ id }) => frame.readers[frame.slot(id)!])
}
