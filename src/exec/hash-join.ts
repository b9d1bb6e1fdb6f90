/** Joins on equality: build, then probe. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { HashJoin } from '../planner/physical-plan.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame, JoinFrame } from './frame.ts'
import { keepRows, markRows, moreThanOneRow, PairWriter, unmatchedRight } from './join-output.ts'
import { RowTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { RowBuffer } from './rows.ts'
import { SelectionScratch } from './scratch.ts'

/**
 * Keeps the right side's rows in a table by key and looks the left side's keys up in it. Rows of one key come out in the
 * order in which they came in, so an ordered left side stays ordered.
 */
export function hashJoin(plan: HashJoin, left: Operator, right: Operator, builder: Builder): Operator {
  const buildFrame = new BatchFrame(right.columns, builder.subquery)
  const rightKeys = buildFrame.compileAll(plan.rightKeys)
  const frame = new JoinFrame(left.columns, right.columns, builder.subquery)
  const leftKeys = frame.compileAll(plan.leftKeys)
  const residual = frame.compileConjuncts(plan.filter)
  const join: Join = { plan, left, right, buildFrame, rightKeys, frame, leftKeys, residual }
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    open: (context) => run(join, context),
  }
}

interface Join {
  readonly plan: HashJoin
  readonly left: Operator
  readonly right: Operator
  readonly buildFrame: BatchFrame
  readonly rightKeys: readonly Evaluator[]
  readonly frame: JoinFrame
  readonly leftKeys: readonly Evaluator[]
  readonly residual: Evaluator | undefined
}

/** The right side: its rows, and where those of a key are. */
interface BuildSide {
  readonly rows: RowBuffer
  readonly table: RowTable
  /** NOT IN and IN: rows by all keys but the first: all of them, and those whose first key is NULL. */
  readonly byRest?: { readonly all: RowTable; readonly nullKey: RowTable }
}

function build({ plan, right, buildFrame, rightKeys }: Join, context: ExecutionContext): BuildSide {
  const { memory } = context.pool
  const rows = new RowBuffer(right.columns.length)
  const types = plan.rightKeys.map((key) => key.type)
  const table = new RowTable(types)
  const byRest = plan.nullAware
    ? { all: new RowTable(types.slice(1)), nullKey: new RowTable(types.slice(1)) }
    : undefined
  const key: Value[] = rightKeys.map(() => null)
  for (const batch of right.open(context)) {
    context.checkInterrupt()
    buildFrame.bind(batch, context)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      readKey(rightKeys, selectedRow(batch, n, memory), key)
      if (canMatch(key, plan.nullsEqual)) table.add(key, rows.rowCount + n)
      if (byRest && canMatch(key, plan.nullsEqual, 1)) {
        const rest = key.slice(1)
        byRest.all.add(rest, rows.rowCount + n)
        if (key[0] === null) byRest.nullKey.add(rest, rows.rowCount + n)
      }
    }
    rows.keep(batch, context)
  }
  return { rows, table, byRest }
}

function readKey(evaluators: readonly Evaluator[], row: number, key: Value[]): void {
  for (let index = 0; index < evaluators.length; index++) key[index] = evaluators[index](row)
}

/** Whether the key holds no NULL where NULL equals nothing. */
function canMatch(key: readonly Value[], nullsEqual: readonly boolean[], from = 0): boolean {
  for (let index = from; index < key.length; index++) if (key[index] === null && !nullsEqual[index]) return false
  return true
}

/** Finds the right rows of a left row. */
class Probe {
  private readonly join: Join
  private readonly side: BuildSide
  private readonly key: Value[]

  constructor(join: Join, side: BuildSide) {
    this.join = join
    this.side = side
    this.key = join.leftKeys.map(() => null)
  }

  /** The first right row that matches, or -1. */
  first(row: number): number {
    const { plan, leftKeys } = this.join
    readKey(leftKeys, row, this.key)
    if (!canMatch(this.key, plan.nullsEqual)) return -1
    return this.accept(this.side.table, this.side.table.find(this.key), row)
  }

  /** The next right row that matches, or -1. */
  after(row: number, rightRow: number): number {
    return this.accept(this.side.table, this.side.table.after(rightRow), row)
  }

  /** `rightRow` or the first after it for which the rest of the condition is true. */
  private accept(table: RowTable, rightRow: number, row: number): number {
    const { frame, residual } = this.join
    if (!residual) return rightRow
    let candidate = rightRow
    while (candidate !== -1) {
      frame.rightRow = candidate
      if (residual(row) === true) return candidate
      candidate = table.after(candidate)
    }
    return -1
  }

  /** Whether a match exists; NULL when NULLs leave it open whether the row is IN the right side. */
  mark(row: number): boolean | null {
    if (this.first(row) !== -1) return true
    const { byRest } = this.side
    if (!byRest) return false
    if (!canMatch(this.key, this.join.plan.nullsEqual, 1)) return false
    const table = this.key[0] === null ? byRest.all : byRest.nullKey
    return this.accept(table, table.find(this.key.slice(1)), row) === -1 ? false : null
  }
}

function* run(join: Join, context: ExecutionContext): Generator<Batch> {
  const side = build(join, context)
  const probe = new Probe(join, side)
  switch (join.plan.type) {
    case 'semi':
    case 'anti':
    case 'mark':
      yield* keepLeft(join, side, probe, context)
      break
    default:
      yield* pairs(join, side, probe, context)
  }
}

function bind({ frame }: Join, side: BuildSide, batch: Batch, context: ExecutionContext): void {
  frame.bind(batch, context)
  frame.right = side.rows.columns
}

/** SEMI, ANTI and MARK joins yield left rows only. */
function* keepLeft(join: Join, side: BuildSide, probe: Probe, context: ExecutionContext): Generator<Batch> {
  const { left, plan } = join
  const { memory } = context.pool
  if (plan.type === 'semi' && side.rows.rowCount === 0) return
  const keep =
    plan.type === 'semi' ? (row: number) => probe.first(row) !== -1 : (row: number) => probe.mark(row) === false
  const scratch = new SelectionScratch(context.pool)
  try {
    for (const batch of left.open(context)) {
      context.checkInterrupt()
      bind(join, side, batch, context)
      const result =
        plan.type === 'mark'
          ? markRows(batch, (row) => probe.mark(row), memory)
          : keepRows(batch, keep, scratch, memory)
      if (result) yield result
    }
  } finally {
    scratch.free()
  }
}

/** Joins that yield pairs: INNER, LEFT, RIGHT, FULL, and SINGLE. */
function* pairs(join: Join, side: BuildSide, probe: Probe, context: ExecutionContext): Generator<Batch> {
  const { left, plan } = join
  const { rows } = side
  const memory: LinearMemory = context.pool.memory
  const keepsLeft = plan.type === 'left' || plan.type === 'full' || plan.type === 'single'
  const keepsRight = plan.type === 'right' || plan.type === 'full'
  if (rows.rowCount === 0 && !keepsLeft) return
  const matched = new Uint8Array(keepsRight ? rows.rowCount : 0)
  const writer = new PairWriter(plan.columns, left.columns.length, context)
  for (const batch of left.open(context)) {
    context.checkInterrupt()
    bind(join, side, batch, context)
    writer.bind(batch, memory)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      let rightRow = probe.first(row)
      if (rightRow === -1 && keepsLeft) writer.addLeftOnly(row)
      while (rightRow !== -1) {
        writer.add(row, rows.columns, rightRow)
        if (keepsRight) matched[rightRow] = 1
        const next = probe.after(row, rightRow)
        if (next !== -1 && plan.type === 'single') throw moreThanOneRow()
        rightRow = next
        if (writer.isFull) {
          yield writer.take()
          context.checkInterrupt()
          bind(join, side, batch, context)
        }
      }
      if (writer.isFull) {
        yield writer.take()
        bind(join, side, batch, context)
      }
    }
  }
  if (keepsRight) yield* unmatchedRight(writer, rows.columns, rows.rowCount, matched, context)
  if (writer.rowCount > 0) yield writer.take()
}
