/** Reading tables. */
import type { Evaluator } from '../planner/evaluate.ts'
import type { Expression } from '../planner/expression.ts'
import type { PhysicalScan } from '../planner/physical-plan.ts'
import type { ColumnRange } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import { BIGINT } from '../types/data-type.ts'
import type { Decimal } from '../types/decimal.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { filterBatches } from './filter.ts'
import { BatchFrame } from './frame.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { sample } from './sample.ts'

/** A table's visible rows, as storage yields them, filtered by the conjuncts that were pushed down. */
export function scan(plan: PhysicalScan, builder: Builder): Operator {
  const frame = new BatchFrame(plan.columns, builder.subquery)
  const predicate = frame.compileConjuncts(plan.filter, true)
  const bounds = plan.filter.flatMap((conjunct) => columnBounds(conjunct, plan, frame))
  return {
    columns: plan.columns,
    plan,
    inputs: [],
    path: 'interpreted',
    open(context) {
      const { transaction, batchSize } = context
      frame.bindRuntime(context)
      const ranges = bounds.map((bound) => bound()).filter((range) => range !== undefined)
      let batches: Iterable<Batch> = transaction
        .table(plan.table)
        .scan(transaction, { columns: plan.tableColumns, batchSize, ranges: ranges.length > 0 ? ranges : undefined })
      if (plan.rowId !== undefined) batches = withRowIds(batches, context)
      if (plan.sample) batches = sample(batches, plan.sample, plan.columns, context)
      return predicate ? filterBatches(batches, frame, predicate, context) : interruptible(batches, context)
    },
  }
}

function* interruptible(batches: Iterable<Batch>, context: ExecutionContext): Generator<Batch> {
  for (const batch of batches) {
    context.checkInterrupt()
    yield batch
  }
}

/** Adds the row ids as the last column. */
function* withRowIds(batches: Iterable<Batch>, context: ExecutionContext): Generator<Batch> {
  const { memory } = context.pool
  for (const batch of batches) {
    const values = new Array<Value>(batch.rowCount).fill(null)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      values[row] = BigInt(batch.firstRowId! + row)
    }
    yield { ...batch, columns: [...batch.columns, { layout: 'values', type: BIGINT, values }] }
  }
}

const flipped: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** What a conjunct `column op constant` says about the stored values, for zone maps; evaluated when the scan opens. */
function columnBounds(conjunct: Expression, plan: PhysicalScan, frame: BatchFrame): (() => ColumnRange | undefined)[] {
  if (conjunct.kind !== 'call' || conjunct.args.length !== 2 || !(conjunct.function.name in flipped)) return []
  const [left, right] = conjunct.args
  const bound = (column: Expression, value: Expression, operator: string): (() => ColumnRange | undefined)[] => {
    if (column.kind !== 'column') return []
    const position = plan.columns.findIndex((candidate) => candidate.id === column.id)
    const tableColumn = plan.tableColumns[position]
    if (tableColumn === undefined || !isFixed(value, plan)) return []
    const { type } = plan.table.columns[tableColumn]
    const stored = storedBound(type, value.type)
    if (!stored) return []
    const evaluator = frame.compile(value)
    return [() => rangeOf(tableColumn, operator, evaluator, stored)]
  }
  const found = bound(left, right, conjunct.function.name)
  return found.length > 0 ? found : bound(right, left, flipped[conjunct.function.name])
}

function rangeOf(
  column: number,
  operator: string,
  evaluator: Evaluator,
  stored: (value: Value) => readonly [low: number, high: number] | undefined,
): ColumnRange | undefined {
  const value = evaluator(0)
  const span = value === null ? undefined : stored(value)
  if (!span) return undefined
  switch (operator) {
    case '=':
      return { column, low: span[0], high: span[1] }
    case '<':
    case '<=':
      return { column, high: span[1] }
    default:
      return { column, low: span[0] }
  }
}

/** Whether the value is the same for all rows of the scan and cheap to know beforehand. */
function isFixed(value: Expression, plan: PhysicalScan): boolean {
  if (value.kind === 'constant' || value.kind === 'parameter') return true
  return value.kind === 'column' && !plan.columns.some((column) => column.id === value.id)
}

/** How a value of a comparison is written in the column, as bounds that surely hold it; undefined where that is not known. */
function storedBound(
  column: DataType,
  value: DataType,
): ((value: Value) => readonly [low: number, high: number] | undefined) | undefined {
  if (column.kind !== value.kind) return undefined
  if (column.kind === 'numeric') {
    if (column.precision === undefined || column.precision > 18) return undefined
    const factor = 10 ** (column.scale ?? 0)
    return (decimal: Decimal) => {
      const scaled = decimal.toNumber() * factor
      return Number.isFinite(scaled) ? [Math.floor(scaled - 1), Math.ceil(scaled + 1)] : undefined
    }
  }
  const { storage, toInteger, width } = traits(column)
  if (storage === 'float') {
    return (number: number) => (Number.isFinite(number) ? [number, number] : undefined)
  }
  if (storage !== 'integer') return undefined
  if (width < 8) {
    return (plain) => {
      const integer = Number(toInteger(plain, column))
      return [integer, integer]
    }
  }
  return (plain) => {
    const integer = Number(toInteger(plain, column))
    return Math.abs(integer) < 2 ** 53 ? [integer, integer] : undefined
  }
}
