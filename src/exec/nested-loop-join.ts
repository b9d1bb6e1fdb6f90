/** Joins on any condition: every pair is tried. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { NestedLoopJoin } from '../planner/physical-plan.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { JoinFrame } from './frame.ts'
import { keepRows, markRows, moreThanOneRow, PairWriter, unmatchedRight } from './join-output.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { materialise, type RowBuffer } from './rows.ts'
import { SelectionScratch } from './scratch.ts'

/** Tries every pair of a left and a right row, the right side being kept. */
export function nestedLoopJoin(plan: NestedLoopJoin, left: Operator, right: Operator, builder: Builder): Operator {
  const frame = new JoinFrame(left.columns, right.columns, builder.subquery)
  const [membership, rest] = plan.nullAware
    ? [frame.compile(plan.condition[0]), frame.compileConjuncts(plan.condition.slice(1))]
    : [undefined, frame.compileConjuncts(plan.condition)]
  const join: Join = { plan, left, right, frame, membership, condition: rest }
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    open: (context) => run(join, context),
  }
}

interface Join {
  readonly plan: NestedLoopJoin
  readonly left: Operator
  readonly right: Operator
  readonly frame: JoinFrame
  /** The equality of IN and NOT IN, when NULLs matter for it. */
  readonly membership: Evaluator | undefined
  readonly condition: Evaluator | undefined
}

function* run(join: Join, context: ExecutionContext): Generator<Batch> {
  const rows = materialise(join.right, context)
  switch (join.plan.type) {
    case 'semi':
    case 'anti':
    case 'mark':
      yield* keepLeft(join, rows, context)
      break
    default:
      yield* pairs(join, rows, context)
  }
}

function bind({ frame }: Join, rows: RowBuffer, batch: Batch, context: ExecutionContext): void {
  frame.bind(batch, context)
  frame.right = rows.columns
}

/** The first right row from `start` on for which the condition is true, or -1. */
function findMatch({ frame, condition, membership }: Join, rows: RowBuffer, row: number, start: number): number {
  const { rowCount } = rows
  if (!condition && !membership) return start < rowCount ? start : -1
  for (let rightRow = start; rightRow < rowCount; rightRow++) {
    frame.rightRow = rightRow
    if ((!membership || membership(row) === true) && (!condition || condition(row) === true)) return rightRow
  }
  return -1
}

/** Whether a match exists; NULL when the equality was NULL for a row that could have been one. */
function mark(join: Join, rows: RowBuffer, row: number): boolean | null {
  const { frame, membership, condition } = join
  if (!membership) return findMatch(join, rows, row, 0) !== -1
  let result: boolean | null = false
  for (let rightRow = 0; rightRow < rows.rowCount; rightRow++) {
    frame.rightRow = rightRow
    const equal = membership(row)
    if (equal === false || (condition && condition(row) !== true)) continue
    if (equal === true) return true
    result = null
  }
  return result
}

function* keepLeft(join: Join, rows: RowBuffer, context: ExecutionContext): Generator<Batch> {
  const { left, plan } = join
  const { memory } = context.pool
  const wanted = plan.type === 'semi'
  const scratch = new SelectionScratch(context.pool)
  const marked = (row: number): boolean | null => {
    context.checkInterrupt()
    return mark(join, rows, row)
  }
  try {
    for (const batch of left.open(context)) {
      bind(join, rows, batch, context)
      const result =
        plan.type === 'mark'
          ? markRows(batch, marked, memory)
          : keepRows(batch, (row) => marked(row) === wanted, scratch, memory)
      if (result) yield result
    }
  } finally {
    scratch.free()
  }
}

function* pairs(join: Join, rows: RowBuffer, context: ExecutionContext): Generator<Batch> {
  const { left, plan } = join
  const { memory } = context.pool
  const keepsLeft = plan.type === 'left' || plan.type === 'full' || plan.type === 'single'
  const keepsRight = plan.type === 'right' || plan.type === 'full'
  const matched = new Uint8Array(keepsRight ? rows.rowCount : 0)
  const writer = new PairWriter(plan.columns, left.columns.length, context)
  for (const batch of left.open(context)) {
    bind(join, rows, batch, context)
    writer.bind(batch, memory)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      context.checkInterrupt()
      const row = selectedRow(batch, n, memory)
      let rightRow = findMatch(join, rows, row, 0)
      if (rightRow === -1 && keepsLeft) writer.addLeftOnly(row)
      while (rightRow !== -1) {
        writer.add(row, rows.columns, rightRow)
        if (keepsRight) matched[rightRow] = 1
        const next = findMatch(join, rows, row, rightRow + 1)
        if (next !== -1 && plan.type === 'single') throw moreThanOneRow()
        rightRow = next
        if (writer.isFull) {
          yield writer.take()
          context.checkInterrupt()
          bind(join, rows, batch, context)
        }
      }
      if (writer.isFull) {
        yield writer.take()
        bind(join, rows, batch, context)
      }
    }
  }
  if (keepsRight) yield* unmatchedRight(writer, rows.columns, rows.rowCount, matched, context)
  if (writer.rowCount > 0) yield writer.take()
}
