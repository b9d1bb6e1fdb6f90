/** Joins by looking keys up in an index. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { IndexJoin } from '../planner/physical-plan.ts'
import type { RowId, TableData } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { JoinFrame } from './frame.ts'
import { keepRows, PairWriter } from './join-output.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { SelectionScratch } from './scratch.ts'

/** Looks each row's key up in a table's index. */
export function indexJoin(plan: IndexJoin, input: Operator, builder: Builder): Operator {
  const frame = new JoinFrame(input.columns, plan.tableOutput, builder.subquery)
  const keys = frame.compileAll(plan.keys)
  const residual = frame.compileConjuncts(plan.filter)
  const join: Join = { plan, input, frame, keys, residual }
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    path: 'interpreted',
    open: (context) => (plan.type === 'semi' || plan.type === 'anti' ? keepLeft(join, context) : pairs(join, context)),
  }
}

interface Join {
  readonly plan: IndexJoin
  readonly input: Operator
  readonly frame: JoinFrame
  readonly keys: readonly Evaluator[]
  readonly residual: Evaluator | undefined
}

/** Finds the table's rows for an input row; those of the last look-up stand in `columns`. */
class Lookup {
  readonly columns: Value[][]
  private readonly join: Join
  private readonly table: TableData
  private readonly context: ExecutionContext

  constructor(join: Join, context: ExecutionContext) {
    this.join = join
    this.context = context
    this.table = context.transaction.table(join.plan.table)
    this.columns = join.plan.tableColumns.map(() => [])
  }

  bind(batch: Batch): void {
    this.join.frame.bind(batch, this.context)
    this.join.frame.right = this.columns
  }

  /** How many rows match; they are rows 0 … n - 1 of `columns`. */
  find(row: number): number {
    const { keys, plan, residual, frame } = this.join
    const { columns, table, context } = this
    for (const column of columns) column.length = 0
    const key = keys.map((evaluator) => evaluator(row))
    if (key.includes(null)) return 0
    const ids: readonly RowId[] = table.lookup(context.transaction, plan.index, key)
    let count = 0
    for (const id of ids) {
      for (let index = 0; index < columns.length; index++)
        columns[index][count] = table.readValue(id, plan.tableColumns[index])
      frame.rightRow = count
      if (!residual || residual(row) === true) count++
    }
    return count
  }
}

function* keepLeft(join: Join, context: ExecutionContext): Generator<Batch> {
  const { memory } = context.pool
  const lookup = new Lookup(join, context)
  const wanted = join.plan.type === 'semi'
  const scratch = new SelectionScratch(context.pool)
  try {
    for (const batch of join.input.open(context)) {
      context.checkInterrupt()
      lookup.bind(batch)
      const kept = keepRows(batch, (row) => lookup.find(row) > 0 === wanted, scratch, memory)
      if (kept) yield kept
    }
  } finally {
    scratch.free()
  }
}

function* pairs(join: Join, context: ExecutionContext): Generator<Batch> {
  const { memory } = context.pool
  const lookup = new Lookup(join, context)
  const writer = new PairWriter(join.plan.columns, join.input.columns.length, context)
  for (const batch of join.input.open(context)) {
    context.checkInterrupt()
    lookup.bind(batch)
    writer.bind(batch, memory)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      const found = lookup.find(row)
      if (found === 0 && join.plan.type === 'left') writer.addLeftOnly(row)
      for (let match = 0; match < found; match++) writer.add(row, lookup.columns, match)
      if (writer.isFull) {
        yield writer.take()
        lookup.bind(batch)
      }
    }
  }
  if (writer.rowCount > 0) yield writer.take()
}
