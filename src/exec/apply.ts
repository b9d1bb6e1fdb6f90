/** Joins whose right side reads the left row. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { ColumnId } from '../planner/expression.ts'
import type { PhysicalApply } from '../planner/physical-plan.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { dependencies } from './dependencies.ts'
import { JoinFrame } from './frame.ts'
import { moreThanOneRow, PairWriter } from './join-output.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { materialise, type RowBuffer, RowWriter } from './rows.ts'

/** Runs the right side anew for every left row, whose values it sees as those of an enclosing query. */
export function apply(plan: PhysicalApply, left: Operator, right: Operator, builder: Builder): Operator {
  const free = dependencies(plan.right).columns
  const frame = new JoinFrame(left.columns, right.columns, builder.subquery)
  const passed = left.columns.flatMap((column, position) => (free.has(column.id) ? [{ id: column.id, position }] : []))
  const [membership, rest] = plan.nullAware
    ? [frame.compile(plan.condition[0]), frame.compileConjuncts(plan.condition.slice(1))]
    : [undefined, frame.compileConjuncts(plan.condition)]
  const join: Join = { plan, left, right, frame, passed, membership, condition: rest }
  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    open: (context) => run(join, context),
  }
}

interface Join {
  readonly plan: PhysicalApply
  readonly left: Operator
  readonly right: Operator
  readonly frame: JoinFrame
  /** Left columns that the right side reads. */
  readonly passed: readonly { readonly id: ColumnId; readonly position: number }[]
  readonly membership: Evaluator | undefined
  readonly condition: Evaluator | undefined
}

function* run(join: Join, context: ExecutionContext): Generator<Batch> {
  const { plan, left, right, frame, passed } = join
  const { memory } = context.pool
  const yieldsPairs = plan.type === 'inner' || plan.type === 'left' || plan.type === 'single'
  const pairWriter = new PairWriter(plan.columns, left.columns.length, context)
  const writer = yieldsPairs ? pairWriter : new RowWriter(plan.columns, context)
  for (const batch of left.open(context)) {
    const readers = batch.columns.map((vector) => vectorReader(vector, memory))
    pairWriter.bind(batch, memory)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      context.checkInterrupt()
      const row = selectedRow(batch, n, memory)
      for (const { id, position } of passed) context.outer.set(id, readers[position](row))
      const rows = materialise(right, context)
      frame.bind(batch, context)
      frame.right = rows.columns
      if (yieldsPairs) addPairs(join, rows, row, pairWriter)
      else addLeft(join, rows, row, readers, writer)
      if (writer.isFull) yield writer.take()
    }
  }
  if (writer.rowCount > 0) yield writer.take()
}

function addPairs({ plan, frame, condition }: Join, rows: RowBuffer, row: number, writer: PairWriter): void {
  let found = 0
  for (let rightRow = 0; rightRow < rows.rowCount; rightRow++) {
    frame.rightRow = rightRow
    if (condition && condition(row) !== true) continue
    if (++found > 1 && plan.type === 'single') throw moreThanOneRow()
    writer.add(row, rows.columns, rightRow)
  }
  if (found === 0 && plan.type !== 'inner') writer.addLeftOnly(row)
}

function addLeft(
  join: Join,
  rows: RowBuffer,
  row: number,
  readers: readonly ((row: number) => Value)[],
  writer: RowWriter,
): void {
  const result = mark(join, rows, row)
  const { type } = join.plan
  if ((type === 'semi' && result !== true) || (type === 'anti' && result !== false)) return
  for (let column = 0; column < readers.length; column++) writer.arrays[column].push(readers[column](row))
  if (type === 'mark') writer.arrays[readers.length].push(result)
  writer.rowCount++
}

/** Whether a match exists; NULL when the equality of IN or NOT IN was NULL for a row that could have been one. */
function mark({ frame, membership, condition }: Join, rows: RowBuffer, row: number): boolean | null {
  let result: boolean | null = false
  for (let rightRow = 0; rightRow < rows.rowCount; rightRow++) {
    frame.rightRow = rightRow
    const equal = membership ? membership(row) : true
    if (equal === false || (condition && condition(row) !== true)) continue
    if (equal === true) return true
    result = null
  }
  return result
}
